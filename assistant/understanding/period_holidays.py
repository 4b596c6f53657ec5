"""Holidays and shopping days with the days that a question about them means.

One day: Thanksgiving (US 4th Thursday of November, Canada 2nd Monday of October), Black Friday, Cyber Monday, Valentine's,
Halloween, Mother's and Father's Day, New Year's Day, 七夕, 元宵, 重阳, 520, 三八, 六一. Several: Christmas 24-26 December (its
season: all of December), the holiday season November and December, Easter Good Friday to Easter Monday, 618 1-18 June,
双十一 1-11 November, 双十二 1-12 December, 国庆 1-7 October, 春节 the eve and seven days, 五一 1-5 May, 元旦 1-3 January, 清明,
端午 and 中秋 the day with its neighbours, 年货节 the four weeks up to a week before the eve. "the day" (当天) is the day itself.
Lunar dates come from the calendar of the `holidays` package (1901-2099), movable Christian ones from the Gregorian computus
(Meeus, Astronomical Algorithms, 1991, chapter 8).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Literal

from analytics.period import DAY, Period, add_months
from assistant.understanding.period_build import Clock, Reading, placed

Span = tuple[date, date]
_DATED: dict[str, tuple[int, int, int, int]] = {
    "new_year": (1, 1, 1, 1), "new_years_eve": (12, 31, 12, 31), "yuandan": (1, 1, 1, 3), "valentines": (2, 14, 2, 14),
    "womens_day": (3, 8, 3, 8), "st_patricks": (3, 17, 3, 17), "labour_cn": (5, 1, 5, 5), "may_20": (5, 20, 5, 20),
    "childrens_day": (6, 1, 6, 1), "618": (6, 1, 6, 18), "618_day": (6, 18, 6, 18), "july_4": (7, 4, 7, 4), "88": (8, 8, 8, 8),
    "818": (8, 18, 8, 18), "99": (9, 9, 9, 9), "teachers_day": (9, 10, 9, 10), "national_cn": (10, 1, 10, 7),
    "halloween": (10, 31, 10, 31), "singles_day": (11, 1, 11, 11), "singles_day_day": (11, 11, 11, 11),
    "double_12": (12, 1, 12, 12), "double_12_day": (12, 12, 12, 12), "christmas": (12, 24, 12, 26),
    "christmas_eve": (12, 24, 12, 24),
    "christmas_day": (12, 25, 12, 25), "boxing_day": (12, 26, 12, 26), "christmas_season": (12, 1, 12, 31),
    "holiday_season": (11, 1, 12, 31),
}
_LUNAR: dict[str, tuple[str, int, int]] = {
    "spring_festival": ("lunar_new_year_date", -1, 6), "spring_festival_day": ("lunar_new_year_date", 0, 0),
    "spring_festival_eve": ("lunar_new_year_date", -1, -1), "new_year_goods": ("lunar_new_year_date", -29, -8),
    "lantern": ("lunar_new_year_date", 14, 14), "dragon_boat": ("dragon_boat_date", -1, 1),
    "mid_autumn": ("mid_autumn_date", -1, 1),
    "double_ninth": ("double_ninth_date", 0, 0),
}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, number = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, number + 1)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The number-th ISO weekday of a month; -1 is the last."""
    if number < 0:
        end = add_months(date(year, month, 1), 1) - DAY
        return end - DAY * ((end.isoweekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + DAY * ((weekday - first.isoweekday()) % 7 + 7 * (number - 1))


def _thanksgiving(year: int, country: str | None) -> date:
    return _nth(year, 10, 1, 2) if country == "CA" else _nth(year, 11, 4, 4)


def _black_friday(year: int) -> date:
    return _nth(year, 11, 4, 4) + DAY


_MOVABLE: dict[str, Callable[[int, str | None], Span]] = {
    "thanksgiving": lambda y, c: (_thanksgiving(y, c), _thanksgiving(y, c)),
    "thanksgiving_weekend": lambda y, c: (_thanksgiving(y, c), _thanksgiving(y, c) + DAY * 3),
    "black_friday": lambda y, c: (_black_friday(y), _black_friday(y)),
    "black_friday_weekend": lambda y, c: (_black_friday(y), _black_friday(y) + DAY * 3),
    "black_friday_week": lambda y, c: (_black_friday(y) - DAY * 4, _black_friday(y) + DAY * 3),
    "cyber_monday": lambda y, c: (_black_friday(y) + DAY * 3, _black_friday(y) + DAY * 3),
    "easter": lambda y, c: (easter(y) - DAY * 2, easter(y) + DAY),
    "good_friday": lambda y, c: (easter(y) - DAY * 2, easter(y) - DAY * 2),
    "easter_sunday": lambda y, c: (easter(y), easter(y)),
    "easter_monday": lambda y, c: (easter(y) + DAY, easter(y) + DAY),
    "mothers_day": lambda y, c: (easter(y) - DAY * 21,) * 2 if c in ("GB", "IE") else (_nth(y, 5, 7, 2),) * 2,
    "fathers_day": lambda y, c: (_nth(y, 6, 7, 3),) * 2,
    "memorial_day": lambda y, c: (_nth(y, 5, 1, -1),) * 2,
    "labor_day": lambda y, c: (_nth(y, 9, 1, 1),) * 2,
    "qingming": lambda y, c: (_qingming(y) - DAY, _qingming(y) + DAY),
    "qixi": lambda y, c: (_qixi(y),) * 2,
}


def _qingming(year: int) -> date:
    """Solar longitude 15 degrees; the almanac's approximation for the 21st century."""
    two = year % 100
    return date(year, 4, int(two * 0.2422 + 4.81) - two // 4)


#: Seventh day of the seventh lunar month, which the package does not know: month and day by year from 2010.
_QIXI = (
    816, 806, 823, 813, 802, 820, 809, 828, 817, 807, 825, 814, 804, 822, 810, 829, 819, 808, 826, 816, 805, 824, 812, 801,
    820, 810,
)


def _qixi(year: int) -> date:
    """七夕; outside the table 38 days before Mid-Autumn, which may be a day off."""
    if 0 <= year - 2010 < len(_QIXI):
        return date(year, *divmod(_QIXI[year - 2010], 100))
    return _lunar(year, "mid_autumn_date") - DAY * 38


@lru_cache(maxsize=512)
def _lunar(year: int, name: str) -> date:
    # Imported here: the package takes a tenth of a second that only a question about a lunar day should pay.
    from holidays.calendars import _ChineseLunisolar

    return getattr(_ChineseLunisolar(), name)(year)[0]


def _span(name: str, year: int, clock: Clock) -> Span:
    if name in _DATED:
        first_month, first_day, last_month, last_day = _DATED[name]
        return date(year, first_month, first_day), date(year, last_month, last_day)
    if name in _LUNAR:
        method, before, after = _LUNAR[name]
        day = _lunar(year, method)
        return day + DAY * before, day + DAY * after
    return _MOVABLE[name](year, clock.country)


def holiday(name: str, year: int | None, which: Literal["last", "this", "next", None], clock: Clock) -> Reading:
    """The holiday of a year; without a year the most recent that has begun, "last" that is over, "next" that comes."""
    if name == "bank_holiday":
        return _bank_holiday(clock)
    if year is None and which == "this":
        year = clock.today.year
    if year is not None:
        first, end = _span(name, year, clock)
        return placed(Period(first, end + DAY), clock)
    years = range(clock.today.year + 1, clock.today.year - 3, -1)
    spans = [_span(name, candidate, clock) for candidate in years]
    if which == "next":
        first, end = min(span for span in spans if span[0] > clock.today)
        return placed(Period(first, end + DAY), clock)
    past = [span for span in spans if (span[1] if which == "last" else span[0] - DAY) < clock.today]
    first, end = past[0]
    return Reading(Period(first, end + DAY).clipped(clock.today), open_year=which is None, holiday=name)


def in_year_of(name: str, year: int, clock: Clock) -> Period:
    """The holiday of another year, for phrases whose year is said elsewhere ("last year at Easter")."""
    first, end = _span(name, year, clock)
    return Period(first, end + DAY)


def _bank_holiday(clock: Clock) -> Reading:
    """The most recent public holiday of the country (default: England) with the weekend that touches it."""
    import holidays

    country = clock.country or "GB"
    years = (clock.today.year - 1, clock.today.year)
    table = holidays.country_holidays(country, subdiv="ENG" if country == "GB" else None, years=years)
    day = max((d for d in table if d <= clock.today), default=clock.today)
    first = last = day
    if day.isoweekday() == 1:
        first = day - DAY * 2
    elif day.isoweekday() == 5:
        last = day + DAY * 2
    return Reading(Period(first, last + DAY).clipped(clock.today))
