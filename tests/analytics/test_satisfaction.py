"""Satisfaction and sentiment: a hand-worked month, the empty table, and SQL on the canonical tables of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from analytics.finding import CannotAnswer, Filter
from analytics.ingest import demo
from analytics.models.sentiment import score_texts
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.satisfaction import feedback_sentiment, satisfaction_overview
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import make_shop, rows

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-01-02 | completed | tea        | 2        | 5
    2        | bob         | 2024-04-20 | completed | mug        | 1        | 9
"""
#: March holds f1 to f5. f6 and f7 are February's; f8 was given at half past midnight of the first of April in London.
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | nps | text                                | product_id
    f1          | ann         | 2024-03-02 09:00 | survey | 5      | 10  | Great value, I love it              | tea
    f2          | bob         | 2024-03-05 10:00 | survey | 4      | 9   |                                     | tea
    f3          | cat         | 2024-03-06 11:00 | review | 1      |     | Terrible quality, broken on arrival | mug
    f4          |             | 2024-03-07 12:00 | social |        |     | The parcel arrived on Tuesday.      |
    f5          | dan         | 2024-03-31 22:30 | review | 2      | 3   | 质量非常好，很喜欢                  | mug
    f6          | ann         | 2024-02-10 09:00 | survey | 3      | 6   | Awful                               | tea
    f7          | bob         | 2024-02-11 09:00 | survey | 5      | 9   | Wonderful                           | tea
    f8          | ann         | 2024-03-31 23:30 | review | 1      | 0   | Horrible                            | mug
"""
TICKETS = """
    ticket_id | customer_id | opened_at  | csat
    t1        | ann         | 2024-03-03 | 5
    t2        | bob         | 2024-03-04 | 3
    t3        | cat         | 2024-03-05 |
    t4        | ann         | 2024-02-05 | 4
"""
PRODUCTS = """
    product_id | name | category
    tea        | Tea  | drinks
    mug        | Mug  | kitchen
"""
TABLES = {"sales": SALES, "feedback": FEEDBACK, "tickets": TICKETS, "products": PRODUCTS}


def table(computed: Computed, name: str) -> dict[object, dict[str, object]]:
    """Rows of a table by their first column."""
    records = computed.tables[name].records()
    return {next(iter(record.values())): record for record in records}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 400 customers."""
    shop, engine = make_shop(tmp_path_factory.mktemp("satisfaction") / "demo.duckdb", demo.generate(400))
    yield shop, engine
    engine.close()


# ---- satisfaction ------------------------------------------------------------------------------------------------------


