"""Dialogue: what a turn takes over from the turn before, and what it replaces.

Rules over what was recognised, with their words in intents/_lexicon/dialogue.yaml. A turn without content of its own
refines the last request; a question of its own starts afresh, unless it points back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import yaml

from analytics.finding import Filter
from assistant import paths
from assistant.understanding.catalogue import Catalogue
from assistant.understanding.prepare import Prepared
from assistant.understanding.text import Language, words

Move = Literal["new", "refine", "why", "people", "whole", "present"]
_DICTIONARY = "dialogue.yaml"
_FAMILY = ("metric_value", "metric_breakdown", "metric_trend", "metric_compare", "change_drivers")
_WHY: dict[str, str] = {"churn": "churn_drivers", "satisfaction": "satisfaction_drivers"}
_CARRIED = ("filters", "segment", "customer", "product", "theme")
#: A turn that opens like a refinement may hold one unknown word when it is this short: "just the coffee crowd".
_BRIEF = 7
_SHORT = {"en": 10, "zh": 12}


@dataclass(frozen=True)
class Words:
    """The words of one language that refer back."""

    follow: frozenset[str]
    filler: frozenset[str]
    back: re.Pattern[str]
    whole: re.Pattern[str]
    again: re.Pattern[str]
    why: re.Pattern[str]
    people: re.Pattern[str]


@dataclass(frozen=True)
class Turn:
    """The last request of a conversation as it stands: intent and effective slots."""

    intent: str
    slots: Mapping[str, Any]
    language: Language
    relative: str | None = None
    chart: str | None = None
    carried: frozenset[str] = field(default_factory=frozenset)


def _pattern(phrases: list[str], language: Language) -> re.Pattern[str]:
    ordered = sorted((re.escape(p) for p in phrases), key=lambda p: (-len(p), p))
    body = "|".join(ordered)
    return re.compile(rf"\b(?:{body})\b" if language == "en" else f"(?:{body})")


@lru_cache(maxsize=1)
def dictionary() -> Mapping[Language, Words]:
    path = paths.intents() / "_lexicon" / _DICTIONARY
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    out: dict[Language, Words] = {}
    for language in ("en", "zh"):
        part = data[language]
        out[language] = Words(
            frozenset(part["follow"]),
            frozenset(part["filler"]),
            *(_pattern(part[name], language) for name in ("back", "whole", "again", "why", "people")),
        )
    return out


def starts_over(text: str, language: Language) -> tuple[bool, str]:
    """Whether the text asks to start over, and the text without those words."""
    pattern = dictionary()[language].again
    if not pattern.search(text):
        return False, text
    return True, pattern.sub(lambda m: " " * len(m.group()), text)


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
    """Whether the text begins (or, in Chinese, ends) as people take up the last answer: "and …", "only …", 那…呢."""
    text = prepared.text.strip()
    follow = dictionary()[prepared.language].follow
    return any(re.match(rf"{re.escape(word)}(?![a-z])", text) for word in follow) or text.rstrip("?？。 ").endswith("呢")


def move_of(
    prepared: Prepared, covered: list[tuple[int, int]], slots: Mapping[str, Any], last: Turn | None, sure_of_other: bool = False
) -> Move:
    """What kind of turn this is. Without a turn before, every question is new; `sure_of_other` says that the text by
    itself clearly asks for another intent than the last."""
    if last is None:
        return "new"
    cue = dictionary()[prepared.language]
    text = prepared.text.strip()
    rest = residue(prepared, covered)
    if cue.people.search(text) and len(text) <= 60:
        return "people"
    if (why := cue.why.search(text)) and len(residue(prepared, [*covered, why.span()])) <= 3 and "metric" not in slots:
        return "why"
    if any(m.kind == "chart_words" for m in prepared.lexical) and not rest and set(slots) <= {"grain"}:
        return "present"
    if (whole := cue.whole.search(text)) and not residue(prepared, [*covered, whole.span()]) and set(slots) <= {"dimension"}:
        return "whole"
    opened = opens_refinement(prepared)
    stated = set(slots)
    if len(rest) > (1 if opened and stated and len(words(text)) <= _BRIEF else 0) or not (stated or opened):
        return "new"
    if not opened and (sure_of_other or ("metric" in stated and len(stated) > 1)):
        return "new"
    return "refine"


def refined_intent(last: Turn, stated: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The intent of a refinement: that of the last turn, unless what was added belongs to another one."""
    intent = last.intent
    takes = catalogue[intent].slots if intent in catalogue else {}
    if (
        "customer" in stated
        and "customer" not in takes
        and intent not in ("product_recommendation", "next_purchase", "clv_historical")
    ):
        return "customer_profile"
    if intent in _FAMILY:
        if "dimension" in stated:
            return "metric_breakdown"
        if "grain" in stated:
            return "metric_trend"
        if "compare_to" in stated and intent == "metric_value":
            return "metric_compare"
    elif "metric" in stated and "metric" not in takes:
        return "metric_breakdown" if "dimension" in stated else "metric_value"
    return intent


