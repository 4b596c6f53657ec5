"""A fitted theme model: which themes there are and which texts belong to them. Arrays and JSON in and out, nothing pickled.

What a text belongs to depends on that text alone, so that texts come in any order and in any batches.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.models.themes.concepts import Finder
from analytics.models.themes.features import Floats, Vocabulary, combined
from analytics.models.themes.tokens import HAN, TOKEN, Language, digest, language_of, normalised

#: Texts that are assigned in one go: the memory of assigning is that of one batch.
BATCH = 10_000
#: A theme beside a text's first one has at least this share of the text's words of concepts, and this weight of them.
BESIDE_SHARE, BESIDE_WEIGHT = 0.34, 0.8
#: Themes that one text belongs to at most.
MOST_THEMES = 3
#: Places after the point that decide: differences below come from the machine.
_DECIMALS = 9

Vectors = npt.NDArray[np.floating[Any]]
Encode = Callable[[Sequence[str]], Vectors]
Phrases = Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Theme:
    """A theme of the second level, or (`parent` None) one of the first that holds several.

    `names` per language; `phrases` per language of the texts, the most telling first; `size`: texts that belong to it.
    """

    id: str
    parent: str | None
    names: Mapping[str, str]
    phrases: Phrases
    size: int = 0


@dataclass(frozen=True)
class Part:
    """Texts of `theme` that hold one of the phrases belong to the theme `id` instead."""

    theme: str
    id: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class ThemeModel:
    """`weights` (patterns x classes) say what words of concepts count, `slopes` (classes x features) and `intercepts` what the
    rest of a text does; `floors` are the scores below which a text without such words stays unassigned. `leads[i]` is the theme
    that class i leads to (two lead to one after a merge). `general` classes never stand beside another. `dimension` is that of
    the encoder's vectors, 0 for a model fitted without. `texts`: distinct texts that were fitted."""

    themes: tuple[Theme, ...]
    classes: tuple[str, ...]
    leads: tuple[str, ...]
    general: tuple[bool, ...]
    patterns: tuple[str, ...]
    weights: Floats
    vocabulary: Vocabulary
    slopes: Floats
    intercepts: Floats
    floors: Floats
    dimension: int = 0
    texts: int = 0
    pins: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()

    def assign(self, texts: Sequence[str | None], vectors: Vectors | Encode | None = None) -> pd.DataFrame:
        """text_index, theme_id, weight: the themes of the second level of each text, the first one first; the weights of a text
        sum to 1. A text that is not in the frame is unassigned.

        `vectors` has a row per text or encodes texts. Raises ValueError unless it is given exactly when the model was fitted so.
        """
        given = np.asarray(vectors) if vectors is not None and not callable(vectors) else None
        check_vectors(self.dimension, len(texts), vectors)
        rows: list[tuple[int, str, float]] = []
        # The encoder's last digits depend on what stands beside a text: one order makes them the same every time.
        order: Sequence[int] = range(len(texts))
        if callable(vectors):
            order = sorted(order, key=lambda at: (digest(texts[at] or ""), at))
        for chosen in _batches(order):
            batch = [normalised(texts[at]) for at in chosen]
            read = given[list(chosen)] if given is not None else vectors
            known = readable([texts[at] or "" for at in chosen], batch, read) if read is not None else None
            rows += [(chosen[at], theme, weight) for at, theme, weight in self.decided(batch, known)]
        frame = pd.DataFrame(rows, columns=["text_index", "theme_id", "weight"])
        frame = frame.astype({"text_index": "int64", "theme_id": "object", "weight": "float64"})
        return frame.sort_values("text_index", kind="stable", ignore_index=True)

    def decided(self, batch: Sequence[str], vectors: Floats | None) -> Iterator[tuple[int, str, float]]:
        """The rows of `assign` for normalised texts."""
        return self.judged(batch, *self.scores(batch, vectors))

    def judged(self, batch: Sequence[str], said: Floats, scores: Floats) -> Iterator[tuple[int, str, float]]:
        """The same for texts whose scores are known."""
        for at, text in enumerate(batch):
            themes = self._themes(said[at], scores[at]) if len(self.classes) else {}
            themes = self._edited(text, themes)
            total = sum(themes.values())
            yield from ((at, theme, round(weight / total, 6)) for theme, weight in themes.items())

    def scores(self, batch: Sequence[str], vectors: Floats | None) -> tuple[Floats, Floats]:
        """What the words of concepts say for each class, and the score of each class, for normalised texts."""
        found = self._finder.find(batch)
        found.data = np.sqrt(found.data)
        said = np.asarray(found @ self.weights)
        features = combined(self.vocabulary.fold(batch), vectors)
        return said, scored(said, features @ self.slopes.T + self.intercepts)

    def sized(self, frame: pd.DataFrame) -> ThemeModel:
        """The same model, its themes with the sizes of an assignment, largest first; a text counts once per theme."""
        parents = {theme.id: theme.parent for theme in self.themes}
        parent = frame.theme_id.map(parents)
        counts = frame.groupby("theme_id").text_index.nunique().to_dict()
        counts |= frame.assign(parent=parent).groupby("parent").text_index.nunique().to_dict()
        themes = [replace(theme, size=int(counts.get(theme.id, 0))) for theme in self.themes]
        return replace(self, themes=tuple(sorted(themes, key=lambda theme: (theme.parent is not None, -theme.size, theme.id))))

    def without(self, themes: frozenset[str]) -> ThemeModel:
        """The model without themes of the second level; their texts go where they fit next best, or stay unassigned."""
        stay = np.array([lead not in themes for lead in self.leads], dtype=bool)
        kept = [theme for theme in self.themes if theme.id not in themes]
        held = {theme.parent for theme in kept}
        return replace(
            self, themes=tuple(theme for theme in kept if theme.parent is not None or theme.id in held),
            classes=_where(self.classes, stay), leads=_where(self.leads, stay), general=_where(self.general, stay),
            weights=self.weights[:, stay], slopes=self.slopes[stay], intercepts=self.intercepts[stay], floors=self.floors[stay],
        )

    def theme(self, id: str) -> Theme | None:
        """The theme of an id, if there is one."""
        return next((theme for theme in self.themes if theme.id == id), None)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The model as arrays without objects, for numpy.savez; `json` holds what is text."""
        text = {
            "themes": [asdict(theme) for theme in self.themes], "classes": self.classes, "leads": self.leads,
            "general": self.general, "patterns": self.patterns, "terms": self.vocabulary.terms, "dimension": self.dimension,
            "texts": self.texts,
            "pins": self.pins, "parts": [asdict(part) for part in self.parts],
        }
        return {
            "json": np.array(json.dumps(text, ensure_ascii=False)), "weights": self.weights, "idf": self.vocabulary.idf,
            "folding": self.vocabulary.folding, "slopes": self.slopes, "intercepts": self.intercepts, "floors": self.floors,
        }

    @staticmethod
    def from_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> ThemeModel:
        """The model that `to_arrays` gave."""
        text = json.loads(str(arrays["json"]))
        return ThemeModel(
            themes=tuple(_theme(held) for held in text["themes"]), classes=tuple(text["classes"]), leads=tuple(text["leads"]),
            general=tuple(text["general"]), patterns=tuple(text["patterns"]), weights=arrays["weights"],
            vocabulary=Vocabulary(tuple(text["terms"]), arrays["idf"], arrays["folding"]), slopes=arrays["slopes"],
            intercepts=arrays["intercepts"], floors=arrays["floors"], dimension=text["dimension"], texts=text["texts"],
            pins=tuple((phrase, theme) for phrase, theme in text["pins"]),
            parts=tuple(Part(held["theme"], held["id"], tuple(held["phrases"])) for held in text["parts"]),
        )

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.patterns)

    def _themes(self, said: Floats, scores: Floats) -> dict[str, float]:
        """Themes of one text by its scores, the first one first."""
        first = int(np.argmax(scores))
        if said.max() <= 0 and scores[first] < self.floors[first]:
            return {}
        beside = (said >= BESIDE_SHARE * said.sum()) & (said >= BESIDE_WEIGHT) & ~np.array(self.general, dtype=bool)
        beside[first] = False
        chosen = [first, *sorted(np.flatnonzero(beside).tolist(), key=lambda at: (-scores[at], self.classes[at]))]
        out: dict[str, float] = {}
        for at in chosen:
            out[self.leads[at]] = out.get(self.leads[at], 0.0) + float(scores[at])
        return dict(list(out.items())[:MOST_THEMES])

    def _edited(self, text: str, themes: dict[str, float]) -> dict[str, float]:
        """The same after pins, which come first and count as much as all others together, and after splits."""
        pinned = list(dict.fromkeys(theme for phrase, theme in self.pins if stands_in(text, phrase)))
        if pinned:
            rest = {theme: weight for theme, weight in themes.items() if theme not in pinned}
            share = (sum(rest.values()) or 1.0) / len(pinned)
            themes = dict.fromkeys(pinned, share) | rest
        for part in self.parts:
            if part.theme in themes and any(stands_in(text, phrase) for phrase in part.phrases):
                themes = {part.id if theme == part.theme else theme: weight for theme, weight in themes.items()}
        return themes


def scored(said: Floats, logits: Floats) -> Floats:
    """The score of each class: its probability by the rest of the text, plus the square of its share of what the words of
    concepts say. A text about one thing goes where its words say; where they say many things, the whole text decides."""
    if not logits.shape[1]:
        return logits
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    share = said / np.maximum(said.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(np.round(odds / odds.sum(axis=1, keepdims=True) + share**2, _DECIMALS))


def stands_in(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a normalised text: anywhere in Chinese, as whole words in English."""
    if HAN.search(phrase):
        return phrase in text
    return f" {' '.join(TOKEN.findall(phrase))} " in f" {' '.join(TOKEN.findall(text))} "


