"""Snapshots: answers shared by a link that nobody can guess, that may expire, and that never comes back once it has ended.

The link's token is given out once; only its hash is kept beside the record, so that whoever reads the file can open none.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assistant.answering import saved
from assistant.answering.saved import Saved
from assistant.lossless import BrokenRecord
from assistant.workspace import Workspace, WorkspaceError, audit

_TOKEN_BYTES = 32
#: Longer than any token: what comes in an address is not hashed whatever its length.
_LONGEST_TOKEN = 100


@dataclass(frozen=True)
class Snapshot:
    """A snapshot as its owner's list shows it. `id` is the hash of its token and opens nothing.

    `expires` is the last day (UTC) on which the link works; `live` says whether it works now.
    """

    id: str
    owner: str
    title: str
    with_sql: bool
    created: datetime
    expires: date | None
    live: bool


@dataclass(frozen=True)
class Shared:
    """A snapshot with its answer, for whoever has the link."""

    snapshot: Snapshot
    answer: Saved


@dataclass(frozen=True)
class Snapshots:
    """The snapshots of one owner. Every method raises WorkspaceError."""

    workspace: Workspace
    owner: str

    def create(self, answer: Saved, title: str, *, expires: date | None = None, with_sql: bool = False) -> tuple[str, Snapshot]:
        """Shares an answer; returns the token of its link, which is not kept, and the snapshot.

        `title` is what the owner's list calls it, such as its headline. Without `with_sql` no SQL is kept either. A last
        day in the past is refused as expiry_past. Sharing the same answer again makes another link.
        """
        if expires is not None and expires < self._today():
            raise WorkspaceError("expiry_past", self.workspace.path, day=expires.isoformat())
        try:
            record = saved.to_json(answer if with_sql else answer.without_sql())
        except BrokenRecord as fault:
            raise WorkspaceError("workspace_unwritable", self.workspace.path, reason=str(fault)) from fault
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        identity, now = _hash(token), self.workspace.now()
        title = title.encode("utf-8", errors="replace").decode("utf-8")
        last_day = None if expires is None else expires.isoformat()
        with self.workspace.writing() as connection:
            _end_expired(connection, self._today(), now)
            connection.execute(
                "INSERT INTO snapshots (token_hash, owner, title, record, with_sql, created, expires)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (identity, self.owner, title, record, with_sql, now, last_day),
            )
            details = {"title": title, "expires": last_day, "with_sql": with_sql}
            audit.add(connection, now, self.owner, "snapshot_created", identity, details)
        return token, Snapshot(identity, self.owner, title, with_sql, datetime.fromisoformat(now), expires, True)

    def listed(self) -> tuple[Snapshot, ...]:
        """All snapshots of the owner, ended ones included, the newest first."""
        with self.workspace.reading() as connection:
            found = connection.execute(
                "SELECT * FROM snapshots WHERE owner = ? ORDER BY created DESC, token_hash", (self.owner,)
            ).fetchall()
        return tuple(_snapshot(row, self._today()) for row in found)

    def revoke(self, identity: str) -> bool:
        """Ends a link for ever and forgets its answer; false where the owner has no such link that works."""
        now = self.workspace.now()
        with self.workspace.writing() as connection:
            _end_expired(connection, self._today(), now)
            ended = connection.execute(
                "UPDATE snapshots SET ended = ?, record = '' WHERE token_hash = ? AND owner = ? AND ended IS NULL",
                (now, identity, self.owner),
            )
            if ended.rowcount:
                audit.add(connection, now, self.owner, "snapshot_revoked", identity, {})
        return bool(ended.rowcount)

    def _today(self) -> date:
        return _today(self.workspace)


def find(workspace: Workspace, token: str) -> Shared | None:
    """The snapshot behind a token; None for one that is unknown, revoked or expired, which cannot be told apart.

    Raises WorkspaceError, and BrokenRecord where the answer can no longer be read.
    """
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    with workspace.reading() as connection:
        row = connection.execute("SELECT * FROM snapshots WHERE token_hash = ? AND ended IS NULL", (_hash(token),)).fetchone()
    if row is None:
        return None
    snapshot = _snapshot(row, _today(workspace))
    if not snapshot.live:
        # Where nothing can be written the link is dead all the same, by its date.
        with suppress(WorkspaceError), workspace.writing() as connection:
            _end_expired(connection, _today(workspace), workspace.now())
        return None
    kept = saved.from_json(row["record"])
    if not isinstance(kept, Saved):
        raise BrokenRecord("broken_record", reason=f"{type(kept).__name__} is no answer")
    return Shared(snapshot, kept)


def _end_expired(connection: sqlite3.Connection, today: date, now: str) -> None:
    """Ends what has expired and forgets the answers, so that a clock set back brings none to life."""
    connection.execute(
        "UPDATE snapshots SET ended = ?, record = '' WHERE ended IS NULL AND expires < ?", (now, today.isoformat())
    )


def _snapshot(row: sqlite3.Row, today: date) -> Snapshot:
    expires = None if row["expires"] is None else date.fromisoformat(row["expires"])
    live = row["ended"] is None and (expires is None or today <= expires)
    return Snapshot(
        row["token_hash"], row["owner"], row["title"], bool(row["with_sql"]), datetime.fromisoformat(row["created"]), expires,
        live,
    )


def _today(workspace: Workspace) -> date:
    return workspace.clock().astimezone(UTC).date()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()
