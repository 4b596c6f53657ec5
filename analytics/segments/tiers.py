"""Value tiers: the few customers who bring half of the revenue, those who come next, and the others."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics.finding import Caveat, Filter, Finding, Shared
from analytics.marts.customers import POTENTIAL_SHARE
from analytics.period import DAY, Period, rolling
from analytics.schema import VALUE_TIERS
from analytics.segments.groups import Asked, asked, by_segment, group_facts, left_out, members, purchases, ratio, scope, totals
from analytics.semantics import customers_matching
from analytics.shop import Settings, Shop

#: Tiers of fewer buyers say little.
FEW_BUYERS = 20
_SHOWN = ("revenue", "orders", "average_order_value", "to_high_value", "last_order_date", "recency_days")
_KEYS = {"high-value": "high_value", "potential": "potential", "ordinary": "ordinary"}


def segment_value_tiers(
    shop: Shop, *, segment: tuple[str, ...] = (), period: Period | None = None, filters: tuple[Filter, ...] = (),
    top_n: int | None = None,
) -> Finding:
    """Known customers with a counted order by value tier: how many, their revenue and its share.

    Tiers rest on revenue: of the twelve months to the as-of date, for everybody who ever ordered; with a period, of that
    period, for those who ordered in it. High-value is the smallest set of customers that brings half of it (settable),
    at most the top fifth of the buyers; potential the next 30 % of the buyers; ordinary the rest. Tiers are drawn over
    all customers, whatever the filters. Orders without a customer are left out.
    """
    wanted = asked("value_tier", VALUE_TIERS, segment, filters)
    window = period or rolling(12, "month", shop.as_of)
    everybody = Shared("tier_everybody", _tiered(shop, period))
    matching = customers_matching(shop, wanted.filters, period)
    people = Shared("tier_people", everybody.table.inner_join(matching.select("customer_id", "name"), "customer_id"))
    sums = Shared("tier_totals", totals(people.table, "value_tier"))
    without = Shared("tier_left_out", left_out(shop, window, wanted.filters, matching))
    bounds = _bounds(everybody.table)
    ranked = people.table.cross_join(bounds)
    ranked = ranked.mutate(to_high_value=ibis.greatest(ranked.high_value_from - ranked.revenue, 0))
    tables = {
        "tiers": by_segment(sums.table, "value_tier", VALUE_TIERS),
        "members": members(ranked, "value_tier", wanted.names, _SHOWN, top_n),
    }
    settings = shop.settings
    return Finding(
        _facts(settings, sums.table, without.table, bounds, wanted, window), tables,
        scope(sums.table, without.table), shared=(everybody, people, sums, without),
        caveats=(Caveat("guests_left_out", "guest_orders", ">", 0), Caveat("tiers_few_buyers", "few_buyers")),
        defaults={"high_value_share": settings.high_value_share, "high_value_most": settings.high_value_most},
        definitions=("value_tier", "revenue"),
    )


def _tiered(shop: Shop, period: Period | None) -> ir.Table:
    """One row per customer with the tier and what it rests on, before any filter."""
    if period is None:
        facts = shop.customer_facts
        return facts.filter(facts.orders > 0).select(
            "customer_id", "value_tier", "last_order_date", revenue=facts.revenue_12m, orders=facts.orders_12m,
            average_order_value=ratio(facts.revenue_12m, facts.orders_12m), recency_days=facts.days_since_last_order,
        )
    bought = value_tiers(purchases(shop, period), shop.settings)
    last = ibis.literal(min(period.last, shop.as_of))
    return bought.select(
        "customer_id", "value_tier", "last_order_date", "revenue", "orders",
        average_order_value=ratio(bought.revenue, bought.orders), recency_days=last.delta(bought.last_order_date, unit="day"),
    )


def value_tiers(people: ir.Table, settings: Settings) -> ir.Table:
    """People with their tier from `revenue`, by the rule of the marts."""
    buying = people.revenue > 0
    by_value = {"order_by": [ibis.desc("revenue"), ibis.asc("customer_id")]}
    running = ibis.window(**by_value, preceding=None, following=0)
    spent = ibis.ifelse(buying, people.revenue, 0)
    ranked = people.mutate(
        rank_=ibis.row_number().over(ibis.window(**by_value)) + 1, buyers_=buying.sum().over(), total_=spent.sum().over(),
        before_=spent.sum().over(running) - spent,
    )
    few = _part(ranked.buyers_, settings.high_value_most).floor()
    half = ranked.total_.cast("float64") * settings.high_value_share
    high = (ranked.revenue > 0) & (ranked.before_.cast("float64") < half) & (ranked.rank_ <= ibis.greatest(1, few))
    marked = ranked.mutate(high_=high)
    last_potential = marked.high_.sum().over() + _part(marked.buyers_, POTENTIAL_SHARE).ceil()
    tier = ibis.cases(
        (marked.high_, "high-value"), ((marked.revenue > 0) & (marked.rank_ <= last_potential), "potential"), else_="ordinary"
    )
    return marked.mutate(value_tier=tier).drop("rank_", "buyers_", "total_", "before_", "high_")


def _part(count: ir.IntegerValue, share: float) -> ir.FloatingValue:
    """A share of a count without the last binary digits: 30 % of 10 is 3, not a hair more."""
    return (count.cast("float64") * share).round(6)


def _constant(value: float) -> ir.FloatingValue:
    """A number as DOUBLE: as a bare literal the engine would read 0.5 as DECIMAL."""
    return ibis.literal(repr(value)).cast("float64")


def _bounds(everybody: ir.Table) -> ir.Table:
    """One row: the least revenue in the high-value and in the potential tier, and the customers who bought."""
    return everybody.agg(
        high_value_from=everybody.revenue.min(where=everybody.value_tier == "high-value"),
        potential_from=everybody.revenue.min(where=everybody.value_tier == "potential"),
        buyers=((everybody.orders > 0) & (everybody.revenue > 0)).sum().fill_null(0),
    )


def _facts(
    settings: Settings, sums: ir.Table, without: ir.Table, bounds: ir.Table, wanted: Asked, window: Period
) -> ir.Table:
    figures: dict[str, ir.Value] = {}
    for tier, key in _KEYS.items():
        inside = sums.value_tier == tier
        customers, revenue = sums.customers.sum(where=inside), sums.revenue.sum(where=inside)
        figures |= {
            f"{key}_customers": customers.fill_null(0).cast("int64"), f"{key}_share": ratio(customers, sums.customers.sum()),
            f"{key}_revenue": revenue.fill_null(0), f"{key}_revenue_share": ratio(revenue, sums.revenue.sum()),
            f"{key}_revenue_per_customer": ratio(revenue, customers),
        }
    facts = sums.agg(**group_facts(sums, "value_tier", wanted.names), **figures)
    both = facts.cross_join(bounds).cross_join(without.select("guest_orders", "guest_revenue"))
    return both.mutate(
        high_value_multiple=ratio(both.high_value_revenue_per_customer, both.ordinary_revenue_per_customer),
        guest_share=ratio(both.guest_revenue, both.guest_revenue + both.revenue),
        window_start=ibis.literal(window.start), window_end=ibis.literal(window.end - DAY),
        few_buyers=both.buyers.between(1, FEW_BUYERS - 1), rule_share=_constant(settings.high_value_share),
        rule_most=_constant(settings.high_value_most), rule_potential=_constant(POTENTIAL_SHARE),
    )
