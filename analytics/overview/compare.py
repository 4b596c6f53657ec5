"""Two periods or two groups side by side: the difference, and whether it is more than noise."""

from __future__ import annotations

from functools import reduce
from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Shared, built_once
from analytics.overview.asked import PERIOD_CAVEATS, Asked, asked, defaults_of, period_facts
from analytics.overview.figures import Figure, better, change_rate, figure, plain, units_of
from analytics.overview.scope import scope
from analytics.overview.sides import Sides, sides_of
from analytics.period import GRAINS, Grain, Period
from analytics.semantics import METRICS, Metric, bucket, measure, measure_both
from analytics.shop import Shop

#: How a difference is told from noise.
Method = Literal["two_proportions", "welch", "daily_welch", "daily_pairs", "untested"]
#: The period compared with the one before where nobody names one.
_DEFAULT = "last_month"
#: A chance below this is not told more closely.
TINY_CHANCE = 0.001
#: Columns of a side that stand in the facts.
_PAIRED = ("group", "value", "sample", "spread", "low", "high", "per_day")
#: Dimensions whose groups share no day.
_OF_DAYS = ("weekday", "week", "month", "quarter", "year")
_FIGURES = (
    "value", "previous", "change", "low", "high", "a_value", "b_value", "difference", "a_low", "a_high", "b_low", "b_high",
    "per_day", "a_per_day", "b_per_day",
)
CAVEATS = (
    Caveat("small_sample", "few"), *PERIOD_CAVEATS, Caveat("lengths_differ", "lengths_differ"),
    Caveat("picked_pair", "groups", ">", 2),
)


def metric_compare(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] = "revenue",
    dimension: tuple[str, ...] = (),
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
) -> Finding:
    """A metric for two groups (see `sides_of`) in one period, or for two periods: difference, percent, more than noise or not.

    Groups: the one with the higher figure against the lower; of more than two, the highest against the lowest, and the
    test allows for their having been picked. A dimension with a period to compare with is a comparison of periods, each
    group in a table. Shares: two-proportion z test. Means, medians and ratios: Welch's test. Sums and customers: of groups,
    Student's test of the differences day by day (Welch's where the groups are days); of periods, Welch's test of the daily
    values. Balances are not tested. Without a period: all the data for groups, last month for periods.
    """
    sides = sides_of(dimension, filters, segment)
    if sides is None or (compare_to is not None and not sides.parts):
        chosen = period if period is not None and period.name != "all_time" else shop.period(_DEFAULT)
        request = asked(shop, metric, chosen, compare_to or chosen.previous(), filters, segment, dimension[:1], several=False)
        if request.before is None:
            raise CannotAnswer("too_little_history")
        return _periods(request, compare_to, dimension[:1], {} if chosen is period else {"period": _DEFAULT})
    dims = (sides.dimension,) if sides.dimension and not sides.parts else ()
    first = sides.parts[0][1] if sides.parts else ()
    request = asked(shop, metric, period, compare_to, (*sides.common, *first), (), dims, several=False)
    for _, own in sides.parts[1:]:
        asked(shop, metric, period, None, (*sides.common, *own))
    return _groups(request, sides, compare_to, {"period": "all_time"} if period is None else {})


def _groups(request: Asked, sides: Sides, compare_to: Period | None, defaults: dict[str, str]) -> Finding:
    shop, name, period = request.shop, request.metrics[0], request.period
    table = Shared("compared_sides", _sides_table(request, sides))
    pair = Shared("compared_pair", _pair(table.table))
    by_days = not sides.parts and sides.dimension in _OF_DAYS
    method = _method(request.metric, daily="daily_welch" if by_days else "daily_pairs")
    chance = None
    if method == "daily_welch":
        chance = _between_days(request, sides, pair.table)
    elif method == "daily_pairs":
        chance = _paired(_daily(request, sides, pair.table))
    facts = _facts(request, pair.table, chance, method, compare_to)
    facts = facts.mutate(
        is_periods=ibis.literal(False), dimension=ibis.literal(sides.dimension, "string"),
        are_bounds=ibis.literal(sides.bounds), lengths_differ=ibis.literal(False),
    )
    shown = table.table.order_by(table.table.value.desc(), "group").select(*_columns(request))
    return Finding(
        facts, {"sides": shown}, scope(shop, name, period, sides.either), shared=(table, pair), caveats=CAVEATS,
        units=units_of(request.metric, _FIGURES), definitions=(name, "significance"), defaults=defaults | defaults_of(request),
    )


