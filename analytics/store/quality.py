"""What cleaning did, as records: one per table and rule. The words for rules and actions stand in templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: kept: the rows stay as they are and count. repaired: a value was changed. left_out: the rows stay in their table and
#: do not count. set_aside: the rows were moved to the table `set_aside`.
Action = Literal["kept", "repaired", "left_out", "set_aside"]

#: Rows of a sample.
SAMPLE_ROWS = 5


@dataclass(frozen=True)
class Check:
    """A rule on a table: the rows it touched, of how many, what was done with them, and up to SAMPLE_ROWS of them."""

    table: str
    rule: str
    action: Action
    rows: int
    total: int
    sample: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Source:
    """A file that went into a data set: its name without folders, the table it became, its rows, its digest."""

    file: str
    table: str
    rows: int
    sha256: str = ""
