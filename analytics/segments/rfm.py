"""RFM: customers scored by how recently, how often and for how much they bought, and named by their scores."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics.finding import Caveat, Filter, Finding, Shared
from analytics.models.rfm import RULES, SCORES
from analytics.period import Period
from analytics.schema import RFM_SEGMENTS
from analytics.segments.groups import (
    Asked,
    asked,
    by_segment,
    first_by,
    group_facts,
    left_out,
    members,
    purchases,
    ratio,
    scope,
    totals,
)
from analytics.semantics import customers_matching
from analytics.shop import Shop

#: Fewer customers make fifths that say little.
FEW_CUSTOMERS = 50
_SCORES = ("recency_score", "frequency_score", "monetary_score")
#: What each score scores.
_BEHIND = ("recency_days", "orders", "revenue")
_SHOWN = (*_SCORES, "last_order_date", "recency_days", "orders", "revenue", "average_order_value")
#: Segments of customers who were worth something and stay away.
_SLIPPING = ("at risk", "can't lose")


def segment_rfm(
    shop: Shop, *, segment: tuple[str, ...] = (), period: Period | None = None, filters: tuple[Filter, ...] = (),
    top_n: int | None = None,
) -> Finding:
    """Known customers with a counted order by RFM segment: how many, their share of customers and of revenue.

    Scores run 1 to 5 by fifths over all customers of the company, whatever the filters, so that a customer has the same
    segment in every answer. Without a period they rest on all orders up to the as-of date; with one, on its orders,
    as at its end. Orders without a customer are left out. `segment` names the segments whose members are listed.
    """
    wanted = asked("rfm_segment", RFM_SEGMENTS, segment, filters)
    matching = customers_matching(shop, wanted.filters, period)
    people = _people(shop, period, matching)
    # Without a bound the people are a mart already: they are scanned, not copied.
    copied = (Shared("rfm_people", people),) if period or wanted.filters else ()
    people = copied[0].table if copied else people
    cells = Shared("rfm_cells", _cells(people))
    segments = Shared("rfm_segments", by_segment(cells.table, "rfm_segment", RFM_SEGMENTS))
    without = Shared("rfm_left_out", left_out(shop, period, wanted.filters, matching))
    tables = {
        "segments": segments.table,
        "members": members(people, "rfm_segment", wanted.names, _SHOWN, top_n),
        "scores": _score_bounds(cells.table),
        "grid": _grid(cells.table),
    }
    return Finding(
        _facts(shop, cells.table, segments.table, without.table, wanted, period), tables, scope(cells.table, without.table),
        shared=(*copied, cells, segments, without),
        caveats=(Caveat("rfm_few_customers", "few_customers"), Caveat("guests_left_out", "guest_orders", ">", 0)),
        definitions=("rfm_segment", "revenue"),
    )


def _cells(people: ir.Table) -> ir.Table:
    """Totals per combination of scores, and the least and the most recency, orders and revenue in it."""
    ends = {f"{column}_from": people[column].min() for column in _BEHIND} | {
        f"{column}_to": people[column].max() for column in _BEHIND
    }
    return totals(people, "rfm_segment", *_SCORES, **ends)


def _people(shop: Shop, period: Period | None, matching: ir.Table) -> ir.Table:
    """One row per customer who matches, with scores and segment."""
    if period is None:
        return matching.filter(matching.orders > 0).select(
            "customer_id", "name", "rfm_segment", *_SCORES, "last_order_date", "orders", "revenue", "average_order_value",
            recency_days=matching.days_since_last_order,
        )
    last = min(period.last, shop.as_of)
    scored = rfm_scores(purchases(shop, period))
    scored = scored.mutate(
        recency_days=ibis.literal(last).delta(scored.last_order_date, unit="day"),
        average_order_value=ratio(scored.revenue, scored.orders),
    )
    return scored.inner_join(matching.select("customer_id", "name"), "customer_id")


def rfm_scores(people: ir.Table) -> ir.Table:
    """People with scores and segments from last_order_date, orders and revenue, by the rule of the marts.

    A score is 1 plus the share of people who are strictly worse, times SCORES, rounded down: equal values score equally.
    """

    def score(column: str) -> ir.IntegerValue:
        worse = ibis.rank().over(order_by=people[column])
        return (1 + (worse * SCORES) // people.count().over()).cast("int64")

    columns = ("last_order_date", "orders", "revenue")
    scored = people.mutate(**{name: score(column) for name, column in zip(_SCORES, columns, strict=True)})
    return scored.mutate(rfm_segment=segment_of(*(scored[name] for name in _SCORES)))


def segment_of(recency: ir.IntegerValue, frequency: ir.IntegerValue, monetary: ir.IntegerValue) -> ir.StringValue:
    """The segment's name by analytics.models.rfm.RULES, the first that holds."""
    scores = (recency, frequency, monetary)
    branches = []
    for rule in RULES:
        holds = ibis.literal(True)
        for score, (low, high) in zip(scores, rule.bounds, strict=True):
            holds = holds & score.between(low, high)
        branches.append((holds, rule.segment))
    return ibis.cases(*branches)


