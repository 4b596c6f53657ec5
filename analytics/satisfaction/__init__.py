"""What customers say of us: how satisfied they are, what goes with it, who is unhappy, and what they write."""

from analytics.satisfaction.complaints import complaints
from analytics.satisfaction.detractors import detractors
from analytics.satisfaction.drivers import satisfaction_drivers
from analytics.satisfaction.emerging import emerging_issues
from analytics.satisfaction.measures import satisfaction_overview
from analytics.satisfaction.needs import customer_needs
from analytics.satisfaction.quotes import feedback_quotes
from analytics.satisfaction.themes import feedback_themes
from analytics.satisfaction.tone import feedback_sentiment

__all__ = [
    "complaints", "customer_needs", "detractors", "emerging_issues", "feedback_quotes", "feedback_sentiment", "feedback_themes",
    "satisfaction_drivers", "satisfaction_overview",
]
