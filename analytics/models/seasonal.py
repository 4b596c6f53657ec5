"""The season of a series: how far each phase (month of the year, day of the week) lies from the trend, and no further than
the history can tell.

Owns estimating a season and taking it out of a series; forecasts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Beyond its last known point the trend goes on with this part of its mean slope.
_TREND_KEPT = 0.5
#: Whole seasons below which no season is estimated.
FEWEST_SEASONS = 2


@dataclass(frozen=True)
class Season:
    """One index per phase, the first that of the first value: factors around 1, or amounts around 0.

    `kept` is the part of the phases' distances that was taken for season and not for noise, `repeats` how often each phase
    was seen.
    """

    indices: Floats
    is_factor: bool
    kept: float = 0.0
    repeats: float = 1.0

    @property
    def widening(self) -> float:
        """How much wider errors ahead are than those of a model fitted to the values without their season.

        An index of few values follows their noise: what is left of them is too small by (1 - 2k/n + k^2/n), and the index
        itself is off by k^2/n (k: kept, n: repeats; variances in units of the noise).
        """
        share = self.kept**2 / self.repeats
        return float(np.sqrt((1 + share) / (1 - 2 * self.kept / self.repeats + share)))

    def taken_out(self, values: Floats) -> Floats:
        """The values without their season."""
        indices = self.at(0, len(values))
        return values / indices if self.is_factor else values - indices

    def put_back(self, values: Floats, first: int) -> Floats:
        """Seasonless values whose first one has position `first` in the series, with their season."""
        indices = self.at(first, len(values))
        return values * indices if self.is_factor else values + indices

    def scale(self, first: int, count: int) -> Floats:
        """What a spread around seasonless values is multiplied with at each position."""
        return self.at(first, count) if self.is_factor else np.ones(count)

    def at(self, first: int, count: int) -> Floats:
        """The indices of `count` positions from `first` on."""
        return self.indices[(first + np.arange(count)) % len(self.indices)]


def season_of(values: Floats, length: int) -> Season:
    """The season of a series, shrunk towards none by as much as its noise calls for.

    Classical decomposition: the mean of each phase's ratio to (or, where values are not all positive, distance from) a
    centred moving average. The means are then shrunk with the James-Stein rule, so that two or three noisy years do not
    invent a season; no test decides. Without two whole seasons there is none.
    Source: Miller and Williams (2003), Shrinkage estimators of time series seasonal factors and their effect on
    forecasting accuracy, International Journal of Forecasting 19.
    """
    is_factor = bool(np.min(values) > 0)
    if length < 2 or len(values) < FEWEST_SEASONS * length:
        return Season(np.ones(1) if is_factor else np.zeros(1), is_factor)
    trend = _trend(values, length)
    apart = np.log(values / np.maximum(trend, np.finfo(float).tiny)) if is_factor else values - trend
    phases = np.arange(len(values)) % length
    counts = np.bincount(phases, minlength=length)
    means = np.bincount(phases, apart, minlength=length) / counts
    freedom = len(values) - length
    noise = float(np.sum((apart - means[phases]) ** 2)) / freedom * float(np.mean(1 / counts))
    means = means - np.mean(means)
    kept = _kept(means, noise)
    return Season(np.exp(means * kept) if is_factor else means * kept, is_factor, kept, len(values) / length)


def _kept(means: Floats, noise: float) -> float:
    """The part of the phases' distances that is more than noise, 0..1."""
    spread = float(np.sum(means**2)) / (len(means) - 1)
    if spread == 0:
        return 0.0
    tail = max(len(means) - 3, 1) / max(len(means) - 1, 1)
    return max(0.0, 1 - tail * noise / spread)


def _trend(values: Floats, length: int) -> Floats:
    """The centred moving average over one season, carried on to both ends."""
    weights = np.full(length, 1 / length)
    if length % 2 == 0:
        weights = np.concatenate(([0.5], np.ones(length - 1), [0.5])) / length
    middle = np.convolve(values, weights, "valid")
    before = (len(weights) - 1) // 2
    after = len(values) - len(middle) - before
    slope = _TREND_KEPT * (middle[-1] - middle[0]) / max(len(middle) - 1, 1)
    head = middle[0] - slope * np.arange(before, 0, -1)
    tail = middle[-1] + slope * np.arange(1, after + 1)
    trend = np.concatenate((head, middle, tail))
    # A trend carried below zero would turn a positive series' ratios around.
    return np.maximum(trend, np.min(values)) if np.min(values) > 0 else trend
