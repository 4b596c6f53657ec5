"""Names as people write them: which table a file is named after, and headers in a comparable form."""

from __future__ import annotations

import re
import unicodedata

from analytics.schema import CANONICAL

#: Other names under which files and sheets hold a canonical table.
_TABLE_NAMES: dict[str, str] = {
    "customer": "customers", "clients": "customers", "client list": "customers", "客户": "customers", "客户表": "customers",
    "客户信息": "customers", "会员": "customers", "会员表": "customers",
    "product": "products", "商品": "products", "商品表": "products", "产品": "products", "产品表": "products",
    "order": "orders", "订单": "orders", "订单表": "orders",
    "order line": "order_lines", "orderlines": "order_lines", "order items": "order_lines", "order item": "order_lines",
    "order details": "order_lines", "order detail": "order_lines", "line items": "order_lines", "订单明细": "order_lines",
    "订单明细表": "order_lines", "订单行": "order_lines", "订单商品": "order_lines",
    "feedbacks": "feedback", "reviews": "feedback", "评价": "feedback", "评论": "feedback", "反馈": "feedback",
    "ticket": "tickets", "工单": "tickets", "campaign": "campaigns", "营销活动": "campaigns", "活动": "campaigns",
    "campaign touch": "campaign_touches", "touches": "campaign_touches", "活动触达": "campaign_touches",
    "触达": "campaign_touches",
    "web event": "web_events", "events": "web_events", "网站行为": "web_events", "浏览记录": "web_events",
    "invoice": "invoices", "发票": "invoices", "账单": "invoices",
    "应收": "invoices",
    "loyalty": "loyalty_entries", "loyalty points": "loyalty_entries", "积分": "loyalty_entries", "积分明细": "loyalty_entries",
    "target": "targets", "目标": "targets", "aliases": "value_aliases", "别名": "value_aliases",
}
#: What may follow the name of a table in a file name: numbers, dates, parts.
_TRAILER = re.compile(r"[\s_.-]*(?:\(?\d[\d\s_.()-]*|part[\s_-]*\d+|all|new|full|export)?$")


def words_of(name: str) -> str:
    """A name in lower case with single spaces between its words: `InvoiceNo` and `invoice_no` are both `invoice no`."""
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    text = re.sub(r"[^\w%#]+|_", " ", text.casefold())
    return " ".join(text.split())


def table_named(stem: str) -> str | None:
    """The canonical table that a file or sheet is named after: `orders`, `Orders 2024-01`, `订单`; None for others."""
    name = words_of(_TRAILER.sub("", stem.strip().casefold())) or words_of(stem)
    snake = name.replace(" ", "_")
    return snake if snake in CANONICAL else _TABLE_NAMES.get(name)
