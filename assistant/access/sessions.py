"""Sessions: a signed cookie with a name and an end. The key is kept beside the users, readable by nobody else.

Nothing about a session is stored; a session that was signed out is remembered in memory until its cookie ends.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from assistant.access.errors import AccessError

KEY_FILE = "session.key"
_KEY_BYTES = 32
_PURPOSE = "askwell.session"
_TRIES, _PAUSE = 10, 0.05


@dataclass(frozen=True)
class Session:
    """Who is signed in: `key` is the user's, `fingerprint` that of the password then, `ends` a Unix time in seconds."""

    id: str
    key: str
    fingerprint: str
    ends: float


def signing_key(folder: Path) -> bytes:
    """The key of this installation, made on first use. Raises AccessError where it cannot be read or is too short."""
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = _new_key(path) or _written_key(path)
    except OSError as fault:
        raise AccessError("key_not_usable", path=str(path), reason=fault.strerror or str(fault)) from fault
    if len(key) < _KEY_BYTES:
        raise AccessError("key_too_short", path=str(path))
    return key


def _new_key(path: Path) -> bytes | None:
    """Makes the key file; None where there is one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
    return key


def _written_key(path: Path) -> bytes:
    """The key in a file; another process that is just writing it gets a moment."""
    for _ in range(_TRIES):
        if len(key := path.read_bytes()) >= _KEY_BYTES:
            break
        time.sleep(_PAUSE)
    return key


class Sessions:
    """Makes and reads session cookies. Safe to share between threads."""

    def __init__(self, key: bytes, hours: int, clock: Callable[[], float] = time.time) -> None:
        self.seconds = hours * 3600
        self._clock = clock
        # Signed, not encrypted: a cookie holds nothing that its owner may not read.
        self._serializer = URLSafeSerializer(
            key, salt=_PURPOSE, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )
        self._over: dict[str, float] = {}
        self._lock = threading.Lock()

    def begin(self, key: str, fingerprint: str) -> str:
        """The cookie of a new session."""
        ends = int(self._clock() + self.seconds)
        content = {"id": secrets.token_urlsafe(12), "user": key, "password": fingerprint, "ends": ends}
        return str(self._serializer.dumps(content))

    def read(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None for one that is forged, over, signed out or not there."""
        try:
            content: Any = self._serializer.loads(cookie or "")
            session = Session(str(content["id"]), str(content["user"]), str(content["password"]), float(content["ends"]))
        except (BadData, KeyError, TypeError, ValueError):
            return None
        with self._lock:
            signed_out = session.id in self._over
        return None if signed_out or session.ends <= self._clock() else session

    def end(self, cookie: str | None) -> None:
        """Signs a session out: its cookie is worth nothing from now on."""
        session = self.read(cookie)
        if session is None:
            return
        now = self._clock()
        with self._lock:
            self._over = {name: ends for name, ends in self._over.items() if ends > now} | {session.id: session.ends}
