"""What customers say of us: how satisfied they are, what goes with it, who is unhappy, and what they write."""

from analytics.satisfaction.detractors import detractors
from analytics.satisfaction.drivers import satisfaction_drivers
from analytics.satisfaction.measures import satisfaction_overview
from analytics.satisfaction.tone import feedback_sentiment

__all__ = ["detractors", "feedback_sentiment", "satisfaction_drivers", "satisfaction_overview"]
