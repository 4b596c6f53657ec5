"""Words of feedback texts in English and Chinese: the normal form, the language, the terms that features and names rest on.

Knows no concept and no theme. Chinese is cut by jieba with its own dictionary, kept in memory.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal

import yaml

from analytics.models.polarity import DATA
from analytics.models.segmenter import segmenter

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
#: Characters of a text that are read; a theme is named early, not on page 20.
MOST_CHARACTERS = 2_000

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
HAN = re.compile(f"[{_HAN}]")
_LATIN = re.compile(r"[a-z]+")
#: Addresses and the handles that a message is sent to say who is meant, not what about.
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[@＠][\w-]+|\S+@\S+\.\w+|&\w+;")
TOKEN = re.compile(rf"[a-z0-9]+(?:['-][a-z0-9]+)*|[{_HAN}]+|[.!?;。！？；\n]+|[,，、:：()（）]+")


def normalised(text: str | None) -> str:
    """Lower case, full width as half width, without addresses and handles, at most MOST_CHARACTERS, single spaces."""
    folded = unicodedata.normalize("NFKC", (text or "")[:MOST_CHARACTERS]).lower().replace("’", "'")
    return " ".join(_ADDRESS.sub(" ", folded).split())


def language_of(text: str) -> Language:
    """zh where a normalised text has more Chinese words (1.5 characters each) than Latin ones, else en."""
    han = len(HAN.findall(text))
    return "zh" if han and han > 1.5 * len(_LATIN.findall(text)) else "en"


def digest(text: str) -> bytes:
    """A hash of a text that orders texts the same way everywhere, whatever order they came in."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()


@cache
def stop_words() -> frozenset[str]:
    """Words that never name a theme, both languages (data/themes_words.yaml)."""
    read = yaml.safe_load((DATA / "themes_words.yaml").read_text(encoding="utf-8"))
    return frozenset(str(word) for language in LANGUAGES for word in read["stop"][language])


def spans(text: str) -> list[list[str]]:
    """Runs of words of a normalised text that no punctuation, stop word or number parts; Chinese words as jieba cuts them."""
    out: list[list[str]] = [[]]
    stop = stop_words()
    for piece in TOKEN.findall(text):
        words = _cut(piece) if HAN.match(piece) else [piece]
        for word in words:
            if _tells(word, stop):
                out[-1].append(word)
            elif out[-1]:
                out.append([])
    return [run for run in out if run]


def terms(text: str, longest: int = 2) -> list[str]:
    """Words and runs of up to `longest` neighbouring words of a normalised text, with repetitions."""
    sizes = range(1, longest + 1)
    return [joined(run[at : at + size]) for run in spans(text) for size in sizes for at in range(len(run) - size + 1)]


def plain_terms(text: str) -> list[str]:
    """Terms that need no dictionary: Latin words and their pairs, pairs of neighbouring Chinese characters. For features."""
    out: list[str] = []
    stop = stop_words()
    before = ""
    for piece in TOKEN.findall(text):
        if HAN.match(piece):
            out.extend(piece[at : at + 2] for at in range(len(piece) - 1))
            before = ""
        elif _tells(piece, stop):
            out.append(piece)
            if before:
                out.append(f"{before} {piece}")
            before = piece
        elif not piece[0].isalnum():
            before = ""
    return out


def joined(words: Sequence[str]) -> str:
    """Words as one phrase: Chinese ones without a space between them."""
    out = words[0]
    for before, word in pairwise(words):
        out += word if HAN.match(word) and HAN.search(before) else f" {word}"
    return out


def without(found: Iterable[str], excluded: frozenset[str]) -> list[str]:
    """Terms that hold none of the excluded words."""
    if not excluded:
        return list(found)
    return [term for term in found if not any(holds(term, word) for word in excluded)]


def holds(term: str, word: str) -> bool:
    """Whether a phrase holds a word: as a whole word in English, anywhere in Chinese."""
    return word in term if HAN.search(word) else f" {word} " in f" {term} "


def _tells(word: str, stop: frozenset[str]) -> bool:
    if word in stop or word.isdigit():
        return False
    return len(word) > 1 if HAN.match(word) else len(word) > 2


def _cut(text: str) -> list[str]:
    return [str(word) for word in segmenter().cut(text, HMM=False)]
