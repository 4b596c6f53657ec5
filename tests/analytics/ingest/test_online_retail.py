"""UCI Online Retail: half a million real lines, loaded without a map, against the figures published for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from analytics.ingest.load import load
from analytics.ingest.report import LoadReport
from analytics.run import Engine
from analytics.store import open_shop
from tests.support import rows

DATA = Path(__file__).parents[4] / "shared" / "data" / "online_retail" / "online_retail.parquet"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the UCI Online Retail file is not at {DATA}")

#: (table, rule): rows, as published for this file.
FIGURES = {
    ("order_lines", "rows"): 541_909, ("orders", "distinct_orders"): 25_900, ("orders", "credit_note_numbers"): 3_836,
    ("order_lines", "credit_note_numbers"): 9_288, ("order_lines", "distinct_products"): 4_070,
    ("orders", "distinct_customers"): 4_372, ("orders", "distinct_countries"): 38, ("order_lines", "missing_customer"): 135_080,
    ("order_lines", "missing_description"): 1_454, ("order_lines", "exact_duplicates"): 5_268,
    ("order_lines", "non_positive_quantity"): 10_624, ("order_lines", "non_positive_price"): 2_517,
}


def check_figures(report: LoadReport, engine: Engine) -> None:
    found = {(check.table, check.rule): check.rows for check in report.checks}
    assert {key: found[key] for key in FIGURES} == FIGURES
    assert report.set_aside == 0
    # Every line of every order, credit notes included: sales less what was given back.
    assert rows(engine, "SELECT round(sum(quantity * unit_price), 2) FROM order_lines") == [(Decimal("9747747.93"),)]
    facts = "sum(revenue), count(*) FILTER (counted), count(*) FILTER (returned), count(DISTINCT customer_id) FILTER (counted)"
    ((revenue, orders, returned, customers),) = rows(engine, f"SELECT {facts} FROM order_facts")
    assert (round(revenue, 2), orders, returned, customers) == (Decimal("9747747.93"), 19_960, 3_836, 4_338)
    assert rows(engine, "SELECT count(*), count(*) FILTER (orders > 0) FROM customer_facts") == [(4_372, 4_338)]


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LoadReport, Engine]]:
    path = tmp_path_factory.mktemp("retail") / "retail.duckdb"
    report = load([DATA], path)
    _, engine = open_shop(path)
    yield report, engine
    engine.close()


def test_the_quality_report_gives_the_published_figures(retail: tuple[LoadReport, Engine]) -> None:
    check_figures(*retail)


def test_every_mart_gives_the_same_revenue(retail: tuple[LoadReport, Engine]) -> None:
    _, engine = retail
    for mart in ("sale_lines", "order_facts", "daily_sales"):
        assert rows(engine, f"SELECT round(sum(revenue), 2) FROM {mart}") == [(Decimal("9747747.93"),)]
    known = rows(engine, "SELECT sum(revenue) FROM customer_facts")
    assert known == rows(engine, "SELECT sum(revenue) FROM order_facts WHERE customer_id IS NOT NULL")


def test_the_country_of_a_sale_counts_where_the_customer_is_unknown(retail: tuple[LoadReport, Engine]) -> None:
    summer = "country = 'United Kingdom' AND order_date >= DATE '2011-07-01' AND order_date < DATE '2011-10-01'"
    assert rows(retail[1], f"SELECT round(sum(revenue), 2) FROM sale_lines WHERE {summer}") == [(Decimal("1966628.49"),)]


def test_a_product_has_its_most_frequent_name_and_no_category(retail: tuple[LoadReport, Engine]) -> None:
    report, engine = retail
    assert rows(engine, "SELECT name, category FROM products WHERE product_id = '85123A'") == [("WHITE HANGING HEART T-LIGHT HOLDER", None)]
    assert {check.rule: check.rows for check in report.checks if check.table == "products"}["several_names"] > 600


def test_segments_stages_and_tiers_add_up_to_the_customers_who_bought(retail: tuple[LoadReport, Engine]) -> None:
    for column in ("rfm_segment", "lifecycle_stage", "value_tier"):
        assert rows(retail[1], f"SELECT count({column}) FROM customer_facts") == [(4_338,)]
    high = "SELECT sum(revenue_12m) FILTER (value_tier = 'high-value') / sum(revenue_12m) FROM customer_facts WHERE revenue_12m > 0"
    ((share,),) = rows(retail[1], high)
    assert 0.5 <= share < 0.51  # the smallest set that brings half


def copy_csv(target: Path, date: str = "InvoiceDate", customer: str = "CustomerID") -> Path:
    columns = f"InvoiceNo, StockCode, Description, Quantity, {date} AS InvoiceDate, UnitPrice, {customer} AS CustomerID, Country"
    duckdb.execute(f"COPY (SELECT {columns} FROM '{DATA}') TO '{target}' (HEADER)")
    return target


def test_the_same_data_as_csv_gives_the_same_version(retail: tuple[LoadReport, Engine], tmp_path: Path) -> None:
    american = copy_csv(tmp_path / "retail.csv", "strftime(InvoiceDate, '%-m/%-d/%Y %-H:%M')", "CAST(CustomerID AS DOUBLE)")
    report = load([american], tmp_path / "csv.duckdb")
    assert report.version == retail[0].version
    rules = {check.rule: check for check in report.checks}
    assert rules["date_format"].sample == ({"column": "InvoiceDate", "format": "month first, %m/%d/%Y %H:%M"},)
    assert rules["id_suffix"].rows == 541_909 - 135_080


def workbook(target: Path, limit: int) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Online Retail")
    cursor = duckdb.execute(f"FROM '{DATA}' LIMIT {limit}")
    sheet.append([column[0] for column in cursor.description or ()])
    for row in cursor.fetchall():
        sheet.append([int(row[0]) if row[0].isdigit() else row[0], *row[1:]])
    book.save(target)
    return target


def test_a_workbook_of_its_first_lines_gives_what_parquet_gives(tmp_path: Path) -> None:
    first = tmp_path / "first.parquet"
    duckdb.execute(f"COPY (FROM '{DATA}' LIMIT 20000) TO '{first}'")
    book = load([workbook(tmp_path / "retail.xlsx", 20_000)], tmp_path / "xlsx.duckdb")
    assert book.version == load([first], tmp_path / "parquet.duckdb").version
    assert book.tables["order_lines"] == 20_000


@pytest.mark.slow
def test_the_whole_workbook_gives_the_published_figures(retail: tuple[LoadReport, Engine], tmp_path: Path) -> None:
    report = load([workbook(tmp_path / "retail.xlsx", 1_000_000)], tmp_path / "xlsx.duckdb")
    assert report.version == retail[0].version
    check_figures(report, open_shop(tmp_path / "xlsx.duckdb")[1])
