"""Personal details and how they are hidden: names, addresses, numbers to call, incomes, and what people wrote.

Owns which columns of a finding hold them and what is left of a value. Knows no role and no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from analytics.run import Engine
from analytics.schema import PERSONAL
from analytics.semantics import DIMENSIONS

#: Which of some names, in lower case, are names of customers.
NameFinder = Callable[[Collection[str]], frozenset[str]]
Hide = Callable[[str], str]

STARS = "***"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Seven digits or more, grouped as telephone numbers are; a date is none.
_PHONE = re.compile(r"(?<![0-9A-Za-z.-])(?!\d{4}-\d\d-\d\d(?!\d))\+?\(?\d(?:[ ().-]{0,2}\d){6,}(?![0-9A-Za-z-])")
_HAN = re.compile(r"[\u3400-\u9fff]+")
#: A letter of a script that puts spaces between words.
_LETTER = r"[^\W\d_\u3400-\u9fff]"
_WORD = re.compile(rf"{_LETTER}+(?:['’.-]{_LETTER}+)*")
_LONGEST_NAME, _LONGEST_HAN_NAME, _MOST_WORDS_OF_A_NAME = 80, 4, 4
#: Whose name a column `<something>_name` may hold that is no person's.
_THINGS = frozenset({"product", "campaign", "category", "table", "column", "field", "company", "file", "metric", "theme", "item"})


def name(value: str) -> str:
    """The first letter of each part of a name: A*** R***, 王***; nothing of a name of one letter."""
    parts = value.split()
    if len("".join(parts)) < 2:
        return STARS
    return " ".join(f"{part[0]}{STARS}" for part in parts)


def email(value: str) -> str:
    return f"{value[:1]}{STARS}@{STARS}" if "@" in value else STARS


def phone(value: str) -> str:
    """The last two digits of a number, to tell two apart."""
    digits = [c for c in value if c.isdigit()]
    return STARS + "".join(digits[-2:]) if len(digits) > 6 else STARS


def nothing(value: str) -> str:
    """Nothing is left of the value."""
    return STARS


def written(value: str) -> str:
    """What somebody wrote, without addresses and telephone numbers; names are found by NameFinder."""
    return _PHONE.sub(lambda m: phone(m.group()), _EMAIL.sub(lambda m: email(m.group()), value))


#: How each personal column of the schema is hidden.
HOW: Mapping[str, Hide] = {
    "name": name, "email": email, "phone": phone, "birth_date": nothing, "income": nothing, "text": written, "subject": written,
    "row": nothing,
}
#: Columns of findings that hold the same under another name.
_ALSO: Mapping[str, Hide] = {
    "quote": written, "example": written, "comment": written, "address": nothing, "postcode": nothing, "contact": nothing,
}
#: Endings that tell what a column holds: `first_name` is a name, `last_text` a text; `average_income` is no income.
_ENDINGS = ("name", "email", "phone", "text", "subject", "quote", "example", "comment", "address", "contact")


def how(column: str) -> Hide | None:
    """How a column of a finding is hidden; None for one that holds nothing personal."""
    known = {**_ALSO, **HOW}
    if column in known:
        return known[column]
    owner, _, ending = column.rpartition("_")
    return known[ending] if owner and ending in _ENDINGS and owner.rpartition("_")[2] not in _THINGS else None


def is_personal_field(field: str) -> bool:
    """Whether a filter on the field picks people by something that is hidden."""
    return field in PERSONAL


def may_name_people(column: str) -> bool:
    """Whether a column of texts that is not known as personal may hold a name all the same: not an id, not a dimension."""
    return not (column in DIMENSIONS or column.endswith("_id") or column in ("product", "campaign", "unit", "metric"))


@dataclass(frozen=True)
class Finder:
    """Looks names up among the customers of an open data set; what is looked up enters the query as a bound value."""

    engine: Engine

    def __call__(self, candidates: Collection[str]) -> frozenset[str]:
        if not candidates:
            return frozenset()
        return frozenset(str(row[0]) for row in self.engine.bound(_NAMED, [sorted(candidates)]))


_NAMED = "SELECT DISTINCT lower(name) FROM customer_facts WHERE lower(name) IN (SELECT unnest(?))"


def finder(engine: Engine) -> Finder:
    """The finder of an open data set."""
    return Finder(engine)


def nobody(candidates: Collection[str]) -> frozenset[str]:
    """A finder where no data set is open: it knows nobody."""
    return frozenset()


def candidates(texts: Iterable[str]) -> frozenset[str]:
    """Everything in the texts that could be somebody's name, in lower case: a whole text, two to four words of it, two to
    four Chinese characters."""
    found: set[str] = set()
    for text in texts:
        if len(text) <= _LONGEST_NAME:
            found.add(" ".join(text.split()).lower())
        words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
        for first in range(len(words)):
            for last in range(first + 1, min(first + _MOST_WORDS_OF_A_NAME, len(words))):
                found.add(" ".join(text[words[first][0] : words[last][1]].split()).lower())
        for run in _HAN.findall(text):
            for size in range(2, _LONGEST_HAN_NAME + 1):
                found.update(run[start : start + size] for start in range(len(run) - size + 1))
    return frozenset(found)


def without_names(text: str, names: Iterable[str]) -> str:
    """The text with each of the names (in lower case) hidden, the longest first."""
    pattern = _pattern(frozenset(names))
    return text if pattern is None else pattern.sub(lambda m: name(m.group()), text)


def without_people(texts: Sequence[str], find: NameFinder) -> list[str]:
    """The texts without names of customers, addresses and telephone numbers."""
    people = find(candidates(texts))
    return [without_names(written(text), people) for text in texts]


@lru_cache(maxsize=16)
def _pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    """Matches any of the names; Chinese ones stand among other characters without a space, others are whole words."""
    listed = sorted((known for known in names if len(known) > 1), key=lambda known: (-len(known), known))
    parts = []
    for known in listed:
        part = r"\s+".join(re.escape(word) for word in known.split())
        parts.append(part if _HAN.fullmatch(known) else rf"(?<!{_LETTER}){part}(?!{_LETTER})")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def hidden(column: str, value: Any) -> Any:
    """A value of a personal column as others see it; a date of birth and an income are not shown at all."""
    hide = how(column)
    if hide is None or value is None:
        return value
    if isinstance(value, str):
        return hide(value)
    # A count of names or texts is no name and no text.
    return None if hide is nothing else value
