"""Teaching and the mistake book on the page: who may, what it changes, and what is said when it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.models.encoder import Encoder
from assistant.access import gate
from assistant.access.mistakes import seen
from assistant.access.roles import ROLES
from assistant.answer import LANGUAGES, Mark, Request
from assistant.ask import Assistant
from assistant.teaching import preview
from assistant.ui import state, teach
from assistant.ui.labels import label
from assistant.ui.meanings import named
from assistant.ui.pages.mistakes import about, read_as
from assistant.ui.receipts import marked
from assistant.understanding.taught import NOTHING, Lesson, Meaning, nameable
from assistant.workspace import Mistake
from assistant.workspace.mistakes import KINDS

_APP = Path(state.__file__).parents[1] / "page.py"
GTV = Lesson("GTV", Meaning("metric", "revenue"))
REVENUE = "Revenue · figure"


@pytest.fixture
def home(demo_db: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own on the demo company, for an analyst who need not sign in."""
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path))
    monkeypatch.setenv(state.DB_VARIABLE, str(demo_db))
    (tmp_path / "askwell.toml").write_text('default_role = "analyst"', encoding="utf-8")
    cached = (state.current, state.workspace, gate.current)
    for one in cached:
        one.cache_clear()
    state.current()._encoder = encoder
    yield tmp_path
    for one in cached:
        one.cache_clear()


def opened() -> AppTest:
    page = AppTest.from_file(str(_APP), default_timeout=300).run()
    assert not page.exception
    return page


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def keys(page: AppTest) -> list[str]:
    return [button.key or "" for button in page.button]


