"""Chips and drills: every option offered is one that works, and leads to what it says."""

from __future__ import annotations

import pytest

from analytics.finding import Filter
from assistant.answer import Answer
from assistant.answering.chips import Chip, chips
from assistant.answering.drill import drills
from assistant.ask import Assistant


def _answer(assistant: Assistant, question: str, key: str | None = None) -> Answer:
    outcome = assistant.ask(question, key)
    assert isinstance(outcome, Answer)
    return outcome


def _chips(assistant: Assistant, answer: Answer, carried: frozenset[str] = frozenset()) -> dict[str, Chip]:
    found = chips(
        answer, assistant.catalogue[answer.request.intent], carried, assistant.shop,
        lambda field: assistant.reader.index.values.get(field, ()),
    )
    return {chip.slot: chip for chip in found}


def test_what_was_said_assumed_and_carried_over_is_told_apart(assistant: Assistant) -> None:
    answer = _answer(assistant, "revenue by category")
    found = _chips(assistant, answer, frozenset({"metric"}))
    assert (found["dimension"].state, found["metric"].state, found["period"].state) == ("stated", "carried", "assumed")
    assert found["period"].remove is None
    assert found["metric"].remove == {"metric": None}


def test_a_required_part_cannot_be_taken_away(assistant: Assistant) -> None:
    assert _chips(assistant, _answer(assistant, "revenue by category"))["dimension"].remove is None


@pytest.mark.parametrize("slot", ["metric", "dimension", "period"])
def test_every_option_of_a_menu_is_answered(assistant: Assistant, slot: str) -> None:
    answer = _answer(assistant, "revenue by category this year")
    chip = _chips(assistant, answer)[slot]
    assert sum(option.chosen for option in chip.options) <= 1
    for option in chip.options[:: max(1, len(chip.options) // 5)]:
        outcome = assistant.revise(answer.request, option.change).outcome
        assert outcome.status in ("answered", "no_data"), (option.text, outcome.text)
        if isinstance(outcome, Answer):
            assert outcome.resolved[slot] == option.change[slot]


def test_a_filter_can_be_changed_to_another_value_or_taken_away(assistant: Assistant) -> None:
    answer = _answer(assistant, "revenue in York by category this year")
    chip = _chips(assistant, answer)["filters"]
    assert chip.remove == {"filters": None}
    other = next(option for option in chip.options if not option.chosen)
    changed = assistant.revise(answer.request, other.change).outcome
    assert isinstance(changed, Answer)
    assert changed.resolved["filters"] == other.change["filters"]


def test_a_group_opens_to_its_customers_and_to_its_own_figures(assistant: Assistant) -> None:
    answer = _answer(assistant, "revenue by country this year")
    table = answer.tables[0]
    place = [column.dimension for column in table.columns].index("country")
    ways = drills(answer, table, 0, assistant.shop)
    assert len(ways) == 2
    for way in ways:
        outcome = assistant.revise(answer.request, way.change).outcome
        assert isinstance(outcome, Answer), way.text
        assert outcome.resolved["filters"] == (Filter("country", "=", table.rows[0][place]),)


def test_a_month_opens_to_that_month(assistant: Assistant) -> None:
    answer = _answer(assistant, "revenue per month since last year")
    ways = drills(answer, answer.tables[0], 0, assistant.shop)
    outcomes = [assistant.revise(answer.request, way.change).outcome for way in ways]
    assert [outcome.request.intent for outcome in outcomes] == ["metric_value", "kpi_overview"]
    assert all(isinstance(outcome, Answer) for outcome in outcomes)


def test_a_customer_opens_to_his_profile(assistant: Assistant) -> None:
    answer = _answer(assistant, "top 10 customers by revenue")
    table = answer.tables[0]
    (way,) = drills(answer, table, 0, assistant.shop)
    outcome = assistant.revise(answer.request, way.change).outcome
    assert outcome.request.intent == "customer_profile"
    assert isinstance(outcome, Answer)
