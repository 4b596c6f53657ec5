"""Outcomes as records and as JSON: contract.md's keys, all of them, whatever the outcome; receipts and follow-ups that hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.period import Period
from analytics.run import Computed
from analytics.shop import Settings, Shop
from assistant import answering
from assistant.answer import Answer, Candidate, Clarify, Outcome, Request, plain
from assistant.answering import terms
from assistant.answering.compose import general_caveats, template_context
from assistant.answering.follow_ups import follow_ups
from assistant.answering.measures import Measures
from assistant.answering.wording import Wording, wording
from assistant.understanding.catalogue import Chart, FollowUp, Intent, Slot
from tests.assistant.answering.made import NOVEMBER, OCTOBER, computed, request

KEYS = {
    "id", "question", "language", "status", "intent", "confidence", "candidates", "slots", "restated", "headline", "text", "facts",
    "tables", "charts", "receipt", "caveats", "choices", "follow_ups", "reason", "timing_ms",
}
RECEIPT = {"tokens", "period", "filters", "defaults", "rows_used", "rows_left_out", "definitions", "data_version", "as_of", "sql"}
TEMPLATES = {
    "en": "Revenue was {{ facts.value | figure(units.value) }}, {{ facts.change_rate | change }} in {{ period | span }}.\n\nBest: {{ facts.best | value }}.",
    "zh": "{{ period | span }}的销售额为{{ facts.value | figure(units.value) }}，{{ facts.change_rate | change }}。\n\n最好：{{ facts.best | value }}。",
}
METRIC_VALUE = Intent(
    "metric_value", "overview", {"en": "A single figure", "zh": "单项指标"}, {"en": ("how much revenue",), "zh": ("多少销售额",)},
    {"en": {}, "zh": {}}, built=True, slots={"metric": Slot("metric"), "period": Slot("period"), "compare_to": Slot("compare_to")},
    charts=(Chart("barh", "cities", "city", ("revenue",)),),
    follow_ups=(FollowUp("definition", {"en": "what does {{ slots.metric | label }} mean", "zh": "{{ slots.metric | label }}是什么意思"}),),
)
SHOP = replace(Shop.unbound(date(2026, 11, 17)), settings=Settings(currency="GBP", time_zone="Europe/London"), version="abc123")


@pytest.fixture(autouse=True)
def templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template of metric_value, as short as can be."""
    real = Wording.render

    def render(self: Wording, name: str, **context: Any) -> str:
        if name == "overview/metric_value":
            return self.environment.from_string(TEMPLATES[self.language]).render(context)
        return real(self, name, **context)

    monkeypatch.setattr(Wording, "render", render)


def answer(language: Any = "en", found: Computed | None = None, resolved: dict[str, Any] | None = None) -> Answer:
    asked = request(language, "revenue in Leeds" if language == "en" else "Leeds的销售额")
    slots = {"metric": "revenue", "filters": asked.slots["filters"], "period": NOVEMBER, "compare_to": NOVEMBER.previous()}
    return answering.compose(asked, slots if resolved is None else resolved, METRIC_VALUE, found or computed(), SHOP)


def test_an_answer_in_json_has_every_key_of_the_contract() -> None:
    out = answer().to_json("q1", {"understand": 1.23456, "total": 9})
    assert set(out) == KEYS
    assert set(out["receipt"]) >= RECEIPT
    assert out["id"] == "q1"
    assert out["status"] == "answered"
    assert out["timing_ms"] == {"understand": 1.235, "analyse": 0.0, "word": 0.0, "total": 9.0}
    assert out["candidates"] == [{"intent": "metric_value", "confidence": 0.9123}, {"intent": "metric_trend", "confidence": 0.05}]
    assert out["slots"]["filters"] == [{"field": "city", "op": "=", "value": "Leeds"}]
    assert out["slots"]["period"] == {"text": "2026-11-01..2026-11-17", "start": "2026-11-01", "end": "2026-11-18"}
    assert out["facts"] == {"value": 1833333.3, "previous": 1_500_000.0, "change_rate": 0.2222, "best": "Leeds", "is_partial": 1}
    assert out["tables"][0]["columns"][1] == {"name": "revenue", "type": "float64", "unit": "money"}
    assert out["tables"][0]["rows"][2][0] is None
    assert json.loads(json.dumps(out, allow_nan=False)) == out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_other_outcome_has_the_same_keys(language: Any) -> None:
    asked = request(language)
    outcomes: list[Outcome] = [
        answering.clarify(asked, ("capabilities", "definition"), SHOP), answering.ask_slot(asked, "customer", SHOP),
        answering.declined(asked, "out_of_scope", SHOP), answering.failed(asked, "f00"),
        answering.no_data(asked, "missing_table", {"table": "tickets", "columns": ("ticket_id",)}, SHOP),
        answering.help_answer(replace(asked, intent="small_talk"), _help("small_talk"), SHOP),
    ]
    for outcome in outcomes:
        out = outcome.to_json()
        assert set(out) == KEYS, outcome
        assert out["headline"]
        assert out["text"].startswith(out["headline"].split("。")[0][:5])
        json.dumps(out, allow_nan=False)


