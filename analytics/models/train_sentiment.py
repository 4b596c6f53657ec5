"""`python -m analytics.models.train_sentiment [DATA]`: trains the sentiment model, measures it, writes arrays and card.

DATA is the folder with the public sets (default: ../shared/data beside the checkout). Only the UCI sentences in it
train; the other sets measure. The sentences in data/sentiment_sentences.yaml train as well. Deterministic.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from analytics.models.ngrams import BUCKETS, Floats, grams
from analytics.models.polarity import DATA, evidence
from analytics.models.sentiment import LABELS, LANGUAGES, MODEL_FILE, Model, features, model, normalised, score_texts, scores

CARD_FILE = DATA / "sentiment_model.md"
SENTENCES_FILE = DATA / "sentiment_sentences.yaml"
INPUT_FILES = ("sentiment_en.yaml", "sentiment_zh.yaml", "sentiment_signs.yaml", "sentiment_sentences.yaml")
UCI_SOURCES = ("amazon_cells", "imdb", "yelp")
#: Scales of the two groups of features under one penalty: evidence is trusted more than single n-grams.
EVIDENCE_SCALE = 6.0
GRAMS_SCALE = 1.5
PENALTY = 1.0
FOLDS = 5
BANDS = tuple(step / 20 for step in range(2, 13))

Signs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sentences:
    """Texts with their opinion: 1 praise, -1 blame, 0 neither or both."""

    texts: tuple[str, ...]
    signs: Signs

    def __add__(self, other: Sentences) -> Sentences:
        return Sentences(self.texts + other.texts, np.concatenate([self.signs, other.signs]))

    def take(self, chosen: npt.NDArray[np.bool_]) -> Sentences:
        return Sentences(tuple(t for t, keep in zip(self.texts, chosen, strict=True) if keep), self.signs[chosen])


@dataclass(frozen=True)
class Measured:
    """Accuracy on one set. `right`: the score has the sign of the label, neutral label or not. `labelled_right`: the label
    is right, where a neutral label counts as wrong. `majority`: always naming the larger class."""

    name: str
    language: str
    texts: int
    majority: float
    right: float
    labelled_right: float
    neutral: float


def inputs_hash() -> str:
    """Hash of the word lists and sentences; differs from the model's when it is stale."""
    digest = hashlib.sha256()
    for name in INPUT_FILES:
        digest.update((DATA / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def own_sentences() -> Sentences:
    """The sentences written for Askwell."""
    content = yaml.load(SENTENCES_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    sign = {"positive": 1, "neutral": 0, "negative": -1}
    pairs = [(text, sign[label]) for language in LANGUAGES for label in LABELS for text in content[language][label]]
    return Sentences(tuple(text for text, _ in pairs), np.array([s for _, s in pairs]))


def uci_sentences(folder: Path, source: str) -> Sentences:
    """One source of UCI Sentiment Labelled Sentences (Kotzias et al. 2015): lines of text, tab, 0 or 1."""
    texts, signs = [], []
    with gzip.open(folder / "sentiment_en" / f"{source}_labelled.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text, _, label = line.rstrip("\n").rpartition("\t")
            if label.strip() in ("0", "1"):
                texts.append(text)
                signs.append(1 if label.strip() == "1" else -1)
    return Sentences(tuple(texts), np.array(signs))


def sst_dev(folder: Path) -> Sentences:
    """The development set of SST-2 (Socher et al. 2013): lines of label, blank, text."""
    with gzip.open(folder / "sentiment_en" / "stsa.binary.dev.gz", "rt", encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").partition(" ") for line in lines]
    return Sentences(tuple(text for _, _, text in pairs), np.array([1 if label == "1" else -1 for label, _, _ in pairs]))


def chinese_reviews(folder: Path, file: str) -> Sentences:
    """Reviews of hotels or of online shopping, without the empty ones."""
    frame = pd.read_parquet(folder / "sentiment_zh" / f"{file}.parquet")
    frame = frame[frame.review.fillna("").str.strip() != ""]
    return Sentences(tuple(frame.review), np.where(frame.label == 1, 1, -1))


def fit(sentences: Sentences) -> Model:
    """The model of these sentences. A neutral sentence stands in twice at half weight, as praise and as blame, so that
    what it says pulls neither way."""
    opinion = np.where(sentences.signs == 0, 1, sentences.signs)
    neutral = np.flatnonzero(sentences.signs == 0)
    found = [evidence(normalised(text)) for text in sentences.texts]
    rows, known = features(found), grams([each.rest for each in found])
    counts = sparse.csr_matrix((known.share, (known.text, known.bucket)), shape=(len(sentences.texts), BUCKETS))
    design = sparse.hstack([sparse.csr_matrix(rows * EVIDENCE_SCALE), counts * GRAMS_SCALE]).tocsr()
    weight = np.where(sentences.signs == 0, 0.5, 1.0)
    # One thread: sums in another order give other digits.
    with threadpool_limits(limits=1):
        fitted = LogisticRegression(C=PENALTY, max_iter=5_000, tol=1e-8).fit(
            sparse.vstack([design, design[neutral]]), np.concatenate([opinion, np.full(len(neutral), -1)]),
            sample_weight=np.concatenate([weight, weight[neutral]]),
        )
    coefficients = fitted.coef_[0]
    return Model(
        weights=(coefficients[rows.shape[1] :] * GRAMS_SCALE).astype(np.float16).astype(np.float32),
        evidence=np.round(coefficients[: rows.shape[1]] * EVIDENCE_SCALE, 6), intercept=round(float(fitted.intercept_[0]), 6),
        neutral_band=0.0, accuracy={}, inputs=inputs_hash(),
    )


def judged(trained: Model, sentences: Sentences) -> Floats:
    """The model's scores of the sentences, 0 where it finds nothing to judge."""
    return np.nan_to_num(scores(trained, [normalised(text) for text in sentences.texts]))


def macro_f1(truth: Signs, said: Signs) -> float:
    """Mean over the three labels of 2 x hits / (said + true)."""
    hits = [2 * np.sum((truth == s) & (said == s)) / max(np.sum(truth == s) + np.sum(said == s), 1) for s in (1, 0, -1)]
    return float(np.mean(hits))


def held_out_scores(own: Sentences, others: Sentences) -> Floats:
    """Scores of the own sentences, each by a model that has not seen it."""
    fold, out = np.arange(len(own.texts)) % FOLDS, np.zeros(len(own.texts))
    for held in range(FOLDS):
        trained = fit(own.take(fold != held) + others)
        out[fold == held] = judged(trained, own.take(fold == held))
    return out


def labels_of(values: Floats, band: float) -> Signs:
    return np.where(values > band, 1, np.where(values < -band, -1, 0))


def measured(name: str, language: str, held: Sentences, values: Floats, band: float) -> Measured:
    praise = float(np.mean(held.signs == 1))
    labels = labels_of(values, band)
    return Measured(
        name, language, len(held.texts), max(praise, 1 - praise), float(np.mean(np.sign(values) == held.signs)),
        float(np.mean(labels == held.signs)), float(np.mean(labels == 0)),
    )


def left_out_scores(own: Sentences, uci: Mapping[str, Sentences]) -> dict[str, Floats]:
    """Scores of each UCI source by a model of the own sentences and the other sources."""
    out = {}
    for source, held in uci.items():
        rest = own
        for other, sentences in uci.items():
            rest = rest if other == source else rest + sentences
        out[source] = judged(fit(rest), held)
    return out


def best_band(own: Sentences, own_scores: Floats, uci: Mapping[str, Sentences], uci_scores: Mapping[str, Floats]) -> float:
    """The neutral band with the best mean of two aims: the three labels on the own sentences, and few opinions of the UCI
    sentences called neutral. All scores come from models that have not seen the sentence."""

    def quality(band: float) -> float:
        hits = [float(np.mean(labels_of(uci_scores[source], band) == uci[source].signs)) for source in uci]
        return macro_f1(own.signs, labels_of(own_scores, band)) + float(np.mean(hits))

    return max(BANDS, key=lambda band: (round(quality(band), 6), -band))


def other_sets(folder: Path, trained: Model, band: float) -> list[Measured]:
    """The sets that train nothing, by the final model."""
    return [
        measured(name, language, held, judged(trained, held), band)
        for name, language, held in (
            ("SST-2 dev", "en", sst_dev(folder)),
            ("hotel reviews", "zh", chinese_reviews(folder, "ChnSentiCorp_htl_all")),
            ("shopping reviews", "zh", chinese_reviews(folder, "online_shopping_7_cats")),
        )
    ]


def card(results: Sequence[Measured], trained: Model, band: float, own: Sentences, f1: float) -> str:
    """The model card."""
    rows = "\n".join(
        f"| {r.name} | {r.language} | {r.texts:,} | {r.majority:.3f} | {r.right:.3f} | {r.labelled_right:.3f} | {r.neutral:.3f} |"
        for r in results
    )
    return f"""# Sentiment model

Made by `python -m analytics.models.train_sentiment`; do not edit. Used by `analytics.models.sentiment.score_texts`.

- **What it is**: logistic regression over {len(trained.evidence)} figures from word lists (praise and blame after
  negation, degree, contrast and wish) and {BUCKETS:,} hashed n-grams (words and pairs in Latin script, one to three
  Chinese characters). Labels: score above {band:g} positive, below -{band:g} negative, else neutral; a text that says as
  much good as bad is drawn towards neutral. Nothing is pickled.
- **Trained on**: UCI Sentiment Labelled Sentences (Kotzias et al. 2015, CC BY 4.0; 3,000 English sentences, not part of
  this repository) and {len(own.texts)} sentences written for Askwell in both languages. Word lists written for Askwell.
- **Meant for**: short comments of customers in English, Chinese (simplified) or both. **Not for**: other languages,
  sarcasm, opinions on several things in one text, decisions about single persons.

## Measured

`right`: the score has the sign of the label. `label right`: the label is right, a neutral label counted as wrong (these sets
know no neutral). No row was used to train what it measures. The neutral band was chosen on the UCI sentences and the own
ones; how strongly mixed texts are drawn towards neutral was set with all of these figures in view.

| set | language | texts | majority | right | label right | labelled neutral |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

On the own sentences (three labels, {FOLDS} folds, each sentence judged by a model that has not seen it) the mean F1 of the
three labels is {f1:.3f}; the neutral band was chosen there, so this figure flatters a little.

Mean accuracy on unseen sets, as said in answers: English {trained.accuracy["en"]:.3f}, Chinese {trained.accuracy["zh"]:.3f}.

## Falls short

Chinese has no training set beyond the own sentences: its word list does the work, and long reviews that praise and blame
come out too negative. Film reviews (SST-2) are far from a shop's comments and show what happens on an unknown subject.
Sarcasm is read literally.
"""


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (folder / "sentiment_en").is_dir():
        sys.stderr.write(f"{folder}: no folder sentiment_en with the UCI sentences; name the data folder as the argument\n")
        return 2
    own = own_sentences()
    uci = {source: uci_sentences(folder, source) for source in UCI_SOURCES}
    every = own
    for sentences in uci.values():
        every = every + sentences
    own_scores = held_out_scores(own, uci["amazon_cells"] + uci["imdb"] + uci["yelp"])
    uci_scores = left_out_scores(own, uci)
    band, trained = best_band(own, own_scores, uci, uci_scores), fit(every)
    f1 = macro_f1(own.signs, labels_of(own_scores, band))
    results = [measured(f"UCI {name}, left out", "en", uci[name], uci_scores[name], band) for name in uci]
    results += other_sets(folder, trained, band)
    accuracy = [float(np.mean([r.right for r in results if r.language == language])) for language in LANGUAGES]
    np.savez_compressed(
        MODEL_FILE, weights=trained.weights.astype(np.float16), evidence=trained.evidence,
        intercept=np.float64(trained.intercept), neutral_band=np.float64(band), accuracy=np.round(accuracy, 4),
        inputs=np.str_(trained.inputs),
    )
    model.cache_clear()
    score_texts(("written and read again",))
    CARD_FILE.write_text(card(results, model(), band, own, f1), encoding="utf-8")
    sys.stderr.write(f"wrote {MODEL_FILE.name} and {CARD_FILE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
