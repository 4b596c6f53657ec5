"""The catalogue: every intent of `intents/<domain>/<intent>.yaml` as a typed record, checked as a whole.

Owns the keys of a catalogue file. Matches nothing and answers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant import paths
from assistant.answer import LANGUAGES

ROLES = ("manager", "marketing", "support", "analyst")
CHART_KINDS = ("line", "bar", "barh", "area", "heatmap", "interval", "scatter", "stacked")
SLOTS = (
    "metric", "dimension", "period", "compare_to", "grain", "filters", "top_n", "order", "customer", "product", "segment",
    "theme", "horizon", "threshold",
)
_KEYS = {"title", "roles", "needs", "built", "slots", "ask", "not_this", "chart", "follow_ups"}
_CHART_KEYS = {"kind", "table", "x", "y", "color", "low", "high"}
_FILE_OF_REFUSALS = "_out_of_scope"


class CatalogueError(Exception):
    """Files of the catalogue that cannot be used; every problem is listed, with its file and key."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Slot:
    """A slot that an intent takes. `default` is the value assumed when nobody says one; `required` slots are asked for."""

    name: str
    default: Any = None
    required: bool = False


@dataclass(frozen=True)
class Chart:
    """Which columns of which result table are drawn, and how."""

    kind: str
    table: str
    x: str
    y: tuple[str, ...]
    color: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.x, *self.y, self.color, self.low, self.high) if name)


@dataclass(frozen=True)
class FollowUp:
    """A question that comes naturally after an answer: a Jinja text per language, and the intent it belongs to."""

    intent: str
    text: Mapping[str, str]


@dataclass(frozen=True)
class Intent:
    """One thing people ask for. `ask` holds example questions per language, `not_this` near misses and the
    intent that each belongs to.

    `needs` names the canonical tables it cannot do without, beyond orders and order_lines; `built` tells whether an
    analysis stands behind it.
    """

    id: str
    domain: str
    title: Mapping[str, str]
    ask: Mapping[str, tuple[str, ...]]
    not_this: Mapping[str, Mapping[str, str]]
    roles: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    built: bool = False
    slots: Mapping[str, Slot] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """All intents by id, and example questions that are out of scope, per kind and language."""

    intents: Mapping[str, Intent]
    out_of_scope: Mapping[str, Mapping[str, tuple[str, ...]]]

    def __getitem__(self, name: str) -> Intent:
        return self.intents[name]

    def __contains__(self, name: object) -> bool:
        return name in self.intents

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.intents.values())

    def __len__(self) -> int:
        return len(self.intents)

    @cached_property
    def built(self) -> tuple[Intent, ...]:
        """The intents that have an analysis, in the order of their domains and names."""
        return tuple(intent for intent in self if intent.built)

    @cached_property
    def domains(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(intent.domain for intent in self))


@lru_cache(maxsize=4)
def load(folder: Path | None = None) -> Catalogue:
    """The catalogue of a folder (default: the one of this installation); raises CatalogueError naming every problem."""
    folder = folder or paths.intents()
    problems: list[str] = []
    found: dict[str, Intent] = {}
    for path in sorted(folder.glob("[!_]*/[!_]*.yaml")):
        where = f"{path.parent.name}/{path.name}"
        if path.stem in found:
            problems.append(f"{where}: the intent {path.stem} stands in {found[path.stem].domain}/ too")
        elif (entry := _read(path, where, problems)) is not None:
            found[path.stem] = _intent(path, where, entry, problems)
    for intent in found.values():
        problems += [
            f"{intent.domain}/{intent.id}.yaml: follow_ups: {follow.intent!r} is no intent of the catalogue"
            for follow in intent.follow_ups if follow.intent not in found
        ]
        problems += [
            f"{intent.domain}/{intent.id}.yaml: not_this: {owner!r} is no intent of the catalogue"
            for misses in intent.not_this.values() for owner in misses.values() if owner not in found
        ]
    refusals = _refusals(folder / f"{_FILE_OF_REFUSALS}.yaml", problems)
    if not found:
        problems.append(f"{folder}: no intents here; expected <domain>/<intent>.yaml")
    if problems:
        raise CatalogueError(tuple(problems))
    return Catalogue(found, refusals)


def _read(path: Path, where: str, problems: list[str]) -> Mapping[str, Any] | None:
    try:
        entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        problems.append(f"{where}: not readable as YAML: {' '.join(str(fault).split())}")
        return None
    if not isinstance(entry, dict):
        problems.append(f"{where}: expected keys such as title and ask")
        return None
    return entry


def _intent(path: Path, where: str, entry: Mapping[str, Any], problems: list[str]) -> Intent:
    unknown = sorted(set(entry) - _KEYS)
    problems += [f"{where}: unknown key {key!r}; known: {', '.join(sorted(_KEYS))}" for key in unknown]
    roles = tuple(entry.get("roles") or ())
    problems += [f"{where}: roles: unknown {role!r}; known: {', '.join(ROLES)}" for role in roles if role not in ROLES]
    built = entry.get("built", False)
    if not isinstance(built, bool):
        problems.append(f"{where}: built: expected true or false, got {built!r}")
    return Intent(
        id=path.stem, domain=path.parent.name, title=_texts(entry, "title", where, problems),
        ask=_questions(entry, "ask", where, problems, required=True), not_this=_near_misses(entry, where, problems),
        roles=roles, needs=_needs(entry, where, problems), built=built is True, slots=_slots(entry, where, problems),
        charts=_charts(entry, where, problems), follow_ups=_follow_ups(entry, where, problems),
    )


