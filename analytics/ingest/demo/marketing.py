"""Marketing: the campaigns, who was touched by them, which orders they brought.

Owns campaigns and campaign_touches. A direct campaign (email, SMS, app push) touches consenting customers and holds some
back as a control; an always-on one (ads, social, referral) only wins new customers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.ingest.demo import columns, trade, truths, world
from analytics.ingest.demo.columns import DAY_SECONDS, NONE, Flags, Ints
from analytics.ingest.demo.people import LAPSING, People
from analytics.ingest.demo.trade import Orders

_OPEN_SHARE = {"email": 0.38, "sms": 0.72, "app push": 0.46}
_CLICK_SHARE = 0.24
_ATTRIBUTED_SHARE = 0.75
_FIRST_ORDER_SHARE = 0.7
_DORMANT_DAYS = 120
_SEND_HOUR = 8


@dataclass(frozen=True)
class Campaign:
    """One campaign. `cost` is in pounds per 1,000 customers of the company; `reach` the share of eligible customers who
    are drawn, `control` the share of those who are held back; `extra` as CampaignTruth.extra_orders. `wins` is the
    acquisition channel of an always-on campaign, `dormant` limits a direct one to those who have not bought lately."""

    name: str
    zh: str
    channel: str
    starts: date
    length: int
    cost: float
    reach: float = 0.0
    control: float = 0.0
    extra: float = 0.0
    wins: int = NONE
    dormant: bool = False

    @property
    def ends(self) -> date:
        return self.starts + timedelta(days=self.length - 1)


@dataclass(frozen=True)
class Touches:
    """Touches as arrays: campaign and customer are positions; times are seconds from the first day or `NONE`."""

    campaign: Ints
    customer: Ints
    sent: Ints
    treated: Flags
    pushed: Flags


def calendar(end: date) -> tuple[Campaign, ...]:
    """The campaigns of the years up to `end`, in order of their start; the yearly ones carry the year in their name."""
    start = truths.first_day(end)
    plans: list[Campaign] = []
    for year in range(start.year, end.year + 1):
        plans += _yearly(year)
    spring = truths.latest(truths.SPRING.month, end).start
    coffee = truths.latest(truths.COFFEE.month, end).start
    plans += [
        Campaign(
            truths.SPRING.name, "春季活动", "email", spring + timedelta(days=5), 24, 420, 1.0, 0.35, truths.SPRING.extra_orders
        ),
        Campaign(
            truths.COFFEE.name, "咖啡优惠", "sms", coffee + timedelta(days=6), 21, 380, 1.0, 0.35, truths.COFFEE.extra_orders
        ),
        Campaign("Win-back", "唤回老客", "email", coffee - timedelta(days=40), 28, 160, 1.0, 0.25, 0.05, dormant=True),
    ]
    replaced = f"Easter treats {spring.year}"  # that year's spring campaign stands in its place
    kept = [plan for plan in plans if start <= plan.starts <= end and plan.name != replaced]
    return tuple(sorted(kept, key=lambda plan: (plan.starts, plan.name)))


def _yearly(year: int) -> list[Campaign]:
    return [
        Campaign(f"Chinese New Year {year}", f"{year}年货节", "app push", date(year, 1, 12), 18, 170, 0.6, 0.15, 0.02),
        Campaign(f"Easter treats {year}", f"{year}复活节", "email", date(year, 3, 14), 16, 120, 0.5, 0.15, 0.01),
        Campaign(f"Summer sale {year}", f"{year}夏季特卖", "email", date(year, 7, 4), 18, 210, 0.7, 0.15, 0.03),
        Campaign(f"Mid-Autumn tea {year}", f"{year}中秋茶礼", "app push", date(year, 8, 31), 18, 140, 0.4, 0.15, 0.015),
        Campaign(f"Singles' Day {year}", f"{year}双十一", "sms", date(year, 11, 1), 11, 330, 0.7, 0.15, 0.02),
        Campaign(f"Black Friday {year}", f"{year}黑色星期五", "email", date(year, 11, 20), 12, 300, 0.8, 0.15, 0.03),
        Campaign(f"Christmas gifts {year}", f"{year}圣诞礼物", "email", date(year, 12, 3), 18, 260, 0.8, 0.15, 0.02),
        Campaign(f"Search ads {year}", f"{year}搜索广告", "ads", date(year, 1, 2), 360, 1_150, wins=world.ADS),
        Campaign(f"Social ads {year}", f"{year}社媒广告", "social", date(year, 1, 3), 360, 780, wins=world.SOCIAL),
        Campaign(f"Refer a friend {year}", f"{year}老带新", "referral", date(year, 1, 4), 360, 190, wins=world.REFERRAL),
        Campaign(f"Welcome mails {year}", f"{year}欢迎邮件", "email", date(year, 1, 5), 360, 110, wins=world.EMAIL),
    ]


def run(
    campaigns: tuple[Campaign, ...], orders: Orders, crowd: People, seed: int, end: date
) -> tuple[Orders, Touches]:
    """Touches customers and adds the orders that campaigns bring; orders then know the campaign they came through."""
    start = truths.first_day(end)
    touches, extra_customer, extra_day = [], [], []
    for code, campaign in enumerate(campaigns):
        if campaign.reach == 0:
            continue
        rng = columns.stream(seed, f"campaign {campaign.name}")
        touched = _touch(rng, code, campaign, orders, crowd, start)
        first_day, last_day = (campaign.starts - start).days, min((campaign.ends - start).days, (end - start).days)
        who = touched.customer[touched.pushed]
        touches.append(touched)
        extra_customer.append(who)
        later = rng.exponential(4, len(who)).astype(np.int64) % campaign.length
        extra_day.append(np.minimum(first_day + 1 + later, last_day))
    rng = columns.stream(seed, "campaign orders")
    extra = trade.placed(rng, crowd, np.concatenate(extra_customer), np.concatenate(extra_day))
    everything = Touches(**{f.name: np.concatenate([getattr(t, f.name) for t in touches]) for f in fields(Touches)})
    return _attributed(trade.merge(orders, extra), everything, campaigns, crowd, seed, start), everything


def _touch(rng: np.random.Generator, code: int, campaign: Campaign, orders: Orders, crowd: People, start: date) -> Touches:
    """Draws who is touched, treated, and moved to buy.

    The control is drawn within strata of what customers would do anyway, so that the difference between treated and
    control is the campaign's own and not luck.
    """
    first = (campaign.starts - start).days
    before = orders.customer[(orders.day < first) & (orders.customer != NONE)]
    eligible = crowd.consent & (crowd.signup < first - 14)
    eligible &= (np.bincount(before, minlength=crowd.count) > 0) | ((crowd.signup < 0) & (crowd.entry != NONE))
    if campaign.dormant:
        lately = orders.customer[(orders.day < first) & (orders.day >= first - _DORMANT_DAYS) & (orders.customer != NONE)]
        eligible &= np.bincount(lately, minlength=crowd.count) == 0
    drawn = np.flatnonzero(eligible & (rng.random(crowd.count) < campaign.reach))
    sent = first * DAY_SECONDS + _SEND_HOUR * 3600 + rng.integers(0, 5_400, len(drawn))
    opening = first * DAY_SECONDS + _SEND_HOUR * 3600
    window = (orders.second > opening) & (orders.day < first + campaign.length) & (orders.customer != NONE)
    anyway = np.bincount(orders.customer[window], minlength=crowd.count)[drawn]
    rank = np.empty(len(drawn), dtype=np.int64)
    rank[np.lexsort((rng.random(len(drawn)), np.minimum(anyway, 3)))] = np.arange(len(drawn))
    control = np.floor((rank + 1) * campaign.control) > np.floor(rank * campaign.control)
    open_to_it = ~control & (anyway == 0) & (crowd.kind[drawn] != LAPSING)
    taste = np.where(crowd.interest[drawn] == world.GARDENING, 1.6, 0.92) if campaign.name == truths.SPRING.name else 1.0
    pushed = open_to_it & (rng.random(len(drawn)) < campaign.extra * taste)
    return Touches(np.full(len(drawn), code), drawn, sent, ~control, pushed)


def _attributed(
    orders: Orders, touches: Touches, campaigns: tuple[Campaign, ...], crowd: People, seed: int, start: date
) -> Orders:
    """Gives orders their campaign: first orders of customers won by an always-on one, orders of treated customers in the
    weeks of a direct one."""
    rng = columns.stream(seed, "attribution")
    credited = orders.campaign.copy()
    luck = rng.random(orders.count)
    known = np.flatnonzero(orders.customer != NONE)
    _, position = np.unique(orders.customer[known], return_index=True)
    is_first = np.zeros(orders.count, dtype=np.bool_)
    is_first[known[position]] = True
    for code, campaign in enumerate(campaigns):
        first = (campaign.starts - start).days
        running = (orders.day >= first) & (orders.day < first + campaign.length) & (orders.customer != NONE)
        if campaign.wins != NONE:
            won = running & is_first & (crowd.acquisition[orders.customer] == campaign.wins) & (luck < _FIRST_ORDER_SHARE)
            credited[won & (crowd.signup[orders.customer] >= 0)] = code
            continue
        mine = touches.campaign == code
        treated = np.zeros(crowd.count, dtype=np.bool_)
        treated[touches.customer[mine & touches.treated]] = True
        pushed = np.zeros(crowd.count, dtype=np.bool_)
        pushed[touches.customer[mine & touches.pushed]] = True
        after = running & (orders.second > first * DAY_SECONDS + (_SEND_HOUR + 2) * 3600)
        credited[after & treated[orders.customer] & ((luck < _ATTRIBUTED_SHARE) | pushed[orders.customer])] = code
    return replace(orders, campaign=credited)


def campaigns_table(campaigns: tuple[Campaign, ...], customers: int) -> pd.DataFrame:
    size = len(campaigns)
    index = np.arange(size)
    return columns.table("campaigns", {
        "campaign_id": columns.texts(index, campaign_ids(campaigns)),
        "name": columns.texts(index, [c.name for c in campaigns]),
        "channel": columns.texts(index, [c.channel for c in campaigns]),
        "starts_on": np.array([c.starts for c in campaigns], dtype="datetime64[s]"),
        "ends_on": np.array([c.ends for c in campaigns], dtype="datetime64[s]"),
        "cost": np.round(np.array([c.cost for c in campaigns]) * customers / 1_000, 2),
    })


def campaign_ids(campaigns: tuple[Campaign, ...]) -> list[str]:
    return [f"K{code + 1:02d}" for code in range(len(campaigns))]


def touches_table(
    campaigns: tuple[Campaign, ...], touches: Touches, orders: Orders, status: Ints, seed: int, start: date, days: int
) -> pd.DataFrame:
    """The touches with what followed: the first completed order from sending to the campaign's end is the conversion, in
    the control group as well."""
    rng = columns.stream(seed, "touches")
    converted = np.full(len(touches.campaign), NONE)
    counted = orders.taken((status == trade.COMPLETED) & (orders.customer != NONE))
    for code, campaign in enumerate(campaigns):
        mine = np.flatnonzero(touches.campaign == code)
        first = (campaign.starts - start).days
        opening = first * DAY_SECONDS + (_SEND_HOUR + 2) * 3600
        inside = counted.taken((counted.second > opening) & (counted.day < first + campaign.length))
        who, position = np.unique(inside.customer, return_index=True)
        when = np.full(orders.customer.max(initial=0) + 2, NONE)
        when[who] = inside.second[position]
        converted[mine] = when[np.minimum(touches.customer[mine], len(when) - 1)]
    rates = np.array([_OPEN_SHARE.get(c.channel, 0.0) for c in campaigns])[touches.campaign]
    size, keen = len(converted), np.where(converted != NONE, 1.25, 1.0)
    opened = touches.treated & ((rng.random(size) < rates * keen) | touches.pushed)
    clicked = opened & ((rng.random(size) < _CLICK_SHARE * keen) | touches.pushed)
    latest = np.where(converted != NONE, converted, days * DAY_SECONDS - 1)
    opened_at = np.minimum(touches.sent + 60 + rng.exponential(18_000, size).astype(np.int64), latest - 120)
    clicked_at = np.minimum(opened_at + 5 + rng.exponential(60, size).astype(np.int64), latest - 60)
    return columns.table("campaign_touches", {
        "campaign_id": columns.texts(touches.campaign, campaign_ids(campaigns)),
        "customer_id": columns.numbered("", touches.customer + 1),
        "sent_at": columns.times(start, touches.sent),
        "variant": columns.texts((~touches.treated).astype(np.int64), ["treated", "control"]),
        "opened_at": columns.times(start, np.where(opened, opened_at, NONE)),
        "clicked_at": columns.times(start, np.where(clicked, clicked_at, NONE)),
        "converted_at": columns.times(start, converted),
    })
