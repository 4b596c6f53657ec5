"""The page of the customers' voice, run without a browser: its figures are those of the analyses, a change of themes is seen before it
is made, holds for every answer at once and after a restart, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics import store
from analytics.models.encoder import Encoder
from analytics.satisfaction import feedback_themes, satisfaction_overview
from analytics.shop import Settings, Shop
from assistant import voice
from assistant.access import gate
from assistant.access.gate import Person
from assistant.access.roles import ROLES
from assistant.answer import LANGUAGES, Answer, Language
from assistant.answering.wording import wording
from assistant.ask import Assistant, nothing_edited
from assistant.ui import state
from assistant.ui.jobs import Order
from assistant.workspace.database import data_key
from assistant.workspace.theme_edits import ThemeEdits, reader
from tests.assistant.ui.test_pages import button, texts
from tests.support import NEVER, frames

SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-01 | completed | tea        | 1        | 10
    2        | ann         | 2024-06-20 | completed | tea        | 1        | 10
"""
#: Seven comments, one of which names somebody and says where to reach them.
FEEDBACK = """
    feedback_id | customer_id | created_at       | source | rating | text
    1           | ann         | 2024-06-01 10:00 | review | 1      | The delivery was late and slow, call Harriet Longbottom on 020 7946 0991
    2           | ann         | 2024-06-02 10:00 | review | 1      | Slow delivery, days late
    3           | ann         | 2024-06-03 10:00 | review | 2      | Delivery took weeks, far too late
    4           | ann         | 2024-06-04 10:00 | review | 5      | The staff were friendly
    5           | ann         | 2024-06-05 10:00 | review | 5      | Very friendly staff
    6           | ann         | 2024-06-06 10:00 | review | 4      | Friendly staff at the desk
    7           | ann         | 2024-06-07 10:00 | review | 1      | The courier dropped the parcel, so rude, delivery late
"""
CUSTOMERS = "customer_id | name\nann | Harriet Longbottom"


def page(opened, language, person):  # type: ignore[no-untyped-def]
    # Streamlit runs the text of this function by itself, so that it knows no names of this module.
    from assistant.ui.pages import voice as shown

    shown.draw(opened(), language, person)


def run(opened: Callable[[], Assistant], language: Language = "en", role: str = "owner") -> AppTest:
    return AppTest.from_function(page, default_timeout=120, args=(opened, language, Person("", ROLES[role]))).run()


def serving(opened: Assistant, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Assistant]:
    """A server on an assistant that is open already, with a workspace of its own."""
    path = opened.engine.path
    assert path is not None
    monkeypatch.setenv("ASKWELL_HOME", str(home))
    monkeypatch.setenv(state.DB_VARIABLE, str(path))
    forget()
    server = state.current()
    server._assistant, server._stamp, server._encoder = opened, server._stamp_of(), opened.encoder
    opened.theme_edits = reader(path, state.workspace())
    return server.assistant


def forget() -> None:
    for cached in (state.current, state.workspace, gate.current):
        cached.cache_clear()


@pytest.fixture
def demo(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Assistant]]:
    yield serving(assistant, tmp_path, monkeypatch)
    assistant.theme_edits = nothing_edited
    forget()


