"""Workbooks: each sheet that is read becomes a text file, cell by cell, without holding the sheet in memory."""

from __future__ import annotations

import csv
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from analytics.ingest.errors import LoadError
from analytics.ingest.files import Opened
from analytics.ingest.naming import table_named
from analytics.ingest.staging import Staging

_MIDNIGHT = time()
#: What a formula shows that has no value.
_FAULTS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"})


@dataclass(frozen=True)
class Sheet:
    """A sheet as a comma-separated UTF-8 file."""

    name: str
    path: Path


def sheets(opened: Opened, staging: Staging) -> list[Sheet]:
    """The sheets named after tables, or else the first that has rows; the others are reported as not read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(opened.path, read_only=True, data_only=True)
            try:
                return _chosen(opened, workbook.worksheets, staging)
            finally:
                workbook.close()
    except (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, EOFError, zlib.error) as fault:
        raise LoadError("broken_file", opened.name, reason=str(fault)) from fault


def _chosen(opened: Opened, worksheets: Sequence[Any], staging: Staging) -> list[Sheet]:
    named = [sheet for sheet in worksheets if table_named(sheet.title)]
    chosen: list[Sheet] = []
    for number, sheet in enumerate(named or worksheets):
        target = staging.folder / f"{opened.sha256[:12]}-{number}.sheet"
        if _write(sheet, target):
            chosen.append(Sheet(sheet.title, target))
            if not named:
                break
    if not chosen:
        raise LoadError("empty_file", opened.name)
    read = {sheet.name for sheet in chosen}
    left = [sheet.title for sheet in worksheets if sheet.title not in read]
    if left:
        staging.report(opened.name, "sheets_not_read", "left_out", len(left), len(worksheets), [{"sheet": n} for n in left[:5]])
    return chosen


def _write(sheet: Any, target: Path) -> bool:
    """Writes the rows from the first one with a value on; false when there is none."""
    found = False
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        for row in _filled(sheet.iter_rows(values_only=True)):
            found = True
            writer.writerow(row)
    return found


def _filled(rows: Iterator[Sequence[Any]]) -> Iterator[list[str]]:
    width = 0
    for row in rows:
        cells = [_text(value) for value in row]
        if not any(cells):
            continue
        if not width:
            width = max(position for position, cell in enumerate(cells, 1) if cell)
        while len(cells) > width and not cells[-1]:
            cells.pop()
        yield cells + [""] * (width - len(cells))


def _text(value: Any) -> str:
    if value is None or value in _FAULTS:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded.isoformat(" ") if rounded.time() != _MIDNIGHT else rounded.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
