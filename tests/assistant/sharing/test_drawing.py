"""A drawing is shapes and text: no value of the data becomes anything else, and none brings the process down."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from analytics.run import ResultTable
from assistant.answering import charts, tables
from assistant.answering.formats import Formats
from assistant.answering.measures import Measures
from assistant.sharing import drawing
from assistant.understanding.catalogue import Chart
from tests.assistant.answering.made import COHORTS, MONTHS, computed

HOSTILE = (
    "<script>alert(1)</script>", "\"' onload=alert(1) x=\"", "]]><img src=x onerror=alert(1)>", "&lt;b&gt; &#x3c; {{ 7*7 }}", "</svg>",
    "a\x00b\x08c\x1b[31m", "two\nlines\r\n\tand \u2028 more", "\ud800\udfff\ufffe\uffff", "上海 咖啡豆", "\u202eright to left", "",
    "x" * 400, "😀" * 200, "𠮷野家" * 60,
)


def chart_of(names: tuple[str, ...], kind: str = "barh") -> dict[str, Any]:
    table = ResultTable((("city", "string"), ("revenue", "float64")), tuple((name, 10.0 + i) for i, name in enumerate(names)), len(names))
    return drawn({"cities": table}, Chart(kind, "cities", "city", ("revenue",)))


def drawn(found: dict[str, ResultTable], chart: Chart) -> dict[str, Any]:
    formats, finding = Formats("en", "GBP"), computed(tables=found)
    measures = Measures(finding.units, {})
    (spec,) = charts.draw([chart], tables.shown(finding, measures, formats), measures, formats)
    return spec


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:24])
def test_hostile_values_are_drawn_as_text(name: str) -> None:
    picture = drawing.svg(chart_of((name, "York")), "p-")
    assert picture is not None
    elements = list(ElementTree.fromstring(picture).iter())
    assert {element.tag for element in elements} <= {"svg", "g", "path", "text", "tspan", "rect", "line", "defs", "clipPath"}
    named = {key for element in elements for key in element.attrib}
    assert not [key for key in named if key.startswith("on") or "href" in key or key == "style"]
    assert "York" in {element.text for element in elements}


def test_what_looks_like_markup_is_shown_letter_by_letter() -> None:
    picture = drawing.svg(chart_of(("<b>&amp;</b>", "York")), "p-")
    assert picture is not None
    assert "<b>&amp;</b>" in {element.text for element in ElementTree.fromstring(picture).iter()}


def test_nothing_is_fetched_and_nothing_points_outside() -> None:
    picture = drawing.svg(chart_of(("York", "Leeds")), "p-")
    assert picture is not None
    assert "://" not in picture
    assert "xmlns" not in picture


def test_a_chart_that_asks_for_data_from_elsewhere_is_not_drawn() -> None:
    spec = {**chart_of(("York",)), "data": {"url": "http://127.0.0.1:9/x.csv"}}
    assert drawing.svg(spec, "p-") is None


def test_names_within_a_drawing_are_its_own() -> None:
    """Two charts on a page must not take each other's gradient or clipping."""
    spec = drawn({"cohorts": COHORTS}, Chart("heatmap", "cohorts", "cohort_age", ("month",), color="retention_rate"))
    picture = drawing.svg(spec, "en-1-")
    assert picture is not None
    elements = list(ElementTree.fromstring(picture).iter())
    names = [element.attrib["id"] for element in elements if "id" in element.attrib]
    used = {value for element in elements for value in element.attrib.values() if value.startswith("url(")}
    assert names
    assert all(name.startswith("en-1-") for name in names)
    assert used <= {f"url(#{name})" for name in names}


def test_it_stands_on_white_in_a_fixed_width_and_says_what_it_is() -> None:
    picture = drawing.svg(drawn({"months": MONTHS}, Chart("line", "months", "month", ("revenue",))), "p-")
    assert picture is not None
    root = ElementTree.fromstring(picture)
    assert (root.get("width"), root.get("role"), root.get("aria-label")) == (str(drawing.WIDTH), "img", "Revenue over time")
    assert root[0].get("fill") == "white"


def test_the_same_chart_is_the_same_drawing() -> None:
    first, second = (drawing.svg(chart_of(("York", "Leeds")), "p-") for _ in range(2))
    assert first == second


def test_several_threads_may_draw_at_once() -> None:
    found: list[str | None] = []
    threads = [threading.Thread(target=lambda: found.append(drawing.svg(chart_of(("York", "Leeds")), "p-"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_no_character_ends_the_process() -> None:
    """The library aborts on some, which no exception handler could catch: hence a process of its own."""
    code = (
        "from assistant.sharing import drawing\n"
        "from tests.assistant.sharing.test_drawing import chart_of\n"
        "every = [chr(c) for c in (*range(0, 0x300), *range(0x2000, 0x2100), *range(0xd7f0, 0xe010), *range(0xfe00, 0x10010))]\n"
        "names = tuple(''.join(every[i : i + 40]) for i in range(0, len(every), 40))\n"
        "pictures = [drawing.svg(chart_of(names[i : i + 30]), 'p-') for i in range(0, len(names), 30)]\n"
        "print('alive', all(pictures))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "alive True", done.stderr[-400:]
