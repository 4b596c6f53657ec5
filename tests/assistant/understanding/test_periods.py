"""Phrases of time mean the days that a fair reader takes them to mean; today is Wednesday, 18 November 2026."""

from __future__ import annotations

import string
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.period import Calendar
from assistant.understanding.number_words import listed
from assistant.understanding.period_types import PeriodMatch
from assistant.understanding.periods import OPEN_START, find_periods

TODAY = date(2026, 11, 18)
NOW = "2026-11-19"  # the end of everything that runs up to and with today


def find(text: str, language: str | None = None, **options: object) -> list[PeriodMatch]:
    return find_periods(text, TODAY, language=language or ("en" if text.isascii() else "zh"), **options)  # type: ignore[arg-type]


def only(text: str, role: str = "period") -> PeriodMatch:
    (match,) = [m for m in find(text) if m.role == role]
    return match


def days(match: PeriodMatch) -> tuple[str, str]:
    assert match.period is not None
    return match.period.start.isoformat(), match.period.end.isoformat()


PERIODS_EN = [
    ("today", "2026-11-18", NOW),
    ("sales yesterday", "2026-11-17", "2026-11-18"),
    ("the day before yesterday", "2026-11-16", "2026-11-17"),
    ("this week", "2026-11-16", NOW),
    ("last week's orders", "2026-11-09", "2026-11-16"),
    ("the week before last", "2026-11-02", "2026-11-09"),
    ("this month so far", "2026-11-01", NOW),
    ("last month", "2026-10-01", "2026-11-01"),
    ("lastmonth", "2026-10-01", "2026-11-01"),
    ("previous quarter", "2026-07-01", "2026-10-01"),
    ("last year", "2025-01-01", "2026-01-01"),
    ("MTD sales", "2026-11-01", NOW),
    ("quarter to date", "2026-10-01", NOW),
    ("revenue YTD", "2026-01-01", NOW),
    ("so far this year", "2026-01-01", NOW),
    ("since the beginning of the year", "2026-01-01", NOW),
    ("last 30 days", "2026-10-20", NOW),
    ("last30days", "2026-10-20", NOW),
    ("the past two weeks", "2026-11-05", NOW),
    ("past three months", "2026-08-19", NOW),
    ("trailing 12 months", "2025-11-19", NOW),
    ("TTM", "2025-11-19", NOW),
    ("L90D", "2026-08-21", NOW),
    ("in the past year", "2025-11-19", NOW),
    ("last 2 quarters", "2026-04-01", "2026-10-01"),
    ("last 3 full months", "2026-08-01", "2026-11-01"),
    ("the last fortnight", "2026-11-05", NOW),
    ("two weeks ago", "2026-11-02", "2026-11-09"),
    ("three months ago", "2026-08-01", "2026-09-01"),
    ("revenue in March", "2026-03-01", "2026-04-01"),
    ("in december", "2025-12-01", "2026-01-01"),
    ("november", "2026-11-01", NOW),
    ("March 2025", "2025-03-01", "2025-04-01"),
    ("Mar 25", "2025-03-01", "2025-04-01"),
    ("Mar '25", "2025-03-01", "2025-04-01"),
    ("03/2025", "2025-03-01", "2025-04-01"),
    ("2025-03", "2025-03-01", "2025-04-01"),
    ("last March", "2026-03-01", "2026-04-01"),
    ("last November", "2025-11-01", "2025-12-01"),
    ("May last year", "2025-05-01", "2025-06-01"),
    ("early March", "2026-03-01", "2026-03-11"),
    ("end of last month", "2026-10-21", "2026-11-01"),
    ("the first ten days of last month", "2026-10-01", "2026-10-11"),
    ("the last week of May", "2026-05-25", "2026-06-01"),
    ("the week before Christmas", "2025-12-17", "2025-12-24"),
    ("Q2", "2026-04-01", "2026-07-01"),
    ("q2 2025", "2025-04-01", "2025-07-01"),
    ("2025Q3", "2025-07-01", "2025-10-01"),
    ("the second quarter", "2026-04-01", "2026-07-01"),
    ("second quarter of last year", "2025-04-01", "2025-07-01"),
    ("Q4 last year", "2025-10-01", "2026-01-01"),
    ("last year in Q4", "2025-10-01", "2026-01-01"),
    ("H1", "2026-01-01", "2026-07-01"),
    ("first half of last year", "2025-01-01", "2025-07-01"),
    ("the second half of the year", "2026-07-01", NOW),
    ("the first three months of the year", "2026-01-01", "2026-04-01"),
    ("2023", "2023-01-01", "2024-01-01"),
    ("2024 revenue", "2024-01-01", "2025-01-01"),
    ("2024-2025", "2024-01-01", "2026-01-01"),
    ("FY25", "2025-01-01", "2026-01-01"),
    ("2026-11-03", "2026-11-03", "2026-11-04"),
    ("3 Nov", "2026-11-03", "2026-11-04"),
    ("on November 3rd", "2026-11-03", "2026-11-04"),
    ("Dec 24, 2025", "2025-12-24", "2025-12-25"),
    ("11/3", "2026-11-03", "2026-11-04"),
    ("on the 15th", "2026-11-15", "2026-11-16"),
    ("week of 3 November", "2026-11-02", "2026-11-09"),
    ("week 32", "2026-08-03", "2026-08-10"),
    ("from June to September", "2026-06-01", "2026-10-01"),
    ("between 1 May and 15 May", "2026-05-01", "2026-05-16"),
    ("1-15 May", "2026-05-01", "2026-05-16"),
    ("January to June", "2026-01-01", "2026-07-01"),
    ("November to February", "2025-11-01", "2026-03-01"),
    ("June to September 2024", "2024-06-01", "2024-10-01"),
    ("in May and June", "2026-05-01", "2026-07-01"),
    ("from January to now", "2026-01-01", NOW),
    ("from March onwards", "2026-03-01", NOW),
    ("since spring", "2026-03-01", NOW),
    ("since August", "2026-08-01", NOW),
    ("since Q1", "2026-01-01", NOW),
    ("since last year", "2025-01-01", NOW),
    ("since Monday", "2026-11-16", NOW),
    ("after March 2026", "2026-04-01", NOW),
    ("last summer", "2026-06-01", "2026-09-01"),
    ("last winter", "2025-12-01", "2026-03-01"),
    ("summer 2024", "2024-06-01", "2024-09-01"),
    ("last Friday", "2026-11-13", "2026-11-14"),
    ("last weekend", "2026-11-14", "2026-11-16"),
    ("Black Friday", "2025-11-28", "2025-11-29"),
    ("Cyber Monday 2024", "2024-12-02", "2024-12-03"),
    ("Christmas", "2025-12-24", "2025-12-27"),
    ("Thanksgiving last year", "2025-11-27", "2025-11-28"),
    ("Easter", "2026-04-03", "2026-04-07"),
    ("last year at Easter", "2025-04-18", "2025-04-22"),
    ("Valentine's Day", "2026-02-14", "2026-02-15"),
    ("Mother's Day", "2026-05-10", "2026-05-11"),
    ("Singles' Day", "2026-11-01", "2026-11-12"),
    ("Chinese New Year", "2026-02-16", "2026-02-24"),
    ("in Septmber", "2026-09-01", "2026-10-01"),
    ("last quater", "2026-07-01", "2026-10-01"),
    ("ＬＡＳＴ　ＭＯＮＴＨ", "2026-10-01", "2026-11-01"),
]
PERIODS_ZH = [
    ("今天销售额", "2026-11-18", NOW),
    ("昨天", "2026-11-17", "2026-11-18"),
    ("前天", "2026-11-16", "2026-11-17"),
    ("大前天", "2026-11-15", "2026-11-16"),
    ("本周", "2026-11-16", NOW),
    ("这个星期", "2026-11-16", NOW),
    ("上周", "2026-11-09", "2026-11-16"),
    ("上上周", "2026-11-02", "2026-11-09"),
    ("这个月", "2026-11-01", NOW),
    ("上个月", "2026-10-01", "2026-11-01"),
    ("上上个月", "2026-09-01", "2026-10-01"),
    ("本季度", "2026-10-01", NOW),
    ("上季度", "2026-07-01", "2026-10-01"),
    ("今年", "2026-01-01", NOW),
    ("去年", "2025-01-01", "2026-01-01"),
    ("前年", "2024-01-01", "2025-01-01"),
    ("上半年", "2026-01-01", "2026-07-01"),
    ("下半年", "2026-07-01", NOW),
    ("去年下半年", "2025-07-01", "2026-01-01"),
    ("近30天", "2026-10-20", NOW),
    ("最近三个月", "2026-08-19", NOW),
    ("近3月", "2026-08-19", NOW),
    ("过去半年", "2026-05-19", NOW),
    ("近一年", "2025-11-19", NOW),
    ("前三个月", "2026-08-01", "2026-11-01"),
    ("前三季度", "2026-01-01", "2026-10-01"),
    ("去年前三季度", "2025-01-01", "2025-10-01"),
    ("三月份销售额", "2026-03-01", "2026-04-01"),
    ("12月", "2025-12-01", "2026-01-01"),
    ("去年3月", "2025-03-01", "2025-04-01"),
    ("去年的三月", "2025-03-01", "2025-04-01"),
    ("2025年", "2025-01-01", "2026-01-01"),
    ("2025年3月", "2025-03-01", "2025-04-01"),
    ("二〇二五年三月", "2025-03-01", "2025-04-01"),
    ("25年3月", "2025-03-01", "2025-04-01"),
    ("一季度", "2026-01-01", "2026-04-01"),
    ("第二季度", "2026-04-01", "2026-07-01"),
    ("Q3", "2026-07-01", "2026-10-01"),
    ("2025年Q3", "2025-07-01", "2025-10-01"),
    ("今年以来", "2026-01-01", NOW),
    ("年初至今", "2026-01-01", NOW),
    ("月初", "2026-11-01", "2026-11-11"),
    ("上月底", "2026-10-21", "2026-11-01"),
    ("年初", "2026-01-01", "2026-02-01"),
    ("去年年底", "2025-12-01", "2026-01-01"),
    ("1到6月", "2026-01-01", "2026-07-01"),
    ("3月到5月", "2026-03-01", "2026-06-01"),
    ("七八月", "2026-07-01", "2026-09-01"),
    ("2025年3月到5月", "2025-03-01", "2025-06-01"),
    ("从去年10月到今年3月", "2025-10-01", "2026-04-01"),
    ("5月1号到5月15号", "2026-05-01", "2026-05-16"),
    ("10月15日", "2026-10-15", "2026-10-16"),
    ("上个月15号", "2026-10-15", "2026-10-16"),
    ("5月最后一周", "2026-05-25", "2026-06-01"),
    ("自去年以来", "2025-01-01", NOW),
    ("8月至今", "2026-08-01", NOW),
    ("从去年到现在", "2025-01-01", NOW),
    ("去年夏天", "2025-06-01", "2025-09-01"),
    ("上周五", "2026-11-13", "2026-11-14"),
    ("周末销量", "2026-11-14", "2026-11-16"),
    ("双十一", "2026-11-01", "2026-11-12"),
    ("双11当天", "2026-11-11", "2026-11-12"),
    ("去年双十一", "2025-11-01", "2025-11-12"),
    ("618", "2026-06-01", "2026-06-19"),
    ("双十二", "2025-12-01", "2025-12-13"),
    ("国庆", "2026-10-01", "2026-10-08"),
    ("春节", "2026-02-16", "2026-02-24"),
    ("去年春节", "2025-01-28", "2025-02-05"),
    ("五一", "2026-05-01", "2026-05-06"),
    ("中秋", "2026-09-24", "2026-09-27"),
    ("端午", "2026-06-18", "2026-06-21"),
    ("七夕", "2026-08-19", "2026-08-20"),
    ("一二季度", "2026-01-01", "2026-07-01"),
    ("21到24年", "2021-01-01", "2025-01-01"),
    ("24财年到25财年", "2024-01-01", "2026-01-01"),
    ("12月第二周", "2025-12-08", "2025-12-15"),
    ("上半月", "2026-11-01", "2026-11-16"),
    ("这两年", "2024-11-19", NOW),
    ("画一下一月到现在的曲线", "2026-01-01", NOW),
    ("男装女装对比 Q3", "2026-07-01", "2026-10-01"),
    ("元旦", "2026-01-01", "2026-01-04"),
]


