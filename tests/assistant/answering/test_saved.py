"""A kept answer is the answer: the same text, tables and charts after a restart, in either language, without the data set."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from analytics.shop import Shop
from assistant import answering
from assistant.answer import Answer, Choice, Clarify, Language, Outcome, Request
from assistant.answering import saved
from assistant.answering.saved import Saved
from assistant.ask import Assistant
from assistant.lossless import BrokenRecord
from tests.assistant.answering.made import OCTOBER, computed, request
from tests.assistant.kept import greeting
from tests.assistant.questions import CASES, QUESTIONS

SHOP = Shop.unbound()


def again(outcome: Outcome, shop: Shop, language: Language | None = None) -> Outcome:
    """The outcome after it was written and read."""
    return saved.shown(saved.from_json(saved.to_json(saved.keep(outcome, shop))), language)


def whole(answer: Outcome) -> tuple[Any, ...]:
    """All that a reader may see of an answer."""
    assert isinstance(answer, Answer)
    shown = [(table.title, [column.label for column in table.columns], table.shown, table.total_rows) for table in answer.tables]
    return answer.to_json(), shown, answer.receipt, answer.caveats, answer.follow_ups


@pytest.mark.parametrize(("intent", "language", "question"), CASES)
def test_every_golden_answer_comes_back_as_it_was(assistant: Assistant, intent: str, language: Language, question: str) -> None:
    answer = assistant.ask(question)
    back = again(answer, assistant.shop)
    assert back == answer
    assert whole(back) == whole(answer)


@pytest.mark.parametrize("intent", QUESTIONS)
def test_the_other_language_states_the_same_figures_as_composing_them_at_once(assistant: Assistant, intent: str) -> None:
    """Shown in Chinese, a kept English answer is what composing its finding in Chinese gives on the open data set."""
    answer = assistant.ask(QUESTIONS[intent][0])
    assert isinstance(answer, Answer)
    asked, found = replace(answer.request, language="zh"), assistant.catalogue[intent]
    direct = (
        answering.help_answer(asked, found, assistant.shop) if answer.computed is None
        else answering.compose(asked, answer.resolved, found, answer.computed, assistant.shop)
    )
    back = again(answer, assistant.shop, "zh")
    assert whole(back) == whole(direct)
    assert back.text != answer.text
    assert whole(again(back, assistant.shop, "en")) == whole(answer)


def test_the_record_itself_comes_back_equal() -> None:
    kept = Saved.of(greeting_answer(), SHOP, ("", "pie"))
    assert saved.from_json(saved.to_json(kept)) == kept


def greeting_answer() -> Answer:
    answer = saved.shown(greeting())
    assert isinstance(answer, Answer)
    return answer


def test_a_chosen_kind_of_chart_is_kept(assistant: Assistant) -> None:
    answer = assistant.ask("show orders per month since last year")
    assert isinstance(answer, Answer)
    assert answer.charts[0]["mark"]["type"] == "line"
    back = saved.shown(Saved.of(answer, assistant.shop, ("bar",)))
    assert isinstance(back, Answer)
    assert back.charts[0]["mark"]["type"] == "bar"
    assert back.charts[0]["data"] == answer.charts[0]["data"]


def test_without_sql_nothing_of_it_is_written() -> None:
    kept = Saved(request(), {}, computed(sql=("SELECT 42 AS secret",)), saved.Source.of(SHOP))
    assert "secret" in saved.to_json(kept)
    assert "secret" not in saved.to_json(kept.without_sql())


OTHERS: tuple[Outcome, ...] = (
    answering.clarify(request("zh", "销售额"), ("metric_value", "metric_trend"), SHOP),
    answering.ask_slot(request(), "customer", SHOP, (Choice("Ana", "who is Ana"),)),
    answering.declined(request("en", "the weather", {}), "out_of_scope", SHOP),
    answering.declined(request("zh"), "not_built", SHOP),
    answering.no_data(request(), "missing_table", {"table": "tickets", "columns": ("ticket_id", "opened_at")}, SHOP),
    answering.no_data(request(), "future_period", {"period": OCTOBER}, SHOP),
    answering.failed(Request("", {}, "en", 0.0, (), (), {}, "boom \ud800"), "f00dbabe"),
)


@pytest.mark.parametrize("outcome", OTHERS, ids=lambda outcome: outcome.status)
def test_what_is_no_answer_comes_back_as_it_was_said(outcome: Outcome) -> None:
    assert again(outcome, SHOP) == outcome
    assert again(outcome, SHOP, "zh") == outcome
    assert again(outcome, SHOP).to_json() == outcome.to_json()


def test_a_record_of_something_else_is_a_plain_error() -> None:
    with pytest.raises(BrokenRecord, match="is no outcome"):
        saved.from_json('{"format": 1, "record": "text"}')


def test_a_record_whose_values_have_other_types_is_a_plain_error() -> None:
    text = saved.to_json(Clarify(request(), "Which one?"))
    with pytest.raises(BrokenRecord, match=r"Clarify\.text"):
        saved.from_json(text.replace('"Which one?"', "5"))


def test_an_intent_that_is_no_longer_known_is_a_plain_error() -> None:
    kept = greeting()
    with pytest.raises(BrokenRecord) as fault:
        saved.shown(replace(kept, request=replace(kept.request, intent="long_gone")))
    assert fault.value.code == "broken_record"


def test_a_finding_that_its_template_no_longer_fits_is_a_plain_error() -> None:
    kept = Saved(replace(request(), intent="customer_list"), {}, computed(facts={"other": 1}), saved.Source.of(SHOP))
    with pytest.raises(BrokenRecord, match="customer_list"):
        saved.shown(kept)


def test_the_text_is_json_with_a_format_version() -> None:
    assert json.loads(saved.to_json(greeting()))["format"] == 1
