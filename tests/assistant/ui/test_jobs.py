"""A question is answered beside the page: steps are told, the dialogue goes in and comes out, a fault is a sentence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from analytics.stopping import Stopped
from assistant.access.roles import ROLES
from assistant.answer import Answer, Failed
from assistant.ask import Assistant
from assistant.ui.jobs import Job, Order


def _done(job: Job) -> Any:
    job.begin()
    assert job.done.wait(120)
    return job.result


def test_a_question_is_answered_and_the_next_one_refines_it(assistant: Assistant) -> None:
    first = _done(Job(Order("revenue by category this year"), assistant, None, "auto", ROLES["manager"]))
    assert isinstance(first.outcome, Answer)
    second = _done(Job(Order("and by country?"), assistant, first.state, "auto", ROLES["manager"]))
    assert second.outcome.resolved["dimension"] == ("country",)
    assert second.outcome.resolved["period"] == first.outcome.resolved["period"]


def test_a_changed_part_is_worked_out_anew(assistant: Assistant) -> None:
    first = _done(Job(Order("revenue by category this year"), assistant, None, "auto", ROLES["manager"]))
    order = Order("revenue by category this year", first.outcome.request, {"metric": "orders"}, 0)
    assert _done(Job(order, assistant, None, "auto", ROLES["manager"])).outcome.resolved["metric"] == "orders"


def test_nothing_of_a_job_stays_behind(assistant: Assistant) -> None:
    before = len(assistant._turns)
    _done(Job(Order("revenue last month"), assistant, None, "auto", None))
    assert len(assistant._turns) == before


def test_steps_are_told_in_their_order(assistant: Assistant) -> None:
    steps: list[str] = []
    assistant.ask_timed("orders by country last month", told=steps.append)
    assert steps == ["understand", "analyse", "word"]


class _Broken:
    def restore(self, *_: Any) -> None:
        raise RuntimeError("secret detail")


def test_a_fault_is_a_sentence_with_a_number_and_no_detail() -> None:
    done = _done(Job(Order("revenue"), _Broken(), None, "auto", None))  # type: ignore[arg-type]
    assert isinstance(done.outcome, Failed)
    assert done.outcome.fault in done.outcome.text
    assert "secret" not in done.outcome.text


class _Endless:
    """An assistant that works until it is stopped."""

    def restore(self, *_: Any) -> None:
        pass

    def ask_timed(self, question: str, key: str, language: str, role: Any, told: Any, stop: Any) -> Any:
        while not stop():
            time.sleep(0.01)
        raise Stopped


def test_a_job_that_is_given_up_ends_without_a_result() -> None:
    job = Job(Order("revenue"), _Endless(), None, "auto", None)  # type: ignore[arg-type]
    job.begin()
    assert not job.done.wait(0.05)
    job.given_up = True
    assert job.done.wait(10)
    assert job.result is None


def test_stop_reaches_the_engine_and_the_next_question_is_answered(assistant: Assistant) -> None:
    with pytest.raises(Stopped):
        assistant.ask_timed("orders by region in 2025", told=lambda step: None, stop=_after_understanding())
    assert isinstance(assistant.ask("orders by region in 2025"), Answer)


def _after_understanding() -> Any:
    """Says stop from the second time on that it is asked."""
    asked = iter([False])
    return lambda: next(asked, True)
