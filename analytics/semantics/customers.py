"""Customers who match: bounds on what they are, on what they bought, spent or said, at any time or within a period.

A field is a fact about the customer (city, age, last order), a figure of the customer (revenue, orders, any metric) or a
property of something the customer did (a category bought, a rating given, a campaign received).
"""

from __future__ import annotations

import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.schema import CUSTOMER_FACTS, CUSTOMERS, ORDER_STATUSES
from analytics.semantics.conditions import compare, within
from analytics.semantics.dimensions import column_of, with_dimensions
from analytics.semantics.metrics import LINES, METRICS, ORDERS, Aggregate
from analytics.shop import Shop

#: Spoken fields and the column of customer_facts that holds them.
SPOKEN: dict[str, str] = {
    "nps": "last_nps", "recency_days": "days_since_last_order", "overdue": "overdue_amount", "points": "points_balance",
    "purchase_frequency": "orders", "revenue_per_customer": "revenue",
}
#: Columns of the customers table that customer_facts leaves out.
CONTACT = tuple(name for name in CUSTOMERS.column_names if name not in CUSTOMER_FACTS.column_names)
#: Figures of a customer that no metric of that name gives: mart and aggregate.
_FIGURES: dict[str, tuple[str, Aggregate]] = {
    "returned_orders": (ORDERS, lambda t: t.returned.sum()),
    "gross": (ORDERS, lambda t: t.gross.sum()),
    "discount": (ORDERS, lambda t: t.discount.sum()),
    "purchase_frequency": (ORDERS, lambda t: t.counted.sum()),
    "revenue_per_customer": (ORDERS, lambda t: t.revenue.sum()),
} | {
    name: next(iter(metric.measures.items()))
    for name, metric in METRICS.items()
    # A rating, NPS or CSAT is bounded as each answer gave it.
    if not metric.special and name not in ("nps", "csat", "customers") and "campaign_facts" not in metric.measures
}
_TIMES = ("weekday", "hour", "day", "week", "month", "quarter", "year")
#: What customers do, and the fields that bound one such thing.
_DEEDS: dict[str, tuple[str, ...]] = {
    LINES: (
        "category", "product", "product_id", "order_channel", "channel", "order_id", "order_date", "ordered_at", "quantity",
        "unit_price", *_TIMES,
    ),
    ORDERS: ("status",),
    "feedback_facts": ("rating", "nps", "feedback_source", "source", "sentiment", "text", "created_at"),
    "ticket_facts": ("ticket_category", "priority", "agent", "csat", "reopened", "resolved_at", "first_response_at"),
    "touch_facts": (
        "campaign", "campaign_channel", "campaign_id", "variant", "sent_at", "opened_at", "clicked_at", "converted_at",
    ),
    "invoice_facts": ("late", "issued_on", "due_on", "paid_on", "amount"),
    "loyalty_facts": ("reward",),
    "event_facts": ("type", "occurred_at"),
}


def is_customer_field(field: str) -> bool:
    """Whether a customer can be bounded by a field of this name."""
    known = field in (*CUSTOMER_FACTS.column_names, *SPOKEN, *CONTACT, *_FIGURES, "customer")
    return known or any(field in fields for fields in _DEEDS.values())


def customers_matching(shop: Shop, filters: tuple[Filter, ...], period: Period | None = None) -> ir.Table:
    """customer_facts rows of the known customers that pass every filter.

    With a period, figures (revenue, orders, returned_orders ...) and deeds (bought, rated, received) are those within it;
    where no filter is about either, the customers with a counted order in the period match.
    """
    table = shop.customer_facts
    deeds: dict[str, list[Filter]] = {}
    timed = False
    for item in filters:
        if is_figure(item.field, period):
            table = _figure_filter(shop, table, item, period)
            timed = True
        elif base := _deed(shop, item, period):
            deeds.setdefault(base, []).append(item)
            timed = True
        else:
            table = _fact_filter(shop, table, item)
    for base, items in deeds.items():
        table = _deed_filter(shop, table, base, tuple(items), period)
    if period is not None and not timed:
        table = _among(table, _buyers(shop, period))
    return table


