"""The files of fitted models beside a data version: read where they are there, written once, the oldest removed.

A fit that depends on what was asked has a file per question, so the folder is bounded. Nothing is unpickled.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.finding import FITTED, Fit

if TYPE_CHECKING:
    import pandas as pd

#: Files that a folder keeps; those that were read or written last stay.
MOST_FILES = 300


def read(folder: Path, fit: Fit) -> Mapping[str, pd.DataFrame] | None:
    """The frames of a fit; None where a file of it is missing, cannot be read, or was written with other columns."""
    import pandas as pd
    from pyarrow.lib import ArrowException

    files = files_of(folder, fit)
    if not all(file.exists() for file in files.values()):
        return None
    try:
        frames = {name: pd.read_parquet(file) for name, file in files.items()}
        for file in files.values():
            with suppress(OSError):
                os.utime(file)
    except (OSError, ArrowException):
        return None
    return frames if all(list(frames[name].columns) == list(fit.schemas[name]) for name in frames) else None


def write(folder: Path, fit: Fit, frames: Mapping[str, pd.DataFrame]) -> None:
    """Writes the frames of a fit, each file as a whole, and removes the files beyond MOST_FILES that were used longest ago.

    Where the disk is full or read-only the fit is kept in memory only.
    """
    files = files_of(folder, fit)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            part = files[name].with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
            frame.to_parquet(part, index=False)
            part.replace(files[name])
        _bounded(folder, keep=len(files))


def files_of(folder: Path, fit: Fit) -> dict[str, Path]:
    """The file of each table of a fit; another version of what fits write has other files."""
    return {name: folder / f"v{FITTED}_{fit.table_name(name)}.parquet" for name in fit.schemas}


def _bounded(folder: Path, keep: int) -> None:
    ages: list[tuple[int, str]] = []
    for file in folder.glob("*.parquet"):
        # Another process may have removed it meanwhile.
        with suppress(OSError):
            ages.append((file.stat().st_mtime_ns, file.name))
    for _, name in sorted(ages, reverse=True)[max(MOST_FILES, keep) :]:
        (folder / name).unlink(missing_ok=True)
