"""One file for any number of processes and threads; what goes wrong with it is a plain error, and nothing half-written."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant import settings
from assistant.answer import LANGUAGES
from assistant.answering.problems import problem_of
from assistant.workspace import Conversations, Workspace, WorkspaceError, audit
from assistant.workspace.errors import WORKSPACE_ERRORS
from assistant.workspace.schema import STEPS
from tests.assistant.kept import greeting

WRITER = """
import sys
from pathlib import Path
from assistant.workspace import Conversations, Workspace
from tests.assistant.kept import greeting
path, name = Path(sys.argv[1]), sys.argv[2]
kept = greeting()
sys.stdin.readline()
mine = Conversations(Workspace(path), "ann")
for number in range(20):
    mine.append(sys.argv[3], f"{name} {number}", kept, None)
own = mine.start("shop", name)
"""


def code_of(fault: pytest.ExceptionInfo[WorkspaceError]) -> str:
    return fault.value.code


def test_it_stands_in_the_folder_of_this_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path / "mine"))
    assert settings.workspace_path() == tmp_path / "mine" / "workspace.sqlite3"
    opened = Workspace()
    assert Conversations(opened, "ann").listed() == ()
    assert opened.path.is_file()
    opened.close()


def test_it_keeps_a_write_ahead_log_and_is_nobody_elses_to_read(workspace: Workspace) -> None:
    with workspace.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(STEPS)
    assert stat.S_IMODE(workspace.path.stat().st_mode) == 0o600


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path, root = tmp_path / "workspace.sqlite3", Path(__file__).parents[3]
    seed = Workspace(path)
    shared = Conversations(seed, "ann").start("shop", "shared")
    seed.close()
    names = ("red", "blue")
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, shared.id], cwd=root, stdin=subprocess.PIPE, text=True)
        for name in names
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.close()
    assert [writer.wait(120) for writer in writers] == [0, 0]
    opened = Workspace(path)
    mine = Conversations(opened, "ann")
    turns = mine.turns(shared.id)
    assert [turn.position for turn in turns] == list(range(40))
    for name in names:
        assert [turn.question for turn in turns if turn.question.startswith(name)] == [f"{name} {number}" for number in range(20)]
    assert {c.title for c in mine.listed()} == {"shared", *names}
    opened.close()


def test_threads_that_open_a_new_file_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each thread has a handle of its own, as each process would."""
    path, faults, start = tmp_path / "workspace.sqlite3", list[BaseException](), threading.Barrier(6)

    def write() -> None:
        start.wait()
        opened = Workspace(path)
        try:
            for _ in range(5):
                audit.note(opened, "ann", "knock")
        except WorkspaceError as fault:
            faults.append(fault)
        opened.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    opened = Workspace(path)
    assert (faults, len(audit.lines(opened))) == ([], 30)
    opened.close()


def test_threads_may_share_one_handle(workspace: Workspace) -> None:
    mine = Conversations(workspace, "ann")
    made = mine.start("shop")

    def write() -> None:
        for _ in range(5):
            mine.append(made.id, "hello", greeting(), None)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [turn.position for turn in mine.turns(made.id)] == list(range(20))


def test_a_later_version_takes_over_what_is_there_and_an_earlier_one_then_refuses(workspace: Workspace) -> None:
    made = Conversations(workspace, "ann").start("shop", "kept")
    workspace.close()
    newer = Workspace(workspace.path, steps=(*STEPS, ("ALTER TABLE conversations ADD COLUMN colour TEXT",)))
    with newer.reading() as connection:
        assert [(row["id"], row["colour"]) for row in connection.execute("SELECT id, colour FROM conversations")] == [(made.id, None)]
    newer.close()
    with pytest.raises(WorkspaceError) as fault:
        Conversations(workspace, "ann").listed()
    assert (code_of(fault), fault.value.details["found"], fault.value.details["known"]) == ("workspace_newer", len(STEPS) + 1, len(STEPS))


def test_a_step_that_fails_changes_nothing(workspace: Workspace) -> None:
    Conversations(workspace, "ann").start("shop", "kept")
    workspace.close()
    broken = Workspace(workspace.path, steps=(*STEPS, ("ALTER TABLE turns ADD COLUMN colour TEXT", "ALTER TABLE nowhere ADD COLUMN x TEXT")))
    with pytest.raises(WorkspaceError, match="workspace_broken"):
        Conversations(broken, "ann").listed()
    assert [c.title for c in Conversations(workspace, "ann").listed()] == ["kept"]
    with workspace.reading() as connection:
        assert "colour" not in {row["name"] for row in connection.execute("PRAGMA table_info(turns)")}


