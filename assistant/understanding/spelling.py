"""Misspelt and shortened words of English questions, put right before the matcher looks at them.

Owns which word was meant; the slots and what is shown to people keep the text as it was typed. A word is put right
only when no example, no dictionary of the encoder and no shorthand knows it and a word of the examples is near enough.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant import paths

_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
#: Shorter words have too many neighbours (csv, clv; fcr, for).
_SHORTEST = 4
#: Words of this length may have two slips, shorter ones one.
_TWO_SLIPS = 7
#: A word of the examples is trusted as a word from this count on, and as what another one was meant to be from the second.
_TRUSTED, _LIKELY = 2, 5
#: A word of the examples so many times rarer than its neighbour by one slip is taken for a slip itself.
_TIMES_RARER = 8


@lru_cache(maxsize=1)
def shorthand() -> Mapping[str, str]:
    """What people type for short ("wat", "custs") and what it stands for."""
    path = paths.intents() / "_lexicon" / "shorthand.yaml"
    data: Mapping[str, Mapping[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data["en"]


class Speller:
    """Puts words right by the words of the example questions and their counts. Immutable; without words it changes nothing."""

    def __init__(self, words: Mapping[str, int], dictionary: Callable[[], frozenset[str]] = frozenset) -> None:
        self._counts = dict(words)
        self._likely = sorted(word for word, count in self._counts.items() if count >= _LIKELY and len(word) >= _SHORTEST)
        self._dictionary = dictionary
        self._fixed: dict[str, str] = {}

    def respelt(self, text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The text with its words put right, and the places of those that were (in the new text)."""
        if not self._counts:
            return text, ()
        out, places, position, length = [], [], 0, 0
        for match in _WORD.finditer(text):
            word = match.group()
            meant = self._meant(word.lower())
            kept = text[position : match.start()]
            written = word if meant == word.lower() else meant
            out += [kept, written]
            length += len(kept)
            if written is not word:
                places.append((length, length + len(written)))
            length += len(written)
            position = match.end()
        return "".join([*out, text[position:]]), tuple(places)

    def _meant(self, word: str) -> str:
        if word in self._counts:
            return word
        if (found := shorthand().get(word)) is not None:
            return found
        if len(word) < _SHORTEST or "'" in word or word in self._dictionary():
            return word
        if word not in self._fixed:
            self._fixed[word] = self._nearest(word) or word
        return self._fixed[word]

    def _nearest(self, word: str) -> str | None:
        """The likeliest word within reach: the fewest slips, then the most frequent, then by name."""
        reach = 2 if len(word) >= _TWO_SLIPS else 1
        near = process.extract(word, self._likely, scorer=OSA.distance, score_cutoff=reach, limit=None)
        ranked = [(slips, -self._counts[meant], meant) for meant, slips, _ in near if slips == 1 or meant[0] == word[0]]
        return min(ranked)[2] if ranked else None


def spelling_of(texts: Iterable[str]) -> dict[str, int]:
    """The words of prepared examples that count as well spelt, with their counts, by name."""
    counts = Counter(match.group().lower() for text in texts for match in _WORD.finditer(text))
    frequent = sorted(word for word, count in counts.items() if count >= _LIKELY * _TIMES_RARER and len(word) >= _SHORTEST)

    def is_slip(word: str) -> bool:
        if len(word) < _SHORTEST or word in shorthand():
            return word in shorthand()
        near = process.extract(word, frequent, scorer=OSA.distance, score_cutoff=1, limit=None)
        return any(
            meant != word and counts[meant] >= _TIMES_RARER * counts[word] and not _inflected(meant, word) for meant, _, _ in near
        )

    return {word: count for word, count in sorted(counts.items()) if count >= _TRUSTED and not is_slip(word)}


def _inflected(one: str, other: str) -> bool:
    """Whether one word is the other with an ending: order, orders; sale, sales."""
    short, long = sorted((one, other), key=len)
    return long in (short + "s", short + "d", short + "r")
