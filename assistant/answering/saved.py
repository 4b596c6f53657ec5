"""Kept outcomes: what it takes to show an answer again, in either language and without the data set, as JSON and back.

An answer is kept as its finding and composed anew each time it is shown; what is no answer is kept as it was said.
Computes nothing and opens no data set.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from analytics.finding import Filter
from analytics.period import Period
from analytics.run import Computed, ResultTable
from analytics.shop import Settings, Shop
from assistant.answer import (
    Answer,
    Candidate,
    Choice,
    Clarify,
    Declined,
    Failed,
    Language,
    Mark,
    NoData,
    Outcome,
    Request,
)
from assistant.answering.chart_kinds import recast
from assistant.answering.compose import compose
from assistant.answering.help import help_answer
from assistant.lossless import BrokenRecord, Codec
from assistant.understanding import catalogue

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """What composing an answer needs to know of the data: settings, clock, version, and the row count of every table."""

    settings: Settings
    as_of: date
    today: date
    first_day: date
    version: str
    loaded_at: str
    rows: Mapping[str, int]

    @classmethod
    def of(cls, shop: Shop) -> Source:
        return cls(shop.settings, shop.as_of, shop.today, shop.first_day, shop.version, shop.loaded_at, dict(shop.rows))

    def shop(self) -> Shop:
        """The shop as it was, without its data."""
        return replace(
            Shop.unbound(self.today), settings=self.settings, as_of=self.as_of, first_day=self.first_day, version=self.version,
            loaded_at=self.loaded_at, rows=self.rows,
        )


@dataclass(frozen=True)
class Saved:
    """An answer as it is kept. `arguments` are those that the analysis got; `computed` is None where nothing was computed.

    `chart_kinds` holds the kinds that a person chose for the charts, in their order; an empty text is a chart as drawn.
    """

    request: Request
    arguments: Mapping[str, Any]
    computed: Computed | None
    source: Source
    chart_kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: Answer, shop: Shop, chart_kinds: tuple[str, ...] = ()) -> Saved:
        """What is kept of an answer; `shop` is the one that it was given on."""
        return cls(answer.request, answer.resolved, answer.computed, Source.of(shop), chart_kinds)

    @property
    def intent(self) -> str:
        return self.request.intent

    def without_sql(self) -> Saved:
        """The same answer for people who may not see how the data are queried."""
        return self if self.computed is None else replace(self, computed=replace(self.computed, sql=()))


Kept = Saved | Clarify | Declined | NoData | Failed
_CODEC = Codec(
    1,
    (
        Saved, Source, Settings, Request, Mark, Candidate, Computed, ResultTable, Filter, Period, Clarify, Declined, NoData,
        Failed, Choice,
    ),
)


def keep(outcome: Outcome, shop: Shop, chart_kinds: tuple[str, ...] = ()) -> Kept:
    """What is kept of an outcome; `shop` is the one that it was answered on."""
    return Saved.of(outcome, shop, chart_kinds) if isinstance(outcome, Answer) else outcome


def to_json(kept: Kept) -> str:
    """A kept outcome as ASCII text; raises BrokenRecord where it holds something that is no plain value."""
    return _CODEC.write(kept)


def from_json(text: str) -> Kept:
    """The outcome of a kept text; raises BrokenRecord where it is damaged or was written by a newer Askwell."""
    kept = _CODEC.read(text)
    if not isinstance(kept, Kept):
        raise BrokenRecord("broken_record", reason=f"{type(kept).__name__} is no outcome")
    return kept


def shown(kept: Kept, language: Language | None = None) -> Outcome:
    """The outcome as it was, an answer in the language given; raises BrokenRecord where it can no longer be worded.

    What is no answer keeps the language in which it was said.
    """
    if not isinstance(kept, Saved):
        return kept
    try:
        return _composed(kept, language or kept.request.language)
    except Exception as fault:
        # Kept before an analysis or its template changed: the reason is for the log, and the reader gets a sentence.
        log.warning("a kept answer of %s cannot be shown", kept.intent, exc_info=True)
        raise BrokenRecord("broken_record", reason=f"{kept.intent}: {type(fault).__name__}") from fault


def _composed(saved: Saved, language: Language) -> Answer:
    request, shop = replace(saved.request, language=language), saved.source.shop()
    intent = catalogue.load()[saved.intent]
    if saved.computed is None:
        return help_answer(request, intent, shop)
    answer = compose(request, saved.arguments, intent, saved.computed, shop)
    kinds = saved.chart_kinds + ("",) * len(answer.charts)
    charts = tuple(recast(chart, kind) if kind else chart for chart, kind in zip(answer.charts, kinds, strict=False))
    return replace(answer, charts=charts)
