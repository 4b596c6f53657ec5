"""The command line: reads input, calls the assistant, draws output. Results go to stdout, everything else to stderr.

Heavy modules are imported by the command that needs them, so that `askwell --version` is there at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from assistant.cli_snapshot import sharing
from assistant.cli_teach import teaching
from assistant.cli_themes import themes
from assistant.cli_users import users
from assistant.version import version

if TYPE_CHECKING:
    from datetime import date

    from assistant.answer import Language
    from assistant.ask import Assistant
    from assistant.cli_server import Reply


class Exit(IntEnum):
    """What the exit code says."""

    DONE = 0  #: answered; with --jsonl every line was handled
    NOT_ANSWERED = 1  #: asked back, declined, or the data cannot tell
    BAD_INPUT = 2  #: bad usage, a bad file, a bad line
    FAULT = 3  #: a fault of ours


app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(users, name="user")
app.add_typer(sharing)
app.add_typer(themes)
app.add_typer(teaching)

Db = Annotated[Path | None, typer.Option("--db", help="The data set. Default: the demo company, built on first use.")]
Today = Annotated[str | None, typer.Option("--today", help="Fixes the clock, as 2026-11-17. Default: the data's as-of date.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object per line, from standard input to standard output.")]
Lang = Annotated[str, typer.Option("--lang", help="auto, en or zh.")]


def main() -> None:
    """The entry point of the command."""
    if sys.argv[1:] == ["--version"]:
        typer.echo(version())
        return
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except BrokenPipeError:
        # The reader of a pipe has gone; there is nobody left to tell.
        sys.stderr.close()
        raise SystemExit(Exit.DONE) from None


@app.callback(invoke_without_command=True)
def _askwell(show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Asks customer data in English or Chinese: a true answer with a chart, a table and a receipt."""
    if show_version:
        typer.echo(version())
        raise typer.Exit(Exit.DONE)


def say(text: str) -> None:
    """A message to stderr."""
    typer.echo(text, err=True)


def stop(code: str, **details: Any) -> NoReturn:
    """Says what is wrong with the input, and ends."""
    from assistant.answering.problems import problem
    from assistant.settings import message_language

    say(problem(code, message_language(), **details))
    raise typer.Exit(Exit.BAD_INPUT)


