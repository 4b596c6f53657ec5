"""Filters on the rows of a mart: which field means a column, a dimension or the customer behind the row, or why none.

A field is a dimension, a canonical column of the mart's origin, or a fact about the customer (spend, orders, last order,
age ...). Values enter as typed literals.
"""

from __future__ import annotations

import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Filter
from analytics.schema import MARTS
from analytics.semantics.conditions import compare
from analytics.semantics.customers import customers_matching, is_customer_field
from analytics.semantics.dimensions import DIMENSIONS, ORIGIN, column_of, joinable, with_dimensions
from analytics.shop import Shop

#: Columns of marts that a filter of that name does not mean: "revenue over 500" bounds the customer's revenue, not that of
#: one order. A campaign's cost is a canonical column, the cost of an order's goods is not.
_SUMS = frozenset({"revenue", "gross", "units", "gross_margin", "orders", "lines"})
_NOT_OF_ROWS: dict[str, frozenset[str]] = {
    "order_facts": _SUMS | {"cost"}, "sale_lines": _SUMS | {"cost"}, "campaign_facts": _SUMS,
}
#: Dimensions of a customer that stand on orders too.
_PLACES = ("region", "city", "country")


def row_column(base: str, field: str) -> str | None:
    """The column of the mart that a filter of this name bounds, or None when it bounds something else."""
    column = column_of(field, base)
    return None if column in _NOT_OF_ROWS.get(base, ()) else column


def why_not_filter(base: str, item: Filter) -> str | None:
    """The reason's code why rows of `base` cannot be restricted by this filter, or None when they can."""
    field = item.field
    if row_column(base, field) or (field in DIMENSIONS and joinable(DIMENSIONS[field], base)):
        return None
    if field in DIMENSIONS and DIMENSIONS[field].source != "customer" and field not in _PLACES:
        # What the customer bought elsewhere says nothing of the category or channel of these rows.
        return "not_joinable"
    if is_customer_field(field):
        return None if "customer_id" in MARTS[base].column_names else "not_joinable"
    return "unknown_field"


def restrict(shop: Shop, table: ir.Table, base: str, filters: tuple[Filter, ...]) -> ir.Table:
    """`table` (rows of the mart `base`) with only the rows that pass every filter."""
    about_customers = []
    for item in filters:
        if reason := why_not_filter(base, item):
            raise CannotAnswer(reason, field=item.field, dimension=item.field, table=ORIGIN[base])
        if column := row_column(base, item.field):
            table = table.filter(compare(table[column], item))
        elif item.field in DIMENSIONS and DIMENSIONS[item.field].source != "customer":
            wide = with_dimensions(shop, table, base, (item.field,))
            table = wide.filter(compare(wide[item.field], item)).drop(item.field)
        else:
            about_customers.append(item)
    if about_customers:
        allowed = customers_matching(shop, tuple(about_customers))
        table = table.filter(table.customer_id.isin(allowed.customer_id))
    return table
