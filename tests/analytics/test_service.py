"""Service quality: a hand-worked month, the empty table, and SQL on the canonical tickets of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from analytics.finding import CannotAnswer, Filter
from analytics.ingest import demo
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.service import service_quality
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import make_shop, rows

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
#: The latest order makes 31 March the as-of date.
SALES = """
    order_id | customer_id | ordered_at       | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-31 20:00 | completed | tea        | 2        | 5
    2        | bob         | 2024-01-02 20:00 | completed | tea        | 1        | 5
"""
#: March: t1 to t5. t1 is answered in 2 h and solved in 10, t2 in 30 and 100, t3 in 4 and 20; t4 waits since the 20th, t5 since
#: the 31st. t0 is February's and solved in March. t6 is February's and still open.
TICKETS = """
    ticket_id | customer_id | opened_at        | first_response_at | resolved_at      | category | priority | csat | reopened
    t0        | bob         | 2024-02-20 10:00 | 2024-02-20 11:00  | 2024-03-02 10:00 | billing  | high     | 5    | false
    t1        | ann         | 2024-03-01 10:00 | 2024-03-01 12:00  | 2024-03-01 20:00 | delivery | high     | 5    | false
    t2        | bob         | 2024-03-05 10:00 | 2024-03-06 16:00  | 2024-03-09 14:00 | delivery | low      | 2    | true
    t3        | cat         | 2024-03-12 10:00 | 2024-03-12 14:00  | 2024-03-13 06:00 | billing  | low      | 4    | false
    t4        | ann         | 2024-03-20 10:00 |                   |                  | billing  | high     |      |
    t5        | dan         | 2024-03-31 09:00 |                   |                  | delivery | high     |      | false
    t6        | eve         | 2024-02-25 10:00 | 2024-02-25 12:00  |                  | account  | low      |      | false
"""
TABLES = {"sales": SALES, "tickets": TICKETS}


def table(computed: Computed, name: str) -> dict[object, dict[str, object]]:
    """Rows of a table by their first column."""
    records = computed.tables[name].records()
    return {next(iter(record.values())): record for record in records}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 400 customers."""
    shop, engine = make_shop(tmp_path_factory.mktemp("service") / "demo.duckdb", demo.generate(400))
    yield shop, engine
    engine.close()


