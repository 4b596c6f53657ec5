"""Words of other fields: patients, turbines, exam grades. A question that holds one is shaped like ours and is not.

Reads `intents/_lexicon/other_fields.yaml`. Decides nothing: the matcher has learnt how much such a word says.
"""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from assistant import paths
from assistant.understanding.folding import fold


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    path = paths.intents() / "_lexicon" / "other_fields.yaml"
    fields = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    english = sorted({fold(str(word)) for words in fields.values() for word in words.get("en") or ()})
    chinese = sorted({fold(str(word)) for words in fields.values() for word in words.get("zh") or ()})
    ordered = [rf"\b{re.escape(word)}(?:s|es)?\b" for word in sorted(english, key=len, reverse=True)]
    ordered += [re.escape(word) for word in sorted(chinese, key=len, reverse=True)]
    return re.compile("|".join(ordered) or r"(?!)")


def foreign_words(text: str) -> tuple[str, ...]:
    """The words of other fields in a text, in order of place."""
    return tuple(match.group() for match in _pattern().finditer(fold(text)))
