"""Numbers, counts and yes/no values as people write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.ingest.numbers import NumberStyle, count_sql, flag_sql, number_sql, number_style
from analytics.ingest.staging import Staging

Read = Callable[..., tuple[NumberStyle, list[float | None]]]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect()
    yield opened
    opened.close()


@pytest.fixture
def read(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Read:
    staging = Staging(connection, tmp_path / "work")

    def run(*values: str) -> tuple[NumberStyle, list[float | None]]:
        connection.execute("CREATE OR REPLACE TABLE given AS SELECT unnest(?::VARCHAR[]) AS v", [list(values)])
        style = number_style("v", "given", staging)
        found = staging.rows(f"SELECT CAST({number_sql('v', 'decimal(18, 4)', style)} AS DOUBLE) FROM given")
        return style, [row[0] for row in found]

    return run


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1", 1), ("-2.50", -2.5), ("+3", 3), (".5", 0.5), ("1e3", 1000), ("1,234.50", 1234.5), ("1,00,000", 100000),
        ("12,345,678", 12345678), ("£12", 12), ("-£3.20", -3.2), ("US$7", 7), ("12 USD", 12), ("EUR 5.5", 5.5), ("¥1,200元", 1200),
        ("(12.50)", -12.5), ("(£1,000)", -1000), ("12-", -12), ("１２．５", 12.5), ("1 234.5", 1234.5), ("1'234", 1234),
        ("3件", 3),
    ],
)
def test_a_number_is_read_as_it_is_meant(read: Read, written: str, meant: float) -> None:
    assert read(written)[1] == [meant]


@pytest.mark.parametrize(
    "nonsense",
    ["abc", "P019", "12 apples", "1,5", "1,2,3", "12.5%", "NaN", "inf", "1.2.3", "--1", "1-2", "2024-01-02", "99999999999999999999"],
)
def test_what_is_no_number_is_null_and_never_another_number(read: Read, nonsense: str) -> None:
    assert read("1.5", nonsense)[1] == [1.5, None]


def test_a_decimal_comma_is_decided_for_the_whole_column(read: Read) -> None:
    style, seen = read("1.234,50", "12,5", "3", "1.000", "-0,75 €")
    assert style.comma_decimal
    assert seen == [1234.5, 12.5, 3, 1000, -0.75]
    style, seen = read("1,234", "2,000", "3.5")
    assert not style.comma_decimal
    assert seen == [1234, 2000, 3.5]


def test_counts_are_whole(connection: duckdb.DuckDBPyConnection) -> None:
    query = f"SELECT {count_sql('v', NumberStyle())} FROM (SELECT unnest(['4', '4.0', '4.5', '3.4', 'four']) AS v)"
    assert [row[0] for row in connection.execute(query).fetchall()] == [4, 4, 5, 3, None]


def test_flags_in_both_languages(connection: duckdb.DuckDBPyConnection) -> None:
    words: dict[str, Any] = {"True": True, "yes": True, "Y": True, "1": True, "是": True, "FALSE": False, "n": False, "否": False, "maybe": None}
    query = f"SELECT {flag_sql('v')} FROM (SELECT unnest(?) AS v)"
    assert [row[0] for row in connection.execute(query, [list(words)]).fetchall()] == list(words.values())
