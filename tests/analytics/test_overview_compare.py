"""Two groups or two periods: which sides a question names, the difference, and the tests against SciPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from scipy import stats

from analytics.finding import CannotAnswer, Filter, Finding
from analytics.ingest import demo
from analytics.overview import metric_compare
from analytics.overview.sides import sides_of
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.shop import Shop
from tests.analytics.tea_shop import TABLES
from tests.conftest import TinyShop
from tests.support import make_shop, rows

JANUARY = Period(date(2024, 1, 1), date(2024, 2, 1), "month", 1)
FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1), "month", 1)
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
YORK, LEEDS = Filter("city", "=", "York"), Filter("city", "=", "Leeds")
BOTH = Filter("city", "in", ("York", "Leeds"))


@pytest.fixture
def tea_shop(tiny_shop: TinyShop) -> tuple[Shop, Engine]:
    return tiny_shop(TABLES)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 300 customers."""
    given = make_shop(tmp_path_factory.mktemp("compare") / "demo.duckdb", demo.generate(300))
    yield given
    given[1].close()


def run(given: tuple[Shop, Engine], analysis: Callable[..., Finding] = metric_compare, **asked: Any) -> Computed:
    shop, engine = given
    return engine.run(analysis(shop, **asked))


def facts(found: Computed, *names: str) -> tuple[Any, ...]:
    return tuple(found.facts[name] for name in names)


# ---- sides -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dimension", "filters", "segment", "labels"),
    [
        ((), (BOTH,), (), ("York", "Leeds")),
        (("city",), (YORK, Filter("city", "=", "Paris")), (), ("York", "Paris")),
        ((), (), ("champions", "loyal"), ("champions", "loyal")),
        ((), (), ("high-value", "dormant"), ("high-value", "dormant")),
        (("age_band",), (Filter("age", ">", 50), Filter("age", "<", 30)), (), ("> 50", "< 30")),
        (("gender",), (YORK,), (), ()),  # all groups of the dimension
    ],
)
def test_two_of_a_kind_are_the_sides(dimension: tuple[str, ...], filters: tuple[Filter, ...], segment: tuple[str, ...], labels: tuple[str, ...]) -> None:
    found = sides_of(dimension, filters, segment)
    assert found is not None
    assert tuple(label for label, _ in found.parts) == labels


@pytest.mark.parametrize("filters", [(), (YORK,), (Filter("age", ">", 20), Filter("age", "<", 30)), (Filter("age", "between", (20, 30)),)])
def test_one_condition_or_a_range_leaves_periods_to_compare(filters: tuple[Filter, ...]) -> None:
    assert sides_of((), filters, ("champions",)) is None


def test_other_conditions_hold_for_both_sides() -> None:
    found = sides_of((), (BOTH, Filter("gender", "=", "female")), ("champions",))
    assert found is not None
    assert found.common == (Filter("gender", "=", "female"), Filter("rfm_segment", "=", "champions"))


# ---- groups ------------------------------------------------------------------------------------------------------------


def test_the_higher_group_stands_first(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, filters=(Filter("city", "in", ("Leeds", "York")),))
    assert facts(found, "a_group", "a_value", "b_group", "b_value", "difference", "difference_rate") == ("York", 38, "Leeds", 30, 8, pytest.approx(8 / 30))
    assert facts(found, "is_periods", "dimension", "method") == (False, "city", "daily_pairs")
    # Orders 1, 2, 3, 8 and the credit note; the guest's order is on neither side.
    assert found.rows_used == 5


def test_sums_of_groups_are_told_apart_by_their_days(tea_shop: tuple[Shop, Engine]) -> None:
    """Each day of the data is a pair; SciPy agrees."""
    found = run(tea_shop, filters=(BOTH,))
    york = {date(2024, 1, 10): 18, date(2024, 3, 2): 20}
    leeds = {date(2024, 3, 5): 30, date(2024, 3, 28): -10, date(2024, 5, 1): 10}
    days = [date.fromordinal(day) for day in range(date(2024, 1, 10).toordinal(), date(2024, 5, 1).toordinal() + 1)]
    expected = stats.ttest_rel([york.get(day, 0) for day in days], [leeds.get(day, 0) for day in days]).pvalue
    assert found.facts["chance"] == pytest.approx(expected, rel=0.01)
    assert found.facts["is_real"] is False


def test_the_other_period_stands_beside_each_group(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, filters=(BOTH,), period=MARCH, compare_to=JANUARY)
    assert [(row["group"], row["value"], row["previous"]) for row in found.tables["sides"].records()] == [("Leeds", 20, 0), ("York", 20, 18)]


def test_of_many_groups_the_ends_are_compared_and_the_bar_is_higher(company: tuple[Shop, Engine]) -> None:
    found = run(company, metric="average_order_value", dimension=("city",))
    values = [row["value"] for row in found.tables["sides"].records()]
    assert facts(found, "a_value", "b_value", "groups") == (max(values), min(values), len(values))
    pairs = len(values) * (len(values) - 1) / 2
    assert found.facts["is_real"] == (found.facts["chance"] * pairs < 0.05)
    assert "picked_pair" in found.caveats


