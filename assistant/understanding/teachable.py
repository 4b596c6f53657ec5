"""What may be taught: a word that means nothing yet and something that is understood, a question that asks something.

Says why not as a code with its details; templates/problems.yaml words it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.understanding.dialogue import dictionary
from assistant.understanding.entities import FIELDS
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import LexMatch
from assistant.understanding.prepare import Prepared
from assistant.understanding.reading import Reader
from assistant.understanding.taught import Lesson, Meaning, is_known
from assistant.understanding.text import has_han, language_of, words

LONGEST_WORD, LONGEST_QUESTION = 60, 300
#: Lessons of one data set that can be in force.
MOST = 1_000
_SMALL = ("stopwords", "by", "negations", "operators", "order", "ask_words", "grains", "commands", "chart_words")
_NAMED: Mapping[str, str] = {"metrics": "metric", "dimensions": "dimension", "segments": "segment"}


@dataclass(frozen=True)
class Refusal:
    """Why something is not taught."""

    code: str
    details: Mapping[str, object] = field(default_factory=dict)


def refusal(lesson: Lesson, reader: Reader) -> Refusal | None:
    """Why a lesson is refused; None for one that can be taught."""
    said = " ".join(lesson.said.split())
    longest = LONGEST_QUESTION if lesson.meaning.sort == "intent" else LONGEST_WORD
    if not lesson.key or not any(sign.isalpha() for sign in said):
        return Refusal("teach_empty")
    if len(said) > longest:
        return Refusal("teach_long", {"most": longest})
    if lesson.meaning.sort == "intent":
        return _of_question(lesson, reader)
    return _of_word(said, reader, lesson.meaning) or _of_meaning(said, lesson.meaning, reader)


def _of_question(lesson: Lesson, reader: Reader) -> Refusal | None:
    name = lesson.meaning.name
    if name not in reader.catalogue or not reader.catalogue[name].built:
        return Refusal("teach_no_analysis", {"name": name})
    if _is_filler(fold(lesson.said)):
        return Refusal("teach_small_word", {"said": lesson.said})
    return None


def _of_word(said: str, reader: Reader, meaning: Meaning) -> Refusal | None:
    if len(said) == 1:
        return Refusal("teach_short")
    prepared = reader.preparer.prepare(said, language_of(said))
    whole = [m for m in prepared.lexical if _covers(m.start, m.end, said)]
    if found := next((m for m in whole if m.kind in _NAMED), None):
        return _already(said, found, meaning)
    if any(m.kind in _SMALL for m in whole) or _is_filler(prepared.text):
        return Refusal("teach_small_word", {"said": said})
    if (value := next((v for v in prepared.values if _covers(v.start, v.end, said)), None)) is not None:
        return Refusal("teach_is_value", {"said": said, "value": value.value, "field": value.field})
    spans = [(p.start, p.end) for p in prepared.periods] + [(n.start, n.end) for n in prepared.numbers]
    if any(_covers(start, end, said) for start, end in spans):
        return Refusal("teach_is_time", {"said": said})
    return None


def _is_filler(text: str) -> bool:
    filler = dictionary()["en"].filler | dictionary()["zh"].filler
    return all(word in filler for _, _, word in words(text))


def _already(said: str, found: LexMatch, meaning: Meaning) -> Refusal:
    same = (_NAMED[found.kind], found.name) == (meaning.sort, meaning.name)
    details = {"said": said, "sort": _NAMED[found.kind], "name": found.name, "field": found.field}
    return Refusal("teach_known_already" if same else "teach_known_word", details)


def _covers(start: int, end: int, said: str) -> bool:
    return start == 0 and end == len(said)


def _of_meaning(said: str, meaning: Meaning, reader: Reader) -> Refusal | None:
    name = meaning.name.strip()
    if not name:
        return Refusal("teach_no_meaning")
    if len(name) > LONGEST_WORD * 2:
        return Refusal("teach_long", {"most": LONGEST_WORD * 2})
    if meaning.sort == "value":
        known = meaning.field in FIELDS and name in reader.index.values.get(meaning.field, ())
        return None if known else Refusal("teach_not_understood", {"name": name})
    if meaning.sort == "phrase":
        if fold(said) in fold(name):
            return Refusal("teach_itself", {"said": said})
        understood = _is_understood(reader.preparer.prepare(name, "zh" if has_han(name) else "en"))
        return None if understood else Refusal("teach_not_understood", {"name": name})
    return None if is_known(meaning) else Refusal("teach_not_understood", {"name": name})


def _is_understood(prepared: Prepared) -> bool:
    """Whether anything in a phrase names something: a metric, a dimension, a segment, a value, a period."""
    named = any(m.kind in _NAMED or m.kind == "fields" for m in prepared.lexical)
    return named or bool(prepared.values or prepared.periods)
