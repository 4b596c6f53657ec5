"""Key figures, one figure, groups and courses: hand-worked shops, the empty shop, and the oracle in SQL."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analytics import overview
from analytics.finding import CannotAnswer, Filter, Finding
from analytics.ingest import demo
from analytics.overview import kpi_overview, metric_breakdown, metric_trend, metric_value
from analytics.overview.asked import comparable
from analytics.period import Period
from analytics.run import Computed, Engine, sql_of
from analytics.semantics import METRICS
from analytics.shop import Shop
from tests.analytics.tea_shop import SALES, TABLES
from tests.conftest import TinyShop
from tests.support import make_shop, rows

JANUARY = Period(date(2024, 1, 1), date(2024, 2, 1), "month", 1)
FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1), "month", 1)
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
YEAR = Period(date(2024, 1, 1), date(2025, 1, 1), "year", 1)
ONLINE_RETAIL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail" / "online_retail.parquet"
#: A call of each analysis that needs more than its defaults.
CALLS: dict[str, dict[str, Any]] = {
    "kpi_overview": {"period": MARCH, "compare_to": FEBRUARY}, "metric_value": {"period": MARCH, "compare_to": FEBRUARY},
    "metric_breakdown": {"dimension": ("city", "category")}, "metric_trend": {"dimension": ("city",), "period": YEAR},
    "metric_compare": {"dimension": ("city",)}, "top_customers": {}, "top_products": {"order": "lowest"},
    "customer_profile": {"customer": "nobody"}, "customer_list": {"period": MARCH},
}


@pytest.fixture
def tea_shop(tiny_shop: TinyShop) -> tuple[Shop, Engine]:
    return tiny_shop(TABLES)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 300 customers."""
    given = make_shop(tmp_path_factory.mktemp("overview") / "demo.duckdb", demo.generate(300))
    yield given
    given[1].close()


def run(given: tuple[Shop, Engine], analysis: Callable[..., Finding], **asked: Any) -> Computed:
    shop, engine = given
    return engine.run(analysis(shop, **asked))


def column(computed: Computed, table: str, name: str) -> list[Any]:
    return list(computed.tables[table].column(name))


# ---- every analysis ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
def test_an_empty_shop_is_answered_without_a_fault(tiny_shop: TinyShop, name: str) -> None:
    """One row of facts, no tables with made-up rows, nothing used; a shop without orders says that they are missing."""
    shop, engine = tiny_shop({"products": "product_id | name\ntea | Tea"})
    loaded = Shop(shop.settings, shop.as_of, shop.today, shop.first_day, rows=Shop.unbound().rows)
    found = run((loaded, engine), getattr(overview, name), **CALLS[name])
    if name != "customer_profile":
        with pytest.raises(CannotAnswer, match="missing_table"):
            run((shop, engine), getattr(overview, name), **CALLS[name])
    assert found.rows_used == 0
    assert not any(value == value + 1 for value in found.facts.values() if isinstance(value, float))  # neither NaN nor infinite
    counted = {"top_products": {"unsold"}, "kpi_overview": {"key_figures", "course"}, "metric_value": {"figures"}, "metric_trend": {"trend"}}
    assert {name for name, table in found.tables.items() if table.rows} <= counted.get(name, set())


@pytest.mark.parametrize("name", CALLS)
def test_a_finding_is_built_without_data(name: str) -> None:
    finding = getattr(overview, name)(Shop.unbound(), **CALLS[name])
    assert {caveat.fact for caveat in finding.caveats} <= set(finding.facts.columns)
    for table in (finding.facts, *finding.tables.values(), finding.scope.counts):
        assert sql_of(table).startswith(("SELECT", "WITH"))


@pytest.mark.parametrize("name", CALLS)
def test_parameters_can_only_be_named(name: str) -> None:
    parameters = list(inspect.signature(getattr(overview, name)).parameters.values())[1:]
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters)


# ---- periods -----------------------------------------------------------------------------------------------------------


def test_an_unfinished_month_is_compared_with_the_same_part_of_another(tiny_shop: TinyShop) -> None:
    """On 9 March, March so far (20 + 30 + 5) stands against 1 to 9 February, not against the order of 20 February."""
    more = SALES + "    9 | ann | 2024-02-20 | web | completed | | tea | 10 | 5\n    10 | ann | 2024-02-09 | web | completed | | tea | 1 | 5\n"
    given = tiny_shop(TABLES | {"sales": more}, today=date(2024, 3, 9))
    found = run(given, metric_value, period=given[0].period("this_month"), compare_to=FEBRUARY)
    assert (found.facts["value"], found.facts["previous"]) == (55, 5)
    assert (found.facts["compared_start"], found.facts["compared_end"]) == (date(2024, 2, 1), date(2024, 2, 9))
    assert found.facts["is_partial"]
    assert "same_part_compared" in found.caveats


