"""Follow-up questions: natural next steps that the assistant can really answer on the loaded data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.shop import Shop
from assistant.answer import Choice, Language
from assistant.answering.wording import Wording
from assistant.understanding import catalogue
from assistant.understanding.catalogue import Catalogue, Intent

#: How many questions are offered after an answer.
FEWEST, MOST = 2, 4
#: What may always be asked next, the most general first.
_ALWAYS = ("kpi_overview", "metric_breakdown", "top_customers", "metric_trend", "segment_rfm", "data_overview")
#: Slots without which an intent's first example question would name somebody or something that these data may not have.
_NAMES = ("customer", "product", "theme")


def works(intent: Intent, shop: Shop) -> bool:
    """Whether an intent is built and the tables it needs are loaded."""
    return intent.built and all(shop.has(name) for name in intent.needs)


def sample(intent: Intent, language: Language) -> str:
    """A question that stands for an intent: the first of its examples."""
    return intent.ask[language][0]


def follow_ups(intent: Intent, shop: Shop, words: Wording, context: Mapping[str, Any], asked: str) -> tuple[str, ...]:
    """Two to four different questions, none of them the one just asked; those of the intent first."""
    known = catalogue.load()
    offered: dict[str, str] = {_folded(asked): ""}
    for question in _own(intent, known, shop, words, context):
        offered.setdefault(_folded(question), question)
    for question in _general(intent, known, shop, words.language):
        if len(offered) <= FEWEST:
            offered.setdefault(_folded(question), question)
    return tuple(question for question in offered.values() if question)[:MOST]


def _own(intent: Intent, known: Catalogue, shop: Shop, words: Wording, context: Mapping[str, Any]) -> Iterator[str]:
    for follow in intent.follow_ups:
        if works(known[follow.intent], shop) and (question := words.say(follow.text[words.language], **context)):
            yield question


def _general(intent: Intent, known: Catalogue, shop: Shop, language: Language) -> Iterator[str]:
    for name in _ALWAYS:
        if name in known and name != intent.id and works(known[name], shop):
            yield sample(known[name], language)


def nearest(names: tuple[str, ...], shop: Shop, language: Language, most: int = 3) -> tuple[Choice, ...]:
    """Questions to offer instead of one that was not answered: those of the named intents, then the general ones."""
    known = catalogue.load()
    choices: dict[str, Choice] = {}
    for name in (*names, *_ALWAYS):
        if name in known and works(known[name], shop) and not (set(_NAMES) & set(_required(known[name]))):
            choices.setdefault(name, Choice(known[name].title[language], sample(known[name], language)))
    return tuple(choices.values())[:most]


def _required(intent: Intent) -> tuple[str, ...]:
    return tuple(slot.name for slot in intent.slots.values() if slot.required)


def _folded(question: str) -> str:
    return "".join(c for c in question.casefold() if c.isalnum())
