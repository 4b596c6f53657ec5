"""What the benchmarks compare says the same; how fast it is, no test asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analytics import store
from analytics.run import Engine
from analytics.shop import Shop
from benchmarks import __main__ as program
from benchmarks import data, memory
from benchmarks.analyses import CASES, Case
from benchmarks.answer import Answer, Disagreement, compare
from benchmarks.data import Sample
from benchmarks.timing import Bound, Result, against

LINES = 50_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The data set of the benchmarks, two hundred times smaller."""
    return data.prepare(tmp_path_factory.mktemp("benchmarks"), LINES)


@pytest.fixture(scope="module")
def opened(sample: Sample) -> Iterator[tuple[Shop, Engine]]:
    shop, engine = store.open_shop(sample.path)
    yield shop, engine
    engine.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ours_and_the_sql_by_hand_say_the_same_on_whatever_day_they_are_asked(case: Case, opened: tuple[Shop, Engine]) -> None:
    shop, engine = opened
    for turn in (0, 17):
        request = case.request(shop, turn)
        with engine.cursor() as cursor:
            answer = case.sql(cursor, shop, request)
        assert answer.facts
        assert all(answer.tables.values())
        compare(engine.run(case.ours(shop, request)), case.columns, answer, "SQL")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ours_and_pandas_on_the_canonical_files_say_the_same(case: Case, opened: tuple[Shop, Engine], sample: Sample) -> None:
    shop, engine = opened
    request = case.request(shop, 0)
    answer = case.pandas(sample.parquet, shop, request)
    assert answer.facts
    compare(engine.run(case.ours(shop, request)), case.columns, answer, "pandas")


def test_a_figure_or_a_row_that_differs_is_named(opened: tuple[Shop, Engine]) -> None:
    shop, engine = opened
    case = next(case for case in CASES if case.name == "metric_trend")
    request = case.request(shop, 0)
    ours = engine.run(case.ours(shop, request))
    with engine.cursor() as cursor:
        answer = case.sql(cursor, shop, request)
    with pytest.raises(Disagreement, match="total is"):
        compare(ours, case.columns, replace(answer, facts=answer.facts | {"total": float(answer.facts["total"]) * 1.001}), "SQL")
    day, value = answer.tables["trend"][0]
    wrong = [(day, float(value) + 1), *answer.tables["trend"][1:]]
    with pytest.raises(Disagreement, match="trend has the row"):
        compare(ours, case.columns, Answer({}, {"trend": wrong}), "SQL")
    with pytest.raises(Disagreement, match="rows"):
        compare(ours, case.columns, Answer({}, {"trend": answer.tables["trend"][1:]}), "SQL")


def test_no_two_turns_ask_for_the_same_days(opened: tuple[Shop, Engine]) -> None:
    shop, _ = opened
    for case in CASES:
        requests = [case.request(shop, turn) for turn in range(3)]
        assert requests[0].period is None or len({request.period for request in requests}) == 3


def test_rfm_in_memory_finds_the_customers_that_pandas_finds(opened: tuple[Shop, Engine]) -> None:
    shop, engine = opened
    orders = memory.orders_frame(engine)
    with memory.in_memory(orders) as ours:
        memory.check(shop, ours, orders)
        with pytest.raises(Disagreement):
            memory.check(shop, ours, orders[orders.day < "2024-06-01"])


def test_the_data_set_is_drawn_once_and_the_same_everywhere(tmp_path: Path) -> None:
    first = data.prepare(tmp_path / "a", 2_000)
    again = data.prepare(tmp_path / "a", 2_000)
    elsewhere = data.prepare(tmp_path / "b", 2_000)
    assert again == first
    assert [version.number for version in store.versions(first.path)] == [1]
    assert store.meta(first.path)["version"] == store.meta(elsewhere.path)["version"]
    assert json.loads(store.meta(first.path)["rows"])["order_lines"] == 2_000


def test_a_bound_is_so_many_times_the_baseline_and_so_many_milliseconds() -> None:
    assert Bound(1.3, 50).limit(100) == pytest.approx(180)
    assert (str(Bound(1.3, 50)), str(Bound(1 / 5)), str(Bound(4))) == ("1.3 x + 50 ms", "5 x faster", "4 x")
    assert Result("a", "b", 180, 100, Bound(1.3, 50)).holds
    assert not Result("a", "b", 181, 100, Bound(1.3, 50)).holds
    assert Result("a", "b", 20, 100, Bound(1 / 5)).holds
    assert not Result("a", "b", 21, 100, Bound(1 / 5)).holds


def test_both_sides_take_every_turn_once() -> None:
    turns: tuple[list[int], list[int]] = ([], [])
    against(turns[0].append, turns[1].append, each=3, rounds=2, warm=1)
    assert sorted(turns[0]) == sorted(turns[1]) == list(range(7))


def test_the_report_is_written_as_a_table_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.json"
    code = program.main(["--lines", "2000", "--only", "rfm in memory", "--json", str(file)])
    results = json.loads(file.read_text(encoding="utf-8"))["results"]
    assert [(result["name"], result["baseline"]) for result in results] == [("rfm in memory", "pandas in memory")]
    assert code == (0 if results[0]["holds"] else 1)
    assert "| rfm in memory | pandas in memory |" in capsys.readouterr().out
