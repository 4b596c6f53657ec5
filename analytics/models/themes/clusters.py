"""Groups that no concept names: K-means on unit vectors, with the number of groups that comes out the same again and again.

Stability after Ben-Hur, Elisseeff & Guyon 2002: groups found in random halves are compared with those of all texts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.models.themes.features import Floats, unit

Ints = npt.NDArray[np.int64]
#: Numbers of groups that are tried, halves that each is judged on, and texts that it takes to look for groups at all.
MOST_GROUPS, HALVES, FEWEST_TEXTS = 8, 4, 30
#: Two halves that agree less than this (adjusted Rand index) have found nothing.
STABLE_FROM = 0.5
#: Texts that stability is judged on; the groups themselves come from all.
JUDGED_ON = 3_000


def groups(rows: Floats) -> Ints:
    """The group of each row, -1 for all where no number of groups is stable. Rows come in a fixed order."""
    none = np.full(len(rows), -1, np.int64)
    if len(rows) < FEWEST_TEXTS:
        return none
    rows = unit(rows)
    judged = rows[:JUDGED_ON]
    best, most = 0.0, 0
    for count in range(2, min(MOST_GROUPS, len(judged) // 10) + 1):
        stable = round(_stability(judged, count), 6)
        if stable >= best:
            best, most = stable, count
    return _fitted(rows, most, 0).astype(np.int64) if best >= STABLE_FROM else none


def _fitted(rows: Floats, count: int, seed: int) -> Ints:
    return np.asarray(_means(rows, count, seed).labels_, np.int64)


def _means(rows: Floats, count: int, seed: int):  # type: ignore[no-untyped-def]  # scikit-learn has no types
    from sklearn.cluster import KMeans

    return KMeans(count, n_init=3, random_state=seed).fit(rows)


def _stability(rows: Floats, count: int) -> float:
    """Mean agreement of groups found in random halves with those found in all rows."""
    from sklearn.metrics import adjusted_rand_score

    whole = _fitted(rows, count, 0)
    scores = []
    for seed in range(HALVES):
        half = np.random.default_rng(seed).permutation(len(rows))[: len(rows) // 2]
        scores.append(adjusted_rand_score(whole, _means(rows[half], count, seed).predict(rows)))
    return float(np.mean(scores))
