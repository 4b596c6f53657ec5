"""The side of the page: conversations, links, language, what data there are, who is signed in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assistant.access.gate import Person
from assistant.access.sign_in import SIGN_OUT
from assistant.answer import LANGUAGES, Language
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui import session
from assistant.ui.labels import escaped, label
from assistant.ui.leaving import draw_links, live_links
from assistant.ui.scene import Scene
from assistant.ui.state import current
from assistant.workspace import Conversation, WorkspaceError

#: Conversations that are listed without a search. Each is drawn with every answer.
_LISTED = 12
_TITLE = 44
#: Conversations that stand without scrolling, and the pixels that a longer list takes.
_SHORT, _HEIGHT = 8, 360
#: Seconds between two looks whether other data were loaded.
_LOOK = 5


def draw_language(language: Language) -> None:
    """The choice of the language of answers and of the page."""
    names = {"auto": label("language_auto", language), "en": "English", "zh": "中文"}
    st.segmented_control(
        label("language", language), ["auto", *LANGUAGES], key="language", format_func=names.__getitem__, default="auto",
        required=True,
    )


def draw_sidebar(assistant: Assistant, person: Person, language: Language) -> None:
    """Everything beside the page but its navigation."""
    held = session.talk(person)
    st.button(
        label("new_conversation", language), on_click=session.start_over, width="stretch", icon=":material/add_comment:",
        key="new-conversation",
    )
    _draw_conversations(person, language, held.id)
    scene = Scene(assistant, person, language, held)
    if person.role.may_share and (count := len(live_links(scene))):
        with st.expander(label("all_links", language, count=count), icon=":material/link:"):
            draw_links(scene, "side", language)
    draw_language(language)
    st.fragment(_draw_data_note, run_every=_LOOK)(assistant, language)
    if person.name:
        st.caption(escaped(label("signed_in", language, name=person.name)))
        st.html(f'<a href="{SIGN_OUT}" target="_self">{label("sign_out", language)}</a>')


def _draw_conversations(person: Person, language: Language, present: str) -> None:
    st.caption(label("conversations", language))
    words = st.text_input(
        label("search", language), key="search", placeholder=label("search", language), label_visibility="collapsed",
        icon=":material/search:", max_chars=200,
    )
    _draw_deleted(person, language)
    try:
        found = session.conversations(person).listed(words or "", _LISTED + 1)
    except WorkspaceError:
        # The page says below what is wrong; a list that cannot be read is an empty one.
        found = ()
    if not found:
        st.caption(label("nothing_found" if words else "no_conversations", language))
    # A long list scrolls by itself, so that language and data stay in sight.
    with st.container(gap="xxsmall", key="conversations", height=_HEIGHT if len(found) > _SHORT else "content", border=False):
        for conversation in found[:_LISTED]:
            _draw_conversation(person, conversation, language, conversation.id == present)
    if len(found) > _LISTED:
        st.caption(label("more_conversations", language, count=_LISTED))


def _draw_conversation(person: Person, conversation: Conversation, language: Language, present: bool) -> None:
    title = conversation.title if len(conversation.title) <= _TITLE else f"{conversation.title[: _TITLE - 1]}…"
    st.button(
        escaped(title), key=f"open-{conversation.id}", width="stretch", type="secondary" if present else "tertiary",
        on_click=session.go_to, args=(conversation.id,), wrap=False,
    )
    if not present:
        return
    with st.container(horizontal=True, gap="small", key="present"):
        with st.popover(label("rename", language), icon=":material/edit:", key=f"rename-{conversation.id}"):
            key = f"title-{conversation.id}"
            st.text_input(label("new_title", language), value=conversation.title, key=key, max_chars=80)
            st.button(
                label("save", language), key=f"save-{conversation.id}", on_click=_rename, args=(person, conversation.id, key)
            )
        st.button(
            label("delete", language), key=f"delete-{conversation.id}", icon=":material/delete:", type="tertiary",
            on_click=_delete, args=(person, conversation),
        )


def _rename(person: Person, identity: str, key: str) -> None:
    try:
        session.conversations(person).rename(identity, st.session_state.get(key, ""))
    except WorkspaceError as fault:
        _tell(fault)


def _delete(person: Person, conversation: Conversation) -> None:
    try:
        session.conversations(person).delete(conversation.id)
    except WorkspaceError as fault:
        _tell(fault)
        return
    st.session_state.deleted = conversation
    session.start_over()


def _draw_deleted(person: Person, language: Language) -> None:
    gone: Conversation | None = st.session_state.get("deleted")
    if gone is None:
        return
    with st.container(key="deleted-note"):
        st.caption(escaped(label("deleted", language, title=gone.title)))
        st.button(label("restore", language), key="restore", icon=":material/undo:", on_click=_restore, args=(person, gone.id))


def _restore(person: Person, identity: str) -> None:
    try:
        session.conversations(person).restore(identity)
    except WorkspaceError as fault:
        _tell(fault)
        return
    st.session_state.pop("deleted", None)
    session.go_to(identity)


def _tell(fault: WorkspaceError) -> None:
    held: Any = st.session_state.get("talk")
    if held is not None:
        held.problem = fault


def _draw_data_note(assistant: Assistant, language: Language) -> None:
    """Which data these are. Looks now and then whether others were loaded, and then draws the page anew."""
    if session.job() is None and current().changed(assistant):
        st.rerun()
    shop = assistant.shop
    formats = wording(language).formats
    company = shop.settings.company or current().path.stem
    st.caption(escaped(label("data_note", language, company=company, as_of=formats.date(shop.as_of), version=shop.version)))
