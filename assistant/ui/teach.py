"""Teaching from the page: what a word means, what a question means; with a preview before it is kept, and asked again after.

A dialog is open while the tab holds its subject, so that it stays whatever else is drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from assistant.access import personal
from assistant.access.gate import Person
from assistant.access.mistakes import masked
from assistant.answer import Language, Request
from assistant.answering.problems import problem, problem_of
from assistant.answering.unread import unread
from assistant.ask import Assistant
from assistant.teaching import Preview, preview, why_not
from assistant.ui import session
from assistant.ui.labels import escaped, label
from assistant.ui.meanings import meaning_of, named, offered, understood
from assistant.ui.scene import Scene
from assistant.ui.state import current, workspace
from assistant.ui.talk import WAY
from assistant.understanding.taught import Lesson, Meaning
from assistant.understanding.teachable import LONGEST_QUESTION, LONGEST_WORD, Refusal
from assistant.workspace import Mistakes, Teachings, WorkspaceError
from assistant.workspace.database import data_key

_SUBJECT = "teaching"
#: Differences that a preview shows, and words of one question that are offered.
_SHOWN, _WORDS = 5, 4
#: What is taught: a word, or the whole question.
_HOW = ("word", "question")


@dataclass(frozen=True)
class Subject:
    """What is being taught: a word of a question, or (without a word) the question. `place` is that of its turn in the
    conversation `talk`; `mistake` its number in the mistake book, where it is taught from there."""

    question: str
    word: str = ""
    talk: str = ""
    place: int | None = None
    mistake: int | None = None


def teachings() -> Teachings:
    """What was taught about the open data set."""
    return Teachings(workspace(), data_key(current().path))


def mistakes() -> Mistakes:
    """The mistake book of the open data set."""
    return Mistakes(workspace(), data_key(current().path))


def open_for(subject: Subject) -> None:
    """Opens the dialog about a word or a question."""
    close()
    st.session_state[_SUBJECT] = subject


def close() -> None:
    """Closes the dialog."""
    for name in (_SUBJECT, "teach-problem", "teach-how", "teach-said", "teach-meaning", "teach-intent"):
        st.session_state.pop(name, None)


def draw_words(scene: Scene, place: int, words: Iterable[str], language: Language) -> None:
    """Words of a turn that nothing recognised, each a button that asks what it means."""
    question = scene.talk.entries[place].question
    found = tuple(words)[:_WORDS]
    if not found or not scene.role.may_teach or WAY in question:
        return
    with st.container(horizontal=True, gap="small", key=f"unknown-{place}"):
        for number, word in enumerate(found):
            st.button(
                escaped(label("teach_word", language, word=word)), key=f"word-{place}-{number}", icon=":material/help:",
                type="tertiary", on_click=open_for, args=(Subject(question, word, scene.talk.id, place),), wrap=True,
            )


def draw_question(scene: Scene, place: int, language: Language) -> None:
    """The button that says what the question of a turn means."""
    question = scene.talk.entries[place].question
    if scene.role.may_teach and WAY not in question:
        st.button(
            label("teach_question", language), key=f"teach-{place}", icon=":material/school:", type="tertiary",
            on_click=open_for, args=(Subject(question, "", scene.talk.id, place),),
        )


def draw_teaching(scene: Scene, place: int, request: Request) -> None:
    """What can be taught about a question that was not answered: its words that nothing recognised, and the question itself."""
    if scene.role.may_teach:
        known = scene.assistant.reader.matcher.model(request.language).known_words
        with st.container(horizontal=True, gap="small", key=f"teaching-{place}"):
            draw_words(scene, place, unread(request, known), request.language)
            draw_question(scene, place, request.language)


def draw_dialog(assistant: Assistant, language: Language, person: Person) -> None:
    """The dialog that is open, if one is."""
    subject: Subject | None = st.session_state.get(_SUBJECT)
    if subject is None or not person.role.may_teach:
        return
    if subject.place is not None and subject.talk != getattr(st.session_state.get("talk"), "id", ""):
        close()
        return
    # The title is fixed: what somebody typed stands below it, letter by letter.
    title = label("teach_title", language)
    st.dialog(title, width="medium", icon=":material/school:", on_dismiss=close)(_draw)(assistant, language, person)


def _draw(assistant: Assistant, language: Language, person: Person) -> None:
    subject: Subject | None = st.session_state.get(_SUBJECT)
    if subject is None:
        # Kept or cancelled: the page around the dialog is drawn anew.
        st.rerun()
        return
    # What somebody else asked may name people; what is taught is the question itself.
    shown = subject.question
    if subject.mistake is not None:
        shown = masked(shown, person.role, personal.finder(assistant.engine))
    st.caption(escaped(label("teach_asked", language, question=shown)))
    how = st.segmented_control(
        label("teach_how", language), _HOW, key="teach-how", default=_HOW[0 if subject.word else 1], required=True,
        format_func=lambda name: label(f"teach_how_{name}", language),
    )
    lesson = (_word_lesson if how == _HOW[0] else _question_lesson)(assistant, language, person, subject)
    ready = lesson is not None and _draw_check(assistant, language, person, lesson)
    if told := st.session_state.get("teach-problem"):
        st.error(escaped(told))
    st.caption(escaped(label("teach_for_all", language)))
    with st.container(horizontal=True):
        st.button(
            label("teach_save" if subject.mistake is None else "teach_save_only", language), key="teach-save", type="primary",
            disabled=not ready, on_click=_keep, args=(assistant, language, person, subject, lesson),
        )
        st.button(label("cancel", language), key="teach-cancel", on_click=close)


def _word_lesson(assistant: Assistant, language: Language, person: Person, subject: Subject) -> Lesson | None:
    said = st.text_input(label("teach_said", language), value=subject.word, key="teach-said", max_chars=LONGEST_WORD)
    offers = offered(assistant, language, person.role)
    chosen = st.selectbox(
        label("teach_means", language), list(offers), index=None, key="teach-meaning", accept_new_options=True,
        placeholder=label("teach_means_hint", language),
    )
    return Lesson(said, meaning_of(chosen, offers)) if chosen and said.strip() else None


def _question_lesson(assistant: Assistant, language: Language, person: Person, subject: Subject) -> Lesson | None:
    catalogue = assistant.catalogue
    titles = {named(Meaning("intent", intent.id), catalogue, language): intent.id for intent in catalogue.built}
    chosen = st.selectbox(
        label("teach_intent", language), list(titles), index=None, key="teach-intent",
        placeholder=label("teach_intent_hint", language),
    )
    return Lesson(subject.question[:LONGEST_QUESTION], Meaning("intent", titles[chosen])) if chosen else None


def _draw_check(assistant: Assistant, language: Language, person: Person, lesson: Lesson) -> bool:
    """Why a lesson is refused, or what it would change; whether it can be kept."""
    try:
        found = why_not(lesson, assistant.reader, teachings())
        if found is not None:
            st.warning(escaped(why(found, assistant, language)))
            return False
        asked = session.conversations(person).asked(str(current().path))
    except WorkspaceError as fault:
        st.error(escaped(problem_of(fault, language)))
        return False
    draw_preview(preview(assistant.reader, asked, lesson), assistant, language)
    return True


def why(found: Refusal, assistant: Assistant, language: Language) -> str:
    """Why something is not taught, in words."""
    details: dict[str, Any] = dict(found.details)
    if found.code in ("teach_known_word", "teach_known_already"):
        sort, name, field = (details.pop(key) for key in ("sort", "name", "field"))
        details["means"] = named(Meaning(sort, name, field), assistant.catalogue, language)
    if found.code == "teach_is_value":
        means = Meaning("value", str(details["value"]), str(details["field"]))
        details = {"said": details["said"], "means": named(means, assistant.catalogue, language)}
    return problem(found.code, language, **details)


def draw_preview(found: Preview, assistant: Assistant, language: Language) -> None:
    """What a lesson would change among the past questions: as it was read, and as it would be."""
    count = len(found.differences)
    if not count:
        st.caption(label("preview_none", language, count=found.looked_at))
        return
    st.markdown(f"**{label('preview', language, count=count, of=found.looked_at)}**")
    lines = []
    for one in found.differences[:_SHOWN]:
        was, then = (understood(reading, assistant.catalogue, language) for reading in (one.was, one.would_be))
        lines.append(f"- {escaped(one.question)}  \n  {escaped(label('preview_line', language, was=was, then=then))}")
    if count > _SHOWN:
        lines.append(f"- {label('preview_more', language, count=count - _SHOWN)}")
    st.markdown("\n".join(lines))


def _keep(assistant: Assistant, language: Language, person: Person, subject: Subject, lesson: Lesson | None) -> None:
    if lesson is None or not person.role.may_teach:
        return
    try:
        found = why_not(lesson, assistant.reader, teachings())
        if found is not None:
            st.session_state["teach-problem"] = why(found, assistant, language)
            return
        teachings().teach(lesson, person.name)
        _settle(subject, person)
    except WorkspaceError as fault:
        st.session_state["teach-problem"] = problem_of(fault, language)
        return
    close()
    if subject.mistake is None:
        session.ask_next(subject.question)


def trying(act: Callable[[], object]) -> None:
    """Does something with what is kept; what is wrong is said by the page when it is drawn anew."""
    try:
        act()
    except WorkspaceError as fault:
        st.session_state["teach-told"] = problem_of(fault, session.page_language())


def _settle(subject: Subject, person: Person) -> None:
    """Takes the turn out of the mistake book; the last one of the conversation gives way to the new answer."""
    if subject.mistake is not None:
        mistakes().settle(subject.mistake, "taught", person.name)
    held = st.session_state.get("talk")
    if subject.place is None or held is None or not 0 <= subject.place < len(held.entries):
        return
    created = getattr(held.entries[subject.place].source, "created", None)
    if created is not None:
        mistakes().settle_turn(held.id, created, "taught", person.name)
    if subject.place == len(held.entries) - 1:
        session.undo()
