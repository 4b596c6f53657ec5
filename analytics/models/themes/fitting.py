"""Fits themes: concepts that texts speak of, groups that no concept names, and what the rest of a text says about both.

Weak supervision: texts whose words name a concept teach a linear model (multinomial logistic regression) that judges all
others. Every step sees the texts in the order of their hashes, so that the same texts give the same themes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.models.themes import clusters, phrases
from analytics.models.themes.concepts import Concept, lexicon
from analytics.models.themes.edits import Edits, apply
from analytics.models.themes.evidence import FEWEST, SMALLEST_SHARE, Evidence, gathered
from analytics.models.themes.features import Floats, combined, learn
from analytics.models.themes.model import Encode, Theme, ThemeModel, Vectors, scored, stands_in
from analytics.models.themes.sample import Sample, drawn
from analytics.models.themes.tokens import LANGUAGES, Language

Ints = npt.NDArray[np.int64]
#: How strictly the linear model is held back: words that stand in few texts shall not decide.
RESTRAINT = 0.3
#: A text that names no concept belongs to a theme if it scores at least as high as this share of the theme's own texts do not.
FLOOR = 0.2
#: A group counts when this share of its texts holds one of its first NAMED_BY phrases.
HOLDS_TOGETHER, NAMED_BY = 0.3, 4
#: Groups or themes with this share of their phrases in common are the same.
ALIKE_FROM = 0.5
#: The first level of groups that no concept names.
OTHER = "other_topics"
OTHER_NAMES: Mapping[str, str] = {"en": "Other topics", "zh": "其他话题"}


def fit(
    texts: Sequence[str | None], *, vectors: Vectors | Encode | None = None, edits: Edits | None = None,
    previous: ThemeModel | None = None,
) -> ThemeModel:
    """Themes of texts in English and Chinese, edits applied. The order of the texts does not matter.

    `vectors`: a row per text, or a function that encodes texts (called for a bounded sample only). `previous`: the model
    of the same feedback before; its themes keep their ids and names. Sizes are those within the fitted sample.
    """
    edits = edits or Edits()
    sample = drawn(texts, vectors)
    concepts, families = _concepts(previous)
    kept = edits.mentioned | (frozenset(theme.id for theme in previous.themes) if previous else frozenset())
    evidence = gathered(sample.texts, sample.counts, concepts, kept, edits.words)
    vocabulary = learn(sample.texts, edits.words)
    features = combined(vocabulary.fold(sample.texts), sample.vectors)
    labels = evidence.first
    slopes, intercepts = taught(features, labels, len(evidence.concepts))
    groups = _groups(sample, features, labels, _floored(features, labels, slopes, intercepts), edits.words)
    labels = labels.copy()
    for number, group in enumerate(groups):
        labels[group] = len(evidence.concepts) + number
    classes = len(evidence.concepts) + len(groups)
    if groups:
        slopes, intercepts = taught(features, labels, classes)
    members = [np.flatnonzero(labels == at).tolist() for at in range(classes)]
    named = phrases.telling(sample.texts, members, edits.words)
    ids, leads = _identified(evidence, named)
    model = ThemeModel(
        themes=_themes(evidence, named, ids, leads, families), classes=ids, leads=leads,
        general=tuple(concept.general for concept in evidence.concepts) + (False,) * len(groups), patterns=evidence.patterns,
        weights=np.hstack([evidence.weights, np.zeros((len(evidence.patterns), len(groups)))]), vocabulary=vocabulary,
        slopes=slopes, intercepts=intercepts, floors=floors(features, labels, slopes, intercepts, len(evidence.concepts)),
        dimension=sample.dimension, texts=len(sample.texts),
    )
    said = np.hstack([evidence.said, np.zeros((len(features), len(groups)))])
    return _settled(apply(model, edits), sample, features, said, kept)


def taught(features: Floats, labels: Ints, classes: int) -> tuple[Floats, Floats]:
    """Slopes (classes x features) and intercepts of a logistic model of the labelled texts (label from 0 up).

    A class without a text of its own is never chosen by them; with fewer than two classes nothing is.
    """
    from sklearn.linear_model import LogisticRegression

    slopes, intercepts = np.zeros((classes, features.shape[1])), np.full(classes, -1e3)
    known = labels >= 0
    present = np.unique(labels[known])
    if len(present) < 2 or not features.shape[1]:
        return slopes, np.zeros(classes)
    fitted = LogisticRegression(C=RESTRAINT, max_iter=1_000).fit(features[known], labels[known])
    coefficients, offsets = fitted.coef_, fitted.intercept_
    if len(present) == 2:
        # Of two classes scikit-learn keeps the odds of the second against the first.
        coefficients, offsets = np.vstack([-coefficients, coefficients]) / 2, np.array([-offsets[0], offsets[0]]) / 2
    slopes[present], intercepts[present] = coefficients, offsets
    return np.round(slopes, 6), np.round(intercepts, 6)


def floors(features: Floats, labels: Ints, slopes: Floats, intercepts: Floats, concepts: int) -> Floats:
    """For each class, the score below which a text without a word of a concept is not taken for one of it.

    The first `concepts` classes are concepts; the texts of a group have no such words and would lose their own theme by FLOOR.
    """
    out = np.full(len(slopes), np.inf)
    present = np.unique(labels[labels >= 0])
    if len(present) < 2:
        return out
    chances = _chances(features, slopes, intercepts)
    for at in present:
        least = float(np.quantile(chances[labels == at, at], FLOOR if at < concepts else 0.0))
        # Rounded down, so that the text that sets a floor does not fall below it.
        out[at] = np.floor(least * 1e6) / 1e6
    return out


def _chances(features: Floats, slopes: Floats, intercepts: Floats) -> Floats:
    return scored(np.zeros((len(features), len(slopes))), features @ slopes.T + intercepts)


def _floored(features: Floats, labels: Ints, slopes: Floats, intercepts: Floats) -> npt.NDArray[np.bool_]:
    """Texts that no class takes: without a word of a concept and below the floor of the likeliest class."""
    if not len(slopes):
        return np.ones(len(features), dtype=bool)
    chances = _chances(features, slopes, intercepts)
    first = chances.argmax(axis=1)
    least = floors(features, labels, slopes, intercepts, len(slopes))[first]
    return np.asarray((labels < 0) & (chances[np.arange(len(first)), first] < least))


def _groups(
    sample: Sample, features: Floats, labels: Ints, rest: npt.NDArray[np.bool_], excluded: frozenset[str],
) -> list[list[int]]:
    """Groups of the texts that no concept takes: large enough, held together by their phrases, like ones joined."""
    places = np.flatnonzero(rest & np.asarray(np.linalg.norm(features, axis=1) > 0))
    found = clusters.groups(features[places])
    groups = [places[found == number].tolist() for number in range(int(found.max(initial=-1)) + 1)]
    named = phrases.telling(sample.texts, groups, excluded)
    joined: list[list[int]] = []
    names: list[Mapping[Language, tuple[str, ...]]] = []
    for group, name in zip(groups, named, strict=True):
        like = next((at for at, other in enumerate(names) if phrases.likeness(name, other) >= ALIKE_FROM), None)
        if like is not None:
            joined[like] = sorted(joined[like] + group)
        elif _holds_together(sample, group, name):
            joined.append(group)
            names.append(name)
    return joined


def _holds_together(sample: Sample, group: Sequence[int], name: Mapping[Language, tuple[str, ...]]) -> bool:
    first = [phrase for held in name.values() for phrase in held[:NAMED_BY]]
    size = int(sample.counts[list(group)].sum())
    if not first or size < max(2 * FEWEST, SMALLEST_SHARE * sample.counts.sum()):
        return False
    holding = sum(any(stands_in(sample.texts[at], phrase) for phrase in first) for at in group)
    return holding >= HOLDS_TOGETHER * len(group)


def _concepts(previous: ThemeModel | None) -> tuple[tuple[Concept, ...], Mapping[str, Mapping[str, str]]]:
    """The concepts of the lexicon and, by their phrases, the groups that were found before."""
    known = lexicon()
    found = [theme for theme in previous.themes if theme.parent == OTHER] if previous else []
    learnt = [
        Concept(theme.id, OTHER, theme.names, tuple(phrase for held in theme.phrases.values() for phrase in held), ())
        for theme in sorted(found, key=lambda theme: theme.id) if any(theme.phrases.values())
    ]
    return (*known.concepts, *learnt), {**known.families, OTHER: OTHER_NAMES}


def _identified(
    evidence: Evidence, named: Sequence[Mapping[Language, tuple[str, ...]]],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the classes, and the theme that each leads to: a group goes by a hash of its phrases, or joins a theme like it."""
    ids = [concept.id for concept in evidence.concepts]
    leads = [ids[same] for same in evidence.same_as]
    for name in named[len(ids) :]:
        told = "\n".join(phrase for language in LANGUAGES for phrase in sorted(name.get(language, ())[:NAMED_BY]))
        id = f"found_{hashlib.blake2b(told.encode(), digest_size=4).hexdigest()}"
        alike = [(phrases.likeness(name, named[at]), -at) for at in range(len(leads))]
        best = max(alike, default=(0.0, 0))
        leads.append(leads[-best[1]] if best[0] >= ALIKE_FROM else id)
        ids.append(id)
    return tuple(ids), tuple(leads)


