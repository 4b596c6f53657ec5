"""Customers and products: ranked, one by one, and as a list; guests, cancelled and returned orders do not count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from analytics.churn import churn_model_fit
from analytics.finding import CannotAnswer, Filter, Finding
from analytics.ingest import demo
from analytics.overview import customer_list, customer_profile, top_customers, top_products
from analytics.period import Period
from analytics.run import MAX_ROWS, Computed, Engine
from analytics.shop import Shop
from tests.analytics.tea_shop import PRODUCTS, TABLES
from tests.conftest import TinyShop
from tests.support import make_shop, rows

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)


@pytest.fixture
def tea_shop(tiny_shop: TinyShop) -> tuple[Shop, Engine]:
    return tiny_shop(TABLES)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 1,200 customers, more than leave the engine in one table."""
    given = make_shop(tmp_path_factory.mktemp("people") / "demo.duckdb", demo.generate(1_200))
    yield given
    given[1].close()


def run(given: tuple[Shop, Engine], analysis: Callable[..., Finding], **asked: Any) -> Computed:
    shop, engine = given
    return engine.run(analysis(shop, **asked))


def facts(found: Computed, *names: str) -> tuple[Any, ...]:
    return tuple(found.facts[name] for name in names)


def pairs(found: Computed, table: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.tables[table].records()]


# ---- top_customers -----------------------------------------------------------------------------------------------------


def test_customers_are_ranked_and_guests_are_said_to_be_left_out(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, top_customers)
    assert pairs(found, "customers", "rank", "customer_id", "name", "value", "share", "orders") == [
        (1, "ann", "Ann", 38, pytest.approx(38 / 73), 2), (2, "bob", "Bob", 30, pytest.approx(30 / 73), 2),
    ]
    assert facts(found, "ranked", "first_id", "name", "first_value", "shown_total") == (2, "ann", "Ann", 38, 68)
    assert found.left_out["without_customer"] == 1
    assert found.facts["guest_share"] == pytest.approx(5 / 73, abs=1e-6)


def test_equal_customers_are_ranked_by_number(tea_shop: tuple[Shop, Engine]) -> None:
    """In March both brought 20: bob's 30 and his credit note of 10."""
    assert pairs(run(tea_shop, top_customers, period=MARCH), "customers", "customer_id", "value") == [("ann", 20), ("bob", 20)]
    assert pairs(run(tea_shop, top_customers, period=MARCH, order="lowest", top_n=1), "customers", "customer_id", "value") == [("ann", 20)]


def test_filters_and_metrics_apply_to_rankings(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, top_customers, metric="units", filters=(Filter("category", "=", "kitchen"),))
    assert pairs(found, "customers", "customer_id", "value") == [("bob", 3), ("ann", 1)]
    assert run(tea_shop, top_customers, metric="customers").defaults == {"metric": "revenue"}
    assert "metrics_left_out" in run(tea_shop, top_customers, metric=("orders", "units")).caveats
    with pytest.raises(CannotAnswer) as refused:
        run(tea_shop, top_customers, metric="churn_rate")
    assert refused.value.code == "not_joinable"


def test_the_best_customers_of_the_company_are_those_of_plain_sql(company: tuple[Shop, Engine]) -> None:
    found = run(company, top_customers, top_n=25)
    expected = rows(
        company[1],
        """WITH sold AS (
               SELECT o.order_id, o.customer_id, sum(l.quantity * l.unit_price) FILTER (l.quantity > 0 AND l.unit_price > 0) AS sold,
                      coalesce(sum(l.quantity * l.unit_price) FILTER (l.quantity * l.unit_price < 0), 0) AS credited,
                      any_value(coalesce(o.discount, 0)) AS discount, any_value(coalesce(o.status, 'completed')) AS status
               FROM orders o JOIN order_lines l USING (order_id) WHERE customer_id IS NOT NULL GROUP BY o.order_id, o.customer_id)
           SELECT customer_id, CAST(sum(CASE WHEN status = 'completed' AND sold > 0 THEN sold - discount ELSE 0 END
                                        + CASE WHEN status <> 'cancelled' THEN credited ELSE 0 END) AS DOUBLE) AS revenue
           FROM sold GROUP BY customer_id ORDER BY revenue DESC, customer_id LIMIT 25""",
    )
    assert pairs(found, "customers", "customer_id", "value") == [(customer, pytest.approx(revenue)) for customer, revenue in expected]


