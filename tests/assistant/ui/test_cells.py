"""Cells of the data page: values letter by letter, and only what a role may see."""

from __future__ import annotations

import pytest

from assistant.access.personal import STARS
from assistant.access.roles import ROLES
from assistant.ui.pages.cells import letters, sample_columns, shown, visible

OWNER, MANAGER = ROLES["owner"], ROLES["manager"]


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "**bold**", "[x](y)", "$x$", ":red[x]", "1. a", "- a", "# a"])
def test_every_sign_that_could_be_markup_is_escaped(value: str) -> None:
    text = shown(value)
    assert text.replace("\\", "") == value
    assert all(text[place - 1] == "\\" for place, sign in enumerate(text) if not sign.isalnum() and sign not in " \\")


@pytest.mark.parametrize("value", ["http://evil.example", "www.evil.example", "ann@evil.example", "HTTPS://EVIL.example"])
def test_no_address_becomes_a_link(value: str) -> None:
    assert "\u2060" in letters(value)
    assert letters(value).replace("\u2060", "").replace("\\", "") == value


def test_a_value_stands_on_one_line_and_is_cut_where_it_is_long() -> None:
    assert shown("a\n\x00b\u202ec") == "a b c"
    assert shown("x" * 500) == "x" * 119 + "…"
    assert (shown(None), shown(0)) == ("", "0")


@pytest.mark.parametrize(
    ("table", "column", "value", "seen"),
    [
        ("customers", "name", "Jane Roe", "J*** R***"), ("products", "name", "Mug", "Mug"),
        ("order_lines", "customers__email", "jane@x.com", "j***@***"), ("orders", "city", "York", "York"),
        ("order_lines", "Notes of Jane", "call Jane", STARS), ("orders", "line", "A1;Jane", STARS), ("customers", "income", 31000, STARS),
        ("orders", "customer_id", "jane@x.com", "j***@***"), ("orders", "customer_id", "C-1042", "C-1042"),
        ("orders", "customer_id", "Jane Roe", "J*** R***"), ("order_lines", "encoding", "gb18030", "gb18030"),
        ("orders", "name", None, None),
    ],
)
def test_without_the_right_to_personal_details_only_what_holds_none_is_shown(table: str, column: str, value: object, seen: object) -> None:
    assert visible(table, column, value, MANAGER) == seen
    assert visible(table, column, value, OWNER) == value


def test_a_sample_shows_the_columns_in_which_something_stands() -> None:
    assert sample_columns([{"a": 1, "b": None}, {"a": 2, "b": None, "c": 3}]) == ["a", "c"]
    assert sample_columns([]) == []
