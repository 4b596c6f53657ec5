"""Slips of the finger and of the input method: what was meant, and where it was typed."""

from __future__ import annotations

import pytest

from analytics.models.encoder import dictionary
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.pinyin import sound, sounds
from assistant.understanding.respelling import Change, Homophones, Slips, changed

VALUES = frozenset({"leeds", "kite", "ruiz"})
SLIPS = Slips(Lexicon.load().tokens, dictionary, lambda word: word)
HOMOPHONES = Homophones(
    Lexicon.load().han_words | {"茶叶", "厨具", "上海"}, ["集中", "策略", "一般"], Lexicon.load().han_names
)


def english(question: str) -> str:
    return changed(question, SLIPS.changes(question, VALUES.__contains__)).text


def chinese(question: str) -> str:
    return changed(question, HOMOPHONES.changes(question)).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reveneu by regoin", "revenue by region"),
        ("sales per mnoth", "sales per month"),
        ("botom prodcts", "bottom products"),
        ("orders in novmber", "orders in november"),
        ("tickets form leesd", "tickets form leeds"),
        ("whta is my hihgest margn", "what is my highest margin"),
    ],
)
def test_swapped_and_dropped_letters_are_put_right(typed: str, meant: str) -> None:
    assert english(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "people moaning about stone borders",
        "carve up last month's sales",
        "bad payers and their bedding",
        "customers of Wolverton",
        "COHORT RETENTION BY QTR",
        "kite sales in leeds",
        "don't show tiers",
        "",
    ],
)
def test_words_names_and_values_stay_as_they_are(question: str) -> None:
    assert english(question) == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("复构率按季渡", "复购率按季度"),
        ("厨俱的消量", "厨具的销量"),
        ("客护刘失率", "客户流失率"),
        ("各会员等及的积份兑换", "各会员等级的积分兑换"),
        ("上季度xiaoliang", "上季度销量"),
        ("yuqi金额", "逾期金额"),
        ("近三各月", "近三个月"),
        ("shanghai的订单", "上海的订单"),
    ],
)
def test_characters_of_the_same_sound_are_put_right(typed: str, meant: str) -> None:
    assert chinese(typed) == meant


@pytest.mark.parametrize("question", ["哪些客户属于冠军客户", "新来的那些人买得多吗", "出一版报告", "高价值客户长啥样", "RFM", "", "的"])
def test_what_is_written_right_stays(question: str) -> None:
    assert chinese(question) == question


def test_a_change_points_at_what_was_typed() -> None:
    typed = "how mny ordres did we get in may"
    respelt = changed(typed, [Change(4, 7, "many"), Change(8, 14, "orders")])
    assert respelt.text == "how many orders did we get in may"
    for word, said in (("many", "mny"), ("orders", "ordres"), ("may", "may"), ("how", "how")):
        start = respelt.text.index(word) if word != "may" else respelt.text.rindex(word)
        first, last = respelt.place(start, start + len(word))
        assert typed[first:last] == said


def test_without_changes_every_place_is_its_own() -> None:
    respelt = changed("revenue", [])
    assert respelt.text == "revenue"
    assert respelt.place(0, 7) == (0, 7)


def test_sounds_of_common_characters() -> None:
    assert sounds("销售额") == ("xiao", "shou", "e")
    assert sounds("区域") == ("qu", "yu")
    assert sound("a") is None
    assert sound("😀") is None
    assert sounds("a区") is None
