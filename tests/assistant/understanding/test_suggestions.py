"""What is suggested for what was typed so far: worked by hand on a shop of a few names, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.understanding.lexicon import Lexicon
from assistant.understanding.suggestions import CUSTOMER, LONGEST_TYPED, LOOSE, MOST, QUESTION, Shelf, Suggester

METRICS = {
    "revenue": ("revenue", 0), "sales": ("revenue", 9), "money": ("revenue", LOOSE), "revenue per customer": ("revenue_per_customer", 1),
    "gross margin": ("gross_margin", 2), "margin rate": ("margin_rate", 3), "销售额": ("revenue", 0), "销量": ("units", 4),
    "客单价": ("average_order_value", 5),
}
CITIES = ["Bristol", "Leeds", "New York", "Xi'an", "York", "上海", "重庆"]
PRODUCTS = ["Earl Grey", "green tea", "mug", "tea", "tea bag", "tea mug", "tea towel", "teapot", "绿茶礼盒"]
QUESTIONS = ["Revenue by region this year", "How is churn rate calculated?", "Revenue per month over the last 12 months", "今年各地区销售额"]
PEOPLE = ["Anna Smith", "Anna Smythe", "王小明"]


def shop(people: Callable[[], Shelf | None] = lambda: Shelf(CUSTOMER, PEOPLE)) -> Suggester:
    shelves = (
        Shelf("metric", METRICS, METRICS), Shelf("dimension", ["region", "month", "年龄段"]), Shelf("city", CITIES),
        Shelf("product", PRODUCTS),
    )
    return Suggester(shelves, Shelf(QUESTION, QUESTIONS), Lexicon.load(), people)


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return shop()


def told(suggester: Suggester, typed: str, language: str = "en") -> list[tuple[str, str]]:
    return [(found.text, found.kind) for found in suggester.suggest(typed, language)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # The beginning of any word, first words before later ones, shorter names first; questions as a whole.
        ("rev", [("revenue", "metric"), ("revenue per customer", "metric"), ("Revenue by region this year", "question"), ("Revenue per month over the last 12 months", "question")]),
        ("yor", [("York", "city"), ("New York", "city")]),
        ("YOR", [("York", "city"), ("New York", "city")]),
        # The last words are completed, what stands before them stays as it was typed.
        ("Sales in new y", [("Sales in New York", "city")]),
        ("revenue in Lee", [("revenue in Leeds", "city")]),
        # What explains more of the text comes first: the question, then the last word.
        ("revenue by reg", [("Revenue by region this year", "question"), ("revenue by region", "dimension")]),
        ("margin ra", [("margin rate", "metric")]),
        # All words of a question, whatever stands between them.
        ("revenue region", [("Revenue by region this year", "question")]),
        # Whatever is complete is not suggested; names that go on are.
        ("revenue", [("revenue per customer", "metric"), ("Revenue by region this year", "question"), ("Revenue per month over the last 12 months", "question")]),
        ("Leeds", []),
        # Two names of one metric are offered once, by the better one; a loose word gives way to a real name.
        ("mo", [("month", "dimension"), ("money", "metric"), ("Revenue per month over the last 12 months", "question")]),
        # One slip is forgiven: two letters swapped, one left out, one too many, one wrong; not in the first letter.
        ("reveune", [("revenue", "metric"), ("revenue per customer", "metric")]),
        ("sales in brstol", [("sales in Bristol", "city")]),
        ("bristtol", [("Bristol", "city")]),
        ("bristel", [("Bristol", "city")]),
        ("pristol", []),
        # A small word is no beginning of a name, and one letter is too little.
        ("in", []), ("revenue by", [("Revenue by region this year", "question")]), ("r", []), ("", []), ("  ", []),
    ],
)
def test_english(suggester: Suggester, typed: str, expected: list[tuple[str, str]]) -> None:
    assert told(suggester, typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("销", [("销售额", "metric"), ("销量", "metric"), ("今年各地区销售额", "question")]),
        ("上海的销", [("上海的销售额", "metric"), ("上海的销量", "metric")]),
        ("今年各", [("今年各地区销售额", "question")]),
        # 年 ends a word here and begins none.
        ("今年", [("今年各地区销售额", "question")]),
        # Any character begins a word; one character does so only at the beginning of a name.
        ("绿茶", [("绿茶礼盒", "product")]), ("礼盒", [("绿茶礼盒", "product")]), ("盒", []),
        # Initials, pinyin, another character of the same sound.
        ("xse", [("销售额", "metric")]), ("kedan", [("客单价", "metric")]), ("商海", [("上海", "city")]),
        # Both languages in one text, traditional characters, full-width letters.
        ("revenue in 上", [("revenue in 上海", "city")]), ("銷售", [("销售额", "metric"), ("今年各地区销售额", "question")]),
        ("ｙｏｒ", [("York", "city"), ("New York", "city")]), ("销售额 Yor", [("销售额 York", "city"), ("销售额 New York", "city")]),
    ],
)
def test_chinese(suggester: Suggester, typed: str, expected: list[tuple[str, str]]) -> None:
    assert told(suggester, typed, "zh") == expected


def test_pinyin_is_for_chinese_pages_or_texts(suggester: Suggester) -> None:
    assert told(suggester, "xse", "en") == []
    assert told(suggester, "上海 kedan", "en") == [("上海 客单价", "metric")]


def test_there_are_at_most_eight_and_one_kind_leaves_room_for_others(suggester: Suggester) -> None:
    found = suggester.suggest("te", "en")
    assert [one.shown for one in found] == ["tea", "teapot", "tea bag", "tea mug", "tea towel", "green tea"]
    many = Suggester(
        (Shelf("product", [f"tea {n}" for n in range(20)]), Shelf("city", ["Teasham"])), Shelf(QUESTION, ["Tea this year"]), Lexicon.load()
    )
    shown = many.suggest("tea", "en")
    assert len(shown) == MOST
    assert {"Teasham", "Tea this year"} <= {one.shown for one in shown}


def test_what_a_name_means_is_told() -> None:
    (found,) = (one for one in shop().suggest("sal", "en") if one.shown == "sales")
    assert (found.kind, found.meaning) == ("metric", "revenue")


def test_customers_are_named_to_nobody_who_may_not_see_them(suggester: Suggester) -> None:
    for typed in ("ann", "smi", "Anna Sm", "revenue of anna", "王", "小明", "xiaoming", "ansna"):
        assert all(found.kind != CUSTOMER for found in suggester.suggest(typed, "zh"))
    assert [found.text for found in suggester.suggest("anna smi", "en", sees_personal=True)] == ["Anna Smith"]
    assert [found.text for found in suggester.suggest("客户王", "zh", sees_personal=True)] == ["客户王小明"]
    assert [found.text for found in suggester.suggest("smiht", "en", sees_personal=True)] == ["Anna Smith"]


def test_customers_are_not_even_looked_up_for_others() -> None:
    def nobody() -> Shelf | None:
        raise AssertionError("the names were asked for")

    assert shop(nobody).suggest("anna", "en") == ()


def test_customers_that_are_not_at_hand_yet_hold_up_nothing() -> None:
    assert [found.text for found in shop(lambda: None).suggest("leed", "en", sees_personal=True)] == ["Leeds"]


def test_nothing_to_suggest_from_suggests_nothing() -> None:
    empty = Suggester((), Shelf(QUESTION, ()), Lexicon.load(), lambda: Shelf(CUSTOMER, ()))
    for typed in ("rev", "销", "reveune", "a b c"):
        assert empty.suggest(typed, "zh", sees_personal=True) == ()


def test_names_that_would_harm_a_list_are_left_out_and_markup_is_text() -> None:
    hostile = ["York\nforged", "York\u202eevil", "York\x00x", "York" * 50, "York <img src=x onerror=alert(1)>", " "]
    found = Suggester((Shelf("city", hostile),), Shelf(QUESTION, ()), Lexicon.load()).suggest("yor", "en")
    assert [one.shown for one in found] == ["York <img src=x onerror=alert(1)>"]


@pytest.mark.parametrize("typed", ["a" * (LONGEST_TYPED + 1), "\x00", "rev\x00", "%", "' OR 1=1 --", ".*", "[", "\\", "<b>", "😀", "İ", "\u202e", "𠮷"])
def test_hostile_texts_are_plain_texts(suggester: Suggester, typed: str) -> None:
    assert suggester.suggest(typed, "zh", sees_personal=True) == ()


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=30), st.sampled_from(["en", "zh"]))
def test_whatever_is_typed_comes_back_completed_and_always_the_same(typed: str, language: str) -> None:
    suggester = _SHOP
    found = suggester.suggest(typed, language, sees_personal=True)
    assert found == suggester.suggest(typed, language, sees_personal=True)
    assert len(found) <= MOST
    assert len({one.text.lower() for one in found}) == len(found)
    for one in found:
        assert one.text.endswith(one.shown)
        assert typed.startswith(one.text.removesuffix(one.shown))


_SHOP = shop()
