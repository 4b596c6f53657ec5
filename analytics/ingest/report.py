"""What a load did, as records for the command line, the page and the JSON output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analytics.ingest.mapping import ColumnMapping
from analytics.shop import Settings
from analytics.store import Check, Source


@dataclass(frozen=True)
class FileMapping:
    """How a file was understood: the table it is (`flat` for a flat sales file) and what each column was taken for."""

    file: str
    where: str
    table: str
    rows: int
    columns: tuple[ColumnMapping, ...]


@dataclass(frozen=True)
class LoadReport:
    """The outcome of a load: the new version, the rows of each table that is not empty, mappings and quality report."""

    version: str
    as_of: date
    first_day: date
    settings: Settings
    tables: dict[str, int]
    mappings: tuple[FileMapping, ...]
    checks: tuple[Check, ...]
    sources: tuple[Source, ...]
    set_aside: int
