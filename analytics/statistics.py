"""Intervals and tests as Ibis expressions: how sure a share or a mean is, and whether a difference is more than noise.

Owns the formulas and their sources; knows no metric. Everything is 95 % and two-sided. Arguments are Ibis values or
numbers; a result is null where its sample is empty or too small to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

#: Quantile of the standard normal distribution for 95 %, two-sided.
Z95 = 1.959963984540054
#: A difference is called real when chance alone would make one as large less often than this.
ALPHA = 0.05
#: Samples below this are called small.
SMALL_SAMPLE = 30

Interval = tuple[ir.FloatingValue, ir.FloatingValue]


def wilson(successes: Any, n: Any) -> Interval:
    """The 95 % score interval of a share of `successes` among `n`; null without a sample or where successes exceed n.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
    """
    size, hits = _float(n).nullif(0), _float(successes)
    possible = ibis.ifelse((hits >= 0) & (hits <= size), hits, ibis.null("float64"))

    def bound(side: int) -> Any:
        # At a share of 0 or 1 the bound is exactly that; only rounding would move it off.
        end = size if side > 0 else ibis.literal(0.0)
        reach = side * Z95
        return _let(
            possible,
            lambda hits_: ibis.ifelse(
                hits_ == end,
                ibis.literal(1.0 if side > 0 else 0.0),
                (hits_ + Z95**2 / 2 + reach * (hits_ * (size - hits_) / size + Z95**2 / 4).sqrt()) / (size + Z95**2),
            ),
        )

    return bound(-1), bound(1)


def mean_interval(mean: Any, sd: Any, n: Any) -> Interval:
    """The 95 % interval of a mean of `n` values whose population standard deviation is `sd`; null for fewer than two.

    Student's t, so that few values give a wide interval.
    """
    freedom = _two_or_more(n) - 1
    reach = t_quantile(freedom) * _float(sd) / freedom.sqrt()
    return _float(mean) - reach, _float(mean) + reach


def t_quantile(df: Any) -> ir.FloatingValue:
    """The two-sided 95 % quantile of Student's t, by its Cornish-Fisher expansion (exact values for 1 and 2).

    Source: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.7.5. Off by less than 1 % from 3 on.
    """
    z = Z95
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    def quantile(df_: Any) -> Any:
        expansion = _let(1 / df_, lambda part: _polynomial(part, terms))
        return ibis.cases((df_ < 1.5, 12.706), (df_ < 2.5, 4.303), else_=expansion)

    return _let(_float(df), quantile)


def normal_tail(z: Any) -> ir.FloatingValue:
    """Probability that a standard normal value is at least as far from 0 as `z`, on either side.

    Source: Abramowitz and Stegun (1964), 26.2.17; the error is below 2e-7.
    """
    weights = (0.0, 0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)
    return _let(
        _float(z).abs(),
        lambda size: 2 * (-size * size / 2).exp() / 2.5066282746310002
        * _let(1 / (1 + 0.2316419 * size), lambda part: _polynomial(part, weights)),
    )


def t_tail(t: Any, df: Any) -> ir.FloatingValue:
    """Probability that Student's t with `df` degrees of freedom is at least as far from 0 as `t`, on either side.

    Source: Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions, AMS 30.
    """
    square = _float(t) ** 2
    return _let(
        _float(df),
        lambda df_: normal_tail((8 * df_ + 1) / (8 * df_ + 3) * (df_ * (1 + square / df_).ln()).sqrt()),
    )


def share_difference(successes_a: Any, n_a: Any, successes_b: Any, n_b: Any) -> ir.FloatingValue:
    """Probability that chance alone parts two equal shares this far: the two-proportion z test with a pooled share.

    Null where a sample is empty; 1 where both shares are 0 or both are 1.
    Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, ch. 3.
    """
    hits_a, hits_b, a, b = _float(successes_a), _float(successes_b), _float(n_a).nullif(0), _float(n_b).nullif(0)
    pooled = (hits_a + hits_b) / (a + b)
    error = (pooled * (1 - pooled)).abs() * (1 / a + 1 / b)
    return _chance(hits_a / a - hits_b / b, error, normal_tail)


def mean_difference(mean_a: Any, sd_a: Any, n_a: Any, mean_b: Any, sd_b: Any, n_b: Any) -> ir.FloatingValue:
    """Probability that chance alone parts two equal means this far: Welch's test, variances not taken as equal.

    `sd` are population standard deviations. Null where a sample has fewer than two values. Without any spread two equal
    means give 1, two different ones 0.
    Source: Welch (1947), The generalization of Student's problem when several different variances are involved, Biometrika 34.
    """
    free_a, free_b = _two_or_more(n_a) - 1, _two_or_more(n_b) - 1
    error_a, error_b = _float(sd_a) ** 2 / free_a, _float(sd_b) ** 2 / free_b
    error = error_a + error_b
    freedom = error**2 / (error_a**2 / free_a + error_b**2 / free_b).nullif(0)
    return _chance(_float(mean_a) - _float(mean_b), error, lambda t: t_tail(t, freedom))


def pair_difference(mean: Any, sd: Any, n: Any) -> ir.FloatingValue:
    """Probability that chance alone moves the mean of `n` paired differences this far from 0: Student's paired test."""
    freedom = _two_or_more(n) - 1
    return _chance(_float(mean), _float(sd) ** 2 / freedom, lambda t: t_tail(t, freedom))


