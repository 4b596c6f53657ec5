"""The marts on tiny shops that can be checked by eye, and against independent SQL on the finished file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import ClassVar

import pandas as pd
import pytest

from analytics.marts import others
from analytics.models.rfm import RULES, SCORES, segment, segment_sql
from analytics.schema import AGE_BANDS, LIFECYCLE_STAGES, LINE_KINDS, MARTS, RFM_SEGMENTS, VALUE_TIERS
from tests.conftest import TinyShop
from tests.support import rows

SALES = """
    order_id | customer_id | ordered_at       | status    | discount | channel | city | product_id | quantity | unit_price
    1        | ann         | 2024-03-02 10:00 | completed | 3        | web     |      | tea        | 2        | 5.00
    1        | ann         | 2024-03-02 10:00 | completed | 3        | web     |      | mug        | 1        | 10.00
    1        | ann         | 2024-03-02 10:00 | completed | 3        | web     |      | gift       | 1        | 0.00
    2        | ann         | 2024-03-12 10:00 | completed |          | shop    | Hull | tea        | 3        | 4.00
    3        | ann         | 2024-03-13 09:00 | returned  |          | web     |      | mug        | 1        | 10.00
    4        | bob         | 2024-03-05 11:00 | cancelled | 1        | web     |      | mug        | 4        | 10.00
    5        | bob         | 2024-03-06 11:00 | completed |          | web     |      | tea        | -1       | 5.00
    6        |             | 2024-03-06 12:00 | completed |          | shop    | York | mug        | 2        | 10.00
    7        | cat         | 2024-03-07 12:00 | completed |          | shop    | Bath | mug        | 1        | -2.00
    8        | dan         | 2024-03-09 12:00 | completed |          | shop    | Bath | tea        | 2        | 5.00
    8        | dan         | 2024-03-09 12:00 | completed |          | shop    | Bath | mug        | -1       | 4.00
"""
CUSTOMERS = """
    customer_id | name | city | birth_date | income | signup_date
    ann         | Ann  | Leeds | 1990-03-14 | 30000  | 2024-01-01
    bob         | Bob  | York  | 1990-03-13 |        | 2024-01-02
    eve         | Eve  | York  |            |        | 2024-02-01
"""
PRODUCTS = """
    product_id | name      | category | unit_cost
    tea        | Green tea | drinks   | 2.00
    mug        | Big mug   | kitchen  |
