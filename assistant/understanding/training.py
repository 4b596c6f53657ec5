"""Builds the matcher's trained arrays from the catalogue: `python -m assistant.understanding.training`.

Reads intents/ only. Seeded; the same examples give the same arrays. Writes <language>.npz and <language>.json with the
hash of what it read, so that a test can tell when the arrays are stale.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from analytics.models.encoder import Encoder, dictionary
from analytics.models.tuned_layers import LAYERS
from analytics.models.tuning import Task, Tuning
from assistant import paths
from assistant.answer import LANGUAGES
from assistant.understanding import catalogue
from assistant.understanding.entities import FIELDS, ValueIndex
from assistant.understanding.features import bag, feature_id
from assistant.understanding.matcher import OUTSIDE, TRAINED, log_softmax, put_right, refusal_features, strangeness
from assistant.understanding.prepare import Preparer
from assistant.understanding.spelling import Speller, spelling_of
from assistant.understanding.text import Language, words

SEED = 20261117
FOLDS = 4
VOCABULARY = 40_000
MIN_COUNT = 2
WORD_C = 20.0
VECTOR_C = 10.0
#: Share of in-scope examples that may be declined, and asked back, out of fold, when thresholds are chosen. Examples are written
#: to be hard, and the final models know all of them: in use, a tenth as many are declined. What is out of scope is harder to
#: tell without the encoder, so more of the Chinese examples may be.
MAX_DECLINED: Mapping[Language, float] = {"en": 0.06, "zh": 0.08}
MAX_ASKED = 0.08

#: The encoder is of use for a language of whose words it knows all but this share. Of Chinese, half is unknown to the bundled
#: one: what it says of a question is right for one of five, and worsens every blend.
MOST_UNKNOWN = 0.1

#: Two examples of an intent are near-copies from this ratio of their sorted words on (rapidfuzz.fuzz.token_sort_ratio).
_ALIKE = 80

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Examples:
    """Prepared example questions of one language with their classes. `groups` are the same for near-copies, which must not
    stand on both sides of a fold; `spelling` are the words by which the others were put right."""

    masked: tuple[str, ...]
    concepts: tuple[tuple[str, ...], ...]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    names: frozenset[str]
    groups: npt.NDArray[np.int64]
    spelling: dict[str, int]


def catalogue_hash() -> str:
    """SHA-256 over what training reads of intents/: the lexicon, what is out of scope, and every example with its intent. An
    example that stands twice, such as a follow-up that an intent lists itself, is one example."""
    digest = hashlib.sha256()
    root, known = paths.intents(), catalogue.load()
    for path in sorted(root.rglob("*.yaml")):
        if path.parent.name.startswith("_") or path.name.startswith("_"):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    examples = sorted((language, *pair) for language in LANGUAGES for pair in examples_of(known, language))
    digest.update(json.dumps(examples, ensure_ascii=False).encode())
    return digest.hexdigest()


def examples_of(known: catalogue.Catalogue, language: Language) -> set[tuple[str, str]]:
    """Example questions of every intent, and the follow-up questions that answers offer, each with its intent."""
    pairs: set[tuple[str, str]] = set()
    for intent in known:
        pairs |= {(question, intent.id) for question in intent.ask[language]}
        pairs |= set(intent.not_this[language].items())
        pairs |= {(follow.text[language], follow.intent) for follow in intent.follow_ups if "{" not in follow.text[language]}
    return pairs


def read_examples(language: Language, preparer: Preparer) -> Examples:
    """The examples of every intent (see `examples_of`), and those out of scope as classes of their own."""
    known = catalogue.load()
    outside = {(question, OUTSIDE + kind) for kind, questions in known.out_of_scope.items() for question in questions[language]}
    pairs = sorted(examples_of(known, language) | outside)
    classes = tuple(sorted({label for _, label in pairs}))
    number = {name: index for index, name in enumerate(classes)}
    labels = np.array([number[label] for _, label in pairs])
    prepared = [preparer.prepare(question, language) for question, _ in pairs]
    spelling = spelling_of(p.masked for p in prepared) if language == "en" else {}
    speller = Speller(spelling, dictionary)
    seen = [put_right(p.masked, p.concepts, speller, language) for p in prepared]
    return Examples(
        tuple(masked for masked, _ in seen),
        tuple(concepts for _, concepts in seen),
        labels,
        classes,
        proper_names([question for question, _ in pairs]),
        near_copies([masked for masked, _ in seen], labels),
        spelling,
    )


def gazetteer(folder: Path | None = None) -> ValueIndex:
    """The values that example questions name, by field: masked as those of the loaded data are when a question is asked."""
    import yaml

    path = (folder or paths.intents()) / "_lexicon" / "examples.yaml"
    named = yaml.safe_load(path.read_text(encoding="utf-8"))
    return ValueIndex({field: [str(value) for value in named.get(field) or ()] for field in FIELDS})


def near_copies(texts: Sequence[str], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number per text, the same for texts of one class that share most of their words."""
    groups = np.arange(len(texts))
    for label in np.unique(labels):
        rows = [int(row) for row in np.flatnonzero(labels == label)]
        own = [texts[row] for row in rows]
        alike = process.cdist(own, own, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE) > 0
        for place, row in enumerate(rows):
            groups[row] = groups[rows[int(np.argmax(alike[place]))]]
    return groups


