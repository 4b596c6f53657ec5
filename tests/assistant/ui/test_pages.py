"""The data page and the page of what can be asked, run without a browser: nothing changes before the last button, all can be
undone, and what goes wrong is a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics import store
from analytics.shop import Settings
from assistant import uploads
from assistant.access.roles import ROLES
from assistant.answer import LANGUAGES, Language
from assistant.ask import Assistant
from assistant.ui.state import State
from assistant.uploads import Plan, Sent

SALES = b"order_id,ordered_at,customer_id,product,quantity,unit_price\n" + b"\n".join(
    b"A%d,2026-01-%02d,C%d,Mug,2,3.50" % (number, number, number % 3) for number in range(1, 11)
)
HOSTILE = SALES.replace(b"Mug", b"<script>alert(1)</script>").replace(b"\nA", b"\nH")


def page(name, opened, language, role):  # type: ignore[no-untyped-def]
    # Streamlit runs the text of this function by itself, so that it knows no names of this module.
    import importlib

    importlib.import_module(f"assistant.ui.pages.{name}").draw(opened(), language, role)


def run(name: str, opened: Callable[[], Assistant], language: Language = "en", role: str = "owner") -> AppTest:
    test = AppTest.from_function(page, default_timeout=60, args=(name, opened, language, ROLES[role]))
    return test.run()


def button(test: AppTest, key: str) -> Any:
    return next(found for found in test.button if (found.key or "").startswith(key))


def texts(test: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "info", "success", "warning", "error", "subheader")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(test, kind)).replace("\\", "")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set that no test changes."""
    path = tmp_path_factory.mktemp("pages") / "mine.duckdb"
    uploads.commit([Sent("sales.csv", SALES)], path, Plan({}, Settings(company="Mine")))
    return path


@pytest.fixture(scope="module")
def looking(kept: Path) -> Callable[[], Assistant]:
    """The assistant on it, opened once."""
    return State(kept).assistant


@pytest.fixture
def db(kept: Path, tmp_path: Path) -> Path:
    """A data set of the test's own."""
    return Path(shutil.copy(kept, tmp_path / "mine.duckdb"))


@pytest.fixture
def opened(db: Path) -> Callable[[], Assistant]:
    return State(db).assistant


def sent(test: AppTest, *files: tuple[str, bytes]) -> AppTest:
    test.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files])
    return test.run()


@pytest.mark.parametrize(("language", "role"), [("en", "owner"), ("zh", "manager"), ("en", "support")])
def test_the_data_page_is_there_for_every_role_in_both_languages(looking: Callable[[], Assistant], language: Language, role: str) -> None:
    test = run("data", looking, language, role)
    assert not test.exception
    assert not test.error
    assert len(test.tabs) == 5
    assert "Mine" in texts(test)


def test_who_may_not_manage_sees_why_and_no_button(looking: Callable[[], Assistant]) -> None:
    test = run("data", looking, role="manager")
    assert not test.file_uploader
    assert "manages = true" in texts(test)
    assert not [found for found in test.button if (found.key or "").startswith("version-")]


def test_nothing_changes_before_the_last_button_and_a_load_can_be_undone(db: Path, opened: Callable[[], Assistant]) -> None:
    first = store.meta(db)["version"]
    test = sent(run("data", opened), ("more.csv", SALES.replace(b"\nA", b"\nB")))
    assert not [found for found in test.button if (found.key or "").startswith("load-now")]
    button(test, "load-check").click()
    test.run()
    assert "After loading" in texts(test)
    assert store.meta(db)["version"] == first
    button(test, "load-now").click()
    test.run()
    assert not test.exception
    second = store.meta(db)["version"]
    assert second != first
    assert second in texts(test)
    button(test, "load-undo").click()
    test.run()
    assert store.meta(db)["version"] == first
    assert second not in "".join(str(found.value) for found in test.success)


def test_a_check_is_made_again_when_something_was_changed(looking: Callable[[], Assistant]) -> None:
    test = sent(run("data", looking), ("more.csv", SALES))
    button(test, "load-check").click()
    test.run()
    next(found for found in test.selectbox if (found.key or "").startswith("load_currency")).set_value("CNY")
    test.run()
    assert "Check again" in texts(test)
    assert not [found for found in test.button if (found.key or "").startswith("load-now")]


