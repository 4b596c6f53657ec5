"""Charts: Vega-Lite specifications drawn from the tables of one answer, by the kind that the catalogue names.

Owns looks: palette, fonts, axes, tooltips, how many marks are readable. Figures of two units never share an axis: they
become charts of their own. Computes nothing; labels and tooltips are written by the same formats as text and tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analytics.period import GRAINS
from assistant.answer import Column, Json, Table, plain
from assistant.answering import chart_axes
from assistant.answering.formats import Formats
from assistant.answering.measures import Measures
from assistant.answering.tables import cell
from assistant.understanding.catalogue import Chart

if TYPE_CHECKING:
    import altair as alt

#: Okabe and Ito's eight colours, told apart with every common kind of colour blindness; blue first, yellow late.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#F0E442")
_FONT = "Inter, 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
#: More bars than this cannot be read; the first ones of the table are drawn and the title says so.
MOST_BARS = 30
MOST_POINTS = 1_000
_MOST_SERIES = len(PALETTE)
#: A chart without its data, and the data.
_Shape = tuple[Any, list[Json]]
#: Names under bars are written level up to this many, and turned beyond.
_MOST_LEVEL_LABELS = 8
_UNITS_IN_TITLES = ("hours", "days", "points")
_BARS = ("bar", "barh", "stacked")


@dataclass(frozen=True)
class _Drawing:
    """One chart in the making: what is drawn, the rows, and the columns by name."""

    chart: Chart
    table: Table
    rows: tuple[Mapping[str, Any], ...]
    columns: Mapping[str, Column]
    formats: Formats

    def label(self, name: str) -> str:
        return self.columns[name].label

    def measure(self, name: str) -> str:
        """The title of a figure's axis: its heading, with the unit where ticks do not show it."""
        unit = self.columns[name].unit
        return self.formats.phrase(f"axis_{unit}", label=self.label(name)) if unit in _UNITS_IN_TITLES else self.label(name)

    @property
    def split(self) -> str | None:
        """The field that tells the series apart, None where there is one series."""
        if len(self.chart.y) > 1:
            return "series"
        color = self.chart.color
        return self.words(color) if color and len({row[color] for row in self.rows}) > 1 else None

    def words(self, name: str) -> str:
        """The field that holds a column's values as they are written."""
        return f"{name}_words"


def draw(charts: Sequence[Chart], tables: Sequence[Table], measures: Measures, formats: Formats) -> tuple[Json, ...]:
    """The charts of an answer, in the order of the catalogue; none for an empty table."""
    from altair.utils.schemapi import debug_mode

    by_name = {table.name: table for table in tables}
    out: list[Json] = []
    for chart in charts:
        table = by_name.get(chart.table)
        if table is None or not table.rows:
            continue
        columns = {column.name: column for column in table.columns}
        for ys in _by_unit(chart, columns):
            with debug_mode(False):
                drawn = _one(replace(chart, y=ys), table, columns, measures, formats)
            out += [drawn] if drawn else []
    return tuple(out)


def _by_unit(chart: Chart, columns: Mapping[str, Column]) -> list[tuple[str, ...]]:
    """The y columns in groups of one unit."""
    groups: dict[str, list[str]] = {}
    for name in chart.y:
        groups.setdefault(columns[name].unit, []).append(name)
    return [tuple(names) for names in groups.values()]


def _one(chart: Chart, table: Table, columns: Mapping[str, Column], measures: Measures, formats: Formats) -> Json | None:
    rows = [_record(row, table, formats, measures) for row in table.rows[:MOST_POINTS]]
    measured = chart.color if chart.kind == "heatmap" else None
    rows = [row for row in rows if any(row[name] is not None for name in ((measured,) if measured else chart.y))]
    kind = chart.kind
    if kind in ("bar", "stacked") and _is_time(columns[chart.x]) and len({row[chart.x] for row in rows}) > MOST_BARS:
        kind = "line" if kind == "bar" else "area"
    kept = _readable(rows, chart, kind)
    if not kept:
        return None
    drawing = _Drawing(chart, table, tuple(kept), columns, formats)
    shape: _Shape = {
        "line": _line, "area": _area, "bar": _bar, "barh": _barh, "stacked": _stacked, "heatmap": _heatmap, "interval": _interval,
        "scatter": _scatter,
    }[kind](drawing)
    return _finish(shape, drawing, shown=len({row[chart.x] for row in kept}), total=len({row[chart.x] for row in rows}))


