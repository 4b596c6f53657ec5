"""What is taught, from where it is kept to where it is read: its source for an assistant, and what a lesson would change.

Joins the workspace with understanding; keeps nothing itself and draws nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.understanding.dialogue import Turn
from assistant.understanding.reading import Reader, Reading
from assistant.understanding.taught import NOTHING, Lesson, Taught
from assistant.understanding.teachable import MOST, Refusal, refusal
from assistant.understanding.text import language_of
from assistant.workspace import Teachings, Workspace, WorkspaceError
from assistant.workspace.database import data_key

log = logging.getLogger(__name__)


class Source:
    """Gives what is taught about a data set now, whoever taught it in whichever process. A workspace that is not there is not
    made, and one that cannot be read leaves what was known. Safe to share between threads."""

    def __init__(self, workspace: Workspace, data_set: Path | str) -> None:
        self._teachings = Teachings(workspace, data_key(data_set))
        self._known: tuple[tuple[int, int] | None, Taught] = (None, NOTHING)
        self._failed = False
        self._lock = threading.Lock()

    def __call__(self) -> Taught:
        if not self._teachings.workspace.path.exists():
            return NOTHING
        try:
            stamp = self._teachings.stamp()
            with self._lock:
                if stamp != self._known[0]:
                    self._known = (stamp, self._teachings.taught() if stamp[0] > stamp[1] else NOTHING)
            self._failed = False
        except WorkspaceError as fault:
            if not self._failed:
                log.warning("what was taught cannot be read: %s", fault)
            self._failed = True
        return self._known[1]


@dataclass(frozen=True)
class Difference:
    """A past question that a lesson would have understood differently."""

    question: str
    was: Reading
    would_be: Reading


@dataclass(frozen=True)
class Preview:
    """What a lesson would change: `looked_at` counts the past questions that were read for it."""

    looked_at: int
    differences: tuple[Difference, ...]


def preview(reader: Reader, asked: Iterable[tuple[str, Turn | None]], lesson: Lesson) -> Preview:
    """Which past questions a lesson would have understood differently: another intent, other slots, another outcome."""
    now = reader.taught()
    rest = [known for known in now.lessons if (known.key, _whole(known)) != (lesson.key, _whole(lesson))]
    then, alone = Taught([*rest, lesson]), Taught([lesson])
    found, count = [], 0
    for question, last in asked:
        count += 1
        if alone.touches(question) or reader.lesson(question, language_of(question), alone) is not None:
            was, would_be = reader.read(question, last, taught=now), reader.read(question, last, taught=then)
            if _understood(was) != _understood(would_be):
                found.append(Difference(question, was, would_be))
    return Preview(count, tuple(found))


def _whole(lesson: Lesson) -> bool:
    return lesson.meaning.sort == "intent"


def _understood(reading: Reading) -> tuple[object, ...]:
    return reading.verdict, reading.request.intent, dict(reading.request.slots), reading.unknown_value


def why_not(lesson: Lesson, reader: Reader, teachings: Teachings) -> Refusal | None:
    """Why a lesson is not taken; None for one that can be kept. Raises WorkspaceError."""
    if (found := refusal(lesson, reader)) is not None:
        return found
    return Refusal("teach_full", {"most": MOST}) if len(teachings.listed()) >= MOST else None


def taken_in(lessons: Sequence[Lesson], reader: Reader, teachings: Teachings, by: str) -> tuple[int, tuple[Lesson, ...]]:
    """Keeps the lessons of an export that can be taught here: how many are new, and those that were refused."""
    refused = tuple(lesson for lesson in lessons if refusal(lesson, reader) is not None)
    good = [lesson for lesson in lessons if lesson not in refused]
    room = max(0, MOST - len(teachings.listed()))
    return teachings.take_in(good[:room], by), refused + tuple(good[room:])


__all__ = ["Difference", "Preview", "Source", "preview", "taken_in", "why_not"]
