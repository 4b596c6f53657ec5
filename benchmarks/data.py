"""The data set of the benchmarks: a made-up shop of any size, drawn inside the engine, the same on every run.

Owns the drawing and the folder it is kept in; the loading is that of the product (analytics.store). The canonical tables
stay beside the data set as Parquet, for baselines that read files. Money stands there as DOUBLE, not DECIMAL: pandas
would make an object of every decimal.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analytics import marts, store
from analytics.marts.sql import literal
from analytics.shop import Settings
from analytics.store.reading import connect

#: The load moment: after every order.
NOW = datetime(2025, 1, 1)
_FIRST_DAY = "DATE '2022-01-01'"
_DAYS = 1_096
_ORDERS_PER_LINE, _CUSTOMERS_PER_LINE, _MOST_PRODUCTS = 0.4, 0.05, 2_000


@dataclass(frozen=True)
class Sample:
    """A data set that stands ready: its file, its Parquet files by table, its order lines, and the seconds its load took."""

    path: Path
    parquet: dict[str, Path]
    lines: int
    load_seconds: float


def prepare(folder: Path, lines: int) -> Sample:
    """The data set of so many order lines in `folder`: as it stands there, or drawn and loaded now."""
    queries = _queries(lines)
    stamp = hashlib.sha256("\n".join([*queries.values(), marts.definitions_hash()]).encode()).hexdigest()[:12]
    path, files = folder / f"shop-{lines}.duckdb", {name: folder / f"{name}-{lines}.parquet" for name in queries}
    notes = folder / f"shop-{lines}.json"
    if notes.exists():
        known = json.loads(notes.read_text(encoding="utf-8"))
        if known["stamp"] == stamp and path.exists() and all(file.exists() for file in files.values()):
            return Sample(path, files, lines, known["load_seconds"])
    folder.mkdir(parents=True, exist_ok=True)
    _draw(queries, files)
    begun = time.perf_counter()
    store.write(path, files, Settings(), now=NOW)
    seconds = time.perf_counter() - begun
    notes.write_text(json.dumps({"stamp": stamp, "load_seconds": seconds}), encoding="utf-8")
    return Sample(path, files, lines, seconds)


def _draw(queries: dict[str, str], files: dict[str, Path]) -> None:
    connection = connect()
    try:
        # A number from 0 up to 1 that depends on the row and on what it is drawn for, and on nothing else.
        connection.execute("CREATE MACRO u(row, what) AS hash(row, what) / 18446744073709551616.0")
        connection.execute("CREATE MACRO pick(names, row, what) AS names[1 + CAST(floor(len(names) * u(row, what)) AS BIGINT)]")
        for name, query in queries.items():
            connection.execute(f"COPY ({query}) TO {literal(str(files[name]))} (FORMAT parquet)")
    finally:
        connection.close()


def _queries(lines: int) -> dict[str, str]:
    """The canonical tables as queries.

    Some customers order far more often than others, each within a span of its own, so that cohorts fade out. 4 % of the
    orders are guests', 3 % cancelled, 5 % returned, 1 % credit notes; a fifth has a discount.
    """
    orders, customers = max(1, round(lines * _ORDERS_PER_LINE)), max(1, round(lines * _CUSTOMERS_PER_LINE))
    products = min(_MOST_PRODUCTS, max(20, lines // 500))
    return {
        "customers": f"""
            SELECT printf('C%07d', i) AS customer_id, 'Customer ' || i AS name, pick(['female', 'male'], i, 'gender') AS gender,
                   DATE '1945-01-01' + CAST(floor(22000 * u(i, 'birth')) AS INTEGER) AS birth_date,
                   'City ' || city AS city, 'Region ' || city // 5 AS region, 'GB' AS country,
                   pick(['garden', 'kitchen', 'sport', 'toys'], i, 'interest') AS interest,
                   {_FIRST_DAY} + CAST(floor({_DAYS} * u(i, 'first')) AS INTEGER) AS signup_date,
                   pick(['ads', 'email', 'search', 'shop'], i, 'source') AS acquisition_channel,
                   pick(['bronze', 'gold', 'silver'], i, 'tier') AS loyalty_tier, u(i, 'consent') < 0.7 AS marketing_consent
            FROM (SELECT range AS i, CAST(floor(40 * pow(u(range, 'city'), 1.5)) AS INTEGER) AS city FROM range({customers}))""",
        "products": f"""
            SELECT printf('P%05d', range) AS product_id, 'Product ' || range AS name, 'Category ' || range % 24 AS category,
                   {_price('range')} AS list_price,
                   round({_price('range')} * (0.4 + 0.4 * u(range, 'cost')), 2) :: DOUBLE AS unit_cost
            FROM range({products})""",
        "orders": f"""
            SELECT printf('O%08d', i) AS order_id, CASE WHEN u(i, 'guest') >= 0.04 THEN printf('C%07d', c) END AS customer_id,
                   CAST({_FIRST_DAY} AS TIMESTAMP) + to_seconds(CAST(floor(86400 * {_DAYS}
                       * (u(c, 'first') + (1 - u(c, 'first')) * u(c, 'life') * u(i, 'time'))) AS BIGINT)) AS ordered_at,
                   pick(['app', 'phone', 'store', 'web'], i, 'channel') AS channel,
                   CASE WHEN u(i, 'status') < 0.03 THEN 'cancelled' WHEN u(i, 'status') < 0.08 THEN 'returned'
                        ELSE 'completed' END AS status,
                   CASE WHEN u(i, 'discounted') < 0.2 THEN 0.5 ELSE 0.0 END :: DOUBLE AS discount
            FROM (SELECT range AS i, CAST(floor({customers} * pow(u(range, 'customer'), 1.4)) AS BIGINT) AS c
                  FROM range({orders}))""",
        "order_lines": f"""
            SELECT printf('O%08d', o) AS order_id, printf('P%05d', p) AS product_id,
                   CAST(1 + floor(6 * pow(u(j, 'quantity'), 4)) AS INTEGER) * CASE WHEN u(o, 'credit') < 0.01 THEN -1 ELSE 1 END
                       AS quantity, {_price('p')} AS unit_price
            FROM (SELECT range AS j, CASE WHEN range < {orders} THEN range
                         ELSE CAST(floor({orders} * u(range, 'order')) AS BIGINT) END AS o,
                         CAST(floor({products} * pow(u(range, 'product'), 2)) AS BIGINT) AS p FROM range({lines}))""",
        "feedback": f"""
            SELECT printf('F%07d', i) AS feedback_id, CAST({_FIRST_DAY} AS TIMESTAMP)
                       + to_seconds(CAST(floor(86400 * {_DAYS} * u(i, 'said')) AS BIGINT)) AS created_at,
                   pick(['review', 'survey'], i, 'where') AS source,
                   CAST(1 + floor(5 * sqrt(u(i, 'rating'))) AS BIGINT) AS rating,
                   CAST(floor(11 * sqrt(u(i, 'nps'))) AS BIGINT) AS nps
            FROM (SELECT range AS i FROM range({orders // 50}))""",
    }


def _price(product: str) -> str:
    return f"CAST(round(2 + 60 * pow(u({product}, 'price'), 3), 2) AS DOUBLE)"