def test_nothing_is_compared_with_days_before_the_data(tea_shop: tuple[Shop, Engine]) -> None:
    shop, _ = tea_shop
    assert comparable(shop, JANUARY, JANUARY.previous()) is None
    assert comparable(shop, MARCH, None) is None
    assert comparable(shop, shop.period("all_time"), JANUARY) is None
    found = run(tea_shop, metric_value, period=JANUARY, compare_to=JANUARY.previous())
    assert found.facts["previous"] is None
    assert found.caveats == ("without_comparison",)


# ---- metric_value ------------------------------------------------------------------------------------------------------


def test_a_figure_stands_beside_the_one_before(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_value, period=MARCH, compare_to=JANUARY)
    wanted = {"value": 45, "previous": 18, "change": 27, "change_rate": 1.5, "is_better": True}
    assert {name: found.facts[name] for name in wanted} == wanted
    assert column(found, "figures", "value") == [45, 18]
    # Orders 2, 3, 4 and the credit note; 5 was cancelled, 6 returned.
    assert (found.rows_used, found.left_out["cancelled"], found.left_out["returned"], found.unit) == (4, 1, 1, "orders")


def test_no_period_means_all_the_data_with_the_last_year_beside_it(tea_shop: tuple[Shop, Engine]) -> None:
    shop, _ = tea_shop
    found = run(tea_shop, metric_value, period=shop.period("all_time"), compare_to=shop.period("all_time").previous())
    assert (found.facts["value"], found.facts["recent"], found.facts["recent_previous"]) == (73, 73, None)
    assert (found.facts["previous"], found.facts["has_comparison"]) == (None, False)
    assert run(tea_shop, metric_value).facts == run(tea_shop, metric_value, period=shop.period("all_time")).facts


def test_a_rate_says_how_sure_it_is(tea_shop: tuple[Shop, Engine]) -> None:
    """2 of 6 orders came back: Wilson's interval is 9.7 % to 70 %."""
    found = run(tea_shop, metric_value, metric="return_rate")
    assert (found.facts["value"], found.facts["sample"]) == (pytest.approx(1 / 3), 6)
    assert (found.facts["low"], found.facts["high"]) == pytest.approx((0.0968, 0.7000), abs=1e-4)
    assert found.caveats == ("small_sample",)


def test_customers_we_have_are_those_who_bought_and_those_known_are_told(tea_shop: tuple[Shop, Engine]) -> None:
    york = run(tea_shop, metric_value, metric="customers", filters=(Filter("city", "=", "York"),))
    assert (york.facts["value"], york.facts["known_customers"]) == (1, 2)
    assert run(tea_shop, metric_value, metric="customers").left_out["without_customer"] == 1


def test_several_metrics_stand_in_a_table_and_those_that_cannot_be_had_are_named(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_value, metric=("orders", "nps", "revenue"), period=MARCH)
    assert column(found, "metrics", "metric") == ["orders", "revenue"]
    assert column(found, "metrics", "value") == [3, 45]
    assert (found.facts["left_out_metrics"], found.facts["left_out_metric"], found.caveats) == (1, "nps", ("metrics_left_out",))


def test_what_cannot_be_joined_is_refused(tea_shop: tuple[Shop, Engine]) -> None:
    with pytest.raises(CannotAnswer) as missing:
        run(tea_shop, metric_value, metric="nps")
    assert missing.value.code == "missing_table"
    with pytest.raises(CannotAnswer) as unknown:
        run(tea_shop, metric_value, metric="happiness")
    assert unknown.value.code == "unknown_metric"
    with pytest.raises(CannotAnswer) as apart:
        run(tea_shop, metric_breakdown, dimension=("priority",))
    assert (apart.value.code, apart.value.details["table"]) == ("not_joinable", "orders")


def test_churn_without_a_period_is_that_of_the_last_year(company: tuple[Shop, Engine]) -> None:
    shop, _ = company
    found = run(company, metric_value, metric="churn_rate", period=shop.period("all_time"))
    assert found.defaults == {"period": "last_12_months"}
    assert found.facts["value"] == run(company, metric_value, metric="churn_rate", period=shop.period("last_12_months")).facts["value"]
    assert found.facts["previous"] is not None


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_figure_of_the_company(company: tuple[Shop, Engine], metric: str) -> None:
    shop, _ = company
    found = run(company, metric_value, metric=metric, period=shop.period("last_12_months"))
    assert found.facts["value"] is not None
    assert found.rows_used > 0
    if found.facts["low"] is not None:
        assert found.facts["low"] <= found.facts["value"] <= found.facts["high"]


