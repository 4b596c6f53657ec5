"""Outcomes that are no answer, each worded by its template: a question back, a refusal, data that cannot tell, a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.period import Period
from analytics.shop import Shop
from assistant.answer import Choice, Clarify, Declined, Failed, NoData, Reason, Request
from assistant.answering.follow_ups import nearest
from assistant.answering.wording import Optional, wording
from assistant.understanding import catalogue

#: A clarification offers at most this many readings.
MOST_READINGS = 3


def clarify(request: Request, readings: tuple[str, ...], shop: Shop) -> Clarify:
    """Asks which of several intents was meant; each choice says what it would show."""
    choices = nearest(readings, shop, request.language, MOST_READINGS)
    return Clarify(request, _render(request, shop, "_unclear"), choices=choices)


def ask_slot(request: Request, slot: str, shop: Shop, choices: tuple[Choice, ...] = ()) -> Clarify:
    """Asks for the one thing that is missing."""
    return Clarify(request, _render(request, shop, "_ask_slot", slot=slot), choices=choices[:MOST_READINGS], slot=slot)


def declined(request: Request, reason: Reason, shop: Shop) -> Declined:
    """Says why a question is not answered, and offers the nearest ones that are."""
    choices = nearest(tuple(candidate.intent for candidate in request.candidates), shop, request.language)
    known = catalogue.load()
    title = known[request.intent].title[request.language] if request.intent in known else ""
    return Declined(request, _render(request, shop, "_declined", reason=reason, title=title, choices=choices), reason, choices)


def no_data(request: Request, code: str, details: Mapping[str, Any], shop: Shop) -> NoData:
    """Says what these data lack for the question. `code` and `details` are those of CannotAnswer."""
    names = tuple(candidate.intent for candidate in request.candidates if candidate.intent != request.intent)
    choices = nearest(names, shop, request.language)
    period = request.slots.get("period")
    words = wording(request.language, shop.settings.currency)
    text = words.render(
        "_no_data", code=code, details=Optional(details), choices=choices, as_of=shop.as_of, first_day=shop.first_day,
        span=words.formats.dates(period, mark_partial=False) if isinstance(period, Period) else "",
    )
    return NoData(request, text, code, dict(details), choices)


def failed(request: Request, fault: str) -> Failed:
    """Says that something broke, and the number under which the log has it."""
    return Failed(request, wording(request.language).render("_failed", fault=fault), fault)


def _render(request: Request, shop: Shop, name: str, **context: Any) -> str:
    return wording(request.language, shop.settings.currency).render(name, **context)
