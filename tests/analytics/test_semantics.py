"""Every metric and dimension declared once: hand-worked figures, what joins and what is refused, and the oracle in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.finding import CannotAnswer, Filter
from analytics.ingest import demo
from analytics.period import Calendar, Period, start_of
from analytics.run import Engine
from analytics.semantics import (
    DIMENSIONS,
    METRICS,
    base_for,
    bucket,
    customers_matching,
    measure,
    restrict,
    segment_filters,
    why_not,
    why_not_filter,
)
from analytics.shop import Shop
from tests.analytics.tea_shop import SALES, TABLES
from tests.conftest import TinyShop
from tests.support import make_shop, rows

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
YEAR = Period(date(2024, 1, 1), date(2024, 6, 1))


@pytest.fixture
def tea_shop(tiny_shop: TinyShop) -> tuple[Shop, Engine]:
    return tiny_shop(TABLES)


def one(given: tuple[Shop, Engine], name: str, **asked: Any) -> Any:
    shop, engine = given
    return engine.rows(measure(shop, (name,), **asked))[0][0]


def groups(given: tuple[Shop, Engine], name: str, *dims: str, **asked: Any) -> dict[Any, Any]:
    """The metric by its group (a tuple for two dimensions)."""
    shop, engine = given
    found = engine.rows(measure(shop, (name,), dims=dims, **asked))
    return {row[0] if len(row) == 2 else row[:-1]: row[-1] for row in found}


def months(given: tuple[Shop, Engine], name: str, period: Period) -> list[Any]:
    shop, engine = given
    found = measure(shop, (name,), period=period, grain="month").order_by("month")
    return [row[1] for row in engine.rows(found)]


# ---- the figures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("revenue", 18 + 20 + 30 + 5 - 10 + 10),  # orders 1, 2, 3, 4, the credit note, 8
        ("orders", 5),
        ("customers", 2),  # the guest is nobody, cat only cancelled
        ("new_customers", 2),
        ("average_order_value", 73 / 5),
        ("units", 3 + 4 + 3 + 1 + 2),
        ("items_per_order", 13 / 5),
        ("gross_margin", 73 - 9 * 2 - 4 * 4 + 4),  # 9 teas, 4 mugs, one mug came back
        ("margin_rate", 43 / 73),
        ("discount_rate", 2 / 85),
        ("return_rate", 2 / 6),  # order 6 and credit note 7 / orders 1, 2, 3, 4, 6, 8
        ("repeat_rate", 1),  # ann: 1 and 2, bob: 3 and 8
        ("purchase_frequency", 4 / 2),
        ("revenue_per_customer", (73 - 5) / 2),
    ],
)
def test_each_sales_metric_is_what_a_person_works_out(tea_shop: tuple[Shop, Engine], metric: str, expected: float) -> None:
    assert float(one(tea_shop, metric)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("revenue", 45), ("orders", 3), ("customers", 2), ("new_customers", 1), ("repeat_rate", 0), ("return_rate", 2 / 4), ("discount_rate", 0)],
)
def test_a_period_bounds_every_metric(tea_shop: tuple[Shop, Engine], metric: str, expected: float) -> None:
    """March: orders 2, 3, 4 count; bob is new then, ann was in January."""
    assert float(one(tea_shop, metric, period=MARCH)) == pytest.approx(expected)


def test_a_month_without_sales_shows_zero(tea_shop: tuple[Shop, Engine]) -> None:
    assert months(tea_shop, "revenue", YEAR) == [18, 0, 45, 0, 10]
    assert months(tea_shop, "customers", YEAR) == [1, 0, 2, 0, 1]
    assert months(tea_shop, "average_order_value", YEAR) == [18, None, 15, None, 10]


def test_all_the_data_reach_up_to_and_with_the_last_day(tea_shop: tuple[Shop, Engine]) -> None:
    shop, engine = tea_shop
    by_month = engine.rows(measure(shop, ("revenue",), grain="month").order_by("month"))
    assert [(day.month, amount) for day, amount in by_month] == [(1, 18), (2, 0), (3, 45), (4, 0), (5, 10)]


def test_a_time_dimension_is_a_grain(tea_shop: tuple[Shop, Engine]) -> None:
    assert groups(tea_shop, "orders", "month", period=YEAR)[date(2024, 2, 1)] == 0
    # Monday has a returned order and Thursday a credit note: days on which something happened and nothing was sold.
    assert groups(tea_shop, "orders", "weekday", period=YEAR) == {1: 0, 2: 1, 3: 2, 4: 0, 6: 2}
    assert groups(tea_shop, "orders", "hour", period=YEAR) == {9: 2, 18: 3}


def test_revenue_of_lines_and_of_orders_is_the_same(tea_shop: tuple[Shop, Engine]) -> None:
    assert groups(tea_shop, "revenue", "category") == {"drinks": 9 + 20 + 5 + 10, "kitchen": 9 + 30 - 10}
    assert groups(tea_shop, "revenue", "order_channel") == {"web": 43, "app": 30}
    assert groups(tea_shop, "revenue", "city") == {"York": 38, "Leeds": 30, None: 5}
    assert groups(tea_shop, "revenue", "gender", "product") == {("female", "Tea"): 29, ("female", "Mug"): 9, ("male", "Tea"): 10, ("male", "Mug"): 20, (None, "Tea"): 5}


def test_an_order_with_two_categories_is_an_order_of_each(tea_shop: tuple[Shop, Engine]) -> None:
    assert groups(tea_shop, "orders", "category") == {"drinks": 4, "kitchen": 2}
    assert groups(tea_shop, "new_customers", "category") == {"drinks": 1, "kitchen": 2}
    assert groups(tea_shop, "return_rate", "product") == pytest.approx({"Tea": 0, "Mug": 2 / 3})
    assert groups(tea_shop, "repeat_rate", "category") == pytest.approx({"drinks": 1 / 2, "kitchen": 0})


def test_samples_say_what_a_rate_rests_on(tea_shop: tuple[Shop, Engine]) -> None:
    shop, engine = tea_shop
    asked = ("average_order_value", "return_rate", "repeat_rate", "revenue")
    (found,) = engine.rows(measure(shop, asked, samples=True).select(*[f"sample_{m}" for m in asked], "spread_average_order_value", "spread_revenue"))
    # Orders of 18, 20, 30, 5, 10: mean 16.6, squared deviations 1.96 + 11.56 + 179.56 + 134.56 + 43.56 = 371.2.
    assert found == (5, 6, 2, None, pytest.approx((371.2 / 5) ** 0.5), None)


def test_only_the_groups_asked_for_are_shown(tea_shop: tuple[Shop, Engine]) -> None:
    shop, engine = tea_shop
    york = customers_matching(shop, (Filter("city", "=", "York"),)).select("city").distinct()
    found = measure(shop, ("revenue",), dims=("city",), period=YEAR, grain="month", only=york).order_by("month")
    assert [(city, amount) for city, _, amount in engine.rows(found)] == [("York", 18), ("York", 0), ("York", 20), ("York", 0), ("York", 0)]


# ---- filters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "revenue", "orders"),
    [
        ((Filter("city", "=", "York"),), 38, 2),
        ((Filter("city", "!=", "York"),), 35, 3),  # the guest's unknown place is not York
        ((Filter("city", "=", None),), 5, 1),
        ((Filter("category", "=", "drinks"),), 44, 4),
        ((Filter("category", "in", ("drinks", "kitchen")),), 73, 5),
        ((Filter("order_channel", "=", "app"), Filter("category", "=", "drinks")), 30, 2),
        ((Filter("channel", "=", "app"),), 30, 2),
        ((Filter("gender", "=", "male"),), 30, 2),
        ((Filter("revenue", ">", 35),), 38, 2),  # of the customer, not of one order
        ((Filter("orders", ">=", 2), Filter("age", "<", 40)), 38, 2),
        ((Filter("weekday", "in", (6, 7)),), 25, 2),
        ((Filter("discount", ">", 0),), 18, 1),
        ((Filter("product", "contains", "TE"),), 44, 4),
        ((Filter("last_order_date", "<", "2024-04-01"),), 38, 2),
        ((Filter("ordered_at", "between", (date(2024, 3, 2), date(2024, 3, 9))),), 55, 3),  # both days with all their hours
        ((Filter("customer", "=", "Bob"),), 30, 2),
    ],
)
def test_filters_narrow_to_what_they_say(tea_shop: tuple[Shop, Engine], filters: tuple[Filter, ...], revenue: float, orders: int) -> None:
    assert float(one(tea_shop, "revenue", filters=filters)) == revenue
    assert one(tea_shop, "orders", filters=filters) == orders


@pytest.mark.parametrize(
    ("filters", "period", "expected"),
    [
        ((), None, "ann bob cat"),
        ((Filter("city", "=", "York"),), None, "ann cat"),
        ((Filter("orders", "=", 0),), None, "cat"),
        ((Filter("category", "=", "drinks"), Filter("category", "=", "kitchen")), None, "ann bob"),
        ((Filter("product", "=", "Tea"), Filter("order_channel", "=", "web")), None, "ann"),  # the same line
        ((Filter("order_channel", "!=", "app"),), None, "cat"),
        ((Filter("category", "=", "kitchen"), Filter("category", "!=", "drinks")), MARCH, "bob"),
        ((Filter("revenue", ">", 15),), MARCH, "ann bob"),
        ((Filter("revenue", ">", 20),), MARCH, ""),  # the credit note leaves bob 20
        ((Filter("orders", "=", 0),), MARCH, "cat"),
        ((Filter("returned_orders", ">", 0),), MARCH, "ann bob"),
        ((Filter("city", "=", "York"),), MARCH, "ann"),  # with a period: who bought in it
        ((Filter("status", "=", "cancelled"),), None, "cat"),
        ((Filter("email", "=", None),), None, "bob"),
        ((Filter("email", "!=", None), Filter("orders", ">", 0)), None, "ann"),
        ((Filter("birth_month", "=", 5),), None, "ann bob"),
        ((Filter("return_rate", ">", 30),), None, "ann bob"),  # percentages as spoken: 1 of 3 and 1 of 2
        ((Filter("days_since_last_order", "between", (100, 50)),), None, "ann"),
    ],
)
def test_customers_match_by_what_they_are_and_did(
    tea_shop: tuple[Shop, Engine], filters: tuple[Filter, ...], period: Period | None, expected: str
) -> None:
    shop, engine = tea_shop
    found = customers_matching(shop, filters, period).select("customer_id").order_by("customer_id")
    assert " ".join(row[0] for row in engine.rows(found)) == expected


def test_a_filter_that_nothing_can_tell_is_refused_with_the_reason(tea_shop: tuple[Shop, Engine]) -> None:
    shop, _ = tea_shop
    with pytest.raises(CannotAnswer) as unknown:
        measure(shop, ("revenue",), filters=(Filter("shoe_size", "=", 44),))
    assert (unknown.value.code, unknown.value.details["field"]) == ("unknown_field", "shoe_size")
    with pytest.raises(CannotAnswer) as bad:
        customers_matching(shop, (Filter("age", ">", "old"),))
    assert bad.value.code == "bad_value"
    with pytest.raises(CannotAnswer) as no_field:
        customers_matching(shop, (Filter("shoe_size", "=", 44),))
    assert no_field.value.code == "not_a_customer_field"
    with pytest.raises(CannotAnswer) as elsewhere:
        restrict(shop, shop.table("invoice_facts"), "invoice_facts", (Filter("category", "=", "drinks"),))
    assert elsewhere.value.code == "not_joinable"


def test_segments_are_filters_on_their_dimension() -> None:
    assert segment_filters(("champions",)) == (Filter("rfm_segment", "=", "champions"),)
    assert segment_filters(("high-value", "potential")) == (Filter("value_tier", "in", ("high-value", "potential")),)
    assert segment_filters(("active", "high-value")) == (Filter("lifecycle_stage", "=", "active"), Filter("value_tier", "=", "high-value"))


def test_new_and_lost_are_stages_unless_told_beside_rfm_segments() -> None:
    assert segment_filters(("lost",)) == (Filter("lifecycle_stage", "=", "lost"),)
    assert segment_filters(("new", "dormant")) == (Filter("lifecycle_stage", "in", ("new", "dormant")),)
    assert segment_filters(("champions", "lost")) == (Filter("rfm_segment", "in", ("champions", "lost")),)
    with pytest.raises(CannotAnswer) as refused:
        segment_filters(("whales",))
    assert refused.value.code == "unknown_segment"


# ---- what joins --------------------------------------------------------------------------------------------------------


def test_what_the_tables_cannot_join_is_refused_before_anything_runs(tea_shop: tuple[Shop, Engine]) -> None:
    shop = Shop.unbound()
    assert why_not(shop, "revenue", ("city",)) is None
    refused = why_not(shop, "revenue", ("priority",))
    assert refused is not None
    assert (refused.code, refused.details["dimension"], refused.details["table"]) == ("not_joinable", "priority", "orders")
    assert why_not(shop, "churn_rate", ("category",)) is not None
    assert why_not(shop, "acquisition_cost", ("city",)) is not None
    assert why_not(shop, "nonsense").code == "unknown_metric"  # type: ignore[union-attr]
    assert why_not(shop, "revenue", ("nonsense",)).code == "unknown_dimension"  # type: ignore[union-attr]
    assert why_not(shop, "revenue", ("theme",)).code == "unbuilt_dimension"  # type: ignore[union-attr]
    missing = why_not(tea_shop[0], "nps")
    assert missing is not None
    assert (missing.code, missing.details["table"]) == ("missing_table", "feedback")


def test_a_category_filter_moves_sales_metrics_to_the_lines() -> None:
    drinks = (Filter("category", "=", "drinks"),)
    assert base_for(METRICS["revenue"]) == "order_facts"
    assert base_for(METRICS["revenue"], (), drinks) == "sale_lines"
    assert why_not_filter("order_facts", drinks[0]) == "not_joinable"


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_not_refused_can_be_built(metric: str) -> None:
    """Any metric by any dimension: `why_not` and `measure` agree."""
    shop = Shop.unbound()
    for name in DIMENSIONS:
        refusal = why_not(shop, metric, (name,))
        if refusal is None:
            table = measure(shop, (metric,), dims=(name,), period=YEAR, samples=True)
            assert table.columns == (name, metric, f"sample_{metric}", f"spread_{metric}")
        else:
            with pytest.raises(CannotAnswer) as raised:
                measure(shop, (metric,), dims=(name,), period=YEAR)
            assert raised.value.details == refusal.details


def test_an_empty_shop_has_zeros_and_unknowns_and_no_fault(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({})
    every = Shop(shop.settings, shop.as_of, shop.today, shop.first_day, rows=Shop.unbound().rows)
    for name, metric in METRICS.items():
        (found,) = engine.rows(measure(every, (name,), period=YEAR))
        assert found[0] == (0 if metric.zero_filled else None), name


# ---- special metrics ---------------------------------------------------------------------------------------------------

#: The horizon is 183 days (too few gaps for another). ann: gone on 4 July 2023 for good. bob: gone on 4 July, back on 1
#: August, and gone again on 1 February 2024, after the data end. cat: gone on 2 December, back in January.
LEAVING = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2023-01-01 | completed | tea        | 1        | 5
    2        | bob         | 2023-01-01 | completed | tea        | 1        | 5
    3        | bob         | 2023-08-01 | completed | tea        | 1        | 5
    4        | cat         | 2023-06-01 | completed | tea        | 1        | 5
    5        | cat         | 2024-01-15 | completed | tea        | 1        | 5
    6        | ann         | 2023-06-20 | cancelled | tea        | 1        | 5
    7        | dan         | 2024-01-31 | completed | tea        | 1        | 5
"""


