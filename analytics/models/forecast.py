"""Forecasts of a regular series, chosen and judged by how well its own past would have been forecast.

Owns the back-test, the choice of a method, and intervals widened or narrowed to what the back-test showed. Values in,
typed results out: no shop, no dates, nothing random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.models.forecast_methods import FEWEST_VALUES, Method, NoFit, Path, level, naive, naive_lag, smoothing, theta
from analytics.models.seasonal import Floats

#: Origins of the back-test: the last parts of the history that are forecast from what came before.
FOLDS = 6
#: Another method replaces the combination only when its back-test error is lower by this share: on a few origins, smaller
#: advantages are luck, and following them makes forecasts worse.
#: Source: Claeskens, Magnus, Vasnev, Wang (2016), The forecast combination puzzle, International Journal of Forecasting 32.
CLEARLY_BETTER = 1 / 3
#: Seasons of history from which on smoothing can tell a season that changes from noise; below, theta stands alone.
_SEASONS_FOR_SMOOTHING = 4
#: What the models weigh in the combination; where one cannot be fitted, the other stands alone.
_WEIGHTS = {"theta": 2 / 3, "smoothing": 1 / 3}
#: What a back-test of few origins is drawn towards, and how many origins that prior weighs: models' own intervals are too
#: narrow by about this factor, and the errors of two steps of one forecast correlate about so much. Both were set on the
#: training part of the M3 monthly series.
_PRIOR_ORIGINS = 8
_PRIOR_WIDTH = 1.15
_PRIOR_CORRELATION = 0.5


@dataclass(frozen=True)
class Backtest:
    """How the method would have done on the series' own past, beside the naive forecast on the same values.

    `smape` in percent: mean of 200 |y - f| / (|y| + |f|), a pair of zeros counting 0. `mase`: mean of |y - f| over the mean
    change of the past from one season (or value) to the next; null where the past never changed. `naive_*`: the same of the
    naive forecast, which repeats the last season, or the last value before there is one. `coverage`: share of values
    inside the interval when its width is set on the other origins. `origins` forecasts of up to `steps` steps, `values`
    values in all.
    """

    origins: int
    steps: int
    values: int
    smape: float
    mase: float | None
    naive_smape: float
    naive_mase: float | None
    coverage: float | None


@dataclass(frozen=True)
class ForecastResult:
    """The next steps. `method`: combination, theta, smoothing, level or naive. `half` is half the interval's width before it is
    cut at zero, `correlation` that of the errors of two steps; `backtest` is None where there is too little past for one."""

    mean: Floats
    lower: Floats
    upper: Floats
    method: str
    backtest: Backtest | None
    half: Floats
    correlation: float

    def half_of_sum(self, weights: Floats) -> float:
        """Half the width of the interval around the weighted sum of the first steps."""
        widths = self.half[: len(weights)] * weights
        own, common = float(np.sum(widths**2)), float(np.sum(widths)) ** 2
        return float(np.sqrt((1 - self.correlation) * own + self.correlation * common))


@dataclass(frozen=True)
class _Fold:
    """One origin: what came, the steps that the past of it shows, and what each method said then."""

    past: Floats
    actual: Floats
    scale: float
    paths: Mapping[str, Path]


def forecast_series(values: Sequence[float] | Floats, horizon: int, season: int = 1, percent: float = 80) -> ForecastResult:
    """The next `horizon` values of a series whose pattern repeats every `season` values, with a `percent` interval.

    From four seasons on a mean of the theta method and damped exponential smoothing; theta alone below; below two seasons
    only the level, as a trend cannot be told from a season then. Another of these, or the naive forecast, takes their
    place where it was clearly better in the back-test. The interval is the methods' own, times what the back-test calls
    for. It is never below zero for a series that never was. Raises ValueError for no values, a value that is not finite,
    a horizon or a season below 1, or an interval outside 50..99 percent.
    """
    series = _checked(values, horizon, season, percent)
    if np.all(series == series[-1]):
        flat = np.full(horizon, series[-1])
        return ForecastResult(flat, flat, flat, "naive", None, np.zeros(horizon), 0.0)
    methods = _methods(len(series), season)
    folds = _folds(series, horizon, season, percent, methods)
    paths = _paths(methods, series, season, horizon, percent)
    name = _choice(folds, paths)
    path = paths[name]
    floor = 0.0 if np.min(series) >= 0 else -np.inf
    mean = np.maximum(path.mean, floor)
    judged = [fold for fold in folds if name in fold.paths]
    half = path.half * _width(judged, name, percent)
    test = _backtest(judged, name, floor, percent)
    lower, upper = np.maximum(mean - half, floor), np.maximum(mean + half, floor)
    return ForecastResult(mean, lower, upper, name, test, half, _correlation(judged, name))


def _methods(count: int, season: int) -> dict[str, Method]:
    """The methods that so long a history allows."""
    if season > 1 and count < 2 * season:
        return {"level": level, "naive": naive}
    methods: dict[str, Method] = {"theta": theta, "naive": naive}
    if count >= max(_SEASONS_FOR_SMOOTHING * season, FEWEST_VALUES):
        methods["smoothing"] = smoothing()
    return methods


def _checked(values: Sequence[float] | Floats, horizon: int, season: int, percent: float) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or len(series) == 0:
        raise ValueError("a series needs at least one value")
    if not np.isfinite(series).all():
        raise ValueError(f"value {int(np.argmin(np.isfinite(series))) + 1} of the series is not a finite number")
    if horizon < 1 or season < 1:
        raise ValueError(f"horizon and season are at least 1, got {horizon} and {season}")
    if not 50 <= percent <= 99:
        raise ValueError(f"an interval covers 50 to 99 percent, got {percent:g}")
    return series


def _paths(methods: Mapping[str, Method], past: Floats, season: int, steps: int, percent: float) -> dict[str, Path]:
    """What every method says, and the combination of the models where both are asked for."""
    found: dict[str, Path] = {}
    for name, method in methods.items():
        try:
            found[name] = method(past, season, steps, percent)
        except NoFit:
            continue
    parts = {name: weight for name, weight in _WEIGHTS.items() if name in found}
    if parts and set(_WEIGHTS) <= set(methods):
        found["combination"] = Path(
            np.average([found[name].mean for name in parts], axis=0, weights=list(parts.values())),
            np.average([found[name].half for name in parts], axis=0, weights=list(parts.values())),
        )
    return found


def _folds(series: Floats, horizon: int, season: int, percent: float, methods: Mapping[str, Method]) -> list[_Fold]:
    """Forecasts from up to FOLDS earlier origins, evenly spread over the last one and a half horizons (short ones: more)."""
    count = len(series)
    least = max(2 * season if count >= 2 * season + 3 else count // 2, FEWEST_VALUES)
    span = min(count - least, max(horizon + (horizon + 1) // 2, 2 * FOLDS))
    if span < 1:
        return []
    nearest = max(1, min(horizon // FOLDS, span))
    origins = sorted({round(float(at)) for at in np.linspace(count - span, count - nearest, FOLDS)})
    out = []
    for origin in origins:
        past, actual = series[:origin], series[origin : origin + horizon]
        lag = naive_lag(origin, season)
        scale = float(np.mean(np.abs(past[lag:] - past[:-lag])))
        out.append(_Fold(past, actual, scale, _paths(methods, past, season, horizon, percent)))
    return out


def _errors(fold: _Fold, name: str) -> Floats:
    path = fold.paths[name]
    return np.abs(fold.actual - path.mean[: len(fold.actual)])


def _choice(folds: Sequence[_Fold], paths: Mapping[str, Path]) -> str:
    """The combination (else the one model there is), unless another one was clearly better at every origin it was tried."""
    usual = next(name for name in ("combination", "theta", "smoothing", "level", "naive") if name in paths)
    tried = [name for name in paths if folds and all(name in fold.paths for fold in folds)]
    if usual not in tried:
        return usual
    mean_error = {name: float(np.mean(np.concatenate([_errors(fold, name) for fold in folds]))) for name in tried}
    best = min(tried, key=lambda name: (mean_error[name], name))
    return best if mean_error[best] < (1 - CLEARLY_BETTER) * mean_error[usual] else usual


def _ratios(fold: _Fold, name: str) -> Floats:
    """Errors of a fold over half the width of the model's own interval, with their sign."""
    path = fold.paths[name]
    count = len(fold.actual)
    half = np.maximum(path.half[:count], 1e-9 * max(float(np.max(np.abs(fold.past))), 1e-9))
    return (fold.actual - path.mean[:count]) / half


