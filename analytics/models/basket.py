"""What is bought together: frequent sets of items and the rules between them, mined inside the engine.

Owns the mining and its formulas; knows no shop. Python sees one row per pair and per rule, never one per order line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import ibis
import pandas as pd

#: Where no least support is asked for, a set must stand in half the square root of the number of baskets (50 of 10,000,
#: 500 of a million), a companion of one item at most in ANCHOR_SHARE of that item's baskets, and each in FEWEST.
FEWEST = 5
ANCHOR_SHARE = 0.05
#: Least confidence of a rule where none is asked for.
CONFIDENCE = 0.2
#: Items in the largest set: three before the arrow and one after it.
LARGEST = 4
#: Pairs of items in baskets that are joined: where no support is asked for, the least count is doubled until they fit,
#: but not beyond ALWAYS_ENOUGH of the baskets. Of more frequent pairs than MOST_PAIRS, the most frequent are kept.
MOST_JOINED = 20_000_000
ALWAYS_ENOUGH = 0.01
MOST_PAIRS = 4_000
#: Sets of one size beyond which no larger ones are looked for.
MOST_SETS = 20_000
#: Rules and pairs that leave the engine, the best ones; all of them are counted.
MOST_ROWS = 10_000
#: Chance that one question calls anything more than chance where nothing is.
ALPHA = 0.05
#: Changes when the mining does, so that results on disk of another definition are not read.
DEFINITION = 2
_Z95 = 1.959963984540054

_FIGURES = {
    "orders": "int64", "support": "float64", "confidence": "float64", "lift": "float64", "lift_low": "float64",
    "lift_high": "float64", "is_real": "boolean",
}
PAIRS = ibis.schema(
    {"pair": "string", "item": "string", "companion": "string", **_FIGURES, "reverse_confidence": "float64",
     "item_orders": "int64", "companion_orders": "int64", "expected_orders": "float64"}
)
RULES = ibis.schema(
    {"antecedent": "string", "consequent": "string", **_FIGURES, "antecedent_items": "int64", "antecedent_orders": "int64",
     "consequent_orders": "int64"}
)
SUMMARY = ibis.schema(
    {"baskets": "int64", "single_item_baskets": "int64", "items": "int64", "frequent_items": "int64", "named_orders": "int64",
     "pairs": "int64", "real_pairs": "int64", "rules": "int64", "min_orders": "int64", "largest_set": "int64"}
)
#: The tables that mining results in.
SCHEMAS = {"pairs": PAIRS, "rules": RULES, "summary": SUMMARY}


@dataclass(frozen=True)
class Bounds:
    """What a set and a rule must reach to be reported.

    `support` is a share of the baskets, `orders` a number of them; without either the least count adapts (see FEWEST).
    `strict` drops what chance or a simpler rule explains; otherwise such rows stay and are marked. With one name in
    `anchors` only its pairs are mined; with several all pairs among them and no other, whatever their counts.
    """

    support: float | None = None
    orders: int | None = None
    confidence: float | None = None
    lift: float = 0.0
    strict: bool = True
    anchors: tuple[str, ...] = ()
    largest: int = LARGEST

    @property
    def adapts(self) -> bool:
        return self.support is None and self.orders is None

    def least_orders(self, baskets: int, anchor_baskets: int) -> int:
        """The number of baskets that a set must stand in."""
        if not self.adapts:
            # A share such as 0.07 of 100 is 7 baskets, not 8: floating products may lie a hair above.
            return max(math.ceil((self.support or 0) * baskets - 1e-9), self.orders or 0, 1)
        if len(self.anchors) > 1:
            return 1
        least = math.sqrt(baskets) / 2
        return max(FEWEST, math.ceil(min(least, anchor_baskets * ANCHOR_SHARE) if self.anchors else least))

    @property
    def least_confidence(self) -> float:
        """Of a rule. A question about named items gets all of theirs unless it says otherwise."""
        if self.confidence is not None:
            return self.confidence
        return 0.0 if self.anchors else CONFIDENCE


def mine(cursor: duckdb.DuckDBPyConnection, lines: str, bounds: Bounds) -> Mapping[str, pd.DataFrame]:
    """Frames of SCHEMAS from the SQL of a table (order_id, item); an item counts once per basket.

    Every order of `lines` is a basket, also one whose only item is null. Sets are found level by level: a set can only
    be frequent when all its subsets are. Support is the share of baskets that hold the whole set, confidence the share
    of the antecedent's baskets that hold the consequent, lift the confidence over the consequent's share of all baskets.
    Source: Agrawal and Srikant (1994), Fast algorithms for mining association rules, VLDB; lift: Brin et al. (1997).
    """
    baskets = _load(cursor, lines)
    least = bounds.least_orders(baskets, _one(cursor, f"SELECT max(n) FROM ({_anchor_counts(bounds)})"))
    least = _number_items(cursor, bounds, least, baskets)
    if bounds.anchors:
        _anchored_pairs(cursor, bounds, least)
        largest = 2
    else:
        least = _pairs(cursor, bounds, least)
        largest = _grow(cursor, bounds, least)
    _make_rules(cursor, baskets, largest, bounds)
    _measure(cursor, baskets)
    _rank(cursor, baskets, bounds)
    return {
        "pairs": cursor.execute(f"FROM ranked_pairs LIMIT {MOST_ROWS}").df(),
        "rules": cursor.execute(f"FROM ranked_rules LIMIT {MOST_ROWS}").df(),
        "summary": pd.DataFrame([_summary(cursor, baskets, least)]),
    }


def _summary(cursor: duckdb.DuckDBPyConnection, baskets: int, least: int) -> dict[str, int]:
    singles = "SELECT basket FROM lines GROUP BY basket HAVING count(*) = 1"
    return {
        "baskets": baskets,
        "single_item_baskets": _one(cursor, f"SELECT count(*) FROM ({singles})"),
        "items": _one(cursor, "SELECT count(DISTINCT item) FROM lines"),
        "frequent_items": _one(cursor, f"SELECT count(*) FROM names WHERE orders >= {least}"),
        "named_orders": _one(cursor, "SELECT count(DISTINCT basket) FROM lines JOIN names USING (item) WHERE anchor"),
        "pairs": _one(cursor, "SELECT count(*) FROM ranked_pairs"),
        "real_pairs": _one(cursor, "SELECT count(*) FROM ranked_pairs WHERE is_real"),
        "rules": _one(cursor, "SELECT count(*) FROM ranked_rules"),
        "min_orders": least,
        "largest_set": _one(cursor, "SELECT max(len(items)) FROM sets WHERE orders > 0"),
    }


def _one(cursor: duckdb.DuckDBPyConnection, query: str) -> int:
    row = cursor.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _make(cursor: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _load(cursor: duckdb.DuckDBPyConnection, lines: str) -> int:
    """Makes `lines` (basket, item), each item once per basket; returns the number of baskets."""
    _make(cursor, "given", f"SELECT DISTINCT order_id, item FROM ({lines})")
    numbered = "SELECT order_id, CAST(row_number() OVER () AS INTEGER) AS basket FROM (SELECT DISTINCT order_id FROM given)"
    _make(cursor, "baskets", numbered)
    _make(cursor, "lines", "SELECT b.basket, g.item FROM given g JOIN baskets b USING (order_id) WHERE g.item IS NOT NULL")
    return _one(cursor, "SELECT count(*) FROM baskets")


def _in_anchors(bounds: Bounds) -> str:
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in bounds.anchors) or "NULL"
    return f"item IN ({names}) IS TRUE"


def _anchor_counts(bounds: Bounds) -> str:
    return f"SELECT count(*) AS n FROM lines WHERE {_in_anchors(bounds)} GROUP BY item"


def _number_items(cursor: duckdb.DuckDBPyConnection, bounds: Bounds, least: int, baskets: int) -> int:
    """Makes `names` (id in their order), `kept` (the lines of items that stand often enough) and the `sets` of one item.

    Returns the least count, doubled while too many pairs of items would have to be joined; an asked count stays as it is.
    """
    enough = "anchor" if len(bounds.anchors) > 1 else "anchor OR orders >= {least}"
    joined = "SELECT sum(items * (items - 1) / 2) FROM (SELECT count(*) AS items FROM kept GROUP BY basket)"
    while True:
        _make(
            cursor, "names",
            "SELECT CAST(row_number() OVER (ORDER BY item) AS INTEGER) AS id, item, orders, anchor"
            f" FROM (SELECT item, count(*) AS orders, {_in_anchors(bounds)} AS anchor FROM lines GROUP BY item)"
            f" WHERE {enough.format(least=least)}",
        )
        _make(cursor, "kept", "SELECT l.basket, n.id AS item FROM lines l JOIN names n USING (item)")
        stays = bounds.anchors or not bounds.adapts or least >= baskets * ALWAYS_ENOUGH
        if stays or _one(cursor, joined) <= MOST_JOINED:
            break
        least *= 2
    _make(cursor, "sets", "SELECT [id] AS items, orders FROM names")
    return least


def _anchored_pairs(cursor: duckdb.DuckDBPyConnection, bounds: Bounds, least: int) -> None:
    """Adds to `sets` the frequent pairs of one anchor, or every pair among several, be it in no basket."""
    _make(cursor, "anchored", "SELECT k.basket, k.item FROM kept k JOIN names n ON n.id = k.item AND n.anchor")
    together = (
        "SELECT [least(a.item, b.item), greatest(a.item, b.item)] AS items, count(*) AS orders"
        " FROM anchored a JOIN kept b ON b.basket = a.basket AND "
    )
    if len(bounds.anchors) == 1:
        cursor.execute(f"INSERT INTO sets {together} b.item <> a.item GROUP BY 1 HAVING count(*) >= {least}")
        return
    every = "SELECT [x.id, y.id] AS items FROM names x JOIN names y ON x.id < y.id"
    cursor.execute(
        f"INSERT INTO sets SELECT items, coalesce(orders, 0) FROM ({every})"
        f" LEFT JOIN ({together} b.item > a.item GROUP BY 1) USING (items)"
    )


def _pairs(cursor: duckdb.DuckDBPyConnection, bounds: Bounds, least: int) -> int:
    """Adds the frequent pairs to `sets`; returns the least count: unless asked for, at least that of the last of MOST_PAIRS."""
    _make(
        cursor, "counted",
        "SELECT a.item AS low, b.item AS high, count(*) AS orders FROM kept a"
        f" JOIN kept b ON b.basket = a.basket AND b.item > a.item GROUP BY a.item, b.item HAVING count(*) >= {least}",
    )
    if bounds.adapts:
        least = max(least, _one(cursor, f"SELECT orders FROM counted ORDER BY orders DESC LIMIT 1 OFFSET {MOST_PAIRS - 1}"))
    _keep(cursor, f"SELECT [low, high] AS items, orders FROM counted WHERE orders >= {least}")
    return least


def _grow(cursor: duckdb.DuckDBPyConnection, bounds: Bounds, least: int) -> int:
    """Adds the frequent sets of three items and more to `sets`; returns the size of the largest that were looked for."""
    size = 2
    while size < bounds.largest and 0 < _one(cursor, "SELECT count(*) FROM found") <= MOST_SETS:
        if size == 2:
            _make(
                cursor, "holding",
                "SELECT a.basket, f.id FROM found f JOIN kept a ON a.item = f.items[1]"
                " JOIN kept b ON b.basket = a.basket AND b.item = f.items[2]",
            )
        size += 1
        _lengthen(cursor, size, least)
    return size


def _keep(cursor: duckdb.DuckDBPyConnection, query: str) -> None:
    """Makes `found` (id, items, orders), the frequent sets of the current size, and adds them to `sets`."""
    _make(cursor, "found", f"SELECT CAST(row_number() OVER (ORDER BY items) AS INTEGER) AS id, items, orders FROM ({query})")
    cursor.execute("INSERT INTO sets SELECT items, orders FROM found")


def _lengthen(cursor: duckdb.DuckDBPyConnection, size: int, least: int) -> None:
    """Sets of `size` items from those of one less: joined where all but the last agree, kept where each subset is frequent.

    `holding` (basket, id of a set in `found`) goes along, so that a longer set is looked for only where a part of it is.
    """
    frequent = "".join(
        f" AND list_concat(a.items[:{place - 1}], a.items[{place + 1}:], [b.items[-1]]) IN (SELECT items FROM found)"
        for place in range(1, size - 1)
    )
    _make(
        cursor, "candidates",
        "SELECT CAST(row_number() OVER () AS INTEGER) AS candidate, a.id AS prefix, b.items[-1] AS last,"
        f" list_append(a.items, b.items[-1]) AS items FROM found a JOIN found b"
        f" ON a.items[:{size - 2}] = b.items[:{size - 2}] AND a.items[-1] < b.items[-1]{frequent}",
    )
    _make(
        cursor, "longer",
        "SELECT h.basket, c.candidate FROM candidates c JOIN holding h ON h.id = c.prefix"
        " JOIN kept k ON k.basket = h.basket AND k.item = c.last",
    )
    counts = f"SELECT candidate, count(*) AS orders FROM longer GROUP BY candidate HAVING count(*) >= {least}"
    _keep(cursor, f"SELECT c.items, n.orders FROM candidates c JOIN ({counts}) n USING (candidate)")
    _make(
        cursor, "holding",
        "SELECT l.basket, f.id FROM longer l JOIN candidates c USING (candidate) JOIN found f ON f.items = c.items",
    )


def _log_chance(usual: str) -> str:
    """SQL of the logarithm of a bound on the chance of a confidence this far above the `usual` one in that many baskets."""
    return f"""
        CASE WHEN confidence <= {usual} THEN 0 ELSE -antecedent_orders * (confidence * ln(confidence / {usual})
             + CASE WHEN confidence < 1 THEN (1 - confidence) * ln((1 - confidence) / (1 - {usual})) ELSE 0 END) END"""


def _make_rules(cursor: duckdb.DuckDBPyConnection, baskets: int, largest: int, bounds: Bounds) -> None:
    """Makes `rules`: every frequent set with each of its items after the arrow, its counts, and whether it is more than chance.

    `is_real`: were the antecedent's baskets drawn at random from all, as many with the consequent would come up less
    often than ALPHA, shared out over all sets of that size that were tested (Bonferroni). That probability, Fisher's
    exact one-sided p value, is bounded from above, so a doubtful rule is not called real; a pair is as real as the
    better of its two directions, since the exact value is the same for both. `adds`: the same against the best that a
    shorter antecedent does for the consequent, so that a longer rule says something that no shorter one does.
    Source of the bound: Hoeffding (1963), Probability inequalities for sums of bounded random variables, JASA 58.
    """
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE rules (antecedent INTEGER[], consequent INTEGER, orders BIGINT, antecedent_orders BIGINT,"
        " consequent_orders BIGINT, confidence DOUBLE, simpler DOUBLE, is_real BOOLEAN, adds BOOLEAN)"
    )
    for size in range(2, largest + 1):
        bound = math.log(ALPHA / _tests(cursor, size, bounds))
        chance = "min(chance) OVER (PARTITION BY items)" if size == 2 else "chance"
        cursor.execute(
            f"""
            INSERT INTO rules
            WITH parts AS (
                SELECT list_filter(items, lambda x: x <> consequent) AS antecedent, consequent, items, orders
                FROM (SELECT items, orders, unnest(items) AS consequent FROM sets WHERE len(items) = {size})),
            shorter AS (
                SELECT p.antecedent, p.consequent, max(greatest(r.confidence, r.simpler)) AS best
                FROM (SELECT antecedent, consequent, unnest(antecedent) AS dropped FROM parts) p
                JOIN rules r ON r.consequent = p.consequent AND r.antecedent = list_filter(p.antecedent, lambda x: x <> p.dropped)
                GROUP BY p.antecedent, p.consequent),
            counted AS (
                SELECT p.*, a.orders AS antecedent_orders, c.orders AS consequent_orders, p.orders / a.orders AS confidence,
                       c.orders / {baskets} AS share, coalesce(s.best, share) AS simpler
                FROM parts p JOIN sets a ON a.items = p.antecedent JOIN sets c ON c.items = [p.consequent]
                LEFT JOIN shorter s ON s.antecedent = p.antecedent AND s.consequent = p.consequent),
            judged AS (SELECT *, {_log_chance("share")} AS chance, {_log_chance("simpler")} AS no_gain FROM counted)
            SELECT antecedent, consequent, orders, antecedent_orders, consequent_orders, confidence, simpler,
                   {chance} < {bound}, {"true" if size == 2 else f"no_gain < {bound}"} FROM judged"""
        )


def _tests(cursor: duckdb.DuckDBPyConnection, size: int, bounds: Bounds) -> int:
    """How many sets of a size could have been called real: every pair of the items looked at, then every rule that is left."""
    if size > 2:
        return max(1, size * _one(cursor, f"SELECT count(*) FROM sets WHERE len(items) = {size}"))
    items = _one(cursor, "SELECT count(*) FROM names")
    return max(1, items - 1 if len(bounds.anchors) == 1 else items * (items - 1) // 2)


def _measure(cursor: duckdb.DuckDBPyConnection, baskets: int) -> None:
    """Makes `measured`: the rules with support, lift and the lift's 95 % interval.

    The interval is that of the logarithm of a ratio of multinomial shares (delta method): its variance is
    (1/s - 1/a - 1/c + 2 lift - 1) / n with s, a, c the shares of the set, the antecedent and the consequent.
    """
    variance = f"{baskets}.0 / orders - {baskets}.0 / antecedent_orders - {baskets}.0 / consequent_orders + 2 * lift - 1"
    lift = f"orders * {baskets}.0 / (CAST(antecedent_orders AS DOUBLE) * consequent_orders)"
    _make(
        cursor, "measured",
        f"""
        SELECT *, lift * exp(-{_Z95} * spread) AS lift_low, lift * exp({_Z95} * spread) AS lift_high
        FROM (SELECT *, CASE WHEN orders > 0 THEN sqrt(greatest({variance}, 0) / {baskets}) END AS spread
              FROM (SELECT *, orders / {baskets} AS support, {lift} AS lift FROM rules))""",
    )


def _rank(cursor: duckdb.DuckDBPyConnection, baskets: int, bounds: Bounds) -> None:
    """Makes `ranked_pairs` and `ranked_rules`: what the bounds let through, real ones first, then by lift.

    A pair starts with its anchor, without one with the item that predicts the other better.
    """
    passes = f"r.lift >= {bounds.lift!r} AND (r.is_real AND r.adds OR {not bounds.strict})"
    figures = "r.orders, r.support, r.confidence, r.lift, r.lift_low, r.lift_high, r.is_real"
    first = "a.anchor" if len(bounds.anchors) == 1 else "(r.confidence, c.item) > (v.confidence, a.item)"
    _make(
        cursor, "ranked_pairs",
        f"""
        SELECT a.item || ' + ' || c.item AS pair, a.item, c.item AS companion, {figures}, v.confidence AS reverse_confidence,
               r.antecedent_orders AS item_orders, r.consequent_orders AS companion_orders,
               CAST(r.antecedent_orders AS DOUBLE) * r.consequent_orders / {baskets} AS expected_orders
        FROM measured r JOIN measured v ON v.antecedent = [r.consequent] AND r.antecedent = [v.consequent]
        JOIN names a ON a.id = r.antecedent[1] JOIN names c ON c.id = r.consequent
        WHERE {passes} AND {first} AND greatest(r.confidence, v.confidence) >= {bounds.confidence or 0.0!r}
        ORDER BY r.is_real DESC, r.lift DESC, r.orders DESC, a.item, c.item""",
    )
    _make(
        cursor, "ranked_rules",
        f"""
        WITH named AS (SELECT list(item ORDER BY id) AS items FROM names)
        SELECT array_to_string([items[x] FOR x IN r.places], ' + ') AS antecedent, c.item AS consequent, {figures},
               len(r.antecedent) AS antecedent_items, r.antecedent_orders, r.consequent_orders
        FROM (SELECT *, antecedent AS places FROM measured) r JOIN names c ON c.id = r.consequent, named
        WHERE {passes} AND r.confidence >= {bounds.least_confidence!r}
        ORDER BY r.is_real DESC, r.lift DESC, r.orders DESC, 1, 2""",
    )
