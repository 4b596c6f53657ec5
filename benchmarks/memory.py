"""RFM in memory: the orders stand ready as a table in our engine, and as the same frame in pandas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ibis
import ibis.expr.types as ir
import pandas as pd

from analytics.run import Engine
from analytics.schema import RFM_SEGMENTS
from analytics.segments.groups import by_segment, purchases, totals
from analytics.segments.rfm import rfm_scores
from analytics.shop import Shop
from benchmarks.answer import Disagreement
from benchmarks.pandas_baseline import rfm_segments

_QUERY = "SELECT customer_id, CAST(order_date AS TIMESTAMP) AS day, counted, CAST(revenue AS DOUBLE) AS revenue FROM order_facts"


def orders_frame(engine: Engine) -> pd.DataFrame:
    """The orders of a data set as pandas would hold them: customer_id, day, counted, revenue."""
    with engine.cursor() as cursor:
        return cursor.execute(_QUERY).df()


@contextmanager
def in_memory(orders: pd.DataFrame) -> Iterator[Engine]:
    """An engine without a file whose order_facts are the frame."""
    engine = Engine(None)
    try:
        with engine.cursor() as cursor:
            cursor.register("given_orders", orders)
            cursor.execute(
                "CREATE TABLE order_facts AS SELECT customer_id, CAST(day AS DATE) AS order_date, counted,"
                " CAST(revenue AS DECIMAL(18, 4)) AS revenue FROM given_orders"
            )
        yield engine
    finally:
        engine.close()


def scored(shop: Shop) -> ir.Table:
    """Our RFM from orders to segments: size, value and recency of each."""
    people = rfm_scores(purchases(shop, None))
    recency = ibis.literal(shop.as_of).delta(people.last_order_date, unit="day")
    return by_segment(totals(people.mutate(recency_days=recency), "rfm_segment"), "rfm_segment", RFM_SEGMENTS)


def check(shop: Shop, engine: Engine, orders: pd.DataFrame) -> None:
    """Raises Disagreement unless both find the same customers in each segment."""
    ours = {str(row[0]): row[1] for row in engine.rows(scored(shop))}
    theirs = {str(name): int(count) for name, count in rfm_segments(orders, shop.as_of).customers.items()}
    if ours != theirs:
        raise Disagreement(f"pandas: customers by segment are {theirs}, ours are {ours}")