def test_satisfaction_overview_of_a_month(tiny_shop: TinyShop) -> None:
    """Ratings 5, 4, 1, 2: 3.0 on average, half satisfied. Answers 10, 9, 3: two promoters, one detractor. One of two rated
    tickets is good. f4 says neither and is counted as left out."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(satisfaction_overview(shop, period=MARCH, compare_to=MARCH.previous()))
    facts = seen.facts
    assert facts["average_rating"] == 3.0
    assert facts["average_rating_sample"] == 4
    assert facts["previous_average_rating"] == 4.0
    assert facts["change_of_average_rating"] == -1.0
    assert facts["average_rating_moved"] is False, "four ratings against two cannot tell"
    assert (facts["satisfied_share"], facts["dissatisfied_share"]) == (0.5, 0.5)
    assert facts["nps"] == pytest.approx(100 / 3)
    assert facts["promoters_share"] == pytest.approx(2 / 3)
    assert facts["detractors_share"] == pytest.approx(1 / 3)
    assert facts["previous_nps"] == 0.0
    assert (facts["csat"], facts["csat_sample"], facts["previous_csat"]) == (0.5, 2, 1.0)
    assert facts["feedback_count"] == 5
    assert (seen.rows_used, dict(seen.left_out)) == (4, {"without_rating": 1})
    assert "few_ratings" in seen.caveats


def test_who_was_not_heard_is_counted(tiny_shop: TinyShop) -> None:
    """In January only ann ordered, without saying anything then. Feedback that names no order tells nothing of orders."""
    shop, engine = tiny_shop(TABLES)
    facts = engine.run(satisfaction_overview(shop, period=Period(date(2024, 1, 1), date(2024, 4, 1)))).facts
    assert (facts["buyers"], facts["buyers_heard"], facts["response"], facts["without_feedback"]) == (1, 1, 1.0, 0.0)
    january = engine.run(satisfaction_overview(shop, period=Period(date(2024, 1, 1), date(2024, 2, 1)))).facts
    assert (january["buyers"], january["buyers_heard"], january["without_feedback"]) == (1, 0, 1.0)
    assert (january["orders_asked"], january["order_response"]) == (1, None)
    by_source = engine.run(satisfaction_overview(shop, filters=(Filter("feedback_source", "=", "survey"),))).facts
    assert by_source["response"] is None, "a source says nothing of orders"


def test_a_group_stands_out_only_beyond_noise(tiny_shop: TinyShop) -> None:
    """Of 40 ratings by phone all are 1 or 2, of 80 others all 4 or 5; three by chat are too few to be looked at."""
    lines = ["feedback_id | created_at | source | rating"]
    lines += [f"p{n} | 2024-03-05 | phone | {1 + n % 2}" for n in range(40)]
    lines += [f"s{n} | 2024-03-05 | survey | {4 + n % 2}" for n in range(80)]
    lines += [f"c{n} | 2024-03-05 | chat | 1" for n in range(3)]
    shop, engine = tiny_shop({"sales": SALES, "feedback": "\n".join(lines)})
    seen = engine.run(satisfaction_overview(shop, period=MARCH))
    facts = seen.facts
    assert (facts["below_dimension"], facts["below_group"], facts["below_value"], facts["below_sample"]) == (
        "feedback_source", "phone", 1.5, 40,
    )
    assert facts["below_difference"] == pytest.approx(1.5 - (80 * 4.5 + 3) / 83)
    assert (facts["above_group"], facts["groups_apart"]) == ("survey", 2)
    splits = {row["label"]: row for row in seen.tables["splits"].records()}
    assert set(splits) == {"phone", "survey"}
    quiet, engine = tiny_shop(TABLES)
    assert engine.run(satisfaction_overview(quiet, period=MARCH)).facts["groups_apart"] == 0


def test_silence_agrees_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    period = shop.period("last_12_months")
    facts = engine.run(satisfaction_overview(shop, period=period)).facts
    days = f"BETWEEN DATE '{period.start}' AND DATE '{period.last}'"
    [(buyers, heard)] = rows(
        engine,
        f"""WITH buyers AS (SELECT DISTINCT customer_id FROM order_facts WHERE counted AND customer_id IS NOT NULL AND order_date {days})
            SELECT count(*), count(*) FILTER (customer_id IN (SELECT customer_id FROM feedback WHERE created_at::DATE {days}))
            FROM buyers""",
    )
    assert (facts["buyers"], facts["buyers_heard"]) == (buyers, heard)
    [(orders, answered)] = rows(
        engine,
        f"""SELECT count(*), count(*) FILTER (order_id IN (SELECT order_id FROM feedback)) FROM order_facts
            WHERE counted AND order_date {days}""",
    )
    assert (facts["orders_asked"], facts["orders_heard"]) == (orders, answered)
    assert facts["order_response"] == pytest.approx(answered / orders)


def test_intervals_are_those_of_the_books(tiny_shop: TinyShop) -> None:
    """Mean: Student's t, 3.182 x sqrt(2.5 / 3) on either side. Share: Wilson's 0.150 to 0.850 for 2 of 4."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    facts = engine.run(satisfaction_overview(shop, period=MARCH)).facts
    reach = 3.182 * (2.5 / 3) ** 0.5
    assert facts["average_rating_low"] == pytest.approx(3 - reach, abs=0.03)
    assert facts["average_rating_high"] == pytest.approx(3 + reach, abs=0.03)
    assert facts["satisfied_low"] == pytest.approx(0.150, abs=0.001)
    assert facts["satisfied_high"] == pytest.approx(0.850, abs=0.001)


