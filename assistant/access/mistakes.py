"""The mistake book as a role may see it: questions that others asked may name people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistant.access import personal
from assistant.access.personal import NameFinder
from assistant.access.roles import Role
from assistant.workspace.mistakes import Mistake


def seen(mistake: Mistake, role: Role, find: NameFinder) -> Mistake:
    """A mistake without names, addresses and telephone numbers for a role that sees no personal details; `find` knows the
    customers of the data set."""
    if role.sees_personal:
        return mistake
    slots, right = masked(dict(mistake.slots), role, find), masked(dict(mistake.right_slots), role, find)
    return replace(mistake, question=masked(mistake.question, role, find), slots=slots, right_slots=right)


def masked(value: Any, role: Role, find: NameFinder) -> Any:
    """A text, or all texts of a structure of JSON, as a role may see them."""
    if role.sees_personal:
        return value
    if isinstance(value, str):
        return personal.without_people([value], find)[0]
    if isinstance(value, Mapping):
        return {key: masked(item, role, find) for key, item in value.items()}
    return [masked(item, role, find) for item in value] if isinstance(value, list) else value
