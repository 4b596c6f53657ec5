"""Files that somebody sends to be loaded: what their columns could mean, a rehearsal of the load, and the load itself.

Owns the private folder in which such files stand while one of these runs; nothing of them is left afterwards. Draws nothing.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
import zoneinfo
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.numbers import list_currencies

from analytics.ingest.errors import LoadError
from analytics.ingest.fields import LINE_AMOUNT, Field, flat_fields, table_fields
from analytics.ingest.flat import missing_in_flat
from analytics.ingest.load import load
from analytics.ingest.mapfile import IGNORE, read_map
from analytics.ingest.mapping import SURE, ColumnMapping, propose
from analytics.ingest.profile import ColumnProfile, profile
from analytics.ingest.readers import read
from analytics.ingest.report import LoadReport
from analytics.ingest.staging import Raw, Staging
from analytics.ingest.understanding import FLAT, understand
from analytics.marts import Progress
from analytics.schema import CANONICAL
from analytics.shop import Settings
from analytics.store import DataSetError
from analytics.store.errors import write_error
from analytics.store.files import WORK, link
from analytics.store.reading import connect

#: What a file can be: a flat sales file, or one of the canonical tables.
KINDS = (FLAT, *CANONICAL)
#: Tables without which there are no sales: files that bring them can stand alone, others are added to what is loaded.
_SALES = (FLAT, "orders")
_PREFIX = "askwell-upload-"
#: A private folder of this age, in seconds, belongs to nobody any more.
_LEFT_AFTER = 6 * 3600
_OUR_FOLDERS = re.compile(rf"[^\s'\"]*(?:{_PREFIX}|{re.escape(WORK)})[^/\\]*[/\\]")
_LONGEST_NAME = 120
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")
#: Currencies that a menu shows first.
_COMMON_CURRENCIES = ("GBP", "EUR", "USD", "CNY", "JPY", "HKD", "SGD", "AUD", "CAD", "CHF", "INR", "BRL")


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: the name that its sender gives it, which is not trusted, and its bytes."""

    name: str
    content: bytes | memoryview


@dataclass(frozen=True)
class Proposal:
    """What a table of a file is taken for. `where` names the sheet of a workbook, `sheets` how many of it are read."""

    file: str
    where: str
    rows: int
    sheets: int
    kind: str
    columns: tuple[ColumnMapping, ...]
    profiles: tuple[ColumnProfile, ...]


@dataclass(frozen=True)
class Chosen:
    """What a person says a proposed table is: its kind, and the field of each column (None: kept as an extra column)."""

    proposal: Proposal
    kind: str
    fields: tuple[str | None, ...]


@dataclass(frozen=True)
class Unfit:
    """What stands against a choice: fields that are needed and have no column, and fields that two columns have."""

    missing: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.twice)


@dataclass(frozen=True)
class Plan:
    """How files are to be loaded: see analytics.ingest.load."""

    mapping: Mapping[str, object]
    settings: Settings
    append: bool = False
    drop_duplicates: bool = False


# the files


@contextmanager
def staged(sent: Sequence[Sent]) -> Iterator[tuple[Path, ...]]:
    """The files on disk, in a folder that nobody else may read and that is gone afterwards, whatever happens.

    Raises DataSetError where there is no room for them.
    """
    _clear_leftovers()
    with TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        paths = tuple(Path(folder) / name for name in safe_names([file.name for file in sent]))
        try:
            for path, file in zip(paths, sent, strict=True):
                path.write_bytes(file.content)
        except OSError as fault:
            raise write_error(fault, Path(folder)) from fault
        try:
            yield paths
        except LoadError as fault:
            # What the libraries say names files of the private folder, which mean nothing to a person.
            told = {key: _OUR_FOLDERS.sub("", text) if isinstance(text, str) else text for key, text in fault.details.items()}
            raise LoadError(fault.code, fault.file, fault.where, **told) from fault


def _clear_leftovers() -> None:
    """Removes what a process left behind that was killed while it had files: folders older than any load takes."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _LEFT_AFTER:
                shutil.rmtree(folder, ignore_errors=True)


def safe_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names for files in one folder: no paths, nothing that a file system minds, and each only once."""
    taken: set[str] = set()
    out = []
    for given in names:
        name = _UNSAFE.sub(" ", given.replace("\\", "/").rpartition("/")[2]).strip(" .") or "file"
        stem, suffix = _parts(name)
        stem = stem[: _LONGEST_NAME - len(suffix)]
        name, number = f"{stem}{suffix}", 1
        while name.casefold() in taken:
            number += 1
            # The number stands in brackets, as in names that still count as those of a table: `orders (2).csv`.
            name = f"{stem} ({number}){suffix}"
        taken.add(name.casefold())
        out.append(name)
    return tuple(out)


def _parts(name: str) -> tuple[str, str]:
    """A file name without and with its endings; `.csv.gz` is one ending."""
    path = Path(name)
    ending = "".join(path.suffixes[-2:]) if path.suffix.lower() == ".gz" else path.suffix
    ending = ending if len(ending) < _LONGEST_NAME // 2 else ""
    return name[: len(name) - len(ending)], ending


# what they are


