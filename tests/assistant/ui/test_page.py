"""The page as a script: what it shows first, what an answer looks like, and what happens when something is wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.models.encoder import Encoder
from assistant.access import gate
from assistant.ui import state
from assistant.ui.labels import label

#: Running it is the test: it is not imported.
_APP = Path(state.__file__).parents[1] / "page.py"
_FIRST_PAINT = """
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file(sys.argv[1], default_timeout=240).run()
assert not page.exception, page.exception
assert page.chat_input and len(page.button) > 5
print("torch" in sys.modules, "sentence_transformers" in sys.modules)
"""


@pytest.fixture
def home(demo_db: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own on the demo company, with the encoder of these tests."""
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path))
    monkeypatch.setenv(state.DB_VARIABLE, str(demo_db))
    for cached in (state.current, state.workspace, gate.current):
        cached.cache_clear()
    state.current()._encoder = encoder
    yield tmp_path
    for cached in (state.current, state.workspace, gate.current):
        cached.cache_clear()


def _page() -> AppTest:
    page = AppTest.from_file(str(_APP), default_timeout=120).run()
    assert not page.exception
    return page


def _ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def _texts(page: AppTest) -> str:
    return "\n".join(element.value for kind in (page.markdown, page.subheader, page.caption, page.info) for element in kind)


def test_the_first_page_does_not_wait_for_the_encoder(demo_db: Path, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FIRST_PAINT, str(_APP)], capture_output=True, text=True, timeout=300,
        env={"ASKWELL_HOME": str(tmp_path), state.DB_VARIABLE: str(demo_db), "PATH": "", "PYTHONPATH": ":".join(sys.path)},
    )
    assert told.returncode == 0, told.stderr[-2_000:]
    assert told.stdout.strip().endswith("False False")


def test_a_question_is_answered_kept_and_found_by_its_address(home: Path) -> None:
    page = _ask(_page(), "revenue by category this year")
    assert "£" in page.subheader[0].value
    told = page.query_params["c"]
    identity = told if isinstance(told, str) else told[0]
    again = AppTest.from_file(str(_APP), default_timeout=120)
    again.query_params["c"] = identity
    again.run()
    assert again.subheader[0].value == page.subheader[0].value


def test_an_answer_turns_to_the_other_language_and_the_page_with_it(home: Path) -> None:
    page = _ask(_page(), "revenue by category this year")
    page.session_state["language"] = "zh"
    page.run()
    assert "销售额" in page.subheader[0].value
    assert "理解为" in _texts(page)
    assert page.chat_input[0].placeholder.startswith("输入问题")


def test_an_address_of_nobody_opens_a_new_conversation_and_says_so(home: Path) -> None:
    page = AppTest.from_file(str(_APP), default_timeout=120)
    page.query_params["c"] = "no-such-conversation"
    page.run()
    assert not page.exception
    assert "not there any more" in page.info[0].value
    assert "c" not in page.query_params


def test_a_refused_question_is_plain_text_with_at_most_three_ways_on(home: Path) -> None:
    page = _ask(_page(), "what is the weather in Paris")
    assert not page.subheader
    ways = [button for button in page.button if (button.key or "").startswith("choice-")]
    assert 0 < len(ways) <= 3


def _worked_out(page: AppTest) -> AppTest:
    """The page with the tab open that says how the last answer was worked out."""
    thumbs = next(widget.key for widget in page.get("feedback") if widget.key.startswith("thumbs-"))
    page.session_state[thumbs.replace("thumbs-", "tabs-")] = label("receipt", "en")
    return page.run()


def test_a_tab_that_nobody_looks_at_is_not_drawn(home: Path) -> None:
    page = _ask(_page(), "revenue by category this year")
    assert not page.dataframe
    assert len(page.tabs) == 3


def test_a_manager_sees_no_query(home: Path) -> None:
    page = _worked_out(_ask(_page(), "revenue by category this year"))
    assert not page.code
    assert "Rows" in _texts(page)


def test_an_analyst_sees_the_query(home: Path) -> None:
    (home / "askwell.toml").write_text('default_role = "analyst"', encoding="utf-8")
    gate.current.cache_clear()
    assert "SELECT" in _worked_out(_ask(_page(), "revenue by category this year")).code[0].value


def test_a_conversation_that_cannot_be_saved_goes_on_and_says_so(home: Path) -> None:
    (home / "workspace.sqlite3").write_bytes(b"this is no database, whatever its name says, and it is long enough" * 20)
    page = _ask(_ask(_page(), "revenue by category this year"), "and by country?")
    assert len(page.subheader) == 2
    assert "not being saved" in _texts(page)


def test_a_missing_data_set_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(state.DB_VARIABLE, str(home / "nowhere.duckdb"))
    state.current.cache_clear()
    page = _page()
    assert "nowhere.duckdb" in page.error[0].value
    assert "Traceback" not in page.error[0].value
