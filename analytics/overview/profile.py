"""One customer from all sides: value, habits, segments, churn risk, purchases, feedback, tickets, money owed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Caveat, Finding, Fit, Scope
from analytics.overview.asked import RECENT
from analytics.overview.figures import change_rate, plain
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

#: Rows of each list of what the customer did last.
_LATEST = 10
#: What a customer's row says of them as it stands.
_ABOUT = (
    "customer_id", "name", "city", "region", "country", "gender", "age", "interest", "acquisition_channel", "loyalty_tier",
    "marketing_consent", "credit_limit", "signup_date", "orders", "returned_orders", "units", "revenue", "gross_margin",
    "average_order_value", "orders_12m", "revenue_12m", "first_order_date", "last_order_date", "days_since_last_order",
    "mean_gap_days", "categories", "top_category", "top_channel", "recency_score", "frequency_score", "monetary_score",
    "rfm_segment", "value_tier", "lifecycle_stage", "feedback_count", "average_rating", "last_rating", "last_nps",
    "last_feedback_at", "tickets", "open_tickets", "average_csat", "points_balance", "overdue_amount", "days_overdue",
)
_SCORES = ibis.schema({"customer_id": "string", "probability": "float64", "reason_1": "string"})
#: From this chance of leaving on, the main reason is told: why somebody who will stay might leave helps nobody.
_LIKELY = 0.5


def customer_profile(shop: Shop, *, customer: str) -> Finding:
    """Everything known of the customer with this number, as of the as-of date; `found` is false for a number nobody has.

    Value is counted as everywhere (revenue of counted orders, credits included); `value_rank` is the place by revenue among
    known customers with a counted order. The churn probability is that of the churn model (see analytics.churn), null where
    the data are too few or too young for one and for customers who are not active.
    """
    person = shop.customer_facts.filter(shop.customer_facts.customer_id == customer)
    churn = churn_scores(shop)
    scores = churn.table("scores")
    own = scores.filter(scores.customer_id == customer)
    likely = own.probability >= _LIKELY
    own = own.agg(churn_probability=own.probability.max(), churn_reason=own.reason_1.max(where=likely))
    facts = _facts(shop, person, customer).cross_join(own)
    orders = _of(shop, "order_facts", customer)
    used = orders.agg(rows_used=orders.counted.sum().fill_null(0), left_out_not_counted=(~orders.counted).sum().fill_null(0))
    return Finding(
        facts, _tables(shop, customer), Scope(used, "orders"), fits=(churn,),
        caveats=(Caveat("no_such_customer", "found", "=", 0), Caveat("customer_without_orders", "has_no_order")),
        definitions=("rfm_segment", "value_tier", "lifecycle_stage"),
    )


def _of(shop: Shop, name: str, customer: str) -> ir.Table:
    table = shop.table(name)
    return table.filter(table.customer_id == customer)


def _facts(shop: Shop, person: ir.Table, customer: str) -> ir.Table:
    """One row, whether the customer exists or not."""
    about = person.select(*_ABOUT).rename(known_id="customer_id")
    asked_for = ibis.literal(customer).name("customer_id").as_table()
    one = asked_for.left_join(about, asked_for.customer_id == about.known_id)
    buyers = shop.customer_facts.filter(shop.customer_facts.orders > 0)
    ahead = buyers.cross_join(person.select(own_=person.revenue))
    place = ahead.agg(value_rank=(ahead.revenue > ahead.own_).sum().fill_null(0) + 1, buyers=ahead.count())
    one = one.cross_join(place).cross_join(_before(shop, customer)).cross_join(_invoices(shop, customer))
    found = one.known_id.notnull()
    bought = (one.orders > 0).fill_null(False)
    return one.mutate(
        found=found, has_no_order=found & ~bought, value_rank=ibis.ifelse(bought, one.value_rank, ibis.null("int64")),
        change_rate=change_rate(one.revenue_12m, one.revenue_before), horizon_days=ibis.literal(shop.settings.churn_horizon_days),
        has_open_issue=((one.open_tickets > 0) | (one.overdue_amount > 0)).fill_null(False),
    ).drop("known_id")


def _before(shop: Shop, customer: str) -> ir.Table:
    """Revenue of the twelve months before the last twelve, for the direction."""
    before = shop.on(shop.as_of).period(RECENT).previous()
    orders = _of(shop, "order_facts", customer)
    inside = (orders.order_date >= before.start) & (orders.order_date < before.end)
    return orders.agg(revenue_before=plain(orders.revenue.sum(where=inside)))


def _invoices(shop: Shop, customer: str) -> ir.Table:
    invoices = _of(shop, "invoice_facts", customer)
    unpaid = invoices.paid_on.isnull()
    return invoices.agg(
        invoices=invoices.count(), unpaid_invoices=unpaid.sum().fill_null(0),
        unpaid_amount=plain(invoices.amount.sum(where=unpaid)),
        late_invoices=invoices.late.sum().fill_null(0),
    )


def _tables(shop: Shop, customer: str) -> dict[str, ir.Table]:
    """The latest of what the customer did; lists of tables that are not loaded are left out."""
    orders = _of(shop, "order_facts", customer).order_by(ibis.desc("ordered_at"), "order_id").limit(_LATEST)
    bought = _of(shop, "customer_categories", customer).order_by(ibis.desc("revenue"), "category")
    tables = {
        "recent_orders": orders.select("order_id", "ordered_at", "status", "order_channel", "units", "discount", "revenue"),
        "categories": bought.select("category", "orders", "units", "revenue", "share"),
    }
    if shop.has("feedback"):
        said = _of(shop, "feedback_facts", customer).order_by(ibis.desc("created_at"), "feedback_id").limit(_LATEST)
        tables["feedback"] = said.select("created_at", "feedback_source", "rating", "nps", "sentiment", "product", "text")
    if shop.has("tickets"):
        opened = _of(shop, "ticket_facts", customer).order_by(ibis.desc("opened_at"), "ticket_id").limit(_LATEST)
        columns = ("ticket_id", "opened_at", "ticket_category", "priority", "status", "resolved_at", "csat")
        tables["tickets"] = opened.select(*columns)
    if shop.has("invoices"):
        unpaid = _of(shop, "invoice_facts", customer)
        unpaid = unpaid.filter(unpaid.paid_on.isnull()).order_by("due_on", "invoice_id")
        tables["invoices"] = unpaid.select("invoice_id", "issued_on", "due_on", "amount", "days_overdue")
    return tables


def churn_scores(shop: Shop) -> Fit:
    """Who is likely to leave and the main reason, from the churn model; nobody where the data cannot carry one."""

    def fit(engine: Engine) -> Mapping[str, pd.DataFrame]:
        import pandas as pd

        from analytics.churn import churn_model_fit

        model = churn_model_fit(shop)
        try:
            engine.ensure(model)
        except CannotAnswer:
            return {"scores": pd.DataFrame(columns=list(_SCORES))}
        scores = model.table("scores")
        return {"scores": engine.frame(scores.select(*_SCORES).order_by("customer_id"))}

    return Fit("profile", "", {"scores": _SCORES}, fit)
