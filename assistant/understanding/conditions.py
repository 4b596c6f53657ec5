"""Bounds in a question: "spent over 500", "more than 3 orders", "aged 25 to 34", 消费超过500, 三次以上.

Turns an operator, a number and what they are about into a filter. Knows neither intents nor values of the data.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.finding import Filter, FilterOp
from assistant.understanding.lexicon import LexMatch
from assistant.understanding.numbers import NumberMatch

#: What a number counts when its unit stands right behind it.
_UNIT_AFTER = re.compile(
    r"\s*(?P<orders>orders?\b|times\b|purchases?\b|transactions?\b|次|单|笔|个订单)"
    r"|\s*(?P<age>years? old\b|yrs? old\b|y\.?o\.?\b|岁)"
    r"|\s*(?P<days_since_last_order>days?\b|天)"
    r"|\s*(?P<units>items?\b|units?\b|pieces?\b|件)"
    r"|\s*(?P<average_rating>stars?\b|星|颗星)"
    r"|\s*(?P<tickets>tickets?\b|个?工单|次?投诉)"
    r"|\s*(?P<returned_orders>returns?\b|次退货)"
    r"|\s*(?P<points_balance>points?\b|积分)"
    r"|\s*(?P<revenue>pounds?\b|dollars?\b|euros?\b|quid\b|bucks?\b|yuan\b|rmb\b|gbp\b|usd\b|eur\b|cny\b|元|块钱?|英镑|美元|欧元)"
)
#: What a bound is about when its cue stands before it. The nearest one counts.
_CUE_BEFORE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        ("support", r"\bsupport\b(?! (?:ticket|team|agent|case))|支持度"),
        ("confidence", r"\bconfidence\b|置信度"),
        ("lift", r"\blift\b|提升度"),
        ("revenue", r"\b(?:spen[dt]\w*|spending|paid|worth|brought in|bought for)\b|消费|花了?|买了|累计|贡献"),
        ("average_order_value", r"\b(?:aov|basket value|average order|avg order|average basket)\b|客单价|均单|平均订单"),
        ("age", r"\b(?:age[ds]?|older|younger)\b|年龄|年纪"),
        ("average_rating", r"\b(?:rat(?:ed|ing|ings)|stars?|scored?)\b|评分|打分|星级"),
        ("nps", r"\bnps\b|推荐值"),
        ("orders", r"\b(?:order(?:ed|s)?|purchase[ds]?|bought)\b|下单|订单数|购买"),
        ("income", r"\b(?:incomes?|earn\w*|salary)\b|收入"),
        ("credit_limit", r"\bcredit (?:limit|line)\b|信用额度|授信"),
        ("days_overdue", r"\boverdue\b|逾期"),
        ("points_balance", r"\bpoints?\b|积分"),
        ("returned_orders", r"\breturn(?:ed|s)?\b|退货"),
        ("tickets", r"\btickets?\b|工单|投诉"),
        ("days_since_last_order", r"\b(?:inactive|not (?:bought|ordered|shopped)|days since)\b|没(?:有)?(?:下单|购买|来)"),
    )
)
#: What a bound is about when the cue stands right behind the number: "over 1000 spend", "1000以上消费".
_CUE_AFTER = re.compile(
    r"\s*(?:in |of |worth of |total )?(?P<revenue>spen[dt]\w*|revenue|sales|turnover|lifetime value)\b"
    r"|\s*(?:以上|以下)?的?(?P<average_order_value>客单价)|\s*(?:以上|以下)?的?(?:累计)?(?P<days_overdue>逾期)"
)
_ONCE = re.compile(
    r"\b(?:only|just|exactly)\s+(?:ever\s+)?(?:bought|ordered|purchased|shopped)\s+(?:with us\s+)?(?P<once>once|twice)\b"
    r"|\b(?:bought|ordered|purchased|shopped|one order|buy|order)\s+(?:with us\s+)?(?:only|just|exactly)\s+(?P<once2>once"
    r"|twice)\b"
    r"|\b(?:only|just|exactly) (?P<one>one|two|1|2) (?:orders?|purchases?)\b|\b(?P<first>one[- ]time|single[- ]purchase"
    r"|one[- ]off) (?:buyers?|customers?|shoppers?)\b"
    r"|(?:只|仅|就)(?:买|购买|下|消费|来)过?(?P<zh>一|两|1|2)(?:单|次|笔|回)(?!以上)|(?P<zhfirst>一次性(?:客户|买家|顾客))"
)
_STARS = re.compile(
    r"\b(?:gave|giving|left|rated|with|a)\s+(?:us\s+)?(?:a\s+|only\s+|just\s+)?(?P<n>[1-5]|one|two|three|four"
    r"|five)[- ]?stars?(?! rating)(?! reviews on)"
    r"|(?:打|给|评)过?了?(?P<zh>[1-5一二两三四五])(?:颗)?[星分](?!以)"
)
_DIGITS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "once": 1, "twice": 2, "两": 2}
_DIGITS |= {char: value for value, char in enumerate("零一二三四五")}
_PEOPLE_BEFORE = re.compile(
    r"(?:customers?|clients?|shoppers?|buyers?|women|men|ladies|people|folks?|females?|males?|members?|the|客户|顾客|用户"
    r"|会员|男性|女性)\s*$"
)
#: Bounds on association rules; a percentage is a share.
_RULE_BOUNDS = ("support", "confidence", "lift")
_REACH = 28
#: Characters that may stand between an operator and its number.
_BETWEEN = " £$€¥:-的于过了"
#: What may stand between a number and an operator behind it.
_COUNTER = r"\s*(?:元|块钱?|次|单|岁|件|天|分|星|个|%)?\s*"


@dataclass(frozen=True)
class Condition:
    """A filter with the stretch of text that says it; without a field it is the intent's own threshold."""

    start: int
    end: int
    filter: Filter | None
    threshold: float | None = None


