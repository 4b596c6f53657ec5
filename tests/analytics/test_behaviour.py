"""Cohort retention and market basket: hand-worked shops, SQL on the canonical tables, the demo's planted pair."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from analytics.behaviour import cohort_retention, market_basket
from analytics.finding import CannotAnswer, Filter
from analytics.ingest import demo
from analytics.ingest.demo import truths
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import make_shop, rows


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 400 customers."""
    shop, engine = make_shop(tmp_path_factory.mktemp("behaviour") / "demo.duckdb", demo.generate(400))
    yield shop, engine
    engine.close()


# ---- cohort retention --------------------------------------------------------------------------------------------------

#: January's cohort: ann comes back in February and April, bob only in April. February's: cat comes back in March, dan never
#: (his March order was cancelled, his April one returned). March has nobody. April's: eve. A guest belongs to no cohort.
#: The data end on 30 April, so April is whole.
COHORTS = """
    order_id | customer_id | ordered_at | status    | channel | product_id | quantity | unit_price
    1        | ann         | 2024-01-10 | completed | app     | tea        | 1        | 10
    2        | ann         | 2024-01-20 | completed | app     | tea        | 1        | 10
    3        | ann         | 2024-02-01 | completed | web     | mug        | 1        | 6
    4        | ann         | 2024-04-30 | completed | web     | mug        | 1        | 4
    5        | bob         | 2024-01-31 | completed | web     | mug        | 1        | 20
    6        | bob         | 2024-04-01 | completed | app     | tea        | 1        | 10
    7        | cat         | 2024-02-02 | completed | app     | tea        | 1        | 10
    8        | cat         | 2024-03-31 | completed | app     | tea        | 1        | 30
    9        | dan         | 2024-02-03 | completed | web     | tea        | 1        | 10
    10       | dan         | 2024-03-03 | cancelled | web     | tea        | 1        | 10
    11       | dan         | 2024-04-03 | returned  | web     | tea        | 1        | 10
    12       | eve         | 2024-04-15 | completed | web     | tea        | 1        | 10
    13       |             | 2024-02-15 | completed | web     | tea        | 1        | 10
"""
PEOPLE = """
    customer_id | city  | signup_date
    ann         | Leeds | 2023-12-24
    bob         | York  | 2024-01-02
    cat         | York  | 2024-01-03
    dan         | York  | 2024-02-03
    eve         | Leeds | 2024-04-15
    fay         | Leeds | 2024-01-09
"""
JAN, FEB, MAR, APR = (date(2024, month, 1) for month in (1, 2, 3, 4))
SINCE_JANUARY = Period(JAN, date(2024, 5, 1))


def cells(computed: Computed, column: str = "retention") -> dict[tuple[object, object], object]:
    """Cohort and age to a column."""
    return {(row["cohort"], row["cohort_age"]): row[column] for row in computed.tables["cohorts"].records()}


def test_retention_of_a_cohort_is_the_share_that_buys_in_each_later_month(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS})
    seen = engine.run(cohort_retention(shop))
    assert cells(seen) == {
        (JAN, 1): 0.5, (JAN, 2): 0, (JAN, 3): 1, (FEB, 1): 0.5, (FEB, 2): 0, (MAR, 1): None
    }
    assert cells(seen, "customers") == {(JAN, 1): 2, (JAN, 2): 2, (JAN, 3): 2, (FEB, 1): 2, (FEB, 2): 2, (MAR, 1): 0}
    assert seen.tables["matrix"].records() == [
        {"cohort": JAN, "customers": 2, "after_1": 0.5, "after_2": 0, "after_3": 1},
        {"cohort": FEB, "customers": 2, "after_1": 0.5, "after_2": 0, "after_3": None},
        {"cohort": MAR, "customers": 0, "after_1": None, "after_2": None, "after_3": None},
        {"cohort": APR, "customers": 1, "after_1": None, "after_2": None, "after_3": None},
    ]


