"""Labels of the page in the language of the page, and text made safe for Markdown."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from assistant import paths
from assistant.answer import Language

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>$~:&])")
#: What would be a list, a heading or a block of code at the beginning of a line.
_BEGINNING = re.compile(r"(?m)^[ \t]*(\d*)([-=.](?!\d))?")
#: Where Markdown would make an address a link even of escaped text, a joiner that nobody sees stops it.
_ADDRESS = re.compile(r"(?i)(\b(?:https?|ftp|mailto|xmpp):|www(?=\.)|@)")
_JOINER = "\u2060"


@lru_cache(maxsize=1)
def _labels() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = yaml.safe_load((paths.templates() / "ui.yaml").read_text(encoding="utf-8"))
    return data


def label(name: str, language: Language, /, **values: object) -> str:
    """A label of templates/ui.yaml."""
    return _labels()[name][language].format(**values)


def escaped(text: str) -> str:
    """Text as Markdown shows it letter by letter: nothing that a question or a value holds becomes markup or a link."""
    return _BEGINNING.sub(_begun, _SPECIAL.sub(r"\\\1", unlinked(text)))


def _begun(match: re.Match[str]) -> str:
    sign = match[2] or ""
    return f"{match[1]}\\{sign}" if sign else match[1]


def unlinked(text: str) -> str:
    """Text in which no address is made a link."""
    return _ADDRESS.sub(rf"\1{_JOINER}", text)


def paragraphs(text: str) -> str:
    """A worded body with its paragraphs and bullet lists kept and everything else shown letter by letter."""
    lines = []
    for line in text.splitlines():
        bullet = line.startswith("- ")
        body = line.removeprefix("- ").replace("**", "")
        lines.append(("- " if bullet else "") + escaped(body))
    return "\n".join(lines)


def distinct(names: list[str]) -> list[str]:
    """Names made different by spaces of no width that nobody sees: two of them may share a word."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name + "\u200b" * (seen[name] - 1))
    return out
