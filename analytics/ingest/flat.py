"""Flat sales files: one row per order line, split into orders, order lines, products and customers.

What a file lacks is derived and reported: ids of orders and customers, quantities, prices from amounts. A value that
belongs to the order stands in every one of its lines; the first line that has it decides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.ingest.fields import LINE_AMOUNT, TIME_OF_DAY, Field
from analytics.ingest.staging import PLACE, Raw, Staging
from analytics.ingest.typing import Assignment, Typed
from analytics.marts.sql import duck_type, literal, quoted
from analytics.schema import QUANTITY, UNIT_PRICE

#: Fields that can stand for a customer's id, in this order.
_CUSTOMER_STANDINS = ("customers.email", "customers.phone", "customers.name")
_CREDIT_NOTE = "^[Cc][0-9]+$"


@dataclass(frozen=True)
class Part:
    """Rows for a canonical table: a scratch table with its canonical columns and extras, from one file.

    `derived` parts come from a flat file and never overrule what a file of the table itself says about products and
    customers.
    """

    table: str
    name: str
    columns: tuple[str, ...]
    file: str
    derived: bool = False


def flat_name(field: Field) -> str:
    """The column of a field in the typed table of a flat file; tables share column names, so both stand in it."""
    return f"{field.table}__{field.column}"


def required_in_flat(keys: Collection[str]) -> frozenset[str]:
    """The mapped fields without which a row of a flat file says nothing."""
    needed = {"orders.ordered_at", "orders.order_id", "order_lines.quantity"} & set(keys)
    return frozenset(needed | ({"order_lines.unit_price"} & set(keys) or {LINE_AMOUNT} & set(keys)))


def missing_in_flat(keys: Collection[str]) -> tuple[str, ...]:
    """What a flat file must have and does not: the time, and a price or an amount."""
    missing = [key for key in ("orders.ordered_at",) if key not in keys]
    if "order_lines.unit_price" not in keys and LINE_AMOUNT not in keys:
        missing.append("order_lines.unit_price")
    return tuple(missing)


def join_time_of_day(texts: str, assignments: Sequence[Assignment], staging: Staging) -> None:
    """Writes the time of day behind the date where the two stand in different columns."""
    by_key = {assignment.field.key: assignment for assignment in assignments}
    if TIME_OF_DAY in by_key and "orders.ordered_at" in by_key:
        day, time = quoted(by_key["orders.ordered_at"].column), quoted(by_key[TIME_OF_DAY].column)
        dated = f"regexp_replace({day}, '[ T]0{{1,2}}:00(:00)?$', '')"
        staging.run(f"UPDATE {texts} SET {day} = {dated} || ' ' || {time} WHERE {time} LIKE '%:%' AND {dated} NOT LIKE '%:%'")


def split(raw: Raw, table: Typed, keys: Collection[str], staging: Staging) -> list[Part]:
    """The canonical tables of a flat file's typed rows; `keys` are the fields that were mapped."""
    lines = _settled(raw, table, frozenset(keys), staging)
    parts = [_orders(raw, lines, keys, staging), _order_lines(raw, lines, table.extras, staging)]
    for name in ("products", "customers"):
        described = [key.split(".")[1] for key in keys if key.startswith(f"{name}.")]
        if described:
            parts.append(_described(raw, lines, name, described, staging))
    return parts


def _settled(raw: Raw, table: Typed, keys: frozenset[str], staging: Staging) -> str:
    """The typed rows with order, customer and product ids, quantity and price, given or made."""
    customer = _customer_id(table, keys, staging)
    named = next((key for key in ("order_lines.product_id", "products.name") if key in keys), None)
    product = quoted(named.replace(".", "__")) if named else "CAST(NULL AS VARCHAR)"
    quantity, price = _quantity_and_price(table, keys, staging)
    order = _order_id(raw, table, keys, customer, staging)
    name = staging.new_name("lines")
    staging.run(
        f"CREATE VIEW {name} AS SELECT *, {order} AS order_id, {customer} AS customer_id, {product} AS product_id,"
        f" CAST({quantity} AS {duck_type(QUANTITY)}) AS quantity, CAST({price} AS {duck_type(UNIT_PRICE)}) AS unit_price"
        f" FROM {table.name}"
    )
    return name


