"""A chart may be shown as another kind where that stays true to its data, and is then still drawable."""

from __future__ import annotations

import json
from typing import Any

import pytest
import vl_convert

from assistant.answer import Answer
from assistant.answering.chart_kinds import kind_of, kinds, recast
from assistant.ask import Assistant


def _bars(values: list[Any], **encoding: Any) -> dict[str, Any]:
    return {
        "mark": {"type": "bar"}, "height": 120, "data": {"values": [{"a": f"g{i}", "v": value} for i, value in enumerate(values)]},
        "encoding": {"y": {"field": "a", "type": "nominal"}, "x": {"field": "v", "type": "quantitative"}, **encoding},
        "config": {"range": {"category": ["#0072B2"]}},
    }


def test_a_pie_takes_few_slices_and_nothing_below_zero() -> None:
    assert "pie" in kinds(_bars([3, 2, 1]))
    assert "pie" not in kinds(_bars(list(range(1, 12))))
    assert "pie" not in kinds(_bars([3, -1]))
    assert "pie" not in kinds(_bars([3, None]))
    assert "pie" not in kinds(_bars([3]))
    assert "pie" not in kinds(_bars([3, 2], color={"field": "c", "type": "nominal"}))


def test_a_chart_of_layers_stays_what_it_is() -> None:
    layered = {"layer": [{"mark": "line"}, {"mark": "area"}], "data": {"values": []}}
    assert kinds(layered) == ()
    assert kind_of(layered) is None
    assert recast(layered, "bar") == layered


def test_a_kind_that_does_not_fit_changes_nothing() -> None:
    bars = _bars(list(range(1, 12)))
    assert recast(bars, "pie") == bars
    assert recast(bars, "nonsense") == bars


@pytest.mark.parametrize("question", ["revenue by category this year", "revenue per month since last year", "top 10 customers by revenue"])
def test_every_kind_that_is_offered_can_be_drawn_and_keeps_the_data(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert isinstance(answer, Answer)
    chart = answer.charts[0]
    before = json.dumps(chart)
    offered = kinds(chart)
    assert len(offered) > 1
    for kind in offered:
        drawn = recast(chart, kind)
        assert kind_of(drawn) == kind
        assert drawn["data"] == chart["data"]
        assert "<svg" in vl_convert.vegalite_to_svg({**drawn, "width": 400}, allowed_base_urls=[])
    assert json.dumps(chart) == before
