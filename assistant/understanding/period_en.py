"""What builds the readings of English phrases of time. The phrases stand in `period_rules_en`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

from analytics.period import DAY, Period, add_months, start_of
from assistant.understanding import period_build as build
from assistant.understanding.period_build import Clock, Part, Reading, Unit
from assistant.understanding.period_holidays import holiday
from assistant.understanding.period_words import MONTHS, WEEKDAYS, count_of, unit_of

Builder = Callable[[re.Match[str], Clock], Reading | None]
WhichOne = Literal["last", "this", "next", None]
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 0, "final": 0}
QUARTER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4}

#: Before a number that is somebody's id and no date.
_ID_BEFORE = re.compile(
    r"(?:#|\b(?:order|customer|client|member|invoice|ticket|user|account|sku|product|model|no\.?|number|ids?|store"
    r"|shop|top|first|last|than|least|most|above|below|under|exceeding|worth|spent|spend|spends|paid|pay|about"
    r"|around|reach|hit|of over|only|just)|[=<>$£€¥]|超过|大于|低于|高于|[满于]|花了|不到|达到|至少|消费|客户|会员|编号|单号"
    r"|工号|订单号?|前|第)\s*$"
)
_AGE_BEFORE = re.compile(
    r"\b(?:older than|younger than|aged?|ages|over the age of|under the age of)(?: (?:of|between|over|under))?\s*$"
)
_AMOUNT_BEFORE = re.compile(
    r"\b(?:spen[dt]s?|spending|paid|pays?|worth|bought for|orders?|value|totals?|revenue of|more|amount) (?:of )?"
    r"(?:over|up to|from)\s*$"
)
_MAY_BEFORE = re.compile(
    r"(?:^|[,\-–(/&+]\s?|[到至和与跟比在从自]|\b(?:in|of|for|since|during|from|to|until|till|by|last|this|next|vs\.?|versus"
    r"|and|or|between|before|after|early|late|mid|through|than|against|with|compare|the|our|over|per|only|about|april|june"
    r"|march|july))\s*$"
)
_MAY_VERB_AFTER = re.compile(
    r"\s+(?:i|we|you|they|he|she|it|be|not|have|also|never|leave|churn|need|want|get|go|like|buy|pay|default|run|still|soon"
    r"|come|fail|return|become|stop|respond|order|require|cause|contain|include|lose|drop|miss|cancel|take|make|see|hit|turn"
    r"|well|just|even|quit|lapse|switch|unsubscribe|purchase|or may not|affect|explain|help|appear|look|possibly|indicate)"
    r"(?![a-z])"
)
_MAY_NOUN_AFTER = re.compile(
    r"\s*(?:$|[?.,;:!)&/+-]|'s|(?:to|and|vs|versus|only|by|sales|revenue|orders|figures|numbers|turnover|customers|tickets"
    r"|returns|results|performance|last year|this year|against|compared|in|for|per|top|until|through|or|than|cohort"
    r"|newsletter|20\d\d|'?\d\d)\b|[的份比和到至与跟])"
)
_WEEKDAY_BEFORE = re.compile(
    r"(?:\b(?:on|since|from|until|till|to|for|of|before|after|vs\.?|by|than|compared to|compared with|against|last week)|比"
    r"|从|自)\s*$"
)
_SEASON_BEFORE = re.compile(
    r"\b(?:in|since|over|during|for|until|by|of|to|vs\.?|from|than|and|between|versus|against)\s+(?:the )?$"
)
_RECURRING_BEFORE = re.compile(
    r"(?:\b(?:every|each|any|per|usual|typical|normal|average|most|all|on|ordinary)|每年|每到|每逢|逢|每个|每|往年|历年|只有"
    r"|平时和|工作日和)\s*$"
)


def left(m: re.Match[str]) -> str:
    return m.string[: m.start()]


def is_id(m: re.Match[str]) -> bool:
    """Whether the figures of a match are an id or an amount by the word before them."""
    return bool(_ID_BEFORE.search(left(m)))


def year_of(m: re.Match[str], clock: Clock) -> int | None:
    """The year that the groups of a phrase state: y (four figures), y2/y3/fy (two), rel, ybl (before last), ago."""
    groups = m.groupdict()
    this_year = clock.today.year
    if clock.calendar.fiscal_year_start != 1 and (groups.get("fiscal") or groups.get("q") or groups.get("ord")):
        this_year = start_of("year", clock.today, clock.calendar).year
    if groups.get("y"):
        return int(groups["y"])
    for name in ("y2", "fy", "y3"):
        if groups.get(name):
            return 2000 + int(groups[name][-2:])
    if groups.get("rel"):
        return this_year + {"this": 0, "current": 0, "next": 1}.get(groups["rel"], -1)
    if groups.get("ybl"):
        return this_year - 2
    if groups.get("ago"):
        return this_year - int(count_of(groups["ago"]))
    return None


def which_of(word: str | None) -> WhichOne:
    word = (word or "").strip()
    if word in ("last", "previous", "past", "this past", "prior"):
        return "last"
    if word in ("next", "coming", "upcoming", "this coming"):
        return "next"
    return "this" if word == "this" else None


def one(m: re.Match[str], clock: Clock) -> Reading | None:
    """This, last, past, next unit. A plural without a number ("past months", "the last weeks") says no length."""
    word, said = m["word"].removeprefix("the "), m["unit"]
    unit = unit_of(said)
    if said.endswith("s") and not m["s"] and (word not in ("last", "this") or left(m).endswith("the ")):
        return None
    if word in ("this", "current", "present", "ongoing"):
        return build.one("this", unit, clock)
    if word in ("next", "coming", "following", "upcoming"):
        return build.one("next", unit, clock)
    if word in ("past", "trailing", "rolling") and m["kind"] not in ("fiscal", "financial"):
        return build.one("past", unit, clock)
    return build.one("last", unit, clock)


def last_n(m: re.Match[str], clock: Clock) -> Reading:
    return build.last_n(count_of(m["n"]), unit_of(m["unit"]), clock, complete=bool(m["full"]))


def next_n(m: re.Match[str], clock: Clock) -> Reading:
    return build.next_n(count_of(m["n"]), unit_of(m["unit"]), clock)


def before_last(m: re.Match[str], clock: Clock) -> Reading:
    return build.one("before_last", unit_of(m["unit"]), clock)


def past_half(m: re.Match[str], clock: Clock) -> Reading:
    return build.one("past", "half", clock)


def rest_of(m: re.Match[str], clock: Clock) -> Reading | None:
    """The rest of the year, month end: the time until today's unit is over."""
    return build.until_end_of(unit_of(m["unit"]), clock)