def test_the_average_weighs_every_customer_the_same_and_has_an_interval(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS})
    facts = engine.run(cohort_retention(shop)).facts
    # One month later: ann of January's two, cat of February's two.
    assert (facts["active_customers"], facts["measured_customers"], facts["retention"]) == (2, 4, 0.5)
    assert (facts["low"], facts["high"]) == (pytest.approx(0.1500, abs=1e-4), pytest.approx(0.8500, abs=1e-4))
    assert (facts["cohorts"], facts["customers"]) == (3, 5)
    three = engine.run(cohort_retention(shop, horizon=91)).facts
    assert (three["age"], three["retention"], three["measured_customers"]) == (3, 1, 2)
    curve = engine.run(cohort_retention(shop)).tables["curve"].records()
    assert [(row["cohort_age"], row["cohorts"], row["retention"]) for row in curve] == [(1, 2, 0.5), (2, 2, 0), (3, 1, 1)]


def test_revenue_is_kept_against_the_first_month(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS})
    seen = engine.run(cohort_retention(shop))
    # January's two spent 40 at first; ann 6 in February. February's two spent 20, cat 30 in March.
    assert cells(seen, "revenue_retention")[JAN, 1] == pytest.approx(6 / 40)
    assert seen.facts["revenue_retention"] == pytest.approx((6 + 30) / (40 + 20))


def test_a_month_that_is_not_over_has_no_share(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS.replace("2024-04-30", "2024-04-29")})
    seen = engine.run(cohort_retention(shop))
    assert (cells(seen)[JAN, 3], cells(seen, "active_customers")[JAN, 3]) == (None, 2)
    assert cells(seen)[FEB, 1] == 0.5


def test_guests_are_left_out_and_counted(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS})
    seen = engine.run(cohort_retention(shop))
    assert (seen.rows_used, seen.left_out) == (10, {"without_customer": 1})


def test_the_first_cohort_of_the_data_is_flagged_and_not_compared(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS})
    seen = engine.run(cohort_retention(shop))
    assert "cohorts_mixed_first" in seen.caveats
    later = engine.run(cohort_retention(shop, period=Period(FEB, date(2024, 5, 1))))
    assert "cohorts_mixed_first" not in later.caveats


def test_filters_on_orders_look_at_the_first_order_only(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS})
    app = engine.run(cohort_retention(shop, filters=(Filter("order_channel", "=", "app"),)))
    # bob used the app later: choosing him for that would choose who came back.
    assert cells(app, "customers")[JAN, 1] == 1
    assert cells(app)[JAN, 1] == 1
    mugs = engine.run(cohort_retention(shop, filters=(Filter("product", "=", "mug"),)))
    assert (mugs.facts["customers"], mugs.facts["measured_customers"]) == (1, 1)
    no_mugs = engine.run(cohort_retention(shop, filters=(Filter("product", "!=", "mug"),)))
    assert no_mugs.facts["customers"] == 4


def test_filters_on_customers_choose_customers(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS, "customers": PEOPLE})
    york = engine.run(cohort_retention(shop, filters=(Filter("city", "=", "York"),)))
    assert york.tables["matrix"].column("customers") == (1, 2, 0, 0)


def test_cohorts_of_sign_ups_start_with_the_sign_up(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS, "customers": PEOPLE})
    seen = engine.run(cohort_retention(shop, dimension=("signup_date",), period=SINCE_JANUARY))
    # January: bob buys in January and April, cat in February and March, fay never.
    assert cells(seen)[JAN, 0] == pytest.approx(1 / 3)
    assert cells(seen)[JAN, 1] == pytest.approx(1 / 3)
    assert seen.tables["matrix"].column("customers") == (3, 1, 0, 1)
    assert seen.facts["by_signup"] is True
    january = Filter("signup_date", "between", (date(2024, 1, 1), date(2024, 1, 31)))
    only = engine.run(cohort_retention(shop, filters=(january,), horizon=91))
    assert (only.facts["customers"], only.facts["retention"]) == (3, pytest.approx(1 / 3))


def test_cohorts_of_sign_ups_need_customers(tiny_shop: TinyShop) -> None:
    shop, _ = tiny_shop({"sales": COHORTS})
    with pytest.raises(CannotAnswer, match="missing_table"):
        cohort_retention(shop, dimension=("signup_date",))


