"""`python -m analytics.models.train_sentiment [DATA]`: trains the sentiment model, measures it, writes arrays and card.

DATA is the folder with the public sets (default: ../shared/data beside the checkout). Only the UCI sentences in it
train, beside the own sentences; the other sets measure. Deterministic.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from analytics.models.encoder import Encoder
from analytics.models.ngrams import BUCKETS, Floats, grams
from analytics.models.polarity import DATA, evidence
from analytics.models.sentiment import MODEL_FILE, Model, Side, features, model, score_texts, scores
from analytics.models.sentiment_card import Measured, card
from analytics.models.sentiment_sets import (
    UCI_SOURCES,
    Sentences,
    Signs,
    chinese_reviews,
    composed,
    inputs_hash,
    own_sentences,
    prepared,
    sst_dev,
    uci_sentences,
)

CARD_FILE = DATA / "sentiment_model.md"
#: Scales of the groups of features under one penalty of 1: evidence is trusted most, single n-grams least. The card says
#: with which figures in view they were chosen.
EVIDENCE_SCALE = 6.0
GRAMS_SCALE = {"en": 0.5, "zh": 0.25}
DEEP_EVIDENCE_SCALE = 2.2
VECTOR_SCALE = 0.65
COMPOSED = 2_500
FOLDS = 2
BANDS = tuple(step / 20 for step in range(5, 13))


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    return Encoder()


_VECTORS: dict[str, npt.NDArray[np.float32]] = {}


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Vectors of texts, each encoded once however many models are fitted."""
    new = sorted({text for text in texts if text not in _VECTORS})
    if new:
        _VECTORS.update(zip(new, encoder().encode(new), strict=True))
    return np.array([_VECTORS[text] for text in texts])


def fit_side(sentences: Sentences, language: str) -> Side:
    """Word lists and n-grams."""
    found, scale = [evidence(text) for text in prepared(sentences)], GRAMS_SCALE[language]
    known = grams([each.rest for each in found])
    counts = sparse.csr_matrix((known.share, (known.text, known.bucket)), shape=(len(sentences.texts), BUCKETS))
    design = sparse.hstack([sparse.csr_matrix(features(found) * EVIDENCE_SCALE), counts * scale]).tocsr()
    return _side(design, sentences.signs, EVIDENCE_SCALE, scale)


def fit_deep(sentences: Sentences) -> Side:
    """Word lists and the encoder's vector."""
    texts = prepared(sentences)
    rows = features([evidence(text) for text in texts])
    design = np.hstack([rows * DEEP_EVIDENCE_SCALE, encode(texts) * VECTOR_SCALE])
    return _side(sparse.csr_matrix(design), sentences.signs, DEEP_EVIDENCE_SCALE, VECTOR_SCALE)


def _side(design: sparse.csr_matrix, signs: Signs, evidence_scale: float, scale: float) -> Side:
    """Logistic regression. A neutral or mixed sentence stands in twice at half weight, as praise and as blame, so that what
    it says pulls neither way."""
    neutral = np.flatnonzero(signs == 0)
    weight = np.where(signs == 0, 0.5, 1.0)
    # One thread: sums in another order give other digits.
    with threadpool_limits(limits=1):
        fitted = LogisticRegression(C=1.0, max_iter=2_000, tol=1e-5).fit(
            sparse.vstack([design, design[neutral]]),
            np.concatenate([np.where(signs == 0, 1, signs), np.full(len(neutral), -1)]),
            sample_weight=np.concatenate([weight, weight[neutral]]),
        )
    found, columns = fitted.coef_[0], features([]).shape[1]
    return Side(
        np.round(found[:columns] * evidence_scale, 6), round(float(fitted.intercept_[0]), 6),
        (found[columns:] * scale).astype(np.float16).astype(np.float32),
    )


def fit(english: Sentences, chinese: Sentences) -> Model:
    """The model of these sentences."""
    longer = chinese + composed(chinese, COMPOSED)
    return Model({"en": fit_side(english, "en"), "zh": fit_side(longer, "zh"), "deep": fit_deep(english)}, 0.0, {}, inputs_hash())


def judged(trained: Model, sentences: Sentences, deep: bool = False) -> Floats:
    """The model's scores of the sentences, 0 where it finds nothing to judge."""
    return np.nan_to_num(scores(trained, prepared(sentences), encode if deep else None))


def macro_f1(truth: Signs, said: Signs) -> float:
    """Mean over the three labels of 2 x hits / (said + true)."""
    hits = [2 * np.sum((truth == s) & (said == s)) / max(np.sum(truth == s) + np.sum(said == s), 1) for s in (1, 0, -1)]
    return float(np.mean(hits))


def fold_of(own: Sentences) -> Signs:
    """The fold of each sentence: all sentences of a trade are in one."""
    place = {group: at % FOLDS for at, group in enumerate(sorted(set(own.groups)))}
    return np.array([place[group] for group in own.groups])


