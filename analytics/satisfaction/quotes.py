"""What people write about something: the comments that match, the closest first, without what identifies anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Fit, fit_key
from analytics.models.themes.tokens import normalised
from analytics.overview.asked import Asked, asked, period_facts
from analytics.overview.figures import plain
from analytics.period import Period
from analytics.satisfaction import comments, themes_words
from analytics.satisfaction.themes import tone_of
from analytics.satisfaction.themes_fit import called, themes_fit
from analytics.scorecard import Order, number_of, share_of
from analytics.semantics import rows_of
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

_RECENT = "last_12_months"
#: Comments that are read (the latest ones) and that are shown at most.
MOST_READ, MOST_SHOWN = 100_000, 200
#: Words of a concept after which more of them add nothing, and the likeness of letters from which a text matches without them.
_ENOUGH_WORDS, _ALIKE = 2.0, 0.35
_MATCHES = ibis.schema({"feedback_id": "string"})
_QUOTES = ibis.schema({"position": "int64", "feedback_id": "string", "text": "string", "score": "float64"})
CAVEATS = (
    Caveat("quotes_masked", "shown", ">", 0), Caveat("quotes_latest_only", "read", ">=", MOST_READ),
    Caveat("quotes_by_words", "by_words"),
)


def feedback_quotes(
    shop: Shop,
    *,
    theme: str | None = None,
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int = 10,
) -> Finding:
    """Comments about a theme or with certain words, as they were written; all comments of the period where none is named.

    A comment matches where it was assigned to a theme that is meant, holds the words asked for or those of a concept that they
    mean in either language, or is alike in its letters (cosine of character n-grams). The closest come first: the weight of
    the theme, plus words of the concept, plus the likeness; equal ones by date. `order` sorts by rating instead. The share is
    matching comments / all comments of the period, with its 95 % interval. Feedback without a text is left out and counted.
    Names of customers, telephone numbers, mail and street addresses are masked in the text.
    """
    shop.require("feedback")
    request = asked(shop, "feedback_count", period or shop.period(_RECENT), None, filters, segment)
    fit = _fit(request, theme, order)
    rows = rows_of(shop, comments.FEEDBACK, request.period, request.filters)
    facts = _facts(rows, fit).mutate(
        theme=ibis.literal(theme, "string"), by_words=ibis.literal(bool(theme) and not themes_words.about(theme or "")),
        asked_sentiment=ibis.literal(tone_of(filters), "string"), **period_facts(request),
    )
    quotes = fit.table("quotes")
    shown = rows.drop("text").join(quotes, "feedback_id")
    table = shown.order_by("position").limit(top_n).select(
        "text", created_at=shown.created_at.cast("date"), rating=shown.rating, nps=shown.nps, sentiment=shown.sentiment,
        feedback_source=shown.feedback_source, product=shown["product"], feedback_id=shown.feedback_id,
    )
    return Finding(
        facts, {"quotes": table}, comments.scope_of(rows), fits=(themes_fit(shop), fit), caveats=CAVEATS,
        units={"low": "percent", "high": "percent"},
        defaults={} if period else {"period": _RECENT}, definitions=("theme", "sentiment", "interval"),
    )


def _facts(rows: ir.Table, fit: Fit) -> ir.Table:
    """One row: how many comments match, out of how many, what they are like, and the closest of them."""
    written = rows.filter(rows.sentiment.notnull())
    wide = written.mutate(hit=written.feedback_id.isin(fit.table("matches").feedback_id))
    hits, size = number_of(wide.hit), wide.count()
    low, high = statistics.wilson(hits, size)
    negative = number_of(wide.hit & (wide.sentiment == "negative"))
    positive = number_of(wide.hit & (wide.sentiment == "positive"))
    one = wide.agg(
        comments=size, matching=hits, share=share_of(hits, size), low=low, high=high, negative_share=share_of(negative, hits),
        positive_share=share_of(positive, hits), average_rating=plain(wide.rating.mean(where=wide.hit)),
    )
    first = fit.table("quotes")
    more = first.agg(shown=first.count(), first_text=first.text.max(where=first.position == 0))
    facts = one.cross_join(more)
    return facts.mutate(read=ibis.least(facts.comments, MOST_READ))


def _fit(request: Asked, theme: str | None, order: Order | None) -> Fit:
    shop = request.shop

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        frame = engine.frame(comments.latest(request, request.period, MOST_READ).select("feedback_id", "text", "rating"))
        frame["score"] = _scores(engine, shop, frame, theme)
        found = frame[frame["score"] > 0]
        by = ["score"] if order is None else ["rating", "score"]
        ranked = found.sort_values(by, ascending=[False] if order is None else [order == "lowest", False], kind="stable")
        shown = ranked.drop_duplicates("text").head(MOST_SHOWN).reset_index(drop=True)
        mask = comments.masker(engine, shop)
        shown = shown.assign(position=range(len(shown)), text=[mask(text) for text in shown["text"]])
        return {"matches": found[["feedback_id"]], "quotes": shown[list(_QUOTES)]}

    span = (request.period.start, request.period.end)
    key = fit_key(normalised(theme), *span, request.filters, order, shop.theme_edits)
    return Fit("feedback_quotes", key, {"matches": _MATCHES, "quotes": _QUOTES}, run)


def _scores(engine: Engine, shop: Shop, frame: pd.DataFrame, theme: str | None) -> themes_words.Floats:
    """How close each text is to what was asked; 1 for all where nothing was, 0 where a text does not match."""
    if not normalised(theme) or frame.empty:
        return np.ones(len(frame))
    texts, wanted = [normalised(text) for text in frame["text"]], normalised(theme)
    meant = [at for at, id in enumerate(themes_words.ids()) if id in themes_words.about(wanted)]
    words = np.minimum(themes_words.concepts_in(texts)[:, meant].sum(axis=1) / _ENOUGH_WORDS, 1.0)
    # A hint alone, such as "late", is no word of the concept.
    words[words < 1 / _ENOUGH_WORDS] = 0.0
    names = called(engine, shop)
    assigned = themes_fit(shop).table("assigned")
    ids = [themes_words.ids()[at] for at in meant]
    told = {names.get(id, id) for id in ids} | {name for name in names.values() if normalised(name) == wanted}
    chosen = assigned.filter(assigned.theme.isin(sorted(told) or [""]))
    weight = engine.frame(chosen.group_by("feedback_id").agg(weight=chosen.weight.sum())).set_index("feedback_id")["weight"]
    themed = frame["feedback_id"].map(weight).fillna(0.0).to_numpy(np.float64)
    literal = np.array([wanted in text for text in texts], dtype=np.float64)
    alike = _likeness(texts, wanted)
    matches = (themed > 0) | (words > 0) | (literal > 0) | (alike >= _ALIKE)
    return np.where(matches, np.round(themed + words + literal + alike, 2), 0.0) + np.where(matches, 0.01, 0.0)


def _likeness(texts: Sequence[str], wanted: str) -> themes_words.Floats:
    """Cosine of the character n-grams (2 to 4) of each text and the words asked for, rare ones weighing more."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit_transform([*texts, wanted])
    except ValueError:  # not one n-gram in any text
        return np.zeros(len(texts))
    return np.asarray((vectors[:-1] @ vectors[-1].T).todense(), np.float64).ravel()
