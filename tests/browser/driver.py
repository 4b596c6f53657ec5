"""A running app and a headless Chromium for browser tests and screenshots."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
#: No sandbox as root, and none of the connections that a browser makes by itself.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]
PATIENCE = 120_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def app_running(customers: int = 1_200, db: Path | None = None) -> Iterator[str]:
    """The address of the application on a demo company (or on `db`), stopped afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = db or Path(folder) / "demo.duckdb"
        if db is None:
            from analytics.ingest.load import write_demo

            write_demo(path, customers=customers)
        port = free_port()
        command = [sys.executable, "-m", "assistant.cli", "serve", "--db", str(path), "--host", "127.0.0.1", "--port", str(port)]
        with (Path(folder) / "server.log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "ASKWELL_HOME": folder})
            try:
                address = f"http://127.0.0.1:{port}"
                _wait(address, server, Path(folder) / "server.log")
                yield address
            finally:
                server.terminate()
                server.wait(20)


def health(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/healthz", timeout=5) as reply:
        out: dict[str, Any] = json.loads(reply.read())
        return out


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the encoder is loaded; a server that stops or does not come up fails with its log."""
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server stopped:\n{log.read_text(errors='replace')}")
        try:
            if health(address)["encoder"] == "ready":
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')}")


@contextmanager
def browser_running() -> Iterator[Any]:
    """A headless Chromium, closed afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def opened(
    browser: Any, address: str, size: Mapping[str, int] | None = None, scheme: Literal["light", "dark"] = "light",
    locale: str = "en-GB",
) -> Any:
    """A page of somebody new on the address."""
    context = browser.new_context(viewport=size or {"width": 1100, "height": 900}, color_scheme=scheme, locale=locale)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    box(page).wait_for()
    return page


@contextmanager
def page_at(address: str, size: Mapping[str, int] | None = None, scheme: Literal["light", "dark"] = "light", locale: str = "en-GB") -> Iterator[Any]:
    """A page of a fresh browser on the address."""
    with browser_running() as browser:
        yield opened(browser, address, size, scheme, locale)


def box(page: Any) -> Any:
    """Where questions are typed."""
    return page.get_by_test_id("stChatInputTextArea")


def turns(page: Any) -> Any:
    """The questions with what came back."""
    return page.locator("[class*=st-key-turn-]")


def ask(page: Any, question: str) -> None:
    """Types a question and waits for its answer."""
    before = turns(page).count()
    box(page).fill(question)
    page.keyboard.press("Enter")
    turns(page).nth(before).wait_for()
    settled(page)


def settled(page: Any) -> None:
    """Waits until nothing is being worked out, the script has run and the last message says something."""
    page.wait_for_function(
        """() => {
          const app = document.querySelector('[data-testid=stApp]');
          const messages = document.querySelectorAll('[data-testid=stChatMessage]');
          const last = messages[messages.length - 1];
          return app && app.getAttribute('data-test-script-state') === 'notRunning'
            && !document.querySelector('.st-key-waiting') && last && last.innerText.trim().length > 20;
        }""",
        timeout=PATIENCE,
    )
    page.wait_for_timeout(200)


def button(page: Any, text: str) -> Any:
    """The last button with a text that can be seen; some have an unseen twin that measures their width."""
    return page.locator("button:visible").filter(has_text=text).last


def choose(page: Any, chip: str, option: str) -> None:
    """Opens the menu of a chip, picks an option and waits for the new answer."""
    page.locator("[class*=st-key-chips-] button:visible").filter(has_text=chip).last.click()
    page.locator("[role=menuitem]:visible, [role=option]:visible").filter(has_text=option).first.click()
    page.wait_for_timeout(500)
    settled(page)


def headline(page: Any) -> str:
    """The headline of the last answer."""
    return str(page.locator("[class*=st-key-headline-] h3").last.inner_text())