def readable(raw: Sequence[str], batch: Sequence[str], vectors: Vectors | Encode) -> Floats:
    """The vectors of texts; zero for Chinese ones, of which the encoder knows nothing, and for empty ones."""
    read = np.array([bool(text) and language_of(text) != "zh" for text in batch], dtype=bool)
    if not callable(vectors):
        return np.where(read[:, None], np.asarray(vectors, np.float64), 0.0)
    encoded = np.asarray(vectors([text for text, wanted in zip(raw, read, strict=True) if wanted] or ["-"]), np.float64)
    out = np.zeros((len(batch), encoded.shape[1]))
    out[read] = encoded[: int(read.sum())]
    return out


def check_vectors(dimension: int, texts: int, vectors: Vectors | Encode | None) -> None:
    """Raises ValueError where vectors are missing, too many, or of another width than the model's."""
    if dimension and vectors is None:
        raise ValueError(f"the model was fitted with vectors of {dimension} numbers: give those of the texts, or refit without")
    if vectors is not None and not dimension:
        raise ValueError("the model was fitted without vectors: leave them out, or refit with them")
    if vectors is not None and not callable(vectors) and np.shape(vectors) != (texts, dimension):
        raise ValueError(f"the vectors have the shape {np.shape(vectors)}, expected {(texts, dimension)}: one row per text")


def _where(values: tuple[Any, ...], stay: npt.NDArray[np.bool_]) -> tuple[Any, ...]:
    return tuple(value for value, stays in zip(values, stay, strict=True) if stays)


def _theme(held: Mapping[str, Any]) -> Theme:
    phrases: Phrases = {language: tuple(words) for language, words in held["phrases"].items()}
    return Theme(held["id"], held["parent"], held["names"], phrases, held["size"])


def _batches(order: Sequence[int]) -> Iterator[Sequence[int]]:
    return (order[start : start + BATCH] for start in range(0, len(order), BATCH))
