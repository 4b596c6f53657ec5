"""Files and folders of a data set: links, swaps, syncs, numbers, leftovers. Opens no data set."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path

#: Versions that are kept for undo, the current one included.
KEPT_VERSIONS = 5
#: How the names of unfinished files begin; the next load removes them.
WORK = ".building-"
_VERSION_FILE = re.compile(r"(\d{4,})-([0-9a-f]{12})\.duckdb")
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK, errno.ENOSYS}


def folder_of(path: Path) -> Path:
    """The folder of versions beside a data set file."""
    return path.with_name(path.name + ".versions")


def number_of(file: Path) -> int:
    """The number in the name of a version's file."""
    return int(file.name.split("-")[0])


def version_files(folder: Path) -> list[Path]:
    """The files of the kept versions, oldest first."""
    found = [file for file in folder.glob("*.duckdb") if _VERSION_FILE.fullmatch(file.name)]
    return sorted(found, key=lambda file: (number_of(file), file.name))


def swap(file: Path, path: Path) -> None:
    """Makes `path` show `file`, in one step that either happens or does not."""
    step = folder_of(path) / f"{WORK}swap"
    step.unlink(missing_ok=True)
    link(file, step)
    step.replace(path)
    sync(path.parent)


def link(file: Path, target: Path) -> None:
    """A hard link, or a synced copy where the file system has none."""
    try:
        os.link(file, target)
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        shutil.copyfile(file, target)
        sync(target)


def sync(path: Path) -> None:
    """Waits until a file or folder stands on the disk."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prune(folder: Path, path: Path) -> None:
    """Removes all but the last KEPT_VERSIONS versions, never the current one, and the fits of removed ones."""
    files = version_files(folder)
    for file in files[:-KEPT_VERSIONS]:
        if not file.samefile(path):
            file.unlink()
    kept = {file.stem.split("-")[1] for file in version_files(folder)}
    for fits in folder.glob("*.fits"):
        if fits.stem not in kept:
            shutil.rmtree(fits, ignore_errors=True)


def clear(folder: Path) -> None:
    """Removes what a load left behind that was killed or failed."""
    for leftover in folder.glob(f"{WORK}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)
