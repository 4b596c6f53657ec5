"""`python -m benchmarks [--lines N] [--folder DIR]`: every promise of speed, as a ratio to a named baseline in the same run.

Prints a Markdown table; exits with 1 where a bound fails or where the answers differ. Ours and a baseline take turns, no two
turns ask for the same days, and nothing is answered from the cache of answers.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from analytics import store
from analytics.run import Engine
from analytics.shop import Shop
from assistant.answer import LANGUAGES
from benchmarks import memory, pandas_baseline, understanding
from benchmarks.analyses import CASES, Case
from benchmarks.answer import Disagreement, compare
from benchmarks.data import Sample, prepare
from benchmarks.timing import Bound, Result, against

#: Ours may take 1.3 times the best SQL by hand and 50 ms; it has to be five times as fast as pandas on the same files, three
#: times in memory; and understanding a question may take four times the encoding of its text.
SQL_BOUND, PANDAS_BOUND, MEMORY_BOUND, UNDERSTANDING_BOUND = Bound(1.3, 50), Bound(1 / 5), Bound(1 / 3), Bound(4)

HEADING = "| what | against | ours ms | theirs ms | ratio | at most | holds |\n| --- | --- | ---: | ---: | ---: | --- | --- |\n"

Measure = Callable[[Sample, Shop, Engine], Result]


def by_hand(case: Case, sample: Sample, shop: Shop, engine: Engine) -> Result:
    """An analysis (building, compiling and running) against SQL by hand on the same marts, once both have said the same."""

    def theirs(turn: int) -> object:
        with engine.cursor() as cursor:
            return case.sql(cursor, shop, case.request(shop, turn))

    with engine.cursor() as cursor:
        request = case.request(shop, 0)
        compare(engine.run(case.ours(shop, request)), case.columns, case.sql(cursor, shop, request), "SQL")
    ours_ms, theirs_ms = against(lambda turn: engine.run(case.ours(shop, case.request(shop, turn))), theirs, each=3, warm=2)
    return Result(case.name, "SQL by hand", ours_ms, theirs_ms, SQL_BOUND)


def in_pandas(case: Case, sample: Sample, shop: Shop, engine: Engine) -> Result:
    """An analysis against pandas, which reads the same canonical tables as Parquet and works out the headline figures."""
    request = case.request(shop, 0)
    compare(engine.run(case.ours(shop, request)), case.columns, case.pandas(sample.parquet, shop, request), "pandas")
    ours_ms, theirs_ms = against(
        lambda turn: engine.run(case.ours(shop, case.request(shop, turn))),
        lambda turn: case.pandas(sample.parquet, shop, case.request(shop, turn)),
        each=1, rounds=2,
    )
    return Result(case.name, "pandas on Parquet", ours_ms, theirs_ms, PANDAS_BOUND)


def rfm_in_memory(sample: Sample, shop: Shop, engine: Engine) -> Result:
    """RFM from orders that both have in memory."""
    orders = memory.orders_frame(engine)
    with memory.in_memory(orders) as ours:
        memory.check(shop, ours, orders)
        ours_ms, theirs_ms = against(
            lambda _: ours.rows(memory.scored(shop)), lambda _: pandas_baseline.rfm_segments(orders, shop.as_of), each=2, rounds=2
        )
    return Result("rfm in memory", "pandas in memory", ours_ms, theirs_ms, MEMORY_BOUND)


def understanding_of(language: str, sample: Sample, shop: Shop, engine: Engine) -> Result:
    """One question understood against its text encoded."""
    ours_ms, theirs_ms = understanding.measure(shop, engine, "zh" if language == "zh" else "en")
    return Result(f"understanding {language}", "encoding", ours_ms, theirs_ms, UNDERSTANDING_BOUND)


def measures(only: Sequence[str]) -> Iterator[tuple[str, Measure]]:
    """Every measure whose name is asked for; all of them where none is."""
    every: list[tuple[str, Measure]] = [(case.name, partial(by_hand, case)) for case in CASES]
    every += [(case.name, partial(in_pandas, case)) for case in CASES]
    every += [("rfm in memory", rfm_in_memory)]
    every += [(f"understanding {language}", partial(understanding_of, language)) for language in LANGUAGES]
    return ((name, measure) for name, measure in every if not only or name in only)


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {"cores": os.cpu_count(), "load_before": os.getloadavg()[0], "python": sys.version.split()[0]}


def row(result: Result) -> str:
    ratio = result.ours_ms / result.baseline_ms
    verdict = "yes" if result.holds else "no"
    return (
        f"| {result.name} | {result.baseline} | {result.ours_ms:.1f} | {result.baseline_ms:.1f} | {ratio:.2f} |"
        f" {result.bound} | {verdict} |"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000, help="order lines of the made-up shop")
    parser.add_argument("--folder", type=Path, help="where the made-up shop is kept; else it is deleted")
    parser.add_argument("--only", nargs="*", default=[], help="names of measures")
    parser.add_argument("--json", type=Path, help="a file for the results")
    options = parser.parse_args(arguments)
    notes, results, failed = machine(), [], False
    with tempfile.TemporaryDirectory() as fresh:
        sample = prepare(options.folder or Path(fresh), options.lines)
        shop, engine = store.open_shop(sample.path)
        sys.stdout.write(f"{sample.lines:,} order lines, loaded with marts in {sample.load_seconds:.1f} s; {notes}\n\n")
        sys.stdout.write(HEADING)
        for name, measure in measures(options.only):
            try:
                result = measure(sample, shop, engine)
                results.append(result)
                failed |= not result.holds
                sys.stdout.write(row(result) + "\n")
            except Disagreement as difference:
                failed = True
                sys.stdout.write(f"| {name} | - | - | - | - | - | answers differ: {difference} |\n")
            sys.stdout.flush()
        engine.close()
    if options.json:
        told = [asdict(result) | {"holds": result.holds} for result in results]
        report = {"lines": sample.lines, "machine": notes, "results": told}
        options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
