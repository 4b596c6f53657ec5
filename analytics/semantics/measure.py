"""Any metric by any dimension that the tables can join, with filters, period and grain.

The one place where a metric meets a dimension: `measure` builds the expression, `why_not` says what stands against it.
"""

from __future__ import annotations

from datetime import date
from functools import reduce

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Filter
from analytics.period import DAY, GRAINS, Grain, Period
from analytics.semantics import special
from analytics.semantics.conditions import within, within_either
from analytics.semantics.customers import is_customer_field
from analytics.semantics.dimensions import ORIGIN, TIME_COLUMN, bucket, dimension_of, joinable, with_dimensions
from analytics.semantics.filters import restrict, why_not_filter
from analytics.semantics.metrics import LINES, METRICS, ORDERS, Metric
from analytics.semantics.special import Span
from analytics.shop import Shop

Group = tuple[str, tuple[str, ...]]
#: The mart of days, and the metrics that its columns of the same name hold.
_DAYS = "daily_sales"
_OF_DAYS = frozenset({"revenue", "orders", "units", "new_customers"})


def base_for(metric: Metric, dims: tuple[str, ...] = (), filters: tuple[Filter, ...] = ()) -> str | None:
    """The cheapest mart on which the metric, the dimensions and the filters meet, or None."""
    for base in metric.measures:
        if all(_splits(metric, name, base) for name in dims) and not any(_refusal(metric, base, item) for item in filters):
            return base
    return None


def _splits(metric: Metric, name: str, base: str) -> bool:
    """Whether the metric, computed on the mart, can be split by the dimension."""
    dimension = dimension_of(name)
    if metric.name in special.CHURN:
        return dimension.source == "customer" or name in ("region", "city", "country")
    if metric.name == "acquisition_cost":
        return name in special.ACQUISITION_DIMENSIONS
    if metric.name == "overdue_amount" and dimension.source == "time":
        return False
    return joinable(dimension, base)


def _refusal(metric: Metric, base: str, item: Filter) -> str | None:
    """The reason's code why the metric cannot be filtered, or None."""
    if metric.name in special.CHURN:
        return None if is_customer_field(item.field) else why_not_filter(base, item) or "not_joinable"
    if metric.name == "acquisition_cost":
        return None if item.field in special.ACQUISITION_DIMENSIONS and item.op in ("=", "in", "!=") else "not_joinable"
    return why_not_filter(base, item)


def why_not(
    shop: Shop, metric_name: str, dims: tuple[str, ...] = (), filters: tuple[Filter, ...] = (), grain: Grain | None = None
) -> CannotAnswer | None:
    """What stands against the request, as the exception that `measure` would raise; None when it can be answered."""
    metric = METRICS.get(metric_name)
    if metric is None:
        return CannotAnswer("unknown_metric", metric=metric_name)
    try:
        for name in dims:
            dimension_of(name)
        shop.require(ORIGIN[next(iter(metric.measures))], *metric.needs)
    except CannotAnswer as refused:
        return refused
    dims, _ = _grained(dims, grain)
    if base_for(metric, dims, filters) is not None:
        return None
    bases = list(metric.measures)
    wrong = next((name for name in dims if not any(_splits(metric, name, base) for base in bases)), None)
    if wrong is None:
        item, code = _worst_filter(metric, bases, filters)
        if code == "unknown_field":
            return CannotAnswer(code, field=item)
        wrong = item or dims[0]
    return CannotAnswer("not_joinable", metric=metric_name, dimension=wrong, field=wrong, table=ORIGIN[bases[0]])


def _worst_filter(metric: Metric, bases: list[str], filters: tuple[Filter, ...]) -> tuple[str, str]:
    """The field that no mart of the metric has, and the reason; empty where each alone would do."""
    for item in filters:
        reasons = [_refusal(metric, base, item) for base in bases]
        if all(reasons):
            return item.field, str(reasons[0])
    return "", "not_joinable"


