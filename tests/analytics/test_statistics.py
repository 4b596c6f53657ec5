"""Intervals and tests against published tables and examples; nothing known gives nothing."""

from __future__ import annotations

import math
import statistics as plain
from collections.abc import Iterator
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import statistics
from analytics.run import Engine

#: Extra hours of sleep of ten patients under two drugs: Student (1908), The probable error of a mean.
FIRST_DRUG = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND_DRUG = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    found = Engine(None)
    yield found
    found.close()


def values(engine: Engine, *expressions: Any) -> tuple[Any, ...]:
    columns = {f"c{i}": expression for i, expression in enumerate(expressions)}
    return engine.rows(ibis.literal(1).name("one").as_table().select(**columns))[0]


def value(engine: Engine, expression: Any) -> Any:
    return values(engine, expression)[0]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (20, 20, 0.8389, 1.0)],
)
def test_wilson_gives_the_intervals_of_newcombe_1998(engine: Engine, successes: int, n: int, low: float, high: float) -> None:
    assert values(engine, *statistics.wilson(successes, n)) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (5, 3), (-1, 3)])
def test_no_share_has_no_interval(engine: Engine, successes: int, n: int) -> None:
    """Nothing observed, and more credit notes than orders, are no share."""
    assert values(engine, *statistics.wilson(successes, n)) == (None, None)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_mirrors(pair: tuple[int, int]) -> None:
    successes, n = pair
    engine = Engine(None)
    low, high, mirrored_low, mirrored_high = values(engine, *statistics.wilson(successes, n), *statistics.wilson(n - successes, n))
    engine.close()
    assert 0 <= low <= successes / n <= high <= 1
    assert (1 - mirrored_high, 1 - mirrored_low) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(("df", "expected"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (100, 1.984)])
def test_t_quantiles_are_those_of_the_tables(engine: Engine, df: int, expected: float) -> None:
    assert value(engine, statistics.t_quantile(df)) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(("z", "expected"), [(0, 1.0), (1, 0.317311), (-1.959964, 0.05), (2.575829, 0.01), (3.890592, 0.0001)])
def test_normal_tails_are_those_of_the_tables(engine: Engine, z: float, expected: float) -> None:
    assert value(engine, statistics.normal_tail(z)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("t", "df", "expected"), [(2.228, 10, 0.05), (-3.169, 10, 0.01), (2.571, 5, 0.05), (0, 8, 1.0), (2.042, 30, 0.05)])
def test_t_tails_are_those_of_the_tables(engine: Engine, t: float, df: int, expected: float) -> None:
    assert value(engine, statistics.t_tail(t, df)) == pytest.approx(expected, rel=0.01)


def test_the_mean_of_few_values_is_less_sure_than_the_normal_distribution_says(engine: Engine) -> None:
    """1, 2, 3, 4, 9: mean 3.8, standard error 1.393, t(4) 2.776: 3.8 +- 3.867."""
    sample = (1, 2, 3, 4, 9)
    low, high = values(engine, *statistics.mean_interval(plain.mean(sample), plain.pstdev(sample), 5))
    assert (low, high) == pytest.approx((-0.067, 7.667), abs=0.002)
    assert values(engine, *statistics.mean_interval(5, 0, 1)) == (None, None)


def test_paired_differences_are_tested_as_student_did(engine: Engine) -> None:
    """t = -4.0621 on 9 degrees of freedom: p = 0.002833."""
    apart = [a - b for a, b in zip(FIRST_DRUG, SECOND_DRUG, strict=True)]
    chance = value(engine, statistics.pair_difference(plain.mean(apart), plain.pstdev(apart), 10))
    assert chance == pytest.approx(0.002833, rel=0.02)


def test_two_means_are_tested_as_welch_did(engine: Engine) -> None:
    """t = -1.8608 on 17.776 degrees of freedom: p = 0.07939."""
    chance = value(
        engine,
        statistics.mean_difference(
            plain.mean(FIRST_DRUG), plain.pstdev(FIRST_DRUG), 10, plain.mean(SECOND_DRUG), plain.pstdev(SECOND_DRUG), 10
        ),
    )
    assert chance == pytest.approx(0.07939, rel=0.01)


def test_two_shares_are_tested_with_their_common_share(engine: Engine) -> None:
    """30 % against 45 % of 100 each: z = 0.15 / sqrt(0.375 x 0.625 x 0.02) = 2.191, p = 0.02846."""
    assert value(engine, statistics.share_difference(30, 100, 45, 100)) == pytest.approx(0.02846, abs=2e-5)
    assert value(engine, statistics.share_difference_is_real(30, 100, 45, 100)) is True
    assert value(engine, statistics.share_difference_is_real(30, 100, 36, 100)) is False


def test_a_difference_without_any_spread_is_certain_and_no_difference_is_none(engine: Engine) -> None:
    assert value(engine, statistics.mean_difference(1, 0, 5, 2, 0, 5)) == 0
    assert value(engine, statistics.mean_difference(1, 0, 5, 1, 0, 5)) == 1
    assert value(engine, statistics.share_difference(10, 10, 20, 20)) == 1
    assert value(engine, statistics.pair_difference(0, 0, 5)) == 1


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_values_cannot_be_told_apart(engine: Engine, n: int) -> None:
    assert value(engine, statistics.mean_difference(1, 1, n, 2, 1, 5)) is None
    assert value(engine, statistics.mean_difference_is_real(1, 1, n, 2, 1, 5)) is None
    assert value(engine, statistics.pair_difference(1, 1, n)) is None
    assert value(engine, statistics.share_difference(0, 0, 1, 5)) is None


def test_a_pair_picked_from_many_needs_a_higher_bar(engine: Engine) -> None:
    assert value(engine, statistics.is_real(0.02)) is True
    assert value(engine, statistics.is_real(0.02, 3)) is False


def test_the_spread_of_a_ratio_is_that_of_its_residuals(engine: Engine) -> None:
    """10 of 100 in all: residuals y - 0.1 x are 0, 1, -1, 0; their deviation over the mean of x (25) is sqrt(1/2) / 25."""
    places = ibis.range(4).unnest().name("place").as_table()
    table = places.select(y=ibis.array([1.0, 3.0, 2.0, 4.0])[places.place], x=(places.place + 1) * 10.0)
    found = engine.rows(table.aggregate(spread=statistics.ratio_spread(table.y, table.x)))
    assert found[0][0] == pytest.approx(math.sqrt(0.5) / 25)


def test_the_spread_of_a_median_comes_from_the_middle_half(engine: Engine) -> None:
    """1 to 5: the quartiles are 2 and 4; 1.25 x 2 / 1.35."""
    table = ibis.array([1.0, 2.0, 3.0, 4.0, 5.0]).unnest().name("x").as_table()
    found = engine.rows(table.aggregate(spread=statistics.median_spread(table.x)))
    assert found[0][0] == pytest.approx(2.5 / 1.35)
