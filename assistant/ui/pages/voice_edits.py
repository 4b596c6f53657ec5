"""Changing themes: rename, merge, split, pin a phrase, exclude a word. What a change does is shown before it is made, and the
last one can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from analytics.period import Period
from assistant import voice
from assistant.answering.problems import problem_of
from assistant.answering.wording import wording
from assistant.ui.labels import escaped, label
from assistant.ui.pages.contents import moment
from assistant.ui.pages.voice_parts import draw_table
from assistant.ui.scene import Scene
from assistant.ui.state import workspace
from assistant.ui.theme import uploader_style
from assistant.voice import Draft, Theme
from assistant.workspace import WorkspaceError
from assistant.workspace.database import data_key
from assistant.workspace.theme_edits import Change, Kind, ThemeEdits

_KINDS: tuple[Kind, ...] = ("rename", "merge", "split", "pin", "exclude", "import")
#: What a change is kept as until it is made or given up, and what is said once after it.
_DRAFT, _NOTE, _ROUND = "voice-draft", "voice-note", "voice-round"


def draw(scene: Scene, period: Period) -> None:
    """The menu of changes, the preview of one, and what was changed so far."""
    language, store = scene.language, store_of(scene)
    if (note := st.session_state.pop(_NOTE, None)) is not None:
        st.info(escaped(note))
    st.markdown(escaped(label("voice_edits_intro", language)))
    with st.spinner(label("voice_working", language)):
        known = voice.themes(scene.assistant, scene.role, language)
    draft = _chosen(scene, known)
    if draft is not None:
        _draw_preview(scene, draft, known, period)
    try:
        changes = store.changes()
    except WorkspaceError as fault:
        st.error(escaped(problem_of(fault, language)))
        return
    _draw_waiting(scene)
    _draw_history(scene, changes)
    _draw_file(scene, store)


def store_of(scene: Scene) -> ThemeEdits:
    """The edits of the data set that is open."""
    return ThemeEdits(workspace(), data_key(scene.assistant.engine.path or ""))


def _chosen(scene: Scene, known: Sequence[Theme]) -> Draft | None:
    """The change that the fields describe, once its effect was asked for."""
    language = scene.language
    kind: Kind = st.selectbox(
        label("voice_change", language), _KINDS, key="voice-kind", format_func=lambda kind: label(f"voice_kind_{kind}", language),
        on_change=_forget,
    ) or "rename"
    st.caption(escaped(label(f"voice_kind_{kind}_help", language)))
    # Fields that were used are emptied by another key.
    tag = f"{kind}-{st.session_state.get(_ROUND, 0)}"
    draft = _FIELDS[kind](scene, known, tag)
    st.button(label("voice_preview", language), key="voice-preview", icon=":material/preview:", on_click=_look, args=(draft,))
    held: Draft | None = st.session_state.get(_DRAFT)
    return held if held == draft else None


def _look(draft: Draft) -> None:
    st.session_state[_DRAFT] = draft


def _forget() -> None:
    st.session_state.pop(_DRAFT, None)


def _theme(scene: Scene, known: Sequence[Theme], name: str, tag: str) -> str:
    names = {theme.id: theme.name for theme in known}
    chosen = st.selectbox(
        label(name, scene.language), list(names), key=f"{name}-{tag}", format_func=lambda id: names.get(id, id), on_change=_forget
    )
    return chosen or ""


def _text(scene: Scene, name: str, tag: str) -> str:
    said = st.text_input(label(name, scene.language), key=f"{name}-{tag}", max_chars=voice.LONGEST * 4)
    return said or ""


def _rename(scene: Scene, known: Sequence[Theme], tag: str) -> Draft:
    return Draft("rename", _theme(scene, known, "voice_field_theme", tag), text=_text(scene, "voice_field_name", tag))


def _merge(scene: Scene, known: Sequence[Theme], tag: str) -> Draft:
    theme = _theme(scene, known, "voice_field_theme", tag)
    others = [other for other in known if other.id != theme]
    return Draft("merge", theme, _theme(scene, others, "voice_field_into", tag))


def _split(scene: Scene, known: Sequence[Theme], tag: str) -> Draft:
    theme, name = _theme(scene, known, "voice_field_theme", tag), _text(scene, "voice_field_part", tag)
    return Draft("split", theme, text=name, phrases=voice.phrases_of(_text(scene, "voice_field_phrases", tag)))


def _pin(scene: Scene, known: Sequence[Theme], tag: str) -> Draft:
    phrase = _text(scene, "voice_field_phrase", tag)
    return Draft("pin", _theme(scene, known, "voice_field_pinned", tag), text=phrase)


def _exclude(scene: Scene, known: Sequence[Theme], tag: str) -> Draft:
    return Draft("exclude", text=_text(scene, "voice_field_word", tag))


def _import(scene: Scene, known: Sequence[Theme], tag: str) -> Draft:
    language, most = scene.language, voice.LARGEST_FILE // 1_000_000
    words = {
        "pick": label("load_pick", language), "limit": label("load_limit", language, most=most),
        "drop": label("load_drop_here", language), "refused": label("voice_fault_large", language, most=most),
    }
    st.html(uploader_style("voice-upload", words))
    with st.container(key="voice-upload"):
        sent = st.file_uploader(label("voice_field_file", language), type=["json"], key=f"voice-file-{tag}", max_upload_size=most)
    if sent is None:
        return Draft("import")
    return Draft("import", text=sent.name, file=sent.getvalue().decode("utf-8-sig", "replace"))


_FIELDS: dict[Kind, Callable[[Scene, Sequence[Theme], str], Draft]] = {
    "rename": _rename, "merge": _merge, "split": _split, "pin": _pin, "exclude": _exclude, "import": _import,
}


def _draw_preview(scene: Scene, draft: Draft, known: Sequence[Theme], period: Period) -> None:
    """What a change would do to the sizes of themes; the button that makes it."""
    language, formats = scene.language, wording(scene.language).formats
    if (wrong := voice.fault(draft, known)) is not None:
        st.warning(escaped(label(wrong, language)))
        return
    with st.spinner(label("voice_working", language)):
        effects = voice.preview(scene.assistant, draft, period, scene.role, language)
    if not effects:
        st.info(escaped(label("voice_no_effect", language)))
    else:
        heads = [label(f"voice_preview_{name}", language) for name in ("before", "size_before", "after", "size_after")]
        rows = [
            (effect.before_name or "–", formats.count(effect.before), effect.after_name or "–", formats.count(effect.after))
            for effect in effects
        ]
        draw_table(heads, rows, label("voice_preview", language), "preview")
        st.caption(escaped(label("voice_preview_note", language, dates=formats.dates(period))))
    with st.container(horizontal=True, gap="small"):
        told = _details(scene, draft, known)
        st.button(label("voice_apply", language), key="voice-apply", type="primary", on_click=_apply, args=(scene, draft, told))
        st.button(label("cancel", language), key="voice-cancel", on_click=_forget)


def _details(scene: Scene, draft: Draft, known: Sequence[Theme]) -> dict[str, str]:
    """What a change is about in words, as its line in the history tells it."""
    names = {theme.id: theme.name for theme in known}
    return {
        "theme": names.get(draft.theme, ""), "into": names.get(draft.into, ""), "text": draft.text.strip(),
        "phrases": ", ".join(draft.phrases),
    }


def _apply(scene: Scene, draft: Draft, told: dict[str, str]) -> None:
    try:
        store_of(scene).change(scene.person.name, draft.kind, told, lambda edits: voice.edited(edits, draft))
    except WorkspaceError as fault:
        st.session_state[_NOTE] = problem_of(fault, scene.language)
        return
    _forget()
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state[_NOTE] = label("voice_done", scene.language)


def _undo(scene: Scene) -> None:
    try:
        gone = store_of(scene).undo(scene.person.name)
    except WorkspaceError as fault:
        st.session_state[_NOTE] = problem_of(fault, scene.language)
        return
    _forget()
    if gone is not None:
        st.session_state[_NOTE] = label("voice_undone", scene.language, what=_told(scene, gone))


def _draw_waiting(scene: Scene) -> None:
    """Edits of themes that are not in the present comments."""
    waits = voice.waiting(scene.assistant)
    if waits:
        names = voice.named(scene.assistant, waits, scene.role, scene.language).values()
        told = label("voice_waiting", scene.language, names=wording(scene.language).formats.listing(names))
        st.caption(f":material/hourglass_empty: {escaped(told)}")


def _draw_history(scene: Scene, changes: Sequence[Change]) -> None:
    """What was changed, by whom and when, the last change first; only that can be undone."""
    language = scene.language
    st.subheader(label("voice_history", language), anchor=False)
    if not changes:
        st.caption(label("voice_no_changes", language))
        return
    st.button(
        escaped(label("voice_undo", language, what=_told(scene, changes[0]))), key="voice-undo", icon=":material/undo:",
        on_click=_undo, args=(scene,), wrap=True,
    )
    heads = [label(f"voice_history_{name}", language) for name in ("what", "who", "when")]
    somebody = label("voice_somebody", language)
    rows = [(_told(scene, change), change.actor or somebody, _when(scene, change.at)) for change in changes]
    draw_table(heads, rows, label("voice_history", language), "history")


def _told(scene: Scene, change: Change) -> str:
    known = {"theme": "", "into": "", "text": "", "phrases": "", **change.details}
    return voice.seen(scene.assistant, [label(f"voice_did_{change.kind}", scene.language, **known)], scene.role)[0]


def _when(scene: Scene, at: datetime) -> str:
    return moment(at.isoformat(), scene.shop.settings.time_zone, wording(scene.language).formats)


def _draw_file(scene: Scene, store: ThemeEdits) -> None:
    """All edits as a file, to keep or to take to another installation."""
    held = store.current()
    if held and scene.role.may_export:
        st.download_button(
            label("voice_export", scene.language), held, file_name="theme-edits.json", mime="application/json",
            key="voice-export", icon=":material/download:",
        )