def test_who_crosses_the_horizon_in_a_month_has_churned_in_it(tiny_shop: TinyShop) -> None:
    given = tiny_shop({"sales": LEAVING})
    assert given[0].settings.churn_horizon_days == 183
    span = Period(date(2023, 6, 1), date(2024, 2, 1))
    # June: the data are younger than the horizon. July: ann and bob of ann, bob, cat. August: cat alone was active at its
    # start. December: cat of bob and cat.
    assert months(given, "churn_rate", span) == pytest.approx([None, 2 / 3, 0, 0, 0, 0, 1 / 2, 0])
    assert months(given, "retention_rate", span)[1] == pytest.approx(1 / 3)
    # Over July to January: ann, bob and cat were active at the start and all left once, whoever came back.
    assert one(given, "churn_rate", period=Period(date(2023, 7, 1), date(2024, 2, 1))) == 1


def test_churn_is_split_by_what_the_customer_is(tiny_shop: TinyShop) -> None:
    people = "customer_id | city\nann | York\nbob | Leeds\ncat | York"
    given = tiny_shop({"sales": LEAVING, "customers": people})
    july = Period(date(2023, 7, 1), date(2023, 8, 1))
    assert groups(given, "churn_rate", "city", period=july) == {"York": 1 / 2, "Leeds": 1}
    assert one(given, "churn_rate", period=july, filters=(Filter("city", "=", "York"),)) == 1 / 2


