"""Churn risk: whom it scores, whom it leaves out, and that the past is judged without looking ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import store
from analytics.churn import churn_model_fit, churn_risk, outcome_days
from analytics.churn.features import FACTORS, active_on
from analytics.churn.model import windows
from analytics.finding import CannotAnswer, Filter
from analytics.ingest.demo import planted
from analytics.run import Computed, Engine
from analytics.shop import Shop
from tests.conftest import TinyShop
from tests.support import make_shop, rows

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
    assert len(lapsing) >= 3
    assert champions.mean() < scores.mean()
    assert lapsing.mean() > champions.mean() + 0.1
    engine.close()


# ---- what is known of a customer on a day ------------------------------------------------------------------------------

CONTACTS = {
    "sales": SALES,
    "products": "product_id | name | category\ntea | Tea | drinks",
    "feedback": """
        feedback_id | customer_id | created_at | source | rating | nps
        1           | ann         | 2024-02-20 | survey | 2      |
        2           | ann         | 2024-02-21 | survey |        | 10
        3           | ann         | 2024-03-05 | survey | 1      |
        4           | bob         | 2023-01-01 | survey | 1      |
    """,
    "tickets": """
        ticket_id | customer_id | opened_at        | first_response_at
        1         | ann         | 2024-02-20 08:00 | 2024-02-20 09:00
        2         | ann         | 2024-02-22 08:00 | 2024-02-25 09:00
        3         | ann         | 2024-02-27 08:00 | 2024-03-04 09:00
        4         | ann         | 2024-02-29 20:00 | 2024-03-04 09:00
        5         | ann         | 2024-03-02 08:00 |
    """,
    "web_events": """
        customer_id | occurred_at      | type
        ann         | 2024-02-28 08:00 | view
        ann         | 2024-02-28 09:00 | cart
        ann         | 2024-02-29 09:00 | view
        ann         | 2024-03-01 09:00 | view
        ann         | 2023-11-01 09:00 | view
    """,
}


def test_contacts_count_up_to_the_day_and_no_further(tiny_shop: TinyShop) -> None:
    """Before 1 March ann rated 2 and (10 of 10) 5, had four tickets: one answered within a day, one after three, one unanswered
    for longer than a day, one unanswered for four hours; and two days on the site. What came later does not count."""
    shop, engine = tiny_shop(CONTACTS)
    ann = engine.frame(active_on(shop, date(2024, 3, 1)).order_by("customer_id")).set_index("customer_id").loc["ann"]
    assert ann["recent_rating"] == pytest.approx((2 + 5) / 2 - 3)
    assert (ann["recent_tickets"], ann["late_answers"]) == (4, 2)
    assert ann["recent_visits"] == pytest.approx(np.log(2 + 1))
    assert ann["categories"] == 1


def test_tomorrow_changes_nothing_that_was_known_yesterday(tiny_shop: TinyShop) -> None:
    """The factors of a day are the same whether or not the data go on after it."""
    day = date(2024, 3, 1)
    when = {"sales": 2, "feedback": 2, "tickets": 2, "web_events": 1}

    def known(name: str, line: str) -> bool:
        cells = line.split("|")
        return name not in when or len(cells) <= when[name] or "2024-03-" not in cells[when[name]]

    cut = {name: "\n".join(line for line in text.splitlines() if known(name, line)) for name, text in CONTACTS.items()}
    assert all(len(cut[name]) < len(CONTACTS[name]) for name in when)
    seen = []
    for tables in (CONTACTS, cut):
        shop, engine = tiny_shop(tables, churn_horizon_days=180)
        frame = engine.frame(active_on(shop, day).order_by("customer_id"))
        seen.append(frame.drop(columns="churned"))
    pd.testing.assert_frame_equal(seen[0], seen[1])


def test_a_sample_of_customers_is_the_same_on_every_day(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    first, second = (
        set(engine.frame(active_on(shop, day, one_in=4).select("customer_id"))["customer_id"])
        for day in (date(2026, 6, 1), date(2026, 6, 2))
    )
    everybody = len(engine.frame(active_on(shop, date(2026, 6, 1)).select("customer_id")))
    assert 0.15 * everybody < len(first) < 0.35 * everybody
    assert len(first & second) > 0.95 * len(first)
    engine.close()


# ---- windows -----------------------------------------------------------------------------------------------------------


def test_every_outcome_was_known_on_the_day_judged() -> None:
    """With long history the horizon is looked ahead; each window learnt from ends before the one it is judged on begins."""
    shop = replace(Shop.unbound(), first_day=date(2022, 1, 1))
    seen = windows(shop)
    assert seen.days == outcome_days(shop) == shop.settings.churn_horizon_days
    assert seen.today == shop.as_of + timedelta(days=1)
    assert seen.judged + timedelta(days=seen.days) <= seen.today
    assert all(day + timedelta(days=seen.days) <= seen.judged for day in seen.learnt)


def test_a_history_short_for_its_horizon_is_looked_at_in_quarters() -> None:
    shop = Shop.unbound()
    shop = replace(shop, first_day=shop.as_of - timedelta(days=800), settings=replace(shop.settings, churn_horizon_days=480))
    seen = windows(shop)
    assert seen.days == outcome_days(shop) == 200
    assert len(seen.learnt) == 2
    with pytest.raises(CannotAnswer) as refused:
        windows(replace(shop, first_day=shop.as_of - timedelta(days=100)))
    assert refused.value.code == "too_little_history"


# ---- a process that is known -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clockwork(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """2,400 customers for two years: half order every 20 days for as long as they stay and leave after a while, telling by
    nothing but their silence; the others stay. All spend the same."""
    rng = np.random.default_rng(5)
    start = date(2022, 1, 1)
    sales = []
    for number in range(2_400):
        begun, length = int(rng.integers(0, 650)), int(rng.integers(60, 500)) if number % 2 else 10_000
        days = [day for day in range(begun, 730, 20) if day - begun <= length]
        sales += [(f"{number}-{day}", str(number), str(start + timedelta(days=day + int(rng.integers(0, 4))))) for day in days]
    orders = pd.DataFrame(sales, columns=["order_id", "customer_id", "ordered_at"]).assign(status="completed")
    lines = pd.DataFrame({"order_id": orders["order_id"], "product_id": "tea", "quantity": "1", "unit_price": "10"})
    path = tmp_path_factory.mktemp("clockwork") / "clockwork.duckdb"
    shop, engine = make_shop(path, {"orders": orders, "order_lines": lines}, churn_horizon_days=90)
    yield shop, engine
    engine.close()


def run(opened: tuple[Shop, Engine], **slots: Any) -> Computed:
    shop, engine = opened
    return engine.run(churn_risk(shop, **slots))


def test_silence_is_found_to_be_the_sign(clockwork: tuple[Shop, Engine]) -> None:
    """Those who stay order every 20 days and are active for 30, so a third of the leavers are found by their silence alone and
    the others are like anybody: a ranking by silence alone is right in 1/3 + 2/3 x 1/2 of all pairs."""
    seen = run(clockwork, top_n=1_000)
    assert seen.facts["auc"] > 2 / 3
    assert seen.facts["brier"] < seen.facts["naive_brier"]
    at_risk = seen.tables["customers"].records()
    assert min(row["days_since_last_order"] for row in at_risk) > 24
    assert {row["reason_1"] for row in at_risk} <= {"risk.lateness", "risk.days_since_last_order"}
    assert seen.facts["main_reason"] in ("risk.lateness", "risk.days_since_last_order")


def test_a_reason_is_never_the_opposite_of_what_a_customer_does(demo_db: Path) -> None:
    """Whoever is told to be late, or to have ordered only once, is and has."""
    shop, engine = store.open_shop(demo_db)
    engine.ensure(churn_model_fit(shop))
    frame = engine.frame(active_on(shop, windows(shop).today)).set_index("customer_id")
    scores = engine.frame(churn_model_fit(shop).table("scores")).set_index("customer_id")
    checked = 0
    for factor in FACTORS:
        named = scores[(scores[["reason_1", "reason_2", "reason_3"]] == f"risk.{factor.name}").any(axis=1)]
        mean = frame[factor.name].mean()
        values = frame.loc[named.index, factor.name]
        checked += len(values)
        # The model's average is that of an earlier day; a third of the spread is left for the difference.
        slack = 0.35 * frame[factor.name].std()
        assert (values > mean - slack).all() if factor.named == "high" else (values < mean + slack).all(), factor.name
    assert checked > 100
    engine.close()


def test_levels_add_up(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    facts = engine.run(churn_risk(shop, threshold=0.6)).facts
    assert facts["at_risk"] + facts["watched"] + facts["safe"] == facts["customers"]
    assert facts["watched_from"] == pytest.approx(0.3)
    assert facts["value_at_stake"] < facts["value_at_stake_of_all"]
    assert engine.run(churn_risk(shop, threshold=60)).facts == facts
    engine.close()


def test_groups_hold_everybody(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    seen = engine.run(churn_risk(shop, dimension=("city",)))
    groups = seen.tables["groups"].records()
    assert sum(row["customers"] for row in groups) == seen.facts["customers"]
    assert sum(row["at_risk"] for row in groups) == seen.facts["at_risk"]
    assert sum(row["value_at_stake"] for row in groups) == pytest.approx(seen.facts["value_at_stake"])
    for dimension, code in ((("category",), "not_joinable"), (("city", "gender"), "too_many_dimensions")):
        with pytest.raises(CannotAnswer) as refused:
            churn_risk(shop, dimension=dimension)
        assert refused.value.code == code
    engine.close()


def test_one_customer_is_told_as_one(demo_db: Path) -> None:
    """Somebody active has a probability; somebody lost and somebody who never ordered have none, and it is said which."""
    shop, engine = store.open_shop(demo_db)

    def about(condition: str) -> Computed:
        ((customer,),) = rows(engine, f"SELECT min(customer_id) FROM customer_facts WHERE {condition}")
        return engine.run(churn_risk(shop, filters=(Filter("customer_id", "=", customer),)))

    active = about("days_since_last_order < 10")
    assert (active.facts["is_one"], active.facts["customers"]) == (True, 1)
    assert 0 < active.facts["highest_probability"] < 1
    lost, never = about("lifecycle_stage = 'lost'"), about("orders = 0")
    assert (lost.facts["customers"], lost.facts["already_churned"]) == (0, 1)
    assert (never.facts["customers"], never.facts["never_ordered"]) == (0, 1)
    nobody = engine.run(churn_risk(shop, filters=(Filter("customer_id", "=", "nobody"),)))
    assert (nobody.facts["matching"], nobody.facts["is_one"], nobody.facts["at_risk"]) == (0, False, 0)
    engine.close()


def test_those_who_come_next_are_shown_when_nobody_reaches_the_threshold(demo_db: Path) -> None:
    shop, engine = store.open_shop(demo_db)
    seen = engine.run(churn_risk(shop, threshold=0.999))
    assert (seen.facts["at_risk"], len(seen.tables["customers"].rows)) == (0, 0)
    nearest = [row["probability"] for row in seen.tables["closest"].records()]
    assert len(nearest) == 10
    assert nearest == sorted(nearest, reverse=True)
    assert nearest[0] == seen.facts["highest_probability"]
    engine.close()


def test_customers_who_nearly_all_leave_are_too_little_to_learn_from(tmp_path: Path) -> None:
    """A market place where almost nobody buys twice: 3,000 customers, 10 of whom came back."""
    start = date(2022, 1, 1)
    days = [start + timedelta(days=number % 700) for number in range(3_000)]
    orders = pd.DataFrame(
        [(str(number), str(number), str(day), "completed") for number, day in enumerate(days)]
        + [(f"{number}b", str(number), str(days[number] + timedelta(days=30)), "completed") for number in range(0, 200, 20)],
        columns=["order_id", "customer_id", "ordered_at", "status"],
    )
    lines = pd.DataFrame({"order_id": orders["order_id"], "product_id": "tea", "quantity": "1", "unit_price": "10"})
    shop, engine = make_shop(tmp_path / "market.duckdb", {"orders": orders, "order_lines": lines}, churn_horizon_days=90)
    with pytest.raises(CannotAnswer) as refused:
        engine.run(churn_risk(shop))
    assert refused.value.code == "too_little_history"
    engine.close()
