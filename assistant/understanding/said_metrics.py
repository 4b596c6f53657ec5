"""Which figures a question asks for: from the words that name metrics, and from ways of saying one with a gap in it.

"Redeemed the most points" is points redeemed, "what share of invoices is past due" a rate. Finds no other slot.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.understanding.lexicon import LexMatch
from assistant.understanding.prepare import Prepared

#: Intents whose subject is any metric.
METRIC_INTENTS = frozenset(
    {"metric_value", "metric_breakdown", "metric_trend", "metric_compare", "change_drivers", "anomalies", "definition"}
)
#: Metrics that are mostly the noun of something else: customers who ..., orders that ..., tickets that ...
_HEAD_NOUNS = frozenset({"customers", "orders", "tickets", "feedback_count"})
_COUNTED = re.compile(
    r"how many|number of|count of|no\.? of|total|headcount"
    r"|多少|几个|几位|数量|总数|人数|客户数|订单数|顾客数|单量"
)
#: Intents about people, of whom "new customers" are a group and no figure.
_ABOUT_PEOPLE = frozenset(
    {
        "persona", "clv_predicted", "clv_historical", "next_purchase", "product_recommendation", "campaign_targeting",
        "customer_list", "upsell", "cross_sell", "segment_strategy", "market_basket", "feedback_quotes", "feedback_themes",
    }
)
#: Intents about texts, in which a word for a figure is what the texts are about.
_ABOUT_TEXTS = frozenset({"feedback_quotes", "feedback_themes", "emerging_issues", "customer_needs"})
_ANSWER = r"(?:answer|reply|repl(?:ies|ied)|respon[ds]\w*|get back to)\w*"
_SOLVE = r"(?:clos(?:e[sd]?|ing)|solv\w+|resol\w+|fix\w*|settl\w+|sort(?:ed|ing)? out|deal(?:t|s|ing)? with|finish\w*)"
_SHARE = r"(?:share|percent\w*|proportion|ratio|fraction)"
_ZH_SHARE = r"(?:比例|占比|几成|百分之几)"
_SPEED = r"(?:fast\w*|quick\w*|slow\w*|long|soon\w*|speed\w*|swift\w*|prompt\w*|time)"
#: Metrics said with a gap, each with the patterns that say it; the first that fits wins its stretch.
_GAPPED_WORDS: dict[str, tuple[str, ...]] = {
    "points_redeemed": (
        r"\b(?:redeem\w*|cash(?:ed|ing)? in|burn(?:ed|t)?)\b[^.?!,]{0,25}?\bpoints?\b",
        r"积分[^，。？]{0,4}(?:兑换|使用|核销|花掉|用掉)",
    ),
    "points_earned": (r"\b(?:earn\w*|collect\w*|gain\w*)\b[^.?!,]{0,25}?\bpoints?\b",),
    "first_response_time": (
        rf"\b{_SPEED}\b[^.?!]{{0,25}}?\b{_ANSWER}\b(?! rate)",
        rf"\b{_ANSWER}\b[^.?!]{{0,30}}?\b(?:fast\w*|quick\w*|slow\w*)\b",
    ),
    "resolution_time": (
        rf"\b{_SPEED}\b[^.?!]{{0,30}}?\b{_SOLVE}\b(?! rate)",
        rf"\b{_SOLVE}\b[^.?!]{{0,30}}?\b(?:fast\w*|quick\w*|slow\w*)\b",
        r"(?:多久|多长时间|半天|一周|几天|快|慢|拖)[^。？]{0,8}?(?:搞定|解决|处理完|办完|关单|结单)",
        r"(?:搞定|解决|处理|办|关单|结单)[^。？]{0,6}?(?:多久|快|慢|拖)",
    ),
    "new_customers": (
        r"\b(?:plac\w+|made|make|who|had)\b[^.?!]{0,20}\bfirst(?:[- ]ever| ever)? (?:order|purchase)s?\b",
        r"第一次(?:来|买|下单|购买)",
    ),
    "repeat_rate": (
        r"\bcom(?:e|es|ing) back\b[^.?!]{0,15}\b(?:purchase|order|more|again|second|buy|shop)\b",
        r"\breturn\w* for (?:a|another|more|their) \w+",
        r"(?:回来|再来|再)(?:买|购买|下单)",
    ),
    "overdue_rate": (
        rf"\b{_SHARE}\b[^.?!]{{0,25}}?\b(?:invoices?|bills?)\b[^.?!]{{0,25}}?\b(?:past due|overdue|late|unpaid)\b",
        rf"\b{_SHARE}\b[^.?!]{{0,30}}?\boverdue\b",
        rf"(?:账单|发票)[^，。？]{{0,6}}逾期[^，。？]{{0,6}}{_ZH_SHARE}",
    ),
    "churn_rate": (
        rf"\b(?:{_SHARE}|how many|rate)\b[^.?!]{{0,25}}?\b(?:stopped (?:buying|ordering|shopping)|left us|walked away|quit)\b",
        r"\b(?:lose|losing|lost)\b[^.?!]{0,20}?\b(?:rate|pace|percentage)\b",
        rf"(?:跑掉|走掉|跑了|走了|流失|丢了|丢掉)[^，。？]{{0,4}}(?:{_ZH_SHARE}|多少|率)",
    ),
    "margin_rate": (
        rf"\b{_SHARE}\b[^.?!]{{0,15}}?\bmargin\b",
        r"\bmargin\b[^.?!]{0,10}?\b(?:percent|percentage|in %)",
    ),
    "return_rate": (
        rf"\b{_SHARE}\b[^.?!]{{0,25}}?\b(?:sent back|come back|came back|returned)\b",
        rf"退(?:货|回来)[^，。？]{{0,4}}{_ZH_SHARE}",
    ),
    "orders": (r"\border (?:target|goal|budget|quota)s?\b", r"订单(?:目标|指标|任务)|单子[^，。？]{0,3}(?:多|少|量)"),
    "revenue": (
        r"\b(?:sales|revenue|turnover) (?:target|goal|budget|quota)s?\b",
        r"花的?钱最|花钱最|(?:销售|业绩|营收)(?:目标|指标|任务)|贡献最[大多]",
    ),
}
_GAPPED = tuple((name, re.compile("|".join(patterns))) for name, patterns in _GAPPED_WORDS.items())
#: Figures that only one intent asks for, said in its own words.
_OF_INTENT: dict[str, tuple[str, re.Pattern[str]]] = {
    "acquisition_channels": (
        "acquisition_cost",
        re.compile(r"\bcheap\w*|\bcosts?\b|\bexpensive\b|\bprice of\b|便宜|成本|最贵|划算"),
    ),
    "discount_effect": ("average_order_value", re.compile(r"\bbasket size\b|\bbigger baskets?\b|\bspend more\b")),
    "campaign_comparison": (
        "campaign_roi",
        re.compile(
            r"\bmade? (?:us )?money\b|\bpaid off\b|\bpay off\b|\bprofitable\b|\bworth (?:it|the)\b"
            r"|划算|回本|烧钱|赚钱|值不值"
        ),
    ),
    "repeat_purchase": (
        "repeat_rate",
        re.compile(r"\bshare\b|\bpercent|\bhow many\b|\brate\b|\bmore often\b|多少|比例|率|更多"),
    ),
}
#: What an intent is about, when no figure is said.
_SUBJECT = {"churn_rate": "churn_rate"}
_LIST_GAP = re.compile(r"\s*(?:,|and|&|\+|/|和|与|及|以及|、|跟|还有|,\s*and)\s*")


@dataclass(frozen=True)
class Said:
    """Metrics in order of mention, and the words that said them as (start, end, name)."""

    names: tuple[str, ...]
    words: tuple[tuple[int, int, str], ...]


def find_metrics(prepared: Prepared, intent: str, taken: Sequence[tuple[int, int]]) -> Said:
    """The figures that a question asks for; `taken` are stretches that mean something else."""
    gapped = _gapped(prepared.text, intent, taken)
    covered = [*taken, *((start, end) for start, end, _ in gapped)]
    found = [m for m in _one_sense(prepared.lexical) if not any(m.start < e and s < m.end for s, e in covered)]
    if intent in _ABOUT_PEOPLE:
        found = [m for m in found if m.name != "new_customers"]
    if intent in _ABOUT_TEXTS:
        found = [m for m in found if m.name in ("nps", "average_rating", "csat") and m.text != "satisfied"]
    names = list(dict.fromkeys([*(name for _, _, name in gapped), *(m.name for m in found)]))
    kept = list(dict.fromkeys([*(name for _, _, name in gapped), *_kept(prepared.text, intent, names, found)]))
    whole = [w for w in gapped if not any(w[0] < e and s < w[1] for s, e in taken)]
    words = whole + [(m.start, m.end, m.name) for m in found if m.name in kept]
    if intent in _SUBJECT and set(kept) <= _HEAD_NOUNS:
        kept = [_SUBJECT[intent]]
    return Said(tuple(kept), tuple(sorted(words)))


def _gapped(text: str, intent: str, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    out: list[tuple[int, int, str]] = []
    if intent in _ABOUT_TEXTS:
        return out
    own = _OF_INTENT.get(intent)
    for name, pattern in (*((own,) if own else ()), *_GAPPED):
        for match in pattern.finditer(text):
            start, end = match.span()
            cut = any((s <= start < e) or (s < end <= e) for s, e in taken)
            if start < end and not cut and all(end <= s or e <= start for s, e, _ in out):
                out.append((start, end, name))
    return out


def _kept(text: str, intent: str, names: Sequence[str], found: Sequence[LexMatch]) -> list[str]:
    """Without the metrics that are only the noun of another one."""
    strong = [n for n in names if n not in _HEAD_NOUNS]
    if strong and len(names) > len(strong) and intent in METRIC_INTENTS and _listed(text, found):
        return list(names)
    counted = intent in METRIC_INTENTS or _COUNTED.search(text)
    weak = [n for n in names if n in ("tickets", "feedback_count") or counted]
    return strong or weak


def _one_sense(matches: Iterable[LexMatch]) -> list[LexMatch]:
    """The first sense of every word for a metric; the lexicon gives the likeliest first."""
    seen: set[int] = set()
    out = []
    for match in matches:
        if match.kind == "metrics" and match.start not in seen:
            seen.add(match.start)
            out.append(match)
    return out


def _listed(text: str, found: Sequence[LexMatch]) -> bool:
    """Whether the metrics stand in a list ("revenue, orders and AOV") and not one as the noun of another."""
    ordered = sorted(found, key=lambda m: m.start)
    return all(_LIST_GAP.fullmatch(text[a.end : b.start]) for a, b in itertools.pairwise(ordered))


__all__ = ["METRIC_INTENTS", "Said", "find_metrics"]
