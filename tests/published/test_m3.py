"""The monthly series of the M3 competition: Makridakis and Hibon (2000). The test parts only measure; nothing was fitted to them.

On these 900 series the best of the competition's 24 entrants, Theta, reached a sMAPE of 13.758 and a MASE of 0.862.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.models.forecast import forecast_series, mase, smape

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "m3_monthly"
FILE = FOLDER / "m3_monthly_series.parquet"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"needs {FOLDER.name}/{FILE.name} of the shared data")

HORIZON, SEASON = 18, 12
#: Series of the normal suite, drawn once with a fixed seed.
SAMPLE, SEED = 60, 3


@dataclass(frozen=True)
class Accuracy:
    """Means over series; `coverage` of the values, `total_coverage` of the sums over the horizon."""

    smape: float
    mase: float
    naive_smape: float
    naive_mase: float
    coverage: float
    total_coverage: float


def series() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The past and the 18 months after it, by the name of the series."""
    table = pd.read_parquet(FILE).sort_values(["series", "t"])
    parts = {split: dict(list(rows.groupby("series")["value"])) for split, rows in table.groupby("split")}
    return {name: (past.to_numpy(float), parts["test"][name].to_numpy(float)) for name, past in sorted(parts["train"].items())}


def accuracy(chosen: dict[str, tuple[np.ndarray, np.ndarray]]) -> Accuracy:
    figures = []
    for past, after in chosen.values():
        told = forecast_series(past, HORIZON, SEASON)
        naive = np.resize(past[-SEASON:], HORIZON)
        inside = np.mean((told.lower <= after) & (after <= told.upper))
        total = abs(after.sum() - told.mean.sum()) <= told.half_of_sum(np.ones(HORIZON))
        figures.append(
            (smape(after, told.mean), mase(after, told.mean, past, SEASON), smape(after, naive), mase(after, naive, past, SEASON), inside, total)
        )
    return Accuracy(*(float(mean) for mean in np.mean(np.array(figures, dtype=np.float64), axis=0)))


def test_a_sample_of_the_series() -> None:
    """Far better than the seasonal naive forecast on the same series, with intervals that hold about as often as they say."""
    every = series()
    assert len(every) == 900
    names = np.random.default_rng(SEED).choice(sorted(every), SAMPLE, replace=False)
    seen = accuracy({name: every[name] for name in names})
    assert seen.smape < 0.85 * seen.naive_smape
    assert seen.mase < 0.80 * seen.naive_mase
    assert 0.75 <= seen.coverage <= 0.90


@pytest.mark.slow
def test_all_series_against_the_best_entrant() -> None:
    """At or below Theta's published errors on all 900 series; 80 % intervals hold between 78 and 86 % of the values."""
    seen = accuracy(series())
    assert seen.smape <= 13.758
    assert seen.mase <= 0.862
    assert 0.78 <= seen.coverage <= 0.86
    assert 0.75 <= seen.total_coverage <= 0.86
