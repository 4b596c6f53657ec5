"""Which column of a file is which canonical field: proposals from names and values, with a confidence.

A proposal compares the words of a header with the words of a field, exactly, then by edit distance, and weighs that with
what the values look like. A map file (see mapfile) has the last word. Nothing is read here but the profiles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from analytics.ingest.fields import Field
from analytics.ingest.naming import words_of
from analytics.ingest.profile import ColumnProfile

#: A proposal below this confidence is not made; one below SURE is applied and reported as uncertain.
LEAST = 0.4
SURE = 0.7
#: How much of a confidence the values can take away from a perfect name.
_VALUE_WEIGHT = 0.4
#: What the values alone can bring where the header says nothing.
_VALUES_ALONE = 0.45
_FUZZY_FROM = 82
_SHORTEST_FUZZY = 4


@dataclass(frozen=True)
class ColumnMapping:
    """A column and the field it is taken for (None: kept as an extra column), with confidence 0 to 1 and examples."""

    column: str
    field: str | None
    confidence: float
    sample: tuple[str, ...]
    given: bool = False


@dataclass(frozen=True)
class _Candidate:
    score: float
    order: int
    position: int
    field: Field
    profile: ColumnProfile


def propose(
    profiles: Sequence[ColumnProfile], fields: Sequence[Field], given: Mapping[str, str | None], *, by_values: bool
) -> tuple[ColumnMapping, ...]:
    """The mapping of a file's columns onto `fields`; each field is used once, the most confident pair first.

    `given` holds what a map file says (None: an extra column). `by_values` lets columns with unknown headers be
    recognised by their values, which is meant for flat files.
    """
    taken = {field for field in given.values() if field}
    candidates = [
        _Candidate(score, order, position, field, profile)
        for position, profile in enumerate(profiles) if profile.name not in given
        for order, field in enumerate(fields) if field.key not in taken
        if (score := confidence(profile, field, by_values=by_values)) >= LEAST
    ]
    chosen: dict[str, tuple[str, float]] = {}
    for candidate in sorted(candidates, key=lambda c: (-c.score, c.order, c.position)):
        if candidate.field.key not in taken and candidate.profile.name not in chosen:
            taken.add(candidate.field.key)
            chosen[candidate.profile.name] = (candidate.field.key, candidate.score)
    out = []
    for profile in profiles:
        if profile.name in given:
            out.append(ColumnMapping(profile.name, given[profile.name], 1.0, profile.sample, given=True))
        else:
            key, score = chosen.get(profile.name, (None, 0.0))
            out.append(ColumnMapping(profile.name, key, round(score, 2), profile.sample))
    return tuple(out)


def confidence(profile: ColumnProfile, field: Field, *, by_values: bool) -> float:
    """How likely a column is a field, 0 to 1."""
    name = name_score(profile.name, field)
    fit = value_fit(profile, field)
    if profile.filled == 0:
        return name * (1 - _VALUE_WEIGHT / 2)
    if name:
        return name * (1 - _VALUE_WEIGHT + _VALUE_WEIGHT * fit) if fit > 0.2 else 0.0
    return _VALUES_ALONE * _telling(profile, field) if by_values else 0.0


def name_score(header: str, field: Field) -> float:
    """1 for a header that is a known word of the field (0.01 less for each later word), less for one that is like it."""
    words = words_of(header)
    compact = words.replace(" ", "")
    best = 0.0
    for rank, known in enumerate(field.words):
        if words == known or compact == known.replace(" ", ""):
            return 1.0 - min(rank, 9) * 0.01
        if min(len(compact), len(known)) >= _SHORTEST_FUZZY or not known.isascii():
            ratio = fuzz.ratio(words, known)
            contained = known in words and len(known) * 2 >= len(words) and (len(known) >= _SHORTEST_FUZZY or not known.isascii())
            if ratio >= _FUZZY_FROM or contained:
                best = max(best, 0.85 * ratio / 100 if ratio >= _FUZZY_FROM else 0.7)
    return best


def value_fit(profile: ColumnProfile, field: Field) -> float:
    """How well the values suit the field, 0 (impossible) to 1."""
    kind = field.values
    if profile.filled == 0:
        return 0.5
    if kind == "time":
        return max(profile.dates, 0.6 * profile.numeric if profile.whole > 0.5 and (profile.median or 0) > 10_000 else 0.0)
    if kind in {"number", "count"}:
        return profile.numeric
    if kind == "email":
        return profile.emails
    if kind == "id":
        return _id_fit(profile, field)
    if kind == "flag":
        return 1.0 if profile.distinct <= 4 else 0.3
    if field.key == "products.name":
        return 1.0 - 0.8 * profile.numeric
    return 1.0 - 0.7 * max(profile.numeric, profile.dates)


def _id_fit(profile: ColumnProfile, field: Field) -> float:
    if profile.dates > 0.5:
        return 0.1
    fraction = profile.numeric - profile.whole
    fit = 1.0 - 0.8 * fraction
    if field.column == "order_id" and profile.negative > 0.05:
        return 0.1
    return fit * (0.8 if profile.mean_length > 40 else 1.0)


def _telling(profile: ColumnProfile, field: Field) -> float:
    """How much the values alone speak for a field, for headers that say nothing."""
    if field.key == "orders.ordered_at":
        return profile.dates
    if field.key == "customers.email":
        return profile.emails
    if field.key == "order_lines.quantity" and profile.numeric > 0.95 and profile.whole > 0.98:
        return 0.92 if profile.median is not None and 0 < profile.median <= 50 and profile.repeats > 3 else 0.0
    if field.key == "order_lines.unit_price" and profile.numeric > 0.95:
        return 0.92 if profile.whole < 0.9 else 0.0
    return 0.0
