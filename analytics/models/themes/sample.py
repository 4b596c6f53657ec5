"""The texts that themes are fitted on: distinct, in an order of their own, bounded, whatever order and number they came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.models.themes.features import Floats
from analytics.models.themes.model import Encode, Vectors, check_vectors, readable
from analytics.models.themes.tokens import digest, normalised

#: Distinct texts that are fitted at most: those with the smallest hashes, which is a fair and repeatable draw.
MOST_FITTED = 20_000


@dataclass(frozen=True)
class Sample:
    """Distinct normalised texts ordered by their hash, how often each was said, and their vectors where there are any."""

    texts: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    vectors: Floats | None

    @property
    def dimension(self) -> int:
        return 0 if self.vectors is None else self.vectors.shape[1]


def drawn(texts: Sequence[str | None], vectors: Vectors | Encode | None, most: int = MOST_FITTED) -> Sample:
    """A sample of texts; those without a letter or digit are left out. Raises ValueError unless vectors have a row per text."""
    if vectors is not None and not callable(vectors):
        check_vectors(np.shape(vectors)[1] if np.ndim(vectors) == 2 else -1, len(texts), vectors)
    counts: dict[str, int] = {}
    firsts: dict[str, int] = {}
    for at, raw in enumerate(texts):
        text = normalised(raw)
        if not any(map(str.isalnum, text)):
            continue
        counts[text] = counts.get(text, 0) + 1
        # Of texts that differ only in their form, the first in alphabetical order lends its vector, not the first to come.
        if text not in firsts or (raw or "") < (texts[firsts[text]] or ""):
            firsts[text] = at
    kept = sorted(counts, key=lambda text: (digest(text), text))[:most]
    read: Floats | None = None
    if vectors is not None:
        raws = [texts[firsts[text]] or "" for text in kept]
        rows = vectors if callable(vectors) else np.asarray(vectors)[[firsts[text] for text in kept]]
        read = readable(raws, kept, rows)
    return Sample(tuple(kept), np.array([counts[text] for text in kept], dtype=np.int64), read)
