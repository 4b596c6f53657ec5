"""Checks of loaded data: which rows break a rule, of how many, and how large a share is acceptable.

Each source is one canonical table with the tests on its rows, so that a table is read once for all of them. Words for
checks stand in templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from analytics.governance.contents import whole_table
from analytics.shop import Shop

#: Share of rows that may break a check before it fails; 0 for all others. A few gaps in what people or files leave open are
#: usual, a line without an order is not.
ALLOWED: dict[str, float] = {
    "orders_without_customer": 0.05, "lines_without_customer": 0.05, "products_without_category": 0.05,
    "products_without_cost": 0.05, "customers_without_contact": 0.05, "customers_without_place": 0.05,
    "feedback_without_rating": 0.2, "feedback_without_customer": 0.05, "tickets_without_response": 0.05,
    "tickets_without_category": 0.05, "days_without_orders": 0.2, "zero_quantities": 0.01, "prices_not_positive": 0.01,
}
_EMAIL = r"^[^@ ]+@[^@ ]+[.][^@ .]+$"
_OLDEST = 120


@dataclass(frozen=True)
class Source:
    """A table's rows and its tests: name of the check -> rows that break it. `counts` are numbers of rows that break a check
    and are no condition on single rows: name -> (number, of how many), aggregates of `rows`."""

    table: str
    rows: ir.Table
    tests: Mapping[str, ir.BooleanValue] = field(default_factory=dict)
    counts: Mapping[str, tuple[ir.Value, ir.Value]] = field(default_factory=dict)


def sources(shop: Shop) -> Iterator[Source]:
    """The checks that the loaded tables allow."""
    makers = {
        "orders": (_orders, _days), "order_lines": (_order_lines, _repeated_lines), "customers": (_customers,),
        "products": (_products,), "feedback": (_feedback,), "tickets": (_tickets,), "invoices": (_invoices,),
    }
    for name, makes in makers.items():
        if shop.has(name):
            yield from (make(shop) for make in makes)


def result(source: Source) -> ir.Table:
    """A row per check of a source: table, check, rows that break it, rows."""
    numbers = {name: (_number(test), source.rows.count()) for name, test in source.tests.items()} | dict(source.counts)
    one = source.rows.agg(
        **{f"broken_{i}": broken for i, (broken, _) in enumerate(numbers.values())},
        **{f"total_{i}": total for i, (_, total) in enumerate(numbers.values())},
    )
    listed = [
        ibis.struct({"check": name, "broken": one[f"broken_{i}"].cast("int64"), "total": one[f"total_{i}"].cast("int64")})
        for i, name in enumerate(numbers)
    ]
    rows = one.select(each=ibis.array(listed).unnest())
    return rows.select(
        table=ibis.literal(source.table), check=rows.each["check"], broken=rows.each["broken"].fill_null(0),
        total=rows.each["total"].fill_null(0),
    )


def loaded_until(shop: Shop) -> datetime:
    """The load moment in UTC; the end of today where it is not known."""
    if shop.loaded_at:
        return datetime.fromisoformat(shop.loaded_at.replace("Z", "+00:00")).replace(tzinfo=None)
    return datetime.combine(shop.today + timedelta(days=1), datetime.min.time())


def _number(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.fill_null(False).sum().fill_null(0)


def _repeated(rows: ir.Table, key: str) -> tuple[ir.Value, ir.Value]:
    """Rows beyond the first with the same key."""
    return rows[key].count() - rows[key].nunique(), rows.count()


def _unknown(shop: Shop, rows: ir.Table, column: str, other: str) -> dict[str, ir.BooleanValue]:
    """The test that a value stands in the table it points to; none where that table is not loaded."""
    if not shop.has(other):
        return {}
    return {f"{rows.get_name()}_with_unknown_{column.removesuffix('_id')}": ~rows[column].isin(shop.table(other)[column])}


def _ahead(shop: Shop, time: ir.Value) -> ir.BooleanValue:
    return time > ibis.literal(loaded_until(shop), "timestamp")


def _orders(shop: Shop) -> Source:
    rows, lines = shop.table("orders"), shop.table("order_lines")
    worth = (lines.quantity * lines.unit_price).cast("float64")
    amounts = lines.group_by(order=lines.order_id).agg(amount=ibis.greatest(worth, 0.0).sum())
    known = _unknown(shop, rows, "customer_id", "customers")
    counts = {"duplicate_orders": _repeated(rows, "order_id")}
    tests = {
        "orders_without_customer": rows.customer_id.isnull(), **known,
        "orders_without_lines": ~rows.order_id.isin(lines.order_id), "orders_in_future": _ahead(shop, rows.ordered_at),
        "discount_above_amount": rows.order_id.isin(_above(rows, amounts).order_id),
    }
    return Source("orders", rows, tests, counts)


def _above(orders: ir.Table, amounts: ir.Table) -> ir.Table:
    """Orders whose discount is more than their lines are worth, a penny's rounding aside."""
    joined = orders.filter(orders.discount > 0).inner_join(amounts, orders.order_id == amounts.order)
    return joined.filter(joined.discount.cast("float64") > joined.amount + 0.01)


