"""What a person changes about themes: rename, merge, split, pin a phrase, exclude a word. Values and pure functions only.

Edits name themes by their ids, which stay when themes are fitted again; an edit of a theme that is not there waits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from analytics.models.themes.model import Part, Theme, ThemeModel
from analytics.models.themes.tokens import LANGUAGES, holds, normalised, without


class EditError(ValueError):
    """An edit cannot be read; the message says which and what is expected."""


@dataclass(frozen=True)
class Rename:
    """A theme's new name in each language that is given."""

    theme: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Merge:
    """All texts of `theme` belong to the theme `into`."""

    theme: str
    into: str


@dataclass(frozen=True)
class Split:
    """Texts of a theme that hold one of the phrases form a theme of their own, called by `names`."""

    theme: str
    names: Mapping[str, str]
    phrases: tuple[str, ...]

    @property
    def part(self) -> str:
        """The id of the new theme: that of the old one and a hash of the names, so that it is the same every time."""
        named = "\n".join(f"{language}:{self.names[language]}" for language in sorted(self.names))
        return f"{self.theme}.{hashlib.blake2b(named.encode(), digest_size=4).hexdigest()}"


@dataclass(frozen=True)
class Pin:
    """Texts that hold the phrase belong to the theme, whatever else they say."""

    phrase: str
    theme: str


