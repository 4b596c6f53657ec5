"""A kept answer as one page that needs nothing else: no script, no network, both languages, both themes, paper and phone.

Owns what stands on the page; the looks are in templates/pages. Every text is escaped by the template, and what the page may
do is closed by its own policy, so that a value of the data is never more than text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant import paths
from assistant.answer import LANGUAGES, Answer, Json, Language, Receipt, Table
from assistant.answering import saved
from assistant.answering.formats import Formats
from assistant.answering.saved import Saved
from assistant.answering.wording import Record, wording
from assistant.sharing import drawing

#: Rows of a table that a page shows; the note below says how many there are.
ROWS = 200
_CODES: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
_NUMBERS = ("int", "float", "decimal")


@dataclass(frozen=True)
class Block:
    """A paragraph or a list of bullets."""

    bullets: bool
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, or what is said instead where it cannot be drawn."""

    svg: Markup | None
    missing: str


@dataclass(frozen=True)
class Sheet:
    """A table as it is written; `figures` says which columns are set flush right."""

    title: str
    headings: tuple[str, ...]
    figures: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True)
class View:
    """All that the page says in one language. `code` is that of the HTML language attribute."""

    language: Language
    code: str
    words: Record
    asked: str
    headline: str
    understood: str
    charts: tuple[Picture, ...]
    body: tuple[Block, ...]
    caveats: tuple[str, ...]
    tables: tuple[Sheet, ...]
    receipt: tuple[tuple[str, str], ...]
    definitions: tuple[str, ...]
    sql: tuple[str, ...]
    as_of: str
    shared_on: str


@dataclass(frozen=True)
class Message:
    """What a page without an answer says in one language."""

    code: str
    title: str
    text: str


def page(answer: Saved, *, with_sql: bool, shared_on: date | None = None) -> str:
    """The page of a kept answer, its own language first. `with_sql` is whether whoever shares it may see the SQL.

    Raises BrokenRecord where the answer can no longer be worded.
    """
    own = answer.request.language
    views = [_view(answer, language, with_sql, shared_on) for language in sorted(LANGUAGES, key=lambda code: code != own)]
    return _rendered("snapshot", views=views)


def gone() -> str:
    """The page of a link that opens nothing: unknown, revoked and expired ones look alike."""
    return _message("gone")


def closed() -> str:
    """The page of a link that cannot be followed because something is wrong here."""
    return _message("closed")


@lru_cache(maxsize=1)
def policy() -> str:
    """What the page may do: be styled by its own style sheet, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _view(answer: Saved, language: Language, with_sql: bool, shared_on: date | None) -> View:
    composed = saved.shown(answer, language)
    assert isinstance(composed, Answer)
    receipt = composed.receipt
    formats = wording(language, receipt.currency).formats
    return View(
        language=language, code=_CODES[language], words=Record(_labels(language)),
        asked=_label("asked", language, text=composed.request.question), headline=composed.headline,
        understood=_label("understood", language, text=composed.restated),
        charts=tuple(_picture(chart, f"{language}-{index}-", language) for index, chart in enumerate(composed.charts)),
        body=tuple(blocks(composed.body)), caveats=composed.caveats,
        tables=tuple(_sheet(table, language, formats) for table in composed.tables if table.rows),
        receipt=tuple(_receipt(receipt, language, formats)),
        definitions=tuple(_label("definition", language, term=term, text=text) for term, text in receipt.definitions.items()),
        sql=receipt.sql if with_sql else (), as_of=_label("as_of", language, as_of=formats.date(receipt.as_of)),
        shared_on="" if shared_on is None else _label("shared_on", language, day=formats.date(shared_on)),
    )


def blocks(text: str) -> Iterator[Block]:
    """A worded body in paragraphs and lists of bullets; a blank line ends either."""
    for kind, lines in groupby(text.splitlines(), lambda line: line.startswith("- ") if line.strip() else None):
        if kind is not None:
            yield Block(kind, tuple(line.removeprefix("- ") if kind else line for line in lines))


def _picture(chart: Json, prefix: str, language: Language) -> Picture:
    drawn = drawing.svg(chart, prefix)
    return Picture(None if drawn is None else Markup(drawn), _label("chart_missing", language, title=drawing.title_of(chart)))


def _sheet(table: Table, language: Language, formats: Formats) -> Sheet:
    rows = table.first(ROWS)
    note = "rows_all" if len(rows) == table.total_rows else "rows_shown"
    return Sheet(
        table.title, tuple(column.label for column in table.columns),
        tuple(column.type.removeprefix("!").startswith(_NUMBERS) and column.dimension == column.name for column in table.columns),
        rows, _label(note, language, shown=formats.count(len(rows)), total=formats.count(table.total_rows)),
    )


def _receipt(receipt: Receipt, language: Language, formats: Formats) -> Iterator[tuple[str, str]]:
    if receipt.period is not None:
        yield _label("period", language), receipt.period_label
    if receipt.summary:
        yield _label("filters", language), formats.where(receipt.filters) or _label("no_filters", language)
        yield _label("rows", language), receipt.summary
    yield _label("data", language), _label(
        "data_version", language, version=receipt.data_version, currency=receipt.currency, time_zone=receipt.time_zone
    )


def _message(name: str) -> str:
    views = [Message(_CODES[code], _label(f"{name}_title", code), _label(name, code)) for code in LANGUAGES]
    return _rendered("message", views=views)


def _rendered(name: str, **context: Any) -> str:
    text = _environment().get_template(f"{name}.html.j2").render(policy=policy(), style=Markup(_style()), **context)
    # A lone surrogate cannot be written to a file or a socket.
    return text.encode("utf-8", errors="replace").decode("utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(paths.templates() / "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return (paths.templates() / "pages" / "page.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, Mapping[Language, str]]:
    source = (paths.templates() / "pages" / "labels.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(source, Loader=yaml.CSafeLoader))


def _labels(language: Language) -> Mapping[str, str]:
    return {name: entry[language] for name, entry in _texts().items()}


def _label(name: str, language: Language, **values: str) -> str:
    return _texts()[name][language].format(**values)
