"""One filter on one column: typed values, dates against times, unknown values, percentages as spoken; and periods on marts.

Holds no knowledge of which table a field belongs to (see filters and customers).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Filter
from analytics.period import Period
from analytics.semantics.dimensions import TIME_COLUMN
from analytics.semantics.metrics import METRICS

_TRUE = ("true", "1", "yes", "y", "t")


def compare(column: ir.Value, item: Filter) -> ir.BooleanValue:
    """The condition of one filter on a column. The value None means "unknown".

    "Not" keeps rows without a value: unknown is not the excluded value. A date bounds a time by its day. Bounds on shares
    are taken as spoken: above 1 they are percentages.
    """
    if item.values == (None,):
        return column.notnull() if item.op == "!=" else column.isnull()
    if item.op == "contains":
        return column.cast("string").lower().contains(str(item.values[0]).lower())
    if column.type().is_timestamp():
        column = column.cast("date")
    values = tuple(_typed(column, value, item.field) for value in item.values)
    match item.op:
        case "=" | "in":
            return column.isin(values) if len(values) > 1 else column == values[0]
        case "!=":
            return column.notin(values) | column.isnull()
        case ">":
            return column > values[0]
        case "<":
            return column < values[0]
        case ">=":
            return column >= values[0]
        case "<=":
            return column <= values[0]
        case "between":
            return column.between(min(values[0], values[-1]), max(values[0], values[-1]))


def _typed(column: ir.Value, value: Any, field: str) -> Any:
    """The value in the column's type; raises CannotAnswer(bad_value) when it has none."""
    kind = column.type()
    try:
        if kind.is_boolean():
            return value if isinstance(value, bool) else str(value).lower() in _TRUE
        if kind.is_numeric():
            number = value if isinstance(value, int | float) else float(value)
            is_share = field in METRICS and METRICS[field].unit == "percent"
            return number / 100 if is_share and abs(number) > 1 else number
        if kind.is_date():
            if isinstance(value, datetime):
                return value.date()
            return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except (ValueError, TypeError) as fault:
        raise CannotAnswer("bad_value", field=field, value=str(value)) from fault
    return str(value)


def within(table: ir.Table, base: str, period: Period | None) -> ir.Table:
    """The rows of a mart that fall into the period; customer_facts has no time of its own."""
    if period is None or base == "customer_facts":
        return table
    time = _time_of(table, base)
    return table.filter(time >= period.start, time < period.end)


def within_either(table: ir.Table, base: str, period: Period, other: Period) -> ir.Table:
    """The rows of a mart that fall into one of two periods that share no day; `place` is 0 in the first and 1 in the other."""
    time = _time_of(table, base)
    start, end = min(period.start, other.start), max(period.end, other.end)
    # The bounds around both stand first: the engine skips what lies outside without reading it.
    rows = table.filter(time >= start, time < end)
    first, second = ((time >= span.start) & (time < span.end) for span in (period, other))
    if period.days + other.days < (end - start).days:
        rows = rows.filter(first | second)
    return rows.mutate(place=ibis.ifelse(first, ibis.literal(0, "int8"), ibis.literal(1, "int8")))


def _time_of(table: ir.Table, base: str) -> ir.Value:
    return table.order_date if base in ("order_facts", "sale_lines") else table[TIME_COLUMN[base]]
