"""The churn model: fitted on past windows, judged on a later one, then fitted anew and applied to today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np

from analytics.churn.features import FACTORS, Factor, active_on
from analytics.finding import CannotAnswer, Fit
from analytics.models import propensity
from analytics.period import DAY
from analytics.semantics.dimensions import TIME_COLUMN
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

REASONS = 3
#: Past windows that the model learns from: one that holds enough customers, else several, which steady a small shop's model.
ENOUGH_CUSTOMERS = 1_000
MOST_WINDOWS = 4
#: An outcome is read over the churn horizon, or over a part of a history that is short for it, but not over fewer days.
_PARTS_OF_HISTORY = 4
_FEWEST_DAYS = 30
#: A factor that adds less to the log-odds is no reason (a tenth moves a probability of one half by 2.5 points).
_LEAST_REASON = 0.1
_REASONS = {f"reason_{place}": "string" for place in range(1, REASONS + 1)}
_SCORES = ibis.schema({"customer_id": "string", "probability": "float64"} | _REASONS)
_BACKTEST = ibis.schema({
    "auc": "float64", "auc_low": "float64", "auc_high": "float64", "lift": "float64", "brier": "float64",
    "naive_brier": "float64", "base_rate": "float64", "expected_rate": "float64", "cases": "int64", "fitted_cases": "int64",
    "windows": "int64", "fitted_from": "date", "test_from": "date", "test_until": "date",
})
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
    columns: Mapping[str, propensity.Floats]
    churned: propensity.Flags

    def table(self, factors: Sequence[Factor]) -> propensity.Floats:
        return np.column_stack([self.columns[factor.name] for factor in factors])


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
        known_days = (shop.as_of - shop.first_day).days
        raise CannotAnswer("too_little_history", grain="day", buckets=known_days, fewest=_PARTS_OF_HISTORY * _FEWEST_DAYS)
    return Windows(days, today, known[0], tuple(known[1:]))


def churn_model_fit(shop: Shop) -> Fit:
    """The churn model of a data set.

    The back-test learns from the customers active on an earlier day (on up to MOST_WINDOWS days where they are few), whose
    outcome was known on the day that it is judged on. Then the model learns from that day in the same way and is applied
    to everybody active today.
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
    one_in = -(-shop.rows.get("customer_facts", 1) // propensity.MOST_ROWS)
    past = [_look(shop, engine, seen.judged, seen.days, one_in)]
    for day in seen.learnt:
        if sum(len(look.churned) for look in past[1:]) < ENOUGH_CUSTOMERS:
            past.append(_look(shop, engine, day, seen.days, one_in))
    judged, learnt = past[0], past[1:]
    if not propensity.enough(judged.churned) or not propensity.enough(np.concatenate([look.churned for look in learnt])):
        raise CannotAnswer("too_little_history", needs_cases=propensity.FEWEST_CASES)
    factors = _usable(shop, engine, seen.learnt[len(learnt) - 1])
    found = propensity.evaluate(judged.churned, _scorer(learnt, factors).probability(judged.table(factors)))
    scorer = _scorer(past[: len(learnt)], factors)
    today = _look(shop, engine, seen.today, seen.days)
    features = today.table(factors)
    scores = pd.DataFrame({"customer_id": today.customers, "probability": scorer.probability(features)})
    for place, names in enumerate(_reasons(scorer, factors, features), start=1):
        scores[f"reason_{place}"] = names
    backtest = asdict(found) | {
        "naive_brier": found.base_rate * (1 - found.base_rate), "fitted_cases": sum(len(look.churned) for look in learnt),
        "windows": len(learnt), "fitted_from": seen.learnt[len(learnt) - 1], "test_from": seen.judged, "test_until": shop.as_of,
    }
    names = [factor.name for factor in factors]
    weights = pd.DataFrame({"factor": names, "coefficient": scorer.coefficients, "odds_ratio": np.exp(scorer.coefficients)})
    return {"scores": scores, "backtest": pd.DataFrame([backtest])[list(_BACKTEST)], "factors": weights}


def _usable(shop: Shop, engine: Engine, earliest: date) -> tuple[Factor, ...]:
    """The factors whose data reach back far enough before the first day learnt from: others would tell then from now."""
    begun: dict[str | None, date | None] = {None: shop.first_day}
    for mart in dict.fromkeys(factor.mart for factor in FACTORS if factor.mart):
        table = shop.table(mart)
        if mart == "customer_categories":
            begun[mart] = shop.first_day if shop.has(mart) else None
        else:
            begun[mart] = engine.rows(table.agg(first=table[TIME_COLUMN[mart]].min().cast("date")))[0][0]
    return tuple(
        factor for factor in FACTORS
        if (first := begun[factor.mart]) is not None and first <= max(shop.first_day, earliest - timedelta(days=factor.reach))
    )


def _look(shop: Shop, engine: Engine, day: date, days: int, one_in: int = 1) -> _Look:
    frame = engine.frame(active_on(shop, day, days, one_in).order_by("customer_id"))
    columns = {factor.name: frame[factor.name].to_numpy(dtype=np.float64) for factor in FACTORS}
    return _Look(frame["customer_id"].tolist(), columns, frame["churned"].to_numpy(dtype=bool))


def _scorer(looks: Sequence[_Look], factors: Sequence[Factor]) -> propensity.Scorer:
    features = np.vstack([look.table(factors) for look in looks])
    return propensity.fit(features, np.concatenate([look.churned for look in looks]))


def _reasons(scorer: propensity.Scorer, factors: Sequence[Factor], features: propensity.Floats) -> list[list[str | None]]:
    """Per place, the factor that adds most to each row's risk, against an average customer; None where no further one does.

    A factor is a reason only on its named side: "few orders" is not said of somebody with many.
    """
    sides = np.array([1.0 if factor.named == "high" else -1.0 for factor in factors])
    added = scorer.contributions(features)
    told = np.where((features - scorer.mean) * sides > 0, added, 0.0)
    names: list[str | None] = [*(f"risk.{factor.name}" for factor in factors), None]
    order = np.argsort(-told, axis=1, kind="stable")[:, :REASONS]
    # Where too little is added, the last name stands: none.
    order = np.where(np.take_along_axis(told, order, axis=1) >= _LEAST_REASON, order, len(factors))
    return [[names[at] for at in order[:, place]] for place in range(order.shape[1])]
