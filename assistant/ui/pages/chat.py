"""The chat: starter questions on the empty page, the conversation so far, and the answer that is being worked out."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from assistant.access.gate import Person
from assistant.answer import Answer, Language
from assistant.answering.chart_kinds import kinds
from assistant.answering.problems import problem_of
from assistant.answering.starters import READERS, Reader, starters
from assistant.ask import Assistant
from assistant.ui import session, teach, turns, type_ahead
from assistant.ui.jobs import Done, Job, Order
from assistant.ui.labels import escaped, label
from assistant.ui.scene import Scene
from assistant.ui.talk import WAY
from assistant.ui.theme import SCROLL

#: Turns at the end that can be worked with, and turns that are drawn at all before somebody asks for the earlier ones.
_LIVE, _DRAWN = 2, 10
#: Seconds between two looks at the step of an answer that is being worked out; the answer itself is not waited for so long.
_LOOK = 0.5
#: Seconds between two looks whether it was stopped. Each is a run of the page: with fifty people waiting they add up.
_LOOK_FOR_STOP = 2.0
_MOST_CHARACTERS = 20_000


def draw(assistant: Assistant, language: Language, access: Person) -> None:
    """The page of the chat."""
    scene = Scene(assistant, access, language, session.talk(access), st.context.theme.type == "dark")
    teach.draw_dialog(assistant, language, access)
    typed = st.chat_input(
        label("placeholder", language), max_chars=_MOST_CHARACTERS, submit_mode="stop", key="question"
    )
    type_ahead.draw(language)
    _begin(scene, session.taken_order(typed))
    _draw_notes(scene)
    job = session.job()
    # What was drawn before stays until a run ends, and a run that waits for an answer takes long: these two are emptied first.
    welcome, conversation, after = st.empty(), st.container(), st.empty()
    if not scene.talk.entries and job is None:
        with welcome.container(), st.container(key="welcome"):
            _draw_welcome(scene)
        st.html(SCROLL.format(part="welcome"), unsafe_allow_javascript=True)
        return
    with conversation:
        _draw_conversation(scene, job)
    if job is None:
        with after.container():
            turns.draw_follow_ups(scene)


def _begin(scene: Scene, order: Order | None) -> None:
    """Starts answering an order; one that is still being answered is let go."""
    if order is None:
        return
    session.stop()
    for name in ("undone", "deleted"):
        st.session_state.pop(name, None)
    state = scene.talk.state
    job = Job(order, scene.assistant, state, session.asked_language(), scene.role)
    st.session_state.job = job.begin()


def _draw_notes(scene: Scene) -> None:
    """What happened beside the conversation: not saved, gone, stopped, taken back."""
    state, language = st.session_state, scene.language
    if note := state.pop("note", None):
        st.info(label(note, language))
    if scene.talk.problem is not None:
        problem = problem_of(scene.talk.problem, language)
        st.caption(f":material/cloud_off: {escaped(label('not_saved', language, problem=problem))}")
    if session.job() is not None:
        return
    for name, text, told in (("stopped", "stopped", session.stopped()), ("undone", "put_back", state.get("undone"))):
        if told is None:
            continue
        question = (told.question if isinstance(told, Order) else told).split(WAY)[-1]
        with st.container(horizontal=True, vertical_alignment="center", key=f"note-{name}"):
            st.caption(escaped(label(text, language, question=question)), width="content")
            again = told if isinstance(told, Order) else question
            st.button(label("ask_again", language), key=f"again-{name}", on_click=_again, args=(again,))


def _again(what: Order | str) -> None:
    session.order(what if isinstance(what, Order) else Order(what))


def _draw_welcome(scene: Scene) -> None:
    """The empty page: what may be asked, each question a button."""
    language = scene.language
    st.header(label("title", language), anchor=False)
    st.markdown(escaped(label("tagline", language)))
    usual = "support" if scene.role.name == "support" else "manager"
    reader: Reader = st.segmented_control(
        label("reader", language), READERS, key="reader", default=usual, required=True,
        format_func=lambda name: label(f"reader_{name}", language),
    ) or "manager"
    groups = starters(scene.assistant.catalogue, scene.shop, language, reader)
    for column, (group, questions) in zip(st.columns(max(1, len(groups))), groups.items(), strict=False):
        with column:
            st.caption(label(group, language))
            for number, question in enumerate(questions):
                st.button(
                    escaped(question), key=f"start-{reader}-{group}-{number}", on_click=session.ask_next, args=(question,),
                    width="stretch", wrap=True,
                )


def _draw_conversation(scene: Scene, job: Job | None) -> None:
    entries = scene.talk.entries
    count = len(entries)
    first = 0 if st.session_state.get("all_turns") == scene.talk.id else max(0, count - _DRAWN)
    if first:
        st.button(
            label("earlier", scene.language, count=first), key="earlier", icon=":material/expand_less:", width="stretch",
            on_click=_show_all, args=(scene.talk.id,),
        )
    looked_at = st.session_state.get("looked_at", set())
    for place in range(first, count):
        with st.container(key=f"turn-{place}"):
            turns.draw_question(scene, place)
            if job is not None and job.order.place == place:
                _await(scene, job)
            elif place >= count - _LIVE or place in looked_at:
                turns.draw_reply(scene, place)
            else:
                turns.draw_plainly(scene, place)
    if job is None and (arrived := st.session_state.pop("arrived", None)) is not None:
        st.html(SCROLL.format(part=f"turn-{arrived}"), unsafe_allow_javascript=True)
    if job is not None and job.order.place is None:
        with st.chat_message("user", avatar=turns.PERSON):
            st.markdown(escaped(job.order.question.split(WAY)[-1]))
        _await(scene, job)


def _show_all(identity: str) -> None:
    st.session_state.all_turns = identity


def _await(scene: Scene, job: Job) -> None:
    """Shows the steps of the answer until it is there. Whatever else is clicked meanwhile interrupts the drawing, not the
    answering; Stop ends both."""
    with st.chat_message("assistant", avatar=turns.ASKWELL), st.container(key="waiting"):
        st.fragment(_watch, run_every=_LOOK_FOR_STOP)()
        status = st.status(_step(scene, job), type="compact")
        try:
            while not job.done.wait(_LOOK):
                status.update(label=_step(scene, job))
        except StopException:
            # A stopped run can no longer change what the session holds, but it can change what is held.
            job.given_up = True
            raise
    if session.job() is job and job.result is not None:
        session.forget_job()
        _take(scene, job.order, job.result)
        session.show_address(scene.talk)
    st.rerun()


def _watch() -> None:
    """Draws the page anew once an answer was stopped: a stopped run draws nothing any more."""
    if session.stopped() is not None:
        st.rerun()


def _step(scene: Scene, job: Job) -> str:
    if job.step == "understand" and not scene.assistant.encoder.ready:
        return label("loading", scene.language)
    return label(f"step_{job.step}", scene.language)


def _take(scene: Scene, order: Order, done: Done) -> None:
    """Puts an answer into the conversation, its charts in the kinds that were asked for or chosen before."""
    held, shop = scene.talk, scene.shop
    before = order.place if order.place is not None else len(held.entries) - 1
    chosen = held.entries[before].chart_kinds if 0 <= before < len(held.entries) else ()
    carried = done.state is not None and bool(done.state.carried)
    wish = done.state.chart if done.state else None
    found = kinds_for(done, chosen if order.place is not None or carried else (), wish)
    if order.place is None:
        held.add(order.question, done.outcome, done.state, shop, found)
        st.session_state.arrived = len(held.entries) - 1
    else:
        held.change(order.place, done.outcome, done.state, shop, found)


def kinds_for(done: Done, chosen: tuple[str, ...], wish: str | None) -> tuple[str, ...]:
    """The kinds of the charts of a new answer: as the question says, else as chosen before; only what is true to the data."""
    if not isinstance(done.outcome, Answer):
        return ()
    out = []
    for place, chart in enumerate(done.outcome.charts):
        offered = kinds(chart)
        wanted = (wish, chosen[place] if place < len(chosen) else None)
        out.append(next((kind for kind in wanted if kind and kind in offered), ""))
    return tuple(out)


__all__ = ["draw", "kinds_for"]
