"""Named segments as filters on their dimension."""

from __future__ import annotations

from analytics.finding import CannotAnswer, Filter
from analytics.schema import LIFECYCLE_STAGES, RFM_SEGMENTS, VALUE_TIERS

#: Dimension of each name. `new` and `lost` name an RFM segment too; alone they mean the stage in the customer's life.
SEGMENT_DIMENSION: dict[str, str] = (
    dict.fromkeys(RFM_SEGMENTS, "rfm_segment") | dict.fromkeys(VALUE_TIERS, "value_tier")
    | dict.fromkeys(LIFECYCLE_STAGES, "lifecycle_stage")
)


def segment_filters(segment: tuple[str, ...]) -> tuple[Filter, ...]:
    """One filter per dimension that the names belong to; names of one dimension are alternatives.

    `new` and `lost` are lifecycle stages, unless every name given is an RFM segment and another one is only that
    ("champions and lost"). Raises CannotAnswer(unknown_segment) for a name that no segment has.
    """
    for name in segment:
        if name not in SEGMENT_DIMENSION:
            raise CannotAnswer("unknown_segment", segment=name)
    only_rfm = [name for name in segment if SEGMENT_DIMENSION[name] == "rfm_segment"]
    if only_rfm and all(name in RFM_SEGMENTS for name in segment):
        return (_among("rfm_segment", segment),)
    dimensions = dict.fromkeys(SEGMENT_DIMENSION[name] for name in segment)
    return tuple(_among(d, tuple(name for name in segment if SEGMENT_DIMENSION[name] == d)) for d in dimensions)


def _among(dimension: str, names: tuple[str, ...]) -> Filter:
    unique = tuple(dict.fromkeys(names))
    return Filter(dimension, "=", unique[0]) if len(unique) == 1 else Filter(dimension, "in", unique)
