"""Phrases of time that belong together: ranges, lists, "since" and "before", "the last week of", a year said apart.

Works on phrases already found; knows no units and no names of periods.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from analytics.period import DAY, Period, add_months
from assistant.understanding import period_roles
from assistant.understanding.period_build import OPEN_START, Clock, Reading, edge_of, in_year, placed, whole
from assistant.understanding.period_holidays import in_year_of
from assistant.understanding.period_types import Relative
from assistant.understanding.period_words import COUNT, count_of, unit_of
from assistant.understanding.period_zh import number
from assistant.understanding.period_zh import unit as zh_unit


@dataclass(frozen=True)
class Phrase:
    """A phrase at text[start:end]. `flow` tells that its span is open: since, until. `relative` phrases ("same period last
    year") have no period of their own; `single` is false once phrases were joined."""

    start: int
    end: int
    reading: Reading
    relative: Relative | None = None
    flow: str = ""
    single: bool = True

    @property
    def period(self) -> Period | None:
        return self.reading.period


LIST = re.compile(r"\s*(?:and|&|\+|,|、|和|与|及|以及|, and|plus)\s*")
TO = re.compile(
    r"\s*(?:-|~|to|until|till|through|thru|up to|up until|and up to|到|至|直到|一直到)\s*(?:the )?(?:end of )?(?:the )?\s*"
)
_AND = re.compile(r"\s*(?:and|&|\+|,|、|和|与|跟|及|以及|, and|plus)\s*(?:in |the |of )?")
_YEAR_GAP = re.compile(r"(?:'s?)?\s*(?:(?:in|at|during|over|around)\s+(?:the )?)?|\s*的?\s*")
_BETWEEN = re.compile(r"(?:\bbetween\s+(?:the )?|介于|在)$")
_FROM = re.compile(
    r"(?:\b(?:from|between|starting(?: in| from| on)?)\s+(?:the )?(?:start of |beginning of )?|从|自从|自|由)\s*$"
)
_SINCE = re.compile(
    r"\b(?:ever )?(?:since|as from|starting(?: from| in| on)?|beginning(?: in| on)?)\s+(?:the )?"
    r"(?P<edge>(?:start|beginning|end|middle) of (?:the )?)?$"
)
_ONWARDS = re.compile(
    r"\s*(?:onwards?|on(?=\s*(?:[?.,;]|$))|and (?:later|after)|(?:to|till|until|up to|through)(?: the)? "
    r"(?:now|date|today|present(?: day)?)|forward)(?![a-z])"
)
_ZH_SINCE = re.compile(
    r"(?:的时候)?(?:以来|起至今|起到现在|至今|到现在|到今天|到目前|到如今|起(?!码|来|伏|订|送)"
    r"|开始(?=到|至|$|[，,]|的|注册|没|有|每|逐|按|各)|以后|之后|后(?=的|$|[，,]|没|注册|下单|加入))(?:为止)?"
)
_UNTIL = re.compile(
    r"\b(?P<until>until|till|up (?:to|until)|through|by|to the end of|as of)\s+(?:the )?(?:end of (?:the )?)?$"
    r"|(?P<zh>截至|截止到?)\s*$|(?P<to>到)\s*$"
)
_BEFORE = re.compile(r"\b(?:before|prior to|earlier than|older than|ahead of)\s+(?:the )?$|(?:早于)\s*$")
_AFTER = re.compile(r"\b(?:after|later than)\s+(?:the )?$|(?:晚于)\s*$")
_ZH_BEFORE = re.compile(r"(?:份)?(?:之前|以前|前)(?!后|[一二三四五六七八九十\d]|端)")
_EDGE = re.compile(
    rf"\b(?:the )?(?P<end>first|last|final|opening|closing)(?: (?P<n>{COUNT}))? (?P<unit>days?|weeks?|months?|quarters?) "
    r"(?:of|in) (?:the )?$"
)
_ZH_EDGE = re.compile(
    r"的?(?:(?P<end>最后|前|头|后)(?P<n>\d+|[一两二三四五六七八九十]+)|第(?P<nth>[一二三四五]))个?"
    r"(?P<unit>天|周|星期|月|礼拜)(?!前)"
)
_BESIDE = re.compile(
    rf"\b(?:the )?(?:(?P<n>{COUNT}) )?(?P<unit>days?|weeks?|fortnight|months?) "
    r"(?P<side>before|prior to|leading up to|ahead of|after|following) (?:the )?$"
)


def join(text: str, found: Sequence[Phrase], clock: Clock) -> list[Phrase]:
    """The phrases, with those that belong together put together, and open spans closed by today."""
    out: list[Phrase] = []
    for item in found:
        item = _edge(text, item, clock)
        while out and out[-1].end > item.start:
            out.pop()
        if out and (dated := _dated(text, out[-1], item, clock)):
            out[-1] = dated
        elif out and (joined := _range(text, out[-1], item, clock)):
            out[-1] = joined
        else:
            out.append(item)
    return [opened for item in out if (opened := _open(text, item, clock))]


def _dated(text: str, first: Phrase, second: Phrase, clock: Clock) -> Phrase | None:
    """A year and what happened in it, said apart: "last year in Q4", 今年的三月."""
    if first.reading.kind != "year" and not (first.period and first.period.grain == "year" and first.period.count == 1):
        return None
    if first.period is None or second.period is None or not second.reading.open_year or first.flow:
        return None
    if not _YEAR_GAP.fullmatch(text[first.end : second.start]) or (text[first.end : second.start] == "" and text.isascii()):
        return None
    period = moved(second, whole(first.period).start.year, clock)
    return Phrase(first.start, second.end, placed(period, clock), single=False)


def moved(item: Phrase, year: int, clock: Clock) -> Period:
    """The phrase's days in another year, clipped to today."""
    if item.period is None:
        raise ValueError("only a phrase with a period can be moved to another year")
    if item.reading.holiday:
        return in_year_of(item.reading.holiday, year, clock).clipped(clock.today)
    return in_year(item.period, year, clock.today)


def _range(text: str, first: Phrase, second: Phrase, clock: Clock) -> Phrase | None:
    """One span of two phrases: "from A to B", "between A and B", or neighbours "A and B"."""
    if first.period is None or second.period is None or first.relative or second.relative or first.flow:
        return None
    if first.period.name == "all_time" or second.period.name == "all_time":
        return None
    gap, before = text[first.end : second.start], text[: first.start]
    compared = period_roles.compares_both(text, first.start)
    is_range = bool(TO.fullmatch(gap)) and not (compared and re.search(r"\bcompar\w* $|比较$|对比$", before))
    is_range = is_range or (bool(_BETWEEN.search(before)) and bool(_AND.fullmatch(gap)) and not compared)
    is_list = not is_range and not compared and bool(LIST.fullmatch(gap))
    if not (is_range or is_list):
        return None
    a, b = _same_years(first, second, clock)
    if a is None or b is None or b.start < a.start or (is_list and whole(a).end != b.start):
        return None
    m = _FROM.search(before) if is_range else None
    open_year = first.reading.open_year and second.reading.open_year
    reading = placed(span_of(a, b), clock, open_year=open_year)
    return Phrase(m.start() if m else first.start, second.end, reading, single=False)


def span_of(a: Period, b: Period) -> Period:
    """From the start of one to the end of the other, in months where both are whole months."""
    end = whole(b).end
    months = (end.year - a.start.year) * 12 + end.month - a.start.month
    if a.start.day == end.day == 1 and months > 0 and a.grain and b.grain:
        return Period(a.start, end, "month", months)
    return Period(a.start, end)


def _same_years(first: Phrase, second: Phrase, clock: Clock) -> tuple[Period | None, Period | None]:
    """Both periods, the one said without a year moved beside the other."""
    a, b = first.period, second.period
    if a is None or b is None:
        return a, b
    dated = not second.reading.open_year and second.reading.kind in ("span", "day", "future") and b.grain != "year"
    if first.reading.open_year and dated:
        a = moved(first, b.start.year, clock)
        return (moved(first, b.start.year - 1, clock) if a.start > b.start else a), b
    if second.reading.open_year:
        b = _whole_in_year(b, whole(a).start.year)
        if b.start < a.start:
            b = _whole_in_year(b, a.start.year + 1)
            if first.reading.open_year and b.start > clock.today:
                a, b = moved(first, a.start.year - 1, clock), _whole_in_year(b, b.start.year - 1)
    return a, b


def _whole_in_year(period: Period, year: int) -> Period:
    full = whole(period)
    shift = 12 * (year - full.start.year)
    return replace(full, start=add_months(full.start, shift), end=add_months(full.end, shift))


def _edge(text: str, item: Phrase, clock: Clock) -> Phrase:
    """ "The first ten days of", "the week before", 最后一周 beside a phrase."""
    if item.period is None or item.relative or item.reading.kind in ("length", "all_time"):
        return item
    before, behind = text[: item.start], text[item.end :]
    if m := _EDGE.search(before):
        count = int(count_of(m["n"])) if m["n"] else 1
        end = "first" if m["end"] in ("first", "opening") else "last"
        found = edge_of(item.period, end, count, unit_of(m["unit"]), clock)  # type: ignore[arg-type]
        return replace(item, start=m.start(), reading=_plain(item, found, clock)) if found else item
    if m := _BESIDE.search(before):
        days = round(count_of(m["n"] or "1") * {"day": 1, "week": 7, "fortnight": 14, "month": 30}[m["unit"].rstrip("s")])
        earlier = m["side"] not in ("after", "following")
        end_day = item.period.start if earlier else whole(item.period).end + DAY * days
        period = Period(end_day - DAY * days, end_day)
        if period.start > clock.today:
            return item
        reading = Reading(period.clipped(clock.today), open_year=item.reading.open_year)
        return replace(item, start=m.start(), reading=reading, single=False)
    if not text.isascii() and (m := _ZH_EDGE.match(behind)) and item.period.days > 6:
        if m["nth"]:
            first = whole(item.period).start + DAY * 7 * (int(number(m["nth"])) - 1)
            found = Period(first, first + DAY * 7).clipped(clock.today) if m["unit"] != "月" and m["unit"] != "天" else None
        else:
            side: Literal["first", "last"] = "last" if m["end"] in ("最后", "后") else "first"
            found = edge_of(item.period, side, int(number(m["n"])), zh_unit(m["unit"]), clock)
        return replace(item, end=item.end + m.end(), reading=_plain(item, found, clock)) if found else item
    return item


def _plain(item: Phrase, period: Period, clock: Clock) -> Reading:
    if period.start > clock.today and item.reading.open_year:
        period = Period(add_months(period.start, -12), add_months(period.end, -12))
    return placed(period, clock, open_year=item.reading.open_year)


def _open(text: str, item: Phrase, clock: Clock) -> Phrase | None:
    """The phrase with a "since", "after", "before" or "until" that stands beside it; None for one that says nothing."""
    period = item.period
    if period is None or item.relative or item.reading.kind in ("all_time", "length"):
        return item
    before, behind, now = text[: item.start], text[item.end :], clock.today + DAY
    start, end, since, end_edge = item.start, item.end, False, False
    if m := _SINCE.search(before):
        since, start, end_edge = True, m.start(), bool(m["edge"] and m["edge"].startswith("end"))
    elif onwards := _ONWARDS.match(behind):
        from_ = _FROM.search(before)
        since = bool(from_) or onwards.group().strip() != "on"
        start, end = from_.start() if from_ else start, item.end + onwards.end()
    if not text.isascii() and not since and (m := _ZH_SINCE.match(behind)):
        since, end = True, item.end + m.end()
        end_edge = m.group().startswith(("以后", "之后", "后")) and item.reading.kind != "day"
        from_ = _FROM.search(before)
        start = from_.start() if from_ else start
    if since and period.start <= clock.today and item.single:
        begin = min(whole(period).end if end_edge else period.start, now)
        other = (Period(whole(period).end, now),) if not end_edge and whole(period).end <= clock.today else ()
        return Phrase(start, end, Reading(Period(begin, now), alternatives=other), flow="since")
    if item.single and (m := _AFTER.search(before)) and period.end <= clock.today:
        return Phrase(m.start(), item.end, Reading(Period(period.end, now)), flow="since")
    return _closed(text, item, clock)


def _closed(text: str, item: Phrase, clock: Clock) -> Phrase | None:
    """Spans with an end only: before, until. In a question about what comes they are a look ahead."""
    period, before, behind = item.period, text[: item.start], text[item.end :]
    if period is None or (item.reading.kind == "ago" and not text.isascii()):
        return item
    earlier = _BEFORE.search(before)
    zh_earlier = None if text.isascii() or item.reading.kind == "future" else _ZH_BEFORE.match(behind)
    until = _UNTIL.search(before)
    if not (earlier or zh_earlier or until):
        return item
    if until and until["until"] == "through" and item.reading.kind == "future" and item.reading.unit not in (None, "day"):
        return item
    start = (earlier or until).start() if earlier or until else item.start  # type: ignore[union-attr]
    end = item.end + (zh_earlier.end() if zh_earlier else 0)
    if item.reading.kind == "future" or period_roles.FUTURE.search(text):
        coming = _coming(item, clock)
        if coming and not (until and until.group().startswith("as of")):
            stop = coming.start if (earlier or zh_earlier) and item.reading.unit != "day" else coming.end
            return Phrase(start, end, _until(stop, clock))
    if earlier or zh_earlier:
        return Phrase(start, end, Reading(Period(OPEN_START, period.start, name="until")), flow="until")
    if until and (until["until"] or "").startswith("as of") and item.reading.kind == "span" and period.end < clock.today:
        # "As of last month" is the state of that month, which its own end stands for.
        return Phrase(start, end, item.reading)
    if until and (until["to"] or until["until"] == "by"):
        return None if until["to"] and item.reading.kind == "today" else item
    if item.reading.kind == "today":
        return None
    return Phrase(start, end, Reading(Period(OPEN_START, period.end, name="until")), flow="until")


def _until(stop: date, clock: Clock) -> Reading:
    start = clock.today + DAY
    stop = max(stop, start + DAY)
    return Reading(Period(start, stop), "future", count=(stop - start).days, unit="day")


def _coming(item: Phrase, clock: Clock) -> Period | None:
    """The next occurrence of a phrase without a year; None where its time is past for good."""
    period = item.period
    if period is None:
        return None
    full = whole(period)
    if full.end > clock.today + DAY:
        return full
    if item.reading.open_year:
        for year in (clock.today.year, clock.today.year + 1):
            shifted = in_year_of(item.reading.holiday, year, clock) if item.reading.holiday else _whole_in_year(full, year)
            if shifted.end > clock.today + DAY:
                return shifted
    if full.days <= 2 and (clock.today - full.start).days < 7 and item.reading.kind in ("day", "span"):
        return Period(full.start + DAY * 7, full.end + DAY * 7)
    return None


def coming(item: Phrase, clock: Clock) -> Period | None:
    """What a forecast means by a phrase without a year whose last occurrence is over."""
    period = item.period
    if period is None or not item.reading.open_year or item.flow or period.partial or period.end > clock.today:
        return None
    return _coming(item, clock)


__all__ = ["LIST", "TO", "Phrase", "coming", "join", "moved"]
