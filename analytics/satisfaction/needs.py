"""What customers wish for: suggestions and requests in their words, told from complaints and grouped by what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Fit, fit_key
from analytics.overview.asked import Asked, asked, period_facts
from analytics.period import Period
from analytics.satisfaction import comments, themes_words
from analytics.satisfaction.needs_patterns import wishes
from analytics.satisfaction.quotes_masking import Masker
from analytics.satisfaction.themes_fit import called, themes_fit
from analytics.scorecard import Order, number_of, share_of
from analytics.semantics import rows_of
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

_RECENT = "last_12_months"
#: Comments that are read at most, the latest first.
MOST_READ = 100_000
#: A theme that says nothing of what is wished for.
_WISHES = "wishes"
#: What stands for a theme where there is none.
UNASSIGNED = "unassigned"
_NEEDS = ibis.schema({"feedback_id": "string", "theme": "string", "wish": "string", "key": "string"})
CAVEATS = (
    Caveat("needs_by_patterns", "comments", ">", 0), Caveat("few_comments", "comments", "<", statistics.SMALL_SAMPLE),
)


def customer_needs(
    shop: Shop,
    *,
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int = 10,
) -> Finding:
    """Comments of the period that wish or suggest something / all comments with a text, by what the wish is about.

    A sentence is a wish by how it is put ("would be nice if", "please add", 希望, 要是能…就好了), whatever the mood of the rest;
    demands to put something right are complaints and none. A wish is about the theme whose words stand in that sentence, else
    about the comment's first theme; a comment counts once. Shares have 95 % intervals: that of all wishes rests on all
    comments, that of a theme on all wishes. Feedback without a text is left out and counted. Quotes are masked.
    """
    shop.require("feedback")
    request = asked(shop, "feedback_count", period or shop.period(_RECENT), None, filters, segment)
    fit = _fit(request)
    rows = rows_of(shop, comments.FEEDBACK, request.period, request.filters)
    needs = fit.table("needs")
    groups = _groups(needs)
    size = groups.wishes if order == "lowest" else groups.wishes.desc()
    known = rows.select(
        "feedback_id", created_at=rows.created_at.cast("date"), rating=rows.rating, feedback_source=rows.feedback_source)
    quotes = needs.join(known, "feedback_id")
    latest = quotes.order_by(quotes.created_at.desc(), quotes.feedback_id)
    return Finding(
        _facts(rows, needs, groups).mutate(**period_facts(request)),
        {"needs": groups.order_by(size, groups.theme).limit(top_n),
         "quotes": latest.limit(top_n).select("theme", "created_at", "rating", "feedback_source", quote=latest.wish)},
        comments.scope_of(rows), fits=(themes_fit(shop), fit), caveats=CAVEATS,
        units=dict.fromkeys(("low", "high", "share"), "percent"),
        defaults={} if period else {"period": _RECENT}, definitions=("wish", "theme", "interval"),
    )


def _fit(request: Asked) -> Fit:
    shop = request.shop

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        engine.ensure(themes := themes_fit(shop))
        firsts = themes.table("assigned")
        firsts = firsts.filter(firsts.theme != _WISHES).order_by("place")
        first = engine.frame(firsts.select("feedback_id", "theme", "place")).drop_duplicates("feedback_id")
        texts = engine.frame(comments.latest(request, request.period, MOST_READ).select("feedback_id", "text"))
        return {"needs": _found(texts, first, comments.masker(engine, shop), called(engine, shop))}

    key = fit_key(request.period.start, request.period.end, request.filters, shop.theme_edits)
    return Fit("customer_needs", key, {"needs": _NEEDS}, run)


def _found(frame: pd.DataFrame, first: pd.DataFrame, mask: Masker, names: Mapping[str, str]) -> pd.DataFrame:
    """The comments that wish for something: the wish, masked, and what it is about. `names`: what themes are called by id."""
    import pandas as pd

    said = [(id, next(wishes(text), None)) for id, text in zip(frame["feedback_id"], frame["text"], strict=True)]
    told = [(id, wish) for id, wish in said if wish is not None]
    themes = dict(zip(first["feedback_id"], first["theme"], strict=True))
    ids = themes_words.ids()
    scores = themes_words.concepts_in([wish for _, wish in told])
    if _WISHES in ids:
        scores[:, ids.index(_WISHES)] = 0.0
    rows = []
    for (id, wish), score in zip(told, scores, strict=True):
        concept = ids[int(score.argmax())]
        theme = names.get(concept, concept) if score.max() > 0 else themes.get(id, UNASSIGNED)
        rows.append((id, theme, mask(wish), " ".join(wish.lower().strip(" .!?;。！？；…").split())))
    return pd.DataFrame(rows, columns=list(_NEEDS))


def _groups(needs: ir.Table) -> ir.Table:
    """A row per theme that something is wished of, with the wish that is put most often."""
    per = needs.group_by("theme").agg(wishes=needs.count())
    said = needs.group_by("theme", "key").agg(times=needs.count(), quote=needs.wish.min())
    place = ibis.row_number().over(group_by=said.theme, order_by=[said.times.desc(), said.key])
    often = said.mutate(place_=place).filter(lambda t: t.place_ == 0).select("theme", "quote")
    per = per.mutate(total=per.wishes.sum().over(ibis.window()))
    joined = per.left_join(often, per.theme.identical_to(often.theme)).drop("theme_right")
    low, high = statistics.wilson(joined.wishes, joined.total)
    return joined.select("theme", "wishes", share=share_of(joined.wishes, joined.total), low=low, high=high, quote=joined.quote)


def _facts(rows: ir.Table, needs: ir.Table, groups: ir.Table) -> ir.Table:
    """One row: how many comments wish for something, the subject wished for most, and its most frequent wish."""
    written = rows.filter(rows.sentiment.notnull())
    size, hits = written.count(), number_of(written.feedback_id.isin(needs.feedback_id))
    low, high = statistics.wilson(hits, size)
    one = written.agg(comments=size, wishes=hits, wish_share=share_of(hits, size), wish_low=low, wish_high=high)
    named = groups.filter(groups.theme != UNASSIGNED)
    ranked = named.mutate(rank=ibis.row_number().over(order_by=[named.wishes.desc(), named.theme]))
    columns = ("theme", "wishes", "share", "low", "high", "quote")
    top = ranked.agg(themes=ranked.count(), **{f"top_{name}": ranked[name].max(where=ranked["rank"] == 0) for name in columns})
    return one.cross_join(top)
