"""Forecasts of series whose continuation is known, the back-test beside them, and seasons that noise must not invent."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.forecast import ForecastResult, forecast_series, mase, smape
from analytics.models.seasonal import Floats, season_of

PATTERN = np.array([80, 70, 90, 100, 110, 95, 85, 90, 105, 120, 150, 205], dtype=np.float64)


def noise(count: int, size: float, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(0, size, count)


def test_a_line_goes_on() -> None:
    told = forecast_series(100 + 2 * np.arange(40.0), horizon=6)
    assert told.mean == pytest.approx(100 + 2 * np.arange(40.0, 46.0), rel=0.02)


@pytest.mark.parametrize("years", [2, 3, 6])
def test_a_season_comes_back(years: int) -> None:
    """Two years are enough to repeat an exact pattern, whichever method is chosen."""
    told = forecast_series(np.tile(PATTERN, years), horizon=12, season=12)
    assert told.mean == pytest.approx(PATTERN, rel=0.03)


def test_a_season_that_grows_comes_back_larger() -> None:
    values = np.tile(PATTERN, 4) * 1.01 ** np.arange(48)
    told = forecast_series(values, horizon=12, season=12)
    assert told.mean == pytest.approx(PATTERN * 1.01 ** np.arange(48, 60), rel=0.12)
    assert told.mean.sum() > values[-12:].sum()


def test_a_trend_is_not_read_into_less_than_two_seasons() -> None:
    """The climb of half a year may be the season: only the level is carried on."""
    told = forecast_series([100, 90, 95, 100, 98, 97, 99, 105, 120, 140, 165, 200, 230], horizon=3, season=12)
    assert told.method in ("level", "naive")
    assert len(set(told.mean.tolist())) == 1


@pytest.mark.parametrize("value", [0.0, 7.0, -3.0])
def test_what_never_moves_is_told_exactly(value: float) -> None:
    told = forecast_series([value] * 30, horizon=3, season=12)
    assert told.mean.tolist() == told.lower.tolist() == told.upper.tolist() == [value] * 3
    assert told.backtest is None


@pytest.mark.parametrize("values", [[5.0], [5.0, 9.0], [5.0, 9.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
def test_a_few_values_repeat_the_last_one(values: list[float]) -> None:
    told = forecast_series(values, horizon=2)
    assert told.method == "naive"
    assert told.mean.tolist() == [values[-1]] * 2
    assert (told.lower <= told.mean).all()
    assert (told.mean <= told.upper).all()


def test_counts_never_fall_below_zero() -> None:
    values = np.maximum(30 - np.arange(36.0), 0)
    values[::5] = 0
    told = forecast_series(values, horizon=12, season=12)
    assert told.mean.min() >= 0
    assert told.lower.min() >= 0


def test_a_series_below_zero_may_stay_there() -> None:
    told = forecast_series(-np.arange(1.0, 41.0), horizon=4)
    assert told.mean == pytest.approx([-41, -42, -43, -44], rel=0.05)


def test_what_was_clearly_better_is_taken() -> None:
    """Every year has the shape of the one before and its own level: only repeating the last year fits the last origins."""
    values = np.concatenate([np.where(np.arange(12) < 6, 10.0, 100.0) + shift for shift in (0, 40, 5, 60, 60, 60)])
    told = forecast_series(values, horizon=12, season=12)
    assert told.backtest is not None
    assert told.method == "naive"
    assert told.mean.tolist() == values[-12:].tolist()


def test_the_same_past_gives_the_same_forecast() -> None:
    values = np.tile(PATTERN, 5) + noise(60, 9, 1)
    first, second = (forecast_series(values, 6, 12) for _ in range(2))
    assert [part.tobytes() for part in (first.mean, first.lower, first.upper)] == [
        part.tobytes() for part in (second.mean, second.lower, second.upper)
    ]
    assert first.backtest == second.backtest


def test_the_interval_holds_about_as_often_as_it_says() -> None:
    """Of 80 % intervals over noisy series, between 70 and 90 % hold what comes; a 95 % interval is wider."""
    inside = []
    for seed in range(40):
        values = np.tile(PATTERN, 4) + noise(48, 12, seed)
        told = forecast_series(values[:42], 6, 12)
        inside.append((told.lower <= values[42:]) & (values[42:] <= told.upper))
    assert 0.70 <= np.mean(inside) <= 0.90
    wide = forecast_series(values[:42], 6, 12, percent=95)
    assert (wide.upper - wide.lower).sum() > 1.2 * (told.upper - told.lower).sum()


def test_the_backtest_judges_only_what_it_did_not_see() -> None:
    """The last value is unlike all others: no origin could know it, so every forecast of it misses by its whole jump."""
    calm = np.tile([10.0, 12.0], 15)
    jumped = np.append(calm, 1_000.0)
    told, other = forecast_series(jumped, horizon=1), forecast_series(np.append(calm, 10.0), horizon=1)
    assert told.backtest is not None
    assert other.backtest is not None
    assert told.backtest.origins == other.backtest.origins
    assert told.backtest.smape > other.backtest.smape + 200 * 0.9 / told.backtest.values


def test_the_naive_errors_of_a_backtest_by_hand() -> None:
    """1, 2, 3 ... 20: repeating the last value misses by one more with every step."""
    told = forecast_series(np.arange(1.0, 21.0), horizon=1)
    assert told.backtest is not None
    assert (told.backtest.origins, told.backtest.values) == (6, 6)
    # Every step of the past was 1 and so is every error.
    assert told.backtest.naive_mase == pytest.approx(1.0)


def test_errors_by_hand() -> None:
    assert smape(np.array([100.0, 0.0]), np.array([50.0, 0.0])) == pytest.approx((200 * 50 / 150 + 0) / 2)
    # The past changes by 3 from season to season; the forecast misses by 6 and by 0.
    past = np.array([1.0, 2.0, 4.0, 5.0, 7.0, 8.0])
    assert mase(np.array([10.0, 11.0]), np.array([4.0, 11.0]), past, season=2) == pytest.approx(1.0)
    assert mase(np.array([1.0]), np.array([2.0]), np.array([3.0, 3.0, 3.0]), season=1) is None


def test_errors_of_a_sum_grow_with_what_they_have_in_common() -> None:
    def result(correlation: float) -> ForecastResult:
        half = np.array([3.0, 4.0])
        return ForecastResult(half, half, half, "theta", None, half, correlation)

    assert result(0).half_of_sum(np.ones(2)) == pytest.approx(5)
    assert result(1).half_of_sum(np.ones(2)) == pytest.approx(7)
    assert result(0).half_of_sum(np.array([1.0, 0.0])) == pytest.approx(3)


@pytest.mark.parametrize(
    ("values", "horizon", "season", "percent", "said"),
    [
        ([], 1, 1, 80, "at least one value"), ([1.0, float("nan"), 2.0], 1, 1, 80, "value 2 "), ([1.0, float("inf")], 1, 1, 80, "value 2 "),
        ([1.0], 0, 1, 80, "horizon"), ([1.0], 1, 0, 80, "season"), ([1.0], 1, 1, 100, "percent"),
    ],
)
def test_bad_input_is_named(values: list[float], horizon: int, season: int, percent: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        forecast_series(values, horizon, season, percent)


def test_noise_is_no_season() -> None:
    """Of three years of noise nearly nothing is kept, of a strong season nearly all."""
    kept = [season_of(100 + noise(36, 10, seed), 12).kept for seed in range(20)]
    assert np.mean(kept) < 0.3
    assert season_of(np.tile(PATTERN, 3) + noise(36, 2, 0), 12).kept > 0.95


def test_a_season_taken_out_and_put_back_changes_nothing() -> None:
    for values in (np.tile(PATTERN, 3), np.tile(PATTERN - 100, 3)):
        season = season_of(values, 12)
        assert season.put_back(season.taken_out(values), 0) == pytest.approx(values)


def test_indices_by_hand() -> None:
    """Low and high in turn around a flat level of 100: 10 below, 10 above; as factors 0.9 and 1.1 up to their geometric mean."""
    amounts = season_of(np.array([-10.0, 10.0] * 12), 2)
    assert not amounts.is_factor
    assert amounts.indices == pytest.approx([-10, 10], rel=0.01)
    factors = season_of(np.array([90.0, 110.0] * 12), 2)
    assert factors.is_factor
    assert factors.indices[1] / factors.indices[0] == pytest.approx(110 / 90, rel=0.01)


def test_fewer_repeats_of_a_season_widen_the_interval() -> None:
    """With everything taken for season, two repeats give sqrt(3): (1 + 1/2) over (1 - 1/2); without a season nothing changes."""
    season = season_of(np.tile(PATTERN, 2), 12)
    assert season.kept == pytest.approx(1, abs=0.02)
    assert season.widening == pytest.approx(3**0.5, rel=0.05)
    assert season_of(np.arange(5.0), 12).widening == 1
