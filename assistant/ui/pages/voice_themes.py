"""What customers write about: themes with their size, mood, change and impact, and one theme looked at closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from analytics.period import Period
from analytics.satisfaction.theme_detail import Level
from assistant import voice
from assistant.answer import Answer, Json, Table
from assistant.answering.wording import wording
from assistant.sharing.drawing import title_of
from assistant.ui import session, tables
from assistant.ui.jobs import Order
from assistant.ui.labels import escaped, label
from assistant.ui.pages.voice_parts import Cells, answer_of, cells_of, draw_caveats, draw_quotes, draw_table, rows_of, table_of
from assistant.ui.pictures import themed
from assistant.ui.scene import Scene

#: Themes that the chart and the first table show; the others are in the table of all figures.
_FIRST = 10
_FIGURES = ("share", "net_sentiment", "impact")
_MOODS = ("negative", "neutral", "positive")


def draw(scene: Scene, period: Period) -> None:
    """The themes of a period, and below them the one that is chosen."""
    language = scene.language
    answer = answer_of(scene, voice.request("feedback_themes", language, period=period, top_n=voice.ALL))
    if answer is None:
        return
    st.markdown(f"**{escaped(answer.headline)}**")
    rows = cells_of(answer, "themes")
    if rows:
        _draw_chart(scene, answer)
        _draw_first(scene, rows)
        _draw_all(scene, answer)
    draw_caveats(answer)
    if rows:
        _draw_choice(scene, answer, rows, period)


def _draw_chart(scene: Scene, answer: Answer) -> None:
    language = scene.language
    figure = st.segmented_control(
        label("voice_figure", language), _FIGURES, default="share", key="voice-figure", required=True,
        format_func=lambda name: label(f"voice_figure_{name}", language),
    ) or "share"
    found = table_of(answer, "themes")
    units = answer.computed.units if answer.computed is not None else {}
    spec = voice.chart_of(found, figure, units, language, _FIRST) if found is not None else None
    if spec is not None:
        draw_spec(scene, spec, f"voice-chart-{figure}")


def draw_spec(scene: Scene, spec: Json, key: str) -> None:
    """A chart in the colours of the theme, with its title as what a screen reader says."""
    st.vega_lite_chart(spec=themed(spec, scene.dark), width="stretch", key=key, alt=title_of(spec))


def _draw_first(scene: Scene, rows: Sequence[Cells]) -> None:
    """The largest themes: each figure with its interval; a change only where it is more than noise."""
    language = scene.language
    heads = [label(f"voice_head_{name}", language) for name in ("theme", "comments", "share", "sentiment", "change", "impact")]
    told = [
        (
            _title(cells), cells["comments"].text, _with_interval(scene, cells, "share", "low", "high"),
            _with_interval(scene, cells, "net_sentiment", "net_sentiment_low", "net_sentiment_high"), _change(scene, cells),
            _impact(scene, cells),
        )
        for cells in rows[:_FIRST]
    ]
    draw_table(heads, told, label("voice_tab_themes", language), "themes")
    st.caption(escaped(label("voice_themes_note", language)))


def _title(cells: Cells) -> str:
    text = cells["theme"].text
    return text[:1].upper() + text[1:]


def _with_interval(scene: Scene, cells: Cells, name: str, low: str, high: str) -> str:
    if cells[name].value is None:
        return cells[name].text
    if cells[low].value is None or cells[high].value is None:
        return cells[name].text
    return label("voice_with_interval", scene.language, value=cells[name].text, low=cells[low].text, high=cells[high].text)


def _impact(scene: Scene, cells: Cells) -> str:
    """By how much the rating would move, with its sign; a dash where too few ratings tell."""
    formats = wording(scene.language).formats
    value, low, high = (cells[name].value for name in ("impact", "impact_low", "impact_high"))
    if value is None or low is None or high is None:
        return "–"
    # A figure that is written as 0 has no sign.
    told = {
        name: formats.signed(round(float(figure), 2) + 0.0, "rating")
        for name, figure in (("value", value), ("low", low), ("high", high))
    }
    return label("voice_with_interval", scene.language, **told)


def _change(scene: Scene, cells: Cells) -> str:
    if cells["change"].value is None:
        return "–"
    if not cells["is_real"].value:
        return label("voice_no_change", scene.language)
    return f"{'▲' if cells['change'].value > 0 else '▼'} {cells['change'].text}"


def _draw_all(scene: Scene, answer: Answer) -> None:
    """Every figure of every theme and subject, to sort and to look things up in."""
    more = st.expander(label("voice_all_figures", scene.language), key="voice-all", on_change="rerun")
    if not more.open:
        return
    with more:
        for found in answer.tables:
            st.markdown(f"**{escaped(found.title)}**")
            st.dataframe(tables.frame(found), hide_index=True, width="stretch", key=f"voice-all-{found.name}", alt=found.title)


def draw_columns(answer: Answer, name: str, rows: Sequence[Cells], columns: Sequence[str]) -> None:
    """Some columns of a table of an answer, as it writes them."""
    found = table_of(answer, name)
    if found is None:
        return
    heads = {column.name: column.label for column in found.columns}
    shown = [[cells[column].text for column in columns] for cells in rows]
    draw_table([heads[column] for column in columns], shown, found.title, name)


def _draw_choice(scene: Scene, answer: Answer, rows: Sequence[Cells], period: Period) -> None:
    """The theme or subject that is looked at closely."""
    language = scene.language
    options: dict[tuple[Level, str], str] = {}
    for cells in rows:
        options["theme", str(cells["theme"].value)] = f"{_title(cells)} · {cells['comments'].text}"
    for cells in cells_of(answer, "families"):
        name = label("voice_family", language, name=_title(cells))
        options["family", str(cells["theme"].value)] = f"{name} · {cells['comments'].text}"
    st.subheader(label("voice_closer", language), anchor=False)
    chosen = st.selectbox(
        label("voice_choose", language), list(options), key="voice-theme", format_func=lambda option: options.get(option, ""),
    )
    if chosen is not None:
        level, code = chosen
        phrases = {str(cells["theme"].value): cells["phrases"].text for cells in rows}
        _draw_detail(scene, level, code, period, phrases.get(code, "") if level == "theme" else "")


def _draw_detail(scene: Scene, level: Level, code: str, period: Period, phrases: str) -> None:
    language = scene.language
    mood = st.segmented_control(
        label("voice_mood", language), _MOODS, key="voice-mood",
        format_func=lambda mood: wording(language).formats.title(mood, "sentiment"),
    )
    with st.spinner(label("voice_working", language)):
        found = voice.detail(scene.assistant, code, level, period, mood, scene.role, language)
    if phrases:
        st.markdown(f"**{escaped(label('voice_phrases', language))}** {escaped(phrases)}")
    if found.chart is not None:
        draw_spec(scene, found.chart, "voice-trend")
    if level == "family":
        _draw_parts(scene, rows_of(found.tables["parts"]), found.tables["parts"])
    quotes = rows_of(found.tables["quotes"])
    st.markdown(f"**{escaped(label('voice_quotes', language))}**")
    if quotes:
        draw_quotes(scene, quotes, "theme")
        st.caption(escaped(label("voice_quotes_note", language, count=len(quotes))))
    else:
        st.caption(label("voice_no_quotes", language))
    _draw_questions(scene, level, code, period)


def _draw_parts(scene: Scene, rows: Sequence[Cells], found: Table) -> None:
    heads: Mapping[str, str] = {column.name: column.label for column in found.columns}
    told = [(_title(cells), cells["comments"].text, _with_interval(scene, cells, "share", "low", "high")) for cells in rows]
    draw_table([heads["theme"], heads["comments"], heads["share"]], told, label("voice_parts", scene.language), "parts")


def _draw_questions(scene: Scene, level: Level, code: str, period: Period) -> None:
    """What more can be asked about it, answered in the chat."""
    language = scene.language
    name = wording(language).formats.label(code, level)
    questions = {
        "quotes": voice.request("feedback_quotes", language, theme=code, period=period),
        "impact": voice.request("feedback_themes", language, period=period),
        "complaints": voice.request("complaints", language, period=period),
    }
    st.caption(label("voice_ask_more", language))
    with st.container(horizontal=True, gap="small", key="voice-questions"):
        for key, asked in questions.items():
            text = label(f"voice_ask_{key}", language, theme=name)
            st.button(
                escaped(text), key=f"voice-ask-{key}", on_click=session.order, args=(Order(text, asked),), icon=":material/chat:",
                wrap=True,
            )