@pytest.mark.parametrize(("text", "start", "end"), PERIODS_EN + PERIODS_ZH)
def test_a_phrase_means_its_days(text: str, start: str, end: str) -> None:
    assert days(only(text)) == (start, end)


TRAPS = [
    "customers who may leave", "which orders may not arrive", "customer 1042", "customer 2024", "order 2024-0001", "order 20260101",
    "top 20 customers", "last 5 customers", "last order", "the first order", "time to second order", "spent more than 2000", "spent over 2000",
    "between 25 and 34 years old", "older than 30 years", "how many times a year do they buy", "orders by month", "revenue per quarter",
    "spring campaign results", "CTR on the Black Friday mailing", "why did sales fall", "sales mon-fri", "monthly revenue", "pop up store", "wow",
    "ratio 24/7", "overdue balance at each month end", "is the weekend really busier", "stage counts as of today", "the coming months", "past and future", "a normal November", "new customers by start month", "a 3.5 rating", "I sat down",
    "客户1042", "1号店销售额", "17号坐席", "消费超过2000的买家", "25-34岁", "每个月的订单", "每年一月份", "各季度销售额", "第一名", "前十名",
    "三八节活动反应如何", "只有周末才来的人", "周一到周五", "半数客户", "一起买", "3q", "几年前做过的聚类",
]


