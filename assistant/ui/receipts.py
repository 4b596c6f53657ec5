"""How an answer was worked out, as the page shows it: words, dates, assumptions, rows, definitions, version, query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import streamlit as st

from analytics.period import Period
from assistant.answer import Mark, Request
from assistant.answering.formats import Formats
from assistant.answering.measures import Measures
from assistant.answering.restated import horizon
from assistant.answering.unread import unread
from assistant.ui.labels import escaped, label
from assistant.ui.scene import Scene, Shown
from assistant.ui.teach import draw_words

#: How a word of a question is marked: recognised, recognised since it was taught, and not recognised.
_SIGNED = {
    "known": ":blue-badge[:material/check: {}]", "taught": ":green-badge[:material/school: {}]",
    "unknown": ":orange-badge[:material/question_mark: {}]",
}


def draw_receipt(scene: Scene, shown: Shown) -> None:
    """The receipt of an answer; the query for roles that may see it."""
    left = unread(shown.answer.request, _known(scene, shown))
    st.markdown(f"**{escaped(label('receipt_question', shown.language))}**  \n{marked(shown.answer.request, left)}")
    draw_words(scene, shown.place, left, shown.language)
    for name, text in lines(scene, shown):
        st.markdown(f"**{escaped(name)}**  \n{escaped(text)}")
    receipt = shown.answer.receipt
    if receipt.definitions:
        st.markdown(f"**{escaped(label('receipt_definitions', shown.language))}**")
        draw_definitions(receipt.definitions)
    if receipt.sql and scene.role.sees_sql:
        with st.expander(label("receipt_query", shown.language)):
            st.code("\n\n".join(receipt.sql), language="sql", wrap_lines=True)


def draw_definitions(definitions: Mapping[str, str]) -> None:
    st.markdown("\n".join(f"- **{escaped(term)}**: {escaped(text)}" for term, text in definitions.items()))


def lines(scene: Scene, shown: Shown) -> Iterator[tuple[str, str]]:
    """The parts of the receipt that are one line each, with their names."""
    receipt, formats, language = shown.answer.receipt, shown.formats, shown.language
    said = [_mark(mark, formats, shown) for mark in receipt.tokens]
    if said:
        yield label("receipt_words", language), formats.phrase("comma").join(said)
    if shown.answer.request.taught:
        what = scene.assistant.catalogue[shown.answer.request.intent].title[language]
        yield label("receipt_taught", language), label("receipt_taught_means", language, what=what)
    if left := unread(shown.answer.request, _known(scene, shown)):
        yield label("receipt_unread", language), formats.phrase("comma").join(left)
    if receipt.period is not None:
        yield label("receipt_period", language), receipt.period_label
    if isinstance(other := shown.answer.resolved.get("compare_to"), Period):
        yield label("receipt_compared", language), formats.dates(other, mark_partial=False)
    if receipt.filters:
        yield label("receipt_filters", language), formats.where(receipt.filters)
    assumed = [
        formats.phrase("detail", what=formats.title(name, "slot"), value=told(name, value, formats))
        for name, value in receipt.defaults.items() if value not in (None, (), "")
    ]
    if assumed:
        yield label("receipt_assumed", language), formats.phrase("semicolon").join(assumed)
    if receipt.summary:
        yield label("receipt_rows", language), receipt.summary
    yield (
        label("receipt_version", language),
        label(
            "receipt_data", language, version=receipt.data_version, as_of=formats.date(receipt.as_of), currency=receipt.currency,
            zone=receipt.time_zone,
        ),
    )


def _mark(mark: Mark, formats: Formats, shown: Shown) -> str:
    what = formats.title(mark.role, "slot")
    if isinstance(mark.value, str | int | float) and not isinstance(mark.value, bool):
        what = formats.phrase("detail", what=what, value=told(mark.role, mark.value, formats))
    return label("receipt_mark_taught" if mark.taught else "receipt_mark", shown.language, text=mark.text, what=what)


def _known(scene: Scene, shown: Shown) -> frozenset[str]:
    return scene.assistant.reader.matcher.model(shown.language).known_words


def marked(request: Request, left: Iterable[str]) -> str:
    """The question as Markdown, what was recognised and what was not told apart by a sign as well as by a colour."""
    spans = [(m.start, m.end, "taught" if m.taught else "known") for m in request.marks if m.end > m.start]
    for word in left:
        spans += [(at.start(), at.end(), "unknown") for at in re.finditer(re.escape(word), request.question)]
    out, place = "", 0
    for start, end, kind in sorted(spans):
        if start >= place:
            out += escaped(request.question[place:start]) + _SIGNED[kind].format(escaped(request.question[start:end]))
            place = end
    return out + escaped(request.question[place:])


def told(name: str, value: Any, formats: Formats) -> str:
    """The value of a slot in words."""
    if isinstance(value, Period):
        return formats.dates(value)
    if name == "horizon":
        return horizon(value, formats)
    if name == "grain":
        return formats.label(value, "grain")
    if name == "order":
        return formats.label(value, "order")
    if isinstance(value, tuple | list):
        return formats.listing(formats.value(item, name) for item in value)
    unit = Measures().unit(name)
    if unit and not isinstance(value, str):
        return formats.figure(value, unit)
    return formats.label(value) if name in ("metric", "dimension") else formats.value(value, name)
