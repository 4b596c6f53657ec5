"""Words of a question that played no part in its answer, so that nobody takes an answer for more than it is."""

from __future__ import annotations

from collections.abc import Container

from assistant.answer import Request
from assistant.understanding.dialogue import dictionary
from assistant.understanding.text import words


def unread(request: Request, known: Container[str]) -> tuple[str, ...]:
    """The words of the question that were matched to nothing, are no filler and are unknown to the matcher (`known`)."""
    covered = [(mark.start, mark.end) for mark in request.marks]
    filler = dictionary()["en"].filler | dictionary()["zh"].filler
    found = [
        request.question[start:end] for start, end, word in words(request.question.lower())
        if not any(start < last and first < end for first, last in covered)
        and word not in filler and word not in known and not all(letter in filler for letter in word)
    ]
    return tuple(dict.fromkeys(found))
