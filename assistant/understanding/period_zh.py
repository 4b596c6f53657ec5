"""What builds the readings of Chinese phrases of time. The phrases stand in `period_rules_zh`."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from analytics.period import DAY, Period, add_months, start_of
from assistant.understanding import period_build as build
from assistant.understanding.number_words import chinese_number
from assistant.understanding.period_build import Clock, Reading, Unit
from assistant.understanding.period_en import left
from assistant.understanding.period_roles import FUTURE

_UNITS: dict[str, Unit] = {
    "月": "month", "自然月": "month", "季度": "quarter", "季": "quarter", "天": "day", "日": "day", "工作日": "day",
    "周": "week", "星期": "week",
    "礼拜": "week", "年": "year", "小时": "hour", "钟头": "hour", "半年": "half", "财年": "year", "自然年": "year",
    "自然周": "week", "完整月": "month", "完整自然月": "month",
}
WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_WHICH: dict[str, build.Which] = {
    "本": "this", "这": "this", "这个": "this", "这一": "this", "当": "this", "今": "this", "当前": "this", "本个": "this",
    "上": "last", "上个": "last", "上一": "last", "上一个": "last", "前一": "last", "前一个": "last", "下": "next",
    "下个": "next",
    "下一": "next", "下一个": "next", "上上": "before_last", "上上个": "before_last",
}
_WEEKS = {
    "上": 1, "上个": 1, "上一": 1, "上一个": 1, "上上": 2, "上上个": 2, "下": -1, "下个": -1, "下一个": -1, "下下": -2,
    "下下个": -2,
}
_PARTS: dict[str, build.Part] = {
    "初": "early", "头": "early", "上旬": "early", "中": "mid", "中旬": "mid", "底": "late", "末": "late", "下旬": "late",
    "尾": "late",
}
_RECURRING = re.compile(r"(?:每年|每到|每逢|逢|每个|每|往年|历年|只有|平时和|工作日和|按|周中和|各个|普通|一般)$")
_WEEKDAY_BEFORE = re.compile(r"(?:自|从|自从|截至|截止|以来|停在|是|比|和|跟|到|在|看看|看下|看)\s*$")
_WEEKDAY_AFTER = re.compile(
    r"\s*(?:$|[,，。？?！!]|的(?!时候)|那天|当天|到现在|以来|至今|卖|销售|销量|订单|单量|营业|营收|流水|成交|有多少|来了|开始"
    r"|上午|下午|晚上|退货|工单|业绩)"
)
_WEEKEND_HABIT = re.compile(
    r"\s*(?:才|愉快|快乐|更|都|比|是不是|通常|一般|和工作日|和平时|和平日|大家|还是|平均|客流|效应|购物|会不会|是否|跟平时"
    r"|比平时|比工作日|通知|活动)"
)
_HABIT_AFTER = re.compile(r".{0,4}(?:总是|总|老是|经常|通常|往往)")
_ANCHOR_BEFORE = re.compile(r"[\u4e00-\u9fff]$")
_FREE_BEFORE = re.compile(r"[比和跟与较在看按的下了及或]$|(?:查询|统计|分析|对比|显示|列出|客户)$")


def number(text: str) -> float:
    """A count of units: 半 is a half, 几 and 数 are three."""
    text = text.strip()
    if text in ("几", "数"):
        return 3.0
    if text == "半":
        return 0.5
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else chinese_number(text) or 1.0


def unit(text: str) -> Unit:
    text = text.strip()
    return _UNITS.get(text) or _UNITS[text.removeprefix("个")]


def _counted(m: re.Match[str]) -> tuple[float, Unit]:
    """The count and unit of a length; 半年 is six months, 一年半 one and a half years."""
    count, of = number(m["n"]), unit(m["unit"])
    if m["n"].strip() == "半" and of == "year":
        return 6, "month"
    if m["n"].strip() == "半" and of == "month":
        return 15, "day"
    return count + (0.5 if m.groupdict().get("half") else 0), of


def year_of(m: re.Match[str], clock: Clock) -> int | None:
    """The year that a phrase states: 2025年, 25年, 今年, 去年, 前年, 上财年."""
    groups = m.groupdict()
    if groups.get("y"):
        return int(number(groups["y"].replace(" ", "")))
    if groups.get("y2"):
        return 2000 + int(groups["y2"])
    rel = groups.get("rel")
    if rel is None:
        return None
    this_year = clock.today.year if "财" not in rel else start_of("year", clock.today, clock.calendar).year
    back = {"明": -1, "大": 3, "前": 2, "去": 1, "上": 1}.get(rel[0], 0)
    return this_year - back


def one(m: re.Match[str], clock: Clock) -> Reading | None:
    if m["unit"] == "半年" and m["which"] in ("上", "下", "前", "这"):
        return None
    if m["which"].startswith("前一") and _ANCHOR_BEFORE.search(left(m)) and not _FREE_BEFORE.search(left(m)):
        return None
    if m["which"].startswith("下") and left(m).endswith("一"):
        return None
    if m["which"].startswith("下下"):
        return None if m["unit"] == "半年" else build.after_next(unit(m["unit"]), clock)
    return build.one(_WHICH[m["which"]], unit(m["unit"]), clock)


def years(m: re.Match[str], clock: Clock) -> Reading | None:
    year = year_of(m, clock)
    if year is None or not 1990 <= year <= clock.today.year + 3:
        return None
    if not m["rel"]:
        return build.calendar_year(year, clock)
    fiscal = "财" in m["rel"]
    now = start_of("year", clock.today, clock.calendar)
    start = add_months(now, 12 * (year - now.year)) if fiscal else date(year, 1, 1)
    name = {0: "this_year", -1: "last_year", 1: "next_year"}.get(year - clock.today.year) if not fiscal else None
    period = Period(start, add_months(start, 12), "year", 1, name=name)
    return Reading(period.clipped(clock.today), "future" if start > clock.today else "year", count=1, unit="year")


def year_range(m: re.Match[str], clock: Clock) -> Reading | None:
    """21到24年, 2023至2025年."""
    first, end = (int(number(m[group])) for group in ("a", "b"))
    first, end = (value + 2000 if value < 100 else value for value in (first, end))
    if not 1990 <= first < end <= clock.today.year + 3:
        return None
    return Reading(Period(date(first, 1, 1), date(end + 1, 1, 1), "year", end - first + 1).clipped(clock.today))


def fiscal(m: re.Match[str], clock: Clock) -> Reading:
    year = int(m["fy"])
    return Reading(build.fiscal_year(year + 2000 if year < 100 else year, clock).clipped(clock.today), "year")


def last_n(m: re.Match[str], clock: Clock) -> Reading | None:
    count, of = _counted(m)
    word = m["word"]
    if word == "上" and m["n"] == "半":
        return None
    if word == "前" and (of == "year" or _ANCHOR_BEFORE.search(left(m))) and not (of == "year" or _FREE_BEFORE.search(left(m))):
        return None
    complete = "自然" in m["unit"] or bool(m["full"])
    if word == "前" and of in ("month", "quarter", "week"):
        return _first_or_before(count, of, clock)
    if "近" in word and of == "quarter" and not complete:
        # 近一个季度 runs up to today; the complete quarter is 上季度.
        return build.last_n(3 * count, "month", clock)
    return build.last_n(count, of, clock, complete)


def _first_or_before(count: float, of: Unit, clock: Clock) -> Reading:
    """前三季度 is January to September; 前三个月 the three complete months before, with the year's first three as the other."""
    before = build.last_n(count, of, clock, complete=True)
    if of == "week" or before.period is None:
        return before
    months = min(12, int(count) * (3 if of == "quarter" else 1))
    start = start_of("year", clock.today, clock.calendar)
    first = Period(start, add_months(start, months), "month", months).clipped(clock.today)
    if of == "quarter" or count > 6:
        return Reading(first, alternatives=(before.period,), open_year=True)
    return Reading(before.period, alternatives=(first, *before.alternatives))


