"""Filters as a set: those of one field joined, and whether anybody can meet them all. Finds no filter."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.finding import Filter


def possible(ages: Sequence[Filter]) -> bool:
    """Whether somebody can meet all bounds on the age."""
    low = max((float(f.values[0]) for f in ages if f.op in (">", ">=", "between")), default=0.0)
    high = min((float(f.values[-1]) for f in ages if f.op in ("<", "<=", "between")), default=200.0)
    return low <= high


def merge_filters(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Equal-filters on one field become one `in`; exclusions likewise; the order of first mention stays."""
    out: list[Filter] = []
    for item in filters:
        twin = next(
            (
                i
                for i, other in enumerate(out)
                if other.field == item.field and other.op in ("=", "in") and item.op in ("=", "in")
            ),
            None,
        )
        if item.op == "!=":
            twin = next((i for i, other in enumerate(out) if other.field == item.field and other.op == "!="), None)
        if twin is None:
            out.append(item)
            continue
        values = tuple(dict.fromkeys((*out[twin].values, *item.values)))
        if len(values) > 1:
            out[twin] = Filter(item.field, "!=" if item.op == "!=" else "in", values)
    return tuple(out)
