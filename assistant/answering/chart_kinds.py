"""Other shapes of a drawn chart: the same data as a line, bars, an area or a pie.

Only charts of one mark over one axis can be recast; the data stay as they are. Computes nothing.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from assistant.answer import Json

#: The kinds that a chart over time or over groups may take.
_OVER_TIME = ("line", "bar", "area")
_OVER_GROUPS = ("bar", "line", "pie")
#: A pie of more slices, or of a figure that can be negative, tells nothing.
_MOST_SLICES = 8
#: Pixels; bars of few groups are lower than a pie can be read at.
_PIE_HEIGHT = 260
_MARK: dict[str, dict[str, Any]] = {
    "line": {"type": "line", "point": True, "strokeWidth": 2}, "area": {"type": "area", "opacity": 0.8}, "bar": {"type": "bar"},
}


def kinds(spec: Json) -> tuple[str, ...]:
    """The kinds that a chart can be shown as, the present one first; one where it cannot be recast."""
    now = kind_of(spec)
    if now is None:
        return ()
    offered = _OVER_TIME if _along(spec).get("type") == "temporal" else _OVER_GROUPS
    return (now, *(kind for kind in offered if kind != now and (kind != "pie" or _sliceable(spec))))


def kind_of(spec: Json) -> str | None:
    """The kind of a chart of a single mark, None for layered charts and heat maps."""
    mark = spec.get("mark")
    found = mark.get("type") if isinstance(mark, dict) else mark
    return {"arc": "pie"}.get(str(found), str(found)) if found in ("line", "bar", "area", "arc") else None


def recast(spec: Json, kind: str) -> Json:
    """The chart as another kind; as it is where that kind would not be true to the data."""
    if kind not in kinds(spec)[1:]:
        return spec
    out = deepcopy(spec)
    if kind == "pie":
        return _pie(out)
    out["mark"] = dict(_MARK[kind])
    encoding = out["encoding"]
    # Bars side by side need no stacking; areas on top of each other do.
    upward = encoding["y" if _across(spec) is False else "x"]
    upward["stack"] = "zero" if kind == "area" and "color" in encoding else None
    if kind != "bar":
        for name in ("xOffset", "yOffset"):
            encoding.pop(name, None)
    return out


def _across(spec: Json) -> bool:
    """Whether the bars lie: the figure runs along x."""
    encoding = spec["encoding"]
    return bool(encoding["x"].get("type") == "quantitative" and encoding["y"].get("type") != "quantitative")


def _along(spec: Json) -> dict[str, Any]:
    encoding = spec.get("encoding", {})
    if "theta" in encoding:
        return dict(encoding.get("color", {}))
    return dict(encoding["y"] if _across(spec) else encoding["x"])


def _figure(spec: Json) -> dict[str, Any]:
    return dict(spec["encoding"]["x"] if _across(spec) else spec["encoding"]["y"])


def _sliceable(spec: Json) -> bool:
    if "color" in spec["encoding"] or _along(spec).get("type") != "nominal":
        return False
    values = [row.get(_figure(spec)["field"]) for row in spec["data"]["values"]]
    return 1 < len(values) <= _MOST_SLICES and all(isinstance(value, int | float) and value >= 0 for value in values)


def _pie(spec: Json) -> Json:
    along, figure, encoding = _along(spec), _figure(spec), spec["encoding"]
    colors = {"range": spec["config"]["range"]["category"]}
    spec["mark"], spec["height"] = {"type": "arc", "stroke": "white"}, _PIE_HEIGHT
    spec["encoding"] = {
        "theta": {"field": figure["field"], "type": "quantitative", "stack": True},
        "color": {"field": along["field"], "type": "nominal", "sort": None, "title": along.get("title"), "scale": colors},
        "order": {"field": figure["field"], "type": "quantitative", "sort": "descending"},
        "tooltip": encoding.get("tooltip"),
    }
    return spec
