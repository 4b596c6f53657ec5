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
#: What people changed about the themes of a data set; `edits` are all of them after the change.
_THEME_EDITS = (
    """
    CREATE TABLE theme_edits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        data_set TEXT NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        details TEXT NOT NULL,
        edits TEXT NOT NULL,
        undone TEXT
    )
    """,
    "CREATE INDEX theme_edits_of_data_set ON theme_edits (data_set, id)",
)
_TEACHING = (
    """
    CREATE TABLE teachings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        data_set TEXT NOT NULL,
        key TEXT NOT NULL,
        said TEXT NOT NULL,
        sort TEXT NOT NULL,
        name TEXT NOT NULL,
        field TEXT,
        taught_by TEXT NOT NULL,
        taught TEXT NOT NULL,
        undone_by TEXT,
        undone TEXT
    )
    """,
    "CREATE INDEX teachings_of_data_set ON teachings (data_set, undone)",
    """
    CREATE TABLE mistakes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        asked TEXT NOT NULL,
        data_set TEXT NOT NULL,
        owner TEXT NOT NULL,
        question TEXT NOT NULL,
        language TEXT NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        intent TEXT NOT NULL,
        slots TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open',
        settled_by TEXT,
        settled TEXT,
        right_intent TEXT,
        right_slots TEXT,
        UNIQUE (conversation, asked)
    )
    """,
    "CREATE INDEX mistakes_of_data_set ON mistakes (data_set, state, asked)",
)
#: Step n leads from version n to version n + 1.
STEPS: tuple[tuple[str, ...], ...] = (_FIRST, _THEME_EDITS, _TEACHING)
