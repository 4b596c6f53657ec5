"""The tables of the workspace, as the steps that lead from an empty file to them.

A step that was released is never changed: a new version of the schema is a new step at the end. Times are UTC in ISO 8601
with microseconds, so that they sort as text; JSON columns hold what assistant.lossless writes.
"""

from __future__ import annotations

_FIRST = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        title TEXT NOT NULL,
        data_set TEXT NOT NULL,
        created TEXT NOT NULL,
        updated TEXT NOT NULL,
        deleted TEXT
    )
    """,
    "CREATE INDEX conversations_of_owner ON conversations (owner, updated)",
    """
    CREATE TABLE turns (
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        question TEXT NOT NULL,
        outcome TEXT NOT NULL,
        state TEXT,
        created TEXT NOT NULL,
        rating INTEGER CHECK (rating IN (-1, 1)),
        rating_reason TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (conversation, position)
    )
    """,
    """
    CREATE TABLE snapshots (
        token_hash TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        title TEXT NOT NULL,
        record TEXT NOT NULL,
        with_sql INTEGER NOT NULL,
        created TEXT NOT NULL,
        expires TEXT,
        ended TEXT
    )
    """,
    "CREATE INDEX snapshots_of_owner ON snapshots (owner, created)",
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        details TEXT NOT NULL
    )
    """,
)
#: Step n leads from version n to version n + 1.
STEPS: tuple[tuple[str, ...], ...] = (_FIRST,)
