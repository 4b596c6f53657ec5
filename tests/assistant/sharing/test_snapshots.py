"""A shared link is unguessable, may expire, and once it has ended it never comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assistant.answering.saved import Saved, Source
from assistant.lossless import BrokenRecord
from assistant.sharing import snapshots
from assistant.sharing.snapshots import Snapshots
from assistant.workspace import Workspace, WorkspaceError, audit
from tests.assistant.answering.made import computed, request
from tests.assistant.kept import SHOP, greeting
from tests.assistant.workspace.conftest import Clock

TODAY = date(2026, 11, 17)


@pytest.fixture
def ann(workspace: Workspace) -> Snapshots:
    return Snapshots(workspace, "ann")


def dead(workspace: Workspace, token: str) -> bool:
    return snapshots.find(workspace, token) is None


def test_whoever_has_the_link_gets_the_answer(workspace: Workspace, ann: Snapshots) -> None:
    token, made = ann.create(greeting(), "Hello!")
    found = snapshots.find(workspace, token)
    assert found is not None
    assert (found.answer, found.snapshot) == (greeting(), made)
    assert ann.listed() == (made,)
    assert (made.title, made.live, made.expires, made.created.date()) == ("Hello!", True, None, TODAY)


def test_tokens_have_256_bits_and_are_never_the_same(ann: Snapshots) -> None:
    tokens = {ann.create(greeting(), "x")[0] for _ in range(10)}
    assert len(tokens) == 10
    assert {len(token) for token in tokens} == {43}


def test_the_token_stands_nowhere_in_the_file(workspace: Workspace, ann: Snapshots) -> None:
    token, made = ann.create(greeting(), "x")
    workspace.close()
    assert token.encode() not in workspace.path.read_bytes()
    assert dead(workspace, made.id)
    assert not dead(workspace, token)


@pytest.mark.parametrize("token", ["", "x", "' OR '1'='1", "../../etc/passwd", "\ud800", "x" * 100_000])
def test_an_unknown_token_opens_nothing(workspace: Workspace, ann: Snapshots, token: str) -> None:
    ann.create(greeting(), "x")
    assert dead(workspace, token)


def test_a_revoked_link_is_dead_and_its_answer_forgotten(workspace: Workspace, ann: Snapshots) -> None:
    token, made = ann.create(greeting("a secret question"), "x")
    other, _ = ann.create(greeting(), "y")
    assert ann.revoke(made.id)
    assert dead(workspace, token)
    assert not dead(workspace, other)
    assert [(s.title, s.live) for s in ann.listed()] == [("y", True), ("x", False)]
    assert not ann.revoke(made.id)
    workspace.close()
    assert b"secret" not in workspace.path.read_bytes()


def test_sharing_again_makes_another_link_and_the_revoked_one_stays_dead(workspace: Workspace, ann: Snapshots) -> None:
    old, made = ann.create(greeting(), "x")
    ann.revoke(made.id)
    new, _ = ann.create(greeting(), "x")
    assert new != old
    assert dead(workspace, old)
    assert not dead(workspace, new)


def test_nobody_revokes_or_lists_the_links_of_somebody_else(workspace: Workspace, ann: Snapshots) -> None:
    token, made = ann.create(greeting(), "x")
    bob = Snapshots(workspace, "bob")
    assert bob.listed() == ()
    assert not bob.revoke(made.id)
    assert not dead(workspace, token)


def test_a_link_works_through_its_last_day_and_no_longer(workspace: Workspace, clock: Clock, ann: Snapshots) -> None:
    token, made = ann.create(greeting(), "x", expires=TODAY + timedelta(days=1))
    clock.moment += timedelta(days=1)
    assert not dead(workspace, token)
    clock.moment += timedelta(days=1)
    assert dead(workspace, token)
    assert [s.live for s in ann.listed()] == [False]
    assert not ann.revoke(made.id)


def test_a_clock_that_is_set_back_brings_no_expired_link_to_life(workspace: Workspace, clock: Clock, ann: Snapshots) -> None:
    token, _ = ann.create(greeting(), "x", expires=TODAY)
    clock.moment += timedelta(days=3)
    assert dead(workspace, token)
    clock.moment -= timedelta(days=3)
    assert dead(workspace, token)


def test_a_last_day_in_the_past_is_refused(workspace: Workspace, ann: Snapshots) -> None:
    with pytest.raises(WorkspaceError) as fault:
        ann.create(greeting(), "x", expires=TODAY - timedelta(days=1))
    assert (fault.value.code, fault.value.details["day"]) == ("expiry_past", "2026-11-16")
    assert ann.listed() == ()
    assert audit.lines(workspace) == ()


def test_creating_and_revoking_leave_a_line_each_and_a_vain_attempt_none(workspace: Workspace, ann: Snapshots) -> None:
    token, made = ann.create(greeting(), "Hello!", expires=TODAY, with_sql=True)
    Snapshots(workspace, "bob").revoke(made.id)
    ann.revoke(made.id)
    ann.revoke(made.id)
    revoked, created = audit.lines(workspace)
    assert (created.actor, created.action, created.subject) == ("ann", "snapshot_created", made.id)
    assert created.details == {"title": "Hello!", "expires": "2026-11-17", "with_sql": True}
    assert (revoked.actor, revoked.action, revoked.subject) == ("ann", "snapshot_revoked", made.id)
    assert token not in str(audit.lines(workspace))


def test_sql_is_not_even_kept_where_it_may_not_be_seen(workspace: Workspace, ann: Snapshots) -> None:
    answer = Saved(request(), {}, computed(sql=("SELECT 42 AS secret",)), Source.of(SHOP))
    ann.create(answer, "x")
    with workspace.reading() as connection:
        assert "secret" not in connection.execute("SELECT record FROM snapshots").fetchone()[0]
    token, _ = ann.create(answer, "x", with_sql=True)
    found = snapshots.find(workspace, token)
    assert found is not None
    assert found.answer == answer


def test_a_damaged_answer_is_a_plain_error(workspace: Workspace, ann: Snapshots) -> None:
    token, _ = ann.create(greeting(), "x")
    with workspace.writing() as connection:
        connection.execute("UPDATE snapshots SET record = 'x'")
    with pytest.raises(BrokenRecord):
        snapshots.find(workspace, token)
