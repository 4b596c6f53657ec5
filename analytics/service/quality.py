"""How well customer service works: how fast tickets are answered and solved, what waits, what comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics import scorecard, statistics
from analytics.finding import Caveat, Filter, Finding, Scope, Shared
from analytics.period import DAY, Grain, Period, start_of
from analytics.scorecard import Groups, Order, Scorecard, constant, number_of, share_of
from analytics.semantics import bucket, restrict, rows_of
from analytics.semantics.dimensions import with_dimensions
from analytics.shop import Shop

#: The measures of service, the one that leads first.
MEASURES = ("first_response_time", "resolution_time", "sla_rate", "resolution_rate", "csat", "tickets")
#: Measures that charts draw: their columns are there even where the data do not have them.
_DRAWN = ("first_response_time", "sla_rate")
_TICKETS = "ticket_facts"
#: Days after which most tickets that will be resolved are: until then a period's resolution rate still grows.
SETTLED_AFTER = 14
CAVEATS = (
    Caveat("comparison_before_records", "records_start_later"), Caveat("without_comparison", "has_comparison", "=", 0),
    Caveat("few_tickets", "tickets", "<", statistics.SMALL_SAMPLE), Caveat("tickets_unanswered", "unanswered", ">", 0),
    Caveat("tickets_still_open", "unresolved", ">", 0), Caveat("groups_with_few", "groups_behind", ">", 0),
)


def service_quality(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] | None = None,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    dimension: tuple[str, ...] = (),
    grain: Grain | None = None,
    order: Order | None = None,
    top_n: int | None = None,
) -> Finding:
    """First response and resolution (median and 90th percentile), SLA rate, reopen rate, CSAT and backlog of tickets.

    Tickets count in the period in which they were opened. sla_rate: tickets answered within the promised hours / tickets
    answered, or unanswered and past them. reopen_rate: tickets reopened / tickets of which it is known. The backlog is that of
    the period's last day, whenever opened: tickets that had no resolution then; `overdue` are those of it that had had no
    answer for longer than promised. Waiting times leave out tickets that still wait. Groups, with all of this, are ticket
    categories unless a dimension is asked for; a metric that is asked for leads.
    """
    card = scorecard.scorecard(
        shop, MEASURES, metric=_leading(metric), period=period, compare_to=compare_to, filters=filters, segment=segment,
        dimension=dimension, grain=grain, by_default="ticket_category",
    )
    if card.request.period.end > shop.as_of - DAY * SETTLED_AFTER:
        card = replace(card, unfinished=("resolution_rate",))
    base = Shared("service_base", scorecard.base_of(card))
    groups = scorecard.groups(card, _DRAWN, order, top_n)
    figures = Shared("service_figures", scorecard.figures(base.table, card).cross_join(_reopening(card)))
    facts = groups.join(figures.table.cross_join(_waits(card)).cross_join(_backlogs(card)))
    facts = facts.cross_join(scorecard.first_record(card, _TICKETS)).mutate(
        sla_hours=constant(shop.settings.sla_first_response_hours),
        backlog_day=ibis.literal(_last_day(card, card.request.period)),
        **scorecard.common_facts(card, compare_to),
    )
    return Finding(
        facts,
        {
            "measures": scorecard.measures(figures.table, card, reopen_rate="down"), "groups": _by_group(groups, card),
            "trend": _trend(card).order_by("bucket"),
        },
        _counted(card), shared=(base, figures, *groups.shared), caveats=CAVEATS,
        units=scorecard.units(card) | {"previous_backlog": "count"},
        defaults=scorecard.defaults(card, dimension, grain),
        definitions=(*card.names, "reopen_rate", "backlog", "interval", "significance"),
    )


def _leading(metric: str | tuple[str, ...] | None) -> str | None:
    """The measure that a question names. "Tickets" names the subject and leads nothing."""
    names = (metric,) if isinstance(metric, str) else metric or ()
    return next((name for name in names if name in MEASURES and name != "tickets"), None)


def _rows(card: Scorecard, period: Period | None) -> ir.Table:
    return rows_of(card.request.shop, _TICKETS, period, card.request.filters)


def _every(card: Scorecard) -> ir.Table:
    """Tickets whenever opened, up to the data's last day."""
    shop = card.request.shop
    return restrict(shop, shop.table(_TICKETS), _TICKETS, card.request.filters)


def _reopening(card: Scorecard) -> ir.Table:
    """One row: the share of tickets that were reopened, of those of which it is known, now and in the period compared with."""
    request = card.request
    then = _rows(card, request.before or request.period).filter(ibis.literal(request.before is not None))
    now, before = _reopened(_rows(card, request.period)), _reopened(then)
    both = now.cross_join(before.rename({f"before_{name}": name for name in before.columns}))
    moved = statistics.share_difference_is_real(
        both.reopened, both.reopen_sample, both.before_reopened, both.before_reopen_sample
    )
    return both.select(
        "reopened", "reopen_rate", "reopen_rate_low", "reopen_rate_high", reopen_rate_sample=both.reopen_sample,
        previous_reopen_rate=both.before_reopen_rate, change_of_reopen_rate=both.reopen_rate - both.before_reopen_rate,
        reopen_rate_moved=moved,
    )


def _reopened(rows: ir.Table) -> ir.Table:
    known, reopened = rows.reopened.count(), number_of(rows.reopened)
    low, high = statistics.wilson(reopened, known)
    return rows.agg(
        reopened=reopened, reopen_sample=known, reopen_rate=share_of(reopened, known), reopen_rate_low=low, reopen_rate_high=high
    )