def _width(folds: Sequence[_Fold], name: str, percent: float) -> float:
    """What the model's own interval has to be multiplied with, drawn towards the prior by how few origins there are."""
    if not folds:
        return _PRIOR_WIDTH
    seen = float(np.quantile(np.abs(np.concatenate([_ratios(fold, name) for fold in folds])), percent / 100))
    return (len(folds) * seen + _PRIOR_ORIGINS * _PRIOR_WIDTH) / (len(folds) + _PRIOR_ORIGINS)


def _correlation(folds: Sequence[_Fold], name: str) -> float:
    """Mean correlation of the errors of two steps of one forecast, drawn towards the prior."""
    common = own = 0.0
    for ratios in (_ratios(fold, name) for fold in folds):
        pairs = len(ratios) * (len(ratios) - 1)
        common += float(np.sum(ratios)) ** 2 - float(np.sum(ratios**2))
        own += float(np.mean(ratios**2)) * pairs
    seen = common / own if own else _PRIOR_CORRELATION
    drawn = (len(folds) * seen + _PRIOR_ORIGINS * _PRIOR_CORRELATION) / (len(folds) + _PRIOR_ORIGINS)
    return min(max(drawn, 0.0), 1.0)


def _backtest(folds: Sequence[_Fold], name: str, floor: float, percent: float) -> Backtest | None:
    if not folds:
        return None
    actual = np.concatenate([fold.actual for fold in folds])
    told = {
        way: np.concatenate([np.maximum(fold.paths[way].mean[: len(fold.actual)], floor) for fold in folds])
        for way in (name, "naive")
    }
    scales = np.concatenate([np.full(len(fold.actual), fold.scale) for fold in folds])
    return Backtest(
        origins=len(folds), steps=max(len(fold.actual) for fold in folds), values=len(actual),
        smape=smape(actual, told[name]), mase=_scaled(actual, told[name], scales),
        naive_smape=smape(actual, told["naive"]), naive_mase=_scaled(actual, told["naive"], scales),
        coverage=_coverage(folds, name, percent),
    )


