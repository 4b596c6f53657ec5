"""Map files: what a person says the columns of a file mean. YAML, read with its own errors.

    InvoiceNo: orders.order_id        # column: table.field, see `fields`
    Betrag: order_lines.amount        # a line's amount where there is no unit price
    Uhrzeit: orders.ordered_time      # the time of day where the date stands in another column
    Notiz: customers.note             # a field that the table does not have: kept there as an extra column
    Intern: ignore                    # kept as an extra column, taken for nothing
    sales_2024.csv:                   # what follows is said of this file only
      Total: order_lines.amount
    book.xlsx/Returns:                # ... of this sheet of a workbook only
      Amount: ignore

A file whose columns all map onto one table is that table; any other is a flat sales file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from rapidfuzz import process

from analytics.ingest.errors import LoadError
from analytics.ingest.fields import fields
from analytics.ingest.naming import words_of
from analytics.schema import CANONICAL

IGNORE = "ignore"


@dataclass(frozen=True)
class MapFile:
    """What is said of every file, and of single files by their name; fields are keys of `fields` or None."""

    name: str = ""
    everywhere: Mapping[str, str | None] = field(default_factory=dict)
    by_file: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    def given_for(self, file: str, columns: Sequence[str], where: str = "") -> dict[str, str | None]:
        """The given mapping of a file's columns, by their own spelling; raises LoadError on a column it does not have.

        `where` names the sheet of a workbook.
        """
        known = {words_of(column): column for column in columns}
        # A column that is spelt exactly so comes before one that is only written with the same words.
        exact = set(columns)
        given: dict[str, str | None] = {}
        for column, target in self.everywhere.items():
            if words_of(column) in known:
                given[known[words_of(column)]] = target
        for column, target in self.by_file.get(f"{file}/{where}", self.by_file.get(file, {})).items():
            if column not in exact and words_of(column) not in known:
                raise LoadError("map_unknown_column", self.name, column, column=column, near=nearest(column, columns), found=file)
            given[column if column in exact else known[words_of(column)]] = target
        return given

    def check_used(self, columns: Sequence[str]) -> None:
        """Raises LoadError for a column that is in none of the files."""
        known = {words_of(column) for column in columns}
        for column in self.everywhere:
            if words_of(column) not in known:
                raise LoadError("map_unknown_column", self.name, column, column=column, near=nearest(column, columns), found="")


def read_map(mapping: Path | Mapping[str, object] | None) -> MapFile:
    """A map file, or the same said as a mapping. Raises LoadError."""
    if mapping is None:
        return MapFile()
    if isinstance(mapping, Path):
        name, content = mapping.name, _parse(mapping)
    else:
        name, content = "mapping", mapping
    if not isinstance(content, Mapping):
        raise LoadError("bad_map", name, reason="not a list of `column: table.field`")
    everywhere: dict[str, str | None] = {}
    by_file: dict[str, dict[str, str | None]] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            by_file[str(key)] = {str(column): _target(name, str(column), target) for column, target in value.items()}
        else:
            everywhere[str(key)] = _target(name, str(key), value)
    return MapFile(name, everywhere, by_file)


def nearest(word: str, words: Sequence[str]) -> tuple[str, ...]:
    """The three most similar words, the most similar first."""
    return tuple(found for found, _, _ in process.extract(word, sorted(words), limit=3))


def _parse(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except FileNotFoundError as fault:
        raise LoadError("file_not_there", str(path)) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise LoadError("not_readable", str(path), reason=str(fault)) from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        raise LoadError("bad_map", path.name, where, reason=str(getattr(fault, "problem", fault))) from fault


def _target(name: str, column: str, value: object) -> str | None:
    if value is None or value == IGNORE:
        return None
    key = str(value).strip()
    if key in fields():
        return key
    table, _, rest = key.partition(".")
    if table in CANONICAL and rest.isidentifier():
        return key
    by_column = [known for known in fields() if known.endswith(f".{key}")]
    if len(by_column) == 1:
        return by_column[0]
    raise LoadError("map_unknown_field", name, column, field=key, near=by_column or nearest(key, tuple(fields())))