def test_service_quality_of_a_month(tiny_shop: TinyShop) -> None:
    """Of five tickets three were answered, after 2, 4 and 30 h; two of them within 24 h. t4 is unanswered past 24 h and counts
    as late; t5 is of the last day and cannot be judged yet. Three were solved, after 10, 20 and 100 h."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(service_quality(shop, period=MARCH, compare_to=MARCH.previous()))
    facts = seen.facts
    assert facts["tickets"] == 5
    assert (facts["first_response_time"], facts["first_response_time_sample"]) == (4.0, 3)
    assert facts["first_response_p90"] == pytest.approx(4 + 0.8 * 26)
    assert (facts["resolution_time"], facts["resolution_time_sample"]) == (20.0, 3)
    assert facts["resolution_p90"] == pytest.approx(20 + 0.8 * 80)
    assert (facts["sla_rate"], facts["sla_rate_sample"], facts["sla_hours"]) == (0.5, 4, 24.0)
    assert (facts["sla_rate_low"], facts["sla_rate_high"]) == (pytest.approx(0.150, abs=0.001), pytest.approx(0.850, abs=0.001))
    assert (facts["reopen_rate"], facts["reopened"], facts["reopen_rate_sample"]) == (0.25, 1, 4)
    assert (facts["csat"], facts["csat_sample"]) == (pytest.approx(2 / 3), 3)
    assert (facts["resolution_rate"], facts["unresolved"], facts["unanswered"]) == (0.6, 2, 2)
    assert (facts["previous_tickets"], facts["previous_first_response_time"], facts["previous_sla_rate"]) == (2.0, 1.5, 1.0)
    assert seen.rows_used == 5
    assert {"few_tickets", "tickets_unanswered", "tickets_still_open"} <= set(seen.caveats)


def test_the_promised_time_is_a_setting(tiny_shop: TinyShop) -> None:
    """Promised within 3 hours, only t1 is in time."""
    shop, engine = tiny_shop(TABLES, sla_first_response_hours=3.0)
    assert engine.run(service_quality(shop, period=MARCH)).facts["sla_rate"] == 0.25


def test_backlog_is_that_of_the_periods_last_day_whenever_opened(tiny_shop: TinyShop) -> None:
    """t4, t5 and t6 are open on 31 March, for 11, 0 and 35 days; only t4 has had no answer past the promise. At the end of
    February t0 and t6 were open; in the week of 4 March only t6 after t2 was solved."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(service_quality(shop, period=MARCH))
    facts = seen.facts
    assert (facts["backlog"], facts["backlog_age"], facts["oldest_age"], facts["overdue"]) == (3, 11.0, 35.0, 1)
    backlog = {week: row["backlog"] for week, row in table(seen, "trend").items()}
    assert backlog == {
        date(2024, 2, 26): 1, date(2024, 3, 4): 1, date(2024, 3, 11): 1, date(2024, 3, 18): 2, date(2024, 3, 25): 3,
    }
    assert facts["backlog_day"] == date(2024, 3, 31)
    february = engine.run(service_quality(shop, period=MARCH.previous())).facts
    assert (february["backlog"], february["oldest_age"], february["overdue"]) == (2, 9.0, 0)
    january = engine.run(service_quality(shop, period=Period(date(2024, 1, 1), date(2024, 2, 1)))).facts
    assert (january["tickets"], january["backlog"], january["backlog_age"]) == (0.0, 0, None)


def test_the_backlog_before_is_known_only_where_the_records_reach(tiny_shop: TinyShop) -> None:
    """At the end of February two were open; of January nothing is recorded."""
    shop, engine = tiny_shop(TABLES)
    assert engine.run(service_quality(shop, period=MARCH, compare_to=MARCH.previous())).facts["previous_backlog"] == 2
    february = MARCH.previous()
    assert engine.run(service_quality(shop, period=february, compare_to=february.previous())).facts["previous_backlog"] is None
    assert engine.run(service_quality(shop, period=MARCH)).facts["previous_backlog"] is None


def test_each_group_has_its_slowest_tenth_its_reopening_and_its_backlog(tiny_shop: TinyShop) -> None:
    """Delivery: answered after 2 and 30 h, one of three reopened, t5 open. Billing: t4 open since 11 days."""
    shop, engine = tiny_shop(TABLES)
    groups = table(engine.run(service_quality(shop, period=MARCH)), "groups")
    delivery, billing = groups["delivery"], groups["billing"]
    assert delivery["first_response_p90"] == pytest.approx(2 + 0.9 * 28)
    assert delivery["reopen_rate"] == pytest.approx(1 / 3)
    assert (delivery["backlog"], delivery["backlog_age"]) == (1, 0.0)
    assert (billing["backlog"], billing["backlog_age"], billing["reopen_rate"]) == (1, 11.0, 0.0)


