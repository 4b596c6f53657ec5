"""How the business is doing: the main figures of a period, each against the period before."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Shared, built_once
from analytics.overview.asked import PERIOD_CAVEATS, Asked, asked, partial_buckets, period_facts
from analytics.overview.figures import change_rate, figure, plain, two_periods
from analytics.overview.scope import scope
from analytics.period import Grain, Period
from analytics.semantics import METRICS, measure, why_not
from analytics.shop import Shop
from analytics.statistics import ALPHA, mean_difference, share_difference

#: The key figures, in the order in which they are read.
KEY_FIGURES = (
    "revenue", "orders", "customers", "new_customers", "average_order_value", "repeat_rate", "return_rate", "average_rating",
    "nps",
)
#: Longest periods, in days, whose course is drawn by day and by week; longer ones by month.
_BY_DAY, _BY_WEEK = 45, 190
_SIGN = {"up": 1, "down": -1, "none": 0}
CAVEATS = (
    *PERIOD_CAVEATS,
    Caveat("key_figures_missing", "left_out_figures", ">", 0),
)


def kpi_overview(
    shop: Shop,
    *,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
) -> Finding:
    """The key figures of a period (all the data unless given) against another: value, change, and whether it is good.

    Each figure is that of its metric (see analytics.semantics.metrics). Figures that the data or the filters cannot give
    (a rating without feedback) are left out and counted. `steady` figures are shares and means whose change chance could
    have made. The course of revenue stands in a table of its own.
    """
    request = asked(shop, "revenue", period, compare_to, filters, segment)
    names = tuple(name for name in KEY_FIGURES if why_not(shop, name, (), request.filters) is None)
    if not names:
        raise CannotAnswer("no_rows")
    base = Shared("key_figures_base", two_periods(shop, names, request.period, request.before, request.filters))
    figures = Shared("key_figures", _figures(base.table, names))
    facts = _facts(base.table, figures.table, names).mutate(**period_facts(request, compare_to))
    columns = ("metric", "value", "previous", "change", "change_rate", "is_better", "sample")
    shown = figures.table.order_by("position").select(*columns)
    return Finding(
        facts, {"key_figures": shown, "course": _course(request)}, scope(shop, "revenue", request.period, request.filters),
        shared=(base, figures), caveats=CAVEATS, units=_units(), definitions=names,
    )


@built_once
def _figures(base: ir.Table, names: tuple[str, ...]) -> ir.Table:
    """A row per key figure."""
    rows = ibis.array([_row(base, name, position) for position, name in enumerate(names)]).unnest().name("row").as_table()
    table = rows.select(**{name: rows["row"][name] for name in rows["row"].names})
    table = table.mutate(change=table.value - table.previous, change_rate=change_rate(table.value, table.previous))
    sizes = (table["sample"], table.before_sample)
    of_shares = share_difference(table.value * sizes[0], sizes[0], table.previous * sizes[1], sizes[1])
    of_means = mean_difference(table.value, table.spread, sizes[0], table.previous, table.before_spread, sizes[1])
    # The change of a sum or a count is a fact; that of a share or mean may be chance, also where too few show which.
    told_apart = (ibis.ifelse(table.is_share, of_shares, of_means) < ALPHA).fill_null(False)
    table = table.mutate(is_steady=table.is_sampled & table.change.notnull() & ~told_apart)
    moved = ~table.is_steady & (table.change != 0) & (table.favourable != 0)
    return table.mutate(is_better=ibis.ifelse(moved, table.change * table.favourable > 0, ibis.null("boolean")))


def _row(base: ir.Table, name: str, position: int) -> ir.StructValue:
    metric, now, then = METRICS[name], figure(base, name), figure(base, name, "before_")
    return ibis.struct({
        "position": ibis.literal(position, "int64"), "metric": ibis.literal(name), "value": plain(now.value),
        "previous": plain(then.value), "is_share": ibis.literal(metric.kind == "share"),
        "is_sampled": ibis.literal(metric.sampled), "favourable": ibis.literal(_SIGN[metric.favourable], "int64"),
        "sample": now.sample.cast("int64"), "spread": plain(now.spread), "before_sample": then.sample.cast("int64"),
        "before_spread": plain(then.spread),
    })


def _verdict(figures: ir.Table) -> ir.Table:
    """How many figures are better and how many worse than before; one whose change may be chance is neither."""
    return figures.agg(
        better=figures.is_better.sum().fill_null(0), worse=(~figures.is_better).sum().fill_null(0),
        steady=figures.is_steady.sum().fill_null(0),
    )


@built_once
def _facts(base: ir.Table, figures: ir.Table, names: tuple[str, ...]) -> ir.Table:
    """Every key figure by its name, its change, and the figure before; null where it cannot be had. And how many there are."""
    facts: dict[str, ir.Value] = {}
    for name in KEY_FIGURES:
        here = name in names
        now = plain(base[name]) if here else ibis.null("float64")
        then = plain(base[f"before_{name}"]) if here else ibis.null("float64")
        facts |= {name: now, f"previous_{name}": then, f"change_of_{name}": now - then}
        facts[f"change_rate_of_{name}"] = change_rate(now, then)
    return base.select(**facts).cross_join(_verdict(figures)).mutate(
        figures=ibis.literal(len(names)), left_out_figures=ibis.literal(len(KEY_FIGURES) - len(names))
    )


def _units() -> dict[str, str]:
    units: dict[str, str] = {}
    for name in KEY_FIGURES:
        unit = METRICS[name].unit
        units |= {f"previous_{name}": unit, f"change_of_{name}": unit, f"change_rate_of_{name}": "percent"}
    return units


def _course(request: Asked) -> ir.Table:
    """Revenue and orders over the period, by day, week or month."""
    days = request.period.days
    grain: Grain = "day" if days <= _BY_DAY else "week" if days <= _BY_WEEK else "month"
    rows = measure(request.shop, ("revenue", "orders"), period=request.period, filters=request.filters, grain=grain)
    partial = partial_buckets(request.period, grain, request.shop.settings.calendar)
    is_partial = rows[grain].isin(partial) if partial else ibis.literal(False)
    course = rows.select(bucket=rows[grain], revenue=plain(rows.revenue), orders=rows.orders, is_partial=is_partial)
    return course.order_by("bucket")
