"""A data folder of its own for every test, and passwords that cost little to check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.access import gate, settings_file, users

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty data folder. The process's gate is forgotten before and after."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ASKWELL_HOME", str(folder))
    monkeypatch.setenv("ASKWELL_LANG", "en")
    # Set first, so that what `prepare` sets is undone afterwards.
    monkeypatch.setenv(gate.HOST_VARIABLE, "127.0.0.1")
    monkeypatch.delenv(settings_file.VARIABLE, raising=False)
    gate.current.cache_clear()
    yield folder
    gate.current.cache_clear()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "_N", 2**10)
    monkeypatch.setattr(users, "_P", 1)
    monkeypatch.setattr(users, "_NOBODY", users.User("", "", bytes(16), bytes(32), 2**10, 8, 1))
