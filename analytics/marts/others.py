"""The optional tables in local time, with the names of their dimensions and the place of the customer.

Events after the load moment are left out, as orders are; planned campaigns and dated invoices stay.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType

import duckdb
import pandas as pd

from analytics.marts.sql import Terms

#: Texts that are scored in one call of the sentiment model.
TEXTS_PER_BATCH = 2_000
_PLACE = "p.city, p.region, p.country"
_TEXTS = "SELECT DISTINCT text FROM feedback WHERE trim(text) <> '' ORDER BY text"
_SCORED = ("text", "label", "score", "language")


def feedback_facts(terms: Terms) -> str:
    """Each feedback up to the load moment with the sentiment of its text."""
    return f"""
        SELECT f.feedback_id, f.customer_id, {terms.local('f.created_at')} AS created_at, f.source AS feedback_source, f.rating,
               f.nps, f.text, s.language, s.label AS sentiment, s.score AS sentiment_score, f.product_id,
               coalesce(g.name, f.product_id) AS product, g.category, f.order_id, o.order_channel, f.ticket_id, {_PLACE}
        FROM feedback f LEFT JOIN scored_texts s ON s.text = f.text LEFT JOIN products g ON g.product_id = f.product_id
        LEFT JOIN prepared_orders o ON o.order_id = f.order_id LEFT JOIN settled_places p ON p.customer_id = f.customer_id
        WHERE {terms.until_now('f.created_at')}"""


def ticket_facts(terms: Terms) -> str:
    """Each ticket up to the load moment with its waiting times in hours; a time before the opening gives none."""

    def hours(until: str) -> str:
        return f"CASE WHEN t.{until} >= t.opened_at THEN (epoch(t.{until}) - epoch(t.opened_at)) / 3600 END"

    return f"""
        SELECT t.ticket_id, t.customer_id, {terms.local('t.opened_at')} AS opened_at,
               {terms.local('t.first_response_at')} AS first_response_at, {terms.local('t.resolved_at')} AS resolved_at,
               {hours('first_response_at')} AS first_response_hours, {hours('resolved_at')} AS resolution_hours,
               t.category AS ticket_category, t.priority, t.agent, t.status, t.csat, t.reopened, t.order_id, {_PLACE}
        FROM tickets t LEFT JOIN settled_places p ON p.customer_id = t.customer_id
        WHERE {terms.until_now('t.opened_at')}"""


def touch_facts(terms: Terms) -> str:
    """Each message of a campaign to a customer up to the load moment."""
    times = ", ".join(f"{terms.local(f't.{name}')} AS {name}" for name in ("sent_at", "opened_at", "clicked_at", "converted_at"))
    return f"""
        SELECT t.campaign_id, coalesce(c.name, t.campaign_id) AS campaign, c.channel AS campaign_channel, t.customer_id,
               t.variant, {times}, {_PLACE}
        FROM campaign_touches t LEFT JOIN campaigns c ON c.campaign_id = t.campaign_id
        LEFT JOIN settled_places p ON p.customer_id = t.customer_id
        WHERE {terms.until_now('t.sent_at')}"""


def campaign_facts(terms: Terms) -> str:
    """Each campaign with the counted orders that carry its id; `gross_margin` is before the campaign's own cost."""
    return """
        WITH sums AS (SELECT campaign_id, count(*) AS orders FROM order_facts WHERE counted GROUP BY 1),
        lines AS (SELECT campaign_id, sum(revenue) AS revenue, sum(revenue - cost) FILTER (cost IS NOT NULL) AS gross_margin
                  FROM sale_lines WHERE kind IN ('sale', 'credit') GROUP BY 1)
        SELECT c.campaign_id, coalesce(c.name, c.campaign_id) AS campaign, c.channel AS campaign_channel, c.starts_on, c.ends_on,
               c.cost, coalesce(s.orders, 0) AS orders, coalesce(l.revenue, 0) AS revenue, l.gross_margin
        FROM campaigns c LEFT JOIN sums s ON s.campaign_id = c.campaign_id LEFT JOIN lines l ON l.campaign_id = c.campaign_id"""