def proper_names(questions: Sequence[str]) -> frozenset[str]:
    """English words that the examples mostly write with a capital inside a sentence: places, people, brands. They are
    not vocabulary: a city of an example that the data do not have stays an unknown word."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for question in questions:
        if question.istitle() or question.isupper():
            continue
        for match in re.finditer(r"[A-Za-z]+", question):
            if match.start() == 0 or question[: match.start()].rstrip()[-1:] in ".?!":
                continue
            written = capital if match.group()[0].isupper() and not match.group().isupper() else small
            written[match.group().lower()] += 1
    return frozenset(word for word, count in capital.items() if count > small[word])


def vocabulary_of(bags: Sequence[Counter[str]]) -> tuple[npt.NDArray[np.uint64], Floats]:
    """Sorted feature ids of the most frequent features, and their smoothed inverse document frequency."""
    seen: Counter[str] = Counter()
    for features in bags:
        seen.update(features.keys())
    kept = sorted((name for name, count in seen.items() if count >= MIN_COUNT), key=lambda n: (-seen[n], n))[:VOCABULARY]
    ids = np.array([feature_id(name) for name in kept], dtype=np.uint64)
    frequency = np.array([seen[name] for name in kept], dtype=np.float64)
    order = np.argsort(ids)
    idf = np.log((1 + len(bags)) / (1 + frequency)) + 1
    return ids[order], idf[order].astype(np.float32)


def matrix(bags: Sequence[Counter[str]], vocabulary: npt.NDArray[np.uint64], idf: Floats) -> csr_matrix:
    from assistant.understanding.features import sparse

    rows = [sparse(features, vocabulary, idf) for features in bags]
    indptr = np.concatenate([[0], np.cumsum([len(index) for index, _ in rows])])
    indices = np.concatenate([index for index, _ in rows])
    data = np.concatenate([weight for _, weight in rows])
    return csr_matrix((data, indices, indptr), shape=(len(bags), len(vocabulary)))


def fit(features: Any, labels: npt.NDArray[np.int64], c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=80, tol=1e-3, random_state=SEED, class_weight="balanced").fit(features, labels)


@dataclass(frozen=True)
class OutOfFold:
    """What the folds that did not see an example say of it: log-probabilities of the three models, and its share of words
    that no in-scope example of the other folds has."""

    by_words: Floats
    by_vector: Floats
    by_tuned: Floats
    strange: Floats


def in_scope_words(examples: Examples, rows: Sequence[int]) -> frozenset[str]:
    """Every word of the in-scope examples among `rows`."""
    return frozenset(
        word
        for i in rows
        if not examples.classes[examples.labels[i]].startswith(OUTSIDE)
        for _, _, word in words(examples.masked[i])
    )


def out_of_fold(examples: Examples, bags: Sequence[Counter[str]], vectors: Floats, tuning: Tuning | None) -> OutOfFold:
    """Cross-validated predictions for every example; of the word model alone where the encoder is of no use."""
    n, k = len(examples.labels), len(examples.classes)
    by_words, by_vector, by_tuned = (np.zeros((n, k), dtype=np.float32) for _ in range(3))
    strange = np.zeros(n, dtype=np.float32)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in folds.split(vectors, examples.labels, examples.groups):
        vocabulary, idf = vocabulary_of([bags[i] for i in train])
        model = fit(matrix([bags[i] for i in train], vocabulary, idf), examples.labels[train], WORD_C)
        by_words[test] = model.predict_log_proba(matrix([bags[i] for i in test], vocabulary, idf))
        if tuning is not None:
            by_vector[test] = fit(vectors[train], examples.labels[train], VECTOR_C).predict_log_proba(vectors[test])
            by_tuned[test] = tuning.log_probabilities(tuning.learnt(train), test)
        known = in_scope_words(examples, list(train))
        strange[test] = [strangeness(examples.masked[i], known) for i in test]
    return OutOfFold(by_words, by_vector, by_tuned, strange)


def refusal_model(probabilities: Floats, strange: Floats, examples: Examples, most: float) -> dict[str, Any]:
    """A logistic regression that tells in-scope from out-of-scope questions by what the matcher makes of them, with the
    bound that declines at most a share `most` of the in-scope ones."""
    outside = np.array([name.startswith(OUTSIDE) for name in examples.classes])
    inside = ~outside[examples.labels]
    found = np.array(
        [
            refusal_features(p[outside].sum(), share, concepts)
            for p, share, concepts in zip(probabilities, strange, examples.concepts, strict=True)
        ]
    )
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(found, ~inside)
    chance = model.predict_proba(found)[:, 1]
    bound = float(np.quantile(chance[inside], 1 - most))
    return {
        "refusal": [round(float(c), 5) for c in (*model.coef_[0], model.intercept_[0])],
        "decline_above": round(bound, 4),
        "declined_in_scope": float((chance > bound)[inside].mean()),
        "declined_out_of_scope": float((chance > bound)[~inside].mean()),
    }


@dataclass(frozen=True)
class Blend:
    """Weights of the vector model and of the tuned one (that of the words is what is left of 1), and the temperature."""

    vector: float
    tuned: float
    temperature: float

    def logits(self, folds: OutOfFold) -> Floats:
        left = 1 - self.vector - self.tuned
        mixed = left * folds.by_words + self.vector * folds.by_vector + self.tuned * folds.by_tuned
        return np.asarray(mixed / self.temperature, dtype=np.float32)


def choose_blend(folds: OutOfFold, labels: npt.NDArray[np.int64], encoded: bool) -> Blend:
    """The blend with the least log-loss out of fold: first the weights in tenths, none of them for the encoder's models unless
    `encoded`; then the temperature to the hundredth."""
    weights = [(v / 10, t / 10) for v in range(6) for t in range(8) if v + t < 10] if encoded else [(0.0, 0.0)]
    coarse = (Blend(v, t, temperature) for v, t in weights for temperature in (0.35, 0.5, 0.7))
    best = min(coarse, key=lambda blend: log_loss(blend.logits(folds), labels))
    fine = (Blend(best.vector, best.tuned, round(0.2 + step / 100, 2)) for step in range(100))
    return min(fine, key=lambda blend: log_loss(blend.logits(folds), labels))


def log_loss(logits: Floats, labels: npt.NDArray[np.int64]) -> float:
    """Mean negative log-probability of what is right."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]))


