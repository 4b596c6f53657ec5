"""One question at a time is answered by a running server, and nobody can tell by what is printed.

The server is a real one, on a free port of this machine; its door opens to who started it and to nobody else.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from typer.testing import CliRunner, Result

from assistant import cli, cli_server
from assistant.access import door
from assistant.access.door import ASK, Door
from assistant.ask import Assistant
from assistant.local_api import may_ask
from assistant.version import version

ANSWERED, DECLINED = "revenue by country in 2025", "what is the weather in Paris"


@dataclass(frozen=True)
class Server:
    """A server that runs: the folder of its files, its data set, and its door as its file says."""

    home: Path
    db: Path
    door: Door
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, db: Path) -> Iterator[Server]:
    command = [sys.executable, "-m", "assistant.cli", "serve", "--db", str(db), "--port", str(free_port())]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "ASKWELL_HOME": str(home)})
        try:
            yield Server(home, db, waited_for(home, db, process), process)
        finally:
            process.terminate()
            process.wait(30)


def waited_for(home: Path, db: Path, process: subprocess.Popen[bytes]) -> Door:
    for _ in range(600):
        assert process.poll() is None, (home / "log").read_text(errors="replace")
        found = door.find(home, db, version())
        if found is not None and cli_server._there(found):
            return found
        time.sleep(0.2)
    raise AssertionError((home / "log").read_text(errors="replace"))


@pytest.fixture(scope="module")
def server(demo_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home"), demo_db) as running:
        yield running


@pytest.fixture
def no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command cannot answer by itself."""

    def opened(*_: Any) -> Any:
        raise AssertionError("the command opened the data set itself")

    monkeypatch.setattr(cli, "opened", opened)


