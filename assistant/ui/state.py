"""What all sessions of one server share: the open data set and its assistant. Imports no page."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from pathlib import Path

from analytics.models.encoder import Encoder
from analytics.store import DataSetError
from assistant.ask import Assistant
from assistant.teaching import Source
from assistant.workspace import Workspace
from assistant.workspace.theme_edits import reader

DB_VARIABLE = "ASKWELL_DB"


class State:
    """The assistant on the current version of the data set; a new version is opened when its file is swapped in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._encoder = Encoder()
        self._assistant: Assistant | None = None
        self._stamp: tuple[int, int] | None = None
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        return self._assistant is not None and self._encoder.ready

    @property
    def version(self) -> str:
        return self._assistant.shop.version if self._assistant else ""

    def warm(self) -> None:
        """Opens the data set and loads the encoder ahead of the first question."""
        try:
            self.assistant()
        except DataSetError:
            return
        self._encoder.load()

    def assistant(self) -> Assistant:
        """The assistant on what is loaded now. Raises DataSetError, and remembers what was wrong."""
        with self._lock:
            stamp = self._stamp_of()
            if self._assistant is None or stamp != self._stamp:
                try:
                    self._assistant = Assistant.open(self.path, encoder=self._encoder)
                    self._assistant.theme_edits = reader(self._assistant.engine.path, workspace())
                    self._assistant.reader.taught = Source(workspace(), self.path)
                except DataSetError as problem:
                    self.problem = str(problem)
                    raise
                self._stamp, self.problem = stamp, ""
            return self._assistant

    def changed(self, assistant: Assistant) -> bool:
        """Whether other data were loaded than those of an assistant."""
        try:
            return self.assistant() is not assistant
        except DataSetError:
            return True

    def _stamp_of(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns


@lru_cache(maxsize=1)
def current() -> State:
    """The state of this server, on the data set that ASKWELL_DB names."""
    from assistant.settings import default_db

    named = os.environ.get(DB_VARIABLE)
    return State(Path(named) if named else default_db())


@lru_cache(maxsize=1)
def workspace() -> Workspace:
    """The file of conversations, snapshots and audit, one for this server."""
    return Workspace()
