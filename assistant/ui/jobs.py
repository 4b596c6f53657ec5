"""A question that is being answered: in a thread of its own, so that the page stays alive and Stop works. Knows no page.

The dialogue's state goes in and comes out with the job: two tabs of one conversation, or an answer that nobody waits for any
more, change nothing for each other.
"""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.stopping import Stopped, held, stoppable
from assistant import answering
from assistant.access.roles import Role
from assistant.answer import Outcome, Request
from assistant.ask import Asked, Assistant, Step
from assistant.understanding.dialogue import Turn

log = logging.getLogger(__name__)

#: Answers that are worked out at the same time. Fifty at once would each take as long as all of them together, and the pages
#: that are being drawn would wait behind them.
_AT_ONCE = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


@dataclass(frozen=True)
class Order:
    """What is to be answered: a question, or (with `request`) an answered request with some of its slots changed.

    `place` is that of the answer which the new one replaces, None for a further turn.
    """

    question: str
    request: Request | None = None
    change: Mapping[str, Any] = field(default_factory=dict)
    place: int | None = None


@dataclass(frozen=True)
class Done:
    """What came of a job, and the state that the next turn refines."""

    outcome: Outcome
    state: Turn | None


class Job:
    """Answers one order. `step` is what it is at; `done` is set when `result` is there; `given_up` says that nobody waits for it
    any more: then its query is interrupted, and it is done without a result."""

    def __init__(self, order: Order, assistant: Assistant, state: Turn | None, language: Asked, role: Role | None) -> None:
        self.order = order
        self.assistant = assistant
        self.step: Step = "understand"
        self.given_up = False
        self.done = threading.Event()
        self.result: Done | None = None
        self._start = (state, language, role)

    def begin(self) -> Job:
        threading.Thread(target=self._run, name="answer", daemon=True).start()
        return self

    def _told(self, step: Step) -> None:
        self.step = step

    def _stop(self) -> bool:
        return self.given_up

    def _run(self) -> None:
        state, language, role = self._start
        try:
            self.result = self._answered(state, language, role)
        except Stopped:
            log.info("an answer was stopped")
        except Exception:
            fault = uuid.uuid4().hex[:8]
            log.exception("fault %s while answering", fault)
            spoken = language if language != "auto" else "en"
            self.result = Done(answering.failed(Request("", {}, spoken, 0.0, (), (), {}, self.order.question), fault), state)
        finally:
            self.done.set()

    def _answered(self, state: Turn | None, language: Asked, role: Role | None) -> Done:
        with stoppable(self._stop), held(_AT_ONCE):
            return self._worked_out(state, language, role)

    def _worked_out(self, state: Turn | None, language: Asked, role: Role | None) -> Done:
        order, key = self.order, uuid.uuid4().hex
        try:
            if order.request is not None:
                timed = self.assistant.revise(order.request, order.change, key, role, self._told, self._stop)
            else:
                self.assistant.restore(key, state)
                timed = self.assistant.ask_timed(order.question, key, language, role, self._told, self._stop)
            return Done(timed.outcome, self.assistant.turn(key))
        finally:
            self.assistant.restore(key, None)