def test_shares_are_told_apart_by_the_two_proportion_test(company: tuple[Shop, Engine]) -> None:
    found = run(company, metric="return_rate", filters=(Filter("gender", "in", ("female", "male")),))
    hits = [round(found.facts[f"{end}_value"] * found.facts[f"{end}_sample"]) for end in "ab"]
    sizes = [found.facts[f"{end}_sample"] for end in "ab"]
    pooled = sum(hits) / sum(sizes)
    z = (hits[0] / sizes[0] - hits[1] / sizes[1]) / (pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1])) ** 0.5
    assert found.facts["method"] == "two_proportions"
    assert found.facts["chance"] == pytest.approx(2 * stats.norm.sf(abs(z)), abs=1e-6)


def test_means_are_told_apart_by_welch(company: tuple[Shop, Engine]) -> None:
    found = run(company, metric="average_rating", filters=(Filter("feedback_source", "in", ("survey", "review")),))
    given = {source: [r for (r,) in rows(company[1], f"SELECT rating FROM feedback WHERE source = '{source}' AND rating IS NOT NULL")] for source in ("survey", "review")}
    expected = stats.ttest_ind(given["survey"], given["review"], equal_var=False).pvalue
    assert found.facts["method"] == "welch"
    assert found.facts["chance"] == pytest.approx(expected, rel=0.02)


def test_weekdays_share_no_day_and_are_not_paired(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    found = run(company, metric="orders", dimension=("weekday",))
    by_day = rows(engine, f"SELECT isodow(day), orders FROM daily_sales WHERE day BETWEEN DATE '{shop.first_day}' AND DATE '{shop.as_of}'")
    sides = [[count for weekday, count in by_day if weekday == found.facts[f"{end}_group"]] for end in "ab"]
    assert found.facts["method"] == "daily_welch"
    assert found.facts["chance"] == pytest.approx(stats.ttest_ind(*sides, equal_var=False).pvalue, rel=0.05, abs=1e-6)


def test_segments_are_compared_by_name(company: tuple[Shop, Engine]) -> None:
    found = run(company, metric="revenue_per_customer", segment=("champions", "lost"))
    assert facts(found, "a_group", "b_group", "dimension", "is_real") == ("champions", "lost", "rfm_segment", True)


def test_a_side_without_data_is_not_compared(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, metric="average_order_value", filters=(Filter("city", "in", ("York", "Paris")),))
    assert facts(found, "a_group", "a_value", "b_value", "difference", "is_real") == ("York", 19, None, None, None)


# ---- periods -----------------------------------------------------------------------------------------------------------


def test_two_periods_are_told_apart_by_their_days(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, period=MARCH, compare_to=JANUARY)
    march, january = {2: 20, 5: 30, 9: 5, 28: -10}, {10: 18}
    expected = stats.ttest_ind([march.get(d, 0) for d in range(1, 32)], [january.get(d, 0) for d in range(1, 32)], equal_var=False).pvalue
    assert facts(found, "a_value", "b_value", "difference", "method", "is_real") == (45, 18, 27, "daily_welch", False)
    assert found.facts["chance"] == pytest.approx(expected, rel=0.01)
    assert [row["group"] for row in found.tables["sides"].records()] == ["2024-03-01 – 2024-03-31", "2024-01-01 – 2024-01-31"]


def test_periods_of_different_length_are_told_per_day(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, period=MARCH, compare_to=FEBRUARY)
    assert facts(found, "a_per_day", "b_per_day", "lengths_differ") == (pytest.approx(45 / 31), 0, True)
    assert "lengths_differ" in found.caveats


def test_without_a_period_last_month_stands_against_the_one_before(tiny_shop: TinyShop) -> None:
    given = tiny_shop(TABLES, today=date(2024, 4, 15))
    found = run(given)
    assert facts(found, "a_value", "b_value", "is_periods") == (45, 0, True)
    assert found.defaults == {"period": "last_month"}


def test_a_dimension_with_two_periods_shows_each_group_in_both(tea_shop: tuple[Shop, Engine]) -> None:
    found = run(tea_shop, dimension=("city",), period=MARCH, compare_to=JANUARY)
    assert facts(found, "is_periods", "a_value", "b_value") == (True, 45, 18)
    seen = [(row["group"], row["value"], row["previous"], row["change"]) for row in found.tables["groups"].records()]
    assert seen == [("Leeds", 20, 0, 20), (None, 5, 0, 5), ("York", 20, 18, 2)]


def test_a_period_before_the_data_is_too_far_back(tea_shop: tuple[Shop, Engine]) -> None:
    with pytest.raises(CannotAnswer) as refused:
        run(tea_shop, period=JANUARY, compare_to=JANUARY.year_before())
    assert refused.value.code == "too_little_history"


def test_a_balance_is_compared_and_not_tested(tiny_shop: TinyShop) -> None:
    invoices = "invoice_id | customer_id | issued_on | due_on | amount\na | ann | 2024-01-01 | 2024-01-31 | 10\nb | bob | 2024-01-01 | 2024-03-20 | 20"
    found = run(tiny_shop(TABLES | {"invoices": invoices}), metric="overdue_amount", period=MARCH, compare_to=FEBRUARY)
    assert facts(found, "a_value", "b_value", "method", "chance", "is_real", "a_is_better") == (30, 10, "untested", None, None, False)
