"""The audit: who did what, when. Lines are only ever added, in the transaction of what they tell about."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.workspace.database import Workspace

Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True)
class Line:
    """One line of the audit. `subject` is the id of what was acted on."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Details


def add(connection: sqlite3.Connection, at: str, actor: str, action: str, subject: str, details: Details) -> None:
    """Adds a line within a transaction that is open: the act and its line are kept together or not at all."""
    connection.execute(
        "INSERT INTO audit (at, actor, action, subject, details) VALUES (?, ?, ?, ?, ?)",
        (at, actor, action, subject, json.dumps(dict(details))),
    )


def note(workspace: Workspace, actor: str, action: str, subject: str = "", details: Details | None = None) -> None:
    """Adds a line about something that changes nothing in the workspace. Raises WorkspaceError."""
    with workspace.writing() as connection:
        add(connection, workspace.now(), actor, action, subject, details or {})


def lines(workspace: Workspace, most: int = 1_000) -> tuple[Line, ...]:
    """The last lines, the newest first. Raises WorkspaceError."""
    with workspace.reading() as connection:
        found = connection.execute("SELECT * FROM audit ORDER BY id DESC LIMIT ?", (most,)).fetchall()
    return tuple(
        Line(datetime.fromisoformat(row["at"]), row["actor"], row["action"], row["subject"], json.loads(row["details"]))
        for row in found
    )
