"""What is known of each active customer on a given day: one expression for the past and for today, so that nothing leaks.

Only rows dated before the day are read; the outcome is read from the churn horizon after it.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from analytics.shop import Shop

#: The factors of the model, in the order of its columns.
FACTORS = (
    "days_since_last_order",
    "lateness",
    "order_count",
    "single_order",
    "tenure_days",
    "order_trend",
    "spend",
    "return_share",
    "discount_share",
    "recent_rating",
    "recent_tickets",
)
#: Feedback and tickets count as recent for this long.
RECENT_DAYS = 180
_LATEST = 6.0


def active_on(shop: Shop, day: date) -> ir.Table:
    """Known customers with a counted order within the churn horizon before `day`: factors, and `churned`, true when none
    followed from `day` to the end of the horizon after it."""
    horizon = shop.settings.churn_horizon_days
    orders = shop.order_facts.filter(shop.order_facts.customer_id.notnull())
    past = orders.filter(orders.order_date < day)
    after = orders.filter(orders.counted, orders.order_date >= day, orders.order_date < day + timedelta(days=horizon))
    base = _history(past, day, horizon)
    base = base.filter(base.days_since_last_order <= horizon)
    wide = _with(base, _feedback(shop, day))
    wide = _with(wide, _tickets(shop, day))
    returned = after.group_by("customer_id").agg(orders_after=after.count())
    wide = _with(wide, returned)
    return wide.select(
        "customer_id",
        *[wide[name].cast("float64").fill_null(0.0).name(name) for name in FACTORS],
        churned=wide.orders_after.isnull(),
    )


def _with(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.left_join(right, "customer_id").drop("customer_id_right")


def _history(past: ir.Table, day: date, horizon: int) -> ir.Table:
    """Factors from the orders before `day`."""
    recent, before = day - timedelta(days=horizon), day - timedelta(days=2 * horizon)
    year = day - timedelta(days=365)
    per = past.group_by("customer_id").agg(
        orders=past.counted.sum(),
        first=past.order_date.min(where=past.counted),
        last=past.order_date.max(where=past.counted),
        recent=(past.counted & (past.order_date >= recent)).sum(),
        earlier=(past.counted & (past.order_date >= before) & (past.order_date < recent)).sum(),
        money=past.revenue.sum(where=past.order_date >= year).cast("float64"),
        returned=past.returned.sum(),
        gross=past.gross.sum().cast("float64"),
        discount=past.discount.sum().cast("float64"),
    )
    per = per.filter(per.orders > 0)
    since = _days(day, per["last"])
    span = _days(day, per["first"]) - since
    usual = ibis.ifelse(per.orders > 1, span / (per.orders - 1).nullif(0), float(horizon) / 2)
    return per.select(
        "customer_id",
        days_since_last_order=since,
        lateness=ibis.least(since / ibis.greatest(usual, 1.0), _LATEST),
        order_count=(per.orders + 1).ln(),
        single_order=(per.orders == 1).cast("float64"),
        tenure_days=_days(day, per["first"]),
        order_trend=(per.recent - per.earlier).cast("float64"),
        spend=(ibis.greatest(per.money.fill_null(0.0), 0.0) + 1).ln(),
        return_share=per.returned.cast("float64") / per.orders,
        discount_share=(per.discount / per.gross.nullif(0)),
    )


def _days(day: date, value: ir.DateValue) -> ir.FloatingValue:
    return ibis.date(day).delta(value, unit="day").cast("float64")


def _feedback(shop: Shop, day: date) -> ir.Table:
    """Mean recent rating against 3, the middle of the scale; 0 without one."""
    feedback = shop.table("feedback_facts")
    recent = feedback.filter(
        feedback.created_at < day, feedback.created_at >= day - timedelta(days=RECENT_DAYS), feedback.rating.notnull()
    )
    return recent.group_by("customer_id").agg(recent_rating=recent.rating.mean() - 3)


def _tickets(shop: Shop, day: date) -> ir.Table:
    tickets = shop.table("ticket_facts")
    recent = tickets.filter(tickets.opened_at < day, tickets.opened_at >= day - timedelta(days=RECENT_DAYS))
    return recent.group_by("customer_id").agg(recent_tickets=recent.count())