def test_another_process_that_does_not_let_go_is_told(workspace: Workspace) -> None:
    mine = Conversations(workspace, "ann")
    made = mine.start("shop")
    other = sqlite3.connect(workspace.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkspaceError) as fault:
        mine.append(made.id, "hello", greeting(), None)
    assert code_of(fault) == "workspace_busy"
    assert mine.turns(made.id) == ()
    other.execute("ROLLBACK")
    other.close()
    assert mine.append(made.id, "hello", greeting(), None).position == 0


def test_who_reads_does_not_wait_for_who_writes_and_sees_what_is_done(workspace: Workspace) -> None:
    mine = Conversations(workspace, "ann")
    made = mine.start("shop", "one")
    with ThreadPoolExecutor(1) as other, workspace.writing() as connection:
        connection.execute("UPDATE conversations SET title = 'two'")
        assert other.submit(mine.get, made.id).result(timeout=20).title == "one"
    assert mine.get(made.id).title == "two"


def test_readers_of_a_closed_workspace_open_it_again(workspace: Workspace) -> None:
    mine = Conversations(workspace, "ann")
    made = mine.start("shop", "one")
    with workspace.reading():
        workspace.close()
    assert mine.get(made.id).title == "one"


def test_a_full_disk_is_told_and_what_was_there_stays(workspace: Workspace) -> None:
    mine = Conversations(workspace, "ann")
    made = mine.start("shop")
    with workspace.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(WorkspaceError) as fault:
        mine.append(made.id, "long " * 10_000, greeting(), None)
    assert code_of(fault) == "workspace_full"
    assert mine.turns(made.id) == ()
    assert [c.id for c in mine.listed()] == [made.id]


def test_a_file_that_may_only_be_read_can_be_read_and_refuses_writing(workspace: Workspace) -> None:
    mine = Conversations(workspace, "ann")
    made = mine.start("shop", "one")
    with workspace.writing() as connection:
        connection.execute("PRAGMA query_only = ON")
    with pytest.raises(WorkspaceError) as fault:
        mine.rename(made.id, "two")
    assert code_of(fault) == "workspace_unwritable"
    assert mine.get(made.id).title == "one"


@pytest.mark.parametrize("place", ["under_a_file", "a_folder", "no_database"])
def test_a_place_that_cannot_hold_it_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("something else, and long enough to be read as the head of a database " * 20)
    path = {"under_a_file": tmp_path / "file" / "workspace.sqlite3", "a_folder": tmp_path, "no_database": tmp_path / "file"}[place]
    with pytest.raises(WorkspaceError) as fault:
        Conversations(Workspace(path), "ann").start("shop")
    assert code_of(fault) == ("workspace_broken" if place == "no_database" else "workspace_unwritable")
    assert (tmp_path / "file").read_text().startswith("something else")


def test_every_error_is_worded_in_both_languages() -> None:
    for code, names in WORKSPACE_ERRORS.items():
        fault = WorkspaceError(code, "/home/ann/workspace.sqlite3", **dict.fromkeys(names, "x"))
        english, chinese = (problem_of(fault, language) for language in LANGUAGES)
        assert english != chinese
        assert code not in english
        assert english.endswith(".")
        assert chinese.endswith("。")


def test_the_audit_tells_who_did_what_the_newest_first(workspace: Workspace) -> None:
    assert audit.lines(workspace) == ()
    audit.note(workspace, "ann", "export", "c1", {"rows": 3, "format": "csv"})
    audit.note(workspace, "王芳", "sign_in")
    second, first = audit.lines(workspace)
    assert (first.actor, first.action, first.subject, first.details) == ("ann", "export", "c1", {"rows": 3, "format": "csv"})
    assert (second.actor, second.details, second.at > first.at) == ("王芳", {}, True)
    assert len(audit.lines(workspace, most=1)) == 1


def test_what_fails_within_a_transaction_is_undone_as_a_whole(workspace: Workspace) -> None:
    def fail() -> None:
        with workspace.writing() as connection:
            audit.add(connection, workspace.now(), "ann", "export", "", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert audit.lines(workspace) == ()
