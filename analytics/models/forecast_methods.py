"""The forecasting methods: the past of one series in, its next steps with a model's own interval out.

Owns which methods there are and how each is fitted; knows no back-test and chooses nothing. Models come from statsforecast
(compiled: nothing is built at the first call).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from analytics.models.seasonal import Floats, season_of

#: Longest season that exponential smoothing can carry.
_MAX_SMOOTHED_SEASON = 24
#: Fewest values that a model with parameters is fitted to.
FEWEST_VALUES = 8
#: A forecast this many times beyond anything ever seen is a failed fit.
_RUNAWAY = 10.0


@dataclass(frozen=True)
class Path:
    """The next steps of a series: expected values and half the width of the interval around each."""

    mean: Floats
    half: Floats


#: (values, season, steps, percent of the interval) -> the next steps.
Method = Callable[[Floats, int, int, float], Path]


class NoFit(Exception):
    """The method has nothing sensible to say about this series."""


def naive(values: Floats, season: int, steps: int, percent: float) -> Path:
    """The value one season ago, or the last value where the history has no whole season and one more value.

    The interval is that of a (seasonal) random walk: it widens with the square root of the seasons ahead.
    Source: Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, 3rd ed., 5.2 and 5.5.
    """
    lag = naive_lag(len(values), season)
    moves = values[lag:] - values[:-lag]
    spread = float(np.sqrt(np.mean(moves**2))) if len(moves) else 0.0
    seasons_ahead = np.arange(steps) // lag + 1
    return Path(np.resize(values[-lag:], steps), z_of(percent) * spread * np.sqrt(seasons_ahead))


def naive_lag(count: int, season: int) -> int:
    """How far back the naive forecast looks, given `count` values."""
    return season if count > season else 1


def theta(values: Floats, season: int, steps: int, percent: float) -> Path:
    """The dynamic optimised theta method on the series without its season.

    Source: Fiorucci, Pellegrini, Louzada, Petropoulos, Koehler (2016), Models for optimising the theta method and their
    relationship to state space models, International Journal of Forecasting 32.
    """
    from statsforecast.models import DynamicOptimizedTheta

    found = season_of(values, season)
    path = _path(DynamicOptimizedTheta(season_length=1), found.taken_out(values), steps, percent)
    return Path(found.put_back(path.mean, len(values)), path.half * found.scale(len(values), steps) * found.widening)


def level(values: Floats, season: int, steps: int, percent: float) -> Path:
    """Simple exponential smoothing: the level that the series has reached, without trend or season."""
    from statsforecast.models import AutoETS

    return _path(AutoETS(season_length=1, model="ANN"), values, steps, percent)


def smoothing() -> Method:
    """Exponential smoothing with a damped trend and a season that may change; additive or multiplicative by AICc.

    The form is chosen at the first call, on the least history, and kept for later ones, so that a back-test never uses what
    it could not have known and costs one search.
    Source: Hyndman and Khandakar (2008), Automatic time series forecasting, Journal of Statistical Software 27(3).
    """
    forms: dict[bool, str] = {}

    def method(values: Floats, season: int, steps: int, percent: float) -> Path:
        from statsforecast.models import AutoETS

        if season > _MAX_SMOOTHED_SEASON:
            raise NoFit("season too long")
        is_positive = bool(np.min(values) > 0)
        model = AutoETS(season_length=season, model=forms.get(is_positive, "ZAZ"), damped=True)
        path = _path(model, values, steps, percent)
        forms.setdefault(is_positive, str(model.model_["components"][:3]))
        return path

    return method


def z_of(percent: float) -> float:
    """The two-sided quantile of the normal distribution for an interval of so many percent."""
    return NormalDist().inv_cdf(0.5 + percent / 200)


def _path(model: Any, values: Floats, steps: int, percent: float) -> Path:
    if len(values) < FEWEST_VALUES:
        raise NoFit("too few values")
    label = f"{percent:g}"
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = model.fit(values).predict(h=steps, level=[float(percent) if "." in label else int(percent)])
        except Exception as fault:  # the library has no error of its own: whatever it raises, this series has no fit
            raise NoFit(str(fault)) from fault
    mean, low, high = (np.asarray(found[key], dtype=np.float64) for key in ("mean", f"lo-{label}", f"hi-{label}"))
    half = (high - low) / 2
    limit = _RUNAWAY * float(np.max(np.abs(values)))
    if not (np.isfinite(mean).all() and np.isfinite(half).all()) or np.max(np.abs(mean)) > limit:
        raise NoFit("the fit ran away")
    return Path(mean, np.minimum(half, limit))