def _grained(dims: tuple[str, ...], grain: Grain | None) -> tuple[tuple[str, ...], Grain | None]:
    """A single time dimension is a grain, so that its empty buckets are there too."""
    if grain is None and sum(name in GRAINS for name in dims) == 1:
        grain = next(name for name in GRAINS if name in dims)
    return tuple(name for name in dims if name != grain), grain


def measure(
    shop: Shop,
    metrics: tuple[str, ...],
    *,
    dims: tuple[str, ...] = (),
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    grain: Grain | None = None,
    samples: bool = False,
    only: ir.Table | None = None,
) -> ir.Table:
    """One row per combination of dimension values (and grain bucket) with a column per metric.

    Columns: the dimensions, the grain's name (first day of the bucket) if given, the metrics; with `samples` also
    `sample_<metric>` and `spread_<metric>` (null where a metric has none). Without dims and grain: exactly one row.
    With a grain (or a time dimension), every bucket of the period is there: sums and balances show 0, others null where
    nothing happened. `only`, a table of the dims' columns, leaves out all other groups. Raises CannotAnswer where the
    schema cannot join.
    """
    dims, grain = _grained(dims, grain)
    for name in metrics:
        if refusal := why_not(shop, name, dims, filters, grain):
            raise refusal
    keys = (*dims, grain) if grain else dims
    parts = [_part(shop, group, dims, period, filters, grain) for group in _by_base(metrics, dims, filters)]
    if not keys:
        joined = reduce(lambda left, right: left.cross_join(right), parts)
    else:
        joined = _on_spine(parts, keys, dims, _span(shop, period).buckets(grain, shop.settings.calendar) if grain else [], only)
    out = joined.select(*keys, **_output(metrics, joined, samples))
    return out.mutate(**{m: out[m].fill_null(0) for m in metrics if METRICS[m].zero_filled})


def measure_both(
    shop: Shop, metrics: tuple[str, ...], period: Period, before: Period, filters: tuple[Filter, ...] = ()
) -> ir.Table:
    """One row: each metric with `sample_` and `spread_` in the period, and the same prefixed `before_` in the other one.

    As two calls of `measure` would give them, with one pass over the rows of both periods where these share no day.
    """
    apart = before.end <= period.start or period.end <= before.start
    special_ones = any(name in (*special.CHURN, "overdue_amount", "acquisition_cost") for name in metrics)
    if special_ones or not apart:
        now, then = (measure(shop, metrics, period=span, filters=filters, samples=True) for span in (period, before))
        return now.cross_join(then.rename({f"before_{name}": name for name in then.columns}))
    for name in metrics:
        if refusal := why_not(shop, name, (), filters):
            raise refusal
    parts = [_both(shop, group, (period, before), filters) for group in _by_base(metrics, (), filters)]
    return reduce(lambda left, right: left.cross_join(right), parts).select(
        **{f"{prefix}{column}": value for prefix in ("", "before_") for column, value in _side(metrics, parts, prefix).items()}
    )


def _both(shop: Shop, group: Group, periods: tuple[Period, Period], filters: tuple[Filter, ...]) -> ir.Table:
    """One row: the metrics of one mart in two periods, those of the second prefixed."""
    base, names = group
    if base == ORDERS and not filters and set(names) <= _OF_DAYS:
        days = within_either(shop.daily_sales, _DAYS, *periods)
        sums = days.group_by("place").agg(**{name: days[name].sum() for name in names})
    else:
        rows = within_either(rows_of(shop, base, None, filters, names), base, *periods)
        if METRICS[names[-1]].special:
            sums = special.per_customer(rows, base, ("place",), names)
        else:
            sums = rows.group_by("place").agg(**_figures_of(rows, base, names))
    columns = [name for name in sums.columns if name != "place"]
    return sums.agg(**{
        f"{prefix}{name}": sums[name].max(where=sums.place == at) for at, prefix in enumerate(("", "before_")) for name in columns
    })


