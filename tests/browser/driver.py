"""A running app and a headless Chromium for browser tests and screenshots.

Nothing here waits for a time: every act waits for what it brings about.
"""

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
#: No sandbox as root, and none of the connections that a browser makes by itself.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]
PATIENCE = 120_000
#: Whether the figure of the first answer can be seen without scrolling.
IN_SIGHT = "document.querySelector('[class*=st-key-headline-] h3').getBoundingClientRect().top > 40"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
Scheme = Literal["light", "dark"]
_STILL = """
  const app = document.querySelector('[data-testid=stApp]');
  const still = app && app.getAttribute('data-test-script-state') === 'notRunning' && !document.querySelector('.st-key-waiting');
"""


#: Counts how often the page has been drawn to its end.
_COUNT = """
  window.drawn = 0;
  let last = null;
  new MutationObserver(() => {
    const app = document.querySelector('[data-testid=stApp]');
    const state = app && app.getAttribute('data-test-script-state');
    if (state === 'notRunning' && last !== null && last !== state) window.drawn += 1;
    last = state || last;
  }).observe(document, {attributes: true, attributeFilter: ['data-test-script-state'], childList: true, subtree: true});
"""


@dataclass(frozen=True)
class App:
    """A running application: where it answers, the folder of its settings and users, and its data set."""

    address: str
    home: Path
    db: Path


@contextmanager
def app_running(db: Path | None = None, customers: int = 1_200) -> Iterator[App]:
    """The application on a copy of a data set (default: a fresh demo company), stopped afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        path = home / "company.duckdb"
        if db is None:
            from analytics.ingest.load import write_demo

            write_demo(path, customers=customers)
        else:
            shutil.copy(db, path)
        port = _free_port()
        command = [sys.executable, "-m", "assistant.cli", "serve", "--db", str(path), "--host", "127.0.0.1", "--port", str(port)]
        with (home / "server.log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "ASKWELL_HOME": folder})
            try:
                address = f"http://127.0.0.1:{port}"
                _wait(address, server, home / "server.log")
                yield App(address, home, path)
            finally:
                server.terminate()
                server.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def somebody(browser: Any, locale: str = "en-GB") -> Any:
    """A browser of somebody, with its own cookies and its own cache."""
    context = browser.new_context(locale=locale)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(_COUNT)
    return context


def opened(context: Any, address: str, size: Mapping[str, int] = WIDE, scheme: Scheme = "light") -> Any:
    """A new tab on the page."""
    page = context.new_page()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    ready(page)
    return page


def ready(page: Any) -> None:
    """Waits until the chat can be used."""
    box(page).wait_for()
    still(page)


def still(page: Any) -> None:
    """Waits until the page has been drawn and nothing is being worked out."""
    page.wait_for_function(f"() => {{ {_STILL} return still; }}")


@contextmanager
def drawn_anew(page: Any) -> Iterator[None]:
    """Waits, after an act that the server hears of, until the page has been drawn anew."""
    before = page.evaluate("window.drawn")
    yield
    page.wait_for_function("before => window.drawn > before", arg=before)
    still(page)


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
    box(page).press("Enter")
    answered(page, before)


def answered(page: Any, place: int) -> None:
    """Waits until the turn at a place is there with something said in it."""
    page.wait_for_function(
        f"""place => {{ {_STILL}
          const said = document.querySelectorAll(`.st-key-turn-${{place}} [data-testid=stChatMessage]`)[1];
          return still && said && said.innerText.trim().length > 20; }}""",
        arg=place,
    )


def button(page: Any, text: str) -> Any:
    """The last button with a text that can be seen; some have an unseen twin that measures their width."""
    return page.locator("button:visible").filter(has_text=text).last


def choose(page: Any, chip: str, option: str) -> None:
    """Opens the menu of a chip, picks an option and waits for the new answer."""
    before = said(page)
    page.locator("[class*=st-key-chips-] button:visible").filter(has_text=chip).last.click()
    page.locator("[role=menuitem]:visible, [role=option]:visible").filter(has_text=option).first.click()
    replaced(page, before)


def said(page: Any) -> str:
    """The last answer with its chips, as a text to tell it from the one that takes its place."""
    return str(page.evaluate("() => [...document.querySelectorAll('[class*=st-key-turn-]')].at(-1).innerText"))


def replaced(page: Any, before: str) -> None:
    """Waits until another answer stands where `before` was said."""
    page.wait_for_function(
        f"""before => {{ {_STILL}
          const last = [...document.querySelectorAll('[class*=st-key-turn-]')].at(-1);
          return still && last && last.innerText !== before; }}""",
        arg=before,
    )


def headline(page: Any) -> str:
    """The headline of the last answer."""
    return str(page.locator("[class*=st-key-headline-] h3").last.inner_text())


def charted(page: Any) -> None:
    """Waits until the chart of an answer has been drawn."""
    page.locator("[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas").first.wait_for()


def go_to(page: Any, name: str) -> None:
    """Opens another page by its link at the side, in a window that is wide enough to show it."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    still(page)
