"""Teaching on the command line: taken in, used by `ask` at once, exported; and the test cases of the mistake book."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant import cli
from assistant.answer import Declined, Request
from assistant.workspace import Conversations, Mistakes, Workspace
from assistant.workspace.database import data_key


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ASKWELL_LANG", "en")
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def test_asking_makes_no_workspace_and_uses_the_one_that_is_there(demo_db: Path, home: Path, tmp_path: Path) -> None:
    before = json.loads(run("ask", "GTV by region", "--json", "--db", str(demo_db)).stdout)
    assert before["slots"].get("metric") != "revenue"
    assert not (home / "workspace.sqlite3").exists()
    given = tmp_path / "given.jsonl"
    given.write_text('{"said": "GTV", "sort": "metric", "name": "revenue"}\n{"said": "the", "sort": "metric", "name": "revenue"}\nnonsense\n')
    taken = run("taught", "--db", str(demo_db), "--import", str(given))
    assert taken.exit_code == cli.Exit.BAD_INPUT
    assert "1 new meaning taken in. Not taken: given.jsonl:3; the." in taken.stdout
    out = json.loads(run("ask", "GTV by region", "--json", "--db", str(demo_db)).stdout)
    assert (out["intent"], out["slots"]["metric"]) == ("metric_breakdown", "revenue")
    assert [(token["text"], token.get("taught")) for token in out["receipt"]["tokens"]] == [("GTV", True), ("region", None)]
    exported = tmp_path / "out.jsonl"
    assert run("taught", "--db", str(demo_db), "--export", str(exported)).exit_code == cli.Exit.DONE
    assert [json.loads(line)["said"] for line in exported.read_text(encoding="utf-8").splitlines()] == ["GTV"]


def test_nothing_taught_and_no_mistakes_are_said_and_make_no_file(demo_db: Path, home: Path) -> None:
    assert "Nothing was taught" in run("taught", "--db", str(demo_db)).stdout
    assert "0 mistakes open, 0 test cases" in run("mistakes", "--db", str(demo_db)).stdout
    assert not (home / "workspace.sqlite3").exists()


def test_test_cases_are_exported_as_lines_that_the_evaluation_reads(demo_db: Path, tmp_path: Path) -> None:
    workspace = Workspace()
    ann = Conversations(workspace, "ann")
    kept = Declined(Request("", {}, "en", 0.0, (), (), {}, "how is the weather in Paris"), "no", reason="out_of_scope")
    ann.append(ann.start(str(demo_db)).id, kept.request.question, kept, None)
    book = Mistakes(workspace, data_key(demo_db))
    (one,) = book.listed()
    book.make_case(one.id, None, {}, "ann")
    workspace.close()
    out = tmp_path / "cases.jsonl"
    told = run("mistakes", "--db", str(demo_db), "--export", str(out))
    assert "0 mistakes open, 1 test case made of them." in told.stdout
    judged = json.loads(run("eval", str(out), "--json", "--db", str(demo_db)).stdout)
    assert judged["overall"]["out_of_scope_declined"] == {"share": 1.0, "questions": 1}


def test_a_file_that_cannot_be_written_is_a_sentence(demo_db: Path, tmp_path: Path) -> None:
    told = run("mistakes", "--db", str(demo_db), "--export", str(tmp_path / "no" / "cases.jsonl"))
    assert told.exit_code == cli.Exit.BAD_INPUT
    assert "Traceback" not in told.stderr