def test_what_is_overdue_is_told_for_the_last_day_of_the_period(tiny_shop: TinyShop) -> None:
    invoices = """
        invoice_id | customer_id | issued_on  | due_on     | paid_on    | amount
        a          | ann         | 2024-01-01 | 2024-01-31 | 2024-03-15 | 10
        b          | bob         | 2024-01-01 | 2024-02-20 |            | 20
        c          | ann         | 2024-03-01 | 2024-06-30 |            | 40
        d          | bob         | 2024-01-01 |            |            | 80
    """
    given = tiny_shop(TABLES | {"invoices": invoices})
    assert months(given, "overdue_amount", YEAR) == [0, 30, 20, 20, 20]
    assert groups(given, "overdue_amount", "city", period=Period(date(2024, 2, 1), date(2024, 3, 1))) == {"York": 10, "Leeds": 20}
    assert one(given, "overdue_amount") == 20
    assert one(given, "overdue_rate") == 1 / 4


def test_a_new_customer_costs_what_the_campaigns_cost(tiny_shop: TinyShop) -> None:
    campaigns = """
        campaign_id | name   | channel | starts_on  | cost
        x           | Spring | Email   | 2024-01-05 | 30
        y           | Summer | ads     | 2024-03-05 | 50
        z           | Winter | ads     | 2023-03-05 | 900
    """
    given = tiny_shop(TABLES | {"campaigns": campaigns})
    assert one(given, "acquisition_cost", period=YEAR) == 80 / 2
    assert months(given, "acquisition_cost", YEAR) == [30, None, 50, None, None]
    assert groups(given, "acquisition_cost", "acquisition_channel", period=YEAR) == {"email": 30, "ads": 50}
    assert one(given, "acquisition_cost", period=YEAR, filters=(Filter("acquisition_channel", "=", "ads"),)) == 50


