"""The natural order of a dimension's values: stages and bands as they follow one another, time as it passes."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from analytics.semantics import DIMENSIONS


def natural_order(table: ir.Table, columns: Mapping[str, str]) -> list[ir.Value]:
    """Sort keys for columns that hold values of dimensions (column -> dimension); none where the first has no order.

    Unknown values come last.
    """
    dimensions = list(columns.values())
    if not DIMENSIONS[dimensions[0]].ordered:
        return []
    return [key for column, dimension in columns.items() for key in _keys(table[column], dimension)]


def _keys(column: ir.Column, dimension: str) -> list[ir.Value]:
    order = DIMENSIONS[dimension].order
    if order:
        places = ibis.cases(*[(column == value, place) for place, value in enumerate(order)], else_=len(order))
        return [column.isnull(), places, column]
    if dimension == "income_band":
        # "under 20000" comes before "20000-39999".
        number = column.re_extract(r"(\d+)", 1).nullif("").cast("int64")
        return [column.isnull(), number, ~column.startswith("under")]
    return [column.isnull(), column]
