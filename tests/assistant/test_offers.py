"""What can be asked of the loaded data: only examples that work here, what unlocks the rest, and a search in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analytics.models.encoder import Encoder
from analytics.shop import Settings
from assistant import offers, uploads
from assistant.answer import LANGUAGES, Language
from assistant.ask import Assistant
from assistant.uploads import Plan, Sent


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant on sales alone, whose customers are told apart by their addresses."""
    path = tmp_path_factory.mktemp("bare") / "bare.duckdb"
    rows = "\n".join(f"A{i},2026-01-{i:02d},ann{i % 4}@example.com,Mug,2,3.50" for i in range(1, 29))
    content = f"order_id,ordered_at,customer email,product,quantity,unit_price\n{rows}\n".encode()
    uploads.commit([Sent("sales.csv", content)], path, Plan({}, Settings()))
    opened = Assistant.open(path, encoder=Encoder())
    yield opened
    opened.close()


def by_id(assistant: Assistant, language: Language = "en") -> dict[str, offers.Offer]:
    return {offer.intent.id: offer for offer in offers.offers(assistant, language)}


def test_every_entry_of_the_catalogue_is_there_and_says_whether_it_works(assistant: Assistant) -> None:
    found = by_id(assistant)
    assert set(found) == {intent.id for intent in assistant.catalogue} - {"small_talk"}
    assert {offer.intent.built for offer in found.values() if offer.status != "not_built"} == {True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_works_has_examples_to_click(assistant: Assistant, language: Language) -> None:
    poor = [id for id, offer in by_id(assistant, language).items() if offer.status == "works" and len(offer.examples) < 2]
    assert poor == []


def test_an_entry_without_its_table_names_the_table(bare: Assistant) -> None:
    found = by_id(bare)
    assert (found["service_quality"].status, found["service_quality"].missing) == ("locked", ("tickets",))


def test_no_example_asks_for_what_these_data_do_not_have(bare: Assistant) -> None:
    texts = [text for offer in by_id(bare).values() if offer.status == "works" for text in offer.examples]
    assert texts
    assert not [text for text in texts if "Bristol" in text or "NPS" in text or "region" in text or "income" in text]


def test_an_example_about_a_customer_names_one_of_these_data(assistant: Assistant) -> None:
    examples = by_id(assistant)["customer_profile"].examples
    known = {str(row[0]) for row in assistant.engine.rows(assistant.shop.customer_facts.select("customer_id"))}
    assert examples
    assert all(any(number in known for number in text.split()) for text in examples)


def test_no_example_shows_an_address_that_stands_for_a_customers_number(bare: Assistant) -> None:
    assert by_id(bare)["customer_profile"].examples == ()
    assert not [text for offer in by_id(bare).values() for text in offer.examples if "@" in text]


# searching


@pytest.mark.parametrize(("query", "first"), [("rfm", "segment_rfm"), ("流失风险", "churn_risk"), ("ＲＦＭ", "segment_rfm"), ("market BASKET", "market_basket")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_knows_both_languages_whatever_the_page_speaks(assistant: Assistant, language: Language, query: str, first: str) -> None:
    found = offers.search(offers.offers(assistant, language), query, assistant, language)
    assert first in [offer.intent.id for offer in found[:2]]


def test_examples_that_hold_the_words_come_first(assistant: Assistant) -> None:
    found = offers.search(offers.offers(assistant, "en"), "yesterday", assistant, "en")
    assert found
    assert any("yesterday" in offer.examples[0] for offer in found)
    assert all(len(offer.examples) <= offers.EXAMPLES for offer in found)


def test_a_search_for_nothing_shows_all_and_one_without_a_hit_shows_nothing(assistant: Assistant) -> None:
    everything = offers.offers(assistant, "en")
    assert offers.search(everything, "  ", assistant, "en") == everything
    assert offers.search(everything, "zzqq (.*", assistant, "en") == ()


def test_a_role_sees_its_own_entries_and_those_of_nobody(assistant: Assistant) -> None:
    found = {offer.intent.id for offer in offers.for_role(offers.offers(assistant, "en"), "support")}
    assert "service_quality" in found
    assert "segment_rfm" not in found
    assert "fraud_risk" in found


# what is missing


def test_a_missing_table_is_shown_with_what_it_would_unlock(bare: Assistant) -> None:
    found = {item.table: item for item in offers.unlocks(bare.catalogue, bare.shop)}
    assert [intent.id for intent in found["tickets"].intents] == ["agent_performance", "service_quality", "ticket_volume"]
    assert "csat" in found["tickets"].metrics
    assert "orders" not in found


def test_with_every_table_loaded_nothing_is_missing(assistant: Assistant) -> None:
    assert offers.unlocks(assistant.catalogue, assistant.shop) == ()
