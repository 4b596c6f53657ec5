"""Cohort retention: of the customers who started together, how many buy in each later month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics.behaviour.matching import orders_matching
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Scope, Shared, built_once
from analytics.period import DAY, GRAINS, Grain, Period, start_of, step
from analytics.semantics import customers_matching
from analytics.semantics.dimensions import bucket, with_dimensions
from analytics.semantics.segments import segment_filters
from analytics.shop import Shop
from analytics.statistics import SMALL_SAMPLE, is_real, share_difference, wilson

#: Complete cohorts shown, beside the unfinished one, where no period is asked for.
_USUAL: dict[Grain, int] = {"day": 14, "week": 12, "month": 12, "quarter": 8, "year": 5}
_DAYS: dict[Grain, float] = {"day": 1, "week": 7, "month": 30.44, "quarter": 91.3, "year": 365.25}
#: More cohorts than this are put together by the next coarser grain.
MOST_COHORTS = 40
#: Cells that one answer shows.
MOST_CELLS = 1_000
#: Ages that the matrix has a column for.
MATRIX_AGES = 12
#: Values of a dimension whose curves are shown, the largest ones.
MOST_GROUPS = 8
#: The name under which people ask for cohorts by date of sign-up instead of by first order.
SIGNUP = "signup_date"
_TOLD_AGES = (1, 3, 6, 12)


@dataclass(frozen=True)
class Frame:
    """The calendar of an answer: `starts` are first days of every grain from the first cohort to the as-of date, the
    first `cohorts` of them cohorts; `last_complete` is the position of the last grain that is over."""

    grain: Grain
    starts: tuple[date, ...]
    cohorts: int
    last_complete: int
    most_age: int
    age: int
    by_signup: bool

    @property
    def first_age(self) -> int:
        """The first age worth showing: at age 0 everybody has bought, unless sign-ups are followed."""
        return 0 if self.by_signup else 1

    @property
    def span(self) -> tuple[date, date]:
        """First day of the first cohort and the day after the last one's."""
        return self.starts[0], step(self.grain, self.starts[self.cohorts - 1])


def cohort_retention(
    shop: Shop, *, period: Period | None = None, grain: Grain = "month", dimension: tuple[str, ...] = (),
    filters: tuple[Filter, ...] = (), segment: tuple[str, ...] = (), horizon: int | None = None,
) -> Finding:
    """Of the customers whose first counted order fell into a grain, the share with a counted order in each later grain.

    The order itself stands at age 0; a customer counts at every age at which he buys, whether or not he did in between.
    With `signup_date` as dimension or filter, cohorts are those of the sign-up date. Filters on orders (channel,
    category, place) choose customers by that first order, so that nobody is chosen by what he bought later. A grain
    that is not over has no share. Orders without a customer are left out. Intervals are Wilson's, 95 %.
    """
    signups = tuple(item for item in filters if item.field == SIGNUP)
    by_signup = SIGNUP in dimension or bool(signups)
    if by_signup:
        shop.require("customers")
    period = period or _bounded(shop, signups)
    frame = _frame(shop, period, grain, horizon, by_signup)
    dims = tuple(name for name in dimension if name != SIGNUP)[:1]
    members = Shared("cohort_members", _members(shop, frame, dims, (*filters, *segment_filters(segment)), period))
    activity = Shared("cohort_activity", _activity(shop, frame, members.table))
    cells = Shared("cohort_cells", _cells(frame, members.table, activity.table, dims))
    told = Shared("cohort_shares", _cohorts(cells.table))
    curve = Shared("cohort_curve", _curve(cells.table, frame.first_age))
    at = Shared("cohort_at_age", _at_age(told.table, frame.age))
    shown = told.table.filter(told.table.age >= frame.first_age).order_by("cohort", "age")
    curves = curve.table.order_by("rank", "age")
    return Finding(
        _facts(told.table, at.table, curve.table, frame.age, _mixed_first(shop, frame), bool(dims)).mutate(
            grain=ibis.literal(frame.grain), by_signup=ibis.literal(frame.by_signup)
        ),
        {
            "matrix": _matrix(told.table, frame.first_age, min(MATRIX_AGES, frame.most_age)),
            "cohorts": shown.drop("first_revenue").rename(cohort_age="age"),
            "curve": curves.drop("rank").rename(cohort_age="age"),
        },
        _scope(shop, frame, activity.table), shared=(members, activity, cells, told, curve, at),
        caveats=(
            Caveat("cohorts_mixed_first", "first_is_mixed"), Caveat("cohorts_small", "measured_customers", "<", SMALL_SAMPLE),
        ),
        units={"low": "percent", "high": "percent"}, defaults={} if frame.grain == grain else {"grain": frame.grain},
        definitions=("cohort", "interval"),
    )