def merged(last: Turn, stated: Mapping[str, Any], intent: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The effective slots of a refinement, and the names of those carried over."""
    slots = {name: value for name, value in last.slots.items() if name not in stated or name == "filters"}
    if "customer" in stated:
        slots = {name: value for name, value in slots.items() if name not in ("filters", "segment")}
    if "product" in stated and "filters" in slots:
        slots["filters"] = tuple(f for f in slots["filters"] if f.field not in ("product", "category"))
    if intent != last.intent and "dimension" in stated:
        slots.pop("grain", None)
    if intent != last.intent and "grain" in stated:
        slots.pop("dimension", None)
    if "period" in stated and "compare_to" not in stated:
        slots.pop("compare_to", None)
    carried = frozenset(slots)
    fresh: tuple[Filter, ...] = stated.get("filters", ())
    kept = tuple(f for f in slots.get("filters", ()) if all(f.field != g.field for g in fresh))
    slots |= {name: value for name, value in stated.items() if name != "filters"}
    if kept or fresh:
        slots["filters"] = kept + fresh
    else:
        slots.pop("filters", None)
    return slots, carried


def without_filters(last: Turn, dimension: tuple[str, ...] = ()) -> dict[str, Any]:
    """The last slots with every restriction taken back, or only those on the named dimensions."""
    slots = dict(last.slots)
    if dimension and (kept := tuple(f for f in slots.get("filters", ()) if f.field not in dimension)):
        slots["filters"] = kept
        return slots
    for name in ("filters", "segment", "customer", "product"):
        slots.pop(name, None)
    return slots


def inherited(
    prepared: Prepared, stated: Mapping[str, Any], intent: str, last: Turn | None, catalogue: Catalogue
) -> tuple[dict[str, Any], frozenset[str]]:
    """A question of its own that points back ("what puts them off?") keeps whom the last one was about."""
    slots = dict(stated)
    if last is None or intent not in catalogue or last.intent not in catalogue:
        return slots, frozenset()
    cue = dictionary()[prepared.language]
    own = any(name in stated for name in _CARRIED)
    if own or cue.whole.search(prepared.text):
        return slots, frozenset()
    points_back = bool(cue.back.search(prepared.text))
    near = catalogue[intent].domain == catalogue[last.intent].domain and len(words(prepared.text)) <= _SHORT[prepared.language]
    if not points_back and not (near and "metric" not in stated and catalogue[intent].domain != "overview"):
        return slots, frozenset()
    carried = {name: last.slots[name] for name in _CARRIED if name in last.slots}
    if points_back and "period" in last.slots and "period" not in stated and intent in _FAMILY:
        carried["period"] = last.slots["period"]
    return slots | carried, frozenset(carried)


def why_intent(last: Turn, catalogue: Catalogue) -> str:
    """What "why" asks after the last answer."""
    domain = catalogue[last.intent].domain if last.intent in catalogue else ""
    return _WHY.get(domain, "change_drivers")
