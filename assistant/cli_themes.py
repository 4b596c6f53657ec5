"""The command that finds the themes of texts: JSON lines in, one line per theme out, and one for what has no theme."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from analytics.models.themes import Theme
    from assistant.lines import Line

themes = typer.Typer(rich_markup_mode=None)

#: Keywords given per theme.
_KEYWORDS = 8


@themes.command("themes")
def command(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object per line, from standard input to standard output.")
    ] = False,
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Read English texts with the sentence encoder, too: better, and slow.")
    ] = False,
) -> None:
    """The themes of the texts of standard input, the largest first; a text may belong to several, or to none."""
    from assistant import cli

    with cli.guarded():
        raise typer.Exit(cli.Exit.DONE if written(sys.stdin, cli.say, encoder=encoder) else cli.Exit.BAD_INPUT)


def written(source: Iterable[str], say: Callable[[str], None], *, encoder: bool = False) -> bool:
    """Writes a line per theme of the second level, then the ids of the texts without one; False when a line was bad.

    Bad lines are said and count as texts without a theme, so that no id is lost.
    """
    from analytics.models.encoder import Encoder
    from analytics.models.themes import fit
    from assistant.lines import emit, read
    from assistant.settings import message_language

    lines = list(read(source, {"text": str}, message_language()))
    bad = [line.problem for line in lines if line.problem]
    for problem in bad:
        say(problem)
    texts = ["" if line.problem else str(line.record["text"]) for line in lines]
    vectors = Encoder().encode if encoder else None
    model = fit(texts, vectors=vectors)
    frame = model.assign(texts, vectors)
    members: dict[str, list[int]] = {str(id): held.tolist() for id, held in frame.groupby("theme_id").text_index}
    sized = model.sized(frame)
    for theme in sized.themes:
        if theme.parent is not None and theme.size:
            emit(_record(theme, sized.theme(theme.parent), members[theme.id], lines, texts))
    assigned = set(frame.text_index)
    emit({"unassigned": [line.id for at, line in enumerate(lines) if at not in assigned]})
    return not bad


def _record(
    theme: Theme, parent: Theme | None, members: Sequence[int], lines: Sequence[Line], texts: Sequence[str],
) -> dict[str, Any]:
    """One theme as an object: the label in the language that most of its texts are in, their phrases in that language first."""
    from analytics.models.themes.tokens import LANGUAGES, language_of, normalised

    counts = Counter(language_of(normalised(texts[at])) for at in members)
    ordered = sorted(LANGUAGES, key=lambda language: -counts[language])
    keywords = [phrase for language in ordered for phrase in theme.phrases.get(language, ())[:_KEYWORDS]]
    label = theme.names[ordered[0]]
    return {
        "theme": theme.id, "label": label, "labels": dict(theme.names), "keywords": keywords[:_KEYWORDS] or [label],
        "size": theme.size, "parent": theme.parent, "parent_label": parent.names[ordered[0]] if parent else None,
        "ids": [lines[at].id for at in members],
    }
