"""What people changed about the themes of a data set: kept with who and when, undone one by one, exported and imported.

Every change keeps all edits as they are after it, so that undoing one is going back to those before. Two people who change
something at once both keep their change: it is made to what the file holds at that moment.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.workspace import audit
from assistant.workspace.database import Workspace, data_key
from assistant.workspace.errors import WorkspaceError

if TYPE_CHECKING:
    from analytics.models.themes import Edits

log = logging.getLogger(__name__)

Kind = Literal["rename", "merge", "split", "pin", "exclude", "import"]


@dataclass(frozen=True)
class Change:
    """One change: who made it and when, of which kind, what it was about in words, and all edits after it."""

    id: int
    at: datetime
    actor: str
    kind: Kind
    details: Mapping[str, str]
    edits: str


@dataclass(frozen=True)
class ThemeEdits:
    """The edits of the themes of one data set. Every method raises WorkspaceError and then has changed nothing."""

    workspace: Workspace
    data_set: str

    def current(self) -> str:
        """All edits as Shop.theme_edits takes them; empty where there are none."""
        found = self._latest(1)
        return found[0].edits if found else ""

    def changes(self, most: int = 20) -> tuple[Change, ...]:
        """The last changes that hold, the newest first."""
        return self._latest(most)

    def change(self, actor: str, kind: Kind, details: Mapping[str, str], edited: Callable[[Edits], Edits]) -> None:
        """Keeps a change: `edited` makes the new edits of those that hold at this moment."""
        from analytics.models.themes import from_text, to_text

        with self.workspace.writing() as connection:
            row = connection.execute(_LAST, (self.data_set, 1)).fetchone()
            after, now = to_text(edited(from_text(row["edits"] if row else ""))), self.workspace.now()
            told = json.dumps(dict(details), ensure_ascii=False)
            connection.execute(
                "INSERT INTO theme_edits (data_set, at, actor, kind, details, edits) VALUES (?, ?, ?, ?, ?, ?)",
                (self.data_set, now, actor, kind, told, after),
            )
            audit.add(connection, now, actor, "themes_edited", self.data_set, {"kind": kind, **details})

    def undo(self, actor: str) -> Change | None:
        """Takes the last change back and returns it; None where there is none."""
        with self.workspace.writing() as connection:
            row = connection.execute(_LAST, (self.data_set, 1)).fetchone()
            if row is None:
                return None
            now = self.workspace.now()
            connection.execute("UPDATE theme_edits SET undone = ? WHERE id = ?", (now, row["id"]))
            audit.add(connection, now, actor, "theme_edit_undone", self.data_set, {"kind": row["kind"]})
            return _change(row)

    def _latest(self, most: int) -> tuple[Change, ...]:
        with self.workspace.reading() as connection:
            return tuple(map(_change, connection.execute(_LAST, (self.data_set, most)).fetchall()))


_LAST = "SELECT * FROM theme_edits WHERE data_set = ? AND undone IS NULL ORDER BY id DESC LIMIT ?"


def reader(path: Path | None, held: Workspace) -> Callable[[], str]:
    """What gives the edits of the data set at `path` as they are now. A workspace that is not there yet is not made for it, and
    of one that cannot be read the log tells: the themes are then those that were found."""

    def edits() -> str:
        if path is None or not held.path.exists():
            return ""
        try:
            return ThemeEdits(held, data_key(path)).current()
        except WorkspaceError as fault:
            log.warning("the edits of themes cannot be read: %s", fault)
            return ""

    return edits


def _change(row: Mapping[str, object]) -> Change:
    details: dict[str, str] = json.loads(str(row["details"]))
    kind: Kind = row["kind"]  # type: ignore[assignment]
    at = datetime.fromisoformat(str(row["at"]))
    return Change(int(str(row["id"])), at, str(row["actor"]), kind, details, str(row["edits"]))
