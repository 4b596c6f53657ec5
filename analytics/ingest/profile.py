"""What the values of raw columns look like: how many are filled, numeric, like dates, repeated. One query per file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analytics.ingest.staging import Raw, Staging
from analytics.marts.sql import literal, quoted

#: Rows that a profile looks at.
PROFILED_ROWS = 10_000
#: What counts as empty in any column, beside blanks.
EMPTY = ("", "NULL", "null", "NaN", "nan", "N/A", "n/a", "#N/A", "\\N", "<NA>", "NaT")
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288) || chr(65279) || chr(8203)"
_MARKER = f"^({'|'.join(re.escape(marker) for marker in EMPTY if marker)})$"
DATE_LIKE = (
    r"^\s*(\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[ -][A-Za-z]{3,9},?[ -]\d{2,4}"
    r"|[A-Za-z]{3,9} \d{1,2},? \d{4})([T ,].*)?$"
)
NUMBER_LIKE = (
    r"^\s*[(\-+]?\s*([$€£¥￥]|[A-Z]{3} )?\s*[-+]?[\d.,'\x{a0} ]*\d[\d.,'\x{a0} ]*([eE][-+]?\d+)?"
    r"\s*([$€£¥元%]|[A-Z]{3})?\s*\)?-?\s*$"
)


def text_sql(column: str) -> str:
    """A raw column without surrounding blanks; null where it is empty or says so."""
    # One expression rather than a list of comparisons: DuckDB makes a copy of the trimming for each member of the list, and a
    # file of two hundred columns would take it most of a minute.
    return f"nullif(regexp_replace(trim({quoted(column)}, {_BLANKS}), {literal(_MARKER)}, ''), '')"


@dataclass(frozen=True)
class ColumnProfile:
    """Shares of the filled values, 0 to 1; `distinct` values of `filled`; a few of them as a sample."""

    name: str
    filled: int
    distinct: int
    numeric: float
    whole: float
    negative: float
    dates: float
    emails: float
    mean_length: float
    median: float | None
    largest: float | None
    sample: tuple[str, ...]

    @property
    def repeats(self) -> float:
        """Rows per distinct value."""
        return self.filled / self.distinct if self.distinct else 0.0


def profile(raw: Raw, staging: Staging) -> tuple[ColumnProfile, ...]:
    """The profiles of a raw table's columns, from its first PROFILED_ROWS rows."""
    head = staging.new_name("head")
    texts = ", ".join(f"{text_sql(column)} AS {quoted(column)}" for column in raw.columns)
    staging.run(f"CREATE TABLE {head} AS SELECT {texts} FROM (FROM {raw.name} LIMIT {PROFILED_ROWS})")
    found = tuple(_profile(column, head, staging) for column in raw.columns)
    staging.run(f"DROP TABLE {head}")
    return found


def _profile(column: str, head: str, staging: Staging) -> ColumnProfile:
    name = quoted(column)
    number = f"TRY_CAST(regexp_replace({name}, '[^0-9.eE+-]', '', 'g') AS DOUBLE)"
    numeric = f"regexp_matches({name}, {literal(NUMBER_LIKE)})"
    shares = ", ".join(
        f"coalesce(count(*) FILTER ({test}) / nullif(count({name}), 0), 0)"
        for test in (
            numeric, f"{numeric} AND {number} = floor({number})", f"{numeric} AND {number} < 0",
            f"regexp_matches({name}, {literal(DATE_LIKE)})", f"regexp_matches({name}, '^[^@ ]+@[^@ ]+$')",
        )
    )
    filled, distinct, numeric, whole, negative, dates, emails, length, median, largest = staging.rows(
        f"SELECT count({name}), count(DISTINCT {name}), {shares}, coalesce(avg(length({name})), 0),"
        f" median({number}) FILTER ({numeric}), max({number}) FILTER ({numeric}) FROM {head}"
    )[0]
    sample = staging.rows(
        f"SELECT {name} FROM {head} WHERE {name} IS NOT NULL GROUP BY {name} ORDER BY min(rowid) LIMIT 3"
    )
    return ColumnProfile(
        column, filled, distinct, numeric, whole, negative, dates, emails, length, median, largest,
        tuple(value for (value,) in sample),
    )
