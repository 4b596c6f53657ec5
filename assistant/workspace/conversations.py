"""Conversations of one person: kept over a refresh and a restart, listed, searched, renamed, undone, rated, deleted.

Everything goes through one owner, so that conversations of different people cannot mix: what belongs to somebody else is
told as not there. A deleted conversation can be brought back for a while and is then removed with its turns.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from analytics.finding import Filter
from analytics.period import Period
from assistant.answer import Language, Outcome, Request
from assistant.answering import saved
from assistant.answering.saved import Kept, Saved
from assistant.lossless import BrokenRecord, Codec
from assistant.understanding.dialogue import Turn
from assistant.workspace import audit, mistakes
from assistant.workspace.database import Workspace, stamp
from assistant.workspace.errors import WorkspaceError

Rating = Literal[-1, 1]
#: How long a deleted conversation can be brought back.
KEPT_DELETED = timedelta(days=30)
#: Letters of a title that is taken from the first question.
_TITLE = 80
#: 128 bits: ids stand in addresses, and nobody guesses one.
_ID_BYTES = 16
_STATE = Codec(1, (Turn, Period, Filter))


@dataclass(frozen=True)
class Conversation:
    """A conversation as a list shows it. `data_set` is the path of the data it is about; `turns` counts them."""

    id: str
    title: str
    owner: str
    data_set: str
    created: datetime
    updated: datetime
    turns: int


@dataclass(frozen=True)
class SavedTurn:
    """One question with what came back, as it is kept. `rating` is 1 for good, -1 for bad, None for neither."""

    position: int
    question: str
    record: str
    state_record: str | None
    created: datetime
    rating: Rating | None
    rating_reason: str

    def kept(self) -> Kept:
        """What was kept of the outcome; raises BrokenRecord."""
        return saved.from_json(self.record)

    def outcome(self, language: Language | None = None) -> Outcome:
        """The outcome as it was, an answer in the language given; raises BrokenRecord."""
        return saved.shown(self.kept(), language)

    def state(self) -> Turn | None:
        """The state that the next turn refines; None where there is none, or none that can still be read."""
        return _state(self.state_record)


@dataclass(frozen=True)
class Conversations:
    """The conversations of one owner. Every method raises WorkspaceError; no_such_conversation is one of somebody else,
    a deleted one and one that never was."""

    workspace: Workspace
    owner: str

    def start(self, data_set: str, title: str = "") -> Conversation:
        """A new conversation; without a title it takes that of its first question."""
        identity, now = secrets.token_urlsafe(_ID_BYTES), self.workspace.now()
        with self.workspace.writing() as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, title, data_set, created, updated) VALUES (?, ?, ?, ?, ?, ?)",
                (identity, _text(self.owner), _title(title), _text(data_set), now, now),
            )
        return self.get(identity)

    def get(self, identity: str) -> Conversation:
        with self.workspace.reading() as connection:
            return _conversation(self._row(connection, identity))

    def listed(self, words: str = "", most: int = 200) -> tuple[Conversation, ...]:
        """Those whose title or one of whose questions holds the words (all of them without), last used first."""
        searched = _text(words).strip().casefold()
        with self.workspace.reading() as connection:
            found = connection.execute(
                f"""
                {_SELECT} WHERE owner = ?1 AND deleted IS NULL AND (
                    ?2 = ''
                    OR instr(folded(title), ?2) > 0
                    OR EXISTS (SELECT 1 FROM turns WHERE conversation = id AND instr(folded(question), ?2) > 0)
                ) ORDER BY updated DESC, created DESC, id LIMIT ?3
                """,
                (_text(self.owner), searched, most),
            ).fetchall()
        return tuple(_conversation(row) for row in found)

    def rename(self, identity: str, title: str) -> None:
        """Gives a conversation another title; a blank one changes nothing."""
        with self._changing(identity) as connection:
            if _title(title):
                connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (_title(title), identity))

    def delete(self, identity: str) -> None:
        """Takes a conversation off the list, and removes for good what was deleted more than KEPT_DELETED ago."""
        with self._changing(identity) as connection:
            connection.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (self.workspace.now(), identity))
            over = stamp(self.workspace.clock() - KEPT_DELETED)
            connection.execute("DELETE FROM conversations WHERE deleted < ?", (over,))

    def restore(self, identity: str) -> None:
        """Brings a deleted conversation back."""
        with self._changing(identity, deleted=True) as connection:
            connection.execute("UPDATE conversations SET deleted = NULL WHERE id = ?", (identity,))

    def append(self, identity: str, question: str, kept: Kept, state: Turn | None) -> SavedTurn:
        """Adds a turn at the end: what was asked, what came back, and the state that the next turn refines."""
        record, state_record = self._records(kept, state)
        with self._changing(identity) as connection:
            last = connection.execute("SELECT max(position) FROM turns WHERE conversation = ?", (identity,)).fetchone()[0]
            position, now = 0 if last is None else last + 1, self.workspace.now()
            connection.execute(
                "INSERT INTO turns (conversation, position, question, outcome, state, created) VALUES (?, ?, ?, ?, ?, ?)",
                (identity, position, _text(question), record, state_record, now),
            )
            mistakes.note_outcome(connection, identity, now, _text(question), kept)
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ? AND title = ''", (_title(question), identity)
            )
            return _turn(self._turn_row(connection, identity, position))

    def replace(self, identity: str, position: int, kept: Kept, state: Turn | None) -> SavedTurn:
        """Puts another outcome in the place of one: the same question with a part of it changed, or another kind of chart.

        A rating stays with the answer that it was given for: another answer starts without one, and the audit keeps what was
        said of the one before. The same answer in another kind of chart keeps its rating.
        """
        record, state_record = self._records(kept, state)
        with self._changing(identity) as connection:
            before = _turn(self._turn_row(connection, identity, position))
            connection.execute(
                "UPDATE turns SET outcome = ?, state = ? WHERE conversation = ? AND position = ?",
                (record, state_record, identity, position),
            )
            if before.rating is not None and not _same_answer(before, kept):
                connection.execute(
                    "UPDATE turns SET rating = NULL, rating_reason = '' WHERE conversation = ? AND position = ?",
                    (identity, position),
                )
                self._note_rating(connection, identity, before)
            return _turn(self._turn_row(connection, identity, position))

    def _note_rating(self, connection: sqlite3.Connection, identity: str, before: SavedTurn) -> None:
        details = {"position": before.position, "rating": before.rating, "reason": before.rating_reason}
        audit.add(connection, self.workspace.now(), _text(self.owner), "rated_answer_replaced", identity, details)

    def _records(self, kept: Kept, state: Turn | None) -> tuple[str, str | None]:
        try:
            return saved.to_json(kept), None if state is None else _STATE.write(state)
        except BrokenRecord as fault:
            raise WorkspaceError("workspace_unwritable", self.workspace.path, reason=str(fault)) from fault

    def turns(self, identity: str) -> tuple[SavedTurn, ...]:
        """The turns of a conversation in their order."""
        with self.workspace.reading() as connection:
            self._row(connection, identity)
            found = connection.execute("SELECT * FROM turns WHERE conversation = ? ORDER BY position", (identity,)).fetchall()
        return tuple(_turn(row) for row in found)

    def undo(self, identity: str) -> SavedTurn | None:
        """Takes the last turn back and returns it; None where there is none."""
        with self._changing(identity) as connection:
            row = connection.execute(
                "SELECT * FROM turns WHERE conversation = ? ORDER BY position DESC LIMIT 1", (identity,)
            ).fetchone()
            if row is None:
                return None
            connection.execute("DELETE FROM turns WHERE conversation = ? AND position = ?", (identity, row["position"]))
            return _turn(row)

    def take_back(self, identity: str, position: int) -> None:
        """Takes one turn back, and not one that was added after it in another tab; nothing where it is gone already."""
        with self._changing(identity) as connection:
            connection.execute("DELETE FROM turns WHERE conversation = ? AND position = ?", (identity, position))

    def rate(self, identity: str, position: int, rating: Rating | None, reason: str = "") -> None:
        """Says whether an answer was good (1) or bad (-1) and why; None takes the rating back."""
        with self.workspace.writing() as connection:
            self._row(connection, identity)
            turn = self._turn_row(connection, identity, position)
            connection.execute(
                "UPDATE turns SET rating = ?, rating_reason = ? WHERE conversation = ? AND position = ?",
                (rating, "" if rating is None else _text(reason), identity, position),
            )
            asked, request = turn["created"], _request(_turn(turn))
            mistakes.note_rating(connection, identity, asked, turn["question"], request, rating, _text(reason))

    def asked(self, data_set: str, most: int = 200) -> tuple[tuple[str, Turn | None], ...]:
        """The last questions about a data set, the newest first, each with the state that it could refine; the same question
        in the same state once."""
        with self.workspace.reading() as connection:
            found = connection.execute(
                """
                SELECT question, (
                    SELECT before.state FROM turns AS before WHERE before.conversation = turns.conversation
                    AND before.position < turns.position AND before.state IS NOT NULL ORDER BY before.position DESC LIMIT 1
                ) AS before
                FROM turns JOIN conversations ON id = conversation WHERE owner = ? AND data_set = ? AND deleted IS NULL
                ORDER BY turns.created DESC LIMIT ?
                """,
                (_text(self.owner), _text(data_set), most),
            ).fetchall()
        return tuple((question, _state(before)) for question, before in dict.fromkeys((row[0], row[1]) for row in found))

    @contextmanager
    def _changing(self, identity: str, deleted: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction on a conversation of this owner, which counts as used now."""
        with self.workspace.writing() as connection:
            self._row(connection, identity, deleted)
            yield connection
            connection.execute("UPDATE conversations SET updated = ? WHERE id = ?", (self.workspace.now(), identity))

    def _row(self, connection: sqlite3.Connection, identity: str, deleted: bool = False) -> sqlite3.Row:
        state = "IS NOT NULL" if deleted else "IS NULL"
        row: sqlite3.Row | None = connection.execute(
            f"{_SELECT} WHERE id = ? AND owner = ? AND deleted {state}", (_text(identity), _text(self.owner))
        ).fetchone()
        if row is None:
            raise WorkspaceError("no_such_conversation", self.workspace.path)
        return row

    def _turn_row(self, connection: sqlite3.Connection, identity: str, position: int) -> sqlite3.Row:
        row: sqlite3.Row | None = connection.execute(
            "SELECT * FROM turns WHERE conversation = ? AND position = ?", (identity, position)
        ).fetchone()
        if row is None:
            raise WorkspaceError("no_such_turn", self.workspace.path)
        return row


