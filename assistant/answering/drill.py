"""Drilling: what a row of an answer's table can be opened to.

Reads one answer; every way offered is one that the tables can join. A way says which slots to set on the request that
was answered; asking is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.finding import Filter
from analytics.period import GRAINS, Period, step
from analytics.semantics import DIMENSIONS, is_customer_field, why_not
from analytics.shop import Shop
from assistant.answer import Answer, Column, Table
from assistant.answering.formats import Formats
from assistant.answering.wording import wording

#: Stands in an id that is hidden from whoever asks: it leads to nobody.
HIDDEN = "***"
#: Slots that lose their meaning once a single value is looked at.
_SHAPE: Mapping[str, Any] = dict.fromkeys(("dimension", "grain", "top_n", "order", "compare_to", "threshold"))
_METRIC = "metric_trend"


@dataclass(frozen=True)
class Drill:
    """A way on from a row: what it is called, and the change of the request that leads there (`intent` is one of its slots)."""

    text: str
    change: Mapping[str, Any]


def drills(answer: Answer, table: Table, place: int, shop: Shop) -> tuple[Drill, ...]:
    """The ways on from one row: the customer it names, the customers behind it, the same figure for its value alone."""
    formats = wording(answer.request.language, shop.settings.currency).formats
    cells = dict(zip((column.name for column in table.columns), table.rows[place], strict=True))
    if customer := cells.get("customer_id"):
        if HIDDEN in str(customer):
            return ()
        name = formats.phrase("drill_customer", what=formats.value(cells.get("name") or customer))
        who = {"intent": "customer_profile", "customer": str(customer), "filters": None, "segment": None}
        return (Drill(name, {**_SHAPE, **who}),)
    column = next((column for column in table.columns if _opens(column) and cells[column.name] is not None), None)
    if column is None:
        return ()
    value = cells[column.name]
    if column.dimension in GRAINS:
        return tuple(_in_time(answer, column, value, shop, formats))
    return tuple(_of_value(answer, column, value, shop, formats))


def _opens(column: Column) -> bool:
    return column.dimension in DIMENSIONS or (column.dimension in GRAINS and column.type.removeprefix("!").startswith("date"))


def _of_value(answer: Answer, column: Column, value: Any, shop: Shop, formats: Formats) -> Iterator[Drill]:
    item = Filter(column.dimension, "=", value)
    slots = answer.request.slots
    filters = (*(f for f in slots.get("filters", ()) if f.field != item.field), item)
    words = formats.value(value, column.dimension)
    if is_customer_field(item.field) or item.field in ("city", "region", "country", "category", "product", "order_channel"):
        change = {**_SHAPE, "intent": "customer_list", "metric": None, "filters": filters}
        yield Drill(formats.phrase("drill_people", what=words), change)
    metric = answer.resolved.get("metric")
    if isinstance(metric, str) and why_not(shop, metric, (), filters) is None:
        change = {**_SHAPE, "intent": _METRIC, "metric": metric, "filters": filters, "segment": slots.get("segment")}
        yield Drill(formats.phrase("drill_same", metric=formats.title(metric), what=words), change)


def _in_time(answer: Answer, column: Column, value: Any, shop: Shop, formats: Formats) -> Iterator[Drill]:
    if not isinstance(value, date):
        return
    grain = next(name for name in GRAINS if name == column.dimension)
    period = Period(value, step(grain, value), grain, 1).clipped(shop.today)
    metric = answer.resolved.get("metric")
    if isinstance(metric, str):
        change = {**_SHAPE, "intent": "metric_value", "metric": metric, "period": period}
        yield Drill(formats.phrase("drill_same", metric=formats.title(metric), what=formats.span(period)), change)
    change = {**_SHAPE, "intent": "kpi_overview", "metric": None, "period": period}
    yield Drill(formats.phrase("drill_kpis", what=formats.span(period)), change)


__all__ = ["Drill", "drills"]
