"""From what a phrase names (the second quarter, last summer, two weeks ago) to its days. Knows no words of any language.

A period that a phrase leaves without a year is the most recent one that has begun: in November "May" is this year's, and
"December" last year's. A period that is not over is clipped to today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from analytics.period import DAY, Calendar, Grain, Period, add_months, last, rolling, start_of, step, this

Unit = Literal["hour", "day", "week", "fortnight", "month", "quarter", "half", "year", "decade"]
Which = Literal["this", "last", "past", "next", "before_last"]
Kind = Literal["span", "future", "length", "ago", "all_time", "year", "day", "today"]
Part = Literal["early", "mid", "late"]

#: Start of a period without a beginning ("before 2024", "of all time"); the caller replaces it by the data's first day.
OPEN_START = date(1900, 1, 1)
_GRAIN: dict[str, tuple[Grain, int]] = {
    "day": ("day", 1), "week": ("week", 1), "fortnight": ("week", 2), "month": ("month", 1), "quarter": ("quarter", 1),
    "half": ("month", 6), "year": ("year", 1), "decade": ("year", 10),
}
#: What parts of a unit are counted in: half a year is six months.
_FINER: dict[str, tuple[Grain, int]] = {"half": ("month", 6), "year": ("month", 12), "month": ("day", 30), "week": ("day", 7)}
#: First month and length of the meteorological seasons of the northern hemisphere, and of the summer holidays.
SEASONS: dict[str, tuple[int, int]] = {
    "spring": (3, 3), "summer": (6, 3), "autumn": (9, 3), "winter": (12, 3), "summer_holidays": (7, 2),
}


@dataclass(frozen=True)
class Clock:
    """What a phrase is relative to."""

    today: date
    calendar: Calendar
    country: str | None = None
    day_first: bool = False


@dataclass(frozen=True)
class Reading:
    """One phrase understood: its period (None for a bare length), other fair readings, and what it leaves open.

    `open_year`: no year was said, so a neighbour may give one. `count` and `unit` are those of a length ("90 days"),
    `up_to` its upper end where two are said ("60 to 90 days"). `holiday` names one whose days move from year to year.
    """

    period: Period | None = None
    kind: Kind = "span"
    alternatives: tuple[Period, ...] = ()
    open_year: bool = False
    count: float = 0
    unit: Unit | None = None
    up_to: float = 0
    holiday: str = ""


@dataclass(frozen=True)
class Rule:
    """A phrase: its pattern, what builds its reading, and substrings of which one must be there for it to be tried."""

    pattern: re.Pattern[str]
    build: Callable[[re.Match[str], Clock], Reading | None]
    triggers: tuple[str, ...]


def rule(triggers: str, pattern: str, builder: Callable[[re.Match[str], Clock], Reading | None]) -> Rule:
    """A rule; `triggers` are substrings separated by spaces, "0" stands for any digit, none for always."""
    return Rule(re.compile(pattern), builder, tuple(triggers.split()))


def applicable(rules: Sequence[Rule], text: str) -> Iterator[Rule]:
    """The rules that can match the text at all."""
    digits = any(char.isdigit() for char in text)
    for candidate in rules:
        if not candidate.triggers or any(t in text if t != "0" else digits for t in candidate.triggers):
            yield candidate


def single_day(days_back: int, kind: Kind = "day") -> Callable[[re.Match[str], Clock], Reading | None]:
    """A builder of the day that lies `days_back` before today."""

    def built(m: re.Match[str], clock: Clock) -> Reading:
        first = clock.today - DAY * days_back
        return Reading(Period(first, first + DAY, "day", 1), kind, count=max(0, -days_back), unit="day")

    return built


def until_end_of(unit: Unit, clock: Clock) -> Reading | None:
    """From tomorrow to the end of today's unit: the rest of the year, month end."""
    found = one("this", unit, clock).period
    if found is None:
        return None
    start = clock.today + DAY
    end = max(start, whole(found).end)
    return Reading(Period(start, end), "future", count=max(1, (end - start).days), unit="day")


def whole(period: Period) -> Period:
    """The period as if it were over."""
    return replace(period, end=period.full_end, full_end=None) if period.full_end else period


