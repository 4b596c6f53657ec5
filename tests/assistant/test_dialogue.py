"""Turns that refine the one before: what is taken over, what is replaced, what is dropped."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from analytics.finding import Filter
from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.understanding.reading import Reading

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


def read(assistant: Assistant, *turns: str) -> Reading:
    """How the last turn of a conversation is read; no analysis runs."""
    last, reading = None, None
    for turn in turns:
        reading = assistant.reader.read(turn, last)
        last = reading.turn
    assert reading is not None
    return reading


def stated(reading: Reading) -> Mapping[str, Any]:
    return reading.request.slots


def filtered(reading: Reading) -> set[tuple[str, str, tuple[Any, ...]]]:
    return {(f.field, f.op, tuple(f.values)) for f in stated(reading).get("filters", ())}


@pytest.mark.parametrize(
    ("turns", "field", "op", "values"),
    [
        (("customers in Leeds who spent over 300", "make that 450"), "revenue", ">", (450,)),
        (("customers in Leeds who spent over 300", "at least 2 orders too", "make it 250"), "revenue", ">", (250,)),
        (("customers in Leeds who spent over 300", "who haven't ordered for 60 days"), "days_since_last_order", ">", (60,)),
        (("customers in Leeds who spent over 300", "only those we may email"), "marketing_consent", "=", ("true",)),
        (("customers in Leeds who spent over 300", "how many are women?"), "gender", "=", ("female",)),
        (("revenue in Leeds last year", "and York too"), "city", "in", ("Leeds", "York")),
        (("revenue in Leeds last year", "vs York"), "city", "in", ("Leeds", "York")),
        (("revenue by city last year", "without Leeds"), "city", "!=", ("Leeds",)),
        (("杭州消费超过300的客户", "改成450"), "revenue", ">", (450,)),
        (("杭州消费超过300的客户", "至少下过两单的"), "orders", ">=", (2,)),
    ],
)
def test_a_turn_narrows_widens_or_renumbers_what_was_asked(
    assistant: Assistant, turns: tuple[str, ...], field: str, op: str, values: tuple[Any, ...]
) -> None:
    reading = read(assistant, *turns)
    assert (field, op, values) in filtered(reading)
    assert reading.request.intent == read(assistant, turns[0]).request.intent


def test_all_of_them_after_a_ranking_takes_back_its_number_and_nothing_else(assistant: Assistant) -> None:
    reading = read(assistant, "revenue by category in Leeds", "top 3", "all of them")
    assert "top_n" not in stated(reading)
    assert "order" not in stated(reading)
    assert ("city", "=", ("Leeds",)) in filtered(reading)


@pytest.mark.parametrize(
    ("turns", "gone", "kept"),
    [
        (("revenue by category this year", "only in Leeds", "only women", "all cities"), "city", "gender"),
        (("各品类今年的销售额", "只看杭州", "只看女性", "不限性别"), "gender", "city"),
    ],
)
def test_one_restriction_is_taken_back_by_its_name(assistant: Assistant, turns: tuple[str, ...], gone: str, kept: str) -> None:
    fields = {name for name, _, _ in filtered(read(assistant, *turns))}
    assert gone not in fields
    assert kept in fields


@pytest.mark.parametrize(
    "turns", [("revenue in March", "and in April?", "compare the two"), ("三月的销售额", "四月呢", "放一起比比")]
)
def test_the_last_two_periods_are_set_against_one_another(assistant: Assistant, turns: tuple[str, ...]) -> None:
    reading = read(assistant, *turns)
    assert reading.request.intent == "metric_compare"
    assert stated(reading)["compare_to"].start.month == 3
    assert stated(reading)["period"].start.month == 4


@pytest.mark.parametrize(
    ("turns", "metric"),
    [
        (("points redeemed by loyalty tier last year", "earned instead"), "points_earned"),
        (("revenue in Leeds last year", "orders I mean"), "orders"),
        (("去年杭州的销售额", "我是说订单数"), "orders"),
    ],
)
def test_another_figure_replaces_the_figure_alone(assistant: Assistant, turns: tuple[str, ...], metric: str) -> None:
    before, after = read(assistant, turns[0]), read(assistant, *turns)
    assert stated(after)["metric"] == metric
    assert stated(after)["period"] == stated(before)["period"]
    assert filtered(after) == filtered(before)


@pytest.mark.parametrize("turn", ["trend please", "over time", "by month instead"])
def test_the_same_over_time(assistant: Assistant, turn: str) -> None:
    reading = read(assistant, "revenue in Leeds last year", turn)
    assert reading.request.intent == "metric_trend"
    assert ("city", "=", ("Leeds",)) in filtered(reading)


@pytest.mark.parametrize("turn", ["as a pie chart", "show the query", "export this"])
def test_how_it_is_shown_leaves_the_question_as_it_is(assistant: Assistant, turn: str) -> None:
    before, after = read(assistant, "revenue by category last year"), read(assistant, "revenue by category last year", turn)
    assert stated(after) == stated(before)
    assert after.request.intent == before.request.intent


def test_a_chart_that_is_asked_for_is_told(assistant: Assistant) -> None:
    assert read(assistant, "revenue by category last year", "as a pie chart").chart == "pie"
    assert read(assistant, "去年各品类销售额", "画成柱状图").chart == "bar"


def test_who_they_are_keeps_whom_the_answer_was_about(assistant: Assistant) -> None:
    reading = read(assistant, "revenue by category in Leeds last year", "which customers are those?")
    assert reading.request.intent == "customer_list"
    assert ("city", "=", ("Leeds",)) in filtered(reading)
    assert "dimension" not in stated(reading)


def test_why_drops_the_layout_and_keeps_the_rest(assistant: Assistant) -> None:
    reading = read(assistant, "revenue by category in Leeds last year", "top 3", "why did it drop?")
    assert reading.request.intent == "change_drivers"
    assert ("city", "=", ("Leeds",)) in filtered(reading)
    assert not {"dimension", "top_n", "order"} & set(stated(reading))


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("revenue in Leeds last year", "moving on: how many tickets did we have in May"),
        ("revenue in Leeds last year", "how fast do we answer tickets"),
        ("customers in Leeds who spent over 300", "do people who get discounts come back more often than they used to?"),
        ("去年杭州的销售额", "换个话题，客服响应快不快"),
        ("去年杭州的销售额", "哪些商品经常一起买"),
        ("revenue in Leeds last year", "thanks"),
    ],
)
def test_another_topic_drops_the_old_filters(assistant: Assistant, before: str, question: str) -> None:
    assert filtered(read(assistant, before, question)) == set()


@pytest.mark.parametrize("turn", ["", "???", "make it", "only", "and"])
def test_a_turn_without_content_breaks_nothing(assistant: Assistant, turn: str) -> None:
    assert read(assistant, "revenue in Leeds last year", turn).request.language == "en"


def test_marks_point_at_what_was_typed(assistant: Assistant) -> None:
    request = read(assistant, "reveneu by regoin last yaer").request
    assert request.question == "reveneu by regoin last yaer"
    assert {request.question[m.start : m.end] for m in request.marks} >= {"reveneu", "regoin"}
