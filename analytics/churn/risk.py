"""Which customers are likely to lapse: probability, value at stake, reasons, and the back-test beside them."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.churn.model import REASONS, churn_model_fit, outcome_days, windows
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Scope, Shared
from analytics.scorecard import constant
from analytics.semantics import DIMENSIONS, customers_matching, segment_filters
from analytics.shop import Shop

#: A back-test on fewer customers, or an AUC whose interval reaches 0.5, is a warning.
FEW_CASES = 200
#: Customers whose probability is at least this part of the threshold are worth watching.
_WATCHED = 0.5
_REASONS = tuple(f"reason_{place}" for place in range(1, REASONS + 1))
_SHOWN = (
    "customer_id", "name", "value_tier", "rfm_segment", "last_order_date", "days_since_last_order", "revenue_12m", "probability",
    "value_at_stake", *_REASONS,
)
CAVEATS = (
    Caveat("few_test_cases", "cases", "<", FEW_CASES), Caveat("model_no_better_than_chance", "auc_low", "<=", 0.5),
    Caveat("churn_level_off", "level_off"), Caveat("churn_shorter_outlook", "shorter_outlook"),
)


def churn_risk(
    shop: Shop, *, segment: tuple[str, ...] = (), filters: tuple[Filter, ...] = (), dimension: tuple[str, ...] = (),
    threshold: float = 0.5, top_n: int = 10, order: Literal["highest", "lowest"] = "highest",
) -> Finding:
    """Active known customers whose probability to place no counted order within the churn horizon from today is at least
    `threshold`, out of all active ones that match.

    Active: a counted order within the horizon. Those already churned, customers who never ordered, and orders without a
    customer are left out. Value at stake: probability x revenue of the last twelve months. Where the history is short for
    two whole horizons, the outlook is shorter: see outcome_days. With a dimension, the same per group of customers. See
    churn_model_fit for the model and its back-test.
    """
    windows(shop)
    model = churn_model_fit(shop)
    threshold = threshold / 100 if threshold > 1 else threshold
    group = customers_matching(shop, (*segment_filters(segment), *filters))
    scored = group.inner_join(model.table("scores"), "customer_id").select(
        *(name for name in _SHOWN if name != "value_at_stake"), *_grouping(dimension)
    )
    stake = scored.probability * ibis.greatest(scored.revenue_12m.cast("float64"), 0.0)
    people = Shared("churn_people", scored.mutate(value_at_stake=stake, at_risk=scored.probability >= threshold))
    rows = people.table
    facts = _facts(shop, rows, group, threshold, dimension).cross_join(model.table("backtest"))
    facts = facts.mutate(level_off=(facts.expected_rate - facts.base_rate).abs() > 0.1)
    counts = facts.select(
        rows_used=facts.customers, left_out_already_churned=facts.already_churned, left_out_without_orders=facts.never_ordered
    )
    tables = {
        "customers": _ranked(rows, top_n, order), "closest": _closest(rows, top_n), "bands": _bands(rows),
        "factors": _factors(model.table("factors")), "backtest": model.table("backtest"),
    }
    if dimension:
        tables = {"groups": _groups(rows, dimension[0])} | tables
    return Finding(
        facts, tables, Scope(counts, unit="customers"), shared=(people,), fits=(model,), caveats=CAVEATS,
        defaults={"churn_horizon_days": shop.settings.churn_horizon_days},
        definitions=("churn_horizon", "churn_probability", "value_at_stake", "auc", *dimension),
    )


def _grouping(dimension: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a split that are not there anyway; CannotAnswer where a customer has no such property."""
    if len(dimension) > 1:
        raise CannotAnswer("too_many_dimensions", dimension=dimension[1])
    for name in dimension:
        if name not in DIMENSIONS or (DIMENSIONS[name].source != "customer" and name not in ("region", "city", "country")):
            raise CannotAnswer("not_joinable", dimension=name, field=name)
    return tuple(name for name in dimension if name not in _SHOWN)


