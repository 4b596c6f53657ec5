"""RFM, value tiers and lifecycle stages: hand-worked shops, the marts, SQL on the canonical tables, the demo's planted truths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import product

import ibis
import pytest

from analytics.finding import CannotAnswer, Filter, Finding
from analytics.ingest import demo
from analytics.models import rfm
from analytics.period import Period, named
from analytics.run import Computed, Engine
from analytics.schema import LIFECYCLE_STAGES, RFM_SEGMENTS, VALUE_TIERS
from analytics.segments import segment_lifecycle, segment_rfm, segment_value_tiers
from analytics.segments.rfm import segment_of
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import make_shop, rows

CUSTOMERS_OF_DEMO = 400
ALL = ((segment_rfm, "segments", "rfm_segment"), (segment_value_tiers, "tiers", "value_tier"), (segment_lifecycle, "stages", "lifecycle_stage"))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 400 customers."""
    path = tmp_path_factory.mktemp("segments") / "demo.duckdb"
    shop, engine = make_shop(path, demo.generate(CUSTOMERS_OF_DEMO))
    yield shop, engine
    engine.close()


def table(computed: Computed, name: str) -> dict[object, dict[str, object]]:
    """Rows of a table by their first column."""
    records = computed.tables[name].records()
    return {next(iter(record.values())): record for record in records}


def members(computed: Computed) -> dict[str, dict[str, object]]:
    return {str(row["customer_id"]): row for row in computed.tables["members"].records()}


# ---- RFM ---------------------------------------------------------------------------------------------------------------

#: ann is the best and eve the worst by each of recency, frequency and revenue. What must not count: bob's cancelled and
#: cat's returned order, a guest's order, and dan's order before March when the question is about March. eve's credit
#: note lowers her revenue and is no order.
FIVE = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-30 | completed | tea        | 10       | 10
    2        | ann         | 2024-03-29 | completed | tea        | 10       | 10
    3        | ann         | 2024-03-28 | completed | tea        | 10       | 10
    4        | ann         | 2024-03-27 | completed | tea        | 10       | 10
    5        | ann         | 2024-03-26 | completed | tea        | 10       | 10
    6        | bob         | 2024-03-25 | completed | tea        | 10       | 10
    7        | bob         | 2024-03-24 | completed | tea        | 10       | 10
    8        | bob         | 2024-03-23 | completed | tea        | 10       | 10
    9        | bob         | 2024-03-22 | completed | tea        | 10       | 10
    10       | bob         | 2024-03-31 | cancelled | tea        | 10       | 1000
    11       | cat         | 2024-03-21 | completed | tea        | 10       | 10
    12       | cat         | 2024-03-20 | completed | tea        | 10       | 10
    13       | cat         | 2024-03-19 | completed | tea        | 10       | 10
    14       | cat         | 2024-03-31 | returned  | tea        | 10       | 1000
    15       | dan         | 2024-03-18 | completed | tea        | 10       | 10
    16       | dan         | 2024-03-17 | completed | tea        | 10       | 10
    17       | eve         | 2024-03-16 | completed | tea        | 10       | 10
    18       | eve         | 2024-03-17 | completed | tea        | -1       | 10
    19       |             | 2024-03-31 | completed | tea        | 5        | 10
    20       | dan         | 2024-02-01 | completed | tea        | 10       | 10
    21       | dan         | 2024-02-02 | completed | tea        | 10       | 10
    22       | dan         | 2024-02-03 | completed | tea        | 10       | 10