def _help(name: str) -> Intent:
    from assistant.understanding import catalogue

    return catalogue.load()[name]


def test_figure_chart_and_table_come_from_the_one_result() -> None:
    found = answer()
    assert found.headline == "Revenue was £1,833,333, up 22.2% in 1–17 November 2026 (so far)."
    assert found.body == "Best: Leeds."
    assert found.text == f"{found.headline}\n\n{found.body}"
    (chart,) = found.charts
    assert [row["revenue"] for row in chart["data"]["values"]] == [row[1] for row in found.tables[0].rows]


def test_the_restated_question_names_measure_dates_filters_and_assumptions() -> None:
    assert answer().restated == (
        "Revenue, 1–17 November 2026 (so far), compared with 1–17 October 2026; city Leeds; assumed: comparison"
    )
    assert answer("zh").restated == "销售额，2026年11月1日至17日（截至目前），对比2026年10月1日至17日；城市为Leeds；默认：对比期间"


def test_assumptions_of_the_analysis_are_named_with_their_values() -> None:
    assert "churn horizon: 120 days" in answer(found=computed(defaults={"churn_horizon_days": 120})).restated


def test_the_receipt_says_what_the_answer_rests_on() -> None:
    receipt = answer().receipt
    assert (receipt.rows_used, receipt.rows_left_out) == (1234, {"cancelled": 12, "without_customer": 0})
    assert receipt.summary == "1,234 orders used; left out: 12 cancelled"
    assert receipt.period_label == "1–17 November 2026 (so far)"
    assert receipt.defaults == {"compare_to": "previous"}
    assert (receipt.data_version, receipt.as_of, receipt.currency, receipt.time_zone) == ("abc123", date(2026, 11, 17), "GBP", "Europe/London")
    assert receipt.sql == ("SELECT 1",)
    assert set(receipt.definitions) == {"Revenue", "City"}
    assert "÷" in answer("zh", resolved={"metric": "average_order_value"}).receipt.definitions["客单价"]
    assert answer("zh").receipt.summary == "使用1,234笔订单；未计入：12（已取消）"


def test_the_marks_of_the_question_stand_where_they_say() -> None:
    asked = request()
    for mark in asked.marks:
        assert asked.question[mark.start : mark.end] == mark.text
    assert answer().receipt.to_json()["tokens"][1] == {"text": "Leeds", "start": 11, "end": 16, "role": "city", "value": "Leeds"}


def test_an_unfinished_period_says_so_and_a_finished_comparison_does_not() -> None:
    found = answer()
    assert found.caveats == ("The period is not over: figures cover 1–17 November 2026 (so far).",)
    assert "October 2026 (so far)" not in found.restated
    assert answer(resolved={"metric": "revenue", "period": OCTOBER}).caveats == ()


def test_old_data_and_periods_outside_them_are_pointed_out() -> None:
    shop = replace(SHOP, today=date(2026, 12, 24), as_of=date(2026, 11, 17), first_day=date(2024, 3, 1))
    resolved = {"metric": "revenue", "period": Period(date(2024, 1, 1), date(2027, 1, 1))}
    names = list(general_caveats(resolved, shop))
    assert names == ["stale_data", "period_before_data", "period_after_data"]
    assert all(name in terms.caveats() for name in names)


def test_a_caveat_without_wording_is_a_fault_not_a_silence() -> None:
    with pytest.raises(KeyError):
        answer(found=computed(caveats=("never_heard_of",)))


def test_follow_ups_are_two_to_four_different_and_not_the_question_itself() -> None:
    asked = answer()
    assert "what does revenue mean" in asked.follow_ups
    for language, question in (("en", "What does revenue mean?"), ("zh", "销售额是什么意思？")):
        words = wording(language, "GBP")
        context = template_context(computed(), {"metric": "revenue"}, Measures())
        offered = follow_ups(METRIC_VALUE, SHOP, words, context, question)
        assert len(offered) == len(set(offered)) <= 4
        assert all("mean" not in q and "意思" not in q for q in offered[:1])


