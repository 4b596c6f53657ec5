"""Which days a forecast is about, and the regular buckets that its series is made of.

Owns dates only: from a spoken period or horizon to the window that is forecast, from the data's ends to complete buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from analytics.finding import CannotAnswer
from analytics.period import DAY, Calendar, Grain, Period, add_months, start_of, step
from analytics.shop import Shop

#: Without a period or a horizon, so many whole months ahead are forecast.
USUAL_MONTHS = 3
DAYS_PER_MONTH = 30.44
#: Complete buckets below which no forecast is given, and below which a finer grain is preferred.
FEWEST_BUCKETS = 8
_COMFORTABLE = 12
#: Buckets of history that are looked at: older ones say little about the next.
MOST_BUCKETS: dict[Grain, int] = {"day": 400, "week": 260, "month": 120}
#: Buckets after which the pattern repeats: the days of a week, the weeks and months of a year.
SEASONS: dict[Grain, int] = {"day": 7, "week": 52, "month": 12}
#: Steps that are forecast at most.
MOST_STEPS: dict[Grain, int] = {"day": 92, "week": 104, "month": 36}
#: Windows up to so many days are drawn by day, by week, and any longer ones by month.
_BY_DAY, _BY_WEEK = 31, 100
_FINER: dict[Grain, Grain] = {"month": "week", "week": "day"}
_COARSER: dict[Grain, Grain] = {"day": "week", "week": "month"}


@dataclass(frozen=True)
class Span:
    """`window` is what was asked for. The series has `grain` buckets, complete ones from `first` up to `current`, the bucket
    that holds the first day without data (`unknown_from`); `shown` is the grain of the answer's rows."""

    grain: Grain
    shown: Grain
    first: date
    current: date
    unknown_from: date
    window: Period
    calendar: Calendar

    @property
    def season(self) -> int:
        return SEASONS[self.grain]

    @property
    def history(self) -> tuple[date, ...]:
        """First days of the complete buckets."""
        return _steps(self.grain, self.first, self.current)

    @property
    def ahead(self) -> tuple[date, ...]:
        """First days of the buckets to forecast: from the unfinished one to the last that the window touches."""
        return _steps(self.grain, self.current, max(self.window.end, step(self.grain, self.current)))

    @property
    def known(self) -> Period:
        """The days that the series is read from, those of the unfinished bucket included."""
        return Period(self.first, self.unknown_from)

    def bucket(self, day: date) -> Period:
        """The bucket that begins on `day`."""
        return Period(day, step(self.grain, day), self.grain, 1)


def span_of(shop: Shop, period: Period | None, horizon: int | None, grain: Grain | None) -> Span:
    """The span of a request. Raises CannotAnswer where the data do not reach back far enough, or not far enough ahead."""
    unknown_from = shop.as_of + DAY
    wanted = grain if grain in SEASONS else "month" if grain else None
    if period is not None:
        window = _ahead(period, unknown_from)
        wanted = wanted or _fitting(shop, window)
    else:
        wanted = wanted or _spoken(horizon)
        window = _next(shop, horizon, wanted)
    chosen = wanted if grain else _affordable(shop, _reaching(wanted, unknown_from, window), unknown_from)
    first = _first(shop, chosen, unknown_from)
    calendar = shop.settings.calendar
    if chosen == "day":
        # Nothing tells whether the last day with data was over when they were loaded.
        unknown_from = shop.as_of
    span = Span(chosen, grain or chosen, first, start_of(chosen, unknown_from, calendar), unknown_from, window, calendar)
    if len(span.history) < FEWEST_BUCKETS:
        raise CannotAnswer("too_little_history", grain=chosen, buckets=len(span.history), fewest=FEWEST_BUCKETS)
    furthest = min(MOST_STEPS[chosen], 2 * len(span.history))
    if len(span.ahead) > furthest:
        raise CannotAnswer("too_far_ahead", period=window, until=step(chosen, span.current, furthest) - DAY)
    return span


