"""What the overview says in both languages: a figure first, no gaps, also where there is nothing to tell."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from analytics.finding import Filter
from analytics.period import Period
from analytics.run import Engine
from analytics.shop import Shop
from assistant.answer import LANGUAGES, Answer, Language, Request
from assistant.answering import compose
from assistant.ask import analysis_of
from assistant.resolve import resolve
from assistant.understanding import catalogue
from tests.analytics.tea_shop import TABLES
from tests.conftest import TinyShop

JANUARY = Period(date(2024, 1, 1), date(2024, 2, 1), "month", 1)
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
#: Questions of every analysis, with and without an answer in the data.
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("kpi_overview", {}), ("kpi_overview", {"period": MARCH}),
    ("metric_value", {}), ("metric_value", {"period": MARCH}), ("metric_value", {"metric": "return_rate", "segment": ("lost",)}),
    ("metric_value", {"metric": ("orders", "margin_rate"), "filters": (Filter("city", "=", "York"),)}),
    ("metric_value", {"metric": "average_order_value", "period": MARCH, "filters": (Filter("city", "=", "Paris"),)}),
    ("metric_value", {"metric": "customers"}), ("metric_value", {"metric": "churn_rate"}),
    ("metric_breakdown", {"dimension": ("city",)}), ("metric_breakdown", {"dimension": ("gender", "category"), "top_n": 2}),
    ("metric_breakdown", {"dimension": ("country",), "metric": "return_rate", "period": MARCH, "compare_to": JANUARY}),
    ("metric_breakdown", {"dimension": ("interest",)}), ("metric_breakdown", {"dimension": ("city",), "filters": (Filter("city", "=", "Paris"),)}),
    ("metric_trend", {}), ("metric_trend", {"grain": "week", "dimension": ("city",)}), ("metric_trend", {"period": MARCH, "grain": "month"}),
    ("metric_trend", {"metric": "discount_rate", "grain": "year"}), ("metric_trend", {"period": MARCH, "compare_to": JANUARY}),
    ("metric_compare", {"period": MARCH, "compare_to": JANUARY}), ("metric_compare", {"filters": (Filter("city", "in", ("York", "Leeds")),)}),
    ("metric_compare", {"metric": "return_rate", "dimension": ("city",)}), ("metric_compare", {"filters": (Filter("age", ">", 40), Filter("age", "<", 30))}),
    ("metric_compare", {"metric": "average_order_value", "segment": ("champions", "loyal")}),
    ("top_customers", {}), ("top_customers", {"metric": "average_order_value", "order": "lowest"}), ("top_customers", {"segment": ("champions",)}),
    ("top_products", {}), ("top_products", {"order": "lowest", "period": JANUARY}), ("top_products", {"metric": "return_rate"}),
    ("customer_profile", {"customer": "ann"}), ("customer_profile", {"customer": "cat"}), ("customer_profile", {"customer": "zoe"}),
    ("customer_list", {}), ("customer_list", {"filters": (Filter("city", "=", "York"), Filter("revenue", ">", 10)), "period": MARCH}),
    ("customer_list", {"segment": ("champions",), "filters": (Filter("age", ">", 99),)}),
)


def answer(given: tuple[Shop, Engine], language: Language, name: str, said: dict[str, Any]) -> Answer:
    shop, engine = given
    intent = catalogue.load()[name]
    resolved = resolve(intent, analysis_of(intent), said, None, shop)
    computed = engine.run(analysis_of(intent)(shop, **resolved.arguments))
    request = Request(name, said, language, 1.0, (), (), resolved.defaults, "?")
    return compose(request, resolved.arguments, intent, computed, shop)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_a_sentence_with_a_figure(tiny_shop: TinyShop, language: Language) -> None:
    given = tiny_shop(TABLES)
    for name, said in ASKED:
        told = answer(given, language, name, said)
        assert re.search(r"\d", told.headline), (name, said, told.headline)
        assert told.headline.endswith("。" if language == "zh" else "."), (name, said, told.headline)
        assert not re.search(r"None|nan|\bn/a\b|暂无数据|  |\(\)|（）|_", told.headline), (name, said, told.headline)
        assert told.restated


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_shop_is_told_in_words(tiny_shop: TinyShop, language: Language) -> None:
    shop, engine = tiny_shop({})
    loaded = Shop(shop.settings, shop.as_of, shop.today, shop.first_day, rows=Shop.unbound().rows)
    for name, said in ASKED:
        if name == "metric_compare" and "compare_to" in said:
            continue  # refused: the data do not reach back that far
        told = answer((loaded, engine), language, name, said)
        assert re.search(r"0|zoe|ann|cat", told.headline), (name, said, told.headline)


def test_chinese_answers_hold_no_english_words(tiny_shop: TinyShop) -> None:
    """Names, codes of the data and the letters of R, F and M aside."""
    given = tiny_shop(TABLES)
    allowed = {"ann", "bob", "cat", "zoe", "Ann", "Bob", "Cat", "Tea", "Mug", "York", "Leeds", "Paris", "UK", "R", "F", "M", "RFM", "Welch", "t", "z", "web", "app", "drinks", "kitchen"}
    for name, said in ASKED:
        words = set(re.findall(r"[A-Za-z]+", answer(given, "zh", name, said).text))
        assert words <= allowed, (name, said, words - allowed)


def test_the_same_question_reads_like_this(tiny_shop: TinyShop) -> None:
    given = tiny_shop(TABLES)
    said = {"period": MARCH, "compare_to": JANUARY}
    assert answer(given, "en", "metric_value", said).headline == "£45 is the revenue for March 2024, up 150% from £18 in January 2024."
    assert answer(given, "zh", "metric_value", said).headline == "2024年3月销售额为45英镑，较2024年1月的18英镑增长150%。"