# ---- kpi_overview ------------------------------------------------------------------------------------------------------


def test_key_figures_stand_against_the_period_before(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, kpi_overview, period=MARCH, compare_to=JANUARY)
    figures = dict(zip(column(found, "key_figures", "metric"), column(found, "key_figures", "value"), strict=True))
    assert figures == pytest.approx(
        {"revenue": 45, "orders": 3, "customers": 2, "new_customers": 1, "average_order_value": 15, "repeat_rate": 0, "return_rate": 0.5}
    )
    assert (found.facts["revenue"], found.facts["previous_revenue"], found.facts["change_rate_of_revenue"]) == (45, 18, 1.5)
    # Revenue, orders and customers rose; one new customer in each month; rates of so few orders are not told apart.
    assert (found.facts["better"], found.facts["worse"], found.facts["left_out_figures"]) == (3, 0, 2)
    assert "key_figures_missing" in found.caveats
    assert sum(column(found, "course", "revenue")) == 45


def test_a_change_that_chance_could_make_is_neither_better_nor_worse(tiny_shop: TinyShop) -> None:
    """One rating of 5 after one of 4 is no progress; twenty of 5 after twenty of 1 are."""
    def ratings(before: int, after: int, times: int) -> str:
        lines = [f"{month}{i} | 2024-0{month}-1{i % 9} | {rating}" for month, rating in ((2, before), (3, after)) for i in range(times)]
        return "\n".join(["feedback_id | created_at | rating", *lines, "x | 2024-03-01 | 3", "y | 2024-02-01 | 3"])

    def verdict(feedback: str) -> Any:
        found = run(tiny_shop(TABLES | {"feedback": feedback}), kpi_overview, period=MARCH, compare_to=FEBRUARY)
        return next(row for row in found.tables["key_figures"].records() if row["metric"] == "average_rating")["is_better"]

    assert verdict(ratings(4, 5, 1)) is None
    assert verdict(ratings(1, 5, 20)) is True
    assert verdict(ratings(5, 1, 20)) is False


# ---- metric_breakdown --------------------------------------------------------------------------------------------------


def test_groups_carry_their_share_of_the_whole_the_unknown_one_too(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_breakdown, dimension=("city",))
    assert found.tables["groups"].rows == (
        (1, "York", 38, pytest.approx(38 / 73)), (2, "Leeds", 30, pytest.approx(30 / 73)), (3, None, 5, pytest.approx(5 / 73)),
    )
    wanted = {"groups": 3, "ranked": 2, "first_group": "York", "first_value": 38, "last_group": "Leeds", "total": 73, "all_shown": True}
    assert {name: found.facts[name] for name in wanted} == wanted


def test_what_top_n_leaves_out_is_said(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_breakdown, dimension=("city",), top_n=1)
    assert column(found, "groups", "group") == ["York"]
    assert (found.facts["shown"], found.facts["groups"], found.facts["all_shown"]) == (1, 3, False)
    assert found.facts["shown_share"] == pytest.approx(38 / 73)


def test_lowest_first_starts_with_the_least(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_breakdown, dimension=("city",), order="lowest")
    assert (column(found, "groups", "value"), found.facts["first_group"]) == ([5, 30, 38], "Leeds")


def test_shares_of_overlapping_groups_are_said_to_overlap(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_breakdown, metric="orders", dimension=("category",))
    assert column(found, "groups", "value") == [4, 2]
    assert column(found, "groups", "share") == [4 / 5, 2 / 5]
    assert "shares_overlap" in found.caveats


def test_each_group_stands_beside_its_figure_before(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_breakdown, dimension=("city",), period=MARCH, compare_to=JANUARY)
    seen = [(row["group"], row["value"], row["previous"], row["change_rate"]) for row in found.tables["groups"].records()]
    assert seen == [("Leeds", 20, 0, None), ("York", 20, 18, pytest.approx(1 / 9)), (None, 5, 0, None)]


