"""From stated slots to the arguments of an analysis: defaults, comparisons, and what an analysis does not take.

Nothing that was said is dropped in silence: what the analysis takes in another form is rewritten (a product as a
filter), what it cannot take is refused or named.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.semantics import segment_filters
from analytics.shop import Shop
from assistant.understanding.catalogue import Intent

DAYS_PER_MONTH = 30.44
#: Slots without which a question means something else; an analysis that does not take one is not run.
#: Spoken periods without a beginning: they begin with the data.
_OPEN = ("until", "all_time")
_ESSENTIAL = ("filters", "segment", "customer", "product", "theme")


@dataclass(frozen=True)
class Resolved:
    """`arguments` go to the analysis; `defaults` are those that nobody said; `unused` was said and not taken."""

    arguments: Mapping[str, Any]
    defaults: Mapping[str, Any]
    unused: tuple[str, ...]


class MissingSlot(Exception):
    """A slot that the analysis cannot do without and that nobody said."""

    def __init__(self, slot: str) -> None:
        super().__init__(slot)
        self.slot = slot


def resolve(
    intent: Intent, analysis: Callable[..., Any], stated: Mapping[str, Any], relative: str | None, shop: Shop
) -> Resolved:
    """The arguments of one call. Raises MissingSlot, or CannotAnswer(not_applicable) for what would change the meaning."""
    said = _rewritten(intent, stated)
    arguments: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for name, slot in intent.slots.items():
        if name == "compare_to":
            continue
        value = said.get(name)
        if isinstance(value, Period) and value.start < shop.first_day < value.end:
            value = replace(value, start=shop.first_day) if value.name in _OPEN else value
        if value is None or value == ():
            if slot.required:
                raise MissingSlot(name)
            value = _default(name, slot.default, shop)
            if slot.default is not None:
                defaults[name] = slot.default if name != "period" else value
        arguments[name] = _typed(name, value, analysis)
    if "compare_to" in intent.slots:
        arguments["compare_to"], assumed = _comparison(intent, said, relative, arguments.get("period"), shop)
        if assumed is not None:
            defaults["compare_to"] = assumed
    unused = tuple(name for name in said if name not in intent.slots)
    if blocked := next((name for name in unused if name in _ESSENTIAL), None):
        raise CannotAnswer("not_applicable", slot=blocked, intent=intent.id)
    period = arguments.get("period")
    if isinstance(period, Period) and period.start > max(shop.today, shop.as_of):
        raise CannotAnswer("future_period", period=period)
    return Resolved(arguments, defaults, unused)


def _rewritten(intent: Intent, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Stated slots in the forms that the intent takes: segments, products and customers can also be filters."""
    said = dict(stated)
    filters: tuple[Filter, ...] = tuple(said.get("filters", ()))
    if "filters" in intent.slots:
        if "segment" in said and "segment" not in intent.slots:
            filters += segment_filters(said.pop("segment"))
        if "product" in said and "product" not in intent.slots:
            filters += (Filter("product", "=", said.pop("product")),)
        if "customer" in said and "customer" not in intent.slots:
            filters += (Filter("customer_id", "=", said.pop("customer")),)
    if filters:
        said["filters"] = filters
    return said


def _default(name: str, default: Any, shop: Shop) -> Any:
    if name == "period":
        return shop.period(str(default)) if default is not None else None
    if name in ("filters", "segment"):
        return ()
    if name == "dimension":
        return (default,) if isinstance(default, str) else tuple(default or ())
    return default


def _typed(name: str, value: Any, analysis: Callable[..., Any]) -> Any:
    if name == "horizon" and isinstance(value, Mapping):
        return int(value["days"]) if "days" in value else round(float(value["months"]) * DAYS_PER_MONTH)
    if name == "threshold" and isinstance(value, int | float) and value > 1:
        return value / 100
    if name == "metric" and isinstance(value, tuple) and not _takes_tuple(analysis):
        return value[0]
    if name == "dimension" and isinstance(value, str):
        return (value,)
    return value


def _takes_tuple(analysis: Callable[..., Any]) -> bool:
    return "tuple" in str(inspect.signature(analysis).parameters["metric"].annotation)


def _comparison(
    intent: Intent, said: Mapping[str, Any], relative: str | None, period: Period | None, shop: Shop
) -> tuple[Period | None, str | None]:
    """The period to compare with and, when nobody said one, the name of the assumption.

    Nothing is assumed where the data begin only after the period before.
    """
    if isinstance(said.get("compare_to"), Period) and (relative is None or period is None):
        return said["compare_to"], None
    if period is None:
        return None, None
    if relative == "year_before":
        return period.year_before(), None
    if relative == "previous":
        return period.previous(), None
    default = intent.slots["compare_to"].default
    before = period.year_before() if default == "year_before" else period.previous()
    if before.end <= shop.first_day:
        return None, None
    if default == "previous":
        return before, "previous"
    if default == "year_before":
        return before, "year_before"
    return None, None
