"""The page of the customers' voice: how satisfied they are, what they write about, what is new, and what they say in their words.

Every figure is that of the analysis which the chat would show; a part that nobody looks at is not worked out.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from analytics.period import Period
from assistant import voice
from assistant.access.gate import Person
from assistant.answer import Answer, Language, Request
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui import session
from assistant.ui.jobs import Order
from assistant.ui.labels import escaped, label, paragraphs
from assistant.ui.pages import voice_edits, voice_themes
from assistant.ui.pages.fresh import watch
from assistant.ui.pages.voice_parts import answer_of, cells_of, draw_caveats, draw_quotes
from assistant.ui.scene import Scene

PERIODS = ("last_4_weeks", "last_3_months", "last_12_months", "this_year", "all_time")
_USUAL = "last_12_months"
_QUOTES = 20
_LONGEST = 200
#: Caveats of the groups of an overview, which stand in the chat only.
_OF_GROUPS = frozenset({"groups_with_few"})


def draw(assistant: Assistant, language: Language, person: Person) -> None:
    """Draws the page for somebody."""
    st.title(label("page_voice", language))
    watch(assistant.engine.path, assistant.shop.version)
    if not assistant.shop.has("feedback"):
        _draw_locked(assistant, language, person)
        return
    scene = Scene(assistant, person, language, session.talk(person), st.context.theme.type == "dark")
    period = _period(scene)
    _draw_figures(scene, period)
    parts: dict[str, Callable[[Scene, Period], None]] = {
        "voice_tab_themes": voice_themes.draw, "voice_tab_new": _draw_new, "voice_tab_search": _draw_search,
    }
    if person.role.edits_themes:
        parts["voice_tab_edits"] = voice_edits.draw
    # The labels are in the key: in another language they are other tabs.
    tabs = st.tabs([label(name, language) for name in parts], key=f"voice-tabs-{language}", on_change="rerun")
    for tab, part in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                part(scene, period)


def _draw_locked(assistant: Assistant, language: Language, person: Person) -> None:
    """What the page needs where nobody's feedback is loaded."""
    outcome = voice.answered(assistant, voice.request("satisfaction_overview", language), person.role)
    st.info(paragraphs(outcome.text), icon=":material/lock:")
    st.markdown(escaped(label("voice_locked", language)))


def _period(scene: Scene) -> Period:
    language = scene.language
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            label("voice_period", language), PERIODS, index=PERIODS.index(_USUAL), key="voice-period", width=260,
            format_func=lambda name: label(f"voice_period_{name}", language),
        )
    period = scene.shop.period(name or _USUAL)
    st.caption(escaped(wording(language).formats.dates(period)))
    return period


def _draw_figures(scene: Scene, period: Period) -> None:
    """Rating, NPS and CSAT side by side, each with its interval, the answers behind it, and its change where that is real."""
    answer = answer_of(scene, voice.request("satisfaction_overview", scene.language, period=period))
    if answer is None:
        return
    rows = [cells for cells in cells_of(answer, "measures") if cells["value"].value is not None]
    for column, cells in zip(st.columns(max(1, len(rows))), rows, strict=False):
        with column, st.container(border=True, height="stretch"):
            text = {name: cell.text for name, cell in cells.items()}
            head = text["metric"][:1].upper() + text["metric"][1:]
            st.metric(escaped(head), text["value"])
            sure = {name: text[name] for name in ("low", "high", "sample")}
            st.caption(escaped(label("voice_interval", scene.language, **sure)))
            if cells["previous"].value is not None:
                told = "voice_changed" if cells["is_real"].value else "voice_unchanged"
                st.caption(escaped(label(told, scene.language, previous=text["previous"], change=text["change"])))
    draw_caveats(answer, _OF_GROUPS)


def _draw_new(scene: Scene, period: Period) -> None:
    """Issues that are new or growing. They have a period of their own: what is new in a year is new no more."""
    answer = answer_of(scene, voice.request("emerging_issues", scene.language))
    if answer is None:
        return
    st.markdown(f"**{escaped(answer.headline)}**")
    st.markdown(paragraphs(answer.body))
    rows = cells_of(answer, "issues")
    if rows:
        voice_themes.draw_columns(answer, "issues", rows, ("about", "comments", "comments_before", "is_real", "example"))
    draw_caveats(answer)
    _draw_ask(scene, "voice-ask-new", label("voice_ask_new", scene.language), answer)


def _draw_search(scene: Scene, period: Period) -> None:
    """Comments by their meaning, as the chat finds them."""
    language = scene.language
    words = st.text_input(
        label("voice_search", language), key="voice-search", placeholder=label("voice_search_hint", language), max_chars=_LONGEST
    )
    if not (words or "").strip():
        return
    asked = voice.request("feedback_quotes", language, theme=words.strip(), period=period, top_n=_QUOTES)
    answer = answer_of(scene, asked)
    if answer is None:
        return
    st.markdown(f"**{escaped(answer.headline)}**")
    draw_quotes(scene, cells_of(answer, "quotes"), "search")
    draw_caveats(answer)
    _draw_ask(scene, "voice-ask-search", label("voice_ask_quotes", language, theme=words.strip()), answer)


def _draw_ask(scene: Scene, key: str, question: str, answer: Answer) -> None:
    asked: Request = answer.request
    st.button(
        escaped(label("voice_ask", scene.language, question=question)), key=key, icon=":material/chat:",
        on_click=session.order, args=(Order(question, asked),), wrap=True,
    )
