"""What the figures of an overview analysis rest on, and what was left out for which reason."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics.finding import Filter, Scope
from analytics.period import Period
from analytics.semantics import METRICS, Metric, base_for, measure, rows_of
from analytics.semantics.dimensions import ORIGIN
from analytics.semantics.special import CHURN, PER_CUSTOMER
from analytics.shop import Shop

#: Metrics that count customers: orders without a known one are left out of them.
OF_CUSTOMERS = ("customers", "new_customers", *PER_CUSTOMER)


def scope(
    shop: Shop, metric: str, period: Period | None, filters: tuple[Filter, ...], dims: tuple[str, ...] = (), *,
    known_only: bool = False,
) -> Scope:
    """What the metric counts in the period. `known_only`: orders without a customer are left out whatever the metric."""
    wanted = METRICS[metric]
    base = base_for(wanted, dims, filters) or next(iter(wanted.measures))
    if metric in CHURN:
        active = measure(shop, (metric,), period=period, filters=filters, samples=True)
        return Scope(active.select(rows_used=active[f"sample_{metric}"].fill_null(0)), "customers")
    if metric in ("overdue_amount", "acquisition_cost"):
        filters = () if metric == "acquisition_cost" else filters
        period = None if metric == "overdue_amount" else period
    rows = rows_of(shop, base, period, filters)
    known_only = known_only or metric in OF_CUSTOMERS
    if base == "order_facts":
        return Scope(_orders(rows, metric, known_only), "orders")
    if base == "sale_lines":
        return Scope(_lines(rows, metric, known_only), "order_lines")
    return Scope(_others(rows, wanted, base), ORIGIN[base])


def _orders(rows: ir.Table, metric: str, known_only: bool) -> ir.Table:
    """Counted orders and credit notes are used; for the return rate, returned ones too."""
    cancelled = rows.status == "cancelled"
    counts = (rows.counted | (rows.revenue != 0)) & ~cancelled
    if metric == "return_rate":
        counts = counts | rows.returned
    guests = rows.customer_id.isnull() if known_only else ibis.literal(False)
    return rows.agg(
        rows_used=rows.count(where=counts & ~guests), left_out_without_customer=rows.count(where=counts & guests),
        left_out_cancelled=rows.count(where=cancelled),
        left_out_returned=rows.count(where=(rows.status == "returned") & ~counts),
        left_out_without_sale_line=rows.count(where=~counts & ~rows.status.isin(("cancelled", "returned"))),
    )


def _lines(rows: ir.Table, metric: str, known_only: bool) -> ir.Table:
    """Sale and credit lines are used; for the return rate, returned ones too; for margins, those with a cost."""
    counts = rows.kind.isin(("sale", "credit", "returned") if metric == "return_rate" else ("sale", "credit"))
    guests = rows.customer_id.isnull() if known_only else ibis.literal(False)
    no_cost = rows.cost.isnull() if metric in ("gross_margin", "margin_rate") else ibis.literal(False)
    return rows.agg(
        rows_used=rows.count(where=counts & ~guests & ~no_cost), left_out_without_customer=rows.count(where=counts & guests),
        left_out_without_cost=rows.count(where=counts & no_cost & ~guests),
        left_out_cancelled=rows.count(where=rows.kind == "cancelled"),
        left_out_returned=rows.count(where=(rows.kind == "returned") & ~counts),
        left_out_not_counted=rows.count(where=rows.kind == "none"),
    )


def _others(rows: ir.Table, metric: Metric, base: str) -> ir.Table:
    """Rows that have what the metric needs; a campaign's control group is nobody's message."""
    if base == "touch_facts":
        control = (rows.variant == "control").fill_null(False)
        return rows.agg(rows_used=rows.count(where=~control), left_out_control=rows.count(where=control))
    used = metric.samples[base](rows) if base in metric.samples else rows.count()
    used = used.fill_null(0)
    return rows.agg(rows_used=used, left_out_without_value=rows.count() - used)
