"""Issues that are new or growing in feedback: rare themes and phrases whose rise a small count cannot fake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Fit, fit_key
from analytics.overview.asked import Asked, asked, period_facts
from analytics.period import Period
from analytics.satisfaction import comments
from analytics.satisfaction import emerging_counts as counting
from analytics.satisfaction.themes import tone_of
from analytics.satisfaction.themes_fit import edits_of, themes_fit
from analytics.scorecard import Order, number_of
from analytics.semantics import rows_of
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

_RECENT = "last_2_weeks"
#: Days of the base that a period is held against unless another is named, and comments of it that are read at most.
BASE_DAYS, MOST_READ = 182, 50_000
#: Comments of the base below which nothing can be called new.
FEWEST_BEFORE = 30
_ISSUES = ibis.schema({
    "about": "string", "is_theme": "boolean", "theme": "string", "comments": "int64", "comments_before": "int64",
    "share": "float64", "low": "float64", "high": "float64", "previous": "float64", "chance": "float64", "is_real": "boolean",
    "average_rating": "float64", "example": "string",
})
_SIZES = ibis.schema({"comments": "int64", "before": "int64", "looked_at": "int64", "least": "int64"})
CAVEATS = (
    Caveat("emerging_little_before", "little_before"), Caveat("emerging_season", "issues", ">", 0),
    Caveat("few_comments", "comments", "<", statistics.SMALL_SAMPLE),
)


def emerging_issues(
    shop: Shop,
    *,
    period: Period | None = None,
    compare_to: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int = 10,
) -> Finding:
    """Themes and phrases of complaining comments whose share of all comments rose over the base period by more than chance.

    A comment complains when it is not positive in its words or comes with 1-3 stars; a filter on the sentiment replaces that.
    Share: complaining comments with the theme or phrase / all comments with a text of the period, with the 95 % interval. Base:
    the 182 days before, or the period named. Test: given how often an issue came up in both periods together, how likely its
    part in the later one is if nothing changed (exact, binomial). Of all that were looked at, those named are wrong in at most
    5 % of cases (false discovery rate). An issue needs FEWEST comments in the period, so that one or two prove nothing. Of
    phrases that stand in the same comments only the most telling one is named. Feedback without a text is left out.
    """
    shop.require("feedback")
    span = (period or shop.period(_RECENT)).clipped(shop.today)
    tone = tone_of(filters)
    kept = tuple(item for item in filters if item.field != "sentiment")
    base = compare_to.clipped(shop.today) if compare_to else _base(span)
    request = asked(shop, "feedback_count", span, base, kept, segment)
    fit = _fit(request, tone)
    table = fit.table("issues")
    size = table.comments if order == "lowest" else table.comments.desc()
    ranked = table.order_by(~table.is_real, table.chance if order is None else size, table.about).limit(top_n)
    facts = _facts(table, fit.table("sizes")).mutate(
        fewest=ibis.literal(counting.FEWEST), asked_sentiment=ibis.literal(tone, "string"), **period_facts(request, compare_to)
    )
    rows = rows_of(shop, comments.FEEDBACK, span, request.filters)
    return Finding(
        facts, {"issues": ranked.drop("chance", "is_theme", "theme")}, comments.scope_of(rows), fits=(themes_fit(shop), fit),
        caveats=CAVEATS,
        units=dict.fromkeys(("low", "high", "previous", "share"), "percent"), defaults={} if period else {"period": _RECENT},
        definitions=("emerging_issue", "theme", "false_discovery", "interval"),
    )


def _base(span: Period) -> Period:
    """The days that the period is held against: nearly all of them are not the same season of another year."""
    return Period(span.start - timedelta(days=BASE_DAYS), span.start)


def _fit(request: Asked, tone: str | None) -> Fit:
    shop, before = request.shop, request.before

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        engine.ensure(themes := themes_fit(shop))
        now = engine.frame(_texts(request, request.period))
        then = engine.frame(_texts(request, before)) if before else now.head(0)
        assigned = themes.table("assigned").select("feedback_id", "theme")
        inside = engine.frame(assigned.filter(assigned.feedback_id.isin(_both(request).feedback_id)))
        mask, excluded = comments.masker(engine, shop), edits_of(shop).words
        issues, sizes = counting.risen(now, then, inside, tone, FEWEST_BEFORE, mask, excluded)
        return {"issues": issues[list(_ISSUES)], "sizes": sizes[list(_SIZES)]}

    days = (request.period.start, request.period.end, before and (before.start, before.end))
    key = fit_key(*days, request.filters, tone, shop.theme_edits)
    return Fit("emerging_issues", key, {"issues": _ISSUES, "sizes": _SIZES}, run)


def _texts(request: Asked, period: Period) -> ir.Table:
    return comments.latest(request, period, MOST_READ).select("feedback_id", "text", "rating", "sentiment")


def _both(request: Asked) -> ir.Table:
    now = _texts(request, request.period)
    return now.union(_texts(request, request.before)) if request.before else now


def _facts(issues: ir.Table, sizes: ir.Table) -> ir.Table:
    """One row: how many issues rose, the surest of them, and how many comments that rests on."""
    real = issues.filter(issues.is_real)
    ranked = real.mutate(rank=ibis.row_number().over(order_by=[real.chance, real.about]))
    columns = ("about", "theme", "comments", "comments_before", "share", "low", "high", "previous", "average_rating", "example")
    one = ranked.agg(
        issues=ranked.count(), new_issues=number_of(ranked.comments_before == 0),
        **{f"top_{name}": ranked[name].max(where=ranked["rank"] == 0) for name in columns},
    )
    counts = sizes.select("comments", "looked_at", previous_comments=sizes.before, least=sizes.least)
    both = counts.cross_join(one)
    return both.mutate(little_before=both.previous_comments < FEWEST_BEFORE)
