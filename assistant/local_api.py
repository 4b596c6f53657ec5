"""Answers for commands of the person who started the server, through its door: POST /api/ask on this machine, with the token.

A browser is never answered here, and nobody from elsewhere. Owns the checks and the shape of the reply; the command line
prints what it gets, so that it says the same with and without a server.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from analytics.store import DataSetError
from assistant.access.bodies import PRIVATE, object_of
from assistant.access.door import Door
from assistant.access.sign_in import is_local
from assistant.answer import LANGUAGES
from assistant.ask import Assistant
from assistant.lines import written
from assistant.terminal import present

log = logging.getLogger(__name__)

_MOST_BYTES = 1_000_000
#: A browser sends one of these with every request that a script of another site makes, a proxy one of the last two.
_NOT_OURS = ("origin", "referer", "cookie", "sec-fetch-site", "sec-fetch-mode", "x-forwarded-for", "forwarded")


def asked(door: Door | None, assistant: Callable[[], Assistant]) -> Callable[[Request], Any]:
    """The handler of /api/ask for whoever holds the token of the door."""

    async def respond(request: Request) -> Response:
        if door is None or not may_ask(request, door):
            return JSONResponse({"status": "refused"}, 403, PRIVATE)
        given = await _given(request)
        if given is None:
            return JSONResponse({"status": "bad_request"}, 400, PRIVATE)
        try:
            reply = await run_in_threadpool(_reply, assistant, *given)
        except DataSetError:
            # The command opens the data set by itself then, and says what is wrong.
            return JSONResponse({"status": "no_data_set"}, 503, PRIVATE)
        return Response(written(reply), 200, PRIVATE, "application/json")

    return respond


def may_ask(request: Request, door: Door) -> bool:
    """Whether a request comes from this machine, to this machine's own name, from no browser and with the token."""
    if not is_local(request) or any(name in request.headers for name in _NOT_OURS):
        return False
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), door.token.encode())


async def _given(request: Request) -> tuple[str, str] | None:
    """The question and language of a request; None for anything else."""
    given = await object_of(request, _MOST_BYTES)
    if given is None:
        return None
    question, language = given.get("question"), given.get("language", "auto")
    return (question, language) if isinstance(question, str) and language in ("auto", *LANGUAGES) else None


def _reply(assistant: Callable[[], Assistant], question: str, language: Any) -> dict[str, str]:
    """What the command prints: the line of --json, the text for a terminal, and the status that its exit code tells."""
    timed = assistant().ask_timed(question, None, language)
    outcome = timed.outcome
    return {"status": outcome.status, "line": written(outcome.to_json(None, timed.timing)), "text": present(outcome)}