def texts(page: AppTest) -> str:
    kinds = (page.markdown, page.subheader, page.caption, page.info, page.warning, page.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def mistake(**changed: object) -> Mistake:
    given = {"id": 1, "conversation": "c", "at": datetime(2026, 11, 17, tzinfo=UTC), "owner": "ann", "question": "orders of Ann Reed",
             "language": "en", "kind": "thumb", "reason": "misread", "intent": "metric_value", "slots": {"customer": "Ann Reed"}}
    return Mistake(**{**given, **changed})  # type: ignore[arg-type]


def test_a_word_that_is_not_known_is_taught_and_the_question_asked_again(home: Path) -> None:
    page = ask(opened(), "show me the zorbs in York this year")
    assert not page.subheader
    assert "word-0-0" in keys(page)
    page.button(key="word-0-0").click().run()
    assert page.button(key="teach-save").disabled
    page.selectbox(key="teach-meaning").set_value(REVENUE).run()
    assert "1 of your last 1 questions would be understood differently" in texts(page)
    page.button(key="teach-save").click().run()
    assert not page.exception
    assert "£" in page.subheader[0].value
    assert [one.lesson.said for one in teach.teachings().listed()] == ["zorbs"]
    assert teach.mistakes().listed() == ()
    assert len(page.session_state["talk"].entries) == 1


def test_a_silly_meaning_is_refused_in_a_sentence_and_nothing_is_kept(home: Path) -> None:
    page = ask(opened(), "show me the zorbs in York this year")
    page.button(key="word-0-0").click().run()
    page.text_input(key="teach-said").set_value("the").run()
    page.selectbox(key="teach-meaning").set_value(REVENUE).run()
    assert "“the” is part of most questions" in texts(page)
    assert page.button(key="teach-save").disabled
    page.button(key="teach-cancel").click().run()
    assert "teach-save" not in keys(page)
    assert teach.teachings().listed() == ()


def test_a_manager_is_offered_no_teaching_and_no_book(home: Path) -> None:
    (home / "askwell.toml").write_text('default_role = "manager"', encoding="utf-8")
    gate.current.cache_clear()
    page = ask(opened(), "show me the zorbs in York this year")
    assert not [key for key in keys(page) if key.startswith(("word-", "teach-"))]
    book = AppTest.from_function(mistakes_page, default_timeout=300, args=("en", "manager")).run()
    assert "may_teach = true" in texts(book)
    assert not book.button


def mistakes_page(language, role):  # type: ignore[no-untyped-def]
    # Streamlit runs the text of this function by itself, so that it knows no names of this module.
    from assistant.access.gate import Person
    from assistant.access.roles import ROLES
    from assistant.ui.pages import mistakes
    from assistant.ui.state import current

    mistakes.draw(current().assistant(), language, Person("", ROLES[role]))


def test_the_book_is_empty_then_lists_a_question_and_makes_it_a_test_case(home: Path) -> None:
    book = AppTest.from_function(mistakes_page, default_timeout=300, args=("en", "analyst")).run()
    assert "No open mistakes" in texts(book)
    ask(opened(), "what is the weather in Paris")
    book.run()
    (one,) = teach.mistakes().listed()
    assert "what is the weather in Paris" in texts(book)
    assert "Declined" in texts(book)
    book.button(key=f"mistake-case-{one.id}").click().run()
    book.selectbox(key="case-intent").set_value("").run()
    book.button(key="case-save").click().run()
    assert not book.exception
    assert [case["question"] for case in teach.mistakes().cases()] == ["what is the weather in Paris"]
    assert "No open mistakes" in texts(book)


def test_a_mistake_is_dismissed_and_a_lesson_taken_back(home: Path) -> None:
    teach.teachings().teach(GTV, "ann")
    ask(opened(), "what is the weather in Paris")
    (one,) = teach.mistakes().listed()
    book = AppTest.from_function(mistakes_page, default_timeout=300, args=("zh", "owner")).run()
    assert "“GTV”指销售额" in texts(book)
    book.button(key=f"mistake-dismiss-{one.id}").click().run()
    assert teach.mistakes().listed() == ()
    book.button(key=f"taught-undo-{teach.teachings().listed()[0].id}").click().run()
    assert not book.exception
    assert teach.teachings().listed() == ()


def test_a_question_of_the_book_is_taught_its_analysis_and_leaves_the_book(home: Path) -> None:
    ask(opened(), "what is the weather in Paris")
    (one,) = teach.mistakes().listed()
    book = AppTest.from_function(mistakes_page, default_timeout=300, args=("en", "analyst")).run()
    book.button(key=f"mistake-teach-{one.id}").click().run()
    book.selectbox(key="teach-intent").set_value("Key figures · analysis").run()
    book.button(key="teach-save").click().run()
    assert not book.exception
    assert teach.mistakes().listed() == ()
    assert "“what is the weather in Paris” means Key figures" in texts(book)
    reading = state.current().assistant().understand("What is the weather in Paris?").reading
    assert (reading.verdict, reading.request.intent) == ("understood", "kpi_overview")


def test_a_preview_names_the_questions_that_would_change_and_no_others(assistant: Assistant) -> None:
    asked = (("GTV by region", None), ("revenue by region", None), ("nongtv", None))
    found = preview(assistant.reader, asked, GTV)
    assert (found.looked_at, [one.question for one in found.differences]) == (3, ["GTV by region"])
    (one,) = found.differences
    assert (one.was.request.slots.get("metric"), one.would_be.request.slots.get("metric")) == (None, "revenue")
    question = preview(assistant.reader, (("Wallaby report!", None), ("hello", None)), Lesson("wallaby report", Meaning("intent", "kpi_overview")))
    assert [one.question for one in question.differences] == ["Wallaby report!"]
    assert assistant.reader.taught() is NOTHING


def test_words_of_a_question_are_told_apart_by_a_sign() -> None:
    marks = (Mark("GTV", 0, 3, "metric", "revenue", True), Mark("region", 7, 13, "dimension", "region"))
    text = marked(Request("metric_breakdown", {}, "en", 1.0, (), marks, {}, "GTV by region in *zorbia*"), ["zorbia"])
    assert ":material/school: GTV]" in text
    assert ":material/check: region]" in text
    assert ":material/question_mark: zorbia]" in text
    assert "\\*" in text


def test_names_in_the_book_are_hidden_from_those_who_see_no_personal_details() -> None:
    def find(said: object) -> frozenset[str]:
        return frozenset({"ann reed"})

    masked = seen(mistake(), ROLES["analyst"], find)
    assert "Reed" not in str(masked.to_case()) + masked.question + str(masked.slots)
    assert seen(mistake(), ROLES["owner"], find) == mistake()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_mistake_and_every_meaning_has_words(assistant: Assistant, language: str) -> None:
    for kind in KINDS:
        assert label(f"mistake_{kind}", language)  # type: ignore[arg-type]
    for reason in ("out_of_scope", "action", "unsupported", "unsafe", "not_built"):
        assert about(mistake(kind="declined", reason=reason), language)  # type: ignore[arg-type]
    assert about(mistake(owner=""), language)  # type: ignore[arg-type]
    for slots in ({}, {"metric": ["revenue", "orders"]}, {"filters": [{"field": "city", "op": "=", "value": "York"}]}, {"period": {"text": "2026"}}):
        assert read_as(mistake(slots=slots), assistant, language)  # type: ignore[arg-type]
    for meaning in (*nameable(), Meaning("phrase", "x"), Meaning("value", "Leeds", "city"), Meaning("intent", "kpi_overview")):
        assert named(meaning, assistant.catalogue, language)  # type: ignore[arg-type]


def test_who_may_teach() -> None:
    assert [name for name, role in ROLES.items() if role.may_teach] == ["owner", "analyst"]
