"""Which valuable customers are unhappy: what they said last, how sure that is, and the revenue that stands behind it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Scope, Shared
from analytics.overview.asked import day
from analytics.overview.figures import plain
from analytics.period import Period
from analytics.satisfaction.measures import DISSATISFIED, is_dissatisfied
from analytics.schema import VALUE_TIERS
from analytics.scorecard import Order, number_of, share_of
from analytics.semantics import customers_matching, segment_filters
from analytics.semantics.conditions import within
from analytics.shop import Shop

#: Who is meant by valuable customers unless others are named.
VALUABLE = "high-value"
#: Answers below which what a customer feels is a guess.
FEW_ANSWERS = 3
#: How many answers the share of everybody weighs at least and at most in a customer's own, whatever the data say.
_PRIOR = (1.0, 20.0)
_HIDDEN = "***"
#: Addresses and numbers to call in what people wrote: they are masked before a text leaves the engine.
_EMAIL, _PHONE = r"[\w.+-]+@[\w-]+(\.[\w-]+)+", r"\+?\(?\d([ ().-]{0,2}\d){6,}"
_SHOWN = (
    "customer_id", "name", "value_tier", "revenue_12m", "unhappiness", "unhappiness_low", "unhappiness_high", "stake",
    "answers", "unhappy_answers", "last_rating", "last_nps", "last_csat", "last_answer", "last_comment", "sentiment",
)
CAVEATS = (
    Caveat("detractors_few_answers", "heard_little", ">", 0), Caveat("detractors_silent", "silent", ">", 0),
    Caveat("detractors_assumed_valuable", "assumed_valuable"),
)


def detractors(
    shop: Shop,
    *,
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int = 10,
) -> Finding:
    """Valuable customers who are unhappy, by the yearly revenue at stake, out of those who said anything in the period.

    An answer is a piece of feedback or a rated ticket. It is a dissatisfied one at 1-2 stars, 0-6 on the NPS question or a
    ticket rated 1-2; words alone count by their sentiment. A customer's unhappiness is dissatisfied answers / answers, drawn
    towards the share among all customers (beta-binomial empirical Bayes, the strength from the spread between customers),
    because one answer says little. Unhappy are those whose last answer is a dissatisfied one, or whose unhappiness is over a
    half. Revenue at stake: unhappiness x revenue of the last twelve months. Valuable are high-value customers unless a segment
    or a value is named. Customers without an answer in the period are left out and counted. Mail addresses, telephone
    numbers and the customer's own name are masked in the last comment.
    """
    shop.require("feedback")
    span = (period or shop.period("last_12_months")).clipped(shop.today)
    bounds = (*filters, *segment_filters(segment))
    assumed = not any(_names_value(item) for item in bounds)
    wanted = (*bounds, Filter("value_tier", "=", VALUABLE)) if assumed else bounds
    answers = Shared("detractor_answers", _answers(shop, span))
    people = Shared("detractor_people", _people(shop, answers.table, bounds))
    rows = people.table
    asked = rows.filter(rows.customer_id.isin(customers_matching(shop, wanted).customer_id))
    facts = _facts(asked).mutate(
        assumed_valuable=ibis.literal(assumed), period_start=day(span.start), period_end=day(span.last),
        is_all_time=ibis.literal(span.name == "all_time"), period_assumed=ibis.literal(period is None),
    )
    table = asked.filter(asked.unhappy)
    value = table.stake if order == "lowest" else table.stake.desc()
    ranked = table.order_by(value, table.customer_id).limit(top_n).select(*_SHOWN)
    counts = facts.select(rows_used=facts.heard, left_out_silent=facts.silent)
    return Finding(
        facts, {"customers": ranked, "tiers": _tiers(rows)}, Scope(counts, "customers"), shared=(answers, people),
        caveats=CAVEATS,
        defaults=({} if period else {"period": "last_12_months"}) | ({"segment": VALUABLE} if assumed else {}),
        definitions=("unhappiness", "stake", "value_tier", "nps", "csat", "interval"),
    )


def _names_value(item: Filter) -> bool:
    """Whether a filter says which customers are meant, by their value, their segment or themselves."""
    return item.field in ("value_tier", "rfm_segment", "lifecycle_stage", "loyalty_tier", "customer_id", "customer", "name") or (
        item.field in ("revenue", "revenue_12m", "orders", "monetary_score")
    )


def _answers(shop: Shop, period: Period) -> ir.Table:
    """Every answer of a known customer in the period: when, dissatisfied or not, and what was given."""
    feedback = within(shop.table("feedback_facts"), "feedback_facts", period)
    feedback = feedback.filter(feedback.customer_id.notnull())
    graded = feedback.rating.notnull() | feedback.nps.notnull()
    said = feedback.filter(graded | feedback.sentiment.notnull())
    spoken = said.select(
        "customer_id", at=said.created_at, key=said.feedback_id, rating=said.rating, nps=said.nps, csat=ibis.null("int64"),
        text=said.text, sentiment=said.sentiment, bad=ibis.ifelse(graded, is_dissatisfied(said), said.sentiment == "negative"),
    )
    tickets = within(shop.table("ticket_facts"), "ticket_facts", period)
    tickets = tickets.filter(tickets.customer_id.notnull(), tickets.csat.notnull())
    rated = tickets.select(
        "customer_id", at=ibis.coalesce(tickets.resolved_at, tickets.opened_at), key=tickets.ticket_id, rating=ibis.null("int64"),
        nps=ibis.null("int64"), csat=tickets.csat, text=ibis.null("string"), sentiment=ibis.null("string"),
        bad=tickets.csat <= DISSATISFIED,
    )
    return spoken.union(rated)


def _people(shop: Shop, answers: ir.Table, bounds: tuple[Filter, ...]) -> ir.Table:
    """Customers of any value who match the other bounds: how unhappy, how sure, what they said last, and what is at stake."""
    others = tuple(item for item in bounds if item.field != "value_tier")
    group = customers_matching(shop, others)
    group = group.select("customer_id", "name", "value_tier", revenue_12m=plain(group.revenue_12m))
    scored = _scored(answers)
    wide = group.left_join(scored, "customer_id").drop("customer_id_right")
    wide = wide.mutate(heard=wide.answers.notnull(), unhappy=(wide.last_bad | (wide.unhappiness > 0.5)).fill_null(False))
    stake = wide.unhappiness * ibis.greatest(wide.revenue_12m.fill_null(0.0), 0.0)
    return wide.mutate(stake=stake, last_comment=_masked(wide.last_comment, wide["name"]))


def _scored(answers: ir.Table) -> ir.Table:
    """A row per customer with an answer: the shrunken share of dissatisfied ones with interval, and the last of everything."""
    latest = [answers.at, answers.key]

    def last(value: ir.Value) -> ir.Value:
        return value.last(where=value.notnull(), order_by=latest)

    words = answers.text.nullif("")
    per = answers.group_by("customer_id").agg(
        answers=answers.count(), unhappy_answers=number_of(answers.bad), last_bad=last(answers.bad),
        last_answer=answers["at"].max(),
        last_rating=last(answers.rating), last_nps=last(answers.nps), last_csat=last(answers.csat), last_comment=last(words),
        sentiment=last(answers.sentiment),
    )
    per = per.cross_join(_prior(per))
    hits, size = per.unhappy_answers + per.prior * per.everybody, per.answers + per.prior
    low, high = statistics.wilson(hits, size)
    return per.mutate(unhappiness=hits / size, unhappiness_low=low, unhappiness_high=high).drop("prior", "everybody")


def _prior(per: ir.Table) -> ir.Table:
    """One row: the share of dissatisfied answers among all, and how many answers it weighs in a customer's own share.

    The weight is the moment estimate of the beta distribution's a + b, kept within sober bounds.
    Source: Kleinman (1973), Proportions with extraneous variance: single and independent samples, JASA 68.
    """
    share = per.unhappy_answers / per.answers
    one = per.agg(
        people=per.count(), total=per.answers.sum(), squares=(per.answers * per.answers).sum(), hits=per.unhappy_answers.sum(),
        spread=(per.answers * share * share).sum(),
    )
    total = one.total.cast("float64")
    everybody = one.hits / total.nullif(0)
    variation = everybody * (1 - everybody)
    scatter = one.spread - total * everybody**2
    scale = total - one.squares / total.nullif(0)
    freedom = (one.people - 1).cast("float64")
    between = (scatter - freedom * variation) / (scale - freedom).nullif(0)
    strength = ibis.ifelse(between > 0, (variation - between) / between, _PRIOR[1])
    return one.select(everybody=everybody.fill_null(0.0), prior=strength.fill_null(_PRIOR[1]).clip(*_PRIOR))


def _masked(text: ir.StringValue, name: ir.StringValue) -> ir.StringValue:
    """What somebody wrote without addresses, numbers to call and the writer's own name, on one line."""
    plain_text = text.re_replace(_EMAIL, _HIDDEN).re_replace(_PHONE, _HIDDEN).re_replace(r"\s+", " ").strip()
    return ibis.ifelse(name.length() > 1, plain_text.replace(name, _HIDDEN), plain_text)