def _record(row: tuple[Any, ...], table: Table, formats: Formats, measures: Measures) -> dict[str, Any]:
    """A row with each value as JSON has it and, beside it, as it is written."""
    record = dict(zip((column.name for column in table.columns), row, strict=True))
    words = {f"{c.name}_words": cell(c, record[c.name], record, formats, measures) for c in table.columns}
    return {name: plain(value) for name, value in record.items()} | words


def _readable(rows: list[dict[str, Any]], chart: Chart, kind: str) -> list[dict[str, Any]]:
    """The rows that fit: the first bars and the first series of the table."""
    keep = list(dict.fromkeys(row[chart.x] for row in rows))[:MOST_BARS] if kind in _BARS else None
    if chart.color and kind != "heatmap":
        series = list(dict.fromkeys(row[chart.color] for row in rows))[:_MOST_SERIES]
        rows = [row for row in rows if row[chart.color] in series]
    return rows if keep is None else [row for row in rows if row[chart.x] in keep]


def _is_time(column: Column) -> bool:
    return column.type.removeprefix("!").partition("(")[0] in ("date", "timestamp")


def _is_number(column: Column) -> bool:
    return column.type.removeprefix("!").partition("(")[0] in ("int64", "float64", "decimal", "int32", "int16", "int8")


def _long(drawing: _Drawing) -> tuple[Sequence[Mapping[str, Any]], str]:
    """Rows with one figure each, and the field of the figure."""
    chart = drawing.chart
    if len(chart.y) == 1:
        return drawing.rows, chart.y[0]
    out = [
        {**row, "figure": row[name], "figure_words": row[drawing.words(name)], "series": drawing.label(name)}
        for name in chart.y for row in drawing.rows
    ]
    return out, "figure"


def _used(rows: Sequence[Mapping[str, Any]], names: Sequence[str | None]) -> list[Json]:
    """The rows with only the fields that the chart names."""
    fields = [name for name in dict.fromkeys(names) if name]
    return [{name: row[name] for name in fields if name in row} for row in rows]


def _x(drawing: _Drawing, name: str, *, ordinal: bool = False) -> tuple[str, Any, str]:
    """Field, axis options and type of a column along the chart: time and numbers to scale, anything else in table order."""
    column = drawing.columns[name]
    if _is_time(column) and not ordinal:
        grain = column.dimension if column.dimension in GRAINS else "day"
        return name, {"axis": chart_axes.time_axis(grain, drawing.formats.language), "scale": {"type": "utc"}}, "temporal"
    if _is_number(column) and not ordinal and column.dimension == column.name:
        return name, {"axis": chart_axes.axis(column.unit, drawing.formats)}, "quantitative"
    few = len({row[name] for row in drawing.rows}) <= _MOST_LEVEL_LABELS
    return drawing.words(name), {"sort": None, "axis": {"labelLimit": 240} | ({"labelAngle": 0} if few else {})}, "nominal"


def _tooltip(drawing: _Drawing, names: Sequence[str | None], figure: str | None = None) -> list[Any]:
    import altair as alt

    tips = [alt.Tooltip(f"{drawing.words(name)}:N", title=drawing.label(name)) for name in names if name]
    if figure == "figure":
        tips.append(alt.Tooltip("figure_words:N", title=" / ".join(drawing.label(name) for name in drawing.chart.y)))
    return tips


