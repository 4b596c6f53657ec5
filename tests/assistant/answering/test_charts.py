"""Charts show the answer's own table, in readable words, with axes that do not lie; Vega can draw every one of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import altair as alt
import pytest
import vl_convert

from analytics.run import ResultTable
from assistant.answer import Language
from assistant.answering import charts, tables
from assistant.answering.formats import Formats
from assistant.answering.measures import Measures
from assistant.understanding.catalogue import Chart
from tests.assistant.answering.made import CITIES, COHORTS, EMPTY, MONTHS, computed

MANY = ResultTable((("city", "string"), ("revenue", "float64")), tuple((f"Town {i:03}", 1000.0 - i) for i in range(120)), 120)
DAYS = ResultTable((("day", "date"), ("revenue", "float64")), tuple((date.fromordinal(739000 + i), float(i)) for i in range(90)), 90)
SERIES = ResultTable(
    (("month", "date"), ("lifecycle_stage", "string"), ("customers", "int64")),
    tuple((date(2026, m, 1), stage, m) for m in range(1, 4) for stage in ("new", "active", "lost")), 9,
)
TABLES = {"cities": CITIES, "months": MONTHS, "cohorts": COHORTS, "empty": EMPTY, "many": MANY, "days": DAYS, "series": SERIES}


def drawn(*wanted: Chart, language: Language = "en", currency: str = "GBP") -> list[dict[str, Any]]:
    formats, found = Formats(language, currency), computed(tables=TABLES)
    measures = Measures(found.units, {})
    return list(charts.draw(wanted, tables.shown(found, measures, formats), measures, formats))


KINDS = (
    Chart("line", "months", "month", ("revenue",)),
    Chart("line", "series", "month", ("customers",), color="lifecycle_stage"),
    Chart("area", "series", "month", ("customers",), color="lifecycle_stage"),
    Chart("bar", "cities", "city", ("revenue",)),
    Chart("bar", "series", "month", ("customers",), color="lifecycle_stage"),
    Chart("barh", "cities", "city", ("revenue",)),
    Chart("stacked", "series", "month", ("customers",), color="lifecycle_stage"),
    Chart("heatmap", "cohorts", "cohort_age", ("month",), color="retention_rate"),
    Chart("interval", "months", "month", ("revenue",), low="low", high="high"),
    Chart("interval", "cities", "city", ("revenue",), low="share", high="revenue"),
    Chart("scatter", "cities", "revenue", ("share",)),
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("chart", KINDS, ids=lambda chart: f"{chart.kind}-{chart.table}")
def test_every_kind_is_valid_and_can_be_drawn(chart: Chart, language: Language) -> None:
    (spec,) = drawn(chart, language=language)
    assert spec["$schema"].endswith("v6.4.1.json") or "vega-lite/v6" in spec["$schema"]
    alt.Chart.from_dict(spec, validate=True)
    picture = vl_convert.vegalite_to_svg({**spec, "width": 300})
    assert "undefined" not in picture
    assert "NaN" not in picture
    assert picture.count("aria-roledescription") > 3
    assert all("data" not in layer for layer in spec.get("layer", ()))


def test_data_are_inline_and_only_what_the_chart_names() -> None:
    (spec,) = drawn(Chart("barh", "cities", "city", ("revenue",)))
    assert set(spec["data"]) == {"values"}
    assert [row["revenue"] for row in spec["data"]["values"]] == [1e6, 5e5, 1e6 / 3]
    assert {key for row in spec["data"]["values"] for key in row} == {"city_words", "revenue", "revenue_words"}


def test_two_units_never_share_an_axis() -> None:
    """Revenue (money) and orders (count) become two charts; low and high (money) stay together."""
    found = drawn(Chart("line", "months", "month", ("revenue", "orders", "low")))
    assert [spec["encoding"]["y"]["field"] for spec in found] == ["figure", "orders"]
    assert {row["series"] for row in found[0]["data"]["values"]} == {"Revenue", "Lower bound"}


def test_an_empty_table_has_no_chart() -> None:
    assert drawn(Chart("bar", "empty", "city", ("revenue",))) == []


def test_a_chart_of_a_table_that_is_not_there_is_not_drawn_from_another() -> None:
    assert drawn(Chart("bar", "gone", "city", ("revenue",))) == []


def test_at_most_thirty_bars_in_the_order_of_the_table_and_the_title_says_so() -> None:
    (spec,) = drawn(Chart("barh", "many", "city", ("revenue",)))
    names = [row["city_words"] for row in spec["data"]["values"]]
    assert names == [f"Town {i:03}" for i in range(30)]
    assert spec["title"]["subtitle"] == ["first 30 of 120"]
    assert spec["encoding"]["y"]["sort"] is None


def test_more_days_than_bars_fit_become_a_line_with_all_of_them() -> None:
    (spec,) = drawn(Chart("bar", "days", "day", ("revenue",)))
    assert spec["mark"]["type"] == "line"
    assert len(spec["data"]["values"]) == 90


def test_dates_are_drawn_as_dates_in_utc_whatever_the_browsers_zone() -> None:
    (spec,) = drawn(Chart("line", "months", "month", ("revenue",)))
    assert spec["encoding"]["x"]["scale"] == {"type": "utc"}
    assert spec["encoding"]["x"]["type"] == "temporal"
    assert spec["data"]["values"][0]["month"] == "2026-01-01"


def test_words_are_those_of_the_language() -> None:
    (english,) = drawn(Chart("line", "series", "month", ("customers",), color="lifecycle_stage"))
    (chinese,) = drawn(Chart("line", "series", "month", ("customers",), color="lifecycle_stage"), language="zh", currency="CNY")
    assert english["title"]["text"] == "Customers over time"
    assert chinese["title"]["text"] == "客户数走势"
    assert {row["lifecycle_stage_words"] for row in chinese["data"]["values"]} == {"新客", "活跃", "流失"}
    assert "万" in chinese["encoding"]["y"]["axis"]["labelExpr"]


def test_tooltips_say_what_the_table_says() -> None:
    (spec,) = drawn(Chart("barh", "cities", "city", ("revenue",)))
    assert [tip["field"] for tip in spec["encoding"]["tooltip"]] == ["city_words", "revenue_words"]
    assert spec["data"]["values"][0]["revenue_words"] == "£1,000,000"
    assert spec["data"]["values"][2]["city_words"] == "unknown"


def test_colours_are_told_apart_by_everybody() -> None:
    assert len(set(charts.PALETTE)) == 8
    (spec,) = drawn(Chart("line", "series", "month", ("customers",), color="lifecycle_stage"))
    assert spec["encoding"]["color"]["scale"]["range"] == list(charts.PALETTE)


def test_the_same_answer_gives_the_same_chart_byte_for_byte() -> None:
    first, second = (json.dumps(drawn(*KINDS), sort_keys=True) for _ in range(2))
    assert first == second