@dataclass(frozen=True)
class Edits:
    """All edits of a body of feedback. The order within a kind counts where two contradict each other: the later one holds."""

    renames: tuple[Rename, ...] = ()
    merges: tuple[Merge, ...] = ()
    splits: tuple[Split, ...] = ()
    pins: tuple[Pin, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """The excluded words in their normal form."""
        return frozenset(word for word in map(normalised, self.excluded) if word)

    @property
    def mentioned(self) -> frozenset[str]:
        """Themes that an edit names: they are kept, however few texts they have."""
        merged = {theme for merge in self.merges for theme in (merge.theme, merge.into)}
        named = [each.theme for each in self.renames] + [each.theme for each in self.splits] + [each.theme for each in self.pins]
        return frozenset(merged.union(named))

    @property
    def count(self) -> int:
        """How many edits there are of all kinds."""
        return sum(map(len, (self.renames, self.merges, self.splits, self.pins, self.excluded)))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(held: Mapping[str, Any]) -> Edits:
        """The edits that `to_json` gave. Raises EditError where one has other keys or kinds of values."""
        if unknown := sorted(set(held) - {"renames", "merges", "splits", "pins", "excluded"}):
            raise EditError(f"unknown kinds of edits: {', '.join(unknown)}; known: renames, merges, splits, pins, excluded")
        return Edits(
            renames=tuple(Rename(_text(each, "theme"), _names(each)) for each in _list(held, "renames")),
            merges=tuple(Merge(_text(each, "theme"), _text(each, "into")) for each in _list(held, "merges")),
            splits=tuple(Split(_text(each, "theme"), _names(each), _phrases(each)) for each in _list(held, "splits")),
            pins=tuple(Pin(_text(each, "phrase"), _text(each, "theme")) for each in _list(held, "pins")),
            excluded=tuple(_words(_list(held, "excluded"))),
        )


def from_text(text: str) -> Edits:
    """Edits from their JSON, none from an empty text. Raises EditError, which says what is wrong, for a text that holds none."""
    try:
        held = json.loads(text) if text.strip() else {}
    except ValueError as fault:
        raise EditError(f"this is no JSON: {fault}") from fault
    if not isinstance(held, dict):
        raise EditError("expected an object with renames, merges, splits, pins, excluded")
    return Edits.from_json(held)


def to_text(edits: Edits) -> str:
    """Edits as JSON, the same for the same edits; empty where there are none."""
    return json.dumps(edits.to_json(), ensure_ascii=False, sort_keys=True) if edits.count else ""


def apply(model: ThemeModel, edits: Edits) -> ThemeModel:
    """The model after edits: exclude, merge, split, pin, rename, in this order.

    Edits of themes that are not there change nothing. Sizes are those of before until `sized` is called with a new assignment.
    """
    model = _excluded(model, edits.words)
    for merge in edits.merges:
        model = _merged(model, merge)
    for split in edits.splits:
        model = _split(model, split)
    known = {theme.id for theme in model.themes if theme.parent is not None}
    into = merged_into(edits.merges)
    pins = [(normalised(pin.phrase), into.get(pin.theme, pin.theme)) for pin in edits.pins]
    pinned = dict(model.pins) | {phrase: theme for phrase, theme in pins if phrase and theme in known}
    model = replace(model, pins=tuple(pinned.items()))
    for rename in edits.renames:
        themes = [
            replace(theme, names={**theme.names, **rename.names}) if theme.id == rename.theme else theme for theme in model.themes
        ]
        model = replace(model, themes=tuple(themes))
    return model


def waiting(model: ThemeModel, edits: Edits) -> tuple[str, ...]:
    """Ids that edits name and the edited model does not have: their themes are not in the present texts."""
    known = {theme.id for theme in model.themes} | {merge.theme for merge in edits.merges}
    return tuple(sorted(edits.mentioned - known))


def merged_into(merges: Iterable[Merge]) -> dict[str, str]:
    """Where the texts of each merged theme end up, chains followed; a merge that would close a circle is left out."""
    into: dict[str, str] = {}
    for merge in merges:
        target = merge.into
        while target in into:
            target = into[target]
        if target != merge.theme:
            into[merge.theme] = target
    return {theme: _end(into, theme) for theme in into}


def _end(into: Mapping[str, str], theme: str) -> str:
    while theme in into:
        theme = into[theme]
    return theme


def _merged(model: ThemeModel, merge: Merge) -> ThemeModel:
    one, other = model.theme(merge.theme), model.theme(merge.into)
    if one is None or other is None or one.id == other.id or one.parent is None or other.parent is None:
        return model
    joint = {
        language: tuple(dict.fromkeys((*other.phrases.get(language, ()), *one.phrases.get(language, ()))))
        for language in LANGUAGES if other.phrases.get(language) or one.phrases.get(language)
    }
    themes = [replace(other, phrases=joint) if theme.id == other.id else theme for theme in model.themes if theme.id != one.id]
    return replace(
        model, themes=tuple(_with_children(themes)), leads=tuple(other.id if lead == one.id else lead for lead in model.leads),
        pins=tuple((phrase, other.id if theme == one.id else theme) for phrase, theme in model.pins),
        parts=tuple(replace(part, id=other.id) if part.id == one.id else part for part in model.parts),
    )


def _split(model: ThemeModel, split: Split) -> ThemeModel:
    whole = model.theme(split.theme)
    phrases = tuple(phrase for phrase in map(normalised, split.phrases) if phrase)
    if whole is None or whole.parent is None or not phrases or model.theme(split.part) is not None:
        return model
    names: dict[str, str] = {language: split.names.get(language) or next(iter(split.names.values())) for language in LANGUAGES}
    told = {language: tuple(p for p in phrases if (language == "zh") == (not p.isascii())) for language in LANGUAGES}
    part = Theme(split.part, whole.parent, names, {language: held for language, held in told.items() if held})
    return replace(model, themes=(*model.themes, part), parts=(*model.parts, Part(whole.id, part.id, phrases)))


def _excluded(model: ThemeModel, words: frozenset[str]) -> ThemeModel:
    if not words:
        return model
    silent = np.array([any(holds(_bare(pattern), word) for word in words) for pattern in model.patterns], dtype=bool)
    mute = np.array([any(holds(term, word) for word in words) for term in model.vocabulary.terms], dtype=bool)
    vocabulary = replace(model.vocabulary, idf=np.where(mute, 0.0, model.vocabulary.idf))
    themes = [
        replace(theme, phrases={language: tuple(without(held, words)) for language, held in theme.phrases.items()})
        for theme in model.themes
    ]
    weights = np.where(silent[:, None], 0.0, model.weights)
    return replace(model, themes=tuple(themes), weights=weights, vocabulary=vocabulary)


def _bare(pattern: str) -> str:
    """A pattern as words: "deliver*+late" as "deliver late"."""
    return pattern.replace("+", " ").replace("*", "")


def _with_children(themes: Sequence[Theme]) -> list[Theme]:
    """Without themes of the first level that hold nothing any more."""
    held = {theme.parent for theme in themes}
    return [theme for theme in themes if theme.parent is not None or theme.id in held]


def _list(held: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = held.get(key, ())
    if not isinstance(value, list | tuple):
        raise EditError(f"{key} is {value!r}, expected a list")
    return value


def _text(each: Any, key: str) -> str:
    value = each.get(key) if isinstance(each, Mapping) else None
    if not isinstance(value, str) or not value.strip():
        raise EditError(f"{each!r} has no text {key}")
    return value


def _names(each: Any) -> dict[str, str]:
    names = each.get("names") if isinstance(each, Mapping) else None
    if not isinstance(names, Mapping) or not names or set(names) - set(LANGUAGES):
        raise EditError(f"{each!r} has no names by language: expected some of {', '.join(LANGUAGES)}")
    return {language: _text(names, language) for language in LANGUAGES if language in names}


def _phrases(each: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_words(_list(each, "phrases")))


def _words(values: Sequence[Any]) -> list[str]:
    for value in values:
        if not isinstance(value, str):
            raise EditError(f"{value!r} is not a text")
    return list(values)