def all_time(m: re.Match[str], clock: Clock) -> Reading:
    return build.all_time(clock)


def ago(m: re.Match[str], clock: Clock) -> Reading:
    return build.ago(count_of(m["n"]), unit_of(m["unit"]), clock)


def after_next(m: re.Match[str], clock: Clock) -> Reading:
    return build.after_next(unit_of(m["unit"]), clock)


def first_n_of_year(m: re.Match[str], clock: Clock) -> Reading | None:
    """The first three months of the year."""
    year = build.calendar_year(clock.today.year, clock).period
    if year is None:
        return None
    count = int(count_of(m["n"])) if m["n"] else 1
    found = build.edge_of(year, "first" if m["end"] == "first" else "last", count, unit_of(m["unit"]), clock)
    return build.placed(found, clock) if found else None


def month(m: re.Match[str], clock: Clock) -> Reading | None:
    name = m["month"].rstrip(".")
    number, year, which = MONTHS[name], year_of(m, clock), which_of(m["which"])
    bare = year is None and which is None and not m["part"]
    if bare and name == "may" and not _is_month_of_may(m):
        return None
    if bare and re.match(r"\s+(?:on|towards|forward)\b", m.string[m.end() :]) and name == "march":
        return None
    if bare and re.search(r"\b(?:every|each|usual|typical|normal)\s+$", left(m)):
        return None
    if year is None and which == "next":
        reading = build.month_ahead(number, clock)
    elif year is None and which == "last":
        reading = build.month_before(number, clock)
    elif year is None and which == "this":
        reading = build.months(number, 1, clock.today.year, clock)
    else:
        reading = build.months(number, 1, year, clock)
    if m["part"] and reading.period:
        return Reading(build.part_of(reading.period, _part(m["part"]), clock), reading.kind, open_year=reading.open_year)
    return reading


def _is_month_of_may(m: re.Match[str]) -> bool:
    """May the month, not the verb: by a preposition before it or what may follow a month, and no verb after it."""
    after = m.string[m.end() :]
    if _MAY_VERB_AFTER.match(after):
        return False
    return bool(_MAY_BEFORE.search(left(m)) or _MAY_NOUN_AFTER.match(after))


def _part(word: str) -> Part:
    word = word.removeprefix("the ").strip("- ")
    return "early" if word.startswith(("early", "start", "beg")) else "mid" if word.startswith("mid") else "late"


