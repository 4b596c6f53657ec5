"""The shape of the written fragments of one language. Data only."""

from __future__ import annotations

from dataclasses import dataclass

#: Tones as they stand in arrays.
BAD, PLAIN, GOOD = 0, 1, 2


@dataclass(frozen=True)
class Phrases:
    """Fragments about one topic in one tone."""

    topic: str
    tone: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class TicketWords:
    """Tickets of one category: subjects and the openings that go with them, one for one.

    The openings of the two kinds about delivery are what went wrong, told with the phrases of feedback: they have none.
    """

    category: str
    subjects: tuple[str, ...]
    texts: tuple[str, ...] = ()
