"""What a turn takes over from the turn before, and what it puts in the place of it.

Works on slots and intents alone; which kind of turn it is was decided by `dialogue`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.finding import Filter
from assistant.understanding.catalogue import Catalogue
from assistant.understanding.dialogue import Turn, dictionary
from assistant.understanding.filters import merge_filters
from assistant.understanding.prepare import Prepared
from assistant.understanding.text import words

_FAMILY = ("metric_value", "metric_breakdown", "metric_trend", "metric_compare", "change_drivers")
_WHY: dict[str, str] = {"churn": "churn_drivers", "satisfaction": "satisfaction_drivers"}
_CARRIED = ("filters", "segment", "customer", "product", "theme")
#: What people are asked for by; the rest of a request is how its answer was laid out.
_WHOM = ("filters", "segment", "period", "metric", "threshold")
_LAYOUT = ("grain", "dimension", "top_n", "order")
#: Words of a question that may point back, and of one that goes on with the last without doing so.
_SHORT, _NEAR = {"en": 10, "zh": 12}, 7
#: Whom a question speaks of itself: a pronoun behind such a noun stands for it.
_OWN_NOUN = re.compile(
    r"\b(?:customers?|clients?|people|folks?|shoppers?|buyers?|members?|women|men|orders?|products?|tickets?|campaigns?"
    r"|somebody|someone|anyone)\b"
    r"|客户|顾客|用户|会员|客人|买家|人(?!均)|商品|产品|订单|工单|活动"
)
_OWN_NOUN_AFTER = re.compile(r"^(?:商品|产品|货|订单|工单|活动|城市|地区|渠道|品类|问题|点|年|月|天|周)")
#: Ways of grouping customers, by the dimension that names them.
_SCHEMES = {
    "rfm_segment": "segment_rfm", "value_tier": "segment_value_tiers", "lifecycle_stage": "segment_lifecycle",
    "cluster": "segment_clusters", "interest": "segment_psychographic", "gender": "segment_demographic",
    "age_band": "segment_demographic", "income_band": "segment_demographic", "city": "segment_geographic",
    "region": "segment_geographic", "country": "segment_geographic",
}
_GROUPINGS = frozenset({*_SCHEMES.values(), "segment_comparison", "segment_behavioural"})
#: Intents that look at any metric, so that another one narrows them and does not leave them.
_ANY_METRIC = frozenset(
    {"anomalies", "briefing", "sales_forecast", "sales_target", "top_customers", "top_products", "customer_list"}
)
#: Fields of which a turn may name a part: "earned instead" after points redeemed, "as a rate".
_RELATED: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...] = (
    (re.compile(r"\bearned\b|\bcollected\b|\bissued\b|发放|获得|发了"), {"points_redeemed": "points_earned"}),
    (re.compile(r"\bredeemed\b|\bspent\b|\bused\b|兑换|用掉|消耗"), {"points_earned": "points_redeemed"}),
    (
        re.compile(r"\brate\b|\bper ?cent(?:age)?\b|%|\bshare\b|率|占比|比例|百分比"),
        {"overdue_amount": "overdue_rate", "gross_margin": "margin_rate", "tickets": "resolution_rate"},
    ),
    (
        re.compile(r"\bamount\b|\bin money\b|\babsolute\b|金额|绝对值|多少钱"),
        {"overdue_rate": "overdue_amount", "margin_rate": "gross_margin"},
    ),
    (re.compile(r"\bclicks?\b|\bclicked\b|点击"), {"open_rate": "click_rate", "conversion_rate": "click_rate"}),
    (re.compile(r"\bopens?\b|\bopened\b|打开"), {"click_rate": "open_rate", "conversion_rate": "open_rate"}),
)


def related_metric(text: str, last: Turn) -> str | None:
    """The metric of the same family that a word of it names beside the last one."""
    metric = last.slots.get("metric")
    for pattern, pairs in _RELATED:
        if isinstance(metric, str) and metric in pairs and pattern.search(text):
            return pairs[metric]
    return None


def refined_intent(last: Turn, stated: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The intent of a refinement: that of the last turn, unless what was added belongs to another one."""
    intent = last.intent
    takes = catalogue[intent].slots if intent in catalogue else {}
    if (
        "customer" in stated
        and "customer" not in takes
        and intent not in ("product_recommendation", "next_purchase", "clv_historical")
    ):
        return "customer_profile"
    if intent in _FAMILY:
        if "dimension" in stated:
            return intent if intent in ("change_drivers", "metric_compare") else "metric_breakdown"
        if "grain" in stated:
            return "metric_trend"
        if "compare_to" in stated and intent == "metric_value":
            return "metric_compare"
        return intent
    if "dimension" in stated and intent in _GROUPINGS:
        return _SCHEMES.get(stated["dimension"][0], intent)
    named = [f for f in stated.get("filters", ()) if f.field == "campaign" and len(f.values) == 1]
    if named and intent == "campaign_comparison":
        return "campaign_performance"
    if "metric" in stated and "metric" not in takes and intent not in _ANY_METRIC:
        return "metric_breakdown" if "dimension" in stated or "dimension" in last.slots else "metric_value"
    return intent


