"""From the parts of a load, and the data set before it, to the finished canonical tables.

Same key: within a file the first row stays, a later file and a later load win. Lines belong to their order: a load that
brings an order again brings all its lines. Rows without a key are never doubled by loading the same file again.
"""

from __future__ import annotations

from collections.abc import Sequence

from analytics.ingest.flat import Part
from analytics.ingest.staging import PLACE, Staging
from analytics.marts.sql import duck_type, quoted
from analytics.schema import Table

#: What tells rows of tables without a key apart when a later load brings them again.
_NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "targets": ("period", "metric"), "value_aliases": ("field", "value", "alias"),
    "campaign_touches": ("campaign_id", "customer_id", "sent_at"),
}


def finish(table: Table, parts: Sequence[Part], previous: bool, staging: Staging) -> None:
    """Creates the canonical table in the new file from its parts and, when appending, from the data set before."""
    before = _previous(table, staging) if previous else None
    if not parts:
        merged = before
    elif table.key:
        merged = _keyed(table, parts, before, staging)
    else:
        merged = _unkeyed(table, parts, before, staging)
    if merged is None:
        columns = ", ".join(f"{quoted(c.name)} {duck_type(c.type)}" for c in table.columns)
        staging.run(f"CREATE TABLE {table.name} ({columns})")
        return
    present = staging.columns(merged)
    columns_sql = [f"CAST({_value(table, c.name, present)} AS {duck_type(c.type)}) AS {quoted(c.name)}" for c in table.columns]
    columns_sql += [quoted(name) for name in present if name not in table.column_names and name != PLACE]
    staging.run(f"CREATE TABLE {table.name} AS SELECT {', '.join(columns_sql)} FROM {merged}")


def _value(table: Table, column: str, present: Sequence[str]) -> str:
    value = quoted(column) if column in present else "NULL"
    return f"coalesce({value}, 'completed')" if (table.name, column) == ("orders", "status") else value


def _previous(table: Table, staging: Staging) -> str | None:
    name = f"previous.{table.name}"
    return name if staging.one(f"SELECT count(*) FROM {name}") else None


def _keyed(table: Table, parts: Sequence[Part], before: str | None, staging: Staging) -> str | None:
    merged = before
    for part in sorted(parts, key=lambda part: part.derived):
        _first_of_key(table, part, staging)
        merged = _upsert(table, merged, part, staging) if merged else part.name
    return merged


def _first_of_key(table: Table, part: Part, staging: Staging) -> None:
    """Keeps the first row of each key of a file; sets the others aside."""
    key = ", ".join(quoted(name) for name in table.key)
    one_column = key if len(table.key) == 1 else f"({key})"
    total, distinct = staging.rows(f"SELECT count(*), count(DISTINCT {one_column}) FROM {part.name}")[0]
    if total == distinct:
        return
    later = (
        f"SELECT {PLACE} FROM {part.name} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {PLACE}) > 1"
    )
    rows = f"SELECT * EXCLUDE ({PLACE}) FROM {part.name} WHERE {PLACE} IN ({later})"
    sample = staging.sample(f"{rows} ORDER BY {PLACE}")
    count = staging.set_aside(table.name, "duplicate_key", part.file, rows)
    staging.report(table.name, "duplicate_key", "set_aside", count, total, sample)
    staging.run(f"DELETE FROM {part.name} WHERE {PLACE} IN ({later})")


def _upsert(table: Table, old: str, part: Part, staging: Staging) -> str:
    """The rows of `old` overruled by those of the part. Columns that the part lacks keep their old values; a derived
    part only fills what is empty, except for orders, which a newer file states anew."""
    on = " AND ".join(f"o.{quoted(name)} = n.{quoted(name)}" for name in table.key)
    had = [name for name in staging.columns(old) if name != PLACE]
    filling = part.derived and table.name != "orders"
    both = [name for name in part.columns if name in had and name not in table.key]
    if not filling:
        _report_newer(table, old, part, on, both, staging)
    columns = []
    for name in dict.fromkeys([*had, *part.columns]):
        column = quoted(name)
        if name in table.key or name not in had:
            columns.append(f"n.{column}")
        elif name not in part.columns:
            columns.append(f"o.{column}")
        else:
            columns.append(f"coalesce(o.{column}, n.{column}) AS {column}" if filling else f"n.{column}")
    merged = staging.new_name("merged")
    kept = ", ".join(quoted(name) for name in had)
    staging.run(
        f"CREATE TABLE {merged} AS SELECT {kept} FROM {old} o WHERE NOT EXISTS (SELECT 1 FROM {part.name} n WHERE {on})"
        f" UNION ALL BY NAME SELECT {', '.join(columns)} FROM {part.name} n LEFT JOIN {old} o ON {on}"
    )
    return merged


