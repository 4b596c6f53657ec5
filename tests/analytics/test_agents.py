"""Agents compared fairly: hand-worked tickets, planted truths, an oracle in numpy, few tickets, the empty table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analytics import store
from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.service import agent_performance
from analytics.service.shrinkage import CELL_PRIOR
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import rows

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at       | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-31 20:00 | completed | tea        | 2        | 5
"""
HEADER = "ticket_id | opened_at | first_response_at | resolved_at | category | priority | agent | csat | reopened"
#: Ada solves in 1 h and 4 h, Bo in 9 h; Bo's second is still open. t5 is nobody's, t6 February's.
FEW = f"""
    {HEADER}
    t1 | 2024-03-01 10:00 | 2024-03-01 10:30 | 2024-03-01 11:00 | billing | low | Ada | 5 | false
    t2 | 2024-03-02 10:00 | 2024-03-02 11:00 | 2024-03-02 14:00 | billing | low | Ada | 2 | false
    t3 | 2024-03-03 10:00 | 2024-03-03 12:00 | 2024-03-03 19:00 | billing | low | Bo  | 4 | true
    t4 | 2024-03-04 10:00 |                  |                  | billing | low | Bo  |   |
    t5 | 2024-03-05 10:00 | 2024-03-05 12:00 | 2024-03-05 13:00 | billing | low |     | 1 | false
    t6 | 2024-02-05 10:00 | 2024-02-05 12:00 | 2024-02-05 13:00 | billing | low | Cy  | 1 | false
"""


@pytest.fixture(scope="module")
def company(demo_db: Path) -> Iterator[tuple[Shop, Engine]]:
    """The demo company."""
    shop, engine = store.open_shop(demo_db, None)
    yield shop, engine
    engine.close()


def ticket(number: int, agent: str, category: str, hours: int, csat: int = 4) -> str:
    """A ticket of March that was solved after so many hours, at most 23."""
    return (
        f"n{number} | 2024-03-{1 + number % 20:02d} 00:00 | 2024-03-{1 + number % 20:02d} 00:30 | "
        f"2024-03-{1 + number % 20:02d} {hours:02d}:00 | {category} | low | {agent} | {csat} | false"
    )


def by_agent(seen: Computed) -> dict[object, dict[str, object]]:
    return {row["agent"]: row for row in seen.tables["agents"].records()}


def test_what_each_agent_did_is_counted_as_it_is(tiny_shop: TinyShop) -> None:
    """Ada: 1 h and 4 h, one of two ratings is good. Bo: one of two solved. Tickets of nobody and of February are no part."""
    shop, engine = tiny_shop({"sales": SALES, "tickets": FEW})
    seen = engine.run(agent_performance(shop, period=MARCH))
    found = by_agent(seen)
    assert set(found) == {"Ada", "Bo"}
    ada, bo = found["Ada"], found["Bo"]
    assert (ada["tickets"], ada["resolution_time"], ada["first_response_time"], ada["csat"]) == (2, 2.5, 0.75, 0.5)
    assert ada["resolution_p90"] == pytest.approx(1 + 0.9 * 3)
    assert (bo["tickets"], bo["resolution_rate"], bo["reopen_rate"], bo["csat_sample"], bo["share"]) == (2, 0.5, 1.0, 1, 0.5)
    assert (ada["sample"], bo["sample"]) == (2, 1), "a ticket that is still open has no time to compare"
    assert (seen.rows_used, dict(seen.left_out)) == (4, {"without_agent": 1})
    assert {"agents_with_few", "few_tickets", "agents_only_observed"} <= set(seen.caveats)


def test_three_tickets_name_no_winner(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "tickets": FEW})
    facts = engine.run(agent_performance(shop, period=MARCH)).facts
    assert (facts["best_is_clear"], facts["worst_is_clear"], facts["clearly_better"], facts["clearly_worse"]) == (False, False, 0, 0)


def test_an_agent_who_gets_the_hard_tickets_is_not_slower(tiny_shop: TinyShop) -> None:
    """Returns take 20 h and billing 2 h, whoever solves them. Ada has mostly returns, so she takes longer; no one is slower."""
    lines = [HEADER]
    for number in range(80):
        hard = number % 10 < 8
        lines.append(ticket(number, "Ada", "returns" if hard else "billing", (20 if hard else 2) + number % 3))
        lines.append(ticket(100 + number, "Bo", "billing" if hard else "returns", (2 if hard else 20) + number % 3))
    shop, engine = tiny_shop({"sales": SALES, "tickets": "\n".join(lines)})
    seen = engine.run(agent_performance(shop, period=MARCH))
    found = by_agent(seen)
    assert (found["Ada"]["resolution_time"], found["Bo"]["resolution_time"]) == (21, 3)
    for agent in ("Ada", "Bo"):
        assert found[agent]["expected_ratio"] == pytest.approx(1, abs=0.05)
        assert found[agent]["verdict"] == "verdict.as_expected"
    assert (seen.facts["best_is_clear"], seen.facts["clearly_better"], seen.facts["clearly_worse"]) == (False, 0, 0)