def _texts(entry: Mapping[str, Any], key: str, where: str, problems: list[str]) -> Mapping[str, str]:
    value = entry.get(key)
    if not isinstance(value, dict) or any(not str(value.get(language) or "").strip() for language in LANGUAGES):
        problems.append(f"{where}: {key}: expected a text for each of {', '.join(LANGUAGES)}")
        return {language: _stem(where) for language in LANGUAGES}
    return {language: str(value[language]).strip() for language in LANGUAGES}


def _stem(where: str) -> str:
    """The intent's id in the place that a problem names."""
    return where.rpartition("/")[2].removesuffix(".yaml")


def _questions(
    entry: Mapping[str, Any], key: str, where: str, problems: list[str], *, required: bool = False
) -> Mapping[str, tuple[str, ...]]:
    value = entry.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(value.get(lang) or [], list) for lang in LANGUAGES):
        problems.append(f"{where}: {key}: expected a list of questions for each of {', '.join(LANGUAGES)}")
        return dict.fromkeys(LANGUAGES, ())
    out: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        texts = value.get(language) or []
        wrong = [text for text in texts if not isinstance(text, str)]
        problems += [f"{where}: {key}.{language}: {text!r} is no text; put it in quotes" for text in wrong]
        out[language] = tuple(str(text) for text in texts)
        if required and not texts:
            problems.append(f"{where}: {key}.{language}: no example questions")
    return out


def _near_misses(entry: Mapping[str, Any], where: str, problems: list[str]) -> Mapping[str, Mapping[str, str]]:
    value = entry.get("not_this") or {}
    if not isinstance(value, dict) or not all(isinstance(value.get(language) or {}, dict) for language in LANGUAGES):
        problems.append(f"{where}: not_this: expected for each of {', '.join(LANGUAGES)} a mapping from a question to its intent")
        return {language: {} for language in LANGUAGES}
    return {language: {str(q): str(owner) for q, owner in (value.get(language) or {}).items()} for language in LANGUAGES}


def _needs(entry: Mapping[str, Any], where: str, problems: list[str]) -> tuple[str, ...]:
    from analytics.schema import CANONICAL

    needs = entry.get("needs") or ()
    needs = (needs,) if isinstance(needs, str) else tuple(needs)
    problems += [f"{where}: needs: {name!r} is no canonical table" for name in needs if name not in CANONICAL]
    return needs


def _slots(entry: Mapping[str, Any], where: str, problems: list[str]) -> Mapping[str, Slot]:
    value = entry.get("slots") or {}
    if not isinstance(value, dict):
        problems.append(f"{where}: slots: expected a mapping from a slot's name to {{default: ...}} or {{}}")
        return {}
    out: dict[str, Slot] = {}
    for name, options in value.items():
        options = options or {}
        if name not in SLOTS:
            problems.append(f"{where}: slots: unknown slot {name!r}; known: {', '.join(SLOTS)}")
        elif not isinstance(options, dict) or set(options) - {"default", "required"}:
            problems.append(f"{where}: slots.{name}: only default and required may stand here, got {options!r}")
        else:
            default = options.get("default")
            out[name] = Slot(name, tuple(default) if isinstance(default, list) else default, bool(options.get("required")))
    return out


def _charts(entry: Mapping[str, Any], where: str, problems: list[str]) -> tuple[Chart, ...]:
    value = entry.get("chart") or []
    out: list[Chart] = []
    for chart in [value] if isinstance(value, dict) else value:
        if not isinstance(chart, dict) or not {"kind", "table", "x", "y"} <= set(chart):
            problems.append(f"{where}: chart: expected kind, table, x and y, got {chart!r}")
            continue
        unknown = sorted(set(chart) - _CHART_KEYS)
        problems += [f"{where}: chart: unknown key {key!r}; known: {', '.join(sorted(_CHART_KEYS))}" for key in unknown]
        if chart["kind"] not in CHART_KINDS:
            problems.append(f"{where}: chart.kind: unknown {chart['kind']!r}; known: {', '.join(CHART_KINDS)}")
        columns = tuple(chart["y"]) if isinstance(chart["y"], list) else (chart["y"],)
        bounds = (chart.get("color"), chart.get("low"), chart.get("high"))
        out.append(Chart(chart["kind"], chart["table"], chart["x"], columns, *bounds))
    return tuple(out)


def _follow_ups(entry: Mapping[str, Any], where: str, problems: list[str]) -> tuple[FollowUp, ...]:
    out: list[FollowUp] = []
    for follow in entry.get("follow_ups") or []:
        if not isinstance(follow, dict) or any(not follow.get(key) for key in ("intent", *LANGUAGES)):
            expected = ", ".join(("intent", *LANGUAGES))
            problems.append(f"{where}: follow_ups: expected {expected} in each, got {follow!r}")
            continue
        out.append(FollowUp(str(follow["intent"]), {language: str(follow[language]) for language in LANGUAGES}))
    return tuple(out)


def _refusals(path: Path, problems: list[str]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if not path.exists():
        return {}
    entry = _read(path, path.name, problems) or {}
    return {kind: _questions(entry, kind, path.name, problems) for kind in entry}