def _encoded(drawing: _Drawing, *, ordinal: bool, across: bool = False) -> tuple[alt.Chart, list[Json]]:
    """Chart and data: x, y, colour and tooltips that lines, areas and bars have in common; `across` swaps the axes."""
    import altair as alt

    chart = drawing.chart
    rows, figure = _long(drawing)
    series = drawing.split
    field, options, kind = _x(drawing, chart.x, ordinal=ordinal)
    unit = drawing.columns[chart.y[0]].unit
    title = drawing.measure(chart.y[0]) if len(chart.y) == 1 else ""
    along = (alt.Y if across else alt.X)(field, type=kind, title=drawing.label(chart.x), **options)
    upward = (alt.X if across else alt.Y)(
        figure, type="quantitative", title=title, axis=chart_axes.axis(unit, drawing.formats), stack=None
    )
    told = [chart.x, chart.color, *(chart.y if len(chart.y) == 1 else ())]
    names = [field, figure, series, *(drawing.words(name) for name in told if name), "figure_words"]
    data = _used(rows, names)
    encoded = alt.Chart().encode(
        **{"y": along, "x": upward} if across else {"x": along, "y": upward}, tooltip=_tooltip(drawing, told, figure)
    )
    if series is None:
        return encoded, data
    legend = drawing.label(chart.color) if chart.color else ""
    color = alt.Color(series, type="nominal", sort=None, title=legend, scale=alt.Scale(range=list(PALETTE)))
    return encoded.encode(color=color), data


def _line(drawing: _Drawing) -> _Shape:
    chart, data = _encoded(drawing, ordinal=False)
    return chart.mark_line(point=len(data) <= 60, strokeWidth=2), data


def _area(drawing: _Drawing) -> _Shape:
    chart, data = _encoded(drawing, ordinal=False)
    if drawing.split:
        chart.encoding.y.stack = "zero"
    return chart.mark_area(opacity=0.8), data


def _bar(drawing: _Drawing) -> _Shape:
    import altair as alt

    chart, data = _encoded(drawing, ordinal=True)
    if drawing.split:
        chart = chart.encode(xOffset=alt.XOffset(drawing.split, type="nominal", sort=None))
    return chart.mark_bar(), data


def _barh(drawing: _Drawing) -> _Shape:
    import altair as alt

    chart, data = _encoded(drawing, ordinal=True, across=True)
    if drawing.split:
        chart = chart.encode(yOffset=alt.YOffset(drawing.split, type="nominal", sort=None))
    return chart.mark_bar(), data


def _stacked(drawing: _Drawing) -> _Shape:
    chart, data = _encoded(drawing, ordinal=True)
    chart.encoding.y.stack = "zero"
    return chart.mark_bar(), data


def _scatter(drawing: _Drawing) -> _Shape:
    chart, data = _encoded(drawing, ordinal=False)
    return chart.mark_circle(size=60, opacity=0.7), data


def _heatmap(drawing: _Drawing) -> _Shape:
    """Two dimensions, the figure as colour; values stand in the cells where there is room."""
    import altair as alt

    chart, rows = drawing.chart, drawing.rows
    figure = chart.color or chart.y[0]
    across, down = drawing.words(chart.x), drawing.words(chart.y[0])
    told = [chart.x, chart.y[0], figure]
    data = _used(rows, [across, down, figure, *(drawing.words(name) for name in told)])
    base = alt.Chart().encode(
        x=alt.X(across, type="nominal", sort=None, title=drawing.label(chart.x), axis=alt.Axis(labelAngle=0)),
        y=alt.Y(down, type="nominal", sort=None, title=drawing.label(chart.y[0])),
    )
    legend = chart_axes.legend(drawing.columns[figure].unit, drawing.formats)
    squares = base.mark_rect().encode(
        color=alt.Color(figure, type="quantitative", title=drawing.label(figure), scale=alt.Scale(scheme="blues"), legend=legend),
        tooltip=_tooltip(drawing, told),
    )
    if len({row[across] for row in rows}) > 13:
        return squares, data
    most = max((abs(row[figure]) for row in rows if row[figure] is not None), default=0)
    dark = f"abs(datum['{figure}']) > {0.6 * most!r}"
    ink = alt.condition(dark, alt.value("white"), alt.value("black"))
    return squares + base.mark_text(fontSize=10).encode(text=alt.Text(drawing.words(figure), type="nominal"), color=ink), data


