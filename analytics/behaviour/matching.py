"""Orders that match filters on the order, on what is in it, or on the customer behind it."""

from __future__ import annotations

import ibis.expr.types as ir

from analytics.finding import Filter
from analytics.semantics import restrict, why_not_filter
from analytics.shop import Shop


def orders_matching(shop: Shop, orders: ir.Table, filters: tuple[Filter, ...]) -> ir.Table:
    """`orders` (rows of order_facts) that pass every filter; one on a category or product asks for a sale line of it.

    "Not" of a category asks for an order without any line of it.
    """
    for item in filters:
        if why_not_filter("order_facts", item) and not why_not_filter("sale_lines", item):
            excluded = item.op == "!=" and item.values != (None,)
            wanted = Filter(item.field, "in", item.values) if excluded else item
            lines = shop.sale_lines.filter(shop.sale_lines.kind == "sale")
            inside = orders.order_id.isin(restrict(shop, lines, "sale_lines", (wanted,)).order_id)
            orders = orders.filter(~inside if excluded else inside)
        else:
            orders = restrict(shop, orders, "order_facts", (item,))
    return orders
