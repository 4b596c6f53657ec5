"""What an overview analysis was asked for, made precise: metrics, filters with segments, and periods that can be compared.

An unfinished period is compared with the same part of the other one, and nothing is compared with days before the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Caveat, Filter
from analytics.period import DAY, Calendar, Grain, Period, step
from analytics.semantics import METRICS, Metric, segment_filters, why_not
from analytics.semantics.special import CHURN
from analytics.shop import Shop

#: What may be wrong with a period or its comparison with another.
PERIOD_CAVEATS = (
    Caveat("comparison_before_data", "compared_short"), Caveat("same_part_compared", "compared_part"),
    Caveat("without_comparison", "comparison_missing"), Caveat("young_churn", "history_short"),
    Caveat("metrics_left_out", "left_out_metrics", ">", 0),
)
#: The period of metrics that have no meaning over all the data: of whom was active on the first day nothing is known.
RECENT = "last_12_months"


@dataclass(frozen=True)
class Asked:
    """`before` is the period really compared with, None where there is none; `assumed` names the period that was taken
    instead of all the data, if any; `left_out` are metrics asked for that are no part of the answer."""

    shop: Shop
    metrics: tuple[str, ...]
    period: Period
    before: Period | None
    filters: tuple[Filter, ...]
    assumed: str | None = None
    left_out: tuple[str, ...] = ()

    @property
    def metric(self) -> Metric:
        """The first metric: the one that the answer is about."""
        return METRICS[self.metrics[0]]

    @property
    def all_time(self) -> bool:
        return self.period.name == "all_time"


def names_of(metric: str | tuple[str, ...]) -> tuple[str, ...]:
    """Metrics as a tuple, each once; raises CannotAnswer for a name that is none."""
    names = (metric,) if isinstance(metric, str) else tuple(dict.fromkeys(metric))
    for name in names:
        if name not in METRICS:
            raise CannotAnswer("unknown_metric", metric=name)
    return names


def asked(
    shop: Shop,
    metric: str | tuple[str, ...],
    period: Period | None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    dims: tuple[str, ...] = (),
    *,
    several: bool = True,
) -> Asked:
    """The request made precise. Raises CannotAnswer where the first metric cannot be had; others that cannot, and all others
    unless the analysis takes `several`, are left out and told."""
    names = names_of(metric)
    wanted = (*filters, *segment_filters(segment))
    if refusal := why_not(shop, names[0], dims, wanted):
        raise refusal
    kept = (names[0], *(name for name in names[1:] if several and why_not(shop, name, dims, wanted) is None))
    span, assumed = _span(shop, names[0], period)
    before = comparable(shop, span, span.previous() if assumed else compare_to)
    if before and before.end <= _known_from(shop, names[0]):
        before = None
    return Asked(shop, kept, span, before, wanted, assumed, tuple(name for name in names if name not in kept))


def _known_from(shop: Shop, metric: str) -> date:
    """The day from which the data can tell the metric: nobody is seen to leave before the data are as old as the horizon."""
    return shop.first_day + DAY * (shop.settings.churn_horizon_days + 1) if metric in CHURN else shop.first_day


def _span(shop: Shop, metric: str, period: Period | None) -> tuple[Period, str | None]:
    """The period to look at, and its name where it stands for all the data."""
    whole = period is None or period.name == "all_time"
    if whole and metric in CHURN:
        return shop.period(RECENT), RECENT
    if period is None:
        return shop.period("all_time"), None
    if period.name == "all_time":
        return replace(period, start=min(max(period.start, shop.first_day), period.end - DAY)), None
    return period.clipped(shop.today), None


def comparable(shop: Shop, period: Period, compare_to: Period | None) -> Period | None:
    """The period to compare with: as much of it as of an unfinished `period`; None where the data do not reach it.

    All the data have nothing to be compared with.
    """
    if compare_to is None or period.name == "all_time" or compare_to.end <= shop.first_day:
        return None
    if period.partial and not compare_to.partial and (compare_to.grain, compare_to.count) == (period.grain, period.count):
        end = min(compare_to.start + DAY * period.days, compare_to.end)
        return replace(compare_to, end=end, full_end=compare_to.end, name=None)
    return compare_to.clipped(shop.today)


def period_facts(request: Asked, compare_to: Period | None = None) -> dict[str, ir.Value]:
    """First and last days for the text: of the period, and of what it is really compared with.

    `as_asked` tells whether that is the period to compare with as it was asked for, `compared_part` that it is a part of it.
    """
    period, before = request.period, request.before
    known_from = _known_from(request.shop, request.metrics[0])
    first, end = ibis.literal(period.start), ibis.literal(period.end)
    return {
        # Worked out from the two days, so that periods of any length share one text of SQL (see analytics.compiling).
        "period_start": first, "period_end": ibis.literal(period.last), "days": end.delta(first, unit="day"),
        "is_partial": ibis.literal(period.partial), "is_all_time": ibis.literal(request.all_time),
        "period_assumed": ibis.literal(request.assumed is not None),
        "has_comparison": ibis.literal(before is not None),
        "compared_start": day(before.start if before else None), "compared_end": day(before.last if before else None),
        "as_asked": ibis.literal(before is not None and before == compare_to),
        "comparison_missing": ibis.literal(before is None and compare_to is not None and not request.all_time),
        "left_out_metrics": ibis.literal(len(request.left_out)),
        "left_out_metric": ibis.literal(request.left_out[0] if request.left_out else None, "string"),
        "history_short": ibis.literal(request.metrics[0] in CHURN and period.start < known_from),
        "compared_part": ibis.literal(before is not None and compare_to is not None and before.end < compare_to.end),
        "compared_short": ibis.literal(before is not None and before.start < known_from),
    }


def partial_buckets(period: Period, grain: Grain, cal: Calendar) -> list[date]:
    """First days of the buckets that the period covers only in part."""
    return [first for first in period.buckets(grain, cal) if first < period.start or step(grain, first) > period.end]


def day(value: date | None) -> ir.DateValue:
    """A date, or no date, as a constant."""
    return ibis.literal(value, "date") if value else ibis.null("date")


def defaults_of(request: Asked) -> dict[str, str]:
    """What the analysis itself assumed, for the receipt."""
    return {"period": request.assumed} if request.assumed else {}
