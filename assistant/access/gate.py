"""The gate: who somebody is, by the cookies of a request, and whether anybody has to sign in at all.

Owns the rule of when a server is open: it listens on this machine only and there are no users. Knows no pages.
"""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant import settings
from assistant.access import settings_file, users
from assistant.access.attempts import Attempts
from assistant.access.errors import AccessError
from assistant.access.roles import Role
from assistant.access.sessions import Sessions, signing_key
from assistant.access.settings_file import AccessSettings
from assistant.access.users import User

COOKIE = "askwell_session"
#: The address that the server of this process listens on; set by `prepare`.
HOST_VARIABLE = "ASKWELL_HOST"


@dataclass(frozen=True)
class Person:
    """Who a request comes from. The name is empty where nobody has to sign in."""

    name: str
    role: Role


@dataclass(frozen=True)
class Entry:
    """What came of a sign-in: a cookie, or a wait in seconds, or neither for a wrong name or password."""

    cookie: str = ""
    wait: float = 0.0


class Gate:
    """Checks cookies and passwords of one installation. Safe to share between threads."""

    def __init__(
        self, folder: Path, host: str, known: AccessSettings, sessions: Sessions, attempts: Attempts | None = None
    ) -> None:
        self.folder = folder
        self.loopback = is_loopback(host)
        self.settings = known
        self.sessions = sessions
        self.attempts = attempts or Attempts()
        self._users: Mapping[str, User] = {}
        self._stamp: tuple[int, int, int] | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, folder: Path, host: str) -> Gate:
        """The gate of an installation; raises AccessError for files that cannot be used."""
        known = settings_file.load()
        return cls(folder, host, known, Sessions(signing_key(folder), known.session_hours))

    def users(self) -> Mapping[str, User]:
        """The users as they are now; the file is read again when it changed. Raises AccessError for a broken one."""
        with self._lock:
            stamp = _stamp_of(self.folder / users.FILE)
            if stamp != self._stamp:
                self._users, self._stamp = users.read(self.folder), stamp
            return self._users

    @property
    def is_open(self) -> bool:
        """Whether nobody has to sign in."""
        return self.loopback and not self.users()

    def person(self, cookies: Mapping[str, str]) -> Person | None:
        """Who sends these cookies; None for somebody who has to sign in first."""
        if self.is_open:
            return Person("", self.settings.default)
        session = self.sessions.read(cookies.get(COOKIE))
        user = self.users().get(session.key) if session else None
        if session is None or user is None or user.fingerprint != session.fingerprint:
            return None
        return Person(user.name, self.settings.roles[user.role])

    def sign_in(self, name: str, password: str, address: str) -> Entry:
        """Checks a name and password that came from an address. Takes a third of a second of a thread."""
        key = users.key_of(name)[: users.LONGEST_NAME]
        if wait := self.attempts.begin((key, address)):
            return Entry(wait=wait)
        user = self.users().get(key)
        if not users.verified(user, password) or user is None:
            return Entry()
        self.attempts.succeeded((key, address))
        return Entry(self.sessions.begin(key, user.fingerprint))


def is_loopback(host: str) -> bool:
    """Whether an address to listen on, or the name in a Host header without its port, is this machine only."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def prepare(host: str) -> Gate:
    """Makes the gate of a server that is about to listen on `host`. Raises AccessError where that must not start:
    broken files, or an address that others reach and nobody who could sign in."""
    os.environ[HOST_VARIABLE] = host
    current.cache_clear()
    gate = current()
    if not gate.loopback and not gate.users():
        raise AccessError("no_users", host=host)
    return gate


@lru_cache(maxsize=1)
def current() -> Gate:
    """The gate of this process. Where no server was prepared, it is that of a server on this machine only."""
    return Gate.of(settings.data_folder(), os.environ.get(HOST_VARIABLE, "127.0.0.1"))


def role_of(cookies: Mapping[str, str], gate: Callable[[], Gate] = current) -> Role | None:
    """The role of whoever sends these cookies, such as st.context.cookies; None for somebody who has to sign in first.

    A page asks on every run: a session can end, and a user can be removed, while the page is open.
    """
    person = gate().person(cookies)
    return person.role if person else None


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
