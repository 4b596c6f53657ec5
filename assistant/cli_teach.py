"""The commands about what was taught and about the mistake book: list, export as JSON lines, take in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.workspace import Workspace

teaching = typer.Typer(rich_markup_mode=None)

Db = Annotated[Path | None, typer.Option("--db", help="The data set. Default: the demo company, built on first use.")]


@teaching.command("mistakes")
def mistakes(
    db: Db = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the test cases to this file, for askwell eval.", dir_okay=False)
    ] = None,
) -> None:
    """The mistake book: how many entries are open, and the test cases that were made of them."""
    from assistant import cli
    from assistant.workspace import Mistakes, WorkspaceError
    from assistant.workspace.database import data_key

    with cli.guarded():
        book = Mistakes(_workspace(), data_key(cli.data_set(db)))
        try:
            open_ones, cases = (book.listed(), list(book.cases())) if book.workspace.path.exists() else ((), [])
        except WorkspaceError as fault:
            _stop(fault)
        if export is not None:
            _write(export, cases)
        typer.echo(cli.rendered("mistakes", open=len(open_ones), cases=len(cases), path=str(export) if export else ""))


@teaching.command("taught")
def taught(
    db: Db = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write what was taught to this file, as JSON lines.", dir_okay=False)
    ] = None,
    take_in: Annotated[
        Path | None, typer.Option("--import", help="Take in the JSON lines of such a file.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """What was taught about the data: words and questions with what they mean."""
    from assistant import cli
    from assistant.workspace import Teachings, WorkspaceError
    from assistant.workspace.database import data_key

    with cli.guarded():
        path = cli.data_set(db)
        kept = Teachings(_workspace(), data_key(path))
        try:
            new, refused = _taken_in(kept, path, take_in) if take_in is not None else (0, ())
            found = kept.listed() if kept.workspace.path.exists() else ()
        except WorkspaceError as fault:
            _stop(fault)
        if export is not None:
            _write(export, (teaching.to_json() for teaching in reversed(found)))
        rows = [(one.lesson.said, one.lesson.meaning.name, one.by) for one in found]
        file = str(export) if export else ""
        typer.echo(cli.rendered("taught", rows=rows, taken=take_in is not None, new=new, refused=refused, path=file))
    raise typer.Exit(cli.Exit.BAD_INPUT if refused else cli.Exit.DONE)


def _workspace() -> Workspace:
    from assistant.workspace import Workspace

    return Workspace()


def _taken_in(kept: Any, path: Path, file: Path) -> tuple[int, tuple[str, ...]]:
    """Takes in the lines of a file: how many are new, and what was refused."""
    from assistant import cli
    from assistant.ask import Assistant
    from assistant.lines import read
    from assistant.settings import message_language
    from assistant.teaching import taken_in
    from assistant.workspace.teachings import lesson_of

    lessons, bad = [], []
    for line in read(file.read_text(encoding="utf-8").splitlines(), {"said": str, "name": str}, message_language()):
        lesson = None if line.problem else lesson_of(line.record)
        if lesson is None:
            bad.append(f"{file.name}:{line.number}")
        else:
            lessons.append(lesson)
    assistant = Assistant.open(path)
    try:
        new, refused = taken_in(lessons, assistant.reader, kept, "")
    finally:
        assistant.close()
    for where in bad:
        cli.say(where)
    return new, (*bad, *(lesson.said for lesson in refused))


def _write(file: Path, records: Iterable[dict[str, Any]]) -> None:
    """Writes JSON lines; raises DataSetError where that is not possible."""
    from analytics.store.errors import write_error
    from assistant.lines import joined

    try:
        file.write_text(joined(records), encoding="utf-8", newline="\n")
    except OSError as fault:
        raise write_error(fault, file) from fault


def _stop(fault: Exception) -> Any:
    """Says what is wrong with the workspace, and ends."""
    from assistant import cli
    from assistant.answering.problems import problem_of
    from assistant.settings import message_language

    cli.say(problem_of(fault, message_language()))
    raise typer.Exit(cli.Exit.BAD_INPUT)
