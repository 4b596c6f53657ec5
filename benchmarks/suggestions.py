"""`python -m benchmarks.suggestions [--customers N] [--products N]`: suggestions while typing, against a plain scan of all names.

Prints the median of varied beginnings of words, English and Chinese, with slips and without any match, as a ratio to looking at
every name in turn in the same run, with the longest and what the names take in memory. Exits with 1 where a bound fails.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence

from assistant.understanding.folding import fold
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.suggestions import CUSTOMER, QUESTION, Shelf, Suggester
from benchmarks.timing import against

#: Milliseconds that the median may take, and how many times faster than the scan it has to be.
MOST_MS, FASTER = 50.0, 5.0
_TURNS = 40
_SYLLABLES = (
    "an", "ba", "cor", "del", "en", "fa", "gri", "hol", "in", "jo", "ka", "lun", "mar", "nel", "or", "per", "qui", "ros", "sta",
    "tor", "ul", "ven", "wil", "xa", "yor", "zen",
)
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁", "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉兰文辉"
_GOODS = ("tea", "mug", "lamp", "chair", "towel", "grinder", "kettle", "basket", "blanket", "candle", "notebook", "puzzle")


def _word(made: random.Random) -> str:
    return "".join(made.choices(_SYLLABLES, k=made.randint(2, 3))).capitalize()


def _customer(made: random.Random) -> str:
    if made.random() < 0.3:
        return made.choice(_SURNAMES) + "".join(made.choices(_GIVEN, k=made.randint(1, 2))) + str(made.randint(1, 999))
    return f"{_word(made)} {_word(made)}{made.choice(('', '-' + _word(made)))}"


def names(customers: int, products: int, seed: int = 1) -> tuple[list[str], list[str]]:
    """So many made-up customers and products, each different."""
    made = random.Random(seed)
    people: set[str] = set()
    while len(people) < customers:
        people.update(_customer(made) for _ in range(customers - len(people)))
    goods: set[str] = set()
    while len(goods) < products:
        goods.update(f"{_word(made)} {_word(made)} {made.choice(_GOODS)}" for _ in range(products - len(goods)))
    return sorted(people), sorted(goods)


def typed(every: Sequence[str], seed: int = 2) -> list[str]:
    """What people have typed so far: one to all letters of a word of some name, behind other words, one in five with a slip."""
    made, out = random.Random(seed), []
    for _ in range(3 * _TURNS + 1):
        word = made.choice(made.choice(every).split())
        part = word[: made.randint(1, len(word))]
        if len(part) > 3 and made.random() < 0.2:
            at = made.randrange(1, len(part) - 1)
            part = part[:at] + part[at + 1] + part[at] + part[at + 2 :]
        out.append(made.choice(("", "revenue of ", "sales in ", "客户")) + part)
    return [*out, "zzqx"]


def scanned(folded: Sequence[str], text: str) -> list[str]:
    """The plain way: every name in which a word begins with the last word typed."""
    word = fold(text).split(" ")[-1].removeprefix("客户")
    behind = f" {word}"
    return [name for name in folded if name.startswith(word) or behind in name]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=100_000)
    options = parser.parse_args(arguments)
    people, goods = names(options.customers, options.products)
    begun = time.perf_counter()
    shelf, things = Shelf(CUSTOMER, people), Shelf("product", goods)
    suggester = Suggester((things,), Shelf(QUESTION, ()), Lexicon.load(), lambda: shelf)
    built = time.perf_counter() - begun
    texts, folded = typed([*people, *goods]), [fold(name) for name in (*people, *goods)]
    took: list[float] = []

    def ours(turn: int) -> object:
        start = time.perf_counter()
        found = suggester.suggest(texts[turn], "zh", sees_personal=True)
        took.append((time.perf_counter() - start) * 1000)
        return found

    ours_ms, scan_ms = against(ours, lambda turn: scanned(folded, texts[turn]), each=_TURNS)
    ratio, longest = ours_ms / scan_ms, max(took)
    holds = ours_ms <= MOST_MS and ratio <= 1 / FASTER
    sys.stdout.write(
        f"{len(folded):,} names, made ready in {built:.1f} s, {(shelf.bytes + things.bytes) / 1e6:.0f} MB\n"
        f"| what | against | ours ms | scan ms | ratio | slowest ms | middle of all ms | holds |\n"
        f"| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
        f"| suggestions | plain scan | {ours_ms:.2f} | {scan_ms:.1f} | {ratio:.4f} | {longest:.1f} |"
        f" {statistics.median(took):.2f} | {'yes' if holds else 'no'} |\n"
    )
    return int(not holds)


if __name__ == "__main__":
    sys.exit(main())
