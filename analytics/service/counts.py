"""Whether counts of two periods differ by more than noise: a rate ratio with the dispersion that the counts themselves show.

Owns the formulas and their sources, as Ibis expressions; knows no table of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from scipy.stats import norm

from analytics.period import Period
from analytics.statistics import ALPHA


@dataclass(frozen=True)
class RateRatio:
    """A rate over the rate before, with its interval; all null where nothing was counted in either period."""

    ratio: ir.FloatingValue
    low: ir.FloatingValue
    high: ir.FloatingValue

    @property
    def is_real(self) -> ir.BooleanValue:
        """Whether the interval leaves out 1."""
        return ((self.low > 1) | (self.high < 1)).fill_null(False)


#: Groups that a change is picked from at most: what the interval of each change is widened for.
PICKED_FROM = 10


def changed(
    now: ir.NumericValue, before: ir.NumericValue, spread: ir.NumericValue, period: Period, earlier: Period | None,
    comparisons: int = 1,
) -> dict[str, ir.Value]:
    """`previous`, `change_rate` with its interval, and `is_real`, of a count against that of the period before; all null where
    there is none."""
    if earlier is None:
        nothing = ibis.null("float64")
        return {
            "previous": ibis.null("int64"), "change_rate": nothing, "change_low": nothing, "change_high": nothing,
            "is_real": ibis.null("boolean"),
        }
    ratio = rate_ratio(now, before, period.days, earlier.days, spread, comparisons)
    return {
        "previous": before, "change_rate": ratio.ratio - 1, "change_low": ratio.low - 1, "change_high": ratio.high - 1,
        "is_real": ratio.is_real,
    }


def dispersion(counts: ir.Table, of: str, span: str) -> ir.FloatingValue:
    """Variance over mean of counts of equally long buckets, pooled over the spans that they lie in; at least 1, which is that
    of independent events.

    Source: McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., 6.2 (Pearson's estimate).
    """
    per = counts.group_by(span).agg(
        size=counts.count(), squares=counts[of].var(how="pop") * counts.count() / counts[of].mean().nullif(0)
    )
    known = per.squares.notnull() & (per["size"] > 1)
    freedom = (per["size"] - 1).sum(where=known)
    return ibis.greatest((per.squares.sum(where=known) / freedom.nullif(0)).fill_null(1.0), 1.0)


def rate_ratio(
    now: ir.NumericValue, before: ir.NumericValue, days_now: int, days_before: int, spread: ir.NumericValue, comparisons: int = 1
) -> RateRatio:
    """Counts per day over counts per day before, with a 95 % interval, widened for the `comparisons` it was picked from.

    Half a count is added to both, so that a count of nothing has an interval too.
    Source: Rothman (2008), Modern Epidemiology, 3rd ed., ch. 14, with the quasi-Poisson variance.
    """
    a, b = now.cast("float64"), before.cast("float64")
    exposure = days_before / days_now if days_now else 0.0
    something = (a + b) > 0
    ratio = (a + 0.5) / (b + 0.5) * exposure
    z = float(norm.ppf(1 - ALPHA / 2 / max(1, comparisons)))
    reach = (spread * (1 / (a + 0.5) + 1 / (b + 0.5))).sqrt() * z

    def known(value: ir.FloatingValue) -> ir.FloatingValue:
        return ibis.ifelse(something, value, ibis.null("float64"))

    plain = a / b.nullif(0) * exposure
    return RateRatio(known(plain), known(ratio * (-reach).exp()), known(ratio * reach.exp()))
