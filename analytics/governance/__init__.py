"""What is known of the data themselves: what is loaded and how fresh it is, and how clean it is."""

from analytics.governance.contents import data_overview
from analytics.governance.quality import data_quality

__all__ = ["data_overview", "data_quality"]
