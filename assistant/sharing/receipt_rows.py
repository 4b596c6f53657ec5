"""What a file that leaves says about itself: the answer's receipt as rows of a label and a text, in the asker's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answer import Answer, Table
from assistant.answering.formats import Formats
from assistant.answering.wording import wording


@dataclass(frozen=True)
class ReceiptRow:
    label: str
    text: str


def receipt_rows(answer: Answer) -> tuple[ReceiptRow, ...]:
    """The rows: what was asked and answered, on which data, with which filters and definitions, and what is not all there."""
    formats = wording(answer.request.language, answer.receipt.currency).formats
    return tuple(ReceiptRow(label, text) for label, text in _rows(answer, formats) if text)


def _rows(answer: Answer, formats: Formats) -> Iterator[tuple[str, str]]:
    receipt = answer.receipt
    yield formats.phrase("export_headline"), answer.headline
    yield formats.phrase("export_asked"), answer.request.question
    yield formats.phrase("export_understood"), answer.restated
    yield formats.phrase("export_period"), receipt.period_label
    if receipt.summary:
        yield formats.phrase("export_filters"), formats.where(receipt.filters) or formats.phrase("export_no_filters")
        yield formats.phrase("export_rows"), receipt.summary
    for table in answer.tables:
        yield formats.phrase("export_table", title=table.title), extent(table, formats)
    for caveat in answer.caveats:
        yield formats.phrase("export_caveat"), caveat
    for term, text in receipt.definitions.items():
        yield formats.phrase("export_definition", term=term), text
    yield formats.phrase("export_as_of_day"), formats.date(receipt.as_of)
    yield formats.phrase("export_version"), receipt.data_version
    yield formats.phrase("export_currency"), receipt.currency
    yield formats.phrase("export_time_zone"), receipt.time_zone


def extent(table: Table, formats: Formats) -> str:
    """How many of a table's rows there are, in words."""
    name = "export_cut" if is_cut(table) else "export_whole"
    return formats.phrase(name, shown=formats.count(len(table.rows)), total=formats.count(table.total_rows))


def is_cut(table: Table) -> bool:
    return len(table.rows) < table.total_rows
