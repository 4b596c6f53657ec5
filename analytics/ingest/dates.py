"""Dates and times written as people write them, as SQL expressions decided per column.

ISO dates are read directly. For all others the formats that occur are found on a sample; day-first or month-first is
decided for the whole column, by values that fit only one, then by which reading suits the order of the file, and
reported. Times without an offset are the company's local time; stored times are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.ingest.staging import Staging
from analytics.marts.sql import literal

Order = Literal["day first", "month first"]

_ISO = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?$"
_OFFSET = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)$"
_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y")
_CLEAR = (
    "%Y/%m/%d", "%d/%b/%Y", "%d/%B/%Y", "%b/%d/%Y", "%B/%d/%Y", "%d/%b/%y", "%Y%m%d", "%Y/%m", "%Y%m%d%H%M%S", "%b/%Y", "%B/%Y",
)
#: What makes the separators of dates even: Chinese, then year and month alone, then the rest, then the times.
_EVENED = (
    (r"^(\d{2,4})年(\d{1,2})月(\d{1,2})日\s*", r"\1/\2/\3 "),
    (r"^(\d{2,4})年(\d{1,2})月$", r"\1/\2"),
    (r"^(\w+)[-/. ,]+(\w+)[-/., ]+(\d+)", r"\1/\2/\3"),
    (r"^([A-Za-z]+|\d{4})[-. ]+(\d{4}|\d{1,2})$", r"\1/\2"),
    (r"^(\w+/\w+(?:/\w+)?)[T,]?\s+(\d)", r"\1 \2"),
    (r"(\d)\s*([AaPp])\.?[Mm]\.?$", r"\1 \2M"),
)
_SHORT_YEAR = r"^(\d{1,2}|[A-Za-z]+)/\w+/\d{2}(\D|$)"
_SAMPLED = 1_000
#: Excel counts days from here; these bounds are the years 1954 and 2119.
_EXCEL = "TIMESTAMP '1899-12-30'"
_SERIAL = (20_000, 80_000)
_SECONDS = (600_000_000, 4_000_000_000)
_PLAUSIBLE = "BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2200-12-31 23:59:59.999999'"
#: Rows whose order tells which of two readings is right.
_ORDERED_ROWS = 50_000


@dataclass(frozen=True)
class DateStyle:
    """How the dates of a column are written: formats in the order of trial, and what had to be decided."""

    formats: tuple[str, ...] = ()
    order: Order | None = None
    ambiguous: bool = False
    serials: bool = False
    epoch: Literal["", "seconds", "milliseconds"] = ""
    offsets: bool = False
    other_rows: int = 0

    @property
    def plain(self) -> bool:
        """Whether every value is an ISO date or time."""
        return not self.other_rows

    def describe(self) -> str:
        """The style in a few words for the report."""
        numbers = "serial numbers" if self.serials else f"epoch {self.epoch}" if self.epoch else ""
        parts = [self.order or "", *self.formats, numbers]
        return ", ".join(part for part in parts if part)


def date_style(text: str, table: str, staging: Staging) -> DateStyle:
    """Decides how the dates of a column are written."""
    filled, iso, offsets = staging.rows(
        f"SELECT count({text}), count(*) FILTER (regexp_matches({text}, {literal(_ISO)})),"
        f" count(*) FILTER (regexp_matches({text}, {literal(_OFFSET)})) FROM {table}"
    )[0]
    other = filled - iso - offsets
    if not other:
        return DateStyle(offsets=offsets > 0)
    numbers = _numeric_style(text, table, filled, staging)
    if numbers is not None:
        return numbers
    sample = _sample(text, table, staging)
    day, month, clear = (_hits(sample, _with_times(bases), staging) for bases in (_DAY_FIRST, _MONTH_FIRST, _CLEAR))
    order, ambiguous = _order(text, table, sample, day, month, staging)
    chosen = {"day first": day, "month first": month}.get(order or "", ())
    return DateStyle(
        (*chosen, *clear), order, ambiguous, offsets=offsets > 0, serials=_has_serials(sample, staging), other_rows=other
    )


def time_sql(text: str, style: DateStyle, time_zone: str) -> str:
    """A UTC timestamp from a text expression; null where it is no date between the years 1900 and 2200."""
    iso = f"CASE WHEN regexp_matches({text}, {literal(_ISO)}) THEN TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP) END"
    tries = [f"TRY_CAST({text} AS TIMESTAMP)" if style == DateStyle() else iso]
    if style.formats:
        tries.append(f"try_strptime({_even(text)}, [{', '.join(literal(item) for item in style.formats)}])")
    if style.serials:
        number = f"TRY_CAST({text} AS DOUBLE)"
        tries.append(
            f"CASE WHEN {number} BETWEEN {_SERIAL[0]} AND {_SERIAL[1]} THEN"
            f" {_EXCEL} + to_seconds(CAST(round({number} * 86400) AS BIGINT)) END"
        )
    found = f"coalesce({', '.join(tries)})"
    if time_zone != "UTC":
        found = f"({found} AT TIME ZONE {literal(time_zone)} AT TIME ZONE 'UTC')"
    absolute = []
    if style.offsets:
        moment = f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        absolute.append(f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN {moment} END")
    if style.epoch:
        unit = 1_000_000 if style.epoch == "seconds" else 1_000
        absolute.append(f"make_timestamp(CAST(TRY_CAST({text} AS DOUBLE) * {unit} AS BIGINT))")
    whole = f"coalesce({', '.join([*absolute, found])})" if absolute else found
    return f"CASE WHEN {whole} {_PLAUSIBLE} THEN {whole} END"


def date_sql(text: str, style: DateStyle) -> str:
    """A calendar date from a text expression, as written: no time zone moves it."""
    return f"CAST({time_sql(text, style, 'UTC')} AS DATE)"


def _even(text: str) -> str:
    """Dates with one kind of separator: `1-2-2011`, `1.2.2011`, `2 Jan 2011` and `2011年1月2日` become `1/2/2011` and so on."""
    out = text
    for pattern, replacement in _EVENED:
        out = f"regexp_replace({out}, {literal(pattern)}, {literal(replacement)})"
    return f"trim({out})"


def _sample(text: str, table: str, staging: Staging) -> list[str]:
    """Different values that are not ISO, spread over the column, in a form with one separator."""
    values = (
        f"SELECT DISTINCT {text} AS value FROM {table} WHERE {text} IS NOT NULL AND NOT regexp_matches({text}, {literal(_ISO)})"
        f" AND NOT regexp_matches({text}, {literal(_OFFSET)})"
    )
    return [row[0] for row in staging.rows(f"SELECT {_even('value')} FROM ({values}) ORDER BY hash(value) LIMIT {_SAMPLED}")]


def _with_times(bases: Sequence[str]) -> tuple[str, ...]:
    return tuple(base + time for base in bases for time in _TIMES)


def _hits(sample: Sequence[str], formats: Sequence[str], staging: Staging) -> tuple[str, ...]:
    """The formats that read some value of the sample, the most frequent first."""
    counted = []
    for item in formats:
        two_digit = "%y" in item
        query = f"SELECT count(try_strptime(v, {literal(item)})) FROM (SELECT unnest(?) AS v) WHERE {_short_year(two_digit)}"
        row = staging.connection.execute(query, [list(sample)]).fetchone()
        counted.append((row[0] if row else 0, item))
    return tuple(item for count, item in sorted(counted, key=lambda pair: -pair[0]) if count)


def _short_year(two_digit: bool) -> str:
    pattern = f"regexp_matches(v, {literal(_SHORT_YEAR)})"
    return pattern if two_digit else f"NOT {pattern}"


def _count(sample: Sequence[str], formats: Sequence[str], staging: Staging) -> int:
    if not formats:
        return 0
    wanted = ", ".join(literal(item) for item in formats)
    query = f"SELECT count(try_strptime(v, [{wanted}])) FROM (SELECT unnest(?) AS v)"
    row = staging.connection.execute(query, [list(sample)]).fetchone()
    return int(row[0]) if row else 0


def _order(
    text: str, table: str, sample: Sequence[str], day: Sequence[str], month: Sequence[str], staging: Staging
) -> tuple[Order | None, bool]:
    """Day first or month first, and whether the values alone could not tell."""
    by_day, by_month = _count(sample, day, staging), _count(sample, month, staging)
    if not by_day and not by_month:
        return None, False
    if by_day != by_month:
        return ("day first" if by_day > by_month else "month first"), False
    disorder = [_disorder(text, table, formats, staging) for formats in (day, month)]
    return ("month first" if disorder[1] < disorder[0] else "day first"), True


def _disorder(text: str, table: str, formats: Sequence[str], staging: Staging) -> tuple[int, int]:
    """How badly a reading suits the file: how often it goes against the order of the rows, which may be the oldest or the
    newest first, and then how many seconds it spans."""
    wanted = ", ".join(literal(item) for item in formats)
    back, forth, span = staging.rows(
        "SELECT count(*) FILTER (moment < before), count(*) FILTER (moment > before), epoch(max(moment) - min(moment)) FROM ("
        " SELECT moment, lag(moment) OVER (ORDER BY place) AS before FROM ("
        f" SELECT rowid AS place, try_strptime({_even(text)}, [{wanted}]) AS moment FROM {table} WHERE rowid < {_ORDERED_ROWS}))"
    )[0]
    return int(min(back, forth)), int(span or 0)


def _numeric_style(text: str, table: str, filled: int, staging: Staging) -> DateStyle | None:
    """Serial numbers of a spreadsheet, or seconds or milliseconds since 1970, when nearly all values are."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    tests = {
        "serials": f"{number} BETWEEN {_SERIAL[0]} AND {_SERIAL[1]}",
        "seconds": f"{number} BETWEEN {_SECONDS[0]} AND {_SECONDS[1]}",
        "milliseconds": f"{number} BETWEEN {_SECONDS[0] * 1000} AND {_SECONDS[1] * 1000}",
    }
    counts = staging.rows(f"SELECT {', '.join(f'count(*) FILTER ({test})' for test in tests.values())} FROM {table}")[0]
    for name, count in zip(tests, counts, strict=True):
        if count > 0.9 * filled:
            if name == "serials":
                return DateStyle(serials=True, other_rows=count)
            return DateStyle(epoch="seconds" if name == "seconds" else "milliseconds", other_rows=count)
    return None


def _has_serials(sample: Sequence[str], staging: Staging) -> bool:
    query = f"SELECT count(*) FROM (SELECT TRY_CAST(unnest(?) AS DOUBLE) AS n) WHERE n BETWEEN {_SERIAL[0]} AND {_SERIAL[1]}"
    row = staging.connection.execute(query, [list(sample)]).fetchone()
    return bool(row and row[0])
