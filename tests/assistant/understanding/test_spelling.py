"""Slips are put right by the words of the examples; what is a word already, or a name, stays."""

from __future__ import annotations

import pytest

from assistant.understanding.foreign import foreign_words
from assistant.understanding.spelling import Speller, spelling_of

WORDS = {"customers": 90, "customer": 80, "revenue": 60, "region": 40, "churn": 30, "forecast": 30, "clv": 9, "rare": 2}
SPELLER = Speller(WORDS, lambda: frozenset({"gender", "grinder", "browse"}))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("revnue by regoin", "revenue by region"),
        ("custmers", "customers"),
        ("chrun", "churn"),
        ("wat is our forcast", "what is our forecast"),
        ("Custoemrs in xvalue city", "customers in xvalue city"),
    ],
)
def test_a_slip_becomes_the_nearest_word(typed: str, meant: str) -> None:
    assert SPELLER.respelt(typed)[0] == meant


@pytest.mark.parametrize("text", ["grinder", "csv", "Revenue by Region", "customers", "qwrtzu", "rares", "咖啡 revenue"])
def test_words_that_are_words_and_words_that_are_near_nothing_stay(text: str) -> None:
    assert SPELLER.respelt(text) == (text, ())


def test_the_places_are_those_of_the_new_text() -> None:
    text, places = SPELLER.respelt("a revnue, thru custmers")
    assert [text[start:end] for start, end in places] == ["revenue", "through", "customers"]


def test_without_words_nothing_is_changed() -> None:
    assert Speller({}).respelt("revnue") == ("revnue", ())


def test_a_rare_neighbour_of_a_frequent_word_is_a_slip_and_no_word() -> None:
    texts = ["customers orders"] * 50 + ["custmers order"] * 3 + ["once"]
    words = spelling_of(texts)
    assert "custmers" not in words
    assert {"customers", "orders", "order"} <= set(words)
    assert "once" not in words


@pytest.mark.parametrize("text", ["which customers in Leeds bought tea", "各品类的退货率", "", "patience is a virtue"])
def test_questions_about_a_shop_hold_no_word_of_another_field(text: str) -> None:
    assert foreign_words(text) == ()


def test_words_of_other_fields_are_found_in_both_languages() -> None:
    assert foreign_words("readmissions of patients per ward")
    assert foreign_words("哪些患者会再次住院")
