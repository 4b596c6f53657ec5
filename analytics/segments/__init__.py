"""Customers in named groups: how many there are of each, what they are worth, who they are."""

from analytics.segments.lifecycle import segment_lifecycle
from analytics.segments.rfm import segment_rfm
from analytics.segments.tiers import segment_value_tiers

__all__ = ["segment_lifecycle", "segment_rfm", "segment_value_tiers"]
