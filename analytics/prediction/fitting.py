"""From the buckets of one metric to its forecast over a window: totals, rows and back-tests, for everything and per group.

Owns how the unfinished bucket, sums of steps and groups are put together; the forecasting itself is analytics.models.forecast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from analytics.finding import CannotAnswer
from analytics.models.forecast import ForecastResult, forecast_series
from analytics.models.seasonal import Floats
from analytics.period import Period, start_of, step
from analytics.prediction.span import FEWEST_BUCKETS, Span

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 80
#: The name of the groups beyond the largest taken together; a group of the data cannot be told from it by name alone.
OTHERS = "others"
#: A metric that is an average needs a value in this share of the buckets.
_LEAST_KNOWN = 0.8
#: Buckets of the past that are drawn: two seasons, or as many as fit.
_DRAWN = {"day": 42, "week": 53, "month": 25}

HEADLINE = ibis.schema(
    {
        "position": "int64", "group": "string", "is_total": "boolean", "is_others": "boolean", "value": "float64",
        "low": "float64", "high": "float64", "known": "float64", "previous": "float64", "year_before": "float64",
        "partial_known": "float64", "partial_expected": "float64", "buckets": "int64", "first_bucket": "date", "method": "string",
        "origins": "int64", "steps": "int64", "checked": "int64", "smape": "float64", "naive_smape": "float64",
        "mase": "float64", "naive_mase": "float64", "coverage": "float64", "is_part": "boolean",
    }
)
POINTS = ibis.schema(
    {
        "position": "int64", "group": "string", "is_total": "boolean", "series": "string", "bucket": "date", "value": "float64",
        "low": "float64", "high": "float64",
    }
)
ROWS = ibis.schema({"bucket": "date", "value": "float64", "low": "float64", "high": "float64", "known": "float64"})


@dataclass(frozen=True)
class Series:
    """One series: complete buckets from `first` on, the part of the unfinished bucket that is known, and the same window a
    year before (None where the data do not cover it)."""

    group: str | None
    first: date
    values: Floats
    started: float
    year_before: float | None
    is_total: bool = False
    is_others: bool = False


@dataclass(frozen=True)
class Expected:
    """A figure with its interval; `known` is the part that has already happened."""

    value: float
    low: float
    high: float
    known: float


@dataclass(frozen=True)
class Outlook:
    """The forecast of one series on the span. `adds_up`: the metric is a sum over time; else a window's value is the mean of
    its days. `factors` scale the steps of a group that `is_part` of the total, so that all groups add up to it."""

    span: Span
    series: Series
    result: ForecastResult
    adds_up: bool
    factors: Floats
    is_part: bool = False

    @property
    def _elapsed(self) -> float:
        bucket = self.span.bucket(self.span.current)
        return (self.span.unknown_from - bucket.start).days / bucket.days

    def _rest(self, place: int) -> float:
        """What is still to come in a bucket: for the unfinished one a mean of the forecast and its pace so far."""
        told = float(self.result.mean[place] * self.factors[place])
        if place > 0:
            return told
        elapsed = self._elapsed
        if not self.adds_up or elapsed == 0:
            return told
        return (1 - elapsed) * ((1 - elapsed) * told + self.series.started)

    def expected(self, period: Period) -> Expected:
        """The metric over days of which none lies after the last step."""
        inside = [_share(self.span, day, period) for day in self.span.ahead]
        rests = np.array([self._rest(place) for place in range(len(inside))])
        spread = np.sqrt(np.array(inside))
        spread[0] *= np.sqrt(1 - self._elapsed)
        if self.adds_up:
            known = self._known(period)
            value = known + float(np.sum(np.array(inside) * rests))
            half = self.result.half_of_sum(spread * self.factors)
        else:
            known = 0.0
            days = np.array([_days(self.span, day, period) for day in self.span.ahead], dtype=np.float64)
            past = self._past_days(period)
            total = float(np.sum(days)) + sum(count for count, _ in past)
            value = (float(np.sum(days * rests)) + sum(count * figure for count, figure in past)) / total if total else 0.0
            half = self.result.half_of_sum(spread * days / total) if total else 0.0
        floor = known if self.adds_up and self._never_negative else 0.0 if self._never_negative else -np.inf
        return Expected(value, max(value - half, floor), max(value + half, floor), known)

    @property
    def _never_negative(self) -> bool:
        return bool(np.min(self.series.values) >= 0)

    def _past_days(self, period: Period) -> list[tuple[int, float]]:
        """Days of each bucket inside the period that have happened, with the bucket's figure."""
        found = []
        for day, figure in self._actual():
            bucket = self.span.bucket(day)
            count = _overlap(Period(bucket.start, min(bucket.end, self.span.unknown_from)), period)
            if count:
                found.append((count, figure))
        return found

    def _known(self, period: Period) -> float:
        total = 0.0
        for day, figure in self._actual():
            bucket = self.span.bucket(day)
            past = Period(bucket.start, min(bucket.end, self.span.unknown_from))
            total += figure * _overlap(past, period) / past.days
        return total

    def _actual(self) -> Iterator[tuple[date, float]]:
        day = self.series.first
        for count, figure in enumerate(self.series.values):
            yield step(self.span.grain, day, count), float(figure)
        if self._elapsed > 0:
            yield self.span.current, self.series.started

    def previous(self) -> float | None:
        """The metric over as many complete buckets just before; None where the window is not made of whole buckets."""
        whole = [day for day in self.span.ahead if _whole(self.span, day)]
        if not whole or step(self.span.grain, self.span.window.start, len(whole)) != self.span.window.end:
            return None
        if len(self.series.values) < len(whole):
            return None
        last = self.series.values[-len(whole) :]
        return float(np.sum(last) if self.adds_up else np.mean(last))