# ---- top_products ------------------------------------------------------------------------------------------------------


def test_products_are_ranked_with_their_share(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, top_products)
    assert pairs(found, "products", "rank", "product", "category", "value", "share", "orders") == [
        (1, "Tea", "drinks", 44, pytest.approx(44 / 73), 4), (2, "Mug", "kitchen", 29, pytest.approx(29 / 73), 2),
    ]
    assert facts(found, "name", "first_value", "unsold") == ("Tea", 44, 0)


def test_what_sold_nothing_at_all_is_not_forgotten(tiny_shop: TinyShop) -> None:
    """The jar never sold; the cup is of a category that nobody asked about."""
    given = tiny_shop(TABLES | {"products": PRODUCTS + "    jar | Jar | kitchen |\n    cup | Cup | gifts |\n"})
    found = run(given, top_products, order="lowest", filters=(Filter("category", "in", ("kitchen", "drinks")),))
    assert pairs(found, "products", "product", "value") == [("Mug", 29), ("Tea", 44)]
    assert pairs(found, "unsold", "product") == [("Jar",)]
    assert found.facts["unsold"] == 1


def test_a_product_that_always_came_back_leads_the_returns(tiny_shop: TinyShop) -> None:
    sales = "order_id | ordered_at | status | product_id | quantity | unit_price\n1 | 2024-03-01 | returned | hat | 1 | 5\n2 | 2024-03-02 | completed | cap | 1 | 5"
    found = run(tiny_shop({"sales": sales}), top_products, metric="return_rate")
    assert pairs(found, "products", "product_id", "value", "sample") == [("hat", 1, 1), ("cap", 0, 1)]
    assert "first_small_sample" in found.caveats


# ---- customer_profile --------------------------------------------------------------------------------------------------


def test_a_profile_tells_what_is_known_of_the_customer(tiny_shop: TinyShop) -> None:
    extra = {
        "feedback": "feedback_id | customer_id | created_at | rating | text\n1 | ann | 2024-03-03 | 2 | too cold\n2 | bob | 2024-03-04 | 5 | fine",
        "tickets": "ticket_id | customer_id | opened_at | category\nt | ann | 2024-03-03 | delivery",
        "invoices": "invoice_id | customer_id | issued_on | due_on | paid_on | amount\ni | ann | 2024-01-10 | 2024-02-10 | | 18\nj | ann | 2024-01-10 | 2024-02-10 | 2024-02-01 | 7",
    }
    found = run(tiny_shop(TABLES | extra), customer_profile, customer="ann")
    wanted = {
        "found": True, "name": "Ann", "revenue": 38, "orders": 2, "returned_orders": 1, "average_order_value": 19, "top_category": "drinks",
        "value_rank": 1, "buyers": 2, "last_order_date": date(2024, 3, 2), "average_rating": 2, "open_tickets": 1, "overdue_amount": 18,
        "unpaid_invoices": 1, "unpaid_amount": 18, "late_invoices": 1, "has_open_issue": True, "churn_probability": None,
    }
    assert {name: found.facts[name] for name in wanted} == wanted
    assert pairs(found, "recent_orders", "order_id", "status", "revenue") == [("6", "returned", 0), ("2", "completed", 20), ("1", "completed", 18)]
    assert pairs(found, "categories", "category", "revenue") == [("drinks", 29), ("kitchen", 9)]
    assert pairs(found, "feedback", "rating", "text") == [(2, "too cold")]
    assert pairs(found, "invoices", "invoice_id") == [("i",)]
    assert (found.rows_used, found.left_out) == (2, {"not_counted": 1})


def test_a_number_that_nobody_has_is_said_to_be_unknown(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, customer_profile, customer="zoe")
    assert facts(found, "found", "customer_id", "revenue", "orders") == (False, "zoe", None, None)
    assert (found.rows_used, found.caveats) == (0, ("no_such_customer",))


def test_who_only_cancelled_has_no_segment(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, customer_profile, customer="cat")
    assert facts(found, "found", "has_no_order", "orders", "value_rank", "rfm_segment") == (True, True, 0, None, None)
    assert found.caveats == ("customer_without_orders",)