def test_sources_and_weeks(tiny_shop: TinyShop) -> None:
    """Surveys average 4.5 and reviews 1.5; social gave no rating and is no group of this figure. No week is left out."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(satisfaction_overview(shop, period=MARCH, compare_to=None))
    groups = table(seen, "groups")
    assert list(groups) == ["survey", "review"]
    assert [groups[name]["average_rating"] for name in groups] == [4.5, 1.5]
    assert groups["review"]["nps"] == -100.0
    assert (seen.facts["best_group"], seen.facts["worst_group"], seen.facts["groups"]) == ("survey", "review", 2)
    assert seen.facts["groups_differ"] is False
    trend = table(seen, "trend")
    assert list(trend) == [date(2024, 2, 26), date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18), date(2024, 3, 25)]
    assert [row["average_rating"] for row in trend.values()] == [5.0, 2.5, None, None, 2.0]
    assert seen.facts["has_comparison"] is False
    assert seen.facts["previous_average_rating"] is None


def test_a_filter_that_tickets_do_not_know_leaves_csat_out(tiny_shop: TinyShop) -> None:
    """Reviews rate 1 and 2; tickets have no feedback source, so CSAT is not said rather than said of all tickets."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(satisfaction_overview(shop, period=MARCH, filters=(Filter("feedback_source", "=", "review"),)))
    assert seen.facts["average_rating"] == 1.5
    assert seen.facts["csat"] is None
    assert list(table(seen, "measures")) == ["average_rating", "nps"]


def test_segments_bound_the_customers_who_answered(tiny_shop: TinyShop) -> None:
    """Lost customers (no order within the horizon) rated nothing but what ann rated."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    stages = dict(rows(engine, "SELECT customer_id, lifecycle_stage FROM customer_facts WHERE orders > 0"))
    seen = engine.run(satisfaction_overview(shop, period=MARCH, segment=(stages["ann"],)))
    ratings = {"ann": 5, "bob": 4}
    members = [ratings[name] for name, stage in stages.items() if stage == stages["ann"]]
    assert seen.facts["average_rating"] == sum(members) / len(members)


def test_satisfaction_without_answers(tiny_shop: TinyShop) -> None:
    """A month without feedback has no figure and no fault; without the tables the question cannot be answered."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(satisfaction_overview(shop, period=Period(date(2024, 1, 1), date(2024, 2, 1))))
    assert (seen.facts["average_rating"], seen.facts["nps"], seen.facts["satisfied_share"]) == (None, None, None)
    assert (seen.facts["average_rating_sample"], seen.facts["feedback_count"], seen.rows_used) == (0, 0, 0)
    assert seen.tables["groups"].rows == ()
    empty, _ = tiny_shop({"sales": SALES})
    with pytest.raises(CannotAnswer) as refusal:
        satisfaction_overview(empty)
    assert (refusal.value.code, refusal.value.details["table"]) == ("missing_table", "feedback")


def test_csat_leads_where_tickets_are_all_there_is(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "tickets": TICKETS})
    seen = engine.run(satisfaction_overview(shop, period=MARCH))
    assert (seen.facts["metric"], seen.facts["csat"], seen.facts["average_rating"]) == ("csat", 0.5, None)
    assert (seen.rows_used, seen.unit, seen.facts["feedback_count"]) == (2, "tickets", 0)


def test_satisfaction_agrees_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    """Oracle: plain SQL on feedback and tickets, by source and for a year and the year before."""
    shop, engine = company
    period = shop.period("last_12_months")
    seen = engine.run(satisfaction_overview(shop, period=period, compare_to=period.previous()))
    for span, prefix in ((period, ""), (period.previous(), "previous_")):
        bounds = f"BETWEEN DATE '{span.start}' AND DATE '{span.last}'"
        [(rating, promoters, detractors, answers)] = rows(
            engine,
            f"""SELECT avg(rating), count(*) FILTER (nps IN (9, 10)), count(*) FILTER (nps BETWEEN 0 AND 6), count(nps)
                FROM feedback WHERE CAST(created_at AS DATE) {bounds}""",
        )
        [(csat,)] = rows(engine, f"SELECT avg(CAST(csat IN (4, 5) AS INT)) FROM tickets WHERE csat > 0 AND CAST(opened_at AS DATE) {bounds}")
        assert seen.facts[f"{prefix}average_rating"] == pytest.approx(rating)
        assert seen.facts[f"{prefix}nps"] == pytest.approx(100 * (promoters - detractors) / answers)
        assert seen.facts[f"{prefix}csat"] == pytest.approx(csat)
    by_source = rows(
        engine,
        f"""SELECT source, avg(rating) FROM feedback WHERE CAST(created_at AS DATE) BETWEEN DATE '{period.start}' AND
            DATE '{period.last}' AND rating IS NOT NULL GROUP BY 1""",
    )
    groups = table(seen, "groups")
    assert {name: row["average_rating"] for name, row in groups.items()} == pytest.approx(dict(by_source))


