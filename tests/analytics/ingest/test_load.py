"""Loading from end to end: flat files, canonical tables, several files, and what is refused."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.ingest.errors import LoadError
from analytics.ingest.load import load, write_demo
from analytics.schema import CANONICAL
from analytics.shop import Settings
from analytics.store import DataSetError, open_shop, versions
from tests.analytics.ingest.conftest import Load

FLAT = """
    Invoice,Customer,Date,Code,Item,Qty,Price,Country
    1001,c1,2024-03-02 10:00,tea,Green tea,2,5.00,France
    1001,c1,2024-03-02 10:00,mug,Big mug,1,10.00,France
    C1002,c1,2024-03-05 10:00,tea,Green tea,-1,5.00,France
    1003,,2024-03-06 10:00,tea,GREEN TEA,3,5.00,Spain
"""
ORDERS = """
    order_id,customer_id,ordered_at,status
    1,ann,2024-03-02 10:00,completed
    2,bob,2024-03-05 10:00,returned
"""
LINES = """
    order_id,product_id,quantity,unit_price
    1,tea,2,5.00
    1,mug,1,10.00
    2,mug,1,10.00
"""


def test_a_flat_file_becomes_orders_lines_and_products(loaded: Load) -> None:
    seen = loaded({"sales.csv": FLAT})
    assert seen.report.tables == {"products": 2, "orders": 3, "order_lines": 4}
    assert seen.rows("SELECT order_id, customer_id, ordered_at, status, country FROM orders ORDER BY 1") == [
        ("1001", "c1", datetime(2024, 3, 2, 10), "completed", "France"),
        ("1003", None, datetime(2024, 3, 6, 10), "completed", "Spain"),
        ("C1002", "c1", datetime(2024, 3, 5, 10), "returned", "France"),  # a number with a C that only takes back
    ]
    assert seen.rows("SELECT * FROM order_lines ORDER BY order_id, product_id") == [
        ("1001", "mug", 1, 10), ("1001", "tea", 2, 5), ("1003", "tea", 3, 5), ("C1002", "tea", -1, 5),
    ]
    assert seen.rows("SELECT product_id, name, category FROM products ORDER BY 1") == [
        ("mug", "Big mug", None), ("tea", "Green tea", None),  # the most frequent name
    ]
    assert seen.rows("SELECT sum(revenue) FROM order_facts") == [(30,)]
    assert seen.touched() == {
        ("orders", "credit_note_numbers"): 1, ("order_lines", "credit_note_numbers"): 1, ("products", "several_names"): 1,
        ("orders", "missing_customer"): 1, ("order_lines", "missing_customer"): 1, ("order_lines", "non_positive_quantity"): 1,
    }


def test_canonical_tables_are_taken_by_their_names(loaded: Load) -> None:
    seen = loaded({"orders.csv": ORDERS, "order_lines.csv.gz": gzip.compress(LINES.replace("    ", "").encode())})
    assert [(m.file, m.table) for m in seen.report.mappings] == [("orders.csv", "orders"), ("order_lines.csv.gz", "order_lines")]
    assert seen.shop.rows["orders"] == 2
    assert seen.shop.as_of == date(2024, 3, 5)
    assert seen.touched() == {}
    assert [(s.file, s.table, s.rows) for s in seen.report.sources] == [("orders.csv", "orders", 2), ("order_lines.csv.gz", "order_lines", 3)]


def test_every_canonical_table_can_be_loaded_with_every_column(loaded: Load, tmp_path: Path) -> None:
    examples = {
        "string": "x", "timestamp": "2024-03-02 10:00", "date": "2024-03-02", "int64": "3", "boolean": "yes",
        "decimal(18, 4)": "1.5", "decimal(18, 3)": "2", "decimal(18, 8)": "2.5",
    }
    files = {
        f"{table.name}.csv": ",".join(table.column_names) + "\n" + ",".join(examples[c.type] for c in table.columns) + "\n"
        for table in CANONICAL.values()
    }
    seen = loaded(files)
    assert seen.report.tables == dict.fromkeys(CANONICAL, 1)
    for table in CANONICAL.values():
        (row,) = seen.rows(f"SELECT * FROM {table.name}")
        assert None not in row, table.name


def test_all_formats_give_the_same_version(loaded: Load, tmp_path: Path) -> None:
    import pandas as pd

    first = loaded({"sales.csv": FLAT}, db="csv")
    frame = pd.read_csv(tmp_path / "files" / "sales.csv", parse_dates=["Date"])
    frame.to_parquet(tmp_path / "sales.parquet")
    frame.to_excel(tmp_path / "sales.xlsx", index=False)
    frame.to_json(tmp_path / "sales.jsonl", orient="records", lines=True, date_format="iso")
    frame.to_csv(tmp_path / "sales.tsv", sep="\t", index=False)
    (tmp_path / "sales_cn.csv").write_bytes((tmp_path / "files" / "sales.csv").read_text().replace("Date", "日期").encode("gb18030"))
    for name in ("sales.parquet", "sales.xlsx", "sales.jsonl", "sales.tsv", "sales_cn.csv"):
        report = load([tmp_path / name], tmp_path / name.replace(".", "-"), now=datetime(2100, 1, 1))
        assert report.version == first.report.version, name


def test_extra_columns_stay_with_their_table(loaded: Load) -> None:
    flat = FLAT.replace("Country\n", "Country,Weather\n").replace("France\n", "France,rain\n").replace("Spain\n", "Spain,sun\n")
    seen = loaded({"sales.csv": flat})
    assert list(seen.shop.extra_columns["order_lines"]) == ["Weather"]
    assert seen.rows("SELECT DISTINCT Weather FROM order_lines ORDER BY 1") == [("rain",), ("sun",)]
    seen = loaded({"orders.csv": ORDERS.replace("status\n", "status,shelf\n").replace("ed\n", "ed,7\n"), "order_lines.csv": LINES})
    assert {name: str(kind) for name, kind in seen.shop.extra_columns["orders"].items()} == {"shelf": "float64"}


def test_a_flat_file_with_two_hundred_columns(loaded: Load) -> None:
    header, *lines = [line.strip() for line in FLAT.strip().splitlines()]
    wide = "\n".join([f"{header},{','.join(f'extra {n}' for n in range(200))}", *(f"{line},{','.join('x' * 200)}" for line in lines)])
    seen = loaded({"sales.csv": wide + "\n"})
    assert len(seen.shop.extra_columns["order_lines"]) == 200
    assert seen.rows("SELECT sum(revenue) FROM order_facts") == [(30,)]


def test_a_price_made_from_an_amount_gives_the_amount_back_to_the_cent(loaded: Load) -> None:
    lines = "".join(f"{n},2024-03-02,tea,{quantity},{amount}\n" for n, (quantity, amount) in enumerate([(3, 10), (7, 99.99), (20011, 12345.67)]))
    seen = loaded({"sales.csv": "Order,Date,Item,Qty,Total\n" + lines})
    assert [row[0] for row in seen.rows("SELECT revenue FROM order_facts ORDER BY order_id")] == [
        Decimal("10.0000"), Decimal("99.9900"), Decimal("12345.6700"),
    ]


def test_without_quantities_each_line_is_one_piece(loaded: Load) -> None:
    seen = loaded({"sales.csv": "Order,Date,Item,Total\n1,2024-03-02,tea,10\n"})
    assert seen.rows("SELECT quantity, unit_price FROM order_lines") == [(1, 10)]
    assert seen.check("made_quantities").rows == 1


def test_without_order_numbers_one_customer_at_one_time_is_an_order(loaded: Load) -> None:
    flat = """
        Customer,Date,Item,Qty,Price
        ann,2024-03-02 10:00,tea,1,5
        ann,2024-03-02 10:00,mug,1,10
        ann,2024-03-02 11:00,tea,1,5
        ,2024-03-02 10:00,tea,1,5
        ,2024-03-02 10:00,mug,1,5
    """
    seen = loaded({"sales.csv": flat})
    assert seen.rows("SELECT order_id, count(*) FROM order_lines GROUP BY 1 ORDER BY 1") == [
        ("ann-20240302100000", 2), ("ann-20240302110000", 1), ("sales-4", 1), ("sales-5", 1),
    ]
    assert seen.check("made_order_ids").rows == 5


def test_without_customer_numbers_the_email_tells_customers_apart(loaded: Load) -> None:
    flat = """
        Order,Date,Email,Customer name,Item,Qty,Price
        1,2024-03-02,Ann@x.org,Ann,tea,1,5
        2,2024-03-03,ann@x.org,Ann Lee,tea,1,5
        3,2024-03-03,,,tea,1,5
    """
    seen = loaded({"sales.csv": flat})
    assert seen.rows("SELECT customer_id, name, email FROM customers") == [("ann@x.org", "Ann Lee", "ann@x.org")]  # as said last
    assert seen.rows("SELECT orders FROM customer_facts") == [(2,)]
    assert seen.check("made_customer_ids").rows == 2


def test_date_and_time_may_stand_in_two_columns(loaded: Load) -> None:
    seen = loaded({"sales.csv": "Order,Date,Time,Item,Qty,Price\n1,02/03/2024,14:30,tea,1,5\n2,13/03/2024,,tea,1,5\n"})
    assert seen.rows("SELECT ordered_at FROM orders ORDER BY 1") == [(datetime(2024, 3, 2, 14, 30),), (datetime(2024, 3, 13),)]


def test_a_discount_said_on_every_line_counts_once_and_different_ones_add_up(loaded: Load) -> None:
    header = "Order,Date,Item,Qty,Price,Discount\n"
    once = loaded({"sales.csv": header + "1,2024-03-02,tea,1,5,1\n1,2024-03-02,mug,1,5,1\n2,2024-03-02,mug,1,5,\n"})
    assert once.rows("SELECT order_id, discount, revenue FROM order_facts ORDER BY 1") == [("1", 1, 9), ("2", 0, 5)]
    summed = loaded({"sales.csv": header + "1,2024-03-02,tea,1,5,2\n1,2024-03-02,mug,1,5,0.5\n"})
    assert summed.rows("SELECT discount, revenue FROM order_facts") == [(Decimal("2.5"), Decimal("7.5"))]


def test_a_discount_rate_is_not_taken_for_an_amount(loaded: Load) -> None:
    seen = loaded({"sales.csv": "Order,Date,Item,Qty,Price,Discount\n1,2024-03-02,tea,1,50,0.2\n2,2024-03-02,mug,1,50,0\n"})
    assert seen.rows("SELECT sum(discount), sum(revenue) FROM order_facts") == [(0, 100)]
    assert list(seen.shop.extra_columns["order_lines"]) == ["Discount"]
    assert seen.check("discount_rate").rows == 2


def test_an_order_whose_lines_disagree_takes_the_first_and_says_so(loaded: Load) -> None:
    seen = loaded({"sales.csv": "Order,Date,Customer,Item,Qty,Price\n1,2024-03-02 10:01,ann,tea,1,5\n1,2024-03-02 10:00,bob,mug,1,5\n"})
    assert seen.rows("SELECT customer_id, ordered_at FROM orders") == [("ann", datetime(2024, 3, 2, 10, 0))]
    assert seen.check("order_disagrees").rows == 1


def test_order_numbers_that_all_begin_with_c_are_no_credit_notes(loaded: Load) -> None:
    seen = loaded({"sales.csv": "Order,Date,Item,Qty,Price\nC1,2024-03-02,tea,1,5\nC2,2024-03-02,mug,1,5\n"})
    assert seen.rows("SELECT DISTINCT status FROM orders") == [("completed",)]
    assert ("orders", "credit_note_numbers") not in seen.touched()


def test_a_stated_status_is_not_overruled_by_the_number(loaded: Load) -> None:
    seen = loaded({"sales.csv": "Order,Date,Item,Qty,Price,Status\nC1,2024-03-02,tea,-1,5,completed\n2,2024-03-02,mug,1,5,\n"})
    assert seen.rows("SELECT order_id, status FROM orders ORDER BY 1") == [("2", "completed"), ("C1", "completed")]


def test_times_in_files_are_local_and_stored_in_utc(loaded: Load) -> None:
    settings = Settings(time_zone="Europe/London")
    seen = loaded({"sales.csv": FLAT.replace("2024-03", "2024-07")}, settings=settings)
    assert seen.rows("SELECT min(ordered_at) FROM orders") == [(datetime(2024, 7, 2, 9),)]
    assert seen.rows("SELECT min(ordered_at) FROM order_facts") == [(datetime(2024, 7, 2, 10),)]


def test_flat_files_of_several_months_are_one_table(loaded: Load) -> None:
    later = FLAT.replace("1001", "2001").replace("C1002", "C2002").replace("1003", "2003").replace("2024-03", "2024-04")
    seen = loaded({"march.csv": FLAT, "april.csv": later})
    assert seen.report.tables["orders"] == 6
    assert seen.shop.as_of == date(2024, 4, 6)


def test_the_same_file_twice_counts_once(loaded: Load) -> None:
    seen = loaded({"sales.csv": FLAT, "copy.csv": FLAT})
    assert seen.report.tables["order_lines"] == 4
    assert seen.check("same_file").rows == 4


def test_a_table_and_a_flat_file_go_together(loaded: Load) -> None:
    customers = "customer_id,name,city\nc1,Ann Lee,York\nc9,Zoe,Bath\n"
    flat = FLAT.replace("Customer,", "Customer,Customer name,").replace(",c1,", ",c1,A. Lee,").replace("1003,,", "1003,c2,Bob,")
    seen = loaded({"sales.csv": flat, "customers.csv": customers})
    assert seen.rows("SELECT customer_id, name, city FROM customers ORDER BY 1") == [
        ("c1", "Ann Lee", "York"), ("c2", "Bob", None), ("c9", "Zoe", "Bath"),  # the table is believed before the flat file
    ]


def test_a_chinese_export_is_understood_without_a_map(loaded: Load) -> None:
    text = """
        订单号,客户编号,下单时间,商品名称,数量,单价,城市,订单状态
        A1,张三,2024年3月2日 10:30,绿茶,2,￥5.00,上海,已完成
        A2,李四,2024年3月5日,马克杯,1,10元,北京,已退货
        A3,张三,2024年3月6日,绿茶,1,5,上海,已取消
    """
    seen = loaded({"销售.csv": text.replace("    ", "").encode("gb18030")})
    assert seen.rows("SELECT order_id, customer_id, ordered_at, city, status FROM orders ORDER BY 1") == [
        ("A1", "张三", datetime(2024, 3, 2, 10, 30), "上海", "completed"), ("A2", "李四", datetime(2024, 3, 5), "北京", "returned"),
        ("A3", "张三", datetime(2024, 3, 6), "上海", "cancelled"),
    ]
    assert seen.rows("SELECT sum(revenue) FROM order_facts") == [(10,)]


def refused(loaded: Load, files: dict[str, str | bytes], **options: object) -> LoadError:
    with pytest.raises(LoadError) as caught:
        loaded(files, **options)
    return caught.value


def test_what_cannot_be_loaded_changes_nothing(loaded: Load, tmp_path: Path) -> None:
    before = loaded({"sales.csv": FLAT}).report.version
    for files, code in [
        ({"orders.csv": "order_id,ordered_at\n", "order_lines.csv": LINES}, "no_rows"), ({"sales.csv": "Invoice,Date,Qty,Price\n"}, "no_rows"),
        ({"orders.csv": ""}, "empty_file"), ({"customers.csv": "customer_id\nann\n"}, "no_orders"), ({"orders.csv": ORDERS}, "no_orders"),
        ({"orders.csv": "order_id,city\n1,York\n"}, "missing_columns"), ({"notes.csv": "a,b\nx,y\n"}, "not_mapped"),
    ]:
        assert refused(loaded, dict(files)).code == code
        assert open_shop(tmp_path / "shop.duckdb")[0].version == before
    assert len(versions(tmp_path / "shop.duckdb")) == 1
    with pytest.raises(LoadError, match="no_files"):
        load([], tmp_path / "shop.duckdb")


def test_an_optional_table_may_be_empty(loaded: Load) -> None:
    seen = loaded({"orders.csv": ORDERS, "order_lines.csv": LINES, "feedback.csv": "feedback_id,created_at,rating\n"})
    assert not seen.shop.has("feedback")
    assert seen.shop.has("orders")


def test_the_demo_company_is_the_same_wherever_it_is_written(tmp_path: Path) -> None:
    first = write_demo(tmp_path / "a.duckdb", customers=200, seed=3)
    assert write_demo(tmp_path / "b.duckdb", customers=200, seed=3) == first
    assert write_demo(tmp_path / "b.duckdb", customers=200, seed=4) != first
    shop, _ = open_shop(tmp_path / "a.duckdb")
    assert (shop.settings.company, shop.settings.currency, shop.settings.time_zone) == ("Askwell Demo", "GBP", "Europe/London")
    assert all(shop.has(name) for name in CANONICAL)


KILLED = """
import sys, time
from analytics.ingest.load import load, write_demo
def wait(step, share):
    if step == "merge":
        print("merging", flush=True)
        time.sleep(60)
