"""What customers say of us: how satisfied they are in figures, and whether what they write is positive or negative."""

from analytics.satisfaction.measures import satisfaction_overview
from analytics.satisfaction.tone import feedback_sentiment

__all__ = ["feedback_sentiment", "satisfaction_overview"]
