"""Several metrics of one subject side by side: each with interval, sample and change, over time, and by group.

What satisfaction and service quality have in common. Owns no metric and no wording; the figures are those of
analytics.semantics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import CannotAnswer, Filter, Shared
from analytics.overview.asked import Asked, asked, defaults_of, partial_buckets, period_facts
from analytics.overview.figures import figure, plain, two_periods
from analytics.period import GRAINS, Grain, Period
from analytics.semantics import METRICS, measure, segment_filters, why_not
from analytics.semantics.dimensions import TIME_COLUMN
from analytics.shop import Shop

Order = Literal["highest", "lowest"]
#: Longest periods, in days, that are drawn by week and by month unless a grain is asked for; longer ones by quarter.
BY_WEEK, BY_MONTH = 120, 3 * 366
#: Observations that a group needs to be ranked where hardly any group has SMALL_SAMPLE of them.
FEWEST = 5


@dataclass(frozen=True)
class Scorecard:
    """A request for several metrics: those that the data have, the one that leads, and the ones that tables always show.

    `dimension` is the one by which groups are formed; None where none can be. `unfinished` metrics count what is not over yet,
    so that their change says nothing.
    """

    request: Asked
    candidates: tuple[str, ...]
    lead: str
    grain: Grain
    dimension: str | None
    unfinished: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that the data have, in the order of the candidates."""
        return tuple(name for name in self.candidates if name in self.request.metrics)


def scorecard(
    shop: Shop, candidates: tuple[str, ...], *, metric: str | None, period: Period | None, compare_to: Period | None,
    filters: tuple[Filter, ...], segment: tuple[str, ...], dimension: tuple[str, ...], grain: Grain | None, by_default: str,
) -> Scorecard:
    """The request made precise. `metric` leads if it is a candidate, else the first that the data have.

    A time dimension is a grain. Raises CannotAnswer where none of the candidates can be had, or not by the dimension
    asked for; `by_default` is taken where none is asked for and left out where it cannot be.
    """
    wanted = (metric, *candidates) if metric in candidates else candidates
    bounds = (*filters, *segment_filters(segment))
    names = tuple(dict.fromkeys(name for name in wanted if name and why_not(shop, name, (), bounds) is None))
    request = asked(shop, names or candidates[0], period, compare_to, filters, segment)
    times = [name for name in dimension if name in GRAINS]
    others = [name for name in dimension if name not in GRAINS]
    if len(others) > 1:
        raise CannotAnswer("too_many_dimensions", dimension=others[1])
    chosen = grain or next((name for name in GRAINS if name in times), None) or grain_of(request.period)
    lead = request.metrics[0]
    by = others[0] if others else by_default
    refusal = why_not(shop, lead, (by,), request.filters)
    if refusal is not None and by != by_default:
        raise refusal
    return Scorecard(request, candidates, lead, chosen, None if refusal else by)


def grain_of(period: Period) -> Grain:
    """What a period is drawn by where no grain is asked for."""
    return "week" if period.days <= BY_WEEK else "month" if period.days <= BY_MONTH else "quarter"


def base_of(card: Scorecard) -> ir.Table:
    """One row: every metric in the period and, prefixed `before_`, in the one compared with."""
    request = card.request
    return two_periods(request.shop, card.names, request.period, request.before, request.filters)


def figures(base: ir.Table, card: Scorecard) -> ir.Table:
    """One row: for each candidate m the columns m, m_low, m_high, m_sample, previous_m, change_of_m and m_moved (the change is
    more than noise); all null for a candidate that the data do not have."""
    columns: dict[str, ir.Value] = {}
    for name in card.candidates:
        if name not in card.names:
            nothing = ibis.null("float64")
            columns |= {name: nothing, f"{name}_low": nothing, f"{name}_high": nothing, f"{name}_sample": ibis.null("int64")}
            columns |= {f"previous_{name}": nothing, f"change_of_{name}": nothing, f"{name}_moved": ibis.null("boolean")}
            continue
        now, then = figure(base, name), figure(base, name, "before_")
        low, high = now.interval
        moved = ibis.null("boolean") if name in card.unfinished else statistics.is_real(now.chance(then))
        columns |= {
            name: plain(now.value), f"{name}_low": plain(low), f"{name}_high": plain(high),
            f"{name}_sample": now.sample.cast("int64"), f"previous_{name}": plain(then.value),
            f"change_of_{name}": plain(now.value) - plain(then.value), f"{name}_moved": moved,
        }
    return base.select(**columns)


def units(card: Scorecard) -> dict[str, str]:
    """Units of what `figures`, `trend` and `groups` name."""
    out: dict[str, str] = dict.fromkeys(("best_value", "worst_value"), METRICS[card.lead].unit)
    for name in card.candidates:
        unit = METRICS[name].unit
        out |= {f"{name}_low": unit, f"{name}_high": unit, f"{name}_sample": "count"}
        out |= {f"previous_{name}": unit, f"change_of_{name}": unit}
    return out