def _bounded(shop: Shop, signups: tuple[Filter, ...]) -> Period | None:
    """The period that filters on the sign-up date bound from below; None where they do not."""
    starts, ends = [], [shop.as_of + DAY]
    for item in signups:
        try:
            days = [value if isinstance(value, date) else date.fromisoformat(str(value)[:10]) for value in item.values]
        except ValueError as fault:
            raise CannotAnswer("bad_value", field=item.field, value=str(item.value)) from fault
        if item.op in ("=", ">", ">=", "between"):
            starts.append(min(days))
        if item.op in ("=", "<", "<=", "between"):
            ends.append(max(days) + DAY)
    return Period(max(starts), max(min(ends), max(starts))) if starts else None


def _frame(shop: Shop, period: Period | None, grain: Grain, horizon: int | None, by_signup: bool) -> Frame:
    cal = shop.settings.calendar
    while True:
        first = start_of(grain, period.start if period else step(grain, shop.as_of, -_USUAL[grain]), cal)
        if not by_signup:
            first = max(first, start_of(grain, shop.first_day, cal))
        first = min(first, start_of(grain, shop.as_of, cal))
        end = max(min(period.end if period else shop.as_of + DAY, shop.as_of + DAY), first + DAY)
        cohorts = len(Period(first, end).buckets(grain, cal))
        if cohorts <= MOST_COHORTS or grain == "year":
            break
        grain = GRAINS[GRAINS.index(grain) + 1]
    starts = Period(first, shop.as_of + DAY).buckets(grain, cal)
    last = len(starts) - 1
    complete = last if step(grain, starts[-1]) <= shop.as_of + DAY else last - 1
    ages = last
    while ages > MATRIX_AGES and sum(min(ages, last - place) + 1 for place in range(cohorts)) > MOST_CELLS:
        ages -= 1
    age = max(1, round(horizon / _DAYS[grain])) if horizon else 1
    return Frame(grain, tuple(starts), cohorts, complete, ages, age, by_signup)


def _members(
    shop: Shop, frame: Frame, dims: tuple[str, ...], filters: tuple[Filter, ...], period: Period | None
) -> ir.Table:
    """One row per customer of the cohorts: customer_id, cohort (first day of the grain), group_ (the dimension's value)."""
    first, end = frame.span
    end = min(end, period.end) if period else end
    cal = shop.settings.calendar
    if frame.by_signup:
        people = customers_matching(shop, filters)
        people = people.filter(people.signup_date >= first, people.signup_date < end)
        people = with_dimensions(shop, people, "customer_facts", dims)
        day = people.signup_date
    else:
        orders = shop.order_facts
        orders = orders.filter(orders.counted, orders.order_number == 1, orders.order_date >= first, orders.order_date < end)
        people = with_dimensions(shop, orders_matching(shop, orders, filters), "order_facts", dims)
        day = people.order_date
    group = people[dims[0]].cast("string") if dims else ibis.literal("all")
    return people.select("customer_id", cohort=bucket(day, frame.grain, cal), group_=group)


def _calendar(frame: Frame) -> ir.Table:
    """Every grain with its place in the calendar."""
    table = ibis.array(list(frame.starts)).unnest().name("start").as_table()
    table = table.select(start=table.start.cast("date"))
    return table.mutate(place=ibis.row_number().over(order_by=table.start))


def _cells(frame: Frame, members: ir.Table, activity: ir.Table, dims: tuple[str, ...]) -> ir.Table:
    """One row per group, cohort and age that has begun: customers of the cohort, those who bought, revenue; 0 where nobody did.

    `complete` tells whether the grain is over.
    """
    days = _calendar(frame)
    cohorts = days.filter(days.place < frame.cohorts).select(cohort=days.start, cohort_place=days.place)
    later = _calendar(frame)
    pairs = cohorts.join(later, later.place >= cohorts.cohort_place)
    pairs = pairs.mutate(age=pairs.place - pairs.cohort_place, complete=pairs.place <= frame.last_complete)
    pairs = pairs.filter(pairs.age <= frame.most_age).select("cohort", "age", "complete")
    groups = members.select("group_").distinct() if dims else ibis.array(["all"]).unnest().name("group_").as_table()
    spine = pairs.cross_join(groups)
    sizes = members.group_by("group_", "cohort").agg(customers_=members.count())
    begun, then = _calendar(frame), _calendar(frame)
    done = activity.inner_join(begun.select(cohort="start", cohort_place="place"), "cohort").inner_join(then, "start")
    done = done.select("group_", "cohort", "active_", "revenue_", age=done.place - done.cohort_place)
    spine = spine.left_join(sizes, [spine.cohort == sizes.cohort, spine.group_.identical_to(sizes.group_)])
    spine = spine.select("group_", "cohort", "age", "complete", customers=spine.customers_.fill_null(0))
    same = [spine.cohort == done.cohort, spine.age == done.age, spine.group_.identical_to(done.group_)]
    spine = spine.left_join(done, same)
    return spine.select(
        "group_", "cohort", "age", "complete", "customers", active_customers=spine.active_.fill_null(0),
        revenue=spine.revenue_.fill_null(0).cast("float64"),
    )


