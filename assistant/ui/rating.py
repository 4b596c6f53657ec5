"""Thumbs up and down on an answer, with a reason from a short list; kept here for whoever runs this Askwell."""

from __future__ import annotations

import streamlit as st

from assistant.ui.labels import label
from assistant.ui.scene import Scene, Shown
from assistant.ui.teach import draw_question
from assistant.workspace import Rating

REASONS = ("misread", "figure", "missing", "unclear", "slow")


def draw_rating(scene: Scene, shown: Shown) -> None:
    """The thumbs of an answer."""
    entry, key = scene.talk.entries[shown.place], f"thumbs-{shown.tag}"
    default = None if entry.rating is None else int(entry.rating > 0)
    st.feedback("thumbs", key=key, default=default, on_change=_rated, args=(key, shown.place))


def draw_reasons(scene: Scene, shown: Shown) -> None:
    """What was wrong, after a thumb down; thanks once something was said."""
    entry, key = scene.talk.entries[shown.place], f"why-{shown.tag}"
    if entry.rating != -1:
        return
    st.pills(
        label("rate_why", shown.language), REASONS, key=key, default=entry.reason if entry.reason in REASONS else None,
        format_func=lambda reason: label(f"reason_{reason}", shown.language), on_change=_explained, args=(key, shown.place),
    )
    if entry.reason:
        st.caption(label("rate_thanks", shown.language))
    if entry.reason == "misread":
        draw_question(scene, shown.place, shown.language)


def _rated(key: str, place: int) -> None:
    said = st.session_state.get(key)
    rating: Rating | None = None if said is None else 1 if said else -1
    st.session_state.talk.rate(place, rating)


def _explained(key: str, place: int) -> None:
    st.session_state.talk.rate(place, -1, st.session_state.get(key) or "")
