"""What is written comes back as it was; what was damaged is told, and nothing of a text is ever run."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from analytics.finding import Filter
from analytics.period import Period
from assistant.lossless import BrokenRecord, Codec

CODEC = Codec(3, (Filter, Period))
SCALARS = some.one_of(
    some.none(), some.booleans(), some.integers(), some.floats(allow_nan=False), some.text(), some.dates(), some.times(),
    some.datetimes(), some.timedeltas(), some.decimals(allow_nan=False),
)
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.one_of(
        some.lists(inner, max_size=4), some.lists(inner, max_size=4).map(tuple), some.frozensets(some.text(), max_size=4),
        some.dictionaries(some.text(max_size=3), inner, max_size=4), some.dictionaries(some.integers(), inner, max_size=4),
        some.builds(Filter, some.text(), some.sampled_from(["=", "in"]), inner),
    ),
    max_leaves=12,
)


def types_of(value: Any) -> Any:
    """The types of a value all the way down: 1 and True, 1 and Decimal(1) are equal and not the same."""
    if isinstance(value, dict):
        return [(key, types_of(item)) for key, item in value.items()]
    if isinstance(value, tuple | list):
        return type(value), [types_of(item) for item in value]
    return type(value), types_of(value.value) if isinstance(value, Filter) else str(value) if isinstance(value, Decimal) else None


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_any_value_comes_back_with_its_types(value: Any) -> None:
    back = CODEC.read(CODEC.write(value))
    assert back == value
    assert types_of(back) == types_of(value)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1.10"), Decimal("-0E+3"), date(2026, 2, 28), datetime(2026, 2, 28, 1, 2, 3, 4, tzinfo=UTC), time(3, 4),
        timedelta(days=-1, microseconds=7), (1, (2, ())), float("inf"), {"$": "date", "of": 1}, {1: 2}, "\ud800", "上海",
        Period(date(2026, 1, 1), date(2026, 2, 1), "month", 1, date(2026, 3, 1), "this_month"),
        Filter("city", "in", ("York", "上海")),
    ],
)
def test_what_json_lacks_comes_back(value: Any) -> None:
    assert CODEC.read(CODEC.write(value)) == value


def test_numbers_of_an_array_become_plain_numbers() -> None:
    assert CODEC.read(CODEC.write((np.int64(3), np.float64(0.5), np.bool_(True)))) == (3, 0.5, True)


def test_the_text_is_ascii_so_that_any_file_can_hold_it() -> None:
    assert CODEC.write("上海 \ud800").isascii()


class Stranger:
    """No plain value."""


@pytest.mark.parametrize("value", [Stranger(), b"bytes", lambda: None, frozenset({1, "a"})])
def test_what_is_no_plain_value_is_refused_when_it_is_written(value: Any) -> None:
    with pytest.raises(BrokenRecord, match="broken_record"):
        CODEC.write({"a": (value,)})


BROKEN = {
    "empty": "", "no_object": "[]", "no_format": '{"record": 1}', "other_format": '{"format": 2, "record": 1}', "no_record": '{"format": 3}',
    "cut": CODEC.write(Filter("a", "=", 1))[:-4], "unknown": '{"format": 3, "record": {"$": "Path"}}',
    "code": '{"format": 3, "record": {"$": "os.system", "of": "true"}}', "no_tag": '{"format": 3, "record": {"$": ["date"]}}',
    "wrong_date": '{"format": 3, "record": {"$": "date", "of": "2026-02-30"}}', "no_date": '{"format": 3, "record": {"$": "date", "of": 3}}',
    "no_number": '{"format": 3, "record": {"$": "decimal", "of": "x"}}', "no_map": '{"format": 3, "record": {"$": "map", "of": [1]}}',
    "no_of": '{"format": 3, "record": {"$": "date"}}', "unhashable": '{"format": 3, "record": {"$": "set", "of": [{}]}}', "deep": "[" * 100_000,
    "missing_field": '{"format": 3, "record": {"$": "Filter", "field": "a"}}',
    "other_field": '{"format": 3, "record": {"$": "Filter", "field": "a", "op": "=", "value": 1, "size": 1}}',
    "wrong_type": '{"format": 3, "record": {"$": "Filter", "field": 5, "op": "=", "value": 1}}',
    "wrong_word": '{"format": 3, "record": {"$": "Filter", "field": "a", "op": "~", "value": 1}}',
    "backwards": CODEC.write(Period(date(2026, 1, 1), date(2026, 2, 1))).replace("2026-02-01", "2025-02-01"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_damaged_text_is_a_plain_error(name: str) -> None:
    with pytest.raises(BrokenRecord) as fault:
        CODEC.read(BROKEN[name])
    assert fault.value.code == "broken_record"
    assert fault.value.details["reason"]


def test_a_text_of_a_newer_version_says_so() -> None:
    with pytest.raises(BrokenRecord) as fault:
        CODEC.read(Codec(4, ()).write(1))
    assert (fault.value.code, fault.value.details) == ("newer_record", {"found": 4, "known": 3})


def test_a_record_that_has_gained_a_value_since_takes_its_default() -> None:
    assert CODEC.read('{"format": 3, "record": {"$": "Period", "start": {"$": "date", "of": "2026-01-01"}, "end": {"$": "date", "of": "2026-01-02"}}}') == Period(
        date(2026, 1, 1), date(2026, 1, 2)
    )
