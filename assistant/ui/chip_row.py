"""The row of chips below an answer's headline: each opens a menu whose options work the answer out anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from analytics.period import Period
from assistant.access import personal
from assistant.answering.chips import Chip, chips
from assistant.ui import session
from assistant.ui.labels import distinct, escaped, label
from assistant.ui.scene import Scene, Shown

_DAY = timedelta(days=1)
_HELP = {"stated": "chip_help", "assumed": "chip_help_assumed", "carried": "chip_help_carried"}


@dataclass(frozen=True)
class _Way:
    """An entry of a chip's menu; `change` is None for the one that asks for other dates."""

    text: str
    change: Mapping[str, Any] | None


def draw_chips(scene: Scene, shown: Shown) -> None:
    """The chips of an answer; a form for dates where one was asked for."""
    found = chips_of(scene, shown)
    if not found:
        return
    with st.container(horizontal=True, gap="xsmall", key=f"chips-{shown.tag}"):
        for number, chip in enumerate(found):
            _draw_chip(chip, number, shown)
    if st.session_state.get(f"dates-{shown.place}"):
        _draw_dates(scene, shown)


def chips_of(scene: Scene, shown: Shown) -> tuple[Chip, ...]:
    """The chips of an answer; values of personal fields are offered to those who may see them only."""
    intent = scene.assistant.catalogue[shown.answer.request.intent]
    state = scene.talk.entries[shown.place].state
    index = scene.assistant.reader.index

    def values(field: str) -> tuple[str, ...]:
        hidden = personal.is_personal_field(field) and not scene.role.sees_personal
        return () if hidden else index.values.get(field, ())

    return chips(shown.answer, intent, state.carried if state else frozenset(), scene.shop, values)


def _draw_chip(chip: Chip, number: int, shown: Shown) -> None:
    text = label("chip_assumed", shown.language, text=chip.text) if chip.state == "assumed" else chip.text
    ways = menu(chip, shown)
    key = f"{chip.state}-{chip.slot}-{number}-{shown.tag}"
    if not ways:
        st.badge(escaped(text), color="gray")
        return
    st.menu_button(
        escaped(text), list(range(len(ways))), key=key, format_func=[escaped(way.text) for way in ways].__getitem__,
        help=label(_HELP[chip.state], shown.language, label=chip.label), on_click=_chosen, args=(key, shown.place, ways),
        wrap=False,
    )
    if chip.state == "carried" and chip.remove is not None:
        st.button(
            "✕", key=f"taken-{key}", type="tertiary", help=label("chip_remove_what", shown.language, text=chip.text),
            on_click=session.revise, args=(shown.place, chip.remove),
        )


def menu(chip: Chip, shown: Shown) -> tuple[_Way, ...]:
    """What a chip can be changed to; the chosen option is ticked."""
    texts = distinct([f"✓ {option.text}" if option.chosen else option.text for option in chip.options])
    ways = [_Way(text, option.change) for text, option in zip(texts, chip.options, strict=True)]
    if chip.slot == "period":
        ways.append(_Way(label("custom_dates", shown.language), None))
    if chip.remove is not None:
        ways.append(_Way(label("chip_remove", shown.language), chip.remove))
    return tuple(ways)


def _chosen(key: str, place: int, ways: tuple[_Way, ...]) -> None:
    number = st.session_state.get(key)
    if number is None:
        return
    change = ways[number].change
    if change is None:
        st.session_state[f"dates-{place}"] = True
    else:
        session.revise(place, change)


def _draw_dates(scene: Scene, shown: Shown) -> None:
    shop, key = scene.shop, f"range-{shown.tag}"
    now = shown.answer.resolved.get("period")
    span = (now.start, now.last) if isinstance(now, Period) else (shop.first_day, shop.today)
    low, high = min(shop.first_day, span[0]), max(shop.today, span[1])
    with st.form(f"form-{shown.tag}", border=True):
        st.date_input(
            label("dates", shown.language), value=span, min_value=low, max_value=high, key=key, format="YYYY-MM-DD"
        )
        with st.container(horizontal=True):
            st.form_submit_button(label("apply", shown.language), type="primary", on_click=_dated, args=(key, shown.place))
            st.form_submit_button(label("cancel", shown.language), on_click=_undated, args=(shown.place,))
        if st.session_state.pop("two_dates", False):
            st.caption(label("two_dates", shown.language))


def _dated(key: str, place: int) -> None:
    period = between(st.session_state.get(key))
    if period is None:
        st.session_state.two_dates = True
    else:
        session.revise(place, {"period": period})


def between(days: Any) -> Period | None:
    """The period from a first to a last day; None where one of them is missing."""
    if not isinstance(days, tuple | list) or len(days) != 2 or not all(isinstance(day, date) for day in days):
        return None
    return Period(days[0], days[1] + _DAY)


def _undated(place: int) -> None:
    st.session_state.pop(f"dates-{place}", None)
