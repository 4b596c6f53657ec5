"""One answer as one file: written as a whole or not at all, and nothing of somebody else's is overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant import cli
from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.sharing import page
from tests.assistant.kept import SHOP, greeting
from tests.assistant.test_cli import FakeAssistant


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKWELL_LANG", "en")
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path / "home"))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeAssistant:
    assistant = FakeAssistant()
    assistant.shop = SHOP  # type: ignore[attr-defined]
    monkeypatch.setattr(cli, "opened", lambda db, today: assistant)
    return assistant


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["snapshot", *arguments])


def test_an_answer_becomes_one_file_with_the_permissions_of_any_file(fake: FakeAssistant, tmp_path: Path) -> None:
    out = tmp_path / "hello.html"
    result = run("hello", "--out", str(out))
    assert result.exit_code == cli.Exit.DONE
    assert result.stdout.startswith(f"Wrote {out}: Hello!")
    assert out.read_text(encoding="utf-8") == page.page(greeting(), with_sql=False)
    assert [path.name for path in tmp_path.glob("*.html*")] == ["hello.html"]
    assert list(tmp_path.glob(".*")) == []
    (tmp_path / "other").write_text("x")
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_the_language_asked_for_comes_first(fake: FakeAssistant, tmp_path: Path) -> None:
    assert run("hello", "--lang", "zh", "--out", str(tmp_path / "a.html")).exit_code == cli.Exit.DONE
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<html lang="zh-CN">')


@pytest.mark.parametrize(("question", "code"), [("the weather", cli.Exit.NOT_ANSWERED), ("boom", cli.Exit.FAULT)])
def test_what_is_not_answered_is_told_and_writes_no_file(fake: FakeAssistant, tmp_path: Path, question: str, code: cli.Exit) -> None:
    result = run(question, "--out", str(tmp_path / "a.html"))
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.strip()
    assert list(tmp_path.glob("*.html")) == []


def test_a_page_of_ours_is_replaced_and_it_says_so(fake: FakeAssistant, tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    out.write_text(page.page(greeting("hello, once more"), with_sql=False), encoding="utf-8")
    assert run("hello", "--out", str(out)).stdout.startswith(f"Replaced {out}")
    assert "once more" not in out.read_text(encoding="utf-8")


def test_any_other_file_is_left_alone_unless_forced(fake: FakeAssistant, tmp_path: Path) -> None:
    out = tmp_path / "thesis.html"
    out.write_text("<p>mine</p>")
    result = run("hello", "--out", str(out))
    assert (result.exit_code, result.stdout, out.read_text()) == (cli.Exit.BAD_INPUT, "", "<p>mine</p>")
    assert "is there already and is no page of Askwell" in result.stderr
    assert fake.asked == []
    assert run("hello", "--force", "--out", str(out)).exit_code == cli.Exit.DONE
    assert "Hello!" in out.read_text()


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(
    fake: FakeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.html"
    assert run("hello", "--out", str(out)).exit_code == cli.Exit.DONE
    before = out.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("hello there", "--out", str(out))
    assert (result.exit_code, result.stdout) == (cli.Exit.BAD_INPUT, "")
    assert f"There is no room left to write {out}." in result.stderr
    assert out.read_bytes() == before
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hello",), "--out"), (("--out", "a.html"), "Missing argument 'question'"), (("hello", "--out", "."), "is a directory"),
        (("hello", "--out", "nowhere/a.html"), "nowhere/a.html cannot be written ([Errno 2] No such file or directory)"),
        (("hello", "--out", "a.html", "--lang", "fr"), "auto, en or zh"),
    ],
)
def test_bad_usage_is_told_and_writes_nothing(
    fake: FakeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (cli.Exit.BAD_INPUT, "")
    assert message in " ".join(result.stderr.split())
    assert list(tmp_path.glob("*.html")) == []


def test_a_bad_date_is_told(tmp_path: Path) -> None:
    result = run("hello", "--out", str(tmp_path / "a.html"), "--today", "yesterday", "--db", str(tmp_path / "x.duckdb"))
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert "yesterday is no date" in result.stderr


def test_the_sql_stands_in_it_only_where_it_is_asked_for(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "opened", lambda db, today: assistant)
    answer = assistant.ask("how much revenue did we make in March")
    assert isinstance(answer, Answer)
    for options, there in (((), False), (("--sql",), True)):
        out = tmp_path / f"{there}.html"
        assert run(answer.request.question, "--out", str(out), *options).exit_code == cli.Exit.DONE
        assert ("SELECT" in out.read_text(encoding="utf-8")) is there
