"""Texts by how any of their words begins: sorted arrays that are searched by bisection, also with a million texts.

Owns the arrays. All texts are kept as one string, in which a text takes its characters and one more; of every beginning of a
word only the place is kept, in four bytes. Ranks nothing and knows no kinds of texts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

#: Stands between two texts, and sorts before whatever a text may hold: the shorter of two texts comes first.
PART = "\x00"
#: Characters by which beginnings are sorted; texts that differ later only stand in the order in which they were given.
_SORTED = 24
#: Texts and beginnings that are looked at in one go while the arrays are made, so that little memory is taken meanwhile.
_AT_ONCE = 100_000
_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_BMP = 0x10000
_ALPHANUMERIC = np.fromiter((chr(code).isalnum() for code in range(_BMP)), dtype=bool, count=_BMP)
Places = npt.NDArray[np.int32]


class Beginnings:
    """Folded texts by the beginnings of their words; a Chinese character is a word. Immutable. A text is known by its number in
    the order given; raises ValueError for one that holds the separator."""

    def __init__(self, texts: Sequence[str]) -> None:
        if any(PART in text for text in texts):
            raise ValueError("a text holds the character that separates texts")
        self._all = PART.join(("", *texts, ""))
        sizes = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
        self._starts: Places = (np.cumsum(sizes) - sizes + 1).astype(np.int32)
        words = _beginnings(self._all)
        first = np.isin(words, self._starts, assume_unique=True)
        self._heads, self._inner = self._sorted(words[first]), self._sorted(words[~first])

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def bytes(self) -> int:
        """What the arrays and the string take."""
        return self._all.__sizeof__() + self._starts.nbytes + self._heads.nbytes + self._inner.nbytes

    def span(self, number: int) -> tuple[int, int]:
        """Where a text stands in the string of all texts, which is also where its original stands in that of the originals."""
        start = int(self._starts[number])
        return start, self._all.index(PART, start)

    def text(self, number: int) -> str:
        start, end = self.span(number)
        return self._all[start:end]

    def heads(self, prefix: str, most: int) -> list[int]:
        """The first texts that begin with the prefix, in their order."""
        return [number for number, _ in zip(self._numbers(self._heads, prefix), range(most), strict=False)]

    def inner(self, prefix: str, most: int) -> list[int]:
        """The first texts in which a later word begins with the prefix."""
        found = (number for number, _ in zip(self._numbers(self._inner, prefix), range(most), strict=False))
        return list(dict.fromkeys(found))

    def next_letters(self, prefix: str) -> str:
        """The characters with which words that begin with the prefix (shorter than what is sorted by) go on, each once."""
        return "".join(sorted({char for places in (self._heads, self._inner) for char in self._next(places, prefix)}))

    def _next(self, places: Places, prefix: str) -> Iterator[str]:
        size, whole = len(prefix), self._all
        at = self._first(places, prefix)
        while at < len(places) and whole.startswith(prefix, place := int(places[at])):
            yield whole[place + size]
            # Past all that go on with the same character: none sorts behind the last of all characters.
            at = self._first(places, prefix + whole[place + size] + "\U0010ffff", at)

    def _first(self, places: Places, cut: str, begin: int = 0) -> int:
        """The first place in the order whose text does not sort before `cut`."""
        size, whole = len(cut), self._all
        return bisect_left(places, cut, begin, key=lambda place: whole[place : place + size])

    def _numbers(self, places: Places, prefix: str) -> Iterator[int]:
        if not prefix:
            return
        cut, whole = prefix[:_SORTED], self._all
        at = self._first(places, cut)
        while at < len(places) and whole.startswith(cut, place := int(places[at])):
            if whole.startswith(prefix, place):
                # Of the same type as the array, which would else be copied as a whole.
                yield int(self._starts.searchsorted(np.int32(place), side="right")) - 1
            at += 1

    def _sorted(self, places: Places) -> Places:
        if not len(places):
            return places
        whole = self._all
        chunks = (places[at : at + _AT_ONCE].tolist() for at in range(0, len(places), _AT_ONCE))
        keys = pa.chunked_array([pa.array([whole[p : p + _SORTED].partition(PART)[0] for p in c], pa.string()) for c in chunks])
        return places[pc.sort_indices(keys.combine_chunks()).to_numpy()]


def _beginnings(whole: str) -> Places:
    """Where words begin in a string, in its order."""
    found = []
    for at in range(0, len(whole), _AT_ONCE):
        # With the character before, which tells whether a word goes on.
        before = max(0, at - 1)
        codes = np.frombuffer(whole[before : at + _AT_ONCE].encode("utf-32-le", "surrogatepass"), np.uint32)
        han = (codes >= _FIRST_HAN) & (codes <= _LAST_HAN)
        letters = (codes >= _BMP) | _ALPHANUMERIC[np.minimum(codes, _BMP - 1)]
        begins = letters.copy()
        begins[1:] &= han[1:] | ~letters[:-1] | han[:-1]
        own = begins[at - before :]
        found.append((np.flatnonzero(own) + at).astype(np.int32))
    return np.concatenate(found)
