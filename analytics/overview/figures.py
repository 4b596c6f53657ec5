"""A metric's figure with what is needed to judge it: sample, spread, interval, and the chance that a difference is noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Filter
from analytics.period import Period
from analytics.semantics import METRICS, Metric, measure, measure_both
from analytics.shop import Shop


@dataclass(frozen=True)
class Figure:
    """Columns that hold a metric: its value, its sample size and what stands for the standard deviation of one observation."""

    metric: Metric
    value: ir.Value
    sample: ir.Value
    spread: ir.Value

    @property
    def interval(self) -> tuple[ir.FloatingValue, ir.FloatingValue]:
        """The 95 % interval: Wilson's for shares, Student's for everything else with a spread; null for sums and balances."""
        if not self.metric.sampled:
            return ibis.null("float64"), ibis.null("float64")
        if self.metric.kind == "share":
            return statistics.wilson(self._hits, self.sample)
        return statistics.mean_interval(self.value, self.spread, self.sample)

    def chance(self, other: Figure) -> ir.FloatingValue:
        """The probability that chance alone parts the two this far; null for sums and balances."""
        if not self.metric.sampled:
            return ibis.null("float64")
        if self.metric.kind == "share":
            return statistics.share_difference(self._hits, self.sample, other._hits, other.sample)
        return statistics.mean_difference(self.value, self.spread, self.sample, other.value, other.spread, other.sample)

    @property
    def _hits(self) -> ir.FloatingValue:
        return (self.value.cast("float64") * self.sample.cast("float64")).round().cast("float64")


def figure(table: ir.Table, name: str, prefix: str = "") -> Figure:
    """The figure of a metric in a table that `measure` made with samples."""
    columns = (f"{prefix}{name}", f"{prefix}sample_{name}", f"{prefix}spread_{name}")
    return Figure(METRICS[name], *(table[column] for column in columns))


def two_periods(
    shop: Shop, metrics: tuple[str, ...], period: Period, before: Period | None, filters: tuple[Filter, ...]
) -> ir.Table:
    """One row: each metric with sample and spread in the period, and prefixed `before_` in the one before (null without)."""
    if before is not None:
        return measure_both(shop, metrics, period, before, filters)
    now = measure(shop, metrics, period=period, filters=filters, samples=True)
    return now.mutate(**{f"before_{name}": ibis.null(kind) for name, kind in now.schema().items()})


def change_rate(now: ir.Value, before: ir.Value) -> ir.FloatingValue:
    """The change as a share of the figure before; null where that is 0, below it or unknown."""
    base = before.cast("float64")
    return ibis.ifelse(base > 0, (now.cast("float64") - base) / base.nullif(0), ibis.null("float64"))


def plain(value: ir.Value) -> ir.FloatingValue:
    """A figure as a float, whatever type its mart gave it."""
    return value.cast("float64")


def comparison_facts(now: Figure, before: Figure) -> dict[str, ir.Value]:
    """value, previous, change, change_rate, sample, low, high, previous_sample and whether the change is more than noise."""
    low, high = now.interval
    return {
        "value": plain(now.value), "previous": plain(before.value), "change": plain(now.value) - plain(before.value),
        "change_rate": change_rate(now.value, before.value), "sample": now.sample, "low": low, "high": high,
        "previous_sample": before.sample, "change_is_real": statistics.is_real(now.chance(before)),
    }


def units_of(metric: Metric, columns: Iterable[str]) -> dict[str, str]:
    """The metric's unit for columns with general names."""
    return dict.fromkeys(columns, metric.unit)


def better(metric: Metric, change: ir.Value) -> ir.BooleanValue:
    """Whether a change is in the favourable direction; null for no change and where no direction is better."""
    if metric.favourable == "none":
        return ibis.null("boolean")
    good = change > 0 if metric.favourable == "up" else change < 0
    return ibis.ifelse(change == 0, ibis.null("boolean"), good)
