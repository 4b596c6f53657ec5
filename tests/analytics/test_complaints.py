"""Complaints: feedback and tickets together and each once, change, resolution, repeat complainers, an oracle, no feedback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics import store
from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.run import Engine
from analytics.satisfaction import complaints
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import rows

MAY = Period(date(2024, 5, 1), date(2024, 6, 1), "month", 1)
APRIL = Period(date(2024, 4, 1), date(2024, 5, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-01 | completed | tea        | 1        | 10
    2        | bob         | 2024-06-20 | completed | tea        | 1        | 10
"""
#: Complaints of May: f1 (words), f2 (one star), f3 (NPS of 4). f4 is praise, f5 belongs to ticket t1, f6 is of April.
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | nps | ticket_id | text
    f1          | ann         | 2024-05-02 10:00 | social |        |     |           | Terrible slow delivery, weeks late, awful
    f2          | bob         | 2024-05-03 10:00 | review | 1      |     |           |
    f3          |             | 2024-05-04 10:00 | survey |        | 4   |           |
    f4          | ann         | 2024-05-05 10:00 | review | 5      | 10  |           | Great, I love it
    f5          | ann         | 2024-05-06 10:00 | survey | 1      |     | t1        | Awful
    f6          | ann         | 2024-04-06 10:00 | review | 1      |     |           |
"""
TICKETS = """
    ticket_id | customer_id | opened_at        | resolved_at      | category
    t1        | ann         | 2024-05-06 08:00 | 2024-05-06 18:00 | billing
    t2        | cat         | 2024-05-07 08:00 |                  | billing
    t3        | cat         | 2024-04-07 08:00 | 2024-04-08 08:00 | billing
"""
TABLES = {"sales": SALES, "feedback": FEEDBACK, "tickets": TICKETS}


@pytest.fixture(scope="module")
def company(demo_db: Path) -> Iterator[tuple[Shop, Engine]]:
    """The demo company."""
    shop, engine = store.open_shop(demo_db, None)
    yield shop, engine
    engine.close()


def test_feedback_and_tickets_count_together_and_each_once(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(complaints(shop, period=MAY, compare_to=APRIL))
    facts = seen.facts
    assert (facts["complaints"], facts["negative_feedback"], facts["tickets"], facts["previous"]) == (5, 3, 2, 2)
    assert (facts["resolved"], facts["resolved_share"], facts["hours"], facts["nameless"]) == (1, 0.5, 10, 1)
    assert seen.rows_used == 5
    groups = {(row["source"], row["about"]): row["complaints"] for row in seen.tables["groups"].records()}
    assert groups[("tickets", "billing")] == 2
    assert sum(groups.values()) == 5
    assert facts["is_real"] is False, "five after two is no clear change"


def test_who_complains_again(tiny_shop: TinyShop) -> None:
    """In May ann complained twice (f1 and her ticket), bob and cat once; cat's ticket of April is not of May."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(complaints(shop, period=MAY))
    assert [(row["customer_id"], row["complaints"], row["tickets"]) for row in seen.tables["repeaters"].records()] == [("ann", 2, 1)]
    assert (seen.facts["complainers"], seen.facts["repeaters"], seen.facts["repeat_share"]) == (3, 1, pytest.approx(1 / 3))
    assert seen.facts["repeat_low"] < 1 / 3 < seen.facts["repeat_high"]


def test_a_condition_that_tickets_cannot_meet_leaves_feedback_alone(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    facts = engine.run(complaints(shop, period=MAY, filters=(Filter("feedback_source", "=", "review"),))).facts
    assert (facts["complaints"], facts["tickets"]) == (1, 0)


def test_a_flood_is_a_change(tiny_shop: TinyShop) -> None:
    """Two a day in May after one every two days in April."""
    many = [f"m{i} | ann | 2024-05-{1 + i // 2:02d} 09:00 | review | 1" for i in range(62)]
    few = [f"n{i} | ann | 2024-04-{1 + 2 * i:02d} 09:00 | review | 1" for i in range(15)]
    head = "feedback_id | customer_id | created_at | source | rating"
    shop, engine = tiny_shop({"sales": SALES, "feedback": "\n".join((head, *many, *few))})
    facts = engine.run(complaints(shop, period=MAY, compare_to=APRIL)).facts
    assert (facts["complaints"], facts["previous"], facts["is_real"], facts["tickets_missing"]) == (62, 15, True, True)


def test_counts_agree_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    period = shop.period("last_12_months")
    inside = f">= TIMESTAMP '{period.start}' AND {{0}} < TIMESTAMP '{period.end}'"
    said = rows(engine, f"""
        SELECT count(*) FROM feedback_facts WHERE (sentiment = 'negative' OR rating <= 2 OR nps <= 6)
        AND (ticket_id IS NULL OR ticket_id NOT IN (SELECT ticket_id FROM tickets)) AND created_at {inside.format('created_at')}""")
    opened = rows(engine, f"SELECT count(*), count(resolved_at) FROM ticket_facts WHERE opened_at {inside.format('opened_at')}")
    facts = engine.run(complaints(shop, period=period)).facts
    assert (facts["negative_feedback"], facts["tickets"], facts["resolved"]) == (said[0][0], *opened[0])


def test_nothing_said_and_no_feedback(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(complaints(shop, period=Period(date(2022, 1, 1), date(2022, 2, 1))))
    assert (seen.facts["complaints"], seen.facts["repeat_share"], seen.tables["groups"].rows) == (0, None, ())
    with pytest.raises(CannotAnswer, match="missing_table"):
        complaints(tiny_shop({"sales": SALES})[0])
