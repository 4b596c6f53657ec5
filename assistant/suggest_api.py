"""Suggestions for the page while somebody types: POST /api/suggest, for whoever may see the page.

Owns the checks and the shape of the reply, in which each suggestion says in the language of the page what it is. What was typed
comes in the body, so that it stands in no log of addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from analytics.store import DataSetError
from assistant.access import gate
from assistant.access.bodies import PRIVATE, object_of
from assistant.access.gate import Gate
from assistant.answer import LANGUAGES, Language
from assistant.answering import terms
from assistant.suggesting import Suggesting
from assistant.ui.labels import label
from assistant.understanding.suggestions import CUSTOMER, QUESTION, Suggestion

log = logging.getLogger(__name__)

SUGGEST = "/api/suggest"
_MOST_BYTES = 4_096
#: Kinds that are no field of the data; those of the others are called by the name of the field.
_OWN_KINDS = frozenset({QUESTION, CUSTOMER, "metric", "dimension", "segment"})


def suggested(suggesting: Suggesting, at: Callable[[], Gate] = gate.current) -> Callable[[Request], Any]:
    """The handler. Who asks is found anew each time: a session can end while the page is open."""

    async def respond(request: Request) -> Response:
        person = at().person(request.cookies)
        if person is None:
            return JSONResponse({"status": "sign_in_first"}, 401, PRIVATE)
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return JSONResponse({"status": "refused"}, 403, PRIVATE)
        given = await _given(request)
        if given is None:
            return JSONResponse({"status": "bad_request"}, 400, PRIVATE)
        text, language = given
        try:
            found = await run_in_threadpool(suggesting.suggest, text, language, person.role.sees_personal)
        except DataSetError:
            # The page says by itself what is wrong with the data set.
            found = ()
        return JSONResponse({"suggestions": [_told(each, language) for each in found]}, 200, PRIVATE)

    return respond


async def _given(request: Request) -> tuple[str, Language] | None:
    """What was typed and the language of the page; None for anything else."""
    given = await object_of(request, _MOST_BYTES)
    if given is None:
        return None
    text, language = given.get("text"), given.get("language")
    if not isinstance(text, str) or language not in LANGUAGES or any("\ud800" <= char <= "\udfff" for char in text):
        return None
    return text, language


def _told(found: Suggestion, language: Language) -> dict[str, str]:
    return {"insert": found.text, "text": found.shown, "kind": kind_of(found, language)}


def kind_of(found: Suggestion, language: Language) -> str:
    """What a suggestion is, in words, such as "metric", and what for where it is called by another name: "metric: churn rate"."""
    known = terms.load()
    kind = label(f"suggest_{found.kind}", language) if found.kind in _OWN_KINDS else known.label(found.kind, language)
    if not found.meaning or found.kind == QUESTION:
        return kind
    # Segments are known as <field>.<value>; so are values of the data that have words of their own.
    code = found.meaning if found.kind in _OWN_KINDS else f"{found.kind}.{found.meaning}"
    term = known.by_code.get(code)
    what = term.label[language] if term else found.meaning
    return kind if what.lower() == found.shown.lower() else label("suggest_other_name", language, kind=kind, what=what)
