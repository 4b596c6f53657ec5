"""Charts on the page: the kind as chosen, colours that both themes show, and a click that opens the ways on."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from assistant.answer import Answer, Json, Table, plain
from assistant.answering.chart_kinds import kind_of, kinds
from assistant.answering.chart_kinds import recast as drawn_as
from assistant.answering.drill import drills
from assistant.sharing.drawing import title_of
from assistant.ui import session
from assistant.ui.labels import label
from assistant.ui.scene import Scene, Shown
from assistant.ui.tables import draw_ways
from assistant.ui.theme import DARK_STAND_IN

_PICK = "pick"
#: Marks that stand for a row of a table each; in a layered chart the first layer of such.
_CLICKABLE = frozenset({"bar", "line", "arc", "rect", "point", "circle"})
#: Room at the right for the last label of an axis. Grid lines that are quiet on white and on black.
_PADDING = {"left": 2, "top": 5, "right": 16, "bottom": 5}
_GRID = "rgba(128, 134, 142, 0.25)"


def draw_charts(scene: Scene, shown: Shown) -> None:
    """The charts of an answer, each with the kinds it may take."""
    for place, base in enumerate(shown.answer.charts):
        offered = kinds(base)
        chosen = shown.kinds[place] if shown.kinds[place] in offered else ""
        if len(offered) > 1:
            _draw_switch(shown, place, offered, chosen or offered[0])
        spec = drawn_as(base, chosen) if chosen else base
        _draw_chart(scene, shown, place, spec)


def _draw_switch(shown: Shown, place: int, offered: tuple[str, ...], now: str) -> None:
    key = f"kind-{place}-{shown.tag}"
    # The menu follows what was said in the conversation, too, not only its own clicks.
    st.session_state[key] = now
    st.segmented_control(
        label("chart_kind", shown.language), offered, key=key, format_func=lambda kind: label(f"kind_{kind}", shown.language),
        label_visibility="collapsed", on_change=_switched, args=(key, shown.place, place),
    )


def _switched(key: str, place: int, chart: int) -> None:
    if (kind := st.session_state.get(key)) is not None:
        session.choose_kind(place, chart, kind)


def _draw_chart(scene: Scene, shown: Shown, place: int, spec: Json) -> None:
    key, alt = f"chart-{place}-{kind_of(spec)}-{shown.tag}", title_of(spec)
    ready = themed(spec, scene.dark)
    fields = picking(spec)
    if not fields or not _opens(scene, shown, fields):
        st.vega_lite_chart(spec=ready, width="stretch", key=key, alt=alt)
        return
    event = st.vega_lite_chart(
        spec=pickable(ready, fields), width="stretch", key=key, alt=alt, on_select="rerun", selection_mode=[_PICK]
    )
    points = event.selection.get(_PICK) or []
    found = row_of(shown.answer, points[0]) if points else None
    if found is None:
        st.caption(label("drill_hint_chart", shown.language))
        return
    table, row = found
    draw_ways(scene, shown, table, row, f"{key}-{row}")


def _opens(scene: Scene, shown: Shown, fields: list[str]) -> bool:
    table = _table_of(shown.answer, fields)
    return table is not None and bool(table.rows) and bool(drills(shown.answer, table, 0, scene.shop))


def themed(spec: Json, dark: bool) -> Json:
    """A chart in colours that the theme shows."""
    out = _recoloured(spec, DARK_STAND_IN) if dark else deepcopy(spec)
    # Streamlit's own choice squeezes title, axes and legend into the height that is meant for the marks.
    out["autosize"] = {"type": "fit-x", "contains": "padding"}
    out["padding"] = _PADDING
    config = out.setdefault("config", {})
    config["axis"] = {**config.get("axis", {}), "gridColor": _GRID}
    if dark:
        # Slices are parted by the colour of the page.
        config["arc"] = {"stroke": None}
    return out


def _recoloured(value: Any, colours: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return colours.get(value, value)
    if isinstance(value, dict):
        return {key: item if key == "data" else _recoloured(item, colours) for key, item in value.items()}
    if isinstance(value, list):
        return [_recoloured(item, colours) for item in value]
    return value


def picking(spec: Json) -> list[str]:
    """The fields that tell which mark of a chart was clicked: what stands along its axes and tells its colours apart, figures
    only where nothing else does. None for a chart whose marks are no rows of a table."""
    unit = _clickable(spec)
    encoding = unit.get("encoding") if unit else None
    if not isinstance(encoding, dict):
        return []
    sides = [encoding.get(name, {}) for name in ("x", "y", "color")]
    named = [str(side["field"]) for side in sides if side.get("type") in ("nominal", "ordinal", "temporal") and "field" in side]
    measured = [str(side["field"]) for side in sides[:2] if side.get("type") == "quantitative" and "field" in side]
    return named or measured


def pickable(spec: Json, fields: list[str]) -> Json:
    """The chart with marks that can be clicked; of several layers the one whose marks are rows."""
    unit, layers = _clickable(spec), spec.get("layer")
    if unit is None or not isinstance(layers, list):
        return _with_pick(spec, fields) if unit is spec else spec
    return {**spec, "layer": [_with_pick(unit, fields) if layer is unit else layer for layer in layers]}


def _with_pick(unit: Json, fields: list[str]) -> Json:
    mark = unit["mark"] if isinstance(unit["mark"], dict) else {"type": unit["mark"]}
    pick = {"name": _PICK, "select": {"type": "point", "fields": fields}}
    return {**unit, "mark": {**mark, "cursor": "pointer"}, "params": [pick]}


def _clickable(spec: Json) -> Json | None:
    """The chart, or the layer of it, whose marks are clicked: bands and error bars are not, and words lie on what they name."""
    layers = spec.get("layer")
    if not isinstance(layers, list):
        return spec if _mark(spec) in (*_CLICKABLE, "area") else None
    return next((layer for layer in layers if _mark(layer) in _CLICKABLE), None)


def _mark(unit: Json) -> str:
    mark = unit.get("mark")
    return str(mark.get("type") if isinstance(mark, dict) else mark)


def row_of(answer: Answer, point: Mapping[str, Any]) -> tuple[Table, int] | None:
    """The row of a table that a clicked mark stands for; None where there is none."""
    table = _table_of(answer, list(point))
    if table is None:
        return None
    names = [column.name for column in table.columns]
    wanted = {name: value for name, value in point.items() if name.removesuffix("_words") in names}
    for number, (row, written) in enumerate(zip(table.rows, table.shown, strict=True)):
        cells: dict[str, Any] = dict(zip(names, row, strict=True))
        cells |= {f"{name}_words": text for name, text in zip(names, written, strict=True)}
        if all(_same(cells[name], value) for name, value in wanted.items()):
            return table, number
    return None


def _table_of(answer: Answer, fields: list[str]) -> Table | None:
    """The table that holds the fields of a chart."""
    for table in answer.tables:
        names = {column.name for column in table.columns}
        if any(field.removesuffix("_words") in names for field in fields):
            return table
    return None


def _same(cell: Any, value: Any) -> bool:
    if isinstance(cell, date) and isinstance(value, int | float):
        # Times come from the browser as milliseconds.
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return (cell.date() if isinstance(cell, datetime) else cell) == moment.date()
    told = plain(cell)
    return bool(told == value or str(told) == str(value))