def _ahead(period: Period, unknown_from: date) -> Period:
    """The whole of the period; one that the data already cover is taken a year later when that is the coming one."""
    window = Period(period.start, period.full_end or period.end, period.grain, period.count, name=period.name)
    if window.end <= unknown_from:
        window = Period(add_months(window.start, 12), add_months(window.end, 12), period.grain, period.count)
    if window.end <= unknown_from:
        raise CannotAnswer("period_is_over", period=period)
    return window


def _spoken(horizon: int | None) -> Grain:
    """The grain in which a number of days was probably meant: whole months, else weeks, else days."""
    if horizon is None or horizon == round(max(1, round(horizon / DAYS_PER_MONTH)) * DAYS_PER_MONTH):
        return "month"
    if horizon <= _BY_DAY:
        return "week" if horizon % 7 == 0 and horizon > 14 else "day"
    return "week"


def _next(shop: Shop, horizon: int | None, grain: Grain) -> Period:
    """The coming days: whole months or weeks after the one under way where the horizon is so many of them, else from tomorrow."""
    tomorrow = max(shop.today, shop.as_of) + DAY
    months = USUAL_MONTHS if horizon is None else round(horizon / DAYS_PER_MONTH)
    whole_months = horizon is None or _spoken(horizon) == "month"
    unit: Grain = "month" if whole_months else "week" if horizon and horizon % 7 == 0 and grain != "day" else "day"
    count = max(1, months) if unit == "month" else (horizon or 1) // (7 if unit == "week" else 1)
    start = start_of(unit, tomorrow, shop.settings.calendar)
    if start < tomorrow:
        start = step(unit, start)
    return Period(start, step(unit, start, max(1, count)), unit, max(1, count))


def _fitting(shop: Shop, window: Period) -> Grain:
    """Months for whole months, weeks for whole weeks, else by length; by day where it begins amid a bucket that is over."""
    calendar = shop.settings.calendar
    units: tuple[Grain, ...] = ("month", "week")
    for grain in units:
        if start_of(grain, window.start, calendar) == window.start and start_of(grain, window.end, calendar) == window.end:
            return grain
    if window.days <= _BY_DAY or window.start <= shop.as_of:
        return "day"
    return "week" if window.days <= _BY_WEEK else "month"


def _reaching(grain: Grain, unknown_from: date, window: Period) -> Grain:
    """The grain, or a coarser one where the window lies too many steps ahead."""
    while grain in _COARSER and step(grain, unknown_from, MOST_STEPS[grain] - 1) < window.end:
        grain = _COARSER[grain]
    return grain


def _affordable(shop: Shop, grain: Grain, unknown_from: date) -> Grain:
    """The grain, or a finer one where the data hold too few complete buckets of it."""
    while grain in _FINER and _count(shop, grain, unknown_from) < _COMFORTABLE:
        grain = _FINER[grain]
    return grain


def _count(shop: Shop, grain: Grain, unknown_from: date) -> int:
    end = start_of(grain, unknown_from, shop.settings.calendar)
    return len(_steps(grain, _first(shop, grain, unknown_from), end))


def _first(shop: Shop, grain: Grain, unknown_from: date) -> date:
    """First day of the first complete bucket that is looked at."""
    calendar = shop.settings.calendar
    start = start_of(grain, shop.first_day, calendar)
    if start < shop.first_day - _grace(grain):
        start = step(grain, start)
    return max(start, step(grain, start_of(grain, unknown_from, calendar), -MOST_BUCKETS[grain]))


def _grace(grain: Grain) -> timedelta:
    """A month whose first order came on the 3rd is complete: shops are closed on holidays and weekends."""
    return timedelta(days=3 if grain == "month" else 1 if grain == "week" else 0)


def _steps(grain: Grain, first: date, end: date) -> tuple[date, ...]:
    out = []
    count = 0
    while (day := step(grain, first, count)) < end:
        out.append(day)
        count += 1
    return tuple(out)
