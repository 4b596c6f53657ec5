"""Which two or more things a comparison is about: values of one filter, segments, groups of a dimension, or two periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.finding import Filter
from analytics.semantics import segment_filters

_ABOVE, _BELOW = (">", ">="), ("<", "<=")


@dataclass(frozen=True)
class Sides:
    """What is told apart: labelled filters (`parts`), or all groups of `dimension` when there are none; `common` filters
    hold for every side, `either` lets rows of any side pass. `bounds`: the parts are bounds
    on a number, so a label says little without the field."""

    common: tuple[Filter, ...]
    parts: tuple[tuple[str, tuple[Filter, ...]], ...] = ()
    dimension: str | None = None
    either: tuple[Filter, ...] = ()
    bounds: bool = False


def sides_of(dimension: tuple[str, ...], filters: tuple[Filter, ...], segment: tuple[str, ...]) -> Sides | None:
    """The sides that the filters and segments name, else the groups of the dimension; None for a comparison of periods.

    Two segments, a filter with several values ("York or Leeds"), and two bounds that nobody can meet at once ("over 50",
    "under 30") are sides. A range ("between 20 and 30") is not.
    """
    segments = tuple(dict.fromkeys(segment))
    if len(segments) > 1:
        named = tuple((name, segment_filters((name,))) for name in segments)
        return Sides(filters, named, named[0][1][0].field, _either(filters, segment_filters(segments)))
    common = (*filters, *segment_filters(segments))
    for item in filters:
        if item.op in ("=", "in") and len(set(item.values)) > 1:
            parts = tuple((label(value), (Filter(item.field, "=", value),)) for value in dict.fromkeys(item.values))
            return Sides(tuple(other for other in common if other is not item), parts, item.field, common)
    for item in filters:
        rivals = [other for other in filters if other.field == item.field and _exclude(item, other)]
        if rivals:
            both = (item, rivals[0])
            parts = tuple((label(one.value, one.op), (one,)) for one in both)
            rest = tuple(other for other in common if other not in both)
            return Sides(rest, parts, item.field, rest, bounds=True)
    return Sides(common, (), dimension[0], common) if dimension else None


def _either(filters: tuple[Filter, ...], segments: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Segments of two kinds cannot be one condition that either side passes: then all rows count."""
    return (*filters, *segments) if len(segments) == 1 else filters


def _exclude(one: Filter, other: Filter) -> bool:
    """Whether nothing can pass both filters on the same field."""
    if one is other:
        return False
    if one.op == "=" and other.op == "=":
        return bool(one.value != other.value)
    if one.op in _ABOVE and other.op in _BELOW:
        return bool(one.value >= other.value)
    if one.op in _BELOW and other.op in _ABOVE:
        return bool(other.value >= one.value)
    return False


def label(value: Any, op: str = "=") -> str:
    """A side in signs that every language reads: York, > 50."""
    return str(value) if op in ("=", "in") else f"{op} {value}"
