"""How the page bears many people: `python -m benchmarks.load`.

Starts the server on the demo company and talks to it as browsers do, over the websocket with Streamlit's own messages, timers of
the page included. One session alone, then fifty with ten seconds of think time, then fifty at the same moment. Every headline is
compared with the one that the assistant gives in this process: lost, late and mixed-up answers are counted. Fails unless all are
right and the 95th percentile of the fifty is at most three times that of the one.

A time is from sending a question until its answer has been drawn whole.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import os
import random
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# It comes with Streamlit, which serves the other end of the same connection with it.
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from assistant.access.roles import DEFAULT_ROLE, ROLES
from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.ui.labels import escaped
from tests.browser.driver import app_running

#: The 95th percentile of many sessions as a multiple of that of one.
MOST = 3.0
#: Seconds after which an answer counts as lost.
PATIENCE = 120.0
#: People who come one by one, for the times of one session alone.
_ALONE = 8
#: Questions of a conversation: the page draws the last ten turns, and answers are counted by what is drawn.
_MOST_EACH = 9
_METRICS = ("revenue", "orders", "average order value", "units sold")
_BY = ("by category", "by country", "by region", "by channel", "per month", "by city")
_WHEN = ("this year", "last year", "last month", "this quarter", "last quarter", "in 2025", "in May 2026", "in the last 90 days")
_OTHERS = (
    "how is the business doing this quarter", "who are our best ten customers", "best sellers this quarter",
    "Run an RFM analysis", "今年各品类销售额", "上个月有多少订单？", "which high-value customers are at risk",
    "How satisfied are our customers?", "哪些商品经常一起买？", "How fast do we answer tickets?",
)


@dataclass(frozen=True)
class Told:
    """What came back of one question; an empty headline where nothing came."""

    question: str
    headline: str
    seconds: float


@dataclass(frozen=True)
class Part:
    """A part of the report: how many answers were asked for, how they took, and what was wrong with them."""

    name: str
    sessions: int
    answers: int
    median: float
    p95: float
    slowest: float
    lost: int
    wrong: tuple[str, ...]


def questions(count: int, seed: int) -> list[str]:
    """Varied questions, no two the same while there are others."""
    every = [f"{metric} {by} {when}" for metric, by, when in itertools.product(_METRICS, _BY, _WHEN)] + list(_OTHERS)
    random.Random(seed).shuffle(every)
    return list(itertools.islice(itertools.cycle(every), count))


@dataclass
class Session:
    """One tab of a browser: holds what the page shows, and the timers that the page set."""

    connection: ClientConnection
    headings: dict[tuple[int, ...], str] = field(default_factory=dict)
    box: str = ""
    query: str = ""
    page: str = ""
    timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    #: Set at the end of every run, of the whole page or of a timer's part of it.
    drawn: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        """Takes in what the server draws until the connection ends."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        with suppress(ConnectionClosed):
            async for data in self.connection:
                message = ForwardMsg()
                message.ParseFromString(data if isinstance(data, bytes) else data.encode())
                self._take(message)

    def _take(self, message: object) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        assert isinstance(message, ForwardMsg)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
            if not message.metadata.run.fragment_ids:
                self.headings.clear()
                self._stop_timers()
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "chat_input":
                self.box = element.chat_input.id
            elif element.WhichOneof("type") == "heading" and element.heading.tag == "h3":
                self.headings[tuple(message.metadata.delta_path)] = element.heading.body
        elif kind == "script_finished":
            # A server with much to send leaves out the end of a run when the next one, of a timer, has begun meanwhile.
            self.drawn.set()

    def _set_timer(self, fragment: str, seconds: float) -> None:
        async def tick() -> None:
            with suppress(ConnectionClosed):
                while True:
                    await asyncio.sleep(seconds)
                    await self.run(fragment=fragment)

        if fragment not in self.timers:
            self.timers[fragment] = asyncio.create_task(tick())

    def _stop_timers(self) -> None:
        for timer in self.timers.values():
            timer.cancel()
        self.timers.clear()

    async def run(self, question: str = "", fragment: str = "") -> None:
        """Has the page drawn: with a question typed, one of its fragments, or as it is."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = self.query, self.page, fragment
        state.is_auto_rerun = bool(fragment)
        state.context_info.locale, state.context_info.timezone = "en-GB", "Europe/London"
        if question:
            widget = state.widget_states.widgets.add()
            widget.id = self.box
            widget.chat_input_value.data = question
        else:
            state.widget_states.SetInParent()
        await self.connection.send(message.SerializeToString())

    async def ask(self, question: str) -> Told:
        """Asks and waits until one more answer than before has been drawn."""
        count, begun = len(self.headings), time.perf_counter()
        self.drawn.clear()
        await self.run(question)
        try:
            async with asyncio.timeout(PATIENCE):
                # A page that is drawn before the answer is there has no further headline and does not count.
                while not self.drawn.is_set() or len(self.headings) <= count:
                    self.drawn.clear()
                    await self.drawn.wait()
        except TimeoutError:
            return Told(question, "", time.perf_counter() - begun)
        return Told(question, self.headings[max(self.headings)], time.perf_counter() - begun)

    def close(self) -> None:
        self._stop_timers()


async def _open(address: str) -> tuple[Session, asyncio.Task[None]]:
    socket = address.replace("http://", "ws://") + "/_stcore/stream"
    session = Session(await connect(socket, subprotocols=[Subprotocol("streamlit")], max_size=None))
    reading = asyncio.create_task(session.read())
    await session.run()
    async with asyncio.timeout(PATIENCE):
        await session.drawn.wait()
    return session, reading


async def _talk(session: Session, asked: Sequence[str], think: float, dice: random.Random) -> list[Told]:
    """One person's questions, with a pause before each; the pauses differ, so that people do not ask in step."""
    told = []
    for question in asked:
        await asyncio.sleep(think * dice.uniform(0.5, 1.5))
        told.append(await session.ask(question))
    return told