def _days(shop: Shop) -> Source:
    days = shop.daily_sales
    return Source("orders", days, {"days_without_orders": days.orders == 0})


def _order_lines(shop: Shop) -> Source:
    rows, orders = shop.table("order_lines"), shop.table("orders")
    guests = orders.filter(orders.customer_id.isnull())
    tests = {
        "lines_without_customer": rows.order_id.isin(guests.order_id),
        "lines_without_order": ~rows.order_id.isin(orders.order_id), "lines_without_product": rows.product_id.isnull(),
        **_unknown(shop, rows, "product_id", "products"),
        "zero_quantities": rows.quantity == 0, "prices_not_positive": rows.unit_price <= 0,
    }
    return Source("order_lines", rows, tests)


def _repeated_lines(shop: Shop) -> Source:
    """Lines that stand in an order twice, alike in every column. Two pieces scanned one by one look the same."""
    lines = whole_table(shop, "order_lines")
    rows = lines.group_by(*lines.columns).agg(times_=lines.count())
    return Source("order_lines", rows, counts={"duplicate_lines": (rows.times_.sum() - rows.count(), rows.times_.sum())})


def _customers(shop: Shop) -> Source:
    rows = shop.table("customers")
    oldest, newest = ibis.literal(date(shop.as_of.year - _OLDEST, 1, 1)), ibis.literal(shop.as_of)
    tests = {
        "customers_without_contact": rows.email.isnull() & rows.phone.isnull(),
        "customers_without_place": rows.city.isnull() & rows.region.isnull() & rows.country.isnull(),
        "malformed_emails": ~rows.email.re_search(_EMAIL),
        "implausible_birth_dates": (rows.birth_date < oldest) | (rows.birth_date > newest),
    }
    counts = {
        "duplicate_customers": _repeated(rows, "customer_id"),
        "shared_emails": (rows.email.count() - rows.email.lower().nunique(), rows.email.count()),
    }
    return Source("customers", rows, tests, counts)


def _products(shop: Shop) -> Source:
    rows = shop.table("products")
    tests = {
        "products_without_name": rows.name.isnull(), "products_without_category": rows.category.isnull(),
        "products_without_cost": rows.unit_cost.isnull(), "negative_costs": rows.unit_cost < 0,
    }
    return Source("products", rows, tests, {"duplicate_products": _repeated(rows, "product_id")})


def _feedback(shop: Shop) -> Source:
    rows = shop.table("feedback")
    tests = {
        "feedback_without_rating": rows.rating.isnull() & rows.nps.isnull(),
        "feedback_without_customer": rows.customer_id.isnull(),
        **_unknown(shop, rows, "product_id", "products"), "feedback_in_future": _ahead(shop, rows.created_at),
    }
    return Source("feedback", rows, tests, {"duplicate_feedback": _repeated(rows, "feedback_id")})


def _tickets(shop: Shop) -> Source:
    rows = shop.table("tickets")
    promised = ibis.literal(loaded_until(shop) - timedelta(hours=shop.settings.sla_first_response_hours), "timestamp")
    tests = {
        "tickets_without_response": rows.first_response_at.isnull() & rows.resolved_at.isnull() & (rows.opened_at < promised),
        "tickets_solved_before_opened": (rows.resolved_at < rows.opened_at) | (rows.first_response_at < rows.opened_at),
        "tickets_without_category": rows.category.isnull(), "tickets_in_future": _ahead(shop, rows.opened_at),
    }
    return Source("tickets", rows, tests, {"duplicate_tickets": _repeated(rows, "ticket_id")})


def _invoices(shop: Shop) -> Source:
    rows = shop.table("invoices")
    tests = {
        "invoices_paid_before_issued": rows.paid_on < rows.issued_on, "amounts_not_positive": rows.amount <= 0,
        **_unknown(shop, rows, "order_id", "orders"),
    }
    return Source("invoices", rows, tests, {"duplicate_invoices": _repeated(rows, "invoice_id")})
