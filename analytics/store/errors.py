"""The ways in which a data set file can fail to be read or written."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

_FULL = ("No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size")


class DataSetError(Exception):
    """A data set file that cannot be read or written.

    `code` is a key of the wording, `details` the names it needs, always with `path`: not_there, not_a_data_set (another
    file, or a DuckDB file of something else), newer_format (`found`, `known`), corrupt (`reason`), not_readable
    (`reason`), busy (`pid`: another load is running), disk_full, write_failed (`reason`), no_such_version (`version`,
    `known`), bad_time_zone (`time_zone`).
    """

    def __init__(self, code: str, path: Path | str, **details: Any) -> None:
        super().__init__(f"{code}: {path}" + "".join(f", {key}={value}" for key, value in details.items()))
        self.code = code
        self.details: dict[str, Any] = {"path": str(path), **details}


def write_error(fault: Exception, path: Path) -> DataSetError:
    """A fault of the file system or of the engine while writing as a DataSetError: disk_full or write_failed."""
    text = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
    full = getattr(fault, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or any(phrase in text for phrase in _FULL)
    return DataSetError("disk_full" if full else "write_failed", path, reason=text)
