"""The door of a running server for commands of the same person on this machine: a small file that says where it listens, on
which data set, and a random token. Whoever can read the file is who started the server.

Owns the file. Uses the standard library only: a command that finds no door loses no time.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

#: Where a server takes questions through its door.
ASK = "/api/ask"
_FOLDER = "servers"
_MOST_BYTES = 65_536


@dataclass(frozen=True)
class Door:
    """Where a server answers, as its file says. `data_set` is the resolved path of its data; `pid` is for people to look at."""

    address: str
    port: int
    pid: int
    data_set: str
    version: str
    token: str

    @property
    def instance(self) -> str:
        """Tells this run of the server from any other program at the same address, without giving the token away."""
        return hashlib.sha256(f"instance {self.token}".encode()).hexdigest()[:32]


def door(host: str, port: int, data_set: Path, version: str) -> Door | None:
    """The door of a server that is about to listen; None for an address that this machine cannot reach as itself."""
    address = _reached(host)
    if address is None:
        return None
    return Door(address, port, os.getpid(), str(data_set.resolve()), version, secrets.token_urlsafe(32))


def _reached(host: str) -> str | None:
    bare = host.strip("[]")
    if bare == "localhost":
        return bare
    try:
        ip = ipaddress.ip_address(bare)
    except ValueError:
        return None
    if ip.is_unspecified:
        return "127.0.0.1" if ip.version == 4 else "::1"
    return str(ip) if ip.is_loopback else None


@contextmanager
def opened(found: Door | None, folder: Path) -> Iterator[None]:
    """Keeps the file of a door while the server runs. Where it cannot be written, commands answer by themselves."""
    if found is None:
        yield
        return
    path = _path(folder, found.data_set)
    with suppress(OSError):
        _write(path, json.dumps(asdict(found)))
    try:
        yield
    finally:
        # Another server on the same data may have put its own in the place of this one.
        if _read(path) == found:
            with suppress(OSError):
                path.unlink()


def find(folder: Path, data_set: Path, version: str) -> Door | None:
    """The door of a server on this data set and of this version; None where there is none, or a file that anybody could have
    written."""
    resolved = str(data_set.resolve())
    found = _read(_path(folder, resolved))
    return found if found is not None and (found.data_set, found.version) == (resolved, version) else None


def _path(folder: Path, data_set: str) -> Path:
    return folder / _FOLDER / f"{hashlib.sha256(data_set.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"


def _write(path: Path, text: str) -> None:
    """Swaps the file in, so that nobody reads half of one; only its owner may read it, from the first moment on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _read(path: Path) -> Door | None:
    try:
        if not _is_own(path.stat()):
            return None
        with path.open("rb") as file:
            given = json.loads(file.read(_MOST_BYTES))
        found = Door(**given)
    except (OSError, ValueError, TypeError):
        return None
    kinds = {field.name: int if field.type == "int" else str for field in fields(Door)}
    if not all(type(getattr(found, name)) is kind for name, kind in kinds.items()):
        return None
    return found if _reached(found.address) == found.address and 0 < found.port < 65_536 else None


def _is_own(found: os.stat_result) -> bool:
    """Whether the file is of whoever runs this and closed to everybody else; Windows keeps data folders closed by itself."""
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
