"""Turns that refine the one before: what is taken over, what is replaced, what is dropped."""

from __future__ import annotations

import itertools

import pytest

from analytics.finding import Filter
from assistant.answer import Answer
from assistant.ask import Assistant

_number = itertools.count()


def talk(assistant: Assistant, *turns: str) -> Answer:
    """The last answer of a conversation."""
    conversation = f"talk-{next(_number)}"
    outcome = None
    for turn in turns:
        outcome = assistant.ask(turn, conversation)
    assert isinstance(outcome, Answer), outcome.text if outcome else ""
    return outcome


def city(answer: Answer) -> tuple[object, ...]:
    return tuple(v for f in answer.request.slots.get("filters", ()) if isinstance(f, Filter) and f.field == "city" for v in f.values)


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [("revenue in Leeds last year", "and for York?", "York"), ("去年杭州的销售额", "那上海呢", "Shanghai")],
)
def test_another_city_replaces_the_city_and_keeps_the_rest(assistant: Assistant, first: str, then: str, expected: str) -> None:
    before, after = talk(assistant, first), talk(assistant, first, then)
    assert city(after) == (expected,)
    assert after.request.slots["period"] == before.request.slots["period"]
    assert after.request.intent == before.request.intent


def test_by_month_instead_makes_a_trend(assistant: Assistant) -> None:
    answer = talk(assistant, "revenue in Leeds last year", "by month instead")
    assert answer.request.intent == "metric_trend"
    assert answer.request.slots["grain"] == "month"
    assert city(answer) == ("Leeds",)


def test_a_split_can_be_added(assistant: Assistant) -> None:
    answer = talk(assistant, "去年的销售额", "按品类看")
    assert answer.request.intent == "metric_breakdown"
    assert answer.request.slots["dimension"] == ("category",)


def test_all_regions_again_takes_the_filter_back(assistant: Assistant) -> None:
    answer = talk(assistant, "revenue by category this year", "only in Leeds", "everyone again")
    assert city(answer) == ()
    assert answer.request.intent == "metric_breakdown"


def test_a_new_question_drops_the_old_filter(assistant: Assistant) -> None:
    answer = talk(assistant, "revenue in Leeds last year", "what is the return rate by category this year")
    assert city(answer) == ()


def test_conversations_do_not_mix(assistant: Assistant) -> None:
    assistant.ask("revenue in Leeds last year", "one")
    assistant.ask("去年杭州的销售额", "two")
    answer = assistant.ask("and the year before?", "one")
    assert city(answer) == ("Leeds",)  # type: ignore[arg-type]


def test_another_customer_by_number_alone(assistant: Assistant) -> None:
    answer = talk(assistant, "tell me about customer 1042", "and 87?")
    assert answer.request.slots["customer"] == "87"


def test_the_same_text_without_a_conversation_is_a_question_of_its_own(assistant: Assistant) -> None:
    assert not isinstance(assistant.ask("and for York?"), Answer) or "metric" not in assistant.ask("and for York?").request.slots
