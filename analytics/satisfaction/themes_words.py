"""What words are about, by the concepts of the themes: what a question means by "delivery", and what a sentence speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from analytics.models.themes.concepts import Concept, Finder, lexicon
from analytics.models.themes.tokens import normalised

Floats = npt.NDArray[np.float64]
#: A word that several concepts share counts half.
_HINT = 0.5
#: What people call a concept by, beside its words and names. Families by their ids.
_CALLED = {
    "prices": "price", "price": "price", "staff": "staff_attitude", "website": "app_use", "app": "app_use", "checkout": "payment",
    "queues": "reaching_us", "size": "size_fit", "service": "service", "customer service": "service", "loyalty": "loyalty",
    "packaging": "packing", "delivery": "delivery", "物流": "delivery", "配送": "delivery", "快递": "delivery",
    "物流慢": "delivery_speed",
    "包装": "packing", "服务": "service", "客服": "service", "客服态度": "staff_attitude", "服务态度": "staff_attitude",
    "价格": "price",
    "性价比": "value", "质量": "quality", "小程序": "app_use", "网站": "app_use", "会员": "loyalty", "店员": "staff_attitude",
}


@dataclass(frozen=True)
class _Words:
    concepts: tuple[Concept, ...]
    finder: Finder
    weights: Floats


@cache
def _words() -> _Words:
    concepts = tuple(concept for concept in lexicon().concepts if not concept.general)
    patterns = tuple(sorted({pattern for concept in concepts for pattern in (*concept.words, *concept.hints)}))
    place = {pattern: at for at, pattern in enumerate(patterns)}
    weights = np.zeros((len(patterns), len(concepts)))
    for at, concept in enumerate(concepts):
        weights[[place[word] for word in concept.words], at] = 1.0
        weights[[place[word] for word in concept.hints], at] = _HINT
    return _Words(concepts, Finder(patterns), weights)


def about(name: str) -> tuple[str, ...]:
    """Ids of the concepts that a theme's name means: by id, by family, by a name in either language, else by the words of the
    concepts that stand in it. Empty where it means none."""
    known, asked = _words(), " ".join(normalised(name).replace("_", " ").split())
    asked = _CALLED.get(asked, asked.replace(" ", "_") if asked.replace(" ", "_") in {c.id for c in known.concepts} else asked)
    families = {
        family for family, names in lexicon().families.items() if asked == family or asked in map(str.lower, names.values())
    }
    named = {
        concept.id for concept in known.concepts
        if concept.id == asked or concept.family in families or asked in map(str.lower, concept.names.values())
    }
    if not named:
        scores = concepts_in([name])[0]
        named = {concept.id for concept, score in zip(known.concepts, scores, strict=True) if score and score >= scores.max()}
    return tuple(sorted(named))


def concepts_in(texts: Sequence[str]) -> Floats:
    """How often words of each concept (columns, in the order of `ids`) stand in each text."""
    known = _words()
    found = known.finder.find([normalised(text) for text in texts])
    return np.asarray(found @ known.weights)


def ids() -> tuple[str, ...]:
    return tuple(concept.id for concept in _words().concepts)


def families() -> tuple[str, ...]:
    """The family of each concept, in the order of `ids`."""
    return tuple(concept.family for concept in _words().concepts)
