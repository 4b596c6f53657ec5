"""Counting themes and phrases in two periods, and an exact test of which rose. Frames in, frames out; knows no shop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.models.themes.tokens import normalised, terms, without

if TYPE_CHECKING:
    import pandas as pd

#: Comments of the period that an issue needs.
FEWEST = 4
#: Share of issues named wrongly that is put up with.
FALSE_DISCOVERY = 0.05
#: Comments with so many stars or fewer complain whatever their words.
_NOT_PLEASED = 3
#: A phrase that shares this part of its comments with a surer one says the same.
_SAME = 0.5
_EXAMPLE = 200
_COLUMNS = (
    "about", "is_theme", "theme", "comments", "comments_before", "share", "low", "high", "previous", "chance", "is_real",
    "average_rating", "example",
)
_Held = dict[tuple[bool, str], tuple[int, ...]]


@dataclass(frozen=True)
class _Issue:
    """A theme or phrase and the complaining comments (positions) that hold it in each period."""

    name: str
    is_theme: bool
    now: tuple[int, ...]
    before: int
    chance: float


def risen(
    now: pd.DataFrame, then: pd.DataFrame, assigned: pd.DataFrame, tone: str | None, fewest_before: int,
    mask: Callable[[str], str], excluded: frozenset[str] = frozenset(),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Issues with FEWEST comments in the period, the surest first, with `is_real`; and the sizes behind them (one row).

    `now`, `then`: feedback_id, text, rating, sentiment. `assigned`: feedback_id, theme. `mask` hides who is named in
    examples; `excluded` words make no phrase. Chance is that of the exact conditional test of two Poisson rates. Source:
    Przyborowski and Wilenski (1940), Homogeneity of results in testing samples from Poisson series, Biometrika 31.
    `is_real` after Benjamini and Hochberg (1995), Controlling the false discovery rate, JRSS B 57, over
    all themes and phrases with FEWEST comments in both periods together, a bound that says nothing of when they came.
    """
    import pandas as pd

    themes = _themes(assigned)
    here, before = _held(now, themes, tone, excluded), _held(then, themes, tone, excluded)
    # Phrases that stand in exactly the same comments are one, called by its longest form.
    alike: dict[tuple[bool, tuple[int, ...], tuple[int, ...]], tuple[bool, str]] = {}
    for name in sorted(here | before, key=lambda name: (len(name[1]), name)):
        if len(here.get(name, ())) + len(before.get(name, ())) >= FEWEST:
            alike[name[0], here.get(name, ()), before.get(name, ())] = name
    names = sorted(alike.values())
    tried = [
        _Issue(name[1], name[0], here.get(name, ()), len(before.get(name, ())),
               _chance(len(here.get(name, ())), len(before.get(name, ())), len(now), len(then)))
        for name in names
    ]
    bound = _bound([issue.chance for issue in tried]) if len(then) >= fewest_before else -1.0
    enough = [issue for issue in tried if len(issue.now) >= FEWEST]
    known = sorted(enough, key=lambda i: (i.chance > bound, round(i.chance, 15), not i.is_theme, i.name))
    kept = _distinct(known)
    rows = [_row(issue, now, len(then), themes, issue.chance <= bound) for issue in kept]
    for row in rows:
        row["example"] = mask(str(row["example"]))[:_EXAMPLE]
    sizes = pd.DataFrame([{"comments": len(now), "before": len(then), "looked_at": len(tried), "least": FEWEST}])
    return pd.DataFrame(rows, columns=list(_COLUMNS)), sizes


def _themes(assigned: pd.DataFrame) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for feedback, theme in zip(assigned["feedback_id"], assigned["theme"], strict=True):
        found[feedback].append(theme)
    return {feedback: tuple(sorted(held)) for feedback, held in found.items()}


def _held(
    frame: pd.DataFrame, themes: Mapping[str, tuple[str, ...]], tone: str | None, excluded: frozenset[str]
) -> _Held:
    """The complaining comments (positions) of each theme (True, id) and phrase (False, words)."""
    out: dict[tuple[bool, str], list[int]] = defaultdict(list)
    ratings = frame["rating"].to_numpy(np.float64, na_value=np.nan)
    rows = zip(frame["feedback_id"], frame["text"], ratings, frame["sentiment"], strict=True)
    for at, (id, text, rating, sentiment) in enumerate(rows):
        displeased = sentiment != "positive" or rating <= _NOT_PLEASED
        if not (displeased if tone is None else sentiment == tone):
            continue
        for theme in themes.get(id, ()):
            out[True, theme].append(at)
        for phrase in without(sorted(set(terms(normalised(text), 2))), excluded):
            out[False, phrase].append(at)
    return {name: tuple(places) for name, places in out.items()}


def _chance(now: int, before: int, size: int, size_before: int) -> float:
    """How likely at least `now` of now + before comments fall into the later period if its rate is that of the base."""
    from scipy.stats import binom

    if not size or not size_before:
        return 1.0
    return float(binom.sf(now - 1, now + before, size / (size + size_before)))


def _bound(chances: Iterable[float]) -> float:
    """The largest chance that counts as more than noise; -1 where none does."""
    ordered = np.sort(np.fromiter(chances, dtype=np.float64))
    if not len(ordered):
        return -1.0
    passing = np.flatnonzero(ordered <= FALSE_DISCOVERY * np.arange(1, len(ordered) + 1) / len(ordered))
    return float(ordered[passing[-1]]) if len(passing) else -1.0


def _distinct(issues: Iterable[_Issue]) -> list[_Issue]:
    """Issues without phrases that say what a surer one says. A theme is never dropped for a phrase."""
    kept: list[_Issue] = []
    for issue in issues:
        mine = set(issue.now)
        if issue.is_theme or not any(len(mine & set(other.now)) >= _SAME * len(mine) for other in kept if not other.is_theme):
            kept.append(issue)
    return kept


def _row(
    issue: _Issue, now: pd.DataFrame, size_before: int, themes: Mapping[str, tuple[str, ...]], is_real: bool
) -> dict[str, object]:
    from scipy.stats import binomtest

    inside, size = now.iloc[list(issue.now)], len(now)
    interval = binomtest(len(issue.now), size).proportion_ci(method="wilson")
    said = sorted(theme for id in inside["feedback_id"] for theme in themes.get(id, ()))
    most = max(sorted(set(said)), key=said.count, default=None)
    shortest = min(inside["text"], key=lambda text: (len(text), text))
    return {
        "about": issue.name if issue.is_theme else f"“{issue.name}”", "is_theme": issue.is_theme,
        "theme": issue.name if issue.is_theme else most, "comments": len(issue.now), "comments_before": issue.before,
        "share": len(issue.now) / size, "low": interval.low, "high": interval.high,
        "previous": issue.before / size_before if size_before else None, "chance": issue.chance, "is_real": is_real,
        "average_rating": float(inside["rating"].mean()) if inside["rating"].notna().any() else None,
        "example": shortest,
    }
