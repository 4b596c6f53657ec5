"""Ticket volume: a hand-worked month, changes that are noise and that are not, the forecast, an SQL oracle, the empty table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from scipy.stats import norm

from analytics import store
from analytics.finding import CannotAnswer
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.service import ticket_volume
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import rows

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at       | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-31 20:00 | completed | tea        | 2        | 5
    2        | bob         | 2024-01-02 20:00 | completed | tea        | 1        | 5
"""
TICKETS = """
    ticket_id | customer_id | opened_at        | category | priority
    t1        | ann         | 2024-03-01 10:00 | delivery | high
    t2        | bob         | 2024-03-05 10:00 | delivery | low
    t3        | cat         | 2024-03-12 10:00 | billing  | low
    t4        | ann         | 2024-03-20 10:00 |          | high
    t5        | dan         | 2024-02-10 09:00 | delivery | high
    t6        | dan         | 2024-04-01 00:00 | delivery | high
"""
TABLES = {"sales": SALES, "tickets": TICKETS}


@pytest.fixture(scope="module")
def company(demo_db: Path) -> Iterator[tuple[Shop, Engine]]:
    """The demo company."""
    shop, engine = store.open_shop(demo_db, None)
    yield shop, engine
    engine.close()


def groups(seen: Computed) -> dict[object, dict[str, object]]:
    return {row["group"]: row for row in seen.tables["groups"].records()}


def daily(counts: dict[date, int], category: str = "delivery") -> str:
    """A table of tickets: so many a day from noon on."""
    lines = ["ticket_id | opened_at | category"]
    for day, count in counts.items():
        lines += [f"{day}-{number} | {day} 12:00 | {category}" for number in range(count)]
    return "\n".join(lines)


