"""Words and language of a text. Knows no intent and no value; the normal form is that of `folding`."""

from __future__ import annotations

import re
from typing import Literal

from analytics.models.segmenter import segmenter

Language = Literal["en", "zh"]

MAX_QUESTION = 1_000
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[\u3400-\u4dbf\u4e00-\u9fff]+", re.IGNORECASE)


def language_of(text: str) -> Language:
    """Chinese when Han characters carry the sentence, else English.

    A Latin word counts as two characters: "GMV 同比怎么样" is Chinese, "how did 上海 do last month" English.
    """
    han = len(_HAN.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    return "zh" if han and han >= 1.5 * latin else "en"


def has_han(text: str) -> bool:
    return bool(_HAN.search(text))


def words(text: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of a normalised text: Latin words, numbers, and Chinese words as jieba cuts them."""
    out: list[tuple[int, int, str]] = []
    for match in _TOKEN.finditer(text):
        piece = match.group()
        if not _HAN.match(piece):
            out.append((match.start(), match.end(), piece))
            continue
        offset = match.start()
        for word in cut(piece):
            out.append((offset, offset + len(word), word))
            offset += len(word)
    return out


def cut(text: str) -> list[str]:
    """Chinese text as words. jieba's dictionary is built in memory: nothing is written to the disk."""
    return [str(word) for word in segmenter().cut(text)]


def frequency(word: str) -> int:
    """How often a Chinese word occurs by jieba's dictionary; 0 for what is no word."""
    return int(segmenter().FREQ.get(word) or 0)


def says_nothing(text: str) -> bool:
    """Whether a text is a single Chinese character, or four or more letters of which no more than two differ (对对不对, hhhh)."""
    signs = [ch for ch in text.lower() if ch.isalpha()]
    return (len(signs) == 1 and has_han(text)) or (len(signs) > 3 and len(set(signs)) <= 2)
