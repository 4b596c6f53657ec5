"""Templates: a sandboxed Jinja environment per language and currency, with the filters that write figures and words.

Owns what a template may see and use. Plain text: whoever draws it escapes it. Decides nothing about an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant import paths
from assistant.answer import Language
from assistant.answering.formats import Formats

#: The filters of design, each a method of Formats.
FILTERS = (
    "figure", "money", "number", "count", "percent", "points", "percentage_points", "rating", "ratio", "hours", "days", "months",
    "date", "span", "dates", "label", "title", "value", "listing", "where", "change", "up_or_down", "difference", "signed",
)
#: Jinja's own filters that a template may use: they pick and arrange, and compute nothing.
PLAIN_FILTERS = (
    "first", "last", "length", "join", "trim", "lower", "upper", "capitalize", "list", "map", "select", "selectattr", "reject",
    "rejectattr", "unique",
)


class Record:
    """Named values with attribute access only: what `facts`, a row of a table and `units` are inside a template.

    A mapping would do, but its methods (`items`, `values`) hide columns of those names.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


class Optional(Record):
    """A record in which a name that is not there is None: slots that an intent does not take."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return self._values.get(name)


@dataclass(frozen=True)
class Wording:
    """Renders templates in one language."""

    language: Language
    currency: str = ""

    @cached_property
    def formats(self) -> Formats:
        return Formats(self.language, self.currency)

    @cached_property
    def environment(self) -> ImmutableSandboxedEnvironment:
        env = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(paths.templates()), undefined=StrictUndefined, autoescape=False, trim_blocks=True,
            lstrip_blocks=True,
        )
        env.filters = {name: env.filters[name] for name in PLAIN_FILTERS}
        env.filters |= {name: getattr(self.formats, name) for name in FILTERS}
        env.globals = {}
        return env

    def render(self, name: str, **context: Any) -> str:
        """The text of the template `<language>/<name>.md.j2`, blank lines and spaces tidied."""
        return tidy(self.environment.get_template(f"{self.language}/{name}.md.j2").render(context))

    def exists(self, name: str) -> bool:
        return (paths.templates() / self.language / f"{name}.md.j2").is_file()

    def say(self, source: str, **context: Any) -> str:
        """The text of a short template that stands in a data file: a caveat, a follow-up question."""
        return " ".join(self.environment.from_string(source).render(context).split())


@lru_cache(maxsize=16)
def wording(language: Language, currency: str = "") -> Wording:
    """The wording of a language and a currency, built once."""
    return Wording(language, currency)


def tidy(text: str) -> str:
    """At most one blank line in a row, no spaces at line ends."""
    lines = [" ".join(line.split(" ")).rstrip() for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def split(text: str) -> tuple[str, str]:
    """The headline (the first paragraph, on one line) and the body of a rendered template."""
    head, _, body = text.partition("\n\n")
    return " ".join(head.split()), body.strip()
