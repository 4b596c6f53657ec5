"""Money and stock: invoices of business customers, loyalty points, monthly targets, what lies in the warehouse.

Owns invoices, loyalty_entries and targets, and the loyalty tier that spending earns.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analytics.ingest.demo import columns, trade, truths, world
from analytics.ingest.demo.basket import Credits, Lines
from analytics.ingest.demo.columns import DAY_SECONDS, NONE, Floats, Ints
from analytics.ingest.demo.goods import PRODUCT_CODE, PRODUCTS
from analytics.ingest.demo.people import People
from analytics.ingest.demo.trade import Orders
from analytics.period import add_months

_NEVER_PAID_SHARE = 0.10
#: Shares of members in silver, gold and platinum, by revenue of all years; the rest is bronze.
_TIER_SHARES = (0.30, 0.12, 0.04)
_REDEEM_SHARE = 0.6
_DEMAND_DAYS = 91
_STRETCH = 1.03


def net_revenue(orders: Orders, status: Ints, gross: Floats, discount: Floats) -> Floats:
    """Revenue of each order before credit notes: of completed orders, without their discount."""
    return np.where(status == trade.COMPLETED, gross - discount, 0.0)


def tiers(crowd: People, orders: Orders, revenue: Floats) -> Ints:
    """The loyalty tier of each member by revenue; `NONE` for others."""
    known = orders.customer != NONE
    spent = np.bincount(orders.customer[known], weights=revenue[known], minlength=crowd.count)
    rank = np.empty(crowd.count)
    members = np.flatnonzero(crowd.member)
    rank[members[np.argsort(-spent[members], kind="stable")]] = (np.arange(len(members)) + 0.5) / max(len(members), 1)
    platinum, gold, silver = np.cumsum(_TIER_SHARES[::-1])
    tier = np.select([rank < platinum, rank < gold, rank < silver], [3, 2, 1], 0)
    return np.where(crowd.member, np.where(spent > 0, tier, 0), NONE)


def invoices_table(
    crowd: People, orders: Orders, status: Ints, gross: Floats, discount: Floats, seed: int, start: date, days: int
) -> pd.DataFrame:
    """One invoice for every order of a business customer that was not cancelled; payments after the last day are not known."""
    rng = columns.stream(seed, "invoices")
    truth = truths.LATE_PAYERS
    business = (orders.customer != NONE) & crowd.business[orders.customer]
    chosen = np.flatnonzero(business & (status != trade.CANCELLED) & (gross - discount > 0))
    customer, size = orders.customer[chosen], len(chosen)
    slow = crowd.late_payer[customer]
    late = rng.random(size) < np.where(slow, truth.late, truth.usual_late)
    too_late = truth.terms_days + 1 + rng.gamma(1.6, np.where(slow, 18.0, 5.0))
    delay = np.where(late, too_late, rng.triangular(3, 24, truth.terms_days, size))
    never = late & slow & (rng.random(size) < _NEVER_PAID_SHARE)
    issued = orders.day[chosen]
    paid = issued + delay.astype(np.int64)
    return columns.table("invoices", {
        "invoice_id": columns.numbered("I", np.arange(10_001, 10_001 + size)),
        "customer_id": columns.numbered("", customer + 1),
        "order_id": columns.numbered("O", chosen + 100_001),
        "issued_on": columns.dates(start, issued),
        "due_on": columns.dates(start, issued + truth.terms_days),
        "paid_on": columns.dates(start, paid, (paid < days) & ~never),
        "amount": np.round(gross - discount, 2)[chosen],
    })


def loyalty_table(crowd: People, orders: Orders, revenue: Floats, seed: int, start: date) -> pd.DataFrame:
    """Points for every completed order of a member; a reward is often taken when another 500 points are reached."""
    rng = columns.stream(seed, "loyalty")
    chosen = np.flatnonzero((orders.customer != NONE) & (revenue >= 1) & crowd.member[orders.customer])
    chosen = chosen[np.argsort(orders.customer[chosen], kind="stable")]
    customer = orders.customer[chosen]
    points = (revenue[chosen] * world.POINTS_PER_POUND).astype(np.int64)
    running = np.cumsum(points)
    first = np.searchsorted(customer, customer, side="left")
    earned = running - (running[first] - points[first])
    reached = earned // world.REWARD_POINTS > (earned - points) // world.REWARD_POINTS
    redeemed = np.flatnonzero(reached & (rng.random(len(chosen)) < _REDEEM_SHARE))
    second = orders.second[chosen]
    last = orders.second.max(initial=0)
    later = np.minimum(second[redeemed] + rng.integers(600, 2 * DAY_SECONDS, len(redeemed)), last)
    when = np.concatenate([second, later])
    who = np.concatenate([customer, customer[redeemed]])
    amount = np.concatenate([points, np.full(len(redeemed), -world.REWARD_POINTS)])
    reward = np.concatenate([np.full(len(chosen), NONE), columns.choose(rng, world.REWARD_WEIGHTS, len(redeemed))])
    by_time = np.lexsort((-amount, who, when))
    return columns.table("loyalty_entries", {
        "customer_id": columns.numbered("", who[by_time] + 1),
        "occurred_at": columns.times(start, when[by_time]),
        "points": amount[by_time],
        "reward": columns.texts(reward[by_time], world.REWARDS),
    })


def stock(orders: Orders, lines: Lines, status: Ints, seed: int, days: int) -> Ints:
    """Stock of each product at the end: one to four months of recent demand, but for the two that were planned badly."""
    rng = columns.stream(seed, "stock")
    recent = (orders.day[lines.order] >= days - _DEMAND_DAYS) & (status[lines.order] == trade.COMPLETED)
    daily = np.bincount(lines.product[recent], weights=lines.quantity[recent], minlength=len(PRODUCTS)) / _DEMAND_DAYS
    cover = rng.uniform(32, 110, len(PRODUCTS))
    for truth in (truths.OVERSTOCKED, truths.UNDERSTOCKED):
        cover[PRODUCT_CODE[truth.product]] = truth.cover_days
    return np.ceil(daily * cover).astype(np.int64)


def targets_table(orders: Orders, revenue: Floats, credit: Credits, seed: int, end: date) -> pd.DataFrame:
    """Monthly revenue targets, from the first full month to two months after the last: near what was then sold, and for
    the months to come the same month of last year with recent growth and a stretch."""
    rng = columns.stream(seed, "targets")
    start = truths.first_day(end)
    month = _months(orders.day, start)
    count = (end.year - start.year) * 12 + end.month - start.month + 3
    credited = np.bincount(_months(credit.orders.day, start), weights=credit.lines.quantity * credit.lines.price, minlength=count)
    sold = np.bincount(month, weights=revenue, minlength=count)[:count] + credited[:count]
    current = count - 3
    growth = sold[current - 12:current].sum() / max(sold[current - 24:current - 12].sum(), 1.0)
    target = sold * (1.015 + rng.normal(0, 0.05, count))
    target[current:] = sold[current - 12:count - 12] * growth * _STRETCH
    first = date(start.year, start.month, 1)
    wanted = range(1 if start.day > 1 else 0, count)
    step = 500.0 if sold[1:current].mean() > 5_000 else 10.0
    return columns.table("targets", {
        "period": np.array([add_months(first, index) for index in wanted], dtype="datetime64[s]"),
        "metric": columns.texts(np.zeros(len(wanted), dtype=np.int64), ["revenue"]),
        "value": np.round(target[list(wanted)] / step) * step,
    })


def _months(day: Ints, start: date) -> Ints:
    """Calendar months from that of the first day."""
    first = np.datetime64(start, "M").astype(np.int64)
    return (np.datetime64(start, "D") + day).astype("datetime64[M]").astype(np.int64) - first