@pytest.mark.parametrize("text", TRAPS)
def test_words_that_only_look_like_time_are_none(text: str) -> None:
    assert find(text) == []


COMPARED = [
    ("this quarter vs last", "2026-07-01", "2026-10-01", "previous"),
    ("this quarter vs last quarter", "2026-07-01", "2026-10-01", "previous"),
    ("revenue this month compared to last month", "2026-10-01", "2026-11-01", "previous"),
    ("this year against last year", "2025-01-01", "2026-01-01", "previous"),
    ("March compared with the same period last year", "2025-03-01", "2025-04-01", "year_before"),
    ("revenue this month year on year", "2025-11-01", "2025-11-19", "year_before"),
    ("October MoM", "2026-09-01", "2026-10-01", "previous"),
    ("sales last week, better than the week before?", "2026-11-02", "2026-11-09", "previous"),
    ("the last 2 weeks against the 2 weeks before", "2026-10-22", "2026-11-05", "previous"),
    ("Q3 against Q1", "2026-01-01", "2026-04-01", None),
    ("Q1 vs Q2", "2026-04-01", "2026-07-01", None),
    ("compare May and June", "2026-06-01", "2026-07-01", None),
    ("December versus November", "2025-11-01", "2025-12-01", "previous"),
    ("March vs March 2025", "2025-03-01", "2025-04-01", "year_before"),
    ("Q1 2025 vs 2024", "2024-01-01", "2024-04-01", "year_before"),
    ("May this year vs last year", "2025-05-01", "2025-06-01", "year_before"),
    ("growth 2024 over 2023", "2023-01-01", "2024-01-01", "previous"),
    ("today vs same day last week", "2026-11-11", "2026-11-12", None),
    ("本季度和上季度的销售额对比", "2026-07-01", "2026-10-01", "previous"),
    ("这个月比上个月怎么样", "2026-10-01", "2026-11-01", "previous"),
    ("3月和4月对比", "2026-04-01", "2026-05-01", None),
    ("今年比去年涨了多少", "2025-01-01", "2026-01-01", "previous"),
    ("今年三月比去年", "2025-03-01", "2025-04-01", "year_before"),
    ("3月销售额同比", "2025-03-01", "2025-04-01", "year_before"),
    ("本月环比", "2026-10-01", "2026-10-19", "previous"),
    ("12月比11月多卖了多少", "2025-11-01", "2025-12-01", "previous"),
    ("今年618和去年618对比", "2025-06-01", "2025-06-19", "year_before"),
    ("今天和上周同一天比", "2026-11-11", "2026-11-12", None),
    ("本月跟去年同期比", "2025-11-01", "2025-11-19", "year_before"),
    ("takings last Saturday vs the Saturday before", "2026-11-07", "2026-11-08", None),
    ("traffic this Monday vs last Monday", "2026-11-09", "2026-11-10", None),
    ("YTD vs PYTD", "2025-01-01", "2025-11-19", "year_before"),
    ("Q3对Q2销售额", "2026-04-01", "2026-07-01", "previous"),
    ("2024比2023销售增长几个点", "2023-01-01", "2024-01-01", "previous"),
    ("上半月下半月流水对照", "2026-11-16", "2026-11-19", None),
]