"""
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)


def test_five_customers_in_order_get_the_scores_one_to_five(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": FIVE})
    seen = engine.run(segment_rfm(shop, period=MARCH))

    scores = {name: (row["recency_score"], row["frequency_score"], row["monetary_score"]) for name, row in members(seen).items()}
    assert scores == {"ann": (5, 5, 5), "bob": (4, 4, 4), "cat": (3, 3, 3), "dan": (2, 2, 2), "eve": (1, 1, 1)}
    assert {name: row["rfm_segment"] for name, row in members(seen).items()} == {
        "ann": "champions", "bob": "champions", "cat": "need attention", "dan": "hibernating", "eve": "lost"
    }
    assert {name: float(row["revenue"]) for name, row in members(seen).items()} == {  # type: ignore[arg-type]
        "ann": 500, "bob": 400, "cat": 300, "dan": 200, "eve": 90
    }
    assert members(seen)["eve"]["recency_days"] == 15


def test_segments_have_size_value_and_averages(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": FIVE})
    seen = engine.run(segment_rfm(shop, period=MARCH))

    champions = table(seen, "segments")["champions"]
    assert champions["customers"] == 2
    assert champions["share"] == pytest.approx(0.4)
    assert float(champions["revenue"]) == 900  # type: ignore[arg-type]
    assert champions["revenue_share"] == pytest.approx(900 / 1490)
    assert champions["revenue_per_customer"] == pytest.approx(450)
    assert champions["purchase_frequency"] == pytest.approx(4.5)
    assert champions["recency_days"] == pytest.approx((1 + 6) / 2)
    assert [row["customers"] for row in seen.tables["segments"].records()] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1]


def test_guests_are_left_out_and_said_so(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": FIVE})
    for function, _, _ in ALL:
        seen = engine.run(function(shop))
        assert seen.facts["guest_orders"] == 1
        assert float(seen.facts["guest_revenue"]) == 50
        assert seen.left_out == {"without_customer": 1, "cancelled": 1, "returned": 1}
        assert "guests_left_out" in seen.caveats
        assert seen.rows_used == 18


def test_without_a_period_all_orders_count_and_dan_moves_up(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": FIVE})
    dan = members(engine.run(segment_rfm(shop)))["dan"]
    # Three orders in February: five in all, as many as ann; nobody has more.
    assert (dan["orders"], dan["frequency_score"]) == (5, 4)


def test_a_named_segment_lists_its_members_by_revenue(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": FIVE})
    seen = engine.run(segment_rfm(shop, segment=("champions",), period=MARCH))
    assert list(members(seen)) == ["ann", "bob"]
    assert seen.facts["segment"] == "champions"
    assert seen.facts["asked_customers"] == 2
    assert float(seen.facts["asked_revenue"]) == 900
    assert list(members(engine.run(segment_rfm(shop, segment=("champions", "lost"), period=MARCH)))) == ["ann", "bob", "eve"]
    assert list(members(engine.run(segment_rfm(shop, segment=("champions",), period=MARCH, top_n=1)))) == ["ann"]


def test_scores_show_their_bounds(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": FIVE})
    bounds = table(engine.run(segment_rfm(shop, period=MARCH)), "scores")
    assert [bounds[score]["orders_from"] for score in (5, 4, 3, 2, 1)] == [5, 4, 3, 2, 1]
    assert bounds[1]["recency_days_to"] == 15


def test_the_rules_give_the_same_names_in_python_and_in_the_engine(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({})
    scores = list(product(range(1, 6), repeat=3))
    fields = [ibis.struct({"r": r, "f": f, "m": m}) for r, f, m in scores]
    cube = ibis.array(fields).unnest().name("s").as_table()
    cube = cube.select(r=cube.s["r"], f=cube.s["f"], m=cube.s["m"])
    found = engine.rows(cube.select("r", "f", "m", name=segment_of(cube.r, cube.f, cube.m)))
    assert {(r, f, m): name for r, f, m, name in found} == {score: rfm.segment(*score) for score in scores}


def test_a_period_that_holds_all_orders_agrees_with_the_mart(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    everything = Period(shop.first_day, shop.as_of.replace(year=shop.as_of.year + 1))
    names = ("rfm_segment", "recency_score", "frequency_score", "monetary_score", "orders", "revenue", "recency_days", "last_order_date")
    from_mart = members(engine.run(segment_rfm(shop, top_n=1_000)))
    from_orders = members(engine.run(segment_rfm(shop, period=everything, top_n=1_000)))
    assert len(from_mart) > 300
    assert from_mart.keys() == from_orders.keys()
    for customer, row in from_mart.items():
        assert {n: row[n] for n in names} == {n: from_orders[customer][n] for n in names}


def test_rfm_sizes_agree_with_sql_on_the_canonical_tables(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    oracle = rows(engine, """
        WITH amounts AS (
            SELECT o.order_id, o.customer_id, CAST(o.ordered_at AS DATE) AS day, o.status, coalesce(o.discount, 0) AS discount,
                   sum(quantity * unit_price) FILTER (quantity * unit_price < 0) AS credit,
                   sum(quantity * unit_price) FILTER (quantity > 0 AND unit_price > 0) AS sold
            FROM orders o JOIN order_lines l USING (order_id) WHERE o.customer_id IS NOT NULL GROUP BY ALL),
        people AS (
            SELECT customer_id, max(day) FILTER (status = 'completed' AND sold > 0) AS last_day,
                   count(*) FILTER (status = 'completed' AND sold > 0) AS orders,
                   sum(CASE WHEN status = 'cancelled' THEN 0 WHEN status = 'returned' THEN coalesce(credit, 0)
                            ELSE coalesce(sold - discount, 0) + coalesce(credit, 0) END) AS revenue
            FROM amounts GROUP BY customer_id HAVING orders > 0)
        SELECT customer_id, revenue,
               1 + 5 * (SELECT count(*) FROM people b WHERE b.last_day < a.last_day) // (SELECT count(*) FROM people),
               1 + 5 * (SELECT count(*) FROM people b WHERE b.orders < a.orders) // (SELECT count(*) FROM people),
               1 + 5 * (SELECT count(*) FROM people b WHERE b.revenue < a.revenue) // (SELECT count(*) FROM people)
        FROM people a""")
    expected = Counter(rfm.segment(int(r), int(f), int(m)) for _, _, r, f, m in oracle)
    seen = engine.run(segment_rfm(shop))
    found = {name: row["customers"] for name, row in table(seen, "segments").items()}
    assert {name: count for name, count in found.items() if count} == expected
    assert float(seen.facts["revenue"]) == pytest.approx(float(sum(row[1] for row in oracle)))


def test_planted_champions_are_champions_or_loyal(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    planted = set(demo.planted(CUSTOMERS_OF_DEMO).champions)
    found = set(members(engine.run(segment_rfm(shop, segment=("champions",)))))
    assert len(planted & found) >= 0.9 * len(planted)


# ---- value tiers -------------------------------------------------------------------------------------------------------

#: Ten buyers of 1,000 in all. ann and bob bring half and are 20 % of the buyers; the next three are 30 %; zoe bought
#: two years ago only; yan's only order was cancelled.
TEN = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-12-31 | completed | tea        | 1        | 300
    2        | bob         | 2024-12-01 | completed | tea        | 1        | 200
    3        | cat         | 2024-12-01 | completed | tea        | 1        | 100
    4        | dan         | 2024-12-01 | completed | tea        | 1        | 90
    5        | eve         | 2024-12-01 | completed | tea        | 1        | 80
    6        | fay         | 2024-12-01 | completed | tea        | 1        | 70
    7        | gus         | 2024-12-01 | completed | tea        | 1        | 60
    8        | hal         | 2024-12-01 | completed | tea        | 1        | 50
    9        | ida         | 2024-12-01 | completed | tea        | 1        | 30
    10       | jon         | 2024-12-01 | completed | tea        | 1        | 20
    11       | zoe         | 2022-12-01 | completed | tea        | 1        | 5000
    12       | yan         | 2024-12-01 | cancelled | tea        | 1        | 5000
    13       |             | 2024-12-01 | completed | tea        | 1        | 5000
"""


