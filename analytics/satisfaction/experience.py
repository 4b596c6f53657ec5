"""What surrounded each score that a customer gave: one row per answer with the factors that may go with it.

Reads only what was known when the answer was given, except the customer's value tier, which is that of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.finding import Filter
from analytics.period import Period
from analytics.semantics import rows_of
from analytics.shop import Shop

#: Days before an answer in which a ticket counts as recent.
RECENT_DAYS = 30
Score = Literal["average_rating", "nps", "csat"]
#: Waits below this, in hours, count as this long on the logarithm.
_SHORTEST = 0.05


@dataclass(frozen=True)
class Factor:
    """A column of `answers`: one of several levels, or a figure; `on_log` figures are read as logarithms."""

    name: str
    is_level: bool
    on_log: bool = False


_OF_CUSTOMER = (Factor("value_tier", True), Factor("tenure_years", False))
_OF_FEEDBACK = (
    Factor("feedback_source", True), Factor("category", True), Factor("order_channel", True), Factor("recent_ticket", True),
    Factor("order_returned", True), Factor("first_order", True), Factor("ticket_hours", False, on_log=True),
    Factor("order_discount", False), Factor("order_value", False, on_log=True),
)
_OF_TICKETS = (
    Factor("ticket_category", True), Factor("priority", True), Factor("agent", True), Factor("reopened", True),
    Factor("first_response_hours", False, on_log=True), Factor("resolution_hours", False, on_log=True),
)
FACTORS: dict[Score, tuple[Factor, ...]] = {
    "average_rating": (*_OF_FEEDBACK, *_OF_CUSTOMER), "nps": (*_OF_FEEDBACK, *_OF_CUSTOMER),
    "csat": (*_OF_TICKETS, *_OF_CUSTOMER),
}


def answers(shop: Shop, score: Score, period: Period, filters: tuple[Filter, ...], most: int) -> ir.Table:
    """A row per answer: `answer_id`, `customer_id`, `score` and the factors of that score; at most `most` of them, drawn by a
    hash of their id."""
    rows = _of_tickets(shop, period, filters, most) if score == "csat" else _of_feedback(shop, score, period, filters, most)
    people = shop.customer_facts
    people = people.select(
        "customer_id", "value_tier", since=ibis.coalesce(people.signup_date, people.first_order_date)
    )
    wide = rows.left_join(people, "customer_id").drop("customer_id_right")
    years = wide["at"].cast("date").delta(wide.since, unit="day").cast("float64") / 365.25
    wide = wide.mutate(tenure_years=ibis.ifelse(years >= 0, years, ibis.null("float64")))
    return wide.select("answer_id", "customer_id", "score", *(factor.name for factor in FACTORS[score])).order_by("answer_id")


def _sampled(rows: ir.Table, most: int) -> ir.Table:
    """At most so many answers, the same ones every time; drawn before anything is joined to them."""
    return rows.order_by(rows.answer_id.hash(), rows.answer_id).limit(most)


def _of_feedback(shop: Shop, score: Score, period: Period, filters: tuple[Filter, ...], most: int) -> ir.Table:
    rows = rows_of(shop, "feedback_facts", period, filters)
    given = rows["nps" if score == "nps" else "rating"]
    rows = rows.select(
        "customer_id", "feedback_source", "category", "order_channel", "order_id", answer_id=rows.feedback_id, at=rows.created_at,
        score=given.cast("float64"),
    ).filter(lambda t: t.score.notnull())
    rows = _sampled(rows, most)
    orders = shop.order_facts.select("order_id", "order_number", "returned", "gross", "discount")
    wide = rows.left_join(orders, "order_id").drop("order_id_right")
    gross = wide.gross.cast("float64")
    wide = wide.mutate(
        order_returned=_said(wide.returned), first_order=_said(wide.order_number == 1),
        order_discount=wide.discount.cast("float64") / ibis.ifelse(gross > 0, gross, ibis.null("float64")),
        order_value=ibis.ifelse(gross > 0, gross, ibis.null("float64")).ln(),
    )
    tickets = _recent_tickets(shop, wide)
    return wide.left_join(tickets, "answer_id").drop("answer_id_right").mutate(
        recent_ticket=_said(ibis._.recent_tickets.fill_null(0) > 0)
    )


def _recent_tickets(shop: Shop, rows: ir.Table) -> ir.Table:
    """Per answer, the customer's tickets of the days before it: how many, and the longest time that one took to be resolved."""
    tickets = shop.table("ticket_facts")
    tickets = tickets.filter(tickets.customer_id.notnull())
    tickets = tickets.select("opened_at", "resolved_at", "resolution_hours", of="customer_id")
    asked = rows.filter(rows.customer_id.notnull()).select("answer_id", "customer_id", "at")
    near = asked.inner_join(tickets, [asked.customer_id == tickets.of])
    near = near.filter(near.opened_at <= near["at"], near.opened_at >= near["at"] - ibis.interval(days=RECENT_DAYS))
    known = (near.resolved_at <= near["at"]).fill_null(False)
    return near.group_by("answer_id").agg(
        recent_tickets=near.count(), ticket_hours=_log(near.resolution_hours).max(where=known)
    )


def _of_tickets(shop: Shop, period: Period, filters: tuple[Filter, ...], most: int) -> ir.Table:
    rows = rows_of(shop, "ticket_facts", period, filters)
    rows = rows.filter(rows.csat.notnull())
    rows = rows.select(
        "customer_id", "ticket_category", "priority", "agent", answer_id=rows.ticket_id, at=rows.opened_at,
        score=rows.csat.cast("float64"), reopened=_said(rows.reopened),
        first_response_hours=_log(rows.first_response_hours), resolution_hours=_log(rows.resolution_hours),
    )
    return _sampled(rows, most)


def _log(hours: ir.FloatingValue) -> ir.FloatingValue:
    """The logarithm of a wait; null where it is not known, which `greatest` would pass over."""
    return ibis.ifelse(hours < _SHORTEST, _SHORTEST, hours).ln()


def _said(condition: ir.BooleanValue) -> ir.StringValue:
    """yes or no, null where it is not known."""
    return ibis.cases((condition.isnull(), ibis.null("string")), (condition, "yes"), else_="no")
