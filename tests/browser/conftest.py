"""One server and one browser for all browser tests; without Chromium they are skipped.

They end with the last of these tests: while Playwright runs, its event loop is that of the thread, and other tests want their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driver import CHROMIUM, App, app_running, browser_running, opened, somebody, still, turns

_HERE = Path(__file__).parent
_MARKS = (
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: `make chromium` installs Debian's as root"),
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            for mark in _MARKS:
                item.add_marker(mark)


@pytest.fixture(scope="package")
def app(demo_db: Path) -> Iterator[App]:
    with app_running(demo_db) as running:
        yield running


@pytest.fixture(scope="package")
def address(app: App) -> str:
    return app.address


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with browser_running() as running:
        yield running


@pytest.fixture(scope="package")
def context(browser: Any) -> Any:
    """The browser of somebody who reads English; its tabs share what was fetched once."""
    return somebody(browser)


@pytest.fixture
def page(context: Any, address: str) -> Iterator[Any]:
    """A tab with a new conversation; tabs that a test opens beside it are closed after it."""
    yield _new_conversation(context) or opened(context, address)
    for tab in context.pages[1:]:
        tab.close()


def _new_conversation(context: Any) -> Any:
    """The tab of the test before with nothing asked in it; None, and no tab, where that cannot be had."""
    if not context.pages:
        return None
    tab = context.pages[0]
    try:
        tab.keyboard.press("Escape")
        tab.locator(".st-key-new-conversation button").click(timeout=5_000)
        tab.locator(".st-key-welcome").wait_for(timeout=10_000)
        turns(tab).first.wait_for(state="detached", timeout=10_000)
        still(tab)
    except Exception:
        tab.close()
        return None
    return tab
