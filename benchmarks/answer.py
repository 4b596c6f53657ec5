"""What a benchmark asks for and gets: a request, and an answer that ours and the baselines are compared by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.period import Period
from analytics.run import Computed

#: Ours leaves the engine with 10 significant digits.
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Request:
    """The days that an analysis is asked about, and those it compares them with; none: all the data."""

    period: Period | None = None
    before: Period | None = None


@dataclass(frozen=True)
class Answer:
    """Figures by the name they have in our facts (`rows_used` and `left_out_...` in our scope), and rows by table."""

    facts: Mapping[str, Any]
    tables: Mapping[str, list[tuple[Any, ...]]] = field(default_factory=dict)


class Disagreement(AssertionError):
    """Ours and a baseline do not say the same; the message tells where."""


def compare(ours: Computed, columns: Mapping[str, tuple[str, ...]], theirs: Answer, whose: str) -> None:
    """Raises Disagreement unless each figure and each row of a baseline is ours; `columns` are those of its tables, of which it
    may give the first few only."""
    facts = dict(ours.facts) | {"rows_used": ours.rows_used} | {f"left_out_{name}": n for name, n in ours.left_out.items()}
    for name, value in theirs.facts.items():
        if not _same(facts[name], value):
            raise Disagreement(f"{whose}: {name} is {value}, ours is {facts[name]}")
    for name, rows in theirs.tables.items():
        table = ours.tables[name]
        given = columns[name][: len(rows[0])] if rows else columns[name]
        mine = list(zip(*(table.column(column) for column in given), strict=True))
        if len(mine) != len(rows):
            raise Disagreement(f"{whose}: {name} has {len(rows)} rows, ours has {len(mine)}")
        for here, there in zip(mine, rows, strict=True):
            if not all(_same(a, b) for a, b in zip(here, there, strict=True)):
                raise Disagreement(f"{whose}: {name} has the row {there}, ours is {here}")


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None or isinstance(one, str):
        return bool(one == other)
    try:
        return math.isclose(float(one), float(other), rel_tol=_TOLERANCE, abs_tol=1e-9)
    except (TypeError, ValueError):
        # pandas has only times, we have days.
        return str(one)[:10] == str(other)[:10]
