"""`python -m benchmarks [--lines N] [--folder DIR]`: our analyses against hand-written SQL on the same tables, in one run.

Prints a Markdown table of medians and ratios; exits with 1 where a bound fails or where the answers differ. Ours and the
baseline take turns, each turn asks for other days, and nothing is answered from the cache.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from analytics import store
from analytics.run import Engine
from analytics.shop import Shop
from benchmarks.analyses import CASES, Case
from benchmarks.answer import Disagreement, compare
from benchmarks.data import prepare

#: Ours may take this many times the hand-written SQL plus this many milliseconds.
RATIO, ALLOWANCE = 1.3, 50.0


def measured(case: Case, shop: Shop, engine: Engine, turns: int) -> tuple[float, float]:
    """Median milliseconds of ours (building, compiling and running) and of the hand-written SQL; the first turn warms up.

    Raises Disagreement where the two do not say the same.
    """
    ours, theirs = [], []
    for turn in range(turns + 1):
        request = case.request(shop, turn)
        begun = time.perf_counter()
        computed = engine.run(case.ours(shop, request))
        ours.append((time.perf_counter() - begun) * 1000)
        with engine.cursor() as cursor:
            begun = time.perf_counter()
            answer = case.sql(cursor, shop, request)
            theirs.append((time.perf_counter() - begun) * 1000)
        compare(computed, case.columns, answer, "SQL")
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as fresh:
        sample = prepare(options.folder or Path(fresh), options.lines)
        shop, engine = store.open_shop(sample.path)
        sys.stdout.write(f"{sample.lines:,} order lines, loaded with marts in {sample.load_seconds:.1f} s\n\n")
        sys.stdout.write("| analysis | ours ms | SQL ms | ratio | at most 1.3 x + 50 ms |\n| --- | ---: | ---: | ---: | --- |\n")
        for case in CASES:
            if options.only and case.name not in options.only:
                continue
            try:
                ours, theirs = measured(case, shop, engine, options.turns)
                holds = ours <= RATIO * theirs + ALLOWANCE
                line = f"{ours:.0f} | {theirs:.0f} | {ours / theirs:.2f} | {'yes' if holds else 'no'}"
            except Disagreement as difference:
                holds, line = False, f"- | - | - | answers differ: {difference}"
            failed |= not holds
            sys.stdout.write(f"| {case.name} | {line} |\n")
            sys.stdout.flush()
        engine.close()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
