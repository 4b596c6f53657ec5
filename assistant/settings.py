"""Settings of this installation: where its files are kept, and the language of its own messages. Reads the environment once."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer import Language

#: How long a process waits for another one that is building the demo company, in seconds.
_PATIENCE = 180.0


def data_folder() -> Path:
    """The folder of this installation's files: ASKWELL_HOME, else the place that the platform has for such data."""
    if home := os.environ.get("ASKWELL_HOME"):
        return Path(home).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "askwell"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "askwell"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "askwell"


def demo_path() -> Path:
    """The data set that is used when none is named."""
    return data_folder() / "demo.duckdb"


def workspace_path() -> Path:
    """The file that holds what people do: conversations, ratings, snapshots, audit."""
    return data_folder() / "workspace.sqlite3"


def default_db() -> Path:
    """The demo company, built on first use; raises DataSetError where that is not possible."""
    from analytics.ingest.load import write_demo
    from analytics.store import DataSetError

    path = demo_path()
    waited = 0.0
    while not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_demo(path)
        except OSError as fault:
            raise DataSetError("write_failed", path, reason=str(fault)) from fault
        except DataSetError as fault:
            if fault.code != "busy" or waited >= _PATIENCE:
                raise
            time.sleep(0.5)
            waited += 0.5
    return path


def message_language() -> Language:
    """The language of messages that answer no question: ASKWELL_LANG, else that of the terminal."""
    spoken = os.environ.get("ASKWELL_LANG") or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return "zh" if (spoken or "").lower().startswith("zh") else "en"
