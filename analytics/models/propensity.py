"""Propensity by logistic regression, judged on a later window than it was fitted on. Frames in, typed results out.

Knows no shop: what the columns mean is the caller's matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20261117
#: Rows that a model is fitted on at most; everybody is scored.
MOST_ROWS = 50_000
#: Fewest cases of each outcome that a fit is worth.
FEWEST_CASES = 30

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scorer:
    """A fitted model: standardise with `mean` and `scale`, then logit = x @ coefficients + intercept."""

    mean: Floats
    scale: Floats
    coefficients: Floats
    intercept: float

    def contributions(self, x: Floats) -> Floats:
        """What each feature adds to the log-odds of each row, against the average row."""
        return np.asarray((x - self.mean) / self.scale * self.coefficients, dtype=np.float64)

    def probability(self, x: Floats) -> Floats:
        logit = self.contributions(x).sum(axis=1) + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float64)


@dataclass(frozen=True)
class Evaluation:
    """How good probabilities were on cases that the fit did not see.

    `auc` with its 95 % interval (Hanley and McNeil 1982); `lift`: rate of the outcome among the highest-scored tenth /
    rate among all; `brier`: mean squared error of the probabilities (Brier 1950); `base_rate`: share of the outcome,
    `expected_rate`: mean probability, so that the two show whether the level is right.
    """

    auc: float
    auc_low: float
    auc_high: float
    lift: float
    brier: float
    base_rate: float
    expected_rate: float
    cases: int


def enough(y: Flags) -> bool:
    """Whether both outcomes are there often enough for a fit."""
    return min(int(y.sum()), int((~y).sum())) >= FEWEST_CASES


def fit(x: Floats, y: Flags) -> Scorer:
    """A ridge-penalised logistic regression on at most MOST_ROWS rows, drawn with a fixed seed."""
    from sklearn.linear_model import LogisticRegression

    if len(y) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(SEED).choice(len(y), MOST_ROWS, replace=False))
        x, y = x[rows], y[rows]
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    model = LogisticRegression(C=1.0, max_iter=1_000).fit((x - mean) / scale, y)
    return Scorer(mean, scale, np.round(model.coef_[0], 10), float(np.round(model.intercept_[0], 10)))


def evaluate(y: Flags, p: Floats) -> Evaluation:
    """The evaluation of probabilities `p` of outcomes `y`, both of which must occur."""
    positives, negatives = int(y.sum()), int((~y).sum())
    order = np.argsort(p, kind="stable")
    ranks = np.empty(len(p))
    ranks[order] = np.arange(1, len(p) + 1)
    values, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.bincount(inverse, weights=ranks, minlength=len(values)) / counts)[inverse]
    auc = float((ranks[y].sum() - positives * (positives + 1) / 2) / (positives * negatives))
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    error = 1.959964 * (max(variance, 0.0) / (positives * negatives)) ** 0.5
    tenth = order[::-1][: max(1, len(p) // 10)]
    base = float(y.mean())
    return Evaluation(
        auc,
        max(auc - error, 0.0),
        min(auc + error, 1.0),
        float(y[tenth].mean()) / base,
        float(np.mean((p - y) ** 2)),
        base,
        float(p.mean()),
        len(y),
    )
