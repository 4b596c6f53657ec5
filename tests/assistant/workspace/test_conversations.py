"""Conversations survive a restart, can be found, undone and rated, and those of different people never mix."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics.finding import Filter
from analytics.period import Period
from analytics.shop import Shop
from assistant import answering
from assistant.answer import Answer, Clarify, Request
from assistant.answering import saved
from assistant.lossless import BrokenRecord
from assistant.understanding.dialogue import Turn
from assistant.workspace import Conversations, Workspace, WorkspaceError, audit
from tests.assistant.kept import greeting
from tests.assistant.workspace.conftest import Clock

STATE = Turn(
    "metric_value",
    {"metric": "revenue", "filters": (Filter("city", "=", "York"),), "period": Period(date(2026, 10, 1), date(2026, 11, 1), "month", 1)},
    "en", "previous", None, frozenset({"filters", "period"}),
)
ASKED_BACK = Clarify(Request("", {}, "zh", 0.0, (), (), {}, "销售"), "您想看什么？")


@pytest.fixture
def ann(workspace: Workspace) -> Conversations:
    return Conversations(workspace, "ann")


@pytest.fixture
def bob(workspace: Workspace) -> Conversations:
    return Conversations(workspace, "bob")


def test_there_are_none_at_first(ann: Conversations) -> None:
    assert ann.listed() == ()


def test_a_conversation_is_there_after_a_restart_with_what_was_said(workspace: Workspace, ann: Conversations) -> None:
    made = ann.start("/data/shop.duckdb")
    ann.append(made.id, "hello", greeting(), None)
    ann.append(made.id, "销售", ASKED_BACK, STATE)
    workspace.close()

    reopened = Workspace(workspace.path)
    (found,) = Conversations(reopened, "ann").listed()
    assert (found.id, found.title, found.data_set, found.turns) == (made.id, "hello", "/data/shop.duckdb", 2)
    first, second = Conversations(reopened, "ann").turns(made.id)
    assert (first.position, first.question, first.state()) == (0, "hello", None)
    assert isinstance(first.outcome(), Answer)
    assert first.outcome("zh").text.startswith("您好")
    assert (second.kept(), second.outcome(), second.state()) == (ASKED_BACK, ASKED_BACK, STATE)
    reopened.close()


def test_conversations_of_other_people_are_not_there(ann: Conversations, bob: Conversations) -> None:
    made = ann.start("shop", "ann's")
    ann.append(made.id, "hello", greeting(), None)
    assert bob.listed() == ()
    assert bob.listed("hello") == ()
    for attempt in (
        lambda: bob.get(made.id), lambda: bob.turns(made.id), lambda: bob.rename(made.id, "bob's"), lambda: bob.delete(made.id),
        lambda: bob.restore(made.id), lambda: bob.append(made.id, "x", greeting(), None), lambda: bob.undo(made.id),
        lambda: bob.rate(made.id, 0, -1),
    ):
        with pytest.raises(WorkspaceError, match="no_such_conversation"):
            attempt()
    assert (ann.get(made.id).title, ann.get(made.id).turns, ann.turns(made.id)[0].rating) == ("ann's", 1, None)


def test_ids_are_long_and_never_the_same(ann: Conversations) -> None:
    ids = {ann.start("shop").id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(identity) >= 22 for identity in ids)


def test_the_last_used_comes_first(ann: Conversations) -> None:
    first, second = ann.start("shop", "one"), ann.start("shop", "two")
    assert [c.title for c in ann.listed()] == ["two", "one"]
    ann.append(first.id, "hello", greeting(), None)
    assert [c.title for c in ann.listed()] == ["one", "two"]
    assert ann.get(first.id).updated > ann.get(second.id).updated


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LEEDS", ["second"]), ("上海", ["third"]), ("100%", ["second"]), ("_", []), ("straße", ["second"]), ("First", ["first"]),
        ("  ", ["third", "second", "first"]), ("nothing", []),
    ],
)
def test_search_looks_into_titles_and_questions_letter_by_letter(ann: Conversations, words: str, found: list[str]) -> None:
    for title, question in (("first", "hello"), ("second", "revenue in leeds, 100% of STRASSE"), ("third", "上海的销售额")):
        ann.append(ann.start("shop", title).id, question, greeting(), None)
    assert [c.title for c in ann.listed(words)] == found


def test_a_title_is_one_line_of_bearable_length_and_a_blank_one_changes_nothing(ann: Conversations) -> None:
    made = ann.start("shop")
    ann.append(made.id, "  who are\n our best " + "very " * 40 + "customers", greeting(), None)
    title = ann.get(made.id).title
    assert title.startswith("who are our best very")
    assert len(title) <= 80
    ann.rename(made.id, "  \n ")
    assert ann.get(made.id).title == title
    ann.rename(made.id, "季度 复盘")
    assert ann.get(made.id).title == "季度 复盘"


def test_undo_takes_the_last_turn_back_and_gives_it(ann: Conversations) -> None:
    made = ann.start("shop")
    assert ann.undo(made.id) is None
    for question in ("one", "two"):
        ann.append(made.id, question, greeting(), STATE)
    undone = ann.undo(made.id)
    assert undone is not None
    assert undone.question == "two"
    assert [turn.question for turn in ann.turns(made.id)] == ["one"]
    assert ann.append(made.id, "three", greeting(), None).position == 1


def test_another_outcome_can_take_the_place_of_one(ann: Conversations, bob: Conversations) -> None:
    made = ann.start("shop")
    for question in ("one", "two"):
        ann.append(made.id, question, greeting(), None)
    ann.replace(made.id, 0, ASKED_BACK, STATE)
    first, second = ann.turns(made.id)
    assert (first.question, first.kept(), first.state()) == ("one", ASKED_BACK, STATE)
    assert (second.kept(), second.state()) == (greeting(), None)
    with pytest.raises(WorkspaceError, match="no_such_turn"):
        ann.replace(made.id, 2, greeting(), None)
    with pytest.raises(WorkspaceError, match="no_such_conversation"):
        bob.replace(made.id, 0, greeting(), None)


def test_a_rating_goes_with_the_answer_that_it_was_given_for(ann: Conversations, workspace: Workspace) -> None:
    made = ann.start("shop")
    ann.append(made.id, "one", greeting(), None)
    ann.rate(made.id, 0, -1, "figure")
    kept = ann.replace(made.id, 0, replace(greeting(), chart_kinds=("pie",)), STATE)
    assert (kept.rating, kept.rating_reason) == (-1, "figure")
    other = ann.replace(made.id, 0, greeting("hi there"), STATE)
    assert (other.rating, other.rating_reason) == (None, "")
    (line,) = audit.lines(workspace)
    assert (line.actor, line.action, line.subject) == ("ann", "rated_answer_replaced", made.id)
    assert line.details == {"position": 0, "rating": -1, "reason": "figure"}
    ann.replace(made.id, 0, ASKED_BACK, STATE)
    assert len(audit.lines(workspace)) == 1


def test_a_rated_answer_that_can_no_longer_be_read_is_replaced_all_the_same(ann: Conversations, workspace: Workspace) -> None:
    made = ann.start("shop")
    ann.append(made.id, "one", greeting(), None)
    ann.rate(made.id, 0, 1)
    with workspace.writing() as connection:
        connection.execute("UPDATE turns SET outcome = 'broken'")
    assert ann.replace(made.id, 0, greeting(), None).rating is None


def test_one_turn_is_taken_back_and_no_other(ann: Conversations, bob: Conversations) -> None:
    made = ann.start("shop")
    for question in ("one", "two"):
        ann.append(made.id, question, greeting(), None)
    ann.take_back(made.id, 0)
    ann.take_back(made.id, 7)
    assert [turn.question for turn in ann.turns(made.id)] == ["two"]
    with pytest.raises(WorkspaceError, match="no_such_conversation"):
        bob.take_back(made.id, 1)


def test_an_answer_is_rated_with_a_reason_and_the_rating_can_be_taken_back(ann: Conversations) -> None:
    made = ann.start("shop")
    ann.append(made.id, "one", greeting(), None)
    ann.rate(made.id, 0, -1, "wrong_period")
    assert [(turn.rating, turn.rating_reason) for turn in ann.turns(made.id)] == [(-1, "wrong_period")]
    ann.rate(made.id, 0, None, "ignored")
    assert [(turn.rating, turn.rating_reason) for turn in ann.turns(made.id)] == [(None, "")]
    with pytest.raises(WorkspaceError, match="no_such_turn"):
        ann.rate(made.id, 7, 1)


def test_a_deleted_conversation_is_gone_from_everywhere_and_can_be_brought_back(ann: Conversations) -> None:
    made = ann.start("shop", "one")
    ann.append(made.id, "hello", greeting(), None)
    ann.delete(made.id)
    assert (ann.listed(), ann.listed("hello")) == ((), ())
    with pytest.raises(WorkspaceError, match="no_such_conversation"):
        ann.turns(made.id)
    ann.restore(made.id)
    assert [(c.title, c.turns) for c in ann.listed()] == [("one", 1)]


def test_what_was_deleted_long_ago_is_removed_with_its_turns(workspace: Workspace, clock: Clock, ann: Conversations) -> None:
    old, other = ann.start("shop"), ann.start("shop")
    ann.append(old.id, "a secret question", greeting("a secret question"), None)
    ann.delete(old.id)
    clock.moment += timedelta(days=31)
    ann.delete(other.id)
    with pytest.raises(WorkspaceError, match="no_such_conversation"):
        ann.restore(old.id)
    ann.restore(other.id)
    workspace.close()
    assert b"secret" not in workspace.path.read_bytes()


def test_a_damaged_turn_leaves_the_others_readable(workspace: Workspace, ann: Conversations) -> None:
    made = ann.start("shop")
    for question in ("one", "two"):
        ann.append(made.id, question, greeting(), STATE)
    with workspace.writing() as connection:
        connection.execute("UPDATE turns SET outcome = 'x', state = 'x' WHERE position = 0")
    damaged, whole = ann.turns(made.id)
    with pytest.raises(BrokenRecord):
        damaged.outcome()
    assert damaged.state() is None
    assert isinstance(whole.outcome(), Answer)


def test_a_question_that_no_file_can_hold_is_kept_all_the_same(ann: Conversations) -> None:
    made = ann.start("shop \ud800")
    failed = answering.failed(Request("", {}, "en", 0.0, (), (), {}, "\ud800"), "f00")
    turn = ann.append(made.id, "what is \ud800", failed, None)
    assert turn.question == "what is ?"
    assert turn.kept() == failed


def test_hostile_words_are_words(ann: Conversations) -> None:
    made = ann.start("shop", "'; DROP TABLE turns; --")
    ann.append(made.id, "' OR 1=1 --", greeting(), None)
    assert [c.title for c in ann.listed("'; DROP")] == ["'; DROP TABLE turns; --"]
    with pytest.raises(WorkspaceError, match="no_such_conversation"):
        ann.get("' OR '1'='1")


def test_an_outcome_that_cannot_be_written_is_told_and_nothing_is_added(ann: Conversations) -> None:
    made = ann.start("shop")
    with pytest.raises(WorkspaceError, match="workspace_unwritable"):
        ann.append(made.id, "x", answering.no_data(ASKED_BACK.request, "no_rows", {"strange": object()}, Shop.unbound()), None)
    assert ann.turns(made.id) == ()


def test_the_record_of_a_turn_is_what_saved_writes(ann: Conversations, tmp_path: Path) -> None:
    made = ann.start(str(tmp_path))
    assert ann.append(made.id, "hello", greeting(), None).record == saved.to_json(greeting())
