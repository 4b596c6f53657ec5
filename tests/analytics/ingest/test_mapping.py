"""What columns are taken for: headers of shops and tills in both languages, and values where headers say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.ingest.errors import LoadError
from analytics.ingest.fields import LINE_AMOUNT, fields, flat_fields, table_fields
from analytics.ingest.load import preview
from analytics.ingest.mapping import SURE, name_score
from analytics.ingest.naming import table_named, words_of
from analytics.ingest.report import FileMapping
from analytics.ingest.synonyms import SYNONYMS
from analytics.schema import CANONICAL

VALUES = {
    "order": ["1001", "1001", "1002", "1003"], "customer": ["c1", "c1", "c2", "c1"],
    "time": ["2024-03-02 10:00", "2024-03-02 10:00", "2024-03-03 11:00", "2024-03-04 12:00"],
    "product": ["p1", "p2", "p1", "p3"], "name": ["green tea", "big mug", "green tea", "spoon"], "quantity": ["2", "1", "3", "1"],
    "price": ["5.00", "10.50", "5.00", "2.25"], "amount": ["10.00", "10.50", "15.00", "2.25"], "city": ["York", "York", "Leeds", "York"],
    "channel": ["web", "web", "shop", "web"], "category": ["drinks", "kitchen", "drinks", "kitchen"],
    "status": ["completed", "completed", "returned", "completed"], "discount": ["1.00", "1.00", "0.50", "0.00"],
    "email": ["a@x.org", "a@x.org", "b@x.org", "a@x.org"], "person": ["Ann Lee", "Ann Lee", "Bob Ray", "Ann Lee"],
}
KINDS = {
    "order": "orders.order_id", "customer": "orders.customer_id", "time": "orders.ordered_at", "product": "order_lines.product_id",
    "name": "products.name", "quantity": "order_lines.quantity", "price": "order_lines.unit_price", "amount": LINE_AMOUNT,
    "city": "orders.city", "channel": "orders.channel", "category": "products.category", "status": "orders.status",
    "discount": "orders.discount", "email": "customers.email", "person": "customers.name",
}


def understood(tmp_path: Path, name: str, columns: dict[str, list[str]], **options: object) -> FileMapping:
    file = tmp_path / name
    lines = [",".join(columns), *(",".join(cells) for cells in zip(*columns.values(), strict=True))]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (found,) = preview([file], **options)  # type: ignore[arg-type]
    return found


def taken_for(found: FileMapping) -> dict[str, str]:
    return {column.column: column.field for column in found.columns if column.field}


HEADERS = [
    {"InvoiceNo": "order", "StockCode": "product", "Description": "name", "Quantity": "quantity", "InvoiceDate": "time",
     "UnitPrice": "price", "CustomerID": "customer"},
    {"Order ID": "order", "Order Date": "time", "Customer ID": "customer", "Customer Name": "person", "City": "city",
     "Product ID": "product", "Category": "category", "Product Name": "name", "Sales": "amount", "Quantity": "quantity"},
    {"order_number": "order", "created_at": "time", "email": "email", "sku": "product", "lineitem_name": "name", "qty": "quantity",
     "price": "price", "order_status": "status", "sales_channel": "channel"},
    {"TransactionID": "order", "Date": "time", "CustID": "customer", "Item": "name", "Units Sold": "quantity", "Total Amount": "amount"},
    {"订单号": "order", "客户编号": "customer", "下单时间": "time", "商品编码": "product", "商品名称": "name", "数量": "quantity",
     "单价": "price", "城市": "city", "渠道": "channel", "订单状态": "status", "优惠金额": "discount"},
    {"订单编号": "order", "会员ID": "customer", "交易日期": "time", "品名": "name", "品类": "category", "销售数量": "quantity",
     "销售金额": "amount"},
    {"单号": "order", "买家": "customer", "日期": "time", "货号": "product", "件数": "quantity", "售价": "price"},
    {"Recepit No": "order", "Purchse Date": "time", "Custmer ID": "customer", "Prodct Name": "name", "Quantty": "quantity",
     "Unit Prise": "price"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
def test_headers_of_shops_are_understood(tmp_path: Path, headers: dict[str, str]) -> None:
    found = understood(tmp_path, "export.csv", {header: VALUES[kind] for header, kind in headers.items()})
    assert found.table == "flat"
    assert taken_for(found) == {header: KINDS[kind] for header, kind in headers.items()}


def test_each_proposal_has_a_confidence_and_examples(tmp_path: Path) -> None:
    found = understood(tmp_path, "export.csv", {"Order ID": VALUES["order"], "Date": VALUES["time"], "Totl": VALUES["amount"]})
    by_name = {column.column: column for column in found.columns}
    assert by_name["Order ID"].confidence >= 0.95
    assert by_name["Order ID"].sample == ("1001", "1002", "1003")
    assert 0.4 < by_name["Totl"].confidence < 0.95
    assert by_name["Totl"].field == LINE_AMOUNT


def test_values_tell_apart_what_the_same_word_can_mean(tmp_path: Path) -> None:
    columns = {"order": VALUES["order"], "date": VALUES["time"], "customer": VALUES["person"], "product": VALUES["name"]}
    found = taken_for(understood(tmp_path, "a.csv", {**columns, "qty": VALUES["quantity"], "price": VALUES["price"]}))
    assert found["customer"] == "orders.customer_id"
    assert found["product"] == "products.name"
    # A column called date that holds no dates is not the order's time.
    with pytest.raises(LoadError, match="not_mapped"):
        understood(tmp_path, "b.csv", {"date": VALUES["name"], "qty": VALUES["quantity"], "price": VALUES["price"]})


def test_dates_and_prices_are_recognised_under_meaningless_headers(tmp_path: Path) -> None:
    count = 40
    columns = {
        "x1": [f"2024-01-{1 + n % 28:02d} 10:00" for n in range(count)], "x2": [str(1 + n % 4) for n in range(count)],
        "x3": [f"{n % 7}.{25 + n}" for n in range(count)],
    }
    found = understood(tmp_path, "export.csv", columns)
    assert taken_for(found) == {"x1": "orders.ordered_at", "x2": "order_lines.quantity", "x3": "order_lines.unit_price"}
    assert all(column.confidence < SURE for column in found.columns)  # and it is said that this is a guess


def test_what_a_flat_file_lacks_is_said_with_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        understood(tmp_path, "export.csv", {"Order ID": VALUES["order"], "Date": VALUES["time"], "Note": VALUES["name"]})
    assert (caught.value.code, caught.value.file) == ("not_mapped", "export.csv")
    assert caught.value.details["missing"] == ("order_lines.unit_price",)
    assert caught.value.details["found"] == ("Order ID", "Date", "Note")


def test_columns_of_a_table_may_have_other_names(tmp_path: Path) -> None:
    columns = {"order number": VALUES["order"], "order date": VALUES["time"], "客户编号": VALUES["customer"], "note": VALUES["name"]}
    found = understood(tmp_path, "orders.csv", columns)
    assert found.table == "orders"
    assert taken_for(found) == {
        "order number": "orders.order_id", "order date": "orders.ordered_at", "客户编号": "orders.customer_id"
    }


def test_a_table_without_a_required_column_says_which(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        understood(tmp_path, "feedback.csv", {"feedback_id": ["f1"], "comment": ["good"]})
    assert (caught.value.code, caught.value.details["table"]) == ("missing_columns", "feedback")
    assert caught.value.details["missing"] == ("feedback.created_at",)


def test_an_orders_file_with_lines_in_it_is_a_flat_file(tmp_path: Path) -> None:
    columns = {"order_id": VALUES["order"], "ordered_at": VALUES["time"], "sku": VALUES["product"], "qty": VALUES["quantity"]}
    assert understood(tmp_path, "orders.csv", {**columns, "unit_price": VALUES["price"]}).table == "flat"
    assert understood(tmp_path, "orders.csv", {k: columns[k] for k in ("order_id", "ordered_at")}).table == "orders"


def test_a_map_has_the_last_word(tmp_path: Path) -> None:
    columns = {"Order ID": VALUES["order"], "Date": VALUES["time"], "Shipped": VALUES["time"], "Betrag": VALUES["price"],
               "Note": VALUES["name"], "Code": VALUES["product"]}
    mapping = {"Betrag": "unit_price", "Date": "ignore", "shipped": "orders.ordered_at", "Note": "customers.note",
               "Code": "orders.customer_id"}
    found = understood(tmp_path, "export.csv", columns, mapping=mapping)
    assert taken_for(found) == {
        "Order ID": "orders.order_id", "Shipped": "orders.ordered_at", "Betrag": "order_lines.unit_price", "Note": "customers.note",
        "Code": "orders.customer_id",
    }
    assert [column.given for column in found.columns] == [False, True, True, True, True, True]


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("orders", "orders"), ("Orders", "orders"), ("orders_2024", "orders"), ("orders-2024-01", "orders"), ("orders (2)", "orders"),
        ("order lines", "order_lines"), ("order_items", "order_lines"), ("客户", "customers"), ("订单明细", "order_lines"),
        ("web_events_part1", "web_events"), ("sales", None), ("reorders", None), ("2024", None), ("sheet1", None),
    ],
)
def test_a_file_is_named_after_a_table_or_not(stem: str, table: str | None) -> None:
    assert table_named(stem) == table


def test_words_of_headers_are_comparable() -> None:
    written = ["InvoiceNo", "invoice_no", "INVOICE NO", " Invoice-No. ", "ｉｎｖｏｉｃｅ no"]
    assert {words_of(text) for text in written} == {"invoice no"}
    assert words_of("客户编号（ID）") == "客户编号 id"


def test_every_canonical_column_is_a_field_with_words_in_both_languages() -> None:
    keys = {f"{table.name}.{column.name}" for table in CANONICAL.values() for column in table.columns}
    assert keys <= set(fields())
    assert set(SYNONYMS) <= set(fields())
    for key in keys - {"orders.region"}:
        words = SYNONYMS[key].split("|")
        assert {word.isascii() for word in words} == {True, False}, key
        assert all(word == words_of(word) for word in words), key
        assert len(words) == len(set(words)), key
    assert all(name_score(field.column, field) == 1 for field in (*flat_fields(), *table_fields("tickets")))
