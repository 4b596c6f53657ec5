"""From raw texts to typed columns, with everything that could not be read reported and nothing lost.

Makes no decision about what a column means (mapping) or whether a value makes sense (rules).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.ingest.dates import DateStyle, date_sql, date_style, time_sql
from analytics.ingest.fields import Field
from analytics.ingest.numbers import NumberStyle, count_sql, flag_sql, number_sql, number_style
from analytics.ingest.profile import text_sql
from analytics.ingest.staging import PLACE, Raw, Staging
from analytics.marts.sql import duck_type, literal, quoted
from analytics.schema import COUNT, DATE, FLAG, MONEY, QUANTITY, TIME, UNIT_PRICE

_NUMBERS = (MONEY, QUANTITY, UNIT_PRICE)
_ID_SUFFIX = r"^\d+\.0+$"
_RULES = {"time": "unreadable_date", "number": "unreadable_number", "count": "unreadable_number", "flag": "unreadable_flag"}


@dataclass(frozen=True)
class Assignment:
    """A column of a raw table, the field it is, and the name it gets in the typed table."""

    column: str
    field: Field
    name: str
    required: bool = False


@dataclass(frozen=True)
class Typed:
    """A typed table: columns by name (a PLACE column stands first), the extra ones, and the cleaned texts behind it."""

    name: str
    texts: str
    columns: tuple[str, ...]
    extras: tuple[str, ...]


def cleaned(raw: Raw, label: str, staging: Staging) -> str:
    """A table like `raw` whose texts are trimmed and whose empty markers are null; reports both, and exact duplicates."""
    name = staging.new_name("texts")
    texts = ", ".join(f"{text_sql(c)} AS {quoted(c)}" for c in raw.columns)
    staging.run(f"CREATE TABLE {name} AS SELECT {texts} FROM {raw.name}")
    pairs = f"{raw.name} r POSITIONAL JOIN {name} t"
    changed = " OR ".join(f"t.{quoted(column)} <> r.{quoted(column)}" for column in raw.columns)
    emptied = " OR ".join(f"(t.{c} IS NULL AND trim(r.{c}) <> '')" for c in map(quoted, raw.columns))
    trims, marks = staging.rows(f"SELECT count(*) FILTER ({changed}), count(*) FILTER ({emptied}) FROM {pairs}")[0]
    for rule, rows, test in (("trimmed_blanks", trims, changed), ("empty_markers", marks, emptied)):
        if rows:
            sample = staging.sample(f"SELECT r.* FROM {pairs} WHERE {test}")
            staging.report(label, rule, "repaired", rows, raw.rows, sample)
    return name


def exact_duplicates(raw: Raw, label: str, drop: bool, staging: Staging) -> None:
    """Reports the rows that repeat an earlier one in every column; removes them (into set_aside) when `drop` is asked."""
    columns = ", ".join(quoted(column) for column in raw.columns)
    twins = f"SELECT hash({columns}) FROM {raw.name} GROUP BY 1 HAVING count(*) > 1"
    copies = staging.new_name("copies")
    staging.run(
        f"CREATE TABLE {copies} AS SELECT place FROM (SELECT rowid AS place, row_number() OVER"
        f" (PARTITION BY {columns} ORDER BY rowid) AS copy FROM {raw.name} WHERE hash({columns}) IN ({twins})) WHERE copy > 1"
    )
    rows = int(staging.one(f"SELECT count(*) FROM {copies}"))
    repeated = f"SELECT * FROM {raw.name} WHERE rowid IN (SELECT place FROM {copies})"
    staging.report(label, "exact_duplicates", "set_aside" if drop else "kept", rows, raw.rows, staging.sample(repeated))
    if drop and rows:
        staging.set_aside(label, "exact_duplicates", raw.file, repeated)
        staging.run(f"DELETE FROM {raw.name} WHERE rowid IN (SELECT place FROM {copies})")
    staging.run(f"DROP TABLE {copies}")


def typed(raw: Raw, texts: str, assignments: Sequence[Assignment], label: str, time_zone: str, staging: Staging) -> Typed:
    """The typed table of cleaned texts. A value that cannot be read is emptied; a row without a required one set aside."""
    used = {assignment.column for assignment in assignments}
    extras = {column: name for column, name in _extra_names(raw.columns, assignments).items() if column not in used}
    columns = [f"rowid AS {PLACE}"]
    columns += [f"{_expression(a, texts, label, time_zone, staging)} AS {quoted(a.name)}" for a in assignments]
    columns += [f"{expression} AS {quoted(extras[column])}" for column, expression in _extra_types(texts, list(extras), staging)]
    name = staging.new_name("typed")
    staging.run(f"CREATE TABLE {name} AS SELECT {', '.join(columns)} FROM {texts}")
    result = Typed(name, texts, tuple(a.name for a in assignments), tuple(extras.values()))
    _report_unreadable(raw, result, assignments, label, staging)
    return result


def _expression(assignment: Assignment, texts: str, label: str, time_zone: str, staging: Staging) -> str:
    text, field = quoted(assignment.column), assignment.field
    if field.type in {TIME, DATE}:
        style = date_style(text, texts, staging)
        _report_dates(assignment.column, text, texts, style, label, staging)
        return date_sql(text, style) if field.type == DATE else time_sql(text, style, time_zone)
    if field.type in _NUMBERS:
        return number_sql(text, field.type, _number_style(assignment, texts, label, staging))
    if field.type == COUNT:
        style_of = _number_style(assignment, texts, label, staging)
        _report_fractions(assignment, texts, style_of, label, staging)
        return count_sql(text, style_of)
    if field.type == FLAG:
        return flag_sql(text)
    if field.values == "id":
        return _id_expression(assignment, texts, label, staging)
    return text


def _id_expression(assignment: Assignment, texts: str, label: str, staging: Staging) -> str:
    """Ids that all end in `.0` were numbers with gaps in some other program; the ending is taken off."""
    text = quoted(assignment.column)
    filled, suffixed = staging.rows(
        f"SELECT count({text}), count(*) FILTER (regexp_matches({text}, {literal(_ID_SUFFIX)})) FROM {texts}"
    )[0]
    if not filled or suffixed < filled:
        return text
    sample = staging.sample(f"SELECT {text} FROM {texts} WHERE {text} IS NOT NULL")
    staging.report(label, "id_suffix", "repaired", suffixed, filled, sample)
    return f"regexp_replace({text}, '\\.0+$', '')"


def _number_style(assignment: Assignment, texts: str, label: str, staging: Staging) -> NumberStyle:
    text, exact = quoted(assignment.column), duck_type(assignment.field.type)
    plain = f"TRY_CAST({text} AS {exact if assignment.field.type != COUNT else 'DECIMAL(18, 4)'})"
    other = f"{text} IS NOT NULL AND ({plain} IS NULL OR {text} LIKE '%,%')"
    dressed = int(staging.one(f"SELECT count(*) FROM {texts} WHERE {other}"))
    if not dressed:
        return NumberStyle(plain=True)
    style = number_style(text, texts, staging)
    if style.comma_decimal:
        total = staging.one(f"SELECT count({text}) FROM {texts}")
        sample = staging.sample(f"SELECT {text} FROM {texts} WHERE {other}")
        staging.report(label, "decimal_comma", "repaired", dressed, total, sample)
    return style


def _report_fractions(assignment: Assignment, texts: str, style: NumberStyle, label: str, staging: Staging) -> None:
    text = quoted(assignment.column)
    number = number_sql(text, "decimal(18, 4)", style)
    rows = int(staging.one(f"SELECT count(*) FROM {texts} WHERE {number} <> round({number})"))
    if rows:
        sample = staging.sample(f"SELECT {text} FROM {texts} WHERE {number} <> round({number})")
        staging.report(label, "rounded_fractions", "repaired", rows, staging.one(f"SELECT count(*) FROM {texts}"), sample)


def _report_dates(column: str, text: str, texts: str, style: DateStyle, label: str, staging: Staging) -> None:
    if style.plain:
        return
    total = staging.one(f"SELECT count({text}) FROM {texts}")
    rule = "ambiguous_dates" if style.ambiguous else "date_format"
    staging.report(label, rule, "kept", style.other_rows, total, [{"column": column, "format": style.describe()}])


def _report_unreadable(raw: Raw, result: Typed, assignments: Sequence[Assignment], label: str, staging: Staging) -> None:
    """Compares what was filled with what was read, column by column, and takes out the rows that cannot be used."""
    if not assignments:
        return
    before = staging.rows(f"SELECT {', '.join(f'count({quoted(a.column)})' for a in assignments)} FROM {result.texts}")[0]
    after = staging.rows(f"SELECT {', '.join(f'count({quoted(a.name)})' for a in assignments)} FROM {result.name}")[0]
    total = int(staging.one(f"SELECT count(*) FROM {result.name}"))
    doomed: list[tuple[str, str]] = []
    for assignment, filled, read in zip(assignments, before, after, strict=True):
        lost = f"{quoted(assignment.column)} IS NOT NULL AND y.{quoted(assignment.name)} IS NULL"
        rule = _RULES.get(assignment.field.values, "unreadable_value")
        if assignment.required and read < total:
            doomed.append((rule, lost))
            doomed.append(("missing_required", f"{quoted(assignment.column)} IS NULL"))
        elif read < filled:
            rows = f"SELECT t.* FROM {result.texts} t JOIN {result.name} y ON y.{PLACE} = t.rowid WHERE t.{lost}"
            staging.report(label, rule, "repaired", filled - read, filled, staging.sample(rows))
    for rule, test in doomed:
        rows = f"SELECT t.* FROM {result.texts} t JOIN {result.name} y ON y.{PLACE} = t.rowid WHERE t.{test}"
        sample = staging.sample(rows)
        if sample:
            count = staging.set_aside(label, rule, raw.file, rows)
            staging.report(label, rule, "set_aside", count, total, sample)
            staging.run(f"DELETE FROM {result.name} y USING {result.texts} t WHERE y.{PLACE} = t.rowid AND t.{test}")


def _extra_names(columns: Sequence[str], assignments: Sequence[Assignment]) -> dict[str, str]:
    """Extra columns keep their names, unless a canonical column has that name."""
    taken = {assignment.name.casefold() for assignment in assignments} | {PLACE}
    used = {assignment.column for assignment in assignments}
    names = {}
    for column in columns:
        name = column
        while name.casefold() in taken:
            name = f"{name}_extra"
        if column not in used:
            taken.add(name.casefold())
        names[column] = name
    return names


def _extra_types(texts: str, columns: Sequence[str], staging: Staging) -> list[tuple[str, str]]:
    """Extra columns as numbers or times when every value is one (codes with leading zeros stay texts)."""
    if not columns:
        return []
    tests = []
    for column in columns:
        name = quoted(column)
        tests.append(
            f"count({name}) > 0 AND coalesce(bool_and(TRY_CAST({name} AS DOUBLE) IS NOT NULL"
            f" AND regexp_matches({name}, '^-?(0|[1-9][0-9]{{0,11}})([.][0-9]+)?$')) FILTER ({name} IS NOT NULL), false)"
        )
        tests.append(
            f"count({name}) > 0 AND coalesce(bool_and(regexp_matches({name},"
            f" '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?)?$')"
            f" AND TRY_CAST({name} AS TIMESTAMP) IS NOT NULL) FILTER ({name} IS NOT NULL), false)"
        )
    found = staging.rows(f"SELECT {', '.join(tests)} FROM {texts}")[0]
    out = []
    for position, column in enumerate(columns):
        number, moment = found[2 * position], found[2 * position + 1]
        kind = "DOUBLE" if number else "TIMESTAMP" if moment else "VARCHAR"
        out.append((column, f"CAST({quoted(column)} AS {kind})"))
    return out
