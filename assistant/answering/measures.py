"""How the figures of an answer are measured and called: the unit and the heading of every fact and column.

Owns the order in which a unit is looked up: the finding, the terms, the metrics. Formats nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.period import GRAINS
from assistant.answer import Language
from assistant.answering import terms

#: Columns that hold the first days of buckets; how they are written follows the request's grain.
BUCKETS = ("period", "bucket", "cohort", "first_cohort", "best_cohort", "worst_cohort")
#: Columns that hold the values of the request's dimensions, in their order.
GROUPS = ("group", "group_2")
#: Columns whose unit may differ from row to row; a `unit` or `metric` column beside them tells it.
BY_ROW = ("value", "previous", "change", "difference", "low", "high", "previous_low", "previous_high")
#: Columns that hold a difference of two figures: written with a sign, shares in percentage points.
DIFFERENCES = ("change", "difference")
#: Columns that hold a relative change: written with a sign.
CHANGE_RATES = ("change_rate", "difference_rate")


@dataclass(frozen=True)
class Measures:
    """The units a finding declares and the slots it was asked with."""

    units: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, Any] = field(default_factory=dict)

    def unit(self, name: str, type_name: str = "") -> str:
        """The unit of a fact or column; empty for text and for what has none."""
        unit = self.units.get(name) or terms.load().unit(name)
        if unit is not None:
            return "" if unit == "text" else unit
        base = type_name.removeprefix("!").partition("(")[0]
        if base in ("date", "timestamp"):
            return "date"
        return "number" if base in ("int64", "float64", "decimal", "int32", "int16", "int8") else ""

    def row_unit(self, record: Mapping[str, Any], name: str) -> str | None:
        """The unit that a row gives its own figures, None where the column has one for all rows."""
        if name not in BY_ROW or name in self.units:
            return None
        unit = record.get("unit")
        return str(unit) if unit else terms.load().unit(str(record.get("metric") or ""))

    def dimension(self, name: str) -> str:
        """Whose values a column holds: group columns hold those of the request's dimensions, buckets those of its grain."""
        asked = self.slots.get("dimension") or ()
        asked = (asked,) if isinstance(asked, str) else tuple(asked)
        if name in GROUPS and GROUPS.index(name) < len(asked):
            return str(asked[GROUPS.index(name)])
        if name in BUCKETS and self.slots.get("grain") in GRAINS:
            return str(self.slots["grain"])
        return name

    def heading(self, name: str, language: Language) -> str:
        """The heading of a column: that of its dimension, and of the metric asked for where the column just says value."""
        words = terms.load()
        metric = self.slots.get("metric")
        if name == "value" and "value" in self.units and isinstance(metric, str):
            return words.heading(metric, language)
        if name in ("period", "bucket") or name in GROUPS:
            return words.heading(self.dimension(name), language)
        return words.heading(name, language)