def _score_bounds(cells: ir.Table) -> ir.Table:
    """Which recency, frequency and revenue stand behind each score, the best first."""
    spine = ibis.range(SCORES, 0, -1).unnest().name("score").as_table()
    out = spine.select(score=spine.score.cast("int64"))
    for name, column in zip(_SCORES, _BEHIND, strict=True):
        ends = {f"{column}_from": cells[f"{column}_from"].min(), f"{column}_to": cells[f"{column}_to"].max()}
        out = out.left_join(cells.group_by(score=cells[name]).agg(**ends), "score").drop("score_right")
    return out.order_by(ibis.desc("score"))


def _grid(cells: ir.Table) -> ir.Table:
    """Customers and revenue per recency score and frequency score, every cell of the square."""
    fives = ibis.range(1, SCORES + 1).unnest().name("score").as_table()
    score = fives.score.cast("int64")
    square = fives.select(recency_score=score).cross_join(fives.select(frequency_score=score))
    sums = cells.group_by("recency_score", "frequency_score").agg(
        customers=cells.customers.sum().cast("int64"), revenue=cells.revenue.sum()
    )
    joined = square.left_join(sums, ["recency_score", "frequency_score"])
    return joined.select(
        "recency_score", "frequency_score", customers=joined.customers.fill_null(0), revenue=joined.revenue.fill_null(0)
    ).order_by(ibis.desc("recency_score"), "frequency_score")


def _facts(
    shop: Shop, cells: ir.Table, segments: ir.Table, without: ir.Table, wanted: Asked, period: Period | None
) -> ir.Table:
    facts = cells.agg(
        **group_facts(cells, "rfm_segment", wanted.names), **_named(cells, "champions", ("champions",)),
        **_named(cells, "loyal", ("loyal",)), **_named(cells, "slipping", _SLIPPING),
    )
    facts = facts.drop("champions_revenue", "loyal_revenue", "loyal_share", "slipping_share")
    largest, richest = first_by(segments, "rfm_segment", "customers"), first_by(segments, "rfm_segment", "revenue")
    best = largest.agg(
        largest_segment=largest.rfm_segment.max(), largest_customers=largest.customers.max(), largest_share=largest.share.max()
    ).cross_join(
        richest.agg(
            richest_segment=richest.rfm_segment.max(), richest_customers=richest.customers.max(),
            richest_revenue_share=richest.revenue_share.max(),
        )
    )
    both = facts.cross_join(best).cross_join(without.select("guest_orders", "guest_revenue"))
    return both.mutate(
        guest_share=ratio(both.guest_revenue, both.guest_revenue + both.revenue),
        scored_until=ibis.literal(min(period.last, shop.as_of) if period else shop.as_of),
        all_orders=ibis.literal(period is None), few_customers=both.customers.between(1, FEW_CUSTOMERS - 1),
    )


def _named(cells: ir.Table, name: str, segments: tuple[str, ...]) -> dict[str, ir.Value]:
    """Customers and revenue of segments together, and both as shares of all."""
    inside = cells.rfm_segment.isin(segments)
    customers, revenue = cells.customers.sum(where=inside), cells.revenue.sum(where=inside)
    return {
        name: customers.fill_null(0).cast("int64"), f"{name}_share": ratio(customers, cells.customers.sum()),
        f"{name}_revenue": revenue.fill_null(0), f"{name}_revenue_share": ratio(revenue, cells.revenue.sum()),
    }
