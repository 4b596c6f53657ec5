"""The settings file: defaults without one, every problem at once with its key and what to write, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.access import settings_file
from assistant.access.errors import AccessError, SettingsError, words
from assistant.access.roles import ROLES, VISITOR
from assistant.access.settings_file import AccessSettings, load


def written(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    path = home / "askwell.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_people_are_managers_who_see_masked_data_and_no_sql() -> None:
    known = load()
    assert known == AccessSettings()
    assert known.default.name == "manager"
    assert (known.default.sees_personal, known.default.sees_sql, known.default.manages) == (False, False, False)
    assert known.session_hours == 12


def test_rights_grow_from_visitor_to_owner() -> None:
    assert all(getattr(ROLES["owner"], right) for right in settings_file.RIGHTS)
    assert not any(getattr(VISITOR, right) for right in settings_file.RIGHTS)
    assert [name for name, role in ROLES.items() if role.sees_personal] == ["owner", "support"]
    assert [name for name, role in ROLES.items() if role.sees_sql] == ["owner", "analyst"]
    assert [name for name, role in ROLES.items() if role.manages or role.sees_audit] == ["owner"]


def test_a_file_changes_what_it_names_and_nothing_else(home: Path) -> None:
    written(home, """
        default_role = "analyst"
        session_hours = 8
        public_url = "https://askwell.example.com/"

        [roles.manager]
        sees_personal = true
        may_share = false
    """)
    known = load()
    assert known.default is known.roles["analyst"]
    assert known.roles["analyst"] == ROLES["analyst"]
    assert known.roles["manager"].sees_personal
    assert not known.roles["manager"].may_share
    assert known.roles["manager"].may_export
    assert (known.session_hours, known.public_url) == (8, "https://askwell.example.com")


def test_an_empty_file_and_one_from_a_windows_editor_are_read(home: Path) -> None:
    path = written(home, "")
    assert load() == AccessSettings()
    path.write_bytes('default_role = "owner"\r\n'.encode("utf-8-sig"))
    assert load().default_role == "owner"


def test_the_variable_names_another_file_which_then_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.toml"
    monkeypatch.setenv(settings_file.VARIABLE, str(other))
    with pytest.raises(AccessError) as caught:
        load()
    assert "ASKWELL_SETTINGS" in words(caught.value, "en")
    other.write_text('default_role = "support"', encoding="utf-8")
    assert load().default_role == "support"


BAD = """
default_role = "boss"
session_hours = "ten"
public_url = "askwell"
publik_url = "https://example.com"
[roles.chief]
sees_sql = true
[roles.manager]
sees_sql = "yes"
see_personal = true
"""


def test_every_problem_is_told_at_once_with_its_key_and_what_to_write(home: Path) -> None:
    path = written(home, BAD)
    with pytest.raises(SettingsError) as caught:
        load()
    lines = words(caught.value, "en").splitlines()
    assert lines[0] == f"The settings file {path} cannot be used:"
    assert sorted(lines[1:]) == sorted([
        "- default_role: boss is no role. Write one of owner, analyst, manager, support.",
        "- session_hours: ten is not a number of hours. Write a whole number from 1 to 720.",
        "- public_url: askwell is no address. Write one such as https://askwell.example.com.",
        "- publik_url: there is no such key. Did you mean public_url? Known: default_role, roles, public_url, session_hours,"
        " upload_megabytes.",
        "- roles.chief: chief is no role. Write one of owner, analyst, manager, support.",
        "- roles.manager.sees_sql: yes is neither true nor false. Write true or false, without quotation marks.",
        "- roles.manager.see_personal: there is no such key. Did you mean sees_personal? Known: sees_sql, sees_personal,"
        " may_export, may_share, sees_audit, manages, edits_themes, may_teach.",
    ])
    chinese = words(caught.value, "zh")
    assert len(chinese.splitlines()) == len(lines)
    assert "请写owner、analyst、manager、support之一" in chinese


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("session_hours = 0", "from 1 to 720"),
        ("session_hours = 721", "from 1 to 720"),
        ("session_hours = true", "from 1 to 720"),
        ("session_hours = 1.5", "from 1 to 720"),
        ("upload_megabytes = 0", "from 1 to 2000"),
        ("upload_megabytes = 2001", "a number of megabytes"),
        ('upload_megabytes = "500 MB"', "500 MB is not a number of megabytes"),
        ('public_url = "ftp://example.com"', "https://askwell.example.com"),
        ("roles = 3", "Write [roles.manager]"),
        ("roles.owner = true", "Write [roles.owner]"),
        ("default_role = manager", "not TOML"),
        ("default_role = [", "not TOML"),
    ],
)
def test_wrong_values_are_refused_in_words(home: Path, text: str, said: str) -> None:
    written(home, text)
    with pytest.raises(SettingsError) as caught:
        load()
    assert said in words(caught.value, "en")


def test_a_file_that_cannot_be_read_is_no_default(home: Path) -> None:
    written(home, "").write_bytes(b"default_role = \"\xff\xfe\"")
    with pytest.raises(AccessError) as caught:
        load()
    assert "cannot be read" in words(caught.value, "en")
