"""The commands about users: what they say, what they ask, and that a password is never an argument."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant import cli, cli_users
from assistant.access import users

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ASKWELL_LANG", "en")
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(users, "_N", 2**10)
    monkeypatch.setattr(users, "_P", 1)
    return tmp_path / "home"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["user", *arguments], input=stdin)


def add(name: str, role: str, *options: str, password: str = PASSWORD) -> Result:
    return run("add", name, "--role", role, "--password-stdin", *options, stdin=f"{password}\n")


def test_a_user_is_added_listed_and_removed(home: Path) -> None:
    assert "No users." in run("list").stdout
    added = add("Ann", "owner")
    assert added.exit_code == cli.Exit.DONE
    assert str(home / "users.toml") in added.stdout
    add("王芳", "support")
    assert run("list").stdout.split("\n")[:2] == ["- Ann: owner", "- 王芳: support"]
    assert run("remove", "ann").stdout.startswith("Ann is removed")
    assert "Ann" not in run("list").stdout
    assert users.verified(users.read(home)["王芳"], PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "bob", "--role", "boss", "--password-stdin"), "boss is no role. Use one of owner, analyst, manager, support."),
        (("add", "a/b", "--role", "owner", "--password-stdin"), "a/b is no name"),
        (("add", "Ann", "--role", "owner", "--password-stdin"), "Use --replace"),
        (("remove", "bob"), "There is no user bob. Users: Ann."),
        (("add", "bob", "--role", "owner"), "Use --password-stdin"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(home: Path, arguments: tuple[str, ...], said: str) -> None:
    add("Ann", "owner")
    before = (home / "users.toml").read_bytes()
    result = run(*arguments, stdin=f"{PASSWORD}\n")
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert said in result.stderr
    assert result.stdout == ""
    assert (home / "users.toml").read_bytes() == before


def test_a_short_password_is_refused_and_not_repeated() -> None:
    result = add("ann", "owner", password="1234567")
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert "1234567" not in result.output
    assert "No users." in run("list").stdout


def test_replace_gives_another_role(home: Path) -> None:
    add("ann", "owner")
    assert add("ann", "analyst", "--replace", password="another horse").exit_code == cli.Exit.DONE
    assert users.read(home)["ann"].role == "analyst"


@pytest.mark.parametrize(("second", "exit_code"), [(PASSWORD, cli.Exit.DONE), ("another horse", cli.Exit.BAD_INPUT)])
def test_on_a_terminal_the_password_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, home: Path, second: str, exit_code: cli.Exit
) -> None:
    typed = iter([PASSWORD, second])
    prompts: list[str] = []

    def typing(prompt: str) -> str:
        prompts.append(prompt)
        return next(typed)

    monkeypatch.setattr(getpass, "getpass", typing)
    monkeypatch.setattr(cli_users, "_has_terminal", lambda: True)
    result = run("add", "ann", "--role", "owner")
    assert result.exit_code == exit_code
    assert prompts == ["Password: ", "The same password again: "]
    assert bool(users.read(home)) is (exit_code == cli.Exit.DONE)


def test_a_server_that_others_would_reach_says_which_command_makes_a_user(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["serve", "--db", str(tmp_path / "shop.duckdb"), "--host", "0.0.0.0"])
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert "askwell user add NAME --role owner" in result.stderr


def test_a_broken_settings_file_stops_the_server_with_every_problem(tmp_path: Path, home: Path) -> None:
    home.mkdir()
    (home / "askwell.toml").write_text('default_role = "boss"\nsession_hours = 0\n', encoding="utf-8")
    result = CliRunner().invoke(cli.app, ["serve", "--db", str(tmp_path / "shop.duckdb")])
    assert result.exit_code == cli.Exit.BAD_INPUT
    assert len(result.stderr.strip().splitlines()) == 3