def in_year(period: Period, year: int, today: date) -> Period:
    """The same days of another year, clipped to today."""
    full = whole(period)
    shift = 12 * (year - full.start.year)
    moved = replace(full, start=add_months(full.start, shift), end=add_months(full.end, shift))
    return moved.clipped(today)


def placed(period: Period, clock: Clock, *, months: int = 0, open_year: bool = False) -> Reading:
    """The period as a reading: clipped to today, or a look ahead (of `months`, else of the days up to its end) where it
    has not begun."""
    if period.start <= clock.today:
        return Reading(period.clipped(clock.today), open_year=open_year)
    if months:
        return Reading(period, "future", open_year=open_year, count=months, unit="month")
    return Reading(period, "future", open_year=open_year, count=max(1, (period.end - clock.today).days), unit="day")

def recent(period: Period, clock: Clock) -> Period:
    """The most recent occurrence that has begun of days that a phrase names without a year."""
    full = whole(period)
    while full.start > clock.today:
        full = replace(full, start=add_months(full.start, -12), end=add_months(full.end, -12))
    return full.clipped(clock.today)


def last_n(count: float, unit: Unit, clock: Clock, complete: bool = False) -> Reading:
    """The last N units: rolling up to today, or (quarters, or where "complete" is said) the complete ones before today's."""
    if unit == "hour":
        days = max(1, -(-int(count) // 24))
        return Reading(rolling(days, "day", clock.today))
    grain, size = _GRAIN[unit]
    if unit == "half" or count != int(count):
        grain, size = _FINER.get(unit, (grain, size))
    number = max(1, round(count * size))
    flowing, calendar_units = rolling(number, grain, clock.today), last(number, grain, clock.today, clock.calendar)
    if grain == "day":
        return Reading(flowing, alternatives=(calendar_units,), count=count, unit=unit)
    first, second = (calendar_units, flowing) if complete or unit == "quarter" else (flowing, calendar_units)
    return Reading(first, alternatives=(second,), count=count, unit=unit)


def next_n(count: float, unit: Unit, clock: Clock) -> Reading:
    """The next N units, from tomorrow."""
    start = clock.today + DAY
    grain, size = _GRAIN.get(unit, ("day", 1))
    if count != int(count):
        grain, size = _FINER.get(unit, (grain, size))
    number = max(1, round(count * size))
    return Reading(Period(start, step(grain, start, number), grain, number), "future", count=count, unit=unit)


def one(which: Which, unit: Unit, clock: Clock) -> Reading:
    """This, last, past (rolling), next unit, or the one before last."""
    if unit in ("hour", "decade", "fortnight"):
        return next_n(1, unit, clock) if which == "next" else last_n(1, unit, clock)
    if unit == "half":
        return _half_year(which, clock)
    grain = _GRAIN[unit][0]
    current = this(grain, clock.today, clock.calendar, name=f"this_{unit}")
    if which == "this":
        return Reading(current, count=1, unit=unit)
    if which == "next":
        following = step(grain, current.start)
        return Reading(Period(following, step(grain, following), grain, 1, name=f"next_{unit}"), "future", count=1, unit=unit)
    if which == "before_last":
        return Reading(Period(step(grain, current.start, -2), step(grain, current.start, -1), grain, 1), count=1, unit=unit)
    complete, flowing = last(1, grain, clock.today, clock.calendar, name=f"last_{unit}"), rolling(1, grain, clock.today)
    if which == "past":
        return Reading(flowing, alternatives=(complete,), count=1, unit=unit)
    return Reading(complete, alternatives=(flowing,), count=1, unit=unit)


def after_next(unit: Unit, clock: Clock) -> Reading:
    """The unit after the next one."""
    grain = _GRAIN[unit][0]
    start = step(grain, start_of(grain, clock.today, clock.calendar), 2)
    return placed(Period(start, step(grain, start), grain, 1), clock)


def _half_year(which: Which, clock: Clock) -> Reading:
    if which == "past":
        return last_n(6, "month", clock)
    year = start_of("year", clock.today, clock.calendar)
    start = year if clock.today < add_months(year, 6) else add_months(year, 6)
    moved = add_months(start, {"this": 0, "last": -6, "next": 6, "before_last": -12}[which])
    period = Period(moved, add_months(moved, 6), "month", 6)
    return placed(period, clock, months=6)


def to_date(unit: Unit, clock: Clock) -> Reading:
    """From the start of the unit up to and with today."""
    grain = _GRAIN[unit][0]
    name = "year_to_date" if unit == "year" else f"this_{unit}"
    return Reading(this(grain, clock.today, clock.calendar, name=name))


def ago(count: float, unit: Unit, clock: Clock) -> Reading:
    """The unit that holds the day N units ago; for days that day."""
    if unit == "hour":
        return Reading(Period(clock.today, clock.today + DAY, "day", 1), "ago", count=count, unit=unit)
    grain, size = _GRAIN[unit]
    day = step(grain, clock.today, -max(1, round(count * size)))
    grain = "month" if unit == "half" else grain
    start = start_of(grain, day, clock.calendar)
    return Reading(Period(start, step(grain, start), grain, 1).clipped(clock.today), "ago", count=count, unit=unit)


def fiscal_year(year: int, clock: Clock) -> Period:
    """FY25: the fiscal year that ends in 2025 (where it starts in January: the calendar year)."""
    first = clock.calendar.fiscal_year_start
    start = date(year if first == 1 else year - 1, first, 1)
    return Period(start, add_months(start, 12), "year", 1)


def calendar_year(year: int, clock: Clock) -> Reading:
    return Reading(Period(date(year, 1, 1), date(year + 1, 1, 1), "year", 1).clipped(clock.today), "year")


def months(first: int, count: int, year: int | None, clock: Clock, grain: Grain = "month", units: int = 1) -> Reading:
    """`count` months from month `first` of `year`; without a year the most recent that has begun."""
    start = date(year or clock.today.year, first, 1)
    period = Period(start, add_months(start, count), grain, units)
    if year:
        return placed(period, clock, months=count)
    return Reading(recent(period, clock), open_year=True)


def month_before(first: int, clock: Clock) -> Reading:
    """ "Last March": the most recent March that is over."""
    start = date(clock.today.year, first, 1)
    while add_months(start, 1) > clock.today:
        start = add_months(start, -12)
    return Reading(Period(start, add_months(start, 1), "month", 1))


def month_ahead(first: int, clock: Clock) -> Reading:
    """ "Next March": the first March that has not begun."""
    start = date(clock.today.year, first, 1)
    if start <= clock.today:
        start = add_months(start, 12)
    return Reading(Period(start, add_months(start, 1), "month", 1), "future", count=1, unit="month")


def quarter(number: int, year: int | None, clock: Clock, fiscal_label: bool = False) -> Reading:
    """Quarter of the (fiscal) year; without a year the most recent that has begun."""
    first = clock.calendar.fiscal_year_start
    month = (first - 1 + 3 * (number - 1)) % 12 + 1
    if year is not None and first != 1:
        start = fiscal_year(year, clock).start if fiscal_label else date(year, first, 1)
        start = add_months(start, 3 * (number - 1))
        return placed(Period(start, add_months(start, 3), "quarter", 1), clock, months=3)
    return months(month, 3, year, clock, "quarter")


def half(number: int, year: int | None, clock: Clock) -> Reading:
    """First or second half of the (fiscal) year."""
    month = (clock.calendar.fiscal_year_start - 1 + 6 * (number - 1)) % 12 + 1
    return months(month, 6, year, clock, "month", 6)


def part_of(period: Period, part: Part, clock: Clock) -> Period:
    """Early, middle or late: thirds of a month (1-10, 11-20, 21-end), first, middle or last month of a quarter, first or
    last month of a year (its middle: May to August), first or last half of a week."""
    full = whole(period)
    if full.grain == "month" and full.count == 1:
        first, second = full.start + DAY * 10, full.start + DAY * 20
    elif full.grain in ("quarter", "year") or full.count >= 3:
        length = round(full.days / 30.44)
        first, second = add_months(full.start, 1), add_months(full.end, -1)
        if part == "mid" and length >= 12:
            first, second = add_months(full.start, 4), add_months(full.end, -4)
    else:
        third = timedelta(days=max(1, full.days // 3))
        first, second = full.start + third, full.end - third
    start, end = {"early": (full.start, first), "mid": (first, second), "late": (second, full.end)}[part]
    return Period(start, end).clipped(clock.today)


def day(year: int | None, month: int, number: int, clock: Clock) -> Reading | None:
    """One day; without a year the most recent. None where there is no such day."""
    try:
        first = date(year or clock.today.year, month, number)
        if year is None and first > clock.today:
            first = date(first.year - 1, month, number)
    except ValueError:
        return None
    return Reading(Period(first, first + DAY, "day", 1), "day", open_year=year is None)


def weekday(number: int, which: Literal["last", "this", "next", None], clock: Clock, before: int = 0) -> Reading:
    """A weekday (1 Monday .. 7 Sunday): "this" of the current week, else the most recent one that is past or, without
    "last", today. `before` moves whole weeks back."""
    back = (clock.today.isoweekday() - number) % 7
    if which == "next":
        first = clock.today + DAY * ((number - clock.today.isoweekday()) % 7 or 7)
        return Reading(Period(first, first + DAY, "day", 1), "future", count=(first - clock.today).days, unit="day")
    if which == "this":
        first = start_of("week", clock.today, clock.calendar)
        first += DAY * ((number - first.isoweekday()) % 7)
        return Reading(Period(first, first + DAY, "day", 1), "future" if first > clock.today else "day")
    first = clock.today - DAY * (back or (7 if which == "last" else 0)) - DAY * 7 * before
    return Reading(Period(first, first + DAY, "day", 1), "day")


def weekday_of_last_week(number: int, clock: Clock, weeks: int = 1) -> Reading:
    """上周五: Friday of the calendar week before."""
    monday = clock.today - DAY * (clock.today.isoweekday() - 1)
    first = monday - DAY * 7 * weeks + DAY * (number - 1)
    return Reading(Period(first, first + DAY, "day", 1), "future" if first > clock.today else "day")


def weekend(which: Literal["last", "this", "next", None], clock: Clock) -> Reading:
    """Saturday and Sunday. Without a word the most recent that has begun; "last" the most recent that is over; "this" on
    a working day the one to come, with the one past as the other reading."""
    saturday = clock.today - DAY * ((clock.today.isoweekday() - 6) % 7)
    current = Period(saturday, saturday + DAY * 2)
    coming = Period(saturday + DAY * 7, saturday + DAY * 9)
    if which == "next":
        return Reading(coming, "future", count=(coming.end - clock.today).days, unit="day")
    if which == "last" and current.end > clock.today:
        return Reading(Period(saturday - DAY * 7, saturday - DAY * 5))
    if which == "this" and current.end <= clock.today:
        return Reading(current, alternatives=(coming,))
    return Reading(current.clipped(clock.today))


def season(name: str, year: int | None, which: Literal["last", "this", "next", None], clock: Clock) -> Reading:
    """A meteorological season. Without a year the most recent that has begun, with "last" the most recent that is over;
    winter belongs to the year in which it begins."""
    first, count = SEASONS[name]
    if year:
        return months(first, count, year, clock)
    start = date(clock.today.year, first, 1)
    if which == "next":
        start = start if start > clock.today else add_months(start, 12)
        return Reading(Period(start, add_months(start, count), "month", count), "future", count=count, unit="month")
    while start > clock.today or (which == "last" and add_months(start, count) > clock.today):
        start = add_months(start, -12)
    period = Period(start, add_months(start, count), "month", count).clipped(clock.today)
    return Reading(period, open_year=which is None)


def all_time(clock: Clock) -> Reading:
    return Reading(Period(OPEN_START, clock.today + DAY, name="all_time"), "all_time")


def edge_of(period: Period, end: Literal["first", "last"], count: int, unit: Unit, clock: Clock) -> Period | None:
    """The first or last N days, weeks, months or quarters of a period."""
    if unit not in ("day", "week", "month", "quarter"):
        return None
    full, grain = whole(period), _GRAIN[unit][0]
    start, stop = (full.start, step(grain, full.start, count)) if end == "first" else (step(grain, full.end, -count), full.end)
    if start < full.start or stop > full.end:
        return None
    aligned = grain in ("month", "quarter")
    return Period(start, stop, grain if aligned else None, count if aligned else 0).clipped(clock.today)
