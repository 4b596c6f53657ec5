"""Suggestions while somebody types: a component of the page that listens to Streamlit's chat input, which has none of its own.

The component is one element whose data change with the language only: it costs a run of the page a third of a millisecond and
nine kilobytes. No key that is pressed runs the page, the browser asks /api/suggest by itself. The component stands in the page
and not in a shadow root: a list can only be named as that of the box where both are parts of one document.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from assistant.answer import Language
from assistant.ui.labels import label

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "askwell_type_ahead", js=(_HERE / "type_ahead.js").read_text(encoding="utf-8"),
    css=(_HERE / "type_ahead.css").read_text(encoding="utf-8"), isolate_styles=False,
)


def draw(language: Language) -> None:
    """Lets the box of the page suggest."""
    # The count is filled in where the suggestions are shown.
    count = label("suggest_count", language, count="{count}")
    _mount(key="type-ahead", data={"language": language, "name": label("suggestions", language), "count": count})
