"""Help is answered from the catalogue and the terms: the right definition, only what works, a reply that fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from analytics.shop import Settings, Shop
from assistant.answer import Answer, Language, Request
from assistant.answering import help_answer
from assistant.answering.glossary import find
from assistant.answering.help import small_talk_kind
from assistant.understanding import catalogue

SHOP = replace(
    Shop.unbound(date(2026, 11, 17)),
    settings=Settings(currency="GBP", time_zone="Europe/London", week_start=7, fiscal_year_start=4, churn_horizon_days=120),
)


def ask(intent: str, question: str, language: Language = "en", shop: Shop = SHOP, **slots: object) -> Answer:
    return help_answer(Request(intent, slots, language, 0.9, (), (), {}, question), catalogue.load()[intent], shop)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("what does RFM mean", ["rfm_segment"]),
        ("how do you work out churn", ["churn_rate"]),
        ("difference between gross margin and margin rate", ["gross_margin", "margin_rate"]),
        ("support, confidence and lift?", ["support", "confidence", "lift"]),
        ("what is a high value customer", ["value_tier.high-value"]),
        ("explain the can't lose segment", ["rfm_segment.can't lose"]),
        ("whats the reveneu", ["revenue"]),
        ("what is an asteroid", []),
        ("净推荐值怎么算", ["nps"]),
        ("不能失去的客户是什么意思", ["rfm_segment.can't lose"]),
        ("毛利和毛利率有什么区别", ["gross_margin", "margin_rate"]),
        ("什么是小行星", []),
    ],
)
def test_the_term_that_is_asked_for_is_the_one_explained(question: str, codes: list[str]) -> None:
    assert [term.code for term in find(Request("definition", {}, "en", 0.9, (), (), {}, question))] == codes


def test_a_term_said_in_other_words_is_found_through_what_they_were_matched_to() -> None:
    """The lexicon knows more words for a metric than the terms do."""
    assert "Average order value" in ask("definition", "what is a mean ticket", metric="average_order_value").text


def test_a_definition_has_the_formula_and_the_settings_of_these_data() -> None:
    answer = ask("definition", "how do you work out churn")
    assert answer.headline.startswith("Churn rate: Customers who went longer than the churn horizon")
    assert "÷" in answer.headline
    assert "In these data the churn horizon is 120 days." in answer.body
    assert "本数据集的流失判定期为120天" in ask("definition", "流失率怎么算", "zh").body
    assert "begins on Sunday" in ask("definition", "when does the week begin").text
    assert "April" in ask("definition", "what is a fiscal quarter").text


def test_a_definition_is_in_the_table_and_in_the_receipt_too() -> None:
    answer = ask("definition", "what is NPS")
    assert answer.tables[0].rows[0][0] == "NPS"
    assert set(answer.receipt.definitions) == {"NPS"}


def test_an_unknown_word_is_admitted_and_examples_are_named() -> None:
    answer = ask("definition", "what is an asteroid")
    assert "no definition" in answer.headline
    assert "revenue" in answer.body
    assert answer.tables == ()


def test_capabilities_list_only_what_works_on_these_data() -> None:
    bare = replace(SHOP, rows={"orders": 10, "order_lines": 20})
    rich, poor = ask("capabilities", "what can I ask"), ask("capabilities", "what can I ask", shop=bare)
    known = catalogue.load()
    needy = {intent.title["en"] for intent in known.built if intent.needs}
    assert {row[1] for row in poor.tables[0].rows} & needy == set()
    assert rich.facts["questions"] - poor.facts["questions"] == poor.facts["locked"] == len(needy)


def test_capabilities_for_a_role_are_those_of_the_role() -> None:
    known = catalogue.load()
    for question, language, role in (("support team lead: anything for me?", "en", "support"), ("客服主管有啥能查的", "zh", "support")):
        answer = ask("capabilities", question, language)  # type: ignore[arg-type]
        titles = {intent.title[answer.request.language] for intent in known.built if role in intent.roles or not intent.roles}
        assert {row[1] for row in answer.tables[0].rows} <= titles


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("hello", "greeting"), ("Hi there!", "greeting"), ("thanks a lot", "thanks"), ("see you tomorrow", "bye"), ("who are you?", "who"),
        ("that's not what I asked", "unhappy"), ("great job", "praise"), ("testing 1 2 3", "test"), ("ok", "other"),
        ("你好", "greeting"), ("谢谢啊", "thanks"), ("明天见", "bye"), ("你是谁", "who"), ("答非所问", "unhappy"), ("真棒", "praise"),
        ("测试一下", "test"), ("嗯嗯", "other"),
    ],
)
def test_small_talk_gets_a_reply_of_its_kind(question: str, kind: str) -> None:
    assert small_talk_kind(question) == kind


def test_a_word_inside_another_word_is_not_heard() -> None:
    assert small_talk_kind("which chihuahua") == "other"


def test_small_talk_replies_in_the_askers_language_and_offers_questions() -> None:
    assert ask("small_talk", "hello").headline.startswith("Hello")
    assert ask("small_talk", "你好", "zh").headline.startswith("您好")
    assert ask("small_talk", "who are you", shop=replace(SHOP, settings=Settings(company="Tea & Co"))).headline.count("Tea & Co") == 1


@pytest.mark.parametrize(("intent", "question"), [("definition", "what is NPS"), ("capabilities", "what can I ask"), ("small_talk", "hi")])
def test_help_offers_two_to_four_questions(intent: str, question: str) -> None:
    assert 2 <= len(set(ask(intent, question).follow_ups)) <= 4
