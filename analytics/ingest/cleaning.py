"""Applies the rules: repairs on the typed table of one file, checks on the finished tables of the data set."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from analytics.ingest.rules import DATA_CHECKS, FIGURES, REPAIRS, WORDS, Words
from analytics.ingest.staging import Staging
from analytics.marts.sql import literal, quoted
from analytics.schema import CANONICAL, QUALITY


def repair(table: str, name: str, columns: Collection[str], now: datetime, staging: Staging) -> None:
    """Repairs the values of a canonical table that stands, typed, in `name`; reports each rule with its sample."""
    total = int(staging.one(f"SELECT count(*) FROM {name}"))
    for words in WORDS:
        if words.table == table and words.column in columns:
            _settle_words(words, name, total, staging)
    for rule in REPAIRS:
        if rule.table == table and rule.column in columns:
            test = rule.test.replace("{now}", literal(now))
            rows = int(staging.one(f"SELECT count(*) FROM {name} WHERE {test}"))
            if rows:
                staging.report(table, rule.rule, "repaired", rows, total, staging.sample(f"FROM {name} WHERE {test}"))
                staging.run(f"UPDATE {name} SET {quoted(rule.column)} = {rule.value} WHERE {test}")


def _settle_words(words: Words, name: str, total: int, staging: Staging) -> None:
    column = quoted(words.column)
    branches = " ".join(
        f"WHEN {', '.join(map(literal, known)).join((f'lower({column}) IN (', ')'))} THEN {literal(value)}"
        for value, known in words.words.items()
    )
    meant = f"CASE {branches} END"
    changed = f"{column} IS NOT NULL AND {meant} <> {column}"
    unknown = f"{column} IS NOT NULL AND {meant} IS NULL"
    for rule, test in ((words.rule, changed), (words.unknown_rule, unknown)):
        rows = int(staging.one(f"SELECT count(*) FROM {name} WHERE {test}"))
        if rows:
            kept = rule == words.unknown_rule and words.fallback is None
            found = f"SELECT {column}, count(*) AS rows FROM {name} WHERE {test} GROUP BY 1 ORDER BY 2 DESC, 1"
            staging.report(words.table, rule, "kept" if kept else "repaired", rows, total, staging.sample(found))
    fallback = literal(words.fallback) if words.fallback else column
    staging.run(f"UPDATE {name} SET {column} = coalesce({meant}, {fallback}) WHERE {changed} OR {unknown}")


def check_data(now: datetime, staging: Staging) -> None:
    """Counts what the rules say about the finished tables, in the connection's own database; passed checks count 0."""
    totals = {table: int(staging.one(f"SELECT count(*) FROM {table}")) for table in CANONICAL}
    for figure in FIGURES:
        if totals[figure.table]:
            count = int(staging.one(f"SELECT count(DISTINCT {figure.column}) FROM {figure.table}"))
            staging.report(figure.table, figure.rule, "kept", count, totals[figure.table])
    for check in DATA_CHECKS:
        if totals[check.table] and (not check.needs or totals[check.needs]):
            test = check.test.replace("{now}", literal(now))
            rows = int(staging.one(f"SELECT count(*) FROM {check.table} WHERE {test}"))
            sample = staging.sample(f"FROM {check.table} WHERE {test}") if rows else ()
            staging.report(check.table, check.rule, check.action, rows, totals[check.table], sample)


def earlier_reports(staging: Staging, rules: Collection[str]) -> None:
    """Takes over from the data set before what `rules` said there about the files of earlier loads."""
    known = ", ".join(literal(rule) for rule in sorted(rules))
    rows = staging.rows(
        f'SELECT table_name, rule, action, "rows", total, sample FROM previous.{QUALITY.name}'
        f" WHERE rule IN ({known}) ORDER BY position"
    )
    for table, rule, action, count, total, sample in rows:
        staging.report(table, rule, action, count, total, json.loads(sample))
