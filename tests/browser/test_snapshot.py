"""A shared page in a real browser: it runs and fetches nothing, switches language, and fits screen, phone and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics import store
from assistant.answering.saved import Saved
from assistant.sharing import page
from tests.assistant.kept import answered
from tests.browser.driver import Scheme

#: A window on the page of a width and a theme, and what the browser complained of or asked for.
Opened = Callable[..., tuple[Any, list[str]]]


@pytest.fixture(scope="module")
def file(demo_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of an answer with charts, caveats and tables, as a file."""
    shop, engine = store.open_shop(demo_db)
    answer = answered(shop, engine, "kpi_overview", "<b>how</b> is business", period=shop.period("this_quarter"))
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page.page(Saved.of(answer, shop), with_sql=True), encoding="utf-8")
    engine.close()
    return path


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[Opened]:
    windows: list[Any] = []

    def open_it(width: int = 1_000, scheme: Scheme = "light") -> tuple[Any, list[str]]:
        view = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        windows.append(view)
        heard: list[str] = []
        view.on("console", lambda message: heard.append(message.text))
        view.on("request", lambda request: heard.append(request.url))
        view.goto(file.as_uri())
        return view, heard

    yield open_it
    for view in windows:
        view.close()


def test_it_asks_for_nothing_but_itself_and_its_policy_is_kept(opened: Opened, file: Path) -> None:
    view, heard = opened()
    assert view.locator("figure svg:visible").count() >= 1
    assert view.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "24px"
    assert heard == [file.as_uri()]


def test_a_question_that_is_markup_is_read_letter_by_letter(opened: Opened) -> None:
    view, _ = opened()
    assert "<b>how</b> is business" in view.inner_text("main")
    assert view.locator("b").count() == 0


def test_the_language_is_switched_by_mouse_and_by_keyboard(opened: Opened) -> None:
    view, _ = opened()
    assert "How this was worked out" in view.inner_text("main")
    view.get_by_text("中文").click()
    assert "计算依据" in view.inner_text("main")
    assert "How this was worked out" not in view.inner_text("main")
    view.keyboard.press("ArrowLeft")
    assert "How this was worked out" in view.inner_text("main")


@pytest.mark.parametrize("width", [320, 390, 1_400])
def test_it_fits_any_width(opened: Opened, width: int) -> None:
    view, _ = opened(width)
    assert view.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_charts_stand_out_in_both_themes(opened: Opened, scheme: Scheme) -> None:
    contrast = """selector => {
      const bright = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(v => { v /= 255;
        return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const element = [...document.querySelectorAll(selector)].find(e => e.checkVisibility());
      let ground = element; while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
      const style = getComputedStyle(element), ink = element.closest('svg') ? style.fill : style.color;
      const [a, b] = [bright(ink), bright(getComputedStyle(ground).backgroundColor)].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05); }"""
    view, _ = opened(scheme=scheme)
    found = {part: view.evaluate(contrast, part) for part in ("h1", ".quiet", "td", "th", "footer", "svg text", "pre", ".note")}
    assert {part: ratio for part, ratio in found.items() if ratio < 4.5} == {}


def test_on_paper_the_switch_is_gone_and_the_receipt_is_there(opened: Opened) -> None:
    view, _ = opened(scheme="dark")
    view.emulate_media(media="print", color_scheme="dark")
    assert not view.locator("label[for=show-zh]").is_visible()
    assert "How this was worked out" in view.inner_text("main")
    assert view.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
