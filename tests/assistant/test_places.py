"""Where the editable data and this installation's own files are found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.ingest import load
from analytics.store import DataSetError
from assistant import paths, settings


def test_a_checkout_has_its_data_beside_the_packages() -> None:
    assert paths.intents() == Path(__file__).parents[2] / "intents"
    assert (paths.templates() / "en").is_dir()


def test_a_wheel_has_its_data_inside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "assistant"
    for folder in ("_data/intents", "_data/templates"):
        (package / folder).mkdir(parents=True)
    shutil.copy(paths.__file__, package / "paths.py")
    (package / "__init__.py").touch()
    code = "from assistant import paths; print(paths.intents())"
    out = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(tmp_path)})
    assert Path(out.stdout.strip()) == package / "_data" / "intents"


def test_own_files_go_where_they_are_told_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path))
    assert settings.demo_path() == tmp_path / "demo.duckdb"
    monkeypatch.delenv("ASKWELL_HOME")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert settings.data_folder() == tmp_path / "xdg" / "askwell"


def test_a_second_process_waits_for_the_demo_company_that_a_first_one_builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path))
    tries = iter([DataSetError("busy", "x", pid=1), DataSetError("busy", "x", pid=1), None])

    def write_demo(path: Path) -> str:
        if fault := next(tries):
            raise fault
        path.touch()
        return "v"

    monkeypatch.setattr(load, "write_demo", write_demo)
    monkeypatch.setattr(settings.time, "sleep", lambda seconds: None)
    assert settings.default_db().exists()


@pytest.mark.parametrize("code", ["disk_full", "write_failed"])
def test_any_other_trouble_with_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    monkeypatch.setenv("ASKWELL_HOME", str(tmp_path))

    def write_demo(path: Path) -> str:
        raise DataSetError(code, path, reason="no room")

    monkeypatch.setattr(load, "write_demo", write_demo)
    with pytest.raises(DataSetError, match=code):
        settings.default_db()
