"""Readers: files of any supported kind as raw tables of text, with the rows that could not be read set aside.

Owns formats (delimiters, quotes, sheets, JSON lines), not meaning. The engine reads; only broken lines and workbook cells
pass through Python.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from analytics.ingest.errors import LoadError
from analytics.ingest.excel import sheets
from analytics.ingest.files import Opened, open_file
from analytics.ingest.staging import Raw, Staging, create_texts
from analytics.ingest.tolerant import LONGEST_ROW, Row, fit, rewrite
from analytics.marts.sql import literal, quoted

MOST_COLUMNS = 2_000
#: Broken lines that are mended one by one; a file with more is read again by the tolerant reader.
MOST_BROKEN = 50_000
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_LINES = 200
_UNICODE = frozenset({"utf-8", "utf-8-sig"})
_LONGEST_FIRST_LINE = 2**20
#: A header of so many cells may hold figures, such as years.
_WIDE = 50
#: The engine shows so many characters of a line that it could not read.
_CUT_AT = 10_000


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: its delimiter, and the empty lines before its header."""

    delimiter: str
    skip: int
    header: bool = True


def read(file: Path, staging: Staging) -> list[Raw]:
    """The tables of a file: one, or several for a workbook whose sheets are named after tables. Raises LoadError."""
    opened = open_file(file, staging.folder)
    if opened.kind == "parquet":
        return [_parquet(opened, staging)]
    if opened.kind == "json":
        return [_json(opened, staging)]
    if opened.kind == "excel":
        return [_from_text(opened, sheet.path, sheet.name, ",", staging) for sheet in sheets(opened, staging)]
    return [_from_text(opened, opened.path, "", None, staging)]


def unique_names(header: Iterable[str | None]) -> tuple[str, ...]:
    """Column names that differ even without regard to case; empty ones are called column_N."""
    seen: Counter[str] = Counter()
    names = []
    for position, cell in enumerate(header, 1):
        name = (cell or "").strip().strip("\ufeff") or f"column_{position}"
        key = name.casefold()
        while seen[key]:
            seen[key] += 1
            name = f"{name}_{seen[key]}"
            key = name.casefold()
        seen[key] += 1
        names.append(name)
    return tuple(names)


def sniff(text: str, suffix: str = "") -> str:
    """The delimiter of a text: the one that gives most lines the same number of several cells."""
    best, best_score = "\t" if suffix == ".tsv" else ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
        if not rows:
            continue
        width, count = Counter(len(row) for row in rows).most_common(1)[0]
        score = (round(count / len(rows), 1), width)
        if width > 1 and (score[0] >= 0.5) and score > best_score:
            best, best_score = delimiter, score
    return best


def _from_text(opened: Opened, path: Path, where: str, delimiter: str | None, staging: Staging) -> Raw:
    head = _head(path)
    skip = next((number for number, line in enumerate(head) if line.strip()), 0)
    text = "".join(head[skip:]).lstrip("\ufeff")
    layout = Layout(delimiter or sniff(text, opened.suffix), skip)
    cells = next(csv.reader(io.StringIO(text), delimiter=layout.delimiter), [])
    columns = _header(opened.name, where, cells)
    name = _read_csv(opened, path, columns, layout, staging)
    columns = _without_nameless(name, columns, cells, staging)
    rows = int(staging.one(f"SELECT count(*) FROM {name}"))
    if opened.encoding not in _UNICODE:
        staging.report(opened.name, "encoding", "repaired", rows, rows, [{"encoding": opened.encoding}])
    if opened.bad_bytes:
        staging.report(opened.name, "broken_characters", "repaired", opened.bad_bytes, rows)
    return Raw(name, opened.name, columns, rows, f"{opened.sha256}{where}", where, stem_of(opened.name))


def stem_of(name: str) -> str:
    """A file name without its endings."""
    path = Path(name)
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _head(path: Path) -> list[str]:
    with path.open(encoding="utf-8", errors="replace", newline="") as handle:
        lines: list[str] = []
        for line in handle:
            lines.append(line[:_LONGEST_FIRST_LINE])
            if len(lines) >= _SNIFFED_LINES or sum(map(len, lines)) > _LONGEST_FIRST_LINE:
                break
    return lines