"""


def test_each_line_is_of_one_kind_and_carries_its_revenue(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": SALES, "products": PRODUCTS})
    seen = rows(engine, "SELECT order_id, product_id, kind, gross, discount, revenue, cost FROM sale_lines ORDER BY ALL")
    money = [(*row[:3], *(None if value is None else float(value) for value in row[3:])) for row in seen]
    assert money == [
        ("1", "gift", "none", 0, 0, 0, 0),  # free: neither sold nor given back
        ("1", "mug", "sale", 10, 1.5, 8.5, None),  # nobody knows what the mug cost
        ("1", "tea", "sale", 10, 1.5, 8.5, 4),
        ("2", "tea", "sale", 12, 0, 12, 6),
        ("3", "mug", "returned", 10, 0, 0, 0),  # sold and given back
        ("4", "mug", "cancelled", 40, 0, 0, 0),
        ("5", "tea", "credit", -5, 0, -5, -2),  # the goods came back, and their cost with them
        ("6", "mug", "sale", 20, 0, 20, None),
        ("7", "mug", "credit", -2, 0, -2, None),
        ("8", "mug", "credit", -4, 0, -4, None),
        ("8", "tea", "sale", 10, 0, 10, 4),
    ]
    assert {row[2] for row in seen} == set(LINE_KINDS)


def test_orders_are_counted_returned_and_numbered(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": SALES, "customers": CUSTOMERS})
    columns = "order_id, status, counted, returned, lines, units, gross, discount, revenue, order_number, gap_days, city"
    seen = rows(engine, f"SELECT {columns} FROM order_facts ORDER BY order_id")
    assert [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in seen] == [
        ("1", "completed", True, False, 3, 3, 20, 3, 17, 1, None, "Leeds"),  # the customer's place
        ("2", "completed", True, False, 1, 3, 12, 0, 12, 2, 10.0, "Hull"),  # the order's own place comes first
        ("3", "returned", False, True, 1, 0, 0, 0, 0, None, None, "Leeds"),
        ("4", "cancelled", False, False, 1, 0, 0, 0, 0, None, None, "York"),
        ("5", "completed", False, True, 1, 0, 0, 0, -5, None, None, "York"),  # a credit note: goods came back
        ("6", "completed", True, False, 1, 2, 20, 0, 20, None, None, "York"),  # a guest has no order number
        ("7", "completed", False, False, 1, 0, 0, 0, -2, None, None, "Bath"),  # an adjustment: nothing came back
        ("8", "completed", True, False, 2, 2, 10, 0, 6, 1, None, "Bath"),
    ]


def test_a_place_is_taken_whole_from_the_order_or_from_the_customer(tiny_shop: TinyShop) -> None:
    sales = """
        order_id | customer_id | ordered_at | country | product_id | quantity | unit_price
        1        | ann         | 2024-03-02 | France  | tea        | 1        | 1
        2        | zoe         | 2024-03-02 | France  | tea        | 1        | 1
        3        | zoe         | 2024-03-05 | Spain   | tea        | 1        | 1
        4        | zoe         | 2024-03-09 |         | tea        | 1        | 1
    """
    _, engine = tiny_shop({"sales": sales, "customers": CUSTOMERS})
    places = rows(engine, "SELECT order_id, city, country FROM order_facts ORDER BY 1")
    # A French order of a customer from Leeds has no city: Leeds is not in France.
    assert places == [("1", None, "France"), ("2", None, "France"), ("3", None, "Spain"), ("4", None, None)]
    # zoe is in no customers table: her place is that of her latest order that names one.
    known = rows(engine, "SELECT customer_id, city, country FROM customer_facts WHERE customer_id IN ('ann', 'zoe') ORDER BY 1")
    assert known == [("ann", "Leeds", None), ("zoe", None, "Spain")]


def test_discount_shares_add_up_to_the_discount_to_the_last_decimal(tiny_shop: TinyShop) -> None:
    sales = """
        order_id | customer_id | ordered_at | discount | product_id | quantity | unit_price
        1        | ann         | 2024-03-02 | 1        | a          | 1        | 1
        1        | ann         | 2024-03-02 | 1        | b          | 1        | 1
        1        | ann         | 2024-03-02 | 1        | b          | 1        | 1
        1        | ann         | 2024-03-02 | 1        | c          | -1       | 1
    """
    _, engine = tiny_shop({"sales": sales})
    shares = rows(engine, "SELECT product_id, kind, discount FROM sale_lines ORDER BY 1, 3")
    assert shares == [
        ("a", "sale", Decimal("0.3333")), ("b", "sale", Decimal("0.3333")), ("b", "sale", Decimal("0.3334")),
        ("c", "credit", Decimal("0.0000")),
    ]


def test_days_without_orders_are_there_with_zeros(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": SALES})
    days = rows(engine, "SELECT day, revenue, orders, units, customers, new_customers, returned_orders FROM daily_sales")
    assert [(day.day, *map(float, figures)) for day, *figures in days] == [
        (2, 17, 1, 3, 1, 1, 0), (3, 0, 0, 0, 0, 0, 0), (4, 0, 0, 0, 0, 0, 0), (5, 0, 0, 0, 0, 0, 0),
        (6, 15, 1, 2, 0, 0, 1),  # the guest counts as an order, not as a customer
        (7, -2, 0, 0, 0, 0, 0), (8, 0, 0, 0, 0, 0, 0), (9, 6, 1, 2, 1, 1, 0), (10, 0, 0, 0, 0, 0, 0), (11, 0, 0, 0, 0, 0, 0),
        (12, 12, 1, 3, 1, 0, 0), (13, 0, 0, 0, 0, 0, 1),  # the return on the last day is in
    ]


def test_customer_facts_of_the_hand_worked_shop(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "customers": CUSTOMERS, "products": PRODUCTS})
    assert shop.as_of == date(2024, 3, 13)
    columns = (
        "customer_id, age, age_band, orders, returned_orders, units, gross, discount, revenue, gross_margin, average_order_value,"
        " days_since_last_order, mean_gap_days, categories, top_category, top_channel, city"
    )
    seen = rows(engine, f"SELECT {columns} FROM customer_facts ORDER BY 1")
    assert [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in seen] == [
        # 33 until the 14th; channel web and shop tie, the first by name stands; the margin is that of the tea.
        ("ann", 33, "25-34", 2, 1, 6, 32, 3, 29, 10.5, 14.5, 1, 10.0, 2, "drinks", "shop", "Leeds"),
        ("bob", 34, "25-34", 0, 1, 0, 0, 0, -5, -3, None, None, None, 0, None, None, "York"),
        ("cat", None, None, 0, 0, 0, 0, 0, -2, None, None, None, None, 0, None, None, "Bath"),
        ("dan", None, None, 1, 0, 2, 10, 0, 6, 6, 6.0, 4, None, 1, "drinks", "shop", "Bath"),
        ("eve", None, None, 0, 0, 0, 0, 0, 0, None, None, None, None, 0, None, None, "York"),
    ]
    unscored = rows(engine, "SELECT customer_id FROM customer_facts WHERE rfm_segment IS NULL AND value_tier IS NULL ORDER BY 1")
    assert unscored == [("bob",), ("cat",), ("eve",)]  # nobody without a counted order has a score


def test_category_shares_are_of_the_customers_own_positive_revenue(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": SALES, "products": PRODUCTS})
    seen = rows(engine, "SELECT customer_id, category, orders, revenue, share FROM customer_categories WHERE customer_id <> 'bob'")
    assert [(*row[:3], float(row[3]), row[4]) for row in seen] == [
        ("ann", "drinks", 2, 20.5, pytest.approx(20.5 / 29)), ("ann", "kitchen", 1, 8.5, pytest.approx(8.5 / 29)),
        ("cat", "kitchen", 0, -2.0, None), ("dan", "drinks", 1, 10.0, 1.0), ("dan", "kitchen", 0, -4.0, 0.0),
    ]


def test_the_marts_of_an_empty_data_set_are_empty_and_typed(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({}, now=datetime(2024, 5, 1))
    assert (shop.as_of, shop.first_day, shop.rows) == (date(2024, 5, 1), date(2024, 5, 1), {})
    for mart in MARTS.values():
        described = rows(engine, f"SELECT column_name FROM (DESCRIBE {mart.name})")
        assert tuple(name for (name,) in described) == mart.column_names
        assert rows(engine, f"SELECT count(*) FROM {mart.name}") == [(0,)]


def test_later_orders_than_the_load_stay_out_of_the_marts(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES}, now=datetime(2024, 3, 6, 11, 30))
    assert shop.as_of == date(2024, 3, 6)
    assert rows(engine, "SELECT count(*), max(order_id) FROM order_facts") == [(3, "5")]
    assert rows(engine, "SELECT count(*) FROM orders") == [(8,)]
    # Somebody who has only a later order is known, and has bought nothing yet.
    assert rows(engine, "SELECT orders FROM customer_facts WHERE customer_id = 'dan'") == [(0,)]


def test_marts_are_in_the_companys_time_and_tables_in_utc(tiny_shop: TinyShop) -> None:
    sales = """
        order_id | customer_id | ordered_at       | product_id | quantity | unit_price
        1        | ann         | 2024-06-30 23:30 | tea        | 1        | 1
        2        | ann         | 2024-12-31 23:30 | tea        | 1        | 1
    """
    shop, engine = tiny_shop({"sales": sales}, time_zone="Europe/London")
    days = rows(engine, "SELECT order_id, order_date FROM order_facts ORDER BY 1")
    assert days == [("1", date(2024, 7, 1)), ("2", date(2024, 12, 31))]  # summer time, then not
    assert shop.as_of == date(2024, 12, 31)
    assert rows(engine, "SELECT min(ordered_at) FROM orders") == [(datetime(2024, 6, 30, 23, 30),)]


def _buyers(revenues: list[float], day: str = "2024-03-02") -> str:
    lines = [f"o{n} | c{n:02d} | {day} | tea | 1 | {amount}" for n, amount in enumerate(revenues)]
    return "\n".join(["order_id | customer_id | ordered_at | product_id | quantity | unit_price", *lines])


def test_high_value_is_the_smallest_set_that_brings_half_and_at_most_a_fifth(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": _buyers([100, 20, 20, 10, 10, 10, 10, 10, 5, 5])})
    tiers = rows(engine, "SELECT value_tier, list(customer_id ORDER BY customer_id) FROM customer_facts GROUP BY 1 ORDER BY 1")
    # One customer brings half of 200; the next three tenths of ten buyers are potential.
    assert tiers == [("high-value", ["c00"]), ("ordinary", [f"c{n:02d}" for n in range(4, 10)]), ("potential", ["c01", "c02", "c03"])]
    _, even = tiny_shop({"sales": _buyers([10] * 10)})
    assert rows(even, "SELECT count(*) FROM customer_facts WHERE value_tier = 'high-value'") == [(2,)]  # a fifth, not half
    assert {tier for tier, _ in tiers} == set(VALUE_TIERS)


def test_value_tiers_look_at_twelve_months(tiny_shop: TinyShop) -> None:
    old = _buyers([500]).replace("o0", "old").replace("c00", "old").replace("2024-03-02", "2023-03-02")
    _, engine = tiny_shop({"sales": old + "\n" + _buyers([10]).split("\n", 1)[1]})
    seen = rows(engine, "SELECT customer_id, orders, orders_12m, revenue_12m, value_tier FROM customer_facts ORDER BY 1")
    assert seen == [("c00", 1, 1, Decimal(10), "high-value"), ("old", 1, 0, Decimal(0), "ordinary")]


def test_scores_are_quintiles_in_which_equal_values_score_alike(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": _buyers([10, 20, 30, 40, 50, 60, 60, 60, 90, 100])})
    seen = rows(engine, "SELECT monetary_score, frequency_score, recency_score FROM customer_facts ORDER BY customer_id")
    # Shares strictly below: 0, .1, .2, .3, .4, .5 (three times), .8, .9. All have one order on one day.
    assert seen == [(m, 1, 1) for m in (1, 1, 2, 2, 3, 3, 3, 3, 5, 5)]


def test_each_of_the_125_combinations_of_scores_has_one_segment() -> None:
    named = [segment(*scores) for scores in product(range(1, SCORES + 1), repeat=3)]
    assert len(named) == 125
    assert set(named) == set(RFM_SEGMENTS)
    assert {rule.segment for rule in RULES} == set(RFM_SEGMENTS)
    with pytest.raises(ValueError, match="1 to 5"):
        segment(0, 3, 3)


def test_segments_in_sql_are_those_of_the_rules(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({})
    grid = "SELECT r, f, m FROM range(1, 6) a(r), range(1, 6) b(f), range(1, 6) c(m)"
    for r, f, m, name in rows(engine, f"SELECT r, f, m, {segment_sql('r', 'f', 'm')} FROM ({grid})"):
        assert name == segment(r, f, m)
    assert rows(engine, f"SELECT {segment_sql('NULL', '3', '3')}") == [(None,)]


def test_the_horizon_is_the_90th_percentile_of_the_gaps_in_whole_months(tiny_shop: TinyShop) -> None:
    header = "order_id | customer_id | ordered_at | product_id | quantity | unit_price"
    starts = [(f"c{n}", date(2024, 1, 1), date(2024, 1, 1).replace(day=1 + (n % 3))) for n in range(30)]
    lines = [header]
    for n, (customer, first, _) in enumerate(starts):
        second = date(2024, 3, 1) if n < 27 else date(2024, 11, 1)  # 27 gaps of 60 days, 3 of 305
        lines += [f"{customer}a | {customer} | {first} | tea | 1 | 1", f"{customer}b | {customer} | {second} 09:00 | tea | 1 | 1"]
        lines += [f"{customer}c | {customer} | {second} 18:00 | tea | 1 | 1"]  # the same day again is no gap
    shop, engine = tiny_shop({"sales": "\n".join(lines)})
    assert rows(engine, "SELECT count(*) FROM order_facts WHERE gap_days < 1") == [(30,)]
    # The 90th percentile of 27 x 60 and 3 x 305 lies a tenth of the way from 60 to 305: 84.5 days, 2.8 months, so 3.
    assert shop.settings.churn_horizon_days == round(3 * 30.44)
    few, _ = tiny_shop({"sales": SALES})
    assert few.settings.churn_horizon_days == round(6 * 30.44)  # too few gaps to tell


def test_stages_follow_the_horizon(tiny_shop: TinyShop) -> None:
    sales = """
        order_id | customer_id | ordered_at | product_id | quantity | unit_price
        1        | new         | 2024-12-01 | tea        | 1        | 1
        2        | active      | 2024-01-01 | tea        | 1        | 1
        3        | active      | 2024-10-01 | tea        | 1        | 1
        4        | dormant     | 2024-09-30 | tea        | 1        | 1
        5        | lost        | 2024-06-30 | tea        | 1        | 1
        6        | edge        | 2024-07-01 | tea        | 1        | 1
        7        | last        | 2024-12-31 | tea        | 1        | 1
    """
    shop, engine = tiny_shop({"sales": sales})
    assert (shop.as_of, shop.settings.churn_horizon_days) == (date(2024, 12, 31), 183)
    stages = dict(rows(engine, "SELECT customer_id, lifecycle_stage FROM customer_facts"))
    # Half of 183 days is 91.5: 1 October is 91 days ago. 1 July is 183 days ago: not longer than the horizon.
    assert stages == {"new": "new", "active": "active", "dormant": "dormant", "lost": "lost", "edge": "dormant", "last": "new"}
    assert set(stages.values()) == set(LIFECYCLE_STAGES)


def test_ages_fall_into_bands_and_incomes_into_round_ones(tiny_shop: TinyShop) -> None:
    born = "\n".join(f"c{n} | {2024 - age}-01-01 | {income}" for n, (age, income) in enumerate(
        [(24, 12_000), (25, 21_000), (44, 35_000), (54, 58_000), (64, 61_000), (65, 90_000)]
    ))
    _, engine = tiny_shop(
        {"customers": f"customer_id | birth_date | income\n{born}", "sales": _buyers([1], "2024-06-01")}, now=datetime(2024, 6, 1)
    )
    seen = rows(engine, "SELECT age_band, income_band FROM customer_facts WHERE age IS NOT NULL ORDER BY customer_id")
    assert [band for band, _ in seen] == list(AGE_BANDS)
    assert [band for _, band in seen] == [
        "under 20000", "20000-39999", "20000-39999", "40000-59999", "60000-79999", "80000 and over",
    ]


FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | nps | product_id | order_id
    f1          | ann         | 2024-03-03 10:00 | survey | 5      | 9   | tea        | 1
    f2          | ann         | 2024-03-04 10:00 | review | 2      |     |            |
    f3          |             | 2024-03-05 10:00 | review | 1      | 0   |            |
"""
TICKETS = """
    ticket_id | customer_id | opened_at        | first_response_at | resolved_at      | category | csat
    t1        | ann         | 2024-03-03 10:00 | 2024-03-03 11:30  | 2024-03-04 10:00 | delivery | 4
    t2        | ann         | 2024-03-05 10:00 | 2024-03-05 09:00  |                  | delivery |
"""
INVOICES = """
    invoice_id | customer_id | issued_on  | due_on     | paid_on    | amount
    i1         | ann         | 2024-02-01 | 2024-03-01 |            | 100
    i2         | ann         | 2024-02-01 | 2024-03-13 |            | 50
    i3         | ann         | 2024-02-01 | 2024-03-01 | 2024-03-02 | 70
    i4         | ann         | 2024-02-01 | 2024-03-01 | 2024-02-20 | 30
    i5         | ann         | 2024-02-01 |            |            | 10
"""