def _customer_id(table: Typed, keys: frozenset[str], staging: Staging) -> str:
    if "orders.customer_id" in keys:
        return "orders__customer_id"
    for key in _CUSTOMER_STANDINS:
        if key in keys:
            column = key.replace(".", "__")
            rows = int(staging.one(f"SELECT count({column}) FROM {table.name}"))
            staging.report("orders", "made_customer_ids", "repaired", rows, rows, [{"from": key}])
            return f"lower({column})" if key == "customers.email" else column
    return "CAST(NULL AS VARCHAR)"


def _order_id(raw: Raw, table: Typed, keys: frozenset[str], customer: str, staging: Staging) -> str:
    """Without order numbers, what one customer bought at one time is an order; without a customer, each line is one."""
    if "orders.order_id" in keys:
        return "orders__order_id"
    rows = int(staging.one(f"SELECT count(*) FROM {table.name}"))
    staging.report("orders", "made_order_ids", "repaired", rows, rows, [{"from": "orders.customer_id, orders.ordered_at"}])
    own = f"{literal(raw.stem)} || '-' || ({PLACE} + 1)"
    return f"coalesce({customer} || '-' || strftime(orders__ordered_at, '%Y%m%d%H%M%S'), {own})"


def _quantity_and_price(table: Typed, keys: frozenset[str], staging: Staging) -> tuple[str, str]:
    has_quantity, has_price = "order_lines.quantity" in keys, "order_lines.unit_price" in keys
    quantity, price, amount = "order_lines__quantity", "order_lines__unit_price", "order_lines__amount"
    if has_quantity and has_price:
        return quantity, price
    if has_quantity:
        known = f"CASE WHEN {quantity} = 0 AND {amount} <> 0 THEN 1 ELSE {quantity} END"
        return known, f"CAST({amount} AS DOUBLE) / nullif(CAST({known} AS DOUBLE), 0)"
    rows = int(staging.one(f"SELECT count(*) FROM {table.name}"))
    staging.report("order_lines", "made_quantities", "repaired", rows, rows)
    if has_price and LINE_AMOUNT in keys:
        return f"coalesce({amount} / nullif({price}, 0), 1)", price
    return "1", price if has_price else amount


def _orders(raw: Raw, lines: str, keys: Collection[str], staging: Staging) -> Part:
    own = [key.split(".")[1] for key in keys if key.startswith("orders.")]
    plain = [column for column in own if column not in {"order_id", "customer_id", "ordered_at", "discount", "ordered_time"}]
    columns = [f"arg_min(customer_id, {PLACE}) AS customer_id", "min(orders__ordered_at) AS ordered_at"]
    columns += [f"arg_min(orders__{column}, {PLACE}) AS {quoted(column)}" for column in plain]
    if "discount" in own:
        columns.append(f"{_discount(lines, staging)} AS discount")
    name = staging.new_name("orders")
    staging.run(
        f"CREATE TABLE {name} AS SELECT min({PLACE}) AS {PLACE}, order_id, {', '.join(columns)} FROM {lines} GROUP BY order_id"
    )
    _report_disagreement(lines, own, staging)
    names = ("order_id", "customer_id", "ordered_at", *plain, *(("discount",) if "discount" in own else ()))
    return Part("orders", name, names, raw.file, derived=True)


def _discount(lines: str, staging: Staging) -> str:
    """A discount that is the same in all lines of every order is the order's; otherwise the lines' discounts add up."""
    column = "orders__discount"
    known = f"coalesce({column}, 0)"
    varied = staging.one(
        f"SELECT count(*) FROM (SELECT 1 FROM {lines} GROUP BY order_id HAVING min({known}) <> max({known}))"
    )
    return f"sum({column})" if varied else f"max({column})"


def _report_disagreement(lines: str, own: Sequence[str], staging: Staging) -> None:
    """Orders whose lines name different customers, times or states: the first line (the earliest time) counts."""
    compared = ["customer_id", *(f"orders__{column}" for column in ("ordered_at", "status", "city", "country") if column in own)]
    differ = " OR ".join(f"min({column}) <> max({column})" for column in compared)
    shown = ", ".join(f"min({column}) AS {column}_first, max({column}) AS {column}_last" for column in compared)
    query = f"SELECT order_id, {shown} FROM {lines} GROUP BY order_id HAVING {differ}"
    rows = int(staging.one(f"SELECT count(*) FROM ({query})"))
    if rows:
        total = staging.one(f"SELECT count(DISTINCT order_id) FROM {lines}")
        staging.report("orders", "order_disagrees", "repaired", rows, total, staging.sample(f"{query} ORDER BY order_id"))


