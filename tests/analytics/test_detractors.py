"""Unhappy valuable customers: a hand-worked table, shrinkage, masked comments, an oracle, the empty table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics import store
from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.satisfaction import detractors
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import rows

YEAR = Period(date(2024, 1, 1), date(2025, 1, 1), "year", 1)
#: Of five customers ann and bob spend most; eve never said anything.
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-01 | completed | tea        | 100      | 10
    2        | bob         | 2024-03-02 | completed | tea        | 80       | 10
    3        | cat         | 2024-03-03 | completed | tea        | 5        | 10
    4        | dan         | 2024-03-04 | completed | tea        | 4        | 10
    5        | eve         | 2024-04-20 | completed | tea        | 3        | 10
"""
CUSTOMERS = """
    customer_id | name
    ann         | Ann Lee
    bob         | Bob Fox
    cat         | Cat Orr
    dan         | Dan Poe
    eve         | Eve Ray
"""
#: ann: 5 stars, then 1 star. bob: NPS 9 and a ticket rated 5. cat: only words, bad ones. dan: a ticket rated 1. f6 is of 2023.
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | nps | text
    f1          | ann         | 2024-03-10 10:00 | survey | 5      |     | Great value, I love it
    f2          | ann         | 2024-03-20 10:00 | review | 1      |     | Awful. Ann Lee here, call +44 20 7946 0958 or mail ann@x.example
    f3          | bob         | 2024-03-11 10:00 | survey |        | 9   |
    f4          | cat         | 2024-03-12 10:00 | social |        |     | Terrible quality, broken on arrival, awful
    f5          |             | 2024-03-12 10:00 | social | 1      |     | Nobody knows me
    f6          | bob         | 2023-12-12 10:00 | survey | 1      | 0   | Awful
"""
TICKETS = """
    ticket_id | customer_id | opened_at  | resolved_at | csat
    t1        | bob         | 2024-03-13 | 2024-03-14  | 5
    t2        | dan         | 2024-03-14 | 2024-03-15  | 1
    t3        | dan         | 2024-03-15 |             |
"""
TABLES = {"sales": SALES, "customers": CUSTOMERS, "feedback": FEEDBACK, "tickets": TICKETS}
ALL = (Filter("value_tier", "in", ("high-value", "potential", "ordinary")),)


@pytest.fixture(scope="module")
def company(demo_db: Path) -> Iterator[tuple[Shop, Engine]]:
    """The demo company."""
    shop, engine = store.open_shop(demo_db, None)
    yield shop, engine
    engine.close()


def people(seen: Computed) -> dict[object, dict[str, object]]:
    return {row["customer_id"]: row for row in seen.tables["customers"].records()}


def test_who_is_unhappy_and_what_they_said_last(tiny_shop: TinyShop) -> None:
    """Unhappy: ann (her last answer has 1 star), cat (bad words alone) and dan (his ticket was rated 1). bob is not, whatever he
    said in 2023; eve was not heard."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(detractors(shop, period=YEAR, filters=ALL))
    assert list(people(seen)) == ["ann", "cat", "dan"], "most revenue at stake first"
    ann = people(seen)["ann"]
    assert (ann["answers"], ann["unhappy_answers"], ann["last_rating"], ann["revenue_12m"]) == (2, 1, 1, 1000)
    facts = seen.facts
    assert (facts["customers"], facts["heard"], facts["unhappy"], facts["silent"], facts["heard_little"]) == (5, 4, 3, 1, 3)
    assert facts["unhappy_share"] == 0.75
    assert (seen.rows_used, dict(seen.left_out)) == (4, {"silent": 1})
    assert facts["assumed_valuable"] is False


