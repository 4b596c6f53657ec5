"""The intent matcher: a linear model over words, characters and concepts, one over the sentence vector, and the last layers of
the encoder as they were fine-tuned on the examples.

Loads trained arrays and ranks intents; trains nothing and fills no slot. What is asked outside the catalogue is a
class of its own, so a refusal is a prediction and not only a low score.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analytics.models.encoder import Encoder, dictionary
from analytics.models.tuned_layers import LAYERS, Tuned
from assistant.understanding.features import bag, sparse
from assistant.understanding.foreign import foreign_words
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.prepare import concept_names
from assistant.understanding.spelling import Speller
from assistant.understanding.text import Language, words

TRAINED = Path(__file__).parent / "trained"
#: Prefix of the classes of questions that are out of scope; the rest of the name is the kind.
OUTSIDE = "_"
#: The concept of a word that belongs to another field than a shop's customers.
FOREIGN = "foreign"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ranking:
    """Probabilities over intents (out-of-scope classes taken out, not renormalised), over kinds of refusal, and of the
    question being out of scope at all."""

    intents: tuple[tuple[str, float], ...]
    outside: tuple[tuple[str, float], ...]
    refusal: float


def in_dialogue(ranking: Ranking, likelier: Mapping[str, float]) -> Ranking:
    """The ranking of a turn whose intents are so many times likelier than on their own: after an answer, people stay with what it
    was about. The probability of the intents together stays the same."""
    raised = [(name, chance * likelier.get(name, 1.0)) for name, chance in ranking.intents]
    scale = sum(chance for _, chance in ranking.intents) / (sum(chance for _, chance in raised) or 1.0)
    pairs = sorted(((name, round(chance * scale, 6)) for name, chance in raised), key=lambda pair: (-pair[1], pair[0]))
    return replace(ranking, intents=tuple(pairs))


@dataclass(frozen=True)
class Model:
    """Arrays of one language. `words` is classes x vocabulary; `vectors` is classes x encoder dimension with a bias, and like the
    tuned layers not there for a language that the encoder does not know."""

    classes: tuple[str, ...]
    vocabulary: npt.NDArray[np.uint64]
    idf: Floats
    words: Floats
    words_bias: Floats
    vectors: tuple[Floats, Floats] | None
    tuned: Tuned | None
    blend: float
    tuned_blend: float
    temperature: float
    ask_below: float
    margin: float
    decline_above: float
    refusal: Floats
    known_words: frozenset[str]
    in_scope_words: frozenset[str]
    speller: Speller

    def scores(self, masked: str, concepts: Iterable[str], read: tuple[Floats, Floats] | None) -> Floats:
        """Log-probabilities of the classes before the temperature. `read` is the sentence vector with the states below the tuned
        layers; without it, those of the word model alone."""
        index, weight = sparse(bag(masked, concepts), self.vocabulary, self.idf)
        by_words = log_softmax(self.words[:, index] @ weight + self.words_bias)
        if read is None or self.vectors is None or self.tuned is None:
            return by_words
        vector, states = read
        by_vector = log_softmax(self.vectors[0] @ vector + self.vectors[1])
        by_tuned = log_softmax(self.tuned.scores(states))
        left = 1 - self.blend - self.tuned_blend
        return np.asarray(left * by_words + self.blend * by_vector + self.tuned_blend * by_tuned)


def log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)


def put_right(masked: str, concepts: Iterable[str], speller: Speller, language: Language) -> tuple[str, tuple[str, ...]]:
    """A prepared text as the models see it: words put right, the concepts that these now name as well, and whether a word
    of another field is among them."""
    text, places = speller.respelt(masked)
    told = set(concepts)
    if places:
        found = Lexicon.load().find(text, language)
        told |= concept_names(m for m in found if any(m.start < end and start < m.end for start, end in places))
    if foreign_words(text):
        told.add(FOREIGN)
    return text, tuple(sorted(told))


def strangeness(masked: str, known: frozenset[str]) -> float:
    """Share of the words that no in-scope example has; masks count as known."""
    tokens = [word for _, _, word in words(masked)]
    return sum(word not in known for word in tokens) / len(tokens) if tokens else 1.0


def refusal_features(outside: float, strange: float, concepts: Iterable[str]) -> list[float]:
    """What tells a question that is out of scope: log-odds of the refusal classes, the share of strange words, whether the
    lexicon knows a metric, a dimension or a segment in it, how many things it knows, and a word of another field."""
    found = list(concepts)
    named = any(c.startswith(("metrics:", "dimensions:", "segments:", "fields:")) for c in found)
    return [_log_odds(outside), strange, float(named), min(len(found), 8) / 8, float(FOREIGN in found)]


def _log_odds(chance: float) -> float:
    bounded = min(max(float(chance), 1e-4), 1 - 1e-4)
    return float(np.log(bounded / (1 - bounded)))


def load_model(language: Language, folder: Path = TRAINED) -> Model:
    """The trained arrays of a language; raises FileNotFoundError with the command that makes them."""
    arrays, notes = folder / f"{language}.npz", folder / f"{language}.json"
    if not arrays.is_file() or not notes.is_file():
        raise FileNotFoundError(f"{arrays} is missing: run `python -m assistant.understanding.training`")
    meta = json.loads(notes.read_text(encoding="utf-8"))
    with np.load(arrays, allow_pickle=False) as data:
        scale = data["words_scale"].astype(np.float32)
        return Model(
            classes=tuple(meta["classes"]),
            vocabulary=data["vocabulary"],
            idf=data["idf"].astype(np.float32),
            words=data["words"].astype(np.float32) * scale[:, None],
            words_bias=data["words_bias"].astype(np.float32),
            vectors=(data["vectors"].astype(np.float32), data["vectors_bias"].astype(np.float32)) if "vectors" in data else None,
            tuned=Tuned.of(data),
            blend=meta["blend"],
            tuned_blend=meta["tuned_blend"],
            temperature=meta["temperature"],
            ask_below=meta["ask_below"],
            margin=meta["margin"],
            decline_above=meta["decline_above"],
            refusal=np.array(meta["refusal"], dtype=np.float32),
            known_words=frozenset(meta["known_words"]),
            in_scope_words=frozenset(meta["in_scope_words"]),
            speller=Speller(meta["spelling"], dictionary),
        )


class Matcher:
    """Ranks the intents of the catalogue for a prepared question."""

    def __init__(self, encoder: Encoder, folder: Path = TRAINED) -> None:
        self.encoder = encoder
        self._models: dict[Language, Model] = {lang: load_model(lang, folder) for lang in ("en", "zh")}

    def model(self, language: Language) -> Model:
        return self._models[language]

    def rank(self, masked: str, concepts: Iterable[str], language: Language) -> Ranking:
        model = self._models[language]
        masked, concepts = put_right(masked, concepts, model.speller, language)
        read = self.encoder.read_one(masked, LAYERS) if model.tuned is not None else None
        scores = model.scores(masked, concepts, read) / model.temperature
        probabilities = np.exp(log_softmax(scores))
        pairs = sorted(
            ((name, round(float(p), 6)) for name, p in zip(model.classes, probabilities, strict=True)),
            key=lambda pair: (-pair[1], pair[0]),
        )
        intents = tuple(p for p in pairs if not p[0].startswith(OUTSIDE))
        outside = tuple((name.removeprefix(OUTSIDE), p) for name, p in pairs if name.startswith(OUTSIDE))
        signs = refusal_features(sum(p for _, p in outside), strangeness(masked, model.in_scope_words), concepts)
        refusal = 1 / (1 + float(np.exp(-(model.refusal[:-1] @ np.array(signs, dtype=np.float32) + model.refusal[-1]))))
        return Ranking(intents, outside, round(refusal, 6))
