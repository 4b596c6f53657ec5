"""Adapting the sentiment model to one's own stars: kept where it helps, refused where it does not, told in the record."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.sentiment import score_texts
from analytics.models.sentiment_adapt import BLAME_UP_TO, FEWEST, PRAISE_FROM, adapt

#: A trade whose words the model does not know: "zorb" stands in what people like, "quix" in what they do not.
LIKED = [f"the zorb of unit {number} at desk {number % 7}" for number in range(120)]
DISLIKED = [f"the quix of unit {number} at desk {number % 7}" for number in range(120)]


def test_words_of_the_trade_are_learnt_from_stars() -> None:
    adapted = adapt(LIKED + DISLIKED, [5] * 120 + [1] * 120)
    record = adapted.record
    assert (record.texts, record.praised, record.blamed) == (240, 120, 120)
    assert record.used
    assert record.after == pytest.approx(1.0, abs=0.02)
    assert record.gain == pytest.approx(record.after - record.before)
    assert 0 < record.low <= record.gain <= record.high
    liked, disliked = adapted.score_texts(["a zorb for me", "a quix for me"]).score
    assert disliked < 0 < liked


def test_stars_that_follow_no_words_change_nothing() -> None:
    """Stars thrown like dice: no correction, whatever the training rows would have liked."""
    stars = np.random.default_rng(5).choice([1.0, 5.0], 240)
    adapted = adapt(LIKED + DISLIKED, list(stars))
    assert not adapted.record.used
    assert adapted.score_texts(["good", "bad"]).equals(score_texts(["good", "bad"]))


@pytest.mark.parametrize("few", [0, FEWEST - 1])
def test_few_stars_adapt_nothing_and_say_how_many_there_were(few: int) -> None:
    record = adapt(LIKED + DISLIKED[:few], [PRAISE_FROM] * 120 + [BLAME_UP_TO] * few).record
    assert (record.praised, record.blamed, record.used, record.before) == (120, few, False, None)


def test_the_order_of_the_texts_does_not_matter_and_equal_texts_count_once() -> None:
    texts, stars = LIKED + DISLIKED, [5.0] * 120 + [1.0] * 120
    one, other = adapt(texts, stars), adapt(texts[::-1] + texts[:5], stars[::-1] + stars[:5])
    assert one.record == other.record
    assert np.array_equal(one.weights, other.weights)


def test_middle_stars_missing_stars_and_empty_texts_are_left_out() -> None:
    assert adapt(["fine", "good", ""], [3, None, 5]).record.texts == 0
    assert adapt([], []).record.texts == 0


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="2 texts but 1 ratings"):
        adapt(["a", "b"], [1])
    with pytest.raises(ValueError, match="a rating is 9"):
        adapt(["a"], [9])
