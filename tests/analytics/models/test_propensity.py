"""Propensity: figures that can be worked out by hand, and honesty about what a fit cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.propensity import MOST_ROWS, enough, evaluate, fit


def test_the_auc_is_the_share_of_pairs_ranked_right() -> None:
    """Positives at .9 and .4, negatives at .8, .3 and .2: five of the six pairs are in order."""
    judged = evaluate(np.array([True, True, False, False, False]), np.array([0.9, 0.4, 0.8, 0.3, 0.2]))
    assert judged.auc == pytest.approx(5 / 6)
    assert judged.base_rate == pytest.approx(0.4)
    assert judged.brier == pytest.approx((0.01 + 0.36 + 0.64 + 0.09 + 0.04) / 5)


def test_ties_count_half() -> None:
    judged = evaluate(np.array([True, False, True, False]), np.array([0.5, 0.5, 0.5, 0.5]))
    assert judged.auc == pytest.approx(0.5)
    assert judged.auc_low < 0.5 < judged.auc_high


def test_lift_is_the_rate_of_the_top_tenth_against_all() -> None:
    y = np.array([True, True] + [False] * 18)
    p = np.linspace(1, 0, 20)
    assert evaluate(y, p).lift == pytest.approx(10)


def test_a_known_effect_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4_000, 2))
    y = rng.random(4_000) < 1 / (1 + np.exp(-1.5 * x[:, 0]))
    scorer = fit(x, y)
    assert scorer.coefficients[0] == pytest.approx(1.5, abs=0.15)
    assert abs(scorer.coefficients[1]) < 0.12


def test_a_large_table_is_sampled_and_the_same_sample_each_time() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(MOST_ROWS + 5_000, 1))
    y = rng.random(len(x)) < 0.3
    assert np.array_equal(fit(x, y).coefficients, fit(x, y).coefficients)


def test_a_constant_feature_does_no_harm() -> None:
    x = np.column_stack([np.ones(200), np.arange(200.0)])
    scorer = fit(x, np.arange(200) >= 100)
    assert np.isfinite(scorer.probability(x)).all()


@pytest.mark.parametrize(("churned", "stayed", "expected"), [(30, 30, True), (29, 500, False), (500, 0, False)])
def test_a_fit_wants_thirty_cases_of_each_outcome(churned: int, stayed: int, expected: bool) -> None:
    assert enough(np.array([True] * churned + [False] * stayed)) is expected
