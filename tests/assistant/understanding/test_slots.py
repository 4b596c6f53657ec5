"""Slots of a question, given its intent: one promise per kind of thing that people say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from analytics.finding import Filter
from assistant.understanding.entities import ValueIndex
from assistant.understanding.prepare import Preparer
from assistant.understanding.slots import fill
from assistant.understanding.text import language_of

TODAY = date(2026, 11, 18)
INDEX = ValueIndex(
    {
        "city": ["Leeds", "York", "上海", "杭州"],
        "region": ["North", "华东"],
        "category": ["coffee", "tea", "toys", "kitchen", "咖啡", "茶叶"],
        "order_channel": ["web", "store", "app"],
        "campaign": ["autumn mailing", "Black Friday", "双十一", "coffee newsletter"],
        "campaign_channel": ["email", "sms", "短信", "邮件"],
        "acquisition_channel": ["social", "referral"],
        "loyalty_tier": ["gold", "silver", "金卡", "银卡"],
        "gender": ["female", "male"],
        "feedback_source": ["review", "social", "survey"],
        "ticket_category": ["delivery", "质量"],
        "interest": ["coffee", "reading"],
    }
)
PREPARER = Preparer(INDEX, TODAY)


def slots(question: str, intent: str) -> Mapping[str, Any]:
    return fill(PREPARER.prepare(question, language_of(question)), intent).slots


def filters(question: str, intent: str) -> set[tuple[str, str, tuple[Any, ...]]]:
    return {(f.field, f.op, tuple(f.values)) for f in slots(question, intent).get("filters", ()) if isinstance(f, Filter)}


@pytest.mark.parametrize(
    ("question", "intent", "expected"),
    [
        ("which agent closes most tickets", "agent_performance", ("agent",)),
        ("谁处理工单最快", "agent_performance", ("agent",)),
        ("what do people call us about", "ticket_volume", ("ticket_category",)),
        ("tickets per category", "ticket_volume", ("ticket_category",)),
        ("工单按类别拆一下", "ticket_volume", ("ticket_category",)),
        ("at what time do people shop", "purchase_patterns", ("hour",)),
        ("大家一般几点下单", "purchase_patterns", ("hour",)),
        ("do they shop at the weekend or on working days", "purchase_patterns", ("weekday",)),
        ("age and gender split", "segment_demographic", ("age_band", "gender")),
        ("性别年龄分布", "segment_demographic", ("gender", "age_band")),
        ("按年龄段看流失", "churn_rate", ("age_band",)),
        ("各年龄段流失率", "churn_rate", ("age_band",)),
        ("which campaigns worked", "campaign_comparison", ("campaign",)),
        ("new customers per channel", "acquisition_channels", ("acquisition_channel",)),
        ("ratings by source", "metric_breakdown", ("feedback_source",)),
        ("how did people move between tiers", "segment_migration", ("value_tier",)),
        ("gold versus silver members", "loyalty_program", ("loyalty_tier",)),
        ("买咖啡的和买茶叶的，哪边复购高", "repeat_purchase", ("category",)),
        ("短信和邮件哪种转化高", "campaign_comparison", ("campaign_channel",)),
        ("what are our readers into", "segment_psychographic", ("interest",)),
        ("most returned products", "returns", ("product",)),
    ],
)
def test_a_split_is_stated_whether_it_is_said_or_implied(question: str, intent: str, expected: tuple[str, ...]) -> None:
    assert slots(question, intent)["dimension"] == expected


@pytest.mark.parametrize(
    ("question", "intent"),
    [("revenue in Leeds city", "metric_value"), ("customers who bought a product", "customer_list"), ("上海市的销售额", "metric_value")],
)
def test_a_word_for_a_kind_of_thing_is_no_split_by_itself(question: str, intent: str) -> None:
    assert "dimension" not in slots(question, intent)


@pytest.mark.parametrize(
    ("question", "intent", "expected"),
    [
        ("who redeemed the most points", "top_customers", "points_redeemed"),
        ("what share of bills is late", "metric_value", "overdue_rate"),
        ("how quickly do we reply", "service_quality", "first_response_time"),
        ("who is slowest at solving tickets", "agent_performance", "resolution_time"),
        ("客服多久能解决问题", "service_quality", "resolution_time"),
        ("how many people placed their first order in May", "metric_value", "new_customers"),
        ("what share of buyers comes back to shop", "repeat_purchase", "repeat_rate"),
        ("去年走掉了百分之几的客户", "churn_rate", "churn_rate"),
        ("did we reach the order target", "sales_target", "orders"),
        ("which source of customers is cheapest", "acquisition_channels", "acquisition_cost"),
        ("谁花的钱最多", "top_customers", "revenue"),
        ("how many customers left", "churn_rate", "churn_rate"),
    ],
)
def test_a_figure_may_be_said_with_a_gap_or_by_what_is_done(question: str, intent: str, expected: str) -> None:
    metric = slots(question, intent)["metric"]
    assert expected in ((metric,) if isinstance(metric, str) else metric)


def test_new_customers_are_a_group_in_a_question_about_people_and_a_figure_elsewhere() -> None:
    assert slots("what does a typical new customer look like", "persona")["segment"] == ("new",)
    assert slots("how many new customers", "metric_value")["metric"] == "new_customers"


@pytest.mark.parametrize(
    ("question", "intent", "order"),
    [
        ("what is selling like hot cakes", "top_products", "highest"),
        ("which toys are gathering dust", "top_products", "lowest"),
        ("best campaign", "campaign_comparison", "highest"),
        ("which source is cheapest", "acquisition_channels", "lowest"),
        ("which topics come up most often", "feedback_themes", "highest"),
        ("卖不动的商品", "top_products", "lowest"),
        ("客户按销售额排名", "top_customers", "highest"),
        ("按金额从小到大", "metric_breakdown", "lowest"),
        ("revenue by month", "metric_breakdown", None),
    ],
)
def test_an_end_of_the_ranking_is_stated_when_it_is_said(question: str, intent: str, order: str | None) -> None:
    assert slots(question, intent).get("order") == order


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who are the twelve male customers over 50 with the highest revenue", 12),
        ("we have thirty vouchers, who gets them", 30),
        ("one bonus to hand out: I have one bonus for the best", 1),
        ("40 names please", 40),
        ("max 15", 15),
        ("给我拉三十条评论", 30),
        ("只有八十个名额，邀请谁", 80),
        ("最稳的三款", 3),
        ("CR5 of our customers", 5),
        ("revenue of the last 3 months", None),
    ],
)
def test_how_many_rows_are_wanted(question: str, expected: int | None) -> None:
    assert slots(question, "top_customers").get("top_n") == expected


@pytest.mark.parametrize(
    ("question", "intent", "expected"),
    [
        ("detractors over 900 spend", "detractors", ("revenue", ">", (900,))),
        ("customers who only ordered once", "customer_list", ("orders", "=", (1,))),
        ("只买过两次的客户", "customer_list", ("orders", "=", (2,))),
        ("who gave us two stars", "detractors", ("rating", "=", (2,))),
        ("打过一星的客户", "customer_list", ("rating", "=", (1,))),
        ("customers who never tried coffee", "customer_list", ("category", "!=", ("coffee",))),
        ("没喝过茶叶的客户", "customer_list", ("category", "!=", ("茶叶",))),
        ("customers we may email", "customer_list", ("marketing_consent", "=", ("true",))),
        ("剔除未授权的客户", "campaign_targeting", ("marketing_consent", "=", ("true",))),
        ("who buys kitchenware", "customer_list", ("category", "=", ("kitchen",))),
        ("how did the autumn campaign go", "campaign_performance", ("campaign", "=", ("autumn mailing",))),
        ("Black Friday campaign results", "campaign_performance", ("campaign", "=", ("Black Friday",))),
        ("喜欢咖啡的人", "customer_list", ("category", "=", ("咖啡",))),
        ("people who like coffee", "segment_psychographic", ("interest", "=", ("coffee",))),
        ("toys and tea in one basket", "market_basket", ("category", "in", ("toys", "tea"))),
        ("what do people moan about", "feedback_themes", ("sentiment", "=", ("negative",))),
        ("what nice things do they write", "feedback_quotes", ("sentiment", "=", ("positive",))),
    ],
)
def test_filters_with_their_operators(question: str, intent: str, expected: tuple[str, str, tuple[Any, ...]]) -> None:
    assert expected in filters(question, intent)


@pytest.mark.parametrize(
    ("question", "intent", "field"),
    [
        ("do we lose more women or men", "metric_compare", "gender"),
        ("how do the over 50s compare with the under 30s", "metric_compare", "age"),
        ("where do people drop off online", "conversion_funnel", "order_channel"),
        ("is feedback positive or negative", "feedback_sentiment", "sentiment"),
        ("服务质量怎么样", "service_quality", "ticket_category"),
        ("who is close to being upgraded to gold", "upsell", "loyalty_tier"),
        ("谁快升金卡了", "upsell", "loyalty_tier"),
        ("what do we store about customers", "privacy_status", "order_channel"),
        ("who gave consent to marketing", "privacy_status", "marketing_consent"),
        ("分渠道看：app、web", "metric_breakdown", "order_channel"),
    ],
)
def test_what_is_the_subject_or_the_split_itself_is_no_filter(question: str, intent: str, field: str) -> None:
    assert field not in {name for name, _, _ in filters(question, intent)}


@pytest.mark.parametrize(
    ("question", "intent", "expected"),
    [
        ("HVCs at risk", "churn_risk", ("high-value",)),
        ("which of our big accounts went quiet", "churn_risk", ("high-value",)),
        ("our fifteen best clients", "revenue_concentration", None),
        ("who are our most important customers", "top_customers", None),
        ("前十名大客户", "top_customers", None),
        ("高价值客户里谁要流失", "churn_risk", ("high-value",)),
        ("最有潜力的客户画像", "persona", ("potential",)),
        ("RFM里有潜力的客户", "segment_rfm", ("promising",)),
        ("忠诚度计划有用吗", "loyalty_program", None),
        ("lost customers worth a call", "win_back", ("lost",)),
        ("流失客户召回", "win_back", None),
    ],
)
def test_segments_are_whom_is_asked_of_and_not_what_is_asked(
    question: str, intent: str, expected: tuple[str, ...] | None
) -> None:
    assert slots(question, intent).get("segment") == expected


@pytest.mark.parametrize(
    ("question", "intent", "expected"),
    [
        ("comments about slow shipping", "feedback_quotes", "delivery"),
        ("what do they write on the new boxes", "feedback_quotes", "packaging"),
        ("impact of prices on the rating", "satisfaction_drivers", "prices"),
        ("关于口味的评论", "feedback_quotes", "口味"),
        ("提到“太甜了”的评论", "feedback_quotes", "太甜了"),
        ("show me some comments", "feedback_quotes", None),
        ("revenue and delivery", "metric_value", None),
    ],
)
def test_what_feedback_is_about(question: str, intent: str, expected: str | None) -> None:
    assert slots(question, intent).get("theme") == expected


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("thanks, see you tomorrow", "small_talk"),
        ("今天就到这里", "small_talk"),
        ("what can you do for a store manager", "capabilities"),
        ("do sales rise around Christmas every year", "seasonality"),
        ("一到夏天就好卖吗", "seasonality"),
    ],
)
def test_nothing_is_stated_where_nothing_is_asked_of(question: str, intent: str) -> None:
    stated = slots(question, intent)
    assert "period" not in stated
    assert "filters" not in stated


def test_a_length_of_time_by_itself_ends_today() -> None:
    period = slots("units per quarter, 2 years", "metric_trend")["period"]
    assert (period.start, period.end) == (date(2024, 11, 19), date(2026, 11, 19))


def test_a_target_is_for_the_period_that_it_names() -> None:
    period = slots("what target for next month", "sales_target")["period"]
    assert (period.start, period.end) == (date(2026, 12, 1), date(2027, 1, 1))


def test_a_number_that_stands_where_a_person_does_is_a_customer() -> None:
    assert slots("when will 1077 buy again", "next_purchase")["customer"] == "1077"
    assert "customer" not in slots("who will buy in the next 30 days", "next_purchase")


@pytest.mark.parametrize("question", ["", "?", "，。", "   "])
def test_an_empty_question_states_nothing(question: str) -> None:
    assert slots(question, "metric_value") == {}
