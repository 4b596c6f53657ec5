"""Running findings: one in-memory DuckDB connection over the read-only data file, one cursor per call.

Owns limits (time, rows), rounding, the SQL text of receipts and the cache on (data version, request). Knows no analysis.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis.expr.types as ir
from ibis.backends.sql.datatypes import DuckDBType

from analytics import fits, stopping
from analytics.compiling import sql_of
from analytics.finding import Finding, Fit
from analytics.schema import CANONICAL, MARTS, META, QUALITY

if TYPE_CHECKING:
    import pandas as pd

#: Rows of a result table that leave the engine; the total is counted and shown.
MAX_ROWS = 1_000
#: Seconds after which a question's query is interrupted.
MAX_SECONDS = 60.0
_CACHED_ANSWERS = 256
#: Nothing is fetched or installed at run time.
_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": False, "autoload_known_extensions": False, "allow_community_extensions": False
}


@dataclass(frozen=True)
class ResultTable:
    """A computed table: column names and Ibis types, at most MAX_ROWS rows, and how many there are in all."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    total_rows: int

    def column(self, name: str) -> tuple[Any, ...]:
        index = [column for column, _ in self.columns].index(name)
        return tuple(row[index] for row in self.rows)

    def records(self) -> list[dict[str, Any]]:
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Computed:
    """A finding with its numbers: what wording, charts, receipts and exports are made of."""

    facts: Mapping[str, Any]
    tables: Mapping[str, ResultTable]
    rows_used: int
    left_out: Mapping[str, int]
    unit: str
    caveats: tuple[str, ...]
    sql: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    definitions: tuple[str, ...] = ()
    seconds: float = 0.0


class TooSlow(Exception):
    """A query was interrupted after MAX_SECONDS."""


def clean(value: Any) -> Any:
    """A value as it leaves the engine: floats rounded to 10 significant digits, NaN and infinity as None."""
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return None
        return float(f"{value:.10g}")
    if isinstance(value, Decimal):
        return value.normalize() if value == 0 else value
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()
    return value


