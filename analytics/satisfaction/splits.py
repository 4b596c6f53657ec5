"""One satisfaction figure by several dimensions at once, each group against the rest, and who did not answer at all."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.overview.figures import figure, plain
from analytics.scorecard import FEWEST, Scorecard, number_of, share_of
from analytics.semantics import measure, rows_of, why_not, why_not_filter

#: What the figure is split by: where it was said, what was bought, where the customer lives, what the customer is worth.
DIMENSIONS = ("feedback_source", "category", "region", "value_tier")
_EMPTY = ibis.schema({
    "dimension": "string", "label": "string", "value": "float64", "low": "float64", "high": "float64", "sample": "int64",
    "difference": "float64", "chance": "float64",
})


def splits(card: Scorecard) -> ir.Table:
    """The lead figure per group of each dimension that the data can split it by: interval, sample, difference from the rest of
    its dimension, and `is_real`, whether that is more than noise among all groups looked at.

    Groups with fewer than FEWEST answers and those without a name are left out; the rest of a dimension holds them.
    """
    lead, request = card.lead, card.request
    able = [name for name in DIMENSIONS if why_not(request.shop, lead, (name,), request.filters) is None]
    parts = [_by(card, name) for name in able] or [_none(card)]
    both = reduce(lambda a, b: a.union(b), parts)
    judged = (both.chance.notnull()).sum().over(ibis.window())
    table = both.mutate(is_real=statistics.is_real(both.chance, judged).fill_null(False))
    place = ibis.cases(*[(table.dimension == name, position) for position, name in enumerate(DIMENSIONS)], else_=len(DIMENSIONS))
    return table.mutate(metric=ibis.literal(card.lead)).order_by(place, table.value.desc(), table.label).drop("chance")


def _by(card: Scorecard, dimension: str) -> ir.Table:
    """The groups of one dimension. An answer is a number (100 or 0 for a share), so that a group meets the rest as two means."""
    lead, request = card.lead, card.request
    rows = measure(request.shop, (lead,), dims=(dimension,), period=request.period, filters=request.filters, samples=True)
    value, size = plain(rows[lead]), plain(rows[f"sample_{lead}"]).fill_null(0.0)
    share = (value * (1 - value)).abs().sqrt() if figure(rows, lead).metric.kind == "share" else plain(rows[f"spread_{lead}"])
    low, high = figure(rows, lead).interval
    own = rows.select(
        dimension=ibis.literal(dimension), label=rows[dimension].cast("string"), value=value, low=plain(low), high=plain(high),
        size=size, spread=share,
    ).filter(lambda t: t["size"] > 0)
    every = ibis.window()
    total, sums = own["size"].sum().over(every), (own["size"] * own["value"]).sum().over(every)
    squares = (own["size"] * (own.spread**2 + own["value"] ** 2)).sum().over(every)
    rest = (total - own["size"]).nullif(0)
    rest_mean = (sums - own["size"] * own["value"]) / rest
    rest_square = (squares - own["size"] * (own.spread**2 + own["value"] ** 2)) / rest
    rest_spread = (rest_square - rest_mean**2).abs().sqrt()
    wide = own.mutate(rest_=rest, mean_=rest_mean, spread_=rest_spread)
    chance = statistics.mean_difference(wide["value"], wide.spread, wide["size"], wide.mean_, wide.spread_, wide.rest_)
    shown = wide.mutate(chance=chance).filter(wide["size"] >= FEWEST, wide.label.notnull())
    return shown.select(
        "dimension", "label", "value", "low", "high", sample=shown["size"].cast("int64"),
        difference=shown["value"] - shown.mean_, chance=shown.chance,
    )


def _none(card: Scorecard) -> ir.Table:
    """No groups, where the figure cannot be split by anything."""
    rows = card.request.shop.customer_facts
    return rows.filter(ibis.literal(False)).select(**{name: ibis.null(kind) for name, kind in _EMPTY.items()})


def split_facts(table: ir.Table) -> ir.Table:
    """One row: how many groups lie clearly apart from the rest of their dimension, and the lowest and the highest of them."""
    real = table.filter(table.is_real)
    ends = real.mutate(
        from_low=ibis.row_number().over(order_by=[real["difference"], real.dimension, real.label]),
        from_high=ibis.row_number().over(order_by=[real["difference"].desc(), real.dimension, real.label]),
    )
    picks = {
        "below": (ends.from_low == 0) & (ends["difference"] < 0), "above": (ends.from_high == 0) & (ends["difference"] > 0),
    }
    columns = {"dimension": "dimension", "group": "label", "value": "value", "sample": "sample", "difference": "difference"}
    return ends.agg(
        groups_apart=ends.count(),
        **{f"{pick}_{name}": ends[column].max(where=where) for pick, where in picks.items() for name, column in columns.items()},
    )


def silence(card: Scorecard) -> ir.Table:
    """One row: the period's counted orders with feedback on them, and its customers (with a counted order) who gave any in the
    period, as shares with 95 % intervals. Null where the filters do not apply to orders, or feedback names no order.
    """
    request = card.request
    able = request.shop.has("feedback") and not any(why_not_filter("order_facts", item) for item in request.filters)
    orders = rows_of(request.shop, "order_facts", request.period, request.filters if able else ())
    orders = orders.filter(orders.counted, ibis.literal(able))
    said = request.shop.table("feedback_facts")
    on_orders = said.filter(said.order_id.notnull()).select("order_id").distinct()
    inside = rows_of(request.shop, "feedback_facts", request.period, ())
    people = inside.filter(inside.customer_id.notnull()).select("customer_id").distinct()
    known = orders.filter(orders.customer_id.notnull())
    buyers = known.select("customer_id").distinct()
    per_order = orders.agg(orders_asked=orders.count(), orders_heard=number_of(orders.order_id.isin(on_orders.order_id)))
    per_buyer = buyers.agg(buyers=buyers.count(), buyers_heard=number_of(buyers.customer_id.isin(people.customer_id)))
    both = per_order.cross_join(per_buyer).cross_join(on_orders.agg(linked=on_orders.count() > 0))
    heard = ibis.ifelse(both.linked, both.orders_heard, ibis.null("int64"))
    order_low, order_high = statistics.wilson(heard, both.orders_asked)
    low, high = statistics.wilson(both.buyers_heard, both.buyers)
    return both.select(
        "orders_asked", "buyers", "buyers_heard", orders_heard=heard, order_response=share_of(heard, both.orders_asked),
        order_response_low=order_low, order_response_high=order_high, response=share_of(both.buyers_heard, both.buyers),
        response_low=low, response_high=high, without_feedback=1 - share_of(both.buyers_heard, both.buyers),
    )
