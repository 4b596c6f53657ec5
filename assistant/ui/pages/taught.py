"""Part of the page of mistakes: what was taught so far, to be taken back, taken along and taken in."""

from __future__ import annotations

import json

import streamlit as st

from assistant.access import personal
from assistant.access.gate import Person
from assistant.access.mistakes import masked
from assistant.answer import Language
from assistant.answering.problems import problem_of
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.lines import joined
from assistant.teaching import taken_in
from assistant.ui import teach
from assistant.ui.labels import escaped, label
from assistant.ui.meanings import lesson_in_words
from assistant.understanding.taught import Lesson
from assistant.workspace import Teaching, WorkspaceError
from assistant.workspace.teachings import lesson_of

#: Lessons that are listed before somebody asks for all, and those taken back that are shown.
_LISTED, _UNDONE = 20, 10
_JSONL = "application/jsonl"


def draw(assistant: Assistant, language: Language, person: Person) -> None:
    """The lessons in force, each with who taught it and a button that takes it back. Raises WorkspaceError."""
    st.subheader(label("taught_title", language), anchor=False)
    found, undone = teach.teachings().listed(), teach.teachings().listed(undone=True)
    if not found:
        st.caption(label("taught_none", language))
    most = len(found) if st.session_state.get("taught-all") else _LISTED
    for teaching in found[:most]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"taught-{teaching.id}"):
            st.markdown(_line(teaching, assistant, language, person), width="stretch")
            st.button(
                label("taught_undo", language), key=f"taught-undo-{teaching.id}", icon=":material/undo:", type="tertiary",
                on_click=_undo, args=(teaching.id, person),
            )
    if len(found) > most:
        st.button(label("taught_all", language, count=len(found)), key="taught-more", on_click=_all)
    if undone:
        with st.expander(label("taught_undone", language, count=len(undone))):
            st.markdown("\n".join(f"- {_line(teaching, assistant, language, person)}" for teaching in undone[:_UNDONE]))
    _draw_files(assistant, language, person, found)


def _line(teaching: Teaching, assistant: Assistant, language: Language, person: Person) -> str:
    """A lesson with who taught it and when, a question in it as this role may see it."""
    find = personal.finder(assistant.engine)
    said = masked(teaching.lesson.said, person.role, find)
    lesson = Lesson(said, teaching.lesson.meaning)
    day = wording(language).formats.date(teaching.at.date())
    who = teaching.by or label("mistake_anybody", language)
    told = label("taught_by", language, who=who, day=day)
    return f"{escaped(lesson_in_words(lesson, assistant.catalogue, language))}  \n{escaped(told)}"


def _draw_files(assistant: Assistant, language: Language, person: Person, found: tuple[Teaching, ...]) -> None:
    files = st.expander(label("taught_files", language), key="taught-files", on_change="rerun")
    if not files.open:
        return
    with files:
        if found:
            st.download_button(
                label("taught_export", language), lambda: _exported(assistant, person), file_name="askwell-taught.jsonl",
                mime=_JSONL, key="taught-export", icon=":material/download:", on_click="ignore",
            )
        sent = st.text_area(label("taught_import", language), key="taught-lines", height=120, placeholder=_EXAMPLE)
        st.button(
            label("taught_import_now", language), key="taught-import", disabled=not (sent or "").strip(), on_click=_take_in,
            args=(assistant, language, person),
        )


_EXAMPLE = '{"said": "GTV", "sort": "metric", "name": "revenue"}'


def _exported(assistant: Assistant, person: Person) -> bytes:
    find = personal.finder(assistant.engine)
    return joined(masked(line, person.role, find) for line in teach.teachings().export()).encode()


def _undo(identity: int, person: Person) -> None:
    teach.trying(lambda: teach.teachings().undo(identity, person.name))


def _all() -> None:
    st.session_state["taught-all"] = True


def _take_in(assistant: Assistant, language: Language, person: Person) -> None:
    lessons, bad = [], 0
    for line in str(st.session_state.get("taught-lines") or "").splitlines():
        try:
            record = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            record = line
        lesson = lesson_of(record) if isinstance(record, dict) else None
        if lesson is not None:
            lessons.append(lesson)
        elif record is not None:
            bad += 1
    try:
        new, refused = taken_in(lessons, assistant.reader, teach.teachings(), person.name)
    except WorkspaceError as fault:
        st.session_state["teach-told"] = problem_of(fault, language)
        return
    st.session_state["teach-told"] = label("taught_imported", language, new=new, refused=bad + len(refused))