@contextmanager
def guarded() -> Iterator[None]:
    """Turns what can go wrong into words and exit codes."""
    from analytics.ingest.errors import LoadError
    from analytics.store import DataSetError
    from assistant.access.errors import AccessError, words
    from assistant.answering.problems import problem_of
    from assistant.settings import message_language

    try:
        yield
    except (DataSetError, LoadError) as fault:
        say(problem_of(fault, message_language()))
        raise typer.Exit(Exit.BAD_INPUT) from None
    except AccessError as fault:
        say(words(fault, message_language()))
        raise typer.Exit(Exit.BAD_INPUT) from None
    except (typer.Exit, BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception:
        import logging

        logging.getLogger(__name__).exception("a fault of ours")
        raise typer.Exit(Exit.FAULT) from None


def clock(today: str | None) -> date | None:
    """The date of --today."""
    from datetime import date

    if today is None:
        return None
    try:
        return date.fromisoformat(today)
    except ValueError:
        stop("bad_date", value=today)


def spoken(lang: str) -> Language | None:
    """The language of --lang, None for auto."""
    if lang not in ("auto", "en", "zh"):
        raise typer.BadParameter("auto, en or zh", param_hint="--lang")
    return None if lang == "auto" else ("zh" if lang == "zh" else "en")


def data_set(db: Path | None) -> Path:
    """The data set named, else the demo company; the first use of that is announced."""
    from assistant.answering.wording import wording
    from assistant.settings import default_db, demo_path, message_language

    if db is not None:
        return db
    if not demo_path().exists():
        say(wording(message_language()).render("cli/first_use", path=str(demo_path())))
    return default_db()


def opened(db: Path | None, today: str | None) -> Assistant:
    from assistant.ask import Assistant
    from assistant.teaching import Source
    from assistant.workspace import Workspace
    from assistant.workspace.theme_edits import reader

    fixed, path = clock(today), data_set(db)
    assistant = Assistant.open(path, today=fixed)
    workspace = Workspace()
    assistant.theme_edits = reader(assistant.engine.path, workspace)
    assistant.reader.taught = Source(workspace, path)
    return assistant


def rendered(name: str, **context: Any) -> str:
    from assistant.answering.wording import wording
    from assistant.settings import message_language

    return wording(message_language()).render(f"cli/{name}", **context)


@app.command()
def demo(
    db: Db = None,
    customers: Annotated[int, typer.Option(help="How many customers.", min=200)] = 5_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = 7,
) -> None:
    """Writes the demo company: all tables, the same for the same arguments."""
    from analytics.ingest.load import write_demo
    from assistant.settings import demo_path

    with guarded():
        path = db or demo_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        typer.echo(rendered("demo", path=str(path), version=write_demo(path, customers, seed)))


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, Parquet, XLSX or JSON lines, also .gz.")],
    db: Annotated[Path, typer.Option("--db", help="The data set to write.")],
    map_file: Annotated[Path | None, typer.Option("--map", help="YAML: what columns mean.")] = None,
    append: Annotated[bool, typer.Option("--append", help="Add to what is loaded instead of replacing it.")] = False,
    as_json: Json = False,
    drop_duplicates: Annotated[bool, typer.Option("--drop-duplicates", help="Set exact duplicate rows aside.")] = False,
    currency: Annotated[str | None, typer.Option(help="ISO code, such as GBP or CNY.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/London.")] = None,
    week_start: Annotated[int | None, typer.Option(help="1 Monday to 7 Sunday.", min=1, max=7)] = None,
    fiscal_year_start: Annotated[int | None, typer.Option(help="First month of the fiscal year.", min=1, max=12)] = None,
    company: Annotated[str | None, typer.Option(help="Name of the company.")] = None,
) -> None:
    """Reads files into a new version of the data set, cleans them and prints the quality report."""
    from assistant import loading

    wanted = {
        "currency": currency, "time_zone": time_zone, "week_start": week_start, "fiscal_year_start": fiscal_year_start,
        "company": company,
    }
    with guarded():
        report = loading.run(files, db, map_file, append, drop_duplicates, {k: v for k, v in wanted.items() if v is not None})
        typer.echo(loading.as_json(report) if as_json else rendered("load", **loading.words(report)))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotation marks.")] = None,
    db: Db = None,
    today: Today = None,
    as_json: Json = False,
    jsonl: Jsonl = False,
    lang: Lang = "auto",
) -> None:
    """Answers one question, or one per line of standard input. A single one is answered by a running server if there is one."""
    language = spoken(lang) or "auto"
    if question is None and not jsonl:
        stop("no_question")
    # A batch is one process, and a dialogue in it stays on the data that it began with.
    if question is not None and not jsonl and today is None and (reply := _of_server(question, language, db)) is not None:
        typer.echo(reply.line if as_json else reply.text)
        raise typer.Exit(_EXITS.get(reply.status, Exit.NOT_ANSWERED))
    from assistant.lines import written
    from assistant.terminal import present

    with guarded():
        assistant = opened(db, today)
        if jsonl:
            raise typer.Exit(_each(lambda line: _asked(assistant, line, lang)))
        timed = assistant.ask_timed(question or "", None, language)
        outcome = timed.outcome
        typer.echo(written(outcome.to_json(None, timed.timing)) if as_json else present(outcome))
    raise typer.Exit(_EXITS.get(outcome.status, Exit.NOT_ANSWERED))


_EXITS = {"answered": Exit.DONE, "error": Exit.FAULT}


def _of_server(question: str, language: str, db: Path | None) -> Reply | None:
    from assistant.cli_server import answered
    from assistant.settings import data_folder, demo_path

    return answered(question, language, db or demo_path(), data_folder())


def _asked(assistant: Assistant, record: Any, lang: str) -> dict[str, Any]:
    timed = assistant.ask_timed(record["question"], _conversation(record), spoken(lang) or "auto")
    return timed.outcome.to_json(record.get("id"), timed.timing)


def _conversation(record: Any) -> str | None:
    named = record.get("conversation")
    return None if named is None else str(named)


