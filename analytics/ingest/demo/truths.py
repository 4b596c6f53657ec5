"""The planted truths of the demo company: what is really going on in it, and what an analysis must therefore find.

Owns the values and their windows. The generator reads them from here and tests hold the data to them, so the two cannot
drift apart. Windows are given relative to the last day of the data; nothing here is drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from analytics.period import Period, add_months

#: The last day of the demo company's data unless told otherwise.
END = date(2026, 11, 17)
#: Years of trade that end with the last day.
YEARS = 3

#: A good customer in Leeds: frequent, recent, with feedback and a ticket. Exists from 1,042 customers on.
GOOD_CUSTOMER = "1042"
GOOD_CUSTOMER_NAME = "Grace Holloway"
#: The only customer of that name: a loyal one in Bristol.
ANA_RUIZ = "87"
ANA_RUIZ_NAME = "Ana Ruiz"


def first_day(end: date) -> date:
    """The first day of trade: `YEARS` years end with `end`."""
    return add_months(end, -12 * YEARS) + timedelta(days=1)


def latest(month: int, end: date) -> Period:
    """The latest calendar month of that number that is over on `end`."""
    year = end.year if date(end.year, month, 28) + timedelta(days=4) <= end else end.year - 1
    start = date(year, month, 1)
    return Period(start, add_months(start, 1), "month", 1)


@dataclass(frozen=True)
class Champions:
    """Customers who buy often, up to the end, and are content.

    `share` of the customers who joined at least 400 days before the end; `orders_per_year` is the range of their true
    rates; they never lapse.
    """

    share: float
    orders_per_year: tuple[float, float]


@dataclass(frozen=True)
class LapsingRegulars:
    """Customers who bought as often as champions until they began to fade, `fades_days` (from, to) before the end.

    From then on they place only `kept` of their orders; `share` counts as that of champions. In the `bad_days` before,
    and after, `late_share` of their deliveries are late and their ratings lie about `rating_drop` lower.
    """

    share: float
    orders_per_year: tuple[float, float]
    fades_days: tuple[int, int]
    kept: float
    bad_days: int
    late_share: float
    rating_drop: float


@dataclass(frozen=True)
class CampaignTruth:
    """What a campaign really does to those who get it.

    `extra_orders` is the share of the treated without an order of their own in the window who place one because of the
    campaign. `uplift` is the range in which the measured difference in conversion, treated minus control, has to lie.
    """

    name: str
    month: int
    extra_orders: float
    uplift: tuple[float, float]


@dataclass(frozen=True)
class Pair:
    """Two products bought together: `probability` of the second in a basket that holds the first; `lift` at least."""

    first: str
    second: str
    probability: float
    lift: float


@dataclass(frozen=True)
class PriceCut:
    """Every unit price in `region` times `factor` during one calendar month, without any more demand.

    So the region's revenue falls by about 1 - factor in that month, through price and not through volume.
    """

    region: str
    month: int
    factor: float

    def period(self, end: date) -> Period:
        return latest(self.month, end)


@dataclass(frozen=True)
class CourierProblem:
    """One courier begins to deliver late and damaged `days` before the end.

    `share` of all deliveries are this courier's; `late` and `damaged` are the shares of its deliveries in that time,
    `usual_late` and `usual_damaged` those of every other delivery at any time.
    """

    courier: str
    courier_zh: str
    share: float
    days: int
    late: float
    damaged: float
    usual_late: float
    usual_damaged: float

    def period(self, end: date) -> Period:
        return Period(end - timedelta(days=self.days - 1), end + timedelta(days=1))


@dataclass(frozen=True)
class LatePayers:
    """Business customers who pay after the due date: `share` of them, more often with a low income.

    `late` is the share of their invoices that is paid late or never, `usual_late` that of the others' invoices.
    """

    share: float
    late: float
    usual_late: float
    terms_days: int


@dataclass(frozen=True)
class Stock:
    """A product whose stock does not fit its demand: `cover_days` at the demand of the last 13 weeks."""

    product: str
    cover_days: float


@dataclass(frozen=True)
class OftenReturned:
    """A product that comes back far more often than others: `rate` of the orders that hold it."""

    product: str
    rate: float


@dataclass(frozen=True)
class Peak:
    """A season: daily demand in `country` is at its highest about `factor` times that of an ordinary day."""

    name: str
    country: str
    factor: float


CHAMPIONS = Champions(share=0.05, orders_per_year=(10.0, 16.0))
LAPSING = LapsingRegulars(
    share=0.04, orders_per_year=(9.0, 15.0), fades_days=(75, 210), kept=0.1, bad_days=120, late_share=0.4, rating_drop=0.9
)
SPRING = CampaignTruth("Spring campaign", month=3, extra_orders=0.11, uplift=(0.05, 0.14))
COFFEE = CampaignTruth("Coffee offer", month=9, extra_orders=0.0, uplift=(-0.03, 0.03))
PAIR = Pair("espresso beans", "milk frother", probability=0.5, lift=5.0)
PRICE_CUT = PriceCut("East China", month=5, factor=0.65)
COURIER = CourierProblem(
    "Fleetwing", "飞羽快递", share=0.35, days=42, late=0.42, damaged=0.18, usual_late=0.05, usual_damaged=0.015
)
LATE_PAYERS = LatePayers(share=0.15, late=0.8, usual_late=0.06, terms_days=30)
OVERSTOCKED = Stock("garden gnome", cover_days=720.0)
UNDERSTOCKED = Stock("matcha powder", cover_days=5.0)
OFTEN_RETURNED = OftenReturned("glass teapot", rate=0.22)

BLACK_FRIDAY = Peak("Black Friday", "United Kingdom", 3.2)
CHRISTMAS = Peak("Christmas run-up", "United Kingdom", 1.9)
SINGLES_DAY = Peak("Singles' Day", "China", 5.0)
MID_YEAR = Peak("Mid-year sale", "China", 2.6)
NEW_YEAR_RUN_UP = Peak("Chinese New Year run-up", "China", 1.7)
#: Demand in China in the week of Chinese New Year itself, against an ordinary day: shops and couriers rest.
NEW_YEAR_LULL = 0.35
#: Toys sell at their highest in this month, garden products in this one.
TOYS_PEAK_MONTH = 12
GARDEN_PEAK_MONTH = 5
