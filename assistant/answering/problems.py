"""Words for what is wrong with a file, a data set or the command line, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from assistant import paths
from assistant.answer import Language
from assistant.answering.wording import Optional, wording


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """The text of every problem, by code and language."""
    source = (paths.templates() / "problems.yaml").read_text(encoding="utf-8")
    return {str(code): entry for code, entry in yaml.load(source, Loader=yaml.CSafeLoader).items()}


def problem(code: str, language: Language, *, file: str = "", where: str = "", **details: Any) -> str:
    """The text of a problem; a code without one shows its reason."""
    known = texts()
    source = known.get(code, known["unknown"])[language]
    given = {"reason": code, **details}
    return wording(language).say(source, file=file, where=where, path=given.get("path", ""), details=Optional(given))


def problem_of(fault: Exception, language: Language) -> str:
    """The text of a LoadError or a DataSetError."""
    code, details = getattr(fault, "code", ""), dict(getattr(fault, "details", {}))
    return problem(code, language, file=getattr(fault, "file", ""), where=getattr(fault, "where", ""), **details)
