"""What is loaded and how clean it is: hand-made faults of every kind, the empty data set, and SQL on the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from analytics import store
from analytics.governance import data_overview, data_quality
from analytics.governance.checks import ALLOWED, result, sources
from analytics.ingest import demo
from analytics.run import Computed, Engine
from analytics.schema import CANONICAL
from analytics.shop import Settings, Shop
from analytics.store import Check
from tests.conftest import TinyShop
from tests.support import frames, make_shop, rows

LOADED = datetime(2024, 4, 2, 12)
ORDERS = """
    order_id | customer_id | ordered_at       | status    | discount
    1        | ann         | 2024-03-01 10:00 | completed |
    2        |             | 2024-03-02 10:00 | completed | 99
    3        | bob         | 2024-03-03 10:00 | completed |
    4        | ghost       | 2024-03-31 10:00 | completed |
    5        | ann         | 2024-04-09 10:00 | completed |
    6        | ann         | 2024-03-04 10:00 | cancelled |
"""
#: Order 3 has no lines; order 9 does not exist; the last two lines are alike.
ORDER_LINES = """
    order_id | product_id | quantity | unit_price
    1        | tea        | 2        | 5
    2        | mug        | 1        | 9
    4        | gone       | 1        | 3
    5        | tea        | 0        | 5
    9        | tea        | 1        | 5
    6        |            | 1        | -4
    1        | mug        | 1        | 9
    1        | mug        | 1        | 9
"""
CUSTOMERS = """
    customer_id | name | email         | phone | birth_date | city
    ann         | Ann  | ann@mail.test | 1     | 1990-05-05 | York
    bob         | Bob  | bob@mail      | 2     | 2199-01-01 |
    cat         | Cat  | ANN@mail.test |       | 1985-01-01 | Hull
    dan         | Dan  |               |       |            | York
"""
PRODUCTS = """
    product_id | name | category | unit_cost
    tea        | Tea  | drinks   | 2
    mug        |      |          | -1
"""
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | nps | text | product_id
    f1          | ann         | 2024-03-05 10:00 | survey | 5      |     |      | tea
    f2          |             | 2024-03-06 10:00 | social |        |     | nice | lamp
    f3          | ann         | 2024-05-06 10:00 | survey |        | 9   |      |
"""
TICKETS = """
    ticket_id | opened_at        | first_response_at | resolved_at      | category
    t1        | 2024-03-05 10:00 | 2024-03-05 11:00  | 2024-03-05 12:00 | billing
    t2        | 2024-03-06 10:00 |                   |                  |
    t3        | 2024-03-06 10:00 | 2024-03-05 10:00  |                  | billing
    t4        | 2024-04-02 11:00 |                   |                  | billing
"""
TABLES = {
    "orders": ORDERS, "order_lines": ORDER_LINES, "customers": CUSTOMERS, "products": PRODUCTS, "feedback": FEEDBACK, "tickets": TICKETS,
}
#: (rows that break it, rows looked at), worked out by eye from the tables above.
BROKEN = {
    "orders_without_customer": (1, 6), "orders_with_unknown_customer": (1, 6), "orders_without_lines": (1, 6), "orders_in_future": (1, 6),
    "discount_above_amount": (1, 6), "duplicate_orders": (0, 6), "lines_without_customer": (1, 8), "lines_without_order": (1, 8),
    "lines_without_product": (1, 8), "order_lines_with_unknown_product": (1, 8), "zero_quantities": (1, 8), "prices_not_positive": (1, 8),
    "duplicate_lines": (1, 8), "customers_without_contact": (1, 4), "customers_without_place": (1, 4), "malformed_emails": (1, 4),
    "implausible_birth_dates": (1, 4), "duplicate_customers": (0, 4), "shared_emails": (1, 3), "products_without_name": (1, 2),
    "products_without_category": (1, 2), "products_without_cost": (0, 2), "negative_costs": (1, 2), "duplicate_products": (0, 2),
    "feedback_without_rating": (1, 3), "feedback_without_customer": (1, 3), "feedback_with_unknown_product": (1, 3),
    "feedback_in_future": (1, 3), "duplicate_feedback": (0, 3), "tickets_without_response": (1, 4), "tickets_solved_before_opened": (1, 4),
    "tickets_without_category": (1, 4), "tickets_in_future": (0, 4), "duplicate_tickets": (0, 4),
}


