"""Small SQL helpers of the marts: typed literals, local time, and tables with exactly the columns of the schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import ibis
from ibis.backends.sql.datatypes import DuckDBType

from analytics.schema import Table
from analytics.shop import Settings


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | date | datetime | float) -> str:
    """An SQL literal of a string, number, date or time."""
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, date):
        return f"DATE '{value:%Y-%m-%d}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def duck_type(ibis_type: str) -> str:
    """The DuckDB name of a column type of the schema."""
    return str(DuckDBType.to_string(ibis.dtype(ibis_type)))


def create(connection: duckdb.DuckDBPyConnection, table: Table, query: str, order: str = "") -> None:
    """Creates `table` from a query that yields its columns by name, cast to their types, in the given order of rows."""
    columns = ", ".join(f"CAST({quoted(c.name)} AS {duck_type(c.type)}) AS {quoted(c.name)}" for c in table.columns)
    ordered = f" ORDER BY {order}" if order else ""
    connection.execute(f"CREATE OR REPLACE TABLE {quoted(table.name)} AS SELECT {columns} FROM ({query}){ordered}")


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The first value of a query's first row; None without rows."""
    row = connection.execute(query).fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class Terms:
    """What the definitions depend on: the load moment (UTC), the as-of date and the settings."""

    now: datetime
    as_of: date
    settings: Settings
    horizon_days: int = 0

    @property
    def now_sql(self) -> str:
        return literal(self.now)

    @property
    def as_of_sql(self) -> str:
        return literal(self.as_of)

    def local(self, column: str) -> str:
        """A UTC timestamp expression in the company's time zone."""
        if self.settings.time_zone == "UTC":
            return column
        return f"(({column}) AT TIME ZONE 'UTC' AT TIME ZONE {literal(self.settings.time_zone)})"

    def until_now(self, column: str) -> str:
        """Keeps rows up to the load moment, and those without a time."""
        return f"({column} IS NULL OR {column} <= {self.now_sql})"