def test_a_campaign_returns_what_its_orders_bring_over_its_cost(tiny_shop: TinyShop) -> None:
    campaigns = "campaign_id | name | channel | starts_on | cost\nx | Spring | email | 2024-01-05 | 30\ny | Free | ads | 2024-01-05 |"
    touches = """
        campaign_id | customer_id | variant | sent_at    | opened_at  | clicked_at | converted_at
        x           | ann         | treated | 2024-01-05 | 2024-01-06 | 2024-01-06 | 2024-01-10
        x           | bob         | treated | 2024-01-05 | 2024-01-06 |            |
        x           | cat         | control | 2024-01-05 |            |            | 2024-01-10
        y           | cat         |         | 2024-01-05 |            |            |
    """
    sales = SALES.replace("order_id |", "order_id | campaign_id |", 1).replace("    1        |", "    1        | x |").replace("    2        |", "    2        | y |")
    lines = [line if line.count("|") == 9 else line.replace("|", "| |", 1) for line in sales.strip().splitlines()]
    given = tiny_shop({"sales": "\n".join(lines), "campaigns": campaigns, "campaign_touches": touches})
    assert one(given, "campaign_roi") == (18 - 30) / 30  # the campaign without a known cost is left out of both sides
    assert groups(given, "open_rate", "campaign") == {"Spring": 1, "Free": 0}
    assert (one(given, "open_rate"), one(given, "click_rate"), one(given, "conversion_rate")) == pytest.approx((2 / 3, 1 / 3, 1 / 3))