def _side(metrics: tuple[str, ...], parts: list[ir.Table], prefix: str) -> dict[str, ir.Value]:
    """The columns of one period as `measure` names, types and fills them."""
    columns = {name: part[name] for part in parts for name in part.columns}
    out: dict[str, ir.Value] = {}
    for name in metrics:
        value = columns[f"{prefix}{name}"]
        out[name] = value.fill_null(0) if METRICS[name].zero_filled else value
    for name in metrics:
        sample, spread = columns.get(f"{prefix}sample_{name}"), columns.get(f"{prefix}spread_{name}")
        # A period without rows has no group of its own: nothing was counted in it.
        counted = sample if sample is None or METRICS[name].special else sample.fill_null(0)
        out[f"sample_{name}"] = ibis.null("int64") if counted is None else counted.cast("int64")
        out[f"spread_{name}"] = ibis.null("float64") if spread is None else spread.cast("float64")
    return out


def _by_base(metrics: tuple[str, ...], dims: tuple[str, ...], filters: tuple[Filter, ...]) -> list[Group]:
    """Metrics grouped by the mart they are computed on; special ones stand alone, except those that go together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name in metrics:
        base = base_for(METRICS[name], dims, filters)
        assert base is not None, "why_not has passed"
        family = next((family[0] for family in (special.PER_CUSTOMER, special.CHURN) if name in family), name)
        # Who is gone through one by one need not be counted apart, which takes as long again.
        along = name == "customers" and any(other in special.PER_CUSTOMER for other in metrics)
        group = special.PER_CUSTOMER[0] if along else family if METRICS[name].special else ""
        groups.setdefault((base, group), []).append(name)
    return [(base, tuple(sorted(names, key=lambda name: METRICS[name].special))) for (base, _), names in groups.items()]


def rows_of(shop: Shop, base: str, period: Period | None, filters: tuple[Filter, ...], metrics: tuple[str, ...] = ()) -> ir.Table:
    """The rows of a mart that a request rests on, with the columns that some of the metrics need beside the mart's own."""
    table = restrict(shop, within(shop.table(base), base, period), base, filters)
    if base == "ticket_facts":
        waited = (ibis.literal(shop.as_of) - table.opened_at.cast("date")).cast("int64") * 24
        promised = shop.settings.sla_first_response_hours
        still_open = ibis.ifelse(waited > promised, False, ibis.null("boolean"))
        answered = table.first_response_hours.notnull()
        table = table.mutate(within_sla=ibis.ifelse(answered, table.first_response_hours <= promised, still_open))
    if base == LINES and "new_customers" in metrics:
        numbers = shop.order_facts.select("order_id", "order_number")
        table = table.left_join(numbers, "order_id").drop("order_id_right")
    return table


def _part(
    shop: Shop, group: Group, dims: tuple[str, ...], period: Period | None, filters: tuple[Filter, ...], grain: Grain | None
) -> ir.Table:
    base, names = group
    if names[0] in special.CHURN or names[0] == "overdue_amount":
        spans = _spans(shop, _span(shop, period), grain)
        of_spans = special.overdue_amount if names[0] == "overdue_amount" else special.churn
        return of_spans(shop, spans, filters, dims, grain)
    if names[0] == "acquisition_cost":
        return special.acquisition_cost(shop, period, filters, dims, grain)
    if base == ORDERS and not (dims or filters) and set(names) <= _OF_DAYS:
        return _by_days(shop, names, period, grain)
    rows = with_dimensions(shop, rows_of(shop, base, period, filters, names), base, dims)
    if METRICS[names[-1]].special:
        if grain:
            rows = rows.mutate(*_bucket_of(shop, rows, base, grain))
        return special.per_customer(rows, base, (*dims, grain) if grain else dims, names)
    keys = (*dims, *_bucket_of(shop, rows, base, grain))
    figures = _figures_of(rows, base, names)
    return rows.group_by(*keys).agg(**figures) if keys else rows.agg(**figures)


