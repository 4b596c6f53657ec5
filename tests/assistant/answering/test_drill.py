"""Every way on from a row leads to an answer about that row."""

from __future__ import annotations

import pytest

from assistant.answer import Answer
from assistant.answering.drill import drills
from assistant.ask import Assistant


@pytest.mark.parametrize(
    ("question", "table"),
    [
        ("revenue by city last quarter", "groups"),
        ("revenue by category this year", "groups"),
        ("show revenue per month this year", "trend"),
        ("who are our best ten customers", "customers"),
    ],
)
def test_each_way_on_is_answered(assistant: Assistant, question: str, table: str) -> None:
    answer = assistant.ask(question)
    assert isinstance(answer, Answer), answer.text
    found = next(shown for shown in answer.tables if shown.name == table)
    ways = drills(answer, found, 0, assistant.shop)
    assert ways
    for way in ways:
        led = assistant.revise(answer.request, way.change).outcome
        assert isinstance(led, Answer), (way.text, led.text)


def test_the_customers_behind_a_city_are_those_of_the_city(assistant: Assistant) -> None:
    answer = assistant.ask("customers by city in the last 12 months")
    assert isinstance(answer, Answer)
    table = next(shown for shown in answer.tables if shown.name == "groups")
    people = next(way for way in drills(answer, table, 0, assistant.shop) if way.change["intent"] == "customer_list")
    city = table.rows[0][[column.name for column in table.columns].index("group")]
    assert [(item.field, item.op, item.value) for item in people.change["filters"]] == [("city", "=", city)]


def test_a_table_that_names_nobody_opens_to_nothing(assistant: Assistant) -> None:
    answer = assistant.ask("forecast sales for the next 3 months")
    assert isinstance(answer, Answer)
    backtest = next(table for table in answer.tables if table.name == "backtest")
    assert drills(answer, backtest, 0, assistant.shop) == ()
