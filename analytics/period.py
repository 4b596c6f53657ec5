"""Periods: half-open spans of days, the grains they fall into, and the periods they are compared with.

Owns calendar arithmetic, including the fiscal year and the first day of the week. Reads no clock: today is injected.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
DAY = timedelta(days=1)
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Calendar:
    """First day of the week (1 Monday .. 7 Sunday, ISO) and first month of the fiscal year."""

    week_start: int = 1
    fiscal_year_start: int = 1


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the month's last day where that does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def start_of(grain: Grain, day: date, cal: Calendar = Calendar()) -> date:
    """First day of the grain that holds `day`; quarters and years follow the fiscal year."""
    if grain == "day":
        return day
    if grain == "week":
        return day - DAY * ((day.isoweekday() - cal.week_start) % 7)
    if grain == "month":
        return day.replace(day=1)
    months_in = (day.month - cal.fiscal_year_start) % 12
    into = months_in % 3 if grain == "quarter" else months_in
    return add_months(day.replace(day=1), -into)


def step(grain: Grain, day: date, count: int = 1) -> date:
    """`day` moved by `count` grains."""
    if grain in _MONTHS:
        return add_months(day, _MONTHS[grain] * count)
    return day + DAY * (7 if grain == "week" else 1) * count


@dataclass(frozen=True)
class Period:
    """Days from `start` up to but without `end`.

    `grain` and `count` say which calendar unit was meant (so that the one before is the month before, not "31 days
    before"); both are None/0 for a free span. `full_end` is the end of the whole unit when the period stops earlier
    because it is not over yet; then `partial` is true. `name` is the key of a spoken name such as last_month.
    """

    start: date
    end: date
    grain: Grain | None = None
    count: int = 0
    full_end: date | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period ends before it starts: {self.start} .. {self.end}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day that belongs to the period."""
        return self.end - DAY if self.end > self.start else self.start

    @property
    def partial(self) -> bool:
        return self.full_end is not None and self.full_end > self.end

    def clipped(self, today: date) -> Period:
        """The part up to and with `today`; a period that is not over remembers its full end."""
        if self.end <= today + DAY or self.start > today:
            return self
        return replace(self, end=today + DAY, full_end=self.full_end or self.end)

    def previous(self) -> Period:
        """The period of the same length just before; for an unfinished one the same part of the one before."""
        if self.grain is None or self.count < 1:
            return Period(self.start - DAY * self.days, self.start)
        start = step(self.grain, self.start, -self.count)
        if self.partial:
            end = min(start + DAY * self.days, self.start)
            return Period(start, end, self.grain, self.count, full_end=self.start)
        return Period(start, self.start, self.grain, self.count)

    def year_before(self) -> Period:
        """The same dates one year earlier (weeks: 52 weeks earlier, so that weekdays match)."""
        if self.grain == "week":
            return Period(self.start - DAY * 364, self.end - DAY * 364, "week", self.count)
        start, end = add_months(self.start, -12), add_months(self.end, -12)
        full = add_months(self.full_end, -12) if self.full_end else None
        return Period(start, end, self.grain, self.count, full_end=full)

    def covers(self, day: date) -> bool:
        return self.start <= day < self.end

    def buckets(self, grain: Grain, cal: Calendar = Calendar()) -> list[date]:
        """First days of every grain that the period touches, in order."""
        first, out = start_of(grain, self.start, cal), []
        index = 0
        while (day := step(grain, first, index)) < self.end:
            out.append(day)
            index += 1
        return out


def this(grain: Grain, today: date, cal: Calendar = Calendar(), name: str | None = None) -> Period:
    """The unfinished grain that holds `today`, up to and with `today`."""
    start = start_of(grain, today, cal)
    return Period(start, step(grain, start), grain, 1, name=name).clipped(today)


def last(count: int, grain: Grain, today: date, cal: Calendar = Calendar(), name: str | None = None) -> Period:
    """The `count` complete grains before the one that holds `today`."""
    end = start_of(grain, today, cal)
    return Period(step(grain, end, -count), end, grain, count, name=name)


def rolling(count: int, grain: Grain, today: date, name: str | None = None) -> Period:
    """The `count` grains that end with `today`: "last 30 days" includes today."""
    end = today + DAY
    return Period(step(grain, end, -count), end, grain, count, name=name)


def named(name: str, today: date, cal: Calendar = Calendar(), first: date | None = None) -> Period:
    """The period of a default's name: this_month, last_quarter, last_12_months, year_to_date, all_time ...

    `last_N_<grain>s` are rolling and end with `today`; `last_<grain>` is the complete one before. `all_time` starts on
    `first`, the data's first day.
    """
    if name == "all_time":
        return Period(min(first or today, today), today + DAY, name=name)
    if name == "year_to_date":
        return this("year", today, cal, name)
    head, _, rest = name.partition("_")
    if head == "this" and rest in GRAINS:
        return this(rest, today, cal, name)
    if head == "last" and rest in GRAINS:
        return last(1, rest, today, cal, name)
    number, _, unit = rest.partition("_")
    grain = next((known for known in GRAINS if known == unit.rstrip("s")), None)
    if head == "last" and number.isdigit() and grain is not None:
        return rolling(int(number), grain, today, name)
    raise ValueError(f"unknown period name: {name!r}")
