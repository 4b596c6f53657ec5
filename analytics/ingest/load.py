"""Loading: files become a new version of a data set, whole or not at all.

Owns the order of the steps. Reading, understanding, typing, splitting, merging and checking stand in their own modules.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from analytics.ingest import demo
from analytics.ingest.cleaning import check_data, earlier_reports, repair
from analytics.ingest.demo import truths
from analytics.ingest.errors import LoadError
from analytics.ingest.fields import LINE_AMOUNT
from analytics.ingest.flat import Part, join_time_of_day, mark_credit_notes, split
from analytics.ingest.mapfile import MapFile, read_map
from analytics.ingest.merging import finish
from analytics.ingest.readers import read
from analytics.ingest.report import FileMapping, LoadReport
from analytics.ingest.rules import DATA_RULES, RULES
from analytics.ingest.staging import Raw, Staging
from analytics.ingest.typing import cleaned, exact_duplicates, typed
from analytics.ingest.understanding import FLAT, Understood, understand
from analytics.marts import Progress
from analytics.marts.sql import duck_type, literal
from analytics.schema import CANONICAL, REQUIRED_TABLES, SET_ASIDE, UNIT_PRICE
from analytics.shop import Settings
from analytics.store import Build, Source, building, meta, settings_of, write
from analytics.store.files import WORK
from analytics.store.reading import connect

#: Shares of the work, for the progress bar: reading, cleaning, then the rest.
_READ, _CLEAN, _MERGED = 0.35, 0.6, 0.65


def load(
    files: Sequence[Path | str],
    path: Path | str,
    mapping: Path | Mapping[str, object] | None = None,
    append: bool = False,
    settings: Settings | None = None,
    drop_duplicates: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> LoadReport:
    """Reads files into a new version of the data set at `path`; nothing changes there unless all goes well.

    `mapping` is a map file or the same as a mapping (see analytics.ingest.mapfile). `append` adds to what is loaded,
    otherwise the files replace it. Without `settings` an appended data set keeps its own. `drop_duplicates` sets exact
    duplicate rows aside instead of keeping them. `now` is the load moment in UTC. Raises LoadError for files and
    DataSetError for the data set, both before anything is changed.
    """
    if not files:
        raise LoadError("no_files")
    maps = read_map(mapping)
    with building(path, now) as build:
        staging = Staging(build.connection, build.folder / f"{WORK}files-{os.getpid()}")
        previous = append and build.previous is not None
        if previous:
            build.connection.execute(f"ATTACH {literal(str(build.previous))} AS previous (READ_ONLY)")
        settings = settings or (settings_of(meta(build.path)["settings"]) if previous else Settings())
        build.check(settings)
        understood = _read_all([Path(file) for file in files], maps, staging, progress)
        parts = _clean_all(understood, settings, drop_duplicates, build.now, staging, progress)
        return _finish(build, understood, parts, previous, settings, staging, progress)


def preview(
    files: Sequence[Path | str], mapping: Path | Mapping[str, object] | None = None
) -> tuple[FileMapping, ...]:
    """How files would be understood, without loading them. Raises LoadError."""
    with TemporaryDirectory(prefix="askwell-") as folder:
        connection = connect()
        try:
            staging = Staging(connection, Path(folder))
            understood = _read_all([Path(file) for file in files], read_map(mapping), staging, None)
            return tuple(item.mapping for item in understood)
        finally:
            connection.close()


def write_demo(
    path: Path | str, customers: int = 5_000, seed: int = 7, end: date = truths.END, progress: Progress | None = None
) -> str:
    """Writes the demo company, the same for the same arguments whatever the clock says, and returns its version."""
    tables: Mapping[str, pd.DataFrame] = demo.generate(customers, seed, end)
    settings = Settings(currency="GBP", time_zone="Europe/London", company="Askwell Demo")
    sources = [Source("demo", name, len(frame)) for name, frame in tables.items()]
    now = datetime.combine(end, time(23, 59, 59))
    return write(path, tables, settings, sources=sources, progress=progress, now=now)


def _read_all(files: Sequence[Path], maps: MapFile, staging: Staging, progress: Progress | None) -> list[Understood]:
    raws: list[Raw] = []
    for number, file in enumerate(files):
        if progress is not None:
            progress(f"read {file.name}", _READ * number / len(files))
        raws.extend(_new_ones(read(file, staging), raws, staging))
    maps.check_used([column for raw in raws for column in raw.columns])
    found = []
    for raw in raws:
        item = understand(raw, maps, [other for other in raws if other is not raw], staging)
        if not raw.rows and (item.table == FLAT or item.table in REQUIRED_TABLES):
            raise LoadError("no_rows", raw.file, raw.where)
        _label(raw, item.label, staging)
        found.append(item)
    return found


def _new_ones(found: Sequence[Raw], before: Sequence[Raw], staging: Staging) -> list[Raw]:
    """Leaves out tables that are the same, byte for byte, as one that was read already."""
    known = {raw.sha256 for raw in before}
    for raw in found:
        if raw.sha256 in known:
            staging.report(raw.file, "same_file", "left_out", raw.rows, raw.rows)
    return [raw for raw in found if raw.sha256 not in known]


def _label(raw: Raw, label: str, staging: Staging) -> None:
    """Reports of the readers name the file; now that its table is known, they name that."""
    staging.checks[:] = [replace(c, table=label) if c.table == raw.file else c for c in staging.checks]
    staging.report(label, "rows", "kept", raw.rows, raw.rows, [{"file": raw.file}])


def _clean_all(
    understood: Sequence[Understood], settings: Settings, drop_duplicates: bool, now: datetime, staging: Staging,
    progress: Progress | None,
) -> dict[str, list[Part]]:
    parts: dict[str, list[Part]] = {name: [] for name in CANONICAL}
    for number, item in enumerate(understood):
        if progress is not None:
            progress(f"clean {item.raw.file}", _READ + (_CLEAN - _READ) * number / len(understood))
        for part in _clean(item, settings, drop_duplicates, staging):
            parts[part.table].append(part)
    parts["orders"] = [mark_credit_notes(part, parts["order_lines"], staging) for part in parts["orders"]]
    for table, found in parts.items():
        for part in found:
            repair(table, part.name, part.columns, now, staging)
    return parts


def _clean(item: Understood, settings: Settings, drop_duplicates: bool, staging: Staging) -> list[Part]:
    if item.table == FLAT or not CANONICAL[item.table].key:
        exact_duplicates(item.raw, item.label, drop_duplicates, staging)
    texts = cleaned(item.raw, item.label, staging)
    staging.run(f"DROP TABLE {item.raw.name}")
    if item.table == FLAT:
        join_time_of_day(texts, item.assignments, staging)
    table = typed(item.raw, texts, item.assignments, item.label, settings.time_zone, staging)
    staging.run(f"DROP TABLE {texts}")
    if item.table == FLAT:
        return split(item.raw, table, item.keys, staging)
    columns = table.columns
    if LINE_AMOUNT in item.keys:
        columns = _price_from_amount(table.name, columns, staging)
    return [Part(item.table, table.name, (*columns, *table.extras), item.raw.file)]


def _price_from_amount(name: str, columns: Sequence[str], staging: Staging) -> tuple[str, ...]:
    """Order lines that give an amount instead of a price."""
    staging.run(f"ALTER TABLE {name} ADD COLUMN unit_price {duck_type(UNIT_PRICE)}")
    staging.run(f"UPDATE {name} SET unit_price = CAST(amount AS DOUBLE) / nullif(CAST(quantity AS DOUBLE), 0)")
    staging.run(f"ALTER TABLE {name} DROP COLUMN amount")
    return (*(column for column in columns if column != "amount"), "unit_price")


def _finish(
    build: Build, understood: Sequence[Understood], parts: Mapping[str, Sequence[Part]], previous: bool, settings: Settings,
    staging: Staging, progress: Progress | None,
) -> LoadReport:
    if progress is not None:
        progress("merge", _CLEAN)
    for table in CANONICAL.values():
        finish(table, parts[table.name], previous, staging)
    filled = [name for name in CANONICAL if staging.one(f"SELECT count(*) FROM {name}")]
    if any(name not in filled for name in REQUIRED_TABLES):
        raise LoadError("no_orders", loaded=tuple(filled))
    check_data(build.now, staging)
    if previous:
        earlier_reports(staging, RULES - DATA_RULES)
    _keep_set_aside(previous, staging)
    set_aside = int(staging.one(f"SELECT count(*) FROM {SET_ASIDE.name}"))
    sources = tuple(Source(item.raw.file, item.table, item.raw.rows, item.raw.sha256) for item in understood)
    build.connection.execute("DETACH scratch")
    if previous:
        build.connection.execute("DETACH previous")
    version = build.commit(settings, staging.checks, sources, _later(progress))
    stamps = meta(build.path)
    return LoadReport(
        version, date.fromisoformat(stamps["as_of"]), date.fromisoformat(stamps["first_day"]), settings_of(stamps["settings"]),
        {name: count for name, count in _rows(stamps).items() if count and name in CANONICAL},
        tuple(item.mapping for item in understood), tuple(staging.checks), sources, set_aside,
    )


def _rows(stamps: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = json.loads(stamps["rows"])
    return found


def _keep_set_aside(previous: bool, staging: Staging) -> None:
    staging.run(f"CREATE TABLE {SET_ASIDE.name} AS FROM scratch.{SET_ASIDE.name}")
    if previous:
        earlier = f"previous.{SET_ASIDE.name} p ANTI JOIN {SET_ASIDE.name} s USING (table_name, rule, row)"
        staging.run(f"INSERT INTO {SET_ASIDE.name} SELECT p.* FROM {earlier}")


def _later(progress: Progress | None) -> Progress | None:
    if progress is None:
        return None
    return lambda step, done: progress(step, _MERGED + (1 - _MERGED) * done)
