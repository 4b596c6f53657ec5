"""How agents compare, fairly: against what their tickets would lead one to expect, drawn together where they are few."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Scope, Shared
from analytics.overview.asked import Asked, asked, defaults_of, period_facts
from analytics.overview.figures import plain
from analytics.period import Period
from analytics.scorecard import Order, number_of, share_of
from analytics.semantics import METRICS, rows_of
from analytics.service.shrinkage import expected, shrunken
from analytics.shop import Shop

#: What agents can be compared by. Times are compared on the logarithm, because they are skewed.
COMPARED = ("resolution_time", "first_response_time", "sla_rate", "resolution_rate", "reopen_rate", "csat")
_TIMES = {"resolution_time": "resolution_hours", "first_response_time": "first_response_hours"}
#: A wait below this, in hours, counts as this long: nobody is a thousand times faster for answering in a second.
_SHORTEST = 0.05
_TICKETS = "ticket_facts"
_FAIR = ("fair_value", "fair_low", "fair_high", "expected_ratio")
CAVEATS = (
    Caveat("agents_with_few", "agents_with_few", ">", 0), Caveat("agents_mix_unknown", "mix_unknown"),
    Caveat("few_tickets", "tickets", "<", statistics.SMALL_SAMPLE), Caveat("agents_only_observed", "agents", ">", 1),
)


def agent_performance(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] | None = None,
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    dimension: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int | None = None,
) -> Finding:
    """Per agent: tickets, first response and resolution (median, 90th percentile), resolution rate, SLA, CSAT, and a fair value.

    Tickets count in the period in which they were opened; tickets without an agent are left out and counted. The fair value
    is what the agent would have with the team's usual mix of categories and priorities: the team's figure times (for times)
    or plus (for shares) what the agent's tickets took more or less than expected of each category and priority, drawn towards
    nothing where tickets are few. `expected_ratio`: observed / expected, of times as geometric means. An agent leads only
    where the 95 % interval of the fair value lies apart from that of every other agent. Methods: analytics.service.shrinkage.
    """
    if others := [name for name in dimension if name != "agent"]:
        raise CannotAnswer("not_joinable", metric=COMPARED[0], dimension=others[0], field=others[0], table="tickets")
    lead, stated = _lead(metric)
    request = asked(shop, "tickets", period, None, filters, segment)
    tickets = Shared("agent_tickets", _tickets(request, lead))
    known = tickets.table.filter(tickets.table.agent.notnull())
    ranked = Shared("agent_groups", _ranked(known, lead, order, stated=stated))
    table = ranked.table if top_n is None else ranked.table.filter(ranked.table.position <= top_n)
    facts = _facts(tickets.table, ranked.table, lead).mutate(
        metric=ibis.literal(lead), asked_worst=ibis.literal(_worst_first(lead, order, stated)), **period_facts(request)
    )
    unit = METRICS[lead].unit if lead in METRICS else "percent"
    ends = ("best", "second", "worst")
    parts = tuple(f"{end}_{part}" for end in ends for part in ("value", "low", "high"))
    units = dict.fromkeys((*_FAIR[:3], "team_value", *parts), unit)
    return Finding(
        facts, {"agents": table.order_by("position").drop("position", "good", "clear")}, _scope(tickets.table),
        shared=(tickets, ranked), caveats=CAVEATS, units=units,
        defaults=defaults_of(request) | ({} if stated else {"metric": lead}),
        definitions=(lead, "fair_value", "expected_ratio", "interval"),
    )


def _lead(metric: str | tuple[str, ...] | None) -> tuple[str, bool]:
    """What is compared: the first of the metrics asked for that agents can be compared by, tickets where only they are; and
    whether it was asked for."""
    names = (metric,) if isinstance(metric, str) else metric or ()
    found = next((name for name in names if name in COMPARED), None) or next((name for name in names if name == "tickets"), None)
    return found or COMPARED[0], found is not None


def _worst_first(lead: str, order: Order | None, stated: bool) -> bool:
    """"Highest" of a metric that was named is about its value, without one it means the best."""
    if order is None:
        return False
    falling = lead != "tickets" and _down(lead)
    return (order == "highest") == falling if stated else order == "lowest"


def _down(lead: str) -> bool:
    return lead == "reopen_rate" or METRICS[lead].favourable == "down"


def _tickets(request: Asked, lead: str) -> ir.Table:
    """The period's tickets with `observed` (what the lead measures, times as logarithms) and what was expected of them."""
    shop = request.shop
    rows = rows_of(shop, _TICKETS, request.period, request.filters)
    if lead in _TIMES:
        hours = rows[_TIMES[lead]]
        # `greatest` would make a wait of an unknown one: DuckDB passes over nulls there.
        observed = ibis.ifelse(hours < _SHORTEST, _SHORTEST, hours).ln()
    else:
        # A count has nothing to be observed on one ticket.
        observed = {
            "sla_rate": rows.within_sla, "resolution_rate": rows.resolved_at.notnull(), "reopen_rate": rows.reopened,
            "csat": rows.csat >= 4, "tickets": ibis.null("boolean"),
        }[lead].cast("float64")
    kept = rows.select(
        "agent", "ticket_category", "priority", "first_response_hours", "resolution_hours", "csat", "within_sla", "reopened",
        is_resolved=rows.resolved_at.notnull(), observed=observed,
    )
    assigned = ibis.ifelse(kept.agent.notnull(), kept.observed, ibis.null("float64"))
    kept = kept.mutate(observed=assigned)
    wide = kept.mutate(expected=expected(kept.observed, kept.ticket_category, kept.priority))
    return wide.mutate(residual=wide.observed - wide.expected)