def test_a_file_without_a_date_says_which_column_is_needed_until_one_is_chosen(looking: Callable[[], Assistant]) -> None:
    content = b"no,was,n,each\n" + b"\n".join(b"%d,Mug,1,2.5" % number for number in range(100, 110))
    test = sent(run("data", looking), ("list.csv", content))
    assert "needs a column for" in texts(test)
    assert button(test, "load-check").disabled
    dates = b"no,what,n,each\n" + b"\n".join(b"2026-02-%02d,Mug,1,2.5" % number for number in range(1, 10))
    test = sent(test, ("list.csv", dates))
    menus = {found.label: found for found in test.selectbox}
    menus["Meaning of no"].set_value("orders.ordered_at")
    menus["Meaning of each"].set_value("order_lines.unit_price")
    test.run()
    assert not button(test, "load-check").disabled


def test_a_field_chosen_twice_is_named_and_cannot_be_loaded(looking: Callable[[], Assistant]) -> None:
    test = sent(run("data", looking), ("sales.csv", SALES))
    {found.label: found for found in test.selectbox}["Meaning of product"].set_value("orders.order_id")
    test.run()
    assert "two columns" in texts(test)
    assert button(test, "load-check").disabled


def test_a_file_that_cannot_be_read_is_a_sentence_in_the_language_of_the_page(looking: Callable[[], Assistant], kept: Path) -> None:
    before = kept.read_bytes()
    for language, name, content, said in (
        ("en", "a.csv", b"", "is empty"), ("zh", "b.parquet", b"PAR1 nothing", "已损坏"), ("zh", "c.csv", bytes(range(256)) * 9, "无法识别"),
    ):
        test = sent(run("data", looking, language), (name, content))
        assert not test.exception
        assert [name in found.value.replace("\\", "") and said in found.value for found in test.error] == [True]
    assert kept.read_bytes() == before


def test_a_load_that_another_one_holds_up_is_a_sentence(
    looking: Callable[[], Assistant], monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    test = sent(run("data", looking), ("sales.csv", SALES.replace(b"\nA", b"\nB")))
    button(test, "load-check").click()
    test.run()

    def busy(*_: object) -> None:
        raise store.DataSetError("busy", kept, pid=17)

    monkeypatch.setattr(uploads, "commit", busy)
    button(test, "load-now").click()
    test.run()
    assert ["Nothing was changed." in found.value.replace("\\", "") for found in test.error] == [True]


def test_a_fault_of_ours_is_a_number_that_stands_in_the_log(
    looking: Callable[[], Assistant], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("assistant.ui.pages.quality.data_quality", broken)
    test = run("data", looking)
    (said,) = [found.value.replace("\\", "") for found in test.error]
    assert "secret" not in said
    assert any(record.getMessage().split()[1] in said for record in caplog.records if record.getMessage().startswith("fault "))
    assert len(test.tabs) == 5


def test_what_stands_in_a_file_is_shown_letter_by_letter(looking: Callable[[], Assistant]) -> None:
    test = sent(run("data", looking), ("hostile.csv", HOSTILE))
    (cell,) = [found.value for found in test.markdown if "script" in found.value]
    assert r"\<script\>alert\(1\)\<\/script\>" in cell


def test_a_version_loaded_elsewhere_is_shown_on_the_next_look_and_the_one_before_can_be_brought_back(
    db: Path, opened: Callable[[], Assistant]
) -> None:
    first = store.meta(db)["version"]
    test = run("data", opened)
    report = uploads.commit([Sent("sales.csv", SALES.replace(b"\nA", b"\nB"))], db, Plan({}, Settings(company="Other")))
    assert report.version in texts(test.run())
    button(test, "version-1").click()
    test.run()
    assert store.meta(db)["version"] == first


# what can be asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_click_on_an_example_asks_it(looking: Callable[[], Assistant], language: Language) -> None:
    test = run("catalogue", looking, language, "support")
    assert not test.exception
    clicked = button(test, "ask-segment_rfm-0")
    clicked.click()
    test.run()
    assert test.session_state["pending"] == clicked.label.replace("\\", "")


def test_what_cannot_be_answered_is_told_and_is_no_button(looking: Callable[[], Assistant]) -> None:
    test = run("catalogue", looking)
    assert not [found for found in test.button if "service_quality" in (found.key or "") or "fraud_risk" in (found.key or "")]
    assert "ticket_id" in texts(test)
    assert "Fraud risk" in texts(test)


def test_a_search_without_a_hit_says_so_and_offers_the_chat(looking: Callable[[], Assistant]) -> None:
    test = run("catalogue", looking)
    test.text_input[0].set_value("zzqq <b>")
    test.run()
    assert "zzqq <b>" in texts(test)
    button(test, "catalogue-anyway").click()
    test.run()
    assert test.session_state["pending"] == "zzqq <b>"


def test_a_role_narrows_what_is_listed(looking: Callable[[], Assistant]) -> None:
    test = run("catalogue", looking)
    before = len(test.button)
    test.button_group[0].set_value("support")
    test.run()
    assert not test.exception
    assert 0 < len(test.button) < before


