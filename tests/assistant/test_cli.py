"""The command line: results on stdout, everything else on stderr, exit codes that scripts can trust."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from analytics.shop import Shop
from assistant import answering, cli
from assistant.answer import Answer, Outcome, Request
from assistant.ask import Timed
from assistant.understanding import catalogue

ORDERS = "order_id,customer_id,ordered_at,status\n1,ann,2026-03-02 10:00,completed\n2,bob,2026-03-05 11:00,completed\n"
LINES = "order_id,product_id,quantity,unit_price\n1,tea,2,5.00\n2,mug,1,10.00\n"
SHOP = Shop.unbound(date(2026, 11, 17))


class FakeAssistant:
    """Answers "hello", declines the weather, breaks on "boom"."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, str]] = []

    def ask_timed(self, question: str, conversation_id: str | None = None, language: str = "auto") -> Timed:
        self.asked.append((question, conversation_id, language))
        return Timed(self._outcome(question, "zh" if language == "zh" else "en"), {"total": 1.0})

    def _outcome(self, question: str, language: Any) -> Outcome:
        request = Request("small_talk", {}, language, 0.9, (), (), {}, question)
        if question == "boom":
            return answering.failed(request, "f00")
        if "weather" in question:
            return answering.declined(request, "out_of_scope", SHOP)
        return answering.help_answer(request, catalogue.load()["small_talk"], SHOP)

    def understand(self, question: str, conversation_id: str | None = None, language: str = "auto") -> Any:
        self.asked.append((question, conversation_id, language))
        return self._outcome(question, "en")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeAssistant:
    assistant = FakeAssistant()
    monkeypatch.setattr(cli, "opened", lambda db, today: assistant)
    return assistant


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKWELL_LANG", "en")
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path / "home"))


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), input=stdin)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_exit_code_says_whether_the_question_was_answered(fake: FakeAssistant) -> None:
    assert run("ask", "hello").exit_code == cli.Exit.DONE
    assert run("ask", "the weather").exit_code == cli.Exit.NOT_ANSWERED
    assert run("ask", "boom").exit_code == cli.Exit.FAULT


def test_an_answer_in_the_terminal_starts_with_the_headline(fake: FakeAssistant) -> None:
    result = run("ask", "hello", "--lang", "zh")
    assert result.stdout.startswith("您好")
    assert "数据截至2026年11月17日" in result.stdout
    assert fake.asked == [("hello", None, "zh")]


def test_json_is_one_line_of_the_contract(fake: FakeAssistant) -> None:
    (out,) = lines(run("ask", "hello", "--json"))
    assert (out["status"], out["question"], out["id"]) == ("answered", "hello", None)


def test_jsonl_answers_every_line_in_order_with_its_id_and_conversation(fake: FakeAssistant) -> None:
    given = [{"id": "a", "question": "hello"}, {"id": 7, "question": "the weather", "conversation": "c1"}, {"question": "boom"}]
    result = run("ask", "--jsonl", stdin="\ufeff" + "\n\n".join(json.dumps(line) for line in given))
    assert result.exit_code == cli.Exit.DONE
    assert [(out["id"], out["status"]) for out in lines(result)] == [("a", "answered"), (7, "declined"), (None, "error")]
    assert fake.asked[1] == ("the weather", "c1", "auto")


def test_a_bad_line_gets_a_record_of_its_own_and_the_others_are_answered(fake: FakeAssistant) -> None:
    result = run("ask", "--jsonl", stdin='nonsense\n{"id": "b", "question": 5}\n{"id": "c", "question": "hello"}\n')
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert [(out["id"], out["status"]) for out in lines(result)] == [(None, "error"), ("b", "error"), ("c", "answered")]
    assert "Line 1: not a JSON object." in result.stderr
    assert "Line 2: question is missing or not text." in result.stderr