def test_optional_tables_carry_names_places_and_waiting_times(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop(
        {"sales": SALES, "customers": CUSTOMERS, "products": PRODUCTS, "feedback": FEEDBACK, "tickets": TICKETS, "invoices": INVOICES}
    )
    assert rows(engine, "SELECT feedback_source, product, category, order_channel, city FROM feedback_facts ORDER BY feedback_id") == [
        ("survey", "Green tea", "drinks", "web", "Leeds"), ("review", None, None, None, "Leeds"), ("review", None, None, None, None),
    ]
    # A first answer before the question is no waiting time.
    assert rows(engine, "SELECT first_response_hours, resolution_hours FROM ticket_facts ORDER BY ticket_id") == [
        (1.5, 24.0), (None, None),
    ]
    invoices = rows(engine, "SELECT invoice_id, overdue_amount, days_overdue, late FROM invoice_facts ORDER BY 1")
    assert [(name, float(amount), days, late) for name, amount, days, late in invoices] == [
        ("i1", 100, 12, True),
        ("i2", 0, 0, False),  # due on the as-of date: not yet overdue
        ("i3", 0, 0, True), ("i4", 0, 0, False), ("i5", 0, 0, False),
    ]
    columns = (
        "feedback_count, average_rating, last_rating, last_nps, tickets, open_tickets, average_csat, overdue_amount, days_overdue"
    )
    assert rows(engine, f"SELECT {columns} FROM customer_facts WHERE customer_id = 'ann'") == [
        (2, 3.5, 2, 9, 2, 1, 4.0, Decimal(100), 12)
    ]


class Fake:
    """Stands in for the sentiment model: a text is as good as its number of pluses."""

    calls: ClassVar[list[int]] = []

    @classmethod
    def score_texts(cls, texts: Sequence[str]) -> pd.DataFrame:
        cls.calls.append(len(texts))
        scores = [text.count("+") / 10 for text in texts]
        return pd.DataFrame({"label": ["positive" if s else "neutral" for s in scores], "score": scores, "language": "en"})


def test_each_different_text_is_scored_once_and_in_batches(tiny_shop: TinyShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(others, "_sentiment", lambda: Fake)
    monkeypatch.setattr(others, "TEXTS_PER_BATCH", 2)
    texts = ["good ++", "good ++", "so so", "fine +", "  ", ""]
    feedback = "\n".join(f"f{n} | 2024-03-01 | {text}" for n, text in enumerate(texts))
    _, engine = tiny_shop({"sales": SALES, "feedback": f"feedback_id | created_at | text\n{feedback}"})
    seen = rows(engine, "SELECT sentiment, sentiment_score, language FROM feedback_facts ORDER BY feedback_id")
    assert seen == [
        ("positive", 0.2, "en"), ("positive", 0.2, "en"), ("neutral", 0.0, "en"), ("positive", 0.1, "en"), (None, None, None),
        (None, None, None),
    ]
    assert Fake.calls == [2, 1]


def test_without_a_sentiment_model_feedback_has_no_sentiment(tiny_shop: TinyShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(others, "_sentiment", lambda: None)
    _, engine = tiny_shop({"sales": SALES, "feedback": "feedback_id | created_at | text\nf1 | 2024-03-01 | good"})
    assert rows(engine, "SELECT text, sentiment FROM feedback_facts") == [("good", None)]


def test_a_campaign_has_the_counted_orders_that_carry_its_id(tiny_shop: TinyShop) -> None:
    sales = """
        order_id | customer_id | ordered_at | status    | campaign_id | product_id | quantity | unit_price
        1        | ann         | 2024-03-02 | completed | spring      | tea        | 2        | 5
        2        | ann         | 2024-03-03 | cancelled | spring      | tea        | 9        | 5
        3        | bob         | 2024-03-04 | completed |             | tea        | 1        | 5
    """
    campaigns = "campaign_id | name | cost\nspring | Spring sale | 3\nautumn | | 4"
    touches = "campaign_id | customer_id | sent_at | variant\nspring | ann | 2024-03-01 08:00 | treated"
    _, engine = tiny_shop({"sales": sales, "products": PRODUCTS, "campaigns": campaigns, "campaign_touches": touches})
    seen = rows(engine, "SELECT campaign, orders, revenue, gross_margin FROM campaign_facts ORDER BY 1")
    assert seen == [("Spring sale", 1, Decimal(10), Decimal(6)), ("autumn", 0, Decimal(0), None)]
    assert rows(engine, "SELECT campaign, customer_id, variant FROM touch_facts") == [("Spring sale", "ann", "treated")]


def test_revenue_is_the_same_in_every_mart_and_in_independent_sql(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": SALES, "customers": CUSTOMERS, "products": PRODUCTS})
    oracle = """
        WITH l AS (SELECT order_id, quantity * unit_price AS amount FROM order_lines)
        SELECT (SELECT coalesce(sum(amount), 0) FROM l JOIN orders o USING (order_id)
                WHERE o.status <> 'cancelled' AND amount < 0)
             + (SELECT sum(amount) FROM l JOIN orders o USING (order_id) WHERE o.status = 'completed' AND amount > 0)
             - (SELECT sum(discount) FROM orders WHERE status = 'completed')"""
    ((expected,),) = rows(engine, oracle)
    for query in (
        "SELECT sum(revenue) FROM sale_lines", "SELECT sum(revenue) FROM order_facts", "SELECT sum(revenue) FROM daily_sales",
        "SELECT (SELECT sum(revenue) FROM customer_facts) + (SELECT sum(revenue) FROM order_facts WHERE customer_id IS NULL)",
    ):
        assert rows(engine, query) == [(expected,)]
    assert expected == Decimal("48")
