"""Work that nobody waits for ends soon, and the work of others goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from analytics import stopping
from analytics.finding import Finding, Fit, Scope
from analytics.run import Engine, TooSlow
from analytics.stopping import Stopped

#: Joined with itself it keeps two cores busy for minutes.
MANY = 1_000_000
#: Seconds in which stopped work has to end on a machine that is busy with other tests; the watch looks ten times a second.
SOON = 5.0


@pytest.fixture
def engine() -> Iterator[Engine]:
    found = Engine(None)
    yield found
    found.close()


def numbers(count: int, name: str) -> ir.Table:
    return ibis.range(count).unnest().name(name).as_table()


def finding(facts: ir.Table, fits: tuple[Fit, ...] = ()) -> Finding:
    return Finding(facts=facts, tables={}, scope=Scope(ibis.literal(0).name("rows_used").as_table()), fits=fits)


def endless() -> Finding:
    pairs = numbers(MANY, "a").cross_join(numbers(MANY, "b"))
    return finding(pairs.filter(pairs.a * pairs.b % 7 == 3).aggregate(pairs=ibis._.count()))


def quick() -> Finding:
    return finding(ibis.literal(1).name("one").as_table())


class Worker:
    """Runs something in a thread and keeps what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.result: Any = None
        self.fault: BaseException | None = None
        self._work = work
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as fault:
            self.fault = fault

    def ends(self) -> float:
        """Waits for the end and says how long that took."""
        begun = time.monotonic()
        self.thread.join(60)
        assert not self.thread.is_alive()
        return time.monotonic() - begun


def test_a_stopped_query_ends_soon_and_the_queries_of_others_run_on(engine: Engine) -> None:
    asked, others = threading.Event(), threading.Event()
    mine = Worker(lambda: engine.run(endless(), key="mine", stop=asked.is_set))
    other = Worker(lambda: engine.run(endless(), stop=others.is_set))
    time.sleep(0.3)
    asked.set()
    assert mine.ends() < SOON
    assert isinstance(mine.fault, Stopped)
    assert other.thread.is_alive()
    assert engine.run(quick()).facts == {"one": 1}
    others.set()
    other.ends()
    assert isinstance(other.fault, Stopped)


def test_nothing_of_a_stopped_answer_is_kept(engine: Engine) -> None:
    with pytest.raises(Stopped):
        engine.run(quick(), key="mine", stop=lambda: True)
    assert engine.run(quick(), key="mine").facts == {"one": 1}


def test_who_does_not_stop_gets_the_answer(engine: Engine) -> None:
    assert engine.run(quick(), stop=lambda: False).facts == {"one": 1}
    assert stopping.asked() is None


def test_a_query_that_takes_too_long_is_still_told_from_a_stopped_one() -> None:
    engine = Engine(None, max_seconds=0.2)
    with pytest.raises(TooSlow):
        engine.run(endless(), stop=lambda: False)
    with pytest.raises(TooSlow):
        engine.run(endless())
    engine.close()


def test_the_queries_of_a_model_are_stopped_too_and_the_model_is_fitted_for_the_next_one(engine: Engine) -> None:
    asked, pairs = threading.Event(), [endless().facts, ibis.literal(5).name("pairs").as_table()]
    fit = Fit("pairs", "k", {"": ibis.schema({"pairs": "int64"})}, lambda engine: {"": engine.frame(pairs.pop(0))})
    fitted = finding(fit.table(""), (fit,))
    first = Worker(lambda: engine.run(fitted, stop=asked.is_set))
    time.sleep(0.3)
    asked.set()
    assert first.ends() < SOON
    assert isinstance(first.fault, Stopped)
    assert engine.run(fitted).facts == {"pairs": 5}


def test_who_waits_for_the_model_of_somebody_else_can_stop(engine: Engine) -> None:
    begun, end = threading.Event(), threading.Event()

    def slow(engine: Engine) -> Any:
        begun.set()
        assert end.wait(60)
        return {"": engine.frame(ibis.literal(5).name("pairs").as_table())}

    fit = Fit("pairs", "k", {"": ibis.schema({"pairs": "int64"})}, slow)
    other = Worker(lambda: engine.run(finding(fit.table(""), (fit,))))
    assert begun.wait(60)
    asked = threading.Event()
    waiting = Worker(lambda: engine.run(finding(fit.table(""), (fit,)), stop=asked.is_set))
    time.sleep(0.3)
    assert waiting.thread.is_alive()
    asked.set()
    assert waiting.ends() < SOON
    assert isinstance(waiting.fault, Stopped)
    end.set()
    other.ends()
    assert other.result.facts == {"pairs": 5}


def test_an_interrupt_is_repeated_until_the_watch_is_left() -> None:
    calls: list[float] = []
    with stopping.Watch(lambda: calls.append(time.monotonic()), 60, lambda: True) as watch:
        time.sleep(0.6)
    assert watch.stopped
    assert not watch.late
    assert len(calls) > 1
