"""A chart as a picture to keep: PNG at twice its size, or SVG, with what was asked and the date of the data below its title.

Owns what a picture says beside the chart, and its fonts. Draws without a browser and without a network.
"""

from __future__ import annotations

import json
import re
from typing import Any

from assistant.answer import Answer, Json
from assistant.answering.wording import wording
from assistant.sharing.drawing import drawable
from assistant.terminal import width

#: Fonts with Chinese characters: Linux, macOS, Windows. The first one that the machine has is used.
CJK_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "PingFang SC", "Microsoft YaHei")
#: Debian and Ubuntu call the package that brings the first of them so.
CJK_PACKAGE = "fonts-noto-cjk"
SCALE = 2
#: Columns of text (Chinese characters take two) that fit on a line below the title.
_LINE = 96
_BEYOND_BASIC = re.compile("[\U00010000-\U0010ffff]")
_PIECES = re.compile(r"[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+")


class NoPicture(Exception):
    """A chart that cannot be drawn; its figures are in the tables."""


def svg(answer: Answer, chart: Json) -> str:
    """A chart of an answer as SVG. Raises NoPicture."""
    import vl_convert

    return str(_drawn(vl_convert.vegalite_to_svg, captioned(answer, chart)))


def png(answer: Answer, chart: Json) -> bytes:
    """A chart of an answer as PNG, twice the size of the chart on the page. Raises NoPicture."""
    import vl_convert

    drawn: bytes = _drawn(vl_convert.vegalite_to_png, captioned(answer, chart), scale=SCALE)
    return drawn


def captioned(answer: Answer, chart: Json) -> Json:
    """The chart with its font and, below its title, the restated question and the date of the data: away from the page a
    picture has to say itself what it shows."""
    formats = wording(answer.request.language, answer.receipt.currency).formats
    title = chart.get("title", "")
    heading: dict[str, Any] = dict(title) if isinstance(title, dict) else {"text": title}
    as_of = formats.phrase("export_as_of", as_of=formats.date(answer.receipt.as_of), version=answer.receipt.data_version)
    below = [*(heading.get("subtitle") or ()), *wrapped(answer.restated), *wrapped(as_of)]
    spec = drawable({**chart, "title": {**heading, "subtitle": below}})
    families = ", ".join(f"'{name}'" for name in CJK_FONTS)
    font = f"{families}, sans-serif" if answer.request.language == "zh" else f"sans-serif, {families}"
    spec["config"] = {**spec["config"], "font": font}
    return spec


def wrapped(text: str, line: int = _LINE) -> list[str]:
    """The text in lines: broken between words, and anywhere between Chinese characters."""
    lines, room = [""], line
    for piece in _PIECES.findall(text):
        if width(piece.rstrip()) > room and lines[-1]:
            lines.append("")
            room = line
        lines[-1] += piece
        room -= width(piece)
    return [each.strip() for each in lines if each.strip()]


def _drawn(draw: Any, spec: Json, **options: Any) -> Any:
    text = json.dumps(spec, ensure_ascii=False)
    # A label that is cut in the middle of a character outside the basic plane cannot be measured.
    for attempt in (text, _BEYOND_BASIC.sub("\u25a1", text)):
        try:
            return draw(attempt, allowed_base_urls=[], **options)
        except ValueError as fault:
            last = fault
    raise NoPicture(str(last).partition("\n")[0]) from last


def has_chinese_font() -> bool:
    """Whether this machine can draw Chinese characters: two different ones look different, and neither is empty."""
    import vl_convert

    def glyph(character: str) -> bytes:
        text = f'<text x="4" y="24" font-size="20" font-family="sans-serif">{character}</text>'
        return bytes(vl_convert.svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32">{text}</svg>'))

    return len({glyph("中"), glyph("文"), glyph("")}) == 3