def _themes(
    evidence: Evidence, named: Sequence[Mapping[Language, tuple[str, ...]]], ids: Sequence[str], leads: Sequence[str],
    families: Mapping[str, Mapping[str, str]],
) -> tuple[Theme, ...]:
    """Both levels. A group is called by its two most telling phrases."""
    out: list[Theme] = []
    for at, id in enumerate(ids):
        if leads[at] != id:
            continue
        if at < len(evidence.concepts):
            concept = evidence.concepts[at]
            out.append(Theme(id, concept.family, concept.names, named[at]))
        else:
            own = next(iter(named[at].values()))
            called: dict[str, str] = {language: _called(named[at].get(language) or own) for language in LANGUAGES}
            out.append(Theme(id, OTHER, called, named[at]))
    held = sorted({theme.parent for theme in out if theme.parent is not None})
    first = [Theme(family, None, families[family], _joint([t for t in out if t.parent == family])) for family in held]
    return (*first, *out)


def _called(found: Sequence[str]) -> str:
    return " / ".join(found[:2])


def _joint(themes: Sequence[Theme]) -> dict[Language, tuple[str, ...]]:
    """The first phrases of each of several themes."""
    told = {
        language: tuple(dict.fromkeys(phrase for theme in themes for phrase in theme.phrases.get(language, ())[:2]))
        for language in LANGUAGES
    }
    return {language: held[: phrases.MOST_PHRASES] for language, held in told.items() if held}


