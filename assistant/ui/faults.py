"""What people see when the page itself breaks: a sentence and the number under which the log has the rest."""

from __future__ import annotations

import logging
import uuid

import streamlit as st

from assistant.ui.labels import escaped, label
from assistant.ui.session import page_language

log = logging.getLogger(__name__)


def told(fault: Exception) -> bool:
    """Logs a fault of the page and says so in its place; true, as nothing else needs to be shown."""
    number = uuid.uuid4().hex[:8]
    log.error("fault %s of the page", number, exc_info=fault)
    st.error(escaped(label("page_fault", page_language(), fault=number)))
    return True
