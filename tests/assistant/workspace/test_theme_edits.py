"""Edits of themes: kept with who and when, one of two that come at once is never lost, undone one by one, read back as they were."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.models.themes import EditError, Edits, Merge, Pin, Rename, Split, from_text, to_text
from assistant.workspace import Workspace, WorkspaceError, audit
from assistant.workspace.theme_edits import ThemeEdits, reader
from tests.assistant.workspace.conftest import Clock

DB = "/data/shop.duckdb"


def excluding(word: str):  # type: ignore[no-untyped-def]
    return lambda edits: replace(edits, excluded=(*edits.excluded, word))


@pytest.fixture
def held(workspace: Workspace) -> ThemeEdits:
    return ThemeEdits(workspace, DB)


def test_a_change_is_there_after_a_restart_with_who_made_it_and_when(workspace: Workspace, held: ThemeEdits, clock: Clock) -> None:
    held.change("ana", "exclude", {"text": "tea"}, excluding("tea"))
    workspace.close()
    again = ThemeEdits(Workspace(workspace.path), DB)
    assert from_text(again.current()) == Edits(excluded=("tea",))
    (change,) = again.changes()
    assert (change.actor, change.kind, change.details, change.at) == ("ana", "exclude", {"text": "tea"}, clock.moment)


def test_undo_goes_back_one_change_at_a_time_and_then_there_is_nothing_to_undo(held: ThemeEdits) -> None:
    for word in ("tea", "茶"):
        held.change("ana", "exclude", {"text": word}, excluding(word))
    assert from_text(held.current()).excluded == ("tea", "茶")
    gone = held.undo("ben")
    assert gone is not None
    assert gone.details == {"text": "茶"}
    assert from_text(held.current()).excluded == ("tea",)
    assert held.undo("ben") is not None
    assert held.current() == ""
    assert held.undo("ben") is None


def test_the_audit_tells_who_changed_and_who_undid(workspace: Workspace, held: ThemeEdits) -> None:
    held.change("ana", "exclude", {"text": "tea"}, excluding("tea"))
    held.undo("ben")
    assert [(line.actor, line.action, line.subject) for line in audit.lines(workspace)] == [
        ("ben", "theme_edit_undone", DB), ("ana", "themes_edited", DB),
    ]


def test_of_changes_made_at_once_none_is_lost(workspace: Workspace, held: ThemeEdits) -> None:
    patient = ThemeEdits(Workspace(workspace.path, patience=20), DB)
    held.changes()
    words = [f"word{number}" for number in range(8)]
    threads = [threading.Thread(target=patient.change, args=("ana", "exclude", {}, excluding(word))) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(from_text(held.current()).excluded) == words


def test_each_data_set_has_its_own(workspace: Workspace, held: ThemeEdits) -> None:
    held.change("ana", "exclude", {}, excluding("tea"))
    other = ThemeEdits(workspace, "/data/other.duckdb")
    assert other.current() == ""
    assert other.undo("ana") is None
    assert held.current()


def test_a_change_that_cannot_be_made_changes_nothing(held: ThemeEdits) -> None:
    held.change("ana", "exclude", {}, excluding("tea"))

    def broken(edits: Edits) -> Edits:
        raise EditError("no")

    with pytest.raises(EditError):
        held.change("ana", "import", {}, broken)
    assert from_text(held.current()).excluded == ("tea",)
    assert len(held.changes()) == 1


def test_edits_of_every_kind_are_read_back_as_they_were() -> None:
    edits = Edits(
        (Rename("delivery", {"en": "Couriers", "zh": "快递"}),), (Merge("a", "b"),), (Split("b", {"zh": "晚到"}, ("晚", "late")),),
        (Pin("gift wrap", "packing"),), ("tea",),
    )
    assert from_text(to_text(edits)) == edits
    assert to_text(from_text(to_text(edits))) == to_text(edits)
    assert to_text(Edits()) == ""
    assert from_text(" ") == Edits()


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"renames": 3}', '{"merges": [{"theme": "a"}]}', '{"words": []}'])
def test_a_text_that_holds_no_edits_is_refused(text: str) -> None:
    with pytest.raises(EditError):
        from_text(text)


def test_reading_makes_no_workspace_and_survives_a_broken_one(tmp_path: Path) -> None:
    absent = Workspace(tmp_path / "none" / "workspace.sqlite3")
    assert reader(Path(DB), absent)() == ""
    assert not absent.path.parent.exists()
    broken = Workspace(tmp_path / "workspace.sqlite3", patience=0.1)
    broken.path.write_bytes(b"this is no database, whatever its name says, and it is long enough" * 20)
    assert reader(Path(DB), broken)() == ""
    with pytest.raises(WorkspaceError):
        ThemeEdits(broken, DB).current()
    assert reader(None, broken)() == ""
