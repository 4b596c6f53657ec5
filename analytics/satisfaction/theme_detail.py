"""One theme looked at closely: how often it comes up over time, the themes that a subject holds, and what people write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Finding, Fit, fit_key
from analytics.overview.asked import Asked, asked, partial_buckets, period_facts
from analytics.period import Period
from analytics.satisfaction import comments
from analytics.satisfaction.themes_fit import members, themes_fit
from analytics.scorecard import grain_of, number_of, share_of
from analytics.semantics import bucket, rows_of
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

#: Comments of a theme that are read (the latest ones), and different ones that are shown.
MOST_READ, MOST_SHOWN = 5_000, 50
_QUOTES = ibis.schema({"position": "int64", "feedback_id": "string", "text": "string"})
Level = Literal["theme", "family"]


def theme_detail(shop: Shop, *, theme: str, level: Level, period: Period, sentiment: str | None = None) -> Finding:
    """Comments about a theme (or a family of themes) / all comments with a text, of a period and of each week or month in it.

    Shares have 95 % intervals. `parts`: the themes of a family, each with its comments / all comments of the family; a comment
    about several of them counts for each. `quotes`: the latest different comments about it, those of one sentiment where one is
    named, with names of customers, telephone numbers, mail and street addresses masked. Which comments belong to a theme is
    that of analysis feedback_themes. Feedback without a text is left out and counted.
    """
    shop.require("feedback")
    request = asked(shop, "feedback_count", period, None, (), ())
    fit, rows = themes_fit(shop), rows_of(shop, comments.FEEDBACK, period, request.filters)
    written = comments.written(request, period)
    about = _about(fit, written, theme, level)
    wide = written.mutate(hit=written.feedback_id.isin(about.feedback_id))
    quotes = _quotes_fit(request, theme, level, sentiment)
    texts = rows.drop("text").join(quotes.table("quotes"), "feedback_id")
    told = texts.order_by("position").select(
        "text", created_at=texts.created_at.cast("date"), rating=texts.rating, sentiment=texts.sentiment,
        feedback_source=texts.feedback_source,
    )
    return Finding(
        _counted(wide).mutate(grain=ibis.literal(grain_of(period)), **period_facts(request)),
        {"trend": _trend(wide, request), "parts": _parts(about), "quotes": told}, comments.scope_of(rows), fits=(fit, quotes),
        units=dict.fromkeys(("low", "high", "share"), "percent"), definitions=("theme", "interval"),
    )


def _about(fit: Fit, written: ir.Table, theme: str, level: Level) -> ir.Table:
    """The comments about it, once for each of their themes that it means."""
    rows = members(fit, written)
    return rows.filter(rows[level] == theme)


def _counted(wide: ir.Table) -> ir.Table:
    one = wide.agg(all_comments=wide.count(), comments=number_of(wide.hit))
    low, high = statistics.wilson(one.comments, one.all_comments)
    return one.mutate(share=share_of(one.comments, one.all_comments), low=low, high=high)


def _trend(wide: ir.Table, request: Asked) -> ir.Table:
    """A row per week, month or quarter in which anything was written."""
    calendar = request.shop.settings.calendar
    grain = grain_of(request.period)
    dated = wide.mutate(bucket=bucket(wide.created_at, grain, calendar))
    per = dated.group_by("bucket").agg(sample=dated.count(), comments=number_of(dated.hit))
    low, high = statistics.wilson(per.comments, per["sample"])
    partial = partial_buckets(request.period, grain, calendar)
    is_partial = per.bucket.isin(partial) if partial else ibis.literal(False)
    shown = per.select(
        "bucket", "comments", "sample", share=share_of(per.comments, per["sample"]), low=low, high=high, is_partial=is_partial
    )
    return shown.order_by("bucket")


def _parts(about: ir.Table) -> ir.Table:
    per = about.group_by("theme").agg(comments=about.feedback_id.nunique())
    wide = per.cross_join(about.agg(every=about.feedback_id.nunique()))
    low, high = statistics.wilson(wide.comments, wide.every)
    shown = wide.select("theme", "comments", share=share_of(wide.comments, wide.every), low=low, high=high)
    return shown.order_by(shown.comments.desc(), shown.theme)


def _quotes_fit(request: Asked, theme: str, level: Level, sentiment: str | None) -> Fit:
    shop = request.shop

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        engine.ensure(fit := themes_fit(shop))
        rows = comments.written(request, request.period)
        known = rows.filter(rows.sentiment == sentiment) if sentiment else rows
        about = _about(fit, known, theme, level).select("feedback_id", "text", "created_at").distinct()
        latest = about.order_by(about.created_at.desc(), about.feedback_id).limit(MOST_READ)
        found = engine.frame(latest).drop_duplicates("text").head(MOST_SHOWN).reset_index(drop=True)
        mask = comments.masker(engine, shop)
        shown = found.assign(position=range(len(found)), text=[mask(text) for text in found["text"]])
        return {"quotes": shown[list(_QUOTES)]}

    key = fit_key(theme, level, sentiment, request.period.start, request.period.end, shop.theme_edits)
    return Fit("theme_detail", key, {"quotes": _QUOTES}, run)
