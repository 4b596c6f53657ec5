"""Loads and kept versions in words and as JSON, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from analytics import store
from analytics.ingest.load import load
from analytics.ingest.report import LoadReport
from analytics.shop import Settings
from assistant.answer import plain
from assistant.answering.wording import wording
from assistant.lines import written
from assistant.settings import message_language
from assistant.terminal import aligned

#: Columns mapped with less confidence than this are marked for a look.
_SURE = 0.8


def run(
    files: Sequence[Path], db: Path, map_file: Path | None, append: bool, drop_duplicates: bool, wanted: Mapping[str, Any]
) -> LoadReport:
    """Loads files. `wanted` are settings that were said; the others stay as they are, or are the defaults of a new data set."""
    settings = None
    if wanted:
        old = store.settings_of(store.meta(db)["settings"]) if append and db.exists() else Settings()
        settings = replace(old, **wanted)
    db.absolute().parent.mkdir(parents=True, exist_ok=True)
    return load(files, db, mapping=map_file, append=append, settings=settings, drop_duplicates=drop_duplicates)


def as_json(report: LoadReport) -> str:
    """The report as one line of JSON."""
    return written({
        "version": report.version, "as_of": report.as_of.isoformat(), "first_day": report.first_day.isoformat(),
        "settings": asdict(report.settings), "tables": report.tables, "set_aside": report.set_aside,
        "mappings": [
            {
                "file": item.file, "where": item.where, "table": item.table, "rows": item.rows,
                "columns": [
                    {"column": c.column, "field": c.field, "confidence": round(c.confidence, 3), "given": c.given}
                    for c in item.columns
                ],
            }
            for item in report.mappings
        ],
        "checks": [
            {"table": c.table, "rule": c.rule, "action": c.action, "rows": c.rows, "total": c.total, "sample": plain(c.sample)}
            for c in report.checks
        ],
        "sources": [asdict(source) for source in report.sources],
    })


def words(report: LoadReport) -> dict[str, Any]:
    """What the template of a load needs."""
    formats = wording(message_language()).formats
    heads = [formats.title(name) for name in ("file", "column", "field", "confidence_of_mapping")]
    mapping = [
        (item.file, c.column, c.field or formats.phrase("extra_column"), "" if c.given else formats.percent(c.confidence))
        for item in report.mappings for c in item.columns
        if c.field is None or c.confidence < _SURE or item.table == "flat"
    ]
    tables = [(formats.title(name, "table"), name, formats.count(count)) for name, count in report.tables.items()]
    checks = [
        (formats.title(c.table, "table"), formats.label(c.rule, "rule"), formats.label(c.action, "action"), formats.count(c.rows))
        for c in report.checks if c.rows and c.rule != "rows"
    ]
    return {
        "version": report.version, "as_of": report.as_of, "first_day": report.first_day, "settings": report.settings,
        "tables": aligned([formats.title(n) for n in ("table", "table_name", "row_count")], tables, [False, False, True]),
        "mapping": aligned(heads, mapping) if mapping else "",
        "checks": aligned([formats.title(n) for n in ("table", "check", "action", "row_count")], checks, [False] * 3 + [True])
        if checks else "",
    }


def versions_table(versions: Sequence[store.Version]) -> str:
    """The kept versions, oldest first."""
    formats = wording(message_language()).formats
    rows = [
        (
            str(v.number), v.version, v.loaded_at, formats.date(v.as_of), formats.count(v.rows.get("orders", 0)),
            formats.phrase("yes") if v.current else "",
        )
        for v in versions
    ]
    return aligned([formats.title(n) for n in ("number", "version", "loaded_at", "as_of", "orders", "current")], rows)
