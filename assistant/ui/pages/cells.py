"""Small tables whose cells show values letter by letter, and what of them a role may see. No data frames: plain HTML tables are
read by screen readers, and what stands in a file can neither be run nor be taken away from here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.ingest.naming import words_of
from analytics.schema import CANONICAL, PERSONAL
from assistant.access import personal
from assistant.access.roles import Role
from assistant.ui.labels import unlinked

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_LONGEST = 120
#: Columns of samples that say how a file was read and hold no values of it.
_ABOUT_READING = frozenset({"encoding", "sheet", "file", "column", "field", "confidence", "rows", "format", "order", "table"})
#: Columns of the schema that hold nothing personal in any table.
_PLAIN = frozenset(column.name for table in CANONICAL.values() for column in table.columns) - PERSONAL


def shown(value: Any) -> str:
    """A value as Markdown shows it letter by letter, on one line and cut where it is long: no markup, no link, no formula."""
    text = _CONTROL.sub(" ", "" if value is None else str(value))
    text = " ".join(text.split())
    return letters(f"{text[: _LONGEST - 1]}…" if len(text) > _LONGEST else text)


def letters(text: str) -> str:
    """A text as Markdown shows it letter by letter, addresses included."""
    return _PUNCTUATION.sub(r"\\\1", unlinked(text))


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], alt: str = "") -> None:
    """A table of values; headings are escaped, too."""
    # Two columns of a sample may share a name; spaces that nobody sees keep them apart.
    names = [shown(head) + "\u200b" * place for place, head in enumerate(heads)]
    frame = pd.DataFrame([[shown(value) for value in row] for row in rows], columns=names)
    st.table(frame, border="horizontal", hide_index=True, alt=alt or None)


def visible(table_name: str, column: str, value: Any, access: Role) -> Any:
    """A value of a sample as a role may see it. Without the right to personal details, whatever is not known to hold none is
    hidden: a column of a file may hold anything."""
    if access.sees_personal or value is None or column in _ABOUT_READING:
        return value
    owner, _, bare = column.rpartition("__")
    known = CANONICAL.get(owner or table_name)
    if bare == "customer_id":
        return _customer(value)
    if known is not None and bare in known.column_names:
        return value if not known.column(bare).personal else _hidden(bare, value)
    return value if words_of(bare).replace(" ", "_") in _PLAIN else _hidden(bare, value)


def _customer(value: Any) -> Any:
    """An id, unless it was made of an address, a telephone number or a name: files without ids are told apart by those."""
    text = str(value)
    if "@" in text or text.startswith("+"):
        return personal.written(text)
    return value if any(character.isdigit() for character in text) else personal.name(text)


def _hidden(column: str, value: Any) -> Any:
    if personal.how(column) is not None and isinstance(value, str):
        return personal.hidden(column, value)
    return personal.STARS


def sample_columns(sample: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of a sample's rows that are filled in any of them."""
    return list(dict.fromkeys(name for row in sample for name, value in row.items() if value is not None))
