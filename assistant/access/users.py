"""The local users: names, roles and scrypt hashes of passwords in users.toml, readable by the owner of the process only.

Owns that file and the checking of passwords. Knows no server and no session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from analytics.store.locking import Busy, locked
from assistant.access.errors import AccessError

FILE = "users.toml"
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 1024
LONGEST_NAME = 64
#: Cost of a new hash: 32 MB and about a third of a second, so that guessing is slow even with the file in hand.
_N, _R, _P = 2**15, 8, 3
_SALT, _HASH = 16, 32
_HEAD = "# The users of Askwell. Change them with: askwell user add, askwell user remove\n"
_ALSO_IN_NAMES = frozenset("._-@ ")


@dataclass(frozen=True)
class User:
    """Somebody who may sign in; the password is only there as a salted scrypt hash with its cost."""

    name: str
    role: str
    salt: bytes
    hash: bytes
    n: int
    r: int
    p: int

    @property
    def fingerprint(self) -> str:
        """Changes with the password: sessions that began under another one are over."""
        return hashlib.sha256(self.salt + self.hash).hexdigest()[:16]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    role: Literal["owner", "analyst", "manager", "support"]
    salt: Base64Bytes
    hash: Base64Bytes
    n: Annotated[int, Field(ge=2**10, le=2**20)]
    r: Annotated[int, Field(ge=1, le=32)]
    p: Annotated[int, Field(ge=1, le=16)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: list[_Entry] = []


def key_of(name: str) -> str:
    """What two spellings of a name share: case, width and spaces at the ends do not count."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def read(folder: Path) -> Mapping[str, User]:
    """The users by key_of(name); none where there is no file. Raises AccessError for a file that cannot be used."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
        entries = _File.model_validate(tomllib.loads(text)).user
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as fault:
        raise AccessError("not_readable", path=str(path), reason=getattr(fault, "strerror", None) or str(fault)) from fault
    except tomllib.TOMLDecodeError as fault:
        raise AccessError("bad_users", path=str(path), reason=str(fault)) from fault
    except ValidationError as fault:
        error = fault.errors()[0]
        raise AccessError("bad_users", path=str(path), reason=f"{'.'.join(map(str, error['loc']))}: {error['msg']}") from fault
    return {key_of(e.name): User(e.name, e.role, e.salt, e.hash, e.n, e.r, e.p) for e in entries}


def add(folder: Path, name: str, role: str, password: str, *, replace: bool = False) -> User:
    """Adds a user, or with `replace` gives one another role and password. Raises AccessError, then nothing is changed."""
    called = _checked_name(name)
    made = hashed(called, role, _checked_password(password))
    with _writing(folder):
        users = dict(read(folder))
        if key_of(called) in users and not replace:
            raise AccessError("user_exists", name=called)
        _write(folder, users | {key_of(called): made})
    return made


def remove(folder: Path, name: str) -> User:
    """Takes a user away; whoever is signed in under that name is no longer. Raises AccessError where there is none."""
    with _writing(folder):
        users = dict(read(folder))
        gone = users.pop(key_of(name), None)
        if gone is None:
            raise AccessError("no_such_user", name=name, known=[user.name for user in users.values()])
        _write(folder, users)
    return gone


def hashed(name: str, role: str, password: str) -> User:
    """A user with a fresh salt and the hash of a password."""
    salt = secrets.token_bytes(_SALT)
    return User(name, role, salt, _scrypt(password, salt, _N, _R, _P), _N, _R, _P)


def verified(user: User | None, password: str) -> bool:
    """Whether the password is the user's; takes as long for a name that nobody has."""
    against = user or _NOBODY
    if len(password.encode("utf-8", "replace")) > LONGEST_PASSWORD:
        return False
    found = _scrypt(password, against.salt, against.n, against.r, against.p)
    return hmac.compare_digest(found, against.hash) and user is not None


#: No password has this hash.
_NOBODY = User("", "", bytes(_SALT), bytes(_HASH), _N, _R, _P)


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # The same characters typed on another keyboard or with another input method are the same password.
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=_HASH)


def _checked_name(name: str) -> str:
    called = " ".join(unicodedata.normalize("NFC", name).split())
    fits = 0 < len(called) <= LONGEST_NAME and all(c.isalnum() or c in _ALSO_IN_NAMES for c in called)
    if not fits:
        raise AccessError("bad_user_name", name=name, longest=LONGEST_NAME)
    return called


def _checked_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD or len(password.encode("utf-8", "replace")) > LONGEST_PASSWORD:
        raise AccessError("bad_password", shortest=SHORTEST_PASSWORD)
    return password


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Holds the lock on the users of a folder, which is made where it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / f"{FILE}.lock"):
            yield
    except Busy as fault:
        raise AccessError("users_busy", path=str(folder / FILE)) from fault
    except OSError as fault:
        raise AccessError("users_not_written", path=str(folder / FILE), reason=fault.strerror or str(fault)) from fault


def _write(folder: Path, users: Mapping[str, User]) -> None:
    """Swaps a new file in, so that a reader never finds half of one; nobody else may read it, not even for a moment."""
    part = folder / f"{FILE}.part"
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_HEAD + "".join(_entry(users[key]) for key in sorted(users)))
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE)


def _entry(user: User) -> str:
    # A JSON text of what a name may hold is a TOML text, too.
    lines = {
        "name": json.dumps(user.name, ensure_ascii=False), "role": json.dumps(user.role), "salt": _base64(user.salt),
        "hash": _base64(user.hash), "n": user.n, "r": user.r, "p": user.p,
    }
    return "\n[[user]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def _base64(value: bytes) -> str:
    return json.dumps(base64.b64encode(value).decode("ascii"))
