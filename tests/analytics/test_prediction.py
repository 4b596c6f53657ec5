"""sales_forecast on a shop whose pattern is known, against SQL on the demo company, and where there is too little to go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analytics import store
from analytics.finding import CannotAnswer, Filter
from analytics.period import Period, add_months
from analytics.prediction import sales_forecast
from analytics.prediction.span import span_of
from analytics.run import Computed, Engine
from analytics.shop import Shop
from tests.support import make_shop, rows

#: Revenue of the months of each year, January first; tea brings three quarters of it.
PATTERN = (80, 70, 90, 100, 110, 95, 85, 90, 105, 120, 150, 205)
AS_OF = date(2024, 1, 16)
#: What January 2024 has brought by then.
STARTED = 36


def month_orders() -> pd.DataFrame:
    """One order of ann (tea, York) and one of bob (mugs, Leeds) on the first of each month of 2021-2023, on 2024-01-02 and,
    worth nothing, at the end; beside them what must not count: a cancelled, a returned and a credited order."""
    sales: list[dict[str, Any]] = []

    def sell(day: date, who: str | None, what: str, price: float, status: str = "completed") -> None:
        sales.append(
            {
                "order_id": str(len(sales)), "customer_id": who, "ordered_at": f"{day} 10:00", "status": status, "product_id": what,
                "quantity": 1 if price > 0 else -1, "unit_price": abs(price), "city": {"ann": "York", "bob": "Leeds"}.get(who or ""),
            }
        )

    for month in range(36):
        day = add_months(date(2021, 1, 1), month)
        sell(day, "ann", "tea", PATTERN[month % 12] * 0.75)
        sell(day, "bob", "mug", PATTERN[month % 12] * 0.25)
    sell(date(2024, 1, 2), "ann", "tea", STARTED - 0.01)
    sell(AS_OF, None, "tea", 0.01)
    sell(date(2023, 6, 5), "ann", "tea", 9_000, "cancelled")
    sell(date(2023, 6, 6), "ann", "tea", 9_000, "returned")
    # Sold and credited on one day: nothing remains.
    sell(date(2023, 6, 7), "ann", "tea", 500)
    sell(date(2023, 6, 7), "ann", "tea", -500)
    return pd.DataFrame(sales).astype("string")


PRODUCTS = "product_id | name | category\ntea | Tea | drinks\nmug | Mug | kitchen"


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    path = tmp_path_factory.mktemp("months") / "months.duckdb"
    shop, engine = make_shop(path, {"sales": month_orders(), "products": PRODUCTS})
    yield shop, engine
    engine.close()


@pytest.fixture(scope="module")
def demo(demo_db: Path) -> Iterator[tuple[Shop, Engine]]:
    shop, engine = store.open_shop(demo_db)
    yield shop, engine
    engine.close()


def run(opened: tuple[Shop, Engine], **slots: Any) -> Computed:
    shop, engine = opened
    return engine.run(sales_forecast(shop, **slots))


def test_three_whole_months_are_forecast_when_nothing_is_said(months: tuple[Shop, Engine]) -> None:
    """February to April follow the pattern; the unfinished January is not among them."""
    seen = run(months)
    assert (seen.facts["window_start"], seen.facts["window_end"]) == (date(2024, 2, 1), date(2024, 4, 30))
    assert seen.facts["value"] == pytest.approx(70 + 90 + 100, rel=0.02)
    assert seen.facts["year_before"] == pytest.approx(70 + 90 + 100)
    assert seen.facts["previous"] == pytest.approx(120 + 150 + 205)
    assert seen.facts["year_change_rate"] == pytest.approx(seen.facts["value"] / 260 - 1)
    assert seen.facts["low"] <= seen.facts["value"] <= seen.facts["high"]
    assert seen.defaults == {"window": "next_3_months"}


def test_the_unfinished_month_is_not_taken_for_a_whole_one(months: tuple[Shop, Engine]) -> None:
    """36 complete months are used. 36 after 16 of 31 days and a usual January of 80: the rest is 15/31 of a mean of both paces."""
    seen = run(months)
    assert seen.facts["buckets"] == 36
    assert seen.facts["partial_known"] == pytest.approx(STARTED)
    elapsed = 16 / 31
    pace = STARTED / elapsed
    rest = (1 - elapsed) * ((1 - elapsed) * 80 + elapsed * pace)
    assert seen.facts["partial_expected"] == pytest.approx(STARTED + rest, rel=0.02)


def test_a_period_that_has_begun_holds_what_is_known(months: tuple[Shop, Engine]) -> None:
    year = Period(date(2024, 1, 1), date(2024, 1, 17), "year", 1, full_end=date(2025, 1, 1))
    seen = run(months, period=year)
    assert seen.facts["known"] == pytest.approx(STARTED)
    assert seen.facts["value"] == pytest.approx(sum(PATTERN), rel=0.03)
    assert seen.facts["low"] > seen.facts["known"]
    assert [row[0] for row in seen.tables["forecast"].rows] == [date(2024, month, 1) for month in range(1, 13)]


def test_months_that_are_over_are_facts(months: tuple[Shop, Engine]) -> None:
    """Of October to March the first three months have no interval: they have happened."""
    half = Period(date(2023, 10, 1), date(2024, 4, 1))
    seen = run(months, period=half)
    assert [row[1:] for row in seen.tables["forecast"].rows[:3]] == [(120, 120, 120), (150, 150, 150), (205, 205, 205)]
    assert seen.facts["known"] == pytest.approx(120 + 150 + 205 + STARTED)


def test_rows_add_up_to_the_figure(months: tuple[Shop, Engine]) -> None:
    for slots in ({"horizon": 365}, {"horizon": 365, "grain": "quarter"}, {"horizon": 100}, {"horizon": 10}, {"horizon": 56}):
        seen = run(months, **slots)
        assert sum(row[1] for row in seen.tables["forecast"].rows) == pytest.approx(seen.facts["value"])


def test_quarters_are_shown_where_they_are_asked_for(months: tuple[Shop, Engine]) -> None:
    year = Period(date(2025, 1, 1), date(2026, 1, 1), "year", 1)
    seen = run(months, period=year, grain="quarter")
    assert (seen.facts["grain"], seen.facts["step_grain"]) == ("quarter", "month")
    assert [row[0].month for row in seen.tables["forecast"].rows] == [1, 4, 7, 10]
    assert seen.tables["forecast"].rows[3][1] == pytest.approx(120 + 150 + 205, rel=0.03)


def test_groups_add_up_to_the_total(months: tuple[Shop, Engine]) -> None:
    """Drinks bring three quarters, in the same season as kitchen: so they will."""
    seen = run(months, dimension=("category",))
    assert seen.facts["groups_add_up"] is True
    groups = {row["group"]: row for row in seen.tables["groups"].records()}
    assert list(groups) == ["drinks", "kitchen"]
    assert sum(row["value"] for row in groups.values()) == pytest.approx(seen.facts["value"])
    assert groups["drinks"]["value"] == pytest.approx(0.75 * seen.facts["value"], rel=0.02)
    assert seen.facts["top_group"] == "drinks"
    assert next(row["group"] for row in run(months, dimension=("category",), order="lowest").tables["groups"].records()) == "kitchen"


def test_the_rest_of_the_groups_is_taken_together(months: tuple[Shop, Engine]) -> None:
    seen = run(months, dimension=("category",), top_n=1)
    assert [row["group"] for row in seen.tables["groups"].records()] == ["drinks", "others"]
    assert seen.facts["groups"] == 1


def test_a_time_dimension_is_a_grain(months: tuple[Shop, Engine]) -> None:
    assert run(months, dimension=("month",)).facts["value"] == run(months, grain="month").facts["value"]
    with pytest.raises(CannotAnswer) as refused:
        sales_forecast(months[0], dimension=("weekday",))
    assert refused.value.code == "not_joinable"
    with pytest.raises(CannotAnswer) as refused:
        sales_forecast(months[0], dimension=("city", "category"))
    assert refused.value.code == "too_many_dimensions"


def test_filters_restrict_past_and_future(months: tuple[Shop, Engine]) -> None:
    seen = run(months, filters=(Filter("city", "=", "Leeds"),))
    assert seen.facts["value"] == pytest.approx(0.25 * (70 + 90 + 100), rel=0.02)
    assert seen.facts["year_before"] == pytest.approx(0.25 * 260)


def test_what_is_no_sum_is_a_mean(months: tuple[Shop, Engine]) -> None:
    """Two customers a month are two customers a month, not six in three months."""
    seen = run(months, metric="customers")
    assert seen.facts["is_sum"] is False
    assert seen.facts["value"] == pytest.approx(2, abs=0.05)
    assert seen.facts["year_before"] == pytest.approx(2)


def test_cancelled_and_returned_orders_are_left_out_and_counted(months: tuple[Shop, Engine]) -> None:
    seen = run(months)
    assert (seen.left_out["cancelled"], seen.left_out["returned"]) == (1, 1)
    june = next(row for row in seen.tables["outlook"].records() if row["bucket"] == date(2023, 6, 1))
    assert june["value"] == pytest.approx(95)


def test_the_last_day_of_the_data_is_not_fed_as_a_whole_day(demo: tuple[Shop, Engine]) -> None:
    shop, _ = demo
    seen = run(demo, metric="orders", horizon=7)
    drawn = seen.tables["outlook"].records()
    assert max(row["bucket"] for row in drawn if row["group"] == "actual") == shop.as_of - timedelta(days=1)
    assert seen.facts["window_start"] == shop.as_of + timedelta(days=1)


def test_the_past_that_is_drawn_is_that_of_the_orders(demo: tuple[Shop, Engine]) -> None:
    """The oracle counts orders per month in the canonical tables, written independently of marts and metrics."""
    _, engine = demo
    seen = run(demo, metric="orders")
    counted = dict(
        rows(
            engine,
            """
            SELECT CAST(date_trunc('month', o.ordered_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London') AS DATE), count(DISTINCT o.order_id)
            FROM orders o JOIN order_lines l USING (order_id)
            WHERE o.status = 'completed' AND l.quantity > 0 AND l.unit_price > 0 GROUP BY 1""",
        )
    )
    drawn = {row["bucket"]: row["value"] for row in seen.tables["outlook"].records() if row["group"] == "actual"}
    assert len(drawn) == 25
    assert drawn == {day: counted[day] for day in drawn}
    assert seen.facts["year_before"] == sum(counted[date(year, month, 1)] for year, month in ((2025, 12), (2026, 1), (2026, 2)))


@pytest.mark.parametrize(
    ("slots", "start", "end", "grain"),
    [
        ({"horizon": 183}, date(2026, 12, 1), date(2027, 6, 1), "month"),
        ({"horizon": 30}, date(2026, 12, 1), date(2027, 1, 1), "month"),
        ({"horizon": 56}, date(2026, 11, 23), date(2027, 1, 18), "week"),
        ({"horizon": 90}, date(2026, 11, 18), date(2027, 2, 16), "week"),
        ({"horizon": 7}, date(2026, 11, 18), date(2026, 11, 25), "day"),
        ({"horizon": 1}, date(2026, 11, 18), date(2026, 11, 19), "day"),
        ({"horizon": 61, "grain": "week"}, date(2026, 12, 1), date(2027, 2, 1), "week"),
        ({"period": Period(date(2026, 12, 1), date(2027, 1, 1), "month", 1)}, date(2026, 12, 1), date(2027, 1, 1), "month"),
        ({"period": Period(date(2026, 11, 30), date(2026, 12, 7), "week", 1)}, date(2026, 11, 30), date(2026, 12, 7), "week"),
        ({"period": Period(date(2026, 11, 27), date(2026, 11, 28))}, date(2026, 11, 27), date(2026, 11, 28), "day"),
        # So far ahead that days cannot reach it.
        ({"period": Period(date(2027, 11, 11), date(2027, 11, 12))}, date(2027, 11, 11), date(2027, 11, 12), "week"),
        # The third quarter is over: the coming one is meant.
        ({"period": Period(date(2026, 7, 1), date(2026, 10, 1), "quarter", 1)}, date(2027, 7, 1), date(2027, 10, 1), "month"),
    ],
)
def test_which_days_are_meant(slots: dict[str, Any], start: date, end: date, grain: str) -> None:
    """Asked on Tuesday 17 November 2026, with two and a half years of data."""
    asked = {"period": None, "horizon": None, "grain": None} | slots
    span = span_of(Shop.unbound(), **asked)
    assert (span.window.start, span.window.end, span.grain) == (start, end, grain)


def test_few_months_are_forecast_by_week() -> None:
    """Seven months of data are thirty weeks: weeks are taken for a horizon in months, unless months are asked for."""
    young = replace(Shop.unbound(), first_day=date(2026, 4, 1))
    assert span_of(young, None, 91, None).grain == "week"
    with pytest.raises(CannotAnswer) as refused:
        span_of(young, None, 91, "month")
    assert (refused.value.code, refused.value.details["buckets"]) == ("too_little_history", 7)


def test_what_lies_behind_or_too_far_ahead_is_refused() -> None:
    shop = Shop.unbound()
    refusals: list[tuple[Callable[[], Any], str]] = [
        (lambda: sales_forecast(shop, period=Period(date(2024, 1, 1), date(2025, 1, 1), "year", 1)), "period_is_over"),
        (lambda: sales_forecast(shop, horizon=3650), "too_far_ahead"),
        (lambda: sales_forecast(shop, metric="luck"), "unknown_metric"),
        (lambda: sales_forecast(shop, dimension=("agent",)), "not_joinable"),
    ]
    for refused, code in refusals:
        with pytest.raises(CannotAnswer) as raised:
            refused()
        assert raised.value.code == code


def test_without_orders_there_is_too_little_history(tmp_path: Path) -> None:
    shop, engine = make_shop(tmp_path / "empty.duckdb", {})
    with pytest.raises(CannotAnswer) as refused:
        engine.run(sales_forecast(replace(shop, first_day=date(2020, 1, 1))))
    assert refused.value.code in ("missing_table", "too_little_history")
    engine.close()


def test_a_metric_without_figures_is_refused_when_run(months: tuple[Shop, Engine]) -> None:
    """A city without a single order has a history of nothing: zeros, told exactly; an average over nothing is refused."""
    nowhere = (Filter("city", "=", "Nowhere"),)
    assert run(months, filters=nowhere).facts["value"] == 0
    with pytest.raises(CannotAnswer) as refused:
        run(months, metric="average_order_value", filters=nowhere)
    assert refused.value.code == "too_little_history"


def test_the_same_question_gets_the_same_answer(demo: tuple[Shop, Engine], demo_db: Path) -> None:
    """Fitted again by another engine, and read back from the files of the first."""
    shop, _ = demo
    answers = []
    for folder in (None, demo_db.parent / "fits", demo_db.parent / "fits"):
        _, engine = store.open_shop(demo_db)
        engine.fits_folder = folder
        answers.append(engine.run(sales_forecast(shop, horizon=183, dimension=("category",))))
        engine.close()
    assert answers[0].facts == answers[1].facts == answers[2].facts
    assert answers[0].tables == answers[1].tables == answers[2].tables


def test_the_backtest_stands_beside_the_naive_forecast(demo: tuple[Shop, Engine]) -> None:
    facts = run(demo, horizon=183).facts
    assert facts["origins"] == 6
    assert 0 < facts["smape"] < facts["naive_smape"] < 1
    assert 0 < facts["mase"] < facts["naive_mase"]
    assert 0 <= facts["coverage"] <= 1
