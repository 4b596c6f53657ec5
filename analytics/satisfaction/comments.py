"""Feedback with a text, as the analyses of words read, count and hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis.expr.types as ir

from analytics.finding import Scope
from analytics.overview.asked import Asked
from analytics.period import Period
from analytics.satisfaction.quotes_masking import Masker
from analytics.scorecard import number_of
from analytics.semantics import rows_of
from analytics.shop import Shop

if TYPE_CHECKING:
    from analytics.run import Engine

FEEDBACK = "feedback_facts"


def written(request: Asked, period: Period) -> ir.Table:
    """Feedback of a period with a text that can be judged."""
    rows = rows_of(request.shop, FEEDBACK, period, request.filters)
    return rows.filter(rows.sentiment.notnull())


def latest(request: Asked, period: Period, most: int) -> ir.Table:
    """Feedback of a period with a text that can be judged, the latest first, `most` at most."""
    rows = written(request, period)
    return rows.order_by(rows.created_at.desc(), rows.feedback_id).limit(most)


def scope_of(rows: ir.Table) -> Scope:
    """Feedback with a text is used; that without is left out and counted."""
    counts = rows.agg(rows_used=rows.sentiment.count(), left_out_without_text=number_of(rows.sentiment.isnull()))
    return Scope(counts, "feedback")


def masker(engine: Engine, shop: Shop) -> Masker:
    """Hides what identifies somebody, the names of all customers of the shop among it."""
    people = shop.customer_facts
    known = people.filter(people["name"].notnull()).select("name").distinct()
    return Masker(str(name) for (name,) in engine.rows(known))
