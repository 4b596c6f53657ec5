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
def page_at(address: str, size: Mapping[str, int] | None = None, scheme: Literal["light", "dark"] = "light", locale: str = "en-GB") -> Iterator[Any]:
    """A page of a fresh browser on the address."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport=size or {"width": 1100, "height": 900}, color_scheme=scheme, locale=locale)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address)
        page.get_by_test_id("stChatInputTextArea").wait_for(timeout=PATIENCE)
        try:
            yield page
        finally:
            browser.close()


def ask(page: Any, question: str) -> None:
    """Types a question and waits for its answer."""
    answers = page.get_by_test_id("stChatMessage")
    before = answers.count()
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('[data-testid=stChatMessage]').length >= {before + 2}", timeout=PATIENCE)
    settled(page)


def settled(page: Any) -> None:
    """Waits until the script has run and the last message says something."""
    page.wait_for_function(
        """() => {
          const app = document.querySelector('[data-testid=stApp]');
          const messages = document.querySelectorAll('[data-testid=stChatMessage]');
          const last = messages[messages.length - 1];
          return app && app.getAttribute('data-test-script-state') === 'notRunning'
            && !document.querySelector('[data-testid=stSpinner]') && last && last.innerText.trim().length > 20;
        }""",
        timeout=PATIENCE,
    )
    page.wait_for_timeout(500)