def proposals(sent: Sequence[Sent]) -> tuple[Proposal, ...]:
    """What each table of the files is taken for; unlike a load, one in which something is missing is proposed too, for a person
    to complete. Raises LoadError for a file that cannot be read."""
    with staged(sent) as paths, TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        connection = connect()
        try:
            staging = Staging(connection, Path(folder))
            raws = [raw for path in paths for raw in read(path, staging)]
            sheets = Counter(raw.file for raw in raws)
            return tuple(_proposal(raw, raws, sheets[raw.file], staging) for raw in raws)
        finally:
            connection.close()


def _proposal(raw: Raw, raws: Sequence[Raw], sheets: int, staging: Staging) -> Proposal:
    if not raw.rows:
        raise LoadError("no_rows", raw.file, raw.where)
    profiles = profile(raw, staging)
    try:
        found = understand(raw, read_map(None), [other for other in raws if other is not raw], staging).mapping
        kind, columns = found.table, found.columns
    except LoadError as fault:
        kind = fault.details.get("table") or _likeliest(profiles)
        columns = proposed(profiles, kind)
    return Proposal(raw.file, raw.where, raw.rows, sheets, kind, columns, profiles)


def proposed(profiles: Sequence[ColumnProfile], kind: str) -> tuple[ColumnMapping, ...]:
    """The columns of a file as those of a kind of table."""
    return propose(profiles, fields_of(kind), {}, by_values=kind == FLAT)


def _likeliest(profiles: Sequence[ColumnProfile]) -> str:
    """The table that has all it needs and recognises at least half of the columns, the one that recognises most of them; a flat
    sales file where there is none."""
    scores: dict[str, float] = {}
    for kind in CANONICAL:
        columns = proposed(profiles, kind)
        found = [column.field for column in columns if column.field]
        if 2 * len(found) >= len(columns) and not unfit(kind, found):
            scores[kind] = sum(column.confidence for column in columns)
    return max(scores, key=lambda kind: scores[kind], default=FLAT)


def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields that a column of such a file can be."""
    return flat_fields() if kind == FLAT else table_fields(kind)


def unfit(kind: str, chosen: Sequence[str | None]) -> Unfit:
    """What stands against reading a file of a kind with these fields; nothing where it can be read."""
    found = Counter(field for field in chosen if field)
    twice = tuple(field for field, count in found.items() if count > 1)
    if kind == FLAT:
        return Unfit(missing_in_flat(found), twice)
    needed = [f"{kind}.{name}" for name in CANONICAL[kind].required]
    if LINE_AMOUNT in found:
        needed = [key for key in needed if key != "order_lines.unit_price"]
    return Unfit(tuple(key for key in needed if key not in found), twice)


def is_sure(column: ColumnMapping) -> bool:
    """Whether a proposed meaning needs no second look."""
    return column.field is None or column.confidence >= SURE


def mapping_of(chosen: Sequence[Chosen]) -> dict[str, dict[str, str]]:
    """The choices as a map file says them: by file, and by sheet where several of a workbook are read."""
    out: dict[str, dict[str, str]] = {}
    for item in chosen:
        proposal = item.proposal
        key = f"{proposal.file}/{proposal.where}" if proposal.sheets > 1 else proposal.file
        out[key] = {c.column: field or IGNORE for c, field in zip(proposal.columns, item.fields, strict=True)}
    return out


def adds(found: Sequence[str]) -> bool:
    """Whether files of these kinds only make sense beside what is loaded: they bring no sales."""
    return not set(found) & set(_SALES)


# the load


def rehearse(sent: Sequence[Sent], db: Path, plan: Plan, progress: Progress | None = None) -> LoadReport:
    """What a load would do, found out on a copy that is thrown away: the data set at `db` is not touched.

    Raises LoadError and DataSetError as the load would.
    """
    with staged(sent) as paths, TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        target = Path(folder) / "rehearsal.duckdb"
        if plan.append and db.exists():
            # Nothing is written into it: a load reads the version before and writes another file.
            link(db, target)
        try:
            return _load(paths, target, plan, progress)
        except DataSetError as fault:
            raise DataSetError(fault.code, db, **{k: v for k, v in fault.details.items() if k != "path"}) from fault


def commit(sent: Sequence[Sent], db: Path, plan: Plan, progress: Progress | None = None) -> LoadReport:
    """Loads the files into a new version of the data set at `db`, whole or not at all. Raises LoadError and DataSetError."""
    with staged(sent) as paths:
        return _load(paths, db, plan, progress)


def _load(paths: Sequence[Path], db: Path, plan: Plan, progress: Progress | None) -> LoadReport:
    return load(
        paths, db, mapping=plan.mapping, append=plan.append, settings=plan.settings, drop_duplicates=plan.drop_duplicates,
        progress=progress,
    )


# the settings


def currencies(current: str) -> tuple[str, ...]:
    """Currency codes for a menu: the one in use and the common ones first."""
    return tuple(dict.fromkeys((current, *_COMMON_CURRENCIES, *sorted(list_currencies()))))


def time_zones(current: str) -> tuple[str, ...]:
    """Names of time zones for a menu, the one in use first."""
    named = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return tuple(dict.fromkeys((current, "UTC", *named)))


def first_settings(settings: Settings, sources: Sequence[Mapping[str, object]]) -> Settings:
    """Settings to start from when files replace what is loaded: those in use, without the name of the demo company."""
    return replace(settings, company="") if any(source.get("file") == "demo" for source in sources) else settings
