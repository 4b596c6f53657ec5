"""Suggestions over HTTP: for whoever may see the page, with the customers of the data only for those who may see them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from analytics.store import DataSetError
from assistant import suggesting
from assistant.access import gate, users
from assistant.access.gate import Gate
from assistant.access.sign_in import SignIn
from assistant.answer import LANGUAGES
from assistant.ask import Assistant
from assistant.suggest_api import SUGGEST, kind_of, suggested
from assistant.suggesting import Suggesting
from assistant.understanding.suggestions import CUSTOMER, Suggestion

PASSWORD = "correct horse"
HERE = "http://127.0.0.1:8501"


@pytest.fixture(scope="module")
def gathered(assistant: Assistant) -> Suggesting:
    """The suggestions of the demo company, ready, with its customers."""
    found = Suggesting(lambda: assistant)
    assert found.suggest("rev", "en", True) == ()
    assert found.gathering is not None
    found.gathering.join(60)
    for _ in range(600):
        if any(one.kind == CUSTOMER for one in found.suggest("walk", "en", True)):
            return found
        time.sleep(0.05)
    raise AssertionError("no customers were gathered")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path))
    monkeypatch.setattr(users, "_N", 2**10)
    monkeypatch.setattr(users, "_P", 1)
    gate.current.cache_clear()
    yield tmp_path
    gate.current.cache_clear()


def client(found: Suggesting, home: Path) -> TestClient:
    made = Gate.of(home, "127.0.0.1")
    app = SignIn(Starlette(routes=[Route(SUGGEST, suggested(found, lambda: made), methods=["POST"])]), lambda: made)
    return TestClient(app, base_url=HERE, client=("127.0.0.1", 50_000), follow_redirects=False)


def signed_in(found: Suggesting, home: Path, role: str) -> TestClient:
    users.add(home, "ann", role, PASSWORD)
    browser = client(found, home)
    browser.post("/sign-in", data={"name": "ann", "password": PASSWORD})
    return browser


def asked(browser: TestClient, text: str, language: str = "en") -> list[dict[str, str]]:
    reply = browser.post(SUGGEST, json={"text": text, "language": language})
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    found: list[dict[str, str]] = reply.json()["suggestions"]
    return found


def test_each_suggestion_says_what_it_is_in_the_language_of_the_page(gathered: Suggesting, home: Path) -> None:
    browser = client(gathered, home)
    assert asked(browser, "rev")[0] == {"insert": "revenue", "text": "revenue", "kind": "metric"}
    assert {"insert": "sales in York", "text": "York", "kind": "city"} in asked(browser, "sales in yor")
    assert {"insert": "How clean is the data?", "text": "How clean is the data?", "kind": "question"} in asked(browser, "how clean")
    assert asked(browser, "今年各地", "zh")[0] == {"insert": "今年各地区销售额", "text": "今年各地区销售额", "kind": "问题"}
    assert {"insert": "销售额", "text": "销售额", "kind": "指标"} in asked(browser, "xse", "zh")
    assert {"insert": "约克", "text": "约克", "kind": "城市：York"} in asked(browser, "约", "zh")
    assert {"insert": "turnover", "text": "turnover", "kind": "metric: revenue"} in asked(browser, "turno")


@pytest.mark.parametrize(("role", "named"), [("owner", True), ("support", True), ("analyst", False), ("manager", False)])
def test_customers_are_named_to_roles_that_see_them(gathered: Suggesting, home: Path, role: str, named: bool) -> None:
    kinds = {one["kind"] for one in asked(signed_in(gathered, home, role), "walk")}
    assert ("customer" in kinds) is named


def test_where_nobody_signs_in_the_default_role_sees_no_customers(gathered: Suggesting, home: Path) -> None:
    assert "customer" not in {one["kind"] for one in asked(client(gathered, home), "walk")}


def test_who_is_not_signed_in_or_no_more_gets_nothing(gathered: Suggesting, home: Path) -> None:
    browser = signed_in(gathered, home, "owner")
    assert asked(browser, "rev")
    users.remove(home, "ann")
    users.add(home, "bob", "owner", PASSWORD)
    for stranger in (browser, client(gathered, home)):
        reply = stranger.post(SUGGEST, json={"text": "rev", "language": "en"})
        assert reply.status_code == 401
        assert "revenue" not in reply.text


def test_pages_of_other_sites_get_nothing(gathered: Suggesting, home: Path) -> None:
    for site in ("cross-site", "same-site", "none"):
        reply = client(gathered, home).post(SUGGEST, json={"text": "rev", "language": "en"}, headers={"sec-fetch-site": site})
        assert reply.status_code == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"text": 1, "language": "en"}', b'{"text": "rev"}', b'{"text": "rev", "language": "fr"}',
     b'{"text": "rev", "language": ["en"]}', b'{"text": "\\ud800", "language": "en"}', b"\xff", b"[" * 4_000, b'{"text": "' + b"a" * 5_000 + b'"}'],
)
def test_anything_else_is_a_bad_request(gathered: Suggesting, home: Path, body: bytes) -> None:
    assert client(gathered, home).post(SUGGEST, content=body).status_code == 400


def test_the_address_takes_no_other_method(gathered: Suggesting, home: Path) -> None:
    assert client(gathered, home).get(SUGGEST).status_code == 405


def test_without_a_data_set_and_while_suggestions_are_gathered_there_are_none(home: Path, assistant: Assistant, monkeypatch: Any) -> None:
    def gone() -> Assistant:
        raise DataSetError("not_there", home / "gone.duckdb")

    assert asked(client(Suggesting(gone), home), "rev") == []
    failing = Suggesting(lambda: assistant)
    monkeypatch.setattr(suggesting, "suggester", lambda _: 1 / 0)
    assert asked(client(failing, home), "rev") == []
    assert failing.gathering is not None
    failing.gathering.join(60)
    assert asked(client(failing, home), "rev") == []


def test_everything_that_is_suggested_as_a_name_is_read_as_what_it_is_said_to_be(gathered: Suggesting, assistant: Assistant) -> None:
    lexicon = assistant.reader.preparer.lexicon
    for typed in ("rev", "chu", "gro", "reg", "age", "销", "复", "地", "年龄"):
        named = [one for one in gathered.suggest(typed, "zh", False) if one.kind in ("metric", "dimension")]
        assert named
        for found in named:
            assert found.meaning in {name for entry in lexicon.lookup(found.shown.lower()) for name in (entry.name, *entry.others)}


def test_every_kind_has_a_word_in_every_language() -> None:
    from assistant.understanding.entities import FIELDS

    for language in LANGUAGES:
        for kind in ("metric", "dimension", "segment", "question", "customer", *FIELDS):
            assert kind_of(Suggestion("x", "x", kind), language) != kind or language == "en"
    assert kind_of(Suggestion("VIP", "VIP", "segment", "value_tier.high-value"), "zh") == "客群：高价值"