def test_feedback_tickets_points_and_visits_are_counted_as_defined(tiny_shop: TinyShop) -> None:
    feedback = """
        feedback_id | customer_id | created_at | source | rating | nps
        1           | ann         | 2024-03-01 | survey | 5      | 9
        2           | bob         | 2024-03-02 | survey | 2      | 6
        3           | bob         | 2024-03-03 | review |        | 7
        4           |             | 2024-03-04 | review | 5      |
    """
    tickets = """
        ticket_id | customer_id | opened_at        | first_response_at | resolved_at      | category | csat
        1         | ann         | 2024-03-01 08:00 | 2024-03-01 10:00  | 2024-03-02 08:00 | billing  | 5
        2         | ann         | 2024-03-02 08:00 | 2024-03-04 08:00  |                  | billing  | 3
        3         | bob         | 2024-04-30 08:00 |                   |                  | delivery |
    """
    points = "customer_id | occurred_at | points\nann | 2024-03-01 | 50\nann | 2024-03-02 | -20\nbob | 2024-03-01 | 10"
    events = """
        customer_id | occurred_at      | type
        ann         | 2024-03-01 08:00 | view
        ann         | 2024-03-01 20:00 | cart
        ann         | 2024-03-02 08:00 | view
                    | 2024-03-02 09:00 | view
    """
    given = tiny_shop(TABLES | {"feedback": feedback, "tickets": tickets, "loyalty_entries": points, "web_events": events})
    expected = {
        "average_rating": 4, "nps": 0, "feedback_count": 4, "csat": 1 / 2, "tickets": 3, "first_response_time": 25,
        "resolution_time": 24, "resolution_rate": 1 / 3, "points_earned": 60, "points_redeemed": 20, "visits": 3,
    }
    assert {name: float(one(given, name)) for name in expected} == pytest.approx(expected)
    # Ticket 1 was answered in time, 2 too late; 3, a day old on the last day of the data, can still be answered in time.
    assert one(given, "sla_rate") == pytest.approx(1 / 2)
    assert groups(given, "tickets", "category") == {"billing": 2, "delivery": 1}
    assert groups(given, "nps", "city") == {"York": 100, "Leeds": -50, None: None}