def _interval(drawing: _Drawing) -> _Shape:
    """A line with a band over time or numbers; points with error bars over anything else."""
    import altair as alt

    chart = drawing.chart
    middle, low, high = chart.y[0], chart.low or chart.y[0], chart.high or chart.y[0]
    field, options, kind = _x(drawing, chart.x)
    told = [chart.x, chart.color, middle, low, high]
    series = drawing.split
    names = [field, middle, low, high, series, *(drawing.words(name) for name in told if name)]
    data = _used(drawing.rows, names)
    base = alt.Chart().encode(x=alt.X(field, type=kind, title=drawing.label(chart.x), **options))
    if series:
        legend, scale = drawing.label(chart.color or ""), alt.Scale(range=list(PALETTE))
        base = base.encode(color=alt.Color(series, type="nominal", sort=None, title=legend, scale=scale))
    axis = chart_axes.axis(drawing.columns[middle].unit, drawing.formats)
    upward = alt.Y(middle, type="quantitative", title=drawing.measure(middle), axis=axis)
    bounds = {"y": alt.Y(low, type="quantitative", title=drawing.measure(middle), axis=axis), "y2": alt.Y2(high)}
    tips = _tooltip(drawing, told)
    if kind == "nominal":
        # A rule has a colour of its own, black, which nobody sees on a dark page.
        bar, middles = base.mark_rule(strokeWidth=2, color=PALETTE[0]), base.mark_point(filled=True, size=80)
    else:
        bar, middles = base.mark_area(opacity=0.25), base.mark_line(point=True)
    return bar.encode(**bounds, tooltip=tips) + middles.encode(y=upward, tooltip=tips), data


def _finish(shape: _Shape, drawing: _Drawing, *, shown: int, total: int) -> Json:
    """The chart with its data, title, size and looks as a plain dictionary."""
    import altair as alt

    picture, data = shape
    chart, formats = drawing.chart, drawing.formats
    figures, sides = list(chart.y), [chart.x]
    if chart.kind == "heatmap":
        figures, sides = [chart.color or chart.y[0]], [chart.y[0], chart.x]
    what, by = (formats.listing([chart_axes.inside(drawing.label(name)) for name in names]) for names in (figures, sides))
    key = "chart_over_time" if _is_time(drawing.columns[chart.x]) else "chart_by"
    title = formats.phrase(key, y=what, x=by)
    title = title[:1].upper() + title[1:]
    subtitle = [formats.phrase("first_shown", shown=shown, total=total)] if shown < total else []
    down = len({row[chart.y[0]] for row in drawing.rows})
    height = {"barh": max(120, 22 * shown), "heatmap": max(160, 26 * down)}.get(chart.kind, 300)
    heading = alt.TitleParams(title, subtitle=subtitle, anchor="start")
    picture = picture.properties(title=heading, width="container", height=height, background="transparent")
    spec: Json = picture.to_dict(validate=False)
    # Altair gives a chart that was made without data an empty one, in every layer.
    for part in (spec, *spec.get("layer", ())):
        part.pop("data", None)
    spec.pop("datasets", None)
    spec["data"] = {"values": data}
    spec["config"] = {
        "font": _FONT, "range": {"category": list(PALETTE)}, "mark": {"color": PALETTE[0]}, "view": {"stroke": "transparent"},
        "axis": {"gridColor": "#e5e7eb", "labelFontSize": 12, "titleFontSize": 12}, "axisBand": {"grid": False},
    }
    return spec