@pytest.fixture(scope="module")
def few(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant on the seven comments."""
    db = tmp_path_factory.mktemp("voice") / "tiny.duckdb"
    store.write(db, frames({"sales": SALES, "feedback": FEEDBACK, "customers": CUSTOMERS}), Settings(), now=NEVER)
    opened = Assistant.open(db, encoder=encoder)
    yield opened
    opened.close()


@pytest.fixture
def tiny(few: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Assistant]]:
    yield serving(few, tmp_path, monkeypatch)
    forget()


def chosen(test: AppTest, key: str, value: Any) -> AppTest:
    next(found for found in test.selectbox if (found.key or "").startswith(key)).set_value(value)
    return test.run()


def typed(test: AppTest, key: str, value: str) -> AppTest:
    next(found for found in test.text_input if (found.key or "").startswith(key)).set_value(value)
    return test.run()


def clicked(test: AppTest, key: str) -> AppTest:
    button(test, key).click()
    return test.run()


def tab(test: AppTest, name: str, language: Language = "en") -> AppTest:
    test.session_state[f"voice-tabs-{language}"] = name
    test.run()
    assert not test.exception
    return test


def sizes(assistant: Assistant, role: str = "owner") -> dict[str, int]:
    """What the chat answers about themes, over all the data."""
    asked = voice.request("feedback_themes", "en", period=assistant.shop.period("all_time"), top_n=voice.ALL)
    outcome = voice.answered(assistant, asked, ROLES[role])
    assert isinstance(outcome, Answer)
    table = next(table for table in outcome.tables if table.name == "themes")
    return {row[0]: row[1] for row in table.rows}


def whole(test: AppTest) -> str:
    """All that the page shows, tables included."""
    cells = [str(found.value.to_numpy().tolist()) for found in test.table]
    return "\n".join([texts(test), *cells, *(f"{found.label} {found.value}" for found in test.metric)]).replace("\\", "")


@pytest.mark.parametrize(("language", "role"), [("en", "owner"), ("zh", "manager")])
def test_the_figures_are_those_of_the_analyses(demo: Callable[[], Assistant], language: Language, role: str) -> None:
    test = run(demo, language, role)
    assert not test.exception
    assistant = demo()
    period, formats = assistant.shop.period("last_12_months"), wording(language).formats
    facts = assistant.engine.run(satisfaction_overview(assistant.shop, period=period, compare_to=period.previous())).facts
    assert [found.value for found in test.metric] == [formats.rating(facts["average_rating"]), formats.points(facts["nps"]), formats.percent(facts["csat"])]
    seen = whole(test)
    assert all(str(facts[f"{name}_sample"]) in seen for name in ("average_rating", "nps", "csat"))
    largest = assistant.engine.run(feedback_themes(assistant.shop, period=period)).facts
    assert formats.title(largest["top_theme"], "theme") in seen
    assert formats.percent(largest["top_share"]) in seen
    assert len(test.tabs) == (4 if ROLES[role].edits_themes else 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_can_be_opened_in_both_languages(demo: Callable[[], Assistant], language: Language) -> None:
    from assistant.ui.labels import label

    test = run(demo, language)
    for name in ("voice_tab_new", "voice_tab_search", "voice_tab_edits"):
        tab(test, label(name, language), language)
    test = typed(tab(test, label("voice_tab_search", language), language), "voice-search", "delivery" if language == "en" else "物流")
    assert not test.exception
    assert button(test, "voice-ask-search")
    assert ("rated " if language == "en" else "评分") in texts(test)


def test_a_button_asks_the_chat_for_the_theme_that_is_looked_at(tiny: Callable[[], Assistant]) -> None:
    test = chosen(run(tiny), "voice-period", "all_time")
    test = chosen(test, "voice-theme", ("theme", "staff_attitude"))
    test = clicked(test, "voice-ask-quotes")
    order = test.session_state["pending"]
    assert isinstance(order, Order)
    assert order.request is not None
    assert (order.request.intent, order.request.slots["theme"]) == ("feedback_quotes", "staff_attitude")
    assert isinstance(voice.answered(tiny(), order.request, ROLES["manager"]), Answer)


@pytest.mark.parametrize("role", ["support", "manager"])
def test_quotes_name_nobody(tiny: Callable[[], Assistant], role: str) -> None:
    test = chosen(run(tiny, role=role), "voice-period", "all_time")
    test = chosen(test, "voice-theme", ("theme", "delivery_speed"))
    seen = whole(test)
    assert "late and slow" in seen
    assert "Longbottom" not in seen
    assert "7946" not in seen


def test_a_name_in_the_name_of_a_theme_is_hidden_from_who_may_not_see_names(tiny: Callable[[], Assistant]) -> None:
    assistant = tiny()
    ThemeEdits(state.workspace(), data_key(assistant.engine.path)).change(
        "", "rename", {"theme": "Delivery speed", "text": "Harriet Longbottom"},
        lambda edits: voice.edited(edits, voice.Draft("rename", "delivery_speed", text="Harriet Longbottom")),
    )
    period = assistant.shop.period("all_time")
    for role, sees in (("analyst", False), ("owner", True)):
        shown = [theme.name for theme in voice.themes(assistant, ROLES[role], "en")]
        assert any("Longbottom" in name for name in shown) == sees
        test = tab(chosen(run(tiny, role=role), "voice-period", "all_time"), "Change themes")
        assert ("Longbottom" in whole(test)) == sees
    effects = voice.preview(assistant, voice.Draft("merge", "delivery_speed", "staff_attitude"), period, ROLES["analyst"], "en")
    assert effects
    assert not any("Longbottom" in name for effect in effects for name in (effect.before_name, effect.after_name))


def test_few_answers_are_called_few(tiny: Callable[[], Assistant]) -> None:
    seen = texts(chosen(run(tiny), "voice-period", "all_time"))
    assert "rests on 7 answers" in seen
    assert "rests on 7 comments" in seen


def test_without_feedback_the_table_that_unlocks_the_page_is_named(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "bare.duckdb"
    store.write(db, frames({"sales": SALES}), Settings(), now=NEVER)
    bare = Assistant.open(db, encoder=encoder)
    opened = serving(bare, tmp_path, monkeypatch)
    for language, word in (("en", "feedback.csv"), ("zh", "客户之声")):
        test = run(opened, language)  # type: ignore[arg-type]
        assert not test.exception
        assert not test.metric
        assert word in whole(test)
        assert "feedback_id" in whole(test)
    bare.close()
    forget()


def test_who_may_not_change_themes_has_no_menu_for_it(tiny: Callable[[], Assistant]) -> None:
    for role in ("manager", "support"):
        test = run(tiny, role=role)
        assert [found.label for found in test.tabs] == ["Themes", "What is new", "Search"]
        assert not [found for found in test.button if found.key in ("voice-preview", "voice-apply", "voice-undo")]


def test_a_change_is_seen_before_it_is_made_holds_at_once_and_is_undone(tiny: Callable[[], Assistant]) -> None:
    assistant = tiny()
    before = sizes(assistant)
    assert before["delivery_speed"] >= 3
    test = tab(chosen(run(tiny), "voice-period", "all_time"), "Change themes")
    test = typed(chosen(test, "voice_field_theme", "delivery_speed"), "voice_field_name", "Slow parcels")
    test = clicked(test, "voice-preview")
    assert "Slow parcels" in whole(test)
    assert sizes(assistant) == before, "a preview changes nothing"
    test = clicked(test, "voice-apply")
    assert not test.exception
    after = sizes(assistant)
    assert after["Slow parcels"] == before["delivery_speed"]
    assert "delivery_speed" not in after
    assert "“Delivery speed” is called “Slow parcels”" in whole(test)
    quotes = voice.answered(assistant, voice.request("feedback_quotes", "en", theme="slow parcels", period=assistant.shop.period("all_time")), ROLES["owner"])
    assert isinstance(quotes, Answer)
    assert quotes.facts["matching"] >= before["delivery_speed"]
    test = clicked(test, "voice-undo")
    assert "Undone" in whole(test)
    assert sizes(assistant) == before


def test_changes_survive_a_restart_and_hold_on_the_command_line_too(tiny: Callable[[], Assistant]) -> None:
    from assistant.cli import opened as on_command_line

    assistant = tiny()
    before = sizes(assistant)
    ThemeEdits(state.workspace(), data_key(assistant.engine.path)).change(
        "ana", "merge", {}, lambda edits: voice.edited(edits, voice.Draft("merge", "staff_attitude", "delivery_speed"))
    )
    merged = sizes(assistant)
    assert "staff_attitude" not in merged
    assert merged["delivery_speed"] > before["delivery_speed"]
    state.workspace().close()
    forget()
    again = state.current().assistant()
    assert again is not assistant
    assert sizes(again) == merged
    again.close()
    other = on_command_line(assistant.engine.path, None)
    assert sizes(other) == merged
    other.close()


def test_a_change_of_a_theme_that_is_not_there_waits_and_is_said_to(tiny: Callable[[], Assistant]) -> None:
    assistant = tiny()
    text = json.dumps({"renames": [{"theme": "found_12345678", "names": {"en": "Loud fans", "zh": "风扇太响"}}]})
    held = ThemeEdits(state.workspace(), data_key(assistant.engine.path))
    held.change("ana", "import", {"text": "edits.json"}, lambda edits: voice.edited(edits, voice.Draft("import", file=text)))
    assert voice.waiting(assistant) == ("found_12345678",)
    test = chosen(run(tiny), "voice-period", "all_time")
    assert "wait until" in whole(test)
    assert "Loud fans" in whole(tab(test, "Change themes"))
    outcome = voice.answered(assistant, voice.request("feedback_themes", "zh", period=assistant.shop.period("all_time")), ROLES["owner"])
    assert any("不存在" in caveat for caveat in getattr(outcome, "caveats", ()))


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (voice.Draft("rename", "delivery_speed", text="  "), "voice_fault_empty"), (voice.Draft("rename", "delivery_speed", text="Staff attitude"), "voice_fault_taken"),
        (voice.Draft("merge", "delivery_speed", "delivery_speed"), "voice_fault_same"), (voice.Draft("split", "delivery_speed", text="Couriers"), "voice_fault_phrases"),
        (voice.Draft("pin", "delivery_speed", text="…"), None), (voice.Draft("exclude", text=""), "voice_fault_empty"),
        (voice.Draft("import"), "voice_fault_no_file"), (voice.Draft("import", file="{"), "voice_fault_file"), (voice.Draft("import", file='{"x": 1}'), "voice_fault_file"),
        (voice.Draft("import", file="[]"), "voice_fault_file"), (voice.Draft("import", file="{}"), None),
        (voice.Draft("split", "delivery_speed", text="Couriers", phrases=("courier",)), None),
    ],
)
def test_what_cannot_be_made_is_said_and_why(draft: voice.Draft, wrong: str | None) -> None:
    known = (voice.Theme("delivery_speed", "delivery_speed", "Delivery speed"), voice.Theme("staff_attitude", "staff_attitude", "Staff attitude"))
    assert voice.fault(draft, known) == wrong


def test_the_preview_tells_the_sizes_that_the_change_then_has(tiny: Callable[[], Assistant]) -> None:
    assistant = tiny()
    period = assistant.shop.period("all_time")
    held = ThemeEdits(state.workspace(), data_key(assistant.engine.path))
    for draft in (
        voice.Draft("split", "delivery_speed", text="Weeks", phrases=("weeks",)), voice.Draft("pin", "staff_attitude", text="slow"),
        voice.Draft("merge", "staff_attitude", "delivery_speed"),
    ):
        effects = voice.preview(assistant, draft, period, ROLES["owner"], "en")
        assert effects, draft.kind
        held.change("", draft.kind, {}, lambda edits, draft=draft: voice.edited(edits, draft))  # type: ignore[misc]
        now = {wording("en").formats.title(code, "theme"): size for code, size in sizes(assistant).items()}
        assert {effect.after_name: effect.after for effect in effects if effect.after} == {
            effect.after_name: now[effect.after_name] for effect in effects if effect.after
        }
        held.undo("")


def test_a_shop_without_edits_is_the_shop_that_was_opened(demo: Callable[[], Assistant]) -> None:
    """The fits of data that nobody edited are shared with everything else that reads them."""
    assistant = demo()
    assert isinstance(assistant.shop, Shop)
    assert assistant.edited_shop == assistant.shop


def test_another_data_set_has_edits_of_its_own(tiny: Callable[[], Assistant]) -> None:
    path = tiny().engine.path
    assert path is not None
    ThemeEdits(state.workspace(), data_key(path)).change(
        "", "exclude", {}, lambda edits: voice.edited(edits, voice.Draft("exclude", text="tea"))
    )
    assert tiny().theme_edits()
    assert reader(path.with_name("other.duckdb"), state.workspace())() == ""
