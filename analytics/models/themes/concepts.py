"""Concepts: what customers talk about, with the words for it in English and Chinese (data/themes_*.yaml), found in texts.

Owns the lexicon and how its patterns are found. What a pattern weighs in a body of texts is decided where themes are fitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import yaml

from analytics.models.polarity import DATA
from analytics.models.themes.tokens import HAN, LANGUAGES, TOKEN

FILES = ("themes_shop.yaml", "themes_service.yaml", "themes_trades.yaml")
#: How near the two halves of "a+b" stand: words apart in English, characters in Chinese.
NEAR_WORDS, NEAR_CHARACTERS = 6, 10
Floats = npt.NDArray[np.float64]


class ConceptError(ValueError):
    """A word list is wrong; the message says the file, the concept and what to change."""


@dataclass(frozen=True)
class Concept:
    """Something customers talk about. `general` ones say how the whole was and count only where nothing else is said."""

    id: str
    family: str
    names: Mapping[str, str]
    words: tuple[str, ...]
    hints: tuple[str, ...]
    general: bool = False


@dataclass(frozen=True)
class Lexicon:
    """All concepts in the order of the files, and the names of their families in both languages."""

    concepts: tuple[Concept, ...]
    families: Mapping[str, Mapping[str, str]]

    @property
    def patterns(self) -> tuple[str, ...]:
        """Every pattern once, in alphabetical order."""
        return tuple(sorted({pattern for concept in self.concepts for pattern in (*concept.words, *concept.hints)}))


@cache
def lexicon() -> Lexicon:
    """The bundled word lists, read once."""
    return read([DATA / name for name in FILES])


def read(files: Sequence[Path]) -> Lexicon:
    """Word lists of files. Raises ConceptError where one lacks a name or a family, or where an id stands twice."""
    concepts: dict[str, Concept] = {}
    families: dict[str, Mapping[str, str]] = {}
    for file in files:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
        families.update(held["families"])
        for key, value in held["concepts"].items():
            if key in concepts:
                raise ConceptError(f"{file.name}: the concept {key} stands twice; rename one")
            concepts[key] = _concept(file.name, key, value)
    for concept in concepts.values():
        if concept.family not in families:
            raise ConceptError(f"the concept {concept.id} belongs to the family {concept.family}, which has no names; add them")
    if both := sorted(set(concepts) & set(families)):
        raise ConceptError(f"{both[0]} is the id of a concept and of a family; rename one")
    return Lexicon(tuple(concepts.values()), families)


def _concept(file: str, key: str, value: Mapping[str, Any]) -> Concept:
    missing = [name for name in ("family", "en", "zh", "words") if not value.get(name)]
    if missing:
        raise ConceptError(f"{file}: the concept {key} lacks {', '.join(missing)}; add it")
    words, hints = _listed(value["words"]), _listed(value.get("hints", {}))
    return Concept(
        key, value["family"], {language: value[language] for language in LANGUAGES}, words,
        tuple(hint for hint in hints if hint not in words), bool(value.get("general")),
    )


def _listed(lists: Mapping[str, Iterable[Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(word).strip().lower() for language in LANGUAGES for word in lists.get(language, ())))


@dataclass(frozen=True)
class _Part:
    """One half of a pattern, or the whole of a plain one: for each pattern that it begins, the other half (or None)."""

    words: tuple[str, ...]
    completes: tuple[tuple[int, tuple[str, ...] | None], ...]


class Finder:
    """Finds patterns in normalised texts. Pure: what is found in a text depends on that text alone."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        begun: dict[tuple[str, ...], list[tuple[int, tuple[str, ...] | None]]] = {}
        for index, pattern in enumerate(self.patterns):
            halves = [_words(half) for half in pattern.split("+")]
            begun.setdefault(halves[0], []).append((index, halves[1] if len(halves) > 1 else None))
            for half in halves[1:]:
                begun.setdefault(half, [])
        parts = [_Part(words, tuple(completes)) for words, completes in begun.items()]
        self._parts = {part.words: part for part in parts}
        self._latin: dict[str, list[_Part]] = {}
        self._chinese: dict[str, list[_Part]] = {}
        for part in sorted(parts, key=lambda part: (-len(part.words[0]), part.words)):
            index_of = self._chinese if HAN.search(part.words[0]) else self._latin
            index_of.setdefault(part.words[0][0] if HAN.search(part.words[0]) else part.words[0], []).append(part)
        self._longest = max((len(word) for word in self._latin), default=1)
        self._starting: dict[str, tuple[_Part, ...]] = {}

    def find(self, texts: Iterable[str]) -> sp.csr_matrix:
        """How often each pattern (column) stands in each text (row)."""
        columns: list[int] = []
        values: list[int] = []
        ends = [0]
        for text in texts:
            counts = self._counts(text)
            columns.extend(counts)
            values.extend(counts.values())
            ends.append(len(columns))
        shape = (len(ends) - 1, len(self.patterns))
        return sp.csr_matrix((np.array(values, np.float64), np.array(columns, np.int64), np.array(ends)), shape=shape)

    def _counts(self, text: str) -> dict[int, int]:
        found: dict[tuple[str, ...], list[int]] = {}
        pieces = TOKEN.findall(text)
        for at, piece in enumerate(pieces):
            if HAN.match(piece):
                continue
            for part in self._beginning(piece):
                if len(part.words) == 1 or _follows(part.words, pieces, at):
                    found.setdefault(part.words, []).append(at)
        if HAN.search(text):
            self._scan(text, found)
        counts: dict[int, int] = {}
        for words, places in found.items():
            for index, other in self._parts[words].completes:
                times = len(places) if other is None else _near(places, found.get(other, ()), _reach(words))
                if times:
                    counts[index] = times
        return counts

    def _beginning(self, piece: str) -> tuple[_Part, ...]:
        """Parts whose first word this is, by itself or by its beginning."""
        known = self._starting.get(piece)
        if known is None:
            starts = [f"{piece[:size]}*" for size in range(2, min(len(piece), self._longest) + 1)]
            known = tuple(part for key in (piece, *starts) for part in self._latin.get(key, ()))
            if len(self._starting) < 200_000:
                self._starting[piece] = known
        return known

    def _scan(self, text: str, found: dict[tuple[str, ...], list[int]]) -> None:
        """The longest Chinese part at each place, from the left; a shorter one inside it does not count."""
        at = 0
        while at < len(text):
            for part in self._chinese.get(text[at], ()):
                if text.startswith(part.words[0], at):
                    found.setdefault(part.words, []).append(at)
                    at += len(part.words[0])
                    break
            else:
                at += 1


def _words(half: str) -> tuple[str, ...]:
    return (half,) if HAN.search(half) else tuple(half.split())


def _reach(words: tuple[str, ...]) -> int:
    return NEAR_CHARACTERS if HAN.search(words[0]) else NEAR_WORDS


def _follows(words: tuple[str, ...], pieces: Sequence[str], at: int) -> bool:
    """Whether the words after the first stand there, one after the other."""
    if at + len(words) > len(pieces):
        return False
    return all(
        piece.startswith(word[:-1]) if word.endswith("*") else piece == word
        for word, piece in zip(words[1:], pieces[at + 1 : at + len(words)], strict=True)
    )


def _near(places: Sequence[int], others: Sequence[int], reach: int) -> int:
    return sum(any(abs(place - other) <= reach for other in others) for place in places)