def measures(figures: ir.Table, card: Scorecard, **more: Literal["up", "down"]) -> ir.Table:
    """One row per metric of a table of `figures`: value, interval, sample, the period before, change, whether it is more than
    noise and for the better (null where it may be noise). `more` names further figures in it, and which way is better."""
    wanted = {name: METRICS[name].favourable for name in card.names} | more
    rows = [
        figures.select(
            position=ibis.literal(place, "int64"), metric=ibis.literal(name), value=figures[name], low=figures[f"{name}_low"],
            high=figures[f"{name}_high"], sample=figures[f"{name}_sample"], previous=figures[f"previous_{name}"],
            change=figures[f"change_of_{name}"], is_real=figures[f"{name}_moved"],
            is_better=_better(figures[f"{name}_moved"], figures[f"change_of_{name}"], favourable),
        )
        for place, (name, favourable) in enumerate(wanted.items())
    ]
    return reduce(lambda a, b: a.union(b), rows).order_by("position").drop("position")


def _better(moved: ir.BooleanValue, change: ir.Value, favourable: str) -> ir.BooleanValue:
    good = change > 0 if favourable == "up" else change < 0
    return ibis.ifelse(moved.fill_null(False), good, ibis.null("boolean"))


def trend(card: Scorecard, always: tuple[str, ...]) -> ir.Table:
    """Every bucket of the period with each metric; see `_columns`."""
    request, grain = card.request, card.grain
    rows = measure(request.shop, card.names, period=request.period, filters=request.filters, grain=grain, samples=True)
    partial = partial_buckets(request.period, grain, request.shop.settings.calendar)
    is_partial = rows[grain].isin(partial) if partial else ibis.literal(False)
    return rows.select(bucket=rows[grain], **_columns(rows, card, card.names, always), is_partial=is_partial).order_by("bucket")


def _columns(rows: ir.Table, card: Scorecard, names: tuple[str, ...], always: tuple[str, ...]) -> dict[str, ir.Value]:
    """A column per metric of `names`, the lead first; those of `always`, null where not among the names, and the lead also
    have interval and sample."""
    columns: dict[str, ir.Value] = {}
    for name in dict.fromkeys((*(n for n in (card.lead,) if n in names), *always, *names)):
        here = name in names
        columns[name] = plain(rows[name]) if here else ibis.null("float64")
        if METRICS[name].kind not in ("sum", "balance") and name in (*always, card.lead):
            low, high = figure(rows, name).interval if here else (ibis.null("float64"), ibis.null("float64"))
            sample = rows[f"sample_{name}"].cast("int64") if here else ibis.null("int64")
            columns |= {f"{name}_low": plain(low), f"{name}_high": plain(high), f"{name}_sample": sample}
    return columns


@dataclass(frozen=True)
class Groups:
    """The metrics by group: the result table, what facts are joined with it, and what both rest on."""

    card: Scorecard
    table: ir.Table
    ranked: Shared | None

    @property
    def shared(self) -> tuple[Shared, ...]:
        return (self.ranked,) if self.ranked else ()

    def join(self, facts: ir.Table) -> ir.Table:
        """The facts with how many groups there are, the best and the worst of them and whether these differ."""
        if self.ranked is None:
            return facts.mutate(**_no_group_facts())
        return facts.cross_join(_group_facts(self.ranked.table, self.card))


def groups(card: Scorecard, always: tuple[str, ...], order: Order | None = None, top_n: int | None = None) -> Groups:
    """Each metric by group of the dimension, the first `top_n`: groups with enough observations of the lead first, then best
    first (or as `order` says), then by name. No groups where the lead cannot be split.

    Enough are SMALL_SAMPLE observations, or FEWEST where fewer than two groups have that many.
    """
    if card.dimension is None:
        base = base_of(card)
        empty = base.filter(ibis.literal(False)).select(group=ibis.null("string"), **_columns(base, card, (), always))
        return Groups(card, empty, None)
    ranked = Shared("scorecard_groups", _ranked(card, card.dimension, order))
    kept = ranked.table if top_n is None else ranked.table.filter(ranked.table.position <= top_n)
    names = tuple(name for name in card.names if name in kept.columns)
    return Groups(card, kept.order_by("position").select(group=kept.group, **_columns(kept, card, names, always)), ranked)


