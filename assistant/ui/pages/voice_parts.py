"""What the parts of the page of the customers' voice share: answers with a sentence in place of one that failed, their cells by
column, quotes, and caveats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import streamlit as st

from assistant import voice
from assistant.answer import Answer, Request, Table
from assistant.ui.labels import escaped, label, paragraphs
from assistant.ui.pages.cells import table
from assistant.ui.scene import Scene

#: Quotes that stand open; more of them are behind a click.
_OPEN = 6
#: What is told of a comment beside its words.
_ABOUT = ("created_at", "rating", "sentiment", "feedback_source")


@dataclass(frozen=True)
class Cell:
    """A value of a table and how it is written."""

    value: Any
    text: str


Cells = Mapping[str, Cell]


def answer_of(scene: Scene, asked: Request) -> Answer | None:
    """The answer of an analysis; where there is none, its text is drawn in its place."""
    with st.spinner(label("voice_working", scene.language)):
        outcome = voice.answered(scene.assistant, asked, scene.role)
    if isinstance(outcome, Answer):
        return outcome
    st.info(paragraphs(outcome.text))
    return None


def cells_of(answer: Answer, name: str) -> list[Cells]:
    """The rows of a table of an answer, by column."""
    found = table_of(answer, name)
    return rows_of(found) if found is not None else []


def table_of(answer: Answer, name: str) -> Table | None:
    """A table of an answer by its name."""
    return next((found for found in answer.tables if found.name == name), None)


def rows_of(table: Table) -> list[Cells]:
    """The rows of a table, by column."""
    names = [column.name for column in table.columns]
    return [
        {name: Cell(value, text) for name, value, text in zip(names, row, written, strict=True)}
        for row, written in zip(table.rows, table.shown, strict=True)
    ]


def draw_caveats(answer: Answer, without: frozenset[str] = frozenset()) -> None:
    """The caveats of an answer, `without` those on parts of it that the page does not show."""
    names = answer.computed.caveats if answer.computed is not None else ()
    for name, caveat in zip_longest(names, answer.caveats):
        if caveat and name not in without:
            st.caption(f":material/info: {escaped(caveat)}")


def draw_quotes(scene: Scene, rows: Sequence[Cells], key: str) -> None:
    """Comments in the words of customers, each with its day, stars and source."""
    for cells in rows[:_OPEN]:
        _draw_quote(scene, cells)
    if len(rows) > _OPEN:
        more = st.expander(
            label("voice_more_quotes", scene.language, count=len(rows) - _OPEN), key=f"voice-more-{key}", on_change="rerun"
        )
        if more.open:
            with more:
                for cells in rows[_OPEN:]:
                    _draw_quote(scene, cells)


def _draw_quote(scene: Scene, cells: Cells) -> None:
    said = " ".join(cells["text"].text.split())
    told = {name: cells[name].text for name in _ABOUT if cells[name].value is not None}
    if "rating" in told:
        told["rating"] = label("voice_rated", scene.language, rating=told["rating"])
    with st.container(border=True, gap="xxsmall"):
        st.markdown(escaped(said))
        st.caption(escaped(" · ".join(told.values())))


def draw_table(heads: Sequence[str], rows: Sequence[Sequence[str]], alt: str, key: str) -> None:
    """A small table, whose columns stay wide enough to be read on a phone: it scrolls to the side there."""
    with st.container(key=f"voice-table-{key}"):
        table(heads, rows, alt)
