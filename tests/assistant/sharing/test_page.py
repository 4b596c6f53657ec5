"""The page of a shared answer needs nothing else, says all that the answer says in both languages, and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date

import pytest

from analytics.run import ResultTable
from assistant.answer import Answer
from assistant.answering import saved
from assistant.answering.saved import Saved, Source
from assistant.ask import Assistant
from assistant.lossless import BrokenRecord
from assistant.sharing import drawing, page
from tests.assistant.answering.made import NOVEMBER, computed, request
from tests.assistant.kept import SHOP, answered, greeting
from tests.assistant.sharing.pages import Parsed
from tests.conftest import TinyShop

HOSTILE = "<script>alert('data')</script>\"'><img src=http://evil.example/x onerror=alert(1)>\x00\x08{{ 7*7 }}"
QUESTION = "<img src=x onerror=alert('question')> best sellers</title></style><script>"
SALES = """
    order_id | customer_id | ordered_at       | status    | product_id | quantity | unit_price
    1        | ann         | 2026-10-02 10:00 | completed | p1         | 2        | 5.00
    2        | bob         | 2026-11-05 11:00 | completed | p2         | 1        | 10.00
"""
PRODUCTS = f"product_id | name | category\np1 | {HOSTILE} | tea\np2 | mug | {HOSTILE}"
TAGS = {
    "html", "head", "meta", "style", "title", "body", "main", "input", "div", "label", "article", "p", "h1", "h2", "h3", "figure", "ul",
    "li", "br", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "pre", "footer", "section", "svg", "g", "path", "text", "rect",
    "line", "defs", "lineargradient", "stop", "clippath",
}


@pytest.fixture
def hostile(tiny_shop: TinyShop) -> Saved:
    """An answer whose question and data try to become markup."""
    shop, engine = tiny_shop({"sales": SALES, "products": PRODUCTS}, company=HOSTILE)
    return Saved.of(answered(shop, engine, "top_products", QUESTION), shop)


def test_hostile_questions_and_data_are_text_and_nothing_else(hostile: Saved) -> None:
    read = Parsed(page.page(hostile, with_sql=True))
    assert read.problems == []
    assert set(read.tags) <= TAGS
    assert {"figure", "svg", "td", "pre"} <= set(read.tags)
    assert [name for _, name, _ in read.attributes if name.startswith("on") or name in ("src", "href", "style", "action", "srcset")] == []
    assert f"Question: {QUESTION}" in read.texts["p"]
    assert any("<script>alert('data')</script>" in cell and "{{ 7*7 }}" in cell for cell in read.texts["td"])
    assert any("<script>alert('data')" in label for label in read.texts["text"])


def test_the_page_refers_to_no_resource_and_allows_none(hostile: Saved) -> None:
    source = page.page(hostile, with_sql=True)
    read = Parsed(source)
    assert [value for _, _, value in read.attributes if re.search(r"[a-z]+:\s*//|javascript:|data:", value)] == []
    style = read.text("style")
    assert not re.search(r"url\(|@import|://", style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy == page.policy()
    assert read.values("http-equiv") == ["Content-Security-Policy"]
    assert {policy, "noindex, nofollow, noarchive", "no-referrer", "width=device-width, initial-scale=1"} <= set(read.values("content"))


@pytest.mark.parametrize(
    "question", ["how is the business doing this quarter", "customers in York who spent over 100 and have not bought for 90 days", "看一下各批客户的留存热力图"]
)
def test_the_page_says_all_that_the_answer_says_in_both_languages(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert isinstance(answer, Answer)
    kept = Saved.of(answer, assistant.shop)
    read = Parsed(page.page(kept, with_sql=False))
    assert read.problems == []
    said = {tag: set(texts) for tag, texts in read.texts.items()}
    lines = said["p"] | said.get("li", set())
    for language in ("en", "zh"):
        told = saved.shown(kept, language)
        assert isinstance(told, Answer)
        assert told.headline in said["h1"]
        assert any(told.restated in line for line in lines)
        assert {line.removeprefix("- ") for line in told.body.splitlines() if line} <= lines
        assert set(told.caveats) <= lines
        for table in told.tables:
            if table.rows:
                assert {column.label for column in table.columns} <= said["th"]
                assert {cell for row in table.shown[: page.ROWS] for cell in row if cell} <= said["td"]
        assert told.receipt.period_label in said["dd"] | {""}
        assert told.receipt.summary in said["dd"]
        assert all(any(f"{term}" in line and text in line for line in said["li"]) for term, text in told.receipt.definitions.items())
    assert read.tags.count("figure") == 2 * len(answer.charts)
    assert len(set(read.values("id"))) == len(read.values("id"))
    assert any(answer.receipt.data_version in line for line in said["dd"])


def test_the_language_of_the_question_is_shown_first_and_the_other_is_one_choice_away() -> None:
    for language, other in (("en", "zh"), ("zh", "en")):
        read = Parsed(page.page(replace(greeting(), request=replace(greeting().request, language=language)), with_sql=False))
        codes = {"en": "en", "zh": "zh-CN"}
        assert read.values("lang")[0] == codes[language]
        choices = [value for tag, name, value in read.attributes if tag == "input" and name == "id"]
        assert choices == [f"show-{language}", f"show-{other}"]
        assert [tag for tag, name, _ in read.attributes if name == "checked"] == ["input"]
        assert read.attributes.index(("input", "checked", "")) < read.attributes.index(("input", "id", f"show-{other}"))
        assert read.values("for") == choices
    assert read.texts["label"] == ["中文", "English"]
    assert len(read.texts["h1"]) == 2


def test_the_as_of_date_and_that_the_data_may_have_changed_stand_on_it_in_both_languages() -> None:
    read = Parsed(page.page(greeting(), with_sql=False, shared_on=date(2026, 11, 18)))
    english, chinese = read.texts["footer"]
    assert english == "Data as of 17 November 2026. This page does not update: the data may have changed since. Shared on 18 November 2026."
    assert chinese == "数据截至2026年11月17日。本页不会自动更新，此后数据可能已有变化。 分享于2026年11月18日。"


def test_the_receipt_names_period_filters_and_rows_left_out(assistant: Assistant) -> None:
    answer = assistant.ask("how much revenue did we make in Leeds in March")
    read = Parsed(page.page(Saved.of(answer, assistant.shop), with_sql=False))  # type: ignore[arg-type]
    receipt = dict(zip(read.texts["dt"], [text for text in read.texts["dd"] if text.strip()], strict=False))
    assert receipt["Period"] == "1–31 March 2026"
    assert "Leeds" in receipt["Filters"]
    assert "used; left out:" in receipt["Rows"]
    assert "筛选条件" in receipt


def test_sql_stands_on_it_only_for_those_who_may_see_it(hostile: Saved) -> None:
    assert "SELECT" in Parsed(page.page(hostile, with_sql=True)).text("pre")
    source = page.page(hostile, with_sql=False)
    assert "SELECT" not in source
    assert "pre" not in Parsed(source).tags


def test_a_long_table_is_cut_and_says_of_how_many(assistant: Assistant) -> None:
    answer = assistant.ask("who are our best ten customers")
    assert isinstance(answer, Answer)
    assert answer.computed is not None
    kept = Saved.of(answer, assistant.shop)
    name, table = next(iter(answer.computed.tables.items()))
    many = ResultTable(table.columns, (table.rows * 1_000)[: page.ROWS + 1], 4_321)
    longer = replace(kept, computed=replace(answer.computed, tables={name: many}))
    read = Parsed(page.page(longer, with_sql=False))
    assert f"First {page.ROWS} of 4,321 rows" in read.texts["p"]
    assert f"共4,321行，显示前{page.ROWS}行" in read.texts["p"]
    assert read.tags.count("tr") == 2 * (page.ROWS + 1)


def test_a_whole_table_says_how_many_rows_it_has(hostile: Saved) -> None:
    assert {"2 rows", "共2行"} <= set(Parsed(page.page(hostile, with_sql=False)).texts["p"])


def test_a_chart_that_cannot_be_drawn_is_named(hostile: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "svg", lambda chart, prefix: None)
    read = Parsed(page.page(hostile, with_sql=False))
    assert "figure" not in read.tags
    assert any(text.startswith("The chart “") and text.endswith("Its figures are in the tables.") for text in read.texts["p"])


def test_an_answer_without_table_and_chart_is_a_page_too() -> None:
    read = Parsed(page.page(greeting(), with_sql=True))
    assert read.problems == []
    assert {"figure", "table", "pre"} & set(read.tags) == set()


def test_a_lone_surrogate_does_not_break_the_page() -> None:
    assert "hello ?" in page.page(greeting("hello \ud800"), with_sql=False)


def test_an_answer_that_can_no_longer_be_worded_is_a_plain_error() -> None:
    kept = Saved(request(slots={"period": NOVEMBER}), {}, computed(facts={}), Source.of(SHOP))
    with pytest.raises(BrokenRecord):
        page.page(kept, with_sql=False)


def test_the_same_answer_is_the_same_page(hostile: Saved) -> None:
    assert page.page(hostile, with_sql=True) == page.page(hostile, with_sql=True)


@pytest.mark.parametrize("make", [page.gone, page.closed])
def test_a_page_without_an_answer_says_so_in_both_languages(make: object) -> None:
    read = Parsed(make())  # type: ignore[operator]
    assert read.problems == []
    assert read.values("lang") == ["en", "en", "zh-CN"]
    english, chinese = [text for text in read.texts["p"] if text.strip()]
    assert english.endswith(".")
    assert chinese.endswith("。")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("one", [(False, ("one",))]),
        ("one\ntwo\n\nthree", [(False, ("one", "two")), (False, ("three",))]),
        ("first:\n- a\n- b\nlast", [(False, ("first:",)), (True, ("a", "b")), (False, ("last",))]),
        ("- <b>\n\n\n-not a bullet", [(True, ("<b>",)), (False, ("-not a bullet",))]),
    ],
)
def test_paragraphs_and_bullets(text: str, found: list[tuple[bool, tuple[str, ...]]]) -> None:
    assert [(block.bullets, block.lines) for block in page.blocks(text)] == found
