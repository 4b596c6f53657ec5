"""The rules of cleaning, as data: what is repaired in a file, and what is checked on the whole data set.

A repair changes values of one column where its test holds. A check counts rows of a finished table; it changes nothing.
Words for rules stand in templates; `RULES` lists every rule that a quality report can name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.schema import CANONICAL
from analytics.store import Action

#: Words for the states of an order; every other word counts as completed and is reported.
STATUS_WORDS: dict[str, tuple[str, ...]] = {
    "completed": (
        "completed", "complete", "paid", "shipped", "delivered", "fulfilled", "closed", "done", "ok", "success", "successful",
        "invoiced", "sold", "已完成", "完成", "交易完成", "交易成功", "已付款",
        "已支付", "已发货", "已收货", "已签收", "成功",
    ),
    "returned": (
        "returned", "return", "refunded", "refund", "sent back", "credited", "已退货", "退货", "已退款", "退款", "退货退款",
        "已退",
    ),
    "cancelled": (
        "cancelled", "canceled", "cancel", "cancellation", "void", "voided", "aborted", "已取消", "取消", "交易关闭",
        "已关闭", "作废", "已作废",
    ),
}
VARIANT_WORDS: dict[str, tuple[str, ...]] = {
    "treated": (
        "treated", "treatment", "test", "exposed", "variant", "target", "1", "true", "实验组", "试验组", "触达组", "处理组",
    ),
    "control": ("control", "holdout", "hold-out", "hold out", "0", "false", "对照组", "控制组", "空白组"),
}
EVENT_WORDS: dict[str, tuple[str, ...]] = {
    "view": ("view", "product_view", "product view", "page_view", "pageview", "view_item", "visit", "浏览", "查看", "访问"),
    "cart": ("cart", "add_to_cart", "add to cart", "addtocart", "basket", "加购", "加入购物车", "购物车"),
    "checkout": ("checkout", "begin_checkout", "check out", "结算", "下单", "去结算"),
    "purchase": ("purchase", "transaction", "order", "buy", "bought", "购买", "支付", "成交"),
}


@dataclass(frozen=True)
class Repair:
    """Where `test` holds, `column` becomes `value` (SQL)."""

    table: str
    rule: str
    column: str
    test: str
    value: str = "NULL"


@dataclass(frozen=True)
class Words:
    """A column with few values: known words become `words`' keys; other words `fallback`, or stay as they are."""

    table: str
    rule: str
    column: str
    words: dict[str, tuple[str, ...]]
    unknown_rule: str
    fallback: str | None = None


@dataclass(frozen=True)
class DataCheck:
    """Rows of a finished table for which `test` holds; `needs` is a table without which it says nothing."""

    table: str
    rule: str
    action: Action
    test: str
    needs: str = ""


@dataclass(frozen=True)
class Figure:
    """The number of different values of a column."""

    table: str
    rule: str
    column: str


WORDS = (
    Words("orders", "status_words", "status", STATUS_WORDS, "unknown_status", fallback="completed"),
    Words("campaign_touches", "variant_words", "variant", VARIANT_WORDS, "unknown_variant"),
    Words("web_events", "event_words", "type", EVENT_WORDS, "unknown_event"),
)
REPAIRS = (
    Repair("orders", "missing_status", "status", "status IS NULL", "'completed'"),
    Repair("orders", "negative_discount", "discount", "discount < 0", "-discount"),
    Repair("feedback", "rating_out_of_range", "rating", "rating NOT BETWEEN 1 AND 5"),
    Repair("feedback", "nps_out_of_range", "nps", "nps NOT BETWEEN 0 AND 10"),
    Repair("tickets", "csat_out_of_range", "csat", "csat NOT BETWEEN 1 AND 5"),
    Repair("customers", "implausible_birth_date", "birth_date", "birth_date > {now} OR birth_date < {now} - INTERVAL 120 YEAR"),
    Repair("customers", "negative_income", "income", "income < 0"),
    Repair("targets", "period_to_month", "period", "day(period) <> 1", "date_trunc('month', period)"),
)


def _unknown(table: str, column: str, other: str) -> DataCheck:
    test = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {column} FROM {other})"
    return DataCheck(table, f"unknown_{column.removesuffix('_id')}", "kept", test, needs=other)


