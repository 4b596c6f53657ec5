"""A metric over time: every bucket of the period, what changed from first to last, and whether it goes anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Shared, built_once
from analytics.overview.asked import PERIOD_CAVEATS, Asked, asked, day, defaults_of, partial_buckets, period_facts
from analytics.overview.figures import change_rate, figure, plain, units_of
from analytics.overview.scope import scope
from analytics.period import Grain, Period
from analytics.semantics import METRICS, measure
from analytics.shop import Shop

#: Buckets that a moving average covers: a week of days, a month of weeks, a quarter of months, a year of quarters.
MOVING: dict[Grain, int] = {"day": 7, "week": 4, "month": 3, "quarter": 4, "year": 3}
#: Longest periods, in days, that are drawn by day, week and month unless a grain is asked for.
_LENGTHS: tuple[tuple[Grain, int], ...] = (("day", 45), ("week", 190), ("month", 5 * 366))
#: Lines that can be told apart; the groups with the most are drawn.
MOST_GROUPS = 6
#: Complete buckets from which a direction can be told from noise.
FEWEST_BUCKETS = 4
_FIGURES = (
    "value", "previous", "change", "moving_average", "low", "high", "first", "last", "highest", "lowest", "average", "total",
    "previous_total", "partial_value", "per_bucket",
)
CAVEATS = (
    Caveat("partial_bucket", "has_partial_end"), Caveat("few_buckets", "buckets", "<", FEWEST_BUCKETS),
    Caveat("small_buckets", "few"), *PERIOD_CAVEATS,
)


@dataclass(frozen=True)
class _Buckets:
    """The grain, the first days of its buckets, and those that the period (or the time so far) covers only in part."""

    grain: Grain
    days: list[date]
    partial: list[date]


def metric_trend(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] = "revenue",
    grain: Grain | None = None,
    period: Period | None = None,
    compare_to: Period | None = None,
    dimension: tuple[str, ...] = (),
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
) -> Finding:
    """A metric per day, week, month, quarter or year (by the length of the period unless asked for), empty buckets as 0.

    First and last, highest and lowest, average and direction are those of complete buckets; a bucket that the period covers in
    part is shown and marked. The direction is real when a straight line through the complete buckets has a slope that
    chance would give in less than 5 % of cases (t test of the correlation with time). With a dimension, a line for each of
    the MOST_GROUPS largest groups; the facts stay those of all together.
    """
    request = asked(shop, metric, period, compare_to, filters, segment, dimension[:1])
    if len(dimension) > 1:
        raise CannotAnswer("too_many_dimensions", dimension=dimension[1])
    buckets = _buckets(request, grain)
    series = Shared("trend_series", _series(request, buckets))
    end = _open_end(buckets)
    facts = _facts(series.table, request.metrics[0], buckets.grain, end is not None, dimension[:1])
    facts = facts.mutate(partial_bucket=day(end), **period_facts(request, compare_to))
    tables = {"trend" if request.before is None else "compared": _shown(series.table, request)}
    shared: tuple[Shared, ...] = (series,)
    if dimension:
        groups = Shared("trend_groups", _by_group(request, buckets, dimension[0]))
        tables, shared = {"lines": _lines(groups.table)} | tables, (series, groups)
        facts = facts.drop("groups", "groups_shown").cross_join(_group_facts(request, dimension[0], groups.table))
    return Finding(
        facts, tables, scope(shop, request.metrics[0], request.period, request.filters, dimension), shared=shared,
        caveats=CAVEATS, units=units_of(request.metric, _FIGURES), definitions=(*request.metrics, *dimension),
        defaults=defaults_of(request) | ({} if grain else {"grain": buckets.grain}),
    )


def _buckets(request: Asked, grain: Grain | None) -> _Buckets:
    period = request.period
    fitting: list[Grain] = [name for name, longest in _LENGTHS if period.days <= longest]
    chosen = grain or (*fitting, "quarter")[0]
    days = period.buckets(chosen, request.shop.settings.calendar)
    # What is owed on the last day so far is as whole a figure as that of any other day.
    whole = request.metrics[0] == "overdue_amount"
    partial = [] if whole else partial_buckets(period, chosen, request.shop.settings.calendar)
    return _Buckets(chosen, days, partial)


def _series(request: Asked, buckets: _Buckets) -> ir.Table:
    """One row per bucket: the figures, the bucket before, the moving average over complete buckets, the other period."""
    shop, names, grain = request.shop, request.metrics, buckets.grain
    rows = measure(shop, names, period=request.period, filters=request.filters, grain=grain, samples=True)
    main = figure(rows, names[0])
    low, high = main.interval
    table = rows.select(
        bucket=rows[grain], value=plain(main.value), sample=main.sample.cast("int64"), low=plain(low), high=plain(high),
        is_partial=rows[grain].isin(buckets.partial) if buckets.partial else ibis.literal(False),
        **{name: plain(rows[name]) for name in names[1:]},
    )
    whole = ibis.ifelse(table.is_partial, ibis.null("float64"), table.value)
    trailing = ibis.window(order_by=table.bucket, preceding=MOVING[grain] - 1, following=0)
    table = table.mutate(
        place=ibis.row_number().over(order_by=table.bucket), seen_=whole.count().over(trailing),
        average_=whole.mean().over(trailing),
    )
    full = (table.seen_ == MOVING[grain]) & ~table.is_partial
    table = table.mutate(moving_average=ibis.ifelse(full, table.average_, ibis.null("float64"))).drop("seen_", "average_")
    return _with_other(table, request, grain)


def _with_other(table: ir.Table, request: Asked, grain: Grain) -> ir.Table:
    """The bucket in the same place of the period compared with."""
    if request.before is None:
        return table.mutate(previous=ibis.null("float64"), change_rate=ibis.null("float64"))
    name = request.metrics[0]
    then = measure(request.shop, (name,), period=request.before, filters=request.filters, grain=grain)
    then = then.select(place_=ibis.row_number().over(order_by=then[grain]), previous=plain(then[name]))
    joined = table.left_join(then, table.place == then.place_).drop("place_")
    rate = ibis.ifelse(joined.is_partial, ibis.null("float64"), change_rate(joined.value, joined.previous))
    return joined.mutate(change_rate=rate)


@built_once
def _facts(series: ir.Table, name: str, grain: Grain, has_partial_end: bool, dimension: tuple[str, ...]) -> ir.Table:
    """What the complete buckets say, and the last one where it is not over (`has_partial_end`)."""
    told = series.filter(~series.is_partial, series.value.notnull())
    place = told.place.cast("float64")
    one = told.aggregate(
        buckets=told.count(), first=told.value.argmin(told.place), first_bucket=told.bucket.min(),
        last=told.value.argmax(told.place), last_bucket=told.bucket.max(), average=told.value.mean(), highest=told.value.max(),
        lowest=told.value.min(), slope=told.value.cov(place, how="pop") / place.var(how="pop").nullif(0),
        fit=told.value.corr(place, how="pop"), smallest_sample=told["sample"].min(),
    )
    # Equal buckets: the earliest is named.
    places = told.cross_join(one.select("highest", "lowest"))
    ends = places.aggregate(
        highest_bucket=places.bucket.min(where=places.value == places.highest),
        lowest_bucket=places.bucket.min(where=places.value == places.lowest),
    )
    whole = series.aggregate(
        all_buckets=series.count(), total=series.value.sum(), previous_total=series.previous.sum(),
        empty_buckets=(series.value == 0).sum().fill_null(0),
        partial_value=series.value.argmax(series.bucket) if has_partial_end else ibis.null("float64"),
    )
    one = one.cross_join(ends).cross_join(whole)
    size = one.buckets.cast("float64")
    t_value = one.fit * ((size - 2) / (1 - one.fit * one.fit).nullif(0)).sqrt()
    chance = ibis.ifelse(one.fit.abs() >= 1, 0.0, statistics.t_tail(t_value, (size - 2).nullif(0)))
    real = ibis.ifelse(one.buckets >= FEWEST_BUCKETS, statistics.is_real(chance), ibis.null("boolean"))
    metric = METRICS[name]
    sums = metric.kind == "sum"
    return one.mutate(
        change=one["last"] - one["first"], change_rate=change_rate(one["last"], one["first"]),
        per_bucket=one.slope, trend_is_real=real.fill_null(False), rises=one.slope > 0,
        metric=ibis.literal(name), grain=ibis.literal(grain), has_partial_end=ibis.literal(has_partial_end),
        total=one.total if sums else ibis.null("float64"),
        previous_total=one.previous_total if sums else ibis.null("float64"),
        total_change_rate=change_rate(one.total, one.previous_total) if sums else ibis.null("float64"),
        few=(one.smallest_sample < statistics.SMALL_SAMPLE).fill_null(False), groups=ibis.null("int64"),
        groups_shown=ibis.null("int64"), moving_over=ibis.literal(MOVING[grain]),
        is_total=ibis.literal(not metric.sampled),
        dimension=ibis.literal(dimension[0] if dimension else None, "string"),
    ).drop("fit", "smallest_sample", "slope")


def _open_end(buckets: _Buckets) -> date | None:
    """The last bucket, where the period covers it only in part."""
    return buckets.days[-1] if buckets.days and buckets.days[-1] in buckets.partial else None


def _shown(series: ir.Table, request: Asked) -> ir.Table:
    columns = ["bucket", "value", "moving_average"]
    if request.before is not None:
        columns += ["previous", "change_rate"]
    if request.metric.sampled:
        columns += ["low", "high", "sample"]
    return series.order_by("bucket").select(*columns, *request.metrics[1:], "is_partial")


def _by_group(request: Asked, buckets: _Buckets, dimension: str) -> ir.Table:
    """The metric per bucket of each of the largest groups: by the metric itself, or by its sample where it has one."""
    shop, name = request.shop, request.metrics[0]
    sizes = measure(shop, (name,), dims=(dimension,), period=request.period, filters=request.filters, samples=True)
    size = sizes[name] if not request.metric.sampled else sizes[f"sample_{name}"]
    known = sizes.filter(sizes[dimension].notnull()).order_by(size.desc(), sizes[dimension])
    largest = known.limit(MOST_GROUPS).select(dimension)
    rows = measure(
        shop, (name,), dims=(dimension,), period=request.period, filters=request.filters, grain=buckets.grain, only=largest
    )
    partial = rows[buckets.grain].isin(buckets.partial) if buckets.partial else ibis.literal(False)
    return rows.select(bucket=rows[buckets.grain], group=rows[dimension], value=plain(rows[name]), is_partial=partial)


def _lines(groups: ir.Table) -> ir.Table:
    return groups.order_by("bucket", "group").select("bucket", "group", "value", "is_partial")


def _group_facts(request: Asked, dimension: str, groups: ir.Table) -> ir.Table:
    every = measure(request.shop, request.metrics[:1], dims=(dimension,), period=request.period, filters=request.filters)
    return every.agg(groups=every.count()).cross_join(groups.agg(groups_shown=groups.group.nunique()))

