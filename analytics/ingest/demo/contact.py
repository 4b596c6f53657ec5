"""Contact: what customers tell the company, as feedback and as tickets, and how the company deals with it.

Owns the feedback and tickets tables. Ratings follow from how an order was served, from the product and from the mood of
the customer; words follow from the rating and from what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.ingest.demo import basket, columns, trade, truths, voice, world
from analytics.ingest.demo.basket import Lines
from analytics.ingest.demo.columns import DAY_SECONDS, NONE, Flags, Floats, Ints
from analytics.ingest.demo.goods import DRINKS, PRODUCTS
from analytics.ingest.demo.people import CHAMPION, LAPSING, People
from analytics.ingest.demo.phrases import BAD, GOOD, PLAIN
from analytics.ingest.demo.trade import Orders, Service
from analytics.ingest.demo.voice import Messages

_NAMED_COURIER_SHARE = 0.62
_TEXT_SHARE = 0.8
_GENERAL_PER_CUSTOMER = 0.07
_TICKETS_PER_CUSTOMER = 0.06
_OPEN_SHARE, _PENDING_DAYS = 0.25, 10


@dataclass(frozen=True)
class Tickets:
    """Tickets as arrays in order of time; `order` is a position in `Orders` or `NONE`; seconds count from the first day."""

    customer: Ints
    order: Ints
    category: Ints
    opened: Ints
    responded: Ints
    resolved: Ints
    priority: Ints
    agent: Ints
    csat: Ints
    reopened: Flags
    messages: Messages


def first_products(orders: Orders, lines: Lines) -> Ints:
    """The first product of each order: the one that its customer talks about."""
    return lines.product[np.searchsorted(lines.order, np.arange(orders.count))]


def _writes_chinese(crowd: People, customer: Ints) -> Flags:
    return (customer != NONE) & crowd.writes_chinese[customer]


def _complaint(rng: np.random.Generator, orders: Orders, service: Service, order: Ints) -> Ints:
    """The topic of what went wrong on the way: late or damaged, and whether the courier is named. `NONE` if nothing did."""
    late, damaged = service.late[order], service.damaged[order]
    courier = service.courier[order]
    named = rng.random(len(order)) < np.where(courier == world.BAD_COURIER, _NAMED_COURIER_SHARE, 0.2)
    said_late = np.where(named, voice.COURIER_LATE, voice.LATE)
    said_damaged = np.where(named, voice.COURIER_DAMAGED, voice.DAMAGED)
    return np.where(late, said_late, np.where(damaged, said_damaged, NONE))


def draw_tickets(orders: Orders, service: Service, status: Ints, lines: Lines, crowd: People, seed: int, days: int) -> Tickets:
    """Tickets about orders, most often when something went wrong, and others about anything."""
    rng = columns.stream(seed, "tickets")
    order, category = _ticket_orders(rng, orders, service, status)
    free = rng.poisson(_TICKETS_PER_CUSTOMER * crowd.count)
    writers = rng.integers(0, crowd.count, free)
    customer = np.concatenate([orders.customer[order], writers])
    category = np.concatenate([category, columns.choose(rng, (0, 0, 0.1, 0.2, 0.45, 0.25), free)])
    signed = np.maximum(crowd.signup[writers], 0)
    free_second = ((signed + rng.random(free) * (days - signed)) * DAY_SECONDS).astype(np.int64)
    soon = np.where(category[: len(order)] == world.BILLING, 0.5, 3.0)
    second = orders.second[order] + ((soon + rng.exponential(1.6, len(order))) * DAY_SECONDS).astype(np.int64)
    opened = np.concatenate([second, free_second])
    order = np.concatenate([order, np.full(free, NONE)])
    kept = np.flatnonzero(opened < days * DAY_SECONDS)
    kept = kept[np.lexsort((customer[kept], opened[kept]))]
    customer, order, category, opened = customer[kept], order[kept], category[kept], opened[kept]
    at = np.maximum(order, 0)
    topic = np.where((order != NONE) & (category == world.DELIVERY), _complaint(rng, orders, service, at), NONE)
    stray = (category == world.DELIVERY) & (topic == NONE)
    topic = np.where(stray, voice.LATE, topic)
    product = np.where(order != NONE, first_products(orders, lines)[at], rng.integers(0, len(PRODUCTS), len(order)))
    nothing = np.full(len(order), NONE)
    messages = Messages(
        _writes_chinese(crowd, customer), topic, np.full(len(order), BAD), nothing, np.full(len(order), BAD), product,
        service.courier[at],
    )
    return _handled(rng, customer, order, category, opened, messages, days)


def _ticket_orders(rng: np.random.Generator, orders: Orders, service: Service, status: Ints) -> tuple[Ints, Ints]:
    """Which orders bring a ticket, and of which category."""
    luck = rng.random(orders.count)
    bad = service.late | service.damaged
    delivery = (luck < np.where(service.late, 0.27, np.where(service.damaged, 0.32, 0.004))) & (service.courier != NONE)
    returned = ~delivery & (luck < np.where(status == trade.RETURNED, 0.3, 0.004))
    usual = ~delivery & ~returned & (luck > 1 - 0.055) & ~bad
    good = np.flatnonzero(orders.customer == int(truths.GOOD_CUSTOMER) - 1)
    asked = np.zeros(orders.count, dtype=np.bool_)
    asked[good[len(good) // 2: len(good) // 2 + 1]] = True
    usual |= asked & ~delivery & ~returned
    category = np.select(
        [delivery, returned], [world.DELIVERY, world.RETURNS],
        columns.choose(rng, (0.10, 0, 0.36, 0.38, 0.08, 0.08), orders.count),
    )
    category = np.where((category == world.DELIVERY) & (service.courier == NONE), world.PRODUCT, category)
    chosen = np.flatnonzero((delivery | returned | usual) & (orders.customer != NONE))
    return chosen, category[chosen]


def _handled(
    rng: np.random.Generator, customer: Ints, order: Ints, category: Ints, opened: Ints, messages: Messages, days: int
) -> Tickets:
    """How tickets were dealt with: waiting times are lognormal; they depend on agent, priority and the recent rush."""
    size, last = len(opened), days * DAY_SECONDS
    fluent = np.array([agent.chinese for agent in world.AGENTS])
    english, chinese = np.flatnonzero(~fluent), np.flatnonzero(fluent)
    swapped = rng.random(size) < 0.06
    pick = rng.random(size)
    one, other = chinese[(pick * len(chinese)).astype(np.int64)], english[(pick * len(english)).astype(np.int64)]
    agent = np.where(messages.chinese ^ swapped, one, other)
    priority = columns.choose(rng, [p.weight for p in world.PRIORITIES], size)
    rush = np.where(opened >= last - truths.COURIER.days * DAY_SECONDS, 1.5, 1.0)
    pace = np.array([a.pace for a in world.AGENTS])[agent] * np.array(world.PRIORITY_PACE)[priority] * rush
    response = np.exp(rng.normal(np.log(3.2), 0.95, size)) * pace * 3600
    slow = np.where(category == world.RETURNS, 1.9, np.where(category == world.DELIVERY, 1.3, 1.0))
    resolution = response + np.exp(rng.normal(np.log(19), 1.0, size)) * pace * slow * 3600
    responded, resolved = opened + response.astype(np.int64) + 60, opened + resolution.astype(np.int64) + 600
    reopened = rng.random(size) < 0.07
    resolved = np.where(reopened, resolved + rng.integers(1, 4, size) * DAY_SECONDS, resolved)
    stuck = (rng.random(size) < _OPEN_SHARE) & (opened > last - _PENDING_DAYS * DAY_SECONDS)
    unread = (responded >= last) | (stuck & (rng.random(size) < 0.4))
    responded = np.where(unread, NONE, responded)
    resolved = np.where((resolved >= last) | (responded == NONE) | stuck, NONE, resolved)
    warmth = np.array([a.warmth for a in world.AGENTS])[agent]
    waited = np.log(resolution / 3600 / 20).clip(-2, 3)
    score = 4.35 + warmth - 0.42 * waited - 0.7 * reopened - 0.25 * (category == world.DELIVERY)
    answered = (resolved != NONE) & (rng.random(size) < 0.6)
    csat = np.where(answered, np.rint(score + rng.normal(0, 1.0, size)).clip(1, 5), NONE).astype(np.int64)
    reopened &= resolved != NONE
    return Tickets(customer, order, category, opened, responded, resolved, priority, agent, csat, reopened, messages)


def tickets_table(tickets: Tickets, seed: int, start: date) -> pd.DataFrame:
    rng = columns.stream(seed, "ticket words")
    subject, text = voice.tickets(rng, tickets.messages, tickets.category)
    state = np.where(tickets.resolved != NONE, 2, np.where(tickets.responded != NONE, 1, 0))
    return columns.table("tickets", {
        "ticket_id": columns.numbered("T", ticket_numbers(len(tickets.opened))),
        "customer_id": columns.numbered("", tickets.customer + 1),
        "opened_at": columns.times(start, tickets.opened),
        "first_response_at": columns.times(start, tickets.responded),
        "resolved_at": columns.times(start, tickets.resolved),
        "category": columns.texts(tickets.category, [c.name for c in world.TICKET_CATEGORIES]),
        "priority": columns.texts(tickets.priority, [p.name for p in world.PRIORITIES]),
        "agent": columns.texts(tickets.agent, [a.name for a in world.AGENTS]),
        "status": columns.texts(state, ["open", "pending", "solved"]),
        "csat": columns.whole(tickets.csat),
        "reopened": tickets.reopened,
        "order_id": columns.numbered("O", np.where(tickets.order == NONE, NONE, tickets.order + 100_001)),
        "subject": columns.strings(subject),
        "text": columns.strings(text),
    })


def ticket_numbers(count: int) -> Ints:
    return np.arange(10_001, 10_001 + count)


@dataclass(frozen=True)
class Voices:
    """Feedback as arrays, in order of time; positions or `NONE`."""

    customer: Ints
    order: Ints
    ticket: Ints
    product: Ints
    created: Ints
    source: Ints
    feeling: Floats
    messages: Messages


def contentment(
    orders: Orders, service: Service, status: Ints, product: Ints, crowd: People, rng: np.random.Generator
) -> Floats:
    """How the customer of each order feels about it, on the scale of stars before rounding."""
    known = orders.customer != NONE
    mood = np.where(known, crowd.mood[orders.customer], 0.0)
    from_day = crowd.fade[orders.customer] - truths.LAPSING.bad_days
    fading = known & (crowd.kind[orders.customer] == LAPSING) & (orders.day >= from_day)
    champion = known & (crowd.kind[orders.customer] == CHAMPION)
    feeling = 4.3 + 0.4 * mood + 0.25 * champion - truths.LAPSING.rating_drop * fading
    feeling -= 2.1 * service.late + 2.3 * service.damaged
    feeling -= 0.8 * (status == trade.RETURNED)
    return feeling + np.array([p.liked for p in PRODUCTS])[product] + rng.normal(0, 0.85, orders.count)


def draw_feedback(
    orders: Orders, service: Service, status: Ints, lines: Lines, crowd: People, tickets: Tickets, seed: int, days: int
) -> Voices:
    """Feedback on orders, on solved tickets, and on anything else."""
    rng = columns.stream(seed, "feedback")
    product = first_products(orders, lines)
    order = _speaking_orders(rng, orders, service, status)
    ticket = np.flatnonzero((tickets.csat != NONE) & (rng.random(len(tickets.csat)) < 0.16))
    writer = rng.integers(0, crowd.count, rng.poisson(_GENERAL_PER_CUSTOMER * crowd.count))
    lag = ((1.2 + rng.exponential(2.0, len(order)) + 1.5 * service.late[order]) * DAY_SECONDS).astype(np.int64)
    signed = np.maximum(crowd.signup[writer], 0)
    anytime = ((signed + rng.random(len(writer)) * (days - signed)) * DAY_SECONDS).astype(np.int64)
    solved = tickets.resolved[ticket] + rng.integers(600, 90_000, len(ticket))
    created = np.concatenate([orders.second[order] + lag, solved, anytime])
    feeling = np.concatenate([
        contentment(orders, service, status, product, crowd, rng)[order],
        tickets.csat[ticket] + rng.normal(0, 0.4, len(ticket)),
        3.6 + 0.5 * crowd.mood[writer] + rng.normal(0, 1.0, len(writer)),
    ])
    size = len(created)
    kind = np.repeat(np.arange(3), [len(order), len(ticket), len(writer)])
    known = np.where(rng.random(len(writer)) < 0.25, NONE, writer)
    chinese = [_writes_chinese(crowd, orders.customer[order]), _writes_chinese(crowd, tickets.customer[ticket])]
    at, number = _padded(order, size), _padded(np.concatenate([np.full(len(order), NONE), ticket]), size)
    spoken = np.where(at != NONE, product[np.maximum(at, 0)], rng.integers(0, len(PRODUCTS), size))
    spoken_in_chinese = np.concatenate([*chinese, crowd.writes_chinese[writer]])
    messages = _opinions(rng, orders, service, status, at, number != NONE, feeling, spoken, spoken_in_chinese)
    source = _sources(rng, kind)
    about = np.where((at != NONE) & ((source == world.REVIEW) | (rng.random(size) < 0.35)), spoken, NONE)
    customer = np.concatenate([orders.customer[order], tickets.customer[ticket], known])
    kept = np.flatnonzero(created < days * DAY_SECONDS)
    kept = kept[np.argsort(created[kept], kind="stable")]
    return Voices(
        customer[kept], at[kept], number[kept], about[kept], created[kept], source[kept], feeling[kept], messages.taken(kept)
    )


def _sources(rng: np.random.Generator, kind: Ints) -> Ints:
    """Where feedback on an order (0), on a ticket (1) or on anything (2) comes in."""
    on_ticket = np.isin(np.arange(len(world.SOURCES)), (world.PHONE, world.CHAT)).astype(np.float64)
    weights = np.array([[s.weight for s in world.SOURCES], on_ticket, (0.15, 0, 0.5, 0.15, 0.2)])
    return columns.choose_by_row(rng, weights, kind)


def _padded(values: Ints, size: int) -> Ints:
    return np.concatenate([values, np.full(size - len(values), NONE)])


def _speaking_orders(rng: np.random.Generator, orders: Orders, service: Service, status: Ints) -> Ints:
    """The orders on which somebody comments: every sixth, more when things went wrong."""
    share = np.where(service.damaged, 0.42, np.where(service.late, 0.36, 0.145)) + 0.08 * (status == trade.RETURNED)
    share = np.where(orders.customer == NONE, share * 0.3, share)
    good = orders.customer == int(truths.GOOD_CUSTOMER) - 1
    share = np.where(good & (np.cumsum(good) % 4 == 1), 1.0, share)
    return np.flatnonzero((status != trade.CANCELLED) & (rng.random(orders.count) < share))


def _opinions(
    rng: np.random.Generator, orders: Orders, service: Service, status: Ints, order: Ints, of_ticket: Flags, feeling: Floats,
    product: Ints, chinese: Flags,
) -> Messages:
    """What is said: what went wrong if anything did, else topics that fit the order, in the tone of the rating."""
    size, at = len(order), np.maximum(order, 0)
    known = order != NONE
    stars = np.rint(feeling).clip(1, 5)
    complaint = np.where(known, _complaint(rng, orders, service, at), NONE)
    fits = _fitting_topics(orders, status, at, known, of_ticket, product)
    topic, other = columns.choose_weighted(rng, fits), columns.choose_weighted(rng, fits)
    tone = np.where(stars >= 4, GOOD, np.where(stars <= 2, BAD, np.where(rng.random(size) < 0.5, GOOD, PLAIN)))
    second_tone = np.where(stars == 3, np.where(tone == GOOD, BAD, PLAIN), tone)
    wrong = (complaint != NONE) & ((stars <= 3) | (rng.random(size) < 0.6))
    topic, tone = np.where(wrong, complaint, topic), np.where(wrong, BAD, tone)
    second_tone = np.where(wrong, np.where(stars <= 2, BAD, GOOD), second_tone)
    grumbles = (stars == 4) & ~wrong & (rng.random(size) < 0.12)
    second_tone = np.where(grumbles, BAD, second_tone)
    wishes = rng.random(size) < np.where(known, 0.06, 0.34)
    other = np.where(wishes, voice.WISH, other)
    second_tone = np.where(wishes, PLAIN, second_tone)
    alone = (rng.random(size) >= 0.42) & ~((stars == 3) & (tone == GOOD)) & ~grumbles & ~(wishes & known)
    second = np.where(alone | (other == topic), NONE, other)
    only_wish = wishes & ~known & (rng.random(size) < 0.6)
    topic, tone = np.where(only_wish, voice.WISH, topic), np.where(only_wish, PLAIN, tone)
    second = np.where(only_wish, NONE, second)
    return Messages(chinese, topic, tone, second, second_tone, product, np.where(known, service.courier[at], NONE))


def _fitting_topics(
    orders: Orders, status: Ints, order: Ints, known: Flags, of_ticket: Flags, product: Ints
) -> npt.NDArray[np.float32]:
    """Weights of topics by row: only what the customer can know about."""
    weights: npt.NDArray[np.float32] = np.zeros((len(order), len(voice.TOPICS)), dtype=np.float32)
    channel = orders.channel[order]
    drinks = np.array(DRINKS)[product]
    online, shop = known & (channel != world.STORE), known & (channel == world.STORE)
    digital = (channel == world.APP) | (channel == world.MINI_PROGRAM) | (channel == world.WEB)
    returned = known & (status[order] == trade.RETURNED)
    weights[:, voice.DELIVERY] = 1.3 * online
    weights[:, voice.PACKAGING] = 1.0 * known
    weights[:, voice.QUALITY] = 1.9 * (known & ~drinks)
    weights[:, voice.TASTE] = 2.1 * (known & drinks)
    weights[:, voice.PRICE] = 1.0
    weights[:, voice.STAFF] = 0.3 + 0.7 * shop + 6.0 * of_ticket
    weights[:, voice.APP] = 0.7 * (online & digital) + 1.2 * ~known
    weights[:, voice.RETURNS] = 3.0 * returned
    weights[:, voice.REFUND] = 2.5 * returned + 1.0 * of_ticket
    weights[:, voice.LOYALTY] = 0.3 + 0.7 * ~known
    weights[:, voice.STORE] = 1.6 * shop + 0.6 * ~known
    weights[:, voice.PRAISE] = 1.5
    weights[:, voice.MEH] = 0.2
    return weights


def feedback_table(voices: Voices, seed: int, start: date) -> pd.DataFrame:
    rng = columns.stream(seed, "feedback words")
    size = len(voices.created)
    text = voice.compose(rng, voices.messages)
    silent = (rng.random(size) >= _TEXT_SHARE) & (voices.source == world.SURVEY)
    stars = np.rint(voices.feeling).clip(1, 5).astype(np.int64)
    rated = (voices.source == world.SURVEY) | (voices.source == world.REVIEW) | (rng.random(size) < 0.55)
    scored = (voices.source == world.SURVEY) | ((voices.source == world.PHONE) & (rng.random(size) < 0.6))
    nps = np.rint(2.1 * voices.feeling - 0.9 + rng.normal(0, 1.2, size)).clip(0, 10).astype(np.int64)
    return columns.table("feedback", {
        "feedback_id": columns.numbered("F", np.arange(10_001, 10_001 + size)),
        "customer_id": columns.numbered("", np.where(voices.customer == NONE, NONE, voices.customer + 1)),
        "created_at": columns.times(start, voices.created),
        "source": columns.texts(voices.source, [s.name for s in world.SOURCES]),
        "rating": columns.whole(stars, rated),
        "nps": columns.whole(nps, scored),
        "text": columns.strings(columns.hidden(text, silent)),
        "product_id": columns.texts(voices.product, basket.product_ids()),
        "order_id": columns.numbered("O", np.where(voices.order == NONE, NONE, voices.order + 100_001)),
        "ticket_id": columns.numbered("T", np.where(voices.ticket == NONE, NONE, voices.ticket + 10_001)),
    })
