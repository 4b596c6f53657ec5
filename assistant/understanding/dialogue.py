"""Dialogue: which kind of turn a text is, given the turn before.

Rules over what was recognised, with their words in intents/_lexicon/dialogue.yaml. A turn without content of its own
refines the last request; a question of its own starts afresh. What is taken over is the matter of `carrying`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import yaml

from assistant import paths
from assistant.understanding.folding import fold
from assistant.understanding.prepare import Prepared
from assistant.understanding.text import Language, words

#: new: a question of its own. refine: adds to the last or replaces in it. why: its reasons. people: who is in it. whole: takes
#: restrictions back. both: sets its two sides against one another. trend: the same over time. number: another number in it.
#: present: the same shown or kept otherwise.
Move = Literal["new", "refine", "why", "people", "whole", "both", "trend", "number", "present"]
_DICTIONARY = "dialogue.yaml"
#: Commands that leave the request as it is.
_SAME = ("show_query", "export", "share")
#: A turn that opens or ends like a refinement may hold so many unknown words when it is this short.
_BRIEF, _UNKNOWN = 9, 2
#: A turn of so few words that only narrows goes on with the last question, whatever it would ask by itself.
_FEW = 4
#: Words that link two things and, at the end of a turn, add nothing.
_LINKS = frozenset({"和", "跟", "以及", "还有", "对比", "相比", "vs", "versus", "against"})
_NARROWING = frozenset({"filters", "segment", "period", "top_n", "order", "threshold", "horizon"})
#: So much is left of a turn that asks for people or for reasons.
_REST_OF_WHY, _REST_OF_PEOPLE = 3, 2


@dataclass(frozen=True)
class Words:
    """The words of one language that refer back."""

    follow: frozenset[str]
    filler: frozenset[str]
    ends: re.Pattern[str]
    also: re.Pattern[str]
    whom: re.Pattern[str]
    both: re.Pattern[str]
    trend: re.Pattern[str]
    back: re.Pattern[str]
    whole: re.Pattern[str]
    again: re.Pattern[str]
    why: re.Pattern[str]
    people: re.Pattern[str]


@dataclass(frozen=True)
class Turn:
    """The last request of a conversation as it stands: intent and effective slots. `replaced` are the slots that its own
    turn put another value in the place of, with the value that was there."""

    intent: str
    slots: Mapping[str, Any]
    language: Language
    relative: str | None = None
    chart: str | None = None
    carried: frozenset[str] = field(default_factory=frozenset)
    replaced: Mapping[str, Any] = field(default_factory=dict)


def _pattern(phrases: list[str], language: Language) -> re.Pattern[str]:
    ordered = sorted((re.escape(p) for p in phrases), key=lambda p: (-len(p), p))
    body = "|".join(ordered)
    return re.compile(rf"(?<![a-z])(?:{body})(?![a-z])" if language == "en" else f"(?:{body})")


@lru_cache(maxsize=1)
def dictionary() -> Mapping[Language, Words]:
    path = paths.intents() / "_lexicon" / _DICTIONARY
    # BaseLoader keeps every scalar a string: "no", "on" and "yes" are words here.
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    patterns = ("ends", "also", "whom", "both", "trend", "back", "whole", "again", "why", "people")
    return {
        language: Words(
            frozenset(data[language]["follow"]),
            frozenset(data[language]["filler"]),
            *(_pattern(data[language][name], language) for name in patterns),
        )
        for language in ("en", "zh")
    }


def without_turning(question: str, language: Language) -> tuple[str, bool]:
    """The question with the words that start over or turn to another topic blanked, and whether there were any. A text that
    says nothing else stays as it is."""
    pattern = dictionary()[language].again
    folded = fold(question)
    if not pattern.search(folded):
        return question, False
    out = list(question)
    for match in pattern.finditer(folded):
        out[match.start() : match.end()] = " " * (match.end() - match.start())
    rest = "".join(out)
    return (rest if any(ch.isalnum() for ch in rest) else question), True


def residue(prepared: Prepared, covered: list[tuple[int, int]]) -> list[str]:
    """Words that carry content and that nothing has recognised."""
    filler = dictionary()["en"].filler | dictionary()["zh"].filler
    out = []
    for start, end, word in words(prepared.text):
        if any(s < end and start < e for s, e in covered) or word in filler:
            continue
        if all(ch in filler for ch in word) and len(word) <= 4:
            continue
        out.append(word)
    return out


def opens_refinement(prepared: Prepared) -> bool:
    """Whether the text begins or ends as people take up the last answer: "and …", "only …", "… instead", 那…呢."""
    text = prepared.text.strip(" ?？。.!！")
    cue = dictionary()[prepared.language]
    ending = any(m.end() == len(text) for m in cue.ends.finditer(text))
    return ending or any(re.match(rf"{re.escape(word)}(?![a-z])", text) for word in cue.follow)



def adds(prepared: Prepared) -> bool:
    """Whether what the turn names comes beside what was asked, and not in its place: "vs kitchen", 加上小程序."""
    text = prepared.text.strip(" ?？。.!！")
    also = dictionary()[prepared.language].also
    if prepared.language == "zh" and re.match(r"(?:跟|和)", text) and "比" not in text:
        return False
    return any(m.start() == 0 or (m.end() == len(text) and m.group() not in _LINKS) for m in also.finditer(text))


def lifted(prepared: Prepared) -> tuple[str, ...]:
    """The fields whose restriction a turn takes back by name: "all cities", 不限品类; empty when it takes back all."""
    named = [m.name for m in prepared.lexical if m.kind == "dimensions"]
    if "全国" in prepared.text:
        named += ["city", "region"]
    for word, name in (("渠道", "order_channel"), ("品类", "category"), ("性别", "gender"), ("年龄", "age_band")):
        if word in prepared.text:
            named.append(name)
    return tuple(dict.fromkeys(named))


def move_of(
    prepared: Prepared, covered: list[tuple[int, int]], slots: Mapping[str, Any], last: Turn | None, sure_of_other: bool = False
) -> Move:
    """What kind of turn this is. Without a turn before, every question is new; `sure_of_other` says that the text by
    itself clearly asks for another intent than the last."""
    if last is None:
        return "new"
    rest = residue(prepared, covered)
    pointed = _pointing(prepared, covered, rest, slots, last)
    if pointed is not None and not (pointed == "why" and sure_of_other and len(words(prepared.text)) > _BRIEF - 2):
        return pointed
    opened = opens_refinement(prepared)
    stated = set(slots)
    size = len(words(prepared.text))
    allowed = _UNKNOWN if size <= _BRIEF and stated and opened else 0
    if len(rest) > allowed or not (stated or opened):
        return "new"
    whom = bool(dictionary()[prepared.language].whom.match(prepared.text.strip()))
    goes_on = bool(dictionary()[prepared.language].back.search(prepared.text))
    narrows = ((opened or goes_on) and not rest and size <= _BRIEF - 2) or (stated <= _NARROWING and (opened or size <= _FEW))
    if sure_of_other and not (whom and size <= _BRIEF) and not narrows:
        return "new"
    if not opened and "metric" in stated and len(stated) > 1:
        return "new"
    return "refine"


def _pointing(
    prepared: Prepared, covered: list[tuple[int, int]], rest: list[str], slots: Mapping[str, Any], last: Turn
) -> Move | None:
    """A turn that points at the last answer by words of its own: why, who, all again, both, over time, as a chart."""
    cue = dictionary()[prepared.language]
    text = prepared.text.strip()
    stated = set(slots)

    def left(pattern: re.Pattern[str]) -> int | None:
        found = pattern.search(prepared.text)
        return len(residue(prepared, [*covered, found.span()])) if found else None

    told = stated - {"metric"} if slots.get("metric") == "customers" else stated
    people, why, whole, both, trend = (left(p) for p in (cue.people, cue.why, cue.whole, cue.both, cue.trend))
    if people is not None and people <= _REST_OF_PEOPLE and len(text) <= 60 and not told & {"metric", "dimension"}:
        return "people"
    if why is not None and why <= _REST_OF_WHY and "metric" not in stated:
        return "why"
    if both is not None and not both and last.replaced:
        return "both"
    if trend is not None and not trend and "metric" not in stated:
        return "trend"
    shown = [m for m in prepared.lexical if m.kind == "chart_words" or (m.kind == "commands" and m.name in _SAME)]
    if shown and len(residue(prepared, [*covered, *((m.start, m.end) for m in shown)])) == 0 and stated <= {"grain"}:
        return "present"
    if whole is not None and not whole and stated <= {"dimension", "order"}:
        return "whole"
    numbers = [(n.start, n.end) for n in prepared.numbers]
    if len(numbers) == 1 and not stated and not residue(prepared, [*covered, *numbers]) and _same_kind_of_number(last):
        return "number"
    return None


def _same_kind_of_number(last: Turn) -> bool:
    """Whether the last request holds a number that another one may take the place of."""
    bounds = any(isinstance(value, int | float) for f in last.slots.get("filters", ()) for value in f.values)
    return bounds or any(name in last.slots for name in ("top_n", "threshold"))
