"""Masked answers: no name, address or number of a customer anywhere in them, and everything in them still agrees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.finding import Filter
from analytics.run import ResultTable
from analytics.schema import PERSONAL
from assistant.access import masking, personal
from assistant.access.masking import Parts
from assistant.access.roles import OWNER, ROLES, VISITOR, Role
from assistant.answer import Answer, Mark, NoData, Outcome
from assistant.answering import saved
from assistant.ask import Assistant
from tests.assistant.answering import made
from tests.assistant.questions import CASES

MANAGER, ANALYST, SUPPORT = ROLES["manager"], ROLES["analyst"], ROLES["support"]
PEOPLE = ("top_customers", "customer_profile", "customer_list", "churn_risk", "segment_value_tiers")
#: Every intent in one language, those about people in both.
ASKED = [case for place, case in enumerate(CASES) if case[0] in PEOPLE or place % 4 in (0, 3)]


@pytest.fixture(scope="module")
def names(assistant: Assistant) -> frozenset[str]:
    """The names of all customers of the demo company, in lower case."""
    found = assistant.engine.bound("SELECT DISTINCT lower(name) FROM customer_facts WHERE name IS NOT NULL", [])
    return frozenset(str(row[0]) for row in found)


def said(outcome: Outcome) -> str:
    return json.dumps(outcome.to_json(), ensure_ascii=False).lower()


def named(outcome: Outcome, names: frozenset[str]) -> list[str]:
    text = said(outcome)
    return [name for name in names if name in text]


def untimed(outcome: Outcome) -> dict[str, Any]:
    return {key: value for key, value in outcome.to_json().items() if key != "timing_ms"}


# whole answers


@pytest.mark.parametrize(("intent", "language", "question"), ASKED)
def test_a_masked_answer_names_no_customer_anywhere(
    assistant: Assistant, names: frozenset[str], intent: str, language: str, question: str
) -> None:
    answer = assistant.ask(question, role=MANAGER)
    assert isinstance(answer, Answer)
    assert named(answer, names) == []
    assert answer.receipt.sql == ()
    if intent in PEOPLE:
        assert len(named(assistant.ask(question), names)) > 0
        assert any("masked" in caveat or "脱敏" in caveat for caveat in answer.caveats)


def test_text_table_and_chart_of_a_masked_answer_agree(assistant: Assistant) -> None:
    seen, masked = (assistant.ask("who are our best three customers", role=role) for role in (OWNER, MANAGER))
    assert isinstance(seen, Answer)
    assert isinstance(masked, Answer)
    first = str(seen.facts["name"])
    hidden = personal.name(first)
    assert first in seen.headline
    assert hidden in masked.headline
    (table,), (open_table,) = masked.tables, seen.tables
    names = [column.name for column in table.columns]
    assert table.rows[0][names.index("name")] == hidden
    assert [row[names.index("customer_id")] for row in table.rows] == [row[names.index("customer_id")] for row in open_table.rows]
    assert masked.charts == seen.charts
    assert masked.follow_ups == seen.follow_ups


def test_for_the_local_owner_nothing_changes(assistant: Assistant) -> None:
    plain, owner = assistant.ask("tell me about customer 1042"), assistant.ask("tell me about customer 1042", role=OWNER)
    assert untimed(plain) == untimed(owner)
    assert plain.to_json()["receipt"]["sql"]
    assert masking.outcome_for(plain, None, assistant.shop) is plain


def test_an_analyst_sees_the_query_and_no_names_and_support_the_names_and_no_query(assistant: Assistant, names: frozenset[str]) -> None:
    analyst, support = (assistant.ask("tell me about customer 1042", role=role) for role in (ANALYST, SUPPORT))
    assert analyst.to_json()["receipt"]["sql"]
    assert named(analyst, names) == []
    assert support.to_json()["receipt"]["sql"] == []
    assert len(named(support, names)) == 1


def test_an_answer_revised_with_a_chip_is_masked_too(assistant: Assistant, names: frozenset[str]) -> None:
    first = assistant.ask("who are our best ten customers", role=MANAGER)
    again = assistant.revise(first.request, {"top_n": 3}, role=MANAGER).outcome
    assert isinstance(again, Answer)
    assert len(again.tables[0].rows) == 3
    assert named(again, names) == []


# picking people by what is hidden


@pytest.mark.parametrize(("question", "field"), [("tell me about {name}", "name"), ("customers with income over 50000", "income")])
def test_who_sees_no_personal_details_cannot_pick_people_by_them(
    assistant: Assistant, names: frozenset[str], question: str, field: str
) -> None:
    asked = question.format(name=name_of(assistant, "1042"))
    refused = assistant.ask(asked, role=MANAGER)
    assert isinstance(refused, NoData)
    assert (refused.code, refused.details) == ("personal_field", {"field": field})
    assert f"pick customers by {field}" in refused.text
    assert named(refused, names) == []
    assert isinstance(assistant.ask(asked, role=SUPPORT), Answer)


def test_by_number_a_customer_is_found_all_the_same(assistant: Assistant) -> None:
    assert isinstance(assistant.ask("revenue of customer 1042 this year", role=MANAGER), Answer)


def test_the_refusal_is_worded_in_chinese_as_well(assistant: Assistant) -> None:
    refused = assistant.ask("收入超过50000的客户有哪些", role=MANAGER)
    assert isinstance(refused, NoData)
    assert "脱敏" in refused.text


def name_of(assistant: Assistant, customer: str) -> str:
    return str(assistant.engine.bound("SELECT name FROM customer_facts WHERE customer_id = ?", [customer])[0][0])


# an answer that somebody else is shown


def test_a_shared_answer_is_masked_in_question_slots_and_words_recognised(assistant: Assistant, names: frozenset[str]) -> None:
    seen = assistant.ask(f"tell me about {name_of(assistant, '1042')} please", role=OWNER)
    shared = masking.outcome_for(seen, VISITOR, assistant.shop, personal.finder(assistant.engine))
    assert len(named(seen, names)) == 1
    assert named(shared, names) == []
    asked = shared.request
    assert asked.question == f"tell me about {personal.name(name_of(assistant, '1042'))} please"
    assert [asked.question[mark.start : mark.end] for mark in asked.marks] == [mark.text for mark in asked.marks]
    assert "masked" in " ".join(shared.to_json()["caveats"])


def test_a_kept_answer_can_be_masked_without_its_data_set_in_both_languages(assistant: Assistant, names: frozenset[str]) -> None:
    kept = saved.keep(assistant.ask("who are our best ten customers"), assistant.shop, ("bar",))
    shared = masking.kept_for(kept, VISITOR)
    assert isinstance(shared, saved.Saved)
    assert shared.chart_kinds == ("bar",)
    record = saved.from_json(saved.to_json(shared))
    for language in ("en", "zh"):
        answer = saved.shown(record, language)  # type: ignore[arg-type]
        assert named(answer, names) == []
        assert answer.to_json()["receipt"]["sql"] == []
    assert masking.kept_for(kept, None) is kept


def test_what_is_no_answer_is_masked_in_its_question(assistant: Assistant, names: frozenset[str]) -> None:
    refused = assistant.ask(f"tell me about {name_of(assistant, '1042')}", role=MANAGER)
    assert named(masking.outcome_for(refused, VISITOR, assistant.shop), names) == []
    assert masking.outcome_for(refused, SUPPORT, assistant.shop) is refused


# the parts


ROWS = ResultTable(
    (("customer_id", "string"), ("name", "string"), ("email", "string"), ("income", "decimal(18, 4)"), ("birth_date", "date"),
     ("text", "string"), ("product_name", "string"), ("average_income", "float64"), ("comment", "string")),
    (
        ("1", "Ana Ruiz", "ana@example.com", Decimal("52000"), date(1980, 5, 1), "I am Ana  RUIZ, write to ana@example.com", "Ana Mug", 51.5, None),
        ("2", "王芳", "", None, None, "王芳说电话是138 0013 8000，订单2026-11-17", "茶", None, "Bo Lin was kind; so was Bob Linden"),
    ), 2,
)


def parts(role: Role | None, question: str = "what does Ana Ruiz like", find: personal.NameFinder = personal.nobody, **slots: Any) -> Parts:
    found = made.computed(tables={"people": ROWS}, facts={"name": "Ana Ruiz", "text_count": 3}, sql=("SELECT 'ana ruiz'",))
    asked = replace(made.request("en", question, slots), marks=())
    return masking.for_role(Parts(asked, slots, found), role, find)


def test_each_kind_of_detail_is_hidden_in_its_own_way() -> None:
    found = parts(ANALYST).computed
    assert found is not None
    first, second = found.tables["people"].rows
    assert first == ("1", "A*** R***", "a***@***", None, None, "I am A*** R***, write to a***@***", "Ana Mug", 51.5, None)
    assert second[:6] == ("2", "王***", "***", None, None, "王***说电话是***00，订单2026-11-17")
    assert dict(found.facts) == {"name": "A*** R***", "text_count": 3}
    assert found.sql == ("SELECT 'a*** r***'",)
    assert masking.CAVEAT in found.caveats


def test_names_that_only_the_data_set_knows_are_found_in_texts() -> None:
    asked: set[str] = set()

    def find(candidates: Any) -> frozenset[str]:
        asked.update(candidates)
        return frozenset(candidates) & {"bo lin"}

    found = parts(MANAGER, find=find).computed
    assert found is not None
    assert found.tables["people"].rows[1][-1] == "B*** L*** was kind; so was Bob Linden"
    assert "bo lin" in asked


def test_a_name_in_the_question_is_hidden_although_nothing_recognised_it() -> None:
    assert parts(MANAGER).request.question == "what does A*** R*** like"
    assert parts(OWNER).request.question == "what does Ana Ruiz like"


def test_filters_by_name_are_hidden_wherever_they_are_repeated() -> None:
    by_name = (Filter("name", "contains", "Ruiz"), Filter("city", "=", "York"))
    masked = parts(VISITOR, "customers called Ruiz in York", filters=by_name)
    assert masked.request.question == "customers called R*** in York"
    assert masked.arguments["filters"] == masked.request.slots["filters"] == (Filter("name", "contains", "R***"), by_name[1])


def test_marks_still_lie_on_their_words_when_names_change_length() -> None:
    question = "revenue of Ana Ruiz in York for Ana Ruiz"
    marks = (Mark("revenue", 0, 7, "metric", "revenue"), Mark("Ana Ruiz", 11, 19, "customer", "Ana Ruiz"), Mark("York", 23, 27, "city", "York"))
    asked = replace(made.request("en", question, {"customer": "Ana Ruiz"}), marks=marks)
    masked = masking.for_role(Parts(asked, {"customer": "7"}, None), VISITOR).request
    assert masked.question == "revenue of A*** R*** in York for A*** R***"
    assert [masked.question[mark.start : mark.end] for mark in masked.marks] == ["revenue", "A*** R***", "York"]
    assert [mark.value for mark in masked.marks] == ["revenue", "A*** R***", "York"]
    assert masked.slots["customer"] == "A*** R***"


def test_nothing_is_added_to_an_answer_without_personal_details() -> None:
    found = made.computed()
    masked = masking.for_role(Parts(made.request(), {}, found), MANAGER).computed
    assert masked == replace(found, sql=())


def test_an_empty_finding_stays_empty() -> None:
    empty = made.computed(tables={"people": replace(ROWS, rows=(), total_rows=0)}, facts={"name": None})
    masked = masking.for_role(Parts(made.request(), {}, empty), ANALYST).computed
    assert masked == empty


def test_the_name_of_a_product_is_no_persons() -> None:
    found = made.computed(tables={}, facts={"name": "Moka Pot"})
    asked = replace(made.request(), intent="top_products")
    masked = masking.for_role(Parts(asked, {}, found), MANAGER).computed
    assert masked is not None
    assert masked.facts["name"] == "Moka Pot"


# single values


def test_every_personal_column_of_the_schema_has_a_way_to_be_hidden() -> None:
    assert set(personal.HOW) == PERSONAL
    assert {"name", "email", "phone", "birth_date", "income"} < PERSONAL


@pytest.mark.parametrize(
    ("column", "is_personal"),
    [
        ("name", True), ("first_name", True), ("best_customer_name", True), ("last_text", True), ("worst_quote", True), ("income", True),
        ("product_name", False), ("campaign_name", False), ("first_product_name", False), ("average_income", False),
        ("income_band", False), ("sample", False), ("nps_sample", False), ("customer_id", False), ("context", False), ("named_items", False),
    ],
)
def test_which_columns_are_personal(column: str, is_personal: bool) -> None:
    assert (personal.how(column) is not None) is is_personal


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ana Ruiz", "A*** R***"), ("王芳", "王***"), ("欧阳 娜娜", "欧*** 娜***"), ("Jean-Luc O’Neill", "J*** O***"), ("A", "***"), ("", "***"), ("  ", "***")],
)
def test_of_a_name_its_first_letters_are_left(name: str, shown: str) -> None:
    assert personal.name(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call +44 (0)20 7946 0958 now", "call ***58 now"), ("020-7946-0958", "***58"), ("13800138000", "***00"),
        ("mail a.b+c@mail.example.co.uk!", "mail a***@***!"), ("since 2026-11-17 at 10:30, 从2026-11-17起", "since 2026-11-17 at 10:30, 从2026-11-17起"),
        ("paid 1,234.50 for 12 items", "paid 1,234.50 for 12 items"), ("", ""),
    ],
)
def test_addresses_and_numbers_to_call_are_taken_out_of_texts(text: str, shown: str) -> None:
    assert personal.written(text) == shown


def test_names_are_whole_words_and_chinese_ones_need_no_spaces() -> None:
    hide = personal.without_names
    assert hide("Ann Lee met Joann Leeds and ANN\nLEE's aunt", ["ann lee"]) == "A*** L*** met Joann Leeds and A*** L***'s aunt"
    assert hide("客户王芳来了", ["王芳"]) == "客户王***来了"
    assert hide("说Ann Lee好", ["ann lee"]) == "说A*** L***好"
    assert hide("O.B. Ray and Oxbx Ray", ["o.b. ray"]) == "O*** R*** and Oxbx Ray"
    assert hide("nobody is known", []) == "nobody is known"
