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
from analytics.stopping import Stop, Stopped, check, stoppable
from assistant import answering
from assistant.access import masking, personal
from assistant.access.roles import Role
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
#: Those that count customers where no metric is said.
_OF_CUSTOMERS = frozenset({"segment_demographic", "segment_geographic"})
Asked = Language | Literal["auto"]
#: The steps of an answer, in their order.
Step = Literal["understand", "analyse", "word"]
#: Is told when a step begins.
Told = Callable[[Step], None]


def nothing_edited() -> str:
    """Where nobody changes the themes of feedback."""
    return ""


def nobody_listens(_: Step) -> None:
    """Where nobody watches the steps."""


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
        #: Gives what people changed about the themes of feedback as it is now; see Shop.theme_edits.
        self.theme_edits: Callable[[], str] = nothing_edited
        self._turns: OrderedDict[str, Turn] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, today: date | None = None, encoder: Encoder | None = None) -> Assistant:
        """Opens a data set; raises store.DataSetError with what is wrong and what to do."""
        shop, engine = store.open_shop(path, today)
        return cls(shop, engine, encoder=encoder)

    def close(self) -> None:
        self.engine.close()

    @property
    def edited_shop(self) -> Shop:
        """The shop with the themes of its feedback as people have edited them until now."""
        return replace(self.shop, theme_edits=self.theme_edits())

    def understand(self, question: str, conversation_id: str | None = None, language: Asked = "auto") -> Understood:
        """Reads a question and remembers the turn; runs no analysis."""
        return Understood(self._read(question, conversation_id, language))

    def ask(
        self, question: str, conversation_id: str | None = None, language: Asked = "auto", role: Role | None = None
    ) -> Outcome:
        """Answers one question; turns with the same conversation id refine one another. The outcome is what `role` may see;
        None is the local owner, from whom nothing is kept."""
        return self.ask_timed(question, conversation_id, language, role).outcome

    def ask_timed(
        self, question: str, conversation_id: str | None = None, language: Asked = "auto", role: Role | None = None,
        told: Told = nobody_listens, stop: Stop | None = None,
    ) -> Timed:
        """As `ask`, with the time each part took; `told` hears of every step, from the thread that answers. Raises Stopped soon
        after `stop` says that nobody waits for the answer any more."""
        spoken: Language = language if language != "auto" else "en"
        request = Request("", {}, spoken, 0.0, (), (), {}, question)
        with stoppable(stop):
            return self._timed(request, lambda: self._read(question, conversation_id, language), role, told)

    def _timed(self, request: Request, read: Callable[[], Reading], role: Role | None, told: Told) -> Timed:
        begun = time.perf_counter()
        marks = {"understand": 0.0, "analyse": 0.0, "word": 0.0}
        try:
            told("understand")
            reading = read()
            request = reading.request
            marks["understand"] = (time.perf_counter() - begun) * 1000
            outcome = self._outcome(reading, marks, role, told)
        except TooSlow:
            outcome = answering.no_data(request, "too_slow", {}, self.shop)
        except Stopped:
            raise
        except Exception:
            fault = uuid.uuid4().hex[:8]
            log.exception("fault %s while answering", fault)
            outcome = answering.failed(request, fault)
        if not isinstance(outcome, Answer):
            outcome = masking.outcome_for(outcome, role, self.shop, personal.finder(self.engine))
        marks["total"] = (time.perf_counter() - begun) * 1000
        return Timed(outcome, marks)

    def turn(self, conversation_id: str) -> Turn | None:
        """The state that the next turn of a conversation refines."""
        with self._lock:
            return self._turns.get(conversation_id)

    def restore(self, conversation_id: str, turn: Turn | None) -> None:
        """Sets the state of a conversation: that of a saved one, of one whose last turn is undone, or none."""
        with self._lock:
            self._turns.pop(conversation_id, None)
            if turn is not None:
                self._remember(conversation_id, turn)

    def revise(
        self, asked: Request, change: Mapping[str, Any], conversation_id: str | None = None, role: Role | None = None,
        told: Told = nobody_listens, stop: Stop | None = None,
    ) -> Timed:
        """Answers a request anew with some of its slots changed (None takes one away), as a further turn of the conversation.

        What was assumed the first time is assumed again from the slots as they are now; a comparison goes with its period.
        Raises Stopped as `ask_timed` does.
        """
        slots = {name: value for name, value in {**asked.slots, **change}.items() if value is not None}
        if "period" in change and "compare_to" not in change:
            slots.pop("compare_to", None)
        intent = str(slots.pop("intent", asked.intent))
        request = replace(asked, intent=intent, slots=slots, defaults={})
        turn = Turn(intent, slots, asked.language)
        if conversation_id is not None:
            with self._lock:
                self._remember(conversation_id, turn)
        with stoppable(stop):
            return self._timed(request, lambda: Reading(request, "understood", turn), role, told)

    def _read(self, question: str, conversation_id: str | None, language: Asked) -> Reading:
        last = None
        if conversation_id is not None:
            with self._lock:
                last = self._turns.get(conversation_id)
        reading = self.reader.read(question, last, None if language == "auto" else language)
        if conversation_id is not None and reading.turn is not None:
            with self._lock:
                self._remember(conversation_id, reading.turn)
        return reading

    def _remember(self, conversation_id: str, turn: Turn) -> None:
        self._turns[conversation_id] = turn
        self._turns.move_to_end(conversation_id)
        while len(self._turns) > _CONVERSATIONS:
            self._turns.popitem(last=False)

    def _outcome(self, reading: Reading, marks: dict[str, float], role: Role | None, told: Told) -> Outcome:
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
            return self._analysed(reading, intent, marks, role, told)
        except CannotAnswer as refusal:
            return answering.no_data(request, refusal.code, refusal.details, self.shop)
        except MissingSlot as missing:
            return answering.ask_slot(request, missing.slot, self.shop)

    def _stand_in(self, reading: Reading) -> Reading:
        """A stated metric split by or over something is the whole request, whichever analysis it would also belong to;
        where that one is not built, the metric itself is the true answer."""
        request = reading.request
        slots = dict(request.slots)
        if self.catalogue[request.intent].built or request.intent not in _METRIC_LIKE:
            return reading
        if request.intent in _OF_CUSTOMERS:
            slots.setdefault("metric", "customers")
        if "metric" not in slots or not {"dimension", "grain"} & set(slots):
            return reading
        stands_in = "metric_breakdown" if "dimension" in slots else "metric_trend"
        return replace(reading, request=replace(request, intent=stands_in, slots=slots))

    def _analysed(self, reading: Reading, intent: Intent, marks: dict[str, float], role: Role | None, told: Told) -> Answer:
        check()
        begun = time.perf_counter()
        told("analyse")
        analysis = analysis_of(intent)
        stated = dict(reading.request.slots)
        if "customer" in stated:
            stated["customer"] = self.reader.index.customer_id(stated["customer"])
        masking.refuse(role, reading.request.slots, stated.get("customer"), personal.finder(self.engine))
        resolved: Resolved = resolve(intent, analysis, stated, reading.relative, self.shop)
        shop = self.edited_shop
        finding = analysis(shop, **resolved.arguments)
        asked = repr(sorted(resolved.arguments.items(), key=lambda item: item[0]))
        key = (shop.version, shop.today, shop.theme_edits, intent.id, asked)
        computed = self.engine.run(finding, key=key)
        marks["analyse"] = (time.perf_counter() - begun) * 1000
        if computed.facts.get("found") is False:
            raise CannotAnswer(f"unknown_{'customer' if 'customer' in resolved.arguments else 'value'}", **resolved.arguments)
        check()
        begun = time.perf_counter()
        told("word")
        request = replace(reading.request, defaults=resolved.defaults)
        parts = masking.Parts(request, resolved.arguments, computed)
        answer = masking.composed(parts, intent, self.shop, role, personal.finder(self.engine))
        marks["word"] = (time.perf_counter() - begun) * 1000
        return answer


__all__ = ["Asked", "Assistant", "Step", "Timed", "Told", "Understood", "analysis_of"]
