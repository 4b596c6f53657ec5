"""Mining of baskets: counts against brute force, formulas by hand, and silence where there is only chance."""

from __future__ import annotations

import math
import random
from itertools import combinations

import duckdb
import pandas as pd
import pytest
from scipy.stats import hypergeom

from analytics.models import basket
from analytics.models.basket import Bounds, mine

Baskets = list[set[str]]


def mined(baskets: Baskets, bounds: Bounds) -> dict[str, pd.DataFrame]:
    lines = pd.DataFrame(
        [(str(number), item) for number, items in enumerate(baskets) for item in sorted(items) or [None]], columns=["order_id", "item"],
        dtype="string",
    )
    connection = duckdb.connect()
    connection.register("given_lines", lines)
    return dict(mine(connection, "SELECT order_id, item FROM given_lines", bounds))


def at_random(baskets: int, items: int, share: float, seed: int) -> Baskets:
    """Baskets in which every item stands with the same probability, whatever the others."""
    draw = random.Random(seed)
    names = [f"item {number:02}" for number in range(items)]
    return [{name for name in names if draw.random() < share} for _ in range(baskets)]


def test_figures_of_a_pair_are_those_worked_out_by_hand() -> None:
    # 10 baskets: tea in 4, mug in 5, both in 3; two hold one item only, one holds nothing.
    baskets: Baskets = [{"tea", "mug"}] * 3 + [{"tea"}, {"mug", "jam"}, {"mug"}, {"jam", "pen"}, {"pen", "ink"}, {"ink", "jam"}, set()]
    found = mined(baskets, Bounds(orders=3, confidence=0.0, strict=False))
    (pair,) = found["pairs"].to_dict("records")
    assert (pair["item"], pair["companion"], pair["pair"]) == ("tea", "mug", "tea + mug")
    assert (pair["orders"], pair["item_orders"], pair["companion_orders"]) == (3, 4, 5)
    assert (pair["support"], pair["confidence"], pair["reverse_confidence"]) == (0.3, 0.75, 0.6)
    assert pair["lift"] == pytest.approx(0.75 / 0.5)
    assert pair["expected_orders"] == pytest.approx(2)
    spread = math.sqrt((10 / 3 - 10 / 4 - 10 / 5 + 2 * 1.5 - 1) / 10)
    assert pair["lift_low"] == pytest.approx(1.5 * math.exp(-1.959964 * spread))
    assert pair["lift_high"] == pytest.approx(1.5 * math.exp(1.959964 * spread))
    summary = found["summary"].to_dict("records")[0]
    assert (summary["baskets"], summary["single_item_baskets"], summary["items"]) == (10, 2, 5)


def test_rules_of_up_to_three_items_before_the_arrow_are_those_of_brute_force() -> None:
    baskets = at_random(300, 8, 0.45, seed=3)
    least, confidence = 12, 0.4
    count = {
        items: sum(set(items) <= held for held in baskets)
        for size in (1, 2, 3, 4) for items in combinations(sorted(set().union(*baskets)), size)
    }
    expected = {
        (" + ".join(i for i in items if i != last), last): (together, together / count[tuple(i for i in items if i != last)])
        for items, together in count.items() if len(items) > 1 and together >= least
        for last in items if together / count[tuple(i for i in items if i != last)] >= confidence
    }
    rules = mined(baskets, Bounds(orders=least, confidence=confidence, strict=False))["rules"]
    found = {(row.antecedent, row.consequent): (row.orders, row.confidence) for row in rules.itertuples()}
    assert max(rules.antecedent_items) == 3
    assert found.keys() == expected.keys()
    assert all(found[rule] == (orders, pytest.approx(share)) for rule, (orders, share) in expected.items())


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_gives_no_pair_and_no_rule(seed: int) -> None:
    found = mined(at_random(1_000, 25, 0.15, seed), Bounds())
    assert found["summary"].frequent_items[0] == 25
    assert found["pairs"].empty
    assert found["rules"].empty


