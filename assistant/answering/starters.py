"""Questions that the empty page offers: three groups, only what the loaded data can answer."""

from __future__ import annotations

from analytics.shop import Shop
from assistant.answer import Language
from assistant.answering.follow_ups import sample, works
from assistant.understanding.catalogue import Catalogue

_GROUPS: dict[str, tuple[str, ...]] = {
    "start_figures": ("kpi_overview", "metric_breakdown", "metric_trend", "top_customers"),
    "start_deeper": ("churn_risk", "sales_forecast", "segment_rfm", "market_basket"),
    "start_data": ("data_overview", "data_quality", "capabilities", "satisfaction_overview"),
}
_A_GROUP = 3


def starters(known: Catalogue, shop: Shop, language: Language) -> dict[str, tuple[str, ...]]:
    """Up to three questions a group, each by the first example of an intent that works on these data."""
    return {
        group: tuple(sample(known[name], language) for name in names if name in known and works(known[name], shop))[:_A_GROUP]
        for group, names in _GROUPS.items()
    }