def test_a_dimension_splits_the_curve(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": COHORTS, "customers": PEOPLE})
    seen = engine.run(cohort_retention(shop, dimension=("city",)))
    at_one = {row["group"]: (row["active_customers"], row["customers"]) for row in seen.tables["curve"].records() if row["cohort_age"] == 1}
    assert at_one == {"York": (1, 3), "Leeds": (1, 1)}
    assert seen.facts["groups_ranked"] == 0


def test_too_many_cohorts_are_put_together(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    finding = cohort_retention(shop, grain="day", period=shop.period("last_12_months"))
    assert finding.defaults == {"grain": "month"}
    assert engine.run(finding).facts["grain"] == "month"


@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_retention_agrees_with_sql_on_the_canonical_tables(company: tuple[Shop, Engine], grain: str) -> None:
    shop, engine = company
    seen = engine.run(cohort_retention(shop, grain=grain))  # type: ignore[arg-type]
    first = seen.tables["matrix"].column("cohort")[0]
    oracle = rows(engine, f"""
        WITH sold AS (
            SELECT customer_id, CAST(date_trunc('{grain}', ordered_at) AS DATE) AS bucket FROM orders
            WHERE status = 'completed' AND customer_id IS NOT NULL
              AND order_id IN (SELECT order_id FROM order_lines WHERE quantity > 0 AND unit_price > 0)),
        started AS (SELECT customer_id, min(bucket) AS cohort FROM sold GROUP BY 1)
        SELECT cohort, date_diff('{grain}', cohort, bucket), count(DISTINCT customer_id)
        FROM sold JOIN started USING (customer_id) WHERE cohort >= DATE '{first}' AND bucket > cohort GROUP BY 1, 2""")
    found = {key: count for key, count in cells(seen, "active_customers").items() if count}
    assert found == {(cohort, age): count for cohort, age, count in oracle}
    assert len(found) > 5


def test_a_time_without_new_customers_has_no_retention(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(cohort_retention(shop, filters=(Filter("city", "=", "Atlantis"),)))
    assert (seen.facts["customers"], seen.facts["retention"], seen.facts["low"]) == (0, None, None)
    assert set(cells(seen).values()) == {None}


def test_an_empty_shop_has_no_cohorts(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({}, now=datetime(2024, 4, 1))
    seen = engine.run(cohort_retention(shop))
    assert (seen.facts["customers"], seen.facts["retention"], seen.rows_used) == (0, None, 0)


# ---- market basket -----------------------------------------------------------------------------------------------------

#: Six baskets that count: tea and mug stand together in three, once twice over; jam alone in one. The cancelled and the
#: returned order and the credit note are no baskets. Teas are category drinks, the rest things.
BASKETS = """
    order_id | customer_id | ordered_at | status    | city  | product_id | quantity | unit_price
    1        | ann         | 2024-01-01 | completed | York  | tea        | 1        | 10
    1        | ann         | 2024-01-01 | completed | York  | mug        | 1        | 10
    1        | ann         | 2024-01-01 | completed | York  | mug        | 2        | 10
    2        |             | 2024-01-02 | completed | York  | tea        | 1        | 10
    2        |             | 2024-01-02 | completed | York  | mug        | 1        | 10
    3        | bob         | 2024-02-03 | completed | Leeds | tea        | 1        | 10
    3        | bob         | 2024-02-03 | completed | Leeds | mug        | 1        | 10
    4        | bob         | 2024-02-04 | completed | Leeds | jam        | 1        | 10
    5        | ann         | 2024-01-05 | completed | York  | mug        | 1        | 10
    5        | ann         | 2024-01-05 | completed | York  | jam        | 1        | 10
    6        | ann         | 2024-01-06 | completed | York  | oolong     | 1        | 10
    6        | ann         | 2024-01-06 | completed | York  | jam        | 1        | 10
    7        | ann         | 2024-01-07 | cancelled | York  | tea        | 1        | 10
    7        | ann         | 2024-01-07 | cancelled | York  | jam        | 1        | 10
    8        | ann         | 2024-01-08 | returned  | York  | tea        | 1        | 10
    8        | ann         | 2024-01-08 | returned  | York  | jam        | 1        | 10
    9        | ann         | 2024-01-09 | completed | York  | tea        | -1       | 10
"""
PRODUCTS = """
    product_id | name   | category
    tea        | Tea    | drinks
    oolong     | Oolong | drinks
    mug        | Mug    | things
    jam        | Jam    | things
"""
SALES = {"sales": BASKETS, "products": PRODUCTS}


def pairs(computed: Computed) -> dict[str, tuple[object, ...]]:
    return {str(row["pair"]): (row["orders"], row["support"], row["confidence"]) for row in computed.tables["pairs"].records()}


def test_pairs_count_orders_and_every_order_is_in_the_denominator(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(SALES)
    seen = engine.run(market_basket(shop, filters=(Filter("orders", ">=", 1),)))
    assert pairs(seen) == {"Tea + Mug": (3, 0.5, 1), "Oolong + Jam": (1, pytest.approx(1 / 6), 1), "Jam + Mug": (1, pytest.approx(1 / 6), pytest.approx(1 / 3))}
    tea = next(row for row in seen.tables["pairs"].records() if row["pair"] == "Tea + Mug")
    assert (tea["lift"], tea["reverse_confidence"], tea["expected_orders"]) == (pytest.approx(1 / (4 / 6)), 0.75, 2)
    assert (seen.facts["baskets"], seen.facts["single_item_baskets"], seen.facts["items"]) == (6, 1, 4)
    assert (seen.rows_used, seen.left_out) == (6, {"cancelled": 1, "returned": 2, "without_sale_line": 0})


def test_one_product_or_one_category_gets_its_companions(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(SALES)
    few = (Filter("orders", ">=", 1),)
    assert set(pairs(engine.run(market_basket(shop, product="tea", filters=few)))) == {"tea + Mug"}
    drinks = engine.run(market_basket(shop, product="Drinks", filters=few))
    assert {name: found[0] for name, found in pairs(drinks).items()} == {"Drinks + Mug": 3, "Drinks + Jam": 1}
    assert drinks.facts["named_orders"] == 4
    same = engine.run(market_basket(shop, filters=(Filter("category", "=", "drinks"), *few)))
    assert {name.lower() for name in pairs(same)} == {name.lower() for name in pairs(drinks)}


def test_two_named_items_get_their_pair_even_if_no_order_holds_both(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(SALES)
    seen = engine.run(market_basket(shop, filters=(Filter("product", "in", ("Tea", "Jam")),)))
    assert (seen.facts["orders"], seen.facts["support"], seen.facts["is_real"], seen.facts["is_rarer"]) == (0, 0, False, True)
    assert seen.facts["expected_orders"] == pytest.approx(3 * 3 / 6)


def test_categories_can_be_the_items(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(SALES)
    seen = engine.run(market_basket(shop, dimension=("category",), filters=(Filter("orders", ">=", 1),)))
    assert pairs(seen) == {"drinks + things": (4, pytest.approx(4 / 6), 1)}


def test_filters_and_period_choose_orders(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(SALES)
    few = Filter("orders", ">=", 1)
    york = engine.run(market_basket(shop, filters=(Filter("city", "=", "York"), few)))
    assert (york.facts["baskets"], pairs(york)["Tea + Mug"][0]) == (4, 2)
    february = engine.run(market_basket(shop, period=Period(FEB, MAR, "month", 1), filters=(few,)))
    assert (february.facts["baskets"], pairs(february)["Mug + Tea"][0]) == (2, 1)
    first = engine.run(market_basket(shop, filters=(Filter("order_number", "=", 1), few)))
    assert first.facts["baskets"] == 2
    without = engine.run(market_basket(shop, filters=(Filter("product", "!=", "Mug"), few)))
    assert set(pairs(without)) == {"Oolong + Jam"}


@pytest.mark.parametrize(
    ("threshold", "filters", "support", "lift"),
    [
        (0.02, (), 0.02, 0.0), (1, (), 0.01, 0.0), (2, (), None, 2.0), (None, (Filter("support", ">=", 1),), 0.01, 0.0),
        (None, (Filter("support", ">=", 0.5),), 0.5, 0.0), (None, (Filter("lift", ">", 3),), None, 3.0),
    ],
)
def test_bounds_are_read_as_they_are_spoken(
    company: tuple[Shop, Engine], threshold: float | None, filters: tuple[Filter, ...], support: float | None, lift: float
) -> None:
    shop, engine = company
    seen = engine.run(market_basket(shop, threshold=threshold, filters=filters))
    assert seen.facts["min_lift"] == lift
    if support is not None:
        assert seen.facts["min_support"] == pytest.approx(support, abs=1 / seen.facts["baskets"])
        assert all(row["support"] >= support for row in seen.tables["rules"].records())
    assert all(row["lift"] >= lift for row in seen.tables["rules"].records())


def test_confidence_is_bounded_as_spoken(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(market_basket(shop, filters=(Filter("confidence", ">=", 50), Filter("orders", ">=", 20))))
    assert seen.facts["min_confidence"] == 0.5
    assert seen.facts["rules"] > 0
    assert all(row["confidence"] >= 0.5 for row in seen.tables["rules"].records())


@pytest.mark.parametrize("item", [Filter("support", "<", 0.1), Filter("lift", ">=", "high")])
def test_a_bound_that_makes_no_sense_is_refused(company: tuple[Shop, Engine], item: Filter) -> None:
    with pytest.raises(CannotAnswer, match="bad_value"):
        market_basket(company[0], filters=(item,))


def test_other_dimensions_are_refused(company: tuple[Shop, Engine]) -> None:
    with pytest.raises(CannotAnswer, match="not_joinable"):
        market_basket(company[0], dimension=("city",))


def test_the_planted_pair_is_the_first_that_is_found(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(market_basket(shop))
    assert {seen.facts["item"], seen.facts["companion"]} == {truths.PAIR.first, truths.PAIR.second}
    assert seen.facts["is_real"]
    assert seen.facts["lift_low"] > truths.PAIR.lift
    named = engine.run(market_basket(shop, product=truths.PAIR.first))
    assert named.facts["companion"] == truths.PAIR.second
    assert named.facts["confidence"] == pytest.approx(truths.PAIR.probability, abs=0.15)


def test_pairs_agree_with_sql_on_the_canonical_tables(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(market_basket(shop, threshold=0.001, filters=(Filter("confidence", ">=", 0.000001),), top_n=1_000))
    oracle = rows(engine, """
        WITH held AS (
            SELECT DISTINCT l.order_id, p.name FROM order_lines l JOIN orders o USING (order_id) JOIN products p USING (product_id)
            WHERE o.status = 'completed' AND l.quantity > 0 AND l.unit_price > 0),
        alone AS (SELECT name, count(*) AS orders FROM held GROUP BY 1)
        SELECT a.name, b.name, count(*), count(*) * (SELECT count(DISTINCT order_id) FROM held) / (x.orders * y.orders)
        FROM held a JOIN held b ON a.order_id = b.order_id AND a.name < b.name JOIN alone x ON x.name = a.name JOIN alone y ON y.name = b.name
        GROUP BY a.name, b.name, x.orders, y.orders""")
    least = seen.facts["min_orders"]
    expected = {frozenset((a, b)): (orders, pytest.approx(lift)) for a, b, orders, lift in oracle if orders >= least}
    found = {frozenset((row["item"], row["companion"])): (row["orders"], row["lift"]) for row in seen.tables["pairs"].records()}
    assert seen.tables["pairs"].total_rows == len(expected) == seen.facts["pairs"]
    assert found == expected


def test_bounds_that_nothing_reaches_are_said(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(market_basket(shop, threshold=0.5, filters=(Filter("confidence", ">=", 0.9),)))
    assert (seen.facts["pairs"], seen.facts["item"], seen.facts["bounded"], seen.facts["asked_confidence"]) == (0, None, True, 0.9)


def test_top_n_limits_what_is_listed_and_not_what_is_counted(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(market_basket(shop, threshold=0.001, top_n=3))
    assert (len(seen.tables["pairs"].rows), len(seen.tables["rules"].rows)) == (3, 3)
    assert seen.facts["pairs"] > 3


def test_equal_questions_share_one_mining_and_others_do_not(company: tuple[Shop, Engine]) -> None:
    shop, _ = company
    keys = [
        market_basket(shop, **asked).fits[0].key
        for asked in ({}, {"top_n": 5}, {"threshold": 0.01}, {"product": "tea"}, {"filters": (Filter("city", "=", "Leeds"),)})
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_an_empty_shop_has_no_baskets(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({}, now=datetime(2024, 4, 1))
    seen = engine.run(market_basket(shop))
    assert (seen.facts["baskets"], seen.facts["item"], seen.facts["single_item_share"], seen.rows_used) == (0, None, None, 0)
    assert seen.tables["pairs"].rows == ()
