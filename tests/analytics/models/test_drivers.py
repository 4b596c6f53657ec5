"""Effects of factors on a score: recovered where they were planted, silent where there is none, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.drivers import FEWEST_ROWS, Drivers, Figure, Floats, Kind, drivers

SIZE = 900


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def effects(found: Drivers) -> dict[tuple[str, str | None], tuple[float, float, float]]:
    return {(each.factor, each.level): (each.value, each.lower, each.upper) for each in found.effects}


def own_clusters(size: int) -> np.ndarray:
    return np.arange(size, dtype=np.int64)


def test_planted_effects_are_found_within_their_intervals(rng: np.random.Generator) -> None:
    """Returned orders cost 1 point; each unit of waiting 0.3, so 0.3 x (0.9 - 0.1) x 10 between its outer deciles."""
    returned = rng.random(SIZE) < 0.2
    wait = rng.uniform(0, 10, SIZE)
    score = 4 - 1.0 * returned - 0.3 * wait + rng.normal(0, 0.5, SIZE)
    found = effects(drivers(score, [Kind("returned", ["yes" if x else "no" for x in returned]), Figure("wait", wait)], own_clusters(SIZE)))
    value, low, high = found["returned", "yes"]
    assert low < -1.0 < high
    assert high - low < 0.3
    value, low, high = found["wait", None]
    assert low < -2.4 < high
    assert value == pytest.approx(-2.4, abs=0.15)
    assert ("returned", "no") not in found, "it would say the same again"


def test_a_level_is_set_against_all_the_others(rng: np.random.Generator) -> None:
    """Three channels of equal size with means 4, 3 and 2: the first lies 1.5 above the others, the middle one level with them."""
    channel = np.array(["a", "b", "c"] * (SIZE // 3))
    score = np.select([channel == "a", channel == "b"], [4.0, 3.0], 2.0) + rng.normal(0, 0.1, SIZE)
    found = effects(drivers(score, [Kind("channel", list(channel))], own_clusters(SIZE)))
    assert found["channel", "a"][0] == pytest.approx(1.5, abs=0.05)
    assert found["channel", "b"][0] == pytest.approx(0.0, abs=0.05)


def test_what_only_comes_along_is_not_given_the_effect(rng: np.random.Generator) -> None:
    """Late orders lower the score. Web orders are late more often and otherwise no worse."""
    late = rng.random(SIZE) < 0.3
    web = rng.random(SIZE) < np.where(late, 0.8, 0.3)
    score = 4 - 1.5 * late + rng.normal(0, 0.4, SIZE)
    factors = [Kind("late", ["yes" if x else "no" for x in late]), Kind("web", ["yes" if x else "no" for x in web])]
    found = effects(drivers(score, factors, own_clusters(SIZE)))
    _, low, high = found["web", "yes"]
    assert low < 0 < high


def test_answers_of_one_customer_are_no_new_evidence(rng: np.random.Generator) -> None:
    """The same 90 answers ten times over, as one customer's each, leave the interval as wide as it was."""
    flag, noise = rng.random(90) < 0.5, rng.normal(0, 1, 90)
    score: Floats = 3 + 0.3 * flag + noise
    kind = ["yes" if x else "no" for x in flag]
    once = effects(drivers(score, [Kind("flag", kind)], own_clusters(90)))["flag", "yes"]
    ten = effects(drivers(np.repeat(score, 10), [Kind("flag", list(np.repeat(kind, 10)))], np.repeat(own_clusters(90), 10)))["flag", "yes"]
    assert ten[2] - ten[1] == pytest.approx(once[2] - once[1], rel=0.05)


def test_the_fit_is_that_of_answers_not_seen(rng: np.random.Generator) -> None:
    signal = rng.normal(0, 1, SIZE)
    assert drivers(signal + rng.normal(0, 1, SIZE), [Figure("signal", signal)], own_clusters(SIZE)).r2 == pytest.approx(0.5, abs=0.1)
    noise = [Figure(f"noise{n}", rng.normal(0, 1, SIZE)) for n in range(20)]
    assert drivers(rng.normal(0, 1, SIZE), noise, own_clusters(SIZE)).r2 < 0.01


def test_rare_and_constant_factors_are_left_out(rng: np.random.Generator) -> None:
    score = rng.normal(3, 1, SIZE)
    rare = ["yes" if n < FEWEST_ROWS - 1 else "no" for n in range(SIZE)]
    unknown = np.full(SIZE, np.nan)
    found = drivers(score, [Kind("rare", rare), Kind("all", ["x"] * SIZE), Figure("flat", np.ones(SIZE)), Figure("none", unknown)], own_clusters(SIZE))
    assert found == Drivers((), 0.0)


def test_equal_scores_have_no_drivers() -> None:
    assert drivers(np.full(SIZE, 5.0), [Figure("x", np.arange(SIZE, dtype=np.float64))], own_clusters(SIZE)) == Drivers((), 0.0)


def test_unknown_figures_count_as_the_mean(rng: np.random.Generator) -> None:
    """Half of the waits are unknown; the effect is still that between the outer deciles of the known ones."""
    wait = rng.uniform(0, 10, SIZE)
    score = 4 - 0.3 * wait + rng.normal(0, 0.3, SIZE)
    known = np.where(np.arange(SIZE) % 2 == 0, wait, np.nan)
    each = drivers(score, [Figure("wait", known)], own_clusters(SIZE)).effects[0]
    assert each.rows == SIZE // 2
    assert each.value == pytest.approx(-2.4, abs=0.2)
