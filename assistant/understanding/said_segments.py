"""Which segments a question asks of: by their names, each in the scheme that the intent or the words around tell.

"At risk" in a question about who leaves, or "best customers" in a ranking of them, is what is asked and no segment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.understanding.lexicon import LexMatch
from assistant.understanding.prepare import Prepared

#: Intents whose subject is losing customers: "at risk" and "lost" are what is asked, not whom it is asked of.
_LOSS = frozenset(
    {
        "churn_risk", "churn_rate", "churn_drivers", "churn_model", "win_back", "risk_alerts", "detractors", "credit_risk",
        "fraud_risk", "inventory_risk",
    }
)
_LOSS_SEGMENTS = frozenset({"at risk", "can't lose", "lost", "about to sleep", "dormant"})
_SCHEMES = {"segment_rfm": "rfm_segment", "segment_value_tiers": "value_tier", "segment_lifecycle": "lifecycle_stage"}
#: Intents whose subject are the best customers: "our best ten customers" are ranked and not filtered.
_BEST_CUSTOMERS = frozenset({"top_customers", "revenue_concentration", "customer_profile"})
#: "Our fifty best clients" are a number of them in order; "our best clients" are a tier.
_RANKED = re.compile(r"(?:\d|\b(?:ten|twenty|thirty|forty|fifty|hundred|five|three|dozen)"
                     r"|[一二两三四五六七八九十百]+[名个位])\s*$")
_SUPERLATIVE = re.compile(r"best|top|biggest|largest|most|major|大客户|最")
_HIGH_VALUE = re.compile(r"high|hvc?|vip|高价值")
#: Intents about people, where "new customers" are a group of them.
_PEOPLE = frozenset(
    {"persona", "clv_predicted", "next_purchase", "campaign_targeting", "upsell", "cross_sell", "segment_strategy"}
)


def find_segments(prepared: Prepared, intent: str, taken: Sequence[tuple[int, int]]) -> list[LexMatch]:
    """The words for the segments that a question asks of, in order of place."""
    scheme = _SCHEMES.get(intent)
    found = [m for m in _words(prepared, intent, scheme) if not any(m.start < e and s < m.end for s, e in taken)]
    if scheme and len({m.name for m in found if m.field == scheme}) > 2:
        # All the tiers of the scheme by name are the scheme itself.
        found = [m for m in found if m.field != scheme]
    return [m for m in found if not _is_subject(prepared.text, intent, m)]


def _words(prepared: Prepared, intent: str, scheme: str | None) -> list[LexMatch]:
    """Words for segments, each in one scheme: that of the intent, RFM where it is said (有潜力 is promising there, and the
    middle tier of value elsewhere), else value and lifecycle."""
    rfm = scheme == "rfm_segment" or "rfm" in prepared.text
    wanted = ("rfm_segment" if rfm else "value_tier", scheme)
    best: dict[int, LexMatch] = {}
    for match in prepared.lexical:
        if match.kind == "metrics" and match.name == "new_customers" and intent in _PEOPLE:
            match = LexMatch(match.start, match.end, match.text, "segments", "new", "lifecycle_stage")
        if match.kind != "segments":
            continue
        if rfm and match.name == "potential" and "有潜力" in match.text:
            match = LexMatch(match.start, match.end, match.text, "segments", "promising", "rfm_segment")
        if match.start not in best or match.field in wanted:
            best[match.start] = match
    return list(best.values())


def _is_subject(text: str, intent: str, match: LexMatch) -> bool:
    # English says "lost customers" of whom to win back; 流失召回 is the name of the thing itself.
    to_win_back = intent == "win_back" and match.text.startswith(("lost", "churned"))
    if intent in _LOSS and match.name in _LOSS_SEGMENTS and not to_win_back:
        return True
    if intent in _BEST_CUSTOMERS and match.name == "high-value" and not _HIGH_VALUE.search(match.text):
        return True
    return bool(_RANKED.search(text[: match.start]) and _SUPERLATIVE.match(match.text))


__all__ = ["find_segments"]
