"""Tiny hand-worked data sets for tests.

    SALES = '''
        order_id | customer_id | ordered_at       | status    | product_id | quantity | unit_price
        1        | ann         | 2024-03-02 10:00 | completed | tea        | 2        | 5.00
        1        | ann         | 2024-03-02 10:00 | completed | mug        | 1        | 10.00
        2        |             | 2024-03-05       | cancelled | tea        | 1        | 5.00
    '''
    shop, engine = tiny_shop({"sales": SALES, "customers": "customer_id | city\\nann | York"})

`tiny_shop` is a fixture of tests/conftest.py (each data set goes to its own temporary file; engines are closed after the
test). Keys are canonical tables, each a pipe-separated text with a header; the pseudo-table `sales` is split into orders
and order_lines. An empty cell is null; columns that are not named are null; `true`/`false`, ISO dates and times as usual.
Keyword arguments are fields of Settings (time_zone="Europe/London") and `now` (the load moment, default 2100-01-01, so
that nothing is in the future) and `today` (default: the as-of date). Without any table the shop is empty.

`rows(engine, "SELECT ...")` runs SQL (the oracle of a test) on the data set: tables and marts by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analytics import store
from analytics.run import Engine
from analytics.schema import CANONICAL
from analytics.shop import Settings, Shop

NEVER = datetime(2100, 1, 1)


def frame(text: str) -> pd.DataFrame:
    """A pipe-separated text as a frame of strings; empty cells are null."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return pd.DataFrame()
    for line in lines[1:]:
        if len(line) != len(lines[0]):
            raise ValueError(f"{len(line)} cells under {len(lines[0])} columns: {' | '.join(line)}")
    cells = [[cell or None for cell in line] for line in lines[1:]]
    return pd.DataFrame(cells, columns=lines[0], dtype="string")


def frames(tables: Mapping[str, str | pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Canonical frames of the texts; `sales` becomes orders and order_lines."""
    given = {name: frame(table) if isinstance(table, str) else table for name, table in tables.items()}
    sales = given.pop("sales", None)
    if sales is not None:
        order_columns = [name for name in sales.columns if name in CANONICAL["orders"].column_names]
        line_columns = [name for name in sales.columns if name in CANONICAL["order_lines"].column_names]
        given["orders"] = sales[order_columns].drop_duplicates("order_id")
        given["order_lines"] = sales[line_columns]
    return {name: table for name, table in given.items() if len(table.columns)}


def make_shop(
    path: Path, tables: Mapping[str, str | pd.DataFrame], *, now: datetime = NEVER, today: date | None = None, **settings: Any
) -> tuple[Shop, Engine]:
    """Writes the tables to `path` and opens them."""
    store.write(path, frames(tables), Settings(**settings), now=now)
    return store.open_shop(path, today)


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    """All rows of an SQL query on the data set."""
    with engine.cursor() as cursor:
        return [tuple(row) for row in cursor.execute(query).fetchall()]