def test_customers_are_found_by_what_they_said_and_received(tiny_shop: TinyShop) -> None:
    feedback = "feedback_id | customer_id | created_at | rating | nps\n1 | ann | 2024-03-01 | 1 | 3\n2 | ann | 2024-04-01 | 5 | 9\n3 | bob | 2024-03-02 | 4 | 7"
    touches = "campaign_id | customer_id | sent_at | opened_at\nx | ann | 2024-03-01 | 2024-03-02\nx | bob | 2024-03-01 |"
    shop, engine = tiny_shop(TABLES | {"feedback": feedback, "campaign_touches": touches})

    def found(*filters: Filter, period: Period | None = None) -> str:
        return " ".join(row[0] for row in engine.rows(customers_matching(shop, filters, period).select("customer_id").order_by("customer_id")))

    assert found(Filter("rating", "=", 1)) == "ann"
    assert found(Filter("rating", "=", 1), period=Period(date(2024, 4, 1), date(2024, 5, 1))) == ""
    assert found(Filter("nps", "<=", 6)) == ""  # an NPS is that of the last answer ...
    assert found(Filter("nps", "<=", 6), period=MARCH) == "ann"  # ... or of any in the period
    assert found(Filter("average_rating", ">=", 4)) == "bob"
    assert found(Filter("campaign", "=", "x"), Filter("opened_at", "=", None)) == "bob"