def choose_thresholds(probabilities: Floats, examples: Examples) -> dict[str, float]:
    """Bounds for asking back: as many in-scope questions fall below them as may be asked back."""
    outside = np.array([name.startswith(OUTSIDE) for name in examples.classes])
    inside_rows = ~outside[examples.labels]
    ranked = np.sort(probabilities[:, ~outside], axis=1)
    best, second = ranked[:, -1], ranked[:, -2]
    ask_below = float(np.quantile(best[inside_rows], MAX_ASKED / 2))
    margin = float(np.quantile((best - second)[inside_rows], MAX_ASKED / 2))
    return {"ask_below": round(ask_below, 4), "margin": round(margin, 4)}


def report(probabilities: Floats, examples: Examples) -> dict[str, float]:
    """Out-of-fold accuracy of the ranking of in-scope questions."""
    outside = np.array([name.startswith(OUTSIDE) for name in examples.classes])
    inside = ~outside[examples.labels]
    ranked = np.argsort(-np.where(outside, -1, probabilities), axis=1)
    hit1 = ranked[:, 0] == examples.labels
    hit3 = (ranked[:, :3] == examples.labels[:, None]).any(axis=1)
    return {"examples": float(len(examples.labels)), "top1": float(hit1[inside].mean()), "top3": float(hit3[inside].mean())}