class Engine:
    """Answers queries on one version of a data set. Safe to share between threads."""

    def __init__(self, path: Path | None, *, max_seconds: float = MAX_SECONDS, fits_folder: Path | None = None) -> None:
        self.path = path
        self.max_seconds = max_seconds
        self.fits_folder = fits_folder
        self._root = duckdb.connect(":memory:", config=_CONFIG)
        self._root.execute("SET TimeZone = 'UTC'")
        self._cache: OrderedDict[Hashable, Computed] = OrderedDict()
        self._lock = threading.Lock()
        self._fit_lock = threading.RLock()
        self._fitted: set[str] = set()
        if path is not None:
            self._attach(path)

    def _attach(self, path: Path) -> None:
        quoted = str(path).replace("'", "''")
        self._root.execute(f"ATTACH '{quoted}' AS shop (READ_ONLY)")
        tables = self._root.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'shop'").fetchall()
        found = {row[0] for row in tables}
        for name in (*CANONICAL, *MARTS, QUALITY.name, META.name):
            if name in found:
                self._root.execute(f'CREATE VIEW "{name}" AS FROM shop.main."{name}"')

    def close(self) -> None:
        self._root.close()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own for one call, interrupted when it takes too long or the work of this thread is to stop."""
        with self._lock:
            cursor = self._root.cursor()
        watch = stopping.Watch(cursor.interrupt, self.max_seconds, stopping.asked())
        try:
            with watch:
                cursor.execute("SET TimeZone = 'UTC'")
                yield cursor
        except duckdb.InterruptException as fault:
            if watch.stopped:
                raise stopping.Stopped from fault
            if watch.late:
                raise TooSlow(f"interrupted after {self.max_seconds:g} s") from fault
            raise
        finally:
            cursor.close()

    def rows(self, expr: ir.Table) -> list[tuple[Any, ...]]:
        """All rows of an expression, values cleaned. For small results."""
        with self.cursor() as cursor:
            return [tuple(map(clean, row)) for row in cursor.execute(sql_of(expr)).fetchall()]

    def bound(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """All rows of a fixed statement with bound values: look-ups too frequent to be compiled each time."""
        with self.cursor() as cursor:
            return cursor.execute(statement, values).fetchall()

    def frame(self, expr: ir.Table) -> pd.DataFrame:
        """An expression as a pandas frame, for models: one row per group or per customer, never per order line."""
        with self.cursor() as cursor:
            return cursor.execute(sql_of(expr)).df()

    def ensure(self, fit: Fit) -> None:
        """Makes the tables of a fitted model readable; fits it at most once per data version and key."""
        with stopping.held(self._fit_lock):
            if fit.table_name("") in self._fitted:
                return
            for name, frame in self._frames(fit).items():
                columns = ", ".join(f'CAST("{c}" AS {_duck_type(t)}) AS "{c}"' for c, t in fit.schemas[name].items())
                with self._lock:
                    cursor = self._root.cursor()
                cursor.register("fitted_frame", frame)
                table = f'memory.main."{fit.table_name(name)}"'
                cursor.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {columns} FROM fitted_frame")
                cursor.close()
            self._fitted.add(fit.table_name(""))

    def _frames(self, fit: Fit) -> Mapping[str, pd.DataFrame]:
        """Reads a fit from its files beside the data set, or runs it and writes them."""
        if self.fits_folder is None:
            return fit.fit(self)
        if (kept := fits.read(self.fits_folder, fit)) is not None:
            return kept
        frames = fit.fit(self)
        fits.write(self.fits_folder, fit, frames)
        return frames

    def run(self, finding: Finding, *, key: Hashable | None = None, stop: Callable[[], bool] | None = None) -> Computed:
        """Computes a finding. Equal `key`s return the same object without computing again. Raises stopping.Stopped soon after
        `stop` says that nobody waits for it any more."""
        if key is not None:
            with self._lock:
                if key in self._cache:
                    self._cache.move_to_end(key)
                    return self._cache[key]
        with stopping.stoppable(stop):
            computed = self._compute(finding)
        if key is not None:
            with self._lock:
                self._cache[key] = computed
                while len(self._cache) > _CACHED_ANSWERS:
                    self._cache.popitem(last=False)
        return computed

    def _compute(self, finding: Finding) -> Computed:
        begun = time.perf_counter()
        for fit in finding.fits:
            self.ensure(fit)
        statements: list[str] = []
        # DuckDB lets Python go on while it works: the next statement is compiled meanwhile.
        with self.cursor() as cursor, ThreadPoolExecutor(1, "compile") as pool:
            shared = [(item.name, pool.submit(sql_of, item.definition)) for item in finding.shared]
            facts = pool.submit(sql_of, finding.facts)
            listed = [(name, expr, pool.submit(sql_of, expr)) for name, expr in finding.tables.items()]
            counts = pool.submit(sql_of, finding.scope.counts)
            for name, definition in shared:
                statements.append(f'CREATE OR REPLACE TEMP TABLE "{name}" AS\n{definition.result()}')
                cursor.execute(statements[-1])
            facts_table = _fetch(cursor, finding.facts, facts, statements)
            tables = {name: _fetch(cursor, expr, statement, statements) for name, expr, statement in listed}
            counts_table = _fetch(cursor, finding.scope.counts, counts, statements)
        if len(facts_table.rows) != 1:
            raise ValueError(f"facts must be one row, got {len(facts_table.rows)}")
        found = facts_table.records()[0]
        counted = counts_table.records()[0]
        left_out = {k.removeprefix("left_out_"): int(v or 0) for k, v in counted.items() if k.startswith("left_out_")}
        return Computed(
            facts=found, tables=tables, rows_used=int(counted.get("rows_used") or 0), left_out=left_out,
            unit=finding.scope.unit, caveats=tuple(c.name for c in finding.caveats if c.holds(found)),
            sql=tuple(statements), units=finding.units, defaults=finding.defaults, definitions=finding.definitions,
            seconds=time.perf_counter() - begun,
        )


def _fetch(cursor: duckdb.DuckDBPyConnection, expr: ir.Table, compiled: Future[str], statements: list[str]) -> ResultTable:
    statement = compiled.result()
    statements.append(statement)
    rows = cursor.execute(statement).fetchmany(MAX_ROWS + 1)
    total = len(rows)
    if total > MAX_ROWS:
        counted = cursor.execute(f"SELECT count(*) FROM ({statement})").fetchone()
        total = int(counted[0]) if counted else total
    columns = tuple((name, str(kind)) for name, kind in expr.schema().items())
    return ResultTable(columns, tuple(tuple(map(clean, row)) for row in rows[:MAX_ROWS]), total)


def _duck_type(kind: Any) -> str:
    return str(DuckDBType.to_string(kind))
