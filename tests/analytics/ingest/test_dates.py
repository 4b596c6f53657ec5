"""Dates as people write them: what a column is read as, one hand-made column per habit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from analytics.ingest.dates import DateStyle, date_style, time_sql
from analytics.ingest.staging import Staging

Read = Callable[..., tuple[DateStyle, list[datetime | None]]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    staging = Staging(connection, tmp_path / "work")

    def run(*values: str | None, time_zone: str = "UTC") -> tuple[DateStyle, list[datetime | None]]:
        connection.execute("CREATE OR REPLACE TABLE given AS SELECT unnest(?::VARCHAR[]) AS v", [list(values)])
        style = date_style("v", "given", staging)
        return style, [row[0] for row in staging.rows(f"SELECT {time_sql('v', style, time_zone)} FROM given")]

    yield run
    connection.close()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-01-02", "2024-01-02"), ("2024-1-2", "2024-01-02"), ("2024/01/02", "2024-01-02"),
        ("2024-01-02 03:04", "2024-01-02 03:04"), ("2024-01-02T03:04:05", "2024-01-02 03:04:05"),
        ("2024-01-02 03:04:05.250", "2024-01-02 03:04:05.250"), ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02 01:04:05"), ("2024-01-02 3:04 PM", "2024-01-02 15:04"),
        ("31/12/2011", "2011-12-31"), ("31.12.2011", "2011-12-31"), ("31-12-2011", "2011-12-31"), ("31/12/11", "2011-12-31"),
        ("31/12/2011 08:26", "2011-12-31 08:26"), ("31/12/2011, 08:26:30", "2011-12-31 08:26:30"),
        ("12/31/2011", "2011-12-31"), ("12/31/2011 8:26", "2011-12-31 08:26"), ("12/31/2011 8:26 PM", "2011-12-31 20:26"),
        ("12/31/2011 8:26:05 am", "2011-12-31 08:26:05"), ("2 Jan 2011", "2011-01-02"), ("02-Jan-11", "2011-01-02"),
        ("January 2, 2011", "2011-01-02"), ("Jan 2, 2011 10:00", "2011-01-02 10:00"), ("20240102", "2024-01-02"),
        ("2024年1月2日", "2024-01-02"), ("2024年1月2日 10:30", "2024-01-02 10:30"), ("2024年01月", "2024-01-01"),
        ("2024-03", "2024-03-01"), ("2024/3", "2024-03-01"), ("45292", "2024-01-01"), ("45292.5", "2024-01-01 12:00"),
        ("1704067200", "2024-01-01"), ("1704067200000", "2024-01-01"),
    ],
)
def test_a_column_of_one_kind_is_read(read: Read, written: str, meant: str) -> None:
    assert read(written, None, written)[1] == [at(meant), None, at(meant)]


@pytest.mark.parametrize(
    "nonsense", ["soon", "2024-13-01", "2024-02-30", "31/02/2011", "0001-01-01", "2999-01-01", "2024-01-02 25:00", "12:30", "n.a."]
)
def test_what_is_no_date_is_null_and_never_another_date(read: Read, nonsense: str) -> None:
    assert read("2024-01-02", nonsense)[1] == [at("2024-01-02"), None]


def test_one_value_that_fits_only_one_order_decides_for_the_column(read: Read) -> None:
    style, seen = read("01/02/2011", "03/02/2011", "13/02/2011")
    assert (style.order, style.ambiguous) == ("day first", False)
    assert seen == [at("2011-02-01"), at("2011-02-03"), at("2011-02-13")]
    style, seen = read("01/02/2011", "03/02/2011", "03/13/2011")
    assert (style.order, style.ambiguous) == ("month first", False)
    assert seen == [at("2011-01-02"), at("2011-03-02"), at("2011-03-13")]


def test_without_such_a_value_the_order_of_the_rows_decides_and_it_is_said(read: Read) -> None:
    style, seen = read("11/01/2011", "12/01/2011", "01/02/2011", "02/02/2011")
    assert (style.order, style.ambiguous, seen[2]) == ("day first", True, at("2011-02-01"))
    style, seen = read("01/11/2011", "01/12/2011", "02/01/2011", "02/02/2011")
    assert (style.order, style.ambiguous, seen[2]) == ("month first", True, at("2011-02-01"))
    style, _ = read("02/02/2011", "02/01/2011", "01/12/2011", "01/11/2011")  # newest first
    assert style.order == "month first"


def test_a_single_ambiguous_day_is_read_day_first_and_it_is_said(read: Read) -> None:
    style, seen = read("01/02/2011")
    assert (style.order, style.ambiguous, seen) == ("day first", True, [at("2011-02-01")])


def test_the_odd_value_of_the_other_order_is_null(read: Read) -> None:
    style, seen = read("13/01/2011", "14/01/2011", "12/31/2011")
    assert (style.order, seen[2]) == ("day first", None)


def test_iso_and_other_dates_may_stand_in_one_column(read: Read) -> None:
    _, seen = read("2011-02-03", "13/01/2011 8:26", "45292")
    assert seen == [at("2011-02-03"), at("2011-01-13 08:26"), at("2024-01-01")]


def test_local_times_become_utc_and_times_with_an_offset_are_taken_at_their_word(read: Read) -> None:
    _, seen = read("2024-07-01 12:00", "2024-01-01 12:00", "2024-07-01T12:00:00+02:00", time_zone="Europe/London")
    assert seen == [at("2024-07-01 11:00"), at("2024-01-01 12:00"), at("2024-07-01 10:00")]


def test_an_empty_column_has_the_plain_style(read: Read) -> None:
    style, seen = read(None, None)
    assert style == DateStyle()
    assert style.plain
    assert seen == [None, None]
