"""A hand-made finding, computed: what wording, charts and receipts are tested on without a query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from analytics.finding import Filter
from analytics.period import Period
from analytics.run import Computed, ResultTable
from assistant.answer import Candidate, Language, Mark, Request

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1), "month", 1)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 18), "month", 1, full_end=date(2026, 12, 1))

MONTHS = ResultTable(
    (("month", "date"), ("revenue", "decimal(18, 4)"), ("orders", "int64"), ("low", "float64"), ("high", "float64")),
    tuple((date(2026, m, 1), Decimal(1000 * m), 10 * m, 900.0 * m, 1100.0 * m) for m in range(1, 11)), 10,
)
CITIES = ResultTable(
    (("city", "string"), ("revenue", "float64"), ("share", "float64"), ("change", "float64")),
    tuple((name, 1e6 / i, 0.5 / i, 10.0 - i) for i, name in enumerate(["Leeds", "York", None], start=1)), 3,
)
COHORTS = ResultTable(
    (("month", "date"), ("cohort_age", "int64"), ("retention_rate", "float64")),
    tuple((date(2026, m, 1), age, round(1 / (age + 1), 4)) for m in range(1, 7) for age in range(7 - m)), 21,
)
EMPTY = ResultTable((("city", "string"), ("revenue", "float64")), (), 0)


def computed(**changes: Any) -> Computed:
    """Revenue by city, as an analysis would hand it over."""
    given: dict[str, Any] = {
        "facts": {"value": Decimal("1833333.3"), "previous": 1_500_000.0, "change_rate": 0.2222, "best": "Leeds", "is_partial": True},
        "tables": {"cities": CITIES, "months": MONTHS}, "rows_used": 1234, "left_out": {"cancelled": 12, "without_customer": 0},
        "unit": "orders", "caveats": (), "sql": ("SELECT 1",), "units": {"value": "money", "previous": "money", "low": "money", "high": "money"},
        "defaults": {}, "definitions": ("revenue",),
    }
    return Computed(**(given | changes))


def request(language: Language = "en", question: str = "revenue in Leeds", slots: Mapping[str, Any] | None = None) -> Request:
    """A question about revenue in Leeds."""
    stated = {"metric": "revenue", "filters": (Filter("city", "=", "Leeds"),), "period": NOVEMBER} if slots is None else slots
    marks = (Mark("revenue", 0, 7, "metric", "revenue"), Mark("Leeds", 11, 16, "city", "Leeds"))
    return Request(
        "metric_value", stated, language, 0.91234, (Candidate("metric_value", 0.91234), Candidate("metric_trend", 0.05)), marks,
        {"compare_to": "previous"}, question,
    )