def test_a_real_pair_is_found_among_chance() -> None:
    draw = random.Random(1)
    baskets = [held | ({"espresso", "frother"} if draw.random() < 0.03 else set()) for held in at_random(1_000, 25, 0.15, 9)]
    found = mined(baskets, Bounds())
    assert [set(pair.split(" + ")) for pair in found["pairs"].pair] == [{"espresso", "frother"}]
    assert set(zip(found["rules"].antecedent, found["rules"].consequent, strict=True)) == {("espresso", "frother"), ("frother", "espresso")}


def test_the_bound_on_chance_is_never_below_fishers_exact_value() -> None:
    cursor = duckdb.connect()
    for baskets, first, second in ((200, 20, 30), (1_000, 50, 40), (50, 25, 10)):
        for both in range(1, min(first, second) + 1):
            figures = f"SELECT {both} / {first} AS confidence, {second} / {baskets} AS usual, {first} AS antecedent_orders"
            (bound,) = cursor.execute(f"SELECT exp({basket._log_chance('usual')}) FROM ({figures})").fetchone() or (0.0,)
            assert bound >= hypergeom.sf(both - 1, baskets, second, first) * (1 - 1e-9)


def test_a_longer_rule_must_say_more_than_a_shorter_one() -> None:
    # Every tea basket holds a mug; sugar stands anywhere. "sugar + tea -> mug" adds nothing to "tea -> mug".
    draw = random.Random(2)
    baskets = [
        ({"tea", "mug"} if draw.random() < 0.3 else {"jam"}) | ({"sugar"} if draw.random() < 0.5 else set()) for _ in range(500)
    ]
    strict = mined(baskets, Bounds())["rules"]
    assert ("tea", "mug") in set(zip(strict.antecedent, strict.consequent, strict=True))
    assert set(strict.antecedent_items) == {1}
    everything = mined(baskets, Bounds(strict=False))["rules"]
    assert ("sugar + tea", "mug") in set(zip(everything.antecedent, everything.consequent, strict=True))


def test_one_anchor_gives_its_companions_and_several_the_pairs_among_them() -> None:
    baskets: Baskets = [{"tea", "mug"}] * 6 + [{"tea", "jam"}] * 2 + [{"mug", "jam"}] * 9 + [{"pen"}] * 3
    alone = mined(baskets, Bounds(anchors=("tea",), strict=False))["pairs"]
    assert [(row.item, row.companion, row.orders) for row in alone.itertuples()] == [("tea", "mug", 6)]
    among = mined(baskets, Bounds(anchors=("tea", "pen", "jam"), strict=False))
    assert {tuple(sorted((row.item, row.companion))): row.orders for row in among["pairs"].itertuples()} == {
        ("jam", "tea"): 2, ("jam", "pen"): 0, ("pen", "tea"): 0
    }
    assert among["pairs"].set_index("pair").lift_high.isna().sum() == 2
    nobody = mined(baskets, Bounds(anchors=("unknown",), strict=False))
    assert nobody["pairs"].empty
    assert nobody["summary"].named_orders[0] == 0


def test_a_share_of_baskets_is_rounded_as_it_is_meant() -> None:
    baskets: Baskets = [{"tea", "mug"}] * 7 + [{"pen"}] * 93
    assert mined(baskets, Bounds(support=0.07, strict=False))["summary"].min_orders[0] == 7
    assert mined(baskets, Bounds(support=0.071, strict=False))["pairs"].empty


def test_no_baskets_give_no_pairs() -> None:
    found = mined([], Bounds())
    assert found["pairs"].empty
    assert found["rules"].empty
    assert found["summary"].baskets[0] == 0


def test_mining_twice_gives_the_same_frames() -> None:
    baskets = at_random(400, 12, 0.3, seed=5)
    first, second = (mined(baskets, Bounds(strict=False)) for _ in range(2))
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])


def test_frames_have_the_columns_of_their_schemas() -> None:
    found = mined(at_random(200, 6, 0.4, seed=7), Bounds(strict=False))
    assert {name: set(frame.columns) for name, frame in found.items()} == {name: set(schema) for name, schema in basket.SCHEMAS.items()}
