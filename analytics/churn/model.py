"""The churn model: fitted on past windows, judged on a later one, then fitted anew and applied to today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np

from analytics.churn.features import FACTORS, RECENT_DAYS, Factor, active_on
from analytics.finding import CannotAnswer, Fit
from analytics.models import propensity
from analytics.period import DAY
from analytics.semantics.dimensions import TIME_COLUMN
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

REASONS = 3
#: Past windows that the model learns from at most: more of them steady a small shop's model, older ones say little.
MOST_WINDOWS = 4
#: An outcome is read over the churn horizon, or over a part of a history that is short for it, but not over fewer days.
_PARTS_OF_HISTORY = 4
_FEWEST_DAYS = 30
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
        "naive_brier": "float64",
        "base_rate": "float64",
        "expected_rate": "float64",
        "cases": "int64",
        "fitted_cases": "int64",
        "windows": "int64",
        "fitted_from": "date",
        "test_from": "date",
        "test_until": "date",
    }
)
_FACTORS = ibis.schema({"factor": "string", "coefficient": "float64", "odds_ratio": "float64"})


@dataclass(frozen=True)
class Windows:
    """Days on which customers are looked at, latest first. The outcome of each is known `days` later; that of `today` is
    not. `judged` is the last day with a known outcome; `learnt` those before it, at least one outcome window apart."""

    days: int
    today: date
    judged: date
    learnt: tuple[date, ...]


@dataclass(frozen=True)
class _Look:
    """The active customers of a day: their factors and what became of them."""

    customers: Sequence[str]
    features: propensity.Floats
    churned: propensity.Flags


def outcome_days(shop: Shop) -> int:
    """Days over which "places no order" is predicted: the churn horizon, less where the history is short for it."""
    horizon = shop.settings.churn_horizon_days
    history = (shop.as_of - shop.first_day).days
    return horizon if history >= 2.5 * horizon else min(horizon, history // _PARTS_OF_HISTORY)


def windows(shop: Shop) -> Windows:
    """The days to look at. A day is learnt from when at least half an outcome window of history lies before it.

    Raises CannotAnswer where there is none.
    """
    days, today = outcome_days(shop), shop.as_of + DAY
    past = [today - timedelta(days=days * back) for back in range(1, MOST_WINDOWS + 2)] if days else []
    known = [day for day in past if (day - shop.first_day).days >= days / 2]
    if days < _FEWEST_DAYS or len(known) < 2:
        raise CannotAnswer(
            "too_little_history", grain="day", buckets=(shop.as_of - shop.first_day).days, fewest=_PARTS_OF_HISTORY * _FEWEST_DAYS
        )
    return Windows(days, today, known[0], tuple(known[1:]))


def churn_model_fit(shop: Shop) -> Fit:
    """The churn model of a data set.

    The back-test learns from the customers active on up to MOST_WINDOWS earlier days, the outcome of each of which was known
    on the day it is judged on. Then the model learns from that day as well and is applied to everybody active today.
    `scores`: probability to place no counted order in the next `outcome_days`, and up to three factors that raise it most.
    `backtest`: see propensity.Evaluation. `factors`: odds ratio per standard deviation. Running it raises
    CannotAnswer(too_little_history) where customers who stayed or who left are too few.
    """

    def fit(engine: Engine) -> Mapping[str, pd.DataFrame]:
        return _fit(shop, engine)

    return Fit("churn", "", {"scores": _SCORES, "backtest": _BACKTEST, "factors": _FACTORS}, fit)


def _fit(shop: Shop, engine: Engine) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    seen = windows(shop)
    factors = _usable(shop, engine, seen)
    one_in = -(-shop.rows.get("customer_facts", 1) // propensity.MOST_ROWS)
    past = [_look(shop, engine, factors, day, seen.days, one_in) for day in (seen.judged, *seen.learnt)]
    judged, learnt = past[0], past[1:]
    if not propensity.enough(judged.churned) or not propensity.enough(np.concatenate([look.churned for look in learnt])):
        raise CannotAnswer("too_little_history", needs_cases=propensity.FEWEST_CASES)
    found = propensity.evaluate(judged.churned, _scorer(learnt).probability(judged.features))
    scorer = _scorer(past[:MOST_WINDOWS])
    today = _look(shop, engine, factors, seen.today, seen.days)
    scores = pd.DataFrame({"customer_id": today.customers, "probability": scorer.probability(today.features)})
    for place, names in enumerate(_reasons(scorer, factors, today.features), start=1):
        scores[f"reason_{place}"] = names
    backtest = asdict(found) | {
        "naive_brier": found.base_rate * (1 - found.base_rate),
        "fitted_cases": sum(len(look.churned) for look in learnt),
        "windows": len(learnt),
        "fitted_from": seen.learnt[-1],
        "test_from": seen.judged,
        "test_until": shop.as_of,
    }
    names = [factor.name for factor in factors]
    weights = pd.DataFrame({"factor": names, "coefficient": scorer.coefficients, "odds_ratio": np.exp(scorer.coefficients)})
    return {"scores": scores, "backtest": pd.DataFrame([backtest])[list(_BACKTEST)], "factors": weights}


def _usable(shop: Shop, engine: Engine, seen: Windows) -> tuple[Factor, ...]:
    """The factors whose data reach back before the first day that is learnt from: others would tell the past from today."""
    since = {None: True, "customer_categories": shop.has("customer_categories")}
    for mart in dict.fromkeys(factor.mart for factor in FACTORS if factor.mart not in since):
        table = shop.table(str(mart))
        first = (
            engine.rows(table.agg(first=table[TIME_COLUMN[str(mart)]].min().cast("date")))[0][0] if shop.has(str(mart)) else None
        )
        since[mart] = first is not None and first <= max(shop.first_day, seen.learnt[-1] - timedelta(days=RECENT_DAYS))
    return tuple(factor for factor in FACTORS if since[factor.mart])


def _look(shop: Shop, engine: Engine, factors: Sequence[Factor], day: date, days: int, one_in: int = 1) -> _Look:
    frame = engine.frame(active_on(shop, day, days, one_in).order_by("customer_id"))
    features = frame[[factor.name for factor in factors]].to_numpy(dtype=np.float64)
    return _Look(frame["customer_id"].tolist(), features, frame["churned"].to_numpy(dtype=bool))


def _scorer(looks: Sequence[_Look]) -> propensity.Scorer:
    return propensity.fit(np.vstack([look.features for look in looks]), np.concatenate([look.churned for look in looks]))


def _reasons(scorer: propensity.Scorer, factors: Sequence[Factor], features: propensity.Floats) -> list[list[str | None]]:
    """Per place, the factor that adds most to each row's risk, against an average customer; None where no further one does.

    A factor is a reason only on its named side: "few orders" is not said of somebody with many.
    """
    sides = np.array([1.0 if factor.named == "high" else -1.0 for factor in factors])
    added = scorer.contributions(features)
    told = np.where((features - scorer.mean) * sides > 0, added, 0.0)
    names = np.array([f"risk.{factor.name}" for factor in factors], dtype=object)
    order = np.argsort(-told, axis=1, kind="stable")[:, :REASONS]
    raised = np.take_along_axis(told, order, axis=1) > 0
    return [np.where(raised[:, place], names[order[:, place]], None).tolist() for place in range(REASONS)]