def _periods(request: Asked, compare_to: Period | None, dims: tuple[str, ...], defaults: dict[str, str]) -> Finding:
    assert request.before is not None
    spans = (request.period, request.before)
    table = Shared("compared_sides", _two_spans(request, spans))
    pair = _first_two(table.table)
    method = _method(request.metric, daily="daily_welch")
    days = (Shared("compared_days", _by_days(request, spans)),) if method == "daily_welch" else ()
    facts = _facts(request, pair, _welch(days[0].table) if days else None, method, compare_to)
    lengths_differ = request.metric.kind == "sum" and spans[0].days != spans[1].days
    facts = facts.mutate(
        is_periods=ibis.literal(True), dimension=ibis.literal(dims[0] if dims else None, "string"),
        are_bounds=ibis.literal(False), lengths_differ=ibis.literal(lengths_differ),
    )
    tables = {"sides": table.table.order_by("position").select(*_columns(request, of_periods=True))}
    if dims:
        tables["groups"] = _by_group(request, dims[0])
    return Finding(
        facts, tables, scope(request.shop, request.metrics[0], request.period, request.filters),
        shared=(table, *days), caveats=CAVEATS, units=units_of(request.metric, _FIGURES),
        definitions=(request.metrics[0], "significance"), defaults=defaults,
    )


def _by_group(request: Asked, dimension: str) -> ir.Table:
    """Each group of a dimension in both periods, the biggest change first."""
    name = request.metrics[0]
    now, then = (
        measure(request.shop, (name,), dims=(dimension,), period=span, filters=request.filters)
        for span in (request.period, request.before)
    )
    then = then.select(group_=then[dimension], previous=plain(then[name]))
    both = now.outer_join(then, now[dimension].identical_to(then.group_))
    both = both.select(group=ibis.coalesce(both[dimension], both.group_), value=plain(both[name]), previous=both.previous)
    if request.metric.zero_filled:
        both = both.mutate(value=both.value.fill_null(0.0), previous=both.previous.fill_null(0.0))
    both = both.mutate(change=both.value - both.previous, change_rate=change_rate(both.value, both.previous))
    return both.order_by(ibis.desc(both.change.abs()), "group")


def _dates(period: Period) -> str:
    """The days of a period in signs that every language reads."""
    return str(period.start) if period.days == 1 else f"{period.start} – {period.last}"


def _columns(request: Asked, *, of_periods: bool = False) -> list[str]:
    previous = [] if of_periods or request.before is None else ["previous"]
    if not request.metric.sampled:
        return ["group", "value", *previous, *(["per_day"] if request.metric.kind == "sum" else [])]
    return ["group", "value", *previous, "low", "high", "sample"]


def _sides_table(request: Asked, sides: Sides) -> ir.Table:
    """A row per side: label, figure, interval."""
    if sides.parts:
        each = [(text, (*sides.common, *own)) for text, own in sides.parts]
        return _union([
            _with_previous(request, _side(request, text, filters, request.period, place), filters)
            for place, (text, filters) in enumerate(each)
        ])
    assert sides.dimension is not None
    rows = measure(
        request.shop, request.metrics[:1], dims=(sides.dimension,), period=request.period, filters=sides.common, samples=True
    )
    rows = rows.filter(rows[sides.dimension].notnull(), rows[request.metrics[0]].notnull())
    rows = rows.mutate(position=ibis.row_number().over(order_by=rows[sides.dimension]))
    found = figure(rows, request.metrics[0])
    table = rows.select(**_row(request, found, rows[sides.dimension], request.period, rows.position))
    if request.before is None:
        return table
    then = measure(request.shop, request.metrics[:1], dims=(sides.dimension,), period=request.before, filters=sides.common)
    then = then.select(group_=then[sides.dimension], previous=plain(then[request.metrics[0]]))
    return table.left_join(then, table.group == then.group_).drop("group_")