def is_figure(field: str, period: Period | None) -> bool:
    """Whether the field is worked out from rows: always within a period, else where customer_facts does not hold it."""
    has_column = SPOKEN.get(field, field) in CUSTOMER_FACTS.column_names
    return field in _FIGURES and (period is not None or not has_column)


def _figure_filter(shop: Shop, table: ir.Table, item: Filter, period: Period | None) -> ir.Table:
    base, aggregate = _FIGURES[item.field]
    rows = within(shop.table(base), base, period)
    rows = rows.filter(rows.customer_id.notnull())
    figures = rows.group_by("customer_id").agg(figure_=aggregate(rows))
    wide = table.left_join(figures, "customer_id").drop("customer_id_right")
    figure = wide.figure_
    if item.field not in METRICS or METRICS[item.field].zero_filled or item.field in SPOKEN:
        figure = figure.fill_null(0)
    return wide.filter(compare(figure, item)).drop("figure_")


def _fact_filter(shop: Shop, table: ir.Table, item: Filter) -> ir.Table:
    if item.field == "customer":
        by_id, by_name = Filter("customer_id", item.op, item.value), Filter("name", item.op, item.value)
        both = compare(table.customer_id, by_id), compare(table["name"], by_name)
        return table.filter(both[0] & both[1] if item.op == "!=" else both[0] | both[1])
    if item.field in CONTACT:
        listed = shop.table("customers")
        wanted = Filter(item.field, "=", None) if item.values == (None,) else item
        known = listed.filter(compare(listed[item.field], wanted))
        found = table.customer_id.isin(known.customer_id)
        # Somebody without a row in the customers table has no address either.
        if item.values == (None,):
            missing = found | ~table.customer_id.isin(listed.customer_id)
            return table.filter(~missing if item.op == "!=" else missing)
        return table.filter(found)
    column = SPOKEN.get(item.field, item.field)
    if column not in table.columns:
        raise CannotAnswer("not_a_customer_field", field=item.field)
    return table.filter(compare(table[column], item))


def _deed(shop: Shop, item: Filter, period: Period | None) -> str | None:
    """The mart of the deeds that the field bounds, or None for a fact about the customer."""
    if item.field == "nps" and period is None:
        return None
    if item.field == "status" and not set(map(str, item.values)) <= set(ORDER_STATUSES):
        return "ticket_facts"
    if item.field in ("campaign", "campaign_channel", "campaign_id") and not shop.has("campaign_touches"):
        return LINES
    if item.field in CUSTOMER_FACTS.column_names:
        return None
    return next((base for base, fields in _DEEDS.items() if item.field in fields), None)


def _deed_filter(shop: Shop, table: ir.Table, base: str, items: tuple[Filter, ...], period: Period | None) -> ir.Table:
    """Customers with one deed that passes all positive filters, and with none that an exclusion names.

    Filters on the same field ask for a deed each ("bought tea and bought coffee"), together with the filters on the
    other fields ("in the app").
    """
    wanted = [item for item in items if item.op != "!=" or item.values == (None,)]
    alone = [item for item in wanted if sum(other.field == item.field for other in wanted) == 1]
    repeated = [item for item in wanted if item not in alone]
    for group in [[*alone, item] for item in repeated] or ([alone] if alone else []):
        table = _among(table, _doers(shop, base, group, period))
    for item in items:
        if item not in wanted:
            doers = _doers(shop, base, [Filter(item.field, "in", item.values)], period)
            table = table.filter(~table.customer_id.isin(doers.customer_id))
    return table


def _doers(shop: Shop, base: str, items: list[Filter], period: Period | None) -> ir.Table:
    rows = within(shop.table(base), base, period)
    if base == LINES:
        rows = rows.filter(rows.kind == "sale")
    for item in items:
        column = column_of(item.field, base)
        if column is None:
            rows = with_dimensions(shop, rows, base, (item.field,))
        rows = rows.filter(compare(rows[column or item.field], item))
    return rows.filter(rows.customer_id.notnull()).select("customer_id").distinct()


def _buyers(shop: Shop, period: Period) -> ir.Table:
    orders = within(shop.order_facts, ORDERS, period)
    return orders.filter(orders.counted, orders.customer_id.notnull()).select("customer_id").distinct()


def _among(table: ir.Table, people: ir.Table) -> ir.Table:
    return table.filter(table.customer_id.isin(people.customer_id))