@pytest.mark.parametrize(("text", "start", "end", "relative"), COMPARED)
def test_the_far_side_of_a_comparison_is_found(text: str, start: str, end: str, relative: str | None) -> None:
    match = only(text, "compare_to")
    assert days(match) == (start, end)
    assert match.relative == relative


@pytest.mark.parametrize(
    ("text", "relative"),
    [("orders YoY", "year_before"), ("same month last year", "year_before"), ("跟去年同期比", "year_before"), ("同比", "year_before"), ("versus the previous period", "previous"), ("环比", "previous")],
)
def test_a_relative_phrase_alone_has_no_days_yet(text: str, relative: str) -> None:
    match = only(text, "compare_to")
    assert (match.period, match.relative) == (None, relative)


@pytest.mark.parametrize("text", ["销售额比上个月", "较上个月", "revenue compared to last month", "versus last month", "和上个月相比", "better than last month"])
def test_a_comparison_needs_no_main_period(text: str) -> None:
    assert days(only(text, "compare_to")) == ("2026-10-01", "2026-11-01")


HORIZONS = [
    ("forecast sales for the next 6 months", None, 6),
    ("over the next quarter", None, 3),
    ("in the coming year", None, 12),
    ("who will buy within 30 days", 30, None),
    ("sales forecast for 12 weeks", 84, None),
    ("6-month forecast", None, 6),
    ("what will sales be by the end of the year", 43, None),
    ("the rest of the year", 43, None),
    ("forecast December sales", 44, None),
    ("tomorrow", 1, None),
    ("未来三个月", None, 3),
    ("接下来半年", None, 6),
    ("今后一年", None, 12),
    ("下个季度", None, 3),
    ("预测未来6个月的销售额", None, 6),
    ("30天内会购买的客户", 30, None),
    ("年底", 43, None),
    ("明年上半年", None, 6),
    ("预测12月销售额", 44, None),
    ("下下周", 19, None),
    ("头部客户里三个月内可能走的", None, 3),
    ("月度营收往后推十二个月", None, 12),
]


