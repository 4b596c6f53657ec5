"""The sentiment model adapted to one's own star ratings: pure; texts and stars in, a small correction and its record out.

Stars are weak labels: people who give five stars name faults, too. So the correction starts from the model's own score,
is drawn towards nothing (a ridge penalty), and is kept only where cross-validation shows that it helps.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse
from scipy.special import expit

from analytics.models.ngrams import BUCKETS, Floats, grams
from analytics.models.sentiment import Encode, labelled, model, normalised, score_texts

#: Stars from 4 count as praise, up to 2 as blame; 3 says neither and is left out.
PRAISE_FROM = 4.0
BLAME_UP_TO = 2.0
#: Fewer texts than this on either side adapt nothing.
FEWEST = 50
FOLDS = 5
#: Strength of the pull towards the base model.
PENALTY = 5.0
_Z95 = 1.959964


@dataclass(frozen=True)
class Record:
    """What the receipt says. `before` and `after`: share of the `texts` rated texts whose score has the sign of their
    stars, by the base model and by corrections that have not seen the text (cross-validation). `gain` = after - before
    with its 95 % interval `low` to `high` (paired, by texts that change sides). `used`: the interval lies above 0."""

    texts: int
    praised: int
    blamed: int
    folds: int
    before: float | None
    after: float | None
    gain: float | None
    low: float | None
    high: float | None
    used: bool


@dataclass(frozen=True)
class Adapted:
    """A correction of the log-odds: one for all texts, and one per bucket of n-grams; nothing where it is not used."""

    shift: float
    weights: npt.NDArray[np.float32]
    record: Record

    def score_texts(self, texts: Sequence[str], encode: Encode | None = None) -> pd.DataFrame:
        """As sentiment.score_texts, corrected."""
        scored = score_texts(texts, encode)
        if not self.record.used:
            return scored
        values = np.tanh(_odds(scored.score) / 2 + (self.shift + _counts(texts) @ self.weights.astype(np.float64)) / 2)
        return scored.assign(score=values, label=labelled(values, model().neutral_band))


def adapt(texts: Sequence[str], ratings: Sequence[float | None], encode: Encode | None = None) -> Adapted:
    """The correction that the user's own ratings (1 to 5 stars) suggest. Equal texts count once, with their mean rating,
    so that none stands on both sides of a fold. Deterministic, whatever the order of the texts.

    Raises ValueError where texts and ratings differ in number or a rating is not 1 to 5.
    """
    if len(texts) != len(ratings):
        raise ValueError(f"{len(texts)} texts but {len(ratings)} ratings: give one rating (or none) per text")
    stars = np.array(ratings, dtype=np.float64)
    frame = pd.DataFrame({"text": [normalised(text) for text in texts], "stars": stars}).dropna()
    wrong = frame.stars[(frame.stars < 1) | (frame.stars > 5)]
    if len(wrong):
        raise ValueError(f"a rating is {wrong.iloc[0]:g}: stars run from 1 to 5")
    frame = frame[frame.text != ""].groupby("text", sort=True)[["stars"]].mean().reset_index()
    frame = frame[(frame.stars >= PRAISE_FROM) | (frame.stars <= BLAME_UP_TO)].reset_index(drop=True)
    signs = np.where(frame.stars >= PRAISE_FROM, 1.0, -1.0)
    praised, blamed = int(np.sum(signs > 0)), int(np.sum(signs < 0))
    if min(praised, blamed) < FEWEST:
        return _unchanged(Record(len(frame), praised, blamed, FOLDS, None, None, None, None, None, False))
    base, counts = _odds(score_texts(list(frame.text), encode).score), _counts(list(frame.text))
    fold = np.array([int(hashlib.sha256(text.encode()).hexdigest(), 16) % FOLDS for text in frame.text])
    corrected = np.zeros(len(frame))
    for held in range(FOLDS):
        shift, weights = _fit(counts[fold != held], base[fold != held], signs[fold != held])
        corrected[fold == held] = base[fold == held] + shift + counts[fold == held] @ weights
    record = _record(base * signs > 0, corrected * signs > 0, praised, blamed)
    if not record.used:
        return _unchanged(record)
    shift, weights = _fit(counts, base, signs)
    return Adapted(shift, weights.astype(np.float32), record)


def _record(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_], praised: int, blamed: int) -> Record:
    change = after.astype(float) - before.astype(float)
    gain, half = float(change.mean()), _Z95 * float(change.std(ddof=1)) / math.sqrt(len(change))
    low, high = gain - half, gain + half
    return Record(len(change), praised, blamed, FOLDS, float(before.mean()), float(after.mean()), gain, low, high, low > 0)


def _unchanged(record: Record) -> Adapted:
    return Adapted(0.0, np.zeros(BUCKETS, dtype=np.float32), record)


def _odds(values: pd.Series) -> Floats:
    """Log-odds of praise; 0 where the base model finds nothing to judge."""
    return np.asarray(2 * np.arctanh(np.clip(values.fillna(0).to_numpy(), -0.999, 0.999)), dtype=np.float64)


def _counts(texts: Sequence[str]) -> sparse.csr_matrix:
    known = grams([normalised(text) for text in texts])
    return sparse.csr_matrix((known.share, (known.text, known.bucket)), shape=(len(texts), BUCKETS))


def _fit(counts: sparse.csr_matrix, base: Floats, signs: Floats) -> tuple[float, Floats]:
    """Logistic regression with the base model as its offset, over the buckets that occur, with a ridge penalty."""
    present = np.unique(counts.indices)
    seen = counts[:, present]

    def loss(found: Floats) -> tuple[float, Floats]:
        margins = signs * (base + found[0] + seen @ found[1:])
        pull = -signs * expit(-margins)
        slope = np.concatenate([[pull.sum()], seen.T @ pull + PENALTY * found[1:]])
        return float(np.logaddexp(0, -margins).sum() + PENALTY / 2 * found[1:] @ found[1:]), slope

    found = optimize.minimize(loss, np.zeros(len(present) + 1), jac=True, method="L-BFGS-B").x
    weights = np.zeros(BUCKETS)
    weights[present] = found[1:]
    return float(found[0]), weights
