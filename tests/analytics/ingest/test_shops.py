"""The two small companies, English and Chinese, with every canonical table: they load clean and in one go."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.ingest.load import load
from analytics.schema import CANONICAL
from analytics.store import open_shop
from tests.support import NEVER, rows

SHOPS = Path(__file__).parents[4] / "shared" / "accept"
pytestmark = pytest.mark.skipif(not SHOPS.exists(), reason=f"the two companies are not at {SHOPS}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_company_loads_without_a_map_and_without_losing_a_row(tmp_path: Path, language: str) -> None:
    files = sorted((SHOPS / f"shop_{language}").glob("*.csv.gz"))
    report = load(files, tmp_path / "shop.duckdb", now=NEVER)
    assert set(report.tables) == set(CANONICAL) - {"value_aliases"}
    assert report.tables == {source.table: source.rows for source in report.sources}
    assert report.set_aside == 0
    assert [check.rule for check in report.checks if check.action in {"set_aside", "left_out"} and check.rows] == []
    shop, engine = open_shop(tmp_path / "shop.duckdb")
    assert shop.as_of == date(2026, 11, 17)
    assert rows(engine, "SELECT min(period), max(period), count(*) FROM targets") == [(date(2026, 1, 1), date(2026, 12, 1), 12)]
    ((facts, lines),) = rows(engine, "SELECT (SELECT sum(revenue) FROM order_facts), (SELECT sum(revenue) FROM sale_lines)")
    oracle = """
        SELECT sum(l.amount - o.discount) FROM orders o
        JOIN (SELECT order_id, sum(quantity * unit_price) AS amount FROM order_lines GROUP BY 1) l USING (order_id)
        WHERE o.status = 'completed'"""
    assert rows(engine, oracle) == [(facts,)]
    assert facts == lines
