"""Timing two things against each other, and what came of it."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

#: Rounds, of which the one with the smallest median counts: what else the machine did meanwhile counts as little as possible.
ROUNDS = 3

Timed = Callable[[int], object]


@dataclass(frozen=True)
class Bound:
    """What ours may take: so many times the baseline, and so many milliseconds beside."""

    times: float
    extra_ms: float = 0.0

    def limit(self, baseline_ms: float) -> float:
        return self.times * baseline_ms + self.extra_ms

    def __str__(self) -> str:
        if self.times < 1:
            return f"{1 / self.times:g} x faster"
        return f"{self.times:g} x" + (f" + {self.extra_ms:g} ms" if self.extra_ms else "")


@dataclass(frozen=True)
class Result:
    """One row of the report: milliseconds of ours and of the named baseline."""

    name: str
    baseline: str
    ours_ms: float
    baseline_ms: float
    bound: Bound

    @property
    def holds(self) -> bool:
        return self.ours_ms <= self.bound.limit(self.baseline_ms)


def against(ours: Timed, baseline: Timed, *, each: int, rounds: int = ROUNDS, warm: int = 1) -> tuple[float, float]:
    """Milliseconds of both: the smallest median of `rounds` rounds, in each of which both take turns `each` times.

    Both get the number of the turn, so that no two turns need ask the same. Turns 0 to `warm` - 1 are not timed.
    """
    for turn in range(warm):
        ours(turn)
        baseline(turn)
    medians: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        times: tuple[list[float], list[float]] = ([], [])
        gc.collect()
        for turn in range(warm + number * each, warm + (number + 1) * each):
            # Who comes first alternates: the second finds the processor's caches warm.
            order = (0, 1) if turn % 2 else (1, 0)
            for which in order:
                times[which].append(_milliseconds((ours, baseline)[which], turn))
        for which in (0, 1):
            medians[which].append(statistics.median(times[which]))
    return min(medians[0]), min(medians[1])


def _milliseconds(work: Timed, turn: int) -> float:
    begun = time.perf_counter()
    work(turn)
    return (time.perf_counter() - begun) * 1000
