"""Makes the pictures of the README: `make screenshots`. Starts the app on the demo company and brings it into its main states."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browser.driver import (
    IN_SIGHT,
    PHONE,
    WIDE,
    Scheme,
    app_running,
    ask,
    browser_running,
    charted,
    go_to,
    opened,
    somebody,
    still,
)

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
#: Colours of a picture: enough for text and charts, few enough for a small file.
_COLOURS = 128
_MOST_BYTES = 200_000


def _asked(question: str) -> Callable[[Any], None]:
    def act(page: Any) -> None:
        ask(page, question)
        charted(page)
        page.wait_for_function(IN_SIGHT)

    return act


def _data(page: Any) -> None:
    go_to(page, "Data")
    page.get_by_test_id("stTable").first.wait_for()


def _voice(page: Any) -> None:
    go_to(page, "Voice of customer")
    charted(page)


def _nothing(page: Any) -> None:
    page.locator(".st-key-welcome").wait_for()


#: What is done, the window, the theme and the browser's language of each picture.
PICTURES: dict[str, tuple[Callable[[Any], None], Mapping[str, int], Scheme, str]] = {
    "welcome": (_nothing, WIDE, "light", "en-GB"),
    "answer": (_asked("revenue by category this year"), WIDE, "light", "en-GB"),
    "answer-zh": (_asked("今年各品类销售额"), WIDE, "dark", "zh-CN"),
    "phone": (_asked("how is the business doing this quarter"), PHONE, "light", "en-GB"),
    "data": (_data, WIDE, "light", "en-GB"),
    "voice": (_voice, WIDE, "light", "en-GB"),
}


def _taken(page: Any, path: Path) -> None:
    """A picture of what is seen, once fonts are there and nothing moves any more, with few colours."""
    page.evaluate("() => document.fonts.ready")
    still(page)
    before = b""
    while (shot := page.screenshot(animations="disabled", caret="hide")) != before:
        before = shot
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes, more than {_MOST_BYTES:,}")


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with app_running(customers=1_200) as app, browser_running() as browser:
        contexts = {locale: somebody(browser, locale) for *_, locale in PICTURES.values()}
        for name, (act, size, scheme, locale) in PICTURES.items():
            page = opened(contexts[locale], app.address, size, scheme)
            act(page)
            _taken(page, IMAGES / f"{name}.png")
            page.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
