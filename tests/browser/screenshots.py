"""Makes the pictures of the README: `make screenshots`. Starts the app on the demo company and brings it into its main states."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tests.browser.driver import app_running, ask, browser_running, button, choose, opened

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: The question, the window, the theme and the browser's language of each picture.
_Picture = tuple[str, Mapping[str, int], Literal["light", "dark"], str]
PICTURES: dict[str, _Picture] = {
    "welcome": ("", WIDE, "light", "en-GB"),
    "welcome-zh": ("", WIDE, "dark", "zh-CN"),
    "answer": ("revenue by category this year", WIDE, "light", "en-GB"),
    "answer-dark": ("revenue per month over the last 12 months", WIDE, "dark", "en-GB"),
    "answer-zh": ("今年各品类销售额", WIDE, "dark", "zh-CN"),
    "answer-phone": ("how is the business doing this quarter", PHONE, "light", "en-GB"),
}


def _more(page: Any) -> None:
    """Further states of one answer: its table, how it was worked out, a changed chip, the menu to share."""
    ask(page, "revenue by category this year")
    for name, tab in (("table", "Table"), ("receipt", "How it was worked out")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1_500)
        page.screenshot(path=str(IMAGES / f"{name}.png"))
    choose(page, "by category", "Country")
    button(page, "Share").click()
    page.wait_for_timeout(1_000)
    page.screenshot(path=str(IMAGES / "share.png"))


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with app_running(customers=5_000) as address, browser_running() as browser:
        for name, (question, size, scheme, locale) in PICTURES.items():
            page = opened(browser, address, size, scheme, locale)
            if question:
                ask(page, question)
            page.wait_for_timeout(2_500)
            page.screenshot(path=str(IMAGES / f"{name}.png"))
            page.context.close()
        page = opened(browser, address, WIDE)
        _more(page)
        page.context.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
