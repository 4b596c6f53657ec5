"""What each raw table is: a canonical table by its name, or a flat sales file; and what its columns are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.ingest.errors import LoadError
from analytics.ingest.fields import LINE_AMOUNT, Field, fields, flat_fields, table_fields
from analytics.ingest.flat import flat_name, missing_in_flat, required_in_flat
from analytics.ingest.mapfile import MapFile, nearest
from analytics.ingest.mapping import SURE, ColumnMapping, propose
from analytics.ingest.naming import table_named
from analytics.ingest.profile import ColumnProfile, profile
from analytics.ingest.report import FileMapping
from analytics.ingest.staging import Raw, Staging
from analytics.ingest.typing import Assignment
from analytics.schema import CANONICAL, TEXT

FLAT = "flat"
#: Fields of other tables that show that a file named `orders` holds order lines too.
_LINE_SIGNS = ("order_lines.quantity", "order_lines.unit_price", LINE_AMOUNT)


@dataclass(frozen=True)
class Understood:
    """A raw table with its meaning."""

    raw: Raw
    table: str
    assignments: tuple[Assignment, ...]
    mapping: FileMapping

    @property
    def label(self) -> str:
        """The table that the quality report names."""
        return "order_lines" if self.table == FLAT else self.table

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(assignment.field.key for assignment in self.assignments)


def understand(raw: Raw, maps: MapFile, others: Sequence[Raw], staging: Staging) -> Understood:
    """Decides what a raw table is; raises LoadError when something that is needed is missing."""
    given = maps.given_for(raw.file, raw.columns, raw.where)
    table = _table_of(raw, given, others)
    if table is not None and not given and set(raw.columns) <= set(CANONICAL[table].column_names):
        return _as_table(raw, table, _literally(raw, table, staging), staging)
    profiles = profile(raw, staging)
    if table is not None:
        columns = propose(profiles, table_fields(table), given, by_values=False)
        if table != "orders" or not _holds_lines(raw, profiles, given, others):
            return _as_table(raw, table, columns, staging)
    columns = _without_redundant(propose(profiles, flat_fields(), given, by_values=True))
    return _as_flat(raw, _without_rate(columns, profiles, staging), staging)


def _table_of(raw: Raw, given: dict[str, str | None], others: Sequence[Raw]) -> str | None:
    named = table_named(raw.where) if raw.where else None
    named = named or table_named(raw.stem)
    tables = {key.split(".")[0] for key in given.values() if key}
    if len(given) == len(raw.columns):
        # Everything is said, and the name of the file no longer matters.
        if len(tables) == 1 and set(_required_keys(*tables)) <= set(given.values()):
            return tables.pop()
        if len(tables) > 1 and not missing_in_flat([key for key in given.values() if key]):
            return None
    if len(tables) == 1 and (table := tables.pop()) in CANONICAL and table not in {"orders", "order_lines"}:
        mapped = sum(1 for key in given.values() if key)
        return table if mapped >= len(CANONICAL[table].required) and set(_required_keys(table)) <= set(given.values()) else named
    return named


def _literally(raw: Raw, table: str, staging: Staging) -> tuple[ColumnMapping, ...]:
    """The mapping of a file whose every header is the name of a canonical column; nothing has to be weighed."""
    head = staging.rows(f"FROM {raw.name} LIMIT 3")
    samples = zip(*head, strict=True) if head else [()] * len(raw.columns)
    return tuple(
        ColumnMapping(column, f"{table}.{column}", 1.0, tuple(value for value in sample if value))
        for column, sample in zip(raw.columns, samples, strict=True)
    )


def _required_keys(table: str) -> list[str]:
    return [f"{table}.{name}" for name in CANONICAL[table].required]


def _holds_lines(raw: Raw, profiles: Sequence[ColumnProfile], given: dict[str, str | None], others: Sequence[Raw]) -> bool:
    """A file named `orders` without a file of order lines beside it is a flat file when it has quantities and prices."""
    if any(table_named(other.where or other.stem) == "order_lines" for other in others):
        return False
    columns = propose(profiles, flat_fields(), given, by_values=False)
    found = {column.field for column in columns if column.confidence >= SURE}
    return bool(found & set(_LINE_SIGNS)) and bool(found & {"order_lines.quantity", "order_lines.product_id", "products.name"})


def _without_redundant(columns: Sequence[ColumnMapping]) -> tuple[ColumnMapping, ...]:
    """Beside a quantity and a price, an amount says nothing new: it stays as an extra column."""
    found = {column.field for column in columns}
    if not {"order_lines.quantity", "order_lines.unit_price", LINE_AMOUNT} <= found:
        return tuple(columns)
    return tuple(
        ColumnMapping(c.column, None, 0.0, c.sample) if c.field == LINE_AMOUNT and not c.given else c for c in columns
    )


def _without_rate(
    columns: Sequence[ColumnMapping], profiles: Sequence[ColumnProfile], staging: Staging
) -> tuple[ColumnMapping, ...]:
    """A discount that is always below 1 is a rate, and what it was taken off nobody knows: it stays as it is."""
    rates = {p.name: p.filled for p in profiles if p.largest is not None and 0 < p.largest < 1 and not p.negative}
    out = []
    for column in columns:
        if column.field == "orders.discount" and column.column in rates and not column.given:
            staging.report("order_lines", "discount_rate", "left_out", rates[column.column], rates[column.column])
            out.append(ColumnMapping(column.column, None, 0.0, column.sample))
        else:
            out.append(column)
    return tuple(out)


def _as_table(raw: Raw, table: str, columns: Sequence[ColumnMapping], staging: Staging) -> Understood:
    required = set(_required_keys(table))
    found = {column.field for column in columns if column.field}
    if table == "order_lines" and LINE_AMOUNT in found:
        required -= {"order_lines.unit_price"}
        if "order_lines.unit_price" in found:
            columns = _without_redundant(columns)
    missing = sorted(required - found)
    if missing:
        raise LoadError("missing_columns", raw.file, raw.where, table=table, missing=tuple(missing), found=raw.columns)
    assignments = tuple(
        Assignment(c.column, _field(c.field), c.field.split(".")[1], required=c.field in required)
        for c in columns if c.field
    )
    return _understood(raw, table, assignments, columns, staging)


def _as_flat(raw: Raw, columns: Sequence[ColumnMapping], staging: Staging) -> Understood:
    found = [column.field for column in columns if column.field]
    missing = missing_in_flat(found)
    if missing:
        near = {key: nearest(key.split(".")[1], raw.columns) for key in missing}
        raise LoadError("not_mapped", raw.file, raw.where, missing=missing, found=raw.columns, near=near)
    required = required_in_flat(found)
    assignments = tuple(
        Assignment(c.column, _field(c.field), flat_name(_field(c.field)), required=c.field in required)
        for c in columns if c.field
    )
    return _understood(raw, FLAT, assignments, columns, staging)


def _understood(
    raw: Raw, table: str, assignments: tuple[Assignment, ...], columns: Sequence[ColumnMapping], staging: Staging
) -> Understood:
    understood = Understood(raw, table, assignments, FileMapping(raw.file, raw.where, table, raw.rows, tuple(columns)))
    unsure = [column for column in columns if column.field and column.confidence < SURE]
    if unsure:
        sample = [{"column": c.column, "field": c.field, "confidence": c.confidence} for c in unsure[:5]]
        staging.report(understood.label, "uncertain_mapping", "kept", len(unsure), len(columns), sample)
    return understood


def _field(key: str) -> Field:
    known = fields().get(key)
    if known is not None:
        return known
    table, column = key.split(".")
    return Field(table, column, TEXT, ())
