"""Metrics and dimensions, declared once: what each one is, where it lives, and any metric by any joinable dimension."""

from analytics.semantics.conditions import within
from analytics.semantics.customers import customers_matching, is_customer_field
from analytics.semantics.dimensions import DIMENSIONS, Dimension, bucket
from analytics.semantics.filters import restrict, why_not_filter
from analytics.semantics.measure import base_for, measure, measure_both, rows_of, why_not
from analytics.semantics.metrics import METRICS, Metric
from analytics.semantics.segments import SEGMENT_DIMENSION, segment_filters

__all__ = [
    "DIMENSIONS", "METRICS", "SEGMENT_DIMENSION", "Dimension", "Metric", "base_for", "bucket", "customers_matching",
    "is_customer_field", "measure", "measure_both", "restrict", "rows_of", "segment_filters", "why_not", "why_not_filter",
    "within",
]