def _ranked(known: ir.Table, lead: str, order: Order | None, *, stated: bool) -> ir.Table:
    """A row per agent with figures, fair value and place; the best first, or as `order` says, equal ones by name."""
    rows = known.group_by("agent").agg(**_figures(known))
    rows = rows.mutate(share=share_of(rows.tickets, rows.tickets.sum().over(ibis.window())))
    effects = shrunken(known, "agent", "residual")
    rows = rows.left_join(effects, "agent").drop("agent_right")
    rows = rows.cross_join(known.agg(team=_team(known, lead)))
    rows = rows.mutate(**_fair(rows, lead))
    value = plain(rows.tickets) if lead == "tickets" else rows.fair_value
    rows = rows.mutate(good=-value if lead != "tickets" and _down(lead) else value, clear=_clearly(rows, lead))
    good = rows.good.asc(nulls_first=False) if _worst_first(lead, order, stated) else rows.good.desc(nulls_first=False)
    place = ibis.row_number().over(order_by=[rows.good.isnull(), good, rows.agent])
    lasting = rows.mutate(position=place + 1, verdict=_verdict(rows.clear))
    return lasting.select(
        "agent", *_FAIR, "verdict", "sample", "tickets", "share", "first_response_time", "first_response_p90", "resolution_time",
        "resolution_p90", "resolution_rate", "sla_rate", "reopen_rate", "csat", "csat_low", "csat_high", "csat_sample",
        "position", "good", "clear",
    )


def _figures(rows: ir.Table) -> dict[str, ir.Value]:
    """What each agent's tickets show, as they are."""
    rated, satisfied = rows.csat.count(), number_of(rows.csat >= 4)
    low, high = statistics.wilson(satisfied, rated)
    return {
        "tickets": rows.count(), "first_response_time": plain(rows.first_response_hours.median()),
        "first_response_p90": plain(rows.first_response_hours.quantile(0.9)),
        "resolution_time": plain(rows.resolution_hours.median()), "resolution_p90": plain(rows.resolution_hours.quantile(0.9)),
        "resolution_rate": share_of(number_of(rows.is_resolved), rows.count()),
        "sla_rate": share_of(number_of(rows.within_sla), rows.within_sla.count()),
        "reopen_rate": share_of(number_of(rows.reopened), rows.reopened.count()),
        "csat": share_of(satisfied, rated), "csat_low": low, "csat_high": high, "csat_sample": rated,
        "observed_sum": rows.observed.sum(), "expected_sum": rows.expected.sum(where=rows.observed.notnull()),
        "sample": rows.observed.count(), "raw_effect": rows.residual.mean(),
    }


