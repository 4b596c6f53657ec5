"""Lifecycle stages: who is new, who still buys, who has gone quiet and who is lost, now and three months earlier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics.finding import Caveat, Filter, Finding, Shared
from analytics.period import DAY, Period, add_months
from analytics.schema import LIFECYCLE_STAGES
from analytics.segments.groups import Asked, asked, by_segment, group_facts, left_out, members, ratio, scope, totals
from analytics.semantics import customers_matching
from analytics.shop import Shop

_SHOWN = ("first_order_date", "last_order_date", "recency_days", "orders", "revenue")


@dataclass(frozen=True)
class Rule:
    """The horizon in days, the day that is told, the earlier one (None: the data cannot tell it), and the data's first."""

    horizon: int
    day: date
    before: date | None
    first_day: date

    @property
    def span(self) -> Period:
        """All days of the data up to the day that is told."""
        return Period(min(self.first_day, self.day), self.day + DAY)


def segment_lifecycle(
    shop: Shop, *, segment: tuple[str, ...] = (), period: Period | None = None, compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (), horizon: int | None = None, top_n: int | None = None,
) -> Finding:
    """Known customers with a counted order by stage: how many, their share, their revenue so far, the change in number.

    With a horizon of H days (the churn horizon unless given): new, the first order at most H/3 days ago; lost, no order
    for more than H days; dormant, none for more than H/2; active, the rest. As of the as-of date or the last day of
    `period`; compared with the last day of `compare_to`, else with three months earlier, by the orders known then.
    Orders without a customer are left out.
    """
    wanted = asked("lifecycle_stage", LIFECYCLE_STAGES, segment, filters)
    rule = _rule(shop, period, compare_to, horizon)
    matching = customers_matching(shop, wanted.filters)
    people = Shared("stage_people", _people(shop, matching, rule))
    sums = Shared("stage_totals", totals(people.table, "lifecycle_stage"))
    without = Shared("stage_left_out", left_out(shop, rule.span, wanted.filters, matching))
    stages = Shared("stages", _stages(people.table, sums.table, rule))
    return Finding(
        _facts(sums.table, stages.table, without.table, wanted, rule),
        {"stages": stages.table, "members": members(people.table, "lifecycle_stage", wanted.names, _SHOWN, top_n)},
        scope(sums.table, without.table), shared=(people, sums, without, stages),
        caveats=(
            Caveat("guests_left_out", "guest_orders", ">", 0), Caveat("stages_young_data", "days_of_data", "<=", rule.horizon),
            Caveat("stages_not_comparable", "compared_with", "null"),
        ),
        units={"previous": "count", "change": "count"}, defaults={} if horizon else {"churn_horizon_days": rule.horizon},
        definitions=("lifecycle_stage", "churn_horizon"),
    )


def _rule(shop: Shop, period: Period | None, compare_to: Period | None, horizon: int | None) -> Rule:
    days = horizon or shop.settings.churn_horizon_days
    day = min(period.last, shop.as_of) if period else shop.as_of
    before = compare_to.last if compare_to else add_months(day, -3)
    # Nobody can have been lost before the data are as old as the horizon: a comparison with that day would mislead.
    comparable = before < day and (before - shop.first_day).days >= days
    return Rule(days, day, before if comparable else None, shop.first_day)


def _people(shop: Shop, matching: ir.Table, rule: Rule) -> ir.Table:
    """One row per customer who matches and had ordered by the day, with the stages on both days and what was bought by then."""
    orders = shop.order_facts
    orders = orders.filter(orders.customer_id.notnull(), orders.order_date <= rule.day)
    earlier = orders.counted & (orders.order_date <= rule.before) if rule.before else ibis.literal(False)
    sums = orders.group_by("customer_id").agg(
        orders=orders.counted.sum(), revenue=orders.revenue.sum(), first_order_date=orders.order_date.min(where=orders.counted),
        last_order_date=orders.order_date.max(where=orders.counted), earlier_=orders.order_date.max(where=earlier),
    )
    sums = sums.filter(sums.orders > 0)
    people = sums.inner_join(matching.select("customer_id", "name"), "customer_id")
    before = ibis.null("string")
    if rule.before:
        before = stage_of(people.first_order_date, people.earlier_, rule.before, rule.horizon)
    return people.select(
        "customer_id", "name", "orders", "revenue", "first_order_date", "last_order_date",
        recency_days=ibis.literal(rule.day).delta(people.last_order_date, unit="day"),
        lifecycle_stage=stage_of(people.first_order_date, people.last_order_date, rule.day, rule.horizon), previous_stage=before,
    )