def _facts(rows: ir.Table) -> ir.Table:
    """One row: how many match, were heard and are unhappy, with the interval, and the revenue behind them."""
    money = ibis.greatest(rows.revenue_12m.fill_null(0.0), 0.0)
    first = ibis.row_number().over(order_by=[~rows.unhappy, rows.stake.desc(nulls_first=False), rows.customer_id])
    ranked = rows.mutate(money_=money, first_=(first == 0) & rows.unhappy)
    size, hits = number_of(ranked.heard), number_of(ranked.unhappy)
    low, high = statistics.wilson(hits, size)
    top = {
        f"top_{name}": ranked[name].max(where=ranked.first_)
        for name in ("customer_id", "name", "stake", "revenue_12m", "answers", "unhappy_answers")
    }
    one = ranked.agg(
        customers=ranked.count(), heard=size, unhappy=hits, unhappy_share=share_of(hits, size), unhappy_low=low,
        unhappy_high=high,
        revenue=ranked.money_.sum().fill_null(0.0), unhappy_revenue=ranked.money_.sum(where=ranked.unhappy).fill_null(0.0),
        revenue_at_stake=ranked.stake.sum(where=ranked.unhappy).fill_null(0.0),
        heard_little=number_of(ranked.unhappy & (ranked.answers < FEW_ANSWERS)), **top,
    )
    return one.mutate(silent=one.customers - one.heard, unhappy_revenue_share=share_of(one.unhappy_revenue, one.revenue))


def _tiers(rows: ir.Table) -> ir.Table:
    """The same per value tier, the most valuable first; customers who never bought have no tier and are left out."""
    known = rows.filter(rows.value_tier.notnull())
    size, hits = number_of(known.heard), number_of(known.unhappy)
    per = known.group_by("value_tier").agg(
        customers=known.count(), heard=size, unhappy=hits,
        stake=known.stake.sum(where=known.unhappy).fill_null(0.0),
    )
    low, high = statistics.wilson(per.unhappy, per.heard)
    place = ibis.cases(*[(per.value_tier == tier, position) for position, tier in enumerate(VALUE_TIERS)], else_=len(VALUE_TIERS))
    return per.order_by(place).select(
        "value_tier", "customers", "heard", "unhappy", unhappy_share=share_of(per.unhappy, per.heard), unhappy_low=low,
        unhappy_high=high, stake=per.stake,
    )