def outlooks(span: Span, series: Sequence[Series], adds_up: bool) -> list[Outlook]:
    """The forecasts of the total (first) and its groups. Where the groups have always added up to the total, so do their
    forecasts: each step of a group is scaled by the same factor."""
    ones = np.ones(len(span.ahead))
    found = [
        Outlook(span, one, forecast_series(one.values, len(span.ahead), span.season, LEVEL), adds_up, ones) for one in series
    ]
    total, groups = found[0], found[1:]
    if not groups or not adds_up or not _add_up(series[0], series[1:]):
        return found
    sums = np.sum([one.result.mean for one in groups], axis=0)
    factors = np.where((sums > 0) & (total.result.mean > 0), total.result.mean / np.where(sums > 0, sums, 1), 1.0)
    return [total, *(replace(one, factors=factors, is_part=True) for one in groups)]


def _add_up(total: Series, groups: Sequence[Series]) -> bool:
    recent = min(len(total.values), *(len(one.values) for one in groups))
    together = np.sum([one.values[-recent:] for one in groups], axis=0)
    return bool(np.allclose(together, total.values[-recent:], rtol=1e-6, atol=1e-6))


def frames(span: Span, found: Sequence[Outlook]) -> Mapping[str, pd.DataFrame]:
    """The results as the tables of a fit."""
    import pandas as pd

    headline = [_headline(place, one) for place, one in enumerate(found)]
    points = [point for place, one in enumerate(found) for point in _points(place, one)]
    rows = [
        {"bucket": part.start, **_figures(found[0].expected(part)), "known": found[0].expected(part).known}
        for part in _shown(span)
    ]
    return {
        "headline": pd.DataFrame(headline, columns=list(HEADLINE)), "points": pd.DataFrame(points, columns=list(POINTS)),
        "rows": pd.DataFrame(rows, columns=list(ROWS)),
    }


