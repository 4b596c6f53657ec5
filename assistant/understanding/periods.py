"""Phrases of time in a question: the period, what it is compared with, how far ahead to look, how long without an order.

The phrases of each language stand in `period_rules_en` and `period_rules_zh`, ranges and open spans in `period_joins`;
here they are found and given a role. "Last month" is the complete one, "last 30 days" ends with today, a period that is
not over is clipped to today, a month without a year is the most recent that has begun. Today is injected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from analytics.period import DAY, Calendar, Grain, Period, step
from assistant.understanding import period_roles, period_rules_en, period_rules_zh
from assistant.understanding.folding import fold
from assistant.understanding.number_words import listed
from assistant.understanding.period_build import OPEN_START, Clock, Reading, applicable, in_year, last_n, whole
from assistant.understanding.period_joins import LIST, TO, Phrase, coming, join
from assistant.understanding.period_types import Bound, Horizon, Op, PeriodMatch, Relative
from assistant.understanding.period_words import COUNT, WEEKDAY, straighten

__all__ = ["OPEN_START", "Bound", "Horizon", "PeriodMatch", "find_periods"]

#: Countries that write 3/11 for the third of November.
_DAY_FIRST = frozenset(listed("GB IE AU NZ IN DE FR ES IT NL BE PT BR MX AR ZA AT CH PL SE NO DK FI"))
_DAYS = {
    "hour": 1 / 24, "day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.0, "quarter": 91.0, "half": 182.0, "year": 365.0,
    "decade": 3652.0,
}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}
_EITHER = (*period_rules_en.RULES, *period_rules_zh.RULES)

_B, _E = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_LAST_YEAR = (
    r"(?:last year|(?:the )?(?:previous|prior) year|(?:the )?year (?:before|earlier)|(?:a|one) year (?:ago|earlier|before))"
)
_YEAR_BEFORE = re.compile(
    rf"{_B}(?:(?:the |at the )?(?:same|equivalent|corresponding|comparable) "
    r"(?:period|time|timeframe|month|quarter|week|day|span|date|point|season|weekend|part)s?(?:,? (?:of|in|from|during))? "
    rf"(?:the )?{_LAST_YEAR}|(?:this|the same) time last year|year[- ](?:on|over)[- ]year|yr on yr|y[/-]?o[/-]?y|y/y"
    r"|p(?:rior|revious)?[ -]?ytd|last ytd|(?:the )?(?:previous|prior) year(?= (?:period|month|quarter))(?: \w+)?"
    rf"|a year (?:earlier|before)){_E}|(?:去年|上年|上一年|前一年)(?:的)?"
    r"(?:同期|同一时期|同一时间|同月|同季度?|同一个?月|这个?时候|此时|这会儿|同一天)|同比|同期(?=相比|比|对比|增)"
)
_NOT_MORE = r"(?=\s*(?:$|[?.,;!)]|for|in|by|on|per|and|was|were|is|did|so|too|please|across|or)(?![a-z]))"
_PREVIOUS = re.compile(
    rf"{_B}(?:(?:the )?(?:previous|prior|preceding|last|earlier) (?:comparable |equivalent )?period"
    rf"|(?:the )?(?:{COUNT} )?(?:period|week|month|quarter|day|year|one)s? (?:before|prior|earlier){_NOT_MORE}"
    r"|(?:the )?(?:previous|prior|preceding) one|(?:period|month|week|quarter|day)[- ](?:on|over)[- ]"
    r"(?:period|month|week|quarter|day)|q[/-]?o[/-]?q|d[/-]?o[/-]?d|m/m|m-o-m|w/w|q/q|w/o/w"
    r"|wow(?!\W*(?:$|[!,.]|that|this|you|so|thanks|great|nice|cool|amazing|ok|what|how|i\b|it\b|the\b))"
    rf"|(?:mom|pop)(?=[ -]*(?:growth|change|%|trend|comparison|increase|decline|delta|$|\?|,|by|for|basis))){_E}|环比"
    r"|上一?个?(?:周期|统计期)|上期|前一(?:期|个?周期)"
)
_SHIFTED = re.compile(
    rf"{_B}(?:the )?same (?:day|time|period|weekday|days|point|date)s? (?:of |in )?(?:last|the previous|the prior) "
    rf"(?P<unit>week|month|quarter){_E}|{_B}the (?P<day>{WEEKDAY}) before{_NOT_MORE}"
    r"|上个?(?P<zh>周|月|季度|星期)的?(?:同期|同一天|同一时间|同日)"
)
#: "this quarter vs last": the lone word takes the grain of the main period.
_LONE_LAST = re.compile(
    r"(?:\bvs\.?|\bversus|\bv|\bagainst|\bcompared (?:to|with)|\band|\bor|\bthan|\bover|\bto|\bwith)\s+(?:the )?"
    r"(?P<word>last|previous|prior)(?: one)?(?=\s*(?:[?.,;!)]|$|(?:for|in|by|on|per|please|pls|across)\b))"
)
_AGAINST = re.compile(r"\s+(?:over|on|against|vs\.?|versus)\s+(?:the )?|\s*的?(?:跟|对|同|比)\s*")
_HABIT_AFTER = re.compile(r"里|中|当中|从|各|哪|什么|到头|四季|十二|\s+(?:on average|does|do)\b")
#: A text of so few characters is about its length of time, however vague.
_BRIEF = 8
_VAGUE = re.compile(r"(?:an?|one|half|several|(?:a )?few|[一几数半])(?![一二三四五六七八九十])")


def find_periods(
    text: str, today: date, calendar: Calendar = Calendar(), language: str = "en", holidays_country: str | None = None
) -> list[PeriodMatch]:
    """Every phrase of time in order of place, without overlaps.

    `calendar` sets the week's first day and the fiscal year; `holidays_country` (ISO code) the holidays that differ by
    country and, with `language`, whether 3/11 is the third of November. Text of either language is read in both.
    """
    straight, places = straighten(fold(text))
    country = holidays_country or ("CN" if language == "zh" else None)
    clock = Clock(today, calendar, country, day_first=country in _DAY_FIRST)
    found = join(straight, _settled(_candidates(straight, clock)), clock)
    out = []
    for m in sorted(_roles(straight, found, clock), key=lambda m: m.start):
        start, end = places[m.start], places[m.end - 1] + 1
        said = text[start:end]
        horizon = replace(m.horizon, text=said) if m.horizon else None
        out.append(replace(m, start=start, end=end, text=said, horizon=horizon))
    return out


def _candidates(text: str, clock: Clock) -> Iterator[tuple[int, Phrase]]:
    rules = applicable(period_rules_en.RULES if text.isascii() else _EITHER, text)
    for index, rule in enumerate(rules):
        for m in rule.pattern.finditer(text):
            reading = rule.build(m, clock)
            if reading is None:
                continue
            start, end = m.span()
            while start < end and text[start] == " ":
                start += 1
            while end > start and text[end - 1] in " ,.'的":
                end -= 1
            yield index, Phrase(start, end, reading)
    for m in _YEAR_BEFORE.finditer(text):
        yield -1, Phrase(m.start(), m.end(), Reading(), "year_before")
    for m in _PREVIOUS.finditer(text):
        yield -1, Phrase(m.start(), m.end(), Reading(), "previous")
    for m in _SHIFTED.finditer(text):
        unit = m["unit"] or (m["day"] and "week") or {"周": "week", "星期": "week", "月": "month", "季度": "quarter"}[m["zh"]]
        yield -1, Phrase(m.start(), m.end(), Reading(unit=unit), "previous")  # type: ignore[arg-type]


def _settled(candidates: Iterator[tuple[int, Phrase]]) -> list[Phrase]:
    """The longest phrases, leftmost first, without overlaps."""
    kept: list[Phrase] = []
    for _, found in sorted(candidates, key=lambda c: (c[1].start - c[1].end, c[1].start, c[0])):
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda f: f.start)


def _roles(text: str, found: list[Phrase], clock: Clock) -> list[PeriodMatch]:
    """Each phrase with its role; then the comparison is worked out against the main period."""
    pairs = [(item, match) for item in found if (match := _role(text, item, clock))]
    phrases, matches = [item for item, _ in pairs], [match for _, match in pairs]
    if len(matches) == 1 and matches[0].role == "compare_to" and matches[0].period and period_roles.lists(text, matches[0].start):
        matches[0] = replace(matches[0], role="period", relative=None)
    if len(matches) == 1 and _is_running(matches[0], clock):
        matches[0] = replace(matches[0], role="period")
    main = next((i for i, m in enumerate(matches) if m.role == "period" and phrases[i].reading.kind != "all_time"), None)
    if main is not None:
        _pair(text, matches, phrases, main, clock)
        _lone_last(text, matches, main)
    return matches


def _is_running(match: PeriodMatch, clock: Clock) -> bool:
    """Whether a lone far side of a comparison is the period that runs: "changed over this year" compares with nothing."""
    return match.role == "compare_to" and match.relative is None and match.period is not None and match.period.end > clock.today


def _role(text: str, item: Phrase, clock: Clock) -> PeriodMatch | None:
    period, reading, start, end = item.period, item.reading, item.start, item.end
    plain = PeriodMatch(start, end, "", period, alternatives=reading.alternatives)
    if item.relative:
        return replace(plain, role="compare_to", relative=item.relative)
    days = round(reading.count * _DAYS[reading.unit]) if reading.unit and reading.count else None
    if reading.kind == "length":
        return _length(text, item, plain, days, clock)
    if period is not None and period.grain == "month" and period.count == 1 and period_roles.born(text, start, end):
        return replace(plain, role="birthday", bounds=(Bound("birth_month", "=", period.start.month),))
    if reading.kind == "future":
        return replace(plain, role="horizon", horizon=_horizon(reading))
    if period is None:
        return None
    if period_roles.not_bought(text, start, end) and (bound := _last_order(text, item, days)):
        return replace(plain, role="duration", days=days, bounds=(bound,))
    if period_roles.joined(text, start, end):
        return replace(plain, role="signup", bounds=(_signup(text, item, clock),))
    if period_roles.FORECAST.search(text) and (ahead := coming(item, clock)):
        length = Horizon("", days=(ahead.end - clock.today).days)
        return replace(plain, period=ahead, role="horizon", horizon=length, alternatives=(period,))
    if period_roles.compares(text, start, end):
        back: Relative | None = "year_before" if reading.unit == "year" else "previous"
        back = back if reading.kind == "ago" and reading.count == 1 else None
        return replace(plain, role="compare_to", relative=back)
    return plain


def _length(text: str, item: Phrase, plain: PeriodMatch, days: int | None, clock: Clock) -> PeriodMatch | None:
    """A bare length: time overdue, time without an order, a look ahead, or just a length; vague ones are dropped."""
    op: Op = period_roles.bound_operator(text, item.start, item.end)
    value: int | tuple[int, int] = days or 0
    if item.reading.up_to and item.reading.unit:
        op, value = "between", (value, round(item.reading.up_to * _DAYS[item.reading.unit]))  # type: ignore[assignment]
    if period_roles.overdue(text, item.start, item.end):
        return replace(plain, role="duration", days=days, bounds=(Bound("days_overdue", op, value),))
    if period_roles.not_bought(text, item.start, item.end):
        return replace(plain, role="duration", days=days, bounds=(Bound("days_since_last_order", op, value),))
    if period_roles.tenure(text, item.start) and days:
        return replace(plain, role="signup", bounds=(Bound("signup_date", "<=", clock.today - DAY * days),))
    if _VAGUE.match(text, item.start) and _HABIT_AFTER.match(text, item.end):
        return None
    if period_roles.looks_ahead(text, item.start, item.end):
        return replace(plain, role="horizon", horizon=_horizon(item.reading))
    if _VAGUE.match(text, item.start) and (text[item.start] != "半" or len(text.strip()) > _BRIEF):
        return None
    count, of = item.reading.count, item.reading.unit
    up_to_today = last_n(count, of, clock).period if of and count else None
    return replace(plain, role="duration", days=days, alternatives=(up_to_today,) if up_to_today else ())


def _horizon(reading: Reading) -> Horizon:
    unit, count = reading.unit or "day", reading.count or 1
    if unit in _MONTHS and count * _MONTHS[unit] == int(count * _MONTHS[unit]):
        return Horizon("", months=int(count * _MONTHS[unit]))
    return Horizon("", days=max(1, round(count * _DAYS[unit])))


def _last_order(text: str, item: Phrase, days: int | None) -> Bound | None:
    """The bound on the last order that "haven't bought ..." states; None for a closed period, which stays a period."""
    period, reading = item.period, item.reading
    if period is None:
        return None
    placed = period_roles.LAST_ORDER.search(text[: item.start])
    if reading.kind == "ago" and days:
        return Bound("days_since_last_order", period_roles.bound_operator(text, item.start, item.end), days)
    if item.flow == "until":
        return Bound("last_order_date", "<", period.end)
    if item.flow == "since":
        return Bound("last_order_date", ">=" if placed else "<", period.start)
    if placed:
        return Bound("last_order_date", "between", (period.start, period.last))
    within = text.isascii() and bool(re.search(r"\bthe $", text[: item.start]))
    rolling = reading.count > 1 or within or not period.name
    if rolling and reading.alternatives and days:
        return Bound("days_since_last_order", period_roles.bound_operator(text, item.start, item.end), days)
    return Bound("last_order_date", "<", period.start) if period.partial else None


def _signup(text: str, item: Phrase, clock: Clock) -> Bound:
    period = item.period
    if period is None:
        raise ValueError("a signup bound needs a period")
    if item.reading.kind == "ago" and re.search(r"(?:over|more than|at least)\s*$|(?:超过|至少)$", text[: item.start]):
        return Bound("signup_date", "<", period.end)
    if item.flow == "until":
        return Bound("signup_date", "<", period.end)
    if period.end > clock.today:
        return Bound("signup_date", ">=", period.start)
    return Bound("signup_date", "between", (period.start, period.last))


def _pair(text: str, matches: list[PeriodMatch], phrases: Sequence[Phrase], main: int, clock: Clock) -> None:
    """Decides which other phrases the main period is compared with, and moves relative ones beside it."""
    base = matches[main].period
    if base is None:
        return
    both = period_roles.compares_both(text, matches[main].start)
    for index, match in enumerate(matches):
        if index == main or match.role not in ("period", "compare_to") or phrases[index].reading.kind == "all_time":
            continue
        if match.relative:
            matches[index] = _beside(match, phrases[index], base)
            continue
        other = match.period
        if other is None:
            continue
        gap = text[matches[main].end : match.start] if index > main else ""
        beside = LIST.fullmatch(gap) or _AGAINST.fullmatch(gap) or (TO.fullmatch(gap) and other.start < base.start)
        if match.role == "compare_to" or both or (beside and other.grain == base.grain):
            base, matches[main] = _settled_main(matches[main], phrases[main], phrases[index], clock)
            matches[index] = _compared(replace(match, role="compare_to"), phrases[index], base, phrases[main], clock)
            both = False


def _beside(match: PeriodMatch, item: Phrase, base: Period) -> PeriodMatch:
    """A relative phrase as days beside the main period; "same day last week" keeps its distance."""
    if item.relative and item.reading.unit in ("week", "month", "quarter") and item.period is None:
        unit: Grain = item.reading.unit
        return replace(match, period=Period(step(unit, base.start, -1), step(unit, base.end, -1)), relative=None)
    return replace(match, period=base.year_before() if match.relative == "year_before" else base.previous())


def _settled_main(main: PeriodMatch, item: Phrase, other: Phrase, clock: Clock) -> tuple[Period, PeriodMatch]:
    """The main period takes the year that only the second one says: "March vs April 2025"."""
    base = main.period
    if base is None or other.period is None:
        raise ValueError("a comparison needs two periods")
    shares = item.reading.open_year and not other.reading.open_year and other.start > item.start
    shares = shares and other.period.grain == base.grain and other.reading.kind in ("span", "day")
    if shares and other.reading.unit is None and other.period.name is None:
        moved = in_year(base, whole(other.period).start.year, clock.today)
        if moved.start != other.period.start:
            return moved, replace(main, period=moved)
    return base, main


def _compared(match: PeriodMatch, item: Phrase, base: Period, main: Phrase, clock: Clock) -> PeriodMatch:
    """The far side of a comparison: a bare year beside a shorter period means the same part of that year."""
    other = match.period
    if other is None:
        return match
    if other.grain == "year" and other.count == 1 and whole(base).days < 300 and base.start.year != other.start.year:
        moved = in_year(base, other.start.year, clock.today)
        if base.partial:
            moved = Period(moved.start, moved.start + DAY * base.days, base.grain, base.count, full_end=whole(moved).end)
        relative: Relative | None = "year_before" if other.start.year == base.start.year - 1 else None
        return replace(match, period=moved, alternatives=(other,), relative=relative)
    if item.reading.open_year and other.grain == base.grain and not item.reading.holiday and main.reading.unit is None:
        beside = in_year(other, base.start.year, clock.today)
        other = beside if beside.start <= clock.today and beside.start != base.start else other
    if other == base and base.days == 1:
        other = Period(base.start - DAY * 7, base.end - DAY * 7, "day", 1)
    if other.grain == base.grain and other.start in (base.previous().start, base.year_before().start):
        step_back: Relative = "previous" if other.start == base.previous().start else "year_before"
        before = base.previous() if step_back == "previous" else base.year_before()
        return replace(match, period=other, relative=step_back, alternatives=(before,) if base.partial else match.alternatives)
    return replace(match, period=other)


def _lone_last(text: str, matches: list[PeriodMatch], main: int) -> None:
    """ "This quarter vs last": the complete unit before, with the like part of it as the other reading."""
    m = _LONE_LAST.search(text)
    base = matches[main].period
    if m is None or base is None or matches[main].start > m.start():
        return
    if any(o.start < m.end("word") and o.end > m.start("word") for o in matches):
        return
    other = (base.previous(),) if base.partial else ()
    matches.append(PeriodMatch(m.start("word"), m.end(), "", whole(base).previous(), "compare_to", other, "previous"))