def month_short_year(m: re.Match[str], clock: Clock) -> Reading | None:
    """Mar 25: March 2025, unless "on" or a full name makes it the 25th."""
    name, figure = m["month"].rstrip("."), int(m["d"])
    as_day = build.day(None, MONTHS[name], figure, clock)
    as_month = build.months(MONTHS[name], 1, 2000 + figure, clock)
    if len(name) > 4 or m["on"] or not 2015 <= 2000 + figure <= clock.today.year + 1:
        if as_day is None:
            return None
        return Reading(as_day.period, "day", (as_month.period,) if as_month.period else (), open_year=True)
    return Reading(as_month.period, as_month.kind, (as_day.period,) if as_day and as_day.period else ())


def day(m: re.Match[str], clock: Clock) -> Reading | None:
    return build.day(year_of(m, clock), MONTHS[m["month"].rstrip(".")], int(m["d"]), clock)


def days_of_month(m: re.Match[str], clock: Clock) -> Reading | None:
    """1-15 May, May 1st to 15th."""
    year, number, first, last = year_of(m, clock), MONTHS[m["month"].rstrip(".")], int(m["d"]), int(m["d2"])
    start, end = build.day(year, number, first, clock), build.day(year, number, last, clock)
    if not (start and end and start.period) or first > last:
        return None
    begin = start.period.start
    return Reading(Period(begin, begin + DAY * (last - first + 1)).clipped(clock.today), open_year=year is None)


def iso_day(m: re.Match[str], clock: Clock) -> Reading | None:
    return None if is_id(m) else build.day(int(m["y"]), int(m["mo"]), int(m["d"]), clock)


def numeric_day(m: re.Match[str], clock: Clock) -> Reading | None:
    """11/3: month first, or day first where the company's country writes so; the other one is the second reading."""
    if is_id(m):
        return None
    year = None if not m["y"] else int(m["y"]) if len(m["y"]) == 4 else 2000 + int(m["y"])
    a, b = int(m["a"]), int(m["b"])
    order = ((b, a), (a, b)) if clock.day_first else ((a, b), (b, a))
    fair = [r.period for pair in order if (r := build.day(year, *pair, clock)) and r.period]
    if not fair:
        return None
    return Reading(fair[0], "day", tuple(p for p in fair[1:] if p != fair[0]), open_year=year is None)


def month_number(m: re.Match[str], clock: Clock) -> Reading | None:
    return None if is_id(m) else build.months(int(m["mo"]), 1, int(m["y"]), clock)


def day_of_this_month(m: re.Match[str], clock: Clock) -> Reading | None:
    """ "Since the 15th", "on the 3rd": the most recent one."""
    for back in range(3):
        first = add_months(clock.today.replace(day=1), -back)
        reading = build.day(first.year, first.month, int(m["d"]), clock)
        if reading and reading.period and reading.period.start <= clock.today:
            return reading
    return None


def quarter(m: re.Match[str], clock: Clock) -> Reading | None:
    groups = m.groupdict()
    said = groups.get("q") or groups.get("q2") or groups.get("q3")
    number = QUARTER_WORDS.get(said, 0) or int(said) if said else ORDINALS[groups["ord"]] or 4
    year, which = year_of(m, clock), which_of(groups.get("which"))
    if year is None and which in ("last", "next"):
        recent = build.quarter(number, None, clock).period
        if recent is None:
            return None
        shift = 12 if which == "next" else -12 if recent.partial else 0
        start = add_months(recent.start, shift)
        return build.placed(Period(start, add_months(start, 3), "quarter", 1), clock, months=3)
    if year is None and which == "this":
        year = start_of("year", clock.today, clock.calendar).year
    return build.quarter(number, year, clock, fiscal_label=bool(groups.get("fy")))


def half(m: re.Match[str], clock: Clock) -> Reading | None:
    groups = m.groupdict()
    number = int(groups["h"]) if groups.get("h") else ORDINALS[groups["ord"]] or 2
    year = year_of(m, clock)
    if year is None and groups.get("thisyear"):
        year = start_of("year", clock.today, clock.calendar).year
    return build.half(number, year, clock) if number in (1, 2) else None


def plain_year(m: re.Match[str], clock: Clock) -> Reading | None:
    year = int(m["y"])
    if not 1990 <= year <= clock.today.year + 3 or (not m["word"] and (is_id(m) or _AMOUNT_BEFORE.search(left(m)))):
        return None
    return build.calendar_year(year, clock)


def year_range(m: re.Match[str], clock: Clock) -> Reading | None:
    first = int(m["y"])
    end = int(m["z"]) if len(m["z"]) == 4 else first // 100 * 100 + int(m["z"])
    if is_id(m) or not 1990 <= first < end <= clock.today.year + 3:
        return None
    return Reading(Period(date(first, 1, 1), date(end + 1, 1, 1), "year", end - first + 1).clipped(clock.today))


def fiscal(m: re.Match[str], clock: Clock) -> Reading:
    return Reading(build.fiscal_year(2000 + int((m["a"] or m["b"])[-2:]), clock).clipped(clock.today), "year")