def _facts(shop: Shop, rows: ir.Table, group: ir.Table, threshold: float, dimension: tuple[str, ...]) -> ir.Table:
    """One row: the group's size, those at risk, what is at stake, who was left out, and the one customer if only one matches."""
    watched = (rows.probability < threshold) & (rows.probability >= threshold * _WATCHED)
    totals = rows.agg(
        customers=rows.count(), at_risk=rows.at_risk.sum().fill_null(0), watched=watched.sum().fill_null(0),
        value_at_stake=rows.value_at_stake.sum(where=rows.at_risk).fill_null(0.0),
        value_at_stake_of_all=rows.value_at_stake.sum().fill_null(0.0),
        revenue_at_risk=rows.revenue_12m.sum(where=rows.at_risk).fill_null(0),
        expected_leavers=rows.probability.sum().fill_null(0.0), highest_probability=rows.probability.max(),
        **{name: rows[name].max() for name in _REASONS},
    )
    everybody = group.agg(
        matching=group.count(), never_ordered=(group.orders == 0).sum().fill_null(0), name=group["name"].max(),
        customer_id=group.customer_id.max(), days_since_last_order=group.days_since_last_order.max(),
        last_order_date=group.last_order_date.max(), revenue_12m=group.revenue_12m.sum().fill_null(0),
    )
    both = totals.cross_join(everybody).cross_join(_main_reason(rows))
    one = both.matching == 1
    alone = ("name", "customer_id", "days_since_last_order", "last_order_date", *_REASONS)
    days, horizon = outcome_days(shop), shop.settings.churn_horizon_days
    return both.mutate(
        at_risk_share=both.at_risk.cast("float64") / both.customers.nullif(0), threshold=constant(threshold),
        watched_from=constant(threshold * _WATCHED), safe=both.customers - both.at_risk - both.watched,
        horizon_days=ibis.literal(horizon), outcome_days=ibis.literal(days), shorter_outlook=ibis.literal(days < horizon),
        already_churned=both.matching - both.never_ordered - both.customers, is_one=one,
        dimension=ibis.literal(dimension[0] if dimension else None, "string"),
        **{name: ibis.ifelse(one, both[name], ibis.null(both[name].type())) for name in alone},
    )


def _main_reason(rows: ir.Table) -> ir.Table:
    """The reason that stands first most often among those at risk, ties by name, and how often; null without one."""
    named = rows.filter(rows.at_risk, rows.reason_1.notnull())
    counted = named.group_by("reason_1").agg(people=named.count())
    first = ibis.row_number().over(order_by=[counted.people.desc(), counted.reason_1])
    ranked = counted.mutate(place=first)
    best = ranked.place == 0
    return ranked.agg(main_reason=ranked.reason_1.max(where=best), main_reason_customers=ranked.people.max(where=best))


def _ranked(rows: ir.Table, top_n: int, order: str) -> ir.Table:
    """The customers at risk with most (or least) at stake, ties by number."""
    value = rows.value_at_stake if order == "lowest" else rows.value_at_stake.desc()
    return rows.filter(rows.at_risk).order_by(value, rows.customer_id).limit(top_n).select(*_SHOWN)


def _closest(rows: ir.Table, top_n: int) -> ir.Table:
    """Those below the threshold who come nearest to it."""
    below = rows.filter(~rows.at_risk)
    return below.order_by(below.probability.desc(), below.customer_id).limit(top_n).select(*_SHOWN)


def _groups(rows: ir.Table, dimension: str) -> ir.Table:
    """Per group of customers: how many are active, how many at risk, and what is at stake."""
    counted = rows.group_by(group=rows[dimension]).agg(
        customers=rows.count(), at_risk=rows.at_risk.sum().fill_null(0),
        value_at_stake=rows.value_at_stake.sum(where=rows.at_risk).fill_null(0.0),
    )
    shown = counted.order_by(counted.at_risk.desc(), counted.group)
    share = shown.at_risk.cast("float64") / shown.customers
    return shown.select("group", "customers", "at_risk", at_risk_share=share, value_at_stake=shown.value_at_stake)


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
    named = factors.mutate(factor=ibis.literal("factor.").concat(factors.factor), raises=factors.coefficient > 0)
    return named.order_by(named.coefficient.abs().desc(), named.factor).select("factor", "raises", "odds_ratio", "coefficient")
