"""Draws one outcome on the page: headline, restated question, chart, tables, receipt."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.shop import Shop
from assistant.answer import Answer, Language, Outcome, Receipt, Table
from assistant.answering.wording import wording
from assistant.ui.labels import escaped, label, paragraphs


def draw(outcome: Outcome, shop: Shop, key: str) -> None:
    """Any outcome; an answer with all its parts, everything else as its text."""
    if isinstance(outcome, Answer):
        draw_answer(outcome, shop, key)
    else:
        st.markdown(paragraphs(outcome.text))


def draw_answer(answer: Answer, shop: Shop, key: str) -> None:
    language = answer.request.language
    st.markdown(f"**{escaped(answer.headline)}**")
    st.caption(escaped(label("understood", language, text=answer.restated)))
    if answer.body:
        st.markdown(paragraphs(answer.body))
    for caveat in answer.caveats:
        st.info(escaped(caveat), icon="ℹ️")
    for index, chart in enumerate(answer.charts):
        st.vega_lite_chart(spec=chart, width="stretch", key=f"{key}-chart-{index}")
    for table in answer.tables:
        if table.rows:
            draw_table(table, language)
    with st.expander(label("receipt", language)):
        draw_receipt(answer.receipt, language, shop)


def draw_table(table: Table, language: Language) -> None:
    with st.expander(f"{label('table', language)}: {escaped(table.title)}", expanded=False):
        frame = pd.DataFrame(list(table.shown), columns=_distinct([column.label for column in table.columns]))
        st.dataframe(frame, hide_index=True, width="stretch")
        st.caption(label("rows_shown", language, shown=len(table.rows), total=table.total_rows))


def _distinct(names: list[str]) -> list[str]:
    """Headings made different by spaces that nobody sees: two columns may share a word."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name + "\u200b" * (seen[name] - 1))
    return out


def draw_receipt(receipt: Receipt, language: Language, shop: Shop) -> None:
    formats = wording(language, shop.settings.currency).formats
    lines = []
    if receipt.period is not None:
        lines.append((label("receipt_period", language), receipt.period_label))
    lines.append((label("receipt_rows", language), receipt.summary))
    if receipt.tokens:
        said = formats.phrase("comma").join(f"{mark.text} → {formats.label(mark.role)}" for mark in receipt.tokens)
        lines.append((label("receipt_words", language), said))
    lines.append(
        (
            label("receipt_version", language),
            f"{receipt.data_version} · {formats.date(receipt.as_of)} · {receipt.currency} · {receipt.time_zone}",
        )
    )
    for name, text in lines:
        st.markdown(f"**{escaped(name)}** {escaped(text)}")
    if receipt.definitions:
        st.markdown(f"**{escaped(label('receipt_definitions', language))}**")
        st.markdown("\n".join(f"- {escaped(term)}: {escaped(text)}" for term, text in receipt.definitions.items()))
    st.markdown(f"**{escaped(label('receipt_query', language))}**")
    st.code("\n\n".join(receipt.sql), language="sql")