def invoice_facts(terms: Terms) -> str:
    """Each invoice. Overdue: unpaid on the as-of date, which is after the due date. An invoice without a due date is
    neither late nor overdue."""
    unpaid = f"(i.paid_on IS NULL OR i.paid_on > {terms.as_of_sql})"
    overdue = f"({unpaid} AND coalesce(i.due_on < {terms.as_of_sql}, false))"
    return f"""
        SELECT i.invoice_id, i.customer_id, i.order_id, i.issued_on, i.due_on, i.paid_on, i.amount,
               CASE WHEN {overdue} THEN i.amount ELSE 0 END AS overdue_amount,
               CASE WHEN {overdue} THEN {terms.as_of_sql} - i.due_on ELSE 0 END AS days_overdue,
               {overdue} OR coalesce(i.paid_on > i.due_on AND NOT {unpaid}, false) AS late, {_PLACE}
        FROM invoices i LEFT JOIN settled_places p ON p.customer_id = i.customer_id"""


def loyalty_facts(terms: Terms) -> str:
    """Points earned and redeemed up to the load moment."""
    return f"""
        SELECT l.customer_id, {terms.local('l.occurred_at')} AS occurred_at, l.points, l.reward, {_PLACE}
        FROM loyalty_entries l LEFT JOIN settled_places p ON p.customer_id = l.customer_id
        WHERE {terms.until_now('l.occurred_at')}"""


def event_facts(terms: Terms) -> str:
    """Web events up to the load moment."""
    return f"""
        SELECT e.customer_id, {terms.local('e.occurred_at')} AS occurred_at, e.type, e.product_id,
               coalesce(g.name, e.product_id) AS product, g.category, {_PLACE}
        FROM web_events e LEFT JOIN products g ON g.product_id = e.product_id
        LEFT JOIN settled_places p ON p.customer_id = e.customer_id
        WHERE {terms.until_now('e.occurred_at')}"""


def score_feedback(connection: duckdb.DuckDBPyConnection) -> str:
    """Makes the temporary table `scored_texts` of the distinct feedback texts; empty where no model is installed."""
    connection.execute("CREATE OR REPLACE TEMP TABLE scored_texts (text VARCHAR, label VARCHAR, score DOUBLE, language VARCHAR)")
    model = _sentiment()
    if model is None:
        return "scored_texts"
    texts = [row[0] for row in connection.execute(_TEXTS).fetchall()]
    for start in range(0, len(texts), TEXTS_PER_BATCH):
        connection.register("scored_frame", _scored(model, texts[start : start + TEXTS_PER_BATCH]))
        connection.execute("INSERT INTO scored_texts SELECT text, label, score, language FROM scored_frame")
        connection.unregister("scored_frame")
    return "scored_texts"


def _sentiment() -> ModuleType | None:
    try:
        return importlib.import_module("analytics.models.sentiment")
    except ModuleNotFoundError as fault:
        if fault.name == "analytics.models.sentiment":
            return None
        raise


def _scored(model: ModuleType, texts: Sequence[str]) -> pd.DataFrame:
    frame: pd.DataFrame = model.score_texts(texts)
    return frame.assign(text=list(texts))[list(_SCORED)]


BUILT: dict[str, Callable[[Terms], str]] = {
    "feedback_facts": feedback_facts, "ticket_facts": ticket_facts, "touch_facts": touch_facts,
    "campaign_facts": campaign_facts, "invoice_facts": invoice_facts, "loyalty_facts": loyalty_facts, "event_facts": event_facts,
}
#: Order of the rows of each mart: by time, so that a period reads few blocks, then by name.
ORDER: dict[str, str] = {
    "sale_lines": "ordered_at, order_id, product_id, position", "order_facts": "ordered_at, order_id",
    "customer_facts": "customer_id", "customer_categories": "customer_id, category", "daily_sales": "day",
    "feedback_facts": "created_at, feedback_id", "ticket_facts": "opened_at, ticket_id",
    "touch_facts": "sent_at, campaign_id, customer_id", "campaign_facts": "starts_on, campaign_id",
    "invoice_facts": "issued_on, invoice_id", "loyalty_facts": "occurred_at, customer_id",
    "event_facts": "occurred_at, customer_id",
}