def find_conditions(text: str, lexical: Sequence[LexMatch], numbers: Sequence[NumberMatch]) -> list[Condition]:
    """Every bound in the text, in order. A number is used once."""
    operators = [m for m in lexical if m.kind == "operators" and m.name != "!="]
    out: list[Condition] = []
    used: set[int] = set()
    out += _exact(text)
    used |= {number.start for number in numbers if any(c.start <= number.start < c.end for c in out)}
    for pair in _ranges(text, numbers):
        first, second = pair
        field = _field(text, lexical, first.start, second)
        if field is not None:
            used |= {first.start, second.start}
            bounds = (min(first.value, second.value), max(first.value, second.value))
            out.append(Condition(first.start, second.end, Filter(field, "between", tuple(map(_whole, bounds)))))
    for number in numbers:
        if number.start in used or number.kind in ("ordinal", "rank"):
            continue
        found = _operator(text, operators, number)
        if found is None:
            continue
        op, start, end = found
        used.add(number.start)
        field = _field(text, lexical, start, number)
        value = _whole(number.value)
        if field in _RULE_BOUNDS:
            value = number.value / 100 if number.kind == "percent" else number.value
        elif field is None or number.kind == "percent":
            out.append(Condition(start, end, None, number.value))
            continue
        out.append(Condition(start, end, Filter(field, op, value)))
    return sorted(out, key=lambda c: c.start)


def _exact(text: str) -> list[Condition]:
    """Bounds that say a number outright: "only bought once", 只买过一单, "gave one star", 打过一星."""
    out = []
    for match in _ONCE.finditer(text):
        said = next((value for value in match.groupdict().values() if value), "")
        out.append(Condition(*match.span(), Filter("orders", "=", int(_DIGITS.get(said, said if said.isdigit() else 1)))))
    for match in _STARS.finditer(text):
        said = match["n"] or match["zh"]
        out.append(Condition(*match.span(), Filter("rating", "=", int(_DIGITS.get(said, said)))))
    return out


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _ranges(text: str, numbers: Sequence[NumberMatch]) -> list[tuple[NumberMatch, NumberMatch]]:
    out = []
    for first, second in itertools.pairwise(numbers):
        between = text[first.end : second.start].strip(" £$€¥元块")
        if between in ("-", "~", "to", "and", "到", "至", "和") and (
            between not in ("and", "和") or "between" in text[: first.start] or "在" in text[: first.start]
        ):
            out.append((first, second))
    return out


def _operator(text: str, operators: Sequence[LexMatch], number: NumberMatch) -> tuple[FilterOp, int, int] | None:
    """The operator that governs a number: just before it, or (500+, 500以上, 3 or more) just after it."""
    tail = re.match(
        _COUNTER + r"(?P<more>\+|以上|及以上|or more\b|or above\b|or over\b|plus\b|and over\b|and above\b)",
        text[number.end :],
    )
    if tail:
        return ">=", number.start, number.end + tail.end()
    tail = re.match(
        _COUNTER + r"(?P<less>以下|以内|之内|or less\b|or fewer\b|or under\b|or below\b|and under\b)",
        text[number.end :],
    )
    if tail:
        return "<=", number.start, number.end + tail.end()
    before = [
        m for m in operators if m.end <= number.start and len(text[m.end : number.start].strip(_BETWEEN)) <= 2
    ]
    if not before:
        return None
    nearest = max(before, key=lambda m: m.end)
    if number.start - nearest.end > 12:
        return None
    return nearest.name, nearest.start, number.end  # type: ignore[return-value]


def _field(text: str, lexical: Sequence[LexMatch], start: int, number: NumberMatch) -> str | None:
    """What a bound is about: the unit behind the number, else the nearest cue or metric before it, else money."""
    if (after := _UNIT_AFTER.match(text, number.end)) and after.lastgroup:
        unit = after.lastgroup
        cue = _nearest_cue(text, start)
        if unit == "orders" and cue == "returned_orders":
            return cue
        return cue if unit in ("revenue", "days_since_last_order") and cue else unit
    cue = _nearest_cue(text, start)
    if number.kind == "percent":
        return cue if cue in _RULE_BOUNDS else None
    if after := _CUE_AFTER.match(text, number.end):
        return after.lastgroup
    if cue:
        return cue
    if number.kind == "money":
        return "revenue"
    if 14 <= number.value <= 99 and _PEOPLE_BEFORE.search(text[:start]):
        return "age"
    return None


def _nearest_cue(text: str, start: int) -> str | None:
    window = text[max(0, start - _REACH) : start]
    found = [(match.end(), field) for field, pattern in _CUE_BEFORE for match in pattern.finditer(window)]
    return max(found)[1] if found else None
