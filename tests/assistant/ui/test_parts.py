"""Parts of an answer on the page: tables sort by their figures, a clicked mark finds its row, dates make a period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
import vl_convert

from analytics.period import Period
from assistant.answer import Answer, Choice, Clarify, Column, Table
from assistant.answering.chart_kinds import kinds
from assistant.answering.charts import draw
from assistant.answering.measures import Measures
from assistant.answering.tables import cell
from assistant.answering.unread import unread
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui.chip_row import between
from assistant.ui.jobs import Done
from assistant.ui.labels import distinct, label
from assistant.ui.pages.chat import kinds_for
from assistant.ui.pictures import pickable, picking, row_of
from assistant.ui.tables import as_numbers, frame
from assistant.ui.turns import without_choices
from assistant.understanding.catalogue import Chart
from tests.assistant.answering.made import request
from tests.assistant.ui.conftest import hello


@pytest.fixture(scope="module")
def by_category(assistant: Assistant) -> Answer:
    outcome = assistant.ask("revenue by category this year")
    assert isinstance(outcome, Answer)
    return outcome


def test_figures_are_numbers_below_the_text_they_are_written_as(by_category: Answer) -> None:
    table = by_category.tables[0]
    styled = frame(table)
    place = [column.name for column in table.columns].index("value")
    column = table.columns[place].label
    assert pd.api.types.is_float_dtype(styled.data[column])
    assert table.shown[0][place] in styled.to_html()


def test_a_column_of_texts_stays_text_and_so_do_equal_numbers_that_are_written_differently() -> None:
    assert as_numbers([1, None], ["£1", "–"]) == [1.0, None]
    assert as_numbers(["a"], ["a"]) is None
    assert as_numbers([1, 1], ["1 day", "1 hour"]) is None
    assert as_numbers([None, None], ["–", "–"]) is None
    assert as_numbers([True], ["yes"]) is None


def test_a_clicked_bar_finds_its_row(by_category: Answer) -> None:
    chart = by_category.charts[0]
    field = picking(chart)[0]
    table = by_category.tables[0]
    for number, row in enumerate(chart["data"]["values"]):
        assert row_of(by_category, {field: row[field]}) == (table, number)
    assert row_of(by_category, {field: "no such category"}) is None
    assert row_of(by_category, {"elsewhere": 1}) is None
    assert pickable(chart, [field])["params"][0]["select"]["fields"] == [field]


def test_a_clicked_point_in_time_finds_its_row(assistant: Assistant) -> None:
    answer = assistant.ask("revenue per month since last year")
    assert isinstance(answer, Answer)
    field = picking(answer.charts[0])[0]
    table = next(table for table in answer.tables if field in [column.name for column in table.columns])
    place = [column.name for column in table.columns].index(field)
    day = table.rows[3][place]
    found = row_of(answer, {field: datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000})
    assert found is not None
    assert found[1] == 3


def chart(kind: str, x: str, y: tuple[str, ...], **more: Any) -> Chart:
    return Chart(kind, "groups", x, y, **more)


COLUMNS = (("weekday", "int64"), ("city", "string"), ("value", "float64"), ("low", "float64"), ("high", "float64"))
CELLS = ((1, "York", 5.0, 4.0, 6.0), (2, "York", 3.0, 2.0, 4.0), (1, "Leeds", 7.0, 6.0, 8.0))


@pytest.fixture(scope="module")
def groups() -> Answer:
    """An answer with one table, to be drawn in any way."""
    formats, told = wording("en").formats, Measures({}, {})
    columns = tuple(Column(name, kind, "", name, name) for name, kind in COLUMNS)

    def write(table: Table, count: int | None) -> tuple[tuple[str, ...], ...]:
        records = [dict(zip([column.name for column in columns], row, strict=True)) for row in table.rows[:count]]
        return tuple(tuple(cell(column, record[column.name], record, formats, told) for column in columns) for record in records)

    return replace(hello(), tables=(Table("groups", "Groups", columns, CELLS, len(CELLS), write),))


@pytest.mark.parametrize(
    ("drawn", "kind"),
    [
        (chart("heatmap", "weekday", ("city",), color="value"), "rect"), (chart("interval", "city", ("value",), low="low", high="high", color="weekday"), "point"),
        (chart("scatter", "low", ("high",)), "circle"), (chart("bar", "city", ("value",), color="weekday"), "bar"),
    ],
)
def test_a_clicked_mark_of_any_chart_finds_its_row(groups: Answer, drawn: Chart, kind: str) -> None:
    (spec,) = draw((drawn,), groups.tables, Measures({}, {}), wording("en").formats)
    fields = picking(spec)
    assert fields
    for number, record in enumerate(spec["data"]["values"]):
        assert row_of(groups, {field: record[field] for field in fields}) == (groups.tables[0], number)
    ready = pickable(spec, fields)
    picked = [unit for unit in ready.get("layer", [ready]) if "params" in unit]
    assert [unit["mark"]["type"] for unit in picked] == [kind]
    compiled = vl_convert.vegalite_to_vega({**ready, "width": 300})
    assert "pick_tuple" in {signal["name"] for group in (compiled, *compiled["marks"]) for signal in group.get("signals", ())}


def test_a_chart_whose_marks_are_no_rows_cannot_be_clicked() -> None:
    assert picking({"mark": "geoshape", "encoding": {"x": {"field": "a", "type": "nominal"}}}) == []
    assert picking({"layer": [{"mark": "rule", "encoding": {}}, {"mark": {"type": "text"}}]}) == []
    assert picking({}) == []


def test_two_days_make_a_period_and_one_does_not() -> None:
    assert between((date(2026, 1, 5), date(2026, 1, 9))) == Period(date(2026, 1, 5), date(2026, 1, 10))
    assert between((date(2026, 1, 5),)) is None
    assert between(None) is None


def test_a_named_kind_of_chart_is_taken_where_it_is_true_to_the_data(by_category: Answer) -> None:
    done = Done(by_category, None)
    assert kinds_for(done, (), "pie") == ("pie",)
    assert kinds_for(done, ("line",), None) == ("line",)
    assert kinds_for(done, (), "map") == ("",)
    assert "pie" in kinds(by_category.charts[0])


def test_choices_are_not_said_twice() -> None:
    text = "That is outside.\n\nNearest to it:\n\n- revenue by region\n- best sellers"
    asked = Clarify(request(), text, choices=(Choice("a", "revenue by region"), Choice("b", "best sellers")))
    assert without_choices(asked) == "That is outside."
    assert without_choices(Clarify(request(), "Which one?")) == "Which one?"


def test_words_that_played_no_part_are_named() -> None:
    asked = request(question="revenue in Leeds qwertz")
    assert unread(asked, frozenset({"in"})) == ("qwertz",)
    assert unread(request(question=""), frozenset()) == ()


def test_options_of_a_menu_differ_even_where_their_words_do_not() -> None:
    assert len(set(distinct(["a", "a", "b", "a"]))) == 4


def test_every_label_is_there_in_both_languages() -> None:
    import yaml

    from assistant import paths

    data: dict[str, Any] = yaml.safe_load((paths.templates() / "ui.yaml").read_text(encoding="utf-8"))
    assert all(entry.get("en") and entry.get("zh") for entry in data.values())
    assert label("rows_shown", "zh", shown=1, total=2) == "共2行，显示1行"
