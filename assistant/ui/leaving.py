"""What leaves the page: files of an answer, made when they are asked for, and links to a read-only copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import streamlit as st

from assistant.access import gate, masking, personal
from assistant.access.gate import Person
from assistant.access.roles import VISITOR
from assistant.answer import Language
from assistant.answering.problems import problem_of
from assistant.answering.saved import Saved
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.lossless import BrokenRecord
from assistant.sharing import exports
from assistant.sharing.exports import Export
from assistant.sharing.page import page
from assistant.sharing.snapshots import Snapshot, Snapshots
from assistant.ui.labels import escaped, label
from assistant.ui.scene import Scene, Shown
from assistant.ui.state import workspace
from assistant.ui.talk import headline
from assistant.workspace import WorkspaceError, audit

#: Days that a link may work; 0 is until it is revoked.
_DAYS = (30, 7, 90, 0)


@dataclass(frozen=True)
class _File:
    """A file that can be made: what it is called on its button and on the disk, and how it is made."""

    text: str
    name: str
    mime: str
    make: Callable[[], Export]


def draw_export(scene: Scene, shown: Shown) -> None:
    """The menu of files; each is made when it is clicked."""
    menu = st.popover(
        label("export", shown.language), icon=":material/download:", type="tertiary", key=f"export-{shown.tag}", on_change="rerun"
    )
    if not menu.open:
        return
    with menu:
        for number, file in enumerate(files(scene, shown)):
            st.download_button(
                file.text, _made(file, scene.person), file_name=file.name, mime=file.mime, key=f"file-{number}-{shown.tag}",
                on_click="ignore", width="stretch",
            )


def files(scene: Scene, shown: Shown) -> Iterator[_File]:
    """The files of an answer: figures as CSV and as a workbook, each chart as PNG and SVG."""
    answer, language = shown.seen_by(scene.role), shown.language
    ending = "zip" if len(answer.tables) > 1 else "csv"
    mime = exports.ZIP if ending == "zip" else exports.CSV
    yield _File(label("export_csv", language), exports.file_name(answer, ending), mime, lambda: exports.as_csv(answer))
    yield _File(label("export_xlsx", language), exports.file_name(answer, "xlsx"), exports.XLSX, lambda: exports.as_xlsx(answer))
    several = len(answer.charts) > 1
    for place in range(len(answer.charts)):
        for kind, mime, make in (("png", exports.PNG, exports.as_png), ("svg", exports.SVG, exports.as_svg)):
            what = label(f"export_{kind}", language)
            text = label("export_chart_of", language, what=what, number=place + 1) if several else what
            name = exports.file_name(answer, kind, f"chart-{place + 1}" if several else "")
            yield _File(text, name, mime, lambda make=make, place=place: make(answer, place))  # type: ignore[misc]


def _made(file: _File, person: Person) -> Callable[[], bytes]:
    def content() -> bytes:
        made = file.make()
        # A file that cannot be noted is given out all the same: the audit is no reason to keep people from their figures.
        with suppress(WorkspaceError):
            audit.note(workspace(), person.name, "answer_exported", made.name, {"bytes": len(made.content)})
        return made.content

    return content


def draw_share(scene: Scene, shown: Shown) -> None:
    """The menu to share an answer: a link, a file, and the links that were made to it."""
    language, key = shown.language, f"link-{shown.tag}"
    menu = st.popover(
        label("share", language), icon=":material/share:", type="tertiary", key=f"share-{shown.tag}", on_change="rerun"
    )
    if not menu.open:
        return
    with menu:
        st.caption(label("share_note", language))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                label("share_until", language), _DAYS, key=f"until-{key}", width=180,
                format_func=lambda days: label(f"until_{days}", language),
            )
            st.button(
                label("share_create", language), key=f"make-{key}", type="primary", on_click=_create, args=(scene, shown, key)
            )
        if scene.role.sees_sql:
            st.checkbox(label("share_sql", language), key=f"sql-{key}")
        if token := st.session_state.get(key):
            st.caption(label("share_link", language))
            st.code(f"{address()}/s/{token}", language=None, wrap_lines=True)
        if fault := st.session_state.get(f"fault-{key}"):
            st.warning(escaped(label("share_failed", language, problem=fault)))
        st.download_button(
            label("share_file", language), lambda: _page_of(scene, shown, key).encode("utf-8", "replace"),
            file_name=exports.file_name(shown.answer, "html"), mime="text/html", key=f"html-{key}", on_click="ignore",
            width="stretch", icon=":material/draft:",
        )
        draw_links(scene, shown.tag, language, own_titles(scene, shown))


def address() -> str:
    """The address that links begin with: as set for this installation, else that of the page."""
    public = gate.current().settings.public_url
    if public:
        return public
    parts = urlsplit(str(st.context.url or ""))
    return f"{parts.scheme}://{parts.netloc}"


def _kept(scene: Scene, shown: Shown, key: str) -> Saved:
    """The answer as whoever follows a link may see it."""
    with_sql = scene.role.sees_sql and bool(st.session_state.get(f"sql-{key}"))
    kept = Saved.of(shown.answer, scene.shop, shown.kinds)
    stored = scene.talk.entries[shown.place].kept
    if isinstance(stored, Saved):
        # The data may have changed since: what is shared is what was answered then.
        kept = replace(kept, source=stored.source)
    visitor = replace(VISITOR, sees_sql=with_sql)
    return cast(Saved, masking.kept_for(kept, visitor, _finder(scene.assistant)))


def _finder(assistant: Assistant) -> Any:
    return personal.finder(assistant.engine)


def _page_of(scene: Scene, shown: Shown, key: str) -> str:
    kept = _kept(scene, shown, key)
    with suppress(WorkspaceError):
        audit.note(workspace(), scene.person.name, "answer_exported", exports.file_name(shown.answer, "html"))
    return page(kept, with_sql=bool(kept.computed and kept.computed.sql))


def _create(scene: Scene, shown: Shown, key: str) -> None:
    days = int(st.session_state.get(f"until-{key}", _DAYS[0]))
    kept = _kept(scene, shown, key)
    expires = workspace().clock().date() + timedelta(days=days) if days else None
    st.session_state.pop(f"fault-{key}", None)
    try:
        token, _ = Snapshots(workspace(), scene.person.name).create(
            kept, shown.answer.headline, expires=expires, with_sql=bool(kept.computed and kept.computed.sql)
        )
    except (WorkspaceError, BrokenRecord) as fault:
        st.session_state[f"fault-{key}"] = problem_of(fault, shown.language)
        return
    st.session_state[key] = token


def own_titles(scene: Scene, shown: Shown) -> frozenset[str]:
    """The headline of an answer as it is shown and as it was given, by which its links are known."""
    return frozenset({shown.answer.headline, headline(scene.talk.entries[shown.place])})


def live_links(scene: Scene) -> tuple[Snapshot, ...]:
    """The links of this person that work; none where they cannot be read."""
    try:
        return tuple(link for link in Snapshots(workspace(), scene.person.name).listed() if link.live)
    except WorkspaceError:
        return ()


def draw_links(scene: Scene, tag: str, language: Language, titles: frozenset[str] | None = None) -> None:
    """Links that work, each with its end; only those with one of the titles where some are given."""
    links = [link for link in live_links(scene) if titles is None or link.title in titles]
    if links and titles is not None:
        st.markdown(f"**{label('share_links', language)}**")
    for link in links:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escaped(_row(link, language)), width="stretch")
            st.button(
                label("revoke", language), key=f"revoke-{link.id[:16]}-{tag}", on_click=_revoke, args=(scene.person, link.id)
            )
    if st.session_state.pop("revoked", False):
        st.toast(label("revoked", language))


def _row(link: Snapshot, language: Language) -> str:
    formats = wording(language).formats
    until = label("link_until", language, day=formats.date(link.expires)) if link.expires else label("link_open", language)
    return label("share_row", language, title=link.title, day=formats.date(link.created.date()), until=until)


def _revoke(person: Person, identity: str) -> None:
    with suppress(WorkspaceError):
        st.session_state.revoked = Snapshots(workspace(), person.name).revoke(identity)
