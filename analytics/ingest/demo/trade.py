"""Trade: when, where and through which channel orders are placed, and whether they arrive as they should.

Owns the draw of orders; what is in them is a matter of `basket`, why some of them were placed one of `marketing`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from analytics.ingest.demo import columns, people, truths, world
from analytics.ingest.demo.columns import DAY_SECONDS, NONE, Flags, Floats, Ints
from analytics.ingest.demo.people import LAPSING, People

_GUEST_SHARE = 0.04
_CANCELLED_SHARE = 0.03
_GIFT_SHARE = 0.03
_FAITHFUL_SHARE = 0.7
#: The customers who are known by name bought last so many days before the end.
_KNOWN_LAST_DAYS = 9
_SPARED_DAYS = 60
_LATE_RETURN, _DAMAGED_RETURN = 0.04, 0.30

COMPLETED, RETURNED, CANCELLED = range(3)


@dataclass(frozen=True)
class Orders:
    """Orders as arrays in order of time. `customer` is a position in `People` or `NONE` for guests; `second` counts UTC
    seconds from the first day; `place` is where the order goes; `campaign` a position in the campaigns or `NONE`."""

    customer: Ints
    second: Ints
    place: Ints
    channel: Ints
    campaign: Ints

    @property
    def count(self) -> int:
        return len(self.customer)

    @property
    def day(self) -> Ints:
        return self.second // DAY_SECONDS

    def taken(self, index: Ints | Flags) -> Orders:
        return Orders(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


@dataclass(frozen=True)
class Service:
    """How each order was served: its courier (`NONE` in a shop), whether it came late or damaged."""

    courier: Ints
    late: Flags
    damaged: Flags


def merge(one: Orders, other: Orders) -> Orders:
    """Both, in order of time."""
    both = Orders(**{field.name: np.concatenate([getattr(one, field.name), getattr(other, field.name)]) for field in fields(one)})
    return both.taken(np.argsort(both.second, kind="stable"))


def draw(crowd: People, demand: Floats, seed: int) -> Orders:
    """The orders that would be placed without any campaign. `demand` is relative demand by country and day."""
    rng = columns.stream(seed, "orders")
    days = demand.shape[1]
    customer, day = _order_days(rng, crowd, demand)
    customer, day = _with_guests(rng, crowd, customer, day, demand)
    for person in people.known(crowd.count):
        mine = np.flatnonzero(customer == person.code)
        day[mine[np.argmax(day[mine])]] = days - _KNOWN_LAST_DAYS
    if day.max(initial=0) < days - 1:
        day[np.argmax(day)] = days - 1
    return placed(rng, crowd, customer, day)


def _order_days(rng: np.random.Generator, crowd: People, demand: Floats) -> tuple[Ints, Ints]:
    """Customer and day of every order: the first one, and then a Poisson process in the rhythm of demand until leaving."""
    days = demand.shape[1]
    curve = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(demand, axis=1)], axis=1)
    active = np.flatnonzero(crowd.entry != NONE)
    entry, leave, country = crowd.entry[active], crowd.leave[active], crowd.country[active]
    begin, finish = curve[country, entry], curve[country, leave]
    repeats = rng.poisson(crowd.rate[active] * (finish - begin) / 365.25)
    which = np.repeat(np.arange(len(active)), repeats)
    target = begin[which] + rng.random(len(which)) * (finish - begin)[which]
    day = np.empty(len(which), dtype=np.int64)
    for code in range(len(demand)):
        mine = country[which] == code
        day[mine] = np.searchsorted(curve[code], target[mine], side="right") - 1
    day = day.clip(0, days - 1)
    who = active[which]
    kept = (day < crowd.fade[who]) | (rng.random(len(who)) < truths.LAPSING.kept)
    earlier = crowd.signup[active] < 0
    spread = (rng.random(len(active)) * np.maximum(leave - entry, 1)).astype(np.int64)
    first = np.where(earlier, np.minimum(spread, crowd.fade[active] - 1), entry)
    return np.concatenate([active, who[kept]]), np.concatenate([first, day[kept]])


def _with_guests(rng: np.random.Generator, crowd: People, customer: Ints, day: Ints, demand: Floats) -> tuple[Ints, Ints]:
    """Adds orders of people who are not known; they follow demand in the first country."""
    guests = round(len(customer) * _GUEST_SHARE / (1 - _GUEST_SHARE))
    days = columns.choose(rng, demand[world.UK], guests)
    return np.concatenate([customer, np.full(guests, NONE)]), np.concatenate([day, days])


def placed(rng: np.random.Generator, crowd: People, customer: Ints, day: Ints) -> Orders:
    """Orders of these customers on these days, with a place, a channel and a time of day, in order of time."""
    size = len(customer)
    known = customer != NONE
    place = np.where(known, crowd.place[customer], columns.choose(rng, world.PLACE_WEIGHTS, size))
    place = np.where(known & (rng.random(size) < _GIFT_SHARE), columns.choose(rng, world.PLACE_WEIGHTS, size), place)
    country = world.PLACE_COUNTRY[place]
    channel = _channels(rng, crowd, customer, place, country)
    hour = np.where(
        channel == world.STORE, columns.choose(rng, world.STORE_HOURS, size), columns.choose(rng, world.ONLINE_HOURS, size)
    )
    china = country == world.CHINA
    hour = np.where(china & (hour < 8), hour + 12, np.maximum(hour, country == world.GERMANY))
    second = day * DAY_SECONDS + (hour - np.array(world.UTC_OFFSET)[country]) * 3600 + rng.integers(0, 3600, size)
    order = np.lexsort((customer, second))
    return Orders(customer, second, place, channel, np.full(size, NONE)).taken(order)


def _channels(rng: np.random.Generator, crowd: People, customer: Ints, place: Ints, country: Ints) -> Ints:
    """Most customers keep to one channel; a city without a shop orders where its country does most."""
    weights = np.array(world.CHANNEL_WEIGHTS)
    home = world.PLACE_COUNTRY[crowd.place]
    favourite = columns.choose_by_row(rng, weights, home)
    channel = columns.choose_by_row(rng, weights, country)
    faithful = (customer != NONE) & (rng.random(len(customer)) < _FAITHFUL_SHARE)
    channel = np.where(faithful, favourite[customer], channel)
    usual = weights.argmax(axis=1)
    shop = np.array([p.store for p in world.PLACES])
    channel = np.where((channel == world.STORE) & ~shop[place], usual[country], channel)
    foreign = (channel == world.MINI_PROGRAM) & (country != world.CHINA)
    guest_app = (customer == NONE) & (channel == world.APP)
    return np.where(foreign | guest_app, world.WEB, channel)


def serve(orders: Orders, crowd: People, seed: int, days: int) -> Service:
    """How orders were delivered: mostly well, badly by one courier of late, and badly to those who then lapse."""
    rng = columns.stream(seed, "service")
    truth, lapsing = truths.COURIER, truths.LAPSING
    delivered = orders.channel != world.STORE
    courier = np.where(delivered, columns.choose(rng, [c.share for c in world.COURIERS], orders.count), NONE)
    failing = (courier == world.BAD_COURIER) & (orders.day >= days - truth.days)
    customer = orders.customer
    annoyed = (customer != NONE) & (crowd.kind[customer] == LAPSING) & (orders.day >= crowd.fade[customer] - lapsing.bad_days)
    late_share = np.where(failing, truth.late, np.where(annoyed, lapsing.late_share, truth.usual_late))
    late = delivered & (rng.random(orders.count) < late_share)
    damaged_share = np.where(failing, truth.damaged / (1 - truth.late), truth.usual_damaged)
    damaged = delivered & ~late & (rng.random(orders.count) < damaged_share)
    spared = _spared(orders, crowd, days)
    return Service(courier, late & ~spared, damaged & ~spared)


def _spared(orders: Orders, crowd: People, days: int) -> Flags:
    """The latest orders of the customers who are known by name: all goes well with them."""
    known = [person.code for person in people.known(crowd.count)]
    return np.isin(orders.customer, known) & (orders.day >= days - _SPARED_DAYS)


def statuses(orders: Orders, service: Service, crowd: People, return_risk: Floats, seed: int, days: int) -> Ints:
    """What became of each order; `return_risk` is the share of returns of the riskiest product in it."""
    rng = columns.stream(seed, "status")
    risk = return_risk + _LATE_RETURN * service.late + _DAMAGED_RETURN * service.damaged
    draw_return, draw_cancel = rng.random(orders.count), rng.random(orders.count)
    cancelled = (draw_cancel < _CANCELLED_SHARE) & ~service.damaged
    status = np.where(cancelled, CANCELLED, np.where(draw_return < risk, RETURNED, COMPLETED))
    return np.where(_spared(orders, crowd, days), COMPLETED, status)
