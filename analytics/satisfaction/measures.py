"""How satisfied customers are: rating, NPS and CSAT, each with interval, sample and change."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics import scorecard, statistics
from analytics.finding import Caveat, Filter, Finding, Scope, Shared
from analytics.overview.scope import scope
from analytics.period import Grain, Period
from analytics.satisfaction.splits import silence, split_facts, splits
from analytics.scorecard import Scorecard, number_of, share_of
from analytics.semantics import METRICS, rows_of
from analytics.shop import Shop

#: The measures of satisfaction, the one that leads first.
MEASURES = ("average_rating", "nps", "csat")
#: Ratings from here up are satisfied, up to here dissatisfied; answers to NPS from here up promote, up to here detract.
SATISFIED, DISSATISFIED, PROMOTER, DETRACTOR = 4, 2, 9, 6
#: Measures that charts draw: their columns are there even where the data do not have them.
_DRAWN = ("average_rating", "nps")
CAVEATS = (
    Caveat("comparison_before_records", "records_start_later"), Caveat("without_comparison", "has_comparison", "=", 0),
    Caveat("few_ratings", "lead_sample", "<", statistics.SMALL_SAMPLE), Caveat("groups_with_few", "groups_behind", ">", 0),
)


def is_dissatisfied(rows: ir.Table) -> ir.BooleanValue:
    """Whether a piece of feedback was given 1-2 stars, or 0-6 on the NPS question."""
    return (rows.rating <= DISSATISFIED).fill_null(False) | (rows.nps <= DETRACTOR).fill_null(False)


def satisfaction_overview(
    shop: Shop,
    *,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    dimension: tuple[str, ...] = (),
    grain: Grain | None = None,
) -> Finding:
    """Average rating (1-5), NPS and CSAT of a period, each with interval, sample and change; by group and over time.

    average_rating: mean of the ratings in feedback. nps: promoters (9-10) minus detractors (0-6) among the answers, in
    points. csat: tickets rated 4-5 / tickets rated. satisfied_share: ratings of 4-5 / ratings. Feedback that gives neither
    a rating nor an answer is left out and counted. A measure that the data or the filters cannot give (CSAT of a
    product) is left out. Groups are feedback sources unless a dimension is asked for. `splits`: the first of these measures by
    source, category, region and value tier, each group against the rest. Who was not heard is said: customers with a counted
    order in the period without any feedback in it / all of them, and the same of orders; see satisfaction.splits.
    """
    card = scorecard.scorecard(
        shop, MEASURES, metric=None, period=period, compare_to=compare_to, filters=filters, segment=segment,
        dimension=dimension, grain=grain, by_default="feedback_source",
    )
    base = Shared("satisfaction_base", scorecard.base_of(card))
    figures = Shared("satisfaction_figures", scorecard.figures(base.table, card))
    groups = scorecard.groups(card, _DRAWN)
    apart = Shared("satisfaction_splits", splits(card))
    mart = "feedback_facts" if "average_rating" in card.names else "ticket_facts"
    facts = figures.table.cross_join(_shares(card)).cross_join(scorecard.first_record(card, mart))
    facts = facts.cross_join(silence(card)).cross_join(split_facts(apart.table))
    facts = groups.join(facts).mutate(**scorecard.common_facts(card, compare_to))
    return Finding(
        facts.mutate(lead_sample=facts[f"{card.lead}_sample"]),
        {
            "measures": scorecard.measures(figures.table, card), "groups": groups.table, "splits": apart.table,
            "trend": scorecard.trend(card, _DRAWN),
        },
        _answers(card), shared=(base, figures, apart, *groups.shared), caveats=CAVEATS, units=_units(card),
        defaults=scorecard.defaults(card, dimension, grain), definitions=(*card.names, "interval", "significance"),
    )


def _units(card: Scorecard) -> dict[str, str]:
    """Units of the scorecard, and of the ends of the splits; those of the rows of a table of measures stand in each row."""
    lead = METRICS[card.lead].unit
    return scorecard.units(card) | dict.fromkeys(
        ("below_value", "above_value", "below_difference", "above_difference"), lead
    )


def _shares(card: Scorecard) -> ir.Table:
    """Shares of the ratings and of the answers to the NPS question; one row, all null where feedback cannot be had."""
    request, has_feedback = card.request, "average_rating" in card.names
    rows = rows_of(request.shop, "feedback_facts", request.period, request.filters if has_feedback else ())
    rows = rows.filter(ibis.literal(has_feedback))
    ratings, answers = rows.rating.count(), rows.nps.count()
    satisfied = number_of(rows.rating >= SATISFIED)
    low, high = statistics.wilson(satisfied, ratings)
    return rows.agg(
        feedback_count=rows.count(), satisfied_share=share_of(satisfied, ratings), satisfied_low=low, satisfied_high=high,
        dissatisfied_share=share_of(number_of(rows.rating <= DISSATISFIED), ratings),
        promoters_share=share_of(number_of(rows.nps >= PROMOTER), answers),
        detractors_share=share_of(number_of(rows.nps <= DETRACTOR), answers),
    )


def _answers(card: Scorecard) -> Scope:
    """Feedback that gives a rating or an answer to the NPS question; ticket ratings where CSAT is all there is."""
    request = card.request
    if "average_rating" not in card.names:
        return scope(request.shop, "csat", request.period, request.filters)
    rows = rows_of(request.shop, "feedback_facts", request.period, request.filters)
    says = rows.rating.notnull() | rows.nps.notnull()
    return Scope(rows.agg(rows_used=number_of(says), left_out_without_rating=number_of(~says)), "feedback")
