"""The mood that a question about feedback names without its word: moaning is negative feedback, kind words are positive.

Only English: the Chinese words of the kind (吐槽, 抱怨) are used of any feedback.
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.understanding.text import Language

Mood = Literal["positive", "negative"]
_INTENTS = frozenset({"feedback_themes", "feedback_quotes", "feedback_sentiment"})
_NEGATIVE = re.compile(
    r"\b(?:moan\w*|complain(?:s|ed|ing)?|complaints?|grumbl\w*|grip(?:e|es|ing)|whin(?:e|es|ing)|rant\w*|hat(?:e|es|ed|ing)"
    r"|dislik\w*|unhapp\w*"
    r"|dissatisf\w*|annoy\w*|bug(?:s|ged|ging)?(?= (?:them|people|our|you|customers|folks|clients))|bother\w*|irritat\w*"
    r"|upset\w*|frustrat\w*|angr\w*|furious"
    r"|cross with|disappoint\w*|let down|critici\w*|nasty|slag\w*|put(?:s|ting)? (?:them|people|customers) off"
    r"|(?:not|n't|don't|do not|does not|doesn't|didn't) (?:\w+ )?(?:like|happy|satisfied|enjoy)\w*)\b"
)
_POSITIVE = re.compile(
    r"\b(?:lov(?:e|es|ed|ing)|prais\w*|compliment\w*|kind words|nice (?:things|words|comments)|good things|enjoy\w*|happy with"
    r"|delight\w*"
    r"|appreciat\w*|rav(?:e|es|ed|ing)|thank\w* us|favourite thing|fond of"
    r"|(?:do|does|did|they|people|customers|clients|shoppers|folks|buyers|what) (?:really |most |all |they |people "
    r"|customers )?like(?: most| best)?(?= about| in| of|\?|$))\b"
)
_BOTH = re.compile(r"\bor\b|\bversus\b|\bvs\b|\blike and dislike\b|\blove or\b")


def mood(text: str, intent: str, language: Language) -> Mood | None:
    """The mood of the feedback that is asked for, or None where none or both are named."""
    if intent not in _INTENTS or language != "en":
        return None
    bad, good = _NEGATIVE.search(text), _POSITIVE.search(text)
    if intent == "feedback_sentiment" or (bad and good and _BOTH.search(text)):
        return None
    if bad:
        return "negative"
    return "positive" if good else None
