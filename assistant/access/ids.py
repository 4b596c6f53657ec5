"""Ids of customers that are personal details themselves: a file without ids has its customers told apart by an e-mail address,
a telephone number or a name.

Owns how such ids are recognised, once for the data by their share and for a single value by its looks, and what is shown
instead: hidden ids of one answer stay different from each other. Knows no role.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal
from weakref import WeakKeyDictionary

from analytics.run import Engine
from analytics.schema import CANONICAL
from assistant.access import personal
from assistant.access.personal import Hide

Kind = Literal["email", "phone", "name"]
#: From this share of the customers on, the ids of a data set are of a kind.
SHARE = 0.5
_HIDE: Mapping[Kind, Hide] = {"email": personal.email, "phone": personal.phone, "name": personal.name}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
#: A number that is written as one is dialled: with its country, or in groups.
_DIALLED = re.compile(r"\+\d[\d ().-]{5,}\d|\(?0?\d{2,4}\)?[ .-]\(?\d{2,4}\)?([ .-]\d{2,5})+")
#: Two words or more of letters, or two to four Chinese characters: no numbering looks like that.
_FULL_NAME = re.compile(r"[^\W\d_]+[.]?(?:[ '’.-]+[^\W\d_]+)*[ ][^\W\d_]+(?:['’.-][^\W\d_]+)*[.]?|[\u3400-\u9fff·]{2,}")
#: The order numbers that loading makes where a file has none end with the customer's time.
_MADE_ORDER = re.compile(r"(?P<who>.+)-(?P<when>\d{14})")
#: Counted in the engine: ids in all, addresses, numbers to dial (also those of mobile telephones without a sign between their
#: digits), words without a digit that are no code of capital letters, and ids that are the customer's name.
_COUNTED = r"""
    SELECT count(*), count(*) FILTER (regexp_full_match(id, '[^@\s]+@[^@\s]+\.[^@\s.]+')),
        count(*) FILTER (regexp_full_match(id, '\+?[\d ().-]*') AND length(digits) BETWEEN 7 AND 15 AND (
            length(digits) < length(id) OR regexp_full_match(id, '1[3-9]\d{9}|0\d{8,11}|[2-9]\d{2}[2-9]\d{6}'))),
        count(*) FILTER (lower(id) = lower(name) OR (
            digits = '' AND regexp_matches(id, '\p{L}') AND NOT regexp_full_match(id, '[A-Z_-]+') AND id NOT LIKE '%@%'))
    FROM (SELECT trim(customer_id) AS id, regexp_replace(customer_id, '\D', '', 'g') AS digits, trim(name) AS name
        FROM customer_facts WHERE customer_id IS NOT NULL)
"""
#: The ids of everything else that the schema knows.
_OF_THINGS = tuple(
    sorted({column for table in CANONICAL.values() for column in table.column_names if column.endswith("_id")} - {"customer_id"})
)
_KINDS: WeakKeyDictionary[Engine, Kind | None] = WeakKeyDictionary()
_LOCK = threading.Lock()


def kind_of(engine: Engine) -> Kind | None:
    """What the customer ids of an open data set are, if at least SHARE of all its customers have such a one; None for ids that
    tell nothing. Counted once for each version of the data."""
    with _LOCK:
        if engine in _KINDS:
            return _KINDS[engine]
    ((count, addresses, numbers, names),) = engine.bound(_COUNTED, [])
    found: Kind | None = None
    if count:
        shares: tuple[tuple[Kind, int], ...] = (("email", addresses), ("phone", numbers), ("name", names))
        found = next((kind for kind, many in shares if many / count >= SHARE), None)
    with _LOCK:
        _KINDS[engine] = found
    return found


def kind(value: str, usual: Kind | None) -> Kind | None:
    """What an id tells of somebody: by its own looks, else as the ids of its data set usually do."""
    text = value.strip()
    if _ADDRESS.fullmatch(text):
        return "email"
    if _DIALLED.fullmatch(text) and sum(c.isdigit() for c in text) >= 7 and not _is_date(text):
        return "phone"
    return "name" if _FULL_NAME.fullmatch(text) else usual


def _is_date(text: str) -> bool:
    return re.match(r"\d{4}-\d\d-\d\d(?!\d)", text) is not None


def hidden(value: str, kind: Kind) -> str:
    """What is left of an id of a kind."""
    return _HIDE[kind](value)


def shown_as(values: Iterable[str], usual: Kind | None) -> dict[str, str]:
    """What is shown instead of each id that tells something; ids that would look alike are numbered as they come."""
    out: dict[str, str] = {}
    taken: dict[str, int] = {}
    for value in dict.fromkeys(values):
        found = kind(value, usual)
        if found is None:
            continue
        left = hidden(value, found)
        taken[left] = taken.get(left, 0) + 1
        out[value] = left if taken[left] == 1 else f"{left} #{taken[left]}"
    return out


def holds_ids(column: str) -> bool:
    """Whether a column of a finding holds ids of customers: any column of ids, such as `first_id`, that is of nothing else."""
    return column == "customer" or (column.endswith("_id") and not column.endswith(_OF_THINGS))


def order(value: str, usual: Kind | None) -> str:
    """An order number without the customer that it was made of."""
    made = _MADE_ORDER.fullmatch(value)
    found = kind(made["who"], usual) if made else None
    return f"{hidden(made['who'], found)}-{made['when']}" if made and found else value


def without(text: str, shown: Mapping[str, str]) -> str:
    """A text in which ids are replaced by what is shown instead."""
    pattern = _pattern(frozenset(shown))
    if pattern is None:
        return text
    lower = {value.lower(): left for value, left in shown.items()}
    return pattern.sub(lambda m: lower[m.group().lower()], text)


@lru_cache(maxsize=16)
def _pattern(values: frozenset[str]) -> re.Pattern[str] | None:
    """Any of the ids where it stands alone: not as a part of a longer word or number."""
    listed = sorted((value for value in values if value), key=lambda value: (-len(value), value))
    if not listed:
        return None
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(map(re.escape, listed))})(?![A-Za-z0-9_])", re.IGNORECASE)


__all__ = ["SHARE", "Kind", "hidden", "holds_ids", "kind", "kind_of", "order", "shown_as", "without"]
