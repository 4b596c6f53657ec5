"""Hashed word and character n-grams of many texts at once, in numpy: no loop over texts, no dictionary, nothing fitted.

Latin words give themselves and their pairs, runs of Chinese characters give one to three neighbours. Knows no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Number of buckets; n-grams that share one share a weight.
BUCKETS = 1 << 15
#: Texts with far fewer n-grams than this count each in full.
AS_SHORT = 20

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
_GOLDEN, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_OTHER, _LATIN, _CHINESE = 0, 1, 2
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Grams:
    """The n-grams of a list of texts: text and bucket of each occurrence."""

    text: Ints
    bucket: Ints
    texts: int

    @property
    def share(self) -> Floats:
        """What each occurrence counts: 1 / (1 + n-grams of its text / AS_SHORT), so that what all texts of a subject have in
        common does not add up in long ones."""
        counts = np.bincount(self.text, minlength=self.texts)
        return (1 / (1 + counts / AS_SHORT))[self.text]

    def weigh(self, weights: npt.NDArray[np.floating]) -> Floats:
        """Sum of the n-grams' weights per text."""
        values = weights[self.bucket].astype(np.float64) * self.share
        return np.asarray(np.bincount(self.text, weights=values, minlength=self.texts), dtype=np.float64)


def grams(texts: Sequence[str]) -> Grams:
    """The n-grams of lower-case texts."""
    if not texts:
        return Grams(_NONE, _NONE, 0)
    joined = "\0".join(text.replace("\0", " ") for text in texts) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owner = np.cumsum(codes == 0) - (codes == 0)
    kind = _kinds(codes)
    parts = (*_words(codes, kind == _LATIN, owner), *_characters(codes, kind == _CHINESE, owner))
    text = np.concatenate([owners for owners, _ in parts])
    hashes = np.concatenate([values for _, values in parts])
    bucket = (hashes >> np.uint64(40)).astype(np.int64) % BUCKETS
    return Grams(text, bucket, len(texts))


def _kinds(codes: Hashes) -> npt.NDArray[np.int8]:
    latin = ((codes >= ord("a")) & (codes <= ord("z"))) | ((codes >= ord("0")) & (codes <= ord("9"))) | (codes == ord("'"))
    latin |= (codes >= 0xDF) & (codes <= 0x24F)
    chinese = ((codes >= 0x3400) & (codes <= 0x4DBF)) | ((codes >= 0x4E00) & (codes <= 0x9FFF))
    return np.where(chinese, _CHINESE, np.where(latin, _LATIN, _OTHER)).astype(np.int8)


def _mix(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * _MIX
    return values ^ (values >> np.uint64(27))


def _words(codes: Hashes, inside: npt.NDArray[np.bool_], owner: Ints) -> list[tuple[Ints, Hashes]]:
    """Words, then pairs of neighbouring words."""
    starts = np.flatnonzero(inside & ~np.concatenate(([False], inside[:-1])))
    if not len(starts):
        return [(_NONE, _NONE.astype(np.uint64))]
    ends = np.flatnonzero(inside & ~np.concatenate((inside[1:], [False]))) + 1
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    letters = np.flatnonzero(inside)
    place = (np.arange(len(letters)) - np.repeat(first, lengths)).astype(np.uint64)
    words = _mix(np.add.reduceat(_mix(codes[letters] * _GOLDEN + place * _MIX), first))
    owners = owner[starts]
    paired = owners[1:] == owners[:-1]
    pairs = _mix(words[:-1] * _GOLDEN + words[1:])
    return [(owners, words), (owners[1:][paired], pairs[paired])]


def _characters(codes: Hashes, inside: npt.NDArray[np.bool_], owner: Ints) -> list[tuple[Ints, Hashes]]:
    """One, then two, then three neighbouring Chinese characters."""
    out: list[tuple[Ints, Hashes]] = []
    running, whole = codes.copy(), inside.copy()
    for size in (1, 2, 3):
        if size > 1:
            whole = whole[:-1] & inside[size - 1 :]
            running = running[:-1] * _GOLDEN + codes[size - 1 :]
        at = np.flatnonzero(whole)
        salt = np.full(len(at), size, np.uint64) * _MIX
        out.append((owner[at], _mix(running[at] + salt)))
    return out
