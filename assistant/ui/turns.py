"""One turn of a conversation: the question with the way to it, and what came back, with all that can be done about it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assistant.answer import Answer, Choice, Clarify, Failed, Language, Outcome
from assistant.answering.chart_kinds import kinds
from assistant.ui import session
from assistant.ui.chip_row import draw_chips
from assistant.ui.jobs import Order
from assistant.ui.labels import escaped, label, paragraphs
from assistant.ui.leaving import draw_export, draw_share
from assistant.ui.pictures import draw_charts
from assistant.ui.rating import draw_rating, draw_reasons
from assistant.ui.receipts import draw_definitions, draw_receipt
from assistant.ui.scene import Scene, Shown
from assistant.ui.tables import draw_tables
from assistant.ui.teach import draw_teaching

PERSON, ASKWELL = ":material/person:", ":material/query_stats:"


def draw_question(scene: Scene, place: int) -> None:
    """The question of a turn; for one that was opened from another answer, the way to it, which leads back."""
    held = scene.talk
    with st.chat_message("user", avatar=PERSON):
        if way := held.way(place):
            with st.container(horizontal=True, gap="xsmall", key=f"way-{place}", vertical_alignment="center"):
                for number, (text, at) in enumerate(way):
                    st.button(
                        escaped(text), key=f"back-{place}-{number}", type="tertiary", help=label("back_to", scene.language),
                        on_click=_back, args=(at,),
                    )
                    st.markdown("›")
        st.markdown(escaped(held.last_word(place)))


def _back(place: int) -> None:
    """Asks for an earlier answer again, so that what comes next refines it."""
    entry = st.session_state.talk.entries[place]
    outcome = entry.outcome()
    if outcome is not None:
        session.order(Order(entry.question, outcome.request))


def draw_reply(scene: Scene, place: int) -> None:
    """What came back, with all that can be done about it."""
    outcome = scene.talk.entries[place].outcome(session.answer_language())
    with st.chat_message("assistant", avatar=ASKWELL):
        if outcome is None:
            st.markdown(label("unreadable", scene.language))
        elif isinstance(outcome, Answer):
            draw_answer(scene, Shown.of(scene, place, outcome))
        else:
            last = place == len(scene.talk.entries) - 1
            st.markdown(paragraphs(without_choices(outcome) if last else outcome.text))
            draw_other_ways(scene, place, outcome)


def without_choices(outcome: Outcome) -> str:
    """The text of an outcome without the questions that stand below it as buttons, and without the line that leads to them."""
    offered = {choice.question for choice in getattr(outcome, "choices", ())}
    lines: list[str] = []
    for line in outcome.text.splitlines():
        if line.startswith("- ") and line.removeprefix("- ").strip() in offered:
            while lines and not lines[-1].strip():
                lines.pop()
            if lines and lines[-1].rstrip().endswith((":", "：")):
                lines.pop()
        else:
            lines.append(line)
    return "\n".join(lines).strip()


def draw_plainly(scene: Scene, place: int) -> None:
    """What came back as its text only: earlier turns are read, not worked with."""
    entry = scene.talk.entries[place]
    outcome = entry.outcome(session.answer_language())
    with st.chat_message("assistant", avatar=ASKWELL):
        if outcome is None:
            st.markdown(label("unreadable", scene.language))
            return
        if not isinstance(outcome, Answer):
            st.markdown(paragraphs(outcome.text))
            return
        with st.container(key=f"headline-{place}"):
            st.subheader(escaped(outcome.headline), anchor=False)
        st.caption(escaped(label("understood", outcome.request.language, text=outcome.restated)))
        st.button(
            label("details", scene.language), key=f"open-{place}", type="tertiary", icon=":material/unfold_more:",
            on_click=_look_at, args=(place,),
        )


def _look_at(place: int) -> None:
    st.session_state.setdefault("looked_at", set()).add(place)


def draw_answer(scene: Scene, shown: Shown) -> None:
    """An answer: headline, what was understood, chips; then chart and text, tables, and how it was worked out."""
    answer, language = shown.answer, shown.language
    if answer.computed is None:
        # What a term means, or what can be asked, is text to read and no figure.
        st.markdown(paragraphs(answer.headline))
    else:
        with st.container(key=f"headline-{shown.tag}"):
            st.subheader(escaped(answer.headline), anchor=False)
    st.caption(escaped(label("understood", language, text=answer.restated)))
    draw_chips(scene, shown)
    wish = _wish(scene, shown)
    _draw_parts(scene, shown, wish)
    _draw_acts(scene, shown)
    draw_reasons(scene, shown)


def _draw_parts(scene: Scene, shown: Shown, wish: str | None) -> None:
    """Chart and text, tables, and how it was worked out, behind tabs; a part that is empty has none, and one that nobody looks at
    is not drawn."""
    answer, language = shown.answer, shown.language
    count = len(answer.tables)
    parts: dict[str, Callable[[], None]] = {}
    if answer.charts or answer.body or answer.caveats or not count:
        parts[label("tab_answer", language)] = lambda: _draw_body(scene, shown, wish)
    tables = label("tab_tables", language, count=count) if count > 1 else label("tab_table", language)
    if count:
        parts[tables] = lambda: draw_tables(scene, shown)
    parts[label("receipt", language)] = lambda: draw_receipt(scene, shown)
    opened = tables if wish == "table" and count else None
    tabs = st.tabs(list(parts), default=opened, key=f"tabs-{shown.tag}", on_change="rerun")
    for tab, draw in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _wish(scene: Scene, shown: Shown) -> str | None:
    """The kind of chart that the question named."""
    state = scene.talk.entries[shown.place].state
    return state.chart if state else None


def _draw_body(scene: Scene, shown: Shown, wish: str | None) -> None:
    answer, language = shown.answer, shown.language
    if wish and wish not in ("table", "any"):
        if not answer.charts:
            st.caption(label("no_chart", language))
        elif not any(wish in kinds(chart) for chart in answer.charts):
            st.caption(label("kind_not_fit", language, kind=label(f"kind_{wish}", language)))
    draw_charts(scene, shown)
    if answer.body:
        st.markdown(paragraphs(answer.body))
    for caveat in answer.caveats:
        st.caption(f":material/info: {escaped(caveat)}")


def _draw_acts(scene: Scene, shown: Shown) -> None:
    """What can be done about an answer: judge it, look terms up, take it away, send it, undo it."""
    language = shown.language
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"acts-{shown.tag}"):
        draw_rating(scene, shown)
        if shown.answer.receipt.definitions:
            terms = st.popover(
                label("terms", language), icon=":material/menu_book:", type="tertiary", key=f"terms-{shown.tag}",
                on_change="rerun",
            )
            if terms.open:
                with terms:
                    draw_definitions(shown.answer.receipt.definitions)
        if scene.role.may_export and shown.answer.computed is not None:
            draw_export(scene, shown)
        if scene.role.may_share and shown.answer.computed is not None:
            draw_share(scene, shown)
        _draw_undo(scene, shown.place, language)


def _draw_undo(scene: Scene, place: int, language: Language) -> None:
    if place == len(scene.talk.entries) - 1:
        st.button(
            label("undo_turn", language), key=f"undo-{place}", type="tertiary", icon=":material/undo:",
            help=label("undo_help", language), on_click=session.undo,
        )


def draw_other_ways(scene: Scene, place: int, outcome: Outcome) -> None:
    """What may be asked instead of a question that was not answered, each a button that says what it shows."""
    choices: tuple[Choice, ...] = getattr(outcome, "choices", ())
    last = place == len(scene.talk.entries) - 1
    if choices and last:
        st.caption(label("choices" if isinstance(outcome, Clarify) else "nearest", outcome.request.language))
        for number, choice in enumerate(choices):
            text = choice.question if choice.label == choice.question else f"{choice.label} · {choice.question}"
            st.button(
                escaped(text), key=f"choice-{place}-{number}", on_click=session.ask_next, args=(choice.question,), wrap=True
            )
    _draw_undo(scene, place, outcome.request.language)
    if last and not isinstance(outcome, Failed):
        draw_teaching(scene, place, outcome.request)


def draw_follow_ups(scene: Scene) -> None:
    """What comes naturally next, below the last answer."""
    if not scene.talk.entries:
        return
    outcome = scene.talk.entries[-1].outcome(session.answer_language())
    if not isinstance(outcome, Answer) or not outcome.follow_ups:
        return
    st.caption(label("ask_next", outcome.request.language))
    with st.container(horizontal=True, gap="small", key="next"):
        for number, question in enumerate(outcome.follow_ups):
            st.button(
                escaped(question), key=f"next-{len(scene.talk.entries)}-{number}", on_click=session.ask_next, args=(question,),
                wrap=True,
            )