def merged(last: Turn, stated: Mapping[str, Any], intent: str, adding: bool = False) -> tuple[dict[str, Any], frozenset[str]]:
    """The effective slots of a refinement, and the names of those carried over. `adding` puts values beside the last ones."""
    slots = {name: value for name, value in last.slots.items() if name not in stated or name == "filters"}
    if "customer" in stated:
        slots = {name: value for name, value in slots.items() if name not in ("filters", "segment")}
    if "product" in stated and "filters" in slots:
        slots["filters"] = tuple(f for f in slots["filters"] if f.field not in ("product", "category"))
    if "segment" in stated and "filters" in slots:
        slots["filters"] = tuple(f for f in slots["filters"] if f.field not in ("rfm_segment", "value_tier", "lifecycle_stage"))
    if intent != last.intent and "dimension" in stated:
        slots.pop("grain", None)
    if intent != last.intent and "grain" in stated and last.intent != "metric_breakdown":
        slots.pop("dimension", None)
    if "period" in stated and "compare_to" not in stated:
        slots.pop("compare_to", None)
    carried = frozenset(slots)
    fresh: tuple[Filter, ...] = stated.get("filters", ())
    old: tuple[Filter, ...] = slots.get("filters", ())
    slots |= {name: value for name, value in stated.items() if name != "filters"}
    filters = _beside(old, fresh) if adding else tuple(f for f in old if not any(_replaces(g, f) for g in fresh)) + fresh
    if filters:
        slots["filters"] = filters
    else:
        slots.pop("filters", None)
    several = [f.field for f in filters if f.op == "in" and any(f.field == g.field for g in fresh)]
    if adding and several and "dimension" not in slots:
        slots["dimension"] = (several[0],)
    return slots, carried


def _replaces(fresh: Filter, old: Filter) -> bool:
    """Whether a bound takes the place of another one: on the same field, and not what leaves values of it out."""
    return fresh.field == old.field and not (fresh.op == "!=" and old.op != "!=" and set(fresh.values).isdisjoint(old.values))


def _beside(old: Sequence[Filter], fresh: Sequence[Filter]) -> tuple[Filter, ...]:
    """Values of both as one filter; bounds of numbers are replaced all the same."""
    kept = [f for f in old if all(f.field != g.field or g.op in ("=", "in") for g in fresh)]
    return merge_filters([*kept, *fresh])


def with_number(last: Turn, number: float) -> dict[str, Any]:
    """The last slots with another number in the place of a bound of about its size, else of a count or a threshold."""
    value = int(number) if float(number).is_integer() else number
    slots = dict(last.slots)
    filters: list[Filter] = list(slots.get("filters", ()))
    bounds = [i for i, f in enumerate(filters) if f.op not in ("between", "in") and isinstance(f.values[0], int | float)]
    if bounds:
        nearest = min(reversed(bounds), key=lambda i: abs(math.log((abs(value) + 1) / (abs(float(filters[i].values[0])) + 1))))
        filters[nearest] = Filter(filters[nearest].field, filters[nearest].op, value)
        return slots | {"filters": tuple(filters)}
    name = "top_n" if "top_n" in slots else "threshold"
    return slots | {name: value}


def set_against(last: Turn) -> dict[str, Any]:
    """The last slots with what their turn replaced on the other side: two periods, or two values of a filter."""
    slots, before = dict(last.slots), last.replaced
    if "period" in before and "period" in slots:
        one, other = sorted((before["period"], slots["period"]), key=lambda p: p.start)
        return slots | {"period": other, "compare_to": one}
    filters = merge_filters([*before.get("filters", ()), *slots.get("filters", ())])
    several = tuple(f.field for f in filters if f.op == "in")
    return slots | {"filters": filters} | ({"dimension": several[:1]} if several else {})


