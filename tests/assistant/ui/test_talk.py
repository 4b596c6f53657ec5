"""The conversation of a tab: kept where that is possible, going on where it is not, never mixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering.saved import Kept, Saved
from assistant.ui.talk import WAY, Talk
from assistant.understanding.dialogue import Turn
from assistant.workspace import Conversations, Workspace, WorkspaceError
from tests.assistant.kept import SHOP
from tests.assistant.ui.conftest import hello

STATE = Turn("metric_value", {"metric": "revenue"}, "en")
LATER = Turn("metric_value", {"metric": "orders"}, "en")


def _asked(talk: Talk, *questions: str) -> Talk:
    for question in questions:
        talk.add(question, hello(question), STATE, SHOP)
    return talk


def test_an_empty_conversation_is_not_kept(talk: Talk, store: Conversations) -> None:
    assert talk.id == ""
    assert talk.state is None
    assert talk.undo() is None
    assert store.listed() == ()


def test_what_was_asked_is_there_after_a_restart(talk: Talk, tmp_path: Path) -> None:
    _asked(talk, "hello", "good morning")
    again = Talk(Conversations(Workspace(tmp_path / "home" / "workspace.sqlite3"), "ann"), "demo.duckdb")
    again.open(talk.id)
    assert [entry.question for entry in again.entries] == ["hello", "good morning"]
    assert again.state == STATE
    assert again.entries[0].outcome() == talk.entries[0].outcome()
    assert again.entries[0].outcome("zh") != again.entries[0].outcome("en")


def test_a_conversation_of_somebody_else_does_not_open(talk: Talk, workspace: Workspace) -> None:
    _asked(talk, "hello")
    stranger = Talk(Conversations(workspace, "bob"), "demo.duckdb")
    with pytest.raises(WorkspaceError) as told:
        stranger.open(talk.id)
    assert told.value.code == "no_such_conversation"
    assert stranger.entries == []


def test_two_tabs_see_each_other_and_two_conversations_do_not(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    tab, other = Talk(store, "demo.duckdb"), _asked(Talk(store, "demo.duckdb"), "good evening")
    tab.open(talk.id)
    _asked(tab, "good morning")
    assert talk.refresh()
    assert [entry.question for entry in talk.entries] == ["hello", "good morning"]
    assert other.refresh()
    assert [entry.question for entry in other.entries] == ["good evening"]


def test_a_conversation_that_was_deleted_elsewhere_is_gone(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    store.delete(talk.id)
    assert not talk.refresh()


def test_an_undone_turn_is_gone_for_good_and_the_one_before_is_refined(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    talk.add("and now", hello("and now"), LATER, SHOP)
    assert talk.state == LATER
    gone = talk.undo()
    assert gone is not None
    assert gone.question == "and now"
    assert talk.state == STATE
    assert [turn.question for turn in store.turns(talk.id)] == ["hello"]


def test_another_answer_takes_the_place_of_the_first(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello", "good morning")
    talk.change(0, hello("hi there"), LATER, SHOP)
    kept = store.turns(talk.id)
    assert [turn.question for turn in kept] == ["hello", "good morning"]
    assert kept[0].outcome().request.question == "hi there"
    assert talk.state == STATE
    assert talk.entries[0].state == LATER


def test_a_rating_is_kept_with_its_reason_and_can_be_taken_back(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    talk.rate(0, -1, "unclear")
    turn = store.turns(talk.id)[0]
    assert (turn.rating, turn.rating_reason) == (-1, "unclear")
    talk.rate(0, None)
    assert store.turns(talk.id)[0].rating is None


def test_another_answer_has_no_rating_yet_and_another_kind_of_chart_keeps_it(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    talk.rate(0, -1, "unclear")
    talk.choose_kinds(0, ("pie",))
    assert (talk.entries[0].rating, store.turns(talk.id)[0].rating) == (-1, -1)
    talk.change(0, hello("hi there"), LATER, SHOP)
    assert (talk.entries[0].rating, talk.entries[0].reason, store.turns(talk.id)[0].rating) == (None, "", None)


def test_a_rating_of_an_answer_that_could_not_be_kept_is_kept_with_it_later(tmp_path: Path) -> None:
    obstacle = tmp_path / "home"
    obstacle.write_text("in the way", encoding="utf-8")
    store = Conversations(Workspace(obstacle / "workspace.sqlite3"), "ann")
    talk = Talk(store, "demo.duckdb")
    _asked(talk, "hello")
    talk.rate(0, -1, "unclear")
    obstacle.unlink()
    _asked(talk, "good morning")
    assert talk.problem is None
    assert [turn.rating for turn in store.turns(talk.id)] == [-1, None]
    assert (talk.entries[0].rating, talk.entries[0].reason) == (-1, "unclear")


def test_undo_in_one_tab_leaves_what_another_tab_added(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello", "good morning")
    other = Talk(store, "demo.duckdb")
    other.open(talk.id)
    _asked(other, "good evening")
    gone = talk.undo()
    assert gone is not None
    assert gone.question == "good morning"
    assert [turn.question for turn in store.turns(talk.id)] == ["hello", "good evening"]
    assert talk.refresh()
    assert [entry.question for entry in talk.entries] == ["hello", "good evening"]


def test_what_two_tabs_ask_at_the_same_time_is_seen_in_both(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    other = Talk(store, "demo.duckdb")
    other.open(talk.id)
    _asked(other, "from the other tab")
    _asked(talk, "from this tab")
    for tab in (talk, other):
        assert tab.refresh()
        assert [entry.question for entry in tab.entries] == ["hello", "from the other tab", "from this tab"]


def test_choosing_a_chart_stores_all_of_the_answer_also_where_only_a_part_is_seen(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")

    def less(kept: Kept) -> Kept:
        return replace(kept, request=replace(kept.request, question="***"))

    masked = Talk(store, "demo.duckdb", less)
    masked.open(talk.id)
    masked.choose_kinds(0, ("pie",))
    assert masked.entries[0].outcome().request.question == "***"  # type: ignore[union-attr]
    kept = store.turns(talk.id)[0].kept()
    assert isinstance(kept, Saved)
    assert (kept.request.question, kept.chart_kinds) == ("hello", ("pie",))


def test_the_kind_of_a_chart_is_kept_with_its_answer(talk: Talk, store: Conversations) -> None:
    _asked(talk, "hello")
    talk.choose_kinds(0, ("pie",))
    again = Talk(store, "demo.duckdb")
    again.open(talk.id)
    assert again.entries[0].chart_kinds == ("pie",)


def test_the_way_leads_back_to_the_answers_it_came_from(talk: Talk) -> None:
    _asked(talk, "hello", f"hello{WAY}a closer look", f"hello{WAY}a closer look{WAY}closer still")
    assert talk.way(2) == (("hello", 0), ("a closer look", 1))
    assert talk.last_word(2) == "closer still"
    assert talk.way(0) == ()


def test_a_typed_question_with_the_sign_of_a_way_is_left_as_it_is(talk: Talk) -> None:
    question = f"is 5{WAY}3"
    _asked(talk, question)
    assert talk.way(0) == ()
    assert talk.last_word(0) == question


def test_a_conversation_goes_on_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    talk = Talk(Conversations(Workspace(tmp_path / "file" / "workspace.sqlite3"), "ann"), "demo.duckdb")
    _asked(talk, "hello", "good morning")
    assert talk.problem is not None
    assert talk.problem.code == "workspace_unwritable"
    assert [entry.question for entry in talk.entries] == ["hello", "good morning"]
    talk.rate(0, 1)
    assert talk.entries[0].rating == 1
    assert talk.undo() is not None
    assert talk.refresh()


def test_all_is_kept_once_writing_is_possible_again(tmp_path: Path) -> None:
    obstacle = tmp_path / "home"
    obstacle.write_text("in the way", encoding="utf-8")
    store = Conversations(Workspace(obstacle / "workspace.sqlite3"), "ann")
    talk = _asked(Talk(store, "demo.duckdb"), "hello")
    assert talk.problem is not None
    obstacle.unlink()
    _asked(talk, "good morning")
    assert talk.problem is None
    assert [turn.question for turn in store.turns(talk.id)] == ["hello", "good morning"]


def test_a_damaged_answer_is_told_apart_and_the_others_stay(talk: Talk, store: Conversations, workspace: Workspace) -> None:
    _asked(talk, "hello", "good morning")
    with workspace.writing() as connection:
        connection.execute("UPDATE turns SET outcome = '{' WHERE position = 0")
    again = Talk(store, "demo.duckdb")
    again.open(talk.id)
    assert again.entries[0].outcome() is None
    assert again.entries[1].outcome() is not None