def _ranked(card: Scorecard, by: str, order: Order | None) -> ir.Table:
    request = card.request
    names = tuple(name for name in card.names if why_not(request.shop, name, (by,), request.filters) is None)
    rows = measure(request.shop, names, dims=(by,), period=request.period, filters=request.filters, samples=True)
    rows = rows.filter(rows[card.lead].notnull())
    figures = {name: rows[name] for name in rows.columns if name != by}
    # A sum needs no sample: every group has all of it.
    size = ibis.literal(statistics.SMALL_SAMPLE) if METRICS[card.lead].kind in ("sum", "balance") else rows[f"sample_{card.lead}"]
    table = rows.select(group=rows[by].cast("string"), **figures, size=size.cast("int64"))
    large = number_of(table.size >= statistics.SMALL_SAMPLE).over(ibis.window())
    table = table.mutate(needed=ibis.ifelse(large >= 2, statistics.SMALL_SAMPLE, FEWEST))
    table = table.mutate(behind=(table.size < table.needed) & (table.size >= table.needed).any().over(ibis.window()))
    upward = order == "lowest" if order else METRICS[card.lead].favourable == "down"
    value = table[card.lead].asc() if upward else table[card.lead].desc()
    place = ibis.row_number().over(order_by=[table.behind, value, table.group.isnull(), table.group])
    return table.mutate(position=place + 1)


def _group_facts(table: ir.Table, card: Scorecard) -> ir.Table:
    """One row: how many groups, the best and the worst with enough observations, and whether the two differ by more than noise.

    The chance is multiplied by the number of pairs that best and worst were picked from.
    """
    ranked = table.filter(table.group.notnull(), ~table.behind)
    lead = ranked[card.lead].cast("float64")
    ranked = ranked.mutate(good=lead if METRICS[card.lead].favourable != "down" else -lead)
    places = {
        "best": ibis.row_number().over(order_by=[ranked.good.desc(), ranked.group]),
        "worst": ibis.row_number().over(order_by=[ranked.good, ranked.group.desc()]),
    }
    ranked = ranked.mutate(**{f"from_{end}": place for end, place in places.items()})
    columns = ("group", card.lead, f"sample_{card.lead}", f"spread_{card.lead}")
    ends = ranked.agg(
        groups=ranked.count(),
        **{f"{end}_{name}": ranked[name].max(where=ranked[f"from_{end}"] == 0) for end in places for name in columns},
    )
    pairs = ends.groups * (ends.groups - 1) / 2
    differ = statistics.is_real(figure(ends, card.lead, "best_").chance(figure(ends, card.lead, "worst_")), pairs)
    picked = {
        f"{end}_{column}": value for end in places for column, value in (
            ("group", ends[f"{end}_group"]), ("value", plain(ends[f"{end}_{card.lead}"])),
            ("sample", ends[f"{end}_sample_{card.lead}"].cast("int64")),
        )
    }
    differs = ibis.ifelse(ends.groups > 1, differ.fill_null(False), False)
    one = ends.select(groups=ends.groups, **picked, groups_differ=differs)
    return one.cross_join(table.agg(groups_behind=number_of(table.behind), needed_sample=table.needed.max().cast("int64")))


def _no_group_facts() -> dict[str, ir.Value]:
    nothing, none, name, zero = ibis.null("float64"), ibis.null("int64"), ibis.null("string"), ibis.literal(0, "int64")
    return {
        "groups": zero, "best_group": name, "best_value": nothing, "best_sample": none, "worst_group": name,
        "worst_value": nothing, "worst_sample": none, "groups_differ": ibis.literal(False), "groups_behind": zero,
        "needed_sample": none,
    }


def common_facts(card: Scorecard, compare_to: Period | None) -> dict[str, ir.Value]:
    """What every scorecard states of its request."""
    return {
        "metric": ibis.literal(card.lead), "dimension": ibis.literal(card.dimension, "string"), "grain": ibis.literal(card.grain),
        **period_facts(card.request, compare_to),
    }


def first_record(card: Scorecard, mart: str) -> ir.Table:
    """One row: the first day of a mart, and whether the period compared with reaches back before it."""
    rows, column = card.request.shop.table(mart), TIME_COLUMN[mart]
    one = rows.agg(records_from=rows[column].cast("date").min())
    before = card.request.before
    later = one.records_from > ibis.literal(before.start) if before else ibis.literal(False)
    return one.mutate(records_start_later=later.fill_null(False))


def defaults(card: Scorecard, dimension: tuple[str, ...], grain: Grain | None) -> dict[str, str]:
    """What was assumed, for the receipt."""
    assumed = defaults_of(card.request) | ({} if grain else {"grain": card.grain})
    return assumed | ({"dimension": card.dimension} if card.dimension and card.dimension not in dimension else {})


def number_of(condition: ir.BooleanValue) -> ir.IntegerValue:
    """How many rows meet a condition; 0 without rows."""
    return condition.fill_null(False).sum().fill_null(0)


def share_of(part: ir.Value, whole: ir.Value) -> ir.FloatingValue:
    """A part of a whole, 0 to 1; null where the whole is 0."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def constant(value: float) -> ir.FloatingValue:
    """A number as DOUBLE: the engine takes a written 0.05 for a DECIMAL."""
    return ibis.literal(str(float(value))).cast("float64")