def first_months(m: re.Match[str], clock: Clock) -> Reading | None:
    """今年前三个月, 去年前三季度, 前8月, 去年最后两个月."""
    year = year_of(m, clock)
    if year is None and m["unit"] != "月":
        return None
    count = int(number(m["n"])) * (3 if "季" in m["unit"] else 1)
    if not 0 < count <= 12:
        return None
    first = 13 - count if m["end"] in ("后", "最后") else 1
    return build.months(first, count, year or clock.today.year, clock, "month", count)


def next_n(m: re.Match[str], clock: Clock) -> Reading:
    count, of = _counted(m)
    return build.next_n(count, of, clock)


def after(m: re.Match[str], clock: Clock) -> Reading:
    """三个月后: a look ahead in a question about what comes, else a mere length."""
    count, of = _counted(m)
    return build.next_n(count, of, clock) if FUTURE.search(m.string) else Reading(None, "length", count=count, unit=of)


def month(m: re.Match[str], clock: Clock) -> Reading | None:
    year = year_of(m, clock)
    if year is None and _RECURRING.search(left(m)):
        return None
    reading = build.months(int(number(m["m"])), 1, year, clock)
    part = _PARTS.get(m["part"] or "")
    if part and reading.period:
        return Reading(build.part_of(reading.period, part, clock), reading.kind, open_year=reading.open_year)
    return reading