def _coverage(folds: Sequence[_Fold], name: str, percent: float) -> float | None:
    """Share of values inside the interval, each origin judged with the width that the other origins call for."""
    if len(folds) < 2:
        return None
    inside = [
        np.abs(_ratios(fold, name)) <= _width([other for other in folds if other is not fold], name, percent) for fold in folds
    ]
    return float(np.mean(np.concatenate(inside)))


def smape(actual: Floats, told: Floats) -> float:
    """Symmetric mean absolute percentage error, 0..200; a value and a forecast of zero are no error.

    Source: Makridakis and Hibon (2000), The M3-competition, International Journal of Forecasting 16.
    """
    size = np.abs(actual) + np.abs(told)
    return float(np.mean(np.where(size > 0, 200 * np.abs(actual - told) / np.where(size > 0, size, 1), 0)))


def mase(actual: Floats, told: Floats, past: Floats, season: int) -> float | None:
    """Mean absolute error over the mean change of the past from one season to the next; None where it never changed.

    Source: Hyndman and Koehler (2006), Another look at measures of forecast accuracy, International Journal of Forecasting 22.
    """
    lag = naive_lag(len(past), season)
    return _scaled(actual, told, np.full(len(actual), float(np.mean(np.abs(past[lag:] - past[:-lag])))))


def _scaled(actual: Floats, told: Floats, scales: Floats) -> float | None:
    known = scales > 0
    return float(np.mean(np.abs(actual - told)[known] / scales[known])) if known.any() else None