def _two_spans(request: Asked, spans: tuple[Period, Period]) -> ir.Table:
    """A row for each of two periods."""
    both = measure_both(request.shop, request.metrics[:1], *spans, request.filters)
    found = (figure(both, request.metrics[0], prefix) for prefix in ("", "before_"))
    rows = [
        ibis.struct(_row(request, one, ibis.literal(_dates(span)), span, ibis.literal(place, "int64")))
        for place, (one, span) in enumerate(zip(found, spans, strict=True))
    ]
    table = ibis.array(rows).unnest().name("row").as_table()
    return table.select(**{name: table["row"][name] for name in table["row"].names})


def _side(request: Asked, text: str, filters: tuple[Filter, ...], period: Period, position: int) -> ir.Table:
    """One side by itself: a row."""
    rows = measure(request.shop, request.metrics[:1], period=period, filters=filters, samples=True)
    found = figure(rows, request.metrics[0])
    return rows.select(**_row(request, found, ibis.literal(text), period, ibis.literal(position, "int64")))


def _with_previous(request: Asked, side: ir.Table, filters: tuple[Filter, ...]) -> ir.Table:
    """The side's figure in the period compared with, where groups are compared and there is one."""
    if request.before is None:
        return side
    then = measure(request.shop, request.metrics[:1], period=request.before, filters=filters)
    return side.cross_join(then.select(previous=plain(then[request.metrics[0]]))).select(*side.columns, "previous")


def _row(request: Asked, found: Figure, group: ir.Value, period: Period, position: ir.Value) -> dict[str, ir.Value]:
    """The columns of a side."""
    low, high = found.interval
    per_day = plain(found.value) / period.days if request.metric.kind == "sum" and period.days else ibis.null("float64")
    return {
        "position": position, "group": group, "value": plain(found.value), "sample": found.sample.cast("int64"),
        "spread": plain(found.spread), "low": plain(low), "high": plain(high), "per_day": per_day,
    }


def _union(tables: list[ir.Table]) -> ir.Table:
    return reduce(lambda a, b: a.union(b), tables)


@built_once
def _pair(sides: ir.Table) -> ir.Table:
    """One row: the side with the highest figure (a), the one with the lowest (b), and how many there are."""
    told = sides.filter(sides.value.notnull())
    ranked = told.mutate(
        place=ibis.row_number().over(order_by=[ibis.desc(told.value), told.group]),
        from_end=ibis.row_number().over(order_by=[told.value, ibis.desc(told.group)]),
    )
    picked = {f"a_{c}": ranked[c].max(where=ranked.place == 0) for c in _PAIRED}
    picked |= {f"b_{c}": ranked[c].max(where=(ranked.from_end == 0) & (ranked.place > 0)) for c in _PAIRED}
    return ranked.aggregate(groups=ranked.count(), **picked)


@built_once
def _first_two(sides: ir.Table) -> ir.Table:
    """One row: the first side (a) and the second (b) as they were asked for."""
    picked = {f"{end}_{c}": sides[c].max(where=sides.position == i) for i, end in enumerate("ab") for c in _PAIRED}
    return sides.aggregate(groups=sides.count(), **picked)


def _method(metric: Metric, *, daily: Method) -> Method:
    if metric.kind == "share":
        return "two_proportions"
    if metric.kind == "sum" or metric.name == "customers":
        return daily
    return "untested" if metric.kind == "balance" or not (metric.spreads or metric.special) else "welch"


def _daily(request: Asked, sides: Sides, pair: ir.Table) -> ir.Table:
    """The metric per day of both sides of the pair: a, b."""
    shop, name = request.shop, request.metrics[0]
    if sides.parts:
        each = [
            measure(shop, (name,), period=request.period, filters=(*sides.common, *own), grain="day").mutate(
                group=ibis.literal(text)
            )
            for text, own in sides.parts
        ]
        rows = _union(each)
    else:
        assert sides.dimension is not None
        both = pair.select(**{sides.dimension: pair.a_group}).union(pair.select(**{sides.dimension: pair.b_group}))
        rows = measure(
            shop, (name,), dims=(sides.dimension,), period=request.period, filters=sides.common, grain="day", only=both
        )
        rows = rows.rename(group=sides.dimension)
    rows = rows.select("group", "day", value=plain(rows[name])).cross_join(pair.select("a_group", "b_group"))
    return rows.group_by("day").agg(
        a=rows.value.sum(where=rows.group == rows.a_group), b=rows.value.sum(where=rows.group == rows.b_group)
    )