def run(server: Server, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("ASKWELL_HOME", str(server.home))
    monkeypatch.setenv("ASKWELL_LANG", "en")
    return CliRunner().invoke(cli.app, ["ask", *arguments, "--db", str(server.db)])


def untimed(line: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(line).items() if key != "timing_ms"}


@pytest.mark.usefixtures("no_other")
@pytest.mark.parametrize(("question", "code"), [(ANSWERED, cli.Exit.DONE), (DECLINED, cli.Exit.NOT_ANSWERED), ("今年各国的销售额", cli.Exit.DONE)])
def test_the_server_answers_with_the_json_and_exit_code_of_the_command(
    server: Server, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, question: str, code: int
) -> None:
    result = run(server, monkeypatch, question, "--json")
    assert result.exit_code == code
    (line,) = result.stdout.splitlines()
    assert untimed(line) == untimed(json.dumps(assistant.ask(question).to_json()))
    assert list(json.loads(line)) == list(assistant.ask(question).to_json())


@pytest.mark.usefixtures("no_other")
def test_text_and_language_are_those_of_the_command_too(server: Server, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.terminal import present

    assert run(server, monkeypatch, ANSWERED, "--lang", "zh").stdout == present(assistant.ask(ANSWERED, None, "zh")) + "\n"


def test_without_the_server_the_command_says_the_same(
    server: Server, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_server = run(server, monkeypatch, ANSWERED, "--json")
    monkeypatch.setattr(cli, "opened", lambda db, today: assistant)
    by_itself = run(replace(server, home=tmp_path), monkeypatch, ANSWERED, "--json")
    assert (untimed(by_itself.stdout), by_itself.exit_code) == (untimed(by_server.stdout), by_server.exit_code)


@pytest.mark.parametrize("arguments", [("--today", "2026-01-01"), ("--jsonl",)])
def test_another_clock_and_a_batch_are_the_commands_own(
    server: Server, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(cli_server, "answered", lambda *_: pytest.fail("the server was asked"))
    monkeypatch.setattr(cli, "opened", lambda db, today: pytest.skip("the command answers"))
    with pytest.raises(pytest.skip.Exception):
        raise (run(server, monkeypatch, ANSWERED, *arguments).exception or AssertionError("nobody was asked"))


# the door


def answered(server: Server, **changes: Any) -> cli_server.Reply | None:
    """What the command gets from the server when its file says something else."""
    found = replace(server.door, **changes)
    folder = server.home / f"other-{found.token[:8]}-{found.port}"
    with door.opened(found, folder):
        return cli_server.answered(ANSWERED, "auto", server.db, folder)


def test_the_file_is_its_owners_alone(server: Server) -> None:
    (file,) = (server.home / "servers").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (server.door.address, server.door.pid, server.door.data_set) == ("127.0.0.1", server.process.pid, str(server.db.resolve()))


def test_the_file_as_it_is_leads_to_the_server(server: Server) -> None:
    found = answered(server)
    assert found is not None
    assert found.status == "answered"


def test_what_is_no_longer_so_leads_nowhere(server: Server) -> None:
    assert answered(server, port=free_port()) is None
    assert answered(server, version="0.0.0-other") is None
    assert answered(server, data_set=str(server.home / "other.duckdb")) is None
    assert answered(server, address="192.0.2.1") is None


def test_another_program_at_the_address_is_told_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = cli_server._asked

    def noted(found: Door, method: str, path: str, *rest: Any) -> dict[str, Any]:
        asked.append(path)
        return real(found, method, path, *rest)

    monkeypatch.setattr(cli_server, "_asked", noted)
    assert answered(server, token="that of an earlier run") is None
    assert asked == ["/healthz"]


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"address": 1}', '{"port": null}'])
def test_a_broken_file_leads_nowhere(server: Server, tmp_path: Path, text: str) -> None:
    path = door._path(tmp_path, str(server.db.resolve()))
    door._write(path, text)
    assert door.find(tmp_path, server.db, version()) is None


def test_a_file_that_others_can_read_or_write_leads_nowhere(server: Server, tmp_path: Path) -> None:
    path = door._path(tmp_path, server.door.data_set)
    door._write(path, json.dumps(asdict(server.door)))
    assert door.find(tmp_path, server.db, version()) == server.door
    path.chmod(0o644)
    assert door.find(tmp_path, server.db, version()) is None


def status(server: Server, body: str | None = None, **headers: str) -> int:
    connection = http.client.HTTPConnection(server.door.address, server.door.port, timeout=60)
    given = {"Authorization": f"Bearer {server.door.token}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", ASK, body if body is not None else json.dumps({"question": DECLINED}), given)
    reply = connection.getresponse()
    reply.read()
    connection.close()
    return reply.status


def test_only_who_holds_the_token_is_answered(server: Server) -> None:
    assert status(server) == 200
    for wrong in ("", "Bearer", "Bearer wrong", f"Basic {server.door.token}", f"Bearer {server.door.token}x"):
        assert status(server, Authorization=wrong) == 403


def test_no_browser_no_proxy_and_no_foreign_name_gets_in_even_with_the_token(server: Server) -> None:
    here = f"http://127.0.0.1:{server.door.port}"
    for headers in (
        {"Host": "evil.example"}, {"Host": f"evil.example:{server.door.port}"}, {"Origin": "https://evil.example"}, {"Origin": here},
        {"Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "cross-site"}, {"X_Forwarded_For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"},
    ):
        assert status(server, **headers) == 403, headers


@pytest.mark.parametrize("body", ["", "nonsense", "[]", '{"question": 5}', '{"question": "x", "language": "fr"}'])
def test_a_bad_request_is_told_so(server: Server, body: str) -> None:
    assert status(server, body=body) == 400


def request(client: str, headers: Mapping[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": ASK, "headers": raw, "client": (client, 50_000)})


def test_nobody_from_elsewhere_is_answered() -> None:
    found = Door("127.0.0.1", 8501, 1, "/x", "1", "secret")
    headers = {"authorization": "Bearer secret", "host": "127.0.0.1:8501"}
    assert may_ask(request("127.0.0.1", headers), found)
    assert not may_ask(request("192.0.2.7", headers), found)


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("192.0.2.7", None), ("askwell.example", None)],
)
def test_a_door_is_on_this_machine_or_there_is_none(host: str, address: str | None) -> None:
    found = door.door(host, 8501, Path("x.duckdb"), "1")
    assert (found.address if found else None) == address


def test_a_door_is_closed_at_the_end_and_that_of_a_later_server_stays(tmp_path: Path) -> None:
    first, later = (door.door("127.0.0.1", port, Path("x.duckdb"), "1") for port in (8501, 8502))
    with door.opened(first, tmp_path):
        assert door.find(tmp_path, Path("x.duckdb"), "1") == first
        with door.opened(later, tmp_path):
            pass
        assert door.find(tmp_path, Path("x.duckdb"), "1") is None
        door._write(door._path(tmp_path, str(Path("x.duckdb").resolve())), json.dumps(asdict(later)))  # type: ignore[call-overload]
    assert door.find(tmp_path, Path("x.duckdb"), "1") == later


def test_a_server_that_is_stopped_takes_its_file_away(server: Server) -> None:
    server.process.terminate()
    server.process.wait(30)
    assert list((server.home / "servers").iterdir()) == []
    assert cli_server.answered(ANSWERED, "auto", server.db, server.home) is None
