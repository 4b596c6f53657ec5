"""Signs of irony in a text: praise in quotation marks, stock phrases, a rolling eye. Marks doubt; moves no score."""

from __future__ import annotations

import re
from functools import cache

import yaml

from analytics.models.polarity import DATA

IRONY_FILE = DATA / "sentiment_irony.yaml"
_QUOTED = re.compile(r"[\"“「『']([^\"”」』']{1,14})[\"”」』'](?![a-z])")


@cache
def _signs() -> re.Pattern[str]:
    content = yaml.load(IRONY_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    latin = re.compile("[a-z]")
    words = [rf"\b{re.escape(word)}\b" if latin.match(word) else re.escape(word) for word in content["phrases"]]
    return re.compile("|".join([*words, *map(re.escape, content["emoji"])]))


def ironic(text: str) -> bool:
    """Whether a lower-case text has a sign of irony. A hint for who reads it, not a finding: most such texts are meant
    as they stand (see the card)."""
    return bool(_signs().search(text) or _QUOTED.search(text))
