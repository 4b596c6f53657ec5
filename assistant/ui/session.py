"""What one browser tab holds between two runs of the page, and the acts that buttons call. The only place that names its keys.

Everything that is drawn reads from here; nothing here draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import streamlit as st

from assistant.access import masking, personal
from assistant.access.gate import Person
from assistant.answer import LANGUAGES, Answer, Language, Outcome
from assistant.answering.saved import Kept
from assistant.ask import Asked
from assistant.ui.jobs import Job, Order
from assistant.ui.state import current, workspace
from assistant.ui.talk import Talk
from assistant.workspace import Conversations, WorkspaceError

#: The part of the address that names a conversation.
ADDRESS = "c"


def asked_language() -> Asked:
    """The language of answers: as chosen, "auto" for that of each question."""
    chosen = st.session_state.get("language", "auto")
    return cast(Asked, chosen if chosen in LANGUAGES else "auto")


def answer_language() -> Language | None:
    """The language in which answers are shown; None for that in which each was given."""
    asked = asked_language()
    return None if asked == "auto" else asked


def page_language() -> Language:
    """The language of the page's own labels: as chosen, else the browser's."""
    chosen = answer_language()
    if chosen is not None:
        return chosen
    return "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"


def conversations(person: Person) -> Conversations:
    """The conversations of whoever looks at the page."""
    return Conversations(workspace(), person.name)


def talk(person: Person) -> Talk:
    """The conversation of this tab: that of the address, else the one that was open, else a new one."""
    state: Any = st.session_state
    held: Talk | None = state.get("talk")
    if held is None or state.get("talk_owner") != person.name:
        held = _new(person)
    wanted = st.query_params.get(ADDRESS, "")
    if wanted and wanted != held.id:
        held = _opened(person, wanted)
    elif not held.refresh():
        state.note = "conversation_gone"
        held = _new(person)
    show_address(held)
    return held


def _new(person: Person) -> Talk:
    held = Talk(conversations(person), str(current().path), lambda kept: _seen(kept, person))
    st.session_state.talk, st.session_state.talk_owner = held, person.name
    return held


def _seen(kept: Kept, person: Person) -> Kept:
    """What was kept as its reader may see it now; the data set that is open knows whose names may stand in it."""
    if person.role.sees_personal and person.role.sees_sql:
        return kept
    return masking.kept_for(kept, person.role, personal.finder(current().assistant().engine))


def _opened(person: Person, identity: str) -> Talk:
    held = _new(person)
    try:
        held.open(identity)
        st.session_state.arrived = len(held.entries) - 1
    except WorkspaceError as fault:
        if fault.code == "no_such_conversation":
            st.session_state.note = "conversation_gone"
        else:
            held.problem = fault
    return held


def show_address(held: Talk) -> None:
    """Puts the conversation into the address, so that a refresh and a second tab find it."""
    if held.id:
        if st.query_params.get(ADDRESS) != held.id:
            st.query_params[ADDRESS] = held.id
    elif ADDRESS in st.query_params:
        del st.query_params[ADDRESS]


def start_over() -> None:
    """Begins a new conversation; the present one stays in the list."""
    _leave()
    st.session_state.pop("talk", None)
    st.query_params.pop(ADDRESS, None)


def _leave() -> None:
    stop()
    forget_job()
    for name in ("undone", "looked_at"):
        st.session_state.pop(name, None)


def go_to(identity: str) -> None:
    """Opens another conversation of the list."""
    _leave()
    st.query_params[ADDRESS] = identity


def ask_next(question: str) -> None:
    """Asks a question as if it had been typed."""
    st.session_state.pending = question


def order(what: Order) -> None:
    """Has an order answered on the run that follows."""
    st.session_state.pending = what


def taken_order(typed: str | None) -> Order | None:
    """What is to be answered now: what was typed, else what a button asked for."""
    waiting = st.session_state.pop("pending", None)
    if typed and typed.strip():
        return Order(typed)
    return Order(waiting) if isinstance(waiting, str) else waiting


def revise(place: int, change: Mapping[str, Any]) -> None:
    """Has an answer of the conversation worked out anew, with some of its slots changed, in its place."""
    held: Talk = st.session_state.talk
    outcome = held.entries[place].outcome()
    if outcome is not None:
        st.session_state.pop(f"dates-{place}", None)
        order(Order(held.entries[place].question, outcome.request, change, place))


def job() -> Job | None:
    """The answer that is being worked out."""
    found: Job | None = st.session_state.get("job")
    return None if found is None or found.given_up else found


def stop() -> None:
    """Lets go of the answer that is being worked out: whatever comes of it is not looked at."""
    held = job()
    if held is not None:
        held.given_up = True


def stopped() -> Order | None:
    """What was being answered when it was stopped."""
    found: Job | None = st.session_state.get("job")
    return found.order if found is not None and found.given_up else None


def forget_job() -> None:
    """Forgets the last answer that was worked out or stopped."""
    st.session_state.pop("job", None)


def undo() -> None:
    """Takes the last turn away."""
    held: Talk = st.session_state.talk
    gone = held.undo()
    if gone is not None:
        st.session_state.undone = gone.question


def kinds_of(held: Talk, place: int, outcome: Outcome) -> tuple[str, ...]:
    """The kinds of the charts of an answer, one for each."""
    if not isinstance(outcome, Answer):
        return ()
    kinds = held.entries[place].chart_kinds
    return (*kinds, *[""] * len(outcome.charts))[: len(outcome.charts)]


def choose_kind(place: int, chart: int, kind: str) -> None:
    """Shows a chart as another kind from now on."""
    held: Talk = st.session_state.talk
    outcome = held.entries[place].outcome()
    if outcome is not None:
        kinds = list(kinds_of(held, place, outcome))
        kinds[chart] = kind
        held.choose_kinds(place, tuple(kinds))


def recast(outcome: Answer, kinds: tuple[str, ...]) -> Answer:
    """The answer with its charts in the kinds chosen."""
    from assistant.answering.chart_kinds import recast as drawn

    charts = tuple(drawn(chart, kind) if kind else chart for chart, kind in zip(outcome.charts, kinds, strict=True))
    return replace(outcome, charts=charts)
