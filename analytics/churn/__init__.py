"""Leaving customers: who is likely to lapse, and how good that judgement has been."""

from analytics.churn.model import churn_model_fit, outcome_days
from analytics.churn.risk import churn_risk

__all__ = ["churn_model_fit", "churn_risk", "outcome_days"]
