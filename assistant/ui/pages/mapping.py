"""Part of the data page: what the columns of sent files mean, proposed with sample values and corrected from menus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analytics.ingest.mapping import ColumnMapping
from analytics.ingest.understanding import FLAT
from assistant import uploads
from assistant.answer import Language
from assistant.answering.wording import wording
from assistant.ui.labels import escaped, label
from assistant.ui.pages.cells import shown
from assistant.uploads import Chosen, Proposal

#: Columns on one page of menus.
PAGE = 30
#: In a menu, the choice of no field: None would be a menu in which nothing is chosen.
EXTRA = ""


def choose(proposal: Proposal, place: int, said: dict[tuple[Any, ...], Any], number: int, language: Language) -> Chosen:
    """What a person says about one table of the files; `said` keeps it while its menus are out of sight."""
    formats = wording(language).formats
    with st.container(border=True):
        name = f"{proposal.file} › {proposal.where}" if proposal.where else proposal.file
        st.markdown(f"**{shown(name)}** · {escaped(label('load_rows', language, rows=formats.count(proposal.rows)))}")
        kinds = list(uploads.KINDS)
        kind = st.selectbox(
            label("load_kind", language), kinds, index=kinds.index(said.get((place,), proposal.kind)),
            format_func=lambda code: kind_name(code, language), key=f"load-kind-{number}-{place}",
        )
        said[place,] = kind
        columns = proposal.columns if kind == proposal.kind else uploads.proposed(proposal.profiles, kind)
        _menus(columns, (place, kind), said, number, language)
        return Chosen(proposal, kind, tuple(said.get((place, kind, i), c.field) for i, c in enumerate(columns)))


def kind_name(kind: str, language: Language) -> str:
    """A kind of file in words."""
    return label("load_kind_flat", language) if kind == FLAT else wording(language).formats.title(kind, "table")


def field_name(key: str, kind: str, language: Language) -> str:
    """A field in words; in a flat file with its table, because tables share names of columns. A star: cannot do without."""
    if not key:
        return label("load_keep_extra", language)
    formats = wording(language).formats
    table, _, column = key.partition(".")
    words = formats.title(column)
    if kind == FLAT:
        words = f"{formats.title(table, 'table')} · {formats.label(column)}"
    return f"{words} *" if is_needed(key, kind) else words


def is_needed(key: str, kind: str) -> bool:
    """Whether a file of a kind cannot be read without the field, or without the one that can stand for it."""
    return key in uploads.unfit(kind, ()).missing


def _menus(
    columns: Sequence[ColumnMapping], base: tuple[Any, ...], said: dict[tuple[Any, ...], Any], number: int, language: Language
) -> None:
    pages = -(-len(columns) // PAGE)
    page = 1
    if pages > 1:
        st.caption(escaped(label("load_many_columns", language, count=len(columns))))
        page = st.pagination(pages, key=f"load-page-{number}-{base[0]}") or 1
    options = [EXTRA, *(known.key for known in uploads.fields_of(base[1]))]
    st.caption(escaped(label("load_mapping_note", language)))
    for position in range((page - 1) * PAGE, min(page * PAGE, len(columns))):
        _menu(columns[position], (*base, position), options, said, number, language)


def _menu(
    column: ColumnMapping, at: tuple[Any, ...], options: list[str], said: dict[tuple[Any, ...], Any], number: int,
    language: Language,
) -> None:
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        unsure = "" if uploads.is_sure(column) else f" :orange-badge[{label('load_unsure', language)}]"
        st.markdown(f"**{shown(column.column)}**{unsure}  \n{_sample(column, language)}")
    current = said.get(at, column.field) or EXTRA
    listed = options if current in options else [*options, current]
    with right:
        chosen = st.selectbox(
            label("load_means", language, column=column.column), listed, index=listed.index(current),
            format_func=lambda key: field_name(key, at[1], language), key=f"load-field-{number}-{'-'.join(map(str, at))}",
            label_visibility="collapsed",
        )
    said[at] = chosen or None


def _sample(column: ColumnMapping, language: Language) -> str:
    values = [shown(value) for value in column.sample if value]
    return f":small[{' · '.join(values) if values else escaped(label('load_no_values', language))}]"


def fits(chosen: Sequence[Chosen], language: Language) -> bool:
    """Whether every table can be read as it was chosen; says what is missing where not."""
    fine = True
    comma = wording(language).formats.phrase("comma")
    for item in chosen:
        wrong = uploads.unfit(item.kind, item.fields)
        file = item.proposal.where or item.proposal.file
        names = {key: field_name(key, item.kind, language).removesuffix(" *") for key in (*wrong.missing, *wrong.twice)}
        if wrong.missing:
            missing = comma.join(names[key] for key in wrong.missing)
            st.warning(escaped(label("load_missing", language, file=file, fields=missing, kind=kind_name(item.kind, language))))
        if wrong.twice:
            st.warning(escaped(label("load_twice", language, file=file, fields=comma.join(names[key] for key in wrong.twice))))
        fine = fine and not wrong
    return fine

