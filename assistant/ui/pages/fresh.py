"""Notices a new version of the data set while a page is open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analytics import store
from analytics.store import DataSetError

#: Seconds between two looks.
EVERY = 4


def watch(path: Path | None, version: str) -> None:
    """Draws the page anew, by itself, when the data set at `path` has another version than the one shown."""

    def look() -> None:
        try:
            newest = store.meta(path)["version"] if path is not None else version
        except DataSetError:
            # Whoever opens the data set next says what is wrong with it.
            return
        if newest != version:
            st.rerun()

    st.fragment(look, run_every=EVERY)()
