"""Sentiment of texts in English, Chinese and both mixed: texts in, a typed frame out; no shop, no network, no torch.

A logistic model over the weights of praise and blame (analytics.models.polarity) and hashed n-grams
(analytics.models.ngrams). `python -m analytics.models.train_sentiment` makes its arrays and the card beside them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.models.ngrams import Floats, grams
from analytics.models.polarity import DATA, Evidence, evidence

LABELS = ("positive", "neutral", "negative")
LANGUAGES = ("en", "zh")
MODEL_FILE = DATA / "sentiment_model.npz"
#: Characters of a text that are read; opinions stand early and at the end of short texts, not in page 20 of a long one.
MOST_CHARACTERS = 2_000
#: A text is mixed from this ratio of the lighter side to the heavier one.
MIXED_FROM = 0.5
#: Characters that are scored in one go, so that the arrays fit the cache however many texts come.
_CHARACTERS_PER_BATCH = 60_000
_FEATURES = 4
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile("[a-z\u00df-\u024f']+")


@dataclass(frozen=True)
class Model:
    """The arrays of the model. A text whose score lies within `neutral_band` of 0 is neutral.

    `accuracy` by language: share of texts of sets that did not train it whose score has the right sign (see the card).
    `inputs` is the hash of the word lists and sentences that it was trained on.
    """

    weights: npt.NDArray[np.float32]
    evidence: Floats
    intercept: float
    neutral_band: float
    accuracy: dict[str, float]
    inputs: str


@cache
def model(path: Path = MODEL_FILE) -> Model:
    """The trained arrays, read once."""
    with np.load(path, allow_pickle=False) as arrays:
        accuracy = dict(zip(LANGUAGES, arrays["accuracy"].tolist(), strict=True))
        return Model(
            weights=arrays["weights"].astype(np.float32), evidence=arrays["evidence"], intercept=float(arrays["intercept"]),
            neutral_band=float(arrays["neutral_band"]), accuracy=accuracy, inputs=str(arrays["inputs"]),
        )


def score_texts(texts: Sequence[str]) -> pd.DataFrame:
    """Label, score and language of each text, in order.

    `label` is positive, neutral or negative; `score` runs from -1 to 1 and is the model's probability of praise minus
    that of blame; `language` is zh where a text has more Chinese than Latin words, else en. All three are null for a
    text without a letter, a digit or a known sign. Deterministic: a text's result does not depend on the others.
    """
    prepared = [normalised(text) for text in texts]
    trained, values = model(), np.full(len(prepared), np.nan)
    for start, end in _batches(prepared):
        values[start:end] = scores(trained, prepared[start:end])
    band = trained.neutral_band
    labels = np.where(values > band, "positive", np.where(values < -band, "negative", "neutral")).astype(object)
    languages = np.array(["zh" if _is_chinese(text) else "en" for text in prepared], dtype=object)
    labels[np.isnan(values)] = languages[np.isnan(values)] = None
    return pd.DataFrame({"label": labels, "score": values, "language": languages})


def normalised(text: str | None) -> str:
    """Lower case, full-width and half-width forms alike, at most MOST_CHARACTERS."""
    return unicodedata.normalize("NFKC", (text or "")[:MOST_CHARACTERS]).lower().strip()


def scores(trained: Model, texts: Sequence[str]) -> Floats:
    """Scores of normalised texts by a model; not a number where there is nothing to judge."""
    found = [evidence(text) for text in texts]
    odds = features(found) @ trained.evidence + grams([each.rest for each in found]).weigh(trained.weights) + trained.intercept
    values = np.tanh(odds * np.array([_agreement(each) for each in found]) / 2)
    readable = [each.praise + each.blame > 0 or any(map(str.isalnum, text)) for each, text in zip(found, texts, strict=True)]
    return np.where(readable, values, np.nan)


def features(found: Sequence[Evidence]) -> Floats:
    """The weights of texts in the shape the model reads: each bounded, or divided by the text's length."""
    return np.array([_bounded(each) for each in found], dtype=np.float64).reshape(len(found), _FEATURES)


def _bounded(found: Evidence) -> tuple[float, float, float, float]:
    net, total = found.praise - found.blame, found.praise + found.blame
    return (
        net / math.sqrt(net * net + 8),
        net / (total + 1),
        found.last / math.sqrt(found.last * found.last + 4),
        net / math.sqrt(found.words + 4),
    )


def _agreement(found: Evidence) -> float:
    """1 where praise or blame stands alone; less, down to 0.1, where a text says nearly as much of one as of the other."""
    share = min(found.praise, found.blame) / (max(found.praise, found.blame) or 1.0)
    return 1.0 - 0.9 * share if share >= MIXED_FROM else 1.0


def _is_chinese(text: str) -> bool:
    """More Chinese words (1.5 characters each) than Latin ones."""
    return len(_CHINESE.findall(text)) > 1.5 * len(_LATIN.findall(text))


def _batches(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of texts that hold about _CHARACTERS_PER_BATCH characters together."""
    out, start, held = [], 0, 0
    for index, text in enumerate(texts):
        held += len(text) + 1
        if held >= _CHARACTERS_PER_BATCH:
            out.append((start, index + 1))
            start, held = index + 1, 0
    return [*out, (start, len(texts))] if start < len(texts) else out
