"""Numbers are found as people write and say them, in both languages, and their value and kind are right."""

from __future__ import annotations

import pytest

from assistant.understanding.folding import fold
from assistant.understanding.number_words import chinese_number, english_number
from assistant.understanding.numbers import find_numbers
from assistant.understanding.ranks import find_top_n

NUMBERS = [
    ("1,200 customers", "1,200", 1200, "plain"),
    ("1.2k", "1.2k", 1200, "plain"),
    ("revenue of 1.5m", "1.5m", 1_500_000, "plain"),
    ("3 million", "3 million", 3_000_000, "plain"),
    ("over $500", "$500", 500, "money"),
    ("£1,000", "£1,000", 1000, "money"),
    ("€ 20", "€ 20", 20, "money"),
    ("¥300", "¥300", 300, "money"),
    ("￥３００", "￥３００", 300, "money"),
    ("100 bucks", "100 bucks", 100, "money"),
    ("5 percent", "5 percent", 5, "percent"),
    ("20%", "20%", 20, "percent"),
    ("twenty five percent", "twenty five percent", 25, "percent"),
    ("half of our customers", "half", 50, "percent"),
    ("two thirds of buyers", "two thirds", 200 / 3, "percent"),
    ("a third of sales", "a third", 100 / 3, "percent"),
    ("a dozen orders", "a dozen", 12, "plain"),
    ("a couple of returns", "a couple", 2, "plain"),
    ("two hundred and five", "two hundred and five", 205, "plain"),
    ("half a million", "half a million", 500_000, "plain"),
    ("more than a hundred pounds", "a hundred pounds", 100, "money"),
    ("only one order", "one", 1, "plain"),
    ("their third order", "third", 3, "ordinal"),
    ("the 2nd order", "2nd", 2, "ordinal"),
    ("top 10", "10", 10, "rank"),
    ("customer 1042", "1042", 1042, "plain"),
    ("rating below 3.5", "3.5", 3.5, "plain"),
    ("500元", "500元", 500, "money"),
    ("5块", "5块", 5, "money"),
    ("一百块钱", "一百块钱", 100, "money"),
    ("超过一百元", "一百元", 100, "money"),
    ("5万", "5万", 50_000, "plain"),
    ("5w以上", "5w", 50_000, "plain"),
    ("1.2亿", "1.2亿", 120_000_000, "plain"),
    ("1万5", "1万5", 15_000, "plain"),
    ("5万2千", "5万2千", 52_000, "plain"),
    ("两千三", "两千三", 2300, "plain"),
    ("一百单", "一百", 100, "plain"),
    ("三成", "三成", 30, "percent"),
    ("三成半", "三成半", 35, "percent"),
    ("8成", "8成", 80, "percent"),
    ("百分之二十", "百分之二十", 20, "percent"),
    ("三分之一", "三分之一", 100 / 3, "percent"),
    ("半数客户", "半数", 50, "percent"),
    ("十来个客户", "十来", 10, "plain"),
    ("十几个", "十几", 10, "plain"),
    ("买过两次", "两", 2, "plain"),
    ("第一名", "一", 1, "ordinal"),
    ("前十", "十", 10, "rank"),
    ("他们俩", "俩", 2, "plain"),
    ("仨", "仨", 3, "plain"),
]


@pytest.mark.parametrize(("text", "said", "value", "kind"), NUMBERS)
def test_a_number_is_found_with_value_and_kind(text: str, said: str, value: float, kind: str) -> None:
    (found,) = find_numbers(text)
    assert (found.text, found.kind) == (said, kind)
    assert found.value == pytest.approx(value, abs=1e-5)
    assert text[found.start : found.end] == said


@pytest.mark.parametrize(
    "text",
    ["the best one", "which one", "one of them", "one by one", "first half of the year", "half a year", "SKU-1042", "Q3", "一起买的商品", "一般客户", "双十一", "一些建议", "统一处理", "哪一个", "万一"],
)
def test_words_that_only_look_like_numbers_are_none(text: str) -> None:
    assert [n for n in find_numbers(text) if n.kind != "ordinal"] == []


