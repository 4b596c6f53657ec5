"""The named baseline in pandas: the same Parquet files of canonical tables, read and worked out to the same headline figures.

Each function reads only the columns that it needs. A baseline tells less than ours (no intervals, no tests, nothing left
out), and money is floating here, which is faster than DECIMAL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.models.rfm import RULES, SCORES
from analytics.period import Period, add_months, start_of
from analytics.schema import RFM_SEGMENTS
from analytics.shop import Shop
from benchmarks.answer import Answer, Request

Files = Mapping[str, Path]
_FIGURES = (
    "revenue", "orders", "customers", "new_customers", "average_order_value", "repeat_rate", "return_rate", "average_rating",
    "nps",
)


def kpi_overview(files: Files, shop: Shop, request: Request) -> Answer:
    """The key figures of both periods."""
    orders, feedback = _orders(files), _read(files, "feedback", "created_at", "rating", "nps")
    counted = orders[orders.counted]
    first = counted.groupby("customer_id").day.min()
    facts: dict[str, Any] = {}
    for prefix, period in (("", request.period), ("previous_", request.before)):
        inside, said = _within(orders, period), _within(feedback.rename(columns={"created_at": "day"}), period)
        sold = inside[inside.counted]
        each = sold.customer_id.value_counts()
        values = (
            inside.revenue.sum(), len(sold), len(each), len(_within(first.to_frame("day"), period)),
            inside.revenue.sum() / len(sold), (each > 1).mean(),
            inside.returned.sum() / (inside.counted | (inside.returned & (inside.revenue == 0))).sum(),
            said.rating.mean(), 100 * ((said.nps >= 9).mean() - (said.nps <= 6).mean()),
        )
        facts |= {f"{prefix}{name}": value for name, value in zip(_FIGURES, values, strict=True)}
    return Answer(facts)


def metric_breakdown(files: Files, shop: Shop, request: Request) -> Answer:
    """Revenue by category, order discounts spread over the lines."""
    lines = _within(_lines(files), request.period)
    lines = lines.merge(_read(files, "products", "product_id", "category"), on="product_id")
    sums = lines.groupby("category").revenue.sum().reset_index().sort_values(["revenue", "category"], ascending=[False, True])
    total = lines.revenue.sum()
    rows = [(place, row.category, row.revenue, row.revenue / total) for place, row in enumerate(sums.itertuples(), 1)]
    return Answer({"total": total, "groups": len(rows), "first_group": rows[0][1]}, {"groups": rows})


def metric_trend(files: Files, shop: Shop, request: Request) -> Answer:
    """Revenue by month."""
    orders = _within(_orders(files), request.period)
    sums = orders.groupby(orders.day.to_numpy().astype("datetime64[M]")).revenue.sum()
    rows = [(month.date(), revenue) for month, revenue in sums.items()]
    return Answer({"total": orders.revenue.sum(), "all_buckets": len(rows)}, {"trend": rows})


def top_customers(files: Files, shop: Shop, request: Request) -> Answer:
    """The customers with the highest revenue."""
    orders = _within(_orders(files), request.period)
    sums = orders.groupby("customer_id").agg(value=("revenue", "sum"), orders=("counted", "sum"))
    ranked = sums[sums.orders > 0].reset_index()
    top = ranked.sort_values(["value", "customer_id"], ascending=[False, True]).head(10)
    top = top.merge(_read(files, "customers", "customer_id", "name", "city"), on="customer_id", how="left")
    facts = {"ranked": len(ranked), "average": ranked.value.mean(), "total": orders.revenue.sum()}
    return Answer(facts, {"customers": list(top.itertuples(index=False, name=None))})


def top_products(files: Files, shop: Shop, request: Request) -> Answer:
    """The products with the highest revenue."""
    lines = _within(_lines(files), request.period)
    sums = lines.groupby("product_id").revenue.sum().rename("value").to_frame()
    sums["orders"] = lines[lines.sale].groupby("product_id").order_id.nunique()
    ranked = sums[sums.orders > 0].reset_index()
    top = ranked.sort_values(["value", "product_id"], ascending=[False, True]).head(10)
    top = top.merge(_read(files, "products", "product_id", "name", "category"), on="product_id", how="left")
    rows = list(top[["product_id", "name", "category", "value", "orders"]].itertuples(index=False, name=None))
    return Answer({"ranked": len(ranked), "total": lines.revenue.sum()}, {"products": rows})


def segment_rfm(files: Files, shop: Shop, request: Request) -> Answer:
    """Customers, revenue and recency by RFM segment."""
    segments = rfm_segments(_orders(files), shop.as_of)
    facts = {"customers": segments.customers.sum(), "revenue": segments.revenue.sum()}
    return Answer(facts, {"segments": list(segments.itertuples(name=None))})


def cohort_retention(files: Files, shop: Shop, request: Request) -> Answer:
    """Customers of the cohorts of twelve months and the current one, and those who bought in each later month."""
    orders = _orders(files)
    bought = orders[orders.counted & orders.customer_id.notna()]
    month = bought.day.dt.year * 12 + bought.day.dt.month
    visits = pd.DataFrame({"customer_id": bought.customer_id, "month": month}).drop_duplicates()
    visits["cohort"] = visits.groupby("customer_id").month.transform("min")
    first = add_months(start_of("month", shop.as_of), -12)
    visits = visits[visits.cohort >= first.year * 12 + first.month]
    active = visits.groupby(["cohort", visits.month - visits.cohort]).size()
    sizes = active.xs(0, level=1)
    last = shop.as_of.year * 12 + shop.as_of.month
    cells = [(cohort, age) for cohort in sizes.index for age in range(1, last - cohort + 1)]
    rows = [(_month(cohort), age, sizes[cohort], active.get((cohort, age), 0)) for cohort, age in cells]
    return Answer({"customers": sizes.sum(), "cohorts": len(sizes)}, {"cohorts": rows})


def metric_compare(files: Files, shop: Shop, request: Request) -> Answer:
    """Revenue of both periods, in all and per day."""
    assert request.period is not None
    assert request.before is not None
    orders = _orders(files)
    values = [_within(orders, period).revenue.sum() for period in (request.period, request.before)]
    days = (request.period.days, request.before.days)
    sides = [(value, value / length) for value, length in zip(values, days, strict=True)]
    return Answer({"a_value": values[0], "b_value": values[1], "difference": values[0] - values[1]}, {"sides": sides})


def rfm_segments(orders: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Customers, revenue and mean recency by RFM segment, from orders with customer_id, day, counted and revenue."""
    known = orders[orders.customer_id.notna()]
    people = known.groupby("customer_id", sort=False).agg(orders=("counted", "sum"), revenue=("revenue", "sum"))
    people["last"] = known[known.counted].groupby("customer_id", sort=False).day.max()
    people = people[people.orders > 0]
    # Sums of floats differ in their last digits; equal revenues must score equally.
    columns = (people["last"], people.orders, people.revenue.round(4))
    scores = [1 + (column.rank(method="min").astype("int64") - 1) * SCORES // len(people) for column in columns]
    holds = [
        np.logical_and.reduce([score.between(*bounds) for score, bounds in zip(scores, rule.bounds, strict=True)])
        for rule in RULES
    ]
    people["rfm_segment"] = np.select(holds, [rule.segment for rule in RULES], default="")
    people["recency"] = (pd.Timestamp(as_of) - people["last"]).dt.days
    groups = people.groupby("rfm_segment").agg(
        customers=("orders", "size"), revenue=("revenue", "sum"), recency=("recency", "mean")
    )
    groups = groups.reindex(list(RFM_SEGMENTS))
    return groups.fillna({"customers": 0, "revenue": 0}).replace({np.nan: None})


def _read(files: Files, table: str, *columns: str) -> pd.DataFrame:
    return pd.read_parquet(files[table], columns=list(columns))


def _orders(files: Files) -> pd.DataFrame:
    """Every order with its day, whether it counts and was returned, and its revenue."""
    orders = _read(files, "orders", "order_id", "customer_id", "ordered_at", "status", "discount")
    lines = _read(files, "order_lines", "order_id", "quantity", "unit_price")
    amount = lines.quantity * lines.unit_price
    sums = pd.DataFrame({"order_id": lines.order_id, "gross": amount.clip(lower=0), "credit": amount.clip(upper=0)})
    orders = orders.join(sums.groupby("order_id", sort=False).sum(), on="order_id")
    orders["counted"] = (orders.status == "completed") & (orders.gross > 0)
    live = orders.status != "cancelled"
    orders["returned"] = (orders.status == "returned") | (live & (orders.credit < 0) & (orders.gross == 0))
    orders["revenue"] = np.where(orders.counted, orders.gross - orders.discount, 0) + np.where(live, orders.credit, 0)
    orders["day"] = orders.ordered_at.dt.normalize()
    return orders


def _lines(files: Files) -> pd.DataFrame:
    """Every order line with the day of its order, whether it is a sale, and its revenue."""
    orders = _read(files, "orders", "order_id", "ordered_at", "status", "discount")
    lines = _read(files, "order_lines", "order_id", "product_id", "quantity", "unit_price").merge(orders, on="order_id")
    amount = lines.quantity * lines.unit_price
    lines["sale"] = (lines.status == "completed") & (amount > 0)
    sold = amount.where(lines.sale, 0)
    whole = sold.groupby(lines.order_id).transform("sum")
    spread = lines.discount * sold / whole.where(whole > 0, 1)
    lines["revenue"] = sold - spread + amount.where((amount < 0) & (lines.status != "cancelled"), 0)
    lines["day"] = lines.ordered_at.dt.normalize()
    return lines


def _within(frame: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    if period is None:
        return frame
    return frame[(frame.day >= pd.Timestamp(period.start)) & (frame.day < pd.Timestamp(period.end))]


def _month(number: int) -> date:
    return date((number - 1) // 12, (number - 1) % 12 + 1, 1)
