"""What a blind set of questions is understood as, and what is held against it: floors per intent, and the known misses.

`python -m tests.assistant.understanding.floors` measures anew and writes both; it refuses where more is missed than before, unless
told `--worse` after the questions themselves have changed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer import LANGUAGES, Language
from assistant.ask import Assistant
from assistant.evaluation import Asked, judged
from assistant.understanding import catalogue

DATA = Path(__file__).resolve().parents[2] / "data"


@dataclass(frozen=True)
class Held:
    """What is promised of a language: questions answered right of each intent (and of each kind that is out of scope), and the
    questions that are known to be missed."""

    right: dict[str, int]
    missed: tuple[str, ...]


def written(language: Language) -> list[dict[str, Any]]:
    """Every labelled question of a language."""
    lines = (DATA / f"understanding_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def questions(language: Language) -> list[dict[str, Any]]:
    """Those that measure: of the shortest, a few happen to be examples, word by word, and are left out."""
    known = {_folded(question) for intent in catalogue.load() for question in intent.ask[language]}
    return [record for record in written(language) if _folded(record["question"]) not in known]


def _folded(question: str) -> str:
    return "".join(sign for sign in question.casefold() if sign.isalnum())


def asked(assistant: Assistant, language: Language) -> list[Asked]:
    """Every question with what was made of it."""
    return [judged(record, assistant.understand(record["question"], language="auto").to_json()) for record in questions(language)]


def label(item: Asked) -> str:
    """The intent of a question, or the kind of what is out of scope."""
    return item.intent or f"out of scope: {item.style}"


def measured(items: Sequence[Asked]) -> Held:
    right = Counter(label(item) for item in items if item.right)
    names = sorted({label(item) for item in items})
    return Held({name: right[name] for name in names}, tuple(sorted(item.question for item in items if not item.right)))


def held(language: Language) -> Held:
    """What was measured when the trained arrays were made."""
    data = json.loads((DATA / f"held_{language}.json").read_text(encoding="utf-8"))
    return Held(data["right"], tuple(data["missed"]))


def main(worse: bool) -> None:
    from analytics.ingest.load import write_demo

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        write_demo(path, customers=1_200)
        assistant = Assistant.open(path)
        for language in LANGUAGES:
            new, file = measured(asked(assistant, language)), DATA / f"held_{language}.json"
            if file.exists() and not worse and len(new.missed) > len(held(language).missed):
                sys.exit(f"{language}: {len(new.missed)} missed, {len(held(language).missed)} before; nothing was written")
            told = {"right": new.right, "missed": list(new.missed)}
            file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            sys.stdout.write(f"{language}: {len(new.missed)} of {len(questions(language))} missed\n")
        assistant.close()


if __name__ == "__main__":
    main("--worse" in sys.argv[1:])
