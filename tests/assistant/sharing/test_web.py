"""What a shared link opens in a browser, and what it tells those who have no link."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.sharing import page
from assistant.sharing.snapshots import Snapshots
from assistant.sharing.web import shared_page
from assistant.workspace import Workspace
from tests.assistant.kept import greeting
from tests.assistant.workspace.conftest import Clock

TODAY = date(2026, 11, 17)
HEADERS = {
    "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow",
}


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Route("/s/{token}", shared_page(workspace))])) as opened:
        yield opened


@pytest.fixture
def ann(workspace: Workspace) -> Snapshots:
    return Snapshots(workspace, "ann")


def guarded(reply: object) -> bool:
    """Whether a reply has every header that keeps it to itself."""
    headers = reply.headers  # type: ignore[attr-defined]
    policy = headers["content-security-policy"]
    return policy == f"{page.policy()}; frame-ancestors 'none'" and HEADERS.items() <= dict(headers).items()


def test_a_link_opens_its_answer(client: TestClient, ann: Snapshots) -> None:
    token, made = ann.create(greeting(), "x")
    reply = client.get(f"/s/{token}")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.text == page.page(greeting(), with_sql=False, shared_on=made.created.date())
    assert guarded(reply)
    assert client.get(f"/s/{token}").text == reply.text


def test_links_that_open_nothing_cannot_be_told_apart(client: TestClient, clock: Clock, ann: Snapshots) -> None:
    revoked, made = ann.create(greeting(), "x")
    expired, _ = ann.create(greeting(), "x", expires=TODAY)
    assert client.get(f"/s/{revoked}").status_code == 200
    assert client.get(f"/s/{expired}").status_code == 200
    ann.revoke(made.id)
    clock.moment += timedelta(days=2)
    replies = [client.get(f"/s/{token}") for token in (revoked, expired, "unknown", made.id, "%00", "x" * 5_000)]
    assert {reply.status_code for reply in replies} == {404}
    assert {reply.text for reply in replies} == {page.gone()}
    assert all(guarded(reply) for reply in replies)


def test_two_snapshots_never_show_each_others_answer(client: TestClient, ann: Snapshots) -> None:
    one, _ = ann.create(greeting("hello one"), "x")
    two, _ = ann.create(greeting("hello two"), "x")
    for token, own, other in ((one, "hello one", "hello two"), (two, "hello two", "hello one"), (one, "hello one", "hello two")):
        text = client.get(f"/s/{token}").text
        assert own in text
        assert other not in text


def test_a_fault_of_ours_is_told_without_its_details(client: TestClient, workspace: Workspace, ann: Snapshots) -> None:
    token, _ = ann.create(greeting(), "x")
    with workspace.writing() as connection:
        connection.execute("UPDATE snapshots SET record = 'broken'")
    reply = client.get(f"/s/{token}")
    assert (reply.status_code, reply.text) == (503, page.closed())
    assert guarded(reply)


def test_a_workspace_that_cannot_be_opened_is_a_fault_of_ours(tmp_path: Path) -> None:
    with TestClient(Starlette(routes=[Route("/s/{token}", shared_page(Workspace(tmp_path)))])) as client:
        reply = client.get("/s/any")
    assert (reply.status_code, reply.text) == (503, page.closed())


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_link_is_only_ever_read(client: TestClient, ann: Snapshots, method: str) -> None:
    token, _ = ann.create(greeting(), "x")
    assert getattr(client, method)(f"/s/{token}").status_code == 405
    assert client.head(f"/s/{token}").status_code == 200