def _future(table: str) -> DataCheck:
    return DataCheck(table, "future_date", "left_out", f"{CANONICAL[table].time} > {{now}}")


def _references() -> Iterable[DataCheck]:
    for other in ("customers", "products", "campaigns"):
        (column,) = CANONICAL[other].key
        for table in CANONICAL.values():
            if column in table.column_names and table.name != other:
                yield _unknown(table.name, column, other)
    for table_name in ("feedback", "tickets", "invoices"):
        yield _unknown(table_name, "order_id", "orders")
    yield _unknown("feedback", "ticket_id", "tickets")


DATA_CHECKS = (
    DataCheck("orders", "missing_customer", "kept", "customer_id IS NULL"),
    DataCheck("order_lines", "missing_customer", "kept", "order_id IN (SELECT order_id FROM orders WHERE customer_id IS NULL)"),
    DataCheck("order_lines", "missing_product", "kept", "product_id IS NULL"),
    DataCheck("order_lines", "non_positive_quantity", "kept", "quantity <= 0"),
    DataCheck("order_lines", "non_positive_price", "kept", "unit_price <= 0"),
    DataCheck("order_lines", "line_without_order", "left_out", "order_id NOT IN (SELECT order_id FROM orders)"),
    DataCheck("orders", "order_without_lines", "kept", "order_id NOT IN (SELECT order_id FROM order_lines)"),
    DataCheck(
        "orders", "discount_above_amount", "kept",
        "discount > 0 AND order_id IN (SELECT l.order_id FROM order_lines l JOIN orders o ON o.order_id = l.order_id"
        " AND o.discount > 0 GROUP BY l.order_id HAVING sum(greatest(l.quantity * l.unit_price, 0)) < max(o.discount))",
    ),
    DataCheck("products", "missing_name", "kept", "name IS NULL"),
    DataCheck("products", "negative_cost", "kept", "unit_cost < 0"),
    DataCheck("customers", "malformed_email", "kept", "NOT regexp_matches(email, '^[^@ ]+@[^@ ]+[.][^@ .]+$')"),
    DataCheck(
        "customers", "shared_email", "kept",
        "lower(email) IN (SELECT lower(email) FROM customers WHERE email IS NOT NULL GROUP BY 1 HAVING count(*) > 1)",
    ),
    DataCheck("tickets", "resolved_before_opened", "left_out", "resolved_at < opened_at OR first_response_at < opened_at"),
    DataCheck("invoices", "non_positive_amount", "kept", "amount <= 0"),
    DataCheck("invoices", "paid_before_issued", "kept", "paid_on < issued_on"),
    DataCheck("campaigns", "ends_before_start", "kept", "ends_on < starts_on"),
    *(_future(table) for table in ("orders", "feedback", "tickets", "campaign_touches", "web_events", "loyalty_entries")),
    *_references(),
)
#: Rules of reading, mapping and splitting files, which stand in the code of those steps.
FILE_RULES = (
    "rows", "encoding", "trimmed_blanks", "empty_markers", "exact_duplicates", "broken_characters", "uneven_rows", "broken_rows",
    "sheets_not_read", "same_file", "uncertain_mapping", "date_format", "ambiguous_dates", "unreadable_date",
    "unreadable_number", "unreadable_flag", "unreadable_value", "missing_required", "rounded_fractions", "decimal_comma",
    "id_suffix", "duplicate_key", "newer_row", "replaced_lines", "missing_description", "several_names", "order_disagrees",
    "made_order_ids", "made_customer_ids", "made_quantities", "credit_note_numbers", "discount_rate",
)
#: How many different values the finished tables hold; no rule is broken by them.
FIGURES: tuple[Figure, ...] = (
    Figure("orders", "distinct_orders", "order_id"), Figure("orders", "distinct_customers", "customer_id"),
    Figure("orders", "distinct_countries", "country"), Figure("order_lines", "distinct_products", "product_id"),
)
RULES: frozenset[str] = frozenset(
    {
        *FILE_RULES, *(f.rule for f in FIGURES), *(r.rule for r in REPAIRS), *(w.rule for w in WORDS),
        *(w.unknown_rule for w in WORDS), *(c.rule for c in DATA_CHECKS),
    }
)
DATA_RULES: frozenset[str] = frozenset({*(c.rule for c in DATA_CHECKS), *(f.rule for f in FIGURES)})
