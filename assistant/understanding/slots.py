"""Slots: from everything recognised in a question, and its intent, to canonical names and values.

States only what the question says; defaults are the caller's. Chooses between readings by the intent and the words
around; looks nothing up in the data itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.finding import Filter
from analytics.semantics.metrics import METRICS
from assistant.answer import Mark
from assistant.understanding.conditions import find_conditions
from assistant.understanding.entities import CustomerMatch, ValueMatch
from assistant.understanding.lexicon import LexMatch
from assistant.understanding.numbers import NumberMatch
from assistant.understanding.prepare import Prepared
from assistant.understanding.ranks import TopN, find_top_n
from assistant.understanding.values import choose_dimensions, choose_values

TIME_DIMENSIONS = ("day", "week", "month", "quarter", "year")
#: Intents whose subject is losing customers: "at risk" and "lost" are what is asked, not whom it is asked of.
_LOSS = frozenset(
    {
        "churn_risk",
        "churn_rate",
        "churn_drivers",
        "churn_model",
        "win_back",
        "risk_alerts",
        "detractors",
        "credit_risk",
        "fraud_risk",
        "inventory_risk",
    }
)
_LOSS_SEGMENTS = frozenset({"at risk", "can't lose", "lost", "about to sleep", "dormant"})
_SCHEMES = {"segment_rfm": "rfm_segment", "segment_value_tiers": "value_tier", "segment_lifecycle": "lifecycle_stage"}
_METRIC_INTENTS = frozenset(
    {"metric_value", "metric_breakdown", "metric_trend", "metric_compare", "change_drivers", "anomalies", "definition"}
)
_RANKING = frozenset({"top_customers", "top_products", "metric_breakdown", "customer_list", "churn_risk", "agent_performance"})
#: Intents about one customer, and those that look ahead: a bare number or length of time means that there.
_ONE_CUSTOMER = frozenset({"customer_profile", "product_recommendation"})
_AHEAD = frozenset(
    {
        "sales_forecast",
        "next_purchase",
        "clv_predicted",
        "inventory_risk",
        "ticket_volume",
        "sales_target",
        "cohort_retention",
        "churn_risk",
    }
)
#: Intents that are a split by something: there a dimension needs no "by".
_SPLITS = frozenset(
    {
        "metric_breakdown",
        "segment_demographic",
        "segment_geographic",
        "segment_behavioural",
        "segment_psychographic",
        "change_drivers",
    }
)
_HEAD_NOUNS = frozenset({"customers", "orders"})
_COUNTED = re.compile(r"how many|number of|count of|no\.? of|total|多少|几个|几位|数量|总数|人数|客户数|订单数|顾客数|单量")
_RULE_WORD = re.compile(
    r"(?:(?P<support>support|支持度)|(?P<confidence>confidence|置信度)|(?P<lift>lift|提升度))(?: of| is)?[\s:=为是]*$"
)
_SIGNUP = re.compile(r"sign[ -]?up|signed up|regist|join|注册|入会|加入")
_NEVER_BOUGHT = re.compile(
    r"(?:never|not|n't|without)\s+(?:yet\s+|ever\s+)?(?:bought|buy|buying|ordered|order|purchased|tried|had)\s+(?:any\s+|our\s+|the\s+)?$|(?:没|没有|从未|从没|未)(?:买|购买|下单|订)过?$"
)
_BY_BEFORE = re.compile(
    r"(?:\bby|\bper|\beach|\bevery|\bacross|\bwhich|\bwhat|\bbetween|\bdifferent|\bsplit by"
    r"|各个?|按照?|每个?|分|不同|哪个|哪些|哪家|哪一?个|什么)\s*(?:the\s+|our\s+|customer\s+|客户|顾客)?$"
)


@dataclass(frozen=True)
class Filled:
    """Stated slots and a mark per recognised stretch; `compare_relative` says that the comparison moves with the period."""

    slots: Mapping[str, Any]
    marks: tuple[Mark, ...]
    compare_relative: str | None = None


class _Filling:
    """One question being filled; gathers slots and marks."""

    def __init__(self, prepared: Prepared, intent: str, customers: Sequence[CustomerMatch]) -> None:
        self.p = prepared
        self.intent = intent
        self.customers = customers
        self.slots: dict[str, Any] = {}
        self.marks: list[Mark] = []
        self.filters: list[Filter] = []
        self.taken: list[tuple[int, int]] = []
        self.relative: str | None = None
        self.top: TopN | None = None

    def free(self, start: int, end: int) -> bool:
        return all(end <= s or e <= start for s, e in self.taken)

    def mark(self, start: int, end: int, role: str, value: Any) -> None:
        self.taken.append((start, end))
        self.marks.append(Mark(self.p.original[start:end], start, end, role, value))

    def fill(self) -> Filled:
        self.people()
        self.periods()
        self.bounds()
        self.bare_customer()
        self.values()
        self.segments()
        self.ranking()
        self.metrics()
        self.order()
        self.dimensions()
        if self.filters:
            self.slots["filters"] = merge_filters(self.filters)
        return Filled(self.slots, tuple(sorted(self.marks, key=lambda m: m.start)), compare_relative=self.relative)

    def periods(self) -> None:
        for match in self.p.periods:
            if not self.free(match.start, match.end):
                continue
            if match.role == "period" and "period" not in self.slots:
                self.slots["period"] = match.period
                self.mark(match.start, match.end, "period", match.period)
            elif match.role == "compare_to" or (match.role == "period" and self.intent == "metric_compare"):
                self.slots.setdefault("compare_to", match.period)
                self.relative = self.relative or match.relative
                self.mark(match.start, match.end, "compare_to", match.period)
            elif match.role == "horizon" and match.horizon is not None:
                length = {"days": match.horizon.days, "months": match.horizon.months}
                self.slots["horizon"] = {"text": match.horizon.text} | {k: v for k, v in length.items() if v is not None}
                self.mark(match.start, match.end, "horizon", self.slots["horizon"])
            elif match.role == "duration" and not match.bounds and match.days and self.intent in _AHEAD:
                self.slots.setdefault("horizon", {"text": match.text, "days": match.days})
                self.mark(match.start, match.end, "horizon", self.slots["horizon"])
            elif match.bounds:
                items = [Filter(bound.field, bound.op, bound.value) for bound in match.bounds]
                self.filters += items
                self.mark(match.start, match.end, "filter", items[0])

    def bounds(self) -> None:
        numbers = [n for n in self.p.numbers if self.free(n.start, n.end)]
        lexical = [m for m in self.p.lexical if self.free(m.start, m.end)]
        for condition in find_conditions(self.p.text, lexical, numbers):
            if condition.filter is not None:
                self.filters.append(condition.filter)
                self.mark(condition.start, condition.end, "filter", condition.filter)
            else:
                self.slots["threshold"] = condition.threshold
                self.mark(condition.start, condition.end, "threshold", condition.threshold)
        if self.intent == "market_basket":
            self.rule_bounds(numbers)

    def rule_bounds(self, numbers: Sequence[NumberMatch]) -> None:
        """ "support 1 %, confidence 30 %": bounds on rules are said without an operator."""
        for number in numbers:
            found = _RULE_WORD.search(self.p.text[: number.start])
            if found and found.lastgroup and self.free(number.start, number.end):
                value = number.value / 100 if number.kind == "percent" else number.value
                item = Filter(found.lastgroup, ">=", value)
                self.filters.append(item)
                self.mark(number.start, number.end, "filter", item)

    def people(self) -> None:
        for customer in self.customers[:1]:
            if self.free(customer.start, customer.end):
                said = customer.name if customer.name and customer.text != customer.customer_id else customer.customer_id
                self.slots["customer"] = said
                self.mark(customer.start, customer.end, "customer", said)

    def bare_customer(self) -> None:
        """ "profile no. 77": in a question about one customer, the number that counts nothing is who is meant."""
        if self.intent not in _ONE_CUSTOMER or "customer" in self.slots:
            return
        for number in self.p.numbers:
            if number.kind in ("plain", "ordinal") and number.text.isdigit() and self.free(number.start, number.end):
                self.slots["customer"] = number.text
                self.mark(number.start, number.end, "customer", number.text)
                return

    def values(self) -> None:
        segments = [m for m in self.p.lexical if m.kind in ("segments", "metrics")]
        for match in choose_values(self.p, self.intent, segments):
            if not self.free(match.start, match.end):
                continue
            if match.field == "product" and self.intent in (
                "market_basket",
                "product_recommendation",
                "feedback_quotes",
                "cross_sell",
            ):
                self.slots.setdefault("product", match.value)
                self.mark(match.start, match.end, "product", match.value)
                continue
            if match.field == "category" and self.intent == "market_basket" and not self.filters:
                self.slots.setdefault("product", match.value)
                self.mark(match.start, match.end, "product", match.value)
                continue
            negated = self._negated(match)
            item = Filter(match.field, "!=" if negated else "=", match.value)
            self.filters.append(item)
            self.mark(match.start, match.end, "filter", item)

    def _negated(self, match: ValueMatch) -> bool:
        for operator in self.p.lexical:
            if operator.kind == "operators" and operator.name == "!=" and operator.end <= match.start:
                between = self.p.text[operator.end : match.start]
                if (
                    len(between) <= 6
                    or (re.fullmatch(r"[\w\s,、和与&]*(?:and|or|,|、|和|与|\s)\s*", between)
                    and len(between) <= 40)
                ):
                    return True
        return bool(_NEVER_BOUGHT.search(self.p.text[: match.start]))

    def segments(self) -> None:
        names: list[str] = []
        scheme = _SCHEMES.get(self.intent)
        found = [m for m in self.p.lexical if m.kind == "segments" and self.free(m.start, m.end)]
        if scheme:
            own = [m for m in found if m.field == scheme]
            if len({m.name for m in own}) > 2:
                found = [m for m in found if m.field != scheme]
        for match in found:
            if self.intent in _LOSS and match.name in _LOSS_SEGMENTS:
                continue
            if match.name not in names:
                names.append(match.name)
            self.mark(match.start, match.end, "segment", match.name)
        if names:
            self.slots["segment"] = tuple(names)

    def ranking(self) -> None:
        top = find_top_n(self.p.text)
        if top is None:
            return
        if top.n is not None and self.free(top.start, top.end):
            self.slots["top_n"] = top.n
            self.mark(top.start, top.end, "top_n", top.n)
        if top.percent is not None and self.free(top.start, top.end):
            self.slots.setdefault("threshold", top.percent)
            self.mark(top.start, top.end, "threshold", top.percent)
        self.top = top

    def order(self) -> None:
        """Highest or lowest: as said, or "best" and "worst" by the favourable direction of the metric."""
        top = self.top
        if top is None or (top.n is None and self.intent not in _RANKING):
            return
        if top.order is not None:
            self.slots["order"] = top.order
        elif top.valence is not None:
            name = self.slots.get("metric")
            down = isinstance(name, str) and METRICS[name].favourable == "down"
            self.slots["order"] = "lowest" if down == (top.valence == "good") else "highest"

    def metrics(self) -> None:
        found = _one_sense(m for m in self.p.lexical if m.kind == "metrics" and self.free(m.start, m.end))
        names = list(dict.fromkeys(m.name for m in found))
        strong = [n for n in names if n not in _HEAD_NOUNS]
        kept = strong or [n for n in names if self.intent in _METRIC_INTENTS or _COUNTED.search(self.p.text)]
        if strong and len(names) > len(strong) and self.intent in _METRIC_INTENTS and _listed(self.p.text, found):
            kept = names
        for match in found:
            if match.name in kept:
                self.mark(match.start, match.end, "metric", match.name)
        if kept:
            self.slots["metric"] = kept[0] if len(kept) == 1 else tuple(kept)

    def dimensions(self) -> None:
        names: list[str] = []
        readings = [m for m in self.p.lexical if m.kind in ("dimensions", "grains")]
        for match in _one_sense(choose_dimensions(self.p.text, self.intent, readings)):
            if not self.free(match.start, match.end):
                continue
            marked = bool(_BY_BEFORE.search(self.p.text[: match.start])) or match.kind == "grains"
            if match.name in TIME_DIMENSIONS and (match.kind == "grains" or marked):
                self._time(match, names)
            elif marked or (self.intent in _SPLITS and not self._beside_value(match)):
                if match.name not in names:
                    names.append(match.name)
                self.mark(match.start, match.end, "dimension", match.name)
        if self.intent == "cohort_retention" and _SIGNUP.search(self.p.text):
            names = ["signup_date"]
        if not names and self.intent == "metric_compare":
            names = [f.field for f in merge_filters(self.filters) if f.op == "in" and len(f.values) > 1][:1]
        if names:
            self.slots["dimension"] = tuple(names)

    def _time(self, match: LexMatch, names: list[str]) -> None:
        self.slots.setdefault("grain", match.name)
        self.mark(match.start, match.end, "grain", match.name)

    def _beside_value(self, match: LexMatch) -> bool:
        """A dimension's name next to one of its values ("York city", 华东大区) names the value's kind, not a split."""
        return any(
            mark.role == "filter"
            and isinstance(mark.value, Filter)
            and mark.value.field == match.name
            and (0 <= match.start - mark.end <= 1 or 0 <= mark.start - match.end <= 1)
            for mark in self.marks
        )


def _one_sense(matches: Iterable[LexMatch]) -> list[LexMatch]:
    """The first sense of every word; the lexicon gives the likeliest first."""
    seen: set[int] = set()
    return [m for m in matches if m.start not in seen and not seen.add(m.start)]  # type: ignore[func-returns-value]


def _listed(text: str, found: Sequence[LexMatch]) -> bool:
    """Whether the metrics stand in a list ("revenue, orders and AOV") and not one as the noun of another."""
    ordered = sorted(found, key=lambda m: m.start)
    return all(
        re.fullmatch(r"\s*(?:,|and|&|\+|/|和|与|及|以及|、|跟|还有|,\s*and)\s*", text[a.end : b.start])
        for a, b in itertools.pairwise(ordered)
    )


def merge_filters(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Equal-filters on one field become one `in`; exclusions likewise; the order of first mention stays."""
    out: list[Filter] = []
    for item in filters:
        twin = next(
            (
                i
                for i, other in enumerate(out)
                if other.field == item.field and other.op in ("=", "in") and item.op in ("=", "in")
            ),
            None,
        )
        if item.op == "!=":
            twin = next((i for i, other in enumerate(out) if other.field == item.field and other.op == "!="), None)
        if twin is None:
            out.append(item)
            continue
        values = tuple(dict.fromkeys((*out[twin].values, *item.values)))
        if len(values) > 1:
            out[twin] = Filter(item.field, "!=" if item.op == "!=" else "in", values)
    return tuple(out)


def fill(prepared: Prepared, intent: str, customers: Sequence[CustomerMatch] = ()) -> Filled:
    """The slots that a question states, given its intent."""
    return _Filling(prepared, intent, customers).fill()


__all__ = ["Filled", "fill", "merge_filters"]
