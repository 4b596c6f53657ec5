"""What customers do: who comes back and when, and what they buy together."""

from analytics.behaviour.baskets import market_basket
from analytics.behaviour.cohorts import cohort_retention

__all__ = ["cohort_retention", "market_basket"]
