"""Part of the data page: the kept versions of the data set, and going back to one of them."""

from __future__ import annotations

import streamlit as st

from analytics import store
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui.labels import escaped, label
from assistant.ui.pages import loading
from assistant.ui.pages.contents import moment


def draw(assistant: Assistant, language: Language, access: Role) -> None:
    """Each kept version, the newest first, with a button that makes it current for those who may."""
    path = assistant.engine.path
    if path is None:
        return
    formats = wording(language, assistant.shop.settings.currency).formats
    st.markdown(escaped(label("versions_intro", language, most=store.KEPT_VERSIONS)))
    for version in reversed(store.versions(path)):
        with st.container(border=True):
            text, action = st.columns([3, 1], vertical_alignment="center")
            with text:
                mark = f" :green-badge[{label('versions_current', language)}]" if version.current else ""
                title = label("versions_title", language, number=version.number, as_of=formats.date(version.as_of))
                st.markdown(f"**{escaped(title)}**{mark}")
                when = moment(version.loaded_at, assistant.shop.settings.time_zone, formats)
                orders = formats.count(version.rows.get("orders", 0))
                st.caption(escaped(label("versions_detail", language, version=version.version, when=when, orders=orders)))
            with action:
                _action(assistant, version, language, access)


def _action(assistant: Assistant, version: store.Version, language: Language, access: Role) -> None:
    if version.current or not access.manages:
        return
    name = label("versions_restore", language, number=version.number)
    if st.button(name, key=f"version-{version.number}", width="stretch"):
        loading.undo(assistant, str(version.number), language)
