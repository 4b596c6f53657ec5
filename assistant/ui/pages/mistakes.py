"""The mistake book: what was misread or not answered, to be taught, made a test case or dismissed; and what was taught so far.

Owner and analyst only. Each entry is drawn as text with three buttons; dialogs hold the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.semantics import METRICS
from assistant.access import personal
from assistant.access.gate import Person
from assistant.access.mistakes import seen
from assistant.answer import Language
from assistant.answering.problems import problem_of
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.lines import joined
from assistant.ui import teach
from assistant.ui.labels import escaped, label
from assistant.ui.meanings import named
from assistant.ui.pages import taught
from assistant.ui.teach import Subject
from assistant.understanding.taught import Meaning
from assistant.workspace import Mistake, WorkspaceError
from assistant.workspace.mistakes import KINDS

#: Entries on the page before somebody asks for more.
_STEP = 10
_CASE = "mistake-case"
#: Reasons that a thumb down gives are worded with the thumbs.
_OF_THUMBS = frozenset({"misread", "figure", "missing", "unclear", "slow"})
#: In the menu of what is right: the question should be declined.
_DECLINE = ""
_JSONL = "application/jsonl"


def draw(assistant: Assistant, language: Language, person: Person) -> None:
    """Draws the page; for a role that may not teach only a sentence."""
    st.title(label("page_mistakes", language))
    if not person.role.may_teach:
        st.info(escaped(label("mistakes_not_allowed", language, role=person.role.name)))
        return
    st.markdown(escaped(label("mistakes_intro", language)))
    if told := st.session_state.pop("teach-told", None):
        st.info(escaped(told))
    try:
        _draw_book(assistant, language, person)
        taught.draw(assistant, language, person)
    except WorkspaceError as fault:
        st.error(escaped(problem_of(fault, language)))
    teach.draw_dialog(assistant, language, person)
    _draw_case_dialog(assistant, language, person)


def _draw_book(assistant: Assistant, language: Language, person: Person) -> None:
    everything = teach.mistakes().listed()
    find = personal.finder(assistant.engine)
    cases = [seen(one, person.role, find).to_case() for one in reversed(teach.mistakes().listed(state="case"))]
    if cases:
        st.download_button(
            label("mistakes_cases", language, count=len(cases)), lambda: joined(cases).encode(), file_name="askwell-cases.jsonl",
            mime=_JSONL, key="mistakes-cases", icon=":material/download:", on_click="ignore",
        )
        st.caption(escaped(label("mistakes_cases_note", language)))
    if not everything:
        st.info(label("mistakes_none", language), icon=":material/task_alt:")
        return
    counts = {kind: sum(one.kind == kind for one in everything) for kind in KINDS}
    kind = st.pills(
        label("mistakes_kind", language), [kind for kind in KINDS if counts[kind]], key="mistakes-kind",
        format_func=lambda kind: label(
            "mistakes_kind_count", language, kind=label(f"mistake_{kind}", language), count=counts[kind]
        ),
    )
    found = [one for one in everything if kind in (None, one.kind)]
    shown = st.session_state.setdefault("mistakes-shown", _STEP)
    for mistake in found[:shown]:
        _draw_mistake(assistant, language, person, mistake)
    if len(found) > shown:
        st.button(label("mistakes_more", language, count=len(found) - shown), key="mistakes-more", on_click=_more)


def _more() -> None:
    st.session_state["mistakes-shown"] += _STEP


def _draw_mistake(assistant: Assistant, language: Language, person: Person, mistake: Mistake) -> None:
    one = seen(mistake, person.role, personal.finder(assistant.engine))
    with st.container(border=True, gap="xsmall", key=f"mistake-{one.id}"):
        read = label("mistake_read", language, text=read_as(one, assistant, language))
        st.markdown(f"**{escaped(one.question)}**  \n{escaped(read)}  \n{escaped(about(one, language))}")
        with st.container(horizontal=True, gap="small", key=f"mistake-acts-{one.id}"):
            st.button(
                label("teach_question", language), key=f"mistake-teach-{one.id}", icon=":material/school:",
                on_click=teach.open_for, args=(Subject(mistake.question, mistake=one.id),),
            )
            st.button(
                label("mistake_case", language), key=f"mistake-case-{one.id}", icon=":material/fact_check:", on_click=_open_case,
                args=(one.id,),
            )
            st.button(
                label("mistake_dismiss", language), key=f"mistake-dismiss-{one.id}", type="tertiary", on_click=_dismiss,
                args=(one.id, person),
            )


def read_as(mistake: Mistake, assistant: Assistant, language: Language) -> str:
    """What a question was understood as: the analysis, and the slots that it named."""
    if mistake.intent not in assistant.catalogue:
        return label("read_nothing", language)
    formats = wording(language).formats
    title = assistant.catalogue[mistake.intent].title[language]
    details = [
        formats.phrase("detail", what=formats.title(name, "slot"), value=_told(value, language))
        for name, value in mistake.slots.items()
    ]
    return formats.phrase("semicolon").join([title, *details])


def _told(value: Any, language: Language) -> str:
    """The value of a slot, as it is kept, in words."""
    formats = wording(language).formats
    if isinstance(value, list):
        return formats.listing(_told(item, language) for item in value)
    if isinstance(value, Mapping):
        if "field" in value:
            return f"{formats.label(value['field'])} {value.get('op', '=')} {_told(value.get('value'), language)}"
        return str(value.get("text") or "")
    return formats.label(value) if value in METRICS else str(value)


def about(mistake: Mistake, language: Language) -> str:
    """Why an entry is in the book, when it came there, and who asked."""
    formats, reason = wording(language).formats, mistake.reason
    kind = label(f"mistake_{mistake.kind}", language)
    if reason:
        known = f"reason_{reason}" if reason in _OF_THUMBS else f"mistake_reason_{reason}"
        kind = label("mistake_why", language, kind=kind, reason=label(known, language))
    who = mistake.owner or label("mistake_anybody", language)
    return label("mistake_about", language, kind=kind, day=formats.date(mistake.at.date()), who=who)


def _dismiss(identity: int, person: Person) -> None:
    teach.trying(lambda: teach.mistakes().settle(identity, "dismissed", person.name))


def _open_case(identity: int) -> None:
    teach.close()
    st.session_state[_CASE] = identity


def _close_case() -> None:
    for name in (_CASE, "case-intent", "case-slots"):
        st.session_state.pop(name, None)


def _draw_case_dialog(assistant: Assistant, language: Language, person: Person) -> None:
    identity = st.session_state.get(_CASE)
    mistake = next((one for one in teach.mistakes().listed() if one.id == identity), None) if identity else None
    if mistake is None:
        return
    title = label("case_title", language)
    st.dialog(title, width="medium", on_dismiss=_close_case)(_draw_case)(assistant, language, person, mistake)


def _draw_case(assistant: Assistant, language: Language, person: Person, mistake: Mistake) -> None:
    if st.session_state.get(_CASE) is None:
        st.rerun()
    one = seen(mistake, person.role, personal.finder(assistant.engine))
    st.caption(escaped(label("teach_asked", language, question=one.question)))
    catalogue = assistant.catalogue
    titles = {intent.id: named(Meaning("intent", intent.id), catalogue, language) for intent in catalogue.built}
    options = [_DECLINE, *titles]
    # Only a thumb down that blames something else says that the analysis was right.
    sure = mistake.kind == "thumb" and mistake.reason not in ("", "misread") and mistake.intent in titles
    right: str | None = st.selectbox(
        label("case_intent", language), options, key="case-intent", index=options.index(mistake.intent) if sure else None,
        format_func=lambda name: titles.get(name) or label("case_decline", language), placeholder=label("case_hint", language),
    )
    with_slots = False
    if right and mistake.slots:
        told = label("case_slots", language, slots=read_as(one, assistant, language))
        with_slots = st.checkbox(escaped(told), value=True, key="case-slots")
    st.caption(escaped(label("case_note", language)))
    with st.container(horizontal=True):
        st.button(
            label("case_save", language), key="case-save", type="primary", disabled=right is None, on_click=_make_case,
            args=(mistake, right or None, with_slots, person),
        )
        st.button(label("cancel", language), key="case-cancel", on_click=_close_case)


def _make_case(mistake: Mistake, right: str | None, with_slots: bool, person: Person) -> None:
    slots = dict(mistake.slots) if with_slots else {}
    teach.trying(lambda: teach.mistakes().make_case(mistake.id, right, slots, person.name))
    _close_case()
