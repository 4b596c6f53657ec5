"""An answer as an Excel workbook: one sheet per table with real numbers and dates, and a sheet that says how it came about.

Owns number formats and the looks of sheets. Texts never become formulas; a table that is cut says so below its rows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from assistant.answer import Answer, Column, Language, Table
from assistant.answering.formats import Formats
from assistant.answering.measures import CHANGE_RATES, DIFFERENCES, Measures
from assistant.answering.wording import wording
from assistant.sharing.cells import is_figure, is_formula_like, unit_of
from assistant.sharing.receipt_rows import extent, is_cut, receipt_rows
from assistant.terminal import width

#: Excel's own limits: characters of a cell and of a sheet's name, the first day it knows.
_LONGEST_TEXT, _LONGEST_NAME, _FIRST_DAY = 32_767, 31, date(1900, 3, 1)
_NARROWEST, _WIDEST, _RECEIPT_WIDTHS = 8, 48, (28, 110)
#: Rows that decide how wide a column is.
_MEASURED = 200
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]+")
_LOCALES: dict[Language, Locale] = {"en": Locale.parse("en"), "zh": Locale.parse("zh_CN")}
_PLAIN = {"percent": "0.0%", "rating": "0.00", "ratio": "0.00", "points": "0.0", "hours": "#,##0.0"}
_TOP = Alignment(wrap_text=True, vertical="top")
_HEAD = {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="E8EEF4"), "alignment": _TOP}


def workbook(answer: Answer) -> bytes:
    """The workbook of an answer. An answer without tables has its receipt only."""
    book = Workbook()
    book.remove(book.active)
    formats = wording(answer.request.language, answer.receipt.currency).formats
    taken: set[str] = set()
    for table in answer.tables:
        _table_sheet(book.create_sheet(sheet_name(table.title, taken)), table, formats)
    _receipt_sheet(book.create_sheet(sheet_name(formats.phrase("export_receipt"), taken)), answer)
    book.properties.title, book.properties.creator = clean(answer.headline), "Askwell"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table_sheet(sheet: Any, table: Table, formats: Formats) -> None:
    measures = Measures()
    names, written = [column.name for column in table.columns], table.shown
    _head(sheet, [column.label for column in table.columns])
    for number, (row, shown) in enumerate(zip(table.rows, written, strict=True), start=2):
        record = dict(zip(names, row, strict=True))
        for place, column in enumerate(table.columns, start=1):
            value, pattern = content(column, row[place - 1], shown[place - 1], unit_of(column, record, measures), formats)
            _put(sheet, number, place, value, pattern)
    _widths(sheet, ([column.label for column in table.columns], *written[:_MEASURED]))
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(names)))}{len(table.rows) + 1}"
    if is_cut(table):
        # Below an empty row, so that filters and sums of the table leave it out.
        _put(sheet, len(table.rows) + 3, 1, extent(table, formats))


def _receipt_sheet(sheet: Any, answer: Answer) -> None:
    formats = wording(answer.request.language).formats
    _head(sheet, [formats.phrase("export_part"), formats.phrase("export_says")])
    for number, row in enumerate(receipt_rows(answer), start=2):
        _put(sheet, number, 1, row.label)
        _put(sheet, number, 2, row.text)
        for cell in sheet[number]:
            cell.alignment = _TOP
    for place, wide in enumerate(_RECEIPT_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = wide


def _head(sheet: Any, labels: Sequence[str]) -> None:
    for place, label in enumerate(labels, start=1):
        _put(sheet, 1, place, label)
        for name, style in _HEAD.items():
            setattr(sheet.cell(1, place), name, style)
    sheet.freeze_panes = "A2"


def _put(sheet: Any, row: int, place: int, value: Any, pattern: str = "") -> None:
    if value is None:
        return
    cell = sheet.cell(row, place)
    if not isinstance(value, str):
        cell.value = value
        cell.number_format = pattern or "General"
        return
    text = clean(value)
    cell.value = text
    # Whatever it begins with, it is a text; the prefix keeps it one when the cell is edited.
    cell.data_type = "s"
    cell.quotePrefix = is_formula_like(text)


def clean(text: str) -> str:
    """A text as a cell can hold it; one that is too long ends in an ellipsis."""
    kept = ILLEGAL_CHARACTERS_RE.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
    return kept if len(kept) <= _LONGEST_TEXT else f"{kept[: _LONGEST_TEXT - 1]}…"


def content(column: Column, value: Any, shown: str, unit: str, formats: Formats) -> tuple[Any, str]:
    """What a cell holds and its number format: numbers and dates as such, anything else as it is written."""
    if value is None:
        return None, ""
    if isinstance(value, date):
        return _day(column, value, shown, formats.language)
    if not is_figure(column, value, unit):
        return shown, ""
    if column.name in CHANGE_RATES:
        return value, _signed("0.0%")
    if column.name not in DIFFERENCES:
        return value, number_format(unit, value, formats)
    if unit == "percent":
        # Two shares differ by percentage points; a percentage here would read as a relative change.
        points = formats.phrase("percentage_points", value="")
        return value * 100, _signed(f'0.0"{points}"')
    return value, _signed(number_format(unit, value, formats))


def number_format(unit: str, value: Any, formats: Formats) -> str:
    """The Excel format of a figure of a unit; money in the currency of the data."""
    if unit == "money":
        return _money(formats)
    if unit in _PLAIN:
        return _PLAIN[unit]
    whole = Decimal(str(value)) % 1 == 0
    return "#,##0" if whole else "#,##0.0" if unit in ("count", "days") else "#,##0.00"


def _money(formats: Formats) -> str:
    if not formats.currency:
        return "#,##0.00"
    digits = get_currency_precision(formats.currency)
    amount = f"#,##0.{'0' * digits}" if digits else "#,##0"
    symbol = get_currency_symbol(formats.currency, locale=_LOCALES[formats.language])
    return f"[${symbol}]{' ' if symbol.isalpha() else ''}{amount}"


def _signed(pattern: str) -> str:
    return f"+{pattern};-{pattern};{pattern}"


def _day(column: Column, value: date, shown: str, language: Language) -> tuple[Any, str]:
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
        return (moment, "yyyy-mm-dd hh:mm") if moment.date() >= _FIRST_DAY else (shown, "")
    if value < _FIRST_DAY:
        return shown, ""
    if column.dimension == "month":
        return value, "mmm yyyy" if language == "en" else 'yyyy"年"m"月"'
    return value, "yyyy-mm-dd"


def _widths(sheet: Any, lines: Iterable[Sequence[str]]) -> None:
    for place, cells in enumerate(zip(*lines, strict=True), start=1):
        # Two characters more than the longest text, for the arrow of the filter.
        wide = max(width(text) for text in cells) + 2
        sheet.column_dimensions[get_column_letter(place)].width = min(max(wide, _NARROWEST), _WIDEST)


def sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet: short, without its special characters, and none of those taken; takes it."""
    base = " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_LONGEST_NAME].strip() or "-"
    name, number = base, 2
    while name.casefold() in taken or name.casefold() == "history":
        ending = f" {number}"
        name, number = f"{base[: _LONGEST_NAME - len(ending)]}{ending}", number + 1
    taken.add(name.casefold())
    return name
