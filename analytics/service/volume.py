"""How many tickets come, what they are about, whether that changed by more than noise, and how many will come."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Scope, Shared
from analytics.overview.asked import Asked, asked, partial_buckets, period_facts
from analytics.period import GRAINS, Grain, Period
from analytics.scorecard import BY_MONTH, BY_WEEK, Order, first_record, number_of, share_of
from analytics.scorecard import Scorecard as Card
from analytics.semantics import bucket, measure, rows_of, why_not
from analytics.semantics.dimensions import with_dimensions
from analytics.service.counts import PICKED_FROM, changed, dispersion
from analytics.service.outlook import ticket_outlook
from analytics.shop import Shop

#: Groups that are drawn by themselves; the rest are taken together.
DRAWN = 6
#: From so many days on, counts of weeks tell how much counts vary; of shorter periods those of days.
_BY_WEEK_FROM = 42
OTHERS = "others"
_TICKETS, _RECENT = "ticket_facts", "last_12_months"
CAVEATS = (
    Caveat("comparison_before_records", "records_start_later"), Caveat("without_comparison", "comparison_missing"),
    Caveat("few_tickets", "tickets", "<", statistics.SMALL_SAMPLE), Caveat("tickets_without_category", "uncategorised", ">", 0),
    Caveat("ticket_forecast_missing", "has_forecast", "=", 0), Caveat("forecast_not_better", "no_better"),
    Caveat("forecast_unchecked", "unchecked"),
)


@dataclass(frozen=True)
class _Volume:
    """A request made precise. `by` is the dimension asked for; None where tickets are split by what they are about."""

    request: Asked
    grain: Grain
    by: str | None

    @property
    def key(self) -> str:
        return self.by or "about"


def ticket_volume(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] | None = None,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    dimension: tuple[str, ...] = (),
    grain: Grain | None = None,
    horizon: int | None = None,
    order: Order | None = None,
    top_n: int | None = None,
) -> Finding:
    """Tickets opened in a period, per group with their share of all, the change against the period before, and a forecast.

    A share is tickets of the group / all tickets of the period, with its 95 % interval. Groups are ticket categories; where no
    ticket of the period has one, priorities. A change is the rate of tickets per day over that of the period before; it is
    called one only where the interval of that ratio leaves out 1, widened for the groups it was picked from and for counts
    that vary more than independent events would. Tickets without a category are a group of their own. The forecast is that of
    analytics.prediction: the next calendar month unless a horizon is asked for. `metric` only names the subject.
    """
    volume = _volume(shop, period, compare_to, filters, segment, dimension, grain)
    request = volume.request
    rows = Shared("volume_tickets", _tickets(volume))
    spread = Shared("volume_spread", _spread(request))
    groups = Shared("volume_groups", _groups(rows.table, spread.table, request))
    table = _shown(groups.table, order, top_n)
    by = (volume.by,) if volume.by else (("ticket_category",) if dimension else ())
    outlook = ticket_outlook(shop, horizon, grain if grain in ("day", "week", "month") else None, by, request.filters, top_n)
    facts = _facts(rows.table, spread.table, groups.table, volume).cross_join(outlook.facts).cross_join(_records(volume))
    tables = {"groups": table, "trend": _trend(rows.table, groups.table, volume), "outlook": outlook.points}
    if by:
        tables["forecast"] = outlook.groups
    units = dict.fromkeys(("previous", "previous_tickets", "year_before", "low", "high"), "count") | {
        "share": "percent", "share_low": "percent", "share_high": "percent"
    }
    return Finding(
        facts.mutate(
            asked_ahead=ibis.literal(horizon is not None), forecast_by=ibis.literal(bool(by)), **period_facts(request, compare_to)
        ),
        tables | {"backtest": outlook.backtest}, Scope(rows.table.agg(rows_used=number_of(rows.table.is_now)), "tickets"),
        shared=(rows, spread, groups), fits=outlook.fits, caveats=CAVEATS, units=units,
        defaults={} if period else {"period": _RECENT}, definitions=("tickets", "rate_ratio", "interval", "forecast", "smape"),
    )


def _volume(
    shop: Shop, period: Period | None, compare_to: Period | None, filters: tuple[Filter, ...], segment: tuple[str, ...],
    dimension: tuple[str, ...], grain: Grain | None,
) -> _Volume:
    others = [name for name in dimension if name not in GRAINS]
    if len(others) > 1:
        raise CannotAnswer("too_many_dimensions", dimension=others[1])
    span = period or shop.period(_RECENT)
    request = asked(shop, "tickets", span, compare_to or (None if period else span.previous()), filters, segment)
    by = others[0] if others and others[0] != "ticket_category" else None
    if by and (refusal := why_not(shop, "tickets", (by,), request.filters)):
        raise refusal
    times = next((name for name in GRAINS if name in dimension), None)
    usual: Grain = "week" if span.days <= BY_WEEK else "month" if span.days <= BY_MONTH else "quarter"
    return _Volume(request, grain or times or usual, by)


def _tickets(volume: _Volume) -> ir.Table:
    """Tickets of both periods: `is_now`, the bucket, and the group that each falls into."""
    request, shop = volume.request, volume.request.shop

    def side(period: Period, is_now: bool) -> ir.Table:
        rows = rows_of(shop, _TICKETS, period, request.filters)
        rows = with_dimensions(shop, rows, _TICKETS, (volume.by,) if volume.by else ())
        group = rows[volume.by].cast("string") if volume.by else rows.ticket_category
        return rows.select(
            is_now=ibis.literal(is_now), bucket=bucket(rows.opened_at, volume.grain, shop.settings.calendar), group=group,
            priority=rows.priority, category=rows.ticket_category,
        )

    now = side(request.period, True)
    both = now.union(side(request.before, False)) if request.before else now
    if volume.by:
        return both.mutate(by_priority=ibis.literal(False))
    categorised = (both.category.count().over(ibis.window()) > 0).fill_null(False)
    by_priority = ~categorised & (both.priority.count().over(ibis.window()) > 0)
    return both.mutate(group=ibis.ifelse(by_priority, both.priority, both.group), by_priority=by_priority)


def _spread(request: Asked) -> ir.Table:
    """One row: how much more counts of whole buckets vary than independent events would."""
    spans = [span for span in (request.period, request.before) if span]
    grain: Grain = "week" if all(span.days >= _BY_WEEK_FROM for span in spans) else "day"
    parts = []
    for place, span in enumerate(spans):
        counts = measure(request.shop, ("tickets",), period=span, filters=request.filters, grain=grain)
        partial = partial_buckets(span, grain, request.shop.settings.calendar)
        whole = counts.filter(counts[grain].notin(partial)) if partial else counts
        parts.append(whole.select(span=ibis.literal(place), tickets=whole.tickets.cast("float64")))
    counts = parts[0] if len(parts) == 1 else parts[0].union(parts[1])
    return dispersion(counts, "tickets", "span").name("dispersion").as_table()


def _groups(rows: ir.Table, spread: ir.Table, request: Asked) -> ir.Table:
    """A row per group with tickets of both periods, share and change; `place` by tickets, equal ones by name."""
    per = rows.group_by("group").agg(tickets=number_of(rows.is_now), before=number_of(~rows.is_now))
    per = per.mutate(total=per.tickets.sum().over(ibis.window()), groups=per.count().over(ibis.window())).cross_join(spread)
    low, high = statistics.wilson(per.tickets, per.total)
    place = ibis.row_number().over(order_by=[per.tickets.desc(), per.group.isnull(), per.group])
    columns = {
        "tickets": per.tickets, "share": share_of(per.tickets, per.total), "share_low": low, "share_high": high,
        "place": place, **changed(per.tickets, per.before, per.dispersion, request.period, request.before, PICKED_FROM),
    }
    return per.select("group", **columns)


def _shown(groups: ir.Table, order: Order | None, top_n: int | None) -> ir.Table:
    place = groups.place.desc() if order == "lowest" else groups.place
    table = groups.order_by(place)
    return (table.limit(top_n) if top_n else table).drop("place")


def _facts(rows: ir.Table, spread: ir.Table, groups: ir.Table, volume: _Volume) -> ir.Table:
    """One row: tickets now and before, the largest group, and the groups that changed most by more than noise."""
    request = volume.request
    both = rows.agg(
        tickets=number_of(rows.is_now), previous_tickets=number_of(~rows.is_now),
        by_priority=rows.by_priority.any().fill_null(False), uncategorised=number_of(rows.is_now & rows.group.isnull()),
    ).cross_join(spread)
    change = changed(both.tickets, both.previous_tickets, both.dispersion, request.period, request.before)
    both = both.mutate(
        dispersion=both.dispersion, days_before=ibis.literal(request.before.days if request.before else None, "int64"),
        **{name: value for name, value in change.items() if name != "previous"},
    )
    named = groups.filter(groups.group.notnull())
    noise, rate = ~named.is_real.fill_null(False), named.change_rate
    ranked = named.mutate(
        up=ibis.row_number().over(order_by=[noise, rate.desc(nulls_first=False), named.group]),
        down=ibis.row_number().over(order_by=[noise, rate.asc(nulls_first=False), named.group]),
        rank=ibis.row_number().over(order_by=named.place),
    )
    rose = (ranked.up == 0) & ranked.is_real & (ranked.change_rate > 0)
    fell = (ranked.down == 0) & ranked.is_real & (ranked.change_rate < 0)
    picks = {"top": ranked["rank"] == 0, "second": ranked["rank"] == 1, "risen": rose, "fallen": fell}
    columns = ("group", "tickets", "share", "share_low", "share_high", "change_rate", "change_low", "change_high")
    one = ranked.agg(
        groups=ranked.count(), changed_groups=number_of(ranked.is_real),
        **{f"{pick}_{name}": ranked[name].max(where=where.fill_null(False)) for pick, where in picks.items() for name in columns},
    )
    dimension = ibis.literal(volume.by) if volume.by else ibis.ifelse(both.by_priority, "priority", "ticket_category")
    return both.cross_join(one).mutate(dimension=dimension, grain=ibis.literal(volume.grain))


def _records(volume: _Volume) -> ir.Table:
    card = Card(volume.request, ("tickets",), "tickets", volume.grain, None)
    return first_record(card, _TICKETS)


def _trend(rows: ir.Table, groups: ir.Table, volume: _Volume) -> ir.Table:
    """Tickets of every bucket by group: the largest ones, and the rest together."""
    request = volume.request
    now = rows.filter(rows.is_now)
    kept = groups.filter(groups.place < DRAWN, groups.tickets > 0).select("group", "place")
    placed = now.left_join(kept, now.group.identical_to(kept.group)).drop("group_right")
    named = placed.mutate(group=ibis.ifelse(placed.place.isnull(), OTHERS, placed.group), place=placed.place.fill_null(DRAWN))
    counted = named.group_by("bucket", "group", "place").agg(tickets=named.count())
    drawn = named.select("group", "place").distinct()
    days = measure(request.shop, ("tickets",), period=request.period, filters=request.filters, grain=volume.grain)
    spine = days.select(bucket=days[volume.grain]).cross_join(drawn)
    same = [spine.bucket == counted.bucket, spine.group.identical_to(counted.group), spine.place == counted.place]
    joined = spine.left_join(counted, same)
    partial = partial_buckets(request.period, volume.grain, request.shop.settings.calendar)
    is_partial = joined.bucket.isin(partial) if partial else ibis.literal(False)
    ordered = joined.select(
        "bucket", "group", "place", tickets=joined.tickets.fill_null(0), is_partial=is_partial
    ).order_by("bucket", "place")
    return ordered.drop("place")
