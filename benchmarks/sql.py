"""The named baseline of every analysis: the best SQL that we can write by hand for the same answer, on the same marts.

Each function asks for every figure and row of our finding that takes the data to tell: sums, counts, ranks, what was left
out. What follows from those by arithmetic (rates, intervals, tests) it leaves out, which makes it a little faster
still. One pass does as much as it can, and a smaller mart is read wherever one holds the answer.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from analytics.period import Period, add_months, start_of
from analytics.schema import RFM_SEGMENTS
from analytics.shop import Shop
from benchmarks.answer import Answer, Request

_LEFT_OUT_ORDERS = """
    count(*) FILTER ((counted OR revenue <> 0) AND status <> 'cancelled') AS used,
    count(*) FILTER (status = 'cancelled') AS cancelled,
    count(*) FILTER (status = 'returned' AND NOT counted AND revenue = 0) AS returned,
    count(*) FILTER (NOT counted AND revenue = 0 AND status NOT IN ('cancelled', 'returned')) AS no_sale_line"""
_ORDER_NAMES = ("rows_used", "left_out_cancelled", "left_out_returned", "left_out_without_sale_line")

Cursor = duckdb.DuckDBPyConnection


def kpi_overview(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """One pass over the orders of both periods, one over their customers, one over the feedback; the course from daily_sales."""
    period, before = _both(request)
    now = f"order_date >= {_day(period.start)}"
    orders = _rows(cursor, f"""
        SELECT {now} AS now, sum(revenue), count(*) FILTER (counted), count(*) FILTER (counted AND order_number = 1),
               count(*) FILTER (returned) / nullif(count(*) FILTER (counted OR (returned AND revenue = 0)), 0),
               stddev_pop(revenue) FILTER (counted), {_LEFT_OUT_ORDERS}
        FROM order_facts WHERE {_span('order_date', before, period)} GROUP BY 1 ORDER BY 1 DESC""")
    people = _rows(cursor, f"""
        SELECT now, count(*), count(*) FILTER (orders > 1) FROM (
            SELECT {now} AS now, customer_id, count(*) AS orders FROM order_facts
            WHERE counted AND customer_id IS NOT NULL AND {_span('order_date', before, period)} GROUP BY ALL)
        GROUP BY 1 ORDER BY 1 DESC""")
    said = _rows(cursor, f"""
        SELECT created_at >= {_day(period.start)} AS now, avg(rating), stddev_pop(rating), 100 *
               (count(*) FILTER (nps >= 9) - count(*) FILTER (nps <= 6)) / count(nps)
        FROM feedback_facts WHERE {_span('created_at', before, period)} GROUP BY 1 ORDER BY 1 DESC""")
    course = _rows(cursor, f"""
        SELECT CAST(date_trunc('week', day) AS DATE), sum(revenue), sum(orders) FROM daily_sales
        WHERE {_span('day', period)} GROUP BY 1 ORDER BY 1""")
    facts: dict[str, Any] = dict(zip(_ORDER_NAMES, orders[0][6:], strict=True))
    for prefix, sums, buyers, voices in zip(("", "previous_"), orders, people, said, strict=True):
        facts |= {
            f"{prefix}revenue": sums[1], f"{prefix}orders": sums[2], f"{prefix}new_customers": sums[3],
            f"{prefix}return_rate": sums[4], f"{prefix}average_order_value": float(sums[1]) / sums[2],
            f"{prefix}customers": buyers[1], f"{prefix}repeat_rate": buyers[2] / buyers[1],
            f"{prefix}average_rating": voices[1], f"{prefix}nps": voices[3],
        }
    return Answer(facts, {"course": course})


def metric_breakdown(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """One pass over the lines for the sums, one for what was left out: together they take half the time of one for both."""
    span = _span("order_date", _only(request))
    groups = _rows(cursor, f"SELECT category, sum(revenue) FROM sale_lines WHERE {span} GROUP BY 1 ORDER BY 2 DESC, 1")
    total = sum(row[1] for row in groups)
    facts = _lines_left_out(cursor, span) | {
        "total": total, "groups": len(groups), "first_group": groups[0][0], "last_group": groups[-1][0]
    }
    shown = [(place, *row, row[1] / total) for place, row in enumerate(groups, 1)]
    return Answer(facts, {"groups": shown})


def metric_trend(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """The course from daily_sales; one pass over the orders for what was left out."""
    period = _only(request)
    months = _rows(cursor, f"""
        SELECT CAST(date_trunc('month', day) AS DATE), sum(revenue) FROM daily_sales WHERE {_span('day', period)}
        GROUP BY 1 ORDER BY 1""")
    facts = _orders_left_out(cursor, _span("order_date", period))
    facts |= {"total": sum(row[1] for row in months), "all_buckets": len(months)}
    return Answer(facts, {"trend": months})


def top_customers(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """One pass over the orders by customer, one for what was left out."""
    span = _span("order_date", _only(request))
    rows = _rows(cursor, f"""
        WITH sums AS MATERIALIZED (
            SELECT customer_id, sum(revenue) AS value, count(*) FILTER (counted) AS orders FROM order_facts
            WHERE {span} GROUP BY 1),
        ranked AS (SELECT * FROM sums WHERE customer_id IS NOT NULL AND orders > 0),
        totals AS (SELECT count(*) AS ranked, avg(value) AS average FROM ranked),
        top AS (SELECT * FROM ranked ORDER BY value DESC, customer_id LIMIT 10)
        SELECT customer_id, t.value, t.orders, c.name, c.city, c.value_tier, c.rfm_segment, c.last_order_date, ranked, average,
               (SELECT sum(value) FROM sums)
        FROM top t JOIN customer_facts c USING (customer_id), totals ORDER BY 2 DESC, 1""")
    facts = _orders_left_out(cursor, span, known_only=True)
    facts |= {"ranked": rows[0][8], "average": rows[0][9], "total": rows[0][10], "first_id": rows[0][0]}
    return Answer(facts, {"customers": [row[:8] for row in rows]})


def top_products(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """One pass over the lines by product, one for what was left out."""
    span = _span("order_date", _only(request))
    products = _rows(cursor, f"""
        WITH sums AS MATERIALIZED (
            SELECT product_id, sum(revenue) AS value, count(DISTINCT order_id) FILTER (kind = 'sale') AS orders FROM sale_lines
            WHERE {span} GROUP BY 1),
        ranked AS (SELECT * FROM sums WHERE product_id IS NOT NULL AND orders > 0)
        SELECT r.product_id, coalesce(p.name, r.product_id), p.category, r.value, r.orders, (SELECT sum(value) FROM sums),
               (SELECT count(*) FROM ranked),
               (SELECT count(*) FROM products WHERE product_id NOT IN (SELECT product_id FROM ranked))
        FROM ranked r LEFT JOIN products p ON p.product_id = r.product_id ORDER BY 4 DESC, 1 LIMIT 10""")
    facts = _lines_left_out(cursor, span)
    facts |= dict(zip(("total", "ranked", "unsold"), products[0][5:], strict=True))
    return Answer(facts, {"products": [row[:5] for row in products]})


def segment_rfm(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """A pass over the customers for each table, one over the orders for guests and what was left out."""
    people = "customer_facts WHERE orders > 0"
    sums = _rows(cursor, f"""
        SELECT rfm_segment, count(*), sum(revenue), sum(orders), avg(days_since_last_order) FROM {people} GROUP BY 1""")
    known = {row[0]: row[1:] for row in sums}
    segments = [(name, *known.get(name, (0, 0, 0, None))) for name in RFM_SEGMENTS]
    members = _rows(cursor, f"""
        SELECT customer_id, name, rfm_segment, recency_score, frequency_score, monetary_score, last_order_date,
               days_since_last_order, orders, revenue
        FROM {people} ORDER BY revenue DESC, customer_id LIMIT 20""")
    bounds = {
        score: _rows(cursor, f"SELECT {score}, min({column}), max({column}) FROM {people} GROUP BY 1 ORDER BY 1 DESC")
        for score, column in (
            ("recency_score", "days_since_last_order"), ("frequency_score", "orders"), ("monetary_score", "revenue"))
    }
    scores = [tuple(x for row in rows for x in row[1:]) for rows in zip(*bounds.values(), strict=True)]
    grid = _rows(cursor, f"""
        SELECT recency_score, frequency_score, count(*), sum(revenue) FROM {people} GROUP BY 1, 2 ORDER BY 1 DESC, 2""")
    rows = _rows(cursor, """
        SELECT status, count(*) FILTER (counted AND customer_id IS NULL), sum(revenue) FILTER (counted AND customer_id IS NULL),
               count(*) FILTER (customer_id IS NOT NULL)
        FROM order_facts GROUP BY 1""")
    known = {row[0]: row[3] for row in rows}
    counts = (
        sum(row[1] for row in rows), sum(row[2] or 0 for row in rows), known.get("cancelled", 0), known.get("returned", 0)
    )
    facts = {
        "customers": sum(row[1] for row in segments), "revenue": sum(row[2] for row in segments),
        "rows_used": sum(row[3] for row in segments), "guest_orders": counts[0], "guest_revenue": counts[1],
        "left_out_without_customer": counts[0], "left_out_cancelled": counts[2], "left_out_returned": counts[3],
    }
    shown = [(row[0], row[1], row[2], row[4]) for row in segments]
    return Answer(facts, {"segments": shown, "members": members, "scores": scores, "grid": grid})


def cohort_retention(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """The members of the cohorts once, then one pass over the orders since the first cohort."""
    first = add_months(start_of("month", shop.as_of), -12)
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE started AS
        SELECT customer_id, CAST(date_trunc('month', order_date) AS DATE) AS cohort FROM order_facts
        WHERE order_number = 1 AND counted AND order_date >= {_day(first)}""")
    cells = _rows(cursor, f"""
        SELECT cohort, datediff('month', cohort, order_date) AS age, count(DISTINCT customer_id) FILTER (counted), sum(revenue),
               count(*) FILTER (counted)
        FROM order_facts JOIN started USING (customer_id) WHERE order_date >= {_day(first)} AND order_date >= cohort
        GROUP BY 1, 2 ORDER BY 1, 2""")
    sizes = dict(_rows(cursor, "SELECT cohort, count(*) FROM started GROUP BY 1"))
    guests = _rows(cursor, f"""
        SELECT count(*) FROM order_facts WHERE counted AND customer_id IS NULL AND order_date >= {_day(first)}""")[0][0]
    facts = {
        "rows_used": sum(row[4] for row in cells), "left_out_without_customer": guests, "customers": sum(sizes.values()),
        "cohorts": len(sizes), "first_cohort": min(sizes), "last_cohort": max(sizes),
    }
    found = {row[:2]: row[2:4] for row in cells}
    ages = [(start, age) for start in sorted(sizes) for age in range(1, _months(start, shop.as_of) + 1)]
    return Answer(facts, {"cohorts": [(*cell, sizes[cell[0]], *found.get(cell, (0, 0))) for cell in ages]})


