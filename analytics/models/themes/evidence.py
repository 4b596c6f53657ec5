"""What the words of concepts say in a body of texts: how much each word counts, and for which concept.

A word in every second text tells little; a hint counts for those concepts that the texts are about anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from analytics.models.themes.concepts import Concept, Finder
from analytics.models.themes.features import Floats
from analytics.models.themes.tokens import holds

#: A word counts fully up to one text in a hundred, then less by the logarithm of its spread, down to LEAST_WEIGHT.
RARE, LEAST_WEIGHT = 100, 0.1
#: A spread is judged on as many texts as this at least: in ten texts, three are no rule.
FEWEST_JUDGED = 200
HINT, GENERAL = 0.5, 0.1
#: A theme has this share of what was said, and this many texts.
SMALLEST_SHARE, FEWEST = 0.005, 2
#: Two concepts whose texts are the same ones by this share (Jaccard) are one theme.
SAME_FROM = 0.6


@dataclass(frozen=True)
class Evidence:
    """Concepts that texts speak of, the patterns and their weights (patterns x concepts), what is `said` (texts x concepts), and
    for each concept the one whose theme it shares (itself, unless they are near-duplicates)."""

    concepts: tuple[Concept, ...]
    patterns: tuple[str, ...]
    weights: Floats
    said: Floats
    same_as: tuple[int, ...]

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """The concept that most is said of in each text, -1 where none is named."""
        if not self.concepts:
            return np.full(len(self.said), -1, np.int64)
        return np.where(self.said.max(axis=1) > 0, self.said.argmax(axis=1), -1)


def gathered(
    texts: Sequence[str], counts: npt.NDArray[np.int64], concepts: Sequence[Concept], kept: frozenset[str],
    excluded: frozenset[str],
) -> Evidence:
    """Evidence in normalised texts; concepts with too few texts are left out unless they are among the `kept` ids."""
    patterns = _patterns(concepts, excluded)
    found = Finder(patterns).find(texts)
    spread = np.bincount(found.indices, minlength=len(patterns)) / max(len(texts), FEWEST_JUDGED)
    told = np.clip(np.log(1 / np.maximum(spread, 1e-9)) / np.log(RARE), LEAST_WEIGHT, 1.0)
    found.data = np.sqrt(found.data)
    words, hints = _tables(concepts, patterns)
    weights: Floats = np.asarray(told[:, None] * _weights(found, told, words, hints, concepts), np.float64)
    said: Floats = np.asarray(found @ weights, np.float64)
    active = _active(said, counts, concepts, kept)
    chosen = tuple(concepts[at] for at in active)
    weights, said = np.round(weights[:, active], 6), np.round(said[:, active], 6)
    used = np.flatnonzero(weights.any(axis=1))
    return Evidence(chosen, tuple(patterns[at] for at in used), weights[used], said, _same(said, counts, chosen))


def _patterns(concepts: Sequence[Concept], excluded: frozenset[str]) -> list[str]:
    every = {pattern for concept in concepts for pattern in (*concept.words, *concept.hints)}
    return sorted(p for p in every if not any(holds(p.replace("+", " ").replace("*", ""), word) for word in excluded))


def _tables(concepts: Sequence[Concept], patterns: Sequence[str]) -> tuple[Floats, Floats]:
    """Which patterns are words, and which are hints, of which concept."""
    place = {pattern: at for at, pattern in enumerate(patterns)}
    words, hints = (np.zeros((len(patterns), len(concepts))) for _ in range(2))
    for column, concept in enumerate(concepts):
        words[[place[p] for p in concept.words if p in place], column] = 1
        hints[[place[p] for p in concept.hints if p in place], column] = 1
    return words, hints


def _weights(found: sp.csr_matrix, told: Floats, words: Floats, hints: Floats, concepts: Sequence[Concept]) -> Floats:
    """Words count fully; a hint is shared out among its concepts by how much the texts speak of each."""
    general = np.array([concept.general for concept in concepts], dtype=bool)
    sure = np.asarray(found @ (told[:, None] * words))
    spoken = np.where(general, 0.0, sure / np.maximum(sure.sum(axis=1, keepdims=True), 1e-12)).sum(axis=0) + 0.5
    shares = hints * spoken
    weights = words + HINT * shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(np.where(general, GENERAL, 1.0) * weights)


def _active(said: Floats, counts: npt.NDArray[np.int64], concepts: Sequence[Concept], kept: frozenset[str]) -> list[int]:
    """Concepts that lead in enough texts. The smallest goes first, so that its texts can make another one large enough."""
    least = max(FEWEST, SMALLEST_SHARE * counts.sum())
    active = [at for at in range(len(concepts)) if said[:, at].any()]
    while active:
        spoken = said[:, active]
        leading = np.where(spoken.max(axis=1) > 0, spoken.argmax(axis=1), len(active))
        sizes = np.bincount(leading, weights=counts, minlength=len(active) + 1)
        small = [(sizes[place], concepts[at].id, at) for place, at in enumerate(active) if concepts[at].id not in kept]
        if not small or min(small)[0] >= least:
            break
        active.remove(min(small)[2])
    return active


def _same(said: Floats, counts: npt.NDArray[np.int64], concepts: Sequence[Concept]) -> tuple[int, ...]:
    """The larger of two concepts that stand in the same texts, for the smaller one."""
    strong = (said >= HINT).astype(np.float64)
    sizes = counts @ strong
    both = strong.T @ (counts[:, None] * strong)
    same = list(range(len(concepts)))
    order = sorted(same, key=lambda at: (-sizes[at], concepts[at].id))
    for place, at in enumerate(order):
        for larger in order[:place]:
            either = sizes[at] + sizes[larger] - both[at, larger]
            if either and both[at, larger] / either >= SAME_FROM and same[larger] == larger:
                same[at] = larger
                break
    return tuple(same)
