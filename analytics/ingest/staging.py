"""The tables of a load that is under way: raw texts as read, and the rows that are set aside.

Everything stands in the database `scratch` beside the new file and is gone after the load, except `set_aside`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from analytics.marts.sql import duck_type, literal, one, quoted
from analytics.schema import SET_ASIDE
from analytics.store import Action, Check
from analytics.store.quality import SAMPLE_ROWS

#: The place of a row in its file, in every scratch table of typed rows.
PLACE = "_place"
_SET_ASIDE = f"scratch.{SET_ASIDE.name}"


@dataclass(frozen=True)
class Raw:
    """A table as read: every column is text, in the order of the file. `where` names the sheet of a workbook."""

    name: str
    file: str
    columns: tuple[str, ...]
    rows: int
    sha256: str
    where: str = ""
    stem: str = ""


@dataclass
class Staging:
    """The scratch database of a load and what it reports so far."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    checks: list[Check] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.connection.execute(f"ATTACH {literal(str(self.folder / 'scratch.duckdb'))} AS scratch")
        columns = ", ".join(f"{quoted(c.name)} {duck_type(c.type)}" for c in SET_ASIDE.columns)
        self.connection.execute(f"CREATE TABLE {_SET_ASIDE} ({columns})")

    def new_name(self, kind: str) -> str:
        """A name for a scratch table that is not used yet."""
        self.made += 1
        return f"scratch.{kind}_{self.made}"

    def one(self, query: str) -> Any:
        return one(self.connection, query)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def run(self, statement: str) -> None:
        self.connection.execute(statement)

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self.rows(f"DESCRIBE {table}"))

    def report(
        self, table: str, rule: str, action: Action, rows: int, total: int, sample: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Notes what a rule did; a rule that touched nothing is noted too when its table has rows."""
        self.checks.append(Check(table, rule, action, rows, total, tuple(sample)))

    def sample(self, query: str) -> tuple[Mapping[str, Any], ...]:
        """Up to SAMPLE_ROWS rows of a query, by column name."""
        cursor = self.connection.execute(f"FROM ({query}) LIMIT {SAMPLE_ROWS}")
        names = [column[0] for column in cursor.description or ()]
        rows = (zip(names, row, strict=True) for row in cursor.fetchall())
        return tuple({name: value for name, value in row if name != PLACE} for row in rows)

    def set_aside(self, table: str, rule: str, file: str, query: str) -> int:
        """Stores the rows of a query as JSON, reports them, and returns how many there are."""
        before = self.one(f"SELECT count(*) FROM {_SET_ASIDE}")
        self.run(
            f"INSERT INTO {_SET_ASIDE}"
            f" SELECT {literal(table)}, {literal(rule)}, {literal(file)}, to_json(t) FROM ({query}) t"
        )
        return int(self.one(f"SELECT count(*) FROM {_SET_ASIDE}")) - int(before)

    def set_aside_rows(self, table: str, rule: str, file: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Stores rows that never became a table, such as broken lines."""
        if rows:
            values = [(table, rule, file, json.dumps(row, ensure_ascii=False)) for row in rows]
            self.connection.executemany(f"INSERT INTO {_SET_ASIDE} VALUES (?, ?, ?, ?)", values)


def create_texts(staging: Staging, columns: Sequence[str]) -> str:
    """An empty raw table with text columns."""
    name = staging.new_name("raw")
    staging.run(f"CREATE TABLE {name} ({', '.join(f'{quoted(column)} VARCHAR' for column in columns)})")
    return name
