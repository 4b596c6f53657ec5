"""Golden answers: the whole worded answer of every intent, in both languages, as a reviewer would read it.

A changed text fails with its diff; `ASKWELL_GOLDEN=write` rewrites the files, which are then reviewed like code.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.ask import Assistant
from tests.assistant.questions import CASES

FOLDER = Path(__file__).parent.parent / "golden"


def written(answer: Answer, intent: str, question: str) -> str:
    """An answer as a readable page."""
    parts = [f"<!-- tests/assistant/test_golden.py, {intent} -->", f"# {question}", answer.text, f"> {answer.restated}"]
    parts += [f"! {caveat}" for caveat in answer.caveats]
    for table in answer.tables:
        rows = [" | ".join(column.label for column in table.columns), *(" | ".join(row) for row in table.shown[:3])]
        parts.append(f"## {table.title} ({len(table.rows)} of {table.total_rows})\n" + "\n".join(rows))
    parts.append("\n".join(f"- {question}" for question in answer.follow_ups))
    return "\n\n".join(part for part in parts if part) + "\n"


@pytest.mark.parametrize(("intent", "language", "question"), CASES)
def test_the_answer_reads_as_reviewed(assistant: Assistant, intent: str, language: str, question: str) -> None:
    answer = assistant.ask(question)
    assert isinstance(answer, Answer), answer.text
    page, file = written(answer, intent, question), FOLDER / language / f"{intent}.md"
    if os.environ.get("ASKWELL_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page, encoding="utf-8")
    assert page == file.read_text(encoding="utf-8")
