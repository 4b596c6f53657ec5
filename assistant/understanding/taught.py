"""What people taught: words that mean something Askwell knows, and questions that mean an analysis; applied before reading.

A taught word is read as the phrase that it means, of the same meaning in either language; what was typed keeps its place, so that
marks point into the question as it was asked. Knows no workspace and no page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

from assistant.answer import Request
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import LANGUAGES, Kind, Lexicon, entries_of
from assistant.understanding.matcher import Ranking
from assistant.understanding.respelling import Change, Respelt, changed
from assistant.understanding.text import Language, cut, frequency, has_han

#: What a word can be taught to mean, and `intent`, what a whole question can.
Sort = Literal["metric", "dimension", "segment", "value", "phrase", "intent"]
SORTS: tuple[Sort, ...] = get_args(Sort)
_SECTIONS: Mapping[str, Kind] = {"metric": "metrics", "dimension": "dimensions", "segment": "segments"}
#: A letter or digit that is no Chinese character: words of such are whole words.
_LETTER = r"[^\W\u3400-\u9fff]"
#: Masks of a prepared text; what is left without them is what was asked.
_MASKS = re.compile(r"\bx(?:period|compare_to|horizon|num|value \w+)\b")
#: Letters, and Chinese characters, that must be left for two questions to be the same but for their values.
_LEAST_LEFT = {False: 6, True: 2}

#: Where longer words stand that the data or the lexicon know: what is part of one means what the longer one does.
Longer = Callable[[str], Iterable[tuple[int, int]]]


@dataclass(frozen=True)
class Meaning:
    """What was taught: a name of its sort. `field` is the dimension of a segment or a value; a phrase is read as it stands."""

    sort: Sort
    name: str
    field: str | None = None


@dataclass(frozen=True)
class Lesson:
    """A word or phrase with its meaning, or (with a meaning of sort `intent`) a question."""

    said: str
    meaning: Meaning

    @property
    def key(self) -> str:
        """What two spellings of what was said share."""
        return key_of(self.said) if self.meaning.sort == "intent" else " ".join(fold(self.said).split())


def key_of(question: str) -> str:
    """What spellings of one question share: case, width, spaces and punctuation do not count."""
    return "".join(sign for sign in fold(question) if sign.isalnum())


def masked_key(masked: str) -> str:
    """What questions share that differ in values, numbers and periods only; empty where too little is left to tell."""
    left = key_of(_MASKS.sub(" ", masked))
    return key_of(masked) if len(left) >= _LEAST_LEFT[has_han(left)] else ""


class Taught:
    """The lessons in force, the later ones first where two say the same. Immutable; false where there are none."""

    def __init__(self, lessons: Iterable[Lesson] = ()) -> None:
        self.lessons = tuple(lessons)
        words = {lesson.key: lesson.meaning for lesson in self.lessons if lesson.meaning.sort != "intent" and lesson.key}
        self._words = tuple((_pattern(key), words[key]) for key in sorted(words, key=lambda key: (-len(key), key)))
        self.questions = {lesson.key: lesson for lesson in self.lessons if lesson.meaning.sort == "intent" and lesson.key}

    def __bool__(self) -> bool:
        return bool(self._words or self.questions)

    def respelt(self, question: str, language: Language, longer: Longer | None = None) -> Respelt:
        """The question with every taught word read as what it means, the longest first."""
        text = fold(question)
        found = [(match, meaning) for pattern, meaning in self._words for match in pattern.finditer(text)]
        if not found:
            return Respelt(question, question)
        known = tuple(longer(question)) if longer else ()
        taken: list[tuple[int, int, str]] = []
        for match, meaning in found:
            start, end = match.span()
            inside = any(s <= start and end <= e and e - s > end - start for s, e in known) or _is_part(text, start, end)
            if not inside and not any(s < end and start < e for s, e, _ in taken):
                taken.append((start, end, _spaced(text, start, end, phrase_of(meaning, language))))
        return changed(question, (Change(*one) for one in taken))

    def touches(self, question: str) -> bool:
        """Whether a taught word stands in a question at all."""
        text = fold(question)
        return any(pattern.search(text) for pattern, _ in self._words)


def _pattern(key: str) -> re.Pattern[str]:
    body = r"\s+".join(re.escape(word) for word in key.split())
    before = "" if has_han(key[0]) or not key[0].isalnum() else rf"(?<!{_LETTER})"
    after = "" if has_han(key[-1]) or not key[-1].isalnum() else rf"(?!{_LETTER})"
    return re.compile(before + body + after)


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether Chinese characters are part of other words than the taught one: 老铁 is none in 老铁路.

    They are where the dictionary's words reach over an edge and the text is no shorter, in words, with the taught one in it.
    """
    first, last = start, end
    while first > 0 and has_han(text[first - 1]) and has_han(text[start]):
        first -= 1
    while last < len(text) and has_han(text[last]) and has_han(text[end - 1]):
        last += 1
    if (first, last) == (start, end):
        return False
    edges, place = {0}, 0
    for word in (words := _dictionary_words(text[first:last])):
        place += len(word)
        edges.add(place)
    if {start - first, end - first} <= edges:
        return False
    return len(_dictionary_words(text[first:start])) + 1 + len(_dictionary_words(text[end:last])) >= len(words)