def _header(file: str, where: str, first: Sequence[str]) -> tuple[str, ...]:
    cells = [cell.strip() for cell in first]
    filled = [cell for cell in cells if cell]
    if not filled:
        raise LoadError("no_header", file, where, first_row=[])
    if len(cells) > MOST_COLUMNS:
        raise LoadError("too_many_columns", file, where, columns=len(cells), most=MOST_COLUMNS)
    figures = sum(cell.replace(".", "", 1).replace(",", "").lstrip("-").isdigit() for cell in filled)
    if figures >= max(1, len(filled) / 4) and len(filled) < _WIDE:
        raise LoadError("no_header", file, where, first_row=cells[:8])
    return unique_names(cells)


def _without_nameless(name: str, columns: tuple[str, ...], header: Sequence[str], staging: Staging) -> tuple[str, ...]:
    """Drops the columns that have neither a name nor a value, as spreadsheets leave them behind."""
    nameless = [column for column, cell in zip(columns, header, strict=True) if not cell.strip()]
    if not nameless:
        return columns
    filled = staging.rows(f"SELECT {', '.join(f'count({quoted(column)})' for column in nameless)} FROM {name}")[0]
    empty = {column for column, count in zip(nameless, filled, strict=True) if not count}
    for column in empty:
        staging.run(f"ALTER TABLE {name} DROP COLUMN {quoted(column)}")
    return tuple(column for column in columns if column not in empty)


def _read_csv(opened: Opened, path: Path, columns: Sequence[str], layout: Layout, staging: Staging) -> str:
    name = staging.new_name("raw")
    try:
        broken = _scan(name, path, columns, layout, staging)
    except duckdb.Error:
        broken = None
    padded: Sequence[Row] = ()
    if broken is None or len(broken) > MOST_BROKEN or any(len(text) >= _CUT_AT for text in broken):
        target = staging.folder / f"{opened.sha256[:12]}.rows"
        uneven, lost = rewrite(path, target, len(columns), layout.delimiter, layout.skip)
        _scan(name, target, columns, Layout(",", 0, header=False), staging)
    else:
        padded, lost = _recover(broken, len(columns), layout.delimiter)
        uneven = len(padded)
    if padded:
        marks = ", ".join("?" for _ in columns)
        staging.connection.executemany(f"INSERT INTO {name} VALUES ({marks})", padded)
    total = int(staging.one(f"SELECT count(*) FROM {name}")) + len(lost)
    if uneven:
        sample = [dict(zip(columns, row, strict=True)) for row in padded[:5]]
        staging.report(opened.name, "uneven_rows", "repaired", uneven, total, sample)
    if lost:
        rows = [{"line": text} for text in lost]
        staging.set_aside_rows(opened.name, "broken_rows", opened.name, rows)
        staging.report(opened.name, "broken_rows", "set_aside", len(lost), total, rows[:5])
    return name


def _scan(name: str, path: Path, columns: Sequence[str], layout: Layout, staging: Staging) -> list[str]:
    """Reads a file into a table; returns the texts that do not fit the header, each cut off at _CUT_AT."""
    kinds = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    for table in ("reject_errors", "reject_scans"):
        staging.run(f"DROP TABLE IF EXISTS {table}")
    staging.run(
        f"CREATE OR REPLACE TABLE {name} AS FROM read_csv({literal(str(path))}, delim = {literal(layout.delimiter)},"
        f" quote = '\"', escape = '\"', header = {str(layout.header).lower()}, skip = {layout.skip}, columns = {{{kinds}}},"
        f" auto_detect = false, hive_partitioning = false, store_rejects = true,"
        f" max_line_size = {2 * LONGEST_ROW}, buffer_size = {4 * LONGEST_ROW})"
    )
    found = staging.rows("SELECT line, min(csv_line) FROM reject_errors GROUP BY line ORDER BY line")
    return [text or "" for _, text in found]


