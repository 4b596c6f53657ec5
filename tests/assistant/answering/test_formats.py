"""Figures, dates and conditions are written as people of each language write them, and stay true to the value."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.finding import Filter
from analytics.period import Period, last, rolling, this
from assistant.answer import Language
from assistant.answering.formats import Formats

TODAY = date(2026, 11, 17)
EN, ZH = Formats("en", "GBP"), Formats("zh", "CNY")


@pytest.mark.parametrize(
    ("unit", "value", "english", "chinese"),
    [
        ("money", 0, "£0", "0元"),
        ("money", 1.5, "£1.50", "1.50元"),
        ("money", 999.994, "£999.99", "999.99元"),
        ("money", 999.996, "£1,000", "1,000元"),
        ("money", Decimal("1234.5"), "£1,235", "1,235元"),
        ("money", 9_999, "£9,999", "9,999元"),
        ("money", 123_456, "£123,456", "12.35万元"),
        ("money", 9_999_999, "£9,999,999", "1,000万元"),
        ("money", 12_345_678.9, "£12.35m", "1,234.57万元"),
        ("money", -1_234_567_890, "−£1.23bn", "−12.35亿元"),
        ("money", 99_999_960, "£100m", "1亿元"),
        ("count", 0, "0", "0"),
        ("count", 12_345, "12,345", "12,345"),
        ("count", 1_234_567, "1,234,567", "123.46万"),
        ("count", 2.5, "2.5", "2.5"),
        ("percent", 0, "0%", "0%"),
        ("percent", 0.1234, "12.3%", "12.3%"),
        ("percent", 0.0004, "0.04%", "0.04%"),
        ("percent", 1, "100%", "100%"),
        ("points", 32.44, "32.4 points", "32.4分"),
        ("points", 1, "1 point", "1分"),
        ("rating", 4.318, "4.32", "4.32分"),
        ("hours", 0.3, "18 minutes", "18分钟"),
        ("hours", 1, "1 hour", "1小时"),
        ("hours", 5.44, "5.4 hours", "5.4小时"),
        ("hours", 80, "3.3 days", "3.3天"),
        ("days", 1, "1 day", "1天"),
        ("days", 120.4, "120 days", "120天"),
        ("ratio", 1.234, "1.23", "1.23"),
        ("date", date(2026, 11, 17), "17 November 2026", "2026年11月17日"),
        (None, "Leeds", "Leeds", "Leeds"),
        (None, True, "yes", "是"),
    ],
)
def test_figures_by_unit(unit: str | None, value: Any, english: str, chinese: str) -> None:
    assert EN.figure(value, unit) == english
    assert ZH.figure(value, unit) == chinese


@pytest.mark.parametrize("unit", ["money", "count", "percent", "points", "rating", "hours", "days", "ratio", "number", "date"])
def test_a_missing_figure_is_worded_and_never_zero(unit: str) -> None:
    assert EN.figure(None, unit) == "n/a"
    assert ZH.figure(None, unit) == "暂无数据"


def test_other_currencies_keep_their_sign_or_name() -> None:
    assert Formats("en", "USD").money(12.5) == "$12.50"
    assert Formats("en", "EUR").money(1500) == "€1,500"
    assert Formats("zh", "GBP").money(23_456) == "2.35万英镑"
    assert Formats("en", "").money(12.5) == "12.50"


_SCALE = {"": 1.0, "m": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}


def _read(text: str) -> float:
    """The number that a reader takes from a written figure."""
    found = re.search(r"([\d,]+\.?\d*)(m|bn|万|亿)?", text)
    assert found, text
    size = float(found[1].replace(",", "")) * _SCALE[found[2] or ""]
    return -size if "−" in text else size


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_written_money_and_counts_stay_within_half_a_percent(language: Language, value: float) -> None:
    """Whatever the size, what stands in a headline is the fact to within 0.6 % (or half a penny)."""
    for text in (Formats(language, "GBP").money(value), Formats(language, "GBP").count(round(value))):
        assert abs(_read(text) - value) <= max(0.006 * abs(value), 0.5 if "." not in text else 0.0051)


@pytest.mark.parametrize(
    ("rate", "english", "chinese"),
    [
        (0.123, "up 12.3%", "增长12.3%"), (-0.03, "down 3%", "下降3%"), (0.0004, "unchanged", "持平"), (0, "unchanged", "持平"),
        (None, "no comparison", "无可比数据"),
    ],
)
def test_changes_in_words(rate: float | None, english: str, chinese: str) -> None:
    assert EN.change(rate) == english
    assert ZH.change(rate) == chinese


def test_shares_differ_by_percentage_points_not_percent() -> None:
    assert EN.difference(-0.023, "percent") == "2.3 percentage points"
    assert ZH.signed(-0.023, "percent") == "−2.3个百分点"
    assert EN.signed(1200, "money") == "+£1,200"
    assert EN.signed(0, "count") == "0"


@pytest.mark.parametrize(
    ("period", "english", "chinese"),
    [
        (this("month", TODAY), "1–17 November 2026 (so far)", "2026年11月1日至17日（截至目前）"),
        (last(1, "month", TODAY), "October 2026", "2026年10月"),
        (last(1, "quarter", TODAY), "July–September 2026", "2026年7月至9月"),
        (last(1, "year", TODAY), "2025", "2025年"),
        (last(12, "month", TODAY), "November 2025 – October 2026", "2025年11月至2026年10月"),
        (rolling(12, "month", TODAY), "18 November 2025 – 17 November 2026", "2025年11月18日至2026年11月17日"),
        (last(1, "week", TODAY), "9–15 November 2026", "2026年11月9日至15日"),
        (Period(TODAY, date(2026, 11, 18)), "17 November 2026", "2026年11月17日"),
        (Period(date(2026, 4, 1), date(2027, 4, 1)), "April 2026 – March 2027", "2026年4月至2027年3月"),
        (Period(date(2026, 3, 5), date(2026, 5, 2)), "5 March – 1 May 2026", "2026年3月5日至5月1日"),
    ],
)
def test_periods_name_their_dates(period: Period, english: str, chinese: str) -> None:
    assert EN.span(period) == english
    assert ZH.span(period) == chinese


def test_dates_always_give_first_and_last_day() -> None:
    assert EN.dates(last(1, "month", TODAY)) == "1–31 October 2026"
    assert ZH.dates(last(1, "year", TODAY)) == "2025年1月1日至12月31日"


@pytest.mark.parametrize(
    ("item", "english", "chinese"),
    [
        (Filter("city", "=", "Leeds"), "city Leeds", "城市为Leeds"),
        (Filter("city", "!=", "Leeds"), "city not Leeds", "城市不是Leeds"),
        (Filter("city", "in", ("Leeds", "York")), "city Leeds or York", "城市为Leeds或York"),
        (Filter("revenue", ">", 500), "revenue over £500", "销售额超过500元"),
        (Filter("revenue", "between", (500, 900)), "revenue between £500 and £900", "销售额在500元到900元之间"),
        (Filter("discount_rate", ">=", 20), "discount rate at least 20%", "折扣率不低于20%"),
        (Filter("signup_date", ">=", date(2026, 1, 1)), "sign-up date from 1 January 2026", "注册日期不早于2026年1月1日"),
        (Filter("age", "<", 30), "age under 30", "年龄低于30"),
        (Filter("product", "contains", "lamp"), "product containing “lamp”", "商品包含“lamp”"),
        (Filter("lifecycle_stage", "=", "lost"), "lifecycle stage lost", "生命周期阶段为流失"),
        (Filter("marketing_consent", "=", True), "marketing consent yes", "营销同意为是"),
    ],
)
def test_conditions_in_words(item: Filter, english: str, chinese: str) -> None:
    assert EN.condition(item) == english
    assert ZH.condition(item) == chinese


def test_no_condition_is_an_empty_text() -> None:
    assert EN.where(()) == ""
    assert EN.where(None) == ""
    assert EN.where((Filter("city", "=", "Leeds"), Filter("age", "<", 30))) == "city Leeds, age under 30"


def test_one_word_for_two_segments_depends_on_the_scheme() -> None:
    """`new` and `lost` are a lifecycle stage and an RFM segment; Chinese has different words for them."""
    assert ZH.value("new", "lifecycle_stage") == "新客"
    assert ZH.value("new", "rfm_segment") == "新客户"
    assert ZH.value("lost", "rfm_segment") == "已流失"


def test_values_of_the_data_are_not_translated_unless_they_are_codes() -> None:
    assert ZH.value("customers") == "customers"
    assert ZH.value("1") == "1"
    assert ZH.value("7", "customer") == "7"
    assert ZH.value("Lost Valley", "city") == "Lost Valley"
    assert ZH.value(3, "weekday") == "周三"
    assert EN.value(14, "hour") == "14:00"
    assert EN.value(None) == "unknown"
    assert ZH.value("") == "未知"


def test_a_value_with_line_breaks_stays_on_one_line() -> None:
    assert EN.value("Ann\n\n# Lee ") == "Ann # Lee"


@pytest.mark.parametrize(
    ("grain", "english", "chinese"),
    [
        ("day", "1 July 2026", "2026年7月1日"), ("week", "week of 1 July 2026", "2026年7月1日当周"), ("month", "July 2026", "2026年7月"),
        ("quarter", "July–September 2026", "2026年7月至9月"), ("year", "July 2026 – June 2027", "2026年7月至2027年6月"),
    ],
)
def test_buckets_are_called_by_their_grain(grain: str, english: str, chinese: str) -> None:
    assert EN.value(date(2026, 7, 1), grain) == english
    assert ZH.value(date(2026, 7, 1), grain) == chinese
    assert EN.value(date(2026, 1, 1), "year") == "2026"


def test_times_keep_their_minutes() -> None:
    assert EN.value(datetime(2026, 11, 17, 9, 5)) == "17 November 2026, 09:05"


def test_listings() -> None:
    assert EN.listing(["a"]) == "a"
    assert EN.listing(["a", "b", "c"]) == "a, b and c"
    assert ZH.listing(["a", "b", "c"]) == "a、b和c"
    assert EN.label(("revenue", "orders")) == "revenue and orders"
    assert EN.title("nps") == "NPS"
    assert EN.title("revenue") == "Revenue"