def _team(rows: ir.Table, lead: str) -> ir.FloatingValue:
    """The figure of all assigned tickets together: the median of a time, the share of anything else."""
    if lead in _TIMES:
        return plain(rows[_TIMES[lead]].median())
    return plain(rows.observed.mean())


def _fair(rows: ir.Table, lead: str) -> dict[str, ir.Value]:
    """The team's figure moved by the agent's effect, and how observed and expected compare."""
    if lead in _TIMES:
        moved = {name: rows.team * rows[column].exp() for name, column in _EFFECTS}
        ratio: ir.Value = rows.raw_effect.exp()
    else:
        moved = {name: (rows.team + rows[column]).clip(0.0, 1.0) for name, column in _EFFECTS}
        ratio = rows.observed_sum / rows.expected_sum.nullif(0)
    return {**moved, "expected_ratio": ratio}


_EFFECTS = (("fair_value", "effect"), ("fair_low", "effect_low"), ("fair_high", "effect_high"))


def _clearly(rows: ir.Table, lead: str) -> ir.IntegerValue:
    """1 where the agent does clearly better than expected, -1 clearly worse, 0 where it may be chance."""
    above, below = rows.effect_low > 0, rows.effect_high < 0
    good, bad = (below, above) if lead != "tickets" and _down(lead) else (above, below)
    return ibis.cases((good.fill_null(False), 1), (bad.fill_null(False), -1), else_=0)


def _verdict(clear: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases((clear == 1, "verdict.better"), (clear == -1, "verdict.worse"), else_="verdict.as_expected")


def _facts(tickets: ir.Table, ranked: ir.Table, lead: str) -> ir.Table:
    """One row: how many agents, the best, the second and the worst, and whether the best stands apart from all others."""
    judged = ranked.filter(ranked.good.notnull())
    places = {
        "best": ibis.row_number().over(order_by=[judged.good.desc(), judged.agent]),
        "worst": ibis.row_number().over(order_by=[judged.good, judged.agent.desc()]),
    }
    ends = judged.mutate(**{f"from_{end}": place for end, place in places.items()})
    at = {"best": ends.from_best == 0, "second": ends.from_best == 1, "worst": ends.from_worst == 0}
    columns = {
        "agent": "agent", "value": "fair_value", "low": "fair_low", "high": "fair_high", "sample": "sample",
        "tickets": "tickets", "share": "share",
    }
    down = lead != "tickets" and _down(lead)
    edge = ends.fair_high if down else ends.fair_low
    one = ends.agg(
        agents=ends.count(), clearly_better=number_of(ends.clear == 1), clearly_worse=number_of(ends.clear == -1),
        agents_with_few=number_of(ends["sample" if lead != "tickets" else "tickets"] < statistics.SMALL_SAMPLE),
        **{f"{end}_{name}": ends[column].max(where=here) for end, here in at.items() for name, column in columns.items()},
        best_edge=edge.max(where=at["best"]),
        next_edge=ends.fair_low.min(where=ends.from_best > 0) if down else ends.fair_high.max(where=ends.from_best > 0),
        worst_edge=(ends.fair_low if down else ends.fair_high).max(where=at["worst"]),
        last_edge=ends.fair_high.max(where=ends.from_worst > 0) if down else ends.fair_low.min(where=ends.from_worst > 0),
    )
    apart = one.best_edge < one.next_edge if down else one.best_edge > one.next_edge
    behind = one.worst_edge > one.last_edge if down else one.worst_edge < one.last_edge
    known = tickets.filter(tickets.agent.notnull())
    whole = known.agg(team_value=_team(known, lead), tickets=known.count())
    mixed = tickets.agg(mix_unknown=~(tickets.ticket_category.notnull() | tickets.priority.notnull()).any().fill_null(True))
    facts = one.mutate(best_is_clear=apart.fill_null(False), worst_is_clear=behind.fill_null(False))
    return facts.drop("best_edge", "next_edge", "worst_edge", "last_edge").cross_join(whole).cross_join(mixed)


def _scope(tickets: ir.Table) -> Scope:
    """Tickets with an agent are used."""
    counts = tickets.agg(rows_used=tickets.agent.count(), left_out_without_agent=number_of(tickets.agent.isnull()))
    return Scope(counts, "tickets")