def _activity(shop: Shop, frame: Frame, members: ir.Table) -> ir.Table:
    """Per group, cohort and grain from the cohort's own on: members with a counted order, their counted orders, and their
    revenue (credit notes included)."""
    orders = shop.order_facts.filter(shop.order_facts.order_date >= frame.starts[0])
    orders = orders.select(
        "customer_id", "counted", "revenue", start=bucket(orders.order_date, frame.grain, shop.settings.calendar)
    )
    bought = orders.inner_join(members, "customer_id")
    bought = bought.filter(bought.start >= bought.cohort)
    return bought.group_by("group_", "cohort", "start").agg(
        active_=bought.customer_id.nunique(where=bought.counted), orders_=bought.counted.sum(), revenue_=bought.revenue.sum()
    )


@built_once
def _cohorts(cells: ir.Table) -> ir.Table:
    """Cells of all groups together with retention and interval; null while the grain is not over, or without customers."""
    sums = cells.group_by("cohort", "age", "complete").agg(
        customers=cells.customers.sum(), active_customers=cells.active_customers.sum(), revenue=cells.revenue.sum()
    )
    counted = ibis.ifelse(sums.complete, sums.active_customers, ibis.null("int64"))
    low, high = wilson(counted, sums.customers)
    start = sums.revenue.max(where=sums.age == 0).over(ibis.window(group_by="cohort"))
    sums = sums.mutate(first_revenue=ibis.ifelse(start > 0, start, ibis.null("float64")))
    return sums.select(
        "cohort", "age", "customers", "active_customers", retention=counted.cast("float64") / sums.customers.nullif(0), low=low,
        high=high, revenue="revenue",
        revenue_retention=ibis.ifelse(sums.complete, sums.revenue / sums.first_revenue, ibis.null("float64")),
        first_revenue="first_revenue",
    )


@built_once
def _matrix(told: ir.Table, first_age: int, last_age: int) -> ir.Table:
    """One row per cohort with its size and a column of retention per age; the customers of age 0 are the cohort itself."""
    ages = range(first_age, max(1, last_age) + 1)
    columns = {f"after_{age}": told.retention.max(where=told.age == age) for age in ages}
    return told.group_by("cohort").agg(customers=told.customers.max(), **columns).order_by("cohort")


@built_once
def _curve(cells: ir.Table, first_age: int) -> ir.Table:
    """Retention by age over all cohorts that have reached it, each customer with the same weight, per group."""
    reached = cells.filter(cells.complete, cells.customers > 0)
    sizes = reached.filter(reached.age == 0).group_by("group_").agg(size_=ibis._.customers.sum())
    by_size = [ibis.desc(sizes.size_), sizes.group_]
    largest = sizes.mutate(rank=ibis.row_number().over(order_by=by_size)).filter(ibis._.rank < MOST_GROUPS)
    kept = reached.filter(reached.age >= first_age)
    kept = kept.inner_join(largest, kept.group_.identical_to(largest.group_)).drop("group__right")
    sums = kept.group_by("rank", "group_", "age").agg(
        cohorts=kept.cohort.nunique(), customers=kept.customers.sum(), active_customers=kept.active_customers.sum()
    )
    low, high = wilson(sums.active_customers, sums.customers)
    return sums.select(
        "rank", "age", "cohorts", "customers", "active_customers", group=sums.group_,
        retention=sums.active_customers / sums.customers, low=low, high=high,
    )


def _mixed_first(shop: Shop, frame: Frame) -> bool:
    """Whether the first cohort holds customers who had bought before the data begin: no fair comparison for newer ones."""
    return not frame.by_signup and frame.starts[0] <= start_of(frame.grain, shop.first_day, shop.settings.calendar)


@built_once
def _at_age(told: ir.Table, age: int) -> ir.Table:
    """The cohorts that have reached an age, at that age; `first_` is the first of all cohorts."""
    reached = told.filter(told.age == age, told.retention.notnull())
    return reached.cross_join(told.agg(first_=told.cohort.min()))


