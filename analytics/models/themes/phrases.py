"""The most telling phrases of groups of texts: what they are named by, per language.

Class-based TF-IDF (Grootendorst 2022): how much of a group says a phrase, times how rare the phrase is in all texts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from analytics.models.themes.tokens import HAN, LANGUAGES, Language, language_of, terms, without

#: Phrases kept per group and language, and texts read per group and language.
MOST_PHRASES, MOST_READ = 8, 400
#: A longer phrase says more than its words: its weight is raised by this for each further word.
LONGER = 0.35

Named = dict[Language, tuple[str, ...]]


def telling(texts: Sequence[str], groups: Sequence[Sequence[int]], excluded: frozenset[str] = frozenset()) -> list[Named]:
    """For each group (indices of normalised texts) its phrases per language, the most telling first; ties by the phrase."""
    languages = [language_of(text) for text in texts]
    out: list[Named] = [{} for _ in groups]
    for language in LANGUAGES:
        chosen = [[at for at in sorted(group) if languages[at] == language][:MOST_READ] for group in groups]
        read = sorted({at for group in chosen for at in group})
        known = {at: set(without(terms(texts[at], 3), excluded)) for at in read}
        everywhere: Counter[str] = Counter()
        for found in known.values():
            everywhere.update(found)
        for place, group in enumerate(chosen):
            inside: Counter[str] = Counter()
            for at in group:
                inside.update(known[at])
            phrases = _best(inside, everywhere, len(group), len(known))
            if phrases:
                out[place][language] = phrases
    return out


def _best(inside: Counter[str], everywhere: Counter[str], size: int, texts: int) -> tuple[str, ...]:
    least = 1 if size < 4 else 2
    scored = {
        phrase: count / size * math.log(1 + texts / everywhere[phrase]) * (1 + LONGER * (_words(phrase) - 1))
        * (count / everywhere[phrase]) ** 0.5
        for phrase, count in inside.items() if count >= least
    }
    kept: list[str] = []
    for phrase in sorted(scored, key=lambda phrase: (-round(scored[phrase], 9), phrase)):
        if not any(_covers(phrase, other) for other in kept):
            kept.append(phrase)
        if len(kept) == MOST_PHRASES:
            break
    return tuple(kept)


def _words(phrase: str) -> int:
    return max(1, len(phrase) // 2) if HAN.search(phrase) else phrase.count(" ") + 1


def _covers(phrase: str, other: str) -> bool:
    """Whether one of two phrases holds the other."""
    return phrase in other or other in phrase


def likeness(one: Mapping[Language, Sequence[str]], other: Mapping[Language, Sequence[str]]) -> float:
    """Share of the phrases of the smaller list that both have, in the language where they agree most; 0 to 1."""
    shares = [0.0]
    for language in LANGUAGES:
        first, second = set(one.get(language, ())), set(other.get(language, ()))
        if first and second:
            shares.append(len(first & second) / min(len(first), len(second)))
    return max(shares)
