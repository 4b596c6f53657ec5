"""Nobody is kept out: axe-core has no serious or critical finding on any page, light or dark, on a wide screen or a phone."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from tests.browser.driver import PHONE, WIDE, Scheme, ask, button, charted, go_to, opened, still

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_GRAVE = ("serious", "critical")
#: What axe finds; a place within a table of Streamlit says so, whichever selector axe chose for it.
_FOUND = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  for (const rule of found.violations)
    for (const node of rule.nodes)
      if (document.querySelector(node.target[0])?.closest(".stTable")) node.target.push(".stTable");
  return found;
}"""
#: What stands in Streamlit's own markup and cannot be mended from here: rule, a part of the selector or of the markup, and why.
_STREAMLIT: tuple[tuple[str, str, str], ...] = (
    ("scrollable-region-focusable", ".stTable", "Wide tables scroll in a frame without tabindex; browsers let the keyboard reach such frames."),
)


def findings(page: Any, where: str) -> list[str]:
    """The grave findings on what is shown, each with its rule, the place and the markup."""
    # In the page's own world: scripts of a page with a strict policy cannot be added as elements.
    page.evaluate(f"() => {{ {_AXE} }}")
    found = page.evaluate(_FOUND)
    return [
        f"{where}: {rule['id']} at {node['target']}: {node['html'][:160]}: {node['failureSummary'][:300]}"
        for rule in found["violations"] if rule["impact"] in _GRAVE
        for node in rule["nodes"]
        if not any(rule["id"] == known and (part in node["html"] or part in str(node["target"])) for known, part, _ in _STREAMLIT)
    ]


def _both_widths(page: Any, where: str) -> list[str]:
    out = []
    for name, size in (("phone", PHONE), ("wide", WIDE)):
        page.set_viewport_size(size)
        still(page)
        out += findings(page, f"{where}, {name}")
    return out


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_grave_finding(context: Any, address: str, scheme: Scheme) -> None:
    page = opened(context, address, WIDE, scheme)
    found = _both_widths(page, "welcome")
    ask(page, "revenue by category this year")
    charted(page)
    found += _both_widths(page, "answer")
    for name in ("Voice of customer", "Data", "What can I ask"):
        go_to(page, name)
        found += _both_widths(page, name)
    page.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_shared_page_has_no_grave_finding(page: Any, browser: Any, scheme: Scheme) -> None:
    ask(page, "revenue by category this year")
    button(page, "Share").click()
    button(page, "Create a link").click()
    link = page.get_by_test_id("stCode").last.inner_text().strip()
    visitor = browser.new_page(viewport=PHONE, color_scheme=scheme)
    visitor.goto(link)
    found = findings(visitor, "phone")
    visitor.set_viewport_size(WIDE)
    found += findings(visitor, "wide")
    visitor.close()
    assert found == []
