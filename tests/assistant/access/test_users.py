"""Users: a file that only its owner reads, hashes that fit one password, and nothing lost when something is wrong."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from analytics.store.locking import locked
from assistant.access import users
from assistant.access.errors import AccessError, words
from tests.assistant.access.conftest import PASSWORD


def code_of(call: object) -> str:
    assert callable(call)
    with pytest.raises(AccessError) as caught:
        call()
    assert words(caught.value, "zh") != words(caught.value, "en")
    return caught.value.code


def test_nobody_is_there_before_somebody_is_added(home: Path) -> None:
    assert users.read(home) == {}


def test_a_user_can_be_added_read_again_and_removed(home: Path) -> None:
    made = users.add(home, " Ann  Lee ", "owner", PASSWORD)
    users.add(home, "王芳", "support", PASSWORD)
    assert made.name == "Ann Lee"
    assert users.read(home) == {"ann lee": made, "王芳": users.read(home)["王芳"]}
    assert users.remove(home, "ANN LEE") == made
    assert list(users.read(home)) == ["王芳"]


def test_the_password_is_nowhere_in_the_file_and_two_equal_ones_look_different(home: Path) -> None:
    first, second = users.add(home, "ann", "owner", PASSWORD), users.add(home, "bob", "owner", PASSWORD)
    assert PASSWORD not in (home / users.FILE).read_text(encoding="utf-8")
    assert first.hash != second.hash
    assert first.fingerprint != second.fingerprint


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_the_owner_of_the_process_can_read_the_file_whatever_the_umask(home: Path) -> None:
    before = os.umask(0)
    try:
        users.add(home, "ann", "owner", PASSWORD)
        users.add(home, "bob", "owner", PASSWORD)
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / users.FILE).stat().st_mode) == 0o600


def test_only_the_right_password_is_verified_however_it_was_typed() -> None:
    user = users.hashed("ann", "owner", "ｐａｓｓ词é1")
    assert users.verified(user, "ｐａｓｓ词é1")
    assert users.verified(user, "pass词e\u03011")
    for wrong in ("pass词é2", "PASS词é1", "", "pass词é1 ", "x" * 5_000, "\ud800"):
        assert not users.verified(user, wrong)


def test_a_name_that_nobody_has_is_checked_as_slowly_and_never_verified() -> None:
    with patch.object(users, "_scrypt", wraps=users._scrypt) as costly:
        assert not users.verified(None, PASSWORD)
    assert costly.call_count == 1


def test_the_cost_of_new_hashes_is_what_the_file_says(home: Path) -> None:
    users.add(home, "ann", "owner", PASSWORD)
    with patch.object(users, "_N", 2**11):
        users.add(home, "bob", "owner", PASSWORD)
    found = users.read(home)
    assert (found["ann"].n, found["bob"].n) == (2**10, 2**11)
    assert all(users.verified(user, PASSWORD) for user in found.values())


def test_replacing_a_user_changes_role_password_and_fingerprint(home: Path) -> None:
    before = users.add(home, "ann", "owner", PASSWORD)
    assert code_of(lambda: users.add(home, "ANN", "manager", "another one")) == "user_exists"
    after = users.add(home, "ANN", "manager", "another one", replace=True)
    assert users.read(home) == {"ann": after}
    assert not users.verified(after, PASSWORD)
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize("name", ["", "  ", "a" * 65, "a\nb\x00", "<b>", 'a"', "a/b", "{{x}}"])
def test_names_that_are_none_are_refused(home: Path, name: str) -> None:
    assert code_of(lambda: users.add(home, name, "owner", PASSWORD)) == "bad_user_name"
    assert users.read(home) == {}


@pytest.mark.parametrize("password", ["", "1234567", "x" * 2_000])
def test_passwords_that_are_too_short_or_too_long_are_refused(home: Path, password: str) -> None:
    assert code_of(lambda: users.add(home, "ann", "owner", password)) == "bad_password"


def test_removing_somebody_who_is_not_there_says_who_is(home: Path) -> None:
    users.add(home, "ann", "owner", PASSWORD)
    with pytest.raises(AccessError) as caught:
        users.remove(home, "bob")
    assert words(caught.value, "en") == "There is no user bob. Users: ann."


@pytest.mark.parametrize(
    "text",
    [
        "[[user", "user = 3", '[[user]]\nname = "ann"', '[[user]]\nname = "a"\nrole = "boss"\nsalt = "AA=="\nhash = "AA=="\nn = 1024\nr = 8\np = 1',
        '[[user]]\nname = "a"\nrole = "owner"\nsalt = "AA=="\nhash = "AA=="\nn = 1073741824\nr = 8\np = 1', "\x00",
    ],
)
def test_a_broken_file_is_refused_and_never_overwritten(home: Path, text: str) -> None:
    home.mkdir()
    (home / users.FILE).write_text(text, encoding="utf-8")
    assert code_of(lambda: users.read(home)) == "bad_users"
    assert code_of(lambda: users.add(home, "ann", "owner", PASSWORD)) == "bad_users"
    assert (home / users.FILE).read_text(encoding="utf-8") == text


def test_two_commands_at_once_do_not_lose_a_user(home: Path) -> None:
    users.add(home, "ann", "owner", PASSWORD)
    with locked(home / f"{users.FILE}.lock"):
        assert code_of(lambda: users.add(home, "bob", "owner", PASSWORD)) == "users_busy"
    users.add(home, "bob", "owner", PASSWORD)
    assert list(users.read(home)) == ["ann", "bob"]


def test_what_a_killed_command_left_behind_is_no_obstacle(home: Path) -> None:
    home.mkdir()
    (home / f"{users.FILE}.part").write_text("half a file", encoding="utf-8")
    users.add(home, "ann", "owner", PASSWORD)
    assert list(users.read(home)) == ["ann"]


def test_a_folder_that_cannot_be_written_changes_nothing(home: Path) -> None:
    home.write_text("a file where the folder should be", encoding="utf-8")
    assert code_of(lambda: users.add(home, "ann", "owner", PASSWORD)) == "users_not_written"