def tuning_of(examples: Examples, states: Sequence[Floats], encoder: Encoder) -> Tuning | None:
    """What tunes layers to the examples; None where the encoder does not know the language."""
    if encoder.unknown_share(examples.masked) > MOST_UNKNOWN:
        return None
    halves = [kept.astype(np.float16) for kept in states]
    return Tuning(encoder, Task(halves, examples.labels, len(examples.classes)), SEED)


def by_encoder(examples: Examples, vectors: Floats, tuning: Tuning) -> dict[str, npt.NDArray[Any]]:
    """The arrays of the vector model and of the tuned layers."""
    by_meaning = fit(vectors, examples.labels, VECTOR_C)
    return {
        "vectors": by_meaning.coef_.astype(np.float16),
        "vectors_bias": by_meaning.intercept_.astype(np.float32),
        **Tuning.weights(tuning.learnt(np.arange(len(examples.labels)))).arrays(),
    }


def train(language: Language, encoder: Encoder, folder: Path = TRAINED) -> dict[str, float]:
    """Trains and writes one language; returns its cross-validated figures."""
    examples = read_examples(language, Preparer(gazetteer()))
    bags = [bag(masked, concepts) for masked, concepts in zip(examples.masked, examples.concepts, strict=True)]
    vectors, states = encoder.read(examples.masked, LAYERS)
    tuning = tuning_of(examples, states, encoder)
    folds = out_of_fold(examples, bags, vectors, tuning)
    blend = choose_blend(folds, examples.labels, tuning is not None)
    probabilities = np.exp(np.apply_along_axis(log_softmax, 1, blend.logits(folds)))
    thresholds = choose_thresholds(probabilities, examples)
    refusal = refusal_model(probabilities, folds.strange, examples, MAX_DECLINED[language])
    measured = report(probabilities, examples) | {n: refusal.pop(n) for n in ("declined_in_scope", "declined_out_of_scope")}
    figures = {name: round(value, 4) for name, value in measured.items()}
    vocabulary, idf = vocabulary_of(bags)
    by_word = fit(matrix(bags, vocabulary, idf), examples.labels, WORD_C)
    encoded: Any = by_encoder(examples, vectors, tuning) if tuning else {}
    scale = np.abs(by_word.coef_).max(axis=1) / 127
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / f"{language}.npz",
        vocabulary=vocabulary,
        idf=idf.astype(np.float16),
        words=np.round(by_word.coef_ / scale[:, None]).astype(np.int8),
        words_scale=scale.astype(np.float32),
        words_bias=by_word.intercept_.astype(np.float32),
        **encoded,
    )
    known = sorted({word for masked in examples.masked for _, _, word in words(masked)} - examples.names)
    notes = {
        "catalogue": catalogue_hash(),
        "classes": list(examples.classes),
        "blend": blend.vector,
        "tuned_blend": blend.tuned,
        "temperature": blend.temperature,
        **thresholds,
        **refusal,
        "cross_validation": figures,
        "spelling": examples.spelling,
        "known_words": known,
        "in_scope_words": sorted(in_scope_words(examples, range(len(examples.labels)))),
    }
    (folder / f"{language}.json").write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=("en", "zh"), action="append")
    options = parser.parse_args()
    encoder = Encoder()
    warnings.simplefilter("ignore", ConvergenceWarning)
    for language in options.language or ("en", "zh"):
        sys.stdout.write(f"{language} {json.dumps(train(language, encoder))}\n")


if __name__ == "__main__":
    main()