def _dictionary_words(text: str) -> list[str]:
    """Words of the dictionary; what is none counts letter by letter."""
    return [part for word in cut(text) for part in ([word] if len(word) == 1 or frequency(word) else word)] if text else []


def _spaced(text: str, start: int, end: int, phrase: str) -> str:
    """A phrase that does not run into the letters around it."""
    before = " " if start and _joins(text[start - 1], phrase[0]) else ""
    after = " " if end < len(text) and _joins(phrase[-1], text[end]) else ""
    return before + phrase + after


def _joins(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and not (has_han(left) and has_han(right))


def phrase_of(meaning: Meaning, language: Language) -> str:
    """The words in a language that are read as a meaning; raises KeyError for a name that no word stands for."""
    if meaning.sort not in _SECTIONS:
        return meaning.name
    words = _words_of()
    found = (words.get((_SECTIONS[meaning.sort], meaning.field, meaning.name, spoken)) for spoken in (language, "en", "zh"))
    if (word := next((word for word in found if word), None)) is None:
        raise KeyError(meaning.name)
    return word


def is_known(meaning: Meaning) -> bool:
    """Whether some word stands for a metric, a dimension or a segment; true of any other sort."""
    return meaning.sort not in _SECTIONS or any(
        (_SECTIONS[meaning.sort], meaning.field, meaning.name, spoken) in _words_of() for spoken in LANGUAGES
    )


@lru_cache(maxsize=1)
def nameable() -> tuple[Meaning, ...]:
    """Every metric, dimension and segment that a word can be taught to mean."""
    sorts: dict[str, Sort] = {"metrics": "metric", "dimensions": "dimension", "segments": "segment"}
    return tuple(dict.fromkeys(Meaning(sorts[section], name, field) for section, field, name, _ in _words_of()))


@lru_cache(maxsize=1)
def _words_of() -> Mapping[tuple[str, str | None, str, str], str]:
    """The word of (section, field, name, language): the name itself where it is one, else the first of the lexicon that
    means nothing else."""
    lexicon = Lexicon.load()
    out: dict[tuple[str, str | None, str, str], str] = {}
    for language in LANGUAGES:
        for word, entry in entries_of(language):
            key = (entry.kind, entry.field, entry.name, language)
            plain = entry.name.replace("_", " ")
            if entry.kind in _SECTIONS.values() and (key not in out or word == plain) and _means_only(lexicon, word, key[:3]):
                out[key] = word
    return out


def _means_only(lexicon: Lexicon, word: str, key: tuple[str, str | None, str]) -> bool:
    found = lexicon.find(word)
    return bool(found) and all((m.start, m.end, m.kind, m.field, m.name) == (0, len(word), key[0], key[1], key[2]) for m in found)


def settled(ranking: Ranking, intent: str) -> Ranking:
    """A ranking in which nothing is left to doubt: the intent was taught."""
    rest = tuple(pair for pair in ranking.intents if pair[0] != intent)
    outside = tuple((kind, 0.0) for kind, _ in ranking.outside)
    return replace(ranking, intents=((intent, 1.0), *rest), outside=outside, refusal=0.0)


def as_asked(request: Request, said: Respelt, whole: bool = False) -> Request:
    """A request with the question as it was typed, its marks where they stand there; those of taught words say so. `whole` is
    true of a question that was taught."""
    marks = []
    for mark in request.marks:
        start, end, own = _typed(said, mark.start, mark.end)
        marks.append(replace(mark, text=said.original[start:end], start=start, end=end, taught=own))
    return replace(request, question=said.original, marks=tuple(marks), taught=whole)


def _typed(said: Respelt, start: int, end: int) -> tuple[int, int, bool]:
    """Where text[start:end] was typed, and whether any of it was taught; a taught word counts as a whole."""
    shift, first, last, own = 0, start, end, False
    for change in said.changes:
        begun = change.start + shift
        shift += (grown := len(change.text) - (change.end - change.start))
        if begun + len(change.text) <= start:
            first, last = first - grown, last - grown
        elif begun < end:
            first, own = min(first, change.start), True
            last = max(last - grown, change.end)
    return first, last, own


#: Where nobody taught anything.
NOTHING = Taught()


def nothing_taught() -> Taught:
    """What is taught where there is no workspace."""
    return NOTHING
