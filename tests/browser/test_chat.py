"""The page in a real browser: what people do with an answer, in both languages, on a phone, in two tabs."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

from tests.browser.driver import (
    IN_SIGHT,
    PHONE,
    answered,
    ask,
    box,
    button,
    charted,
    choose,
    headline,
    health,
    opened,
    replaced,
    said,
    turns,
)


def test_a_question_is_answered_and_everything_about_it_is_there(page: Any, address: str) -> None:
    assert health(address)["status"] == "ok"
    ask(page, "revenue by category this year")
    assert headline(page).startswith("£")
    # The figure is what is seen first, not the end of the answer, also once the chart is there.
    charted(page)
    page.wait_for_function(IN_SIGHT)
    page.get_by_role("tab", name="Table").click()
    page.get_by_test_id("stDataFrame").last.wait_for()
    page.get_by_text("5 of 5 rows").last.wait_for()
    page.get_by_role("tab", name="How it was worked out").click()
    page.get_by_text("Words recognised").last.wait_for()
    assert "SELECT" not in turns(page).last.inner_text()


def test_a_chip_works_the_answer_out_anew_in_its_place(page: Any) -> None:
    ask(page, "revenue by category this year")
    choose(page, "by category", "Country")
    assert "by country" in headline(page)
    assert turns(page).count() == 1
    ask(page, "only for tea")
    assert "tea" in headline(page)
    before = said(page)
    page.locator("[class*=st-key-taken-] button:visible").last.click()
    replaced(page, before)
    assert "tea" in headline(page)
    ask(page, "as a pie chart")
    assert turns(page).last.get_by_role("radio", name="Pie", checked=True).count() == 1


def test_the_language_turns_the_page_and_what_was_answered(page: Any, address: str) -> None:
    # The choice belongs to the tab, so it is made in one of its own.
    page = opened(page.context, address)
    ask(page, "how much revenue did we make last month")
    page.get_by_text("中文", exact=True).click()
    page.get_by_text("理解为").wait_for()
    assert "销售额" in headline(page)
    assert button(page, "新对话").count() == 1


def test_a_bar_opens_to_what_is_behind_it_and_the_way_leads_back(page: Any) -> None:
    ask(page, "revenue by category this year")
    page.locator('[data-testid=stVegaLiteChart] path[aria-roledescription="bar"]').first.click()
    button(page, "The customers behind").click()
    answered(page, 1)
    assert "customers match" in headline(page)
    page.locator("[class*=st-key-way-] button:visible").first.click()
    answered(page, 2)
    assert "by category" in headline(page)


def test_an_answer_leaves_as_a_file_with_its_figures(page: Any) -> None:
    ask(page, "revenue by country this year")
    button(page, "Export").click()
    with page.expect_download() as told:
        button(page, "Figures as CSV").click()
    text = told.value.path().read_text(encoding="utf-8-sig")
    assert told.value.suggested_filename.endswith(".csv")
    assert "United Kingdom" in text
    with page.expect_download() as told:
        button(page, "Chart as PNG").click()
    assert told.value.path().read_bytes().startswith(b"\x89PNG")


def _status(link: str) -> int:
    try:
        with urllib.request.urlopen(link, timeout=20) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_a_shared_link_opens_for_anybody_until_it_is_revoked(page: Any, browser: Any) -> None:
    ask(page, "revenue by country this year")
    told = headline(page)
    button(page, "Share").click()
    button(page, "Create a link").click()
    link = page.get_by_test_id("stCode").last.inner_text().strip()
    context = browser.new_context()
    visitor = context.new_page()
    visitor.goto(link)
    assert told in visitor.inner_text("body")
    assert visitor.locator("script").count() == 0
    context.close()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Revoke").first.click()
    page.get_by_text("The link is dead").first.wait_for()
    assert _status(link) == 404


def test_a_refresh_and_a_second_tab_show_the_same_and_two_conversations_do_not_mix(page: Any, address: str) -> None:
    ask(page, "how much revenue did we make last month")
    other = opened(page.context, address)
    ask(other, "how satisfied are our customers")
    same = opened(page.context, page.url)
    answered(same, 0)
    assert "revenue" in headline(same)
    ask(same, "and by country?")
    page.reload()
    answered(page, 1)
    assert (turns(page).count(), turns(other).count()) == (2, 1)
    assert "rating" in headline(other)


def test_a_conversation_is_renamed_found_deleted_and_brought_back(page: Any) -> None:
    ask(page, "best sellers this quarter")
    button(page, "Rename").click()
    page.get_by_label("New title").fill("Board meeting")
    button(page, "Save").click()
    page.locator(".st-key-conversations").get_by_text("Board meeting").wait_for()
    page.keyboard.press("Escape")
    search = page.get_by_label("Search conversations")
    search.fill("board")
    search.press("Enter")
    page.locator(".st-key-conversations").get_by_text("Board meeting").wait_for()
    button(page, "Delete").click()
    page.get_by_text("Deleted “Board meeting”.").wait_for()
    turns(page).first.wait_for(state="detached")
    button(page, "Bring it back").click()
    turns(page).first.wait_for()


def test_a_starter_is_answered_and_undone(page: Any) -> None:
    page.get_by_text("Marketing", exact=True).click()
    button(page, "Best sellers this quarter").click()
    answered(page, 0)
    assert headline(page)
    page.locator("[class*=st-key-undo-] button:visible").click()
    page.get_by_text("Taken back").wait_for()
    turns(page).first.wait_for(state="detached")


def test_html_is_shown_as_it_was_typed(page: Any) -> None:
    ask(page, "<img src=x onerror=alert(1)> **bold** revenue")
    message = page.get_by_test_id("stChatMessage").nth(0)
    assert "<img src=x onerror=alert(1)> **bold** revenue" in message.inner_text()
    assert message.locator("img[src=x]").count() == 0


def test_the_page_fits_a_phone_and_two_hundred_percent(page: Any, address: str) -> None:
    page = opened(page.context, address, PHONE)
    ask(page, "how is the business doing this quarter")
    for size in (PHONE, {"width": 640, "height": 450}):
        page.set_viewport_size(size)
        charted(page)
        page.wait_for_function("width => document.documentElement.scrollWidth <= width + 2", arg=size["width"])
        # Charts are drawn anew for another width, so that this takes a moment to become true.
        page.wait_for_function(
            """width => Math.max(...[...document.querySelectorAll('.st-key-turn-0 *')].map(e => e.getBoundingClientRect().right))
              <= width + 2""",
            arg=size["width"],
        )


def test_everything_that_can_be_clicked_has_a_name_and_can_be_reached(page: Any) -> None:
    ask(page, "revenue by category this year")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input, textarea, [role=tab], [role=radio]')]
          .filter(e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)
          .filter(e => !(e.innerText || '').trim() && !e.getAttribute('aria-label') && !e.getAttribute('title')
            && !e.getAttribute('aria-labelledby') && !(e.labels && e.labels.length))
          .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
    box(page).focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement !== document.body")
