"""Overview: key figures, one metric at a time, rankings, and customers one by one or as a list."""

from analytics.overview.breakdown import metric_breakdown
from analytics.overview.compare import metric_compare
from analytics.overview.customers import customer_list
from analytics.overview.kpis import kpi_overview
from analytics.overview.profile import customer_profile
from analytics.overview.rankings import top_customers, top_products
from analytics.overview.trend import metric_trend
from analytics.overview.value import metric_value

__all__ = [
    "customer_list", "customer_profile", "kpi_overview", "metric_breakdown", "metric_compare", "metric_trend", "metric_value",
    "top_customers", "top_products",
]