def _order_lines(raw: Raw, lines: str, extras: Sequence[str], staging: Staging) -> Part:
    columns = ("order_id", "product_id", "quantity", "unit_price")
    renamed = {name: name if name.casefold() not in columns else f"{name}_extra" for name in extras}
    kept = ", ".join([*columns, *(f"{quoted(old)} AS {quoted(new)}" for old, new in renamed.items())])
    name = staging.new_name("order_lines")
    staging.run(f"CREATE VIEW {name} AS SELECT {PLACE}, {kept} FROM {lines}")
    return Part("order_lines", name, (*columns, *renamed.values()), raw.file, derived=True)


def _described(raw: Raw, lines: str, table: str, columns: Sequence[str], staging: Staging) -> Part:
    """Products or customers: texts of a product that are most frequent, everything else as it was said last."""
    key = "product_id" if table == "products" else "customer_id"
    columns = [column for column in columns if column != key]
    frequent = [column for column in columns if table == "products" and column in {"name", "category"}]
    last = [
        f"arg_max({table}__{column}, {{'at': orders__ordered_at, 'place': {PLACE}}}) AS {quoted(column)}"
        for column in columns if column not in frequent
    ]
    base = staging.new_name(table)
    staging.run(
        f"CREATE TABLE {base} AS SELECT {', '.join([f'min({PLACE}) AS {PLACE}', key, *last])} FROM {lines}"
        f" WHERE {key} IS NOT NULL GROUP BY {key}"
    )
    for column in frequent:
        base = _with_most_frequent(base, lines, f"{table}__{column}", key, column, staging)
    if table == "products" and "name" in columns:
        _report_names(lines, staging)
    return Part(table, base, (key, *(c for c in columns if c not in frequent), *frequent), raw.file, derived=True)


def _with_most_frequent(base: str, lines: str, source: str, key: str, column: str, staging: Staging) -> str:
    name = staging.new_name("described")
    staging.run(
        f"CREATE TABLE {name} AS SELECT b.*, f.value AS {quoted(column)} FROM {base} b LEFT JOIN ("
        f" SELECT {key}, {source} AS value FROM {lines} WHERE {source} IS NOT NULL GROUP BY {key}, {source}"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY count(*) DESC, {source}) = 1) f USING ({key})"
    )
    return name


def _report_names(lines: str, staging: Staging) -> None:
    names = f"SELECT product_id, count(DISTINCT products__name) AS names FROM {lines} GROUP BY 1 HAVING names > 1"
    several = int(staging.one(f"SELECT count(*) FROM ({names})"))
    total = int(staging.one(f"SELECT count(DISTINCT product_id) FROM {lines}"))
    staging.report("products", "several_names", "repaired", several, total, staging.sample(f"{names} ORDER BY 2 DESC, 1"))
    missing, rows = staging.rows(f"SELECT count(*) FILTER (products__name IS NULL), count(*) FROM {lines}")[0]
    blank = f"SELECT order_id, product_id, quantity, unit_price FROM {lines} WHERE products__name IS NULL"
    staging.report("order_lines", "missing_description", "kept", missing, rows, staging.sample(blank))


def mark_credit_notes(orders: Part, lines: Sequence[Part], staging: Staging) -> Part:
    """Orders without a status whose number is C and digits and that only take back become returned."""
    if "status" in orders.columns or not lines:
        return orders
    all_lines = " UNION ALL ".join(f"SELECT order_id, quantity * unit_price AS amount FROM {part.name}" for part in lines)
    credit = (
        f"regexp_matches(order_id, {literal(_CREDIT_NOTE)}) AND order_id IN (SELECT order_id FROM ({all_lines})"
        " GROUP BY order_id HAVING max(amount) <= 0 AND min(amount) < 0)"
    )
    staging.run(f"ALTER TABLE {orders.name} ADD COLUMN status VARCHAR")
    staging.run(f"UPDATE {orders.name} SET status = CASE WHEN {credit} THEN 'returned' ELSE 'completed' END")
    returned, total = staging.rows(f"SELECT count(*) FILTER (status = 'returned'), count(*) FROM {orders.name}")[0]
    if returned:
        noted = f"SELECT order_id FROM {orders.name} WHERE status = 'returned'"
        staging.report("orders", "credit_note_numbers", "repaired", returned, total, staging.sample(f"{noted} ORDER BY 1"))
        touched, rows = staging.rows(f"SELECT count(*) FILTER (order_id IN ({noted})), count(*) FROM ({all_lines})")[0]
        staging.report("order_lines", "credit_note_numbers", "repaired", touched, rows)
    return Part("orders", orders.name, (*orders.columns, "status"), orders.file, orders.derived)
