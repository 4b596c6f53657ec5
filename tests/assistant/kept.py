"""Answers without a question: an analysis called with its slots and worded, for tests of what is kept and shared."""

from __future__ import annotations

from typing import Any

from analytics.run import Engine
from analytics.shop import Shop
from assistant import answering
from assistant.answer import Answer, Language, Request
from assistant.answering.saved import Saved
from assistant.ask import analysis_of
from assistant.resolve import resolve
from assistant.understanding import catalogue

SHOP = Shop.unbound()


def answered(
    shop: Shop, engine: Engine, intent_id: str, question: str = "a question", language: Language = "en", **slots: Any
) -> Answer:
    """The answer of an intent on a data set, its defaults filled in."""
    intent = catalogue.load()[intent_id]
    resolved = resolve(intent, analysis_of(intent), slots, None, shop)
    computed = engine.run(analysis_of(intent)(shop, **resolved.arguments))
    request = Request(intent_id, slots, language, 0.9, (), (), resolved.defaults, question)
    return answering.compose(request, resolved.arguments, intent, computed, shop)


def greeting(question: str = "hello", language: Language = "en") -> Saved:
    """The smallest answer there is."""
    request = Request("small_talk", {}, language, 0.9, (), (), {}, question)
    return Saved.of(answering.help_answer(request, catalogue.load()["small_talk"], SHOP), SHOP)