def metric_compare(cursor: Cursor, shop: Shop, request: Request) -> Answer:
    """Both periods from daily_sales, with what the test of their days needs; one pass over the orders for what was left out."""
    period, before = _both(request)
    sides = _rows(cursor, f"""
        SELECT day >= {_day(period.start)}, sum(revenue), avg(revenue), stddev_pop(revenue), count(*) FROM daily_sales
        WHERE {_span('day', before, period)} GROUP BY 1 ORDER BY 1 DESC""")
    facts = _orders_left_out(cursor, _span("order_date", period))
    facts |= {"a_value": sides[0][1], "b_value": sides[1][1], "difference": sides[0][1] - sides[1][1]}
    return Answer(facts, {"sides": [(side[1], float(side[1]) / side[4]) for side in sides]})


def _orders_left_out(cursor: Cursor, span: str, *, known_only: bool = False) -> dict[str, Any]:
    """Orders that count, and those left out for each reason. To group by one short column is the fastest way to count."""
    counts = "counted OR revenue <> 0"
    guests = f"count(*) FILTER (({counts}) AND customer_id IS NULL)" if known_only else "0"
    rows = _rows(cursor, f"""
        SELECT status, count(*), count(*) FILTER ({counts}), {guests} FROM order_facts WHERE {span} GROUP BY 1""")
    kept = [row for row in rows if row[0] != "cancelled"]
    out = {
        "rows_used": sum(row[2] - row[3] for row in kept),
        "left_out_cancelled": sum(row[1] for row in rows if row[0] == "cancelled"),
        "left_out_returned": sum(row[1] - row[2] for row in rows if row[0] == "returned"),
        "left_out_without_sale_line": sum(row[1] - row[2] for row in kept if row[0] != "returned"),
    }
    return out | ({"left_out_without_customer": sum(row[3] for row in kept)} if known_only else {})


def _lines_left_out(cursor: Cursor, span: str) -> dict[str, Any]:
    """Lines that count, and those left out for each reason."""
    found = dict(_rows(cursor, f"SELECT kind, count(*) FROM sale_lines WHERE {span} GROUP BY 1"))
    return {
        "rows_used": found.get("sale", 0) + found.get("credit", 0), "left_out_cancelled": found.get("cancelled", 0),
        "left_out_returned": found.get("returned", 0), "left_out_not_counted": found.get("none", 0),
    }


def _rows(cursor: Cursor, query: str) -> list[tuple[Any, ...]]:
    return cursor.execute(query).fetchall()


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _day(day: date) -> str:
    return f"DATE '{day}'"


def _span(column: str, *periods: Period) -> str:
    """Days from the start of the first of these periods to the end of the last."""
    return f"{column} >= {_day(periods[0].start)} AND {column} < {_day(periods[-1].end)}"


def _only(request: Request) -> Period:
    assert request.period is not None
    return request.period


def _both(request: Request) -> tuple[Period, Period]:
    """The period and the one just before it."""
    assert request.period is not None
    assert request.before is not None
    assert request.before.end == request.period.start
    return request.period, request.before
