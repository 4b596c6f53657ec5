"""The churn model: fitted on a past window, judged on the one after it, then fitted anew and applied to today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np

from analytics.churn.features import FACTORS, active_on
from analytics.finding import CannotAnswer, Fit
from analytics.models import propensity
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

REASONS = 3
_SCORES = ibis.schema(
    {"customer_id": "string", "probability": "float64"} | {f"reason_{n}": "string" for n in range(1, REASONS + 1)}
)
_BACKTEST = ibis.schema(
    {
        "auc": "float64",
        "auc_low": "float64",
        "auc_high": "float64",
        "lift": "float64",
        "brier": "float64",
        "base_rate": "float64",
        "expected_rate": "float64",
        "cases": "int64",
        "fitted_cases": "int64",
        "test_from": "date",
        "test_until": "date",
    }
)
_FACTORS = ibis.schema({"factor": "string", "coefficient": "float64", "odds_ratio": "float64"})


def churn_model_fit(shop: Shop) -> Fit:
    """The churn model of a data set.

    Windows, with h the churn horizon: fitted on customers active at as-of - 2h, whose outcome is known at as-of - h;
    judged on those active at as-of - h, whose outcome is known today; fitted again on these and applied to everybody
    active today. `scores`: probability to place no counted order in the next h days, and up to three factors that raise
    it most. `backtest`: see propensity.Evaluation. `factors`: odds ratio per standard deviation.
    """

    def fit(engine: Engine) -> Mapping[str, pd.DataFrame]:
        return _fit(shop, engine)

    return Fit("churn", "", {"scores": _SCORES, "backtest": _BACKTEST, "factors": _FACTORS}, fit)


def _windows(shop: Shop) -> tuple[date, date, date]:
    today = shop.as_of + timedelta(days=1)
    horizon = timedelta(days=shop.settings.churn_horizon_days)
    return today - 2 * horizon, today - horizon, today


def _fit(shop: Shop, engine: Engine) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    first, second, today = _windows(shop)
    if first <= shop.first_day:
        raise CannotAnswer("too_little_history", needs_days=3 * shop.settings.churn_horizon_days)
    frames = [engine.frame(active_on(shop, day).order_by("customer_id")) for day in (first, second, today)]
    features = [frame[list(FACTORS)].to_numpy(dtype=np.float64) for frame in frames]
    outcomes = [frame["churned"].to_numpy(dtype=bool) for frame in frames]
    if not (propensity.enough(outcomes[0]) and propensity.enough(outcomes[1])):
        raise CannotAnswer("too_little_history", needs_cases=propensity.FEWEST_CASES)
    judged = propensity.evaluate(outcomes[1], propensity.fit(features[0], outcomes[0]).probability(features[1]))
    scorer = propensity.fit(features[1], outcomes[1])
    scores = pd.DataFrame({"customer_id": frames[2]["customer_id"], "probability": scorer.probability(features[2])})
    for place, names in enumerate(_reasons(scorer.contributions(features[2])), start=1):
        scores[f"reason_{place}"] = names
    backtest = pd.DataFrame([asdict(judged) | {"fitted_cases": len(outcomes[0]), "test_from": second, "test_until": shop.as_of}])
    factors = pd.DataFrame({"factor": FACTORS, "coefficient": scorer.coefficients, "odds_ratio": np.exp(scorer.coefficients)})
    return {"scores": scores, "backtest": backtest[list(_BACKTEST)], "factors": factors}


def _reasons(contributions: propensity.Floats) -> list[list[str | None]]:
    """Per place, the factor that adds most to each row's risk; None where no further one raises it."""
    names = np.array([f"risk.{name}" for name in FACTORS], dtype=object)
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :REASONS]
    raised = np.take_along_axis(contributions, order, axis=1) > 0
    return [[name if up else None for name, up in zip(names[order[:, n]], raised[:, n], strict=True)] for n in range(REASONS)]