def test_a_comparison_that_reaches_before_the_first_feedback_is_marked(tiny_shop: TinyShop) -> None:
    """Feedback begins on 10 February: March against February says so, though orders begin in January; April against March not."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(satisfaction_overview(shop, period=MARCH, compare_to=MARCH.previous()))
    assert (seen.facts["records_from"], seen.facts["records_start_later"]) == (date(2024, 2, 10), True)
    assert "comparison_before_records" in seen.caveats
    april = Period(date(2024, 4, 1), date(2024, 5, 1), "month", 1)
    assert engine.run(feedback_sentiment(shop, period=april, compare_to=MARCH)).facts["records_start_later"] is False


def test_the_demo_planted_a_fall_in_ratings(company: tuple[Shop, Engine]) -> None:
    """Delivery trouble was planted in the spring before the as-of date: the change of the year is real, and it is down."""
    shop, engine = company
    period = shop.period("last_12_months")
    facts = engine.run(satisfaction_overview(shop, period=period, compare_to=period.previous())).facts
    assert facts["change_of_average_rating"] < 0


# ---- sentiment ---------------------------------------------------------------------------------------------------------


def test_feedback_sentiment_of_a_month(tiny_shop: TinyShop) -> None:
    """Of four comments two are positive (one of them Chinese), one negative and one neutral; f2 has no text. Of the three that
    are not neutral and have stars, f5 praises with two stars: two of three agree."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(feedback_sentiment(shop, period=MARCH, compare_to=MARCH.previous()))
    facts = seen.facts
    assert (facts["comments"], facts["positive_comments"], facts["neutral_comments"], facts["negative_comments"]) == (4, 2, 1, 1)
    assert (facts["positive_share"], facts["neutral_share"], facts["negative_share"]) == (0.5, 0.25, 0.25)
    assert (facts["positive_low"], facts["positive_high"]) == (pytest.approx(0.150, abs=0.001), pytest.approx(0.850, abs=0.001))
    assert facts["net_sentiment"] == 25.0
    assert (facts["previous_net_sentiment"], facts["previous_negative_share"], facts["previous_comments"]) == (0.0, 0.5, 2)
    assert facts["net_sentiment_moved"] is False
    assert facts["negative_moved"] is False
    assert (facts["compared_with_stars"], facts["agreement"]) == (3, pytest.approx(2 / 3))
    assert facts["disagrees"] is False, "three comments are too few to warn"
    assert (facts["english_comments"], facts["chinese_comments"]) == (3, 1)
    assert (seen.rows_used, dict(seen.left_out)) == (4, {"without_value": 1})
    assert {"sentiment_accuracy", "few_comments"} <= set(seen.caveats)