_SELECT = "SELECT *, (SELECT count(*) FROM turns WHERE conversation = id) AS turns FROM conversations"


def _conversation(row: sqlite3.Row) -> Conversation:
    return Conversation(
        row["id"], row["title"], row["owner"], row["data_set"], datetime.fromisoformat(row["created"]),
        datetime.fromisoformat(row["updated"]), row["turns"],
    )


def _turn(row: sqlite3.Row) -> SavedTurn:
    return SavedTurn(
        row["position"], row["question"], row["outcome"], row["state"], datetime.fromisoformat(row["created"]), row["rating"],
        row["rating_reason"],
    )


def _state(record: str | None) -> Turn | None:
    try:
        found = _STATE.read(record) if record is not None else None
    except BrokenRecord:
        return None
    return found if isinstance(found, Turn) else None


def _request(turn: SavedTurn) -> Request | None:
    """What a turn was understood as; None where that can no longer be read."""
    try:
        return turn.kept().request
    except BrokenRecord:
        return None


def _same_answer(before: SavedTurn, kept: Kept) -> bool:
    """Whether only the kinds of charts differ."""
    try:
        return _plain(before.kept()) == _plain(kept)
    except BrokenRecord:
        return False


def _plain(kept: Kept) -> Kept:
    """What was kept, with its charts as first drawn and as it is read back."""
    return saved.from_json(saved.to_json(replace(kept, chart_kinds=()) if isinstance(kept, Saved) else kept))


def _title(text: str) -> str:
    line = " ".join(_text(text).split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"


def _text(text: str) -> str:
    """Text that can be stored: lone surrogates, which no file can hold, become a question mark."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
