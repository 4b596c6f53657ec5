"""Words that nothing recognises: misspelt values are corrected and shown as assumed, unknown places are named.

A word that the catalogue's examples and the lexicon know is never corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.answer import Mark
from assistant.understanding.dialogue import dictionary
from assistant.understanding.entities import ValueIndex, ValueMatch
from assistant.understanding.features import mask
from assistant.understanding.prepare import Prepared
from assistant.understanding.text import has_han, words

_PLACE_BEFORE = re.compile(r"\b(?:in|at|from|for|around|near|our|the)\s+$")
_IN_BEFORE = re.compile(r"\bin\s+$")
_ENDS_THERE = re.compile(r"\s*(?:[?.!,]|$|last|this|in|for|during|by|over)")
_PLACE_AFTER = re.compile(r"^\s*(?:city|region|store|shop|branch|市|省|区|地区|门店|店)")


def unrecognised(prepared: Prepared, known: frozenset[str]) -> list[tuple[int, int, str]]:
    """Content words that are neither recognised nor in the vocabulary of the examples."""
    covered = [(m.start, m.end) for m in prepared.lexical]
    covered += [(v.start, v.end) for v in prepared.values]
    covered += [(p.start, p.end) for p in prepared.periods]
    covered += [(n.start, n.end) for n in prepared.numbers]
    filler = dictionary()["en"].filler | dictionary()["zh"].filler
    return [
        (start, end, word)
        for start, end, word in words(prepared.text)
        if not word[0].isdigit()
        and word not in known
        and word not in filler
        and not any(s < end and start < e for s, e in covered)
    ]


def correct_unknown(prepared: Prepared, index: ValueIndex, known: frozenset[str]) -> tuple[Prepared, tuple[ValueMatch, ...]]:
    """The question with misspelt values taken for the value they are nearest to."""
    found = []
    for start, end, _ in unrecognised(prepared, known):
        if (match := index.correct(prepared.text, start, end)) is not None:
            found.append(match)
    if not found:
        return prepared, ()
    values = tuple(sorted((*prepared.values, *found), key=lambda v: v.start))
    return replace(prepared, values=values, masked=_masked(prepared, values)), tuple(found)


def _masked(prepared: Prepared, values: Sequence[ValueMatch], unknown: Sequence[tuple[int, int]] = ()) -> str:
    """The text with its periods masked, then its values and its unknown places where no period stands."""
    spans: list[tuple[int, int, str]] = [(p.start, p.end, p.role) for p in prepared.periods]
    named = [*((v.start, v.end, f"value {v.field}") for v in values), *((start, end, "value city") for start, end in unknown)]
    spans += [span for span in named if not any(s < span[1] and span[0] < e for s, e, _ in spans)]
    return mask(prepared.text, spans)


@lru_cache(maxsize=1)
def chinese_places() -> frozenset[str]:
    """Place names of jieba's dictionary (tag ns), for telling an unknown city from an unknown word."""
    import jieba

    with jieba.get_dict_file() as file:
        rows = (line.decode("utf-8").split() for line in file)
        return frozenset(row[0] for row in rows if len(row) == 3 and row[2].startswith("ns") and 2 <= len(row[0]) <= 5)


def unknown_place(prepared: Prepared, marks: Sequence[Mark], known: frozenset[str]) -> str | None:
    """A word that reads like a place or a value and that the data do not have, or None.

    Answering for everybody when somebody was asked for would be a wrong answer.
    """
    for start, end in unknown_places(prepared, known):
        if not any(m.start < end and start < m.end for m in marks):
            return prepared.original[start:end]
    return None


def with_places_masked(prepared: Prepared, known: frozenset[str]) -> Prepared:
    """The question with places that the data do not have masked like those that they have: what is asked of a place does
    not depend on whether there is anything to answer."""
    unknown = tuple(unknown_places(prepared, known))
    return replace(prepared, masked=_masked(prepared, prepared.values, unknown)) if unknown else prepared


def unknown_places(prepared: Prepared, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where words stand that read like places and that the data do not have."""
    for start, end, word in unrecognised(prepared, known):
        if has_han(word):
            if word in chinese_places():
                yield start, end
        elif _reads_like_a_place(prepared, start, end):
            yield start, end


def _reads_like_a_place(prepared: Prepared, start: int, end: int) -> bool:
    """Whether an unknown English word stands where a place stands: "in Atlantis last month", "the Gotham store"."""
    before, after = prepared.text[:start], prepared.text[end:]
    capital = prepared.original[start].isupper() and not prepared.original.isupper() and start > 0
    if capital and (_PLACE_BEFORE.search(before) or _PLACE_AFTER.search(after)):
        return True
    return bool(_IN_BEFORE.search(before) and _ENDS_THERE.match(after) and end - start > 3)
