"""Wishes told from complaints: how they are put in both languages, what they are about, masking, no feedback."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.finding import CannotAnswer
from analytics.period import Period
from analytics.satisfaction import customer_needs
from analytics.satisfaction.needs_patterns import wishes
from tests.conftest import TinyShop

MAY = Period(date(2024, 5, 1), date(2024, 6, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-05-01 | completed | tea        | 1        | 10
    2        | ann         | 2024-06-20 | completed | tea        | 1        | 10
"""
CUSTOMERS = "customer_id | name\nann | Ann Lee"
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | text
    f1          | ann         | 2024-05-02 10:00 | survey | 5      | Great tea. Please add evening delivery!
    f2          | ann         | 2024-05-03 10:00 | review | 4      | 要是晚上也能送货就好了
    f3          | ann         | 2024-05-04 10:00 | social | 1      | The delivery was late and slow
    f4          | ann         | 2024-05-05 10:00 | chat   | 4      | I wish you took card payments, Ann Lee
    f5          | ann         | 2024-04-05 10:00 | chat   | 4      | Please add decaf
    f6          | ann         | 2024-05-06 10:00 | chat   | 4      |
"""
TABLES = {"sales": SALES, "customers": CUSTOMERS, "feedback": FEEDBACK}


@pytest.mark.parametrize("text", [
    "It would be nice if the bag could be closed", "I wish you had a shop in Leeds", "please bring back the large size",
    "Could you offer a vegan version?", "You should add a dark mode", "Would love to see more colours", "My suggestion: open on Sundays",
    "希望能开一家分店", "建议出小份装", "要是能开发票就好了", "能不能晚上送货？", "如果包装再小一点就更完美了", "请增加分期付款", "期待更多口味",
])
def test_a_wish_is_told_by_how_it_is_put(text: str) -> None:
    assert list(wishes(text)) == [text]


@pytest.mark.parametrize("text", [
    "The delivery was late", "I wish I had never bought it", "Please refund me", "Please fix this", "Hope this helps", "Nice and friendly",
    "物流太慢了", "质量很差，没希望了", "辜负了我的期待", "希望尽快退款", "味道很好", "",
])
def test_a_complaint_or_praise_is_no_wish(text: str) -> None:
    assert list(wishes(text)) == []


def test_only_the_sentence_that_wishes_is_quoted() -> None:
    assert list(wishes("Great tea. Please add evening delivery! Thanks.")) == ["Please add evening delivery!"]


def test_wishes_of_both_languages_are_grouped_by_what_they_are_about(tiny_shop: TinyShop) -> None:
    """Of four comments with a text in May three wish for something: two for delivery in the evening, one for cards."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(customer_needs(shop, period=MAY))
    facts = seen.facts
    assert (facts["comments"], facts["wishes"], facts["wish_share"]) == (4, 3, 0.75)
    assert facts["wish_low"] < 0.75 < facts["wish_high"]
    assert (seen.rows_used, dict(seen.left_out)) == (4, {"without_text": 1})
    needs = {row["theme"]: row["wishes"] for row in seen.tables["needs"].records()}
    assert needs == {"delivery_speed": 2, "payment": 1}
    quotes = [row["quote"] for row in seen.tables["quotes"].records()]
    assert quotes == ["I wish you took card payments, ***", "要是晚上也能送货就好了", "Please add evening delivery!"]


def test_nothing_said_and_no_feedback(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(customer_needs(shop, period=Period(date(2022, 1, 1), date(2022, 2, 1))))
    assert (seen.facts["comments"], seen.facts["wishes"], seen.facts["wish_share"], seen.tables["needs"].rows) == (0, 0, None, ())
    with pytest.raises(CannotAnswer, match="missing_table"):
        customer_needs(tiny_shop({"sales": SALES})[0])
