"""The figures of an evaluation, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.evaluation import Asked, judged, report


def one(intent: str | None, got: str | None, status: str = "answered", slots: dict[str, Any] | None = None, **got_slots: Any) -> Asked:
    record = {"question": "q", "lang": "en", "style": "plain", "intent": intent, "slots": slots or {}}
    return judged(record, {"intent": got, "status": status, "slots": got_slots, "language": "en"})


def test_shares_and_confused_pairs() -> None:
    found = report([
        one("a", "a"), one("a", "b"), one("a", "b"), one("b", "b"), one("b", None, "declined"), one("c", "c", "clarify"),
        one(None, None, "declined"), one(None, "a"),
    ])
    assert found.overall["top1"] == (pytest.approx(3 / 6), 6)
    assert found.overall["asked_back"] == (pytest.approx(1 / 6), 6)
    assert found.overall["refused"] == (pytest.approx(1 / 6), 6)
    assert found.overall["out_of_scope_declined"] == (pytest.approx(1 / 2), 2)
    assert found.by_intent == {"a": (pytest.approx(1 / 3), 3), "b": (pytest.approx(1 / 2), 2), "c": (1.0, 1)}
    assert list(found.confused) == [("a", "b", 2), ("-", "a", 1), ("b", "-", 1)]


def test_an_accepted_alternate_is_right() -> None:
    record = {"question": "q", "intent": "a", "accept": ["b"]}
    assert judged(record, {"intent": "b", "status": "answered"}).right
    assert not judged(record, {"intent": "b", "status": "declined"}).right


def test_slot_f1_counts_each_filter_and_forgives_how_a_period_is_said() -> None:
    """Stated: 4 (metric, 2 filters, period). Found: 3 (metric wrong, 1 filter, period). Right: 2. F1 = 2*2/(4+3)."""
    city, channel = {"field": "city", "op": "=", "value": "Leeds"}, {"field": "order_channel", "op": "=", "value": "web"}
    asked = one(
        "a", "a", slots={"metric": "revenue", "filters": [city, channel], "period": "last month"},
        metric="orders", filters=[city], period={"text": "last month", "start": "2026-10-01", "end": "2026-11-01"},
    )
    assert report([asked]).overall["slot_f1"] == (pytest.approx(4 / 7), 4)


def test_no_questions_at_all() -> None:
    found = report([])
    assert found.overall["top1"] == (1.0, 0)
    assert list(found.confused) == []
