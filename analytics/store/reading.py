"""Opening data sets for reading, and going back to a kept version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.backends.sql.datatypes import DuckDBType

from analytics.marts.sql import literal
from analytics.run import Engine
from analytics.schema import CANONICAL, FORMAT_VERSION
from analytics.shop import Settings, Shop
from analytics.store.errors import DataSetError, write_error
from analytics.store.files import folder_of, swap, version_files
from analytics.store.locking import Busy, locked

_MAGIC = b"DUCK"
#: Bytes before the first block of a DuckDB file.
_HEADERS = 3 * 4_096
_NEEDED = frozenset({"version", "as_of", "first_day", "loaded_at", "settings", "rows", "format_version"})


@dataclass(frozen=True)
class Version:
    """One kept version of a data set; `current` is the one that PATH shows."""

    number: int
    version: str
    file: Path
    loaded_at: str
    as_of: date
    rows: Mapping[str, int] = field(default_factory=dict)
    current: bool = False


def connect(database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A connection in UTC that fetches and installs nothing and draws no progress bar of its own."""
    connection = duckdb.connect(database, config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def open_shop(path: Path | str, today: date | None = None, *, max_seconds: float | None = None) -> tuple[Shop, Engine]:
    """Opens a data set for reading: the shop (what is loaded) and the engine that runs findings on it.

    `today` defaults to the data's as-of date. Raises DataSetError, see there.
    """
    path = Path(path).absolute()
    _meta_of(path)
    engine = Engine(path) if max_seconds is None else Engine(path, max_seconds=max_seconds)
    with engine.cursor() as cursor:
        stamps = dict(cursor.execute("SELECT key, value FROM shop.askwell_meta").fetchall())
        extras = _extra_columns(cursor)
    engine.fits_folder = folder_of(path) / f"{stamps['version']}.fits"
    as_of = date.fromisoformat(stamps["as_of"])
    shop = Shop(
        settings=settings_of(stamps["settings"]), as_of=as_of, today=today or as_of,
        first_day=date.fromisoformat(stamps["first_day"]), version=stamps["version"], loaded_at=stamps["loaded_at"],
        rows={name: count for name, count in json.loads(stamps["rows"]).items() if count}, extra_columns=extras,
    )
    return shop, engine


def meta(path: Path | str) -> Mapping[str, str]:
    """The stamps of a data set file (askwell_meta); raises DataSetError, see there."""
    return _meta_of(Path(path).absolute())


def versions(path: Path | str) -> tuple[Version, ...]:
    """The kept versions of a data set, oldest first; a file that cannot be read is passed over."""
    path = Path(path).absolute()
    current = _meta_of(path)
    found = []
    for file in version_files(folder_of(path)):
        with suppress(DataSetError):
            found.append(_version(file, _meta_of(file), current))
    if not any(version.current for version in found):
        found.append(_version(path, current, current))
    return tuple(sorted(found, key=lambda version: version.number))


def restore(path: Path | str, version: str) -> Version:
    """Makes a kept version current again: its hash, the beginning of it, or its number. Nothing is deleted."""
    path = Path(path).absolute()
    kept = versions(path)
    matches = [v for v in kept if str(v.number) == version] or [v for v in kept if version and v.version.startswith(version)]
    if not matches:
        raise DataSetError("no_such_version", path, version=version, known=tuple(v.version for v in kept))
    try:
        with locked(folder_of(path) / "load.lock"):
            swap(matches[-1].file, path)
    except Busy as fault:
        raise DataSetError("busy", path, pid=fault.pid) from fault
    except OSError as fault:
        raise write_error(fault, path) from fault
    return next(v for v in versions(path) if v.number == matches[-1].number)


def settings_of(text: str) -> Settings:
    """Settings from their JSON; fields of another version of Askwell are passed over."""
    known = {f.name for f in fields(Settings)}
    return Settings(**{key: value for key, value in json.loads(text).items() if key in known})


def _version(file: Path, stamps: Mapping[str, str], current: Mapping[str, str]) -> Version:
    same = all(stamps.get(key) == current.get(key) for key in ("version", "number"))
    return Version(
        int(stamps.get("number", "0")), stamps["version"], file, stamps["loaded_at"], date.fromisoformat(stamps["as_of"]),
        json.loads(stamps["rows"]), same,
    )


def _meta_of(path: Path) -> dict[str, str]:
    """The stamps of a data set file, after the checks that make it one."""
    _check_header(path)
    connection = connect()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS shop (READ_ONLY)")
        stamps: dict[str, str] = dict(connection.execute("SELECT key, value FROM shop.askwell_meta").fetchall())
        blocks = connection.execute("SELECT block_size * total_blocks FROM pragma_database_size() WHERE database_name = 'shop'")
        size = (blocks.fetchone() or (0,))[0]
    except duckdb.CatalogException as fault:
        raise DataSetError("not_a_data_set", path) from fault
    except duckdb.Error as fault:
        reason = str(fault).splitlines()[0]
        if "version number" in reason:
            raise DataSetError("newer_format", path, found=reason, known=FORMAT_VERSION) from fault
        raise DataSetError("corrupt", path, reason=reason) from fault
    finally:
        connection.close()
    if not set(stamps) >= _NEEDED:
        raise DataSetError("not_a_data_set", path)
    if int(stamps["format_version"]) > FORMAT_VERSION:
        raise DataSetError("newer_format", path, found=stamps["format_version"], known=FORMAT_VERSION)
    if size + _HEADERS > path.stat().st_size:
        raise DataSetError("corrupt", path, reason="the file is shorter than its header says")
    return stamps


def _check_header(path: Path) -> None:
    try:
        if not path.is_file():
            raise DataSetError("not_a_data_set" if path.exists() else "not_there", path)
        with path.open("rb") as file:
            head = file.read(12)
    except PermissionError as fault:
        raise DataSetError("not_readable", path, reason="permission") from fault
    if head[8:12] != _MAGIC:
        raise DataSetError("not_a_data_set", path)


def _extra_columns(cursor: duckdb.DuckDBPyConnection) -> dict[str, ibis.Schema]:
    rows = cursor.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'shop'"
        " ORDER BY table_name, column_index"
    ).fetchall()
    extras: dict[str, dict[str, Any]] = {}
    for table, column, kind in rows:
        if table in CANONICAL and column not in CANONICAL[table].column_names:
            extras.setdefault(table, {})[column] = DuckDBType.from_string(kind)
    return {table: ibis.schema(columns) for table, columns in extras.items()}