def table(computed: Computed, name: str) -> dict[object, dict[str, object]]:
    """Rows of a table by their first column."""
    records = computed.tables[name].records()
    return {next(iter(record.values())): record for record in records}


@pytest.fixture
def faulty(tiny_shop: TinyShop) -> tuple[Shop, Engine]:
    return tiny_shop(TABLES, now=LOADED)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company with 400 customers."""
    shop, engine = make_shop(tmp_path_factory.mktemp("governance") / "demo.duckdb", demo.generate(400))
    yield shop, engine
    engine.close()


# ---- data quality ------------------------------------------------------------------------------------------------------


def test_every_check_finds_the_fault_it_is_for(faulty: tuple[Shop, Engine]) -> None:
    """Each fault stands once in the tables; each check counts it once, of as many rows as there are."""
    shop, engine = faulty
    checks = table(engine.run(data_quality(shop)), "checks")
    found = {name: (row["broken"], row["total"]) for name, row in checks.items() if name != "days_without_orders"}
    assert found == BROKEN
    assert {name for name, row in checks.items() if row["passed"]} >= {name for name, (broken, _) in BROKEN.items() if broken == 0}


def test_passed_and_failed_add_up(faulty: tuple[Shop, Engine]) -> None:
    shop, engine = faulty
    seen = engine.run(data_quality(shop))
    facts, checks = seen.facts, seen.tables["checks"].records()
    failed = [row for row in checks if not row["passed"]]
    assert facts["checks"] == len(checks) == facts["passed"] + facts["failed"]
    assert facts["failed"] == len(failed)
    assert checks[: len(failed)] == failed, "failed ones stand first"
    assert [row["share"] for row in failed] == sorted((row["share"] for row in failed), reverse=True)
    assert (facts["worst_check"], facts["worst_share"]) == (failed[0]["check"], failed[0]["share"])
    assert (facts["lines_without_customer"], facts["lines_without_customer_share"]) == (1, 0.125)
    assert seen.rows_used == 6 + 8 + 4 + 2 + 3 + 4


def test_a_share_up_to_the_allowed_one_passes(tiny_shop: TinyShop) -> None:
    """5 % of the orders may lack a customer: 1 of 20 passes, 1 of 19 does not."""
    for count, passes in ((20, True), (19, False)):
        lines = ["order_id | customer_id | ordered_at | product_id | quantity | unit_price"]
        lines += [f"{n} | {'ann' if n else ''} | 2024-03-{1 + n % 28:02} | tea | 1 | 5" for n in range(count)]
        shop, engine = tiny_shop({"sales": "\n".join(lines)})
        check = table(engine.run(data_quality(shop)), "checks")["orders_without_customer"]
        assert (check["broken"], check["allowed"], check["passed"]) == (1, ALLOWED["orders_without_customer"], passes)


def test_checks_of_absent_tables_are_not_made(tiny_shop: TinyShop) -> None:
    """Without products nobody can say that a product is unknown; nothing is said of tickets that are not there."""
    shop, engine = tiny_shop({"orders": ORDERS, "order_lines": ORDER_LINES}, now=LOADED)
    checks = table(engine.run(data_quality(shop)), "checks")
    assert "order_lines_with_unknown_product" not in checks
    assert {row["table"] for row in checks.values()} == {"orders", "order_lines"}


def test_days_without_orders(tiny_shop: TinyShop) -> None:
    """Orders on 1 and 5 March: three days of five are empty."""
    sales = "order_id | ordered_at | product_id | quantity | unit_price\n1 | 2024-03-01 | tea | 1 | 5\n2 | 2024-03-05 | tea | 1 | 5"
    shop, engine = tiny_shop({"sales": sales})
    check = table(engine.run(data_quality(shop)), "checks")["days_without_orders"]
    assert (check["broken"], check["total"], check["passed"]) == (3, 5, False)


def test_gaps_name_the_emptiest_columns_first(faulty: tuple[Shop, Engine]) -> None:
    shop, engine = faulty
    gaps = [(row["table"], row["column"], row["missing"], row["total"]) for row in engine.run(data_quality(shop)).tables["gaps"].records()]
    assert ("customers", "city", 1, 4) in gaps
    assert ("orders", "customer_id", 1, 6) in gaps
    assert not any(column == "order_id" and name == "orders" for name, column, _, _ in gaps)
    shares = [missing / total for _, _, missing, total in gaps]
    assert shares == sorted(shares, reverse=True)


def test_what_the_load_did_is_told(tmp_path: Path) -> None:
    """Repairs and rows set aside stand with their rule; counts of rows read are no repair, and live checks are not told twice."""
    quality = (
        Check("orders", "rows", "kept", 6, 6), Check("orders", "negative_discount", "repaired", 2, 6),
        Check("orders", "missing_status", "repaired", 1, 6), Check("order_lines", "broken_rows", "set_aside", 3, 11),
        Check("orders", "future_date", "left_out", 1, 6), Check("order_lines", "exact_duplicates", "kept", 1, 8),
    )
    path = tmp_path / "loaded.duckdb"
    store.write(path, frames(TABLES), Settings(), quality=quality, now=LOADED)
    shop, engine = store.open_shop(path, None)
    seen = engine.run(data_quality(shop))
    assert list(table(seen, "cleaning")) == ["negative_discount", "missing_status", "broken_rows", "exact_duplicates"]
    assert (seen.facts["repaired_rows"], seen.facts["repaired_rules"], seen.facts["set_aside_rows"]) == (3, 2, 3)
    assert seen.facts["no_report"] is False
    assert "loaded_without_report" not in seen.caveats
    engine.close()


def test_quality_of_an_empty_data_set(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({})
    seen = engine.run(data_quality(shop))
    assert (seen.facts["checks"], seen.facts["passed"], seen.facts["worst_check"], seen.facts["lines_without_customer_share"]) == (0, 0, None, None)
    assert (seen.tables["checks"].rows, seen.rows_used) == ((), 0)


def test_quality_agrees_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    """Oracle: checks that matter most, in plain SQL on the canonical tables."""
    shop, engine = company
    checks = table(engine.run(data_quality(shop)), "checks")
    for name, query in {
        "lines_without_customer": "SELECT count(*) FROM order_lines JOIN orders USING (order_id) WHERE customer_id IS NULL",
        "order_lines_with_unknown_product": "SELECT count(*) FROM order_lines ANTI JOIN products USING (product_id) WHERE product_id IS NOT NULL",
        "orders_without_lines": "SELECT count(*) FROM orders ANTI JOIN order_lines USING (order_id)",
        "duplicate_lines": "SELECT (SELECT count(*) FROM order_lines) - (SELECT count(*) FROM (SELECT DISTINCT * FROM order_lines))",
        "feedback_without_rating": "SELECT count(*) FROM feedback WHERE coalesce(rating, nps) IS NULL",
        "shared_emails": "SELECT count(email) - count(DISTINCT lower(email)) FROM customers",
    }.items():
        assert checks[name]["broken"] == rows(engine, query)[0][0], name


def test_every_allowed_share_belongs_to_a_check() -> None:
    shop = Shop.unbound()
    names = {name for source in sources(shop) for name in (*source.tests, *source.counts)}
    assert set(ALLOWED) <= names
    assert len(names) == sum(len(source.tests) + len(source.counts) for source in sources(shop)), "no name is used twice"
    assert all(result(source).schema()["broken"].is_integer() for source in sources(shop))


# ---- data overview -----------------------------------------------------------------------------------------------------


def test_data_overview_of_the_faulty_shop(faulty: tuple[Shop, Engine]) -> None:
    """Orders go from 1 to 31 March: the one of 9 April lies after the load. Rows count all the same."""
    shop, engine = faulty
    seen = engine.run(data_overview(shop))
    tables = table(seen, "tables")
    assert {name: row["row_count"] for name, row in tables.items()} == {
        "customers": 4, "products": 2, "orders": 6, "order_lines": 8, "feedback": 3, "tickets": 4,
    }
    orders = tables["orders"]
    assert (orders["first_date"], orders["last_date"], orders["days_behind"]) == (date(2024, 3, 1), date(2024, 3, 31), 0)
    assert (tables["products"]["first_date"], tables["feedback"]["days_behind"]) == (None, 25)
    facts = seen.facts
    assert (facts["total_rows"], facts["tables"], facts["missing_tables"]) == (27, 6, len(CANONICAL) - 6)
    assert (facts["order_rows"], facts["line_rows"], facts["known_customers"]) == (6, 8, 5)
    assert facts["tables_behind"] == 1, "feedback ends 25 days before the orders"
    assert (facts["first_day"], facts["as_of"], facts["loaded_on"]) == (date(2024, 3, 1), date(2024, 3, 31), "2024-04-02")
    assert seen.rows_used == 27


def test_absent_tables_are_named_with_their_columns(faulty: tuple[Shop, Engine]) -> None:
    shop, engine = faulty
    missing = table(engine.run(data_overview(shop)), "missing")
    assert set(missing) == set(CANONICAL) - set(TABLES)
    assert missing["targets"]["column_names"] == "period, metric, value"


def test_columns_tell_how_well_they_are_filled(faulty: tuple[Shop, Engine]) -> None:
    shop, engine = faulty
    columns = {(row["table"], row["column"]): row for row in engine.run(data_overview(shop)).tables["columns"].records()}
    assert len(columns) == sum(len(CANONICAL[name].columns) for name in TABLES)
    assert (columns["customers", "email"]["filled"], columns["customers", "email"]["share"]) == (3, 0.75)
    assert columns["customers", "income"]["filled"] == 0


def test_settings_are_told(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(TABLES, now=LOADED, currency="CNY", time_zone="Asia/Shanghai", fiscal_year_start=4, company="Tea Ltd")
    facts = engine.run(data_overview(shop)).facts
    assert (facts["currency"], facts["time_zone"], facts["fiscal_year_start"], facts["company"]) == ("CNY", "Asia/Shanghai", 4, "Tea Ltd")


def test_days_old_are_reckoned_from_today(faulty: tuple[Shop, Engine]) -> None:
    shop, engine = faulty
    assert engine.run(data_overview(shop.on(date(2024, 4, 10)))).facts["days_old"] == 10
    assert engine.run(data_overview(shop.on(date(2024, 3, 1)))).facts["days_old"] == 0


def test_overview_of_an_empty_data_set(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({})
    seen = engine.run(data_overview(shop))
    assert (seen.facts["total_rows"], seen.facts["tables"], seen.facts["known_customers"]) == (0, 0, 0)
    assert seen.tables["missing"].total_rows == len(CANONICAL)


def test_overview_agrees_with_the_rows_of_the_demo(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    counted = {name: row["row_count"] for name, row in table(engine.run(data_overview(shop)), "tables").items()}
    assert counted == {name: rows(engine, f"SELECT count(*) FROM {name}")[0][0] for name in counted}
    assert set(counted) == {name for name in CANONICAL if shop.has(name)}
