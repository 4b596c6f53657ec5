"""Questions that the empty page offers: three groups for a kind of reader, only what the loaded data can answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import yaml

from analytics.semantics import why_not
from analytics.shop import Shop
from assistant import paths
from assistant.answer import Language
from assistant.answering.follow_ups import works
from assistant.understanding.catalogue import Catalogue

#: Whose questions are offered.
Reader = Literal["manager", "marketing", "support"]
READERS: tuple[Reader, ...] = ("manager", "marketing", "support")
_A_GROUP = 3
_Entry = Mapping[str, str]


def starters(known: Catalogue, shop: Shop, language: Language, reader: Reader = "manager") -> dict[str, tuple[str, ...]]:
    """Up to three questions a group; a group without any is left out."""
    groups = {
        group: tuple(entry[language] for entry in entries if _answerable(entry, known, shop))[:_A_GROUP]
        for group, entries in texts()[reader].items()
    }
    return {group: questions for group, questions in groups.items() if questions}


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, tuple[_Entry, ...]]]:
    """The questions of templates/starters.yaml, by reader and group."""
    data = yaml.safe_load((paths.templates() / "starters.yaml").read_text(encoding="utf-8"))
    return {reader: {group: tuple(entries) for group, entries in groups.items()} for reader, groups in data.items()}


def _answerable(entry: _Entry, known: Catalogue, shop: Shop) -> bool:
    if entry["intent"] not in known or not works(known[entry["intent"]], shop):
        return False
    by = (entry["by"],) if "by" in entry else ()
    return "metric" not in entry or why_not(shop, entry["metric"], by) is None
