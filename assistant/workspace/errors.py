"""The ways in which the workspace can fail to keep or give back what people did; their wording is in problems.yaml."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

#: Every code with the details that its wording may use beside `path`.
WORKSPACE_ERRORS: dict[str, tuple[str, ...]] = {
    "workspace_newer": ("found", "known"), "workspace_broken": ("reason",), "workspace_busy": (), "workspace_full": (),
    "workspace_unwritable": ("reason",), "no_such_conversation": (), "no_such_turn": (), "expiry_past": ("day",),
}
_BY_CODE = {
    sqlite3.SQLITE_BUSY: "workspace_busy", sqlite3.SQLITE_LOCKED: "workspace_busy", sqlite3.SQLITE_FULL: "workspace_full",
    sqlite3.SQLITE_CORRUPT: "workspace_broken", sqlite3.SQLITE_NOTADB: "workspace_broken",
    sqlite3.SQLITE_ERROR: "workspace_broken",
}
#: The extended codes of SQLite hold the primary one in their lowest byte.
_PRIMARY = 0xFF


class WorkspaceError(Exception):
    """Something was not saved or not found; nothing else was changed. `code` is a key of WORKSPACE_ERRORS and of the wording."""

    def __init__(self, code: str, path: Path | str = "", **details: Any) -> None:
        if set(details) != set(WORKSPACE_ERRORS[code]):
            raise ValueError(f"{code} takes {WORKSPACE_ERRORS[code]}, not {tuple(details)}")
        super().__init__(f"{code}: {path}" + "".join(f", {key}={value}" for key, value in details.items()))
        self.code = code
        self.details: dict[str, Any] = {"path": str(path), **details}


def workspace_error(fault: sqlite3.Error | OSError, path: Path) -> WorkspaceError:
    """A fault of SQLite or of the file system as a WorkspaceError."""
    code = _BY_CODE.get((getattr(fault, "sqlite_errorcode", None) or 0) & _PRIMARY, "workspace_unwritable")
    takes_reason = "reason" in WORKSPACE_ERRORS[code]
    return WorkspaceError(code, path, **({"reason": str(fault) or type(fault).__name__} if takes_reason else {}))
