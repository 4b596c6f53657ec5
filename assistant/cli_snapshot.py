"""The command that writes an answer as one self-contained file, for a mail or an archive."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

sharing = typer.Typer(rich_markup_mode=None)

#: How a page of ours is told from any other file: its generator stands this far from its beginning.
_OURS, _WITHIN = b'<meta name="generator" content="Askwell">', 4_096


@sharing.command("snapshot")
def snapshot(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    out: Annotated[Path, typer.Option("--out", help="The HTML file to write.", dir_okay=False)],
    db: Annotated[Path | None, typer.Option("--db", help="The data set. Default: the demo company, built on first use.")] = None,
    today: Annotated[str | None, typer.Option("--today", help="Fixes the clock. Default: the data's as-of date.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="auto, en or zh: the language shown first.")] = "auto",
    with_sql: Annotated[bool, typer.Option("--sql", help="Put the SQL into the receipt.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace whatever file is there.")] = False,
) -> None:
    """Writes one answer as one self-contained HTML file, in both languages."""
    from assistant import cli
    from assistant.answer import Answer, Failed
    from assistant.answering.saved import Saved
    from assistant.sharing.page import page

    language = cli.spoken(lang)
    there = out.exists()
    if there and not force and not _replaceable(out):
        cli.stop("out_not_ours", file=str(out))
    with cli.guarded():
        assistant = cli.opened(db, today)
        outcome = assistant.ask_timed(question, None, language or "auto").outcome
        if not isinstance(outcome, Answer):
            cli.say(outcome.text)
            raise typer.Exit(cli.Exit.FAULT if isinstance(outcome, Failed) else cli.Exit.NOT_ANSWERED)
        kept = Saved.of(outcome, assistant.shop)
        _write(out, page(kept if with_sql else kept.without_sql(), with_sql=with_sql))
        typer.echo(cli.rendered("snapshot", path=str(out), headline=outcome.headline, replaced=there))


def _replaceable(file: Path) -> bool:
    """Whether a file is empty or a page that was written by this command."""
    try:
        with file.open("rb") as stream:
            begun = stream.read(_WITHIN)
    except OSError:
        return False
    return not begun or _OURS in begun


def _write(file: Path, text: str) -> None:
    """Writes a file as a whole or not at all; raises DataSetError where that is not possible."""
    from analytics.store.errors import write_error

    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
        part = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # A temporary file is its owner's alone; a page gets the permissions of any new file.
        part.chmod(0o666 & ~_umask())
        part.replace(file)
    except OSError as fault:
        if part is not None:
            part.unlink(missing_ok=True)
        # The name of the temporary file would only puzzle.
        raise write_error(OSError(fault.errno, fault.strerror), file) from fault


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
