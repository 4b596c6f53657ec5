"""The themes of all feedback of a data set, fitted once per data version and edits, as tables that expressions join.

Owns how texts become rows; what a theme is and which texts belong to it is decided in analytics.models.themes. Themes are
found by words alone, without the encoder, so that they are there in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics.finding import Fit, fit_key
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.models.themes import Edits, ThemeModel
    from analytics.run import Engine

#: A theme of the second level: its family (first level), its names, and its most telling phrases in both languages.
THEMES = ibis.schema({
    "theme": "string", "family": "string", "name_en": "string", "name_zh": "string", "phrases_en": "string",
    "phrases_zh": "string",
})
#: A row per piece of feedback and theme of it; `place` 0 is the first theme. Feedback without a theme has no row.
ASSIGNED = ibis.schema({"feedback_id": "string", "theme": "string", "place": "int64", "weight": "float64"})
#: What edits name themes by: the id of each theme, and of each that was merged into it (`is_own` false), with its name.
IDS = ibis.schema({"id": "string", "theme": "string", "is_own": "boolean"})
#: Phrases of a theme that are shown, per language.
PHRASES = 4


def themes_fit(shop: Shop) -> Fit:
    """Tables `themes`, `assigned` and `ids` of the texts of all feedback, with what people changed about the themes (see
    Shop.theme_edits). A theme's name in them is the id of its concept, which has words in both languages
    (templates/terms/themes.yaml), the name that somebody gave it, or its two most telling phrases."""

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        rows = shop.table("feedback_facts")
        frame = engine.frame(rows.filter(rows.text.notnull()).select("feedback_id", "text").order_by("feedback_id"))
        return _fitted(frame, edits_of(shop))

    key = fit_key(shop.theme_edits) if shop.theme_edits else ""
    return Fit("feedback_themes", key, {"themes": THEMES, "assigned": ASSIGNED, "ids": IDS}, run)


def edits_of(shop: Shop) -> Edits:
    """What people changed about the themes of a shop. Raises EditError for a text that holds no edits."""
    return _edits(shop.theme_edits)


@lru_cache(maxsize=64)
def _edits(text: str) -> Edits:
    from analytics.models.themes import from_text

    return from_text(text)


def called(engine: Engine, shop: Shop) -> Mapping[str, str]:
    """What a theme is called in the tables, by its id; a merged one goes by the name of what it was merged into."""
    engine.ensure(fit := themes_fit(shop))
    ids = fit.table("ids")
    return {str(id): str(theme) for id, theme in engine.rows(ids.select("id", "theme"))}


def waiting(shop: Shop, fit: Fit) -> ir.Table:
    """One row: `theme_edits`, how many changes people made to the themes, and `edits_waiting`, how many themes these name that
    are not in the present texts: such changes wait until they are."""
    edits = edits_of(shop)
    named, ids = sorted(edits.mentioned), fit.table("ids")
    there = ids.id.nunique(where=ids.id.isin(named or [""]))
    return ids.agg(edits_waiting=ibis.literal(len(named), "int64") - there).mutate(theme_edits=ibis.literal(edits.count, "int64"))


def members(fit: Fit, rows: ir.Table) -> ir.Table:
    """Rows of feedback_facts, once for each theme of theirs, with `theme`, `family` and `place`."""
    assigned, known = fit.table("assigned"), fit.table("themes").select("theme", "family")
    placed = assigned.join(known, "theme").select("feedback_id", "theme", "family", "place")
    return rows.join(placed, "feedback_id")


def _fitted(frame: pd.DataFrame, edits: Edits) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    from analytics.models import themes

    codes, distinct = pd.factorize(frame["text"])
    model = themes.fit(frame["text"].tolist(), edits=edits)
    found = model.assign(list(distinct))
    found["place"] = found.groupby("text_index").cumcount()
    named = _names(model, edits)
    rows = pd.DataFrame({"feedback_id": frame["feedback_id"], "text_index": codes}).merge(found, on="text_index")
    rows["theme"] = rows["theme_id"].map(named)
    held = [
        (named[theme.id], theme.parent, theme.names["en"], theme.names["zh"], *(
            _listed(theme.phrases.get(language, ())) for language in ("en", "zh")))
        for theme in model.themes if theme.parent is not None
    ]
    return {
        "themes": pd.DataFrame(held, columns=list(THEMES)),
        "assigned": rows.sort_values(["feedback_id", "place"], ignore_index=True)[list(ASSIGNED)],
        "ids": pd.DataFrame(_ids(model, named, edits), columns=list(IDS)),
    }


def _names(model: ThemeModel, edits: Edits) -> dict[str, str]:
    """What each theme of the second level is called in the tables: by the name that somebody gave it (by both, where they differ
    between the languages), concepts else by their id and found groups by their phrases. No two are called the same."""
    from analytics.models.themes.concepts import lexicon

    concepts = {concept.id for concept in lexicon().concepts}
    given = {rename.theme for rename in edits.renames} | {split.part for split in edits.splits}
    out: dict[str, str] = {}
    for theme in model.themes:
        if theme.parent is None:
            continue
        name = _told(theme.names) if theme.id in given else theme.id if theme.id in concepts else theme.names["en"]
        taken, number, wanted = set(out.values()), 2, name
        while name in taken:
            name, number = f"{wanted} ({number})", number + 1
        out[theme.id] = name
    return out


def _told(names: Mapping[str, str]) -> str:
    return names["en"] if names["en"] == names["zh"] else f"{names['en']} / {names['zh']}"


def _ids(model: ThemeModel, named: Mapping[str, str], edits: Edits) -> list[tuple[str, str, bool]]:
    from analytics.models.themes.edits import merged_into

    own = [(id, name, True) for id, name in named.items()]
    there = {*model.classes, *(part.id for part in model.parts)}
    merged = [
        (id, named[into], False) for id, into in merged_into(edits.merges).items()
        if into in named and id not in named and id in there
    ]
    return own + merged


def _listed(phrases: Iterable[str]) -> str:
    return ", ".join(list(phrases)[:PHRASES])