def test_characters_survive_and_lone_surrogates_do_no_harm(fake: FakeAssistant) -> None:
    result = run("ask", "--jsonl", stdin='{"question": "你好 😀"}\n{"question": "\\ud800"}\n')
    assert [out["question"] for out in lines(result)] == ["你好 😀", "?"]


def test_understand_gives_one_line_per_question(fake: FakeAssistant) -> None:
    result = run("understand", "--jsonl", stdin='{"id": 1, "question": "hello", "conversation": 3}\n')
    assert (result.exit_code, lines(result)[0]["intent"], fake.asked) == (cli.Exit.DONE, "small_talk", [("hello", "3", "auto")])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask",), "No question was given"),
        (("ask", "hi", "--lang", "fr"), "auto, en or zh"),
        (("versions", "--db", "/nowhere/x.duckdb"), "There is no data set at /nowhere/x.duckdb"),
        (("nonsense",), "No such command"),
        (("load", "/nowhere/x.csv", "--db", "x.duckdb"), "there is no such file"),
        (("eval", "/nowhere/x.jsonl"), "there is no such file"),
    ],
)
def test_bad_usage_is_told_on_stderr_and_nothing_on_stdout(
    fake: FakeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert message in result.stderr
    assert result.stdout == ""


def test_a_bad_date_is_told() -> None:
    result = run("ask", "hello", "--today", "yesterday", "--db", "x.duckdb")
    assert (result.exit_code, result.stdout) == (cli.Exit.BAD_INPUT, "")
    assert "yesterday is no date" in result.stderr


def test_messages_follow_the_terminals_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASKWELL_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "处没有数据集" in run("versions", "--db", "/nowhere/x.duckdb").stderr


def test_a_fault_of_ours_has_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(db: Any, today: Any) -> Any:
        raise RuntimeError("oh")

    monkeypatch.setattr(cli, "opened", broken)
    assert run("ask", "hello").exit_code == cli.Exit.FAULT


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    for name, text in (("orders", ORDERS), ("order_lines", LINES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    db = tmp_path / "shop.duckdb"
    result = run("load", str(tmp_path / "orders.csv"), str(tmp_path / "order_lines.csv"), "--db", str(db), "--currency", "EUR")
    assert result.exit_code == cli.Exit.DONE, result.stderr
    assert "5 March 2026" in result.stdout
    assert "Currency EUR" in result.stdout
    return db


def test_a_load_prints_a_report_that_a_program_can_read(loaded: Path) -> None:
    (out,) = lines(run("load", str(loaded.parent / "orders.csv"), str(loaded.parent / "order_lines.csv"), "--db", str(loaded), "--json"))
    assert out["tables"]["orders"] == 2
    assert out["as_of"] == "2026-03-05"
    assert {mapping["table"] for mapping in out["mappings"]} == {"orders", "order_lines"}


def test_an_appended_load_keeps_the_settings_and_a_version_can_be_restored(loaded: Path) -> None:
    more = loaded.parent / "more" / "orders.csv"
    more.parent.mkdir()
    more.write_text(ORDERS.replace("\n2,", "\n3,").replace("2026-03-05", "2026-04-05"), encoding="utf-8")
    before = run("versions", "--db", str(loaded)).stdout
    result = run("load", str(more), "--append", "--db", str(loaded), "--json")
    assert result.exit_code == cli.Exit.DONE, result.stderr
    assert lines(result)[0]["settings"]["currency"] == "EUR"
    assert len(run("versions", "--db", str(loaded)).stdout.splitlines()) == len(before.splitlines()) + 1
    assert "5 March 2026" in run("restore", "1", "--db", str(loaded)).stdout
    assert run("restore", "99", "--db", str(loaded)).exit_code == cli.Exit.BAD_INPUT


def test_doctor_says_what_is_loaded_and_what_is_missing(loaded: Path) -> None:
    out = run("doctor", "--db", str(loaded), "--today", "2026-11-17").stdout
    assert "Not loaded: customers" in out
    assert "The data end on 5 March 2026, 257 days ago" in out


def test_doctor_on_nothing_says_how_to_make_a_data_set(tmp_path: Path) -> None:
    result = run("doctor", "--db", str(tmp_path / "none.duckdb"))
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert "askwell load FILE" in result.stdout


def test_a_demo_company_that_is_too_small_is_refused_with_the_least_number(tmp_path: Path) -> None:
    result = run("demo", "--db", str(tmp_path / "x.duckdb"), "--customers", "10")
    assert (result.exit_code, result.stdout) == (cli.Exit.BAD_INPUT, "")
    assert "200" in result.stderr


def test_the_demo_commands_defaults_are_those_of_the_demo() -> None:
    from analytics.ingest.load import write_demo

    written, command = inspect.signature(write_demo).parameters, inspect.signature(cli.demo).parameters
    assert command["customers"].default == written["customers"].default
    assert command["seed"].default == written["seed"].default


def test_without_a_data_set_the_demo_company_is_built_once_and_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    from analytics.ingest import load

    real = load.write_demo
    monkeypatch.setattr(load, "write_demo", lambda path: real(path, 200))
    first, second = run("versions"), run("versions")
    assert "building the demo company" in first.stderr
    assert second.stderr == ""
    assert first.stdout == second.stdout


def test_sentiment_gives_a_line_per_text() -> None:
    result = run("sentiment", "--jsonl", stdin='{"id": 1, "text": "great, love it"}\n{"id": 2, "text": ""}\n')
    first, second = lines(result)
    assert (first["id"], first["label"], first["language"]) == (1, "positive", "en")
    assert second == {"id": 2, "label": "neutral", "score": 0.0, "language": "en", "mixed": False, "uncertain": False}
    assert all(-1 <= line["score"] <= 1 for line in (first, second))


def test_forecast_gives_as_many_steps_as_asked_within_their_interval() -> None:
    series = {"id": "s", "values": [10 + i % 4 for i in range(24)]}
    (out,) = lines(run("forecast", "--jsonl", "--horizon", "5", "--season", "4", stdin=json.dumps(series)))
    assert len(out["mean"]) == 5
    assert all(low <= mean <= high for low, mean, high in zip(out["lower"], out["mean"], out["upper"], strict=True))


@pytest.mark.parametrize("values", ["[]", '["x"]', "[NaN]", "5"])
def test_a_series_that_is_none_is_told_and_gets_an_empty_record(values: str) -> None:
    result = run("forecast", "--jsonl", "--horizon", "2", stdin=f'{{"id": "s", "values": {values}}}')
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert lines(result) == [{"id": "s", "mean": [], "lower": [], "upper": [], "method": None}]
    assert "Line 1" in result.stderr


def test_eval_counts_right_and_wrong(fake: FakeAssistant, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    questions = [{"question": "hello", "intent": "small_talk", "lang": "en"}, {"question": "hello", "intent": "capabilities", "lang": "en"}]
    file.write_text("\n".join(json.dumps(question) for question in questions), encoding="utf-8")
    (out,) = lines(run("eval", str(file), "--json"))
    assert out["overall"]["top1"] == {"share": 0.5, "questions": 2}
    assert out["confused"] == [{"label": "capabilities", "taken_for": "small_talk", "questions": 1}]
    assert "small_talk" in run("eval", str(file)).stdout


def test_the_version_is_printed_without_loading_anything_heavy() -> None:
    code = (
        "import sys; sys.argv = ['askwell', '--version']; from assistant import cli; cli.main();"
        "print(sorted({'pandas', 'ibis', 'duckdb', 'torch', 'streamlit', 'altair', 'jinja2', 'sklearn'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert out == [cli.version(), "[]"]


def test_an_answer_is_an_answer() -> None:
    """The fake of these tests gives what the real assistant gives."""
    assert isinstance(FakeAssistant().ask_timed("hello").outcome, Answer)