def _recover(broken: Sequence[str], width: int, delimiter: str) -> tuple[list[Row], list[str]]:
    """Short lines padded and long ones whose additional cells are empty cut; the others as they were."""
    padded: list[Row] = []
    lost: list[str] = []
    for text in broken:
        for line in text.splitlines():
            if not line.strip():
                continue
            cells = next(csv.reader([line], delimiter=delimiter), [])
            row = fit(cells, width) if line.count('"') % 2 == 0 else None
            if row is None:
                lost.append(line)
            else:
                padded.append(row)
    return padded, lost


def _parquet(opened: Opened, staging: Staging) -> Raw:
    source = f"read_parquet({literal(str(opened.path))}, hive_partitioning = false)"
    try:
        described = staging.rows(f"DESCRIBE FROM {source}")
        names = unique_names(row[0] for row in described)
        name = staging.new_name("raw")
        columns = ", ".join(
            f"CAST({quoted(row[0])} AS VARCHAR) AS {quoted(new)}" for row, new in zip(described, names, strict=True)
        )
        staging.run(f"CREATE TABLE {name} AS SELECT {columns} FROM {source}")
    except duckdb.Error as fault:
        raise LoadError("broken_file", opened.name, reason=str(fault).splitlines()[0]) from fault
    rows = int(staging.one(f"SELECT count(*) FROM {name}"))
    return Raw(name, opened.name, names, rows, opened.sha256, "", stem_of(opened.name))


def _json(opened: Opened, staging: Staging) -> Raw:
    lines = staging.new_name("lines")
    if opened.path.open("rb").read(2**16).lstrip()[:1] == b"[":
        rows_of = f"SELECT json FROM read_json_objects({literal(str(opened.path))}, format = 'array', hive_partitioning = false)"
    else:
        rows_of = (
            f"SELECT column0 AS json FROM read_csv({literal(str(opened.path))}, delim = e'\\x07', quote = '', escape = '', "
            f"header = false, columns = {{'column0': 'VARCHAR'}}, auto_detect = false, hive_partitioning = false,"
            f" max_line_size = {2 * LONGEST_ROW}, buffer_size = {4 * LONGEST_ROW})"
        )
    try:
        staging.run(
            f"CREATE TABLE {lines} AS SELECT json, TRY_CAST(json AS JSON) AS value FROM ({rows_of}) WHERE trim(json) <> ''"
        )
    except duckdb.Error as fault:
        raise LoadError("broken_file", opened.name, reason=str(fault).splitlines()[0]) from fault
    usable = "value IS NOT NULL AND json_type(value) = 'OBJECT'"
    lost = int(staging.one(f"SELECT count(*) FROM {lines} WHERE NOT coalesce({usable}, false)"))
    keys = _json_keys(staging, lines, usable)
    if not keys:
        raise LoadError("broken_file", opened.name, reason="no JSON object per line")
    total = int(staging.one(f"SELECT count(*) FROM {lines}"))
    if lost:
        broken = f"SELECT json AS line FROM {lines} WHERE NOT coalesce({usable}, false)"
        staging.set_aside(opened.name, "broken_rows", opened.name, broken)
        staging.report(opened.name, "broken_rows", "set_aside", lost, total, staging.sample(broken))
    names = unique_names(keys)
    columns = ", ".join(f"json_extract_string(value, {_pointer(key)}) AS {quoted(n)}" for key, n in zip(keys, names, strict=True))
    name = create_texts(staging, names)
    staging.run(f"INSERT INTO {name} SELECT {columns} FROM {lines} WHERE {usable}")
    staging.run(f"DROP TABLE {lines}")
    return Raw(name, opened.name, names, total - lost, opened.sha256, "", stem_of(opened.name))


def _json_keys(staging: Staging, lines: str, usable: str) -> list[str]:
    """The keys of all objects in the order in which they appear first."""
    found: list[tuple[Any, ...]] = staging.rows(
        f"SELECT key FROM (SELECT row, unnest(keys) AS key, generate_subscripts(keys, 1) AS place"
        f" FROM (SELECT rowid AS row, json_keys(value) AS keys FROM {lines} WHERE {usable}))"
        " GROUP BY key ORDER BY min(row), min(place), key"
    )
    return [row[0] for row in found]


def _pointer(key: str) -> str:
    return literal("/" + key.replace("~", "~0").replace("/", "~1"))
