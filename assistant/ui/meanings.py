"""What a word can be taught to mean, as a menu: metrics, splits, segments and values of the data, each with what it is; and
lessons and readings in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.semantics import DIMENSIONS, METRICS
from assistant.access import personal
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering.formats import Formats
from assistant.answering.restated import restated
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui.labels import label
from assistant.understanding.catalogue import Catalogue
from assistant.understanding.entities import FIELDS
from assistant.understanding.reading import Reading
from assistant.understanding.taught import Lesson, Meaning, nameable

#: Values that the menu offers: of one field, and in all. Others can be written.
_OF_A_FIELD, _IN_ALL = 150, 1_000
_KEY = "meanings"


def offered(assistant: Assistant, language: Language, role: Role) -> Mapping[str, Meaning]:
    """The menu: what stands in it and what that means. Made once for a tab, a language and a version of the data."""
    key = (assistant.shop.version, language, role.sees_personal)
    held: tuple[Any, dict[str, Meaning]] | None = st.session_state.get(_KEY)
    if held is None or held[0] != key:
        held = (key, _offered(assistant, language, role))
        st.session_state[_KEY] = held
    return held[1]


def _offered(assistant: Assistant, language: Language, role: Role) -> dict[str, Meaning]:
    out: dict[str, Meaning] = {}
    known = {*METRICS, *DIMENSIONS}
    for meaning in nameable():
        if meaning.sort == "segment" or meaning.name in known:
            out.setdefault(named(meaning, assistant.catalogue, language), meaning)
    for field in FIELDS:
        if personal.is_personal_field(field) and not role.sees_personal:
            continue
        for value in assistant.reader.index.values.get(field, ())[:_OF_A_FIELD]:
            if len(out) < _IN_ALL:
                meaning = Meaning("value", value, field)
                out.setdefault(named(meaning, assistant.catalogue, language), meaning)
    return out


def named(meaning: Meaning, catalogue: Catalogue, language: Language) -> str:
    """A meaning in words, with what it is."""
    formats = wording(language).formats
    if meaning.sort == "intent":
        name = catalogue[meaning.name].title[language] if meaning.name in catalogue else meaning.name
        return label("meaning_of", language, name=name, what=label("sort_intent", language))
    if meaning.sort == "phrase":
        return label("meaning_phrase", language, text=meaning.name)
    if meaning.field:
        name, what = formats.value(meaning.name, meaning.field), formats.title(meaning.field)
    else:
        name, what = formats.title(meaning.name), label(f"sort_{meaning.sort}", language)
    return label("meaning_of", language, name=name, what=what)


def meaning_of(said: str, offers: Mapping[str, Meaning]) -> Meaning:
    """What was chosen from the menu, or a phrase that was written."""
    return offers.get(said) or Meaning("phrase", " ".join(said.split()))


def lesson_in_words(lesson: Lesson, catalogue: Catalogue, language: Language) -> str:
    """A lesson as a list shows it."""
    return label("teaching", language, said=lesson.said, means=named(lesson.meaning, catalogue, language))


def understood(reading: Reading, catalogue: Catalogue, language: Language) -> str:
    """What a question was read as, in words: the analysis with its slots, or that it was declined or asked back."""
    request = reading.request
    if reading.verdict == "declined" or request.intent not in catalogue:
        return label("read_declined", language)
    text = restated(catalogue[request.intent], request.slots, {}, {}, _formats(language))
    if reading.unknown_value is not None:
        return label("read_unknown", language, text=text, value=reading.unknown_value)
    return label("read_asked_back", language, text=text) if reading.verdict == "clarify" else text


def _formats(language: Language) -> Formats:
    return wording(language).formats
