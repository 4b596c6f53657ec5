"""What goes with scores: planted tables, the factors of an answer by SQL, too few answers, bounds on the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics import store
from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.satisfaction import satisfaction_drivers
from analytics.satisfaction.experience import answers
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import rows

YEAR = Period(date(2024, 1, 1), date(2025, 1, 1), "year", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | c0          | 2024-12-20 | completed | tea        | 1        | 10
"""


@pytest.fixture(scope="module")
def company(demo_db: Path) -> Iterator[tuple[Shop, Engine]]:
    """The demo company."""
    shop, engine = store.open_shop(demo_db, None)
    yield shop, engine
    engine.close()


def feedback(count: int, effect: int) -> str:
    """Ratings of 5 and 4 in turn, two of three by survey; those by phone `effect` lower."""
    lines = ["feedback_id | customer_id | created_at | source | rating"]
    for n in range(count):
        source = "phone" if n % 3 == 0 else "survey"
        rating = 5 - n % 2 - (effect if source == "phone" else 0)
        lines.append(f"f{n} | c{n} | {date(2024, 1, 1) + timedelta(days=n % 360)} | {source} | {rating}")
    return "\n".join(lines)


def effects(seen: Computed) -> dict[object, dict[str, object]]:
    return {row["group"]: row for row in seen.tables["effects"].records()}


def test_a_planted_factor_is_named_with_its_effect(tiny_shop: TinyShop) -> None:
    """Whoever answers by phone gives two stars less."""
    shop, engine = tiny_shop({"sales": SALES, "feedback": feedback(300, 2)})
    seen = engine.run(satisfaction_drivers(shop, period=YEAR))
    facts = seen.facts
    assert (facts["answers"], facts["people"], facts["estimated"]) == (300, 300, True)
    assert facts["top_factor"] == "driver.feedback_source"
    assert facts["drag_group"] == "phone"
    assert facts["drag_effect"] == pytest.approx(-2, abs=0.05)
    assert facts["drag_low"] < -1.9 < facts["drag_high"] + 0.2
    assert facts["r2"] > 0.7
    assert effects(seen)["phone"]["sample"] == 100
    assert "drivers_not_causes" in seen.caveats


def test_no_factor_is_named_where_ratings_hang_on_none(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "feedback": feedback(300, 0)})
    seen = engine.run(satisfaction_drivers(shop, period=YEAR))
    assert (seen.facts["drivers"], seen.facts["top_factor"]) == (0, None)
    assert seen.facts["looked_at"] > 0
    assert not any(row["is_real"] for row in seen.tables["effects"].records())


def test_too_few_answers_are_said(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES, "feedback": feedback(99, 2)})
    seen = engine.run(satisfaction_drivers(shop, period=YEAR))
    assert (seen.facts["answers"], seen.facts["estimated"], seen.facts["r2"]) == (99, False, None)
    assert seen.tables["effects"].rows == ()
    empty = engine.run(satisfaction_drivers(shop, period=Period(date(2022, 1, 1), date(2022, 2, 1))))
    assert (empty.facts["answers"], empty.facts["service_answers"]) == (0, 0)
    with pytest.raises(CannotAnswer, match="missing_table"):
        satisfaction_drivers(tiny_shop({"sales": SALES})[0])


def test_a_bound_on_the_score_is_left_aside_and_told(tiny_shop: TinyShop) -> None:
    """ "Why do people give five stars" must look at the others too."""
    shop, engine = tiny_shop({"sales": SALES, "feedback": feedback(300, 2)})
    seen = engine.run(satisfaction_drivers(shop, period=YEAR, filters=(Filter("rating", "=", 5),)))
    assert seen.facts["answers"] == 300
    assert "drivers_outcome_filter" in seen.caveats


def test_ticket_scores_stand_beside(company: tuple[Shop, Engine]) -> None:
    """In the demo company slow tickets are rated worse: the planted cause is found, and an honest fit told."""
    shop, engine = company
    seen = engine.run(satisfaction_drivers(shop, period=Period(shop.first_day, shop.as_of)))
    facts = seen.facts
    assert facts["service_drag_factor"] == "driver.resolution_hours"
    assert facts["service_drag_high"] < 0
    assert 0 < facts["service_r2"] < 0.5
    assert facts["drag_factor"] == "driver.order_returned", "returned orders are rated lower by construction"
    assert all(row["effect_low"] > 0 or row["effect_high"] < 0 for row in seen.tables["effects"].records() if row["is_real"])


def test_the_factors_of_an_answer_agree_with_sql(company: tuple[Shop, Engine]) -> None:
    """Oracle: tickets in the thirty days before a rating, and orders returned, on the canonical tables."""
    shop, engine = company
    period = shop.period("last_12_months")
    frame = engine.frame(answers(shop, "average_rating", period, (), 100_000)).set_index("answer_id")
    near = dict(rows(
        engine,
        f"""SELECT f.feedback_id, count(t.ticket_id) > 0 FROM feedback_facts f LEFT JOIN ticket_facts t
              ON t.customer_id = f.customer_id AND t.opened_at BETWEEN f.created_at - INTERVAL 30 DAY AND f.created_at
            WHERE f.rating IS NOT NULL AND f.created_at >= TIMESTAMP '{period.start}' AND f.created_at < TIMESTAMP '{period.end}'
            GROUP BY 1""",
    ))
    assert len(frame) == len(near) > 100
    assert {key: value == "yes" for key, value in frame["recent_ticket"].items()} == near
    [(returned,)] = rows(
        engine,
        f"""SELECT count(*) FROM feedback f JOIN order_facts o ON o.order_id = f.order_id AND o.returned
            JOIN feedback_facts g ON g.feedback_id = f.feedback_id
            WHERE f.rating IS NOT NULL AND g.created_at >= TIMESTAMP '{period.start}' AND g.created_at < TIMESTAMP '{period.end}'""",
    )
    assert int((frame["order_returned"] == "yes").sum()) == returned > 0
    waits = frame["ticket_hours"].to_numpy(dtype=float, na_value=np.nan)
    assert not np.isfinite(waits[(frame["recent_ticket"] == "no").to_numpy()]).any(), "without a ticket there is no wait"
    assert np.isfinite(frame["tenure_years"].to_numpy(dtype=float, na_value=np.nan)).mean() > 0.9


def test_a_sample_is_the_same_every_time(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    period = shop.period("last_12_months")
    one, two = (engine.frame(answers(shop, "average_rating", period, (), 50)) for _ in range(2))
    assert len(one) == 50
    assert one.equals(two)
