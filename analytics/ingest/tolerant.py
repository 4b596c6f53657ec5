"""The slow reader for damaged text files: line by line, so that a stray quote spoils one line and not the rest.

Used only where the engine's reader met too many broken lines, or one so long that it cannot tell where it ends.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

#: Characters of a row that can be read; a longer one is broken.
LONGEST_ROW = 2**24
# The module's own default bound is for whole programs; without this a long cell could not even be looked at.
csv.field_size_limit(2**30)
#: Lines that a quoted cell may run over; a quote that is still open then was a stray one.
MOST_LINES = 100
Row = list[str | None]


def fit(cells: list[str], width: int) -> Row | None:
    """Cells as a row of `width`: short ones padded, empty surplus cut; None when there is more than fits."""
    if sum(map(len, cells)) > LONGEST_ROW or any(cell.strip() for cell in cells[width:]):
        return None
    row: Row = [cell or None for cell in cells[:width]]
    return row + [None] * (width - len(row))


def rewrite(path: Path, target: Path, width: int, delimiter: str, skip: int) -> tuple[int, list[str]]:
    """Writes the rows behind the header (after `skip` empty lines) that can be read as plain CSV; returns how many had to
    be padded or cut, and the lines that are lost."""
    uneven, lost = 0, []
    with path.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        for row, line in _rows(source, delimiter, skip):
            fitted = fit(row, width) if row is not None else None
            if fitted is None:
                lost.append(line.rstrip("\r\n"))
            else:
                uneven += len(row or ()) != width
                writer.writerow(fitted)
    return uneven, lost


def _rows(source: Iterator[str], delimiter: str, skip: int) -> Iterator[tuple[list[str] | None, str]]:
    """Rows behind the header, each with its text; None for a line that is no row."""
    waiting: deque[str] = deque()
    header = False
    for _ in range(skip):
        next(source, "")
    while True:
        taken, row = _take(waiting, source, delimiter)
        if not taken:
            return
        if not header:
            header = True
        elif taken.strip():
            yield row, taken


def _take(waiting: deque[str], source: Iterator[str], delimiter: str) -> tuple[str, list[str] | None]:
    """The next row's text and cells. When no row can be made of it, its first line alone is taken, without cells."""
    lines: list[str] = []
    while len(lines) < MOST_LINES:
        line = waiting.popleft() if waiting else next(source, "")
        if not line:
            break
        lines.append(line)
        text = "".join(lines)
        if text.count('"') % 2 == 0:
            row = _parse(text, delimiter)
            if row is not None:
                return text, row
            break
    if not lines:
        return "", None
    waiting.extendleft(reversed(lines[1:]))
    return lines[0], None


def _parse(text: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) > 1:
        return None
    return rows[0] if rows else []
