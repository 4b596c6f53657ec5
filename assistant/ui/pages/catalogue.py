"""The page of what can be asked: the catalogue by role and subject, searchable, with examples that run on a click."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from analytics.schema import CANONICAL
from assistant import offers
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering import terms
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.offers import Offer
from assistant.ui import session
from assistant.ui.labels import escaped, label
from assistant.ui.pages.cells import letters
from assistant.ui.pages.fresh import watch
from assistant.understanding.catalogue import ROLES

#: In the menu of subjects, all of them.
_ALL = ""


def draw(assistant: Assistant, language: Language, access: Role) -> None:
    """Draws the page. Everybody may see what can be asked; what an answer shows is up to the role."""
    st.title(label("page_catalogue", language))
    watch(assistant.engine.path, assistant.shop.version)
    st.markdown(escaped(label("ask_intro", language)))
    query = st.text_input(label("ask_search", language), key="catalogue-search", placeholder=label("ask_search_hint", language))
    role = st.pills(
        label("ask_role", language), ROLES, format_func=lambda name: _head(name, "role", language), key="catalogue-role"
    )
    found = offers.for_role(offers.offers(assistant, language), role)
    found = _of_subject(found, language)
    found = offers.search(found, query or "", assistant, language)
    if not found:
        _nothing(query or "", role, language)
        return
    _counted(found, language)
    searching = bool((query or "").strip())
    _section([offer for offer in found if offer.status == "works"], language, searching)
    _locked([offer for offer in found if offer.status == "locked"], language)
    _not_built([offer for offer in found if offer.status == "not_built"], language, searching)


def _of_subject(found: Sequence[Offer], language: Language) -> tuple[Offer, ...]:
    """The entries of the subject that is chosen from a menu; all where none is."""
    subjects = list(dict.fromkeys(offer.intent.domain for offer in found))
    chosen = st.selectbox(
        label("ask_subject", language), [_ALL, *subjects], key="catalogue-subject",
        format_func=lambda name: label("ask_all_subjects", language) if name == _ALL else _head(name, "domain", language),
    )
    return tuple(offer for offer in found if chosen in (_ALL, offer.intent.domain))


def _nothing(query: str, role: str | None, language: Language) -> None:
    said = label("ask_nothing_role" if role else "ask_nothing", language, query=query.strip())
    st.info(letters(said), icon=":material/search_off:")
    if query.strip():
        name = letters(label("ask_anyway", language, query=query.strip()))
        st.button(name, key="catalogue-anyway", on_click=session.ask_next, args=(query.strip(),), wrap=True)


def _counted(found: Sequence[Offer], language: Language) -> None:
    counts = {status: sum(offer.status == status for offer in found) for status in ("works", "locked", "not_built")}
    st.caption(escaped(" · ".join(label(f"ask_count_{name}", language, count=count) for name, count in counts.items() if count)))


def _head(code: str, scope: str, language: Language) -> str:
    return terms.load().heading(code, language, scope)


def _section(found: Sequence[Offer], language: Language, searching: bool) -> None:
    """The entries that work, under their subjects; found ones stand in the order of the search."""
    if searching:
        _cards(found, language)
        return
    for domain, group in groupby(found, key=lambda offer: offer.intent.domain):
        st.subheader(escaped(_head(domain, "domain", language)))
        _cards(list(group), language)


def _cards(found: Sequence[Offer], language: Language) -> None:
    for first in range(0, len(found), 2):
        for column, offer in zip(st.columns(2), found[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(offer, language)


def _card(offer: Offer, language: Language) -> None:
    st.markdown(f"**{escaped(offer.intent.title[language])}**")
    if not offer.examples:
        st.caption(label("ask_by_hand", language))
    for place, question in enumerate(offer.examples):
        st.button(
            letters(question), key=f"ask-{offer.intent.id}-{place}-{language}", on_click=session.ask_next, args=(question,),
            width="stretch", wrap=True,
        )


def _locked(found: Sequence[Offer], language: Language) -> None:
    if not found:
        return
    st.subheader(label("ask_locked", language))
    for offer in found:
        with st.container(border=True):
            st.markdown(f":material/lock: **{escaped(offer.intent.title[language])}** · {_quoted(offer, language)}")
            names = wording(language).formats.listing([_head(name, "table", language) for name in offer.missing])
            columns = ", ".join(column for name in offer.missing for column in CANONICAL[name].required)
            st.caption(escaped(label("ask_unlock", language, tables=names, columns=columns)))


def _not_built(found: Sequence[Offer], language: Language, searching: bool) -> None:
    if not found:
        return
    with st.expander(escaped(label("ask_not_built", language, count=len(found))), expanded=searching):
        st.caption(escaped(label("ask_not_built_note", language)))
        for domain, group in groupby(sorted(found, key=lambda offer: offer.intent.domain), key=lambda offer: offer.intent.domain):
            lines = [f"- **{escaped(offer.intent.title[language])}**: {_quoted(offer, language)}" for offer in group]
            st.markdown(f"{escaped(_head(domain, 'domain', language))}\n" + "\n".join(lines))


def _quoted(offer: Offer, language: Language) -> str:
    """Two example questions as text: what cannot be answered is no button."""
    questions = [f"“{text}”" for text in offer.examples[:2]]
    return escaped((" " if language == "en" else "").join(questions))
