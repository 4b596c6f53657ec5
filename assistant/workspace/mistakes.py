"""The mistake book of one data set: answers with a thumb down and questions that were not answered, until somebody settles them.

A turn stands in it once. What is deleted for good goes from here with its conversation.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from assistant.answer import Declined, Language, NoData, Request
from assistant.answering.saved import Kept
from assistant.workspace.database import Workspace, data_key

#: Why a turn is in the book: a thumb down, or what came back instead of an answer.
Kind = Literal["thumb", "declined", "clarify", "no_data", "error"]
KINDS: tuple[Kind, ...] = get_args(Kind)
State = Literal["open", "dismissed", "taught", "case"]
#: Questions that say nothing teach nothing.
_NOT_KEPT = frozenset({"empty"})
#: What the data cannot tell is no mistake; a word that was taken for a value may be one.
_MISREAD_DATA = frozenset({"unknown_value"})


@dataclass(frozen=True)
class Mistake:
    """A turn in the book: the question with what it was understood as. `reason` is that of the thumb or of the refusal.

    `right_intent` is what a test case expects; None where the question should be declined.
    """

    id: int
    conversation: str
    at: datetime
    owner: str
    question: str
    language: Language
    kind: Kind
    reason: str
    intent: str
    slots: Mapping[str, Any]
    state: State = "open"
    right_intent: str | None = None
    right_slots: Mapping[str, Any] = field(default_factory=dict)

    def to_case(self) -> dict[str, Any]:
        """A line of `askwell eval`: the question with the intent and slots that are right, or a question to decline."""
        shape: dict[str, Any] = {"id": f"mistake-{self.id}", "lang": self.language, "question": self.question}
        if self.right_intent is None:
            return shape | {"kind": "mistake"}
        return shape | {"intent": self.right_intent, "accept": [], "slots": dict(self.right_slots), "style": "mistake"}


@dataclass(frozen=True)
class Mistakes:
    """The mistakes of one data set. Every method raises WorkspaceError."""

    workspace: Workspace
    data_set: str

    def listed(self, kind: Kind | None = None, state: State = "open", most: int = 500) -> tuple[Mistake, ...]:
        """Those of a kind (None: any) in a state, the newest first; those of conversations that were deleted are left out."""
        with self.workspace.reading() as connection:
            found = connection.execute(
                """
                SELECT mistakes.* FROM mistakes JOIN conversations ON conversations.id = conversation
                WHERE mistakes.data_set = ?1 AND state = ?2 AND (?3 IS NULL OR kind = ?3) AND deleted IS NULL
                ORDER BY asked DESC, mistakes.id DESC LIMIT ?4
                """,
                (self.data_set, state, kind, most),
            ).fetchall()
        return tuple(_mistake(row) for row in found)

    def settle(self, identity: int, state: State, by: str) -> None:
        """Takes a mistake off the list as dismissed or taught, or puts it back as open."""
        with self.workspace.writing() as connection:
            connection.execute(
                "UPDATE mistakes SET state = ?, settled_by = ?, settled = ? WHERE id = ? AND data_set = ?",
                (state, by, self.workspace.now(), identity, self.data_set),
            )

    def settle_turn(self, conversation: str, asked: datetime, state: State, by: str) -> None:
        """As `settle`, for the turn of a conversation; nothing where it is not in the book."""
        stamp = asked.isoformat(timespec="microseconds")
        with self.workspace.reading() as connection:
            row = connection.execute(
                "SELECT id FROM mistakes WHERE conversation = ? AND asked = ?", (conversation, stamp)
            ).fetchone()
        if row is not None:
            self.settle(row["id"], state, by)

    def make_case(self, identity: int, intent: str | None, slots: Mapping[str, Any], by: str) -> None:
        """Says what is right: an intent with its slots as JSON, or None for a question that should be declined."""
        with self.workspace.writing() as connection:
            connection.execute(
                """
                UPDATE mistakes SET state = 'case', right_intent = ?, right_slots = ?, settled_by = ?, settled = ?
                WHERE id = ? AND data_set = ?
                """,
                (intent, json.dumps(dict(slots)), by, self.workspace.now(), identity, self.data_set),
            )

    def cases(self) -> Iterator[dict[str, Any]]:
        """The test cases, the oldest first, as objects of one line each."""
        return (mistake.to_case() for mistake in reversed(self.listed(state="case", most=100_000)))


def note_outcome(connection: sqlite3.Connection, conversation: str, asked: str, question: str, kept: Kept) -> None:
    """Puts a new turn into the book if it was not answered, in the transaction that keeps the turn."""
    status = getattr(kept, "status", "answered")
    reason = kept.reason if isinstance(kept, Declined) else kept.code if isinstance(kept, NoData) else ""
    if status not in KINDS or reason in _NOT_KEPT or (status == "no_data" and reason not in _MISREAD_DATA):
        return
    _note(connection, conversation, asked, question, status, reason, kept.request)


def note_rating(
    connection: sqlite3.Connection, conversation: str, asked: str, question: str, request: Request | None, rating: int | None,
    reason: str,
) -> None:
    """Puts a turn with a thumb down into the book, and takes it out when the thumb goes."""
    if rating == -1:
        _note(connection, conversation, asked, question, "thumb", reason, request)
        return
    connection.execute(
        "DELETE FROM mistakes WHERE conversation = ? AND asked = ? AND kind = 'thumb' AND state = 'open'", (conversation, asked)
    )


def _note(
    connection: sqlite3.Connection, conversation: str, asked: str, question: str, kind: str, reason: str,
    request: Request | None,
) -> None:
    row = connection.execute("SELECT owner, data_set FROM conversations WHERE id = ?", (conversation,)).fetchone()
    slots = json.dumps(request.slots_json() if request else {}, default=str)
    connection.execute(
        """
        INSERT INTO mistakes (conversation, asked, data_set, owner, question, language, kind, reason, intent, slots)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (conversation, asked) DO UPDATE SET kind = ?7, reason = ?8, intent = ?9, slots = ?10
        """,
        (
            conversation, asked, data_key(row["data_set"]), row["owner"], question, request.language if request else "en", kind,
            reason, request.intent if request else "", slots,
        ),
    )


def _mistake(row: sqlite3.Row) -> Mistake:
    return Mistake(
        row["id"], row["conversation"], datetime.fromisoformat(row["asked"]), row["owner"], row["question"], row["language"],
        row["kind"], row["reason"], row["intent"], json.loads(row["slots"]), row["state"], row["right_intent"],
        json.loads(row["right_slots"] or "{}"),
    )
