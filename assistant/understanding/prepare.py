"""Everything that is found in a question before its intent is known: words, values, periods, numbers.

One pass, used alike by training and by answering; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analytics.period import Calendar
from assistant.understanding.entities import FIELDS, ValueIndex, ValueMatch, spelt_as_data
from assistant.understanding.features import mask
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import Lexicon, LexMatch
from assistant.understanding.numbers import NumberMatch, find_numbers
from assistant.understanding.period_types import PeriodMatch
from assistant.understanding.periods import find_periods
from assistant.understanding.respelling import Respelt
from assistant.understanding.text import Language

#: Lexicon kinds that tell something about the intent; the rest only fill slots.
CONCEPT_KINDS = (
    "metrics",
    "dimensions",
    "segments",
    "fields",
    "values",
    "grains",
    "operators",
    "order",
    "ask_words",
    "chart_words",
    "commands",
    "negations",
)


@dataclass(frozen=True)
class Prepared:
    """A question with everything recognised in it. Spans are those of `text`, which is as long as the original. Where words
    were put right before, `original` is the text put right and `respelt` tells what was typed. `among_campaigns` are the
    periods of a question that names campaigns like holidays (Black Friday), without those names."""

    original: str
    text: str
    language: Language
    masked: str
    concepts: tuple[str, ...]
    lexical: tuple[LexMatch, ...]
    values: tuple[ValueMatch, ...]
    periods: tuple[PeriodMatch, ...]
    numbers: tuple[NumberMatch, ...]
    among_campaigns: tuple[PeriodMatch, ...] = ()
    respelt: Respelt | None = None

    @property
    def typed(self) -> str:
        """The question as it was typed."""
        return self.respelt.original if self.respelt else self.original


def concept_names(lexical: Iterable[LexMatch]) -> set[str]:
    """What the words of the lexicon tell about the intent: each one's kind and name, and its kind alone."""
    told = [m for m in lexical if m.kind in CONCEPT_KINDS]
    return {f"{m.kind}:{m.name}" for m in told} | {f"kind:{m.kind}" for m in told}


def _within(value: ValueMatch, word: LexMatch) -> bool:
    """Whether a value of the data is only part of a longer word that means something else ("may email")."""
    inside = word.start <= value.start and value.end <= word.end and value.end - value.start < word.end - word.start
    return inside and word.field == "marketing_consent"


class Preparer:
    """Finds words, values, periods and numbers. Without an index no value is known (training)."""

    def __init__(
        self, index: ValueIndex | None = None, today: date = date(2026, 11, 17), calendar: Calendar = Calendar()
    ) -> None:
        self.index = index
        self.today = today
        self.calendar = calendar
        self.lexicon = Lexicon.load()
        self._spelt: dict[tuple[str, str], str | None] = {}

    def prepare(self, question: str, language: Language) -> Prepared:
        text = fold(question)
        periods = tuple(find_periods(text, self.today, self.calendar, language))
        numbers = tuple(n for n in find_numbers(text) if not any(p.start < n.end and n.start < p.end for p in periods))
        lexical = tuple(self.lexicon.find(text, language))
        values = self._values(text, lexical)
        spans = [(p.start, p.end, f"{p.role}") for p in periods]
        spans += [
            (v.start, v.end, f"value {v.field}")
            for v in values if not any(s < v.end and v.start < e for s, e, _ in spans) and not self._names_a_split(v)
        ]
        concepts = concept_names(lexical)
        concepts |= {f"period:{p.role}" for p in periods}
        masked, told = mask(text, spans), tuple(sorted(concepts))
        among = self._among_campaigns(text, language, values, periods)
        return Prepared(question, text, language, masked, told, lexical, values, periods, numbers, among)

    def _among_campaigns(
        self, text: str, language: Language, values: tuple[ValueMatch, ...], periods: tuple[PeriodMatch, ...]
    ) -> tuple[PeriodMatch, ...]:
        named = [v for v in values if v.as_field("campaign") and any(p.start < v.end and v.start < p.end for p in periods)]
        if not named:
            return periods
        for value in named:
            text = text[: value.start] + "|" * (value.end - value.start) + text[value.end :]
        return tuple(find_periods(text, self.today, self.calendar, language))

    def _names_a_split(self, value: ValueMatch) -> bool:
        """Whether a kind of ticket is called like a dimension: in "which products", "product" is what is asked for."""
        return value.field == "ticket_category" and any(m.kind == "dimensions" for m in self.lexicon.find(value.text))

    def _values(self, text: str, lexical: tuple[LexMatch, ...]) -> tuple[ValueMatch, ...]:
        """Values of the data, and generic words ("women", "online") as the data spell what they mean."""
        found = self.index.find(text) if self.index else []
        longer = [m for m in lexical if m.kind == "values"]
        found = [v for v in found if not any(_within(v, m) for m in longer)]
        for match in lexical:
            if match.kind != "values" or any(v.start < match.end and match.start < v.end for v in found):
                continue
            spelt = self._spelling(match.field or "", match.name)
            if spelt is not None:
                found.append(ValueMatch(match.start, match.end, match.text, match.field or "", spelt))
        return tuple(sorted(found, key=lambda v: v.start))

    def _spelling(self, field: str, name: str) -> str | None:
        if self.index is None or field not in FIELDS:
            return name
        key = (field, name)
        if key not in self._spelt:
            self._spelt[key] = spelt_as_data(self.index, self.lexicon, field, name)
        return self._spelt[key]
