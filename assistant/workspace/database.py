"""The file that holds all that is written at run time: one SQLite database, shared by any number of processes and threads.

Owns opening, migration, transactions and how faults are told. Knows the meaning of no table.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assistant import settings
from assistant.workspace.errors import WorkspaceError, workspace_error
from assistant.workspace.schema import STEPS

#: Seconds that a write waits for those of other processes.
PATIENCE = 10.0
_PAUSE = 0.02
#: Connections to read with that are kept open while nobody reads.
_IDLE_READERS = 8


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as it stands in the file."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def data_key(path: Path | str) -> str:
    """The name under which a data set is known, whichever way its path is spelt."""
    return str(Path(path).resolve())


class Workspace:
    """One workspace file, opened at the first use. Every method that reads or writes raises WorkspaceError and then has
    changed nothing, so that a caller can say so and go on. Safe to share between threads."""

    def __init__(
        self, path: Path | None = None, clock: Callable[[], datetime] = utc_now, patience: float = PATIENCE,
        steps: tuple[tuple[str, ...], ...] = STEPS,
    ) -> None:
        self.path = path or settings.workspace_path()
        self.clock = clock
        self._patience = patience
        self._steps = steps
        self._connection: sqlite3.Connection | None = None
        self._readers: deque[sqlite3.Connection] = deque()
        self._lock = threading.RLock()

    def now(self) -> str:
        """The present moment as it stands in the file."""
        return stamp(self.clock())

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            while self._readers:
                self._readers.pop().close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read what has been written, of this reader alone: fifty people who look at their pages wait neither for
        each other nor for who is writing."""
        with self._told():
            connection = self._reader()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection to write with, in one transaction that happens as a whole or not at all."""
        with self._lock, self._told():
            connection = self._opened()
            with _transaction(connection):
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise workspace_error(fault, self.path) from fault

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                # What people asked is nobody else's business on a machine that several people use.
                self.path.touch(mode=0o600)
            connection = self._connected()
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _reader(self) -> sqlite3.Connection:
        if self._connection is None:
            # The file is made and brought up to date by the connection that writes.
            with self._lock:
                self._opened()
        try:
            return self._readers.pop()
        except IndexError:
            return self._connected()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if self._connection is not None and len(self._readers) < _IDLE_READERS:
            self._readers.append(connection)
        else:
            connection.close()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.create_function("folded", 1, lambda text: str(text).casefold(), deterministic=True)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted or revoked is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        if _version(connection) < len(self._steps):
            self._wait_for_wal(connection)
            with _transaction(connection):
                self._migrate(connection)
        if (found := _version(connection)) > len(self._steps):
            raise WorkspaceError("workspace_newer", self.path, found=found, known=len(self._steps))

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Takes the steps that are missing; another process may have taken them meanwhile."""
        for step in self._steps[_version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(len(self._steps), _version(connection))}")

    def _wait_for_wal(self, connection: sqlite3.Connection) -> None:
        """Turns on the write-ahead log. SQLite does not wait when another process is doing the same, so this does."""
        last = time.monotonic() + self._patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                    raise
                time.sleep(_PAUSE)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