@built_once
def _facts(told: ir.Table, at: ir.Table, curve: ir.Table, age: int, mixed: bool, grouped: bool) -> ir.Table:
    """Figures at the age that is told (see Frame.age), the best and worst cohort, newer against older ones, later ages.

    `mixed`: the first cohort is compared with none (see `_mixed_first`).
    """
    everybody = told.filter(told.age == 0)
    low, high = wilson(at.active_customers.sum(), at.customers.sum())
    sums = at.agg(
        measured_customers=at.customers.sum().nullif(0), measured_cohorts=at.count(),
        active_customers=at.active_customers.sum(),
        retention=at.active_customers.sum() / at.customers.sum().nullif(0), low=low, high=high,
        revenue_retention=at.revenue.sum(where=at.first_revenue.notnull()) / at.first_revenue.sum(),
    )
    sizes = everybody.agg(
        cohorts=(everybody.customers > 0).sum().fill_null(0), customers=everybody.customers.sum().fill_null(0),
        first_cohort=everybody.cohort.min(where=everybody.customers > 0),
        last_cohort=everybody.cohort.max(where=everybody.customers > 0),
    )
    fair = at.filter(at.cohort > at.first_) if mixed else at
    groups = curve.filter(curve.age == age, ibis.literal(grouped))
    joined = sizes.cross_join(sums).cross_join(_extremes(fair, "cohort")).cross_join(_extremes(groups, "group"))
    joined = joined.cross_join(_trend(fair)).cross_join(_later(told))
    return joined.mutate(
        age=ibis.literal(age, "int64"), grouped=ibis.literal(grouped),
        first_is_mixed=ibis.literal(mixed) & (joined.customers > 0),
    )


def _extremes(at: ir.Table, key: str) -> ir.Table:
    """The best and the worst cohort or group of at least SMALL_SAMPLE customers, and whether they differ by more than noise.

    Ties go to the earlier one. Having been picked as the extremes of all pairs, they have to differ the more.
    """
    fair = at.filter(at.customers >= SMALL_SAMPLE)
    joined = fair.agg(**{f"{key}s_ranked": fair.count()})
    for name, order in (("best", ibis.desc("retention")), ("worst", ibis.asc("retention"))):
        one = fair.order_by(order, key).limit(1)
        figures = {"": key, "_retention": "retention", "_customers": "customers", "_active_": "active_customers"}
        found = {f"{name}_{key}{end}": one[column].max() for end, column in figures.items()}
        joined = joined.cross_join(one.agg(**found))
    counts = [joined[f"{name}_{key}{end}"] for name in ("best", "worst") for end in ("_active_", "_customers")]
    ranked = joined[f"{key}s_ranked"]
    differ = is_real(share_difference(*counts), ranked * (ranked - 1) / 2).fill_null(False)
    return joined.mutate(**{f"{key}s_differ": differ}).drop(f"best_{key}_active_", f"worst_{key}_active_")


def _trend(at: ir.Table) -> ir.Table:
    """The newer half of the cohorts against the older half, each customer with the same weight."""
    filled = at.filter(at.customers > 0)
    halves = filled.mutate(newer_=ibis.row_number().over(order_by=filled.cohort) * 2 >= filled.count().over())
    sums = halves.agg(
        older_customers=halves.customers.sum(where=~halves.newer_), newer_customers=halves.customers.sum(where=halves.newer_),
        older_active_=halves.active_customers.sum(where=~halves.newer_),
        newer_active_=halves.active_customers.sum(where=halves.newer_),
    )
    chance = share_difference(sums.newer_active_, sums.newer_customers, sums.older_active_, sums.older_customers)
    told = sums.mutate(
        older_retention=sums.older_active_ / sums.older_customers.nullif(0),
        newer_retention=sums.newer_active_ / sums.newer_customers.nullif(0), trend_is_real=is_real(chance).fill_null(False),
    )
    told = told.mutate(trend=told.newer_retention - told.older_retention)
    return told.drop("older_active_", "newer_active_")


def _later(told: ir.Table) -> ir.Table:
    """Retention at the ages that people name, over the cohorts that have reached them."""
    known = told.filter(told.retention.notnull())
    figures: dict[str, ir.Value] = {}
    for age in _TOLD_AGES:
        at = known.age == age
        figures[f"retention_{age}"] = known.active_customers.sum(where=at) / known.customers.sum(where=at).nullif(0)
        figures[f"customers_{age}"] = known.customers.sum(where=at).fill_null(0)
    return known.agg(**figures)


def _scope(shop: Shop, frame: Frame, activity: ir.Table) -> Scope:
    """The counted orders of the cohorts' customers since they started, and the guests' orders since the first cohort."""
    orders = shop.order_facts
    guests = orders.filter(orders.order_date >= frame.starts[0], orders.counted, orders.customer_id.isnull())
    used = activity.agg(rows_used=activity.orders_.sum().fill_null(0))
    return Scope(used.cross_join(guests.agg(left_out_without_customer=guests.count())), unit="orders")
