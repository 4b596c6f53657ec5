"""The question as it was understood, in the asker's language: measure, split, dates, comparison, filters, assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.period import Period
from assistant.answering.formats import Formats
from assistant.answering.measures import Measures
from assistant.understanding.catalogue import Intent

#: Intents whose subject is the metric itself; others are called by their title.
_ABOUT_A_METRIC = ("metric_value", "metric_breakdown", "metric_trend", "metric_compare")
#: Slots that are named with their value after the dates.
_DETAILS = ("segment", "customer", "product", "theme", "horizon", "threshold")


def restated(
    intent: Intent, resolved: Mapping[str, Any], assumed: Mapping[str, Any], found: Mapping[str, Any], formats: Formats
) -> str:
    """The restated question. `assumed` are the slots that nobody said, `found` what the analysis itself took for granted."""
    what = _subject(intent, resolved, formats)
    if isinstance(period := resolved.get("period"), Period):
        what = formats.phrase("during", what=what, span=formats.dates(period))
    if isinstance(other := resolved.get("compare_to"), Period):
        what = formats.phrase("compared", what=what, span=formats.dates(other, mark_partial=False))
    details = [*_details(resolved, formats), *_assumptions(assumed, found, formats)]
    return formats.phrase("semicolon").join([what, *details])


def _subject(intent: Intent, resolved: Mapping[str, Any], formats: Formats) -> str:
    metric, dimension, grain = resolved.get("metric"), resolved.get("dimension"), resolved.get("grain")
    words = formats.label(metric) if metric else ""
    if intent.id in _ABOUT_A_METRIC and words:
        what = words
    elif words:
        what = formats.phrase("asked_metric", title=intent.title[formats.language], metric=words)
    else:
        what = intent.title[formats.language]
    if dimension:
        what = formats.phrase("by_dimension", what=what, dimension=formats.label(dimension))
    if grain:
        what = formats.phrase("per_grain", what=what, grain=formats.label(grain, "grain"))
    return what[:1].upper() + what[1:]


def _details(resolved: Mapping[str, Any], formats: Formats) -> Iterator[str]:
    if filters := resolved.get("filters"):
        yield formats.where(filters)
    if count := resolved.get("top_n"):
        yield formats.phrase("least" if resolved.get("order") == "lowest" else "most", count=formats.count(count))
    elif order := resolved.get("order"):
        yield formats.label(order, "order")
    for name in _DETAILS:
        if (value := resolved.get(name)) not in (None, (), ""):
            yield formats.phrase("detail", what=formats.label(name), value=_value(name, value, resolved, formats))


def _value(name: str, value: Any, resolved: Mapping[str, Any], formats: Formats) -> str:
    if name == "horizon":
        return horizon(value, formats)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return formats.number(value)
    return formats.value(value, name)


def horizon(value: Any, formats: Formats) -> str:
    """A length of time ahead: days as a number, or a mapping with days or months."""
    if isinstance(value, Mapping):
        if value.get("months"):
            return formats.months(value["months"])
        return formats.days(value.get("days"))
    return formats.days(value)


def _assumptions(assumed: Mapping[str, Any], found: Mapping[str, Any], formats: Formats) -> Iterator[str]:
    items = [formats.label(name, "slot") for name, value in assumed.items() if value not in (None, (), "") and name not in found]
    measures = Measures()
    for name, value in found.items():
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            unit = measures.unit(name)
            words = formats.figure(value, unit) if unit and not isinstance(value, str) else formats.value(value, name)
            items.append(formats.phrase("detail", what=formats.label(name, "slot"), value=words))
    if items:
        yield formats.phrase("assumed", items=formats.phrase("comma").join(items))