def is_real(chance: Any, comparisons: Any = 1) -> ir.BooleanValue:
    """Whether a difference is more than noise: its `chance`, times the comparisons it was picked from, is below ALPHA.

    Source of the factor: Dunn (1961), Multiple comparisons among means, JASA 56 (Bonferroni's bound).
    """
    return _float(chance) * _float(comparisons) < ALPHA


def share_difference_is_real(successes_a: Any, n_a: Any, successes_b: Any, n_b: Any) -> ir.BooleanValue:
    """Whether two shares differ by more than noise; see `share_difference`."""
    return is_real(share_difference(successes_a, n_a, successes_b, n_b))


def mean_difference_is_real(mean_a: Any, sd_a: Any, n_a: Any, mean_b: Any, sd_b: Any, n_b: Any) -> ir.BooleanValue:
    """Whether two means differ by more than noise; see `mean_difference`."""
    return is_real(mean_difference(mean_a, sd_a, n_a, mean_b, sd_b, n_b))


def median_spread(column: ir.NumericColumn) -> ir.FloatingValue:
    """What stands for the standard deviation when the median's error is worked out: 1.25 x interquartile range / 1.35.

    Source: McGill, Tukey and Larsen (1978), Variations of box plots, The American Statistician 32.
    """
    return (column.quantile(0.75) - column.quantile(0.25)).cast("float64") * (1.25 / 1.35)


def ratio_spread(top: ir.NumericColumn, bottom: ir.NumericColumn) -> ir.FloatingValue:
    """What stands for the standard deviation when the error of sum(top) / sum(bottom) over pairs is worked out.

    Pairs in which either is null are left out; both must be null together.
    Source: Cochran (1977), Sampling Techniques, ch. 6 (ratio estimates).
    """
    x, y = bottom.cast("float64"), top.cast("float64")
    rate = y.sum() / x.sum().nullif(0)
    variance = y.var(how="pop") - 2 * rate * y.cov(x, how="pop") + rate * rate * x.var(how="pop")
    # Rounding can leave a variance of nothing a hair below zero.
    return variance.abs().sqrt() / x.mean().nullif(0).abs()


def _chance(apart: Any, variance: Any, tail: Callable[[Any], ir.FloatingValue]) -> ir.FloatingValue:
    """The tail of a difference over its error; without any error 1 for no difference and 0 for one."""
    certain = ibis.ifelse(_float(apart) == 0, 1.0, 0.0)
    return _let(variance, lambda error: ibis.ifelse(error == 0, certain, tail(apart / error.nullif(0).sqrt())))


def _let(value: ir.Value, body: Callable[[Any], ir.Value]) -> Any:
    """`body` of `value`, which stands once in the SQL however often the body uses it."""
    return ibis.array([value]).map(body)[0]


def _polynomial(x: Any, weights: tuple[float, ...]) -> Any:
    """weights[0] + weights[1] x + weights[2] x^2 ..., by Horner's rule."""
    total: Any = weights[-1]
    for weight in reversed(weights[:-1]):
        total = total * x + weight
    return total


def _float(value: Any) -> Any:
    return value.cast("float64") if isinstance(value, ir.Value) else ibis.literal(float(value), "float64")


def _two_or_more(n: Any) -> Any:
    size = _float(n)
    return ibis.ifelse(size >= 2, size, ibis.null("float64"))
