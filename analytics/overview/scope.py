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
    counts = rows.counted | (rows.revenue != 0)
    if metric == "return_rate":
        counts = counts | rows.returned
    # A pass that groups by one short column takes a third of the time of one that tests every row for every reason.
    guests = rows.count(where=counts & rows.customer_id.isnull()) if known_only else ibis.literal(0)
    each = rows.group_by("status").agg(rows_=rows.count(), counts_=rows.count(where=counts), guests_=guests)
    cancelled, returned = each.status == "cancelled", each.status == "returned"
    return each.agg(
        rows_used=(each.counts_ - each.guests_).sum(where=~cancelled),
        left_out_without_customer=each.guests_.sum(where=~cancelled),
        left_out_cancelled=each.rows_.sum(where=cancelled), left_out_returned=(each.rows_ - each.counts_).sum(where=returned),
        left_out_without_sale_line=(each.rows_ - each.counts_).sum(where=~cancelled & ~returned),
    )


def _lines(rows: ir.Table, metric: str, known_only: bool) -> ir.Table:
    """Sale and credit lines are used; for the return rate, returned ones too; for margins, those with a cost."""
    guest = rows.customer_id.isnull() if known_only else ibis.literal(False)
    with_cost = metric in ("gross_margin", "margin_rate")
    each = rows.group_by("kind").agg(
        rows_=rows.count(), guests_=rows.count(where=guest) if known_only else ibis.literal(0),
        costless_=rows.count(where=rows.cost.isnull() & ~guest) if with_cost else ibis.literal(0),
    )
    counts = each.kind.isin(("sale", "credit", "returned") if metric == "return_rate" else ("sale", "credit"))
    return each.agg(
        rows_used=(each.rows_ - each.guests_ - each.costless_).sum(where=counts),
        left_out_without_customer=each.guests_.sum(where=counts), left_out_without_cost=each.costless_.sum(where=counts),
        left_out_cancelled=each.rows_.sum(where=each.kind == "cancelled"),
        left_out_returned=each.rows_.sum(where=(each.kind == "returned") & ~counts),
        left_out_not_counted=each.rows_.sum(where=each.kind == "none"),
    )


def _others(rows: ir.Table, metric: Metric, base: str) -> ir.Table:
    """Rows that have what the metric needs; a campaign's control group is nobody's message."""
    if base == "touch_facts":
        control = (rows.variant == "control").fill_null(False)
        return rows.agg(rows_used=rows.count(where=~control), left_out_control=rows.count(where=control))
    used = metric.samples[base](rows) if base in metric.samples else rows.count()
    used = used.fill_null(0)
    return rows.agg(rows_used=used, left_out_without_value=rows.count() - used)