# ---- calendar ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cal", [Calendar(), Calendar(7, 4), Calendar(3, 2), Calendar(1, 11)])
@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_the_engine_and_python_agree_on_every_bucket(cal: Calendar, grain: Any) -> None:
    import ibis

    engine = Engine(None)
    days = [date(2023, 1, 1).replace(month=m, day=d) for m in range(1, 13) for d in (1, 2, 15, 28)]
    table = ibis.array([ibis.literal(day) for day in days]).unnest().name("day").as_table()
    found = engine.rows(table.select("day", bucket=bucket(table.day, grain, cal)))
    engine.close()
    assert found == [(day, start_of(grain, day, cal)) for day in days]


# ---- a company ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 300 customers."""
    given = make_shop(tmp_path_factory.mktemp("semantics") / "demo.duckdb", demo.generate(300))
    yield given
    given[1].close()


def test_revenue_adds_up_over_every_dimension(company: tuple[Shop, Engine]) -> None:
    """Any split of revenue is a partition: the groups, the unknown one included, sum to the whole, exactly."""
    shop, _ = company
    whole = one(company, "revenue")
    for name in DIMENSIONS:
        if why_not(shop, "revenue", (name,)) is None:
            assert sum((amount for amount in groups(company, "revenue", name).values()), Decimal(0)) == whole, name


ORACLE = """
    WITH kept AS (
        SELECT o.order_id, date_trunc('month', o.ordered_at) AS month, coalesce(o.city, c.city) AS city, coalesce(o.discount, 0) AS discount,
               sum(l.quantity * l.unit_price) FILTER (l.quantity > 0 AND l.unit_price > 0) AS sold,
               coalesce(sum(l.quantity * l.unit_price) FILTER (l.quantity * l.unit_price < 0), 0) AS credited,
               coalesce(o.status, 'completed') AS status
        FROM orders o JOIN order_lines l USING (order_id) LEFT JOIN customers c USING (customer_id)
        WHERE coalesce(o.status, 'completed') <> 'cancelled' GROUP BY ALL)
    SELECT city, CAST(month AS DATE),
           sum(CASE WHEN status = 'completed' AND sold > 0 THEN sold - discount ELSE 0 END + credited) AS revenue,
           count(*) FILTER (status = 'completed' AND sold > 0) AS orders
    FROM kept GROUP BY ALL ORDER BY ALL
"""


def test_revenue_and_orders_by_city_and_month_are_those_of_plain_sql(company: tuple[Shop, Engine]) -> None:
    """The oracle reads the canonical tables only; the demo's clock is UTC."""
    shop, engine = company
    found = measure(shop, ("revenue", "orders"), dims=("city",), grain="month")
    seen = {(city, month): (Decimal(revenue), orders) for city, month, revenue, orders in engine.rows(found) if orders or revenue}
    expected = {(city, month): (Decimal(revenue), orders) for city, month, revenue, orders in rows(engine, ORACLE) if orders or revenue}
    assert shop.settings.time_zone == "UTC"
    assert len(expected) > 100
    assert seen == expected
