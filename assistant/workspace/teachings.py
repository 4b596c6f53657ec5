"""What people taught about one data set: kept with who and when, undone without being forgotten, exported and taken in.

Whether something can be taught at all is checked before it comes here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.understanding.taught import SORTS, Lesson, Meaning, Taught
from assistant.workspace import audit
from assistant.workspace.database import Workspace


@dataclass(frozen=True)
class Teaching:
    """A lesson with who taught it and when; `undone` is None while it is in force."""

    id: int
    lesson: Lesson
    by: str
    at: datetime
    undone: datetime | None = None
    undone_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """The lesson as a line of an export."""
        meaning = self.lesson.meaning
        shape = {"said": self.lesson.said, "sort": meaning.sort, "name": meaning.name}
        return shape | ({"field": meaning.field} if meaning.field else {}) | {"by": self.by, "at": self.at.isoformat()}


def lesson_of(record: Mapping[str, Any]) -> Lesson | None:
    """The lesson of an exported line; None for a line that is none."""
    said, sort, name, field = (record.get(key) for key in ("said", "sort", "name", "field"))
    if not (isinstance(said, str) and isinstance(name, str) and sort in SORTS and isinstance(field, str | None)):
        return None
    return Lesson(said, Meaning(sort, name, field or None))


@dataclass(frozen=True)
class Teachings:
    """The lessons of one data set. Every method raises WorkspaceError."""

    workspace: Workspace
    data_set: str

    def taught(self) -> Taught:
        """What is in force."""
        return Taught(teaching.lesson for teaching in reversed(self.listed()))

    def listed(self, undone: bool = False) -> tuple[Teaching, ...]:
        """The lessons in force, the newest first; with `undone`, those that were taken back instead."""
        state = "IS NOT NULL" if undone else "IS NULL"
        with self.workspace.reading() as connection:
            found = connection.execute(
                f"SELECT * FROM teachings WHERE data_set = ? AND undone {state} ORDER BY id DESC", (self.data_set,)
            ).fetchall()
        return tuple(_teaching(row) for row in found)

    def stamp(self) -> tuple[int, int]:
        """Changes whenever something is taught or undone."""
        with self.workspace.reading() as connection:
            row = connection.execute(
                "SELECT count(*), count(undone) FROM teachings WHERE data_set = ?", (self.data_set,)
            ).fetchone()
        return row[0], row[1]

    def teach(self, lesson: Lesson, by: str) -> Teaching:
        """Keeps a lesson; one that says the same otherwise is undone."""
        with self.workspace.writing() as connection:
            return self._kept(connection, lesson, by)

    def take_in(self, lessons: Iterable[Lesson], by: str) -> int:
        """Keeps the lessons of an export, all or none; returns how many were not there yet."""
        there = {(teaching.lesson.key, teaching.lesson.meaning) for teaching in self.listed()}
        new = [lesson for lesson in lessons if (lesson.key, lesson.meaning) not in there]
        with self.workspace.writing() as connection:
            for lesson in new:
                self._kept(connection, lesson, by)
        return len(new)

    def undo(self, identity: int, by: str) -> bool:
        """Takes a lesson back; it stays on the list of what was undone. False where it is not in force."""
        with self.workspace.writing() as connection:
            done = self._undone(connection, "id = ?", (identity,), by)
        return bool(done)

    def export(self) -> Iterator[dict[str, Any]]:
        """The lessons in force, the oldest first, as objects of one line each."""
        return (teaching.to_json() for teaching in reversed(self.listed()))

    def _kept(self, connection: sqlite3.Connection, lesson: Lesson, by: str) -> Teaching:
        meaning, now = lesson.meaning, self.workspace.now()
        whole = "=" if meaning.sort == "intent" else "<>"
        self._undone(connection, f"key = ? AND sort {whole} 'intent'", (lesson.key,), by)
        made = connection.execute(
            "INSERT INTO teachings (data_set, key, said, sort, name, field, taught_by, taught) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self.data_set, lesson.key, lesson.said.strip(), meaning.sort, meaning.name, meaning.field, by, now),
        ).lastrowid
        audit.add(connection, now, by, "taught", str(made), {"said": lesson.said, "sort": meaning.sort, "name": meaning.name})
        return _teaching(connection.execute("SELECT * FROM teachings WHERE id = ?", (made,)).fetchone())

    def _undone(self, connection: sqlite3.Connection, which: str, values: tuple[Any, ...], by: str) -> int:
        now = self.workspace.now()
        found = connection.execute(
            f"SELECT id FROM teachings WHERE data_set = ? AND undone IS NULL AND {which}", (self.data_set, *values)
        ).fetchall()
        for row in found:
            connection.execute("UPDATE teachings SET undone = ?, undone_by = ? WHERE id = ?", (now, by, row["id"]))
            audit.add(connection, now, by, "teaching_undone", str(row["id"]), {})
        return len(found)


def _teaching(row: sqlite3.Row) -> Teaching:
    lesson = Lesson(row["said"], Meaning(row["sort"], row["name"], row["field"]))
    undone = datetime.fromisoformat(row["undone"]) if row["undone"] else None
    return Teaching(row["id"], lesson, row["taught_by"], datetime.fromisoformat(row["taught"]), undone, row["undone_by"] or "")
