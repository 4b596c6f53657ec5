"""One writer at a time: a lock that the operating system releases when its process ends, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another process holds the lock; `pid` is its number where it wrote one."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"locked by process {pid}")
        self.pid = pid


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Holds the lock of `file` or raises Busy at once. A file that a dead process left behind is no obstacle."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _try_lock(handle):
            raise Busy(_holder(handle))
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


def _holder(handle: int) -> int | None:
    try:
        text = os.read(handle, 32).decode(errors="replace").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


if sys.platform == "win32":
    import msvcrt

    #: Locked far behind the content, which stays readable for others.
    _LOCKED_BYTE = 2**30

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
