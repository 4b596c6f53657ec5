"""What is coming: a metric over the next days, weeks or months, with an interval and an honest back-test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Fit, fit_key
from analytics.overview.scope import scope
from analytics.period import DAY, GRAINS, Grain, Period
from analytics.prediction import fitting
from analytics.prediction.fitting import HEADLINE, LEVEL, OTHERS, POINTS, ROWS, Series
from analytics.prediction.span import Span, span_of
from analytics.semantics import DIMENSIONS, METRICS, Metric, measure, segment_filters, why_not
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

#: Groups that are forecast by themselves unless a number is asked for; the others are taken together.
USUAL_GROUPS = 6
MOST_GROUPS = 20
CAVEATS = (
    Caveat("forecast_without_season", "without_season"), Caveat("forecast_not_better", "no_better"),
    Caveat("forecast_unchecked", "checked", "=", 0), Caveat("forecast_of_days", "by_day"),
)
#: Figures by first day of the bucket, and beside them the figure of the window a year before, if there is one.
_Buckets = dict[date, float | None]
_Read = tuple[_Buckets, float | None]
_FIGURES = ("value", "low", "high", "known", "previous", "year_before", "partial_known", "partial_expected")


def sales_forecast(
    shop: Shop,
    *,
    metric: str = "revenue",
    period: Period | None = None,
    horizon: int | None = None,
    grain: Grain | None = None,
    dimension: tuple[str, ...] = (),
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    top_n: int | None = None,
    order: str | None = None,
) -> Finding:
    """The metric expected over `period`, or over the next `horizon` days (default: three whole months), with an 80 % interval.

    The series is made of complete days, weeks or months; the one under way is not fed to the models, and what is known of
    it counts as it is, its rest by the forecast and its pace so far. A period that has begun holds what is already known.
    Beside the forecast stands the back-test: how the same method would have done on the last part of the past, against the
    naive forecast that repeats the season before. With a dimension, its largest groups are forecast too and, where groups
    add up to the total, scaled to do so. Metrics that are no sums over time (customers, averages, rates) are given as the
    mean over the window. Methods: see analytics.models.forecast.
    """
    dims, grain = _grained(dimension, grain)
    wanted = (*filters, *segment_filters(segment))
    if refusal := why_not(shop, metric, dims, wanted):
        raise refusal
    span = span_of(shop, period, horizon, grain)
    count = min(top_n or USUAL_GROUPS, MOST_GROUPS)
    fit = _fit(shop, METRICS[metric], span, dims, wanted, count, lowest=order == "lowest")
    headline = fit.table("headline")
    before = "year_before" if _year_before(shop, span) else "previous"
    tables = {"forecast": _rows(fit), "outlook": _points(fit, dims)}
    if dims:
        tables = {"groups": _groups(headline, order, before), **tables}
    tables["backtest"] = _backtests(headline, dims)
    defaults: dict[str, str | int] = {} if period is not None or horizon is not None else {"window": "next_3_months"}
    return Finding(
        _facts(headline, span, METRICS[metric], dims, before), tables, scope(shop, metric, span.known, wanted, dims),
        fits=(fit,), caveats=CAVEATS, units=dict.fromkeys(_FIGURES, METRICS[metric].unit), defaults=defaults,
        definitions=(metric, *dims, "forecast", "mase", "smape"),
    )


def _grained(dimension: tuple[str, ...], grain: Grain | None) -> tuple[tuple[str, ...], Grain | None]:
    """ "By month" is a grain, whichever way it was said; any other time dimension cannot lie ahead."""
    times = [name for name in dimension if name in GRAINS]
    dims = tuple(name for name in dimension if name not in times)
    if len(dims) > 1:
        raise CannotAnswer("too_many_dimensions", dimension=dims[1])
    if dims and dims[0] in DIMENSIONS and DIMENSIONS[dims[0]].source == "time":
        raise CannotAnswer("not_joinable", dimension=dims[0], field=dims[0])
    return dims, grain or next((name for name in GRAINS if name in times), None)


def _fit(
    shop: Shop, metric: Metric, span: Span, dims: tuple[str, ...], filters: tuple[Filter, ...], count: int, *, lowest: bool
) -> Fit:
    before = _year_before(shop, span)

    def read(engine: Engine, names: tuple[str, ...], period: Period) -> dict[str | None, _Buckets]:
        """Figures per group and first day of the bucket; the only group of a total is None."""
        rows = engine.rows(measure(shop, (metric.name,), dims=names, period=period, filters=filters, grain=span.grain))
        found: dict[str | None, _Buckets] = {}
        for row in rows:
            group = None if not names or row[0] is None else str(row[0])
            found.setdefault(group, {})[row[-2]] = None if row[-1] is None else float(row[-1])
        return found

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        def series(names: tuple[str, ...]) -> dict[str | None, _Read]:
            then = read(engine, names, before) if before else {}
            return {
                group: (figures, _together(then.get(group, {}), metric) if before else None)
                for group, figures in read(engine, names, span.known).items()
            }

        figures, year_before = series(()).get(None, ({}, None))
        total = fitting.require(fitting.series_of(span, figures, group=None, year_before=year_before, is_total=True), span)
        parts = _largest(series(dims), span, metric, count, lowest=lowest) if dims else []
        return fitting.frames(span, fitting.outlooks(span, [total, *parts], metric.additive))

    key = fit_key(metric.name, span, dims, filters, count, lowest)
    return Fit("sales_forecast", key, {"headline": HEADLINE, "points": POINTS, "rows": ROWS}, run)


def _year_before(shop: Shop, span: Span) -> Period | None:
    before = span.window.year_before()
    return before if before.start >= shop.first_day and before.end <= span.unknown_from else None


def _together(figures: _Buckets, metric: Metric) -> float | None:
    known = [value for value in figures.values() if value is not None]
    if metric.additive:
        return sum(known)
    return sum(known) / len(known) if known else None


def _largest(groups: Mapping[str | None, _Read], span: Span, metric: Metric, count: int, *, lowest: bool) -> list[Series]:
    """The `count` groups with the most (the least) over the last season, and the others of a sum together.

    Groups without enough history of their own are forecast with the others.
    """
    recent = span.history[-span.season :]

    def size(group: str | None) -> float:
        return sum(groups[group][0].get(day) or 0.0 for day in recent) * (1 if lowest else -1)

    chosen: list[Series] = []
    others: list[str | None] = []
    for group in sorted(groups, key=lambda group: (size(group), group is None, group or "")):
        figures, before = groups[group]
        one = fitting.series_of(span, figures, group=group, year_before=before) if len(chosen) < count else None
        if one is None:
            others.append(group)
        else:
            chosen.append(one)
    if not metric.additive or not others:
        return chosen
    days = {day for group in others for day in groups[group][0]}
    summed: _Buckets = {day: sum(groups[group][0].get(day) or 0.0 for group in others) for day in days}
    known = [before for group in others if (before := groups[group][1]) is not None]
    together = fitting.series_of(
        span, summed, group=OTHERS, year_before=sum(known) if known else None, is_others=True
    )
    return [*chosen, together] if together else chosen


def _facts(headline: ir.Table, span: Span, metric: Metric, dims: tuple[str, ...], before: str) -> ir.Table:
    """`before`: the column that groups are compared with."""
    total = headline.filter(headline.is_total)
    elapsed = span.unknown_from > span.current
    total = total.mutate(
        change_rate=_change(total.value, total.previous), year_change_rate=_change(total.value, total.year_before),
        window_start=ibis.literal(span.window.start), window_end=ibis.literal(span.window.end - DAY),
        whole_months=ibis.literal(span.window.start.day == 1 and span.window.end.day == 1),
        window_steps=ibis.literal(len(span.window.buckets(span.grain, span.calendar))),
        has_begun=ibis.literal(span.window.start < span.unknown_from), known_until=ibis.literal(span.unknown_from - DAY),
        grain=ibis.literal(span.shown), step_grain=ibis.literal(span.grain), level=ibis.literal(LEVEL / 100),
        has_partial=ibis.literal(elapsed), partial_bucket=ibis.literal(span.current),
        is_sum=ibis.literal(metric.additive), by_day=ibis.literal(span.grain == "day"),
        without_season=(total.buckets < 2 * span.season) & (span.grain != "day"), no_better=total.mase >= total.naive_mase,
        dimension=ibis.literal(dims[0] if dims else None, "string"), season=ibis.literal(span.season),
    )
    return total.drop("position", "group", "is_total", "is_others", "is_part").cross_join(_group_facts(headline, before))


def _group_facts(headline: ir.Table, before: str) -> ir.Table:
    """The groups that will bring most and grow most, ties by name."""
    groups = headline.filter(~headline.is_total)
    named = groups.filter(~groups.is_others)
    rates = named.mutate(rate=_change(named.value, named[before]))
    ranked = rates.mutate(
        by_value=ibis.row_number().over(order_by=[rates.value.desc(), rates.position]),
        by_rate=ibis.row_number().over(order_by=[rates.rate.desc(nulls_first=False), rates.position]),
    )
    first, fastest = ranked.by_value == 0, (ranked.by_rate == 0) & ranked.rate.notnull()
    leaders = ranked.agg(
        groups=ranked.count(), top_group=ranked.group.max(where=first), top_value=ranked.value.max(where=first),
        top_low=ranked.low.max(where=first), top_high=ranked.high.max(where=first),
        fastest_group=ranked.group.max(where=fastest), fastest_rate=ranked.rate.max(where=fastest),
    )
    return leaders.cross_join(groups.agg(groups_add_up=groups.is_part.any().fill_null(False)))


def _change(now: ir.Value, before: ir.Value) -> ir.FloatingValue:
    """Relative change; null where there was nothing before."""
    return ibis.ifelse(before > 0, now / before.nullif(0) - 1, ibis.null("float64"))


def _rows(fit: Fit) -> ir.Table:
    rows = fit.table("rows")
    return rows.order_by("bucket").select("bucket", "value", "low", "high")


def _points(fit: Fit, dims: tuple[str, ...]) -> ir.Table:
    """The past and the future to be drawn: of the total in two lines, or of each group in one."""
    points = fit.table("points")
    points = points.filter(~points.is_total) if dims else points.filter(points.is_total)
    shown = points.order_by("position", "bucket")
    return shown.select("bucket", "value", "low", "high", group=shown.group if dims else shown.series)


def _groups(headline: ir.Table, order: str | None, before: str) -> ir.Table:
    groups = headline.filter(~headline.is_total)
    by_value = groups.value.asc() if order == "lowest" else groups.value.desc()
    shown = groups.order_by(groups.is_others, by_value, groups.position)
    return shown.select(
        "group", "value", "low", "high", before, change_rate=_change(shown.value, shown[before]), smape=shown.smape,
        naive_smape=shown.naive_smape,
    )


def _backtests(headline: ir.Table, dims: tuple[str, ...]) -> ir.Table:
    shown = headline.order_by("position")
    columns = ("method", "origins", "smape", "naive_smape", "mase", "naive_mase", "coverage")
    return shown.select("group", *columns) if dims else shown.select(*columns)

