"""People: who the customers are, and the traits behind their behaviour that no table shows.

Owns the draw of customers and the customers table. Places no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analytics.ingest.demo import columns, names, truths, world
from analytics.ingest.demo.columns import NONE, Flags, Floats, Ints

#: How a customer behaves in the long run.
ORDINARY, CHAMPION, LAPSING = range(3)
_BUSINESS_SHARE = 0.20
_CONSENT_SHARE = 0.70
_MEMBER_SHARE = 0.72
_ONE_TIME_SHARE = 0.17
_EARLIER_SHARE = 0.28
_MEAN_LIFE_DAYS = 620.0
_RATE_SHAPE, _RATE_MEAN = 1.15, 3.7
_MEDIAN_INCOME = (34_000, 38_000, 24_000)
#: Champions and lapsing regulars joined at least so long before the end.
_REGULAR_AFTER_DAYS = 400
_LATIN_IN_CHINA, _CHINESE_IN_WEST = 0.05, 0.05


@dataclass(frozen=True)
class People:
    """Customers as arrays, by position: customer_id is the position plus one. Days count from the first day of trade.

    `signup` may lie before the first day. Orders fall on days from `entry` up to `leave`; `entry` is `NONE` for those
    who never order. `rate` is orders per year while active, `fade` the day a lapsing regular begins to fade (else the
    end), `mood` the customer's general contentment, in standard deviations.
    """

    place: Ints
    country: Ints
    chinese_name: Flags
    writes_chinese: Flags
    female: Flags
    gender: Ints
    age_days: Ints
    income: Floats
    interest: Ints
    acquisition: Ints
    member: Flags
    consent: Flags
    business: Flags
    late_payer: Flags
    signup: Ints
    entry: Ints
    leave: Ints
    rate: Floats
    kind: Ints
    fade: Ints
    mood: Floats

    @property
    def count(self) -> int:
        return len(self.place)


def draw(customers: int, seed: int, days: int) -> People:
    """The customers of a company that traded for `days` days."""
    rng = columns.stream(seed, "people")
    place = columns.choose(rng, world.PLACE_WEIGHTS, customers)
    regulars = (truths.CHAMPIONS.share, truths.LAPSING.share)
    kind = columns.choose(rng, (1 - sum(regulars), *regulars), customers)
    before, during = -rng.integers(1, 366, customers), (days * rng.random(customers) ** 0.9).astype(np.int64)
    signup = np.sort(np.where(rng.random(customers) < _EARLIER_SHARE, before, during))
    acquisition = columns.choose(rng, [a.weight for a in world.ACQUISITION], customers)
    kind[signup > days - _REGULAR_AFTER_DAYS] = ORDINARY
    female = rng.random(customers) < 0.56
    mood = rng.normal(0, 1, customers)
    gender = np.where(rng.random(customers) < 0.02, NONE, np.where(female, 0, 1))
    consent, business = rng.random(customers) < _CONSENT_SHARE, rng.random(customers) < _BUSINESS_SHARE
    for person in known(customers):
        place[person.code], kind[person.code] = world.CITY_CODE[person.city], CHAMPION
        signup[person.code] = min(signup[person.code], days - 860)
        acquisition[person.code], mood[person.code] = world.REFERRAL, 1.0
        female[person.code], gender[person.code] = True, 0
        consent[person.code], business[person.code] = True, False
    country = world.PLACE_COUNTRY[place]
    chinese_name, writes_chinese = _languages(rng, country, customers)
    interest = columns.choose(rng, [1.2, 1.0, 1.3, 1.0, 1.0, 0.8, 0.8, 0.8], customers)
    interest[rng.random(customers) < 0.12] = NONE
    income = np.round(np.exp(rng.normal(0, 0.45, customers)) * np.array(_MEDIAN_INCOME)[country], -2)
    rate, leave, entry, fade = _habits(rng, kind, signup, acquisition, mood, days)
    poorer = income < 0.9 * np.array(_MEDIAN_INCOME)[country]
    late = truths.LATE_PAYERS.share * np.where(poorer, 1.7, 0.55)
    age = rng.normal(41 - 5 * (country == world.CHINA), 13, customers).clip(18, 84)
    return People(
        place=place, country=country, chinese_name=chinese_name, writes_chinese=writes_chinese, female=female, gender=gender,
        age_days=(age * 365.25).astype(np.int64), income=income, interest=interest, acquisition=acquisition,
        member=(rng.random(customers) < _MEMBER_SHARE) | (kind != ORDINARY), consent=consent, business=business,
        late_payer=business & (rng.random(customers) < late), signup=signup, entry=entry, leave=leave, rate=rate, kind=kind,
        fade=fade, mood=mood,
    )


def _languages(rng: np.random.Generator, country: Ints, customers: int) -> tuple[Flags, Flags]:
    """Who has a Chinese name and who writes Chinese; a few in China do not, a few in Britain do."""
    china = country == world.CHINA
    luck = rng.random(customers)
    named = np.where(china, luck >= _LATIN_IN_CHINA, (luck < _CHINESE_IN_WEST) & (country == world.UK))
    for person in known(customers):
        named[person.code] = False
    return named, named & (china | (rng.random(customers) < 0.6))


@dataclass(frozen=True)
class Known:
    """A customer who is known by name."""

    code: int
    name: str
    city: str


def known(customers: int) -> list[Known]:
    """The customers known by name in order of position, as far as there are so many customers."""
    both = (
        Known(int(truths.ANA_RUIZ) - 1, truths.ANA_RUIZ_NAME, "Bristol"),
        Known(int(truths.GOOD_CUSTOMER) - 1, truths.GOOD_CUSTOMER_NAME, "Leeds"),
    )
    return [person for person in both if person.code < customers]


def _habits(
    rng: np.random.Generator, kind: Ints, signup: Ints, acquisition: Ints, mood: Floats, days: int
) -> tuple[Floats, Ints, Ints, Ints]:
    """Rate, last active day (exclusive), day of the first order and day of fading of each customer.

    Rates are gamma and lives exponential, as in a Pareto/NBD world; the content order more and stay longer.
    """
    size = len(kind)
    rate = rng.gamma(_RATE_SHAPE, _RATE_MEAN / _RATE_SHAPE, size) * np.exp(0.12 * mood)
    for code, regular in ((CHAMPION, truths.CHAMPIONS.orders_per_year), (LAPSING, truths.LAPSING.orders_per_year)):
        rate = np.where(kind == code, rng.uniform(*regular, size), rate)
    lag = np.where(rng.random(size) < 0.65, rng.exponential(4, size), rng.exponential(50, size)).astype(np.int64)
    entry = np.where(signup < 0, 0, signup + np.where(kind == ORDINARY, lag, 0))
    leads = (rng.random(size) < np.array(world.NEVER_ORDER)[acquisition]) & (kind == ORDINARY)
    life = rng.exponential(_MEAN_LIFE_DAYS, size) * np.exp(0.45 * mood)
    once = (rng.random(size) < _ONE_TIME_SHARE * np.exp(-0.3 * mood)) & (signup >= 0)
    leave = np.where(kind == ORDINARY, np.where(once, entry, entry + life), days).clip(entry, days).astype(np.int64)
    fade = np.where(kind == LAPSING, days - rng.integers(*truths.LAPSING.fades_days, size), days)
    return rate, leave, np.where(leads | (entry >= days), NONE, entry), fade


def customers_table(people: People, tier: Ints, seed: int, end: date, start: date) -> pd.DataFrame:
    """The customers table; `tier` is the loyalty tier that spending has earned, `NONE` for non-members."""
    rng = columns.stream(seed, "customers")
    size = people.count
    number = np.arange(1, size + 1)
    given, family, latin = _names(rng, people)
    chinese = people.chinese_name & (people.country == world.CHINA)
    western = pc.binary_join_element_wise(given, family, " ")
    full = pc.if_else(pa.array(chinese), columns.joined(family, given), western)
    full = _with_known(full, size)
    place, unknown = people.place, ~np.isin(number - 1, [person.code for person in known(size)])
    birth = (end - start).days - people.age_days
    limit = np.round(np.exp(rng.normal(0.0, 0.7, size)) * 1_600 + 300, -2)
    return columns.table("customers", {
        "customer_id": columns.numbered("", number),
        "name": columns.strings(full),
        "email": columns.strings(_emails(latin, number, full, unknown & (rng.random(size) < 0.03))),
        "phone": columns.strings(_phones(people, number, unknown & (rng.random(size) < 0.08))),
        "gender": columns.texts(people.gender, [g.name for g in world.GENDERS]),
        "birth_date": columns.dates(start, birth, ~unknown | (rng.random(size) >= 0.05)),
        "income": np.where(unknown & (rng.random(size) < 0.10), np.nan, people.income),
        "city": columns.texts(place, [p.city for p in world.PLACES]),
        "region": columns.texts(world.PLACE_REGION[place], world.REGION_NAMES),
        "country": columns.texts(people.country, [c.name for c in world.COUNTRIES]),
        "interest": columns.texts(people.interest, [i.name for i in world.INTERESTS]),
        "signup_date": columns.dates(start, people.signup),
        "acquisition_channel": columns.texts(people.acquisition, [a.name for a in world.ACQUISITION]),
        "loyalty_tier": columns.texts(tier, [t.name for t in world.TIERS]),
        "marketing_consent": people.consent,
        "credit_limit": np.where(people.business, limit, np.nan),
    })


def _names(rng: np.random.Generator, people: People) -> tuple[pa.Array, pa.Array, Flags]:
    """Given names and surnames, and whether they are plain ASCII letters."""
    china = people.country == world.CHINA
    style = np.select([people.chinese_name & china, people.chinese_name, people.country == world.GERMANY], [2, 3, 1], 0)
    pick: Any = rng.random(people.count)
    other: Any = rng.random(people.count)
    women = (names.ENGLISH_WOMEN, names.GERMAN_WOMEN, _pairs(names.CHINESE_WOMEN), names.PINYIN_WOMEN)
    men = (names.ENGLISH_MEN, names.GERMAN_MEN, _pairs(names.CHINESE_MEN), names.PINYIN_MEN)
    surnames = (names.ENGLISH_SURNAMES, names.GERMAN_SURNAMES, names.CHINESE_SURNAMES, names.PINYIN_SURNAMES)
    given = _from_lists(np.where(people.female, style, style + 4), pick, (*women, *men))
    return given, _from_lists(style, other, surnames), style != 2


def _pairs(halves: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(first + second for first in halves[0] for second in halves[1])


def _from_lists(which: npt.NDArray[Any], share: Floats, lists: tuple[tuple[str, ...], ...]) -> pa.Array:
    """One entry per row, evenly from the list `which` says."""
    sizes = np.array([len(one) for one in lists])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    code = starts[which] + (share * sizes[which]).astype(np.int64)
    return columns.arrow_texts(code, [name for one in lists for name in one])


def _with_known(full: pa.Array, size: int) -> pa.Array:
    """Puts in the names of the customers who are known by name."""
    people = known(size)
    named = np.isin(np.arange(size), [person.code for person in people])
    return pc.replace_with_mask(full, pa.array(named), pa.array([person.name for person in people], pa.string()))


def _emails(latin: Flags, number: Ints, full: pa.Array, missing: Flags) -> pa.Array:
    """Addresses under reserved example domains: from the name where it is written in Latin letters, else from the id."""
    digits = columns.arrow_numbered("", number)
    local = pc.utf8_lower(pc.replace_substring(full, " ", "."))
    western = pc.replace_substring_regex(pc.binary_join_element_wise(local, digits, ""), r"[^a-z0-9.]", "e")
    western = pc.binary_join_element_wise(western, pa.scalar("@example.com"), "")
    eastern = pc.binary_join_element_wise(pa.scalar("user"), digits, pa.scalar("@example.org"), "")
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), pc.if_else(pa.array(latin), western, eastern))


def _phones(people: People, number: Ints, missing: Flags) -> pa.Array:
    """Numbers under area codes that nobody has."""
    codes = columns.arrow_texts(people.country, ["+44 1632 ", "+49 1000 ", "+86 100 "])
    padded = pc.utf8_lpad(columns.arrow_numbered("", number), 8, "0")
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), pc.binary_join_element_wise(codes, padded, ""))