def test_bands_and_days_keep_their_order_unless_a_ranking_is_asked_for(tea_shop: tuple[Shop, Engine]) -> None:
    natural = run(tea_shop, metric_breakdown, metric="orders", dimension=("weekday",))
    assert column(natural, "groups", "group") == [1, 2, 3, 4, 6]
    ranked = run(tea_shop, metric_breakdown, metric="orders", dimension=("weekday",), order="highest")
    assert column(ranked, "groups", "group") == [3, 6, 2, 1, 4]
    assert natural.facts["first_group"] == ranked.facts["first_group"] == 3
    bands = run(tea_shop, metric_breakdown, metric="customers", dimension=("age_band",))
    assert column(bands, "groups", "group") == ["under 25", "25-34", "35-44", None]  # cat cancelled, the guest is nobody: 0


def test_two_dimensions_and_a_grain_make_pairs(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_breakdown, dimension=("category",), grain="month", period=Period(date(2024, 1, 1), date(2024, 4, 1)))
    assert [row[1:4] for row in found.tables["pairs"].rows] == [
        ("drinks", date(2024, 3, 1), 25), ("kitchen", date(2024, 3, 1), 20), ("drinks", date(2024, 1, 1), 9), ("kitchen", date(2024, 1, 1), 9),
        ("drinks", date(2024, 2, 1), 0), ("kitchen", date(2024, 2, 1), 0),
    ]
    with pytest.raises(CannotAnswer) as refused:
        run(tea_shop, metric_breakdown, dimension=("category", "city"), grain="month")
    assert refused.value.code == "too_many_dimensions"


def test_a_rate_of_a_handful_does_not_lead_the_ranking(tiny_shop: TinyShop) -> None:
    """Two orders of 100 in Leeds against forty of 10 or 11 in York: Leeds is shown last and without a rank."""
    lines = [f"{i} | 2024-03-{i % 28 + 1:02} | York | tea | 1 | {10 + i % 2}" for i in range(40)] + ["a | 2024-03-01 | Leeds | tea | 1 | 100", "b | 2024-03-02 | Leeds | tea | 1 | 100"]
    sales = "\n".join(["order_id | ordered_at | city | product_id | quantity | unit_price", *lines])
    found = run(tiny_shop({"sales": sales}), metric_breakdown, metric="average_order_value", dimension=("city",))
    assert [(row["rank"], row["group"], row["value"], row["sample"]) for row in found.tables["groups"].records()] == [(1, "York", 10.5, 40), (None, "Leeds", 100, 2)]
    assert (found.facts["first_group"], found.facts["small_groups"]) == ("York", 1)
    assert "small_groups" in found.caveats


def test_nps_by_age_band_is_that_of_plain_sql(company: tuple[Shop, Engine]) -> None:
    found = run(company, metric_breakdown, metric="nps", dimension=("age_band",))
    seen = {row["group"]: (row["sample"], round(row["value"], 6)) for row in found.tables["groups"].records()}
    expected = rows(
        company[1],
        f"""SELECT band, count(*), 100.0 * (count(*) FILTER (nps >= 9) - count(*) FILTER (nps <= 6)) / count(*)
            FROM (SELECT f.nps, CASE WHEN age < 25 THEN 'under 25' WHEN age < 35 THEN '25-34' WHEN age < 45 THEN '35-44'
                              WHEN age < 55 THEN '45-54' WHEN age < 65 THEN '55-64' WHEN age IS NOT NULL THEN '65 and over' END AS band
                  FROM feedback f LEFT JOIN (SELECT customer_id, date_part('year', age(DATE '{company[0].as_of}', birth_date)) AS age
                                             FROM customers) USING (customer_id) WHERE nps IS NOT NULL)
            GROUP BY band""",
    )
    assert seen == {band: (count, round(float(nps), 6)) for band, count, nps in expected}


@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason="the public sales file is not here")
def test_revenue_by_country_of_a_public_data_set(tmp_path: Path) -> None:
    """Online Retail, July to September 2011, the order's own country, sales without a customer included."""
    sales = pd.read_parquet(ONLINE_RETAIL)
    orders = sales.groupby("InvoiceNo", as_index=False).agg(customer_id=("CustomerID", "first"), ordered_at=("InvoiceDate", "first"), country=("Country", "first"))
    orders["customer_id"] = orders["customer_id"].map(lambda number: None if pd.isna(number) else str(int(number)))
    lines = sales.rename(columns={"InvoiceNo": "order_id", "StockCode": "product_id", "Quantity": "quantity", "UnitPrice": "unit_price"})
    tables = {
        "orders": orders.rename(columns={"InvoiceNo": "order_id"}).astype({"order_id": "string"}),
        "order_lines": lines[["order_id", "product_id", "quantity", "unit_price"]].astype({"order_id": "string", "product_id": "string"}),
    }
    given = make_shop(tmp_path / "retail.duckdb", tables, now=datetime(2012, 1, 1))
    summer = Period(date(2011, 7, 1), date(2011, 10, 1), "quarter", 1)
    found = run(given, metric_breakdown, dimension=("country",), period=summer)
    given[1].close()
    assert (found.facts["first_group"], found.facts["first_value"]) == ("United Kingdom", pytest.approx(1_966_628.49, abs=0.005))
    assert found.facts["total"] == pytest.approx(sum(column(found, "groups", "value")))


