"""A conversation as one browser tab has it: its turns, kept in the workspace where that is possible, in memory where not.

Owns what happens when keeping fails: the conversation goes on, `problem` says what is wrong, and the next turn tries again
to keep everything. Knows no page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from analytics.shop import Shop
from assistant.answer import Answer, Language, Outcome
from assistant.answering import saved
from assistant.answering.saved import Kept, Saved
from assistant.lossless import BrokenRecord
from assistant.understanding.dialogue import Turn
from assistant.workspace import Conversations, Rating, SavedTurn, WorkspaceError

Result = TypeVar("Result")
#: A kept outcome as whoever looks at it may see it: rights may have changed since it was kept.
Seen = Callable[[Kept], Kept]
#: Stands between the steps of the way to an answer that was opened from another one.
WAY = " › "


@dataclass(frozen=True)
class Entry:
    """One question with what came back. `position` is None for a turn that is not kept; `kept` is None for one that is kept
    and can no longer be read."""

    question: str
    position: int | None
    rating: Rating | None
    reason: str
    state: Turn | None
    source: SavedTurn | Kept
    seen: Seen
    #: What was worked out of the source once; its own attribute, since the lock of a cached_property is that of all entries.
    _held: dict[str, Kept | None] = field(init=False, default_factory=dict, compare=False, repr=False)
    _shown: dict[Language | None, Outcome | None] = field(init=False, default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, turn: SavedTurn, seen: Seen) -> Entry:
        return cls(turn.question, turn.position, turn.rating, turn.rating_reason, turn.state(), turn, seen)

    @property
    def whole(self) -> Kept | None:
        """All of what was kept, whoever may see it."""
        if not isinstance(self.source, SavedTurn):
            return self.source
        if "whole" not in self._held:
            try:
                self._held["whole"] = self.source.kept()
            except BrokenRecord:
                self._held["whole"] = None
        return self._held["whole"]

    @property
    def kept(self) -> Kept | None:
        """What was kept, as whoever looks at it may see it."""
        if not isinstance(self.source, SavedTurn):
            return self.source
        if "kept" not in self._held:
            self._held["kept"] = self.seen(self.whole) if self.whole is not None else None
        return self._held["kept"]

    @property
    def chart_kinds(self) -> tuple[str, ...]:
        """The kinds that were chosen for the charts of an answer, an empty text for a chart as drawn."""
        return self.kept.chart_kinds if isinstance(self.kept, Saved) else ()

    def outcome(self, language: Language | None = None) -> Outcome | None:
        """The outcome in a language (None: its own), its charts as first drawn; None where it can no longer be shown."""
        if language not in self._shown:
            kept = replace(self.kept, chart_kinds=()) if isinstance(self.kept, Saved) else self.kept
            try:
                self._shown[language] = None if kept is None else saved.shown(kept, language)
            except BrokenRecord:
                self._shown[language] = None
        return self._shown[language]

    def remember(self, outcome: Outcome) -> Entry:
        """The same entry, which need not word its outcome again."""
        self._shown[None] = self._shown[outcome.request.language] = outcome
        return self

    def same_as(self, turn: SavedTurn) -> bool:
        return isinstance(self.source, SavedTurn) and self.source == turn


def as_kept(kept: Kept) -> Kept:
    """All of what was kept."""
    return kept


class Talk:
    """The conversation of a tab. `id` is empty until its first turn is kept."""

    def __init__(self, store: Conversations, data_set: str, seen: Seen = as_kept) -> None:
        self.id = ""
        self.title = ""
        self.entries: list[Entry] = []
        self.problem: WorkspaceError | None = None
        self._store = store
        self._data_set = data_set
        self._seen = seen
        self._updated: datetime | None = None

    def open(self, identity: str) -> None:
        """Opens a kept conversation. Raises WorkspaceError, also for one of somebody else."""
        found = self._store.get(identity)
        known = {entry.position: entry for entry in self.entries}
        turns = self._store.turns(identity)
        # What could not be kept yet is still there.
        unkept = [entry for entry in self.entries if entry.position is None] if identity == self.id else []
        self.entries = [
            entry if (entry := known.get(turn.position)) is not None and entry.same_as(turn) else Entry.of(turn, self._seen)
            for turn in turns
        ] + unkept
        self.id, self.title, self._updated, self.problem = found.id, found.title, found.updated, None

    def refresh(self) -> bool:
        """Takes over what another tab did meanwhile; false where the conversation is gone."""
        if not self.id:
            return True
        try:
            if self._store.get(self.id).updated != self._updated:
                self.open(self.id)
        except WorkspaceError as fault:
            if fault.code == "no_such_conversation":
                return False
            self.problem = fault
        return True

    @property
    def state(self) -> Turn | None:
        """What the next turn refines."""
        return next((entry.state for entry in reversed(self.entries) if entry.state is not None), None)

    def add(self, question: str, outcome: Outcome, state: Turn | None, shop: Shop, kinds: tuple[str, ...] = ()) -> None:
        """Adds a turn at the end."""
        entry = Entry(question, None, None, "", state, saved.keep(outcome, shop, kinds), self._seen).remember(outcome)
        self.entries.append(entry)
        self._changing(self._keep_all)

    def change(self, place: int, outcome: Outcome, state: Turn | None, shop: Shop, kinds: tuple[str, ...] = ()) -> None:
        """Puts another outcome in the place of one; it has no rating yet."""
        self.entries[place] = replace(self.entries[place], rating=None, reason="")
        self._put(place, saved.keep(outcome, shop, kinds), state, outcome)

    def choose_kinds(self, place: int, kinds: tuple[str, ...]) -> None:
        """Keeps the kinds that were chosen for the charts of an answer."""
        entry = self.entries[place]
        if isinstance(entry.kept, Saved) and isinstance(entry.whole, Saved):
            whole = replace(entry.whole, chart_kinds=kinds)
            self._put(place, replace(entry.kept, chart_kinds=kinds), entry.state, entry.outcome(), whole)

    def undo(self) -> Entry | None:
        """Takes the last turn away and returns it."""
        if not self.entries:
            return None
        gone = self.entries.pop()
        if (position := gone.position) is not None:
            self._changing(lambda: self._store.take_back(self.id, position))
        return gone

    def rate(self, place: int, rating: Rating | None, reason: str = "") -> None:
        """Says whether an answer was good and why."""
        entry = self.entries[place]
        self.entries[place] = _like(replace(entry, rating=rating, reason=reason), entry)
        if entry.position is not None:
            position = entry.position
            self._trying(lambda: self._store.rate(self.id, position, rating, reason))

    def way(self, place: int) -> tuple[tuple[str, int], ...]:
        """The steps that led to an answer that was opened from another one, each with the place of its answer; empty for a
        question that somebody typed."""
        steps = self.entries[place].question.split(WAY)
        found: list[tuple[str, int]] = []
        for count in range(1, len(steps)):
            wanted = WAY.join(steps[:count])
            at = next((i for i in range(place - 1, -1, -1) if self.entries[i].question == wanted), None)
            if at is None:
                return ()
            found.append((steps[count - 1], at))
        return tuple(found)

    def last_word(self, place: int) -> str:
        """The question without the way to it."""
        question = self.entries[place].question
        return question.split(WAY)[-1] if self.way(place) else question

    def _put(
        self, place: int, kept: Kept, state: Turn | None, outcome: Outcome | None, whole: Kept | None = None
    ) -> None:
        """Puts what is `kept` into a place; where only a part of it may be seen, the `whole` is what is stored."""
        entry = self.entries[place]
        changed = Entry(entry.question, entry.position, entry.rating, entry.reason, state, kept, self._seen)
        self.entries[place] = changed.remember(outcome) if outcome is not None else changed
        if entry.position is not None:
            position = entry.position
            self._changing(lambda: self._kept_entry(place, self._store.replace(self.id, position, whole or kept, state)))

    def _keep_all(self) -> None:
        """Keeps every turn that is not kept yet, in their order."""
        if not self.id:
            self.id = self._store.start(self._data_set).id
        for place, entry in enumerate(self.entries):
            if entry.position is None and entry.kept is not None:
                self._kept_entry(place, self._store.append(self.id, entry.question, entry.kept, entry.state))
                if entry.rating is not None and (position := self.entries[place].position) is not None:
                    self._store.rate(self.id, position, entry.rating, entry.reason)
                    self.entries[place] = _like(replace(self.entries[place], rating=entry.rating, reason=entry.reason), entry)

    def _kept_entry(self, place: int, turn: SavedTurn) -> None:
        self.entries[place] = _like(Entry.of(turn, self._seen), self.entries[place])

    def _note_time(self) -> None:
        if self.id:
            found = self._store.get(self.id)
            self._updated, self.title = found.updated, found.title

    def _changing(self, act: Callable[[], Result]) -> Result | None:
        """Changes what is kept. What another tab did since this one looked is still taken over by the next refresh."""
        seen_all = self._trying(lambda: not self.id or self._store.get(self.id).updated == self._updated)
        done = self._trying(act)
        if seen_all and self.problem is None:
            self._trying(self._note_time)
        return done

    def _trying(self, act: Callable[[], Result]) -> Result | None:
        try:
            done = act()
        except WorkspaceError as fault:
            self.problem = fault
            return None
        self.problem = None
        return done


def _like(entry: Entry, other: Entry) -> Entry:
    """An entry with the outcomes that were already worded for another one of the same answer."""
    entry._shown.update(other._shown)
    return entry


def headline(entry: Entry, language: Language | None = None) -> str:
    """The headline of an answer, or nothing."""
    outcome = entry.outcome(language)
    return outcome.headline if isinstance(outcome, Answer) else ""


__all__ = ["WAY", "Entry", "Talk", "headline"]
