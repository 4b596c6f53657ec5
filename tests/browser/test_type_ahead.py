"""Suggestions while typing, in a real browser: by keyboard alone, by a tap, in both languages, and harmless where they fail."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.browser.driver import PHONE, WIDE, App, answered, box, headline, opened, somebody, still, turns
from tests.browser.test_accessibility import findings

_LIST = "#askwell-suggestions"
_ACTIVE = "() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText ?? null"


def options(page: Any) -> Any:
    """The suggestions for what stands in the box."""
    return page.locator(f"{_LIST}[aria-busy=false] [role=option]:visible")


def typed(page: Any, text: str) -> list[str]:
    """Types a text letter by letter and waits for suggestions, which a server that has just started has to gather first."""
    for _ in range(100):
        box(page).fill("")
        box(page).press_sequentially(text)
        try:
            options(page).first.wait_for(timeout=2_000)
            return [str(found) for found in options(page).all_inner_texts()]
        except Exception as late:
            problem = late
    raise problem


def gone(page: Any) -> None:
    page.wait_for_function(f"() => !document.querySelector('{_LIST}').checkVisibility()")


@pytest.fixture
def asked(page: Any) -> Iterator[list[str]]:
    """The texts that were sent for suggestions during a test."""
    sent: list[str] = []

    def note(request: Any) -> None:
        if request.url.endswith("/api/suggest"):
            sent.append(str(request.post_data_json["text"]))

    page.on("request", note)
    yield sent
    page.remove_listener("request", note)
    box(page).fill("")


def test_a_question_is_put_together_by_keyboard_alone_and_answered(page: Any, asked: list[str]) -> None:
    assert typed(page, "rev")[0].split("\n") == ["revenue", "metric"]
    assert box(page).get_attribute("role") == "combobox"
    assert page.evaluate(_ACTIVE) is None
    box(page).press("ArrowDown")
    assert page.evaluate(_ACTIVE).startswith("revenue")
    assert page.locator(f"{_LIST} [aria-selected=true]").count() == 1
    box(page).press("ArrowUp")
    assert page.evaluate(_ACTIVE) is None
    box(page).press("ArrowDown")
    box(page).press("Enter")
    gone(page)
    assert box(page).input_value() == "revenue"
    assert box(page).get_attribute("role") is None
    box(page).press_sequentially(" by cat")
    options(page).first.wait_for()
    box(page).press("ArrowUp")
    box(page).press("ArrowDown")
    box(page).press("ArrowDown")
    box(page).press("Tab")
    assert page.evaluate("() => document.activeElement.dataset.testid") == "stChatInputTextArea"
    assert turns(page).count() == 0
    # What was taken was not asked for again.
    assert "revenue" not in asked
    box(page).fill("revenue by category this year")
    box(page).press("Enter")
    answered(page, 0)
    assert "by category" in headline(page)
    gone(page)


def test_escape_closes_and_enter_without_a_choice_asks_what_was_typed(page: Any) -> None:
    typed(page, "revenue by reg")
    box(page).press("Escape")
    gone(page)
    assert box(page).input_value() == "revenue by reg"
    box(page).fill("revenue by country")
    box(page).press("Enter")
    answered(page, 0)
    assert "by country" in headline(page)
    gone(page)


def test_a_tap_takes_a_suggestion_and_leaving_the_box_closes_the_list(page: Any) -> None:
    page.set_viewport_size(PHONE)
    try:
        typed(page, "sales in lee")
        found = options(page).first.bounding_box()
        assert found["x"] >= 0
        assert found["x"] + found["width"] <= PHONE["width"]
        options(page).first.click()
        assert box(page).input_value() == "sales in Leeds"
        typed(page, "rev")
        box(page).evaluate("box => box.blur()")
        gone(page)
    finally:
        page.set_viewport_size(WIDE)


def test_chinese_is_suggested_and_letters_that_are_still_being_composed_are_not_asked_for(browser: Any, app: App) -> None:
    context = somebody(browser, "zh-CN")
    page = opened(context, app.address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data_json["text"]) if request.url.endswith("/api/suggest") else None)
    assert typed(page, "今年各地")[0].split("\n") == ["今年各地区销售额", "问题"]
    assert page.get_by_role("listbox", name="输入建议").count() == 1
    box(page).fill("")
    gone(page)
    sent.clear()
    session = context.new_cdp_session(page)
    for part in ("x", "xi", "xiao", "xiao shou"):
        session.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
    assert box(page).input_value() == "xiao shou"
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    assert sent == []
    session.send("Input.insertText", {"text": "销售"})
    options(page).first.wait_for()
    assert sent == ["销售"]
    assert options(page).first.inner_text().split("\n") == ["销售额", "指标"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_list_has_no_grave_finding(context: Any, address: str, scheme: Any) -> None:
    page = opened(context, address, WIDE, scheme)
    typed(page, "rev")
    box(page).press("ArrowDown")
    found = findings(page, "suggestions")
    page.set_viewport_size(PHONE)
    typed(page, "churn")
    found += findings(page, "suggestions, phone")
    page.close()
    assert found == []


def _fulfilled(reply: dict[str, Any], route: Any) -> None:
    route.fulfill(**reply)


def test_a_route_that_fails_and_markup_in_the_data_harm_nothing(page: Any) -> None:
    forged = '{"suggestions": [{"insert": "a", "text": "<img src=x onerror=window.harmed=1>", "kind": "<b>x</b>"}]}'
    page.route("**/api/suggest", lambda route: route.fulfill(status=200, content_type="application/json", body=forged))
    try:
        assert "<img src=x" in typed(page, "rev")[0]
        assert page.locator(f"{_LIST} img, {_LIST} b").count() == 0
        for broken in ({"status": 500}, {"status": 401, "body": "Sign in first."}, {"status": 200, "body": "no json"}):
            page.unroute("**/api/suggest")
            page.route("**/api/suggest", partial(_fulfilled, broken))
            with page.expect_response("**/api/suggest"):
                box(page).fill("revenue by categor")
            gone(page)
    finally:
        page.unroute("**/api/suggest")
    box(page).fill("revenue by category")
    box(page).press("Enter")
    answered(page, 0)
    still(page)
    assert "by category" in headline(page)
