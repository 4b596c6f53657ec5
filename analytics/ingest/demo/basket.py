"""Baskets: what is in an order, at what price and with what discount; credit notes.

Owns order lines and the orders table. Knows customers only by their tastes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pandas as pd

from analytics.ingest.demo import columns, season, trade, truths, world
from analytics.ingest.demo.columns import NONE, Floats, Ints
from analytics.ingest.demo.goods import FIRST, PRODUCTS, SECOND, YEARLY_PRICE_RISE
from analytics.ingest.demo.people import People
from analytics.ingest.demo.trade import Orders

_MORE_LINES = 0.95
_MOST_LINES = 7
_MORE_UNITS = 0.28
_BUSINESS_UNITS = 2.6
_FAVOURITE_SHARE = 0.45
_CREDIT_SHARE = 0.012
_DISCOUNT_SHARE, _CAMPAIGN_DISCOUNT_SHARE = 0.17, 0.6
_DISCOUNTS = (0.05, 0.10, 0.15, 0.20)
_PRODUCT_CATEGORY = np.array([p.category for p in PRODUCTS])


@dataclass(frozen=True)
class Lines:
    """Order lines as arrays in order of their orders; `order` is a position in `Orders`."""

    order: Ints
    product: Ints
    quantity: Ints
    price: Floats

    def taken(self, index: Ints) -> Lines:
        return Lines(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


def fill(orders: Orders, crowd: People, seed: int, end: date) -> Lines:
    """What each order holds: each product at most once, mostly of the customer's taste and the season."""
    rng = columns.stream(seed, "baskets")
    wanted = 1 + np.minimum(rng.poisson(_MORE_LINES, orders.count), _MOST_LINES - 1)
    order = np.repeat(np.arange(orders.count), wanted)
    product = _products(rng, orders, crowd, order, end)
    has_first = np.unique(order[product == FIRST])
    paired = has_first[rng.random(len(has_first)) < truths.PAIR.probability]
    order = np.concatenate([order, paired])
    product = np.concatenate([product, np.full(len(paired), SECOND)])
    width = len(PRODUCTS)
    keys = np.unique(order * width + product)
    order, product = keys // width, keys % width
    quantity = _quantities(rng, orders, crowd, order)
    return Lines(order, product, quantity, _prices(orders, order, product, end))


def _products(rng: np.random.Generator, orders: Orders, crowd: People, order: Ints, end: date) -> Ints:
    """A category by taste, country and month, then a product by country; now and then the customer's favourite."""
    start = truths.first_day(end)
    month = (np.datetime64(start, "D") + orders.day).astype("datetime64[M]").astype(np.int64) % 12
    country = world.PLACE_COUNTRY[orders.place]
    tastes = np.array(world.TASTES)
    interest = np.where(orders.customer == NONE, len(tastes) - 1, crowd.interest[orders.customer])
    interest = np.where(interest == NONE, len(tastes) - 1, interest)
    demand = season.category_demand()
    weights = (demand[:, :, None, :] * tastes[None, None, :, :]).reshape(-1, tastes.shape[1])
    row = (country * 12 + month) * len(tastes) + interest
    category = columns.choose_by_row(rng, weights, row[order])
    product = columns.choose_by_row(rng, _product_weights(), category * len(world.COUNTRIES) + country[order])
    habit = np.where(crowd.interest == NONE, len(tastes) - 1, crowd.interest)
    favourite_category = columns.choose_by_row(rng, tastes, habit)
    favourite = columns.choose_by_row(rng, _product_weights(), favourite_category * len(world.COUNTRIES) + crowd.country)
    mine = favourite_category[orders.customer[order]] == category
    habitual = mine & (orders.customer[order] != NONE) & (rng.random(len(order)) < _FAVOURITE_SHARE)
    return np.where(habitual, favourite[orders.customer[order]], product)


def _product_weights() -> Floats:
    """Demand weights of products by category and country; 0 outside the category."""
    west, east = np.array([p.west for p in PRODUCTS]), np.array([p.east for p in PRODUCTS])
    by_country = np.array([west, west, east])
    inside = _PRODUCT_CATEGORY[None, :] == np.arange(len(world.CATEGORIES))[:, None]
    return (inside[:, None, :] * by_country[None, :, :]).reshape(-1, len(PRODUCTS))


def _quantities(rng: np.random.Generator, orders: Orders, crowd: People, order: Ints) -> Ints:
    """Mostly one; businesses take several."""
    customer = orders.customer[order]
    business = (customer != NONE) & crowd.business[customer]
    return 1 + rng.poisson(np.where(business, _BUSINESS_UNITS, _MORE_UNITS))


def _prices(orders: Orders, order: Ints, product: Ints, end: date) -> Floats:
    """List prices, which rise every January, and the price cut."""
    start = truths.first_day(end)
    year = (np.datetime64(start, "D") + orders.day[order]).astype("datetime64[Y]").astype(np.int64) + 1970 - start.year
    listed = np.round(np.array([p.price for p in PRODUCTS])[product] * (1 + YEARLY_PRICE_RISE) ** year, 2)
    period = truths.PRICE_CUT.period(end)
    region = world.REGION_NAMES.index(truths.PRICE_CUT.region)
    cut = (world.PLACE_REGION[orders.place] == region) & (orders.day >= (period.start - start).days)
    cut &= orders.day < (period.end - start).days
    return np.where(cut[order], np.round(listed * truths.PRICE_CUT.factor, 2), listed)


