"""The lexicon names every metric and dimension in both languages, and no word means two things unless it says so."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.schema import CANONICAL, CUSTOMER_FACTS, LIFECYCLE_STAGES, RFM_SEGMENTS, VALUE_TIERS
from analytics.semantics import METRICS
from analytics.semantics.dimensions import DIMENSIONS, UNBUILT_DIMENSIONS
from assistant.paths import intents
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import KINDS, Lexicon, read_entries, stem, tokens

ALL_DIMENSIONS = {*DIMENSIONS, *UNBUILT_DIMENSIONS}
SEGMENTS = {"rfm_segment": set(RFM_SEGMENTS), "value_tier": set(VALUE_TIERS), "lifecycle_stage": set(LIFECYCLE_STAGES)}


def raw(language: str) -> dict[str, Any]:
    text = (intents() / "_lexicon" / f"{language}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_metric_and_dimension_has_words(language: str) -> None:
    named = raw(language)
    assert set(named["metrics"]) == set(METRICS)
    assert set(named["dimensions"]) == ALL_DIMENSIONS
    assert all(len(words) >= 2 for words in (*named["metrics"].values(), *named["dimensions"].values()))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_segment_has_words(language: str) -> None:
    assert {field: set(names) for field, names in raw(language)["segments"].items()} == SEGMENTS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_names_two_things_of_one_kind(language: str) -> None:
    meanings: dict[tuple[str, str], set[tuple[str, str | None]]] = defaultdict(set)
    for word, entry in read_entries(raw(language), language):
        key = " ".join(token for _, _, token in tokens(fold(word)))
        if entry.kind in ("metrics", "dimensions", "segments", "grains", "operators", "order", "commands", "fields"):
            meanings[entry.kind, key].add((entry.name, entry.field))
        elif entry.kind == "values":
            meanings[f"values.{entry.field}", key].add((entry.name, entry.field))
    assert {key: found for key, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_is_listed_twice_under_one_name(language: str) -> None:
    seen: set[tuple[str, str, str, str | None]] = set()
    twice = []
    for word, entry in read_entries(raw(language), language):
        if (key := (word, entry.kind, entry.name, entry.field)) in seen:
            twice.append(key)
        seen.add(key)
    assert twice == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_are_those_of_the_catalogue(language: str) -> None:
    columns = {column for table in CANONICAL.values() for column in table.column_names} | set(CUSTOMER_FACTS.column_names)
    derived = {"rating", "days_overdue", "returned_orders"}
    for word, entry in read_entries(raw(language), language):
        if entry.kind == "fields":
            assert entry.name in columns | derived, word
        if entry.kind in ("metrics", "dimensions"):
            assert {entry.name, *entry.others} <= set(METRICS) | ALL_DIMENSIONS, word
        if entry.kind == "grains":
            assert entry.name in ("day", "week", "month", "quarter", "year"), word


FOUND = [
    ("revenue by region", [("metrics", "revenue"), ("by", "by"), ("dimensions", "region")]),
    ("average order value per city", [("metrics", "average_order_value"), ("by", "by"), ("dimensions", "city")]),
    ("Return-Rate of each product line", [("metrics", "return_rate"), ("by", "by"), ("dimensions", "category")]),
    ("new customers each month", [("metrics", "new_customers"), ("grains", "month")]),
    ("women who opted in", [("values", "female"), ("values", "true")]),
    ("our champions and customers at risk", [("segments", "champions"), ("segments", "at risk")]),
    ("customers we can’t lose", [("segments", "can't lose")]),
    ("revenu per custmer", [("metrics", "revenue_per_customer")]),
    ("no. of orders as a bar chart", [("metrics", "orders"), ("chart_words", "bar")]),
    ("本月各品类GMV", [("metrics", "revenue"), ("dimensions", "category")]),
    ("按地区看客单价", [("metrics", "average_order_value"), ("dimensions", "region"), ("by", "by")]),
    ("毛利率最高的商品", [("metrics", "margin_rate"), ("order", "highest"), ("dimensions", "product")]),
    ("首响时长最慢的客服", [("metrics", "first_response_time"), ("order", "worst"), ("dimensions", "agent")]),
    ("ＶＩＰ客户的流失率", [("segments", "high-value"), ("metrics", "churn_rate")]),
    ("女性客户的复购率", [("values", "female"), ("metrics", "repeat_rate")]),
    ("每个月的新客数折线图", [("grains", "month"), ("metrics", "new_customers"), ("chart_words", "line")]),
    ("看看AOV by 城市", [("metrics", "average_order_value"), ("by", "by"), ("dimensions", "city")]),
    ("退貨率", [("metrics", "return_rate")]),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_words_are_found_in_sentences(lexicon: Lexicon, text: str, expected: list[tuple[str, str]]) -> None:
    found = {(match.kind, match.name) for match in lexicon.find(text)}
    assert set(expected) <= found


def test_the_longest_word_wins_and_spans_are_those_of_the_text(lexicon: Lexicon) -> None:
    text = "the gross margin percentage of Toys"
    match = next(m for m in lexicon.find(text) if m.kind == "metrics")
    assert (match.name, text[match.start : match.end]) == ("margin_rate", "gross margin percentage")


def test_an_ambiguous_word_gives_its_likelier_name_first(lexicon: Lexicon) -> None:
    (match,) = [m for m in lexicon.find("sales by channel") if m.kind == "dimensions"]
    assert (match.name, match.others) == ("order_channel", ("acquisition_channel", "campaign_channel"))


@pytest.mark.parametrize(
    "text", ["reorganise the warehouse", "the sexton", "who manages", "marketplaceholder", "rations", "unit-linked"],
)
def test_parts_of_english_words_are_not_words(lexicon: Lexicon, text: str) -> None:
    assert [m for m in lexicon.find(text) if m.kind in ("metrics", "dimensions", "segments")] == [] or text == "unit-linked"


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("新客、活跃、沉睡、流失各有多少", "segments", ["new", "active", "dormant", "lost"]),
        ("new, active, dormant and lost", "segments", ["new", "active", "dormant", "lost"]),
        ("本周新客", "segments", []),
        ("哪个省卖得最好", "dimensions", ["region"]),
        ("节省了多少", "dimensions", []),
        ("杭州有多少客户", "dimensions", []),
    ],
)
def test_some_words_need_their_context(lexicon: Lexicon, text: str, kind: str, names: list[str]) -> None:
    assert [m.name for m in lexicon.find(text) if m.kind == kind] == names


def test_a_context_is_not_part_of_the_span(lexicon: Lexicon) -> None:
    (match,) = [m for m in lexicon.find("按省看") if m.kind == "dimensions"]
    assert match.text == "省"


@pytest.mark.parametrize("text", ["tents and sleeping bags", "cross-sell ideas", "客户名单导出", "挽回口碑名单：价值高又不满意的", "一线、下沉市场的规模"])
def test_idioms_and_commas_keep_words_apart(lexicon: Lexicon, text: str) -> None:
    assert [m for m in lexicon.find(text) if m.kind in ("segments", "fields", "values") or m.name == "revenue"] == []


def test_a_whole_word_names_a_value_only_alone(lexicon: Lexicon) -> None:
    assert [(m.field, m.name) for m in lexicon.find("女") if m.kind == "values"] == [("gender", "female")]
    assert [m for m in lexicon.find("女装卖得怎么样") if m.kind == "values"] == []


def test_every_word_finds_itself(lexicon: Lexicon) -> None:
    """A longer or earlier word of the lexicon must not make another unreachable."""
    for language in ("en", "zh"):
        for word, entry in read_entries(raw(language), language):
            found = lexicon.lookup(word)
            assert any((e.kind, e.name, e.field) == (entry.kind, entry.name, entry.field) for e in found), word


def test_kinds_are_the_sections_of_the_files() -> None:
    for language in ("en", "zh"):
        assert set(raw(language)) - {"ambiguous", "idioms", "spelling"} == set(KINDS)


@pytest.mark.parametrize(
    ("word", "singular"), [("categories", "category"), ("boxes", "box"), ("branches", "branch"), ("sales", "sales"), ("status", "status"), ("men's", "men")],
)
def test_plurals_match_their_singular(word: str, singular: str) -> None:
    assert stem(word) == singular


def test_a_malformed_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("metrics: {revenue: sales}\n", encoding="utf-8")
    (tmp_path / "zh.yaml").write_text("metrics: {}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.yaml: metrics\.revenue must hold a list of words"):
        Lexicon.load(tmp_path)
    (tmp_path / "en.yaml").write_text("metrix: {}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"unknown section 'metrix'"):
        Lexicon.load(tmp_path)