def _report_newer(table: Table, old: str, part: Part, on: str, both: Sequence[str], staging: Staging) -> None:
    if not both:
        return
    differ = " OR ".join(f"o.{quoted(name)} IS DISTINCT FROM n.{quoted(name)}" for name in both)
    place = f" EXCLUDE ({PLACE})" if PLACE in staging.columns(old) else ""
    rows = f"SELECT o.*{place} FROM {old} o JOIN {part.name} n ON {on} WHERE {differ}"
    sample = staging.sample(rows)
    if sample:
        count = staging.set_aside(table.name, "newer_row", part.file, rows)
        staging.report(table.name, "newer_row", "set_aside", count, staging.one(f"SELECT count(*) FROM {part.name}"), sample)


def _unkeyed(table: Table, parts: Sequence[Part], before: str | None, staging: Staging) -> str:
    new = parts[0].name
    if len(parts) > 1:
        new = staging.new_name("joined")
        staging.run(f"CREATE TABLE {new} AS " + " UNION ALL BY NAME ".join(f"SELECT * FROM {part.name}" for part in parts))
    if before is None:
        return new
    if table.name == "order_lines":
        return _replace(table, before, new, ("order_id",), "replaced_lines", staging)
    if table.name in _NATURAL_KEYS:
        return _replace(table, before, new, _NATURAL_KEYS[table.name], "newer_row", staging)
    return _without_repeats(before, new, staging)


def _replace(table: Table, before: str, new: str, key: Sequence[str], rule: str, staging: Staging) -> str:
    """The old rows whose key the new rows do not have, and all new rows; old rows that are gone for good are set aside."""
    on = " AND ".join(f"o.{quoted(name)} IS NOT DISTINCT FROM n.{quoted(name)}" for name in key)
    shared = [name for name in staging.columns(before) if name in staging.columns(new)]
    same = " AND ".join(f"o.{quoted(name)} IS NOT DISTINCT FROM n.{quoted(name)}" for name in shared)
    gone = (
        f"SELECT o.* FROM {before} o WHERE EXISTS (SELECT 1 FROM {new} n WHERE {on})"
        f" AND NOT EXISTS (SELECT 1 FROM {new} n WHERE {same})"
    )
    sample = staging.sample(gone)
    if sample:
        count = staging.set_aside(table.name, rule, "", gone)
        staging.report(table.name, rule, "set_aside", count, staging.one(f"SELECT count(*) FROM {before}"), sample)
    merged = staging.new_name("merged")
    staging.run(
        f"CREATE TABLE {merged} AS SELECT o.* FROM {before} o WHERE NOT EXISTS (SELECT 1 FROM {new} n WHERE {on})"
        f" UNION ALL BY NAME SELECT * EXCLUDE ({PLACE}) FROM {new}"
    )
    return merged


def _without_repeats(before: str, new: str, staging: Staging) -> str:
    """Old and new rows; of equal rows as many as the side has that has more."""
    new_columns = staging.columns(new)
    shared = [quoted(name) for name in staging.columns(before) if name in new_columns]
    merged = staging.new_name("merged")
    copy = f"row_number() OVER (PARTITION BY {', '.join(shared)}) AS _copy"
    staging.run(
        f"CREATE TABLE {merged} AS WITH old AS (SELECT *, {copy} FROM {before}),"
        f" new AS (SELECT * EXCLUDE ({PLACE}), {copy} FROM {new})"
        f" SELECT * EXCLUDE (_copy) FROM old UNION ALL BY NAME SELECT * EXCLUDE (_copy) FROM new n WHERE NOT EXISTS"
        f" (SELECT 1 FROM old o WHERE o._copy = n._copy AND {' AND '.join(f'o.{c} IS NOT DISTINCT FROM n.{c}' for c in shared)})"
    )
    return merged
