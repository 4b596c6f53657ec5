"""Part of the data page: files are sent, understood, corrected by a person, rehearsed, loaded, and the load undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from analytics import store
from analytics.ingest.errors import LoadError
from analytics.ingest.report import LoadReport
from analytics.marts import Progress
from analytics.schema import CANONICAL
from analytics.shop import Settings
from analytics.store import DataSetError
from assistant import uploads
from assistant.access import gate
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering.formats import Formats
from assistant.answering.problems import problem_of
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui.labels import escaped, label
from assistant.ui.pages import mapping, quality
from assistant.ui.pages.cells import table
from assistant.ui.theme import uploader_style
from assistant.uploads import Plan, Proposal, Sent

_KEY = "data_load"
_UPLOADER = "uploader"
_WORDS = {"pick": "load_pick", "limit": "load_limit", "drop": "load_drop_here", "refused": "load_not_taken"}


@dataclass(frozen=True)
class Done:
    """A load that somebody just did: its report, the number of the version before, and the rows of its tables."""

    report: LoadReport
    before: int
    rows: Mapping[str, int]


@dataclass
class State:
    """What a browser tab knows of the load that it prepares. `number` counts loads, so that each has widgets of its own."""

    number: int = 0
    files: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    said: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    rehearsed: tuple[str, LoadReport] | None = None
    done: Done | None = None

    def start_over(self) -> None:
        """Forgets the files; what came of the last load stays."""
        self.number += 1
        self.files, self.proposals, self.said, self.rehearsed = (), (), {}, None


def state() -> State:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = State()
    found: State = st.session_state[_KEY]
    return found


def draw(assistant: Assistant, language: Language, access: Role) -> None:
    """Loading files, step by step."""
    if not access.manages:
        st.info(escaped(label("load_not_allowed", language, role=access.name)), icon=":material/lock:")
        return
    now = state()
    st.markdown(escaped(label("load_intro", language)))
    most = gate.current().settings.upload_megabytes
    with st.container(key=_UPLOADER):
        st.html(uploader_style(_UPLOADER, {name: label(text, language, most=most) for name, text in _WORDS.items()}))
        files = st.file_uploader(
            label("load_files", language), accept_multiple_files=True, key=f"load-files-{now.number}", max_upload_size=most
        )
    st.caption(escaped(label("load_files_note", language, most=most)))
    if not files:
        return
    sent = [Sent(file.name, file.getbuffer()) for file in files]
    if not _understood(now, sent, tuple(file.file_id for file in files), language):
        return
    st.subheader(label("load_step_columns", language))
    chosen = [mapping.choose(proposal, place, now.said, now.number, language) for place, proposal in enumerate(now.proposals)]
    st.subheader(label("load_step_settings", language))
    plan = _plan(assistant, chosen, now, language)
    st.subheader(label("load_step_check", language))
    fits = mapping.fits(chosen, language)
    _check(assistant, sent, plan, fits, now, language, access)


def _understood(now: State, sent: Sequence[Sent], ids: tuple[str, ...], language: Language) -> bool:
    """Reads the files when they are other ones than before; false, and says why, where one cannot be read."""
    if ids == now.files:
        return True
    now.said, now.rehearsed = {}, None
    try:
        with st.spinner(label("load_reading", language)):
            now.proposals = uploads.proposals(sent)
    except (LoadError, DataSetError) as fault:
        now.files = ()
        st.error(escaped(problem_of(fault, language)))
        st.caption(label("load_unreadable", language))
        return False
    now.files = ids
    return True


# how to load


def _plan(assistant: Assistant, chosen: Sequence[uploads.Chosen], now: State, language: Language) -> Plan:
    formats, current = wording(language).formats, assistant.shop.settings
    adds = uploads.adds([item.kind for item in chosen])
    modes = ("replace", "append")
    mode = st.radio(
        label("load_mode", language), modes, index=1 if adds else 0, key=f"load-mode-{now.number}-{adds}",
        format_func=lambda name: label(f"load_mode_{name}", language),
        captions=[label(f"load_mode_{name}_note", language) for name in modes],
    )
    append = mode == "append"
    if append:
        st.caption(escaped(label("load_settings_kept", language)))
        settings = current
    else:
        start = uploads.first_settings(current, json.loads(_stamps(assistant).get("sources", "[]")))
        settings = _settings(start, now.number, language, formats)
    drop = st.checkbox(
        label("load_drop_duplicates", language), key=f"load-drop-{now.number}", help=label("load_drop_note", language)
    )
    return Plan(uploads.mapping_of(chosen), settings, append, drop)


def _stamps(assistant: Assistant) -> Mapping[str, str]:
    path = assistant.engine.path
    return store.meta(path) if path is not None else {}


def _settings(start: Settings, number: int, language: Language, formats: Formats) -> Settings:
    left, right = st.columns(2)
    with left:
        company = st.text_input(label("load_company", language), start.company, max_chars=80, key=f"load-company-{number}")
        currency = _menu("load_currency", uploads.currencies(start.currency), number, language, str)
        zone = _menu("load_time_zone", uploads.time_zones(start.time_zone), number, language, str)
    with right:
        week = _menu(
            "load_week_start", range(1, 8), number, language, lambda day: formats.value(day, "weekday"), start.week_start - 1
        )
        month = _menu("load_fiscal_year", range(1, 13), number, language, formats.month_name, start.fiscal_year_start - 1)
    return replace(
        start, company=company.strip(), currency=currency, time_zone=zone, week_start=week, fiscal_year_start=month
    )


def _menu(name: str, options: Sequence[Any], number: int, language: Language, named: Callable[[Any], str], index: int = 0) -> Any:
    return st.selectbox(label(name, language), options, index=index, format_func=named, key=f"{name}-{number}")


# rehearsal and load


def _check(
    assistant: Assistant, sent: Sequence[Sent], plan: Plan, fits: bool, now: State, language: Language, access: Role
) -> None:
    mark = repr((now.files, plan, assistant.shop.version))
    path = assistant.engine.path
    if path is None:
        return
    st.caption(escaped(label("load_check_note", language)))
    if st.button(label("load_check", language), key=f"load-check-{now.number}", disabled=not fits, icon=":material/fact_check:"):
        now.rehearsed = None
        report = _running(lambda told: uploads.rehearse(sent, path, plan, told), "load_checking", language)
        now.rehearsed = (mark, report) if report is not None else None
    if now.rehearsed is None or not fits:
        return
    if now.rehearsed[0] != mark:
        st.info(label("load_check_again", language))
        return
    _rehearsed(assistant, now.rehearsed[1], language, access, now.number)
    if st.button(label("load_now", language), key=f"load-now-{now.number}", type="primary"):
        before = next(version.number for version in store.versions(path) if version.current)
        report = _running(lambda told: uploads.commit(sent, path, plan, told), "load_loading", language)
        if report is not None:
            now.done = Done(report, before, dict(assistant.shop.rows))
            now.start_over()
            st.rerun()


def _running(work: Callable[[Progress], LoadReport], name: str, language: Language) -> LoadReport | None:
    """Runs a load with a bar; None, and a sentence, where it was refused. Nothing has changed then."""
    place = st.empty()
    bar = place.progress(0.0, text=label(name, language))

    def told(step: str, share: float) -> None:
        kind = step.split(" ")[0]
        words = label(f"load_at_{kind}" if kind in ("read", "clean", "merge") else "load_at_build", language)
        bar.progress(min(max(share, 0.0), 1.0), text=words)

    try:
        report = work(told)
    except (LoadError, DataSetError) as fault:
        place.empty()
        st.error(escaped(f"{problem_of(fault, language)} {label('load_nothing_changed', language)}"))
        return None
    place.empty()
    return report


def _rehearsed(assistant: Assistant, found: LoadReport, language: Language, access: Role, number: int) -> None:
    formats = wording(language, found.settings.currency).formats
    st.markdown(f"**{escaped(label('load_would', language))}** {escaped(_gist(found, language, formats))}")
    gone = [formats.title(name, "table") for name in CANONICAL if assistant.shop.has(name) and not found.tables.get(name)]
    if gone:
        st.warning(escaped(label("load_gone", language, tables=formats.listing(gone))), icon=":material/warning:")
    _rows(assistant.shop.rows, found, language, formats)
    quality.report(found.checks, language, access, f"rehearsed-{number}", formats)


def _gist(found: LoadReport, language: Language, formats: Formats) -> str:
    text = label("load_gist", language, first=formats.date(found.first_day), as_of=formats.date(found.as_of))
    if not found.set_aside:
        return text
    return f"{text} {label('load_gist_aside', language, rows=formats.count(found.set_aside))}".strip()


def _rows(before: Mapping[str, int], found: LoadReport, language: Language, formats: Formats) -> None:
    """Rows of each table before and after."""
    names = [name for name in CANONICAL if before.get(name) or found.tables.get(name)]
    rows = [
        (formats.title(name, "table"), formats.count(before.get(name, 0)), formats.count(found.tables.get(name, 0)))
        for name in names
    ]
    heads = ("data_head_table", "load_head_before", "load_head_after")
    table([label(head, language) for head in heads], rows, label("load_head_after", language))


# after a load


def outcome(assistant: Assistant, language: Language, access: Role) -> None:
    """What came of the load that was just done, and the way back."""
    now = state()
    done = now.done
    if done is None or not access.manages:
        return
    if done.report.version != assistant.shop.version:
        now.done = None
        return
    formats = wording(language, done.report.settings.currency).formats
    with st.container(border=True):
        st.success(escaped(label("load_done", language, version=done.report.version)))
        if done.report.set_aside:
            st.markdown(escaped(label("load_gist_aside", language, rows=formats.count(done.report.set_aside))))
        with st.expander(label("load_done_report", language)):
            _rows(done.rows, done.report, language, formats)
            quality.report(done.report.checks, language, access, "done", formats)
        with st.container(horizontal=True):
            if st.button(label("load_undo", language, number=done.before), key="load-undo", icon=":material/undo:"):
                undo(assistant, str(done.before), language)
            if st.button(label("load_close", language), key="load-close"):
                now.done = None
                st.rerun()


def undo(assistant: Assistant, number: str, language: Language) -> None:
    """Makes a kept version the current one and draws the page anew; a sentence where that fails."""
    path = assistant.engine.path
    assert path is not None
    try:
        found = store.restore(path, number)
    except DataSetError as fault:
        st.error(escaped(problem_of(fault, language)))
        return
    state().done = None
    st.toast(escaped(label("versions_restored", language, number=found.number)))
    st.rerun()
