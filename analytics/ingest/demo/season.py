"""When people buy: relative demand by day and country, and by month and category, around the real holidays.

Holidays come from the holidays package. Owns no order and draws nothing at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np

from analytics.ingest.demo import truths
from analytics.ingest.demo.columns import Floats
from analytics.ingest.demo.world import CHINA, GERMANY, TEA, UK

#: Demand Monday to Sunday in each country.
_WEEK = (
    (0.95, 0.92, 0.93, 0.97, 1.05, 1.12, 1.06), (0.97, 0.94, 0.95, 0.98, 1.06, 1.15, 0.95), (0.93, 0.92, 0.94, 0.96, 1.03, 1.12,
    1.10)
)
_YEARLY_GROWTH = 0.07
#: Category weights January to December: coffee, tea, toys, kitchen, garden; the west (UK, Germany) and China.
_WEST = (
    (1.15, 1.20, 0.70, 1.00, 0.35), (1.10, 1.10, 0.70, 0.95, 0.60), (1.05, 1.00, 0.75, 0.95, 1.30), (1.00, 0.95, 0.80, 0.90,
    1.90),
    (0.95, 0.90, 0.80, 0.90, 2.20), (0.90, 0.85, 0.85, 0.90, 1.80), (0.90, 0.80, 0.90, 0.90, 1.35), (0.90, 0.85, 0.85, 0.90,
    1.05),
    (1.05, 1.00, 0.85, 0.95, 0.95), (1.10, 1.10, 1.00, 1.00, 0.75), (1.10, 1.15, 1.70, 1.15, 0.45), (1.10, 1.15, 2.50, 1.30,
    0.30),
)
_EAST = (
    (1.05, 1.35, 1.05, 1.10, 0.55), (1.00, 1.20, 1.05, 1.00, 0.70), (1.00, 1.05, 0.85, 0.95, 1.35), (1.00, 1.25, 0.85, 0.95,
    1.60),
    (0.95, 1.10, 1.20, 0.95, 1.75), (0.95, 0.95, 1.25, 1.00, 1.20), (0.95, 0.85, 0.95, 0.95, 1.00), (0.95, 0.90, 0.95, 0.95,
    0.95),
    (1.00, 1.45, 0.90, 1.00, 0.95), (1.05, 1.10, 0.95, 1.00, 0.90), (1.05, 1.05, 1.35, 1.15, 0.70), (1.05, 1.10, 1.55, 1.05,
    0.50),
)


@dataclass(frozen=True)
class Occasions:
    """The days of one year that move demand."""

    black_friday: date
    christmas: date
    good_friday: date
    new_year: date
    mid_autumn: date
    singles_day: date
    mid_year: date


def occasions(year: int) -> Occasions:
    """The year's occasions: the first day of the Chinese New Year holiday, the Friday after Thanksgiving, and so on."""
    britain = holidays.country_holidays("GB", subdiv="ENG", years=year, language="en_GB")
    america = holidays.country_holidays("US", years=year, language="en_US")
    china = holidays.country_holidays("CN", years=year, language="en_US")
    return Occasions(
        black_friday=_first(america, "Thanksgiving") + timedelta(days=1),
        christmas=_first(britain, "Christmas Day"),
        good_friday=_first(britain, "Good Friday"),
        new_year=_first(china, "Spring Festival"),
        mid_autumn=_first(china, "Mid-Autumn"),
        singles_day=date(year, 11, 11),
        mid_year=date(year, 6, 18),
    )


def _first(calendar: holidays.HolidayBase, name: str) -> date:
    return min(day for day, title in calendar.items() if name in title)


def daily_demand(start: date, days: int) -> Floats:
    """Relative demand by country and day, with a mean of 1 in each country over the whole time."""
    years = range(start.year, (start + timedelta(days=days)).year + 1)
    index = np.arange(days)
    weekday = (start.weekday() + index) % 7
    demand = np.array([np.array(week)[weekday] for week in _WEEK]) * (1 + _YEARLY_GROWTH) ** (index / 365.25)
    for year in years:
        _apply_west(demand, start, occasions(year), year)
        _apply_china(demand, start, occasions(year), year)
    return demand / demand.mean(axis=1, keepdims=True)


def _raise(demand: Floats, country: int, start: date, first: date, last: date, begin: float, finish: float) -> None:
    """Multiplies demand from `first` to `last` by factors that go evenly from `begin` to `finish`."""
    length = (last - first).days + 1
    for step, factor in enumerate(np.linspace(begin, finish, length)):
        day = (first - start).days + step
        if 0 <= day < demand.shape[1]:
            demand[country, day] *= factor


def _apply_west(demand: Floats, start: date, year: Occasions, number: int) -> None:
    day = timedelta(days=1)
    for country, code in ((UK, "GB"), (GERMANY, "DE")):
        for closed in holidays.country_holidays(code, subdiv="ENG" if code == "GB" else None, years=number):
            _raise(demand, country, start, closed, closed, 0.75, 0.75)
        friday = year.black_friday
        _raise(demand, country, start, friday - 4 * day, friday - day, 1.15, 1.5)
        _raise(demand, country, start, friday, friday, truths.BLACK_FRIDAY.factor, truths.BLACK_FRIDAY.factor)
        _raise(demand, country, start, friday + day, friday + 3 * day, 2.0, 1.9)
        _raise(demand, country, start, friday + 4 * day, year.christmas - 5 * day, 1.35, truths.CHRISTMAS.factor)
        _raise(demand, country, start, year.christmas - 4 * day, year.christmas - day, 1.6, 0.7)
        _raise(demand, country, start, year.christmas, year.christmas + day, 0.4, 0.6)
        _raise(demand, country, start, date(number, 1, 2), date(number, 1, 31), 0.8, 0.9)
        _raise(demand, country, start, year.good_friday - 14 * day, year.good_friday - day, 1.05, 1.3)


def _apply_china(demand: Floats, start: date, year: Occasions, number: int) -> None:
    day = timedelta(days=1)
    singles, half, new_year = year.singles_day, year.mid_year, year.new_year
    _raise(demand, CHINA, start, singles - 10 * day, singles - day, 1.1, 1.8)
    _raise(demand, CHINA, start, singles, singles, truths.SINGLES_DAY.factor, truths.SINGLES_DAY.factor)
    _raise(demand, CHINA, start, singles + day, singles + 7 * day, 0.7, 0.95)
    _raise(demand, CHINA, start, half - 7 * day, half - day, 1.1, 1.5)
    _raise(demand, CHINA, start, half, half, truths.MID_YEAR.factor, truths.MID_YEAR.factor)
    _raise(demand, CHINA, start, new_year - 24 * day, new_year - 3 * day, 1.2, truths.NEW_YEAR_RUN_UP.factor)
    _raise(demand, CHINA, start, new_year - 2 * day, new_year + 6 * day, truths.NEW_YEAR_LULL, truths.NEW_YEAR_LULL)
    _raise(demand, CHINA, start, year.mid_autumn - 12 * day, year.mid_autumn - day, 1.1, 1.45)
    _raise(demand, CHINA, start, date(number, 10, 1), date(number, 10, 5), 0.85, 0.85)


def category_demand() -> Floats:
    """Relative demand by country, month and category."""
    out = np.array([_WEST, _WEST, _EAST], dtype=np.float64)
    out[UK, :, TEA] *= 1.1
    out[CHINA, :, TEA] *= 1.3
    return out
