"""Which customers are likely to lapse: probability, value at stake, reasons, and the back-test beside them."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.churn.model import REASONS, churn_model_fit
from analytics.finding import Caveat, Filter, Finding, Scope, Shared
from analytics.semantics import customers_matching, segment_filters
from analytics.shop import Shop

#: A back-test on fewer customers, or an AUC whose interval reaches 0.5, is a warning.
FEW_CASES = 200


def churn_risk(
    shop: Shop,
    *,
    segment: tuple[str, ...] = (),
    filters: tuple[Filter, ...] = (),
    threshold: float = 0.5,
    top_n: int = 10,
    order: Literal["highest", "lowest"] = "highest",
) -> Finding:
    """Active known customers whose probability to place no counted order within the churn horizon from today is at least
    `threshold`, out of all active ones that match.

    Active: a counted order within the horizon. Those already churned, customers who never ordered, and orders without a
    customer are left out. Value at stake: probability x revenue of the last twelve months. See churn_model_fit.
    """
    model = churn_model_fit(shop)
    group = customers_matching(shop, (*segment_filters(segment), *filters))
    scores = model.table("scores")
    columns = [c for c in scores.columns if c != "customer_id"]
    scored = group.inner_join(scores, "customer_id").select(
        "customer_id", "name", "value_tier", "rfm_segment", "last_order_date", "days_since_last_order", "revenue_12m", *columns
    )
    scored = scored.mutate(value_at_stake=(scored.probability * scored.revenue_12m.cast("float64")))
    people = Shared("churn_people", scored.mutate(at_risk=scored.probability >= threshold))
    rows = people.table
    facts = _facts(rows, group, threshold, shop.settings.churn_horizon_days).cross_join(model.table("backtest"))
    counts = facts.select(
        rows_used=facts.customers, left_out_already_churned=facts.already_churned, left_out_without_orders=facts.never_ordered
    )
    return Finding(
        facts,
        tables={
            "customers": _ranked(rows, top_n, order),
            "bands": _bands(rows),
            "factors": _factors(model.table("factors")),
            "backtest": model.table("backtest"),
        },
        scope=Scope(counts, unit="customers"),
        shared=(people,),
        fits=(model,),
        caveats=(Caveat("few_test_cases", "cases", "<", FEW_CASES), Caveat("model_no_better_than_chance", "auc_low", "<=", 0.5)),
        defaults={"churn_horizon_days": shop.settings.churn_horizon_days},
        definitions=("churn_horizon_days", "auc", "value_at_stake"),
    )


def _facts(rows: ir.Table, group: ir.Table, threshold: float, horizon: int) -> ir.Table:
    """One row: the group's size, those at risk, what is at stake, and who was left out."""
    totals = rows.agg(
        customers=rows.count(),
        at_risk=rows.at_risk.sum().fill_null(0),
        value_at_stake=rows.value_at_stake.sum(where=rows.at_risk).fill_null(0.0),
        revenue_at_risk=rows.revenue_12m.sum(where=rows.at_risk),
        expected_leavers=rows.probability.sum().fill_null(0.0),
        highest_probability=rows.probability.max(),
    )
    everybody = group.agg(matching=group.count(), never_ordered=(group.orders == 0).sum().fill_null(0))
    both = totals.cross_join(everybody)
    return both.mutate(
        at_risk_share=both.at_risk.cast("float64") / both.customers.nullif(0),
        threshold=ibis.literal(float(threshold)),
        horizon_days=ibis.literal(horizon),
        already_churned=both.matching - both.never_ordered - both.customers,
    )


def _ranked(rows: ir.Table, top_n: int, order: str) -> ir.Table:
    """The customers with most (or least) at stake, ties by number."""
    value = rows.value_at_stake if order == "lowest" else rows.value_at_stake.desc()
    shown = rows.filter(rows.at_risk).order_by(value, rows.customer_id).limit(top_n)
    reasons = [f"reason_{n}" for n in range(1, REASONS + 1)]
    return shown.select(
        "customer_id",
        "name",
        "value_tier",
        "rfm_segment",
        "last_order_date",
        "days_since_last_order",
        "revenue_12m",
        "probability",
        "value_at_stake",
        *reasons,
    )


def _bands(rows: ir.Table) -> ir.Table:
    """Customers per tenth of probability, every tenth there."""
    spine = ibis.array([n / 10 for n in range(10)]).unnest().name("from_probability").as_table()
    banded = rows.mutate(band=ibis.least((rows.probability * 10).floor(), 9.0).cast("int64"))
    counted = banded.group_by("band").agg(customers=banded.count(), value_at_stake=banded.value_at_stake.sum())
    spine = spine.mutate(band=(spine.from_probability * 10).round().cast("int64"))
    joined = spine.left_join(counted, "band")
    return joined.select(
        "from_probability", customers=joined.customers.fill_null(0), value_at_stake=joined.value_at_stake.fill_null(0.0)
    ).order_by("from_probability")


def _factors(factors: ir.Table) -> ir.Table:
    """What moves the risk, strongest first: odds ratio per standard deviation."""
    named = factors.mutate(factor=ibis.literal("risk.").concat(factors.factor))
    return named.order_by(named.coefficient.abs().desc(), named.factor)
