"""Whether what customers write is positive or negative: shares, over time, by group, and how far the stars agree."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics import scorecard, statistics
from analytics.finding import Caveat, Filter, Finding, Shared
from analytics.models import sentiment
from analytics.overview.figures import plain
from analytics.overview.scope import scope
from analytics.period import Grain, Period
from analytics.satisfaction.measures import DISSATISFIED, SATISFIED
from analytics.scorecard import Groups, Order, Scorecard, constant, number_of, share_of
from analytics.semantics import bucket, rows_of
from analytics.semantics.dimensions import with_dimensions
from analytics.shop import Shop

SENTIMENTS = ("positive", "neutral", "negative")
#: Share of comments whose sentiment agrees with the stars beside them, below which the reader is warned.
FAIR_AGREEMENT = 0.75
_DRAWN = ("net_sentiment",)
_FEEDBACK = "feedback_facts"
CAVEATS = (
    Caveat("comparison_before_records", "records_start_later"), Caveat("without_comparison", "has_comparison", "=", 0),
    Caveat("sentiment_accuracy", "comments", ">", 0), Caveat("sentiment_against_stars", "disagrees"),
    Caveat("few_comments", "comments", "<", statistics.SMALL_SAMPLE), Caveat("groups_with_few", "groups_behind", ">", 0),
)


def feedback_sentiment(
    shop: Shop,
    *,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    dimension: tuple[str, ...] = (),
    grain: Grain | None = None,
    order: Order | None = None,
    top_n: int | None = None,
) -> Finding:
    """What share of the feedback with a text is positive, neutral and negative, with intervals, over time and by group.

    The sentiment of a text is that of analytics.models.sentiment; net_sentiment is the positive minus the negative share,
    in points. Feedback without a text is left out and counted. As an honest check, `agreement` is the share of the texts
    called positive or negative whose rating of 4-5 or 1-2 stars says the same; the accuracy is that of the model's card.
    Groups are feedback sources unless a dimension is asked for. A filter on the sentiment bounds nothing here, where shares
    of all comments are asked for; it says which share leads.
    """
    asked = _asked(filters)
    filters = tuple(item for item in filters if item.field != "sentiment")
    card = scorecard.scorecard(
        shop, ("net_sentiment",), metric=None, period=period, compare_to=compare_to, filters=filters, segment=segment,
        dimension=dimension, grain=grain, by_default="feedback_source",
    )
    base = Shared("sentiment_base", scorecard.base_of(card))
    comments = Shared("sentiment_comments", _comments(card))
    groups = scorecard.groups(card, _DRAWN, order, top_n)
    facts = scorecard.figures(base.table, card).cross_join(_tones(comments.table)).cross_join(_before(card))
    facts = facts.cross_join(scorecard.first_record(card, _FEEDBACK))
    accuracy = {f"accuracy_{language}": constant(share) for language, share in sentiment.model().accuracy.items()}
    return Finding(
        groups.join(facts).mutate(
            asked_sentiment=ibis.literal(asked, "string"), **accuracy, **scorecard.common_facts(card, compare_to)
        ),
        {
            "shares": _by_sentiment(comments.table), "groups": _by_group(groups, comments.table),
            "trend": _over_time(card, comments.table),
        },
        scope(shop, "net_sentiment", card.request.period, card.request.filters), shared=(base, comments, *groups.shared),
        caveats=CAVEATS, units=scorecard.units(card), defaults=scorecard.defaults(card, dimension, grain),
        definitions=("net_sentiment", "sentiment", "interval", "significance"),
    )


def _asked(filters: tuple[Filter, ...]) -> str | None:
    """The one sentiment that the question names, if it names one."""
    named = {str(value) for item in filters if item.field == "sentiment" and item.op in ("=", "in") for value in item.values}
    return named.pop() if len(named) == 1 else None


def _comments(card: Scorecard) -> ir.Table:
    """The period's feedback with a text: sentiment, language, rating, the bucket and the group it falls into."""
    request, by = card.request, card.dimension
    rows = rows_of(request.shop, _FEEDBACK, request.period, request.filters)
    rows = rows.filter(rows.sentiment.notnull())
    rows = with_dimensions(request.shop, rows, _FEEDBACK, (by,) if by else ())
    group = rows[by].cast("string") if by else ibis.null("string")
    start = bucket(rows.created_at, card.grain, request.shop.settings.calendar)
    return rows.select(rows.sentiment, rows.language, rows.rating, bucket=start, group=group)


