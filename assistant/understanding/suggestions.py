"""What somebody who is still typing may mean: names that complete the last words, and whole questions.

Names that begin like the last words come first, then those in which a later word does, questions that hold all words, names by
their pinyin or its initials, and names one slip away from what was typed. Ranked by how much of the text they explain, then by
what they are; ties by length and name. Owns the ranking; what there is to suggest is given, and nothing is worded.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.understanding.beginnings import PART, Beginnings
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import KINDS, Lexicon
from assistant.understanding.pinyin import sounds
from assistant.understanding.text import has_han

MOST = 8
#: Texts longer than these are not completed, and names longer than these not offered: nobody reads them in a list.
LONGEST_TYPED, LONGEST_NAME = 200, 100
QUESTION, CUSTOMER = "question", "customer"
#: Suggestions of one kind, as long as there are others: customers share their first names by the thousand.
_OF_A_KIND = 3
_LOOKED_AT = 100
_WORDS_BACK = 8
#: Latin letters that have to be typed before a word is completed, and before a slip in it is forgiven.
_LEAST, _LEAST_SLIPPED = 2, 4
#: As many of the better kind make the search for worse ones needless.
_ENOUGH = 3
_LONGEST_SPELT = 12
_SMALL = frozenset(KINDS) - {"metrics", "dimensions", "segments", "fields", "values", "grains"}
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_WORD_START = re.compile(rf"[{_HAN}]|(?<![^\W_])[^\W_]|(?<=[{_HAN}])[^\W_]")
_LAST_WORD = re.compile(rf"(?:(?![{_HAN}])[^\W_])+$")
_WORD = re.compile(r"[^\W_]+")
#: The place from which on a word is a loose one for its meaning.
LOOSE = 1_000
#: How a name was found, best first.
_HEAD, _INNER, _ALL_WORDS, _SPELT, _SLIPPED = range(5)


@dataclass(frozen=True)
class Suggestion:
    """`text` is what the box holds once it is taken; `shown` is the part that is new or completed, `kind` what that is, and
    `meaning` what it is another name of."""

    text: str
    shown: str
    kind: str
    meaning: str = ""


@dataclass(frozen=True)
class Name:
    """One way to call something. Two names of one `meaning` are offered once; the one with the lower `place` is preferred."""

    text: str
    meaning: str = ""
    place: int = 0


class Shelf:
    """All names of one kind, in the order given. `meanings` says of some of them what they mean, and their place: the lowest is
    preferred. Others mean themselves."""

    def __init__(self, kind: str, names: Iterable[str], meanings: Mapping[str, tuple[str, int]] | None = None) -> None:
        self.kind = kind
        kept = [name for name in names if _showable(name)]
        self._meanings = meanings or {}
        self._originals = PART.join(("", *kept, ""))
        self.keys = Beginnings([fold(name) for name in kept])

    @property
    def bytes(self) -> int:
        """What the names and their arrays take in memory."""
        return self.keys.bytes + self._originals.__sizeof__()

    def name(self, number: int) -> Name:
        # Folding keeps every character in its place, so that a name and its original stand at the same one.
        start, end = self.keys.span(number)
        text = self._originals[start:end]
        return Name(text, *self._meanings.get(text, ("", 0)))


@dataclass(frozen=True)
class _Hit:
    """A name that fits the typed text from `start` on."""

    way: int
    start: int
    rank: int
    kind: str
    name: Name

    @property
    def key(self) -> tuple[int, int, bool, int, int, int, str]:
        """The order of hits. Words that hardly anybody would call a name, such as "money" for revenue, give way to real ones."""
        name = self.name
        return self.way, self.start, name.place >= LOOSE, self.rank, name.place, len(name.text), name.text


class Suggester:
    """Suggests from shelves, the most likely kind first. `people` gives the names of customers, or None as long as they are not
    at hand; it is only asked for those who may see them."""

    def __init__(
        self, shelves: Sequence[Shelf], questions: Shelf, lexicon: Lexicon, people: Callable[[], Shelf | None] = lambda: None
    ) -> None:
        self._shelves = tuple(shelves)
        self._questions = questions
        self._lexicon = lexicon
        self._people = people
        self._words = [_WORD.findall(questions.keys.text(number)) for number in range(len(questions.keys))]
        self._spelt, self._owners = _spelt(self._shelves)

    def suggest(self, typed: str, language: str, sees_personal: bool = False) -> tuple[Suggestion, ...]:
        """At most MOST suggestions for what was typed so far, best first. `language` is that of the page: Chinese names are found
        by their pinyin on a Chinese page. Without `sees_personal` no customer is named."""
        if not typed.strip() or len(typed) > LONGEST_TYPED or PART in typed:
            return ()
        folded = fold(typed)
        people = self._people() if sees_personal else None
        shelves = self._shelves if people is None else (*self._shelves, people)
        hits = [*self._asked(folded), *self._completed(folded, shelves)]
        if len(hits) < _ENOUGH and (language == "zh" or has_han(folded)):
            hits += self._by_sound(folded)
        if len(hits) < _ENOUGH:
            hits += _slipped(folded, shelves)
        return _chosen(typed, hits)

    def _asked(self, folded: str) -> Iterator[_Hit]:
        """Questions that go on like the text, in which it stands, or that hold all its words."""
        keys, seen, rank = self._questions.keys, set(), len(self._shelves)
        start = len(folded) - len(folded.lstrip())
        wanted = folded[start:]
        if len(wanted) < _LEAST and not has_han(wanted):
            return
        beginning, within = keys.heads(wanted, _LOOKED_AT), keys.inner(wanted, _LOOKED_AT)
        for way, numbers in ((_HEAD, beginning), (_INNER, within), (_ALL_WORDS, self._holding(wanted))):
            for number in numbers:
                if number not in seen:
                    seen.add(number)
                    yield _Hit(way, 0, rank, QUESTION, self._questions.name(number))

    def _holding(self, wanted: str) -> list[int]:
        parts = _WORD.findall(wanted)
        if len(parts) < 2:
            return []
        return [
            number for number, words in enumerate(self._words)
            if all(any(word.startswith(part) or (has_han(part) and part in word) for word in words) for part in parts)
        ]

    def _completed(self, folded: str, shelves: Sequence[Shelf]) -> Iterator[_Hit]:
        for start in self._tails(folded):
            tail = folded[start:]
            for rank, shelf in enumerate(shelves):
                found = [(_HEAD, shelf.keys.heads(tail, _LOOKED_AT))]
                if len(tail) > 1:
                    # A single character stands somewhere in every other Chinese name.
                    found.append((_INNER, shelf.keys.inner(tail, _LOOKED_AT)))
                yield from (_Hit(way, start, rank, shelf.kind, shelf.name(n)) for way, numbers in found for n in numbers)

    def _tails(self, folded: str) -> list[int]:
        """Where the words begin that may be completed, the longest part of the text first."""
        starts = [match.start() for match in _WORD_START.finditer(folded)][-_WORDS_BACK:]
        return [start for start in starts if self._may_begin(folded, start)]

    def _may_begin(self, folded: str, start: int) -> bool:
        tail = folded[start:]
        if not has_han(tail):
            return len(tail) >= _LEAST and not self._is_small(tail)
        if self._is_small(tail) or (start > 0 and self._is_small(tail[0])):
            return False
        if len(tail) > 1 or start == 0 or not has_han(folded[start - 1]):
            return True
        # One character behind others begins a word only where a word has just ended: 年 in 今年 does not.
        return any(match.end == start for match in self._lexicon.find(folded[:start]))

    def _is_small(self, tail: str) -> bool:
        # Brackets say in the lexicon what has to stand around a word.
        entries = () if set("()") & set(tail) else self._lexicon.lookup(tail.strip())
        return bool(entries) and all(entry.kind in _SMALL for entry in entries)

    def _by_sound(self, folded: str) -> Iterator[_Hit]:
        """Chinese names by pinyin or its initials, and those that sound like the last characters."""
        if match := _LAST_WORD.search(folded):
            yield from self._sounding(match.group(), match.start(), _SPELT)
            return
        for start in self._tails(folded):
            if len(folded) - start > 1 and (read := sounds(folded[start:])):
                yield from self._sounding("".join(read), start, _SLIPPED)

    def _sounding(self, spelt: str, start: int, way: int) -> Iterator[_Hit]:
        if len(spelt) < _LEAST or not spelt.isascii():
            return
        for number in self._spelt.heads(spelt, _LOOKED_AT):
            rank, owned = self._owners[2 * number], self._owners[2 * number + 1]
            yield _Hit(way, start, rank, self._shelves[rank].kind, self._shelves[rank].name(owned))


def _showable(text: str) -> bool:
    """Whether a text can stand in a list: nothing that turns the direction of writing, breaks lines or is not seen at all."""
    return bool(text.strip()) and len(text) <= LONGEST_NAME and text.isprintable()


def _spelt(shelves: Sequence[Shelf]) -> tuple[Beginnings, array[int]]:
    """The pinyin of Chinese names, whole and as initials, and for each in turn the shelf and the number of its name."""
    keys, owners = [], array("l")
    for rank, shelf in enumerate(shelves):
        for number in range(len(shelf.keys)):
            text = shelf.keys.text(number)
            if text.isascii() or len(text) > _LONGEST_SPELT or (read := sounds(text)) is None:
                continue
            keys += ["".join(read), "".join(syllable[0] for syllable in read)]
            owners.extend((rank, number) * 2)
    return Beginnings(keys), owners


def _slipped(folded: str, shelves: Sequence[Shelf]) -> Iterator[_Hit]:
    """Names of which a word begins like the last one typed but for one letter: left out, doubled, wrong, or two swapped."""
    match = _LAST_WORD.search(folded)
    if match is None or len(match.group()) < _LEAST_SLIPPED or not match.group().isascii():
        return
    for rank, shelf in enumerate(shelves):
        for spelling in _slips(match.group(), shelf.keys):
            numbers = [*shelf.keys.heads(spelling, _ENOUGH), *shelf.keys.inner(spelling, _ENOUGH)]
            yield from (_Hit(_SLIPPED, match.start(), rank, shelf.kind, shelf.name(number)) for number in numbers)


def _slips(word: str, keys: Beginnings) -> list[str]:
    """Spellings one slip away from a word that may begin something, the first letter being right. Only letters with which a
    word goes on are tried, so that the number of texts hardly matters."""
    out: dict[str, None] = {}
    for at in range(1, len(word)):
        following = set(keys.next_letters(word[:at])) - {PART}
        if not following:
            break
        if word[at + 1 : at + 2] in following:
            out[word[:at] + word[at + 1 :]] = None
            out[word[:at] + word[at + 1] + word[at] + word[at + 2 :]] = None
        for letter in sorted(following):
            out[word[:at] + letter + word[at:]] = None
            out[word[:at] + letter + word[at + 1 :]] = None
    out.pop(word, None)
    return list(out)


def _chosen(typed: str, hits: Iterable[_Hit]) -> tuple[Suggestion, ...]:
    """The best of the hits: each meaning and each text once, no kind more than its share unless nothing else is there."""
    best: dict[tuple[str, str], _Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.key):
        best.setdefault((hit.kind, (hit.name.meaning or hit.name.text).lower()), hit)
    counts: Counter[str] = Counter()
    shown: dict[str, tuple[bool, int, Suggestion]] = {}
    for hit in best.values():
        text = typed[: hit.start] + hit.name.text
        if (same := text.strip().lower()) not in shown and same != typed.strip().lower():
            counts[hit.kind] += 1
            suggestion = Suggestion(text, hit.name.text, hit.kind, hit.name.meaning)
            shown[same] = (counts[hit.kind] > _OF_A_KIND, len(shown), suggestion)
    within = sorted(shown.values(), key=lambda item: item[:2])[:MOST]
    return tuple(item[2] for item in sorted(within, key=lambda item: item[1]))