def test_by_category_the_fastest_first(tiny_shop: TinyShop) -> None:
    """Billing answered in 4 h, delivery in 16 h (half of 2 + 30)."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(service_quality(shop, period=MARCH))
    groups = table(seen, "groups")
    assert [(name, row["first_response_time"]) for name, row in groups.items()] == [("billing", 4.0), ("delivery", 16.0)]
    assert groups["delivery"]["tickets"] == 3
    assert (seen.facts["best_group"], seen.facts["worst_group"]) == ("billing", "delivery")
    slowest = engine.run(service_quality(shop, period=MARCH, order="highest", top_n=1))
    assert list(table(slowest, "groups")) == ["delivery"]


def test_filters_hold_for_backlog_too(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    facts = engine.run(service_quality(shop, period=MARCH, filters=(Filter("priority", "=", "high"),))).facts
    assert (facts["tickets"], facts["first_response_time"], facts["backlog"]) == (3.0, 2.0, 2)


def test_a_named_metric_leads(tiny_shop: TinyShop) -> None:
    """"Tickets" is what the question is about and leads nothing."""
    shop, engine = tiny_shop(TABLES)

    def lead(metric: str | tuple[str, ...] | None) -> object:
        return engine.run(service_quality(shop, metric=metric, period=MARCH)).facts["metric"]

    assert [lead("sla_rate"), lead("resolution_time"), lead("tickets"), lead(("tickets", "csat")), lead(None)] == [
        "sla_rate", "resolution_time", "first_response_time", "csat", "first_response_time",
    ]


def test_an_unfinished_resolution_rate_is_not_called_a_change(company: tuple[Shop, Engine]) -> None:
    """Tickets of the last days are still open; that their share is lower than last year's is no news."""
    shop, engine = company
    period = shop.period("last_12_months")
    measures = table(engine.run(service_quality(shop, period=period, compare_to=period.previous())), "measures")
    assert measures["resolution_rate"]["is_real"] is None
    assert measures["sla_rate"]["is_real"] is not None
    before = period.previous()
    whole = table(engine.run(service_quality(shop, period=before, compare_to=before.previous())), "measures")
    assert whole["resolution_rate"]["is_real"] is not None


def test_service_without_tickets(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(service_quality(shop, period=Period(date(2023, 1, 1), date(2023, 2, 1))))
    assert (seen.facts["tickets"], seen.facts["first_response_time"], seen.facts["sla_rate"], seen.facts["reopen_rate"]) == (0, None, None, None)
    assert seen.tables["groups"].rows == ()
    empty, _ = tiny_shop({"sales": SALES})
    with pytest.raises(CannotAnswer) as refusal:
        service_quality(empty)
    assert (refusal.value.code, refusal.value.details["table"]) == ("missing_table", "tickets")


def test_service_quality_agrees_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    """Oracle: plain SQL on the canonical tickets of a year."""
    shop, engine = company
    period = shop.period("last_12_months")
    facts = engine.run(service_quality(shop, period=period, compare_to=period.previous())).facts
    waits = "date_diff('second', opened_at, {}) / 3600.0"
    for span, prefix in ((period, ""), (period.previous(), "previous_")):
        [(count, first, resolution, reopened)] = rows(
            engine,
            f"""SELECT count(*), median({waits.format('first_response_at')}), median({waits.format('resolved_at')}), avg(CAST(reopened AS INT))
                FROM tickets WHERE CAST(opened_at AS DATE) BETWEEN DATE '{span.start}' AND DATE '{span.last}'""",
        )
        assert facts[f"{prefix}tickets"] == count > 20
        assert facts[f"{prefix}first_response_time"] == pytest.approx(first)
        assert facts[f"{prefix}resolution_time"] == pytest.approx(resolution)
        assert facts[f"{prefix}reopen_rate"] == pytest.approx(reopened)
    [(in_time, judged)] = rows(
        engine,
        f"""SELECT count(*) FILTER (date_diff('second', opened_at, first_response_at) <= 86400),
                   count(*) FILTER (first_response_at IS NOT NULL OR opened_at::DATE < DATE '{shop.as_of}' - 1)
            FROM tickets WHERE opened_at::DATE BETWEEN DATE '{period.start}' AND DATE '{period.last}'""",
    )
    assert facts["sla_rate"] == pytest.approx(in_time / judged)
    [(backlog,)] = rows(engine, "SELECT count(*) FROM tickets WHERE resolved_at IS NULL")
    assert facts["backlog"] == backlog


def test_the_last_bucket_ends_with_the_backlog_of_now(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    for grain in ("day", "week", "month"):
        seen = engine.run(service_quality(shop, period=shop.period("last_90_days"), grain=grain))  # type: ignore[arg-type]
        assert seen.tables["trend"].records()[-1]["backlog"] == seen.facts["backlog"]
