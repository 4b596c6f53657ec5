"""What goes with a score: effects of factors by a penalised linear regression, with intervals and an honest fit.

Frames in, typed results out: knows no shop. Effects are associations on the scale of the score, never causes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20261117
#: Folds of whole clusters behind the cross-validation.
FOLDS = 5
#: Rows that a level of a category, or a value of a yes-or-no factor, needs to be looked at.
FEWEST_ROWS = 30
#: Weight of the penalty, in rows: enough to keep two factors that say the same apart, too little to move any other.
_PENALTY = 1.0
#: A figure's effect is that of its ninth decile against its first.
_LOW, _HIGH = 0.1, 0.9

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Figure:
    """A factor that is a number; NaN where it is not known, which counts as the mean of those that are."""

    name: str
    values: Floats


@dataclass(frozen=True)
class Kind:
    """A factor that is one of several levels, or unknown (None). Of yes and no, yes alone is a level."""

    name: str
    values: Sequence[str | None]


@dataclass(frozen=True)
class Effect:
    """How much higher the score is, all other factors equal. A level is set against all other rows of its factor, a figure's
    ninth decile (`high`) against its first (`low`). `chance`: two-sided, that there is no effect. `rows`: rows that have the
    level, or of which the figure is known."""

    factor: str
    level: str | None
    value: float
    lower: float
    upper: float
    chance: float
    rows: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Drivers:
    """Effects, and the share of the score's variance explained on rows that the fit did not see; below 0: worse than the mean."""

    effects: tuple[Effect, ...]
    r2: float


@dataclass(frozen=True)
class _Column:
    """A column of the design: the factor and level that it stands for, how many rows have it, a figure's outer deciles."""

    factor: str
    level: str | None
    values: Floats
    rows: int
    low: float | None = None
    high: float | None = None


def drivers(score: Floats, factors: Sequence[Figure | Kind], clusters: Ints) -> Drivers:
    """The effects of the factors on the score. Rows of one cluster (a customer) are drawn and left out together.

    Ridge regression on standardised columns; the variance of its coefficients is robust to unequal spread and to answers of
    one cluster being alike (Liang and Zeger 1986, Longitudinal data analysis using generalized linear models, Biometrika 73,
    with the factor for few clusters); fit by cross-validation over whole clusters.
    """
    columns = [column for factor in factors for column in _columns(factor)]
    if not columns or float(np.std(score)) == 0:
        return Drivers((), 0.0)
    design = np.column_stack([column.values for column in columns])
    contrasts = _contrasts(columns)
    found = contrasts @ _fit(design, score)
    errors = np.sqrt(np.maximum(np.diag(contrasts @ _variance(design, score, clusters) @ contrasts.T), 0.0))
    freedom = int(clusters.max())
    effects = [
        _effect(column, float(value), float(error), freedom) for column, value, error in zip(columns, found, errors, strict=True)
    ]
    return Drivers(tuple(effects), _explained(design, score, clusters))


def _columns(factor: Figure | Kind) -> list[_Column]:
    """The columns of a factor; none where too little is known of it or it never differs."""
    if isinstance(factor, Figure):
        known = np.isfinite(factor.values)
        if known.sum() < FEWEST_ROWS or float(np.std(factor.values[known])) == 0:
            return []
        seen = factor.values[known]
        low, high = (float(np.quantile(seen, share)) for share in (_LOW, _HIGH))
        return [_Column(factor.name, None, np.where(known, factor.values, float(seen.mean())), int(known.sum()), low, high)]
    levels, counts = np.unique([value for value in factor.values if value is not None], return_counts=True)
    size = len(factor.values)
    counted = {str(name): int(count) for name, count in zip(levels, counts, strict=True)}
    kept = {name: count for name, count in counted.items() if FEWEST_ROWS <= count <= size - FEWEST_ROWS}
    if set(counted) <= {"yes", "no"}:
        kept = {name: count for name, count in kept.items() if name == "yes"}
    values = np.array([value or "" for value in factor.values])
    return [_Column(factor.name, level, (values == level).astype(np.float64), count) for level, count in kept.items()]


def _standard(design: Floats) -> tuple[Floats, Floats]:
    """The columns about their means in units of their spread, and the spreads."""
    moved = design - design.mean(axis=0)
    scale = np.sqrt(np.maximum((moved * moved).mean(axis=0), 1e-12))
    return moved / scale, scale


def _fit(design: Floats, score: Floats) -> Floats:
    """Ridge coefficients per unit of each column; the intercept is not penalised."""
    standard, scale = _standard(design)
    gram = standard.T @ standard + _PENALTY * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(gram, standard.T @ (score - score.mean())) / scale, dtype=np.float64)


def _variance(design: Floats, score: Floats, clusters: Ints) -> Floats:
    """The covariance of the coefficients, whatever the spread of the errors and however alike those of one cluster."""
    standard, scale = _standard(design)
    size, width = design.shape
    count = int(clusters.max()) + 1
    bread = np.linalg.inv(standard.T @ standard + _PENALTY * np.eye(width))
    middle = score - score.mean()
    wrong = middle - standard @ (bread @ (standard.T @ middle))
    sums = np.zeros((count, width))
    np.add.at(sums, clusters, standard * wrong[:, None])
    few = count / max(count - 1, 1) * (size - 1) / max(size - width - 1, 1)
    return np.asarray(few * (bread @ (sums.T @ sums) @ bread) / np.outer(scale, scale), dtype=np.float64)


def _contrasts(columns: Sequence[_Column]) -> Floats:
    """From coefficients to effects: a level less the mean of the other rows of its factor, a figure over its deciles."""
    out = np.eye(len(columns))
    for row, column in enumerate(columns):
        if column.level is None:
            out[row, row] = (column.high or 0.0) - (column.low or 0.0)
            continue
        elsewhere = 1 - float(column.values.mean())
        for place, other in enumerate(columns):
            if other.factor == column.factor and place != row:
                out[row, place] = -float(other.values.mean()) / elsewhere
    return out


def _effect(column: _Column, value: float, error: float, freedom: int) -> Effect:
    from scipy.stats import t

    chance = float(2 * t.sf(abs(value) / error, freedom)) if error > 0 and freedom > 0 else 1.0
    reach = float(t.ppf(0.975, freedom)) * error if freedom > 0 else float("inf")
    return Effect(
        column.factor, column.level, value, value - reach, value + reach, chance, column.rows, column.low, column.high
    )


def _explained(design: Floats, score: Floats, clusters: Ints) -> float:
    """1 - squared errors / squared distances from the mean of the rows fitted on, over all folds."""
    rng = np.random.default_rng(SEED)
    fold = rng.permutation(int(clusters.max()) + 1)[clusters] % FOLDS
    wrong = apart = 0.0
    for each in range(FOLDS):
        seen, held = fold != each, fold == each
        if not held.any() or not seen.any():
            continue
        coefficients = _fit(design[seen], score[seen])
        mean = float(score[seen].mean())
        told = mean + (design[held] - design[seen].mean(axis=0)) @ coefficients
        wrong += float(np.sum((score[held] - told) ** 2))
        apart += float(np.sum((score[held] - mean) ** 2))
    return 1 - wrong / apart if apart else 0.0
