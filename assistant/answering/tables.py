"""Shown tables: headings and units for computed ones, and their cells as they are written in a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analytics.run import Computed
from assistant.answer import Column, Language, Table
from assistant.answering import terms
from assistant.answering.formats import Formats
from assistant.answering.measures import CHANGE_RATES, DIFFERENCES, Measures


def shown(computed: Computed, measures: Measures, formats: Formats) -> tuple[Table, ...]:
    """The tables of an answer with headings in the asker's language; nothing is reordered or left out."""
    language = formats.language
    out = []
    for name, table in computed.tables.items():
        names = {column for column, _ in table.columns}
        own_unit = bool({"unit", "metric"} & names)
        columns = tuple(
            Column(
                column, kind, "" if own_unit and measures.row_unit({"unit": "number"}, column) else measures.unit(column, kind),
                measures.heading(column, language), measures.dimension(column),
            )
            for column, kind in table.columns
        )
        out.append(Table(name, _title(name, language), columns, table.rows, table.total_rows, writer(formats)))
    return tuple(out)


def _title(name: str, language: Language) -> str:
    scoped = f"table.{name}"
    words = terms.load()
    return words.heading(scoped if words.get(scoped) else name, language)


def writer(formats: Formats) -> Callable[[Table, int | None], tuple[tuple[str, ...], ...]]:
    """What writes the rows of a table in the language of `formats`."""
    measures = Measures()

    def write(table: Table, limit: int | None) -> tuple[tuple[str, ...], ...]:
        names = [column.name for column in table.columns]
        out = []
        for row in table.rows[:limit]:
            record = dict(zip(names, row, strict=True))
            out.append(tuple(cell(column, record[column.name], record, formats, measures) for column in table.columns))
        return tuple(out)

    return write


def cell(column: Column, value: Any, record: Mapping[str, Any], formats: Formats, measures: Measures) -> str:
    """One value as it stands in a table; a figure that is not there is a dash."""
    unit = column.unit or measures.row_unit(record, column.name) or ""
    numeric = isinstance(value, int | float) or hasattr(value, "as_tuple")
    if value is None:
        return formats.phrase("no_figure") if _is_figure(column) or unit == "code" else formats.phrase("unknown")
    if unit == "code":
        return formats.label(value, column.name)
    if column.dimension != column.name or not unit or unit == "text" or isinstance(value, bool) or not numeric:
        return formats.value(value, column.dimension)
    if column.name in CHANGE_RATES:
        return formats.signed(value)
    return formats.signed(value, unit) if column.name in DIFFERENCES else formats.figure(value, unit)


def _is_figure(column: Column) -> bool:
    return column.type.removeprefix("!").partition("(")[0] != "string"
