"""Churn risk: whom it scores, whom it leaves out, and that the past is judged without looking ahead."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics import store
from analytics.churn import churn_model_fit, churn_risk
from analytics.churn.features import active_on
from analytics.finding import CannotAnswer, Filter
from analytics.ingest.demo import planted
from tests.conftest import TinyShop
from tests.support import rows

SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-01-10 | completed | tea        | 2        | 5.00
    2        | ann         | 2024-02-09 | completed | tea        | 2        | 5.00
    3        | ann         | 2024-03-20 | completed | tea        | 1        | 5.00
    4        | bob         | 2024-02-19 | completed | tea        | 1        | 8.00
    5        | bob         | 2024-02-20 | cancelled | tea        | 1        | 8.00
    6        | cat         | 2023-06-01 | completed | tea        | 1        | 8.00
    7        |             | 2024-02-25 | completed | tea        | 1        | 8.00
    8        | dan         | 2024-03-25 | completed | tea        | 1        | 8.00
"""


def test_factors_know_only_what_was_before_the_day(tiny_shop: TinyShop) -> None:
    """On 1 March ann has two orders 30 days apart, the last 21 days ago; her third is the future and tells that she
    stayed. bob's second order was cancelled. cat has been silent for too long, dan is not there yet, a guest is nobody."""
    shop, engine = tiny_shop({"sales": SALES})
    horizon = shop.settings.churn_horizon_days
    frame = engine.frame(active_on(shop, date(2024, 3, 1)).order_by("customer_id")).set_index("customer_id")
    assert list(frame.index) == ["ann", "bob"]
    assert frame.loc["ann", "days_since_last_order"] == 21
    assert frame.loc["ann", "lateness"] == pytest.approx(21 / 30)
    assert frame.loc["ann", "tenure_days"] == 51
    assert frame.loc["bob", "single_order"] == 1
    assert not frame.loc["ann", "churned"]
    assert horizon > 21
    assert frame.loc["bob", "churned"]


def test_too_short_a_history_is_said_and_not_guessed(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({"sales": SALES})
    with pytest.raises(CannotAnswer, match="too_little_history"):
        engine.run(churn_risk(shop))


def test_an_empty_shop_cannot_be_scored(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({})
    with pytest.raises(CannotAnswer, match="too_little_history"):
        engine.run(churn_risk(shop))


def test_active_churned_and_never_ordered_sum_to_the_group(demo_db: Path) -> None:
    """Independent SQL on the canonical tables counts the same three groups."""
    shop, engine = store.open_shop(demo_db)
    computed = engine.run(churn_risk(shop))
    since = shop.as_of + timedelta(days=1) - timedelta(days=shop.settings.churn_horizon_days)
    ((active, churned, never),) = rows(engine, f"""
        WITH counted AS (
            SELECT o.customer_id, max(CAST(timezone('{shop.settings.time_zone}', timezone('UTC', o.ordered_at)) AS DATE)) AS last_day
            FROM orders o WHERE o.status NOT IN ('cancelled', 'returned') AND o.customer_id IS NOT NULL
              AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.quantity > 0 AND l.unit_price > 0)
            GROUP BY ALL)
        SELECT count(*) FILTER (last_day >= DATE '{since}'), count(*) FILTER (last_day < DATE '{since}'),
               count(*) FILTER (last_day IS NULL)
        FROM customers LEFT JOIN counted USING (customer_id)""")
    assert computed.facts["customers"] == active
    assert computed.left_out == {"already_churned": churned, "without_orders": never}
    engine.close()


def test_bands_and_the_list_agree_with_the_facts(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    computed = engine.run(churn_risk(shop, segment=("high-value",), top_n=1_000))
    people = computed.tables["customers"].records()
    assert len(people) == computed.facts["at_risk"]
    assert all(row["probability"] >= 0.5 and row["value_tier"] == "high-value" for row in people)
    assert sum(computed.tables["bands"].column("customers")) == computed.facts["customers"]
    assert computed.facts["value_at_stake"] == pytest.approx(sum(row["value_at_stake"] for row in people))
    stakes = [row["value_at_stake"] for row in people]
    assert stakes == sorted(stakes, reverse=True)
    engine.close()


def test_the_back_test_beats_chance_and_its_level_is_right(demo_db: Path) -> None:
    """The demo's customers lapse by a planted process: a model that reads the past must see it coming."""
    shop, engine = store.open_shop(demo_db)
    facts = engine.run(churn_risk(shop)).facts
    assert facts["auc_low"] > 0.6
    assert facts["lift"] > 1.2
    assert facts["expected_rate"] == pytest.approx(facts["base_rate"], abs=0.1)
    assert facts["brier"] < facts["base_rate"] * (1 - facts["base_rate"])
    engine.close()


def test_filters_choose_whom_and_do_not_change_their_scores(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    everybody = {r["customer_id"]: r["probability"] for r in engine.run(churn_risk(shop, top_n=1_000)).tables["customers"].records()}
    leeds = engine.run(churn_risk(shop, filters=(Filter("city", "=", "Leeds"),), top_n=1_000)).tables["customers"].records()
    assert leeds
    assert all(everybody[row["customer_id"]] == row["probability"] for row in leeds)
    engine.close()


def test_the_same_data_give_the_same_scores(demo_db: Path) -> None:
    (shop, one), (_, two) = store.open_shop(demo_db), store.open_shop(demo_db)
    fit = churn_model_fit(shop)
    first, second = fit.fit(one), fit.fit(two)
    assert first["scores"].equals(second["scores"])
    one.close()
    two.close()


def test_planted_lapsing_regulars_are_scored_higher_than_champions(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    scores = churn_model_fit(shop).fit(engine)["scores"].set_index("customer_id")["probability"]
    truth = planted(customers=1_200)
    lapsing = scores.reindex(truth.lapsing).dropna()
    champions = scores.reindex(truth.champions).dropna()
    assert len(champions) >= 10
    assert champions.mean() < scores.mean()
    assert lapsing.empty or lapsing.mean() > champions.mean()
    engine.close()
