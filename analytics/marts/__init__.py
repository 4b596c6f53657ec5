"""The marts of a data set, built once per load inside its DuckDB file from the canonical tables.

Owns the order of building and the facts that the whole file depends on: as-of date, first day, churn horizon. The SQL
stands in `sales`, `customers` and `others`; it runs in the engine, nothing per row passes through Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import duckdb

from analytics.marts import customers, others, sales
from analytics.marts.sql import Terms, create, one
from analytics.schema import MARTS
from analytics.shop import Settings

#: Called with the name of the step and the share done, 0 to 1.
Progress = Callable[[str, float], None]

#: Horizon where fewer than FEWEST_GAPS gaps between orders are known, in months.
FALLBACK_MONTHS = 6
FEWEST_GAPS = 30
DAYS_PER_MONTH = 30.44

_PREPARED = {**sales.PREPARED, **customers.PREPARED}
_BUILT = {**sales.BUILT, **customers.BUILT, **others.BUILT}
#: Prepared tables stand before the marts that read them; a mart may read the marts before it.
_STEPS = (
    "customer_places", "prepared_orders", "prepared_lines", "discount_shares", "sale_lines", "order_totals", "order_facts",
    "settled_places", "daily_sales", "customer_categories", "invoice_facts", "feedback_facts", "ticket_facts", "touch_facts",
    "campaign_facts", "loyalty_facts", "event_facts", "purchase_gaps", "customer_orders", "customer_tiers", "customer_scores",
    "customer_facts",
)


@dataclass(frozen=True)
class Built:
    """What building found out: the as-of date, the first day with an order, and the settings with the horizon."""

    as_of: date
    first_day: date
    settings: Settings


def build(
    connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime, progress: Progress | None = None
) -> Built:
    """Builds every mart in the connection's current database, which holds all canonical tables.

    `now` is the load moment in UTC: orders and events after it stay in their tables and out of the marts. The as-of
    date is the local date of the latest order that remains, or of the load where there is none.
    """
    terms = _terms(connection, settings, now)
    made: list[str] = []
    for position, name in enumerate(_STEPS):
        if progress is not None:
            progress(name, position / len(_STEPS))
        if name in _PREPARED:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {_PREPARED[name](terms)}")
            made.append(name)
        else:
            if name == "feedback_facts":
                made.append(others.score_feedback(connection))
            create(connection, MARTS[name], _BUILT[name](terms), others.ORDER.get(name, ""))
        if name == "purchase_gaps":
            terms = replace(terms, horizon_days=churn_horizon_days(connection))
    for name in made:
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    first = one(connection, "SELECT min(order_date) FROM order_facts") or terms.as_of
    return Built(terms.as_of, first, replace(settings, churn_horizon_days=terms.horizon_days))


def churn_horizon_days(connection: duckdb.DuckDBPyConnection) -> int:
    """Days without a counted order after which a customer counts as churned.

    The 90th percentile of the gaps between the consecutive purchase days of known customers (several orders on one day
    are one), rounded to whole months, at least one; FALLBACK_MONTHS where there are fewer than FEWEST_GAPS gaps.
    """
    gaps = one(connection, "SELECT count(*) FROM purchase_gaps")
    percentile = one(connection, "SELECT quantile_cont(gap_days, 0.9) FROM purchase_gaps")
    months = FALLBACK_MONTHS if gaps < FEWEST_GAPS else max(1, round(percentile / DAYS_PER_MONTH))
    return round(months * DAYS_PER_MONTH)


def definitions_hash() -> str:
    """Changes when a definition in this package changes, so that data built by other definitions gets another version."""
    terms = Terms(datetime(2000, 1, 1), date(2000, 1, 1), Settings())
    text = "\n".join(make(terms) for _, make in sorted({**_PREPARED, **_BUILT}.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _terms(connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> Terms:
    terms = Terms(now, now.date(), settings)
    latest = f"SELECT CAST({terms.local('max(ordered_at)')} AS DATE) FROM orders WHERE ordered_at <= {terms.now_sql}"
    today = f"SELECT CAST({terms.local(terms.now_sql)} AS DATE)"
    as_of = one(connection, latest) or one(connection, today)
    return replace(terms, as_of=as_of)
