"""A metric by one or two dimensions: size, share, rank, and how sure the ranks are."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Shared, built_once
from analytics.overview.asked import PERIOD_CAVEATS, Asked, asked, defaults_of, period_facts
from analytics.overview.figures import Figure, change_rate, figure, plain, units_of
from analytics.overview.ordering import natural_order
from analytics.overview.scope import scope
from analytics.period import Grain, Period
from analytics.semantics import DIMENSIONS, METRICS, Metric, measure
from analytics.shop import Shop

Order = Literal["highest", "lowest"]
#: Columns that carry the metric's unit.
_FIGURES = (
    "value", "previous", "change", "low", "high", "total", "shown_total", "first_value", "second_value", "last_value",
    "first_low", "first_high", "unknown_value",
)
CAVEATS = (
    Caveat("small_groups", "small_groups", ">", 0), Caveat("shares_overlap", "shares_overlap"),
    Caveat("unknown_group", "unknown_share", ">", 0.1), *PERIOD_CAVEATS,
)


def metric_breakdown(
    shop: Shop,
    *,
    dimension: tuple[str, ...],
    metric: str | tuple[str, ...] = "revenue",
    period: Period | None = None,
    compare_to: Period | None = None,
    grain: Grain | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    top_n: int | None = None,
    order: Order | None = None,
) -> Finding:
    """A metric for each value of a dimension, or each pair of values of two (a grain is a dimension of time).

    Sums and counts carry the share of the total over everything, groups without a value (shown as unknown) included; where
    one thing falls into several groups (an order with two categories) the shares add up to more than 1. Shares, means,
    medians and ratios carry a 95 % interval; groups with fewer than SMALL_SAMPLE observations stand behind the others and
    have no rank, unless all are that small. `top_n` limits the groups shown, and how many there are is said.
    """
    dims = _dims(dimension, grain)
    request = asked(shop, metric, period, compare_to, filters, segment, dims)
    groups = Shared("breakdown_groups", _groups(request, dims, order))
    kept = groups.table if top_n is None else groups.table.filter(groups.table.position <= top_n)
    facts = _facts(groups.table, kept, request.metrics[0], dims)
    if request.metric.sampled:
        total = measure(shop, request.metrics[:1], period=request.period, filters=request.filters)
        facts = facts.drop("total").cross_join(total.select(total=plain(total[request.metrics[0]])))
    facts = facts.mutate(**period_facts(request, compare_to))
    shown = _shown(kept, request, dims, by_size=top_n is not None or order is not None)
    return Finding(
        facts, {"groups" if len(dims) == 1 else "pairs": shown},
        scope(shop, request.metrics[0], request.period, request.filters, dims), shared=(groups,), caveats=CAVEATS,
        units=units_of(request.metric, _FIGURES), defaults=defaults_of(request), definitions=(*request.metrics, *dims),
    )


def _dims(dimension: tuple[str, ...], grain: Grain | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys((*dimension, *((grain,) if grain else ()))))
    if not names:
        raise CannotAnswer("unknown_dimension", dimension="")
    if len(names) > 2:
        raise CannotAnswer("too_many_dimensions", dimension=names[2])
    return names


def _groups(request: Asked, dims: tuple[str, ...], order: Order | None) -> ir.Table:
    """One row per group: figures, interval, the period before, and the position (and rank) among all groups."""
    shop, names = request.shop, request.metrics
    now = measure(shop, names, dims=dims, period=request.period, filters=request.filters, samples=True)
    main = figure(now, names[0])
    low, high = main.interval
    places = {f"group_{i + 1}" if i else "group": now[name] for i, name in enumerate(dims)}
    small = main.sample < statistics.SMALL_SAMPLE if request.metric.sampled else ibis.literal(False)
    table = now.select(
        **places, value=plain(main.value), sample=main.sample.cast("int64"), spread=plain(main.spread), low=plain(low),
        high=plain(high), is_small=small, **{name: plain(now[name]) for name in names[1:]},
    )
    table = _with_previous(table.filter(table.value.notnull()), request, dims)
    ranked = _ranked(table, tuple(places), order)
    if request.metric.sampled:
        return ranked.mutate(total=ibis.null("float64"), share=ibis.null("float64"))
    total = measure(shop, names[:1], period=request.period, filters=request.filters)
    with_total = ranked.cross_join(total.select(total=plain(total[names[0]])))
    return with_total.mutate(share=with_total.value / _whole(with_total.total))


def _whole(total: ir.Value) -> ir.Value:
    """What shares are taken of: null where the total is nothing or a loss."""
    return ibis.ifelse(total > 0, total, ibis.null("float64"))


def _with_previous(table: ir.Table, request: Asked, dims: tuple[str, ...]) -> ir.Table:
    """The figures of the period before joined on; a group that had none then has 0 for sums, else null."""
    if request.before is None or any(DIMENSIONS[name].source == "time" and name not in ("weekday", "hour") for name in dims):
        return table.mutate(previous=ibis.null("float64"), change=ibis.null("float64"), change_rate=ibis.null("float64"))
    name = request.metrics[0]
    then = measure(request.shop, (name,), dims=dims, period=request.before, filters=request.filters)
    keys = {f"before_{i}": then[dim] for i, dim in enumerate(dims)}
    then = then.select(**keys, previous=plain(then[name]))
    same = [table[f"group_{i + 1}" if i else "group"].identical_to(then[key]) for i, key in enumerate(keys)]
    joined = table.left_join(then, same).drop(*keys)
    previous = joined.previous.fill_null(0.0) if request.metric.zero_filled else joined.previous
    joined = joined.mutate(previous=previous)
    return joined.mutate(change=joined.value - joined.previous, change_rate=change_rate(joined.value, joined.previous))


def _ranked(table: ir.Table, places: tuple[str, ...], order: Order | None) -> ir.Table:
    """`position` sorts all groups: enough observations first, then by size, unknown values after equal ones, then by name.

    `rank` is the position among those with enough observations; null for the others.
    """
    any_large = (~table.is_small).any().over(ibis.window())
    table = table.mutate(behind=table.is_small & any_large)
    size = table.value if order == "lowest" else ibis.desc(table.value)
    names = [key for place in places for key in (table[place].isnull(), table[place])]
    table = table.mutate(position=ibis.row_number().over(order_by=[table.behind, size, *names]) + 1)
    return table.mutate(rank=ibis.ifelse(table.behind, ibis.null("int64"), table.position))


@built_once
def _facts(groups: ir.Table, kept: ir.Table, name: str, dims: tuple[str, ...]) -> ir.Table:
    """How many groups, the first, second and last ranked ones with a known value, the total, and the unknown."""
    unknown = groups.group.isnull() if len(dims) == 1 else groups.group.isnull() | groups.group_2.isnull()
    ranked = groups.filter(~unknown, ~groups.behind)
    ranked = ranked.mutate(place=ibis.row_number().over(order_by=ranked.position) + 1)
    counts = groups.aggregate(
        groups=groups.count(), small_groups=groups.behind.sum().fill_null(0), sum_=groups.value.sum(),
        unknown_value=groups.value.sum(where=unknown), all_small=groups.is_small.all().fill_null(False),
        total=groups.total.max().fill_null(0.0),
    )
    shown = kept.aggregate(shown=kept.count(), shown_total=kept.value.sum())
    one = _ends(ranked, dims, METRICS[name]).cross_join(counts).cross_join(shown)
    adds_up = not METRICS[name].sampled
    whole = _whole(one.total) if adds_up else ibis.null("float64")
    return one.mutate(
        metric=ibis.literal(name),
        first_share=one.first_value / whole, last_share=one.last_value / whole, shown_share=one.shown_total / whole,
        shown_total=one.shown_total if adds_up else ibis.null("float64"),
        unknown_share=one.unknown_value / whole, shares_overlap=(one.sum_ / whole > 1.0001).fill_null(False),
        is_total=ibis.literal(adds_up), all_shown=one.shown >= one.groups,
        lead_is_real=statistics.is_real(one.lead_chance, one.ranked * (one.ranked - 1) / 2),
        dimension=ibis.literal(dims[0]), dimension_2=ibis.literal(dims[1] if len(dims) > 1 else None, "string"),
    ).drop("sum_", "lead_chance")


def _ends(ranked: ir.Table, dims: tuple[str, ...], metric: Metric) -> ir.Table:
    """The first, second and last group of a ranking, and the chance that the first leads the second by chance."""
    keys = {"first": ranked.place == 1, "second": ranked.place == 2}
    columns = ("group", "value", "sample", "spread", "low", "high", "change_rate")
    out: dict[str, ir.Value] = {"ranked": ranked.count()}
    for end, here in keys.items():
        out |= {f"{end}_{name}": ranked[name].max(where=here) for name in columns}
        if len(dims) > 1:
            out[f"{end}_group_2"] = ranked.group_2.max(where=here)
    out |= {"last_group": ranked.group.argmax(ranked.place), "last_value": ranked.value.argmax(ranked.place)}
    if len(dims) > 1:
        out["last_group_2"] = ranked.group_2.argmax(ranked.place)
    one = ranked.aggregate(**out)
    if len(dims) == 1:
        nothing = ibis.null("string")
        one = one.mutate(first_group_2=nothing, second_group_2=nothing, last_group_2=nothing)
    first, second = (Figure(metric, one[f"{e}_value"], one[f"{e}_sample"], one[f"{e}_spread"]) for e in keys)
    return one.mutate(lead_chance=first.chance(second)).drop("first_spread", "second_spread", "second_low", "second_high")


def _shown(kept: ir.Table, request: Asked, dims: tuple[str, ...], by_size: bool) -> ir.Table:
    """The groups as they are shown: in their natural order where the dimension has one and nobody asked for a ranking."""
    places = ("group", "group_2")[: len(dims)]
    order = [] if by_size else natural_order(kept, dict(zip(places, dims, strict=True)))
    table = kept.order_by(*order, kept.position)
    columns = ["rank", *places, "value"]
    if not request.metric.sampled:
        columns.append("share")
    else:
        columns += ["low", "high", "sample"]
    if request.before is not None:
        columns += ["previous", "change", "change_rate"]
    return table.select(*columns, *request.metrics[1:])
