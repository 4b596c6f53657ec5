"""Makes the pictures of the README: `make screenshots`. Starts the app on the demo company and asks it one question."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser.driver import app_running, ask, page_at

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
PICTURES = (
    ("answer", "revenue by category this year", {"width": 1100, "height": 1250}, "light"),
    ("answer-zh", "今年各品类销售额", {"width": 1100, "height": 1250}, "dark"),
    ("answer-phone", "how is the business doing this quarter", {"width": 390, "height": 844}, "light"),
)


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with app_running(customers=5_000) as address:
        for name, question, size, scheme in PICTURES:
            with page_at(address, size, scheme) as page:
                ask(page, question)
                page.wait_for_timeout(2_500)
                page.screenshot(path=str(IMAGES / f"{name}.png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
