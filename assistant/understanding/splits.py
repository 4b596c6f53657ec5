"""What a question splits by: dimensions behind "by", in lists beside one another, or that the intent implies.

Decides between the readings of words already found; finds no words itself and states no filter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from analytics.finding import Filter
from assistant.understanding.lexicon import LexMatch
from assistant.understanding.prepare import Prepared
from assistant.understanding.values import choose_dimensions

TIME_DIMENSIONS = ("day", "week", "month", "quarter", "year")
#: Intents that are a split by something: there a dimension needs no "by". None admits every dimension.
_SPLITS: dict[str, frozenset[str] | None] = {
    "metric_breakdown": None,
    "change_drivers": None,
    "segment_demographic": None,
    "segment_geographic": frozenset({"region", "city", "country"}),
    "segment_behavioural": None,
    "segment_psychographic": frozenset({"interest", "category", "sentiment"}),
    "segment_lifecycle": frozenset({"lifecycle_stage"}),
    "segment_value_tiers": frozenset({"value_tier"}),
    "segment_migration": frozenset({"value_tier", "rfm_segment", "lifecycle_stage"}),
    "purchase_patterns": frozenset({"hour", "weekday", "month", "order_channel"}),
    "returns": frozenset({"product", "category"}),
    "campaign_comparison": frozenset({"campaign", "campaign_channel"}),
    "acquisition_channels": frozenset({"acquisition_channel"}),
    "loyalty_program": frozenset({"loyalty_tier"}),
    "feedback_themes": frozenset({"theme"}),
    "agent_performance": frozenset({"agent"}),
    "ticket_volume": frozenset({"ticket_category", "priority"}),
    "complaints": frozenset({"ticket_category"}),
}
#: Intents about tickets: their categories, topics and types are those of tickets.
_ABOUT_TICKETS = frozenset({"ticket_volume", "complaints", "service_quality", "agent_performance"})
_OF_TICKETS = {"category": "ticket_category", "theme": "ticket_category"}
_OF_FEEDBACK = frozenset({"average_rating", "nps", "csat", "feedback_count", "net_sentiment"})
_PRODUCT_WORD = re.compile(r"product|merchandise|assortment|品类|商品|产品|货品|类目")
#: Intents about tiers of value: "tier" and "level" are those of the customer's value, not of the loyalty card.
_ABOUT_VALUE = frozenset({"segment_migration", "segment_value_tiers", "segment_strategy"})
_BY_BEFORE = re.compile(
    r"(?:\bby|\bper|\beach|\bevery|\bacross|\bwhich|\bwhat|\bbetween|\bdifferent|\bsplit by|\brank(?: the| our| all)?|\bwich"
    r"|\b(?:most|least|best|worst|top|bottom|highest|lowest)(?:[- ][a-z]+ed|[- ]selling|[- ]performing)"
    r"|\b(?:best|worst|busiest|quietest|slowest|fastest|strongest|weakest|biggest|largest|smallest|cheapest)"
    r"|(?:^|[是，,。 ])那些|各个?|按照?|每一?个?|分|不同|哪一?[个些家类种款位场次几]{0,2}|哪|什么|最多的|最少的|最高的"
    r"|最低的|最大的|最好的|最差的)"
    r"\s*(?:(?:the|our|of our|of the|single|customer)\s+|客户|顾客)?$"
)
_AFTER_IT = re.compile(r"^(?:分布|结构|构成|占比|拆分|拆|细分|对比|排名|排行|分组|维度| after \w+| by \w+ basis| mix\b"
                       r"| split\b| breakdown\b)")
#: What may stand between two splits of one list: "age and gender", "weekday x hour", 性别年龄.
_LIST_GAP = re.compile(r"\s*(?:,|&|\+|/|x|×|\*|by|and|with|plus|、|和|与|及|跟|、|以及)?\s*(?:the\s+|by\s+|customers?'?\s+)?")
_COMPARED = re.compile(
    r"\bvs\.?\b|\bversus\b|\bor\b|\bthan\b|\bcompare|\bcomparison|\bdiffer|\bbetween\b|\bgap\b|\bagainst\b|\bsame\b|对比"
    r"|比较|比一|差别"
    r"|差异|区别|不一样"
    r"|哪边|哪个|哪种|哪场|哪家|谁|还是|跟.*比|\bpk\b"
)
_HOURS = re.compile(
    r"\bwhen\b|\bwhat time\b|\btimes? of (?:the )?day\b|\bclock\b|什么时候|啥时候|几点|钟点|时段|时间段|什么时间|何时|早上"
    r"|晚上|白天"
)
_WEEKDAYS = re.compile(r"\bweekends?\b|\bworking week\b|\bworking days?\b|\bweekdays?\b|\bwhich days?\b|\bwhat days?\b|周末|平时"
                       r"|工作日|平日|星期几|周几|礼拜几")
_TASTES = re.compile(r"\binterest|\binto\b|\bhobb|\btastes?\b|\bpassion|\blifestyle|兴趣|爱好|喜好|偏好|感兴趣|爱摆弄|爱好者")
_PEOPLE_OF_SUPPORT = re.compile(
    r"\bwho\b|\bwhich (?:of|one)\b|\beach\b|\bmy people\b|\bteam\b|\brank|\bagents\b|\breps\b|\bstaff\b|\bper (?:head|person)\b"
    r"|谁|哪[个位些几]|每[个位人]|各|人效|人均|排行|排名|绩效|坐席|有人"
)
_WHERE_FROM = re.compile(r"\bwhere\b|\bchannels?\b|\bsources?\b|\bthrough which\b|渠道|来源|从哪")
_WHAT_ABOUT = re.compile(
    r"\babout\b|\btopics?\b|\bsubjects?\b|\btypes?\b|\bkinds?\b|\breasons?\b|\bcategor|\bissues?\b|类|原因|什么事|哪些问题"
    r"|主题|为什么事|为了什么"
)
_WHERE = re.compile(r"\bwhere\b|哪儿|哪里|哪些地方|在哪|分布")
_ITEMS = re.compile(r"\bitems?\b|\bproducts?\b|\blines?\b|\barticles?\b|商品|产品|单品|款")
_CAMPAIGNS = re.compile(r"\bcampaigns\b|\bwhich campaign|\bpromotions\b|\bmailings\b|\bnewsletters\b"
                        r"|哪[个些场次种]?一?[次场]?活动"
                        r"|各.{0,4}活动|活动.{0,4}(?:对比|比较|排)")
#: What an intent splits by when the words of the pattern are in the question.
_IMPLIED: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "purchase_patterns": (("weekday", _WEEKDAYS), ("hour", _HOURS)),
    "segment_psychographic": (("interest", _TASTES),),
    "agent_performance": (("agent", _PEOPLE_OF_SUPPORT),),
    "acquisition_channels": (("acquisition_channel", _WHERE_FROM),),
    "ticket_volume": (("ticket_category", _WHAT_ABOUT),),
    "returns": (("product", _ITEMS),),
    "campaign_comparison": (("campaign", _CAMPAIGNS),),
}


#: How wide the cohorts are, from the words for when customers joined.
_COHORTS = (
    ("month", re.compile(r"\bmonth|月份|次月|首[单购]月|注册月|每月|逐月|第\d+个?月")),
    ("quarter", re.compile(r"\bquarter|季度")),
    ("week", re.compile(r"\bweek|次周|每周|逐周")),
)


@dataclass(frozen=True)
class Splits:
    """Dimensions in order of mention, the grain, and the words that said them as (start, end, role, name).

    `listed` is the field of the filters whose values are compared one with another: its filters hold all that is asked
    for and may be dropped when they hold every value there is."""

    dimensions: tuple[str, ...]
    grain: str | None
    words: tuple[tuple[int, int, str, str], ...]
    listed: str | None = None


def find_splits(
    prepared: Prepared,
    intent: str,
    taken: Sequence[tuple[int, int]],
    filters: Sequence[Filter],
    beside: Collection[int],
    metrics: Collection[str] = (),
) -> Splits:
    """The splits of a question. `taken` are stretches that mean something else; `beside` holds the starts of words that
    stand next to a value of theirs ("York city") and only name its kind."""
    names: list[str] = []
    grain: str | None = None
    found: list[tuple[int, int, str, str]] = []
    last_end = -1
    for match in _readings(prepared, intent):
        if any(match.start < end and start < match.end for start, end in taken):
            continue
        name = _name(match, prepared.text, intent, metrics)
        in_list = 0 <= last_end <= match.start and bool(_LIST_GAP.fullmatch(prepared.text[last_end : match.start]))
        marked = _marked(prepared.text, match) or in_list
        if name in TIME_DIMENSIONS and (match.kind == "grains" or marked):
            if _yearly_habit(prepared.text, match, intent):
                continue
            grain = grain or name
            found.append((match.start, match.end, "grain", name))
            last_end = match.end
        elif name not in TIME_DIMENSIONS and (marked or (_admits(intent, name) and match.start not in beside)):
            if name not in names:
                names.append(name)
            found.append((match.start, match.end, "dimension", name))
            last_end = match.end
    listed = _compared_values(prepared.text, intent, names, filters)
    if listed and listed not in names and not (intent in _SPLITS and names and names != ["campaign"]):
        names = [*(n for n in names if n != "campaign"), listed]
    if not listed:
        names += _implied(prepared, intent, names, filters)
    if grain is None and intent == "cohort_retention":
        grain = next((name for name, pattern in _COHORTS if pattern.search(prepared.text)), None)
    return Splits(tuple(names), grain, tuple(found), listed)


def _readings(prepared: Prepared, intent: str) -> list[LexMatch]:
    """The first sense of every word for a dimension or a grain; the likeliest sense stands first."""
    words = [m for m in prepared.lexical if m.kind in ("dimensions", "grains")]
    seen: set[int] = set()
    out = []
    for match in choose_dimensions(prepared.text, intent, words):
        if match.start not in seen:
            seen.add(match.start)
            out.append(match)
    return out


def _name(match: LexMatch, text: str, intent: str, metrics: Collection[str]) -> str:
    """The dimension that a word names here: "category" of tickets, "channel" of new customers, "tier" of value."""
    options = (match.name, *match.others)
    about_tickets = intent in _ABOUT_TICKETS or (set(metrics) == {"tickets"} and match.name == "category")
    if about_tickets and match.name in _OF_TICKETS and not _PRODUCT_WORD.search(match.text):
        return _OF_TICKETS[match.name]
    if intent in _ABOUT_VALUE and "value_tier" in options and "rfm_segment" not in options:
        return "value_tier"
    if "feedback_source" in options and _OF_FEEDBACK & set(metrics):
        return "feedback_source"
    acquiring = intent == "acquisition_channels" or bool({"new_customers", "acquisition_cost"} & set(metrics))
    if acquiring and "acquisition_channel" in options:
        return "acquisition_channel"
    return match.name


def _admits(intent: str, name: str) -> bool:
    if intent not in _SPLITS:
        return False
    allowed = _SPLITS[intent]
    return allowed is None or name in allowed


def _marked(text: str, match: LexMatch) -> bool:
    if match.kind == "grains" or match.text[0] in "按各分每":
        return True
    return bool(_BY_BEFORE.search(text[: match.start]) or _AFTER_IT.match(text[match.end :]))


def _yearly_habit(text: str, match: LexMatch, intent: str) -> bool:
    """ "Each year" in a question about the seasons says that it comes back, not that years are compared."""
    return intent == "seasonality" and match.name == "year"


def _implied(prepared: Prepared, intent: str, names: Sequence[str], filters: Sequence[Filter]) -> list[str]:
    fields = {f.field for f in filters if f.op == "="}
    out = []
    for name, pattern in _IMPLIED.get(intent, ()):
        if name not in names and name not in fields and pattern.search(prepared.text):
            out.append(name)
    if names and intent != "purchase_patterns":
        return []
    within = any(f.field == "region" for f in filters)
    if intent == "segment_geographic" and within and not names and _WHERE.search(prepared.text):
        out.append("city")
    return out


def _compared_values(text: str, intent: str, names: Sequence[str], filters: Iterable[Filter]) -> str | None:
    """The field of which several values are set against one another: "gold vs silver", 买咖啡的和买茶叶的，哪边…"""
    several = [f.field for f in filters if f.op == "in" and len(f.values) > 1]
    if several and (intent in ("metric_compare", "segment_psychographic") or several[0] in names or _COMPARED.search(text)):
        return several[0]
    return None


__all__ = ["TIME_DIMENSIONS", "Splits", "find_splits"]