def test_a_clearly_faster_agent_wins_and_few_lucky_tickets_do_not(tiny_shop: TinyShop) -> None:
    """Ada takes a third of the others' time on 80 tickets; Cy is even faster on two, which are drawn towards the team."""
    lines = [HEADER]
    for number in range(80):
        lines.append(ticket(number, "Ada", "billing", 1 + number % 8))
        lines += [ticket(100 * place + number, agent, "billing", 6 + number % 16) for place, agent in ((1, "Bo"), (2, "Di"))]
    lines += [ticket(900 + number, "Cy", "billing", 2) for number in range(2)]
    shop, engine = tiny_shop({"sales": SALES, "tickets": "\n".join(lines)})
    seen = engine.run(agent_performance(shop, period=MARCH))
    found, facts = by_agent(seen), seen.facts
    assert found["Ada"]["verdict"] == "verdict.better"
    assert found["Cy"]["fair_high"] - found["Cy"]["fair_low"] > 3 * (found["Ada"]["fair_high"] - found["Ada"]["fair_low"])  # type: ignore[operator]
    without = engine.run(agent_performance(shop, period=MARCH, filters=(Filter("agent", "!=", "Cy"),))).facts
    assert (without["best_agent"], without["best_is_clear"]) == ("Ada", True)
    assert facts["best_is_clear"] is False, "Cy's interval reaches over Ada's"


def test_the_order_is_of_the_value_where_a_metric_is_named(tiny_shop: TinyShop) -> None:
    """The lowest resolution time is the best; "highest" without a metric is the best too, and "lowest" the worst."""
    lines = [HEADER, *(ticket(n, "Ada", "billing", 3 + n % 3) for n in range(40)), *(ticket(50 + n, "Bo", "billing", 10 + n % 5) for n in range(40))]
    shop, engine = tiny_shop({"sales": SALES, "tickets": "\n".join(lines)})

    def first(**said: object) -> object:
        return next(iter(by_agent(engine.run(agent_performance(shop, period=MARCH, **said)))))  # type: ignore[arg-type]

    assert first() == first(order="highest") == first(metric="resolution_time", order="lowest") == "Ada"
    assert first(order="lowest") == first(metric="resolution_time", order="highest") == "Bo"
    assert len(by_agent(engine.run(agent_performance(shop, period=MARCH, top_n=1)))) == 1


def test_workload_is_counted_and_not_judged(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "tickets": FEW})
    seen = engine.run(agent_performance(shop, period=MARCH, metric="tickets"))
    assert (seen.facts["best_agent"], seen.facts["best_tickets"], seen.facts["best_share"]) == ("Ada", 2, 0.5)
    assert all(row["fair_value"] is None and row["verdict"] == "verdict.as_expected" for row in seen.tables["agents"].records())


def test_without_tickets_and_without_a_table(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "tickets": FEW})
    seen = engine.run(agent_performance(shop, period=Period(date(2023, 1, 1), date(2023, 2, 1))))
    assert (seen.facts["tickets"], seen.facts["agents"], seen.facts["best_agent"]) == (0, 0, None)
    assert seen.tables["agents"].rows == ()
    with pytest.raises(CannotAnswer, match="missing_table"):
        agent_performance(tiny_shop({"sales": SALES})[0])
    with pytest.raises(CannotAnswer, match="not_joinable"):
        agent_performance(shop, dimension=("product",))


def test_fair_values_agree_with_numpy_on_the_demo(company: tuple[Shop, Engine]) -> None:
    """Oracle: plain SQL reads the tickets; expectation, pooled variance and shrinkage are worked out here."""
    shop, engine = company
    period = shop.period("last_12_months")
    read = rows(
        engine,
        f"""SELECT agent, category, priority, ln(greatest(date_diff('second', opened_at, resolved_at) / 3600.0, 0.05)) FROM tickets
            JOIN (SELECT ticket_id, CAST(opened_at AS DATE) AS day FROM ticket_facts) USING (ticket_id)
            WHERE resolved_at IS NOT NULL AND day BETWEEN DATE '{period.start}' AND DATE '{period.last}'""",
    )
    everything = float(np.mean([value for *_, value in read]))
    cells: dict[tuple[object, object], list[float]] = defaultdict(list)
    for _, category, priority, value in read:
        cells[category, priority].append(value)
    residuals: dict[str, list[float]] = defaultdict(list)
    for agent, category, priority, value in read:
        own = cells[category, priority]
        residuals[agent].append(value - (sum(own) + CELL_PRIOR * everything) / (len(own) + CELL_PRIOR))
    sizes = np.array([len(values) for values in residuals.values()])
    means = np.array([np.mean(values) for values in residuals.values()])
    pooled = sum(np.sum((np.array(v) - np.mean(v)) ** 2) for v in residuals.values()) / (sizes.sum() - len(sizes))
    within = pooled / sizes
    weight = 1 / within
    spread = np.sum(weight * (means - np.average(means, weights=weight)) ** 2)
    between = max(0.0, (spread - (len(sizes) - 1)) / (weight.sum() - np.sum(weight**2) / weight.sum()))
    kept = between / (between + within)
    seen = engine.run(agent_performance(shop, period=period))
    found, team = by_agent(seen), seen.facts["team_value"]
    assert len(found) == len(residuals) > 4
    for place, agent in enumerate(residuals):
        assert found[agent]["fair_value"] == pytest.approx(team * np.exp(kept[place] * means[place]))
        assert found[agent]["fair_low"] == pytest.approx(
            team * np.exp(kept[place] * means[place] - 1.959964 * np.sqrt(kept[place] * within[place])), rel=1e-5
        )