def test_the_churn_model_speaks_of_active_customers_only(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    model = churn_model_fit(shop)
    engine.ensure(model)
    scores = dict(engine.rows(model.table("scores").select("customer_id", "probability")))
    for customer in (min(scores, key=lambda name: (scores[name], name)), max(scores, key=lambda name: (scores[name], name))):
        found = run(company, customer_profile, customer=customer)
        assert found.facts["churn_probability"] == pytest.approx(scores[customer], rel=1e-9)
        assert (found.facts["churn_reason"] is not None) == (scores[customer] >= 0.5)
    lost = rows(engine, "SELECT min(customer_id) FROM customer_facts WHERE lifecycle_stage = 'lost'")[0][0]
    assert run(company, customer_profile, customer=lost).facts["churn_probability"] is None


def test_a_shop_too_young_for_a_churn_model_has_profiles_all_the_same(tea_shop: tuple[Shop, Engine]) -> None:
    assert run(tea_shop, customer_profile, customer="ann").facts["churn_probability"] is None


# ---- customer_list -----------------------------------------------------------------------------------------------------


def test_everybody_who_matches_is_counted_and_listed(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, customer_list, filters=(Filter("city", "=", "York"),))
    assert pairs(found, "customers", "customer_id", "value", "orders") == [("ann", 38, 2), ("cat", 0, 0)]
    assert facts(found, "customers", "known_customers", "share", "total") == (2, 3, pytest.approx(2 / 3), 38)
    assert (found.rows_used, found.unit) == (2, "customers")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"filters": (Filter("revenue", ">", 15),), "period": MARCH}, [("ann", 20), ("bob", 20)]),
        ({"filters": (Filter("revenue", ">", 25),), "period": MARCH}, []),
        ({"filters": (Filter("revenue", ">", 25),)}, [("ann", 38), ("bob", 30)]),
        ({"period": MARCH}, [("ann", 20), ("bob", 20)]),
        ({"filters": (Filter("revenue", ">", 35), Filter("days_since_last_order", ">", 50))}, [("ann", 38)]),
        ({"metric": "units", "order": "lowest"}, [("cat", 0), ("bob", 5), ("ann", 7)]),
    ],
)
def test_spending_is_that_of_the_period_asked_about(tea_shop: tuple[Shop, Engine], asked: dict[str, Any], expected: list[tuple[str, float]]) -> None:
    assert pairs(run(tea_shop, customer_list, **asked), "customers", "customer_id", "value") == expected


def test_a_list_shows_what_its_conditions_are_about(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, customer_list, filters=(Filter("age", "<", 40), Filter("gender", "=", "female")))
    assert pairs(found, "customers", "customer_id", "age", "gender") == [("ann", 34, "female"), ("cat", 24, "female")]


def test_top_n_shows_some_and_says_how_many_there_are(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, customer_list, top_n=1)
    assert facts(found, "customers", "shown", "all_shown") == (3, 1, False)
    assert pairs(found, "customers", "customer_id") == [("ann",)]


def test_a_metric_that_says_nothing_of_one_customer_gives_way_to_revenue(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, customer_list, metric="churn_rate")
    assert (found.defaults, found.facts["left_out_metric"], found.caveats) == ({"metric": "revenue"}, "churn_rate", ("metrics_left_out",))
    assert run(tea_shop, customer_list, metric=("units", "orders")).facts["metric"] == "units"


def test_a_long_list_is_cut_with_its_full_length_told(company: tuple[Shop, Engine]) -> None:
    found = run(company, customer_list)
    assert len(found.tables["customers"].rows) == MAX_ROWS
    assert found.tables["customers"].total_rows == found.facts["customers"] == rows(company[1], "SELECT count(*) FROM customer_facts")[0][0]


def test_a_segment_and_a_filter_on_its_dimension_mean_the_same(company: tuple[Shop, Engine]) -> None:
    by_name = run(company, customer_list, segment=("champions",))
    by_filter = run(company, customer_list, filters=(Filter("rfm_segment", "=", "champions"),))
    assert by_name.facts == by_filter.facts
    assert by_name.facts["customers"] == rows(company[1], "SELECT count(*) FROM customer_facts WHERE rfm_segment = 'champions'")[0][0] > 0

