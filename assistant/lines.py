"""JSON lines in and out: one object per line, checked, in order, UTF-8 whatever the terminal says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from assistant.answer import Language
from assistant.answering.problems import problem


@dataclass(frozen=True)
class Line:
    """One line of input: its number from 1 and its object, or what is wrong with it."""

    number: int
    record: Mapping[str, Any]
    problem: str = ""

    @property
    def id(self) -> Any:
        return self.record.get("id")


def utf8(*streams: TextIO) -> None:
    """Makes streams read and write UTF-8; what cannot be written is replaced, never a crash."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def read(source: Iterable[str], needed: Mapping[str, type], language: Language) -> Iterator[Line]:
    """The lines of a source that are not blank; each must be an object with the needed keys of their types."""
    for number, text in enumerate(source, start=1):
        text = text.lstrip("\ufeff").strip()
        if text:
            yield _parsed(number, text, needed, language)


def _parsed(number: int, text: str, needed: Mapping[str, type], language: Language) -> Line:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        return Line(number, {}, problem("bad_line", language, line=number, reason=problem("not_a_json_object", language)))
    for key, kind in needed.items():
        if not isinstance(record.get(key), kind):
            reason = problem("missing_key", language, key=key, kind={"str": "text", "list": "a list"}[kind.__name__])
            return Line(number, record, problem("bad_line", language, line=number, reason=reason))
    return Line(number, record)


def written(record: Mapping[str, Any]) -> str:
    """An object as one line of JSON; characters stay as they are, lone surrogates become a question mark."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="replace").decode("utf-8")


def joined(records: Iterable[Mapping[str, Any]]) -> str:
    """Objects as lines of JSON."""
    return "".join(written(record) + "\n" for record in records)


def emit(record: Mapping[str, Any]) -> None:
    """Writes one object to standard output at once, so that a reader on a pipe gets it."""
    sys.stdout.write(written(record) + "\n")
    sys.stdout.flush()