def held_out_scores(english: Sentences, chinese: Sentences, uci: Sentences) -> tuple[Floats, Floats]:
    """Scores of the own English (with the encoder) and Chinese sentences, each by a model that has not seen its trade."""
    out = np.zeros(len(english.texts)), np.zeros(len(chinese.texts))
    folds = fold_of(english), fold_of(chinese)
    for held in range(FOLDS):
        trained = fit(english.take(folds[0] != held) + uci, chinese.take(folds[1] != held))
        for at, (own, deep) in enumerate(((english, True), (chinese, False))):
            out[at][folds[at] == held] = judged(trained, own.take(folds[at] == held), deep)
    return out


def left_out_scores(
    own: Sentences, uci: Mapping[str, Sentences], *, with_encoder: bool = True
) -> dict[tuple[str, bool], Floats]:
    """Scores of each UCI source, without and (True) with the encoder, by models of the own sentences and the other sources."""
    out = {}
    for source, held in uci.items():
        rest = own
        for other, sentences in uci.items():
            rest = rest if other == source else rest + sentences
        side = fit_side(rest, "en")
        trained = Model({"en": side, "zh": side, "deep": fit_deep(rest) if with_encoder else side}, 0.0, {}, "")
        out[source, False] = judged(trained, held)
        if with_encoder:
            out[source, True] = judged(trained, held, deep=True)
    return out


def labels_of(values: Floats, band: float) -> Signs:
    return np.where(values > band, 1, np.where(values < -band, -1, 0))


def measured(name: str, side: str, held: Sentences, values: Floats, band: float) -> Measured:
    praise = float(np.mean(held.signs == 1))
    labels = labels_of(values, band)
    return Measured(
        name, side, len(held.texts), max(praise, 1 - praise), float(np.mean(np.sign(values) == held.signs)),
        float(np.mean(labels == held.signs)), float(np.mean(labels == 0)),
    )


def best_band(own: Sentences, own_scores: Floats, uci: Mapping[str, Sentences], uci_scores: Mapping[str, Floats]) -> float:
    """The neutral band with the best mean of two aims: the three labels on the own sentences, and few opinions of the UCI
    sentences called neutral. All scores come from models that have not seen the sentence."""

    def quality(band: float) -> float:
        hits = [float(np.mean(labels_of(uci_scores[source], band) == uci[source].signs)) for source in uci]
        return macro_f1(own.signs, labels_of(own_scores, band)) + float(np.mean(hits))

    return max(BANDS, key=lambda band: (round(quality(band), 6), -band))


def other_sets(folder: Path, trained: Model, band: float) -> list[Measured]:
    """The sets that train nothing, by the final model."""
    film = sst_dev(folder)
    chinese = {"hotel reviews": "ChnSentiCorp_htl_all", "shopping reviews": "online_shopping_7_cats"}
    out = [measured("SST-2 dev", side, film, judged(trained, film, side == "deep"), band) for side in ("en", "deep")]
    for name, file in chinese.items():
        held = chinese_reviews(folder, file)
        out.append(measured(name, "zh", held, judged(trained, held), band))
    return out


def write(trained: Model) -> None:
    """The arrays, in a file that holds numbers only."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, side in trained.sides.items():
        arrays[f"{name}_evidence"], arrays[f"{name}_intercept"] = side.evidence, np.array(side.intercept)
        arrays[f"{name}_weights"] = side.weights.astype(np.float16)
    accuracy = np.round([trained.accuracy[name] for name in trained.sides], 4)
    np.savez_compressed(
        MODEL_FILE, allow_pickle=False, accuracy=accuracy, neutral_band=np.array(trained.neutral_band),
        inputs=np.array(trained.inputs), **arrays,
    )


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (folder / "sentiment_en").is_dir():
        sys.stderr.write(f"{folder}: no folder sentiment_en with the UCI sentences; name the data folder as the argument\n")
        return 2
    english, chinese = own_sentences("en"), own_sentences("zh")
    uci = {source: uci_sentences(folder, source) for source in UCI_SOURCES}
    every = uci["amazon_cells"] + uci["imdb"] + uci["yelp"]
    left_out = left_out_scores(english, uci)
    own, own_scores = english + chinese, np.concatenate(held_out_scores(english, chinese, every))
    band = best_band(own, own_scores, uci, {source: left_out[source, True] for source in uci})
    trained = fit(english + every, chinese)
    results = [
        measured(f"UCI {source}, left out", "deep" if deep else "en", uci[source], values, band)
        for (source, deep), values in left_out.items()
    ]
    results += other_sets(folder, trained, band)
    accuracy = {name: float(np.mean([r.right for r in results if r.side == name])) for name in trained.sides}
    write(replace(trained, neutral_band=band, accuracy=accuracy))
    model.cache_clear()
    score_texts(("written and read again",))
    CARD_FILE.write_text(card(results, model(), own, own_scores), encoding="utf-8")
    sys.stderr.write(f"wrote {MODEL_FILE.name} and {CARD_FILE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