load(sys.argv[2:], sys.argv[1], progress=wait)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")
def test_a_load_killed_in_the_middle_changes_nothing_and_leaves_nothing_behind_for_long(loaded: Load, tmp_path: Path) -> None:
    before = loaded({"sales.csv": FLAT}).report.version
    path, file = tmp_path / "shop.duckdb", tmp_path / "files" / "sales.csv"
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), str(file)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "merging\n"
    child.kill()
    child.wait()
    folder = tmp_path / "shop.duckdb.versions"
    assert [entry for entry in folder.iterdir() if entry.name.startswith(".")]
    assert open_shop(path)[0].version == before
    loaded({"sales.csv": FLAT.replace("5.00", "6.00")})
    assert not [entry for entry in folder.iterdir() if entry.name.startswith(".")]


def test_the_quality_report_stands_in_the_file(loaded: Load) -> None:
    seen = loaded({"sales.csv": FLAT})
    stored = seen.rows("SELECT table_name, rule, action, rows, total, sample FROM quality_report ORDER BY position")
    assert [row[:5] for row in stored] == [(c.table, c.rule, c.action, c.rows, c.total) for c in seen.report.checks]
    (sample,) = [json.loads(row[5]) for row in stored if row[:2] == ("order_lines", "non_positive_quantity")]
    assert sample == [{"order_id": "C1002", "product_id": "tea", "quantity": "-1.000", "unit_price": "5.00000000"}]


def test_progress_rises_from_0_to_1_and_names_steps(loaded: Load) -> None:
    steps: list[tuple[str, float]] = []
    loaded({"sales.csv": FLAT}, progress=lambda step, done: steps.append((step, done)))
    shares = [done for _, done in steps]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    assert steps[0] == ("read sales.csv", 0.0)
    assert "sale_lines" in dict(steps)


def test_settings_are_kept_with_the_data(loaded: Load) -> None:
    seen = loaded({"sales.csv": FLAT}, settings=Settings(currency="CNY", company="小店", week_start=7, fiscal_year_start=4))
    assert (seen.shop.settings.currency, seen.shop.settings.company) == ("CNY", "小店")
    assert (seen.shop.settings.week_start, seen.shop.settings.fiscal_year_start) == (7, 4)
    with pytest.raises(DataSetError, match="bad_time_zone"):
        loaded({"sales.csv": FLAT}, settings=Settings(time_zone="Nowhere/Land"))
