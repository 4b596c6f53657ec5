"""The chat page: reads a question, draws the outcome. No logic of its own."""

from __future__ import annotations

import uuid
from typing import Any, Literal

import streamlit as st

from analytics.store import DataSetError
from assistant.answer import LANGUAGES, Answer, Choice, Language, Outcome
from assistant.answering.starters import starters
from assistant.ask import Assistant
from assistant.ui.drawing import draw
from assistant.ui.labels import escaped, label
from assistant.ui.state import current

Asked = Language | Literal["auto"]


def page_language() -> Language:
    """The language of the page's own labels: as chosen, else the browser's."""
    chosen = st.session_state.get("language", "auto")
    if chosen in LANGUAGES:
        return chosen
    return "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"


def start_over() -> None:
    st.session_state.turns = []
    st.session_state.conversation = uuid.uuid4().hex


def ask_next(question: str) -> None:
    st.session_state.pending = question


def sidebar(language: Language) -> None:
    with st.sidebar:
        st.subheader(label("title", language))
        st.radio(
            label("language", language),
            ["auto", *LANGUAGES],
            key="language",
            horizontal=True,
            format_func=lambda code: {"auto": label("language_auto", language), "en": "English", "zh": "中文"}[code],
        )
        st.button(label("new_conversation", language), on_click=start_over, width="stretch")


def welcome(assistant: Assistant, language: Language) -> None:
    """The empty page: what may be asked, each question a button."""
    st.markdown(escaped(label("tagline", language)))
    groups = starters(assistant.catalogue, assistant.shop, language)
    for column, (group, questions) in zip(st.columns(len(groups)), groups.items(), strict=True):
        with column:
            st.caption(label(group, language))
            for question in questions:
                st.button(
                    escaped(question), key=f"start-{question}", on_click=ask_next, args=(question,), width="stretch", wrap=True
                )


def offers(outcome: Outcome, language: Language, turn: int) -> None:
    """Follow-up questions or choices below the last outcome."""
    questions = (
        [Choice(q, q) for q in outcome.follow_ups] if isinstance(outcome, Answer) else list(getattr(outcome, "choices", ()))
    )
    if not questions:
        return
    st.caption(label("ask_next", language))
    for index, choice in enumerate(questions):
        st.button(escaped(choice.question), key=f"next-{turn}-{index}", on_click=ask_next, args=(choice.question,))


def converse(assistant: Assistant, language: Language, question: str | None) -> None:
    """The conversation so far and, when something was just asked, its answer."""
    turns: list[tuple[str, Outcome]] = st.session_state.turns
    for index, (question, outcome) in enumerate(turns):
        with st.chat_message("user"):
            st.markdown(escaped(question))
        with st.chat_message("assistant"):
            draw(outcome, assistant.shop, f"turn-{index}")
    if question:
        with st.chat_message("user"):
            st.markdown(escaped(question))
        with st.chat_message("assistant"), st.spinner(label("working" if assistant.encoder.ready else "loading", language)):
            asked: Asked = st.session_state.get("language", "auto")
            outcome = assistant.ask(question, st.session_state.conversation, asked)
        turns.append((question, outcome))
        st.rerun()
    if turns:
        offers(turns[-1][1], turns[-1][1].request.language, len(turns))


def main() -> None:
    st.set_page_config(page_title="Askwell", page_icon="💬", layout="centered")
    state: Any = st.session_state
    if "turns" not in state:
        start_over()
    language = page_language()
    sidebar(language)
    try:
        assistant = current().assistant()
    except DataSetError as problem:
        st.error(escaped(label("no_data_set", language, problem=problem)))
        return
    shop = assistant.shop
    st.caption(
        escaped(
            label(
                "data_note",
                language,
                company=shop.settings.company or current().path.stem,
                as_of=shop.as_of,
                version=shop.version,
            )
        )
    )
    question = st.chat_input(label("placeholder", language), max_chars=20_000) or state.pop("pending", None)
    if not state.turns and not question:
        welcome(assistant, language)
    converse(assistant, language, question)


main()
