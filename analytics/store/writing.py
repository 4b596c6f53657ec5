"""Writing a data set: under a lock, into a file of its own, visible only when it is whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from analytics import marts
from analytics.marts import Progress
from analytics.marts.sql import duck_type, literal, one, quoted
from analytics.schema import CANONICAL, FORMAT_VERSION, MARTS, META, QUALITY, SET_ASIDE, Table
from analytics.shop import Settings
from analytics.store.errors import DataSetError, write_error
from analytics.store.files import WORK, clear, folder_of, link, number_of, prune, swap, sync, version_files
from analytics.store.locking import Busy, locked
from analytics.store.quality import Check, Source
from analytics.store.reading import connect, meta

#: Memory that building may use, in bytes, on machines that have more than that to spare; beyond it DuckDB spills to disk.
_MEMORY = 8 * 2**30


@dataclass
class Build:
    """A data set file under construction: fill the canonical tables through `connection`, then commit."""

    path: Path
    folder: Path
    work: Path
    connection: duckdb.DuckDBPyConnection
    now: datetime
    previous: Path | None
    committed: str | None = None

    def check(self, settings: Settings) -> None:
        """Raises DataSetError (bad_time_zone) for settings that no data set can have."""
        known = f"SELECT count(*) FROM pg_timezone_names() WHERE name = {literal(settings.time_zone)}"
        if not one(self.connection, known):
            raise DataSetError("bad_time_zone", self.path, time_zone=settings.time_zone)

    def commit(
        self, settings: Settings, quality: Sequence[Check] = (), sources: Sequence[Source] = (), progress: Progress | None = None
    ) -> str:
        """Creates what is missing, builds the marts, stamps the file and makes it the current version; returns its hash."""
        for table in (*CANONICAL.values(), QUALITY, SET_ASIDE):
            columns = ", ".join(f"{quoted(c.name)} {duck_type(c.type)}" for c in table.columns)
            self.connection.execute(f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({columns})")
        self.check(settings)
        built = marts.build(self.connection, settings, self.now, progress)
        _write_quality(self.connection, quality)
        version = _content_hash(self.connection, built)
        number = _next_number(self.folder, self.previous)
        _stamp(self.connection, built, version, number, self.now, sources)
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        _publish(self, f"{number:04d}-{version}.duckdb")
        self.committed = version
        return version


@contextmanager
def building(path: Path | str, now: datetime | None = None) -> Iterator[Build]:
    """A new version of the data set at `path`, to be filled and committed; nothing changes without a commit.

    Holds the lock against other loads, clears what a killed load left behind, and turns a full disk into a
    DataSetError. `now` is the load moment (UTC, without zone); the system clock's where none is given.
    """
    path = Path(path).absolute()
    folder = folder_of(path)
    if path.exists():
        meta(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "load.lock"):
            clear(folder)
            yield from _building(path, folder, now or datetime.now(UTC).replace(tzinfo=None))
    except Busy as fault:
        raise DataSetError("busy", path, pid=fault.pid) from fault
    except (OSError, duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException) as fault:
        raise write_error(fault, path) from fault


def _building(path: Path, folder: Path, now: datetime) -> Iterator[Build]:
    work = folder / f"{WORK}{os.getpid()}.duckdb"
    connection = connect(str(work))
    try:
        connection.execute(f"SET temp_directory = {literal(str(work.with_suffix('.tmp')))}")
        connection.execute(f"SET memory_limit = '{_memory()}B'")
        yield Build(path, folder, work, connection, now, path if path.exists() else None)
    finally:
        connection.close()
        clear(folder)


def write(
    path: Path | str,
    tables: Mapping[str, pd.DataFrame | duckdb.DuckDBPyRelation | Path],
    settings: Settings,
    *,
    quality: Sequence[Check] = (),
    sources: Sequence[Source] = (),
    progress: Progress | None = None,
    now: datetime | None = None,
) -> str:
    """Writes canonical tables (frames, relations or Parquet files, times in UTC) as a new version; returns its hash.

    Columns are cast to the types of analytics.schema; missing ones become null, additional ones are kept. Nothing is
    cleaned: values that do not fit raise. Unknown table names raise ValueError.
    """
    unknown = sorted(set(tables) - set(CANONICAL))
    if unknown:
        raise ValueError(f"not canonical tables: {', '.join(unknown)}")
    with building(path, now) as build:
        for name, source in tables.items():
            _store(build.connection, CANONICAL[name], source)
        return build.commit(settings, quality, sources, progress)


def _store(
    connection: duckdb.DuckDBPyConnection, table: Table, source: pd.DataFrame | duckdb.DuckDBPyRelation | Path
) -> None:
    if isinstance(source, Path):
        origin = f"read_parquet({literal(str(source))})"
    else:
        rows = source if isinstance(source, pd.DataFrame) else source.to_arrow_table()
        connection.register("given_rows", rows)
        origin = "given_rows"
    given = [row[0] for row in connection.execute(f"DESCRIBE FROM {origin}").fetchall()]
    columns = [
        f"CAST({quoted(c.name) if c.name in given else 'NULL'} AS {duck_type(c.type)}) AS {quoted(c.name)}" for c in table.columns
    ]
    columns += [quoted(name) for name in given if name not in table.column_names]
    connection.execute(f"CREATE TABLE {quoted(table.name)} AS SELECT {', '.join(columns)} FROM {origin}")
    if origin == "given_rows":
        connection.unregister("given_rows")


def _write_quality(connection: duckdb.DuckDBPyConnection, quality: Sequence[Check]) -> None:
    rows = [
        (position, c.table, c.rule, c.action, c.rows, c.total, json.dumps(c.sample, ensure_ascii=False, default=str))
        for position, c in enumerate(quality, 1)
    ]
    if rows:
        connection.executemany(f"INSERT INTO {QUALITY.name} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _content_hash(connection: duckdb.DuckDBPyConnection, built: marts.Built) -> str:
    """12 hex digits of the settings, the as-of date, the marts' definitions and every canonical row, whatever their order."""
    settings = json.dumps(asdict(built.settings), sort_keys=True)
    parts = [str(FORMAT_VERSION), marts.definitions_hash(), built.as_of.isoformat(), settings]
    for name in CANONICAL:
        count, total = connection.execute(f"SELECT count(*), sum(CAST(hash(t) AS HUGEINT)) FROM {name} t").fetchone() or (0, 0)
        parts.append(f"{name} {count} {total}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _stamp(
    connection: duckdb.DuckDBPyConnection, built: marts.Built, version: str, number: int, now: datetime, sources: Sequence[Source]
) -> None:
    ranges = {}
    for table in CANONICAL.values():
        if table.time:
            first = one(connection, f"SELECT CAST(min({table.time}) AS DATE) FROM {table.name}")
            last = one(connection, f"SELECT CAST(max({table.time}) AS DATE) FROM {table.name}")
            if first is not None:
                ranges[table.name] = [first.isoformat(), last.isoformat()]
    rows = {name: one(connection, f"SELECT count(*) FROM {name}") for name in (*CANONICAL, *MARTS, QUALITY.name, SET_ASIDE.name)}
    values = {
        "format_version": str(FORMAT_VERSION), "version": version, "number": str(number), "as_of": built.as_of.isoformat(),
        "first_day": built.first_day.isoformat(), "loaded_at": now.replace(microsecond=0).isoformat() + "Z",
        "sources": json.dumps([asdict(s) for s in sources], ensure_ascii=False), "rows": json.dumps(rows),
        "settings": json.dumps(asdict(built.settings), ensure_ascii=False), "table_ranges": json.dumps(ranges),
    }
    connection.execute(f"CREATE TABLE {META.name} (key VARCHAR, value VARCHAR)")
    connection.executemany(f"INSERT INTO {META.name} VALUES (?, ?)", list(values.items()))


def _publish(build: Build, name: str) -> None:
    """Makes the finished file a version and the current one. Killed at any point, PATH is either the old or the new file."""
    if build.previous is not None:
        _keep_previous(build.previous, build.folder)
    sync(build.work)
    file = build.folder / name
    build.work.replace(file)
    swap(file, build.path)
    prune(build.folder, build.path)


def _keep_previous(path: Path, folder: Path) -> None:
    """A data set file that came without its folder of versions is kept as a version of its own."""
    stamps = meta(path)
    file = folder / f"{int(stamps.get('number', '0')):04d}-{stamps['version']}.duckdb"
    if not file.exists():
        link(path, file)


def _next_number(folder: Path, previous: Path | None) -> int:
    numbers = [number_of(file) for file in version_files(folder)]
    if previous is not None:
        numbers.append(int(meta(previous).get("number", "0")))
    return max(numbers, default=0) + 1


def _memory() -> int:
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _MEMORY
    return min(_MEMORY, int(machine * 0.6))