def test_sentiment_tables_say_the_same_as_the_shares(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(feedback_sentiment(shop, period=MARCH))
    shares = table(seen, "shares")
    assert [(name, row["comments"], row["share"]) for name, row in shares.items()] == [
        ("positive", 2, 0.5), ("neutral", 1, 0.25), ("negative", 1, 0.25),
    ]
    assert shares["positive"]["average_rating"] == 3.5
    groups = table(seen, "groups")
    assert list(groups) == ["survey", "review", "social"], "equal ones by name"
    assert (groups["review"]["positive_share"], groups["review"]["negative_share"]) == (0.5, 0.5)
    trend = table(seen, "trend")
    assert trend[date(2024, 3, 4)]["negative_share"] == 0.5
    assert trend[date(2024, 3, 11)]["net_sentiment"] is None


def test_a_named_sentiment_leads_and_bounds_nothing(tiny_shop: TinyShop) -> None:
    """"How much of the feedback is negative" asks for a share of all comments, not of the negative ones."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    facts = engine.run(feedback_sentiment(shop, period=MARCH, filters=(Filter("sentiment", "=", "negative"),))).facts
    assert (facts["asked_sentiment"], facts["negative_share"], facts["comments"]) == ("negative", 0.25, 4)
    both = (Filter("sentiment", "in", ("positive", "negative")),)
    assert engine.run(feedback_sentiment(shop, period=MARCH, filters=both)).facts["asked_sentiment"] is None


def test_worst_products_first(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(feedback_sentiment(shop, period=MARCH, dimension=("product",), order="lowest", top_n=1))
    assert [row["group"] for row in seen.tables["groups"].records()] == ["Mug"]


def test_groups_need_thirty_comments_to_be_ranked_where_others_have_them(tiny_shop: TinyShop) -> None:
    """Two sources have 30 comments and one has 29 that are all positive: it stands last and is not called the best."""
    lines = ["feedback_id | created_at | source | rating | text"]
    for source, count, text in (("chat", 30, "good"), ("phone", 30, "bad"), ("survey", 29, "excellent")):
        lines += [f"{source}{number} | 2024-03-05 | {source} | 3 | {text}" for number in range(count)]
    shop, engine = tiny_shop({"sales": SALES, "feedback": "\n".join(lines)})
    seen = engine.run(feedback_sentiment(shop, period=MARCH))
    assert list(table(seen, "groups")) == ["chat", "phone", "survey"]
    assert (seen.facts["best_group"], seen.facts["worst_group"]) == ("chat", "phone")
    assert (seen.facts["groups"], seen.facts["groups_behind"], seen.facts["groups_differ"]) == (2, 1, True)
    assert "groups_with_few" in seen.caveats


def test_sentiment_without_texts(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(feedback_sentiment(shop, period=Period(date(2024, 1, 1), date(2024, 2, 1))))
    assert (seen.facts["comments"], seen.facts["positive_share"], seen.facts["net_sentiment"]) == (0, None, None)
    assert [row["share"] for row in seen.tables["shares"].records()] == [None, None, None]
    assert seen.tables["groups"].rows == ()


def test_sentiment_agrees_with_the_model_and_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    """Oracle: every text of the canonical table scored here, counted in Python."""
    shop, engine = company
    period = shop.period("last_12_months")
    texts = [
        text for (text,) in rows(
            engine,
            f"SELECT text FROM feedback WHERE trim(text) <> '' AND CAST(created_at AS DATE) BETWEEN DATE '{period.start}' AND DATE '{period.last}'",
        )
    ]
    labels = score_texts(texts).label.value_counts()
    facts = engine.run(feedback_sentiment(shop, period=period)).facts
    assert facts["comments"] == len(texts) > 100
    for tone in ("positive", "neutral", "negative"):
        assert facts[f"{tone}_share"] == pytest.approx(labels[tone] / len(texts))
    assert facts["net_sentiment"] == pytest.approx(100 * (labels["positive"] - labels["negative"]) / len(texts))


def test_sentiment_agrees_with_the_stars_of_the_demo(company: tuple[Shop, Engine]) -> None:
    """Where customers gave stars too, the words say the same in at least four of five comments."""
    shop, engine = company
    facts = engine.run(feedback_sentiment(shop)).facts
    assert facts["compared_with_stars"] > 100
    assert facts["agreement"] > 0.8


def test_unjoinable_dimensions_are_refused() -> None:
    with pytest.raises(CannotAnswer):
        satisfaction_overview(Shop.unbound(), dimension=("campaign",))
    with pytest.raises(CannotAnswer, match="too_many_dimensions"):
        feedback_sentiment(Shop.unbound(), dimension=("product", "city"))


def test_a_time_dimension_is_a_grain(tiny_shop: TinyShop) -> None:
    """"Satisfaction by day" draws days and splits by source as ever."""
    shop, engine = tiny_shop(TABLES, time_zone="Europe/London")
    seen = engine.run(satisfaction_overview(shop, period=MARCH, dimension=("day",)))
    assert (seen.facts["grain"], seen.facts["dimension"]) == ("day", "feedback_source")
    assert len(seen.tables["trend"].rows) == 31