def _each(handle: Callable[[Any], dict[str, Any]]) -> Exit:
    """Handles each line of standard input; a bad one gets an error record and the exit code says so."""
    from assistant.answer import Failed, Request
    from assistant.lines import emit, read
    from assistant.settings import message_language

    language, code = message_language(), Exit.DONE
    for line in read(sys.stdin, {"question": str}, language):
        if line.problem:
            say(line.problem)
            code = Exit.BAD_INPUT
            emit(Failed(Request("", {}, language, 0.0, (), (), {}, ""), line.problem).to_json(line.id))
        else:
            emit(handle(line.record))
    return code


@app.command()
def understand(db: Db = None, today: Today = None, jsonl: Jsonl = False, lang: Lang = "auto") -> None:
    """Says what each question of standard input was understood as; runs no analysis."""
    language = spoken(lang)
    with guarded():
        assistant = opened(db, today)

        def handle(record: Any) -> dict[str, Any]:
            return assistant.understand(record["question"], _conversation(record), language or "auto").to_json(record.get("id"))

        raise typer.Exit(_each(handle))


@app.command()
def sentiment(jsonl: Jsonl = False) -> None:
    """Label, score and language of each text of standard input."""
    from assistant import batches

    with guarded():
        raise typer.Exit(Exit.DONE if batches.sentiment(sys.stdin, say) else Exit.BAD_INPUT)


@app.command()
def forecast(
    horizon: Annotated[int, typer.Option("--horizon", help="Steps ahead.", min=1)],
    season: Annotated[int, typer.Option("--season", help="Values in a season, 12 for months.", min=1)] = 1,
    jsonl: Jsonl = False,
) -> None:
    """Forecast of each series of standard input, with an 80 % interval."""
    from assistant import batches

    with guarded():
        raise typer.Exit(Exit.DONE if batches.forecast(sys.stdin, horizon, season, say) else Exit.BAD_INPUT)


@app.command()
def serve(
    db: Db = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8501,
) -> None:
    """The web application; /healthz answers when it is ready."""
    with guarded():
        path = data_set(db)
        from assistant.server import serve as run

        run(path, host, port)


@app.command("eval")
def evaluate(
    questions: Annotated[list[Path], typer.Argument(help="Labelled questions, one JSON object per line.")],
    db: Db = None,
    today: Today = None,
    as_json: Json = False,
) -> None:
    """How well labelled questions are understood."""
    from assistant import evaluation
    from assistant.lines import read, written
    from assistant.settings import message_language

    with guarded():
        assistant = opened(db, today)
        judged = []
        for file in questions:
            if not file.is_file():
                stop("file_not_there", file=str(file))
            for line in read(file.read_text(encoding="utf-8").splitlines(), {"question": str}, message_language()):
                if line.problem:
                    stop("bad_line", line=f"{file.name}:{line.number}", reason=line.problem)
                reply = assistant.understand(str(line.record["question"])).to_json()
                judged.append(evaluation.judged(line.record, reply))
        report = evaluation.report(judged)
        typer.echo(written(report.to_json()) if as_json else rendered("eval", **evaluation.words(report)))


@app.command()
def doctor(db: Db = None, today: Today = None) -> None:
    """What is installed, loaded, stale or missing, in plain words."""
    from assistant.doctor import examine
    from assistant.settings import demo_path

    with guarded():
        found = examine(db or demo_path(), version(), clock(today))
        typer.echo(rendered("doctor", **found.words()))
    raise typer.Exit(Exit.DONE if found.healthy else Exit.BAD_INPUT)


@app.command()
def versions(db: Db = None) -> None:
    """The kept versions of the data set, the current one marked."""
    from analytics import store
    from assistant import loading

    with guarded():
        typer.echo(rendered("versions", table=loading.versions_table(store.versions(data_set(db)))))


@app.command()
def restore(wanted: Annotated[str, typer.Argument(metavar="VERSION", help="A version or its number.")], db: Db = None) -> None:
    """Makes a kept version current again."""
    from analytics import store

    with guarded():
        current = store.restore(data_set(db), wanted)
        typer.echo(rendered("restored", version=current.version, as_of=current.as_of))


if __name__ == "__main__":
    main()
