"""The eight analyses that are measured: what is asked, how ours is built, and its baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import duckdb

from analytics import behaviour, overview, segments
from analytics.finding import Finding
from analytics.shop import Shop
from benchmarks import pandas_baseline, sql
from benchmarks.answer import Answer, Request
from benchmarks.pandas_baseline import Files


@dataclass(frozen=True)
class Case:
    """An analysis: `asked` gives the request of a turn, which asks for other days each time, where the analysis takes any;
    `columns` are those of our tables that a baseline gives, too."""

    name: str
    asked: Callable[[Shop], Request]
    ours: Callable[[Shop, Request], Finding]
    sql: Callable[[duckdb.DuckDBPyConnection, Shop, Request], Answer]
    pandas: Callable[[Files, Shop, Request], Answer]
    columns: Mapping[str, tuple[str, ...]]

    def request(self, shop: Shop, turn: int) -> Request:
        """The request as it would be asked `turn` days earlier."""
        return self.asked(shop.on(shop.as_of - timedelta(days=turn)))


def _all_but_first_days(shop: Shop) -> Request:
    """All the data, without as many of its first days as the clock is behind."""
    whole = shop.on(shop.as_of).period("all_time")
    return Request(replace(whole, start=whole.start + (shop.as_of - shop.today)))


def _last(name: str) -> Callable[[Shop], Request]:
    def asked(shop: Shop) -> Request:
        period = shop.period(name)
        return Request(period, period.previous())

    return asked


def _no_days(shop: Shop) -> Request:
    return Request()


CASES = (
    Case(
        "kpi_overview", _last("last_3_months"),
        lambda shop, r: overview.kpi_overview(shop, period=r.period, compare_to=r.before),
        sql.kpi_overview, pandas_baseline.kpi_overview, {"course": ("bucket", "revenue", "orders")},
    ),
    Case(
        "metric_breakdown", _all_but_first_days,
        lambda shop, r: overview.metric_breakdown(shop, dimension=("category",), period=r.period),
        sql.metric_breakdown, pandas_baseline.metric_breakdown, {"groups": ("rank", "group", "value", "share")},
    ),
    Case(
        "metric_trend", _all_but_first_days,
        lambda shop, r: overview.metric_trend(shop, grain="month", period=r.period),
        sql.metric_trend, pandas_baseline.metric_trend, {"trend": ("bucket", "value")},
    ),
    Case(
        "top_customers", _last("last_12_months"),
        lambda shop, r: overview.top_customers(shop, period=r.period),
        sql.top_customers, pandas_baseline.top_customers,
        {"customers": ("customer_id", "value", "orders", "name", "city", "value_tier", "rfm_segment", "last_order_date")},
    ),
    Case(
        "top_products", _last("last_12_months"),
        lambda shop, r: overview.top_products(shop, period=r.period),
        sql.top_products, pandas_baseline.top_products, {"products": ("product_id", "product", "category", "value", "orders")},
    ),
    Case(
        "segment_rfm", _no_days,
        lambda shop, r: segments.segment_rfm(shop),
        sql.segment_rfm, pandas_baseline.segment_rfm,
        {
            "segments": ("rfm_segment", "customers", "revenue", "recency_days"),
            "members": (
                "customer_id", "name", "rfm_segment", "recency_score", "frequency_score", "monetary_score", "last_order_date",
                "recency_days", "orders", "revenue",
            ),
            "scores": ("recency_days_from", "recency_days_to", "orders_from", "orders_to", "revenue_from", "revenue_to"),
            "grid": ("recency_score", "frequency_score", "customers", "revenue"),
        },
    ),
    Case(
        "cohort_retention", _no_days,
        lambda shop, r: behaviour.cohort_retention(shop),
        sql.cohort_retention, pandas_baseline.cohort_retention,
        {"cohorts": ("cohort", "cohort_age", "customers", "active_customers", "revenue")},
    ),
    Case(
        "metric_compare", _last("last_90_days"),
        lambda shop, r: overview.metric_compare(shop, period=r.period, compare_to=r.before),
        sql.metric_compare, pandas_baseline.metric_compare, {"sides": ("value", "per_day")},
    ),
)
