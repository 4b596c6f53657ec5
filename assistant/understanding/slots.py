"""Slots: from everything recognised in a question, and its intent, to canonical names and values.

States only what the question says; defaults are the caller's. Chooses between readings by the intent and the words
around; looks nothing up in the data itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.finding import Filter
from analytics.semantics.metrics import METRICS
from assistant.answer import Mark
from assistant.understanding.conditions import find_conditions
from assistant.understanding.entities import CustomerMatch, ValueMatch
from assistant.understanding.filters import merge_filters, possible
from assistant.understanding.lexicon import LexMatch
from assistant.understanding.moods import mood
from assistant.understanding.numbers import NumberMatch
from assistant.understanding.period_types import PeriodMatch
from assistant.understanding.prepare import Prepared
from assistant.understanding.ranks import TopN, find_top_n
from assistant.understanding.said_metrics import find_metrics
from assistant.understanding.said_segments import find_segments
from assistant.understanding.splits import find_splits
from assistant.understanding.themes import find_theme
from assistant.understanding.values import campaign_meant, choose_values

_NOTHING_TO_STATE = frozenset({"small_talk", "capabilities"})
#: Intents that know no time, and those in which a length of time without a place in it ends today.
_TIMELESS = frozenset({"small_talk", "capabilities", "definition", "data_overview", "customer_profile"})
_LOOKS_BACK = frozenset({"metric_trend", "metric_value", "metric_breakdown", "briefing", "kpi_overview"})
#: What places a season or a holiday in one year; without it a question about the seasons means every year.
_ANCHORED = re.compile(r"\d|last|past|this|since|previous|[去今上本近过]|前[年天两三]")
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
#: "When is 1042 likely to order": a number that stands where a person does.
_ABOUT_ONE = re.compile(r"\b(?:is|will|does|did|has|for|about|would)\s+(?:no\.? ?|number )?$|(?:客户|顾客|会员|给|那个?)$|^$")
_RULE_WORD = re.compile(
    r"(?:(?P<support>support|支持度)|(?P<confidence>confidence|置信度)|(?P<lift>lift|提升度))(?: of| is)?[\s:=为是]*$"
)
_SIGNUP = re.compile(r"sign[ -]?up|signed up|regist|join|注册|入会|加入")
_NEVER_BOUGHT = re.compile(
    r"(?:never|not|n't|without)\s+(?:yet\s+|ever\s+)?(?:bought|buy|buying|ordered|order|purchased|tried|touched|had|got|taken)\s+"
    r"(?:any\s+|our\s+|the\s+)?$|(?:没有?|从未|从没|从来没|未|不)(?:再|曾|怎么)?(?:买|购买|下单|订|碰|尝|试|喝|用|点|要|拿|选|入手)过?$"
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
        if self.intent in _NOTHING_TO_STATE:
            return Filled({}, ())
        self.people()
        self.periods()
        self.bounds()
        self.bare_customer()
        self.values()
        self.segments()
        self.ranking()
        self.theme()
        self.metrics()
        self.order()
        self.dimensions()
        if self.filters:
            self.slots["filters"] = merge_filters(self.filters)
        return Filled(self.slots, tuple(sorted(self.marks, key=lambda m: m.start)), compare_relative=self.relative)

    def periods(self) -> None:
        for match in self._periods_said():
            if not self.free(match.start, match.end):
                continue
            if match.bounds:
                items = [Filter(bound.field, bound.op, bound.value) for bound in match.bounds]
                self.filters += items
                self.mark(match.start, match.end, "filter", items[0])
            elif match.role == "horizon" and match.horizon is not None:
                self._ahead(match)
            elif match.role == "duration":
                self._duration(match)
            elif match.role in ("period", "compare_to"):
                self._period(match)

    def _periods_said(self) -> Sequence[PeriodMatch]:
        """The periods that are meant as such: no names of campaigns, nothing beside the subject of the intent."""
        if self.intent in _TIMELESS:
            return ()
        named = any(v.as_field("campaign") and campaign_meant(self.p, self.intent, v) for v in self.p.values)
        found = self.p.among_campaigns if named else self.p.periods
        if self.intent == "seasonality":
            return [m for m in found if _ANCHORED.search(m.text)]
        lifelong = self.intent.startswith("clv_")
        return [m for m in found if not (lifelong and m.period is not None and m.period.name == "all_time")]

    def _period(self, match: PeriodMatch) -> None:
        if match.role == "period" and "period" not in self.slots:
            self.slots["period"] = match.period
            self.mark(match.start, match.end, "period", match.period)
        elif match.role == "compare_to" or self.intent == "metric_compare":
            self.slots.setdefault("compare_to", match.period)
            self.relative = self.relative or match.relative
            self.mark(match.start, match.end, "compare_to", match.period)

    def _ahead(self, match: PeriodMatch) -> None:
        if match.horizon is None:
            return
        length = {"days": match.horizon.days, "months": match.horizon.months}
        self.slots["horizon"] = {"text": match.horizon.text} | {k: v for k, v in length.items() if v is not None}
        self.mark(match.start, match.end, "horizon", self.slots["horizon"])
        if self.intent == "sales_target" and match.period is not None:
            self.slots.setdefault("period", match.period)

    def _duration(self, match: PeriodMatch) -> None:
        """A bare length: how far to look ahead, or, behind a comma or in a review, the time up to today."""
        if match.days and self.intent in _AHEAD:
            self.slots.setdefault("horizon", {"text": match.text, "days": match.days})
            self.mark(match.start, match.end, "horizon", self.slots["horizon"])
        elif match.alternatives and self.intent in _LOOKS_BACK and "period" not in self.slots:
            self.slots["period"] = match.alternatives[0]
            self.mark(match.start, match.end, "period", match.alternatives[0])

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
        if "customer" in self.slots:
            return
        for number in self.p.numbers:
            of_one = self.intent == "next_purchase" and _ABOUT_ONE.search(self.p.text[: number.start])
            if self.intent not in _ONE_CUSTOMER and not of_one:
                continue
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
            if match.field == "category" and self.intent == "market_basket" and not self.filters and not self._several(match):
                self.slots.setdefault("product", match.value)
                self.mark(match.start, match.end, "product", match.value)
                continue
            negated = self._negated(match)
            value = match.value
            if match.field == "marketing_consent" and negated:
                value, negated = ("false" if value == "true" else "true"), False
            item = Filter(match.field, "!=" if negated else "=", value)
            self.filters.append(item)
            self.mark(match.start, match.end, "filter", item)
        self._moods()

    def _several(self, match: ValueMatch) -> bool:
        """Whether other values of the field are named too: then none of them is what the others go with."""
        return sum(v.field == match.field for v in self.p.values) > 1

    def _moods(self) -> None:
        """Feedback of both moods is all of it; a mood may also be said by what people do."""
        said = [f for f in self.filters if f.field == "sentiment"]
        if {v for f in said for v in f.values} >= {"positive", "negative"}:
            self.filters = [f for f in self.filters if f.field != "sentiment"]
        elif not said and (implied := mood(self.p.text, self.intent, self.p.language)):
            self.filters.append(Filter("sentiment", "=", implied))

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
        for match in find_segments(self.p, self.intent, self.taken):
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
        if top is None:
            return
        if top.order is not None:
            self.slots["order"] = top.order
        elif top.valence is not None:
            name = self.slots.get("metric")
            down = isinstance(name, str) and METRICS[name].favourable == "down"
            self.slots["order"] = "lowest" if down == (top.valence == "good") else "highest"

    def metrics(self) -> None:
        said = find_metrics(self.p, self.intent, self.taken)
        for start, end, name in said.words:
            self.mark(start, end, "metric", name)
        if said.names:
            self.slots["metric"] = said.names[0] if len(said.names) == 1 else said.names

    def dimensions(self) -> None:
        stated = self.slots.get("metric", ())
        metrics = (stated,) if isinstance(stated, str) else stated
        beside = {m.start for m in self.p.lexical if m.kind == "dimensions" and self._beside_value(m)}
        splits = find_splits(self.p, self.intent, self.taken, merge_filters(self.filters), beside, metrics)
        for start, end, role, name in splits.words:
            self.mark(start, end, role, name)
        if splits.grain:
            self.slots["grain"] = splits.grain
        names = splits.dimensions
        self._without_whole(names)
        if self.intent == "cohort_retention" and _SIGNUP.search(self.p.text):
            names = ("signup_date",)
        if names and "dimension" not in self.slots:
            self.slots["dimension"] = names

    def _without_whole(self, names: Sequence[str]) -> None:
        """Filters that say no more than the split: both genders set against one another, ages that nobody has at once."""
        kinds = {v for f in self.filters if f.field == "gender" and f.op == "=" for v in f.values}
        if "gender" in names and len(kinds) > 1:
            self.filters = [f for f in self.filters if f.field != "gender"]
        for name in names:
            if self._spelt_out(name):
                self.filters = [f for f in self.filters if f.field != name]
        ages = [f for f in self.filters if f.field == "age"]
        if len(ages) > 1 and not possible(ages):
            self.filters = [f for f in self.filters if f.field != "age"]
            if "age_band" not in names:
                self.slots["dimension"] = (*names, "age_band")

    def _spelt_out(self, name: str) -> bool:
        """Whether the values of a split only spell it out behind a colon or in brackets: 分渠道看：线上/门店."""
        said = [m.end for m in self.marks if m.role == "dimension" and m.value == name]
        values = [m.start for m in self.marks if m.role == "filter" and isinstance(m.value, Filter) and m.value.field == name]
        return bool(said and len(values) > 1 and re.search(r"[:(]", self.p.text[min(said) : min(values)]))

    def theme(self) -> None:
        theme = find_theme(self.p.text, self.intent, self.p.language, self.taken)
        if theme is not None:
            self.slots["theme"] = theme.name
            self.mark(theme.start, theme.end, "theme", theme.name)

    def _beside_value(self, match: LexMatch) -> bool:
        """A dimension's name next to one of its values ("York city", 华东大区) names the value's kind, not a split."""
        return any(
            mark.role == "filter"
            and isinstance(mark.value, Filter)
            and mark.value.field == match.name
            and (0 <= match.start - mark.end <= 1 or 0 <= mark.start - match.end <= 1)
            for mark in self.marks
        )


def fill(prepared: Prepared, intent: str, customers: Sequence[CustomerMatch] = ()) -> Filled:
    """The slots that a question states, given its intent."""
    return _Filling(prepared, intent, customers).fill()


__all__ = ["Filled", "fill"]
