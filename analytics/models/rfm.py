"""The names of RFM segments: one table of rules over recency, frequency and monetary scores, first match wins.

Owns the rules and their SQL; the scores themselves are made by analytics.marts.customers. Scores run 1 (worst) to 5
(best). The rules cover each of the 125 combinations, so nobody is left without a name.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Number of groups that each score has.
SCORES = 5
Bounds = tuple[int, int]
_ANY: Bounds = (1, SCORES)


@dataclass(frozen=True)
class Rule:
    """A segment and the inclusive bounds of the three scores that lead to it."""

    segment: str
    recency: Bounds = _ANY
    frequency: Bounds = _ANY
    monetary: Bounds = _ANY

    def holds(self, recency: int, frequency: int, monetary: int) -> bool:
        scores = (recency, frequency, monetary)
        return all(low <= score <= high for score, (low, high) in zip(scores, self.bounds, strict=True))

    @property
    def bounds(self) -> tuple[Bounds, Bounds, Bounds]:
        return (self.recency, self.frequency, self.monetary)


RULES: tuple[Rule, ...] = (
    Rule("champions", recency=(4, 5), frequency=(4, 5), monetary=(4, 5)),
    Rule("loyal", recency=(3, 5), frequency=(4, 5)),
    Rule("potential loyalists", recency=(4, 5), frequency=(2, 3)),
    Rule("new", recency=(5, 5), frequency=(1, 1)),
    Rule("promising", recency=(4, 4), frequency=(1, 1)),
    Rule("need attention", recency=(3, 3), monetary=(3, 5)),
    Rule("about to sleep", recency=(3, 3)),
    Rule("can't lose", recency=(1, 2), frequency=(4, 5), monetary=(4, 5)),
    Rule("at risk", recency=(1, 2), frequency=(3, 5)),
    Rule("at risk", recency=(1, 2), monetary=(4, 5)),
    Rule("hibernating", recency=(2, 2)),
    Rule("lost"),
)


def segment(recency: int, frequency: int, monetary: int) -> str:
    """The segment of three scores, each 1 to 5; ValueError outside that range."""
    if not all(1 <= score <= SCORES for score in (recency, frequency, monetary)):
        raise ValueError(f"scores run 1 to {SCORES}: {(recency, frequency, monetary)}")
    return next(rule.segment for rule in RULES if rule.holds(recency, frequency, monetary))


def segment_sql(recency: str, frequency: str, monetary: str) -> str:
    """The rules as a CASE over three SQL expressions; null where a score is null."""
    columns = (recency, frequency, monetary)
    known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    branches = []
    for rule in RULES:
        tests = [
            f"{column} BETWEEN {low} AND {high}"
            for column, (low, high) in zip(columns, rule.bounds, strict=True)
            if (low, high) != _ANY
        ]
        name = rule.segment.replace("'", "''")
        branches.append(f"WHEN {' AND '.join([known, *tests])} THEN '{name}'")
    return f"CASE {' '.join(branches)} END"