def months(m: re.Match[str], clock: Clock) -> Reading | None:
    """1到6月, 去年3月到5月, 11月到2月, 七八月."""
    first, end, year, second_year = int(number(m["m"])), int(number(m["m2"])), year_of(m, clock), m.groupdict().get("yy")
    if not second_year:
        count = (end - first) % 12 + 1
        return build.months(first, count, year, clock, "month", count)
    now = clock.today.year
    named = {"今年": now, "去年": now - 1, "前年": now - 2, "次年": (year or now) + 1}
    last = named.get(second_year) or int(number(second_year.rstrip("年")))
    start, stop = date(year or last - (first > end), first, 1), add_months(date(last, end, 1), 1)
    return Reading(Period(start, stop).clipped(clock.today)) if start < stop else None


def half_month(m: re.Match[str], clock: Clock) -> Reading:
    """上半月, 5月下半月: up to and from the 16th."""
    named = build.months(int(number(m["m"])), 1, year_of(m, clock), clock).period if m["m"] else None
    start = named.start if named else clock.today.replace(day=1)
    if not m["m"] and m["which"] and m["which"].startswith("上"):
        start = add_months(start, -1)
    if m["h"] == "上":
        return Reading(Period(start, start + DAY * 15).clipped(clock.today))
    period = Period(start + DAY * 15, add_months(start, 1))
    return build.placed(period, clock)


def day(m: re.Match[str], clock: Clock) -> Reading | None:
    return build.day(year_of(m, clock), int(number(m["m"])), int(number(m["d"])), clock)


def day_of_month(m: re.Match[str], clock: Clock) -> Reading | None:
    """本月5号, 上个月15号; a bare 15号 is the most recent one."""
    which, base = m["which"] or "", clock.today.replace(day=1)
    if which.startswith("上"):
        base = add_months(base, -1)
    for back in (0,) if which else (0, 1, 2):
        first = add_months(base, -back)
        reading = build.day(first.year, first.month, int(number(m["d"])), clock)
        if reading and reading.period and (which or reading.period.start <= clock.today):
            return reading
    return None


def days(m: re.Match[str], clock: Clock) -> Reading | None:
    """5月1号到15号, 5月1日至6月10日."""
    year, number_of = year_of(m, clock), int(number(m["m"]))
    second = int(number(m["m2"])) if m["m2"] else number_of
    first = build.day(year, number_of, int(number(m["d"])), clock)
    if first is None or first.period is None:
        return None
    start = first.period.start
    end = build.day(start.year + (second < number_of), second, int(number(m["d2"])), clock)
    if end is None or end.period is None or end.period.start < start:
        return None
    return Reading(Period(start, end.period.end).clipped(clock.today), open_year=year is None)


def quarter(m: re.Match[str], clock: Clock) -> Reading | None:
    groups = m.groupdict()
    number_of = 4 if groups.get("last") else int(number(groups.get("q") or groups["q3"]))
    if groups.get("q2"):
        end = int(number(groups["q2"]))
        year = year_of(m, clock)
        a, b = (build.quarter(n, year, clock).period for n in (number_of, end))
        if a is None or b is None or b.start < a.start:
            return None
        return build.placed(Period(a.start, build.whole(b).end, "quarter", end - number_of + 1), clock, open_year=year is None)
    return build.quarter(number_of, year_of(m, clock), clock)


def half(m: re.Match[str], clock: Clock) -> Reading | None:
    """上半年, 去年下半年, 2025年H1."""
    year, number_of = year_of(m, clock), 1 if m["h"] in ("上", "前", "1") else 2
    start = start_of("year", clock.today, clock.calendar)
    if year is None and (number_of == 1 or clock.today >= add_months(start, 6)):
        return build.half(number_of, None, clock)
    if year is None:
        begin = add_months(start, 6)
        return build.placed(Period(begin, add_months(begin, 6), "month", 6), clock, months=6)
    return build.half(number_of, year, clock)