def _waits(card: Scorecard) -> ir.Table:
    """One row: the 90th percentiles of the waiting times, and the tickets of the period that have had no answer."""
    rows = _rows(card, card.request.period)
    return rows.agg(
        first_response_p90=rows.first_response_hours.quantile(0.9).cast("float64"),
        resolution_p90=rows.resolution_hours.quantile(0.9).cast("float64"),
        unanswered=number_of(_unanswered(rows)), unresolved=number_of(rows.resolved_at.isnull()),
    )


def _unanswered(rows: ir.Table) -> ir.BooleanValue:
    """Neither answered nor resolved: a ticket can be solved without an answer."""
    return rows.first_response_at.isnull() & rows.resolved_at.isnull()


def _last_day(card: Scorecard, period: Period) -> date:
    """The last day of a period of which something is known."""
    return min(period.last, card.request.shop.as_of)


def _open_on(card: Scorecard, day: date) -> ir.Table:
    """Tickets without a resolution at the end of a day: `age` in days, and `late`, without an answer for too long."""
    rows = _every(card)
    opened = rows.opened_at.cast("date")
    rows = rows.filter(opened <= day, rows.resolved_at.isnull() | (rows.resolved_at.cast("date") > day))
    unanswered = rows.first_response_at.isnull() | (rows.first_response_at.cast("date") > day)
    age = (ibis.literal(day) - rows.opened_at.cast("date")).cast("int64")
    return rows.mutate(age=age, late=unanswered & (age * 24 > card.request.shop.settings.sla_first_response_hours))


def _backlogs(card: Scorecard) -> ir.Table:
    """One row: tickets open on the period's last day, how long they had waited, how many had no answer in time; and the number
    on the last day of the period compared with, null where the records begin later than that."""
    request = card.request
    now = _open_on(card, _last_day(card, request.period))
    one = now.agg(
        backlog=now.count(), backlog_age=now.age.median().cast("float64"), oldest_age=now.age.max().cast("float64"),
        overdue=number_of(now.late),
    )
    if request.before is None:
        return one.mutate(previous_backlog=ibis.null("int64"))
    day = _last_day(card, request.before)
    then = _open_on(card, day).agg(open_then=ibis._.count())
    first = request.shop.table(_TICKETS).agg(first=ibis._.opened_at.cast("date").min())
    both = one.cross_join(then).cross_join(first)
    known = ibis.ifelse(both["first"] <= ibis.literal(day), both.open_then, ibis.null("int64"))
    return both.mutate(previous_backlog=known).drop("open_then", "first")


def _by_group(groups: Groups, card: Scorecard) -> ir.Table:
    """The table of groups with 90th percentiles, reopening and the backlog of each, in the same order."""
    shown, by, shop = groups.table, card.dimension, card.request.shop
    if by is None or groups.ranked is None:
        nothing = {name: ibis.null("float64") for name in ("first_response_p90", "resolution_p90", "reopen_rate", "backlog_age")}
        return shown.mutate(**nothing, backlog=ibis.null("int64"))
    rows = with_dimensions(shop, _rows(card, card.request.period), _TICKETS, (by,))
    waits = rows.group_by(key_=rows[by].cast("string")).agg(
        first_response_p90=rows.first_response_hours.quantile(0.9).cast("float64"),
        resolution_p90=rows.resolution_hours.quantile(0.9).cast("float64"),
        reopen_rate=share_of(number_of(rows.reopened), rows.reopened.count()),
    )
    still = with_dimensions(shop, _open_on(card, _last_day(card, card.request.period)), _TICKETS, (by,))
    left = still.group_by(open_key_=still[by].cast("string")).agg(
        backlog=still.count(), backlog_age=still.age.median().cast("float64")
    )
    placed = shown.mutate(place_=ibis.row_number())
    joined = placed.left_join(waits, placed.group.identical_to(waits.key_))
    joined = joined.left_join(left, joined.group.identical_to(left.open_key_))
    return joined.mutate(backlog=joined.backlog.fill_null(0)).order_by("place_").drop("place_", "key_", "open_key_")


def _trend(card: Scorecard) -> ir.Table:
    """Every bucket of the period with the measures, and the tickets that were open at its end."""
    request = card.request
    buckets = scorecard.trend(card, _DRAWN)
    every = _every(card)
    cal = request.shop.settings.calendar
    start = start_of(card.grain, request.period.start, cal)
    opened = every.group_by(at=bucket(every.opened_at, card.grain, cal)).agg(came=every.count())
    solved = every.filter(every.resolved_at.notnull())
    solved = solved.group_by(at=bucket(solved.resolved_at, card.grain, cal)).agg(went=solved.count())
    still_open = every.resolved_at.isnull() | (every.resolved_at.cast("date") >= start)
    before = every.agg(waiting=number_of((every.opened_at.cast("date") < start) & still_open))
    rows = buckets.left_join(opened, buckets.bucket == opened.at).drop("at")
    rows = rows.left_join(solved, rows.bucket == solved.at).drop("at").cross_join(before)
    left = (rows.came.fill_null(0) - rows.went.fill_null(0)).sum().over(ibis.cumulative_window(order_by=rows.bucket))
    return rows.mutate(backlog=(rows.waiting + left).cast("int64")).drop("came", "went", "waiting")


def _counted(card: Scorecard) -> Scope:
    """Every ticket opened in the period is counted; waiting times leave out those that still wait."""
    rows = _rows(card, card.request.period)
    return Scope(rows.agg(rows_used=rows.count()), "tickets")