def stage_of(first_order: ir.DateValue, last_order: ir.DateValue, day: date, horizon: int) -> ir.StringValue:
    """The stage on `day` by the rule of the marts; null for who had not ordered by then."""
    on = ibis.literal(day)
    age, quiet = on.delta(first_order, unit="day"), on.delta(last_order, unit="day")
    return ibis.cases(
        (last_order.isnull(), ibis.null("string")), (age * 3 <= horizon, "new"), (quiet > horizon, "lost"),
        (quiet * 2 > horizon, "dormant"), else_="active",
    )


def _stages(people: ir.Table, sums: ir.Table, rule: Rule) -> ir.Table:
    """Stages with size, value, the number at the earlier day, and the change; null where there is no earlier day."""
    now = by_segment(sums, "lifecycle_stage", LIFECYCLE_STAGES)
    if rule.before is None:
        return now.mutate(previous=ibis.null("int64"), change=ibis.null("int64"), change_rate=ibis.null("float64"))
    then = people.filter(people.previous_stage.notnull()).group_by(lifecycle_stage="previous_stage").agg(previous_=ibis._.count())
    joined = now.left_join(then, "lifecycle_stage").drop("lifecycle_stage_right")
    joined = joined.mutate(previous=joined.previous_.fill_null(0)).drop("previous_")
    change = joined.mutate(change=joined.customers - joined.previous)
    position = ibis.cases(*[(change.lifecycle_stage == name, place) for place, name in enumerate(LIFECYCLE_STAGES)])
    return change.mutate(change_rate=ratio(change.change, change.previous)).order_by(position)


def _facts(sums: ir.Table, stages: ir.Table, without: ir.Table, wanted: Asked, rule: Rule) -> ir.Table:
    facts = sums.agg(**group_facts(sums, "lifecycle_stage", wanted.names))
    figures: dict[str, ir.Value] = {}
    for name in LIFECYCLE_STAGES:
        inside = stages.lifecycle_stage == name
        figures |= {
            f"{name}_{column}": stages[column].max(where=inside)
            for column in ("customers", "share", "revenue_share", "previous", "change", "change_rate")
        }
    chosen = stages.lifecycle_stage.isin(wanted.names) if wanted.names else ibis.literal(True)
    figures |= {"asked_previous": stages.previous.sum(where=chosen), "asked_change": stages.change.sum(where=chosen)}
    largest = stages.order_by(ibis.desc("customers"), "lifecycle_stage").limit(1)
    lead = largest.agg(largest_stage=largest.lifecycle_stage.max(), largest_share=largest.share.max())
    both = facts.cross_join(stages.agg(**figures)).cross_join(lead)
    both = both.cross_join(without.select("guest_orders", "guest_revenue"))
    return both.mutate(
        buying_customers=both.new_customers + both.active_customers,
        buying_share=ratio(both.new_customers + both.active_customers, both.customers),
        asked_change_rate=ratio(both.asked_change, both.asked_previous),
        guest_share=ratio(both.guest_revenue, both.guest_revenue + both.revenue),
        horizon_days=ibis.literal(rule.horizon), new_days=ibis.literal(rule.horizon // 3),
        dormant_days=ibis.literal(rule.horizon // 2), counted_on=ibis.literal(rule.day),
        compared_with=ibis.literal(rule.before, "date"), days_of_data=ibis.literal((rule.day - rule.first_day).days),
    )