# ---- metric_trend ------------------------------------------------------------------------------------------------------


def test_a_course_shows_empty_months_as_zero_and_does_not_judge_the_unfinished_one(tea_shop: tuple[Shop, Engine]) -> None:
    """The data end on 1 May: May is shown, marked, and takes part in nothing."""
    found = run(tea_shop, metric_trend, grain="month", period=YEAR)
    assert column(found, "trend", "value") == [18, 0, 45, 0, 10]
    assert column(found, "trend", "moving_average") == [None, None, 21, 15, None]
    assert column(found, "trend", "is_partial") == [False, False, False, False, True]
    wanted = {
        "buckets": 4, "first": 18, "last": 0, "last_bucket": date(2024, 4, 1), "change": -18, "change_rate": -1, "highest": 45,
        "highest_bucket": date(2024, 3, 1), "lowest": 0, "lowest_bucket": date(2024, 2, 1), "average": 15.75, "total": 73,
        "empty_buckets": 2, "partial_value": 10, "trend_is_real": False,
    }
    assert {name: found.facts[name] for name in wanted} == wanted
    assert "partial_bucket" in found.caveats


def test_a_steady_rise_is_told_from_noise(tiny_shop: TinyShop) -> None:
    """10, 20, 30, 40, 50 and 60 in six months: 10 more each month."""
    lines = [f"{m} | 2024-0{m}-15 | tea | {m} | 10" for m in range(1, 7)] + ["x | 2024-07-31 | tea | 7 | 10"]
    given = tiny_shop({"sales": "\n".join(["order_id | ordered_at | product_id | quantity | unit_price", *lines])})
    found = run(given, metric_trend, grain="month", period=Period(date(2024, 1, 1), date(2024, 7, 1)))
    assert (found.facts["trend_is_real"], found.facts["rises"], found.facts["per_bucket"]) == (True, True, 10)
    short = run(given, metric_trend, grain="month", period=Period(date(2024, 1, 1), date(2024, 4, 1)))
    assert (short.facts["trend_is_real"], short.caveats) == (False, ("few_buckets",))


@pytest.mark.parametrize(("days", "grain"), [(31, "day"), (90, "week"), (400, "month"), (4000, "quarter")])
def test_the_grain_follows_the_length_of_the_period(days: int, grain: str) -> None:
    shop = Shop.unbound()
    period = Period(date.fromordinal(shop.today.toordinal() - days + 1), date.fromordinal(shop.today.toordinal() + 1))
    assert metric_trend(shop, period=period).defaults == {"grain": grain}
    assert metric_trend(shop, period=period, grain="year").defaults == {}


def test_a_course_against_another_year_pairs_bucket_by_bucket(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric_trend, grain="month", period=Period(date(2024, 3, 1), date(2024, 5, 1)), compare_to=Period(date(2024, 1, 1), date(2024, 3, 1)))
    assert column(found, "compared", "previous") == [18, 0]
    assert column(found, "compared", "change_rate") == [1.5, None]
    assert (found.facts["total"], found.facts["previous_total"], found.facts["total_change_rate"]) == (45, 18, 1.5)


def test_lines_are_those_of_the_largest_groups_and_the_number_is_said(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    found = run(company, metric_trend, dimension=("city",), grain="month", period=shop.period("last_12_months"))
    largest = rows(
        engine,
        f"""SELECT city FROM sale_lines WHERE city IS NOT NULL AND order_date > DATE '{shop.as_of}' - INTERVAL 12 MONTH
            GROUP BY city ORDER BY sum(revenue) DESC, city LIMIT 6""",
    )
    assert set(column(found, "lines", "group")) == {city for (city,) in largest}
    assert (found.facts["groups_shown"], found.facts["groups"]) == (6, rows(engine, "SELECT count(DISTINCT city) FROM customer_facts")[0][0])
    assert len(column(found, "lines", "value")) == 6 * found.facts["all_buckets"]
