"""The scaffold lays out five files that say what to do, and overwrites nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

from assistant import scaffold


def test_it_writes_the_five_files_and_they_parse(tmp_path: Path) -> None:
    written = scaffold.lay_out(tmp_path, "behaviour", "repeat_purchase", "Repeat purchase", "复购")
    assert len(written) == 5
    for path in written:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            ast.parse(text)
        elif path.suffix == ".yaml":
            assert yaml.safe_load(text)["title"] == {"en": "Repeat purchase", "zh": "复购"}


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "intents" / "behaviour" / "repeat_purchase.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    written = scaffold.lay_out(tmp_path, "behaviour", "repeat_purchase", "Repeat purchase", "复购")
    assert mine not in written
    assert mine.read_text(encoding="utf-8") == "mine"
