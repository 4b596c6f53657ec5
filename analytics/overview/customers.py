"""Customers who match a description: how many, what they are worth, and who they are."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.finding import Caveat, Filter, Finding, Scope, Shared
from analytics.overview.asked import day, names_of
from analytics.overview.figures import plain, units_of
from analytics.period import Period
from analytics.schema import CUSTOMER_FACTS
from analytics.semantics import METRICS, customers_matching, measure, segment_filters, why_not
from analytics.semantics.customers import SPOKEN, is_figure
from analytics.shop import Shop

Order = Literal["highest", "lowest"]
#: What every list shows of a customer, beside the metric and what the filters are about.
_SHOWN = ("city", "orders", "last_order_date", "days_since_last_order", "rfm_segment", "value_tier")


def customer_list(
    shop: Shop,
    *,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    period: Period | None = None,
    metric: str | tuple[str, ...] = "revenue",
    top_n: int | None = None,
    order: Order = "highest",
) -> Finding:
    """Known customers who pass every filter, counted and listed, sorted by a metric (revenue unless asked for), then number.

    With a period, what customers spent, ordered, bought or said is bounded within it, and the metric is that of the
    period; where no filter is about that, those with a counted order in it are meant. Attributes (city, segment, days since
    the last order) are those of the as-of date. `share` is of all known customers.
    """
    wanted = (*filters, *segment_filters(segment))
    names = names_of(metric)
    name = next((one for one in names if _of_one(shop, one)), "revenue")
    left_out = [one for one in names if one != name]
    span = None if period is None or period.name == "all_time" else period.clipped(shop.today)
    listed = Shared("listed_customers", _listed(shop, wanted, span, name, order))
    facts = _facts(shop, listed.table, name, top_n)
    facts = facts.mutate(
        metric=ibis.literal(name), period_start=day(span.start if span else None), period_end=day(span.last if span else None),
        is_partial=ibis.literal(span is not None and span.partial), left_out_metrics=ibis.literal(len(left_out)),
        left_out_metric=ibis.literal(left_out[0] if left_out else None, "string"),
    )
    kept = listed.table if top_n is None else listed.table.filter(listed.table["rank"] <= top_n)
    counts = listed.table.agg(rows_used=ibis._.count())
    return Finding(
        facts, {"customers": kept.order_by("rank").drop("rank", "consents")}, Scope(counts, "customers"), shared=(listed,),
        caveats=(Caveat("nobody_matches", "customers", "=", 0), Caveat("metrics_left_out", "left_out_metrics", ">", 0)),
        units=units_of(METRICS[name], ("value", "total", "average", "first_value")),
        definitions=(name,), defaults={} if name in names else {"metric": name},
    )


def _of_one(shop: Shop, metric: str) -> bool:
    """Whether the metric says something of one customer."""
    return metric in METRICS and metric not in ("customers", "new_customers") and why_not(shop, metric, ("customer_id",)) is None


def _listed(shop: Shop, filters: tuple[Filter, ...], period: Period | None, metric: str, order: Order) -> ir.Table:
    """One row per matching customer, ranked."""
    people = customers_matching(shop, filters, period)
    figures = measure(shop, tuple(dict.fromkeys((metric, "orders"))), dims=("customer_id",), period=period)
    figures = figures.select("customer_id", figure_=plain(figures[metric]), orders_=figures.orders)
    joined = people.left_join(figures, "customer_id")
    joined = joined.mutate(orders=joined.orders_.fill_null(0))
    value = joined.figure_.fill_null(0.0) if METRICS[metric].zero_filled else joined.figure_
    columns = ["customer_id", "name", *dict.fromkeys((*_SHOWN, *_asked_about(filters, period)))]
    rows = joined.select(*columns, value=value, consents=joined.marketing_consent)
    size = rows.value if order == "lowest" else ibis.desc(rows.value)
    rows = rows.mutate(rank=ibis.row_number().over(order_by=[rows.value.isnull(), size, rows.customer_id]) + 1)
    return rows.select("rank", "customer_id", "name", "value", *columns[2:], "consents")


def _asked_about(filters: tuple[Filter, ...], period: Period | None) -> list[str]:
    """Facts about the customer that the filters bound: whoever asks for them wants to see them. Not figures of all time
    where the bound is within a period."""
    fields = [SPOKEN.get(item.field, item.field) for item in filters if not is_figure(item.field, period)]
    return [name for name in fields if name in CUSTOMER_FACTS.column_names and name not in ("customer_id", "name")]


def _facts(shop: Shop, listed: ir.Table, metric: str, top_n: int | None) -> ir.Table:
    first = listed["rank"] == 1
    one = listed.aggregate(
        customers=listed.count(), total=listed.value.sum(), average=listed.value.mean(),
        first_id=listed.customer_id.max(where=first),
        name=listed["name"].max(where=first), first_value=listed.value.max(where=first),
        reachable=listed.consents.sum().fill_null(0), median_days=listed.days_since_last_order.median(),
    )
    everybody = shop.customer_facts.agg(known_customers=ibis._.count())
    one = one.cross_join(everybody)
    sums = not METRICS[metric].sampled
    shown = one.customers if top_n is None else ibis.least(one.customers, top_n)
    return one.mutate(
        share=one.customers.cast("float64") / one.known_customers.cast("float64").nullif(0), shown=shown,
        total=one.total.fill_null(0.0) if sums else ibis.null("float64"), all_shown=shown >= one.customers,
        is_total=ibis.literal(sums),
    )
