"""What a request carries, read to a bound: nobody fills the memory of the server with a body that does not end."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

#: Headers of a reply that is for nobody else and is kept nowhere.
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def body_of(request: Request, most: int) -> bytes | None:
    """The body of a request; None for one of more than `most` bytes."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            return None
    return body


async def object_of(request: Request, most: int) -> dict[str, Any] | None:
    """The JSON object that a request carries; None for anything else, and for one of more than `most` bytes."""
    body = await body_of(request, most)
    try:
        found = None if body is None else json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
