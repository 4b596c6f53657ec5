"""A taught word is read as what it means wherever it stands as a word, a taught question as its analysis, and both say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analytics.finding import Filter
from assistant.ask import Assistant
from assistant.understanding.reading import Reader, Reading
from assistant.understanding.taught import NOTHING, Lesson, Meaning, Taught, key_of, masked_key, nameable, phrase_of
from assistant.understanding.teachable import refusal

REVENUE, LOYAL = Meaning("metric", "revenue"), Meaning("segment", "loyal", "rfm_segment")
GTV, MATES = Lesson("GTV", REVENUE), Lesson("老铁", LOYAL)
SMOKE = Lesson("the big smoke", Meaning("value", "London", "city"))
WALLABY = Lesson("wallaby report", Meaning("intent", "kpi_overview"))
ZORBS = Lesson("show me the zorbs in Leeds last month", Meaning("intent", "top_products"))
TAUGHT = Taught([GTV, MATES, SMOKE, WALLABY, ZORBS])


@pytest.fixture
def reader(assistant: Assistant) -> Iterator[Reader]:
    assistant.reader.taught = lambda: TAUGHT
    yield assistant.reader
    assistant.reader.taught = lambda: NOTHING


def spelt(question: str, *lessons: Lesson, language: str = "en") -> str:
    return Taught(lessons).respelt(question, "zh" if language == "zh" else "en").text


def points_into_the_question(reading: Reading) -> bool:
    return all(reading.request.question[m.start : m.end] == m.text and m.text for m in reading.request.marks)


def test_a_word_is_read_as_its_meaning_whatever_its_case_and_width() -> None:
    assert spelt("gtv by region", GTV) == "revenue by region"
    assert spelt("ＧＴＶ by region", GTV) == "revenue by region"
    assert spelt("老铁有多少", MATES, language="zh") == "忠诚客户有多少"


@pytest.mark.parametrize("question", ["nongtv by region", "gtvs", "gtv2 by region", "égtv"])
def test_a_latin_word_is_a_whole_word(question: str) -> None:
    assert spelt(question, GTV) == question


def test_chinese_characters_that_are_part_of_another_word_stay() -> None:
    assert spelt("老铁路的销售额", MATES, language="zh") == "老铁路的销售额"
    assert spelt("本月老铁人数", MATES, language="zh") == "本月忠诚客户人数"
    assert spelt("老铁们买了什么", MATES, language="zh") == "忠诚客户们买了什么"


def test_the_longest_word_wins_and_spaces_do_not_count() -> None:
    longer = Lesson("gtv plus", Meaning("metric", "gross_margin"))
    assert spelt("GTV  plus by region", GTV, longer) == "gross margin by region"


def test_a_meaning_does_not_run_into_the_letters_around_it() -> None:
    assert spelt("show老铁now", MATES) == "show loyal now"


def test_what_is_part_of_a_longer_known_word_means_what_the_longer_one_does() -> None:
    whole = Taught([Lesson("premium", LOYAL)]).respelt("premium tea", "en", lambda question: [(0, 11)])
    assert whole.text == "premium tea"


def test_a_later_lesson_of_the_same_word_stands() -> None:
    assert spelt("gtv", GTV, Lesson("gtv", Meaning("metric", "orders"))) == "orders"


def test_every_metric_dimension_and_segment_of_the_menu_has_a_word_in_both_languages() -> None:
    assert len(nameable()) > 70
    for meaning in nameable():
        assert phrase_of(meaning, "en").isascii()
        assert phrase_of(meaning, "zh")


def test_questions_are_the_same_but_for_case_spaces_punctuation_and_width() -> None:
    assert key_of("Wallaby  report!") == key_of("ｗａｌｌａｂｙ　report？") == WALLABY.key


def test_too_little_left_beside_values_is_no_question_to_share() -> None:
    assert masked_key("xvalue city") == ""
    assert masked_key("in xvalue city xperiod") == ""
    assert masked_key("show zorbs in xvalue city xperiod") != ""


def test_a_taught_metric_answers_and_its_mark_points_at_what_was_typed(reader: Reader) -> None:
    reading = reader.read("GTV by region")
    assert (reading.request.intent, reading.request.slots["metric"]) == ("metric_breakdown", "revenue")
    assert [(m.text, m.role, m.taught) for m in reading.request.marks] == [("GTV", "metric", True), ("region", "dimension", False)]
    assert reading.request.question == "GTV by region"
    assert points_into_the_question(reading)


def test_a_word_of_the_other_language_leaves_the_language_of_the_question(reader: Reader) -> None:
    assert (reader.read("how many 老铁 do we have").request.language, reader.read("各地区GTV").request.language) == ("en", "zh")
    assert reader.read("how many 老铁 do we have").request.slots["segment"] == ("loyal",)


def test_a_taught_value_filters(reader: Reader) -> None:
    reading = reader.read("revenue in the big smoke by month")
    assert reading.request.slots["filters"] == (Filter("city", "=", "London"),)
    assert next(m for m in reading.request.marks if m.taught).text == "the big smoke"
    assert points_into_the_question(reading)


def test_a_phrase_of_several_meanings_is_marked_as_a_whole(reader: Reader) -> None:
    taught = Taught([Lesson("冲量", Meaning("phrase", "今年销售额"))])
    reading = reader.read("冲量怎么样", taught=taught)
    assert {(m.text, m.role) for m in reading.request.marks} == {("冲量", "metric"), ("冲量", "period")}
    assert points_into_the_question(reading)


def test_a_taught_question_takes_its_analysis_with_the_slots_that_it_names(reader: Reader) -> None:
    reading = reader.read("Show me the zorbs in York this year!")
    assert (reading.verdict, reading.request.intent, reading.request.taught) == ("understood", "top_products", True)
    assert reading.request.slots["filters"] == (Filter("city", "=", "York"),)
    assert reading.request.slots["period"].name == "this_year"
    assert reader.read("WALLABY report").request.intent == "kpi_overview"


def test_other_questions_are_read_as_without_any_teaching(reader: Reader) -> None:
    for question in ("revenue by region last month", "各地区销售额", "what is the weather in Paris", "", "show me the zorbs"):
        assert reader.read(question) == reader.read(question, taught=NOTHING)


def test_what_is_taught_holds_at_once_and_so_does_taking_it_back(assistant: Assistant) -> None:
    known = NOTHING
    assistant.reader.taught = lambda: known
    try:
        assert "metric" not in assistant.understand("GTV by region").reading.request.slots
        known = Taught([GTV])
        assert assistant.understand("GTV by region").reading.request.slots["metric"] == "revenue"
        assert assistant.understand("GTV by region").to_json()["slots"]["metric"] == "revenue"
        known = NOTHING
        assert "metric" not in assistant.understand("GTV by region").reading.request.slots
    finally:
        assistant.reader.taught = lambda: NOTHING


@pytest.mark.parametrize(
    ("said", "meaning", "code"),
    [
        ("", REVENUE, "teach_empty"),
        ("  ?! ", REVENUE, "teach_empty"),
        ("42", REVENUE, "teach_empty"),
        ("x", REVENUE, "teach_short"),
        ("的", REVENUE, "teach_short"),
        ("the", REVENUE, "teach_small_word"),
        ("how many", REVENUE, "teach_small_word"),
        ("多少", REVENUE, "teach_small_word"),
        ("x" * 500, REVENUE, "teach_long"),
        ("orders", REVENUE, "teach_known_word"),
        ("客单价", REVENUE, "teach_known_word"),
        ("sales", REVENUE, "teach_known_already"),
        ("Leeds", REVENUE, "teach_is_value"),
        ("last month", REVENUE, "teach_is_time"),
        ("GTV", Meaning("phrase", "blorb"), "teach_not_understood"),
        ("GTV", Meaning("phrase", " "), "teach_no_meaning"),
        ("GTV", Meaning("phrase", "my gtv revenue"), "teach_itself"),
        ("GTV", Meaning("phrase", "revenue " * 40), "teach_long"),
        ("GTV", Meaning("metric", "nope"), "teach_not_understood"),
        ("GTV", Meaning("value", "Atlantis", "city"), "teach_not_understood"),
        ("GTV", Meaning("value", "Leeds", "no_such_field"), "teach_not_understood"),
        ("foo bar", Meaning("intent", "nope"), "teach_no_analysis"),
        ("what about the", Meaning("intent", "kpi_overview"), "teach_small_word"),
    ],
)
def test_what_would_do_harm_is_refused(assistant: Assistant, said: str, meaning: Meaning, code: str) -> None:
    found = refusal(Lesson(said, meaning), assistant.reader)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("lesson", [GTV, MATES, SMOKE, WALLABY, ZORBS, Lesson("冲量", Meaning("phrase", "今年销售额"))])
def test_what_makes_sense_can_be_taught(assistant: Assistant, lesson: Lesson) -> None:
    assert refusal(lesson, assistant.reader) is None
