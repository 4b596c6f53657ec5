"""Every question that the empty page offers works on the loaded data, or is not offered."""

from __future__ import annotations

import pytest

from assistant.answer import LANGUAGES, Language
from assistant.answering.starters import READERS, Reader, starters, texts
from assistant.ask import Assistant
from tests.conftest import TinyShop

ORDERS = {
    "orders": "order_id | customer_id | ordered_at | status\n1 | 1 | 2026-11-01 10:00 | completed",
    "order_lines": "order_id | line_no | product_id | quantity | unit_price\n1 | 1 | 1 | 1 | 10",
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_offered_question_is_answered_by_what_it_is_meant_for(assistant: Assistant, reader: Reader, language: Language) -> None:
    offered = starters(assistant.catalogue, assistant.shop, language, reader)
    assert list(offered) == ["start_figures", "start_deeper", "start_data"]
    meant = {entry[language]: entry["intent"] for entries in texts()[reader].values() for entry in entries}
    for questions in offered.values():
        assert 1 < len(questions) <= 3
        for question in questions:
            outcome = assistant.ask(question)
            assert (outcome.status, outcome.request.intent) == ("answered", meant[question]), question


def test_readers_are_offered_different_questions(assistant: Assistant) -> None:
    first = {reader: starters(assistant.catalogue, assistant.shop, "en", reader)["start_figures"] for reader in READERS}
    assert len(set(first.values())) == len(READERS)


def test_nothing_is_offered_that_needs_a_table_which_is_not_loaded(assistant: Assistant, tiny_shop: TinyShop) -> None:
    shop, _ = tiny_shop(ORDERS)
    offered = starters(assistant.catalogue, shop, "en", "support")
    assert "How fast do we answer tickets?" not in offered["start_figures"]
    assert "How satisfied are our customers?" not in offered["start_figures"]
    assert offered["start_figures"]
