"""Comments that match a theme: both languages by meaning, ranking, masking in the text itself, nothing to show."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.finding import CannotAnswer
from analytics.period import Period
from analytics.run import Computed
from analytics.satisfaction import feedback_quotes
from analytics.satisfaction.quotes_masking import Masker
from analytics.satisfaction.themes_words import about
from tests.conftest import TinyShop

MAY = Period(date(2024, 5, 1), date(2024, 6, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-05-01 | completed | tea        | 1        | 10
    2        | bob         | 2024-05-31 | completed | tea        | 1        | 10
"""
CUSTOMERS = "customer_id | name\nann | Ann Lee\nbob | 王小明"
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | text
    f1          | ann         | 2024-05-02 10:00 | survey | 1      | Delivery was slow, said Ann Lee, call +44 20 7946 0958 or mail ann@x.example
    f2          | bob         | 2024-05-03 10:00 | review | 2      | 物流太慢了，王小明等了一周
    f3          | ann         | 2024-05-04 10:00 | social | 5      | The staff were friendly
    f4          | bob         | 2024-05-05 10:00 | chat   | 4      | Lovely tea
    f5          | ann         | 2024-04-05 10:00 | chat   | 1      | Delivery was slow in April
    f6          | ann         | 2024-05-06 10:00 | chat   | 3      |
"""
TABLES = {"sales": SALES, "customers": CUSTOMERS, "feedback": FEEDBACK}


def ids(seen: Computed) -> list[object]:
    return [row["feedback_id"] for row in seen.tables["quotes"].records()]


@pytest.mark.parametrize("theme", ["delivery", "物流", "Delivery speed"])
def test_comments_are_found_by_meaning_in_both_languages(tiny_shop: TinyShop, theme: str) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(feedback_quotes(shop, theme=theme, period=MAY))
    assert sorted(map(str, ids(seen))) == ["f1", "f2"]
    facts = seen.facts
    assert (facts["matching"], facts["comments"], facts["share"]) == (2, 4, 0.5)
    assert (seen.rows_used, dict(seen.left_out)) == (4, {"without_text": 1})


def test_words_that_name_no_theme_are_found_as_they_are_written(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(feedback_quotes(shop, theme="lovely tea", period=MAY))
    assert ids(seen)[0] == "f4"


def test_without_a_theme_all_comments_are_shown_latest_first_or_by_rating(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    assert ids(engine.run(feedback_quotes(shop, period=MAY))) == ["f4", "f3", "f2", "f1"]
    assert ids(engine.run(feedback_quotes(shop, period=MAY, order="lowest", top_n=2))) == ["f1", "f2"]


def test_names_numbers_and_addresses_do_not_leave_the_engine(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(feedback_quotes(shop, theme="delivery", period=MAY))
    texts = {row["feedback_id"]: row["text"] for row in seen.tables["quotes"].records()}
    assert texts == {"f1": "Delivery was slow, said ***, call *** or mail ***", "f2": "物流太慢了，***等了一周"}
    assert "Ann" not in str(seen.facts)
    assert "quotes_masked" in seen.caveats


@pytest.mark.parametrize(("text", "masked"), [
    ("I live at 12 Baker Street, send it there", "I live at ***, send it there"), ("地址：上海市徐汇区漕溪路12号3室", "地址：***"),
    ("ANN LEE was rude", "*** was rude"), ("order 2024-05-01 came on day 12", "order 2024-05-01 came on day 12"),
    ("I will be back", "I will be back"), ("Thanks Will", "Thanks ***"), ("电话13812345678", "电话***"),
])
def test_what_identifies_somebody_is_masked_and_nothing_else(text: str, masked: str) -> None:
    assert Masker(["Ann Lee", "Will", "王小明", None])(text) == masked


def test_a_name_of_a_theme_means_its_concepts() -> None:
    assert "delivery_speed" in about("delivery")
    assert about("delivery") == about("物流")
    assert about("qwzx") == ()


def test_nothing_said_and_no_feedback(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(feedback_quotes(shop, theme="delivery", period=Period(date(2022, 1, 1), date(2022, 2, 1))))
    assert (seen.facts["comments"], seen.facts["matching"], seen.facts["share"], ids(seen)) == (0, 0, None, [])
    with pytest.raises(CannotAnswer, match="missing_table"):
        feedback_quotes(tiny_shop({"sales": SALES})[0])
