"""Part of the data page: how clean the data are. Also draws the report of a load and of its rehearsal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from analytics.governance import data_quality
from analytics.ingest.rules import FIGURES
from analytics.schema import QUALITY
from analytics.store import Check
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering.formats import Formats
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui.labels import escaped, label
from assistant.ui.pages.cells import sample_columns, table, visible

#: Rules that say how much there is and not that something is wrong with it.
_NO_FINDING = frozenset({"rows", *(figure.rule for figure in FIGURES)})
#: What was done, the gravest first.
_GRAVITY = ("set_aside", "left_out", "repaired", "kept")


def loaded(assistant: Assistant, language: Language, access: Role) -> None:
    """The checks that the loaded data pass or fail, and what the load did to its files."""
    shop = assistant.shop
    formats = wording(language, shop.settings.currency).formats
    found = assistant.engine.run(data_quality(shop), key=("data page", shop.version, shop.today, "quality"))
    rows = found.tables["checks"].records()
    failed = [row for row in rows if not row["passed"]]
    st.markdown(escaped(label("quality_passed", language, passed=len(rows) - len(failed), total=len(rows))))
    if failed:
        _checks(failed, language, formats)
    with st.expander(label("quality_all_checks", language, total=len(rows))):
        _checks(rows, language, formats)
    st.subheader(label("quality_load_did", language))
    if not shop.has(QUALITY.name):
        st.caption(label("quality_no_report", language))
        return
    report(_stored(assistant), language, access, "stored", formats)


def _checks(rows: Sequence[dict[str, Any]], language: Language, formats: Formats) -> None:
    heads = ("quality_head_check", "quality_head_rows", "quality_head_share", "quality_head_usual")
    cells = [
        (
            formats.title(row["check"], "check"), _of(row["broken"], row["total"], language, formats),
            formats.percent(row["share"]), formats.percent(row["allowed"]),
        )
        for row in rows
    ]
    table([label(head, language) for head in heads], cells, label("quality_head_check", language))


def _stored(assistant: Assistant) -> tuple[Check, ...]:
    """The quality report that stands in the data set."""
    kept = assistant.shop.table(QUALITY.name)
    rows = assistant.engine.rows(kept.order_by("position").select("table_name", "rule", "action", "rows", "total", "sample"))
    return tuple(
        Check(name, rule, action, count, total, tuple(json.loads(sample or "[]")))
        for name, rule, action, count, total, sample in rows
    )


def report(checks: Sequence[Check], language: Language, access: Role, key: str, formats: Formats) -> None:
    """What a load did or would do: each rule that touched rows, and the rows that it touched, chosen from a menu."""
    found = [check for check in checks if check.rows and check.rule not in _NO_FINDING]
    found.sort(key=lambda check: _GRAVITY.index(check.action))
    if not found:
        st.success(label("quality_nothing", language))
        return
    heads = ("quality_head_table", "quality_head_rule", "quality_head_done", "quality_head_rows")
    rows = [
        (
            formats.title(check.table, "table"), formats.title(check.rule, "rule"), formats.title(check.action, "action"),
            _of(check.rows, check.total, language, formats),
        )
        for check in found
    ]
    table([label(head, language) for head in heads], rows, label("quality_load_did", language))
    _samples([check for check in found if check.sample], language, access, key, formats)


def _of(rows: object, total: object, language: Language, formats: Formats) -> str:
    return label("quality_of", language, rows=formats.count(rows), total=formats.count(total))


def _samples(found: Sequence[Check], language: Language, access: Role, key: str, formats: Formats) -> None:
    if not found:
        return

    def named(place: int) -> str:
        check = found[place]
        return f"{formats.title(check.table, 'table')} · {formats.label(check.rule, 'rule')}"

    with st.expander(label("quality_samples", language)):
        place = st.selectbox(
            label("quality_choose_rule", language), range(len(found)), format_func=named, key=f"quality-sample-{key}"
        )
        check = found[place]
        columns = sample_columns(check.sample)
        rows = [[visible(check.table, name, row.get(name), access) for name in columns] for row in check.sample]
        table(columns, rows, named(place))
        st.caption(escaped(label("quality_sample_note", language, shown=len(rows), total=formats.count(check.rows))))
        if not access.sees_personal:
            st.caption(label("quality_masked", language))


