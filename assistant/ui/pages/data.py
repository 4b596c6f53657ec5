"""The data page: what is loaded, how clean it is, what more would tell, loading files, and the kept versions."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

import streamlit as st

from analytics.ingest.errors import LoadError
from analytics.run import TooSlow
from analytics.store import DataSetError
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering.problems import problem_of
from assistant.ask import Assistant
from assistant.ui.labels import escaped, label
from assistant.ui.pages import contents, loading, quality, versions
from assistant.ui.pages.fresh import watch

log = logging.getLogger(__name__)


def draw(assistant: Assistant, language: Language, access: Role) -> None:
    """Draws the page for somebody with the rights of `access`."""
    st.title(label("page_data", language))
    watch(assistant.engine.path, assistant.shop.version)
    guarded(loading.outcome, assistant, language, access)
    contents.summary(assistant, language)
    names = ("data_contents", "data_quality", "data_missing", "data_load", "data_versions")
    parts: tuple[Callable[[Assistant, Language, Role], None], ...] = (
        contents.loaded, quality.loaded, contents.missing, loading.draw, versions.draw,
    )
    # The labels are in the key: in another language they are other tabs.
    for tab, part in zip(st.tabs([label(name, language) for name in names], key=f"data-tabs-{language}"), parts, strict=True):
        with tab:
            guarded(part, assistant, language, access)


def guarded(part: Callable[[Assistant, Language, Role], None], assistant: Assistant, language: Language, access: Role) -> None:
    """Draws a part; what goes wrong in it is a sentence in its place, and the other parts stay."""
    try:
        part(assistant, language, access)
    except (LoadError, DataSetError) as fault:
        st.error(escaped(problem_of(fault, language)))
    except TooSlow:
        st.error(label("data_too_slow", language))
    except Exception:
        number = uuid.uuid4().hex[:8]
        log.exception("fault %s of the data page", number)
        st.error(escaped(label("data_fault", language, fault=number)))