def test_volume_of_a_month_by_category(tiny_shop: TinyShop) -> None:
    """Four tickets of March: two about delivery, one about billing, one of unknown matter; one in February."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(ticket_volume(shop, period=MARCH, compare_to=MARCH.previous()))
    found = groups(seen)
    assert list(found) == ["delivery", "billing", None], "the most first, equal ones by name, unknown last"
    assert (found["delivery"]["tickets"], found["delivery"]["share"], found["delivery"]["previous"]) == (2, 0.5, 1)
    assert (found["delivery"]["share_low"], found["delivery"]["share_high"]) == (
        pytest.approx(0.150, abs=0.001), pytest.approx(0.850, abs=0.001),
    )
    facts = seen.facts
    assert (facts["tickets"], facts["previous_tickets"], facts["uncategorised"], facts["top_group"]) == (4, 1, 1, "delivery")
    assert facts["is_real"] is False, "four against one may be chance"
    assert {"few_tickets", "tickets_without_category", "ticket_forecast_missing"} <= set(seen.caveats)
    assert facts["has_forecast"] is False


def test_priorities_stand_in_where_no_ticket_has_a_category(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "tickets": "ticket_id | opened_at | priority\n1 | 2024-03-02 | high\n2 | 2024-03-03 | high"})
    seen = engine.run(ticket_volume(shop, period=MARCH))
    assert (seen.facts["dimension"], list(groups(seen))) == ("priority", ["high"])


def test_a_change_is_called_one_only_beyond_noise(tiny_shop: TinyShop) -> None:
    """60 tickets in March and 20 in February, a few every day, are more; 22 against 20 are not. The interval is by hand."""
    february = [date(2024, 2, 1) + timedelta(days=n) for n in range(29)]
    march = [date(2024, 3, 1) + timedelta(days=n) for n in range(31)]
    few = {day: 1 if place < 20 else 0 for place, day in enumerate(february)}
    more = few | {day: 2 if place < 29 else 1 for place, day in enumerate(march)}
    shop, engine = tiny_shop({"sales": SALES, "tickets": daily(more)})
    facts = engine.run(ticket_volume(shop, period=MARCH, compare_to=MARCH.previous())).facts
    assert (facts["tickets"], facts["previous_tickets"], facts["is_real"], facts["dispersion"]) == (60, 20, True, 1.0)
    assert facts["change_rate"] == pytest.approx(60 / 31 / (20 / 29) - 1)
    reach = norm.ppf(0.975) * (1 / 60.5 + 1 / 20.5) ** 0.5
    assert facts["change_low"] == pytest.approx(60.5 / 20.5 * 29 / 31 * 2.718281828 ** -reach - 1)
    same = few | {day: 1 if place < 22 else 0 for place, day in enumerate(march)}
    shop, engine = tiny_shop({"sales": SALES, "tickets": daily(same)})
    assert engine.run(ticket_volume(shop, period=MARCH, compare_to=MARCH.previous())).facts["is_real"] is False


def test_counts_that_come_in_bursts_widen_the_interval(tiny_shop: TinyShop) -> None:
    """The same 60 against 20, but in three bursts of 20 against one: a single event is no trend."""
    bursts = {date(2024, 2, 10): 20, date(2024, 3, 5): 20, date(2024, 3, 15): 20, date(2024, 3, 25): 20}
    shop, engine = tiny_shop({"sales": SALES, "tickets": daily(bursts)})
    facts = engine.run(ticket_volume(shop, period=MARCH, compare_to=MARCH.previous())).facts
    assert facts["dispersion"] > 10
    assert facts["is_real"] is False


def test_every_bucket_has_every_group(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    trend = engine.run(ticket_volume(shop, period=MARCH, grain="week")).tables["trend"].records()
    assert len(trend) == 5 * 3
    assert sum(int(row["tickets"]) for row in trend) == 4


def test_a_horizon_asks_for_the_forecast(company: tuple[Shop, Engine]) -> None:
    """The forecast of the next month stands beside its back-test and an interval; by category where that is asked for."""
    shop, engine = company
    seen = engine.run(ticket_volume(shop, horizon=30, dimension=("ticket_category",)))
    facts = seen.facts
    assert (facts["asked_ahead"], facts["one_month"]) == (True, True)
    assert facts["window_start"] > shop.as_of
    assert facts["forecast_low"] < facts["forecast_value"] < facts["forecast_high"]
    assert facts["checked"] > 0
    assert 0 < facts["smape"] < 1
    expected = sum(float(row["forecast_value"]) for row in seen.tables["forecast"].records())
    assert expected == pytest.approx(facts["forecast_value"], rel=0.01)


def test_too_little_history_is_told_only_where_a_forecast_was_asked_for(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    with pytest.raises(CannotAnswer, match="too_little_history"):
        engine.run(ticket_volume(shop, horizon=30))
    assert engine.run(ticket_volume(shop, period=MARCH)).facts["forecast_value"] is None


def test_volume_without_tickets(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(ticket_volume(shop, period=Period(date(2023, 1, 1), date(2023, 2, 1))))
    assert (seen.facts["tickets"], seen.facts["groups"], seen.facts["top_group"]) == (0, 0, None)
    assert seen.tables["groups"].rows == ()
    with pytest.raises(CannotAnswer, match="missing_table"):
        ticket_volume(tiny_shop({"sales": SALES})[0])
    with pytest.raises(CannotAnswer, match="too_many_dimensions"):
        ticket_volume(shop, dimension=("priority", "agent"))


def test_volume_agrees_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    period = shop.period("last_12_months")
    seen = engine.run(ticket_volume(shop))
    counted = dict(rows(
        engine,
        f"""SELECT category, count(*) FROM tickets
            WHERE CAST(opened_at AS DATE) BETWEEN DATE '{period.start}' AND DATE '{period.last}' GROUP BY 1""",
    ))
    assert {name: row["tickets"] for name, row in groups(seen).items()} == counted
    assert seen.facts["tickets"] == sum(counted.values()) == seen.rows_used > 50
    assert sum(int(row["tickets"]) for row in seen.tables["trend"].records()) == seen.facts["tickets"]
