"""The one settings file, askwell.toml: the default role, changes to roles, the public address, the length of a session, and the
largest file that is taken.

    default_role = "manager"                      # owner, analyst, manager or support
    session_hours = 12                            # 1 to 720
    public_url = "https://askwell.example.com"    # the address that people use, behind a proxy
    upload_megabytes = 500                        # the largest file that the page takes, 1 to 2000

    [roles.manager]
    sees_personal = true

Every problem is found at once and says which key and what to write; without a file everything has its default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StrictBool, StrictInt, ValidationError

from assistant import settings
from assistant.access.errors import AccessError, SettingsError
from assistant.access.roles import DEFAULT_ROLE, RIGHTS, ROLES, Role

FILE = "askwell.toml"
VARIABLE = "ASKWELL_SETTINGS"
#: Hours that somebody stays signed in: fewest, as a rule, most.
FEWEST_HOURS, HOURS, MOST_HOURS = 1, 12, 720
#: Megabytes of a file that is sent by the page, where it is held in memory while it is looked at: least, as a rule, most.
LEAST_MEGABYTES, MEGABYTES, MOST_MEGABYTES = 1, 500, 2_000

_Name = Literal["owner", "analyst", "manager", "support"]


class _Rights(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sees_sql: StrictBool | None = None
    sees_personal: StrictBool | None = None
    may_export: StrictBool | None = None
    may_share: StrictBool | None = None
    sees_audit: StrictBool | None = None
    manages: StrictBool | None = None
    edits_themes: StrictBool | None = None
    may_teach: StrictBool | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    default_role: _Name = "manager"
    roles: dict[_Name, _Rights] = Field(default_factory=dict)
    public_url: HttpUrl | None = None
    session_hours: StrictInt = Field(HOURS, ge=FEWEST_HOURS, le=MOST_HOURS)
    upload_megabytes: StrictInt = Field(MEGABYTES, ge=LEAST_MEGABYTES, le=MOST_MEGABYTES)


@dataclass(frozen=True)
class AccessSettings:
    """The settings in force. `public_url` has no slash at its end and is empty where none is set."""

    default_role: str = DEFAULT_ROLE
    roles: Mapping[str, Role] = field(default_factory=lambda: dict(ROLES))
    public_url: str = ""
    session_hours: int = HOURS
    upload_megabytes: int = MEGABYTES

    @property
    def default(self) -> Role:
        return self.roles[self.default_role]


def settings_path() -> Path:
    """Where the settings file stands: ASKWELL_SETTINGS, else askwell.toml in the data folder."""
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else settings.data_folder() / FILE


def load(path: Path | None = None) -> AccessSettings:
    """The settings of a file (default: settings_path()). Raises SettingsError, or AccessError where it cannot be read.

    A file that is not there means the defaults, unless ASKWELL_SETTINGS names it.
    """
    place = path or settings_path()
    try:
        text = place.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if path is None and os.environ.get(VARIABLE):
            raise AccessError("settings_not_there", path=str(place), variable=VARIABLE) from None
        return AccessSettings()
    except (OSError, UnicodeDecodeError) as fault:
        raise AccessError("not_readable", path=str(place), reason=_reason(fault)) from fault
    try:
        found = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise SettingsError(str(place), (AccessError("setting_syntax", reason=_reason(fault)),)) from fault
    except ValidationError as fault:
        raise SettingsError(str(place), tuple(_problems(fault))) from fault
    return _in_force(found)


def _in_force(found: _File) -> AccessSettings:
    roles = dict(ROLES)
    for name, rights in found.roles.items():
        roles[name] = replace(roles[name], **rights.model_dump(exclude_none=True))
    address = str(found.public_url).rstrip("/") if found.public_url else ""
    return AccessSettings(found.default_role, roles, address, found.session_hours, found.upload_megabytes)


def _problems(fault: ValidationError) -> Iterator[AccessError]:
    for error in fault.errors():
        where = tuple(str(part) for part in error["loc"] if part != "[key]")
        yield _problem(where, error["type"], error["input"])


def _problem(where: tuple[str, ...], kind: str, value: Any) -> AccessError:
    """What is wrong at a key and what to write there instead."""
    key = ".".join(where)
    if kind == "extra_forbidden":
        known = RIGHTS if len(where) > 1 else tuple(_File.model_fields)
        near = get_close_matches(where[-1], known, n=1)
        return AccessError("setting_unknown", key=key, known=list(known), near=near[0] if near else "")
    if where[0] == "default_role":
        return AccessError("setting_role", key=key, value=str(value), known=list(ROLES))
    if where[0] == "session_hours":
        return AccessError("setting_hours", key=key, value=str(value), low=FEWEST_HOURS, high=MOST_HOURS)
    if where[0] == "upload_megabytes":
        return AccessError("setting_megabytes", key=key, value=str(value), low=LEAST_MEGABYTES, high=MOST_MEGABYTES)
    if where[0] == "public_url":
        return AccessError("setting_url", key=key, value=str(value))
    if len(where) == 2 and kind == "literal_error":
        return AccessError("setting_role", key=key, value=where[1], known=list(ROLES))
    if len(where) < 3:
        return AccessError("setting_table", key=key)
    return AccessError("setting_flag", key=key, value=str(value))


def _reason(fault: Exception) -> str:
    return str(getattr(fault, "strerror", None) or fault)
