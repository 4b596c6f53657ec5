"""Sentiment of texts in English, Chinese and both mixed: texts in, a typed frame out; no shop and no network.

Per language a logistic model over the weights of praise and blame (analytics.models.polarity) and hashed n-grams
(analytics.models.ngrams); for English, where the caller brings the sentence encoder, one over those weights and the
sentence's vector. `python -m analytics.models.train_sentiment` makes the arrays and the card beside them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.models.ngrams import Floats, grams
from analytics.models.polarity import DATA, Evidence, evidence
from analytics.models.sentiment_irony import ironic

LABELS = ("positive", "neutral", "negative")
LANGUAGES = ("en", "zh")
MODEL_FILE = DATA / "sentiment_model.npz"
#: Characters of a text that are read; opinions stand early and at the end of short texts, not in page 20 of a long one.
MOST_CHARACTERS = 2_000
#: A text is mixed from this ratio of the lighter side to the heavier one.
MIXED_FROM = 0.5
#: Characters that are scored in one go, so that the arrays fit the cache however many texts come.
_CHARACTERS_PER_BATCH = 60_000
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile("[a-z\u00df-\u024f']+")
_CLAUSES = re.compile(
    "[^.!?。！？…~\n,，;；]+[.!?。！？…~\n,，;；]*"
)
_TURNS = re.compile(r"\s(?=(?:but|however|though|although|yet)\b)|(?=但是|不过|可是|然而|就是|只是)")

#: Texts to their unit vectors, as analytics.models.encoder.Encoder.encode.
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Side:
    """Weights of one logistic model: of the figures from the word lists, and of the n-grams or the vector's numbers."""

    evidence: Floats
    intercept: float
    weights: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """The arrays. `sides` by name: a language, or "deep" for English with the encoder. A text whose score lies within
    `neutral_band` of 0 is neutral. `accuracy` by side: share of texts of sets that did not train it whose score has the
    right sign (see the card). `inputs` is the hash of the word lists and sentences that it was trained on."""

    sides: Mapping[str, Side]
    neutral_band: float
    accuracy: Mapping[str, float]
    inputs: str


@dataclass(frozen=True)
class Clause:
    """A clause of a text as written, with its score and label."""

    text: str
    score: float
    label: str


@cache
def model(path: Path = MODEL_FILE) -> Model:
    """The trained arrays, read once."""
    with np.load(path, allow_pickle=False) as arrays:
        names = (*LANGUAGES, "deep")
        sides = {
            name: Side(
                arrays[f"{name}_evidence"], float(arrays[f"{name}_intercept"]), arrays[f"{name}_weights"].astype(np.float32)
            )
            for name in names
        }
        accuracy = dict(zip(names, arrays["accuracy"].tolist(), strict=True))
        return Model(sides, float(arrays["neutral_band"]), accuracy, str(arrays["inputs"]))


def score_texts(texts: Sequence[str], encode: Encode | None = None) -> pd.DataFrame:
    """Label, score and language of each text, in order, and whether it is mixed or uncertain.

    `label` is positive, neutral or negative; `score` runs from -1 to 1 and is the model's probability of praise minus
    that of blame; `language` is zh where a text has more Chinese than Latin words, else en. All three are null for a
    text without a letter, a digit or a known sign. `mixed`: the lighter of praise and blame weighs at least half of the
    heavier; `uncertain`: it praises with a sign of irony. With `encode` English texts are judged by their meaning, too.
    Deterministic: a text's result does not depend on the others.
    """
    prepared = [normalised(text) for text in texts]
    trained, values = model(), np.full(len(prepared), np.nan)
    mixed, unsure = np.zeros(len(prepared), dtype=bool), np.zeros(len(prepared), dtype=bool)
    for start, end in _batches(prepared):
        part = prepared[start:end]
        found = [evidence(text) for text in part]
        values[start:end] = _scores(trained, part, found, encode)
        mixed[start:end] = [_lighter(each) >= MIXED_FROM for each in found]
        unsure[start:end] = [each.praise > 0 and ironic(text) for each, text in zip(found, part, strict=True)]
    languages = np.array([language_of(text) for text in prepared], dtype=object)
    labels = labelled(values, trained.neutral_band)
    languages[np.isnan(values)] = None
    return pd.DataFrame({"label": labels, "score": values, "language": languages, "mixed": mixed, "uncertain": unsure})


