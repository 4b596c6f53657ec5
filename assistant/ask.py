"""One question, one outcome: the steps of Askwell in one place.

understand -> resolve defaults -> build the finding -> run it -> word it. Every front end calls this and draws what comes
back. Holds the state of conversations in memory; knows no page and no terminal.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from analytics import store
from analytics.finding import CannotAnswer, Finding
from analytics.models.encoder import Encoder
from analytics.run import Engine, TooSlow
from analytics.shop import Shop
from assistant import answering
from assistant.answer import Answer, Clarify, Declined, Language, Outcome, Request
from assistant.resolve import MissingSlot, Resolved, resolve
from assistant.understanding import catalogue
from assistant.understanding.catalogue import Catalogue, Intent
from assistant.understanding.dialogue import Turn
from assistant.understanding.matcher import Matcher
from assistant.understanding.reading import Reader, Reading

log = logging.getLogger(__name__)

_CONVERSATIONS = 10_000
#: Analyses whose heart is one metric by something: see Assistant._stand_in.
_METRIC_LIKE = frozenset(
    {
        "churn_rate",
        "repeat_purchase",
        "returns",
        "segment_demographic",
        "segment_geographic",
        "acquisition_channels",
        "campaign_comparison",
        "agent_performance",
        "ticket_volume",
    }
)
Asked = Language | Literal["auto"]


@dataclass(frozen=True)
class Timed:
    """An outcome with the milliseconds that each part took."""

    outcome: Outcome
    timing: Mapping[str, float]


@dataclass(frozen=True)
class Understood:
    """What was understood, without an analysis; the JSON is that of an answer with nothing computed."""

    reading: Reading

    def to_json(self, id: str | None = None, timing: Mapping[str, float] | None = None) -> dict[str, Any]:
        reading = self.reading
        outcome: Outcome
        if reading.verdict == "declined":
            outcome = Declined(reading.request, "", reason=reading.reason or "out_of_scope")
        else:
            outcome = Clarify(reading.request, "")
        out = outcome.to_json(id, timing)
        if reading.verdict == "understood":
            out["status"] = "answered"
        return out


def analysis_of(intent: Intent) -> Callable[..., Finding]:
    """The function that answers an intent: named after it, in the module of its domain."""
    function: Callable[..., Finding] = getattr(importlib.import_module(f"analytics.{intent.domain}"), intent.id)
    return function


class Assistant:
    """Answers questions on one open data set. Safe to share between threads."""

    def __init__(self, shop: Shop, engine: Engine, known: Catalogue | None = None, encoder: Encoder | None = None) -> None:
        self.shop = shop
        self.engine = engine
        self.catalogue = known or catalogue.load()
        self.encoder = encoder or Encoder()
        self.reader = Reader(shop, engine, self.catalogue, Matcher(self.encoder))
        self._turns: OrderedDict[str, Turn] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, today: date | None = None, encoder: Encoder | None = None) -> Assistant:
        """Opens a data set; raises store.DataSetError with what is wrong and what to do."""
        shop, engine = store.open_shop(path, today)
        return cls(shop, engine, encoder=encoder)

    def close(self) -> None:
        self.engine.close()

    def understand(self, question: str, conversation_id: str | None = None, language: Asked = "auto") -> Understood:
        """Reads a question and remembers the turn; runs no analysis."""
        return Understood(self._read(question, conversation_id, language))

    def ask(self, question: str, conversation_id: str | None = None, language: Asked = "auto") -> Outcome:
        """Answers one question; turns with the same conversation id refine one another."""
        return self.ask_timed(question, conversation_id, language).outcome

    def ask_timed(self, question: str, conversation_id: str | None = None, language: Asked = "auto") -> Timed:
        """As `ask`, with the time each part took."""
        begun = time.perf_counter()
        marks = {"understand": 0.0, "analyse": 0.0, "word": 0.0}
        spoken: Language = language if language != "auto" else "en"
        request = Request("", {}, spoken, 0.0, (), (), {}, question)
        try:
            reading = self._read(question, conversation_id, language)
            request = reading.request
            marks["understand"] = (time.perf_counter() - begun) * 1000
            outcome = self._outcome(reading, marks)
        except TooSlow:
            outcome = answering.no_data(request, "too_slow", {}, self.shop)
        except Exception:
            fault = uuid.uuid4().hex[:8]
            log.exception("fault %s while answering", fault)
            outcome = answering.failed(request, fault)
        marks["total"] = (time.perf_counter() - begun) * 1000
        return Timed(outcome, marks)

    def _read(self, question: str, conversation_id: str | None, language: Asked) -> Reading:
        last = None
        if conversation_id is not None:
            with self._lock:
                last = self._turns.get(conversation_id)
        reading = self.reader.read(question, last, None if language == "auto" else language)
        if conversation_id is not None and reading.turn is not None:
            with self._lock:
                self._turns[conversation_id] = reading.turn
                self._turns.move_to_end(conversation_id)
                while len(self._turns) > _CONVERSATIONS:
                    self._turns.popitem(last=False)
        return reading

    def _outcome(self, reading: Reading, marks: dict[str, float]) -> Outcome:
        request = reading.request
        if reading.verdict == "declined":
            return answering.declined(request, reading.reason or "out_of_scope", self.shop)
        if reading.verdict == "clarify":
            return answering.clarify(request, reading.readings, self.shop)
        reading = self._stand_in(reading)
        request = reading.request
        intent = self.catalogue[request.intent]
        if not intent.built:
            return answering.declined(request, "not_built", self.shop)
        if reading.unknown_value is not None and intent.domain != "help":
            details = {"value": reading.unknown_value, "nearest": reading.nearest_values}
            return answering.no_data(request, "unknown_value", details, self.shop)
        try:
            self.shop.require(*intent.needs)
            if intent.domain == "help":
                return answering.help_answer(request, intent, self.shop)
            return self._analysed(reading, intent, marks)
        except CannotAnswer as refusal:
            return answering.no_data(request, refusal.code, refusal.details, self.shop)
        except MissingSlot as missing:
            return answering.ask_slot(request, missing.slot, self.shop)

    def _stand_in(self, reading: Reading) -> Reading:
        """A stated metric split by or over something is the whole request, whichever analysis it would also belong to;
        where that one is not built, the metric itself is the true answer."""
        request = reading.request
        slots = request.slots
        if self.catalogue[request.intent].built or request.intent not in _METRIC_LIKE or "metric" not in slots:
            return reading
        if "dimension" in slots:
            return replace(reading, request=replace(request, intent="metric_breakdown"))
        if "grain" in slots:
            return replace(reading, request=replace(request, intent="metric_trend"))
        return reading

    def _analysed(self, reading: Reading, intent: Intent, marks: dict[str, float]) -> Answer:
        begun = time.perf_counter()
        analysis = analysis_of(intent)
        stated = dict(reading.request.slots)
        if "customer" in stated:
            stated["customer"] = self.reader.index.customer_id(stated["customer"])
        resolved: Resolved = resolve(intent, analysis, stated, reading.relative, self.shop)
        finding = analysis(self.shop, **resolved.arguments)
        key = (self.shop.version, self.shop.today, intent.id, repr(sorted(resolved.arguments.items(), key=lambda item: item[0])))
        computed = self.engine.run(finding, key=key)
        marks["analyse"] = (time.perf_counter() - begun) * 1000
        if computed.facts.get("found") is False:
            raise CannotAnswer(f"unknown_{'customer' if 'customer' in resolved.arguments else 'value'}", **resolved.arguments)
        begun = time.perf_counter()
        request = replace(reading.request, defaults=resolved.defaults)
        answer = answering.compose(request, resolved.arguments, intent, computed, self.shop)
        marks["word"] = (time.perf_counter() - begun) * 1000
        return answer


__all__ = ["Assistant", "Timed", "Understood", "analysis_of"]
