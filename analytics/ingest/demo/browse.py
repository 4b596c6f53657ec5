"""Browsing: the visits of known customers in the last twelve months, from looking to buying.

Owns web_events. Every web, app or mini program order ends a visit; most visits end before.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analytics.ingest.demo import basket, columns, world
from analytics.ingest.demo.basket import Lines
from analytics.ingest.demo.columns import DAY_SECONDS, NONE, Ints
from analytics.ingest.demo.goods import PRODUCTS
from analytics.ingest.demo.people import LAPSING, People
from analytics.ingest.demo.trade import Orders

_DAYS = 365
VIEW, CART, CHECKOUT, PURCHASE = range(4)
_TYPES = ("view", "cart", "checkout", "purchase")
_CART_SHARE, _CHECKOUT_SHARE = 0.27, 0.42
_IDLE_VISITS, _LEAD_VISITS = 7.0, 2.5


def events_table(crowd: People, orders: Orders, lines: Lines, seed: int, start: date, days: int) -> pd.DataFrame:
    rng = columns.stream(seed, "browsing")
    bought = _purchases(rng, orders, lines, days)
    idle = _visits(rng, crowd, orders, days)
    customer, second, kind, product = (np.concatenate([one, other]) for one, other in zip(bought, idle, strict=True))
    inside = (second >= max(days - _DAYS, 0) * DAY_SECONDS) & (second < days * DAY_SECONDS)
    order = np.flatnonzero(inside)
    order = order[np.lexsort((kind[order], customer[order], second[order]))]
    return columns.table("web_events", {
        "customer_id": columns.numbered("", customer[order] + 1),
        "occurred_at": columns.times(start, second[order]),
        "type": columns.texts(kind[order], _TYPES),
        "product_id": columns.texts(product[order], basket.product_ids()),
    })


def _purchases(rng: np.random.Generator, orders: Orders, lines: Lines, days: int) -> tuple[Ints, Ints, Ints, Ints]:
    """The visits that ended in an order: each product is viewed and put into the basket, then checkout and purchase."""
    online = np.isin(orders.channel, (world.WEB, world.APP, world.MINI_PROGRAM)) & (orders.customer != NONE)
    online &= orders.day >= days - _DAYS
    mine = np.flatnonzero(online[lines.order])
    order, product = lines.order[mine], lines.product[mine]
    begun = orders.second[order] - rng.integers(240, 1_500, len(order))
    chosen = np.flatnonzero(online)
    first = lines.product[np.searchsorted(lines.order, chosen)]
    done = orders.second[chosen]
    who = orders.customer
    return (
        np.concatenate([who[order], who[order], who[chosen], who[chosen]]),
        np.concatenate([begun, begun + rng.integers(20, 100, len(order)), done - rng.integers(30, 120, len(done)), done]),
        np.repeat([VIEW, CART, CHECKOUT, PURCHASE], [len(order), len(order), len(done), len(done)]),
        np.concatenate([product, product, first, first]),
    )


def _visits(rng: np.random.Generator, crowd: People, orders: Orders, days: int) -> tuple[Ints, Ints, Ints, Ints]:
    """The visits without an order, while the customer is around; leads who look into carts are rarer than buyers."""
    begin = np.maximum(crowd.signup, max(days - _DAYS, 0))
    lead = crowd.entry == NONE
    leave = np.where(lead, np.minimum(crowd.signup + 60, days), np.where(crowd.kind == LAPSING, crowd.fade, crowd.leave + 20))
    finish = np.clip(leave, begin, days)
    share = (finish - begin) / _DAYS
    eager = np.log1p(crowd.rate)
    visits = rng.poisson(np.where(lead, _LEAD_VISITS * (share > 0), _IDLE_VISITS * eager * share))
    who = np.repeat(np.arange(crowd.count), visits)
    hours = columns.choose(rng, world.ONLINE_HOURS, len(who)) * 3600 + rng.integers(0, 3600, len(who))
    hours = (hours - np.array(world.UTC_OFFSET)[crowd.country[who]] * 3600) % DAY_SECONDS
    day = (begin[who] + rng.random(len(who)) * (finish - begin)[who]).astype(np.int64)
    looks = 1 + rng.poisson(1.1, len(who))
    visit = np.repeat(np.arange(len(who)), looks)
    seen = rng.integers(0, len(PRODUCTS), len(visit))
    viewed = (day * DAY_SECONDS + hours)[visit] + rng.integers(0, 900, len(visit))
    carted = np.flatnonzero(rng.random(len(who)) < _CART_SHARE * np.where(lead[who], 0.5, 1.0))
    paying = carted[rng.random(len(carted)) < _CHECKOUT_SHARE]
    late = day * DAY_SECONDS + hours + 900
    item = rng.integers(0, len(PRODUCTS), len(who))
    return (
        np.concatenate([who[visit], who[carted], who[carted], who[paying]]),
        np.concatenate([viewed, late[carted], late[carted] + 40, late[paying] + 200]),
        np.repeat([VIEW, VIEW, CART, CHECKOUT], [len(visit), len(carted), len(carted), len(paying)]),
        np.concatenate([seen, item[carted], item[carted], item[paying]]),
    )
