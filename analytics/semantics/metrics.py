"""Metrics: each one's formula, unit, favourable direction and the marts it can be computed on.

A metric is an aggregate over rows of a mart. Shares, means, medians and ratios also say what their sample is, so that
every one can carry an interval. Knows no dimension and no filter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.statistics import median_spread, ratio_spread

Unit = Literal["money", "count", "percent", "points", "rating", "hours", "ratio", "days"]
Kind = Literal["sum", "share", "mean", "median", "ratio", "balance"]
Aggregate = Callable[[ir.Table], ir.Value]


@dataclass(frozen=True)
class Metric:
    """One metric.

    `measures` maps a mart to the aggregate over its rows, in order of preference. `kind` says what it is statistically:
    sum (adds up over time), balance (a state or a count of distinct customers: does not add up over time), share
    (successes / sample, in 0..1), mean, median, ratio (of two sums). `samples` and `spreads` map a mart to the size of
    the sample and to what stands for the standard deviation of one observation; shares need no spread. `special`
    metrics are computed by a function of their own in analytics.semantics.special. `needs`: tables beside the mart's own.
    """

    name: str
    unit: Unit
    favourable: Literal["up", "down", "none"]
    kind: Kind
    measures: Mapping[str, Aggregate]
    samples: Mapping[str, Aggregate] = field(default_factory=dict)
    spreads: Mapping[str, Aggregate] = field(default_factory=dict)
    special: bool = False
    needs: tuple[str, ...] = ()

    @property
    def additive(self) -> bool:
        """Adds up over time and is 0 where nothing happened."""
        return self.kind == "sum"

    @property
    def sampled(self) -> bool:
        """Rests on a sample, so chance has a part in it; a sum or a balance is simply what happened."""
        return self.kind not in ("sum", "balance")

    @property
    def zero_filled(self) -> bool:
        """Is 0, not unknown, where nothing happened."""
        return not self.sampled


def _ratio(top: ir.Value, bottom: ir.Value) -> ir.Value:
    return top.cast("float64") / bottom.cast("float64").nullif(0)


def _known(t: ir.Table) -> ir.BooleanValue:
    return t.counted & t.customer_id.notnull()


def _sale(t: ir.Table) -> ir.BooleanValue:
    return t.kind == "sale"


def _orders(t: ir.Table) -> ir.Value:
    return t.counted.sum()


def _line_orders(t: ir.Table) -> ir.Value:
    return t.order_id.nunique(where=_sale(t))


def _units(t: ir.Table) -> ir.Value:
    return t.units.sum()


def _line_units(t: ir.Table) -> ir.Value:
    return t.quantity.sum(where=_sale(t))


def _costed(t: ir.Table) -> ir.BooleanValue:
    """Lines whose cost is known: the others are left out of both sides of a margin."""
    return t.cost.notnull() & t.kind.isin(("sale", "credit"))


def _margin(t: ir.Table) -> ir.Value:
    return (t.revenue - t.cost).sum(where=_costed(t))


def _sold(t: ir.Table) -> ir.BooleanValue:
    """An order that left the shop, whether it came back or not; a credit note (always below zero) is not an order."""
    return t.counted | (t.returned & (t.revenue == 0))


def _lines_sold(t: ir.Table) -> ir.Value:
    return t.order_id.nunique(where=t.kind.isin(("sale", "returned")))


def _lines_returned(t: ir.Table) -> ir.Value:
    """Orders and credit notes in which one of the lines came back."""
    return t.order_id.nunique(where=(t.kind == "returned") | ((t.kind == "credit") & (t.quantity < 0)))


def _share(success: Callable[[ir.Table], ir.BooleanValue], base: Callable[[ir.Table], ir.BooleanValue]) -> Aggregate:
    return lambda t: _ratio((success(t) & base(t)).sum(), base(t).sum())


def _count(base: Callable[[ir.Table], ir.BooleanValue]) -> Aggregate:
    return lambda t: base(t).sum()


def _pairs(
    top: Callable[[ir.Table], ir.Value], bottom: Callable[[ir.Table], ir.Value], where: Callable[[ir.Table], ir.BooleanValue]
) -> Aggregate:
    """The spread of a ratio over the rows that take part in it."""

    def spread(t: ir.Table) -> ir.Value:
        nothing = ibis.null("float64")
        return ratio_spread(
            ibis.ifelse(where(t), top(t).cast("float64"), nothing), ibis.ifelse(where(t), bottom(t).cast("float64"), nothing)
        )

    return spread


def _treated(t: ir.Table) -> ir.BooleanValue:
    return (t.variant.isnull()) | (t.variant != "control")


def _nps(t: ir.Table) -> ir.Value:
    return _ratio((t.nps >= 9).sum() - (t.nps <= 6).sum(), t.nps.count()) * 100


def _nps_score(t: ir.Table) -> ir.Value:
    """An answer in points: +100, 0 or -100."""
    return ibis.cases((t.nps >= 9, 100), (t.nps <= 6, -100), (t.nps.notnull(), 0), else_=ibis.null()).cast("float64")


def _net_sentiment(t: ir.Table) -> ir.Value:
    return _ratio((t.sentiment == "positive").sum() - (t.sentiment == "negative").sum(), t.sentiment.count()) * 100


def _sentiment_score(t: ir.Table) -> ir.Value:
    tone = t.sentiment
    score = ibis.cases((tone == "positive", 100), (tone == "negative", -100), (tone.notnull(), 0), else_=ibis.null())
    return score.cast("float64")


def _visits(t: ir.Table) -> ir.Value:
    """Days on which a customer was there, each customer and day once; all unknown visitors of a day are one."""
    return ibis.struct({"customer": t.customer_id, "day": t.occurred_at.cast("date")}).nunique()


def _return_on_cost(t: ir.Table) -> ir.Value:
    known = t.cost.notnull()
    return _ratio((t.revenue - t.cost).sum(where=known), t.cost.sum(where=known))


ORDERS, LINES = "order_facts", "sale_lines"
TICKETS, FEEDBACK, TOUCHES, CAMPAIGNS = "ticket_facts", "feedback_facts", "touch_facts", "campaign_facts"
INVOICES, POINTS, EVENTS = "invoice_facts", "loyalty_facts", "event_facts"


def _touched(name: str, time: str) -> Metric:
    """The share of the messages of a campaign (its control group left out) after which `time` is known."""
    return Metric(
        name, "percent", "up", "share", {TOUCHES: _share(lambda t: t[time].notnull(), _treated)}, {TOUCHES: _count(_treated)}
    )


def _wait(name: str, column: str) -> Metric:
    """The median of a waiting time of tickets, those still waiting left out."""
    return Metric(
        name, "hours", "down", "median", {TICKETS: lambda t: t[column].median()}, {TICKETS: lambda t: t[column].count()},
        {TICKETS: lambda t: median_spread(t[column])},
    )


_SALES = (
    Metric("revenue", "money", "up", "sum", {ORDERS: lambda t: t.revenue.sum(), LINES: lambda t: t.revenue.sum()}),
    Metric("orders", "count", "up", "sum", {ORDERS: _orders, LINES: _line_orders}),
    Metric(
        "customers", "count", "up", "balance",
        {ORDERS: lambda t: t.customer_id.nunique(where=_known(t)), LINES: lambda t: t.customer_id.nunique(where=_sale(t))},
    ),
    Metric(
        "new_customers", "count", "up", "sum",
        {
            ORDERS: lambda t: (t.counted & (t.order_number == 1)).sum(),
            LINES: lambda t: t.customer_id.nunique(where=_sale(t) & (t.order_number == 1)),
        },
    ),
    Metric(
        "average_order_value", "money", "up", "mean",
        {ORDERS: lambda t: _ratio(t.revenue.sum(), _orders(t)), LINES: lambda t: _ratio(t.revenue.sum(), _line_orders(t))},
        {ORDERS: _orders, LINES: _line_orders}, {ORDERS: lambda t: t.revenue.cast("float64").std(how="pop", where=t.counted)},
    ),
    Metric("units", "count", "up", "sum", {ORDERS: _units, LINES: _line_units}),
    Metric(
        "items_per_order", "ratio", "up", "mean",
        {ORDERS: lambda t: _ratio(_units(t), _orders(t)), LINES: lambda t: _ratio(_line_units(t), _line_orders(t))},
        {ORDERS: _orders, LINES: _line_orders}, {ORDERS: lambda t: t.units.cast("float64").std(how="pop", where=t.counted)},
    ),
    # Margins stand on lines alone: an order has no cost as soon as one of its lines has none.
    Metric("gross_margin", "money", "up", "sum", {LINES: _margin}, needs=("products",)),
    Metric(
        "margin_rate", "percent", "up", "ratio", {LINES: lambda t: _ratio(_margin(t), t.revenue.sum(where=_costed(t)))},
        {LINES: lambda t: _costed(t).sum()}, {LINES: _pairs(lambda t: t.revenue - t.cost, lambda t: t.revenue, _costed)},
        needs=("products",),
    ),
    Metric(
        "discount_rate", "percent", "none", "ratio",
        {
            ORDERS: lambda t: _ratio(t.discount.sum(), t.gross.sum()),
            LINES: lambda t: _ratio(t.discount.sum(), t.gross.sum(where=_sale(t))),
        },
        {ORDERS: _orders, LINES: lambda t: _sale(t).sum()},
        {
            ORDERS: _pairs(lambda t: t.discount, lambda t: t.gross, lambda t: t.counted),
            LINES: _pairs(lambda t: t.discount, lambda t: t.gross, _sale),
        },
    ),
    Metric(
        "return_rate", "percent", "down", "share",
        {
            ORDERS: lambda t: _ratio(t.returned.sum(), _sold(t).sum()),
            LINES: lambda t: _ratio(_lines_returned(t), _lines_sold(t)),
        },
        {ORDERS: _count(_sold), LINES: _lines_sold},
    ),
    Metric("repeat_rate", "percent", "up", "share", {ORDERS: _orders, LINES: _line_orders}, special=True),
    Metric("purchase_frequency", "ratio", "up", "mean", {ORDERS: _orders, LINES: _line_orders}, special=True),
    Metric("revenue_per_customer", "money", "up", "mean", {ORDERS: _orders, LINES: _line_orders}, special=True),
    Metric("churn_rate", "percent", "down", "share", {ORDERS: _orders}, special=True),
    Metric("retention_rate", "percent", "up", "share", {ORDERS: _orders}, special=True),
    Metric("acquisition_cost", "money", "down", "ratio", {ORDERS: _orders}, special=True, needs=("campaigns",)),
)
_OTHERS = (
    Metric(
        "average_rating", "rating", "up", "mean", {FEEDBACK: lambda t: t.rating.mean()}, {FEEDBACK: lambda t: t.rating.count()},
        {FEEDBACK: lambda t: t.rating.cast("float64").std(how="pop")},
    ),
    Metric(
        "nps", "points", "up", "mean", {FEEDBACK: _nps}, {FEEDBACK: lambda t: t.nps.count()},
        {FEEDBACK: lambda t: _nps_score(t).std(how="pop")},
    ),
    Metric(
        "csat", "percent", "up", "share", {TICKETS: _share(lambda t: t.csat >= 4, lambda t: t.csat.notnull())},
        {TICKETS: lambda t: t.csat.count()},
    ),
    Metric("feedback_count", "count", "none", "sum", {FEEDBACK: lambda t: t.count()}),
    Metric(
        "net_sentiment", "points", "up", "mean", {FEEDBACK: _net_sentiment}, {FEEDBACK: lambda t: t.sentiment.count()},
        {FEEDBACK: lambda t: _sentiment_score(t).std(how="pop")},
    ),
    Metric("tickets", "count", "down", "sum", {TICKETS: lambda t: t.count()}),
    _wait("first_response_time", "first_response_hours"),
    _wait("resolution_time", "resolution_hours"),
    Metric(
        "resolution_rate", "percent", "up", "share", {TICKETS: lambda t: _ratio(t.resolved_at.count(), t.count())},
        {TICKETS: lambda t: t.count()},
    ),
    Metric(
        "sla_rate", "percent", "up", "share", {TICKETS: lambda t: _ratio(t.within_sla.sum(), t.within_sla.count())},
        {TICKETS: lambda t: t.within_sla.count()},
    ),
    _touched("open_rate", "opened_at"),
    _touched("click_rate", "clicked_at"),
    _touched("conversion_rate", "converted_at"),
    Metric(
        "campaign_roi", "percent", "up", "ratio", {CAMPAIGNS: _return_on_cost}, {CAMPAIGNS: lambda t: t.cost.count()},
        {CAMPAIGNS: _pairs(lambda t: t.revenue - t.cost, lambda t: t.cost, lambda t: t.cost.notnull())},
    ),
    Metric("overdue_amount", "money", "down", "balance", {INVOICES: lambda t: t.overdue_amount.sum()}, special=True),
    Metric(
        "overdue_rate", "percent", "down", "share", {INVOICES: lambda t: _ratio((t.overdue_amount > 0).sum(), t.count())},
        {INVOICES: lambda t: t.count()},
    ),
    Metric("points_earned", "count", "up", "sum", {POINTS: lambda t: t.points.sum(where=t.points > 0)}),
    Metric("points_redeemed", "count", "none", "sum", {POINTS: lambda t: -t.points.sum(where=t.points < 0)}),
    Metric("visits", "count", "up", "sum", {EVENTS: _visits}),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_SALES, *_OTHERS)}
