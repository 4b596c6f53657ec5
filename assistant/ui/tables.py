"""Tables of an answer: numbers that sort as numbers and read as they are written; a row opens the ways on from it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from assistant.answer import Table
from assistant.answering.drill import Drill, drills
from assistant.ui import session
from assistant.ui.jobs import Order
from assistant.ui.labels import distinct, escaped, label
from assistant.ui.scene import Scene, Shown
from assistant.ui.talk import WAY

#: Cells beyond which a table is written as text only: styling each one would make the page wait.
_MOST_STYLED = 20_000


def draw_tables(scene: Scene, shown: Shown) -> None:
    """All tables of an answer with how many of their rows there are."""
    for number, table in enumerate(shown.answer.tables):
        st.markdown(f"**{escaped(table.title)}**")
        if not table.rows:
            st.caption(label("no_rows", shown.language))
            continue
        openable = bool(drills(shown.answer, table, 0, scene.shop))
        key = f"rows-{number}-{shown.tag}"
        count = label(
            "rows_shown", shown.language, shown=shown.formats.count(len(table.rows)), total=shown.formats.count(table.total_rows)
        )
        hint = f" · {label('drill_hint', shown.language)}" if openable else ""
        if openable:
            event = st.dataframe(
                frame(table), hide_index=True, width="stretch", key=key, on_select="rerun", selection_mode="single-row",
                alt=table.title,
            )
            rows = event.selection.rows
        else:
            st.dataframe(frame(table), hide_index=True, width="stretch", key=key, alt=table.title)
            rows = []
        st.caption(escaped(count + hint))
        if rows and rows[0] < len(table.rows):
            draw_ways(scene, shown, table, rows[0], key)


def draw_ways(scene: Scene, shown: Shown, table: Table, row: int, key: str) -> None:
    """The ways on from a row as buttons, each a further turn of the conversation."""
    ways = drills(shown.answer, table, row, scene.shop)
    if not ways:
        st.caption(label("drill_none", shown.language))
        return
    with st.container(horizontal=True, gap="small"):
        for number, way in enumerate(ways):
            st.button(
                escaped(way.text), key=f"drill-{number}-{key}", icon=":material/zoom_in:", on_click=_go, args=(shown.place, way)
            )


def _go(place: int, way: Drill) -> None:
    entry = st.session_state.talk.entries[place]
    outcome = entry.outcome()
    if outcome is not None:
        session.order(Order(entry.question + WAY + way.text, outcome.request, way.change))


def frame(table: Table) -> Any:
    """The table for st.dataframe: figures as numbers under the text in which they are written."""
    headings, written = distinct([column.label for column in table.columns]), table.shown
    if len(table.rows) * len(headings) > _MOST_STYLED:
        return pd.DataFrame(list(written), columns=headings)
    data, writers = {}, {}
    for place, heading in enumerate(headings):
        values, texts = [row[place] for row in table.rows], [row[place] for row in written]
        numbers = as_numbers(values, texts)
        data[heading] = pd.Series(numbers if numbers is not None else texts, dtype="float64" if numbers is not None else "object")
        if numbers is not None:
            writers[heading] = _writer(numbers, texts)
    plain = pd.DataFrame(data, columns=headings)
    return plain.style.format(writers) if writers else plain


def as_numbers(values: Sequence[Any], texts: Sequence[str]) -> list[float | None] | None:
    """The values as numbers; None for a column of texts, and for one where equal numbers are written differently."""
    found: list[float | None] = []
    told: dict[float | None, str] = {}
    for value, text in zip(values, texts, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | None):
            return None
        number = None if value is None else float(value)
        if told.setdefault(number, text) != text:
            return None
        found.append(number)
    return found if any(number is not None for number in found) else None


def _writer(numbers: Sequence[float | None], texts: Sequence[str]) -> Any:
    told = dict(zip(numbers, texts, strict=True))

    def write(value: Any) -> str:
        return told.get(None if pd.isna(value) else value, "")

    return write