def replaced(last: Turn, slots: Mapping[str, Any]) -> dict[str, Any]:
    """What of the last slots another value has taken the place of."""
    out: dict[str, Any] = {}
    if "period" in last.slots and slots.get("period") not in (None, last.slots["period"]):
        out["period"] = last.slots["period"]
    now = slots.get("filters", ())
    gone = tuple(f for f in last.slots.get("filters", ()) if f not in now and any(g.field == f.field for g in now))
    return out | ({"filters": gone} if gone else {})


def reasons(last: Turn, stated: Mapping[str, Any], intent: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The slots of "why": without how the last answer was laid out, with what the turn itself says."""
    bare = Turn(last.intent, {k: v for k, v in last.slots.items() if k not in _LAYOUT}, last.language)
    return merged(bare, {k: v for k, v in stated.items() if k not in ("order", "top_n", "grain")}, intent)


def people_of(last: Turn, stated: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Intent and slots of "who are they": whom the last answer was about."""
    bare = Turn(last.intent, {k: v for k, v in last.slots.items() if k in _WHOM}, last.language)
    slots, _ = merged(bare, {k: v for k, v in stated.items() if k not in ("metric", "dimension")}, "customer_list")
    owing = str(slots.get("metric", "")).startswith("overdue") or last.intent == "credit_risk"
    return ("credit_risk" if owing else "customer_list"), slots


def without_filters(last: Turn, dimension: tuple[str, ...] = (), everyone: bool = True) -> dict[str, Any]:
    """The last slots with every restriction taken back, or only those on the named dimensions; "all of them" after a
    ranking takes back its number."""
    slots = dict(last.slots)
    filters = slots.get("filters", ())
    if dimension and (kept := tuple(f for f in filters if f.field not in dimension)) != filters:
        slots["filters"] = kept
        if not kept:
            slots.pop("filters")
        return slots
    if "top_n" in slots and not everyone:
        return {name: value for name, value in slots.items() if name not in ("top_n", "order")}
    for name in ("filters", "segment", "customer", "product"):
        slots.pop(name, None)
    return slots


def inherited(
    prepared: Prepared, stated: Mapping[str, Any], intent: str, last: Turn | None, catalogue: Catalogue
) -> tuple[dict[str, Any], frozenset[str]]:
    """A question of its own that points back ("what puts them off?") keeps whom the last one was about."""
    slots = dict(stated)
    if last is None or intent not in catalogue or last.intent not in catalogue:
        return slots, frozenset()
    cue = dictionary()[prepared.language]
    fresh = [f for f in stated.get("filters", ()) if f.field != "sentiment"]
    own = bool(fresh) or any(name in stated for name in _CARRIED if name not in ("filters", "theme"))
    points_back = _points_back(prepared, cue.back)
    if cue.whole.search(prepared.text) or (own and not (points_back and "customer" not in stated)):
        return slots, frozenset()
    near = catalogue[intent].domain == catalogue[last.intent].domain and len(words(prepared.text)) <= _NEAR
    if not points_back and not (near and "metric" not in stated and catalogue[intent].domain != "overview"):
        return slots, frozenset()
    whom = {name: last.slots[name] for name in _CARRIED if name in last.slots and name not in ("theme",)}
    carried, names = merged(Turn(last.intent, whom, last.language), stated, intent)
    if points_back and "period" in last.slots and "period" not in stated and intent in _FAMILY:
        carried["period"] = last.slots["period"]
    return carried, frozenset(names & set(carried))


def _points_back(prepared: Prepared, back: re.Pattern[str]) -> bool:
    """Whether a pronoun stands for whom the last answer was about, and not for somebody of the question itself."""
    if len(words(prepared.text)) > _SHORT[prepared.language]:
        return False
    return any(
        m.group() == "there"
        or (not _OWN_NOUN.search(prepared.text[: m.start()]) and not _OWN_NOUN_AFTER.match(prepared.text[m.end() :]))
        for m in back.finditer(prepared.text)
    )


def why_intent(last: Turn, catalogue: Catalogue) -> str:
    """What "why" asks after the last answer."""
    domain = catalogue[last.intent].domain if last.intent in catalogue else ""
    return _WHY.get(domain, "change_drivers")
