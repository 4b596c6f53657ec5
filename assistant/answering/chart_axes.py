"""Axes and legends of charts: tick labels by unit and grain, in the asker's language."""

from __future__ import annotations

from typing import Any

from assistant.answer import Language
from assistant.answering.formats import Formats

_TIME = {
    "en": {"day": "%-d %b %Y", "week": "%-d %b %Y", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"},
    "zh": {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y年%-m月", "quarter": "%Y年%-m月", "year": "%Y年"},
}
_STEPS = {"en": ((1e9, "bn"), (1e6, "m"), (1e3, "k")), "zh": ((1e8, "亿"), (1e4, "万"))}


def axis(unit: str, formats: Formats) -> dict[str, Any]:
    """The axis of figures of a unit."""
    return {"labelExpr": _expression(unit, formats), "tickCount": 6}


def legend(unit: str, formats: Formats) -> dict[str, Any]:
    """The legend of figures of a unit shown as colour."""
    return {"labelExpr": _expression(unit, formats)}


def time_axis(grain: str, language: Language) -> dict[str, Any]:
    """The axis of first days of buckets."""
    return {"format": _TIME[language][grain], "labelOverlap": True, "labelFlush": True}


def _expression(unit: str, formats: Formats) -> str:
    """A Vega expression that writes a tick: percentages, or numbers in thousands and millions (万 and 亿)."""
    if unit == "percent":
        return "format(datum.value, '.1~%')"
    before, after = _around(unit, formats)
    written = _number("datum.value", before, after)
    if unit not in ("money", "count"):
        return written
    for bound, name in reversed(_STEPS[formats.language]):
        large = _number(f"datum.value / {bound:g}", before, f"{name}{after}")
        written = f"abs(datum.value) >= {bound:g} ? {large} : ({written})"
    return written


def _number(value: str, before: str, after: str) -> str:
    return f"'{before}' + format({value}, ',.2~f') + '{after}'"


def _around(unit: str, formats: Formats) -> tuple[str, str]:
    """What stands before and after the number of a tick: the currency of money, taken from how it is written elsewhere."""
    if unit != "money":
        return "", ""
    before, _, after = formats.money(0).partition("0")
    return before, after


def inside(label: str) -> str:
    """A heading as it stands inside a title: its first letter lowered, unless the word is an abbreviation."""
    head = label[:2]
    return label if head.isupper() else label[:1].lower() + label[1:]
