"""Roles and their rights. Reads nothing: see settings_file for what an installation changes."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Role:
    """What somebody may see and do. Without `sees_personal`, names and other personal details are masked.

    `sees_audit` opens the log of who asked what, `manages` the settings of the installation;
    `edits_themes` changes what themes of feedback are called and hold, for everybody; `may_teach` says what words and
    questions mean, for everybody, and opens the mistake book.
    """

    name: str
    sees_sql: bool = False
    sees_personal: bool = False
    may_export: bool = False
    may_share: bool = False
    sees_audit: bool = False
    manages: bool = False
    edits_themes: bool = False
    may_teach: bool = False


RIGHTS = tuple(field.name for field in fields(Role) if field.name != "name")
OWNER = Role("owner", True, True, True, True, True, True, edits_themes=True, may_teach=True)
#: The roles as they are without a settings file.
ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        OWNER,
        Role("analyst", sees_sql=True, may_export=True, may_share=True, edits_themes=True, may_teach=True),
        Role("manager", may_export=True, may_share=True),
        # Support works for one customer at a time and has to know whom it writes to.
        Role("support", sees_personal=True),
    )
}
DEFAULT_ROLE = "manager"
#: Whoever follows a shared link: no role of the installation, and no rights.
VISITOR = Role("visitor")