def _settled(model: ThemeModel, sample: Sample, features: Floats, said: Floats, kept: frozenset[str]) -> ThemeModel:
    """With sizes within the sample (a text that was said three times counts three times), and without themes that are too small
    once every text has gone where it fits best."""
    least = max(FEWEST, SMALLEST_SHARE * int(sample.counts.sum()))
    while True:
        model = model.sized(_repeated(model, sample, features, said))
        small = {t.id for t in model.themes if t.parent is not None and t.size < least and t.id not in kept}
        small -= {part.id for part in model.parts}
        if not small:
            return model
        said = said[:, [lead not in small for lead in model.leads]]
        model = model.without(frozenset(small))


def _repeated(model: ThemeModel, sample: Sample, features: Floats, said: Floats) -> pd.DataFrame:
    """The assignment of the sample, each text as often as it was said."""
    scores = scored(said, features @ model.slopes.T + model.intercepts)
    rows = pd.DataFrame(list(model.judged(sample.texts, said, scores)), columns=["place", "theme_id", "weight"])
    times = sample.counts[rows.place.to_numpy(np.int64)]
    starts = (np.cumsum(sample.counts) - sample.counts)[rows.place.to_numpy(np.int64)]
    within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    return rows.loc[rows.index.repeat(times)].assign(text_index=np.repeat(starts, times) + within)
