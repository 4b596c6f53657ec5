"""Complaints: negative feedback and tickets together, by what they are about, how they end, and who complains again."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Scope, Shared
from analytics.overview.asked import Asked, asked, period_facts
from analytics.overview.figures import plain
from analytics.period import Period
from analytics.satisfaction.measures import is_dissatisfied
from analytics.satisfaction.needs import UNASSIGNED
from analytics.satisfaction.themes_fit import themes_fit
from analytics.scorecard import Order, number_of, share_of
from analytics.semantics import rows_of, why_not_filter
from analytics.service.counts import PICKED_FROM, changed, dispersion
from analytics.shop import Shop

_RECENT = "last_3_months"
_FEEDBACK, _TICKETS = "feedback_facts", "ticket_facts"
#: From so many complaints in a period on a customer complains again.
REPEATED = 2
CAVEATS = (
    Caveat("few_complaints", "complaints", "<", statistics.SMALL_SAMPLE), Caveat("without_comparison", "comparison_missing"),
    Caveat("complaints_tickets_all", "tickets", ">", 0), Caveat("complaints_without_tickets", "tickets_missing"),
)


def complaints(
    shop: Shop,
    *,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int = 10,
) -> Finding:
    """Complaints of a period: negative feedback and support tickets, each once, against the period before, by subject.

    Feedback is negative by its words, or at 1-2 stars or 0-6 on the NPS question; feedback on a ticket is that ticket's complaint
    and not counted again. Every ticket counts, as nothing tells a question from a complaint. A ticket is about its category,
    feedback about its first theme. A share is the group's complaints / all of them, with its 95 % interval. A change is the rate
    per day over that of the period before, real where its interval, widened for counts that vary more than independent events
    and for the groups looked at, leaves out 1. Resolved: resolved tickets / tickets. Repeat complainers: customers with two or
    more complaints in the period / customers with any. Complaints without a known customer are nobody's (`nameless`).
    """
    shop.require("feedback")
    span = period or shop.period(_RECENT)
    request = asked(shop, "feedback_count", span, compare_to or (None if period else span.previous()), filters, segment)
    fit = themes_fit(shop)
    firsts = fit.table("assigned")
    rows = Shared("complaint_rows", _rows(request, firsts.filter(firsts.place == 0).select("feedback_id", "theme")))
    spread = dispersion(_per_week(rows.table, request), "complaints", "span").name("dispersion").as_table()
    counts = Shared("complaint_spread", spread)
    groups = Shared("complaint_groups", _groups(rows.table, counts.table, request))
    people = _people(rows.table)
    facts = _facts(rows.table, counts.table, groups.table, people, request)
    size = groups.table.complaints if order == "lowest" else groups.table.complaints.desc()
    named = shop.customer_facts.select("customer_id", "name")
    again = people.filter(people.complaints >= REPEATED).left_join(named, "customer_id").drop("customer_id_right")
    now = rows.table.filter(rows.table.is_now)
    scope = Scope(now.agg(rows_used=now.count()), "complaints")
    return Finding(
        facts.mutate(**period_facts(request, compare_to)),
        {"groups": groups.table.order_by(size, groups.table.about, groups.table.source).limit(top_n).select(*_COLUMNS),
         "repeaters": again.order_by(again.complaints.desc(), again.customer_id).limit(top_n).select(
             "customer_id", "name", "complaints", "tickets", "last_complaint")},
        scope, shared=(rows, counts, groups), fits=(fit,), caveats=CAVEATS,
        units=dict.fromkeys(("low", "high", "share"), "percent") | {"previous": "count"},
        defaults={} if period else {"period": _RECENT},
        definitions=("complaints", "repeat_complainers", "rate_ratio", "interval"),
    )


_COLUMNS = (
    "source", "about", "complaints", "share", "low", "high", "previous", "change_rate", "change_low", "change_high", "is_real",
    "resolved_share", "hours",
)


def _rows(request: Asked, firsts: ir.Table) -> ir.Table:
    """Every complaint of both periods. A filter that tickets cannot meet leaves feedback alone."""
    now = _side(request, request.period, firsts, True)
    return now.union(_side(request, request.before, firsts, False)) if request.before else now


def _side(request: Asked, period: Period, firsts: ir.Table, is_now: bool) -> ir.Table:
    shop = request.shop
    said = rows_of(shop, _FEEDBACK, period, request.filters)
    bad = (said.sentiment == "negative").fill_null(False) | is_dissatisfied(said)
    able = all(why_not_filter(_TICKETS, item) is None for item in request.filters)
    told = shop.table(_TICKETS).select("ticket_id")
    said = said.filter(bad & ~(said.ticket_id.notnull() & said.ticket_id.isin(told.ticket_id) & ibis.literal(able)))
    said = said.left_join(firsts, "feedback_id").drop("feedback_id_right")
    spoken = said.select(
        "customer_id", source=ibis.literal("feedback"), at=said.created_at, about=said.theme.fill_null(UNASSIGNED),
        resolved=ibis.null("boolean"), hours=ibis.null("float64"), is_now=ibis.literal(is_now),
    )
    tickets = rows_of(shop, _TICKETS, period, request.filters if able else ()).filter(ibis.literal(able))
    asked_ = tickets.select(
        "customer_id", source=ibis.literal("tickets"), at=tickets.opened_at, about=tickets.ticket_category.fill_null(UNASSIGNED),
        resolved=tickets.resolved_at.notnull(), hours=tickets.resolution_hours, is_now=ibis.literal(is_now),
    )
    return spoken.union(asked_)


def _per_week(rows: ir.Table, request: Asked) -> ir.Table:
    """Complaints of each whole week of both periods, for how much more they vary than independent events would."""
    parts = []
    for is_now, period in ((True, request.period), (False, request.before)):
        if period is not None:
            week = (rows["at"].cast("date").delta(ibis.literal(period.start), unit="day") / 7).floor().cast("int64")
            side = rows.filter(rows.is_now == is_now, week < max(period.days // 7, 1)).mutate(week=week)
            counted = side.group_by("week").agg(complaints=ibis._.count().cast("float64"))
            parts.append(counted.select("complaints", span=ibis.literal(int(is_now))))
    return parts[0] if len(parts) == 1 else parts[0].union(parts[1])


def _groups(rows: ir.Table, spread: ir.Table, request: Asked) -> ir.Table:
    """A row per source and subject with complaints in the period."""
    now = rows.is_now
    per = rows.group_by("source", "about").agg(
        complaints=number_of(now), before=number_of(~now), resolved_share=share_of(number_of(now & rows.resolved), number_of(
            now & rows.resolved.notnull())), hours=rows.hours.median(where=now),
    )
    per = per.cross_join(spread)
    per = per.mutate(total=per.complaints.sum().over(ibis.window()))
    low, high = statistics.wilson(per.complaints, per.total)
    shown = per.mutate(
        share=share_of(per.complaints, per.total), low=low, high=high, hours=plain(per.hours),
        **changed(per.complaints, per.before, per.dispersion, request.period, request.before, PICKED_FROM),
    )
    return shown.filter(shown.complaints > 0)


def _people(rows: ir.Table) -> ir.Table:
    """A row per customer who complained in the period."""
    known = rows.filter(rows.is_now, rows.customer_id.notnull())
    return known.group_by("customer_id").agg(
        complaints=known.count(), tickets=number_of(known.source == "tickets"), last_complaint=known["at"].max().cast("date"),
    )


def _facts(rows: ir.Table, spread: ir.Table, groups: ir.Table, people: ir.Table, request: Asked) -> ir.Table:
    """One row: all complaints against before, the largest subjects, resolution, and repeat complainers."""
    now, ticket = rows.is_now, rows.source == "tickets"
    base = rows.agg(
        complaints=number_of(now), before=number_of(~now), tickets=number_of(now & ticket),
        negative_feedback=number_of(now & ~ticket),
        resolved=number_of(now & rows.resolved), nameless=number_of(now & rows.customer_id.isnull()),
        hours=rows.hours.median(where=now),
    ).cross_join(spread)
    change = changed(base.complaints, base.before, base.dispersion, request.period, request.before)
    base = base.mutate(hours=plain(base.hours), **change)
    low, high = statistics.wilson(base.resolved, base.tickets)
    base = base.mutate(
        resolved_share=share_of(base.resolved, base.tickets), resolved_low=low, resolved_high=high,
        tickets_missing=ibis.literal(not request.shop.has("tickets")),
    )
    again = people.agg(complainers=people.count(), repeaters=number_of(people.complaints >= REPEATED))
    again_low, again_high = statistics.wilson(again.repeaters, again.complainers)
    again = again.mutate(repeat_share=share_of(again.repeaters, again.complainers), repeat_low=again_low, repeat_high=again_high)
    named = groups.filter(groups.about != UNASSIGNED)
    noise = ~named.is_real.fill_null(False)
    up = ibis.row_number().over(order_by=[noise, named.change_rate.desc(nulls_first=False), named.about])
    ranked = named.mutate(
        rank=ibis.row_number().over(order_by=[named.complaints.desc(), named.about, named.source]), up_=up
    )
    picks = {"top": ranked["rank"] == 0, "risen": (ranked.up_ == 0) & ranked.is_real & (ranked.change_rate > 0)}
    columns = ("source", "about", "complaints", "share", "low", "high", "previous", "change_rate")
    one = ranked.agg(
        groups=ranked.count(), changed_groups=number_of(ranked.is_real),
        **{f"{pick}_{name}": ranked[name].max(where=where.fill_null(False)) for pick, where in picks.items() for name in columns},
    )
    return base.cross_join(again).cross_join(one)