def _tones(comments: ir.Table) -> ir.Table:
    """One row: comments, share and interval of each sentiment, and how far it agrees with the stars beside the texts."""
    size = comments.count()
    figures: dict[str, ir.Value] = {"comments": size}
    for tone in SENTIMENTS:
        hits = number_of(comments.sentiment == tone)
        low, high = statistics.wilson(hits, size)
        figures |= {f"{tone}_comments": hits, f"{tone}_share": share_of(hits, size), f"{tone}_low": low, f"{tone}_high": high}
    praised, blamed = comments.sentiment == "positive", comments.sentiment == "negative"
    pleased, displeased = comments.rating >= SATISFIED, comments.rating <= DISSATISFIED
    compared = number_of((praised | blamed) & (pleased | displeased))
    agreed = number_of((praised & pleased) | (blamed & displeased))
    low, high = statistics.wilson(agreed, compared)
    table = comments.agg(
        **figures, compared_with_stars=compared, agreement=share_of(agreed, compared), agreement_low=low, agreement_high=high,
        english_comments=number_of(comments.language == "en"), chinese_comments=number_of(comments.language == "zh"),
    )
    enough = table.compared_with_stars >= statistics.SMALL_SAMPLE
    return table.mutate(disagrees=(enough & (table.agreement < FAIR_AGREEMENT)).fill_null(False))


def _before(card: Scorecard) -> ir.Table:
    """Comments and shares of the period compared with, and whether the share of negative ones changed; null without one."""
    request = card.request
    now, then = (
        rows_of(request.shop, _FEEDBACK, span, request.filters) for span in (request.period, request.before or request.period)
    )
    then = then.filter(ibis.literal(request.before is not None))
    sides = [
        rows.agg(
            **{f"comments_{i}": rows.sentiment.count(), f"negative_{i}": number_of(rows.sentiment == "negative"),
               f"positive_{i}": number_of(rows.sentiment == "positive")}
        )
        for i, rows in enumerate((now, then))
    ]
    both = sides[0].cross_join(sides[1])
    moved = statistics.share_difference_is_real(both.negative_0, both.comments_0, both.negative_1, both.comments_1)
    return both.select(
        previous_comments=both.comments_1.nullif(0), previous_positive_share=share_of(both.positive_1, both.comments_1),
        previous_negative_share=share_of(both.negative_1, both.comments_1), negative_moved=moved,
        negative_rose=share_of(both.negative_0, both.comments_0) > share_of(both.negative_1, both.comments_1),
    )


def _by_sentiment(comments: ir.Table) -> ir.Table:
    """A row per sentiment, the three of them always: comments, share, interval, and the stars that stand beside them."""
    places = ibis.array([ibis.struct({"tone": tone, "place": place}) for place, tone in enumerate(SENTIMENTS)])
    tones = places.unnest().name("each").as_table()
    tones = tones.select(tone=tones.each["tone"], place=tones.each["place"])
    counted = comments.group_by("sentiment").agg(
        comments=comments.count(), average_rating=comments.rating.mean(), ratings=comments.rating.count()
    )
    rows = tones.left_join(counted, tones.tone == counted.sentiment).cross_join(comments.agg(total_=comments.count()))
    rows = rows.mutate(comments=rows.comments.fill_null(0), ratings=rows.ratings.fill_null(0))
    low, high = statistics.wilson(rows.comments, rows.total_)
    return rows.order_by("place").select(
        sentiment=rows.tone, comments=rows.comments, share=share_of(rows.comments, rows.total_), low=low, high=high,
        average_rating=plain(rows.average_rating), ratings=rows.ratings,
    )


def _shares(comments: ir.Table, key: str) -> ir.Table:
    """The share of each sentiment per value of a column."""
    return comments.group_by(key_=comments[key]).agg(
        **{f"{tone}_share": share_of(number_of(comments.sentiment == tone), comments.count()) for tone in SENTIMENTS}
    )


def _by_group(groups: Groups, comments: ir.Table) -> ir.Table:
    """The table of groups with the share of each sentiment, in the same order."""
    shares, shown = _shares(comments, "group"), groups.table
    if groups.ranked is None:
        return shown.mutate(**{f"{tone}_share": ibis.null("float64") for tone in SENTIMENTS})
    shown = shown.mutate(place_=ibis.row_number())
    joined = shown.left_join(shares, shown.group.identical_to(shares.key_))
    return joined.order_by("place_").drop("place_", "key_")


def _over_time(card: Scorecard, comments: ir.Table) -> ir.Table:
    """Every bucket of the period with net sentiment and the share of each sentiment."""
    buckets, shares = scorecard.trend(card, _DRAWN), _shares(comments, "bucket")
    return buckets.left_join(shares, buckets.bucket == shares.key_).drop("key_").order_by("bucket")
