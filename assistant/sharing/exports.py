"""An answer as a file: CSV, an Excel workbook, or a chart as PNG or SVG.

What is exported is what the answer holds: it is masked for its reader before it comes here. Tables that are cut say so in the
file's name and in the file.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Answer, Table
from assistant.answering.wording import wording
from assistant.sharing import pictures
from assistant.sharing.cells import defused, raw
from assistant.sharing.receipt_rows import extent, is_cut, receipt_rows
from assistant.sharing.workbook import workbook

CSV, ZIP = "text/csv; charset=utf-8", "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PNG, SVG = "image/png", "image/svg+xml"
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Export:
    """A file: its name, its media type and its bytes."""

    name: str
    mime: str
    content: bytes


def as_csv(answer: Answer) -> Export:
    """The tables with raw values: one as CSV, several as a zip of CSV files with the receipt. Without tables, the receipt."""
    tables = answer.tables
    if not tables:
        return Export(file_name(answer, "csv"), CSV, _receipt_csv(answer))
    if len(tables) == 1:
        return Export(file_name(answer, "csv", _cut(tables[0])), CSV, _table_csv(answer, tables[0]))
    files = {_part_name(table): _table_csv(answer, table) for table in tables}
    return Export(file_name(answer, "zip"), ZIP, _zipped(answer, files | {"receipt.csv": _receipt_csv(answer)}))


def as_xlsx(answer: Answer) -> Export:
    """A workbook with a sheet per table and one for the receipt."""
    only = answer.tables[0] if len(answer.tables) == 1 else None
    return Export(file_name(answer, "xlsx", _cut(only) if only else ""), XLSX, workbook(answer))


def as_png(answer: Answer, place: int = 0) -> Export:
    """A chart of the answer at twice its size. Raises pictures.NoPicture for one that cannot be drawn."""
    return Export(_chart_name(answer, "png", place), PNG, pictures.png(answer, answer.charts[place]))


def as_svg(answer: Answer, place: int = 0) -> Export:
    """A chart of the answer as SVG. Raises pictures.NoPicture for one that cannot be drawn."""
    return Export(_chart_name(answer, "svg", place), SVG, pictures.svg(answer, answer.charts[place]).encode("utf-8"))


def file_name(answer: Answer, ending: str, detail: str = "") -> str:
    """A name that every system takes and that tells what is inside: intent_2026-11-17_detail.ending."""
    parts = (safe(answer.request.intent), answer.receipt.as_of.isoformat(), detail)
    return f"{'_'.join(part for part in parts if part)}.{ending}"


def safe(text: str) -> str:
    """Letters, digits and hyphens only."""
    return _UNSAFE.sub("-", text).strip("-")[:60] or "answer"


def _chart_name(answer: Answer, ending: str, place: int) -> str:
    return file_name(answer, ending, f"chart-{place + 1}" if len(answer.charts) > 1 else "")


def _part_name(table: Table) -> str:
    return f"{'_'.join(part for part in (safe(table.name), _cut(table)) if part)}.csv"


def _cut(table: Table) -> str:
    return f"first-{len(table.rows)}-of-{table.total_rows}" if is_cut(table) else ""


def _table_csv(answer: Answer, table: Table) -> bytes:
    rows: list[Sequence[str]] = [[defused(column.label) for column in table.columns]]
    rows += [[raw(value) for value in row] for row in table.rows]
    if is_cut(table):
        note = extent(table, wording(answer.request.language, answer.receipt.currency).formats)
        rows.append([note, *[""] * (len(table.columns) - 1)])
    return _written(rows)


def _receipt_csv(answer: Answer) -> bytes:
    formats = wording(answer.request.language).formats
    head = (formats.phrase("export_part"), formats.phrase("export_says"))
    return _written([head, *((defused(row.label), defused(row.text)) for row in receipt_rows(answer))])


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    # Excel takes a file for UTF-8 only with the mark in front.
    return out.getvalue().encode("utf-8-sig", "replace")


def _zipped(answer: Answer, files: dict[str, bytes]) -> bytes:
    """The files packed; their time is the date of the data, so that the same answer is the same file."""
    day = answer.receipt.as_of
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
