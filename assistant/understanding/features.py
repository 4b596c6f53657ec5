"""What the matcher sees of a question: masked text, and the bag of its word, character and concept features.

Used alike by training and by answering. Values, numbers and periods are masked, so that an intent is not tied to a
place or a month; which words they were is the slots' matter.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from assistant.understanding.text import has_han, words

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SPACES = re.compile(r"\s+")

Span = tuple[int, int, str]


def mask(text: str, spans: Sequence[Span]) -> str:
    """The text with each (start, end, name) replaced by a token of its name, and every other number by `xnum`."""
    out, position = [], 0
    for start, end, name in sorted(spans):
        if start < position:
            continue
        out += [text[position:start], f" x{name} "]
        position = end
    out.append(text[position:])
    masked = _DIGITS.sub(" xnum ", "".join(out))
    return _SPACES.sub(" ", masked).strip()


def bag(masked: str, concepts: Iterable[str] = ()) -> Counter[str]:
    """Features of a masked text with their counts: words and pairs, characters within word bounds, concepts."""
    tokens = [word for _, _, word in words(masked)]
    features: Counter[str] = Counter()
    for first, second in zip(["^", *tokens], [*tokens, "$"], strict=True):
        features[f"w2:{first}_{second}"] += 1
    for token in tokens:
        features[f"w:{token}"] += 1
    for first, third in zip(tokens, tokens[2:], strict=False):
        features[f"s:{first}_{third}"] += 1
    for token in masked.split(" "):
        sizes = (1, 2, 3, 4) if has_han(token) else (3, 4, 5)
        padded = token if has_han(token) else f" {token} "
        for size in sizes:
            for index in range(len(padded) - size + 1):
                features[f"c:{padded[index : index + size]}"] += 1
    ordered = sorted(set(concepts))
    for concept in ordered:
        features[f"k:{concept}"] += 1
    for index, first in enumerate(ordered):
        for second in ordered[index + 1 :]:
            features[f"k2:{first}+{second}"] += 1
    return features


def feature_id(name: str) -> int:
    """A stable 64-bit number of a feature, so that a vocabulary is an array of numbers."""
    data = name.encode()
    return zlib.crc32(data) << 32 | zlib.crc32(data, 0x9E3779B9)


def sparse(
    features: Counter[str], vocabulary: npt.NDArray[np.uint64], idf: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Indices and L2-normalised (1 + log tf) x idf weights of the features that the sorted vocabulary knows."""
    ids = np.fromiter((feature_id(name) for name in features), dtype=np.uint64, count=len(features))
    counts = np.fromiter(features.values(), dtype=np.float32, count=len(features))
    places = np.searchsorted(vocabulary, ids)
    places[places == len(vocabulary)] = 0
    known = vocabulary[places] == ids if len(vocabulary) else np.zeros(len(ids), dtype=bool)
    index, weight = places[known], (1 + np.log(counts[known])) * idf[places[known]]
    norm = float(np.linalg.norm(weight))
    return index, weight / norm if norm else weight
