"""Texts as numbers: TF-IDF of words and Chinese character pairs, folded to few dimensions, beside the encoder's vectors.

Latent semantic analysis after Deerwester et al. 1990. Knows no concept and no theme; the encoder's vectors come in as arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from analytics.models.themes.tokens import plain_terms, without

Floats = npt.NDArray[np.float64]
#: Terms that are kept, the widest spread first, and dimensions that they are folded to.
MOST_TERMS, DIMENSIONS = 8_000, 100
#: A term in more texts than this tells nothing.
COMMON_FROM = 0.4
#: Weight of the terms where the encoder has read the text, too.
BESIDE_VECTORS = 0.5


@dataclass(frozen=True)
class Vocabulary:
    """Terms in alphabetical order, what each counts (0: an excluded word), and the folding (terms x dimensions)."""

    terms: tuple[str, ...]
    idf: Floats
    folding: Floats

    def fold(self, texts: Iterable[str]) -> Floats:
        """A unit vector per normalised text; zero for a text without a known term."""
        return unit(np.asarray(_weighted(texts, {term: at for at, term in enumerate(self.terms)}, self.idf) @ self.folding))


def learn(texts: Sequence[str], excluded: frozenset[str]) -> Vocabulary:
    """The vocabulary of normalised texts that come in a fixed order."""
    spread: Counter[str] = Counter()
    for text in texts:
        spread.update(set(without(plain_terms(text), excluded)))
    rare = 1 if len(texts) < 50 else 2
    kept = [(term, count) for term, count in spread.items() if rare <= count <= max(COMMON_FROM * len(texts), 5)]
    terms = tuple(sorted(term for term, _ in sorted(kept, key=lambda each: (-each[1], each[0]))[:MOST_TERMS]))
    idf = np.array([np.log(len(texts) / spread[term]) + 1 for term in terms], dtype=np.float64)
    if not terms:
        return Vocabulary((), idf, np.zeros((0, 0)))
    return Vocabulary(terms, idf, _folding(_weighted(texts, {term: at for at, term in enumerate(terms)}, idf)))


def combined(folded: Floats, vectors: Floats | None) -> Floats:
    """Folded terms beside the encoder's vectors, which are zero for texts that the encoder cannot read."""
    if vectors is None:
        return folded
    read = np.linalg.norm(vectors, axis=1, keepdims=True) > 0
    return np.hstack([np.where(read, BESIDE_VECTORS, 1.0) * folded, vectors])


def unit(rows: Floats) -> Floats:
    """Rows of length 1; a zero row stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def _weighted(texts: Iterable[str], place: dict[str, int], idf: Floats) -> sp.csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        counts = Counter(place[term] for term in plain_terms(text) if term in place)
        # One order of the terms whatever the order of the words, so that sums of floats agree to the last digit.
        columns.extend(sorted(counts))
        values.extend(1 + np.log(counts[at]) for at in sorted(counts))
        ends.append(len(columns))
    index = np.array(columns, np.int64)
    rows = sp.csr_matrix((np.array(values, np.float64) * idf[index], index, np.array(ends)), shape=(len(ends) - 1, len(idf)))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.maximum(lengths, 1e-12)) @ rows)


def _folding(rows: sp.csr_matrix) -> Floats:
    from sklearn.decomposition import TruncatedSVD

    size = min(DIMENSIONS, min(rows.shape) - 1)
    if size < 1:
        return np.ones((rows.shape[1], 1))
    folded = TruncatedSVD(size, random_state=0).fit(rows)
    return np.asarray(np.round(folded.components_.T, 6), dtype=np.float64)