def test_tiers_have_their_rule_and_cut_offs(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": TEN})
    seen = engine.run(segment_value_tiers(shop))
    facts = seen.facts
    assert (facts["high_value_customers"], facts["potential_customers"], facts["ordinary_customers"]) == (2, 3, 6)
    assert (float(facts["high_value_from"]), float(facts["potential_from"])) == (200, 80)
    assert facts["high_value_revenue_share"] == pytest.approx(0.5)
    assert facts["high_value_share"] == pytest.approx(2 / 11)
    assert (facts["window_start"], facts["window_end"]) == (date(2024, 1, 1), date(2024, 12, 31))
    assert seen.defaults == {"high_value_share": 0.5, "high_value_most": 0.2}
    assert list(members(engine.run(segment_value_tiers(shop, segment=("potential",))))) == ["cat", "dan", "eve"]
    assert {name: float(row["to_high_value"]) for name, row in members(seen).items()}["cat"] == 100  # type: ignore[arg-type]


def test_tiers_of_a_period_are_those_of_its_buyers(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": TEN})
    seen = engine.run(segment_value_tiers(shop, period=named("last_12_months", shop.as_of)))
    # zoe did not buy in that time.
    assert (seen.facts["high_value_customers"], seen.facts["potential_customers"], seen.facts["ordinary_customers"]) == (2, 3, 5)
    two_years_ago = engine.run(segment_value_tiers(shop, period=Period(date(2022, 1, 1), date(2023, 1, 1), "year", 1)))
    assert list(members(two_years_ago)) == ["zoe"]
    assert two_years_ago.facts["high_value_customers"] == 1


def test_tiers_of_the_last_twelve_months_agree_with_the_mart(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    computed = members(engine.run(segment_value_tiers(shop, period=named("last_12_months", shop.as_of), top_n=1_000)))
    mart = dict(rows(engine, "SELECT customer_id, value_tier FROM customer_facts WHERE orders_12m > 0"))
    assert {customer: row["value_tier"] for customer, row in computed.items()} == mart


def test_tiers_follow_the_settings_of_the_data_set(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": TEN}, high_value_share=0.3, high_value_most=0.1)
    for period in (None, named("last_12_months", shop.as_of)):
        seen = engine.run(segment_value_tiers(shop, period=period))
        assert (seen.facts["high_value_customers"], seen.facts["rule_share"], seen.facts["rule_most"]) == (1, 0.3, 0.1)


# ---- lifecycle ---------------------------------------------------------------------------------------------------------

#: On 2024-12-31 with a horizon of 90 days: new until 30 days after the first order, dormant from 46 days without one,
#: lost from 91. Three months earlier, on 2024-09-30, eve was new and fay had just become lost.
STAGES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-12-01 | completed | tea        | 1        | 10
    2        | bob         | 2024-11-30 | completed | tea        | 1        | 10
    3        | cat         | 2023-01-01 | completed | tea        | 1        | 10
    4        | cat         | 2024-11-16 | completed | tea        | 1        | 10
    5        | dan         | 2023-01-01 | completed | tea        | 1        | 10
    6        | dan         | 2024-11-15 | completed | tea        | 1        | 10
    7        | eve         | 2024-10-02 | completed | tea        | 1        | 10
    8        | eve         | 2024-09-10 | completed | tea        | 1        | 10
    9        | fay         | 2024-07-01 | completed | tea        | 1        | 10
    10       | fay         | 2024-12-30 | cancelled | tea        | 1        | 10
    11       | gus         | 2024-12-31 | cancelled | tea        | 1        | 10
    12       |             | 2024-12-31 | completed | tea        | 1        | 10
"""


def test_stages_follow_the_horizon(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": STAGES})
    seen = engine.run(segment_lifecycle(shop, horizon=90))
    stages = {name: row["lifecycle_stage"] for name, row in members(seen).items()}
    # ann's first order is 30 days old, bob's 31; cat has been quiet for 45 days, dan for 46, eve for 90, fay for 183.
    assert stages == {"ann": "new", "bob": "active", "cat": "active", "dan": "dormant", "eve": "dormant", "fay": "lost"}
    assert (seen.facts["horizon_days"], seen.facts["new_days"], seen.facts["dormant_days"]) == (90, 30, 45)
    assert (seen.facts["buying_customers"], seen.facts["buying_share"]) == (3, 0.5)


def test_stages_are_compared_with_three_months_earlier(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": STAGES})
    seen = engine.run(segment_lifecycle(shop, horizon=90))
    # On 30 September: eve's first order is 20 days old; cat and dan have been quiet since January 2023, fay for 91 days.
    previous = {name: row["previous"] for name, row in table(seen, "stages").items()}
    assert previous == {"new": 1, "active": 0, "dormant": 0, "lost": 3}
    assert {name: row["change"] for name, row in table(seen, "stages").items()} == {"new": 0, "active": 2, "dormant": 2, "lost": -2}
    assert seen.facts["compared_with"] == date(2024, 9, 30)
    assert (seen.facts["lost_change"], seen.facts["lost_change_rate"]) == (-2, pytest.approx(-2 / 3))


def test_stages_of_a_past_period_are_those_of_its_last_day(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": STAGES})
    september = Period(date(2024, 9, 1), date(2024, 10, 1), "month", 1)
    seen = engine.run(segment_lifecycle(shop, horizon=90, period=september))
    now = {name: row["customers"] for name, row in table(seen, "stages").items()}
    assert now == {"new": 1, "active": 0, "dormant": 0, "lost": 3}
    assert seen.facts["counted_on"] == date(2024, 9, 30)


def test_young_data_are_not_compared_and_say_so(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": TEN.replace("2022-12-01", "2024-12-02")})
    seen = engine.run(segment_lifecycle(shop))
    assert seen.facts["compared_with"] is None
    assert table(seen, "stages")["new"]["change"] is None
    assert {"stages_not_comparable", "stages_young_data"} <= set(seen.caveats)


def test_stages_agree_with_the_mart_and_with_sql_at_an_earlier_day(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(segment_lifecycle(shop))
    mart = Counter(dict(rows(engine, "SELECT lifecycle_stage, count(*) FROM customer_facts WHERE orders > 0 GROUP BY 1")))
    assert {name: row["customers"] for name, row in table(seen, "stages").items()} == mart
    earlier, horizon = seen.facts["compared_with"], shop.settings.churn_horizon_days
    oracle = rows(engine, f"""
        SELECT CASE WHEN (DATE '{earlier}' - first) * 3 <= {horizon} THEN 'new' WHEN DATE '{earlier}' - last > {horizon} THEN 'lost'
                    WHEN (DATE '{earlier}' - last) * 2 > {horizon} THEN 'dormant' ELSE 'active' END AS stage, count(*)
        FROM (SELECT customer_id, min(CAST(ordered_at AS DATE)) AS first, max(CAST(ordered_at AS DATE)) AS last
              FROM orders WHERE status = 'completed' AND customer_id IS NOT NULL AND CAST(ordered_at AS DATE) <= DATE '{earlier}'
                AND order_id IN (SELECT order_id FROM order_lines WHERE quantity > 0 AND unit_price > 0) GROUP BY 1) GROUP BY 1""")
    assert {name: row["previous"] for name, row in table(seen, "stages").items()} == dict(oracle)


def test_planted_regulars_who_fade_are_dormant_or_lost_and_champions_are_not(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    truth = demo.planted(CUSTOMERS_OF_DEMO)
    gone = set(members(engine.run(segment_lifecycle(shop, segment=("dormant", "lost")))))
    assert len(gone & set(truth.lapsing)) >= 0.7 * len(truth.lapsing)
    assert len(gone & set(truth.champions)) <= 0.3 * len(truth.champions)


# ---- all three ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "name", "column"), ALL)
@pytest.mark.parametrize("filters", [(), (Filter("city", "=", "Leeds"),), (Filter("category", "=", "tea"), Filter("order_channel", "!=", "app"))])
@pytest.mark.parametrize("period", [None, Period(date(2026, 7, 1), date(2026, 10, 1), "quarter", 1)])
def test_segments_sum_to_the_whole(
    company: tuple[Shop, Engine], function: object, name: str, column: str, filters: tuple[Filter, ...], period: Period | None
) -> None:
    shop, engine = company
    finding: Finding = function(shop, filters=filters, period=period)  # type: ignore[operator]
    seen = engine.run(finding)
    records = seen.tables[name].records()
    assert [row[column] for row in records] == list({"rfm_segment": RFM_SEGMENTS, "value_tier": VALUE_TIERS, "lifecycle_stage": LIFECYCLE_STAGES}[column])
    assert sum(row["customers"] for row in records) == seen.facts["customers"] > 0
    assert sum(row["share"] for row in records) == pytest.approx(1)
    assert sum(row["revenue_share"] for row in records) == pytest.approx(1)
    assert float(sum(row["revenue"] for row in records)) == pytest.approx(float(seen.facts["revenue"]))
    assert seen.tables["members"].total_rows == min(20, seen.facts["customers"])


def test_a_segment_as_slot_and_as_filter_mean_the_same(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    by_slot = engine.run(segment_value_tiers(shop, segment=("high-value",)))
    by_filter = engine.run(segment_value_tiers(shop, filters=(Filter("value_tier", "=", "high-value"),)))
    assert by_slot.facts == by_filter.facts
    assert by_slot.tables == by_filter.tables
    others = engine.run(segment_value_tiers(shop, filters=(Filter("value_tier", "!=", "high-value"),)))
    assert others.facts["asked_customers"] == by_slot.facts["customers"] - by_slot.facts["asked_customers"]


def test_a_segment_of_another_kind_is_a_filter(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    seen = engine.run(segment_lifecycle(shop, segment=("champions", "lost")))
    champions, lost = rows(engine, """
        SELECT count(*), count(*) FILTER (lifecycle_stage = 'lost') FROM customer_facts WHERE rfm_segment = 'champions'""")[0]
    assert (seen.facts["customers"], seen.facts["asked_customers"], seen.facts["segment"]) == (champions, lost, "lost")


def test_an_unknown_segment_is_refused(company: tuple[Shop, Engine]) -> None:
    with pytest.raises(CannotAnswer, match="unknown_segment"):
        segment_rfm(company[0], segment=("platinum",))


def test_filters_choose_customers_and_leave_their_scores_as_they_are(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    everybody = members(engine.run(segment_rfm(shop, top_n=1_000)))
    leeds = members(engine.run(segment_rfm(shop, filters=(Filter("city", "=", "Leeds"),), top_n=1_000)))
    assert 0 < len(leeds) < len(everybody)
    assert all(everybody[customer]["rfm_segment"] == row["rfm_segment"] for customer, row in leeds.items())


@pytest.mark.parametrize(("function", "name", "column"), ALL)
@pytest.mark.parametrize("period", [None, MARCH])
def test_an_empty_shop_has_segments_of_nobody(tiny_shop: TinyShop, function: object, name: str, column: str, period: Period | None) -> None:
    shop, engine = tiny_shop({}, now=datetime(2024, 4, 1))
    seen = engine.run(function(shop, period=period))  # type: ignore[operator]
    assert [row["customers"] for row in seen.tables[name].records()] == [0] * len(seen.tables[name].rows)
    assert seen.facts["customers"] == 0
    assert seen.facts["asked_share"] is None
    assert seen.tables["members"].rows == ()
    assert seen.rows_used == 0
