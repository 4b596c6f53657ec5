"""A workspace of its own per test, and small answers to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.ui.talk import Talk
from assistant.workspace import Conversations, Workspace
from tests.assistant.kept import greeting


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / "home" / "workspace.sqlite3", patience=0.2)
    yield opened
    opened.close()


@pytest.fixture
def store(workspace: Workspace) -> Conversations:
    return Conversations(workspace, "ann")


@pytest.fixture
def talk(store: Conversations) -> Talk:
    return Talk(store, "demo.duckdb")


def hello(question: str = "hello") -> Answer:
    """An answer that needs no data."""
    from assistant.answering import saved

    shown = saved.shown(greeting(question))
    assert isinstance(shown, Answer)
    return shown
