"""Parts of the data page: what is loaded and how fresh it is, and what the tables that are not loaded would unlock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from analytics.governance import data_overview
from analytics.governance.contents import STEADY
from analytics.run import ResultTable
from analytics.schema import CANONICAL
from assistant import offers
from assistant.access.roles import Role
from assistant.answer import Language
from assistant.answering.formats import Formats
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui.labels import escaped, label
from assistant.ui.pages.cells import table

#: Older than this, data are called old, in days.
_OLD_AFTER = 14


def summary(assistant: Assistant, language: Language) -> None:
    """One line each on the company, the age of the data, the version and the settings."""
    shop, formats = assistant.shop, _formats(assistant, language)
    days = max((datetime.now(UTC).date() - shop.as_of).days, 0)
    name = shop.settings.company or label("data_company_none", language)
    line = label("data_summary", language, company=name, first=formats.date(shop.first_day), as_of=formats.date(shop.as_of))
    age = label("data_age_today" if days == 0 else "data_age", language, days=formats.days(days))
    st.markdown(escaped(line if days > _OLD_AFTER else line + age))
    st.caption(f"{escaped(_version_line(assistant, language, formats))}  \n{escaped(settings_line(assistant, language))}")
    if days > _OLD_AFTER:
        st.info(escaped(label("data_old", language, days=formats.days(days))), icon=":material/history:")


def _version_line(assistant: Assistant, language: Language, formats: Formats) -> str:
    shop = assistant.shop
    when = moment(shop.loaded_at, shop.settings.time_zone, formats)
    return label("data_version_line", language, version=shop.version, when=when)


def settings_line(assistant: Assistant, language: Language) -> str:
    """The settings of the data set in a line."""
    settings, formats = assistant.shop.settings, _formats(assistant, language)
    return label(
        "data_settings_line", language, currency=settings.currency, time_zone=settings.time_zone,
        week=formats.value(settings.week_start, "weekday"), month=formats.month_name(settings.fiscal_year_start),
    )


def moment(stamp: str, zone: str, formats: Formats) -> str:
    """A UTC stamp in the company's time."""
    try:
        local = datetime.fromisoformat(stamp.replace("Z", "+00:00")).astimezone(ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return stamp
    return formats.phrase("time", day=formats.date(local.date()), time=f"{local:%H:%M}")


def loaded(assistant: Assistant, language: Language, access: Role) -> None:
    """Each loaded table with its rows, its first and last day, and how well its columns are filled."""
    shop, formats = assistant.shop, _formats(assistant, language)
    found = assistant.engine.run(data_overview(shop), key=("data page", shop.version, shop.today, "overview"))
    heads = ("data_head_table", "data_head_rows", "data_head_first", "data_head_last", "data_head_behind")
    rows = [
        (
            formats.title(row["table"], "table"), formats.count(row["row_count"]), _day(row["first_date"], formats),
            _day(row["last_date"], formats), formats.days(row["days_behind"]) if _is_behind(row) else "–",
        )
        for row in found.tables["tables"].records()
    ]
    table([label(head, language) for head in heads], rows, label("data_contents", language))
    st.caption(label("data_behind_note", language))
    _columns(found.tables["columns"], language, formats)


def _is_behind(row: Mapping[str, Any]) -> bool:
    """Only of a table to which something is added all the time can be said that it is behind."""
    return row["table"] in STEADY and bool(row["days_behind"])


def _day(value: date | None, formats: Formats) -> str:
    return formats.date(value) if value is not None else "–"


def _columns(found: ResultTable, language: Language, formats: Formats) -> None:
    records = found.records()
    names = list(dict.fromkeys(row["table"] for row in records))
    with st.expander(label("data_columns", language)):
        chosen = st.selectbox(
            label("data_head_table", language), names, format_func=lambda name: formats.title(name, "table"), key="data-columns"
        )
        rows = [
            (row["column"], formats.title(row["column"]), formats.count(row["filled"]), formats.percent(row["share"]))
            for row in records if row["table"] == chosen
        ]
        heads = ("data_head_column", "data_head_meaning", "data_head_filled", "data_head_share")
        table([label(head, language) for head in heads], rows, label("data_columns", language))


def missing(assistant: Assistant, language: Language, access: Role) -> None:
    """Every table that is not loaded: what it would unlock, and the columns that it has."""
    formats = _formats(assistant, language)
    found = offers.unlocks(assistant.catalogue, assistant.shop)
    if not found:
        st.success(label("data_nothing_missing", language))
        return
    st.markdown(escaped(label("data_missing_intro", language, count=len(found))))
    for item in found:
        with st.expander(f"**{escaped(formats.title(item.table, 'table'))}** · {escaped(_gist(item, formats))}"):
            _unlocked(item, language, formats)


def _gist(item: offers.Unlocks, formats: Formats) -> str:
    return formats.label(f"unlocks_{item.table}", "table")


def _unlocked(item: offers.Unlocks, language: Language, formats: Formats) -> None:
    if item.intents:
        titles = formats.listing([intent.title[language] for intent in item.intents])
        st.markdown(f"**{label('data_unlocks_questions', language)}** {escaped(titles)}")
    if item.metrics:
        names = formats.listing([formats.label(name) for name in item.metrics])
        st.markdown(f"**{label('data_unlocks_metrics', language)}** {escaped(names)}")
    rows = [
        (column.name, formats.title(column.name), label("data_needed", language) if column.required else "")
        for column in CANONICAL[item.table].columns
    ]
    heads = ("data_head_column", "data_head_meaning", "data_head_needed")
    table([label(head, language) for head in heads], rows, formats.title(item.table, "table"))
    st.caption(escaped(label("data_file_named", language, file=f"{item.table}.csv")))


def _formats(assistant: Assistant, language: Language) -> Formats:
    return wording(language, assistant.shop.settings.currency).formats
