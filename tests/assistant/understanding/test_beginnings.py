"""Sorted beginnings of words find what looking at every text in turn finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.understanding.beginnings import PART, Beginnings

_ALL = 1_000
_TEXTS = st.lists(st.text("ab c上海", max_size=6), max_size=8)


def scanned(texts: list[str], prefix: str) -> tuple[set[int], set[int]]:
    """The texts that begin with the prefix, and those in which a later word does."""
    heads, inner = set(), set()
    for number, text in enumerate(texts):
        for match in re.finditer(r"[上海]|(?<![abc])[abc]", text):
            if text.startswith(prefix, match.start()):
                (inner if match.start() else heads).add(number)
    return heads, inner


@settings(deadline=None, max_examples=60)
@given(_TEXTS, st.text("ab c上海", min_size=1, max_size=3))
def test_nothing_is_missed_and_nothing_else_is_found(texts: list[str], prefix: str) -> None:
    index = Beginnings(texts)
    assert (set(index.heads(prefix, _ALL)), set(index.inner(prefix, _ALL))) == scanned(texts, prefix)


def test_shorter_texts_come_first_and_only_so_many() -> None:
    index = Beginnings(["teapot", "tea bag", "tea", "green tea", "sea"])
    assert [index.text(number) for number in index.heads("tea", 9)] == ["tea", "tea bag", "teapot"]
    assert [index.text(number) for number in index.heads("tea", 1)] == ["tea"]
    assert [index.text(number) for number in index.inner("tea", 9)] == ["green tea"]
    assert index.next_letters("tea") == f"{PART} p"
    assert index.next_letters("x") == ""


def test_texts_that_differ_behind_what_is_sorted_by_are_told_apart() -> None:
    long = "a" * 40
    index = Beginnings([f"{long} two", f"{long} one"])
    assert index.heads(f"{long} o", 9) == [1]


def test_characters_beyond_the_basic_plane_and_beyond_one_chunk_have_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.understanding.beginnings._AT_ONCE", 4)
    index = Beginnings(["𠮷野家 tea", "😀 mug", "abcdefgh mug"])
    assert index.heads("𠮷", 9) == [0]
    assert index.inner("tea", 9) == [0]
    assert index.inner("mug", 9) == [1, 2]
    assert index.inner("e", 9) == []


def test_no_texts_and_no_prefix_find_nothing() -> None:
    assert Beginnings([]).heads("a", 9) == []
    assert Beginnings([]).next_letters("a") == ""
    assert Beginnings(["a", ""]).heads("", 9) == []


def test_a_text_with_the_separator_is_refused() -> None:
    with pytest.raises(ValueError, match="separates"):
        Beginnings([f"a{PART}b"])
