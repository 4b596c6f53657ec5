"""Findings: what an analysis hands over. Expressions, not numbers; nothing is computed here.

`facts` is one row of named figures, `tables` are named results, `scope` counts what was used and what was left out.
Text, chart and table are all made from the one Finding, so they cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import Node

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

FilterOp = Literal["=", "!=", ">", "<", ">=", "<=", "in", "between", "contains"]
Parameters = ParamSpec("Parameters")
Test = Literal["true", "<", "<=", ">", ">=", "=", "null"]
#: Version of what fitted models write: raised when what a fit computes changes, so that no file of an older version is read.
FITTED = 2


@dataclass(frozen=True)
class Filter:
    """A bound on a dimension, a canonical column or a metric of the customer. `in` and `between` take tuples."""

    field: str
    op: FilterOp
    value: Any

    @property
    def values(self) -> tuple[Any, ...]:
        return self.value if isinstance(self.value, tuple) else (self.value,)


@dataclass(frozen=True)
class Caveat:
    """A warning that is given when `fact` passes `test` against `bound`; `name` is the key of its wording."""

    name: str
    fact: str
    test: Test = "true"
    bound: float = 0

    def holds(self, facts: Mapping[str, Any]) -> bool:
        value = facts.get(self.fact)
        if self.test == "null":
            return value is None
        if value is None:
            return False
        return bool(
            {
                "true": bool(value), "<": value < self.bound, "<=": value <= self.bound, ">": value > self.bound,
                ">=": value >= self.bound, "=": value == self.bound,
            }[self.test]
        )


@dataclass(frozen=True)
class Scope:
    """What was counted: a one-row table with `rows_used` and any number of `left_out_<reason>` counts.

    `unit` names what a row is: order_lines, orders, customers, feedback, tickets.
    """

    counts: ir.Table
    unit: str = "orders"


@dataclass(frozen=True)
class Shared:
    """An expression that facts and tables both rest on, computed once per run; use it through `table`."""

    name: str
    definition: ir.Table

    @property
    def table(self) -> ir.Table:
        return ibis.table(self.definition.schema(), name=self.name)


def built_once(build: Callable[Parameters, ir.Table]) -> Callable[Parameters, ir.Table]:
    """A function of tables and plain values that builds an expression once for equal ones.

    What rests on a Shared table names no day and no value of a question, so most questions find it built already; building
    takes longer than running it.
    """

    @lru_cache(maxsize=128)
    def built(*args: Any) -> ir.Table:
        return build(*(arg.to_expr() if isinstance(arg, Node) else arg for arg in args))  # type: ignore[call-arg]

    @wraps(build)
    def outer(*args: Parameters.args, **_: Parameters.kwargs) -> ir.Table:
        return built(*(arg.op() if isinstance(arg, ir.Expr) else arg for arg in args))

    return outer


def fit_key(*told: object) -> str:
    """A key for a fit that depends on what was asked: the same for equal requests."""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Fit:
    """A fitted model, run once per data version and `key`; its results are tables that expressions can join.

    `fit` reads through the engine and returns one frame per name of `schemas`, with exactly those columns.
    """

    name: str
    key: str
    schemas: Mapping[str, ibis.Schema]
    fit: Callable[[Engine], Mapping[str, pd.DataFrame]]

    def table_name(self, name: str) -> str:
        return f"fit_{self.name}_{name}_{self.key}" if self.key else f"fit_{self.name}_{name}"

    def table(self, name: str) -> ir.Table:
        return ibis.table(self.schemas[name], name=self.table_name(name))


@dataclass(frozen=True)
class Finding:
    """See the module. `units` gives the unit of generic columns (value, previous, change) for this finding; other
    columns have theirs in templates/terms.yaml. `defaults` names what was assumed, for the receipt."""

    facts: ir.Table
    tables: Mapping[str, ir.Table]
    scope: Scope
    shared: tuple[Shared, ...] = ()
    fits: tuple[Fit, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    definitions: tuple[str, ...] = ()


class CannotAnswer(Exception):
    """A request that the data or the schema cannot answer: a typed outcome, raised by analyses, worded by `assistant`.

    `code` is a key of the wording (missing_table, not_joinable, no_rows, unknown_customer, too_little_history ...);
    `details` are the names that the wording needs.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details
