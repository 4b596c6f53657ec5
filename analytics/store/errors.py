"""The ways in which a data set file can fail to be read or written."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

_FULL = ("No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size")


#: Every code with the details that its wording may use beside `path`.
DATA_SET_ERRORS: dict[str, tuple[str, ...]] = {
    "not_there": (), "not_a_data_set": (), "newer_format": ("found", "known"), "corrupt": ("reason",),
    "not_readable": ("reason",),
    "busy": ("pid",), "disk_full": ("reason",), "write_failed": ("reason",), "no_such_version": ("version", "known"),
    "bad_time_zone": ("time_zone",),
}


class DataSetError(Exception):
    """A data set file that cannot be read or written; nothing was changed.

    `code` is a key of DATA_SET_ERRORS and of the wording. not_a_data_set is another kind of file, or a DuckDB file of
    something else; busy means that another load is running, in process `pid`.
    """

    def __init__(self, code: str, path: Path | str, **details: Any) -> None:
        if set(details) != set(DATA_SET_ERRORS[code]):
            raise ValueError(f"{code} takes {DATA_SET_ERRORS[code]}, not {tuple(details)}")
        super().__init__(f"{code}: {path}" + "".join(f", {key}={value}" for key, value in details.items()))
        self.code = code
        self.details: dict[str, Any] = {"path": str(path), **details}


def write_error(fault: Exception, path: Path) -> DataSetError:
    """A fault of the file system or of the engine while writing as a DataSetError: disk_full or write_failed."""
    text = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
    full = getattr(fault, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or any(phrase in text for phrase in _FULL)
    return DataSetError("disk_full" if full else "write_failed", path, reason=text)