def weekday(m: re.Match[str], clock: Clock) -> Reading | None:
    which = which_of(m["which"])
    if which is None and not m["wk"] and not _WEEKDAY_BEFORE.search(left(m)) and not m["s"]:
        return None
    if re.search(r"\b(?:every|each)\s+(?:on )?$", left(m)) or re.match(r"\s*(?:-|to|through|and|or|&)\s*"
        r"(?:mon|tue|wed|thu|fri|sat|sun)", m.string[m.end() :]):
        return None
    return build.weekday(WEEKDAYS[m["day"]], which, clock, before=1 if m["wk"] else 0)


def weekend(m: re.Match[str], clock: Clock) -> Reading | None:
    if m["before"]:
        found = build.weekend("last", clock).period
        return Reading(Period(found.start - DAY * 7, found.end - DAY * 7)) if found else None
    return build.weekend(which_of(m["which"]), clock)


def season(m: re.Match[str], clock: Clock) -> Reading | None:
    year, which = year_of(m, clock), which_of(m["which"])
    if year is None and which is None and not _SEASON_BEFORE.search(left(m)):
        return None
    name = "summer_holidays" if m["hols"] and m["season"] == "summer" else {"fall": "autumn"}.get(m["season"], m["season"])
    return build.season(name, year, which, clock)


def week_number(m: re.Match[str], clock: Clock) -> Reading | None:
    year = int(m["y"] or clock.today.year)
    try:
        monday = date.fromisocalendar(year, int(m["w"]), 1)
        if monday > clock.today and not m["y"]:
            monday = date.fromisocalendar(year - 1, int(m["w"]), 1)
    except ValueError:
        return None
    return Reading(Period(monday, monday + DAY * 7, "week", 1).clipped(clock.today))


def week_of(m: re.Match[str], clock: Clock) -> Reading | None:
    reading = day(m, clock)
    if reading is None or reading.period is None:
        return None
    start = start_of("week", reading.period.start, clock.calendar)
    return Reading(Period(start, start + DAY * 7, "week", 1).clipped(clock.today), open_year=reading.open_year)


def part_of_unit(m: re.Match[str], clock: Clock) -> Reading | None:
    """ "The beginning of the month", "end of last year", "mid-year"; an end to come is the time until then."""
    word, unit, part = m["word"], unit_of(m["unit"]), _part(m["part"])
    found = build.one("last" if word in ("last", "previous") else "next" if word == "next" else "this", unit, clock).period
    if found is None:
        return None
    full = build.whole(found)
    if part == "late" and full.end > clock.today + DAY:
        start = clock.today + DAY
        return Reading(Period(start, full.end), "future", count=(full.end - start).days, unit="day")
    return Reading(build.part_of(full, part, clock))


def to_date(m: re.Match[str], clock: Clock) -> Reading:
    """MTD, year to date, so far this quarter."""
    groups = m.groupdict()
    if groups.get("letter"):
        letters: dict[str, Unit] = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
        return build.to_date(letters[groups["letter"]], clock)
    return build.to_date(unit_of(groups.get("u1") or groups.get("u2") or groups.get("u3") or "year"), clock)


def trailing_short(m: re.Match[str], clock: Clock) -> Reading:
    """TTM, L30D."""
    if m["ttm"]:
        return build.last_n(12, "month", clock)
    return build.last_n(float(m["n"]), unit_of(m["u"]), clock)


def length(m: re.Match[str], clock: Clock) -> Reading | None:
    """A bare length; years of somebody's age are none."""
    if _AGE_BEFORE.search(left(m)):
        return None
    up_to = count_of(m["n2"]) if m.groupdict().get("n2") else 0
    return Reading(None, "length", count=count_of(m["n"]), unit=unit_of(m["unit"]), up_to=up_to)


def holiday_builder(
    names: tuple[tuple[str, str], ...],
    which: Callable[[str | None], WhichOne],
    year: Callable[[re.Match[str], Clock], int | None],
) -> Builder:
    """A builder for a list of (pattern, holiday) of one language."""
    pattern = re.compile("|".join(f"(?P<h{index}>{names_of})" for index, (names_of, _) in enumerate(names)))

    def built(m: re.Match[str], clock: Clock) -> Reading | None:
        found = pattern.fullmatch(m["name"])
        recurring = _RECURRING_BEFORE.search(left(m)) and not left(m).endswith("on ")
        if found is None or found.lastgroup is None or recurring:
            return None
        name = names[int(found.lastgroup[1:])][1]
        if name == "labor_day" and clock.country == "CN":
            name = "labour_cn"
        return holiday(name, year(m, clock), which(m["which"]), clock)

    return built
