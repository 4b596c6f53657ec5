"""The whole way from a question to an answer, on the demo company."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Clarify, Declined, Failed, NoData
from assistant.ask import Assistant
from assistant.understanding import catalogue
from tests.assistant.questions import CASES, QUESTIONS

OUTCOMES = (Answer, Clarify, Declined, NoData)


def plain(outcome: Any) -> dict[str, Any]:
    """The JSON of an outcome without what differs from run to run."""
    out: dict[str, Any] = outcome.to_json("x")
    out.pop("timing_ms")
    return out


def test_every_built_intent_is_asked_here() -> None:
    """A new analysis is not done before it has a question in both languages."""
    assert {intent.id for intent in catalogue.load().built} == set(QUESTIONS)


@pytest.mark.parametrize(("intent", "language", "question"), CASES)
def test_each_intent_answers_its_question_in_the_language_of_the_asker(
    assistant: Assistant, intent: str, language: str, question: str
) -> None:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome.text
    assert outcome.request.intent == intent
    assert bool(re.search(r"[\u4e00-\u9fff]", outcome.headline)) == (language == "zh")
    assert 2 <= len(outcome.follow_ups) <= 4
    if catalogue.load()[intent].domain != "help":
        assert any(table.rows for table in outcome.tables)
        assert outcome.receipt.sql


NUMBER = re.compile(r"(?<![A-Za-z0-9.,])[-−+]?\d[\d,]*(?:\.\d+)?\s*(?:%|万|亿|million|m\b|k\b|bn\b)?")
SCALE = {"%": 0.01, "万": 1e4, "亿": 1e8, "million": 1e6, "m": 1e6, "k": 1e3, "bn": 1e9}


def said_numbers(text: str) -> list[tuple[str, float, float]]:
    """Numbers of a text with their value and the unit of their last printed digit."""
    out = []
    for match in NUMBER.finditer(text):
        raw = match.group().strip()
        figure = re.search(r"\d[\d,]*(?:\.\d+)?", raw)
        assert figure is not None
        unit = raw[figure.end() - 0 :].strip() if figure.end() < len(raw) else ""
        scale = SCALE.get(unit, 1.0)
        decimals = len(figure.group().partition(".")[2])
        out.append((raw, float(figure.group().replace(",", "")) * scale, scale * 10.0**-decimals))
    return out


def known_numbers(answer: Answer) -> list[float]:
    """Every number that an answer rests on: facts, tables, slots, dates, settings, and the words of values."""
    values: list[Any] = list(answer.facts.values())
    for table in answer.tables:
        values += [value for row in table.rows for value in row]
    values += list(answer.resolved.values())
    values += [*list(answer.receipt.defaults.values()), answer.receipt.as_of, answer.receipt.rows_used]
    values += list(answer.receipt.rows_left_out.values())
    texts = " ".join(str(value) for value in values)
    return [abs(float(n)) for n in re.findall(r"\d+(?:\.\d+)?", texts.replace("E+", "e+"))]


@pytest.mark.parametrize(("intent", "language", "question"), [case for case in CASES if case[0] not in ("definition", "capabilities", "small_talk")])
def test_every_number_of_a_text_stands_in_its_facts(assistant: Assistant, intent: str, language: str, question: str) -> None:
    """What is said was computed: as it is, as a percentage, or rounded to the printed digits."""
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer)
    known = known_numbers(outcome)
    dates = re.sub(r"\d+\s*[年月日]|\d{1,2}\s+[A-Z][a-z]+(?:\s+\d{4})?|[A-Z][a-z]+\s+\d{4}", " ", outcome.text)
    strangers = [
        raw for raw, value, step in said_numbers(dates)
        if not any(abs(value - k) <= step * 0.51 + 1e-9 * k or abs(value * 24 - k) <= 0.6 or abs(value / 60 - k) <= 0.01 for k in known)
        and round(value, 6) not in (1, 5, 24, 80, 95, 0.95, 90, 12, 100)
    ]
    assert not strangers, f"{strangers} in: {outcome.text}"


@pytest.mark.parametrize(("intent", "language", "question"), [case for case in CASES if case[0] != "small_talk"])
def test_every_follow_up_is_answered(assistant: Assistant, intent: str, language: str, question: str) -> None:
    """Nothing is offered that does not work."""
    first = assistant.ask(question)
    assert isinstance(first, Answer)
    for follow_up in first.follow_ups:
        conversation = sha256(f"{question}{follow_up}".encode()).hexdigest()
        assistant.ask(question, conversation)
        assert isinstance(assistant.ask(follow_up, conversation), Answer), follow_up


def test_asked_twice_the_answer_is_the_same_to_the_byte(demo_db: Path, assistant: Assistant) -> None:
    """Another process of the mind: a second assistant on the same data says exactly the same."""
    other = Assistant.open(demo_db, encoder=assistant.encoder)
    try:
        for question in ("who are our best ten customers", "各品类销售额", "show orders per month since last year"):
            assert json.dumps(plain(assistant.ask(question))) == json.dumps(plain(other.ask(question)))
    finally:
        other.close()


def test_fifty_threads_get_what_one_gets(demo_db: Path, assistant: Assistant) -> None:
    """Questions asked at once are answered as one after the other, and conversations do not mix."""
    cases = [(question, f"thread-{n}") for n, (_, _, question) in enumerate(CASES)][:40] + [
        (city, f"pair-{n}") for n, city in enumerate(("revenue in Leeds last year", "revenue in York last year") * 5)
    ]
    alone = [plain(assistant.ask(question)) for question, _ in cases]
    fresh = Assistant.open(demo_db, encoder=assistant.encoder)
    try:
        with ThreadPoolExecutor(50) as pool:
            together = list(pool.map(lambda case: plain(fresh.ask(*case)), cases))
    finally:
        fresh.close()
    assert together == alone


HOSTILE = [
    "", "   ", "?", "🙂🙂🙂", "x" * 10_000, "客户" * 5_000, "'; DROP TABLE orders; --", "<script>alert(1)</script>", "{{ 7 * 7 }}",
    "revenue in ' OR 1=1 --", "\x00\x01\x02", "％００", "NULL", "../../etc/passwd", "revenue\u202eby region", "a\ud800b",
]


@pytest.mark.parametrize("question", HOSTILE)
def test_hostile_text_gets_a_polite_outcome(assistant: Assistant, question: str) -> None:
    outcome = assistant.ask(question)
    assert isinstance(outcome, OUTCOMES), outcome
    assert outcome.text


PIECES = st.sampled_from([
    "revenue", "orders", "by", "region", "last", "month", "in", "Leeds", "top", "10", "customers", "who", "over", "500", "not", "and", "销售额", "按", "地区",
    "上个月", "前", "十", "客户", "为什么", "那", "呢", "churn", "forecast", "?", "，", "2025", "-1", "1e9", "%", "null", "only", "compare", "vs", "last year", "去年",
])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=9).map(" ".join)), st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=4).map(" ".join)))
def test_whatever_is_typed_nothing_breaks(assistant: Assistant, first: str, then: str) -> None:
    """Any text and any second turn end in an outcome, never in a fault."""
    for text in (first, then):
        outcome = assistant.ask(text, "fuzz")
        assert not isinstance(outcome, Failed), text


def test_questions_leave_the_data_alone(demo_db: Path, assistant: Assistant) -> None:
    """The file is the same, byte for byte, after questions of every kind."""
    before = sha256(demo_db.read_bytes()).hexdigest()
    for question in ("'; DELETE FROM orders; --", "drop the customers table", *(q for q, _ in list(QUESTIONS.values())[:6])):
        assistant.ask(question)
    assert sha256(demo_db.read_bytes()).hexdigest() == before


def test_a_place_that_is_not_in_the_data_is_named_and_not_ignored(assistant: Assistant) -> None:
    """Revenue of everybody would be a wrong answer to revenue in Zurich."""
    outcome = assistant.ask("how much revenue did we make in Zurich last year")
    assert isinstance(outcome, NoData)
    assert "Zurich" in outcome.text


def test_what_is_not_built_says_so(assistant: Assistant) -> None:
    outcome = assistant.ask("cluster our customers with k-means")
    assert isinstance(outcome, Declined)
    assert outcome.reason == "not_built"


def test_two_cities_have_two_answers(assistant: Assistant) -> None:
    leeds, york = assistant.ask("revenue in Leeds last year"), assistant.ask("revenue in York last year")
    assert isinstance(leeds, Answer)
    assert isinstance(york, Answer)
    assert leeds.facts["value"] != york.facts["value"]


def test_an_alias_is_the_value(assistant: Assistant) -> None:
    """上海 is the data's Shanghai, 咖啡 its coffee."""
    english, chinese = assistant.ask("revenue from coffee in Shanghai last year"), assistant.ask("去年上海咖啡的销售额")
    assert isinstance(english, Answer)
    assert isinstance(chinese, Answer)
    assert english.facts["value"] == chinese.facts["value"]
