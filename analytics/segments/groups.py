"""What the ways of segmenting share: which segments were asked for, sizes and values per segment, members, who is left out.

A table of people has one row per customer with the segment's column, `orders`, `revenue` and `recency_days`. Defines no segment.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from analytics.finding import Filter, Scope
from analytics.period import Period
from analytics.semantics import restrict, why_not_filter
from analytics.semantics.conditions import within
from analytics.semantics.segments import segment_filters
from analytics.shop import Shop

#: Members shown where nobody asked for a segment's members or for a number of them.
MEMBERS_SHOWN = 20
#: Statuses of orders that are left out, and said to be.
_LEFT_OUT = ("cancelled", "returned")


@dataclass(frozen=True)
class Asked:
    """The segments of the analysis that a question names (none: all of them), and the filters that remain."""

    names: tuple[str, ...]
    filters: tuple[Filter, ...]


def asked(dimension: str, known: tuple[str, ...], segment: tuple[str, ...], filters: tuple[Filter, ...]) -> Asked:
    """Tells segments of `dimension` from those of other ways of segmenting, which are filters here.

    A filter on the dimension itself names segments too, so that both ways of saying it give the same answer.
    """
    names = [name for name in segment if name in known]
    others = segment_filters(tuple(name for name in segment if name not in known))
    remaining = []
    for item in filters:
        if item.field == dimension and item.op in ("=", "in") and set(item.values) <= set(known):
            names += [name for name in item.values if name not in names]
        elif item.field == dimension and item.op == "!=" and set(item.values) <= set(known):
            names += [name for name in known if name not in item.values and name not in names]
        else:
            remaining.append(item)
    return Asked(tuple(names), (*remaining, *others))


def purchases(shop: Shop, period: Period | None) -> ir.Table:
    """What each known customer bought: one row per customer with a counted order in the period.

    Revenue includes credit notes, as everywhere; cancelled and returned orders add nothing.
    """
    orders = within(shop.order_facts, "order_facts", period)
    known = orders.filter(orders.customer_id.notnull())
    sums = known.group_by("customer_id").agg(
        orders=known.counted.sum(), revenue=known.revenue.sum(), last_order_date=known.order_date.max(where=known.counted)
    )
    return sums.filter(sums.orders > 0)


def totals(people: ir.Table, *keys: str, **more: ir.Value) -> ir.Table:
    """One row per segment, or per combination of what else is told apart: customers, revenue, orders, and the days since
    their last order, summed. Everything said of a segment follows from these, whatever the number of customers. `more`:
    further figures."""
    return people.group_by(*keys).agg(
        customers=people.count(), revenue=people.revenue.sum(), orders=people.orders.sum(), days=people.recency_days.sum(), **more
    )


def by_segment(sums: ir.Table, dimension: str, known: tuple[str, ...]) -> ir.Table:
    """One row per segment in their natural order, also those without customers: size, value, and both as shares of all.

    `sums` are the totals of people by the dimension, or by more than it.
    """
    rows = [ibis.struct({"name": name, "position": position}) for position, name in enumerate(known)]
    spine = ibis.array(rows).unnest().name("row").as_table()
    spine = spine.select(position=spine["row"]["position"], segment_=spine["row"]["name"])
    names = ("customers", "revenue", "orders", "days")
    sums = sums.group_by(sums[dimension].name("segment_")).agg(**{name: sums[name].sum() for name in names})
    joined = spine.left_join(sums, "segment_").drop("segment__right")
    joined = joined.mutate(
        customers=joined.customers.fill_null(0).cast("int64"), revenue=joined.revenue.fill_null(0),
        orders=joined.orders.fill_null(0),
    )
    total = joined.mutate(all_customers=joined.customers.sum().over(), all_revenue=joined.revenue.sum().over())
    return total.order_by("position").select(
        total.segment_.name(dimension), "customers", share=ratio(total.customers, total.all_customers), revenue=total.revenue,
        revenue_share=ratio(total.revenue, total.all_revenue), revenue_per_customer=ratio(total.revenue, total.customers),
        purchase_frequency=ratio(total.orders, total.customers), average_order_value=ratio(total.revenue, total.orders),
        recency_days=ratio(total.days, total.customers),
    )


def first_by(segments: ir.Table, dimension: str, column: str) -> ir.Table:
    """The segment that leads by a column, ties by name; no row where nobody is segmented."""
    return segments.filter(segments.customers > 0).order_by(ibis.desc(column), dimension).limit(1)


def ratio(top: ir.Value, bottom: ir.Value) -> ir.FloatingValue:
    """A quotient, null instead of a division by zero."""
    return top.cast("float64") / bottom.cast("float64").nullif(0)


def members(people: ir.Table, dimension: str, names: tuple[str, ...], columns: tuple[str, ...], top_n: int | None) -> ir.Table:
    """The customers of the asked segments (of all, where none was asked for), the highest revenue first."""
    chosen = people.filter(people[dimension].isin(names)) if names else people
    limit = top_n or (None if names else MEMBERS_SHOWN)
    ranked = chosen.order_by(ibis.desc("revenue"), "customer_id").select("customer_id", "name", dimension, *columns)
    return ranked.limit(limit) if limit else ranked


def group_facts(sums: ir.Table, dimension: str, names: tuple[str, ...]) -> dict[str, ir.Value]:
    """Figures of everybody and of the asked segments together, from the totals of people by the dimension; `segment` is
    the one that was asked for, if only one was."""
    inside = sums[dimension].isin(names) if names else ibis.literal(True)
    customers, revenue = sums.customers.sum(where=inside), sums.revenue.sum(where=inside)
    return {
        "customers": sums.customers.sum().fill_null(0).cast("int64"),
        "revenue": sums.revenue.sum().fill_null(0),
        "segment": ibis.literal(names[0] if len(names) == 1 else None, "string"),
        "asked_segments": ibis.literal(len(names), "int64"),
        "asked_customers": customers.fill_null(0).cast("int64"),
        "asked_share": ratio(customers, sums.customers.sum()),
        "asked_revenue": revenue.fill_null(0),
        "asked_revenue_share": ratio(revenue, sums.revenue.sum()),
        "asked_revenue_per_customer": ratio(revenue, customers),
        "asked_purchase_frequency": ratio(sums.orders.sum(where=inside), customers),
        "asked_recency_days": ratio(sums.days.sum(where=inside), customers),
    }


def left_out(shop: Shop, span: Period | None, filters: tuple[Filter, ...], matching: ir.Table) -> ir.Table:
    """One row: counted orders without a customer that the filters let through, and their revenue; and the cancelled and
    returned orders of the customers that match. `matching` are the customers that pass the filters."""
    orders = within(shop.order_facts, "order_facts", span)
    if filters or span:
        own = orders.filter(orders.customer_id.isin(matching.customer_id))
        return _guests(shop, span, filters).cross_join(own.agg(**{
            f"left_out_{status}": (own.status == status).sum().fill_null(0) for status in _LEFT_OUT
        }))
    # Everybody matches: one pass that groups by one short column tells all of it.
    guest = orders.customer_id.isnull()
    each = orders.group_by("status").agg(
        known_=orders.count(where=~guest), guests_=orders.count(where=guest & orders.counted),
        money_=orders.revenue.sum(where=guest & orders.counted),
    )
    return each.agg(
        guest_orders=each.guests_.sum().fill_null(0).cast("int64"), guest_revenue=each.money_.sum().fill_null(0),
        **{f"left_out_{status}": each.known_.sum(where=each.status == status).fill_null(0).cast("int64") for status in _LEFT_OUT},
    )


def _guests(shop: Shop, period: Period | None, filters: tuple[Filter, ...]) -> ir.Table:
    """Counted orders without a customer, and their revenue.

    Filters on what a customer is let none through; those on the order or its lines (place, channel, category) do.
    """
    base = next((b for b in ("order_facts", "sale_lines") if not any(why_not_filter(b, item) for item in filters)), None)
    rows = within(shop.table(base or "order_facts"), base or "order_facts", period)
    if base is None:
        rows = rows.filter(ibis.literal(False))
    rows = restrict(shop, rows, base or "order_facts", filters if base else ())
    sold = rows.kind == "sale" if base == "sale_lines" else rows.counted
    rows = rows.filter(sold, rows.customer_id.isnull())
    return rows.agg(guest_orders=rows.order_id.nunique(), guest_revenue=rows.revenue.sum().fill_null(0))


def scope(sums: ir.Table, without: ir.Table) -> Scope:
    """The orders behind the people (their totals), and those left out (see `left_out`): of guests, cancelled, returned."""
    used = sums.agg(rows_used=sums.orders.sum().fill_null(0))
    dropped = without.select(left_out_without_customer="guest_orders", **{f"left_out_{s}": f"left_out_{s}" for s in _LEFT_OUT})
    return Scope(used.cross_join(dropped), unit="orders")
