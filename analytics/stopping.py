"""Stopping work in the engine: a watch beside a cursor that interrupts it when its time is up or nobody waits for it any more.

Only the cursor that is watched is interrupted; queries of other sessions run on. Knows no finding.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol

Stop = Callable[[], bool]
#: Seconds between two looks whether somebody asked to stop: at most this and one interrupt later the work ends.
LOOK = 0.1
_ASKED: ContextVar[Stop | None] = ContextVar("stop", default=None)


class Stopped(Exception):
    """Work was given up because nobody waits for it any more; there is no result and nothing of it is kept."""


@contextmanager
def stoppable(stop: Stop | None) -> Iterator[None]:
    """Whatever this thread asks of an engine meanwhile ends soon after `stop` says so. Raises Stopped if it says so already.

    Without a `stop`, that of the caller stays in force.
    """
    token = _ASKED.set(stop or _ASKED.get())
    try:
        check()
        yield
    finally:
        _ASKED.reset(token)


def asked() -> Stop | None:
    """What says whether the work of this thread is to stop; None where nothing does."""
    return _ASKED.get()


def check() -> None:
    """Raises Stopped where the work of this thread is to stop."""
    stop = _ASKED.get()
    if stop is not None and stop():
        raise Stopped


class Lock(Protocol):
    """What the locks of threading have in common."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


@contextmanager
def held(lock: Lock) -> Iterator[None]:
    """Holds a lock; whoever is asked to stop while waiting for it raises Stopped and leaves it to the others."""
    if asked() is None:
        lock.acquire()
    else:
        while not lock.acquire(timeout=LOOK):
            check()
    try:
        yield
    finally:
        lock.release()


class Watch:
    """Calls `interrupt` once `seconds` are over (`late`) or `stop` says so (`stopped`), and again until the watch is left: an
    interrupt that falls between two statements is lost."""

    def __init__(self, interrupt: Callable[[], None], seconds: float, stop: Stop | None) -> None:
        self.late = self.stopped = False
        self._interrupt, self._stop = interrupt, stop
        self._until = time.monotonic() + seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        # A cursor is closed after this: closed ones cannot be interrupted.
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._pause()):
            self.stopped = self.stopped or (self._stop is not None and self._stop())
            self.late = self.late or time.monotonic() >= self._until
            if self.stopped or self.late:
                self._interrupt()

    def _pause(self) -> float:
        if self.late:
            return LOOK
        left = max(0.0, self._until - time.monotonic())
        return left if self._stop is None else min(LOOK, left)


__all__ = ["LOOK", "Stop", "Stopped", "Watch", "asked", "check", "held", "stoppable"]