async def many(address: str, sessions: int, asked: Sequence[str], think: float, seed: int) -> list[Told]:
    """What came back to a number of people who share the questions among them, each in a conversation of its own."""
    dice, each = random.Random(seed), len(asked) // sessions
    opened = [await _open(address) for _ in range(sessions)]
    talks = [_talk(one[0], asked[place * each : (place + 1) * each], think, dice) for place, one in enumerate(opened)]
    told = await asyncio.gather(*talks)
    for session, reading in opened:
        session.close()
        await session.connection.close()
        await reading
    return list(itertools.chain.from_iterable(told))


async def one_by_one(address: str, each: int, asked: Sequence[str], seed: int) -> list[Told]:
    """What came back to people of whom each comes when the one before has gone."""
    told = []
    for first in range(0, len(asked), each):
        told += await many(address, 1, asked[first : first + each], 0.5, seed)
    return told


def expected(db: Path, asked: Sequence[str]) -> dict[str, str]:
    """The headline of each question, from an assistant of this process."""
    assistant = Assistant.open(db)
    out = {}
    for question in dict.fromkeys(asked):
        outcome = assistant.ask(question, role=ROLES[DEFAULT_ROLE])
        if not isinstance(outcome, Answer) or outcome.computed is None:
            raise ValueError(f"not a question of figures: {question}: {outcome.text}")
        out[question] = escaped(outcome.headline)
    assistant.close()
    return out


def judged(name: str, sessions: int, told: Sequence[Told], right: dict[str, str]) -> Part:
    """Times and faults of a part."""
    seconds = sorted(item.seconds for item in told)
    wrong = tuple(
        f"{item.question}: {item.headline} instead of {right[item.question]}"
        for item in told if item.headline and item.headline != right[item.question]
    )
    lost = sum(not item.headline for item in told)
    middle, late = seconds[len(seconds) // 2], seconds[math.ceil(0.95 * len(seconds)) - 1]
    return Part(name, sessions, len(told), middle, late, seconds[-1], lost, wrong)


def row(part: Part) -> str:
    return (
        f"| {part.name} | {part.sessions} | {part.answers} | {part.median:.2f} | {part.p95:.2f} | {part.slowest:.2f} |"
        f" {part.lost} | {len(part.wrong)} |"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=50, help="people at once")
    parser.add_argument("--each", type=int, default=5, choices=range(1, _MOST_EACH + 1), help="questions of each of them")
    parser.add_argument("--think", type=float, default=10.0, help="seconds that they think before a question")
    parser.add_argument("--customers", type=int, default=1_200, help="customers of the demo company")
    options = parser.parse_args(arguments)
    sessions, each, say = options.sessions, options.each, sys.stdout.write
    say(f"cores {os.cpu_count()}, load before {os.getloadavg()[0]:.1f}\n\n")
    alone, thinking, burst = questions(_ALONE * each, 0), questions(sessions * each, 1), questions(sessions, 2)
    with app_running(customers=options.customers) as app:
        right = expected(app.db, [*alone, *thinking, *burst])
        plan: tuple[tuple[str, int, Callable[[], Coroutine[Any, Any, list[Told]]]], ...] = (
            ("alone", 1, lambda: one_by_one(app.address, each, alone, 0)),
            ("with think time", sessions, lambda: many(app.address, sessions, thinking, options.think, 1)),
            ("all at once", sessions, lambda: many(app.address, sessions, burst, 0.0, 2)),
        )
        say("| part | sessions | answers | median s | 95 % s | slowest s | lost | wrong |\n|---|---|---|---|---|---|---|---|\n")
        parts = []
        for name, count, work in plan:
            part = judged(name, count, asyncio.run(work()), right)
            parts.append(part)
            say(row(part) + "\n" + "".join(f"    {fault}\n" for fault in part.wrong[:5]))
            sys.stdout.flush()
    ratio = parts[1].p95 / parts[0].p95
    say(f"\n95th percentile of {sessions} against one: {ratio:.2f} times (at most {MOST:g})\n")
    return int(ratio > MOST or any(part.lost or part.wrong for part in parts))


if __name__ == "__main__":
    sys.exit(main())
