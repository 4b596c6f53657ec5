"""A question of the command line answered by a server that is running on the same data, which need not be opened again.

Whatever is not as it should be means that there is no such server: the command then answers by itself, and nobody notices.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from assistant.access import door
from assistant.access.door import ASK, Door
from assistant.version import version

#: Seconds that a server has to say that it is there, and to answer.
HEALTH_WITHIN, ANSWER_WITHIN = 1.0, 180.0
_STATUSES = frozenset({"answered", "clarify", "declined", "no_data", "error"})


@dataclass(frozen=True)
class Reply:
    """What the command prints: the line of --json and the text for a terminal; `status` is that of the answer."""

    status: str
    line: str
    text: str


def answered(question: str, language: str, data_set: Path, folder: Path) -> Reply | None:
    """The answer of a running server on this data set; None where there is none."""
    if not data_set.exists():
        return None
    found = door.find(folder, data_set, version())
    if found is None or not _there(found):
        return None
    body = json.dumps({"question": question, "language": language}).encode("ascii")
    headers = {"Authorization": f"Bearer {found.token}", "Content-Type": "application/json"}
    reply = _asked(found, "POST", ASK, ANSWER_WITHIN, body, headers)
    values = [reply.get(name) for name in ("status", "line", "text")]
    if values[0] not in _STATUSES or not all(isinstance(value, str) for value in values):
        return None
    return Reply(*map(str, values))


def _there(found: Door) -> bool:
    """Whether the server of this door is up: another program may have its address by now, and is told nothing."""
    health = _asked(found, "GET", "/healthz", HEALTH_WITHIN)
    return (health.get("status"), health.get("instance")) == ("ok", found.instance)


def _asked(
    found: Door, method: str, path: str, within: float, body: bytes | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object that a server replies with; an empty one for anything else."""
    connection = HTTPConnection(found.address, found.port, timeout=within)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        read = json.loads(reply.read())
        return read if reply.status == 200 and isinstance(read, dict) else {}
    except (OSError, HTTPException, ValueError, RecursionError):
        return {}
    finally:
        connection.close()