@pytest.mark.parametrize(("text", "in_days", "in_months"), HORIZONS)
def test_a_look_ahead_has_a_length(text: str, in_days: int | None, in_months: int | None) -> None:
    match = only(text, "horizon")
    assert match.horizon is not None
    assert (match.horizon.days, match.horizon.months) == (in_days, in_months)


def test_a_named_unit_ahead_also_has_its_days() -> None:
    assert days(only("forecast for next quarter", "horizon")) == ("2027-01-01", "2027-04-01")


BOUNDS = [
    ("customers who have not bought for 90 days", "days_since_last_order", ">", 90),
    ("inactive for six months", "days_since_last_order", ">", 180),
    ("no purchases in the last 60 days", "days_since_last_order", ">", 60),
    ("without an order for at least 45 days", "days_since_last_order", ">=", 45),
    ("whose last order was over 6 months ago", "days_since_last_order", ">", 180),
    ("last order 60 to 90 days ago", "days_since_last_order", "between", (60, 90)),
    ("haven't ordered since March", "last_order_date", "<", date(2026, 3, 1)),
    ("last ordered before June", "last_order_date", "<", date(2026, 6, 1)),
    ("haven't bought anything this year", "last_order_date", "<", date(2026, 1, 1)),
    ("invoices overdue by more than 30 days", "days_overdue", ">", 30),
    ("who joined in the last 30 days", "signup_date", ">=", date(2026, 10, 20)),
    ("customers who signed up since May", "signup_date", ">=", date(2026, 5, 1)),
    ("who registered in 2025", "signup_date", "between", (date(2025, 1, 1), date(2025, 12, 31))),
    ("signed up over a year ago", "signup_date", "<", date(2026, 1, 1)),
    ("last purchase within 30 days", "days_since_last_order", "<=", 30),
    ("customers born in May", "birth_month", "=", 5),
    ("birthdays next month", "birth_month", "=", 12),
    ("五月过生日的客户", "birth_month", "=", 5),
    ("注册满三年的客户", "signup_date", "<=", date(2023, 11, 19)),
    ("最近一次购买在30天内", "days_since_last_order", "<=", 30),
    ("最后一单在60到90天之间的客户", "days_since_last_order", "between", (60, 90)),
    ("超过90天没下单", "days_since_last_order", ">", 90),
    ("90天没有下单的客户", "days_since_last_order", ">", 90),
    ("三个月没买", "days_since_last_order", ">", 90),
    ("至少60天未购买", "days_since_last_order", ">=", 60),
    ("上次购买超过60天", "days_since_last_order", ">", 60),
    ("自3月以来没有下单", "last_order_date", "<", date(2026, 3, 1)),
    ("逾期60天以上的客户", "days_overdue", ">=", 60),
    ("最近30天注册的客户", "signup_date", ">=", date(2026, 10, 20)),
    ("去年注册的会员", "signup_date", "between", (date(2025, 1, 1), date(2025, 12, 31))),
]