def test_few_answers_are_drawn_towards_everybody(tiny_shop: TinyShop) -> None:
    """One of one answers dissatisfied is not 100 %: it lies between that and the share of all, 3 of 6."""
    shop, engine = tiny_shop(TABLES)
    found = people(engine.run(detractors(shop, period=YEAR, filters=ALL)))
    dan, ann = found["dan"], found["ann"]
    assert 0.5 < dan["unhappiness"] < 1  # type: ignore[operator]
    assert ann["unhappiness"] == pytest.approx(0.5), "one of two is the share of all already"
    assert dan["unhappiness_low"] < dan["unhappiness"] < dan["unhappiness_high"]  # type: ignore[operator]
    assert ann["stake"] == pytest.approx(500)


def test_addresses_numbers_and_the_writers_name_are_masked(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    comment = people(engine.run(detractors(shop, period=YEAR, filters=ALL)))["ann"]["last_comment"]
    assert comment == "Awful. *** here, call *** or mail ***"


def test_valuable_are_high_value_customers_unless_others_are_named(tiny_shop: TinyShop) -> None:
    """ann alone brings more than half of the revenue, so she is the only high-value one."""
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(detractors(shop, period=YEAR))
    assert list(people(seen)) == ["ann"]
    assert seen.facts["assumed_valuable"] is True
    assert "detractors_assumed_valuable" in seen.caveats
    named = engine.run(detractors(shop, period=YEAR, filters=(Filter("customer_id", "=", "dan"),)))
    assert list(people(named)) == ["dan"]
    assert len(people(engine.run(detractors(shop, period=YEAR, filters=ALL, top_n=1)))) == 1


def test_tiers_are_compared_whoever_was_asked_about(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    tiers = engine.run(detractors(shop, period=YEAR)).tables["tiers"].records()
    assert tiers[0]["value_tier"] == "high-value"
    assert sum(int(row["unhappy"]) for row in tiers) == 3


def test_nobody_heard_and_no_feedback(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES)
    seen = engine.run(detractors(shop, period=Period(date(2022, 1, 1), date(2022, 2, 1)), filters=ALL))
    assert (seen.facts["customers"], seen.facts["heard"], seen.facts["unhappy"], seen.facts["unhappy_share"]) == (5, 0, 0, None)
    assert seen.tables["customers"].rows == ()
    with pytest.raises(CannotAnswer, match="missing_table"):
        detractors(tiny_shop({"sales": SALES})[0])


def test_the_unhappy_agree_with_python_on_the_demo(company: tuple[Shop, Engine]) -> None:
    """Oracle: every answer of the year read with SQL, judged and counted here."""
    shop, engine = company
    period = shop.period("last_12_months")
    inside = f"BETWEEN TIMESTAMP '{period.start}' AND TIMESTAMP '{period.end}'"
    read = rows(
        engine,
        f"""SELECT customer_id, created_at, feedback_id, rating <= 2, nps <= 6, rating IS NULL AND nps IS NULL, sentiment
            FROM feedback_facts WHERE customer_id IS NOT NULL AND created_at {inside}
            UNION ALL SELECT customer_id, coalesce(resolved_at, opened_at), ticket_id, csat <= 2, false, false, NULL
            FROM ticket_facts WHERE customer_id IS NOT NULL AND csat IS NOT NULL AND opened_at {inside}""",
    )
    answers: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for customer, at, key, low, detractor, words, tone in read:
        if not words or tone is not None:
            answers[customer].append((at, key, bool(low or detractor or (words and tone == "negative"))))
    high = {customer for (customer,) in rows(engine, "SELECT customer_id FROM customer_facts WHERE value_tier = 'high-value'")}
    last = {customer: max(given)[2] for customer, given in answers.items() if customer in high}
    seen = engine.run(detractors(shop, period=period, top_n=1000))
    assert seen.facts["heard"] == len(last) > 30
    assert {customer for customer, bad in last.items() if bad} <= set(people(seen))
    counted = {customer: sum(bool(bad) for *_, bad in given) for customer, given in answers.items()}
    assert all(row["unhappy_answers"] == counted[str(customer)] for customer, row in people(seen).items())