def weekday(m: re.Match[str], clock: Clock) -> Reading | None:
    which, day_number = m["which"] or "", WEEKDAYS[m["d"]]
    if which:
        return _in_week(day_number, _WEEKS.get(which, 0), clock)
    habit = _RECURRING.search(left(m)) or _HABIT_AFTER.match(m.string[m.end() :])
    if habit or not (_WEEKDAY_BEFORE.search(left(m)) or _WEEKDAY_AFTER.match(m.string[m.end() :])):
        return None
    return build.weekday(day_number, None, clock)


def _in_week(number_of: int, weeks_back: int, clock: Clock) -> Reading:
    """A weekday of this calendar week, of one before or after it."""
    monday = clock.today - DAY * (clock.today.isoweekday() - 1)
    first = monday - DAY * 7 * weeks_back + DAY * (number_of - 1)
    period = Period(first, first + DAY, "day", 1)
    return build.placed(period, clock) if first > clock.today else Reading(period, "day")


def weekend(m: re.Match[str], clock: Clock) -> Reading | None:
    which = m["which"] or ""
    if not which:
        after = m.string[m.end() :]
        habit = _RECURRING.search(left(m)) or _WEEKEND_HABIT.match(after) or _HABIT_AFTER.match(after)
        return None if habit else build.weekend(None, clock)
    found = _in_week(6, _WEEKS.get(which, 0), clock).period
    if found is None:
        return None
    period = Period(found.start, found.start + DAY * 2)
    if which.startswith(("本", "这")) and period.start > clock.today:
        return Reading(Period(period.start - DAY * 7, period.end - DAY * 7), alternatives=(period,))
    return build.placed(period, clock)


def edge(m: re.Match[str], clock: Clock) -> Reading | None:
    """月初, 上月底, 年初, 去年底, 年中, 季末: thirds of a month, first or last month of a longer unit; an end to come is
    the time until then."""
    if _RECURRING.search(left(m)):
        return None
    which = m["which"] or ""
    of = unit(m["unit"])
    word: build.Which = "this"
    if which[:1] in ("上", "去"):
        word = "last"
    elif which[:1] in ("下", "明"):
        word = "next"
    elif which[:1] == "前":
        word = "before_last"
    found = build.one(word, of, clock).period
    if found is None:
        return None
    full, part = build.whole(found), _PARTS[m["part"]]
    if full.end > clock.today + DAY and part == "late":
        start = clock.today + DAY
        return Reading(Period(start, full.end), "future", count=(full.end - start).days, unit="day")
    return Reading(build.part_of(full, part, clock))




def to_date(m: re.Match[str], clock: Clock) -> Reading:
    text = m.group()
    of: Unit = "year" if "年" in text else "quarter" if "季" in text else "week" if "周" in text or "星期" in text else "month"
    return build.to_date(of, clock)


def season(m: re.Match[str], clock: Clock) -> Reading | None:
    name = {"春": "spring", "夏": "summer", "秋": "autumn", "冬": "winter", "暑": "summer_holidays", "开": "spring"}[m["s"][0]]
    year = year_of(m, clock)
    if year is None and _RECURRING.search(left(m)):
        return None
    return build.season(name, year, "last" if m["which"] and m["which"].startswith("上") else None, clock)


def which_of(word: str | None) -> Literal["last", "this", "next", None]:
    word = word or ""
    return "last" if word.startswith(("上", "刚")) else "next" if word.startswith("下") else None


def week_number(m: re.Match[str], clock: Clock) -> Reading | None:
    """第45周; a small number without a year counts weeks of something else."""
    year, week = year_of(m, clock), int(number(m["w"]))
    if year is None and week < 6:
        return None
    try:
        monday = date.fromisocalendar(year or clock.today.year, week, 1)
    except ValueError:
        return None
    return Reading(Period(monday, monday + DAY * 7, "week", 1).clipped(clock.today)) if monday <= clock.today else None


def rest(m: re.Match[str], clock: Clock) -> Reading | None:
    text = m.group()
    month_left = "月" in text and "年" not in text and "几个月" not in text
    return build.until_end_of("quarter" if "季" in text else "month" if month_left else "year", clock)


def ago(m: re.Match[str], clock: Clock) -> Reading | None:
    anchored = _ANCHOR_BEFORE.search(left(m)) and not _FREE_BEFORE.search(left(m)) and not re.search(r"[是在于有买单]$", left(m))
    if m["n"] in ("几", "数") or anchored:
        return None
    count, of = _counted(m)
    return build.ago(count, of, clock)


def length(m: re.Match[str], clock: Clock) -> Reading:
    count, of = _counted(m)
    up_to = m.groupdict().get("n2")
    return Reading(None, "length", count=count, unit=of, up_to=number(up_to) if up_to else 0)
