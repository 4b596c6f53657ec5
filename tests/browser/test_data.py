"""Data in a real browser: an owner signs in, sends a file with odd column names, corrects a meaning, loads it, and takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from analytics import store
from assistant.access import users
from tests.browser.driver import App, ask, button, drawn_anew, go_to, headline, opened, ready, somebody, still

_PASSWORD = "a long enough secret"
#: A till's export: what was sold and to whom is not to be told from the names of the columns.
_SALES = "ref,when,thing,buyer ref,cnt,each\n" + "\n".join(
    f"R{n},{n % 28 + 1:02d}.0{n % 3 + 1}.2026,{'Copper kettle' if n % 3 else 'Tin whistle'},K{n % 4},1,{20 if n % 3 else 5}.00"
    for n in range(1, 31)
)


@pytest.fixture
def owner(app: App, browser: Any) -> Iterator[Any]:
    """The tab of somebody who signed in to manage the data; from then on everybody has to, until the test is over."""
    users.add(app.home, "olga", "owner", _PASSWORD)
    context = somebody(browser)
    try:
        page = context.new_page()
        page.goto(app.address)
        page.get_by_label("Name").fill("olga")
        page.get_by_label("Password").fill(_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        ready(page)
        yield page
    finally:
        context.close()
        users.remove(app.home, "olga")
        store.restore(app.db, "1")


def _mean(page: Any, column: str, meaning: str) -> None:
    """Says what a column means: types into the long menu and takes what is left of it, by keyboard, since the menu moves while it
    grows shorter."""
    still(page)
    menu = page.get_by_role("combobox", name=f"Meaning of {column}")
    menu.click()
    menu.fill(meaning)
    page.get_by_role("option").filter(has_text=meaning).first.wait_for()
    with drawn_anew(page):
        menu.press("ArrowDown")
        menu.press("Enter")


def test_a_file_with_odd_columns_is_mapped_loaded_seen_everywhere_and_taken_back(owner: Any, app: App) -> None:
    chat = opened(owner.context, app.address)
    go_to(owner, "Data")
    owner.get_by_role("tab", name="Load files").click()
    owner.locator("input[type=file]").set_input_files({"name": "till export.csv", "mimeType": "text/csv", "buffer": _SALES.encode()})
    owner.get_by_text("Copper kettle").first.wait_for()
    _mean(owner, "thing", "Products · name")
    _mean(owner, "ref", "Orders · order number")
    _mean(owner, "each", "Order lines · unit price")
    button(owner, "Check without loading").click()
    owner.get_by_text("After loading:").wait_for()
    owner.get_by_role("button", name="Load", exact=True).click()
    owner.get_by_text("is the current one").first.wait_for()
    loaded = next(version for version in store.versions(app.db) if version.current)
    assert (loaded.number, loaded.rows["orders"], loaded.rows["products"]) == (2, 30, 2)

    # The other tab was left alone and tells of the new version by itself.
    note = chat.get_by_test_id("stSidebar").get_by_text(f"version {loaded.version}")
    note.wait_for()
    ask(chat, "best selling products")
    assert "Copper kettle" in headline(chat)

    button(owner, "Undo: back to version 1").click()
    owner.get_by_text("Version 1 is the current one again.").wait_for()
    note.wait_for(state="detached")
