"""Themes of feedback in English and Chinese: texts in, typed frames out; no shop, no network.

    model = fit(texts, vectors=encoder.encode, edits=edits)
    frame = model.assign(texts, encoder.encode)          # text_index, theme_id, weight

Themes have two levels and names in both languages. Concepts that customers everywhere talk about come from word lists
(data/themes_*.yaml); what the texts speak of beyond them is found by grouping. A text without a theme is unassigned.
"""

from analytics.models.themes.edits import EditError, Edits, Merge, Pin, Rename, Split, apply, from_text, to_text, waiting
from analytics.models.themes.fitting import fit
from analytics.models.themes.model import Theme, ThemeModel

__all__ = ["EditError", "Edits", "Merge", "Pin", "Rename", "Split", "Theme", "ThemeModel", "apply", "fit", "from_text", "to_text",
           "waiting"]
