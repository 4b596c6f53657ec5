"""Wrong passwords: after a few from the same name and address, each further one makes that pair wait longer.

Held in memory and bounded. Nobody waits inside a request: a sign-in that comes too early is refused at once and told when
to come again, so that one guesser holds up nobody else.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: Wrong passwords that cost nothing.
FREE = 5
#: Longest wait, in seconds.
LONGEST = 300.0
#: Failures older than this are forgotten, in seconds.
FORGOTTEN_AFTER = 3600.0
_MOST_PAIRS = 10_000

Pair = tuple[str, str]


@dataclass(frozen=True)
class _Failures:
    count: int
    last: float
    free_at: float


class Attempts:
    """Counts failures by (name, address). Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Pair, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, pair: Pair) -> float:
        """Seconds that the pair still has to wait. At 0 the attempt may go ahead and counts as a failure until `succeeded`,
        so that many at once are counted, too."""
        now = self._clock()
        with self._lock:
            known = self._failures.pop(pair, None)
            if known is None or now - known.last > FORGOTTEN_AFTER:
                known = _Failures(0, now, now)
            waiting = known.free_at - now
            if waiting <= 0:
                known = self._failed(known, now)
            self._failures[pair] = known
            while len(self._failures) > _MOST_PAIRS:
                self._failures.popitem(last=False)
        return max(0.0, waiting)

    def succeeded(self, pair: Pair) -> None:
        """Forgets the failures of a pair."""
        with self._lock:
            self._failures.pop(pair, None)

    @staticmethod
    def _failed(known: _Failures, now: float) -> _Failures:
        count = known.count + 1
        wait = min(2.0 ** (count - FREE), LONGEST) if count >= FREE else 0.0
        return _Failures(count, now, now + wait)
