"""What was taught survives a restart with who and when, can be taken back and taken along; mistakes stand in the book once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.answer import Clarify, Declined, Failed, NoData, Request
from assistant.answering.saved import Kept
from assistant.evaluation import judged
from assistant.teaching import Source
from assistant.understanding.dialogue import Turn
from assistant.understanding.taught import NOTHING, Lesson, Meaning
from assistant.workspace import Conversations, Mistakes, Teachings, Workspace, audit
from assistant.workspace.database import data_key
from assistant.workspace.teachings import lesson_of
from tests.assistant.kept import greeting
from tests.assistant.workspace.conftest import Clock

GTV = Lesson("GTV", Meaning("metric", "revenue"))
MATES = Lesson("老铁", Meaning("segment", "loyal", "rfm_segment"))
REPORT = Lesson("wallaby report", Meaning("intent", "kpi_overview"))
STATE = Turn("metric_value", {"metric": "revenue"}, "en", None, None, frozenset())
SHOP = data_key("shop.duckdb")


@pytest.fixture
def taught(workspace: Workspace) -> Teachings:
    return Teachings(workspace, SHOP)


@pytest.fixture
def book(workspace: Workspace) -> Mistakes:
    return Mistakes(workspace, SHOP)


@pytest.fixture
def ann(workspace: Workspace) -> Conversations:
    return Conversations(workspace, "ann")


def request(question: str, intent: str = "metric_value") -> Request:
    return Request(intent, {"metric": "revenue"}, "en", 0.4, (), (), {}, question)


def declined(question: str) -> Declined:
    return Declined(request(question), "no", reason="out_of_scope")


def asked(ann: Conversations, *kept: Kept) -> str:
    made = ann.start("shop.duckdb")
    for one in kept:
        ann.append(made.id, one.request.question, one, None)
    return made.id


def test_nothing_is_taught_at_first(taught: Teachings) -> None:
    assert (taught.listed(), list(taught.export()), bool(taught.taught())) == ((), [], False)


def test_a_lesson_is_there_after_a_restart_with_who_and_when(workspace: Workspace, clock: Clock, taught: Teachings) -> None:
    made = taught.teach(GTV, "ann")
    workspace.close()
    again = Workspace(workspace.path, clock)
    (found,) = Teachings(again, SHOP).listed()
    assert (found.lesson, found.by, found.at) == (GTV, "ann", made.at)
    assert Teachings(again, SHOP).taught().respelt("gtv", "en").text == "revenue"
    again.close()


def test_lessons_of_different_data_sets_do_not_mix(workspace: Workspace, taught: Teachings) -> None:
    taught.teach(GTV, "ann")
    assert Teachings(workspace, data_key("other.duckdb")).listed() == ()
    assert data_key("sub/../shop.duckdb") == SHOP == data_key(Path.cwd() / "shop.duckdb")


def test_what_was_taken_back_is_kept_as_undone_with_who(taught: Teachings) -> None:
    made = taught.teach(GTV, "ann")
    assert taught.undo(made.id, "bob")
    assert not taught.undo(made.id, "bob")
    assert taught.listed() == ()
    (gone,) = taught.listed(undone=True)
    assert (gone.lesson, gone.undone_by) == (GTV, "bob")
    assert gone.undone is not None
    assert [(line.actor, line.action) for line in audit.lines(taught.workspace)] == [("bob", "teaching_undone"), ("ann", "taught")]


def test_the_same_word_taught_anew_takes_the_place_of_the_lesson_before(taught: Teachings) -> None:
    taught.teach(GTV, "ann")
    taught.teach(Lesson("ｇｔｖ", Meaning("metric", "orders")), "bob")
    assert [one.lesson.meaning.name for one in taught.listed()] == ["orders"]
    assert [one.lesson for one in taught.listed(undone=True)] == [GTV]


def test_a_word_and_a_question_of_the_same_letters_are_two_lessons(taught: Teachings) -> None:
    taught.teach(GTV, "ann")
    taught.teach(Lesson("gtv", Meaning("intent", "kpi_overview")), "ann")
    assert len(taught.listed()) == 2


def test_an_export_is_taken_in_whole_by_another_data_set(workspace: Workspace, taught: Teachings) -> None:
    for lesson in (GTV, MATES, REPORT):
        taught.teach(lesson, "ann")
    lines = [json.dumps(record, ensure_ascii=False) for record in taught.export()]
    lessons = [lesson_of(json.loads(line)) for line in lines]
    other = Teachings(workspace, data_key("other.duckdb"))
    assert other.take_in([lesson for lesson in lessons if lesson], "bob") == 3
    assert [one.lesson for one in reversed(other.listed())] == [GTV, MATES, REPORT]
    assert other.take_in([GTV, MATES], "bob") == 0


@pytest.mark.parametrize(
    "record", [{}, {"said": "a", "sort": "metric"}, {"said": 1, "sort": "metric", "name": "x"}, {"said": "a", "sort": "spell", "name": "x"},
               {"said": "a", "sort": "value", "name": "x", "field": 3}]
)
def test_a_line_that_is_no_lesson_is_none(record: dict[str, object]) -> None:
    assert lesson_of(record) is None


def test_a_running_server_knows_at_once_what_another_process_taught(workspace: Workspace, taught: Teachings) -> None:
    other = Workspace(workspace.path)
    source = Source(other, "shop.duckdb")
    assert source() is NOTHING
    made = taught.teach(GTV, "ann")
    assert source().respelt("gtv", "en").text == "revenue"
    assert source() is source()
    taught.undo(made.id, "ann")
    assert source() is NOTHING
    other.close()


def test_a_workspace_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    source = Source(Workspace(tmp_path / "none" / "workspace.sqlite3"), "shop.duckdb")
    assert source() is NOTHING
    assert not (tmp_path / "none").exists()


def test_a_workspace_that_breaks_leaves_what_was_known(tmp_path: Path) -> None:
    (tmp_path / "workspace.sqlite3").write_bytes(b"this is no database, whatever its name says, and it is long enough" * 20)
    assert Source(Workspace(tmp_path / "workspace.sqlite3"), "shop.duckdb")() is NOTHING


def test_past_questions_come_with_the_state_that_they_refined_each_once(ann: Conversations) -> None:
    made = ann.start("shop.duckdb")
    ann.append(made.id, "hello", greeting("hello"), STATE)
    ann.append(made.id, "weather", declined("weather"), None)
    ann.append(made.id, "and York?", greeting("and York?"), None)
    second = ann.start("shop.duckdb")
    ann.append(second.id, "hello", greeting("hello"), None)
    ann.append(ann.start("other.duckdb").id, "elsewhere", greeting("elsewhere"), None)
    assert ann.asked("shop.duckdb") == (("hello", None), ("and York?", STATE), ("weather", STATE))
    assert ann.asked("shop.duckdb", most=1) == (("hello", None),)
    assert Conversations(ann.workspace, "bob").asked("shop.duckdb") == ()


def test_what_was_not_answered_is_in_the_book_once_and_what_was_is_not(ann: Conversations, book: Mistakes) -> None:
    asked(
        ann, greeting("hello"), declined("weather"), Clarify(request("sales?"), "which?"), Failed(request("boom"), "fault", fault="1"),
        NoData(request("in Atlantis"), "none", code="unknown_value"), NoData(request("in 1999"), "none", code="no_rows"),
        Declined(request("??", ""), "empty", reason="empty"),
    )
    found = [(one.question, one.kind, one.reason, one.owner, one.intent) for one in reversed(book.listed())]
    assert found == [
        ("weather", "declined", "out_of_scope", "ann", "metric_value"), ("sales?", "clarify", "", "ann", "metric_value"),
        ("boom", "error", "", "ann", "metric_value"), ("in Atlantis", "no_data", "unknown_value", "ann", "metric_value"),
    ]
    assert [one.question for one in book.listed(kind="clarify")] == ["sales?"]
    assert book.listed()[0].slots == {"metric": "revenue"}


def test_a_thumb_down_goes_in_and_comes_out_with_the_thumb(ann: Conversations, book: Mistakes) -> None:
    made = asked(ann, greeting("hello"))
    ann.rate(made, 0, -1)
    ann.rate(made, 0, -1, "misread")
    assert [(one.kind, one.reason, one.intent) for one in book.listed()] == [("thumb", "misread", "small_talk")]
    ann.rate(made, 0, 1)
    assert book.listed() == ()


def test_a_question_that_took_the_place_of_an_undone_one_is_another_entry(ann: Conversations, book: Mistakes) -> None:
    made = asked(ann, declined("weather"))
    ann.undo(made)
    ann.append(made, "rain", declined("rain"), None)
    assert [one.question for one in book.listed()] == ["rain", "weather"]


def test_what_is_deleted_leaves_the_book_and_what_is_settled_too(ann: Conversations, book: Mistakes) -> None:
    made = asked(ann, declined("weather"), declined("rain"))
    newest, oldest = book.listed()
    book.settle(newest.id, "dismissed", "bob")
    book.settle_turn(made, oldest.at, "taught", "bob")
    assert book.listed() == ()
    assert [one.question for one in book.listed(state="taught")] == ["weather"]
    book.settle(newest.id, "open", "bob")
    ann.delete(made)
    assert book.listed() == ()


def test_a_conversation_that_is_removed_for_good_takes_its_mistakes_along(ann: Conversations, book: Mistakes) -> None:
    made = asked(ann, declined("weather"))
    with book.workspace.writing() as connection:
        connection.execute("DELETE FROM conversations WHERE id = ?", (made,))
        assert connection.execute("SELECT count(*) FROM mistakes").fetchone()[0] == 0


def test_a_test_case_is_a_line_that_the_evaluation_judges(ann: Conversations, book: Mistakes) -> None:
    asked(ann, declined("GTV by region"), declined("weather"))
    weather, gtv = book.listed()
    book.make_case(gtv.id, "metric_breakdown", {"metric": "revenue"}, "bob")
    book.make_case(weather.id, None, {}, "bob")
    assert book.listed() == ()
    first, second = (json.loads(json.dumps(case)) for case in book.cases())
    right = {"intent": "metric_breakdown", "status": "answered", "slots": {"metric": "revenue"}, "language": "en"}
    wrong = {"intent": "metric_value", "status": "answered", "slots": {}, "language": "en"}
    assert (judged(first, right).right, judged(first, wrong).right) == (True, False)
    assert (judged(second, {"status": "declined", "intent": None}).right, judged(second, wrong).right) == (True, False)
    assert (first["slots"], first["lang"], first["style"], second["kind"]) == ({"metric": "revenue"}, "en", "mistake", "mistake")


def test_mistakes_of_another_data_set_stay_where_they_are(workspace: Workspace, ann: Conversations, book: Mistakes) -> None:
    asked(ann, declined("weather"))
    (one,) = book.listed()
    other = Mistakes(workspace, data_key("other.duckdb"))
    other.settle(one.id, "dismissed", "bob")
    other.make_case(one.id, "kpi_overview", {}, "bob")
    assert other.listed() == ()
    assert [found.state for found in book.listed()] == ["open"]
