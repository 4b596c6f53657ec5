"""The themes of all feedback of a data set, fitted once per data version, as tables that expressions join.

Owns how texts become rows; what a theme is and which texts belong to it is decided in analytics.models.themes. Themes are
found by words alone, without the encoder, so that they are there in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics.finding import Fit
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.models.themes import ThemeModel
    from analytics.run import Engine

#: A theme of the second level: its family (first level), its names, and its most telling phrases in both languages.
THEMES = ibis.schema({
    "theme": "string", "family": "string", "name_en": "string", "name_zh": "string", "phrases_en": "string",
    "phrases_zh": "string",
})
#: A row per piece of feedback and theme of it; `place` 0 is the first theme. Feedback without a theme has no row.
ASSIGNED = ibis.schema({"feedback_id": "string", "theme": "string", "place": "int64", "weight": "float64"})
#: Phrases of a theme that are shown, per language.
PHRASES = 4


def themes_fit(shop: Shop) -> Fit:
    """Tables `themes` and `assigned` of the texts of all feedback. A theme's name in them is the id of its concept, which has
    words in both languages (templates/terms/themes.yaml), or its two most telling phrases where no concept names it."""

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        rows = shop.table("feedback_facts")
        return _fitted(engine.frame(rows.filter(rows.text.notnull()).select("feedback_id", "text").order_by("feedback_id")))

    return Fit("feedback_themes", "", {"themes": THEMES, "assigned": ASSIGNED}, run)


def members(fit: Fit, rows: ir.Table) -> ir.Table:
    """Rows of feedback_facts, once for each theme of theirs, with `theme`, `family` and `place`."""
    assigned, known = fit.table("assigned"), fit.table("themes").select("theme", "family")
    placed = assigned.join(known, "theme").select("feedback_id", "theme", "family", "place")
    return rows.join(placed, "feedback_id")


def _fitted(frame: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    from analytics.models import themes

    codes, distinct = pd.factorize(frame["text"])
    model = themes.fit(frame["text"].tolist())
    found = model.assign(list(distinct))
    found["place"] = found.groupby("text_index").cumcount()
    called = _names(model)
    rows = pd.DataFrame({"feedback_id": frame["feedback_id"], "text_index": codes}).merge(found, on="text_index")
    rows["theme"] = rows["theme_id"].map(called)
    held = [
        (called[theme.id], theme.parent, theme.names["en"], theme.names["zh"], *(
            _listed(theme.phrases.get(language, ())) for language in ("en", "zh")))
        for theme in model.themes if theme.parent is not None
    ]
    return {
        "themes": pd.DataFrame(held, columns=list(THEMES)),
        "assigned": rows.sort_values(["feedback_id", "place"], ignore_index=True)[list(ASSIGNED)],
    }


def _names(model: ThemeModel) -> dict[str, str]:
    """What each theme is called in the tables: concepts by their id, found groups by their phrases."""
    from analytics.models.themes.concepts import lexicon

    concepts = {concept.id for concept in lexicon().concepts}
    return {theme.id: theme.id if theme.id in concepts else theme.names["en"] for theme in model.themes}


def _listed(phrases: Iterable[str]) -> str:
    return ", ".join(list(phrases)[:PHRASES])