def clauses(text: str, encode: Encode | None = None) -> list[Clause]:
    """The clauses of a text that can be judged, in order, each with its own score: what a mixed text praises and blames.

    A clause ends at a punctuation mark and before a word of contrast.
    """
    parts = [part.strip() for piece in _CLAUSES.findall(text[:MOST_CHARACTERS]) for part in _TURNS.split(piece) if part.strip()]
    scored = score_texts(parts, encode)
    return [
        Clause(part, float(score), str(label))
        for part, score, label in zip(parts, scored.score, scored.label, strict=True) if label is not None
    ]


def labelled(values: Floats, band: float) -> npt.NDArray[np.object_]:
    """The labels of scores; none for not a number."""
    labels = np.where(values > band, "positive", np.where(values < -band, "negative", "neutral")).astype(object)
    labels[np.isnan(values)] = None
    return labels


def normalised(text: str | None) -> str:
    """Lower case, full-width and half-width forms alike, at most MOST_CHARACTERS."""
    return unicodedata.normalize("NFKC", (text or "")[:MOST_CHARACTERS]).lower().strip()


def scores(trained: Model, texts: Sequence[str], encode: Encode | None = None) -> Floats:
    """Scores of normalised texts by a model; not a number where there is nothing to judge."""
    return _scores(trained, texts, [evidence(text) for text in texts], encode)


def _scores(trained: Model, texts: Sequence[str], found: Sequence[Evidence], encode: Encode | None) -> Floats:
    rows, known = features(found), grams([each.rest for each in found])
    chinese = np.array([language_of(text) == "zh" for text in texts], dtype=bool)
    odds = np.where(chinese, *(
        rows @ side.evidence + known.weigh(side.weights) + side.intercept for side in (trained.sides["zh"], trained.sides["en"])
    ))
    deep = [i for i, text in enumerate(texts) if not chinese[i] and _LATIN.search(text)] if encode else []
    if encode and deep:
        side = trained.sides["deep"]
        odds[deep] = rows[deep] @ side.evidence + encode([texts[i] for i in deep]) @ side.weights + side.intercept
    values = np.tanh(odds * np.array([_agreement(each) for each in found]) / 2)
    readable = [each.praise + each.blame > 0 or any(map(str.isalnum, text)) for each, text in zip(found, texts, strict=True)]
    return np.where(readable, values, np.nan)


def features(found: Sequence[Evidence]) -> Floats:
    """The weights of texts in the shape the models read: each bounded, or divided by the text's length."""
    return np.array([_bounded(each) for each in found], dtype=np.float64).reshape(len(found), 6)


def _bounded(found: Evidence) -> tuple[float, ...]:
    net, total = found.praise - found.blame, found.praise + found.blame
    votes, voters = sum(math.tanh(each / 1.5) for each in found.clauses), len(found.clauses)
    return (
        net / (total + 1),
        net / math.sqrt(found.words + 4),
        votes / (voters + 1),
        votes / math.sqrt(voters + 1),
        math.log1p(found.praise) - math.log1p(found.blame),
        float(voters > 0),
    )


def _lighter(found: Evidence) -> float:
    """The lighter of praise and blame as a share of the heavier."""
    return min(found.praise, found.blame) / (max(found.praise, found.blame) or 1.0)


def _agreement(found: Evidence) -> float:
    """1 where praise or blame stands alone; less, down to 0.1, where a text says nearly as much of one as of the other."""
    share = _lighter(found)
    return 1.0 - 0.9 * share if share >= MIXED_FROM else 1.0


def language_of(text: str) -> str:
    """zh where a lower-case text has more Chinese words (1.5 characters each) than Latin ones, else en."""
    return "zh" if len(_CHINESE.findall(text)) > 1.5 * len(_LATIN.findall(text)) else "en"


def _batches(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of texts that hold about _CHARACTERS_PER_BATCH characters together."""
    out, start, held = [], 0, 0
    for index, text in enumerate(texts):
        held += len(text) + 1
        if held >= _CHARACTERS_PER_BATCH:
            out.append((start, index + 1))
            start, held = index + 1, 0
    return [*out, (start, len(texts))] if start < len(texts) else out