def _paired(daily: ir.Table) -> ir.Table:
    apart = daily.a.fill_null(0) - daily.b.fill_null(0)
    one = daily.aggregate(mean=apart.mean(), sd=apart.std(how="pop"), days_=daily.count())
    return one.select(chance=statistics.pair_difference(one["mean"], one["sd"], one.days_))


def _between_days(request: Asked, sides: Sides, pair: ir.Table) -> ir.Table:
    """Groups that are days themselves (weekdays, months): the daily values of one against those of the other."""
    name, dimension = request.metrics[0], str(sides.dimension)
    rows = measure(request.shop, (name,), period=request.period, filters=sides.common, grain="day")
    if dimension == "weekday":
        group = rows.day.day_of_week.index() + 1
    else:
        group = bucket(rows.day, _grain(dimension), request.shop.settings.calendar)
    rows = rows.select(group=group, value=plain(rows[name])).cross_join(pair.select("a_group", "b_group"))
    figures: dict[str, ir.Value] = {}
    for end in "ab":
        here = rows.group == rows[f"{end}_group"]
        figures |= {
            f"{end}_mean": rows.value.mean(where=here), f"{end}_sd": rows.value.std(where=here, how="pop"),
            f"{end}_days": here.sum(),
        }
    return _welch(rows.aggregate(**figures))


def _grain(dimension: str) -> Grain:
    return next(grain for grain in GRAINS if grain == dimension)


def _by_days(request: Asked, spans: tuple[Period, Period]) -> ir.Table:
    """Mean, spread and number of the daily values of both periods: a, b."""
    name = request.metrics[0]
    rows = _union([
        measure(request.shop, (name,), period=span, filters=request.filters, grain="day").select("day", name)
        for span in _joined(spans)
    ])
    figures: dict[str, ir.Value] = {}
    for end, span in zip("ab", spans, strict=True):
        inside = (rows.day >= span.start) & (rows.day < span.end)
        value = plain(rows[name])
        figures |= {
            f"{end}_mean": value.mean(where=inside), f"{end}_sd": value.std(where=inside, how="pop"),
            f"{end}_days": rows.count(where=inside),
        }
    return rows.aggregate(**figures)


def _joined(spans: tuple[Period, Period]) -> tuple[Period, ...]:
    """The periods, as one where they touch or overlap."""
    first, last = sorted(spans, key=lambda span: span.start)
    if last.start > first.end:
        return spans
    return (Period(first.start, max(first.end, last.end)),)


@built_once
def _welch(one: ir.Table) -> ir.Table:
    chance = statistics.mean_difference(*(one[f"{end}_{column}"] for end in "ab" for column in ("mean", "sd", "days")))
    return one.select(chance=chance)


def _facts(request: Asked, pair: ir.Table, chance: ir.Table | None, method: Method, compare_to: Period | None = None) -> ir.Table:
    """Both sides, their difference and whether it is real; null where nothing can test it or one side has nothing."""
    if chance is not None:
        return _tested(pair, chance, request.metrics[0], method).mutate(**period_facts(request, compare_to))
    a, b = (Figure(request.metric, pair[f"{end}_value"], pair[f"{end}_sample"], pair[f"{end}_spread"]) for end in "ab")
    one = pair.mutate(chance=plain(a.chance(b)))
    return _told(one, request.metrics[0], method).mutate(**period_facts(request, compare_to))


@built_once
def _tested(pair: ir.Table, chance: ir.Table, name: str, method: Method) -> ir.Table:
    return _told(pair.cross_join(chance), name, method)


@built_once
def _told(one: ir.Table, name: str, method: Method) -> ir.Table:
    """The pair with its difference, whether it is real, and which side is the better one."""
    metric = METRICS[name]
    picked_from = one.groups * (one.groups - 1) / 2
    apart = one.a_value - one.b_value
    few = (one.a_sample < statistics.SMALL_SAMPLE) | (one.b_sample < statistics.SMALL_SAMPLE)
    return one.mutate(
        metric=ibis.literal(name), difference=apart, difference_rate=change_rate(one.a_value, one.b_value),
        is_real=statistics.is_real(one.chance, picked_from), a_is_better=better(metric, apart),
        chance_is_tiny=(one.chance < TINY_CHANCE).fill_null(False), tiny_chance=ibis.literal(TINY_CHANCE),
        method=ibis.literal(method), few=few.fill_null(False) if metric.sampled else ibis.literal(False),
    ).drop("a_spread", "b_spread")

