"""The measures of the theme benchmark, worked by hand, and that a better baseline is not passed over."""

from __future__ import annotations

import pytest

from benchmarks.themes import Labelled, Score, holds, purity, scored


def test_purity_is_the_share_of_texts_in_the_most_frequent_class_of_their_group() -> None:
    assert purity(["late", "late", "lost", "lost", "lost"], ["a", "a", "a", "b", ""]) == pytest.approx(4 / 5)


def test_texts_without_a_theme_are_a_group_and_counted_openly() -> None:
    labelled = Labelled("made up", ["w", "x", "y", "z"], ["late", "late", "lost", "lost"])
    score = scored("ours", labelled, lambda: ["a", "a", "", ""])
    assert (score.groups, score.information, score.purity, score.unassigned) == (2, pytest.approx(1.0), 1.0, 0.5)


@pytest.mark.parametrize(("information", "purity", "passes"), [(0.3, 0.5, True), (0.31, 0.5, False), (0.3, 0.51, False)])
def test_ours_holds_only_when_no_baseline_is_better_on_either_measure(information: float, purity: float, passes: bool) -> None:
    assert holds([Score("ours", 9, 0.3, 0.5, 0.0, 1.0), Score("theirs", 9, information, purity, 0.0, 1.0)]) is passes