def return_risk(orders: Orders, lines: Lines) -> Floats:
    """The highest share of returns among the products of each order."""
    first = np.searchsorted(lines.order, np.arange(orders.count))
    return np.maximum.reduceat(np.array([p.returned for p in PRODUCTS])[lines.product], first)


def totals(orders: Orders, lines: Lines) -> Floats:
    """Quantity times price of each order, before its discount."""
    return np.round(np.bincount(lines.order, weights=lines.quantity * lines.price, minlength=orders.count), 2)


def discounts(orders: Orders, gross: Floats, seed: int) -> Floats:
    """The discount of each order in money; frequent on orders that came through a campaign."""
    rng = columns.stream(seed, "discounts")
    share = np.where(orders.campaign == NONE, _DISCOUNT_SHARE, _CAMPAIGN_DISCOUNT_SHARE)
    size = columns.choose(rng, (0.3, 0.4, 0.2, 0.1), orders.count)
    return np.where(rng.random(orders.count) < share, np.round(gross * np.array(_DISCOUNTS)[size], 2), 0.0)


@dataclass(frozen=True)
class Credits:
    """Credit notes: orders of their own with one negative line each."""

    orders: Orders
    lines: Lines


def credits(orders: Orders, lines: Lines, status: Ints, seed: int, days: int) -> Credits:
    """One line of some completed orders is given back days later, at the price that was paid."""
    rng = columns.stream(seed, "credits")
    day = orders.day + 4 + rng.integers(0, 18, orders.count)
    chosen = np.flatnonzero((status == trade.COMPLETED) & (rng.random(orders.count) < _CREDIT_SHARE) & (day < days))
    position = np.searchsorted(lines.order, chosen)
    taken = orders.taken(chosen)
    second = day[chosen] * columns.DAY_SECONDS + rng.integers(9 * 3600, 17 * 3600, len(chosen))
    later = Orders(taken.customer, second, taken.place, taken.channel, np.full(len(chosen), NONE))
    by_time = np.argsort(second, kind="stable")
    given = lines.taken(position[by_time])
    return Credits(later.taken(by_time), Lines(np.arange(len(chosen)), given.product, -given.quantity, given.price))


def order_ids(count: int) -> Ints:
    return np.arange(100_001, 100_001 + count)


def orders_table(
    orders: Orders, credit: Credits, status: Ints, discount: Floats, campaigns: list[str], start: date
) -> pd.DataFrame:
    """All orders and credit notes in order of time."""
    every = Orders(**{f.name: np.concatenate([getattr(orders, f.name), getattr(credit.orders, f.name)]) for f in fields(Orders)})
    state = np.concatenate([status, np.full(credit.orders.count, trade.RETURNED)])
    money = np.concatenate([discount, np.zeros(credit.orders.count)])
    by_time = np.argsort(every.second, kind="stable")
    every, place = every.taken(by_time), every.place[by_time]
    number = np.concatenate([order_ids(orders.count), order_ids(credit.orders.count)])
    prefix = (np.arange(len(number)) >= orders.count).astype(np.int64)
    ids = columns.joined(columns.arrow_texts(prefix, ["O", "C"]), columns.arrow_numbered("", number)).take(by_time)
    return columns.table("orders", {
        "order_id": columns.strings(ids),
        "customer_id": columns.numbered("", np.where(every.customer == NONE, NONE, every.customer + 1)),
        "ordered_at": columns.times(start, every.second),
        "channel": columns.texts(every.channel, [c.name for c in world.CHANNELS]),
        "status": columns.texts(state[by_time], ["completed", "returned", "cancelled"]),
        "discount": money[by_time],
        "campaign_id": columns.texts(every.campaign, campaigns),
        "city": columns.texts(place, [p.city for p in world.PLACES]),
        "region": columns.texts(world.PLACE_REGION[place], world.REGION_NAMES),
        "country": columns.texts(world.PLACE_COUNTRY[place], [c.name for c in world.COUNTRIES]),
    })


def lines_table(orders: Orders, lines: Lines, credit: Credits) -> pd.DataFrame:
    """All order lines, then the lines of credit notes."""
    number = np.concatenate([order_ids(orders.count)[lines.order], order_ids(credit.orders.count)])
    prefix = (np.arange(len(number)) >= len(lines.order)).astype(np.int64)
    return columns.table("order_lines", {
        "order_id": columns.strings(columns.joined(columns.arrow_texts(prefix, ["O", "C"]), columns.arrow_numbered("", number))),
        "product_id": columns.texts(np.concatenate([lines.product, credit.lines.product]), product_ids()),
        "quantity": np.concatenate([lines.quantity, credit.lines.quantity]),
        "unit_price": np.concatenate([lines.price, credit.lines.price]),
    })


def product_ids() -> list[str]:
    return [f"P{code + 1:03d}" for code in range(len(PRODUCTS))]


def products_table(stock: Ints) -> pd.DataFrame:
    """The products; `stock` is what lies in the warehouse at the end."""
    index = np.arange(len(PRODUCTS))
    return columns.table("products", {
        "product_id": columns.texts(index, product_ids()),
        "name": columns.texts(index, [p.name for p in PRODUCTS]),
        "category": columns.texts(_PRODUCT_CATEGORY, [c.name for c in world.CATEGORIES]),
        "unit_cost": np.round([p.price * p.cost for p in PRODUCTS], 2),
        "stock_on_hand": stock,
    })