@pytest.mark.parametrize(("text", "field", "op", "value"), BOUNDS)
def test_time_without_an_order_overdue_or_since_joining_is_a_bound(text: str, field: str, op: str, value: object) -> None:
    (bound,) = [b for match in find(text) for b in match.bounds]
    assert (bound.field, bound.op, bound.value) == (field, op, value)


def test_listed_quarters_are_compared_where_a_difference_is_asked() -> None:
    assert [days(m) for m in find("SLA一季度二季度差几个点")] == [("2026-01-01", "2026-04-01"), ("2026-04-01", "2026-07-01")]


def test_a_change_between_two_months_step_by_step_is_a_range() -> None:
    assert days(only("how visits changed between March and September, week by week")) == ("2026-03-01", "2026-10-01")


def test_an_unfinished_period_knows_its_full_end() -> None:
    period = only("this quarter").period
    assert period is not None
    assert (period.partial, period.full_end) == (True, date(2027, 1, 1))


def test_the_other_fair_reading_is_kept() -> None:
    (whole_months,) = only("last 3 months").alternatives
    assert (whole_months.start, whole_months.end) == (date(2026, 8, 1), date(2026, 11, 1))
    (like_part,) = only("this quarter vs last", "compare_to").alternatives
    assert (like_part.start, like_part.end) == (date(2026, 7, 1), date(2026, 8, 19))


def test_the_first_period_is_the_main_one() -> None:
    first, second = find("Q1 vs Q2")
    assert (first.role, second.role) == ("period", "compare_to")


def test_of_all_time_starts_before_any_data() -> None:
    period = only("best customers of all time").period
    assert period is not None
    assert (period.start, period.name) == (OPEN_START, "all_time")


def test_the_fiscal_year_follows_the_calendar_of_the_company() -> None:
    april = Calendar(fiscal_year_start=4)
    assert [days(m) for m in find("FY25", calendar=april)] == [("2024-04-01", "2025-04-01")]
    assert [days(m) for m in find("this quarter", calendar=april)] == [("2026-10-01", NOW)]
    assert [days(m) for m in find("Q1", calendar=april)] == [("2026-04-01", "2026-07-01")]
    assert [days(m) for m in find("last year", calendar=april)] == [("2025-04-01", "2026-04-01")]


def test_a_week_may_begin_on_sunday() -> None:
    assert [days(m) for m in find("last week", calendar=Calendar(week_start=7))] == [("2026-11-08", "2026-11-15")]


def test_the_country_decides_between_day_and_month_first() -> None:
    assert [days(m) for m in find("3/11", holidays_country="GB")] == [("2026-11-03", "2026-11-04")]
    assert [days(m) for m in find("3/11")] == [("2026-03-11", "2026-03-12")]
    assert [days(m) for m in find("Mother's Day", holidays_country="GB")] == [("2026-03-15", "2026-03-16")]


@pytest.mark.parametrize("text", ["How much did we sell Last  Month?", "请问上个月的销售额？", "GMV ｌａｓｔ month 上海", "sales febuary pls"])
def test_spans_are_those_of_the_text_as_typed(text: str) -> None:
    (match,) = find(text)
    assert text[match.start : match.end] == match.text
    assert match.text.strip() == match.text != ""


def test_mixed_languages_are_read_together() -> None:
    assert [days(m) for m in find("show 上个月 revenue vs 去年同期", "en")] == [("2026-10-01", "2026-11-01"), ("2025-10-01", "2025-11-01")]


PIECES = "last next this since from to may march q1 2025 vs days weeks 30 the of before and christmas 去年 上个月 3月 到 以来 前 天 没 比"
WORDS = st.sampled_from([*listed(PIECES), *string.punctuation])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=9))
def test_any_words_give_ordered_spans_inside_the_text(words: list[str]) -> None:
    text = " ".join(words)
    found = find(text)
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