def _figures_of(rows: ir.Table, base: str, names: tuple[str, ...]) -> dict[str, ir.Value]:
    """Each metric over the rows of a mart, with sample and spread where it has them."""
    figures: dict[str, ir.Value] = {}
    for name in names:
        metric = METRICS[name]
        figures[name] = metric.measures[base](rows)
        if base in metric.samples:
            figures[f"sample_{name}"] = metric.samples[base](rows)
        if base in metric.spreads:
            figures[f"spread_{name}"] = metric.spreads[base](rows)
    return figures


def _bucket_of(shop: Shop, rows: ir.Table, base: str, grain: Grain | None) -> tuple[ir.Value, ...]:
    """The grain's bucket of each row as a key to group by; none without a grain."""
    return (bucket(rows[TIME_COLUMN[base]], grain, shop.settings.calendar).name(grain),) if grain else ()


def _by_days(shop: Shop, names: tuple[str, ...], period: Period | None, grain: Grain | None) -> ir.Table:
    """Metrics of daily_sales over all, or per bucket: a row per day is read and not one per order."""
    days = within(shop.daily_sales, _DAYS, period)
    figures = {name: days[name].sum() for name in names}
    return days.group_by(*_bucket_of(shop, days, _DAYS, grain)).agg(**figures) if grain else days.agg(**figures)


def _span(shop: Shop, period: Period | None) -> Period:
    """The period, or all days of the data."""
    return period or Period(min(shop.first_day, shop.as_of), shop.as_of + DAY)


def _spans(shop: Shop, period: Period, grain: Grain | None) -> list[Span]:
    if grain is None:
        return [Span(period.start, period.start, period.end)]
    starts = period.buckets(grain, shop.settings.calendar)
    ends = [*starts[1:], period.end]
    return [Span(start, max(start, period.start), end) for start, end in zip(starts, ends, strict=True)]


def _on_spine(
    parts: list[ir.Table], keys: tuple[str, ...], dims: tuple[str, ...], days: list[date], only: ir.Table | None
) -> ir.Table:
    """All key combinations of the parts (and every bucket) with the parts' figures joined on."""
    if not days and len(parts) == 1 and only is None:
        return parts[0]
    spine = None
    if dims:
        spine = only.select(*dims) if only is not None else _union([part.select(*dims) for part in parts])
    if days:
        buckets = _days_table(days, keys[-1])
        spine = spine.cross_join(buckets) if spine is not None else buckets
    assert spine is not None, "without dims and grain nothing is joined"
    for part in parts:
        same = [spine[key].identical_to(part[key]) for key in keys]
        spine = spine.left_join(part, same)
        spine = spine.drop(*[f"{key}_right" for key in keys if f"{key}_right" in spine.columns])
    return spine


def _days_table(days: list[date], grain: str) -> ir.Table:
    """The first days of buckets as a column named as the grain: counted up by the engine, not listed."""
    step = ibis.interval(**{f"{grain}s": 1})
    times = ibis.range(_time(days[0]), _time(days[-1] + DAY), step=step).unnest().name("time_").as_table()
    return times.select(times.time_.cast("date").name(grain))


def _time(day: date) -> ir.TimestampValue:
    return ibis.literal(day).cast("timestamp")


def _union(tables: list[ir.Table]) -> ir.Table:
    return reduce(lambda a, b: a.union(b, distinct=True), [table.distinct() for table in tables])


def _output(metrics: tuple[str, ...], joined: ir.Table, samples: bool) -> dict[str, ir.Value]:
    out: dict[str, ir.Value] = {name: joined[name] for name in metrics}
    if samples:
        for name in metrics:
            for column, kind in ((f"sample_{name}", "int64"), (f"spread_{name}", "float64")):
                out[column] = joined[column].cast(kind) if column in joined.columns else ibis.null(kind)
    return out
