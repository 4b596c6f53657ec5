"""Words for codes: labels, units and definitions of metrics, dimensions, values and columns, in every language.

Owns the merging of `templates/terms/*.yaml`, `templates/caveats/*.yaml` and `templates/phrases.yaml`. Formats nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant import paths
from assistant.answer import LANGUAGES, Language

#: `text` is shown as it is, `code` is the name of another term and shown as its label.
UNITS = ("money", "count", "percent", "points", "rating", "hours", "ratio", "days", "number", "text", "date", "code")
#: Scopes of codes that are not values of the data; a bare value is never one of them.
_NOT_VALUES = (
    "table", "rows", "left_out", "domain", "role", "grain", "order", "rule", "slot", "action", "eval", "language",
    "theme", "family", "about", "source",
)
_CODE_COLUMNS = ("metric", "dimension", "field", "term")
_MIXED_COLUMNS = ("segment", "group", "group_2", "label")
_KEYS = {*LANGUAGES, "unit", "definition", "kind", "also"}


class TermsError(Exception):
    """Files of words that cannot be used; every problem is listed."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Term:
    """One code in words. `kind` says what it is (metric, dimension, segment, method ...); `also` are other names of it."""

    code: str
    label: Mapping[str, str]
    unit: str | None = None
    definition: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, language: Language) -> tuple[str, ...]:
        """Every name of the term in a language, its label first."""
        return (self.label[language], *self.also.get(language, ()))


@dataclass(frozen=True)
class Terms:
    """All terms by code. The value of a dimension has the code `<dimension>.<value>`."""

    by_code: Mapping[str, Term]
    values: Mapping[str, Term]

    def get(self, code: str, dimension: str | None = None) -> Term | None:
        """The term of a code; with a dimension, that of its value. A bare value is found under the first that has it."""
        if dimension is not None and f"{dimension}.{code}" in self.by_code:
            return self.by_code[f"{dimension}.{code}"]
        return self.by_code.get(code) or self.values.get(code)

    def value(self, value: str, dimension: str | None = None) -> Term | None:
        """The term of a value of the data. Columns of codes hold names of metrics and the like; columns of no dimension of
        their own hold values of any."""
        if dimension in _CODE_COLUMNS:
            return self.by_code.get(value)
        if dimension is None or dimension in _MIXED_COLUMNS:
            return self.values.get(value)
        return self.by_code.get(f"{dimension}.{value}")

    def label(self, code: str, language: Language, dimension: str | None = None) -> str:
        """The label as it stands inside a sentence; a code without a term is shown with spaces for underscores."""
        term = self.get(code, dimension)
        return term.label[language] if term else code.replace("_", " ")

    def heading(self, code: str, language: Language, dimension: str | None = None) -> str:
        """The label with its first letter raised."""
        label = self.label(code, language, dimension)
        return label[:1].upper() + label[1:]

    def unit(self, code: str) -> str | None:
        term = self.by_code.get(code)
        return term.unit if term else None

    def definition(self, code: str, language: Language) -> str | None:
        term = self.by_code.get(code)
        return term.definition.get(language) if term else None


@lru_cache(maxsize=4)
def load(folder: Path | None = None) -> Terms:
    """The terms of all files of a folder; raises TermsError naming every problem."""
    folder = folder or paths.templates() / "terms"
    problems: list[str] = []
    found: dict[str, Term] = {}
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for code, entry in (_read(path, problems).get("terms") or {}).items():
            if code in owners:
                problems.append(f"{path.name}: {code} is defined in {owners[code]} too")
                continue
            owners[str(code)] = path.name
            if (term := _term(path.name, str(code), entry, problems)) is not None:
                found[str(code)] = term
    if problems:
        raise TermsError(tuple(problems))
    values: dict[str, Term] = {}
    for code, term in found.items():
        scope, _, value = code.partition(".")
        if value and scope not in _NOT_VALUES and not value.isdigit():
            values.setdefault(value, term)
    return Terms(found, values)


@lru_cache(maxsize=4)
def caveats(folder: Path | None = None) -> Mapping[str, Mapping[str, str]]:
    """The wording of every caveat: a Jinja text per language."""
    folder = folder or paths.templates() / "caveats"
    problems: list[str] = []
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        entries = _read(path, problems)
        for name, texts in (entries.get("caveats") or entries).items():
            if name in found:
                problems.append(f"{path.name}: {name} is defined twice")
            elif (words := _words(path.name, str(name), texts, problems)) is not None:
                found[str(name)] = words
    if problems:
        raise TermsError(tuple(problems))
    return found


@lru_cache(maxsize=4)
def phrases(language: Language) -> Mapping[str, str]:
    """The small words that figures, dates and conditions are made of, as `str.format` texts."""
    problems: list[str] = []
    entries = _read(paths.templates() / "phrases.yaml", problems)
    found = {str(name): _words("phrases.yaml", str(name), texts, problems) for name, texts in entries.items()}
    if problems:
        raise TermsError(tuple(problems))
    return {name: words[language] for name, words in found.items() if words is not None}


def _read(path: Path, problems: list[str]) -> Mapping[str, Any]:
    try:
        entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        problems.append(f"{path.name}: not readable as YAML: {' '.join(str(fault).split())}")
        return {}
    return entry if isinstance(entry, dict) else {}


def _words(where: str, code: str, entry: Any, problems: list[str]) -> Mapping[str, str] | None:
    """A text for each language, or None after noting what is missing."""
    if not isinstance(entry, dict):
        problems.append(f"{where}: {code}: expected a text for each of {', '.join(LANGUAGES)}")
        return None
    missing = [language for language in LANGUAGES if not isinstance(entry.get(language), str)]
    problems += [f"{where}: {code}: no text in {language}" for language in missing]
    return None if missing else {language: entry[language].strip("\n") for language in LANGUAGES}


def _term(where: str, code: str, entry: Any, problems: list[str]) -> Term | None:
    label = _words(where, code, entry, problems)
    if label is None:
        return None
    problems += [f"{where}: {code}: unknown key {key!r}; known: {', '.join(sorted(_KEYS))}" for key in sorted(set(entry) - _KEYS)]
    unit = entry.get("unit")
    if unit is not None and unit not in UNITS:
        problems.append(f"{where}: {code}: unknown unit {unit!r}; known: {', '.join(UNITS)}")
    definition = entry.get("definition")
    meaning = _words(where, f"{code}.definition", definition, problems) if definition is not None else None
    also = entry.get("also") or {}
    if not isinstance(also, dict):
        problems.append(f"{where}: {code}.also: expected a list of names per language")
        also = {}
    others = {str(language): tuple(str(name) for name in also.get(language) or ()) for language in LANGUAGES}
    return Term(code, label, unit, meaning or {}, str(entry.get("kind") or ""), others)
