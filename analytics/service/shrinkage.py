"""Fair comparison of groups with unlike work and unlike numbers of it, as Ibis expressions.

Owns expected values by the mix of the work and the empirical-Bayes shrinkage of what differs from them. Knows no metric.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics.statistics import Z95

#: What a cell of the mix is drawn towards the mean of all with: as many observations as this weigh as much as its own.
CELL_PRIOR = 5


def expected(value: ir.NumericColumn, *cell: ir.Column) -> ir.FloatingValue:
    """What an average group would get on work of the same cell: the mean of the cell over all groups, drawn towards that of
    all cells where the cell is small. Nulls are left out; a null in a cell's column is a cell of its own.

    Source: indirect standardisation, Breslow and Day (1987), Statistical Methods in Cancer Research, vol. II, ch. 2.
    """
    own = ibis.window(group_by=list(cell))
    everything = value.mean().over(ibis.window())
    total = value.sum().over(own).fill_null(0)
    return (total + CELL_PRIOR * everything) / (value.count().over(own) + CELL_PRIOR)


def shrunken(rows: ir.Table, group: str, residual: str) -> ir.Table:
    """One row per group: `size`, `effect` (mean residual drawn towards 0), `effect_low` and `effect_high` (95 %).

    The variance within groups is pooled, that between groups is the moment estimate of DerSimonian and Laird (1986),
    Meta-analysis in clinical trials; a group keeps the part between / (between + within / size) of its mean.
    Source: Morris (1983), Parametric empirical Bayes inference, JASA 78. Residuals are null where nothing is known; groups
    without any are left out.
    """
    known = rows.filter(rows[residual].notnull())
    value = known[residual].cast("float64")
    per = known.group_by(group).agg(size=value.count(), mean=value.mean(), squares=(value * value).sum())
    per = per.mutate(rest=per.squares - per.size * per["mean"] * per["mean"])
    freedom = per.size.sum().over(ibis.window()) - per.count().over(ibis.window())
    pooled = per.rest.sum().over(ibis.window()) / freedom.nullif(0)
    per = per.mutate(within=ibis.greatest(pooled, 0.0) / per.size)
    weight = 1 / per.within.nullif(0)
    per = per.mutate(weight=weight)
    total = per.weight.sum().over(ibis.window())
    centre = (per.weight * per["mean"]).sum().over(ibis.window()) / total
    per = per.mutate(apart=per.weight * (per["mean"] - centre) ** 2)
    every = ibis.window()
    scale = total - (per.weight * per.weight).sum().over(every) / total
    between = (per.apart.sum().over(every) - (per.count().over(every) - 1)) / scale.nullif(0)
    per = per.mutate(between=ibis.greatest(between.fill_null(0.0), 0.0))
    kept = per.between / (per.between + per.within).nullif(0)
    per = per.mutate(effect=kept * per["mean"], error=(kept * per.within).sqrt())
    return per.select(
        group, "size", "effect", effect_low=per.effect - Z95 * per.error, effect_high=per.effect + Z95 * per.error
    )
