"""What is likely to come: forecasts of metrics."""

from analytics.prediction.sales import sales_forecast

__all__ = ["sales_forecast"]
