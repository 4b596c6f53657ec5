"""Numbers in a text, with their place and kind: plain, percent, money, ordinal or rank ("top 10").

Percentages are as spoken: "20 %" and 两成 give 20. Knows no dates: a caller that reads periods masks them first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.understanding.folding import fold
from assistant.understanding.number_words import (
    EN_ONES,
    EN_ORDINALS,
    EN_SCALES,
    EN_TENS,
    ZH_NUMERAL,
    chinese_number,
    english_number,
)

Kind = Literal["plain", "percent", "money", "ordinal", "rank"]


@dataclass(frozen=True)
class NumberMatch:
    """A number at text[start:end]. `value` is in units: 1.2k is 1200, 5万 is 50000; a percentage is as spoken."""

    start: int
    end: int
    text: str
    value: float
    kind: Kind


_SCALE = {
    "k": 1e3, "thousand": 1e3, "grand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "mil": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "hundred": 1e2, "dozen": 12.0, "w": 1e4, "万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2,
    "千万": 1e7, "百万": 1e6, "十万": 1e5, "万亿": 1e12, "百亿": 1e10, "十亿": 1e9, "千亿": 1e11,
}
_PERCENT = r"%|percent(?:age points?)?|per cent|pct|pp(?![a-z])|个?百分点|趴"
_CURRENCY = r"dollars?|bucks?|quid|pounds?|euros?|usd|eur|gbp|cny|rmb|yuan|kuai|块钱|块|元|圆|人民币|美元|美金|欧元|英镑|刀"
_FIGURE = re.compile(
    r"(?<![a-z0-9._#])(?<!\d,)(?<![a-z]-)(?P<top>top[ -]?)?(?P<ord>第)?(?P<rank>前)?(?P<sign>(?<!\S)-)?"
    r"(?P<cur>(?:us|a|c)?\$|[£€¥]|rmb|usd|eur|gbp|cny)?\s?(?P<num>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:(?P<short>k|mn|mio|mil|m|bn|b|w)(?![a-z0-9])|\s?(?P<long>thousand|hundred|grand|millions?|billion|dozen)(?![a-z])"
    r"|\s?(?P<han>千万|百万|十万|百亿|十亿|千亿|万亿|万|亿|千|百))?"
    r"(?P<trail>[一二三四五六七八九]千?|(?<=[万亿])[1-9](?:千|(?![\d.,%万百k])))?"
    rf"(?P<tail>\s?(?:{_PERCENT})(?![a-z])|\s?(?:{_CURRENCY})(?![a-z])|(?:st|nd|rd|th)(?![a-z])|成(?![为交功员立本熟年长人绩])"
    r"|号?店)?"
)
_WORD = "|".join(
    sorted([*EN_ONES, *EN_TENS, *EN_ORDINALS, "hundreds?", "thousands?", *EN_SCALES, "half", "couple"], key=len, reverse=True)
)
_WORDS = re.compile(
    rf"(?<![a-z0-9])(?:(?P<article>an?)\s+)?(?P<words>(?:{_WORD})(?:(?:[ -]|\s+and\s+|\s+a\s+|\s+an\s+)(?:{_WORD}))*)"
    rf"(?![a-z0-9])(?P<tail>\s*(?:{_PERCENT}|{_CURRENCY})(?![a-z]))?(?P<of>\s+of)?"
)
#: Fractions in words, as percentages.
_FRACTIONS = {
    "half": 50.0, "third": 100 / 3, "two thirds": 200 / 3, "quarter": 25.0, "three quarters": 75.0, "fifth": 20.0, "tenth": 10.0,
}
_FRACTION = re.compile(
    r"(?<![a-z0-9])(?:(?P<pair>two[ -]thirds|three[ -]quarters)|(?:a|one)[ -](?P<part>third|quarter|fifth|tenth)(?=\s+of)"
    r"|(?P<half>half)(?!\s*(?:an?\s+)?(?:year|month|day|week|hour|quarter|decade|term|dozen|million|billion|thousand|hundred"
    r"|price|empty|full|of (?:the )?(?:last|this|next|20)))(?<!first half)(?<!second half)(?<!last half)(?<!past half)"
    r"(?<!next half)(?<!other half)(?<!previous half))(?![a-z0-9])"
)
_NOT_A_NUMBER_BEFORE = re.compile(
    r"(?:\b(?:the|this|that|which|last|next|every|each|any|no|another|what|first|second|previous|other|best|worst|good|new"
    r"|number|by)|'s)\s+$"
)
_ZH_COUNTED = (
    r"个(?!月|季|星期|礼拜|百分点)|位|名(?!字|称|单)|人(?!民|群|员|工|家)|块钱?|元|圆|单(?!价|品|个|位)|件|笔|次"
    r"|家(?!具|电|居|庭)|款(?!式)|种|条|瓶|盒|包(?!裹|括)|袋|份(?!额)|张|岁|倍|天|周(?!边|期|转)|年"
    r"|分(?!析|布|类|群|组|别|钟|之|层|段|开)|星(?!期)|级|台|部|双(?!十)|箱|大(?!客|额|类|区|概|约|单)|批|项|折|积分|美元"
    r"|欧元|英镑"
)
_ZH_NUMBER = re.compile(
    rf"(?P<percent>百分之(?P<share>[{ZH_NUMERAL}]+(?:点[{ZH_NUMERAL}]+)?|\d+(?:\.\d+)?))"
    r"|(?P<half>半数|一半|对半|过半|多半|大半)|(?P<tenths>[一二三四五六七八九两](?:点[一二三四五六七八九五])?成半?"
    r"(?![为交功员立本熟年长人绩]))|(?P<fraction>[二三四五六七八九十]分之[一二三四五六七八九])|(?P<pair>俩|仨)"
    rf"|(?P<about>[{ZH_NUMERAL}]+(?:来|几|多|余))(?={_ZH_COUNTED})|(?P<mark>第|前|后|倒数第?|头)(?P<rank>[{ZH_NUMERAL}]+)"
    rf"(?![{ZH_NUMERAL}]|[个]?[月年天周日季]|半年|季度|个?星期|个?礼拜|者|以来|几|手|三方)"
    rf"|(?P<counted>[{ZH_NUMERAL}]+)(?P<measure>{_ZH_COUNTED})|(?<=[超过于到达满少多足近约有是买])"
    rf"(?P<bound>[{ZH_NUMERAL}]{{1,}})(?![{ZH_NUMERAL}]|[些样起直定共般下旦致切边方面点线年月日号周季])"
    rf"|(?P<large>[{ZH_NUMERAL}]*[百千万亿][{ZH_NUMERAL}]*)(?P<unit>块钱?|元|圆)?"
)
_ZH_LARGE = re.compile(r"[一二两三四五六七八九十][百千万亿]|百万|千万|十万")
_ZH_MONEY = ("块", "元", "圆", "美元", "欧元", "英镑", "块钱")


def find_numbers(text: str) -> list[NumberMatch]:
    """Every number of the text in order of place, without overlaps; figures win over words, longer over shorter."""
    folded = fold(text)
    found = [*_figures(folded), *_fractions(folded), *_english(folded)]
    if not folded.isascii():
        found += _chinese(folded)
    kept: list[NumberMatch] = []
    for match in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return [NumberMatch(m.start, m.end, text[m.start : m.end], m.value, m.kind) for m in kept]


def _match(start: int, end: int, value: float, kind: Kind) -> NumberMatch:
    return NumberMatch(start, end, "", round(value, 6), kind)


def _figures(text: str) -> Iterator[NumberMatch]:
    for m in _FIGURE.finditer(text):
        tail = (m["tail"] or "").strip()
        if tail in ("店", "号店"):
            continue
        value = float(m["num"].replace(",", "")) * _SCALE.get(m["short"] or m["long"] or m["han"] or "", 1.0)
        start, end = m.start("num"), m.end("tail") if tail else m.end("num")
        for group in ("short", "long", "han"):
            end = max(end, m.end(group))
        if m["trail"] and m["han"]:
            digit = m["trail"].rstrip("千")
            value += (float(digit) if digit.isascii() else chinese_number(digit) or 0) * _SCALE[m["han"]] / 10
            end = max(end, m.end("trail"))
        kind: Kind = "plain"
        if tail in ("st", "nd", "rd", "th") or m["ord"]:
            kind = "ordinal"
        elif tail == "成":
            value, kind = value * 10, "percent"
        elif re.fullmatch(_PERCENT, tail):
            kind = "percent"
        elif tail or m["cur"]:
            kind = "money"
            start = m.start("cur") if m["cur"] else start
        elif m["top"] or m["rank"]:
            kind = "rank"
        if m["sign"]:
            value, start = -value, m.start("sign")
        yield _match(start, end, value, kind)


def _fractions(text: str) -> Iterator[NumberMatch]:
    for m in _FRACTION.finditer(text):
        yield _match(m.start(), m.end(), _FRACTIONS[(m["pair"] or m["part"] or "half").replace("-", " ")], "percent")


def _english(text: str) -> Iterator[NumberMatch]:
    for m in _WORDS.finditer(text):
        words, tail = m["words"], (m["tail"] or "").strip()
        if words in ("one", "second", "half") and not tail and (words == "half" or m["of"] or _not_counted(text, m)):
            continue
        value = None if re.search(r"(?:st|nd|rd|th) half$", words) else english_number(words)
        if value is None or (words.rstrip("s") in EN_SCALES and not m["article"] and not tail):
            continue
        kind: Kind = "ordinal" if words.split()[-1].split("-")[-1] in EN_ORDINALS else "plain"
        if tail:
            kind = "percent" if re.fullmatch(_PERCENT, tail) else "money"
        start = m.start("article") if m["article"] and words not in EN_ONES else m.start("words")
        yield _match(start, m.end("tail") if tail else m.end("words"), value, kind)


def _not_counted(text: str, m: re.Match[str]) -> bool:
    """ "The one", "one by one", "number one": no count."""
    return bool(_NOT_A_NUMBER_BEFORE.search(text[: m.start()]) or re.match(r"[ -](?:by|off|stop|page|figure|day|more|go"
        r"|another|ones?)\b", text[m.end() :]))


def _chinese(text: str) -> Iterator[NumberMatch]:
    for m in _ZH_NUMBER.finditer(text):
        group = m.lastgroup
        if m["percent"]:
            share = m["share"]
            value = float(share) if share[0].isdigit() and share.isascii() else _with_point(share)
            yield _match(m.start(), m.end(), value, "percent")
        elif m["half"]:
            yield _match(m.start(), m.end(), 50, "percent")
        elif m["tenths"]:
            tenths = _with_point(m["tenths"].split("成")[0]) + (0.5 if m["tenths"].endswith("半") else 0)
            yield _match(m.start(), m.end(), 10 * tenths, "percent")
        elif m["fraction"]:
            below, above = m["fraction"].split("分之")
            yield _match(m.start(), m.end(), 100 * _with_point(above) / _with_point(below), "percent")
        elif m["pair"]:
            yield _match(m.start(), m.end(), 2 if m["pair"] == "俩" else 3, "plain")
        elif m["about"]:
            yield _match(m.start(), m.end("about"), _with_point(m["about"][:-1]), "plain")
        elif m["rank"]:
            kind: Kind = "ordinal" if m["mark"] in ("第", "倒数第") else "rank"
            yield _match(m.start("rank"), m.end("rank"), _with_point(m["rank"]), kind)
        elif m["counted"]:
            yield from _counted(text, m)
        elif m["bound"]:
            yield _match(m.start("bound"), m.end("bound"), _with_point(m["bound"]), "plain")
        elif m["large"] and _ZH_LARGE.search(m["large"]) and group:
            yield _match(m.start(), m.end(), _with_point(m["large"]), "money" if m["unit"] else "plain")


def _counted(text: str, m: re.Match[str]) -> Iterator[NumberMatch]:
    before = text[max(0, m.start() - 1) : m.start()]
    if m["counted"] in "一" and before and before in "哪这那每某下上同任另统唯第单第":
        return
    if m["counted"] in ("万", "千", "百", "十", "亿", "零", "〇") and m["counted"] != "十":
        return
    money = m["measure"] in _ZH_MONEY
    end = m.end("measure") if money else m.end("counted")
    yield _match(m.start("counted"), end, _with_point(m["counted"]), "money" if money else "plain")


def _with_point(numeral: str) -> float:
    whole, _, part = numeral.partition("点")
    value = chinese_number(whole) or 0.0
    return value + (chinese_number(part) or 0.0) / 10 ** len(part) if part else value
