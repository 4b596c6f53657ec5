"""Answers in a terminal: plain text, tables aligned by the width that characters really take. Draws, decides nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from assistant.answer import Answer, Outcome, Table
from assistant.answering.wording import Record, wording

#: Rows of a table that are shown; the others are in the JSON.
ROWS = 20
#: Widest cell, in columns of the terminal.
_WIDEST = 48
_NUMBERS = ("int", "float", "decimal")


def present(outcome: Outcome) -> str:
    """Any outcome as text; what is no answer says its piece."""
    if not isinstance(outcome, Answer):
        return outcome.text
    receipt = outcome.receipt
    tables = [
        Record({"title": table.title, "text": aligned_table(table), "shown": len(table.rows[:ROWS]), "total": table.total_rows})
        for table in outcome.tables if table.rows
    ]
    return wording(outcome.request.language, receipt.currency).render(
        "cli/answer", headline=outcome.headline, restated=outcome.restated, body=outcome.body, tables=tables,
        caveats=outcome.caveats, follow_ups=outcome.follow_ups, as_of=receipt.as_of, version=receipt.data_version,
        summary=receipt.summary if receipt.rows_used else "",
    )


def aligned_table(table: Table) -> str:
    """The first rows of a shown table under their headings."""
    right = [column.type.removeprefix("!").startswith(_NUMBERS) and column.dimension == column.name for column in table.columns]
    return aligned([column.label for column in table.columns], table.first(ROWS), right)


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool] | None = None) -> str:
    """Rows in columns of equal width; `right` says which columns are set flush right."""
    flush = list(right or [False] * len(headings))
    lines = [[clipped(cell) for cell in line] for line in (headings, *rows)]
    widths = [max(width(line[i]) for line in lines) for i in range(len(headings))]
    lines.insert(1, ["─" * wide for wide in widths])
    return "\n".join("  ".join(padded(cell, widths[i], flush[i]) for i, cell in enumerate(line)).rstrip() for line in lines)


def width(text: str) -> int:
    """Columns that a text takes in a terminal: two for Chinese characters, none for combining marks."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, wide: int, right: bool) -> str:
    """The text filled up with spaces to a width."""
    room = " " * max(0, wide - width(text))
    return room + text if right else text + room


def clipped(text: str) -> str:
    """One line of at most the widest cell; control characters of the data never reach the terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if width(line) <= _WIDEST:
        return line
    while width(line) > _WIDEST - 1:
        line = line[:-1]
    return f"{line}…"
