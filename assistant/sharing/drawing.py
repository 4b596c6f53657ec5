"""Charts as SVG that can stand inside a page: drawn here, without a browser and without a network.

Owns what may be in such a drawing: shapes and text, no script, no link, no style, no name that another drawing has too.
"""

from __future__ import annotations

import logging
import re
from typing import Any
from xml.etree import ElementTree

from assistant.answer import Json

log = logging.getLogger(__name__)

#: Pixels of a drawing across; pages scale it.
WIDTH = 640
#: Room at the right for the last label of an axis, which the page's fonts may make wider.
_PADDING = {"left": 5, "top": 5, "right": 20, "bottom": 5}
_SHAPES = frozenset(
    {
        "svg", "g", "path", "text", "tspan", "rect", "line", "circle", "defs", "clipPath", "linearGradient", "radialGradient",
        "stop",
    }
)
#: What readers of the table do not need twice, and what no drawing may have.
_DROPPED = re.compile(r"on|aria-|role$|class$|style$|pointer-events$|version$|.*href$")
#: The drawing library ends the whole process on a character that XML does not have, and a line break breaks its labels.
_UNDRAWABLE = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEYOND_BASIC = re.compile("[\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"url\(#")


def svg(chart: Json, prefix: str) -> str | None:
    """A chart as SVG on white, or None where it cannot be drawn. `prefix` makes its names its own within a page."""
    import vl_convert

    spec = drawable(chart)
    # A label that is cut in the middle of a character outside the basic plane cannot be measured.
    for attempt in (spec, _replaced(spec, _BEYOND_BASIC, "\u25a1")):
        try:
            drawn = vl_convert.vegalite_to_svg(attempt, allowed_base_urls=[])
        except ValueError as fault:
            log.warning("a chart cannot be drawn: %s", str(fault).partition("\n")[0])
        else:
            return inlined(drawn, prefix, title_of(chart))
    return None


def drawable(chart: Json) -> Json:
    """A chart's specification as the drawing library takes it: a fixed width, and only characters that it survives."""
    # Measuring text by a list of fonts takes five times as long; the page's style names the fonts that are shown.
    config = {**chart.get("config", {}), "font": "sans-serif"}
    fitted = {
        **chart, "width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}, "padding": _PADDING, "background": "white",
        "config": config,
    }
    cleaned: Json = _replaced(fitted, _UNDRAWABLE, " ")
    return cleaned


def title_of(chart: Json) -> str:
    """The title of a chart."""
    title = chart.get("title", "")
    return str(title.get("text", "") if isinstance(title, dict) else title)


def inlined(drawing: str, prefix: str, title: str) -> str:
    """A drawing as part of a page: shapes and text only, names with the prefix, and a name for screen readers."""
    root = ElementTree.fromstring(drawing)
    _strip(root, prefix)
    root.set("role", "img")
    root.set("aria-label", _UNDRAWABLE.sub(" ", title))
    return ElementTree.tostring(root, encoding="unicode")


def _strip(element: ElementTree.Element, prefix: str) -> None:
    element.tag = _local(element.tag)
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        if not _DROPPED.match(_local(name)):
            value = prefix + value if name == "id" else _REFERENCE.sub(f"url(#{prefix}", value)
            element.set(_local(name), value)
    for child in list(element):
        if _local(child.tag) in _SHAPES:
            _strip(child, prefix)
        else:
            element.remove(child)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _replaced(value: Any, pattern: re.Pattern[str], by: str) -> Any:
    """A specification with a pattern replaced in all of its texts."""
    if isinstance(value, str):
        return pattern.sub(by, value)
    if isinstance(value, dict):
        return {_replaced(key, pattern, by): _replaced(item, pattern, by) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, pattern, by) for item in value]
    return value
