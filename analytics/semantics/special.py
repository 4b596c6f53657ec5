"""Metrics that are not one aggregate over rows: per-customer rates, churn and retention, balances, acquisition cost.

Each function returns one row per combination of the given keys with the metrics, their sample sizes and spreads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics.finding import Filter
from analytics.period import DAY, Grain, Period
from analytics.semantics.conditions import compare, within
from analytics.semantics.customers import customers_matching
from analytics.semantics.dimensions import bucket, with_dimensions
from analytics.semantics.filters import restrict
from analytics.shop import Shop

#: Metrics of known customers by what each bought: worked out together, from one row per customer.
PER_CUSTOMER = ("repeat_rate", "purchase_frequency", "revenue_per_customer")
CHURN = ("churn_rate", "retention_rate")
#: Stands for a day that has not come.
_NEVER = date(9999, 12, 31)
#: By what the cost of winning customers can be split: a campaign's channel is the acquisition channel of that name.
ACQUISITION_DIMENSIONS = ("acquisition_channel", "campaign_channel")


@dataclass(frozen=True)
class Span:
    """A bucket of a period: its label (the first day of the grain) and the days of it that belong to the period."""

    label: date
    start: date
    end: date


def per_customer(rows: ir.Table, base: str, keys: tuple[str, ...], names: Sequence[str] = PER_CUSTOMER) -> ir.Table:
    """What the known customers with a counted order in the rows did, per combination of keys; `names` of PER_CUSTOMER, and
    `customers`: how many they are.

    repeat_rate: those with two or more counted orders / those with at least one. purchase_frequency: their counted orders
    / they. revenue_per_customer: revenue of known customers, credits included / they. Guest orders are left out: nobody
    knows whether they came back.
    """
    known = rows.filter(rows.customer_id.notnull())
    orders = known.order_id.nunique(where=known.kind == "sale") if base == "sale_lines" else known.counted.sum()
    people = known.group_by(*keys, "customer_id").agg(orders_=orders, revenue_=known.revenue.sum())
    bought = people.orders_ > 0
    size = bought.sum()
    base_size = size.cast("float64").nullif(0)
    figures: dict[str, ir.Value] = {f"sample_{name}": size for name in names if name in PER_CUSTOMER}
    if "customers" in names:
        figures["customers"] = size
    if "repeat_rate" in names:
        figures["repeat_rate"] = (people.orders_ >= 2).sum().cast("float64") / base_size
    for name, column in (("purchase_frequency", people.orders_), ("revenue_per_customer", people.revenue_)):
        if name in names:
            figures[name] = column.sum().cast("float64") / base_size
            figures[f"spread_{name}"] = column.cast("float64").std(where=bought, how="pop")
    return people.group_by(*keys).agg(**figures) if keys else people.agg(**figures)


def spans_table(spans: Sequence[Span]) -> ir.Table:
    """The spans as a table: bucket_, start_, end_."""
    rows = ibis.array([ibis.struct({"bucket_": s.label, "start_": s.start, "end_": s.end}) for s in spans])
    table = rows.unnest().name("span").as_table()
    return table.select(bucket_=table.span["bucket_"], start_=table.span["start_"], end_=table.span["end_"])


def churn(
    shop: Shop, spans: Sequence[Span], filters: tuple[Filter, ...], groups: tuple[str, ...], grain: str | None
) -> ir.Table:
    """Churn and retention per span and group of customers.

    churn_rate = known customers active when the span starts (a counted order within the churn horizon before it) who
    during the span went longer than the horizon without one / customers active when it starts. Who comes back later has
    still been lost, once. Days after the as-of date have churned nobody yet, and nobody can be seen to leave before the
    data are as old as the horizon: a span that ends by then has no figures. Filters and groups are those of the customer.
    """
    seen = shop.first_day + DAY * (shop.settings.churn_horizon_days + 1)
    told = [span for span in spans if span.end > seen] or [Span(date.min, date.min, date.min)]
    orders = shop.order_facts.filter(shop.order_facts.counted, shop.order_facts.customer_id.notnull())
    if filters:
        orders = orders.filter(orders.customer_id.isin(customers_matching(shop, filters).customer_id))
    by_customer = ibis.window(group_by="customer_id", order_by=["order_date", "order_id"])
    visits = orders.select("customer_id", "order_date", next_date=orders.order_date.lead().over(by_customer))
    # The first day on which the visit lies longer ago than the horizon.
    crossing = (visits.order_date + ibis.interval(days=shop.settings.churn_horizon_days + 1)).cast("date")
    visits = visits.mutate(crossing=crossing)
    table = spans_table(told)
    follows = visits.next_date.fill_null(_NEVER)
    latest = [visits.order_date < table.start_, follows >= table.start_, visits.crossing >= table.start_]
    active = visits.join(table, latest).select("customer_id", "bucket_")
    gone = visits.filter(follows >= visits.crossing, visits.crossing <= shop.as_of)
    lost = gone.join(table, [gone.crossing >= table.start_, gone.crossing < table.end_])
    lost = lost.select("customer_id", "bucket_").distinct()
    people = active.left_join(lost, ["customer_id", "bucket_"])
    people = people.select("customer_id", "bucket_", lost=people.customer_id_right.notnull())
    if groups:
        people = people.left_join(shop.customer_facts.select("customer_id", *groups), "customer_id").drop("customer_id_right")
    base, left = people.count(), people.lost.sum()
    rate = left.cast("float64") / base.cast("float64").nullif(0)
    figures = {
        "churn_rate": rate, "retention_rate": 1 - rate, "churned_customers": left, "active_at_start": base,
        "sample_churn_rate": base, "sample_retention_rate": base,
    }
    return _keyed(people, groups, grain, figures)


def overdue_amount(
    shop: Shop, spans: Sequence[Span], filters: tuple[Filter, ...], groups: tuple[str, ...], grain: str | None
) -> ir.Table:
    """The amount of invoices that are unpaid and past their due date on the last day of each span, whenever issued."""
    wanted = restrict(shop, shop.table("invoice_facts"), "invoice_facts", filters)
    invoices = with_dimensions(shop, wanted, "invoice_facts", groups)
    # Nothing is known of days after the as-of date: what is overdue then is what is overdue now.
    table = spans_table([Span(s.label, s.start, min(s.end - DAY, shop.as_of)) for s in spans])
    late = invoices.join(
        table,
        [
            invoices.issued_on <= table.end_, invoices.due_on < table.end_,
            invoices.paid_on.fill_null(_NEVER) > table.end_,
        ],
    )
    return _keyed(late, groups, grain, {"overdue_amount": late.amount.sum()})


def _keyed(rows: ir.Table, groups: tuple[str, ...], grain: str | None, figures: dict[str, ir.Value]) -> ir.Table:
    """The figures per group and, with a grain, per bucket."""
    if grain:
        return rows.group_by(*groups, "bucket_").agg(**figures).rename({grain: "bucket_"})
    return rows.group_by(*groups).agg(**figures) if groups else rows.agg(**figures)


def acquisition_cost(
    shop: Shop, period: Period | None, filters: tuple[Filter, ...], groups: tuple[str, ...], grain: Grain | None
) -> ir.Table:
    """Cost of the campaigns that started in the period / customers whose first counted order fell into it.

    Filters and groups are channels: a campaign's channel is the acquisition channel of the same name.
    """
    cal = shop.settings.calendar
    campaigns = within(shop.table("campaign_facts"), "campaign_facts", period)
    orders = within(shop.order_facts, "order_facts", period)
    first = orders.filter(orders.counted, orders.order_number == 1)
    orders = with_dimensions(shop, first, "order_facts", ("acquisition_channel",))
    for item in filters:
        campaigns = campaigns.filter(compare(campaigns.campaign_channel.lower(), _lower(item)))
        orders = orders.filter(compare(orders.acquisition_channel.lower(), _lower(item)))
    keys = (*groups, grain) if grain else groups
    if groups:
        campaigns = campaigns.mutate(**{groups[0]: campaigns.campaign_channel.lower()})
        orders = orders.mutate(**{groups[0]: orders.acquisition_channel.lower()})
    if grain:
        campaigns = campaigns.mutate(**{grain: bucket(campaigns.starts_on, grain, cal)})
        orders = orders.mutate(**{grain: bucket(orders.order_date, grain, cal)})
    cost = campaigns.group_by(*keys).agg(cost_=campaigns.cost.sum()) if keys else campaigns.agg(cost_=campaigns.cost.sum())
    won = orders.group_by(*keys).agg(won_=orders.count()) if keys else orders.agg(won_=orders.count())
    both = won.left_join(cost, [won[key].identical_to(cost[key]) for key in keys]) if keys else won.cross_join(cost)
    rate = both.cost_.cast("float64") / both.won_.cast("float64").nullif(0)
    return both.select(*(both[key] for key in keys), acquisition_cost=rate, sample_acquisition_cost=both.won_)


def _lower(item: Filter) -> Filter:
    values = tuple(str(value).lower() for value in item.values)
    return Filter(item.field, item.op, values)

