"""What is known of each active customer on a given day: one expression for the past and for today, so that nothing leaks.

Only rows dated before the day are read; the outcome is read from the days after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.shop import Shop

#: Feedback and tickets, which are rare, and visits to the web site count as recent for so many days.
RECENT_DAYS = 180
VISIT_DAYS = 60
#: Being later than this many usual gaps says nothing more.
_LATEST = 6.0


@dataclass(frozen=True)
class Factor:
    """One column of the model. `named` is the side of it that people would call a reason to leave; `mart` is where it is
    read from, when that is not the orders, and `reach` how many days it looks back."""

    name: str
    named: Literal["high", "low"]
    mart: str | None = None
    reach: int = 0


#: The factors of the model, in the order of its columns.
FACTORS = (
    Factor("days_since_last_order", "high"), Factor("lateness", "high"), Factor("order_rate", "low"),
    Factor("single_order", "high"), Factor("tenure_days", "low"), Factor("order_trend", "low"), Factor("spend", "low"),
    Factor("return_share", "high"), Factor("discount_share", "high"), Factor("categories", "low", "customer_categories"),
    Factor("recent_rating", "low", "feedback_facts", RECENT_DAYS),
    Factor("recent_tickets", "high", "ticket_facts", RECENT_DAYS),
    Factor("late_answers", "high", "ticket_facts", RECENT_DAYS),
    Factor("recent_visits", "low", "event_facts", VISIT_DAYS),
)


def active_on(shop: Shop, day: date, days: int | None = None, one_in: int = 1) -> ir.Table:
    """Known customers with a counted order within the churn horizon before `day`: factors, and `churned`, true when none
    followed within `days` (the horizon unless given) from `day` on.

    `one_in` takes about every so many-th customer, the same ones on every day and run.
    """
    horizon = shop.settings.churn_horizon_days
    until = day + timedelta(days=days or horizon)
    orders = shop.order_facts.filter(shop.order_facts.customer_id.notnull())
    if one_in > 1:
        orders = orders.filter(orders.customer_id.hash() % one_in == 0)
    past = orders.filter(orders.order_date < day)
    after = orders.filter(orders.counted, orders.order_date >= day, orders.order_date < until)
    base = _history(past, day, horizon)
    wide = base.filter(base.days_since_last_order <= horizon)
    parts: tuple[Callable[[Shop, date], ir.Table], ...] = (_categories, _feedback, _tickets, _visits)
    for part in parts:
        wide = _with(wide, part(shop, day))
    wide = _with(wide, after.group_by("customer_id").agg(orders_after=after.count()))
    columns = [wide[factor.name].cast("float64").fill_null(0.0).name(factor.name) for factor in FACTORS]
    return wide.select("customer_id", *columns, churned=wide.orders_after.isnull())


def _with(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.left_join(right, "customer_id").drop("customer_id_right")


def _history(past: ir.Table, day: date, horizon: int) -> ir.Table:
    """Factors from the orders before `day`."""
    recent, before = day - timedelta(days=horizon), day - timedelta(days=2 * horizon)
    year = day - timedelta(days=365)
    per = past.group_by("customer_id").agg(
        orders=past.counted.sum(), first=past.order_date.min(where=past.counted), last=past.order_date.max(where=past.counted),
        recent=(past.counted & (past.order_date >= recent)).sum(),
        earlier=(past.counted & (past.order_date >= before) & (past.order_date < recent)).sum(),
        money=past.revenue.sum(where=past.order_date >= year).cast("float64"), returned=past.returned.sum(),
        gross=past.gross.sum().cast("float64"), discount=past.discount.sum().cast("float64"),
    )
    per = per.filter(per.orders > 0)
    since = _days(day, per["last"])
    span = _days(day, per["first"]) - since
    usual = ibis.ifelse(per.orders > 1, span / (per.orders - 1).nullif(0), float(horizon) / 2)
    return per.select(
        "customer_id", days_since_last_order=since, lateness=ibis.least(since / ibis.greatest(usual, 1.0), _LATEST),
        order_rate=((per.orders + 1) / (_days(day, per["first"]) / 30 + 2)).ln(), single_order=(per.orders == 1).cast("float64"),
        tenure_days=_days(day, per["first"]),
        order_trend=(per.recent - per.earlier) / (per.recent + per.earlier + 1.0),
        spend=(ibis.greatest(per.money.fill_null(0.0), 0.0) + 1).ln(),
        return_share=per.returned.cast("float64") / (per.orders + per.returned),
        discount_share=per.discount / per.gross.nullif(0),
    )


def _days(day: date, value: ir.DateValue) -> ir.FloatingValue:
    return ibis.date(day).delta(value, unit="day").cast("float64")


def _recent(shop: Shop, mart: str, time: str, day: date, days: int = RECENT_DAYS) -> ir.Table:
    """Rows of a mart about known customers in the `days` before `day`."""
    table = shop.table(mart)
    return table.filter(table.customer_id.notnull(), table[time] < day, table[time] >= day - timedelta(days=days))


def _categories(shop: Shop, day: date) -> ir.Table:
    lines = shop.sale_lines
    bought = lines.filter(lines.kind == "sale", lines.customer_id.notnull(), lines.order_date < day)
    return bought.group_by("customer_id").agg(categories=bought.category.nunique())


def _feedback(shop: Shop, day: date) -> ir.Table:
    """Mean recent rating against 3, the middle of the scale, an answer of 0-10 brought to 1-5; 0 without one."""
    recent = _recent(shop, "feedback_facts", "created_at", day)
    stars = ibis.coalesce(recent.rating.cast("float64"), 1 + recent.nps * 0.4)
    return recent.group_by("customer_id").agg(recent_rating=stars.mean() - 3)


def _tickets(shop: Shop, day: date) -> ir.Table:
    """Recent tickets, and those that were answered too late or, on that day, not at all in time."""
    recent = _recent(shop, "ticket_facts", "opened_at", day)
    promised = shop.settings.sla_first_response_hours
    known = ibis.ifelse(
        recent.first_response_at < day, recent.first_response_hours, ibis.timestamp(str(day)).delta(recent.opened_at, unit="hour")
    )
    return recent.group_by("customer_id").agg(recent_tickets=recent.count(), late_answers=(known > promised).sum())


def _visits(shop: Shop, day: date) -> ir.Table:
    """Days with a visit to the web site, as the logarithm: the first few say most."""
    recent = _recent(shop, "event_facts", "occurred_at", day, VISIT_DAYS)
    return recent.group_by("customer_id").agg(recent_visits=(recent.occurred_at.cast("date").nunique() + 1).ln())
