"""`askwell themes --jsonl`: a line per theme, one for what has none, no id lost, whatever the input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant import cli
from tests.analytics.models.feedback import DELIVERY, FEEDBACK, NOTHING, REFUND


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKWELL_LANG", "en")


def run(lines: list[str]) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(cli.app, ["themes", "--jsonl"], input="\n".join(lines))
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def line(id: object, text: str) -> str:
    return json.dumps({"id": id, "text": text}, ensure_ascii=False)


def test_each_theme_is_a_line_and_every_id_is_in_one_or_openly_unassigned() -> None:
    code, records, _ = run([line(f"t{at}", text) for at, text in enumerate(FEEDBACK)])
    assert code == cli.Exit.DONE
    themes, last = records[:-1], records[-1]
    assert all({"theme", "label", "keywords", "size", "ids"} <= set(theme) for theme in themes)
    assert [theme["size"] for theme in themes] == sorted((len(theme["ids"]) for theme in themes), reverse=True)
    assert all(theme["keywords"] and theme["label"] for theme in themes)
    assert last == {"unassigned": [f"t{at}" for at in range(len(FEEDBACK) - len(NOTHING), len(FEEDBACK))]}
    assigned = {id for theme in themes for id in theme["ids"]}
    assert assigned | set(last["unassigned"]) == {f"t{at}" for at in range(len(FEEDBACK))}
    assert not assigned & set(last["unassigned"])


def test_the_label_is_in_the_language_of_the_texts() -> None:
    english, chinese = ([text for text in (*DELIVERY, *REFUND) if text.isascii() is ascii] for ascii in (True, False))
    for texts, label in ((english, "Delivery speed"), (chinese, "物流速度")):
        _, records, _ = run([line(at, text) for at, text in enumerate(texts)])
        assert label in [record.get("label") for record in records]


def test_a_bad_line_is_said_and_its_id_is_not_lost() -> None:
    code, records, said = run([*(line(at, text) for at, text in enumerate(REFUND)), '{"id": "x"}', "nonsense"])
    assert code == cli.Exit.BAD_INPUT
    assert "Line 6" in said
    assert "Line 7" in said
    assert records[0]["theme"] == "refund"
    assert records[-1] == {"unassigned": ["x", None]}


def test_no_texts_give_no_themes() -> None:
    assert run([])[:2] == (cli.Exit.DONE, [{"unassigned": []}])
