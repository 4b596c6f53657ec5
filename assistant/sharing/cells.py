"""Cells that leave as files: values that a machine reads, texts that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assistant.answer import Column
from assistant.answering.measures import Measures

#: What a formula may begin with; the wide forms are those of an East Asian keyboard. Spreadsheets skip spaces before it.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
#: A formula behind what a spreadsheet of another country takes for the end of a cell.
_BEHIND_AN_END = re.compile(r"(?<=[;\t\r\n])(?=[ ]*[=+\-@])")


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might run the text."""
    return _FORMULA.match(text) is not None


def defused(text: str) -> str:
    """The text with an apostrophe before whatever might be run; a reader sees one character more."""
    inside = _BEHIND_AN_END.sub("'", text)
    return f"'{inside}" if is_formula_like(text) else inside


def raw(value: Any) -> str:
    """A value as CSV has it: figures as computed, dates as ISO 8601, nothing for what is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return defused("; ".join(raw(item) for item in value))
    if isinstance(value, int | float):
        return repr(value)
    return defused(str(value))


def unit_of(column: Column, record: Mapping[str, Any], measures: Measures) -> str:
    """The unit of a cell: that of its column, else the one that its row states."""
    return column.unit or measures.row_unit(record, column.name) or ""


def is_figure(column: Column, value: Any, unit: str) -> bool:
    """Whether a cell is a number to calculate with: an hour, a weekday or a customer's number is none."""
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return number and column.dimension == column.name and unit not in ("", "text", "code")
