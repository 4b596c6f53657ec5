"""What feedback is about: themes with their size, mood, change and what they do to the rating."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Fit, Shared
from analytics.overview.asked import Asked, asked, period_facts
from analytics.period import Period
from analytics.satisfaction.comments import FEEDBACK, scope_of, written
from analytics.satisfaction.themes_fit import members, themes_fit, waiting
from analytics.scorecard import Order, number_of, share_of
from analytics.semantics import rows_of
from analytics.shop import Shop

_RECENT = "last_12_months"
#: Share of comments without a theme from which the reader is warned.
MUCH_UNASSIGNED = 0.15
CAVEATS = (
    Caveat("few_comments", "comments", "<", statistics.SMALL_SAMPLE), Caveat("themes_overlap", "several", ">", 0),
    Caveat("themes_unassigned", "much_unassigned"), Caveat("without_comparison", "comparison_missing"),
    Caveat("theme_impact_no_cause", "rated", ">", 0), Caveat("themes_edited", "theme_edits", ">", 0),
    Caveat("theme_edits_waiting", "edits_waiting", ">", 0),
)


@dataclass(frozen=True)
class _Themes:
    """The comments of both periods, the ratings of the present one, and what they are about."""

    request: Asked
    fit: Fit
    comments: ir.Table
    tone: str | None


def feedback_themes(
    shop: Shop,
    *,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int = 10,
) -> Finding:
    """Themes of the feedback with a text: comments about the theme / all comments of the period, with the 95 % interval.

    Feedback without a text is left out and counted; comments without a theme are counted as unassigned. A comment may be about
    up to three themes. Themes are those of analytics.models.themes. Net sentiment is the positive minus the negative share of
    the theme's comments. A share changed where chance alone would part the two periods less often than 5 %, after Bonferroni's
    factor for all themes looked at. Impact: the average rating of the period's feedback without that of the theme, minus the
    average of all, with the interval of the delta method. With a filter on the sentiment only comments of that sentiment count,
    for shares and for impact; the average of all stays that of all.
    """
    shop.require("feedback")
    span = period or shop.period(_RECENT)
    before = compare_to or (None if period else span.previous())
    request = asked(shop, "feedback_count", span, before, filters, segment)
    fit = themes_fit(shop)
    comments = Shared("theme_comments", _comments(request))
    asked_for = _Themes(request, fit, comments.table, tone_of(filters))
    about = Shared("theme_members", members(fit, comments.table))
    ratings = Shared("theme_ratings", _ratings(request))
    table = Shared("theme_table", _table(asked_for, about.table, ratings.table, "theme"))
    families = _table(asked_for, _once(about.table), ratings.table, "family").rename(theme="family")
    facts = _facts(asked_for, about.table, table.table).cross_join(ratings.table).cross_join(waiting(shop, fit))
    return Finding(
        facts.mutate(
            asked_sentiment=ibis.literal(asked_for.tone, "string"), **period_facts(request, compare_to)
        ),
        {"themes": _ordered(_with_phrases(table.table, fit), order, top_n),
         "families": _ordered(families, order, None)},
        scope_of(rows_of(shop, FEEDBACK, request.period, request.filters)),
        shared=(comments, about, ratings, table), fits=(fit,), caveats=CAVEATS, units=_units(),
        defaults={} if period else {"period": _RECENT},
        definitions=("theme", "theme_impact", "net_sentiment", "interval", "significance"),
    )


def tone_of(filters: tuple[Filter, ...]) -> str | None:
    """The one sentiment that the filters name, if they name one."""
    named = {str(value) for item in filters if item.field == "sentiment" and item.op in ("=", "in") for value in item.values}
    return named.pop() if len(named) == 1 else None


def _comments(request: Asked) -> ir.Table:
    """Feedback with a text of both periods that passes the filters."""
    def side(period: Period, is_now: bool) -> ir.Table:
        rows = written(request, period)
        mood = ibis.cases((rows.sentiment == "positive", 1.0), (rows.sentiment == "negative", -1.0), else_=0.0)
        return rows.select("feedback_id", "rating", "sentiment", mood=mood.cast("float64"), is_now=ibis.literal(is_now))

    now = side(request.period, True)
    return now.union(side(request.before, False)) if request.before else now


def _ratings(request: Asked) -> ir.Table:
    """One row: number, mean and variance of the ratings of the period, whatever their sentiment."""
    kept = tuple(item for item in request.filters if item.field != "sentiment")
    rows = rows_of(request.shop, FEEDBACK, request.period, kept)
    return rows.agg(rated=rows.rating.count(), average_rating=rows.rating.mean(), rating_variance=rows.rating.var(how="pop"))


def _once(about: ir.Table) -> ir.Table:
    """Each comment once per family."""
    return about.drop("theme", "place").distinct()


def _table(asked_for: _Themes, about: ir.Table, ratings: ir.Table, by: str) -> ir.Table:
    """A row per theme (or family) with comments in the period: share, mood, change and impact."""
    comments, now = asked_for.comments, about.is_now
    totals = comments.agg(all_now=number_of(comments.is_now), all_before=number_of(~comments.is_now))
    per = about.group_by(by).agg(
        comments=number_of(now), comments_before=number_of(~now), mood=about.mood.mean(where=now),
        mood_spread=about.mood.std(how="pop", where=now), negative=number_of(now & (about.sentiment == "negative")),
        theme_rated=about.rating.count(where=now), theme_rating=about.rating.mean(where=now),
        theme_variance=about.rating.var(how="pop", where=now),
    )
    per = per.filter((per.comments > 0) | (per.comments_before > 0)).cross_join(totals).cross_join(ratings)
    per = per.mutate(looked_at=ibis._.count().over(ibis.window()))
    low, high = statistics.wilson(per.comments, per.all_now)
    net_low, net_high = statistics.mean_interval(per.mood, per.mood_spread, per.comments)
    impact, error = _impact(per)
    chance = statistics.share_difference(per.comments, per.all_now, per.comments_before, per.all_before)
    real = statistics.is_real(chance, per.looked_at).fill_null(False)
    shift = share_of(per.comments, per.all_now) - share_of(per.comments_before, per.all_before)
    shown = per.select(
        by, comments=per.comments, share=share_of(per.comments, per.all_now), low=low, high=high, net_sentiment=per.mood * 100,
        net_sentiment_low=(net_low * 100).clip(-100.0, 100.0), net_sentiment_high=(net_high * 100).clip(-100.0, 100.0),
        negative_share=share_of(per.negative, per.comments), average_rating=per.theme_rating,
        previous=share_of(per.comments_before, per.all_before), change=shift, is_real=real, impact=impact,
        impact_low=impact - statistics.Z95 * error, impact_high=impact + statistics.Z95 * error,
    )
    return shown.filter(shown.comments > 0)


def _impact(per: ir.Table) -> tuple[ir.FloatingValue, ir.FloatingValue]:
    """Mean of the ratings without the theme's minus the mean of all, and its standard error; null below two ratings in either.

    With w the theme's share of the ratings the difference is w (rest - theme), so that its variance is that of the two means
    times w squared, plus that of the share. Source: delta method, as in Casella and Berger (2002), Statistical Inference, 5.5.4.
    """
    size, n = per.rated.cast("float64"), per.theme_rated.cast("float64")
    rest = size - n
    known = (n >= 2) & (rest >= 2)
    n, rest = ibis.ifelse(known, n, ibis.null("float64")), ibis.ifelse(known, rest, ibis.null("float64"))
    mean = (size * per.average_rating - n * per.theme_rating) / rest
    squares = size * (per.rating_variance + per.average_rating**2) - n * (per.theme_variance + per.theme_rating**2)
    variance = ibis.greatest(squares / rest - mean**2, 0.0)
    weight, apart = n / size, mean - per.theme_rating
    error = weight**2 * (variance / (rest - 1) + per.theme_variance / (n - 1)) + apart**2 * weight * (1 - weight) / size
    return weight * apart, error.sqrt()


def _with_phrases(table: ir.Table, fit: Fit) -> ir.Table:
    known = fit.table("themes")
    words = ibis.ifelse(
        (known.phrases_en != "") & (known.phrases_zh != ""), known.phrases_en + "; " + known.phrases_zh,
        known.phrases_en + known.phrases_zh,
    )
    return table.join(known.select("theme", "family", phrases=words), "theme")


def _ordered(table: ir.Table, order: Order | None, top_n: int | None) -> ir.Table:
    size = table.comments if order == "lowest" else table.comments.desc()
    ranked = table.order_by(size, table.theme)
    return ranked.limit(top_n) if top_n else ranked


def _facts(asked_for: _Themes, about: ir.Table, table: ir.Table) -> ir.Table:
    """One row: comments, those without a theme, the largest theme, those that changed, and the one that costs most rating."""
    comments = asked_for.comments
    now = comments.filter(comments.is_now)
    told = about.filter(about.is_now).group_by("feedback_id").agg(themes_=ibis._.count())
    wide = now.left_join(told, "feedback_id").drop("feedback_id_right")
    size, without = wide.count(), number_of(wide.themes_.isnull())
    low, high = statistics.wilson(without, size)
    base = wide.agg(
        comments=size, unassigned=without, unassigned_share=share_of(without, size), unassigned_low=low, unassigned_high=high,
        several=number_of(wide.themes_ > 1),
    )
    base = base.mutate(much_unassigned=(base.unassigned_share > MUCH_UNASSIGNED).fill_null(False))
    before = comments.agg(previous_comments=number_of(~comments.is_now))
    felt = (table.impact_low > 0).fill_null(False)
    helps = (table.impact_high < 0).fill_null(False)

    def first(condition: ir.BooleanValue, value: ir.Value) -> ir.IntegerValue:
        return ibis.row_number().over(order_by=[~condition, value, table.theme])

    ranked = table.mutate(
        size_=first(ibis.literal(True), -table.comments), risen_=first(table.is_real & (table.change > 0), -table.change),
        fallen_=first(table.is_real & (table.change < 0), table.change), costly_=first(felt, -table.impact),
        helpful_=first(helps, table.impact),
    )
    picks = {
        "top": ranked.size_ == 0, "second": ranked.size_ == 1,
        "risen": (ranked.risen_ == 0) & ranked.is_real & (ranked.change > 0),
        "fallen": (ranked.fallen_ == 0) & ranked.is_real & (ranked.change < 0),
        "costly": (ranked.costly_ == 0) & (ranked.impact_low > 0), "helpful": (ranked.helpful_ == 0) & (ranked.impact_high < 0),
    }
    columns = ("theme", "comments", "share", "low", "high", "net_sentiment", "previous", "impact", "impact_low", "impact_high")
    one = ranked.agg(
        themes=ranked.count(), changed_themes=number_of(ranked.is_real),
        **{f"{pick}_{name}": ranked[name].max(where=where.fill_null(False)) for pick, where in picks.items() for name in columns},
    )
    return base.cross_join(before).cross_join(one)


def _units() -> dict[str, str]:
    shares = ("low", "high", "previous", "share", "unassigned_low", "unassigned_high")
    units = dict.fromkeys(shares, "percent") | {"change": "percent"}
    return units | dict.fromkeys(("impact", "impact_low", "impact_high"), "rating")
