"""The application's page: who looks at it, in which language, on which data; then one of its pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from analytics.store import DataSetError
from assistant.access import gate
from assistant.access.gate import Person
from assistant.access.sign_in import SIGN_IN
from assistant.answer import Language
from assistant.answering.problems import problem_of
from assistant.ask import Assistant
from assistant.ui import session, sidebar
from assistant.ui.labels import escaped, label
from assistant.ui.pages import chat
from assistant.ui.state import current
from assistant.ui.theme import STYLE


def _chat(assistant: Assistant, language: Language, person: Person) -> None:
    chat.draw(assistant, language, person)


def _data(assistant: Assistant, language: Language, person: Person) -> None:
    # Reading files is a matter of its own page: the chat does not wait for its libraries.
    from assistant.ui.pages import data

    data.draw(assistant, language, person.role)


def _catalogue(assistant: Assistant, language: Language, person: Person) -> None:
    from assistant.ui.pages import catalogue

    catalogue.draw(assistant, language, person.role)


def _voice(assistant: Assistant, language: Language, person: Person) -> None:
    from assistant.ui.pages import voice

    voice.draw(assistant, language, person)


def _mistakes(assistant: Assistant, language: Language, person: Person) -> None:
    from assistant.ui.pages import mistakes

    mistakes.draw(assistant, language, person)


Draw = Callable[[Assistant, Language, Person], None]
_PAGES: tuple[tuple[str, Draw, str], ...] = (
    ("chat", _chat, ":material/chat:"),
    ("voice", _voice, ":material/forum:"),
    ("data", _data, ":material/database:"),
    ("catalogue", _catalogue, ":material/lightbulb:"),
    ("mistakes", _mistakes, ":material/rule:"),
)


def main() -> None:
    st.set_page_config(page_title="Askwell", page_icon=":material/query_stats:", layout="centered")
    st.html(STYLE)
    language = session.page_language()
    person = gate.current().person(st.context.cookies)
    if person is None:
        st.info(label("sign_in_again", language))
        st.html(f'<a href="{SIGN_IN}" target="_self">{label("sign_in", language)}</a>')
        return
    try:
        assistant = current().assistant()
    except DataSetError as problem:
        st.error(escaped(label("no_data_set", language, problem=problem_of(problem, language))))
        with st.sidebar:
            sidebar.draw_language(language)
        return
    pages = [
        st.Page(
            partial(draw, assistant, language, person), title=label(f"page_{name}", language), icon=icon, url_path=name,
            default=name == "chat",
        )
        for name, draw, icon in _PAGES if name != "mistakes" or person.role.may_teach
    ]
    chosen = st.navigation(pages)
    if chosen is not pages[0] and st.session_state.get("pending") is not None:
        # A question that was clicked on another page is answered in the chat.
        st.switch_page(pages[0])
    with st.sidebar:
        sidebar.draw_sidebar(assistant, person, language)
    chosen.run()