def _headline(place: int, one: Outlook) -> dict[str, Any]:
    span, series, test = one.span, one.series, one.result.backtest
    window = one.expected(span.window)
    whole = one.expected(span.bucket(span.current))
    return {
        "position": place, "group": series.group, "is_total": series.is_total, "is_others": series.is_others,
        **_figures(window), "known": window.known, "previous": one.previous(), "year_before": series.year_before,
        "partial_known": series.started, "partial_expected": whole.value, "buckets": len(series.values),
        "first_bucket": series.first, "method": one.result.method, "origins": test.origins if test else 0,
        "steps": test.steps if test else 0, "checked": test.values if test else 0, "smape": test.smape / 100 if test else None,
        "naive_smape": test.naive_smape / 100 if test else None, "mase": test.mase if test else None,
        "naive_mase": test.naive_mase if test else None, "coverage": test.coverage if test else None, "is_part": one.is_part,
    }


def _points(place: int, one: Outlook) -> Iterator[dict[str, Any]]:
    """What is drawn: the last complete buckets as they were, then every step."""
    span, series = one.span, one.series
    base = {"position": place, "group": series.group, "is_total": series.is_total}
    count = len(series.values)
    for back in range(min(count, _DRAWN[span.grain]), 0, -1):
        day = step(span.grain, series.first, count - back)
        yield {**base, "series": "actual", "bucket": day, "value": float(series.values[-back]), "low": None, "high": None}
    for day in span.ahead:
        yield {**base, "series": "forecast", "bucket": day, **_figures(one.expected(span.bucket(day)))}


def _figures(figure: Expected) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _shown(span: Span) -> Iterator[Period]:
    """The parts of the window that the answer's rows stand for."""
    start = span.window.start
    while start < span.window.end:
        end = min(step(span.shown, start_of(span.shown, start, span.calendar)), span.window.end)
        yield Period(start, end)
        start = end


def _whole(span: Span, day: date) -> bool:
    bucket = span.bucket(day)
    return span.window.start <= bucket.start and bucket.end <= span.window.end


def _overlap(one: Period, other: Period) -> int:
    return max(0, (min(one.end, other.end) - max(one.start, other.start)).days)


def _unknown(span: Span, day: date) -> Period:
    bucket = span.bucket(day)
    return Period(max(bucket.start, span.unknown_from), bucket.end)


def _days(span: Span, day: date, period: Period) -> int:
    return _overlap(_unknown(span, day), period)


def _share(span: Span, day: date, period: Period) -> float:
    """The part of a bucket's days to come that lies inside the period."""
    unknown = _unknown(span, day)
    return _overlap(unknown, period) / unknown.days if unknown.days else 0.0


def series_of(span: Span, figures: Mapping[date, float | None], **about: Any) -> Series | None:
    """A series from the figures of its buckets: it begins with the first complete bucket that holds anything. None where it
    is too short or has too many gaps to be forecast by itself."""
    values = np.array([_number(figures.get(day)) for day in span.history], dtype=np.float64)
    begun = np.flatnonzero(np.nan_to_num(values) != 0)
    # The bucket in which something began is as incomplete as the one that is under way.
    start = 0 if len(begun) == 0 or begun[0] == 0 else min(int(begun[0]) + 1, len(values) - 1)
    values = values[start:]
    known = np.isfinite(values)
    if len(values) < FEWEST_BUCKETS or known.mean() < _LEAST_KNOWN:
        return None
    places = np.arange(len(values))
    values = np.interp(places, places[known], values[known])
    started = _number(figures.get(span.current))
    fallback = float(values[-1]) if np.isnan(started) else started
    return Series(first=span.history[start], values=values, started=fallback, **about)


def require(series: Series | None, span: Span) -> Series:
    """The series, or CannotAnswer where there is too little of it."""
    if series is None:
        raise CannotAnswer("too_little_history", grain=span.grain, buckets=len(span.history), fewest=FEWEST_BUCKETS)
    return series


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)

