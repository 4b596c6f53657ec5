"""The fields that a column of a file can mean: every canonical column, plus a few that exist only in flat files.

Each field knows what kind of values it has and the words people use for it; analytics.ingest.mapping compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from analytics.ingest.synonyms import SYNONYMS
from analytics.schema import CANONICAL, COUNT, DATE, FLAG, MONEY, QUANTITY, TEXT, TIME, UNIT_PRICE

Values = Literal["id", "text", "time", "number", "count", "flag", "email"]


@dataclass(frozen=True)
class Field:
    """A meaning that a column can have. `pseudo` fields are no column of a table; they are turned into one."""

    table: str
    column: str
    type: str
    words: tuple[str, ...]
    pseudo: bool = False

    @property
    def key(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def values(self) -> Values:
        """What kind of values the field has."""
        if self.column.endswith("_id"):
            return "id"
        if self.column == "email":
            return "email"
        kinds: dict[str, Values] = {
            TIME: "time", DATE: "time", MONEY: "number", QUANTITY: "number", UNIT_PRICE: "number", COUNT: "count", FLAG: "flag",
        }
        return kinds.get(self.type, "text")


#: Amount of a line (quantity times unit price), and the time of day where the date stands in another column.
LINE_AMOUNT = "order_lines.amount"
TIME_OF_DAY = "orders.ordered_time"
_PSEUDO = {LINE_AMOUNT: MONEY, TIME_OF_DAY: TEXT}
#: Fields of a flat sales file in the order in which ties are settled.
FLAT_TABLES = ("orders", "order_lines", "products", "customers")
#: Fields that in a flat file are said of the order, not of the customer or of the second table with the same key.
_NOT_IN_FLAT = frozenset(
    {
        "order_lines.order_id", "products.product_id", "customers.customer_id", "customers.city", "customers.region",
        "customers.country",
    }
)


@cache
def fields() -> dict[str, Field]:
    """Every field by its key, in the order of the schema."""
    found: dict[str, Field] = {}
    for table in CANONICAL.values():
        for column in table.columns:
            key = f"{table.name}.{column.name}"
            found[key] = Field(table.name, column.name, column.type, _words(key, column.name))
    for key, kind in _PSEUDO.items():
        table_name, column_name = key.split(".")
        found[key] = Field(table_name, column_name, kind, _words(key, column_name), pseudo=True)
    return found


def _words(key: str, column: str) -> tuple[str, ...]:
    """The column's own name first, then its synonyms."""
    return tuple(dict.fromkeys([column.replace("_", " "), *SYNONYMS[key].split("|")]))


@cache
def flat_fields() -> tuple[Field, ...]:
    """The fields of a flat sales file."""
    found = [field for field in fields().values() if field.table in FLAT_TABLES and field.key not in _NOT_IN_FLAT]
    return tuple(sorted(found, key=lambda field: FLAT_TABLES.index(field.table)))


@cache
def table_fields(table: str) -> tuple[Field, ...]:
    """The fields of a file that is one canonical table."""
    return tuple(field for field in fields().values() if field.table == table and field.key != TIME_OF_DAY)
