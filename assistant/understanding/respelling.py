"""A question as it was meant: English slips put right by the matcher's speller, Chinese characters by their sound.

Only words that nothing knows are touched: no value of the data, no name in capitals, no word of a dictionary. Keeps where
every word stood, so that marks point at what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from assistant.understanding.folding import fold
from assistant.understanding.lexicon import stem
from assistant.understanding.period_words import MONTHS, WEEKDAYS
from assistant.understanding.pinyin import sounds
from assistant.understanding.text import cut, frequency, has_han

_LATIN = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_LONGEST = 6
#: A word of fewer letters is put right only where two of them are swapped or a vowel is missing.
_SPELLED = 5
#: Letters that may spell a Chinese word by its sound; fewer are an abbreviation.
_LETTERS_ALONE = re.compile(r"(?<![a-z])[a-z]{4,}(?![a-z])")
#: Words of time, which the periods know and the lexicon does not, and shorthand that swaps its letters as any word does.
_OF_TIME = frozenset({
    *(name for name in (*MONTHS, *WEEKDAYS) if len(name) > 4), "yesterday", "today", "tomorrow", "fortnight",
    "weekend", "rfm", "nps", "roi",
})
#: The measure word behind a number.
_MEASURE = re.compile(r"(?<=[一二两三四五六七八九十几\d])各(?=月|季|星期|礼拜|小时|客户|人)")
#: Characters of grammar, of time and of counting stand beside everything and are typed right.
_GRAMMAR = frozenset(
    "的了是个得来那哪一二三四五六七八九十两有人里不在和就都也还上下出到看买卖几要没老这我你他她它们地着过最多少什么时近本今去前后每"
    "起又再才只很被把给让向比跟从自由与或吗吧呢啊呀哦嘛啥咋呗帮画"
)


@dataclass(frozen=True)
class Change:
    """original[start:end] was read as `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Respelt:
    """A question as it was meant, with the changes in order of place."""

    original: str
    text: str
    changes: tuple[Change, ...] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stands in the original; a changed word counts as a whole."""
        return self._back(start, False), self._back(end, True)

    def _back(self, at: int, closing: bool) -> int:
        shift = 0
        for change in self.changes:
            first = change.start + shift
            last = first + len(change.text)
            if at <= first:
                break
            if at < last or (closing and at == last):
                return change.end
            shift += len(change.text) - (change.end - change.start)
        return at - shift if not closing or at else at


def changed(original: str, changes: Iterable[Change]) -> Respelt:
    """The original with changes applied; later ones that overlap earlier ones are left out."""
    kept: list[Change] = []
    for change in sorted(changes, key=lambda c: (c.start, -c.end)):
        if (not kept or change.start >= kept[-1].end) and original[change.start : change.end] != change.text:
            kept.append(change)
    out, position = [], 0
    for change in kept:
        out += [original[position : change.start], change.text]
        position = change.end
    return Respelt(original, "".join([*out, original[position:]]), tuple(kept))


class Slips:
    """English words as they were meant. `words` are the tokens of the lexicon, `dictionary` every word that is one,
    `meant` the speller of the matcher, which knows the words of the examples. Immutable."""

    def __init__(self, words: frozenset[str], dictionary: Callable[[], frozenset[str]], meant: Callable[[str], str]) -> None:
        self._words = words
        self._dictionary = dictionary
        self._speller = meant

    def changes(self, question: str, is_value: Callable[[str], bool]) -> Iterator[Change]:
        """The words of a question that are put right; names in capitals and words of values stay."""
        shouted = question.isupper()
        for match in _LATIN.finditer(question):
            word = match.group()
            named = word[0].isupper() and not shouted and (match.start() > 0 or word.isupper())
            if not named and not is_value(fold(word)) and (right := self.meant(word.lower(), is_value)) != word.lower():
                yield Change(match.start(), match.end(), right)

    def meant(self, word: str, is_value: Callable[[str], bool] = lambda word: False) -> str:
        """The word itself when it is one, else the likeliest word that a slip of the finger makes it from."""
        if stem(word) in self._words or "'" in word:
            return word
        if word in self._dictionary():
            return self._speller(word)
        inflected = stem(word) in self._dictionary() or _is_inflected(word, self._dictionary())
        known = self._dictionary() | _OF_TIME
        for likely in (_swapped(word), _vowel_dropped(word) if len(word) < _SPELLED else _dropped(word)):
            fitting = {w for w in likely if w in _OF_TIME or is_value(w) or (stem(w) in self._words and stem(w) in known)}
            fitting = {w for w in fitting if w in known or is_value(w)} or fitting
            same = {w for w in fitting if w[0] == word[0]} or {w for w in fitting if len(w) >= _SPELLED}
            if len(same) == 1:
                return same.pop()
        return word if inflected else self._speller(word)


def _swapped(word: str) -> list[str]:
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1) if word[i] != word[i + 1]]


def _dropped(word: str) -> list[str]:
    return [word[:i] + letter + word[i:] for i in range(1, len(word) + 1) for letter in "abcdefghijklmnopqrstuvwxyz"]


def _vowel_dropped(word: str) -> list[str]:
    return [word[:i] + vowel + word[i:] for i in range(1, len(word)) for vowel in "aeiou"]


def _is_inflected(word: str, dictionary: frozenset[str]) -> bool:
    """Whether a word that no dictionary lists is a form of one that it lists: "carve" of "carved", "payer" of "pay"."""
    if word.endswith("e") and any(word + ending in dictionary for ending in "drs"):
        return True
    for ending in ("ed", "ing", "er", "ers", "able", "ly"):
        root = word.removesuffix(ending)
        doubled = len(root) > 2 and root[-1] == root[-2] and root[:-1] in dictionary
        long_enough = root != word and len(root) > (1 if ending == "able" else 2)
        if long_enough and (doubled or root in dictionary or root + "e" in dictionary):
            return True
    return False


class Homophones:
    """Chinese words by how they sound. `words` are those of the lexicon and of the data, `others` further words that people
    use, which count only where no word of the first kind sounds alike; `first` are those of `words` that win. Immutable."""

    def __init__(self, words: Collection[str], others: Collection[str] = (), first: Collection[str] = ()) -> None:
        self._words = frozenset(word for word in words if has_han(word))
        plain = {word for word in others if has_han(word) and len(word) > 1 and frequency(word) and not _GRAMMAR & set(word)}
        self._by_sound: dict[tuple[str, ...], list[str]] = {}
        for word in sorted(self._words | plain, key=lambda w: (w not in self._words, w not in first, -frequency(w), w)):
            read = sounds(word)
            if read and 2 <= len(read) <= _LONGEST:
                self._by_sound.setdefault(read, []).append(word)
        self._by_letters = {"".join(read): alike[0] for read, alike in reversed(self._by_sound.items())}

    def changes(self, question: str) -> Iterator[Change]:
        """Characters and letters of a Chinese question that sound like a word but are not written as one."""
        text = fold(question)
        for run in _HAN_RUN.finditer(text):
            yield from self._of_run(run.group(), run.start())
        for match in _MEASURE.finditer(text):
            yield Change(match.start(), match.end(), "个")
        for match in _LETTERS_ALONE.finditer(text):
            if word := self._by_letters.get(match.group()):
                yield Change(match.start(), match.end(), word)

    def _of_run(self, run: str, offset: int) -> Iterator[Change]:
        kept = self._exact(run)
        inside = _inside_words(run) | {at for start, end in kept for at in range(start + 1, end)}
        place = 0
        while place < len(run) - 1:
            for size in range(min(_LONGEST, len(run) - place), 1, -1):
                end = place + size
                if place in inside or end in inside or any(start <= place and end <= stop for start, stop in kept):
                    continue
                if (meant := self._meant(run[place:end])) is not None:
                    yield Change(offset + place, offset + end, meant)
                    place = end - 1
                    break
            place += 1

    def _exact(self, run: str) -> list[tuple[int, int]]:
        """Where words of the first kind stand as they are written, the longest from the left."""
        out = []
        place = 0
        while place < len(run) - 1:
            sizes = range(min(_LONGEST, len(run) - place), 1, -1)
            size = next((size for size in sizes if run[place : place + size] in self._words), 1)
            if size > 1:
                out.append((place, place + size))
            place += size
        return out

    def _meant(self, piece: str) -> str | None:
        """The word that a piece sounds like, when the piece itself is none and enough of it is as in the word."""
        if frequency(piece) or piece in self._words:
            return None
        for word in self._by_sound.get(sounds(piece) or (), ()):
            if sum(char in _GRAMMAR for char in word) >= len(word) - 1:
                continue
            wrong = [(a, b) for a, b in zip(piece, word, strict=True) if a != b]
            if wrong and len(wrong) <= len(piece) // 2 and not _GRAMMAR & {char for pair in wrong for char in pair}:
                return word
        return None


def _inside_words(run: str) -> frozenset[int]:
    """Places that stand within a word of the dictionary, where nothing begins or ends."""
    out: set[int] = set()
    start = 0
    for word in cut(run):
        if len(word) > 1 and frequency(word):
            out.update(range(start + 1, start + len(word)))
        start += len(word)
    return frozenset(out)
