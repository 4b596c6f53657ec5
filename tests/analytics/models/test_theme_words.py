"""The concept lists and how they are found in texts: stars, neighbours, Chinese words, both languages everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.models.themes import phrases, tokens
from analytics.models.themes.concepts import ConceptError, Finder, lexicon, read
from analytics.models.themes.tokens import HAN


def counts(patterns: list[str], text: str) -> dict[str, int]:
    finder = Finder(patterns)
    row = finder.find([tokens.normalised(text)]).tocoo()
    return {finder.patterns[at]: int(times) for at, times in zip(row.col, row.data, strict=True)}


@pytest.mark.parametrize(
    ("pattern", "text", "times"),
    [
        ("late", "late, late and later", 2),
        ("deliver*", "Delivered by the delivery man", 2),
        ("deliver*", "liver", 0),
        ("customer service", "customer  SERVICE of the customer", 1),
        ("lost bag*", "they lost bags and my bags lost", 1),
        ("parcel+late", "the parcel came very late", 1),
        ("parcel+late", "late, the parcel", 1),
        ("parcel+late", "the parcel is here and I have no idea at all why it was late", 0),
        ("快递+慢", "快递真的好慢", 1),
        ("快递+慢", "快递不错，其他的我就不多说了，就是客服慢", 0),
        ("热水", "热水很热", 1),
        ("app", "这个APP不好用", 1),
        ("check-in", "Check-In was slow", 1),
    ],
)
def test_a_pattern_is_found_as_often_as_it_stands(pattern: str, text: str, times: int) -> None:
    assert counts([pattern], text).get(pattern, 0) == times


def test_a_longer_chinese_word_hides_the_shorter_one_inside_it() -> None:
    assert counts(["热水", "热水器"], "热水器坏了") == {"热水器": 1}
    assert counts(["热水", "热水器"], "热水器没有热水") == {"热水器": 1, "热水": 1}


def test_every_concept_has_names_and_words_in_both_languages() -> None:
    for concept in lexicon().concepts:
        assert set(concept.names) == {"en", "zh"}
        assert HAN.search(concept.names["zh"]), concept.id
        assert not HAN.search(concept.names["en"]), concept.id
        chinese = [bool(HAN.search(word)) for word in concept.words]
        assert any(chinese), f"{concept.id} has no Chinese word"
        assert not all(chinese), f"{concept.id} has no English word"


def test_every_pattern_can_be_found_in_a_text_that_holds_it() -> None:
    """A pattern written in a form that the finder never meets would be dead: upper case, a sign that parts words, a lone space."""
    for pattern in lexicon().patterns:
        for half in pattern.split("+"):
            words = half.replace("*", "")
            assert words, pattern
            assert " ".join(tokens.TOKEN.findall(tokens.normalised(words))) == words or HAN.search(words), pattern
            assert not HAN.search(words) or (tokens.normalised(words) == words and " " not in words), pattern


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("families: {a: {en: A, zh: 甲}}\nconcepts: {x: {family: a, en: X, words: {en: [x]}}}", "the concept x lacks zh"),
        ("families: {}\nconcepts: {x: {family: a, en: X, zh: 乙, words: {en: [x]}}}", "family a, which has no names"),
        ("families: {x: {en: A, zh: 甲}}\nconcepts: {x: {family: x, en: X, zh: 乙, words: {en: [x]}}}", "x is the id of a concept and"),
    ],
)
def test_a_wrong_list_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "list.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConceptError, match=said):
        read([file])


def test_a_concept_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.yaml"
    file.write_text("families: {a: {en: A, zh: 甲}}\nconcepts: {x: {family: a, en: X, zh: 乙, words: {en: [x]}}}", encoding="utf-8")
    with pytest.raises(ConceptError, match="x stands twice"):
        read([file, file])


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("@United  WHY https://t.co/x", "why"), ("ＡＰＰ闪退", "app闪退"), ("don’t", "don't"), (None, ""), ("mail me at a.b@c.example now", "mail me at now"),
    ],
)
def test_the_normal_form_holds_no_address_and_no_handle(raw: str | None, normal: str) -> None:
    assert tokens.normalised(raw) == normal


def test_phrases_name_what_sets_a_group_apart() -> None:
    texts = ["battery life is short", "battery life so bad", "the screen is dim", "dim screen again"]
    named = phrases.telling(texts, [[0, 1], [2, 3]])
    assert named[0]["en"][0] == "battery life"
    assert set(named[1]["en"][:2]) == {"dim", "screen"}


def test_phrases_hold_no_excluded_word() -> None:
    named = phrases.telling(["battery life is short", "battery life so bad"], [[0, 1]], frozenset({"battery"}))
    assert all("battery" not in phrase for phrase in named[0].get("en", ()))
