"""The published rules of the Groceries data: Hahsler, Hornik and Reutterer (2006), and Lantz, Machine Learning with R."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from analytics.behaviour import market_basket
from analytics.finding import Filter
from analytics.run import Computed, Engine
from analytics.shop import Shop
from tests.support import make_shop

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "groceries" / "groceries.csv.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"needs {FILE.parent.name}/{FILE.name} of the shared data")


@pytest.fixture(scope="module")
def groceries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The 9,835 baskets as a shop: an order per basket, all on one day."""
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        baskets = [[item.strip() for item in line.split(",")] for line in file]
    orders = pd.DataFrame({"order_id": [str(number) for number in range(len(baskets))], "ordered_at": "2006-01-01"})
    lines = pd.DataFrame(
        [(str(number), item, 1, 1) for number, items in enumerate(baskets) for item in items],
        columns=["order_id", "product_id", "quantity", "unit_price"],
    )
    shop, engine = make_shop(tmp_path_factory.mktemp("groceries") / "groceries.duckdb", {"orders": orders, "order_lines": lines})
    yield shop, engine
    engine.close()


def rule(computed: Computed, antecedent: str, consequent: str) -> dict[str, object]:
    """The row of one rule."""
    return next(r for r in computed.tables["rules"].records() if (r["antecedent"], r["consequent"]) == (antecedent, consequent))


def test_463_rules_at_support_0006_and_confidence_025(groceries: tuple[Shop, Engine]) -> None:
    shop, engine = groceries
    seen = engine.run(market_basket(shop, threshold=0.006, filters=(Filter("confidence", ">=", 0.25),)))
    assert (seen.facts["baskets"], seen.facts["items"]) == (9_835, 169)
    assert seen.facts["rules"] == seen.tables["rules"].total_rows == 463
    herbs = rule(seen, "herbs", "root vegetables")
    assert herbs["support"] == pytest.approx(0.007016, abs=5e-7)
    assert herbs["confidence"] == pytest.approx(0.4313, abs=5e-5)
    assert herbs["lift"] == pytest.approx(3.956, abs=5e-4)


def test_wine_and_liquor_lead_to_beer(groceries: tuple[Shop, Engine]) -> None:
    shop, engine = groceries
    seen = engine.run(market_basket(shop, threshold=0.001, filters=(Filter("confidence", ">=", 0.8),)))
    beer = rule(seen, "liquor + red/blush wine", "bottled beer")
    assert beer["confidence"] == pytest.approx(0.905, abs=5e-4)
    assert beer["lift"] == pytest.approx(11.235, abs=5e-4)


def test_without_bounds_what_is_left_is_more_than_chance(groceries: tuple[Shop, Engine]) -> None:
    shop, engine = groceries
    seen = engine.run(market_basket(shop))
    assert seen.facts["pairs"] == seen.facts["real_pairs"] > 50
    assert all(row["lift_low"] > 1 for row in seen.tables["pairs"].records())
