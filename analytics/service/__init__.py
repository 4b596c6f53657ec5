"""Customer service: how well tickets are answered, how agents compare, how many tickets come and will come."""

from analytics.service.agents import agent_performance
from analytics.service.quality import service_quality
from analytics.service.volume import ticket_volume

__all__ = ["agent_performance", "service_quality", "ticket_volume"]
