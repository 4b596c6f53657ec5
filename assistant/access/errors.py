"""What can be wrong with the settings file, the users and the start of the server: typed, and worded in both languages."""

from __future__ import annotations

from typing import Any

from assistant.answer import Language


class AccessError(Exception):
    """One problem. `code` is a key of templates/problems.yaml, `details` are the names that its wording needs."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details


class SettingsError(AccessError):
    """A settings file that cannot be used; every problem in it, in the order of the file's keys."""

    def __init__(self, path: str, problems: tuple[AccessError, ...]) -> None:
        super().__init__("bad_settings", path=path)
        self.problems = problems


def words(fault: AccessError, language: Language) -> str:
    """The problem in words; a settings file's problems one to a line."""
    from assistant.answering.problems import problem_of

    lines = [problem_of(fault, language)]
    if isinstance(fault, SettingsError):
        lines += [f"- {problem_of(each, language)}" for each in fault.problems]
    return "\n".join(lines)
