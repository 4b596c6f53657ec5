"""The page in a real browser: ask and read the answer, in both languages; nothing typed becomes markup."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.driver import CHROMIUM, app_running, ask, health, page_at, settled

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: `make chromium` installs Debian's as root"),
]


@pytest.fixture(scope="module")
def address(demo_db) -> Iterator[str]:  # type: ignore[no-untyped-def]
    with app_running(db=demo_db) as running:
        yield running


def test_healthz_answers(address: str) -> None:
    assert health(address)["status"] == "ok"


def test_a_question_is_answered_with_chart_table_and_receipt(address: str) -> None:
    with page_at(address) as page:
        ask(page, "revenue by category this year")
        text = page.get_by_test_id("stChatMessage").last.inner_text()
        assert "£" in text
        assert "coffee" in text.lower()
        assert page.locator("canvas, svg.marks").count() >= 1
        page.get_by_text("How this was worked out").last.click()
        page.get_by_text("Definitions").wait_for()
        assert "SELECT" in page.get_by_test_id("stCode").last.inner_text()


def test_a_chinese_question_gets_a_chinese_answer_and_a_follow_up_refines_it(address: str) -> None:
    with page_at(address, locale="zh-CN") as page:
        ask(page, "去年上海的销售额")
        assert "销售额" in page.get_by_test_id("stChatMessage").last.inner_text()
        ask(page, "那杭州呢")
        assert "Hangzhou" in page.get_by_test_id("stChatMessage").last.inner_text()


def test_html_is_shown_as_it_was_typed(address: str) -> None:
    with page_at(address) as page:
        ask(page, "<img src=x onerror=alert(1)> **bold** revenue")
        message = page.get_by_test_id("stChatMessage").nth(0)
        assert "<img src=x onerror=alert(1)> **bold** revenue" in message.inner_text()
        assert message.locator("img[src=x]").count() == 0


def test_a_starter_works_on_click(address: str) -> None:
    with page_at(address) as page:
        page.locator("[class*=st-key-start] button").first.click()
        page.wait_for_function("document.querySelectorAll('[data-testid=stChatMessage]').length >= 2", timeout=120_000)
        settled(page)
        assert page.get_by_test_id("stChatMessage").last.inner_text().strip()


def test_the_page_fits_a_phone(address: str) -> None:
    with page_at(address, {"width": 390, "height": 844}) as page:
        ask(page, "how is the business doing this quarter")
        assert page.evaluate("document.documentElement.scrollWidth") <= 392