def test_nothing_is_offered_that_the_loaded_data_cannot_answer() -> None:
    """An intent that needs a table which is not loaded, or that is not built, is never offered."""
    from assistant.answering.follow_ups import works

    needy = replace(METRIC_VALUE, needs=("tickets",))
    assert works(needy, SHOP)
    assert not works(needy, replace(SHOP, rows={"orders": 1}))
    assert not works(replace(METRIC_VALUE, built=False), SHOP)


def test_a_clarification_offers_at_most_three_readings_that_can_be_answered() -> None:
    asked = Request("", {}, "en", 0.3, (Candidate("definition", 0.3),), (), {}, "hm")
    outcome = answering.clarify(asked, ("definition", "capabilities", "small_talk", "data_overview"), SHOP)
    assert isinstance(outcome, Clarify)
    assert len(outcome.choices) == 3
    assert outcome.choices[0].to_json() == {"label": "Definitions", "question": "what does RFM mean"}


def test_a_missing_table_is_named_with_its_columns_and_how_to_load_it() -> None:
    outcome = answering.no_data(request(), "missing_table", {"table": "tickets", "columns": ("ticket_id", "opened_at")}, SHOP)
    assert "support tickets" in outcome.text
    assert "ticket_id, opened_at" in outcome.text
    assert "askwell load tickets.csv --append" in outcome.text


@pytest.mark.parametrize("reason", ["out_of_scope", "action", "unsupported", "unsafe", "empty", "not_built"])
def test_every_reason_to_decline_is_worded_differently(reason: Any) -> None:
    texts = {answering.declined(request(), r, SHOP).text for r in ("out_of_scope", "action", "unsupported", "unsafe", "empty", "not_built")}
    assert len(texts) == 6
    assert answering.declined(request(), reason, SHOP).to_json()["reason"] == reason


def test_a_fault_shows_its_number_and_no_trace() -> None:
    assert "f00" in answering.failed(request(), "f00").text


def test_values_become_plain_json() -> None:
    assert plain(Decimal("1.50")) == 1.5
    assert plain(float("nan")) is None
    assert plain((date(2026, 1, 2), None)) == ["2026-01-02", None]
    assert plain({"a": OCTOBER}) == {"a": {"text": "2026-10-01..2026-10-31", "start": "2026-10-01", "end": "2026-11-01"}}


def test_one_segment_or_metric_is_a_name_and_several_are_a_list() -> None:
    asked = request(slots={"metric": ("revenue", "orders"), "segment": ("lost",), "dimension": ("city",), "top_n": 5})
    assert asked.slots_json() == {"metric": ["revenue", "orders"], "segment": "lost", "dimension": ["city"], "top_n": 5}


NO_DATA: dict[str, dict[str, Any]] = {
    "missing_table": {"table": "tickets", "columns": ("ticket_id",)}, "no_rows": {}, "future_period": {"period": OCTOBER},
    "period_is_over": {"period": OCTOBER}, "too_far_ahead": {"period": OCTOBER, "until": date(2027, 1, 1)},
    "unknown_customer": {"customer": "77"}, "unknown_product": {"product": "kite"}, "unknown_campaign": {"campaign": "May"},
    "unknown_segment": {"segment": "kings"}, "unknown_value": {"value": "Leedz", "nearest": ("Leeds",)},
    "not_joinable": {"metric": "nps", "dimension": "product", "table": "tickets"}, "not_applicable": {"slot": "product", "intent": "x"},
    "unknown_metric": {"metric": "luck"}, "unknown_dimension": {"dimension": ""}, "unknown_field": {"field": "shoe_size"},
    "not_a_customer_field": {"field": "hour"}, "unbuilt_dimension": {"dimension": "cluster"},
    "bad_value": {"field": "revenue", "value": "many"}, "no_grain": {"metric": "acquisition_cost"},
    "too_little_history": {"grain": "month", "buckets": 3, "fewest": 8}, "too_many_dimensions": {"dimension": "city"}, "too_slow": {},
    "something_new": {},
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", NO_DATA)
def test_whatever_the_data_lack_is_said_in_full_sentences(language: Any, code: str) -> None:
    """Each reason has its own words, with and without details, and never shows a code or a gap."""
    for details in (NO_DATA[code], {}) if code != "missing_table" else (NO_DATA[code],):
        text = answering.no_data(request(language), code, details, SHOP).text
        assert code not in text
        assert "None" not in text
        assert all("  " not in line and " ." not in line for line in text.splitlines())
        assert text.partition("\n")[0][-1] in ".。!?"