def test_several_numbers_come_in_order_without_overlap() -> None:
    found = find_numbers("spent over £500 on at least three orders, top 20%")
    assert [(n.value, n.kind) for n in found] == [(500, "money"), (3, "plain"), (20, "percent")]
    assert [n.value for n in find_numbers("消费超过500而且90天没有下单")] == [500, 90]


@pytest.mark.parametrize(
    ("words", "value"), [("two hundred and five", 205), ("twenty one", 21), ("a dozen", 12), ("three million", 3e6), ("banana", None), ("", None)]
)
def test_english_words_are_worth_their_number(words: str, value: float | None) -> None:
    assert english_number(words) == value


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("十", 10), ("二十五", 25), ("一百零五", 105), ("三百五", 350), ("一万五", 15_000), ("二〇二五", 2025), ("两千三百万", 23_000_000), ("一亿二", 120_000_000), ("甲", None), ("", None)],
)
def test_chinese_numerals_are_worth_their_number(numeral: str, value: float | None) -> None:
    assert chinese_number(numeral) == value


def test_folding_keeps_every_character_in_its_place() -> None:
    text = "ＴＯＰ　１０ “客戶”—İstanbul"
    assert len(fold(text)) == len(text)
    assert fold("ＧＭＶ，１０％") == "gmv,10%"


TOP = [
    ("top 10 customers", 10, "highest", None),
    ("TOP10商品", 10, "highest", None),
    ("best ten products", 10, None, "good"),
    ("the five worst agents", 5, None, "bad"),
    ("10 biggest cities", 10, "highest", None),
    ("bottom 10 by margin", 10, "lowest", None),
    ("the 5 products with the lowest rating", 5, "lowest", None),
    ("which 3 cities sell best", 3, None, "good"),
    ("top 3 months", 3, "highest", None),
    ("first 5", 5, None, None),
    ("last 5 customers", 5, None, None),
    ("give me 3", 3, None, None),
    ("show me 20", 20, None, None),
    ("most valuable customers", None, "highest", None),
    ("who are our best customers", None, None, "good"),
    ("which product sells worst", None, None, "bad"),
    ("which agents are slowest", None, None, "bad"),
    ("前十名", 10, "highest", None),
    ("前20个客户", 20, "highest", None),
    ("排名前5的品类", 5, "highest", None),
    ("最高的三个城市", 3, "highest", None),
    ("消费最高的十个客户是谁", 10, "highest", None),
    ("卖得最差的五款", 5, None, "bad"),
    ("哪三个城市卖得最好", 3, None, "good"),
    ("倒数三名", 3, "lowest", None),
    ("后五名", 5, "lowest", None),
    ("列出10个客户", 10, None, None),
    ("哪个城市退货率最低", None, "lowest", None),
    ("卖得最好的商品有哪些", None, None, "good"),
    ("垫底的客服", None, "lowest", None),
]


@pytest.mark.parametrize(("text", "n", "order", "valence"), TOP)
def test_one_end_of_a_ranking_is_found(text: str, n: int | None, order: str | None, valence: str | None) -> None:
    found = find_top_n(text)
    assert found is not None
    assert (found.n, found.order, found.valence) == (n, order, valence)


@pytest.mark.parametrize(("text", "percent"), [("top 20% of customers", 20), ("bottom 5 percent", 5), ("the top decile", 10), ("前20%的客户", 20), ("前两成客户", 20)])
def test_a_share_of_a_ranking_is_a_percentage(text: str, percent: float) -> None:
    found = find_top_n(text)
    assert found is not None
    assert (found.n, found.percent) == (None, percent)


@pytest.mark.parametrize(
    "text",
    ["last 5 days", "last three months", "at least 5 orders", "at most 3", "前三个月", "前三季度", "revenue by region", "as well as Leeds", "most of our customers", "spent over 500", "最近十单"],
)
def test_periods_and_bounds_are_no_rankings(text: str) -> None:
    assert find_top_n(text) is None
