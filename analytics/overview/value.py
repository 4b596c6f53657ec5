"""One figure: a metric for a period, with its interval and its change."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Shared
from analytics.overview.asked import PERIOD_CAVEATS, RECENT, Asked, asked, comparable, day, defaults_of, period_facts
from analytics.overview.figures import Figure, better, change_rate, comparison_facts, figure, plain, two_periods, units_of
from analytics.overview.scope import scope
from analytics.period import Period
from analytics.semantics import METRICS, customers_matching, is_customer_field
from analytics.shop import Shop

_FIGURES = ("value", "previous", "change", "low", "high", "recent", "recent_previous")


def metric_value(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] = "revenue",
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
) -> Finding:
    """A metric over a period (all the data unless one is given), with sample size and 95 % interval, against another period.

    All the data have no period before: then the last twelve months are shown against the twelve before. Churn and
    retention are always those of a period: the last twelve months unless one is given. Further metrics stand in a table.
    """
    request = asked(shop, metric, period, compare_to, filters, segment)
    base = Shared("figures_base", two_periods(shop, request.metrics, request.period, request.before, request.filters))
    both = base.table
    now, then = figure(both, request.metrics[0]), figure(both, request.metrics[0], "before_")
    facts = both.select(
        metric=ibis.literal(request.metrics[0]), **comparison_facts(now, then), **period_facts(request, compare_to),
        is_better=better(request.metric, plain(now.value) - plain(then.value)),
        few=now.sample.between(1, statistics.SMALL_SAMPLE - 1) if request.metric.sampled else ibis.literal(False),
    ).cross_join(_recent(request)).cross_join(_known(request))
    tables = {"figures": _figures(request, both)}
    if len(request.metrics) > 1:
        tables["metrics"] = _metrics(request, both)
    units = units_of(request.metric, _FIGURES) | {name: METRICS[name].unit for name in request.metrics}
    return Finding(
        facts, tables, scope(shop, request.metrics[0], request.period, request.filters), shared=(base,),
        caveats=(Caveat("small_sample", "few"), *PERIOD_CAVEATS),
        units=units, defaults=defaults_of(request),
        definitions=(*request.metrics, *(("interval",) if now.metric.sampled else ())),
    )


def _recent(request: Asked) -> ir.Table:
    """The last twelve months against the twelve before, where the figure is that of all the data; else nulls."""
    names = ("recent", "recent_previous", "recent_change_rate", "recent_start", "recent_end")
    if not request.all_time or request.metric.kind == "balance":
        kinds = ("float64", "float64", "float64", "date", "date")
        nothing = {name: ibis.null(kind) for name, kind in zip(names, kinds, strict=True)}
        return _one_row(**nothing)
    span = request.shop.period(RECENT)
    before = comparable(request.shop, span, span.previous())
    both = two_periods(request.shop, request.metrics[:1], span, before, request.filters)
    now, then = figure(both, request.metrics[0]), figure(both, request.metrics[0], "before_")
    covered = before is not None and before.start >= request.shop.first_day
    previous = plain(then.value) if covered else ibis.null("float64")
    return both.select(
        recent=plain(now.value), recent_previous=previous, recent_change_rate=change_rate(now.value, previous),
        recent_start=day(span.start), recent_end=day(span.last),
    )


def _known(request: Asked) -> ir.Table:
    """How many known customers match, buyers or not: what "how many customers do we have" may also mean."""
    if request.metrics[0] != "customers" or not request.all_time or not all(is_customer_field(f.field) for f in request.filters):
        return _one_row(known_customers=ibis.null("int64"))
    return customers_matching(request.shop, request.filters).agg(known_customers=ibis._.count())


def _figures(request: Asked, both: ir.Table) -> ir.Table:
    """The period and the one before, a row each."""
    rows = [_row(request.period, figure(both, request.metrics[0]), both)]
    if request.before is not None:
        rows.append(_row(request.before, figure(both, request.metrics[0], "before_"), both))
    return rows[0] if len(rows) == 1 else rows[0].union(rows[1]).order_by(ibis.desc("period_start"))


def _row(period: Period, found: Figure, both: ir.Table) -> ir.Table:
    low, high = found.interval
    return both.select(
        period_start=day(period.start), period_end=day(period.last), value=plain(found.value),
        sample=found.sample.cast("int64"), low=low, high=high,
    )


def _metrics(request: Asked, both: ir.Table) -> ir.Table:
    """Every metric asked for, a row each, in the order they were named."""
    rows = [
        both.select(
            position_=ibis.literal(position), metric=ibis.literal(name), value=plain(both[name]),
            previous=plain(both[f"before_{name}"]), change_rate=change_rate(both[name], both[f"before_{name}"]),
        )
        for position, name in enumerate(request.metrics)
    ]
    return ibis.union(*rows).order_by("position_").drop("position_")


def _one_row(**columns: ir.Value) -> ir.Table:
    return ibis.literal(1).name("one_").as_table().select(**columns)
