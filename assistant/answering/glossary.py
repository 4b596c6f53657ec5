"""Finding the terms that a question asks the meaning of: by their names, by what the words were matched to, by likeness."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.answer import LANGUAGES, Request
from assistant.answering import terms
from assistant.answering.receipt import asked_terms
from assistant.answering.terms import Term

#: At most this many terms are explained at once.
MOST = 3
#: How alike a misspelt word must be (0 to 100), and from how many letters on likeness means something.
_ALIKE, _LONG_ENOUGH = 84, 4


def find(request: Request) -> tuple[Term, ...]:
    """The defined terms of a question in the order of their names in it; by likeness where no name fits."""
    question = _folded(request.question)
    found = _named(question)
    if not found:
        known = terms.load()
        marked = [known.by_code.get(code) for code in asked_terms(request.slots)]
        found = [term for term in marked if term is not None and term.definition]
    if not found:
        found = _alike(question)
    return tuple({term.code: term for term in found}.values())[:MOST]


def _folded(text: str) -> str:
    return re.sub(r"[\s_\-–’'\"“”「」?？!！,，.。:：;；]+", " ", text.casefold()).strip()


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, str], ...]:
    """Every name of every defined term with its code, the longest names first."""
    names: dict[str, str] = {}
    for term in terms.load().by_code.values():
        if term.definition:
            for language in LANGUAGES:
                for name in term.names(language):
                    names.setdefault(_folded(name), term.code)
    return tuple(sorted(names.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _named(question: str) -> list[Term]:
    """Terms whose names stand in the question, longer names first so that they take the words of shorter ones."""
    taken = [False] * len(question)
    hits: list[tuple[int, str]] = []
    for name, code in _names():
        pattern = rf"(?<![a-z0-9]){re.escape(name)}(?:s|es)?(?![a-z0-9])" if name.isascii() else re.escape(name)
        for match in re.finditer(pattern, question):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = [True] * (match.end() - match.start())
                hits.append((match.start(), code))
    known = terms.load().by_code
    return [known[code] for _, code in sorted(hits)]


def _alike(question: str) -> list[Term]:
    """The one term whose name is most like a stretch of the question, if any is like enough."""
    from rapidfuzz import fuzz

    best: tuple[float, str] = (0.0, "")
    for name, code in _names():
        for stretch in _stretches(question, name):
            if min(len(name), len(stretch)) >= (_LONG_ENOUGH if name.isascii() else _LONG_ENOUGH - 1):
                best = max(best, (fuzz.ratio(name, stretch), code))
    return [terms.load().by_code[best[1]]] if best[0] >= _ALIKE else []


def _stretches(question: str, name: str) -> list[str]:
    """The pieces of a question as long as a name: as many words where it is Latin, as many characters where not."""
    if not name.isascii():
        return [question[i : i + len(name)] for i in range(max(1, len(question) - len(name) + 1))]
    tokens, width = question.split(), len(name.split())
    return [" ".join(tokens[i : i + width]) for i in range(max(1, len(tokens) - width + 1))]
