"""How many and which end: "top 10", "the five worst", 前十名, 卖得最差的; and the words that order.

`order` says highest or lowest by value where the words do; "best" and "worst" only carry a `valence`, because which end
is good depends on the metric. Finds no metric.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.understanding.folding import fold
from assistant.understanding.number_words import EN_ONES, EN_TENS, ZH_NUMERAL, chinese_number, english_number

Order = Literal["highest", "lowest"]
Valence = Literal["good", "bad"]


@dataclass(frozen=True)
class TopN:
    """A wish for one end of a ranking at text[start:end]. `n` is None where no number is said, `percent` is set for
    "top 20 %"; `order` is None where only good or bad is said (`valence`), both are None for a bare "give me 3"."""

    start: int
    end: int
    text: str
    n: int | None = None
    order: Order | None = None
    valence: Valence | None = None
    percent: float | None = None


_HIGH = (
    "highest|largest|biggest|greatest|most|top|max(?:imum)?|heaviest|longest|priciest|dearest|costliest|leading|oldest"
    "|busiest|richest|upper|strongest|hottest"
)
_LOW = (
    "lowest|quietest|smallest|fewest|least|bottom|min(?:imum)?|shortest|cheapest|weakest|tiniest|lightest|youngest|poorest"
    "|slimmest"
)
_GOOD = "best|finest|fastest|quickest|safest|happiest|healthiest|favou?rite"
_BAD = "worst|slowest|poorest[- ]performing|unhappiest|riskiest|angriest|grumpiest|nastiest|saddest|crossest"
_COUNT = "|".join(
    sorted([*EN_ONES, *EN_TENS, "a dozen", "dozen", "couple", "a couple of", "hundred", "a hundred"], key=len, reverse=True)
)
_N = rf"(?P<n>\d{{1,4}}(?![\d.,]*\d|[a-z])|(?:{_COUNT})(?![a-z]))"
_NOT_TIME = (
    r"(?!\s*(?:-\s*)?(?:full |complete |calendar |whole )?(?:days?|weeks?|months?|quarters?|years?|hours?|minutes?|yrs?|mths?"
    r"|wks?|weekends?|times?)\b)"
)
_PERCENT = re.compile(
    rf"(?<![a-z])(?P<word>{_HIGH}|{_LOW}|{_GOOD}|{_BAD})[ -]*(?P<n>\d+(?:\.\d+)?|{_COUNT})[ -]*(?:%|percent|per cent|pct)"
    r"|(?P<tier>top|bottom|best|worst|highest|lowest)\s+(?P<part>decile|quintile|quartile|half|third|tenth|quarter)"
    r"(?! of (?:the|this|last|20)| year)(?![a-z0-9])"
)
_PARTS = {"decile": 10.0, "quintile": 20.0, "quartile": 25.0, "half": 50.0, "third": 100 / 3, "tenth": 10.0, "quarter": 25.0}
_NUMBERED = re.compile(
    rf"(?<![a-z])(?P<word>{_HIGH}|{_LOW}|{_GOOD}|{_BAD})(?:[- ]*(?:selling|performing|rated|value|ranked|spending))?[ -]*{_N}"
    r"(?!\s*(?:percent|per cent|pct))|(?<![a-z])(?P<place>first|last|latest|newest"
    rf"|most recent)\s*{_N.replace('<n>', '<n3>')}{_NOT_TIME}|(?<![a-z0-9.,]){_N.replace('<n>', '<n2>')}[ -]+"
    rf"(?:(?:[a-z]+[ -]){{0,2}}?)(?P<word2>{_HIGH}|{_LOW}|{_GOOD}|{_BAD})(?![a-z])"
    r"|(?<![a-z])(?:the|which|what|show|list|give me|name|find)\s+(?:me\s+)?"
    rf"(?:the\s+|our\s+)?{_N.replace('<n>', '<n4>')}{_NOT_TIME}\s+(?:[a-z0-9'-]+\s+){{1,8}}?"
    rf"(?P<word4>{_HIGH}|{_LOW}|{_GOOD}|{_BAD})(?![a-z])"
)
_ASKED = re.compile(
    r"(?<![a-z])(?:give me|show(?: me)?|list(?: me)?|name|just|only|limit(?:ed)?(?: it| this| that)? to|limit|display|pick"
    rf"|send me|i want|i need)\s+(?:the |a |any |up to )?{_N}{_NOT_TIME}"
    r"(?!\s*(?:%|percent|or more|\+|stars?|and|to|-|points?|dollars?|pounds?|euros?|yuan|rows? per))"
)
_PEOPLE_NOUN = (
    r"(?:customers?|clients?|shoppers?|buyers?|people|accounts?|names?|members?|patrons?|products?|items?|articles?|sellers?"
    r"|cities|stores?|shops?"
    r"|agents?|reps?|orders?|invoices?|campaigns?|categories|comments?|quotes?|reviews?|verbatims?|examples?|rows?|lines?"
    r"|results?|entries)"
)
#: What there is a number of to hand out: whoever gets one is a row of the answer.
_HANDED_OUT = (
    r"(?:letters?|vouchers?|places?|seats?|slots?|spots?|invitations?|invites?|gifts?|hampers?|bonus(?:es)?|prizes?|samples?"
    r"|coupons?|calls?"
    r"|tickets? to give|initiatives?|mailings?|cards?|parcels?|phone calls?|visits to make)"
)
_HANDED = re.compile(
    rf"\b(?:budget (?:covers?|for|of)|room for|only|have|got|give away|hand out|send(?:ing)?|enough for|there are|just|make"
    rf"|afford)\s+"
    rf"(?:the |our |about |around |up to |budget for |exactly )?{_N}{_NOT_TIME}[ -]+(?:[a-z]+[ -]){{0,2}}?{_HANDED_OUT}(?![a-z])"
)
#: "Who are the ten female customers ...", "the 25 people who ...": a number of rows by its noun.
_COUNTED_ROWS = re.compile(
    rf"(?<![a-z])(?:the|which|what|our|those|these|my)\s+{_N}{_NOT_TIME}\s+(?:[a-z-]+\s+){{0,2}}?{_PEOPLE_NOUN}(?![a-z])"
)
#: All of a turn: "25 names", "max 30", "make it 15 please".
_ALONE = re.compile(
    rf"\s*(?:(?:ok|okay|and|just|only|now|please|pls|then|give me|show(?: me)?|make (?:it|that)|max(?:imum)?|at most|up to"
    rf"|limit(?: it)?(?: to)?|the)\s+)*"
    rf"{_N}(?:\s+(?:of them|{_PEOPLE_NOUN}))(?:\s+(?:please|pls|only|will do|is enough|are enough|max|instead|then))*\s*[.!?]*\s*"
)
_ONE_GIVEN = re.compile(rf"\bone\b[ -]+(?:[a-z]+[ -]){{0,2}}?{_HANDED_OUT}(?![a-z])|一个?(?:名额|坑位)")
_RATIO = re.compile(r"(?<![a-z0-9])cr(?P<n>\d{1,3})(?!\d)")
_BARE = re.compile(
    rf"(?<![a-z])(?P<high>{_HIGH})(?![a-z])(?! of (?:my|our|the|them|all|customers|people)\b)(?!\s+recent)"
    rf"|(?<![a-z])(?P<low>{_LOW})(?![a-z])|(?<![a-z])(?P<good>{_GOOD}|well|nicest)(?![a-z])"
    rf"|(?<![a-z])(?P<bad>{_BAD}|badly|poorly)(?![a-z])"
)
#: Ways of saying one end of a ranking without a word that orders.
_HIGH_SAID = re.compile(
    r"\bfly(?:ing)? off the shel\w+|\bsell(?:s|ing)? like hot ?cakes|\bbest[- ]?sell\w+|\btop[- ]?sell\w+|\bgo(?:es"
    r"|ing)? down (?:a storm|well)"
    r"|\brank\w*\b(?! (?:last|low))|\bdescending\b|\bhigh(?:est)? to low|\blargest first|\bbiggest first|\bwinners?\b(?! and)"
    r"|\bmade (?:us )?money\b|\bpaid off\b|\bbrought in the most\b"
    r"|排行|排名|排个名|排个序|从高到低|从大到小|从多到少|由高到低|由大到小|降序|倒序|爆款|热销|抢手|卖爆"
)
_LOW_SAID = re.compile(
    r"\b(?:could|can|should) (?:be )?(?:dropp?(?:ed)?|delist\w*|scrapp?(?:ed)?)\b|\bgather\w* dust|\bshelf warmers?"
    r"|\bnobody (?:buys|wants)|\bdud\w*\b"
    r"|\bslow[- ]?(?:moving|movers?|sell\w+)|\b(?:go(?:es)?|gone|get|gets|is|are) (?:very |really )?quiet\b|\bascending\b"
    r"|\blow(?:est)? to high"
    r"|\bsmallest first|\blowest first|从低到高|从小到大|从少到多|由低到高|由小到大|升序|正序|卖不动|滞销|压箱底|没人要"
    r"|没人买|烧钱|打水漂|拖后腿|淡季"
)
_BARE_NOT = re.compile(r"(?:\bat|\bthe very)\s+$")
_BARE_BEST = re.compile(
    r"as well|how well|well as|top up|on top|topped|most of(?!ten)|best (?:practice|guess|regards|way)|max out|works? best for"
    r"|well done|top[- ]?line|bottom[- ]?line|leading (?:to|up)|at (?:most|least|best|worst)"
)

_ZH_N = rf"(?P<n>\d{{1,4}}|[{ZH_NUMERAL}]+)"
_ZH_HIGH = (
    "最高|最多|最大|最贵|最长|最强|最畅销|最热销|最热卖|最受欢迎|最旺|最猛|最重要|最值钱|最忙|最火|最热门|最活跃|最有钱"
    "|最频繁|最爱|最能|最容易|最可能"
)
_ZH_LOW = "最低|最少|最小|最便宜|最短|最弱|垫底|最不活跃|最不|最冷门|最冷清|最滞销|倒数|末位|末尾|吊车尾|卖不动"
_ZH_GOOD = "最好|最佳|最优|最快|最满意|最棒|最牛|最厉害|最出色|最理想|最划算"
_ZH_BAD = "最差|最糟|最糟糕|最慢|最不满意|最烂|最惨|最不好|最不理想|最拉胯|最拉垮"
_ZH_COUNTER = r"(?:大(?!客)|名|个(?!月|季|星期|礼拜)|位|家|款|种|件|条|单|笔|类|强|项|城市|座|省|人|甲|款商品)"
_ZH_NOT_TIME = r"(?!\d|个?月|个?季|[天日周年号]|个?星期|个?礼拜|半年|成|%|元|块|岁)"
_ZH_TAIL = (
    r"(?P<word>(?:卖|表现|买|花|消费|做|回款|业绩|销量|销售额|消费额|金额|评分|得分|口碑)?得?(?:"
    + "|".join([_ZH_HIGH, _ZH_LOW, _ZH_GOOD, _ZH_BAD])
    + r")[^，。？,.?0-9]{0,6}?的?)"
)
_ZH_PERCENT = re.compile(
    r"(?P<side>前|后|倒数|最高的?|最低的?|最好的?|最差的?|头部)\s*"
    rf"(?:(?P<p>\d+(?:\.\d+)?)\s*%|百分之(?P<p2>\d+(?:\.\d+)?|[{ZH_NUMERAL}]+)|(?P<p3>[一二三四五六七八九两])成)"
)
_ZH_FRONT = re.compile(
    rf"(?P<side>倒数前|倒数后|倒数|排名前|排行前|名列前|top\s*|前|后|末尾|最后|头)\s*{_ZH_N}"
    rf"(?=(?P<counter>{_ZH_COUNTER})|(?P<bare>{_ZH_NOT_TIME}))"
)
_ZH_AFTER = re.compile(rf"{_ZH_TAIL}(?:那|这)?{_ZH_N}(?={_ZH_COUNTER})")
_ZH_ASKED = re.compile(
    rf"(?:给我|给|列出|列|只看|只要|看|展示|显示|要|来|挑|选|取|找出?|哪|拉|抽|捞|调|导|先|送|发|请|邀"
    rf"|就)\s*(?:出)?{_ZH_N}(?={_ZH_COUNTER}|条|句)(?!个月)"
    rf"|{_ZH_N.replace('<n>', '<n2>')}(?:个|张|份|条|封)?(?:名额|坑位|席位|位置|名单|张券|份礼|份礼品|礼盒|红包|样品|邀请函)"
    rf"|最[^，。？?,.最 0-9]{{1,5}}的(?:那|这)?{_ZH_N.replace('<n>', '<n3>')}(?={_ZH_COUNTER})"
    rf"|^(?:[^，,。]{{0,6}}[，,])?\s*{_ZH_N.replace('<n>', '<n4>')}(?:个|条|位|名|款|家|笔)[吧就行好了呗。]*$"
)
_ZH_BARE = re.compile(
    rf"(?P<high>{_ZH_HIGH}|排名靠前|靠前|领先)|(?P<low>{_ZH_LOW}|排名靠后|靠后)|(?P<good>{_ZH_GOOD})|(?P<bad>{_ZH_BAD})"
)


def find_top_n(text: str) -> TopN | None:
    """The end of a ranking that the text asks for, or None. A number wins over a percentage, both over a bare word."""
    folded = fold(text)
    found = _english(folded) or (None if folded.isascii() else _chinese(folded)) or _bare(folded)
    if found is None:
        return None
    return TopN(found.start, found.end, text[found.start : found.end], found.n, found.order, found.valence, found.percent)


def _end_of(word: str) -> tuple[Order | None, Valence | None]:
    """Order and valence of an English or Chinese word that orders."""
    for pattern, order, valence in (
        (f"(?:{_LOW})|.*(?:{_ZH_LOW}|靠后|后|末).*", "lowest", None),
        (f"(?:{_BAD}|badly|poorly)|.*(?:{_ZH_BAD}).*", None, "bad"),
        (f"(?:{_GOOD}|well|nicest)|.*(?:{_ZH_GOOD}).*", None, "good"),
        (f"(?:{_HIGH})|.*(?:{_ZH_HIGH}|前|靠前|领先|头|top).*", "highest", None),
    ):
        if re.fullmatch(pattern, word.strip()):
            return order, valence  # type: ignore[return-value]
    return None, None


def _english(text: str) -> TopN | None:
    if m := _PERCENT.search(text):
        order, valence = _end_of(m["word"] or m["tier"])
        share = _PARTS[m["part"]] if m["part"] else _count(m["n"])
        return TopN(m.start(), m.end(), "", None, order, valence, share)
    for m in _NUMBERED.finditer(text):
        word = m["word"] or m["place"] or m["word2"] or m["word4"]
        count = _count(m["n"] or m["n3"] or m["n2"] or m["n4"])
        if count is None or not 0 < count <= 5000 or (m["word"] and re.search(r"\bat $", text[: m.start()])):
            continue
        order, valence = _end_of(word)
        end = m.end("n4") if m["n4"] else m.end()
        return TopN(m.start("n4") if m["n4"] else m.start(), end, "", int(count), order, valence)
    rows = _COUNTED_ROWS.search(text) or _HANDED.search(text) or _ALONE.fullmatch(text) or _RATIO.search(text)
    return _asked(text, _ASKED.search(text) or rows)


def _chinese(text: str) -> TopN | None:
    if m := _ZH_PERCENT.search(text):
        share = float(m["p"]) if m["p"] else _count(m["p2"]) if m["p2"] else 10 * (chinese_number(m["p3"]) or 0)
        order, valence = _end_of(m["side"])
        return TopN(m.start(), m.end(), "", None, order, valence, share)
    for m in _ZH_FRONT.finditer(text):
        count = _count(m["n"])
        if not count or (m["counter"] is None and count > 1000) or (m["side"] == "头" and not m["counter"]):
            continue
        order, valence = _end_of(m["side"])
        bare = _bare(text[: m.start()] + " " + text[m.end() :])
        if bare and m["side"] not in ("倒数", "倒数前", "倒数后"):
            order, valence = bare.order, bare.valence
        return TopN(m.start(), m.end(), "", int(count), None if m["side"] == "最后" and not bare else order, valence)
    if after := _ZH_AFTER.search(text):
        order, valence = _end_of(after["word"])
        count = _count(after["n"])
        return TopN(after.start(), after.end(), "", int(count), order, valence) if count else None
    return _asked(text, _ZH_ASKED.search(text))


def _asked(text: str, asked: re.Match[str] | None) -> TopN | None:
    """A number that is only asked for ("give me 3"), with the word that orders from elsewhere in the text."""
    said = next((name for name, value in asked.groupdict().items() if value and name.startswith("n")), None) if asked else None
    count = _count(asked[said]) if asked and said else None
    if asked is None or said is None or count is None or not 1 <= count <= 5000 or (count == 1 and not _ONE_GIVEN.search(text)):
        return None
    bare = _bare(text)
    return TopN(asked.start(said), asked.end(said), "", int(count), bare.order if bare else None, bare.valence if bare else None)


def _bare(text: str) -> TopN | None:
    for m in _BARE.finditer(text):
        around = text[max(0, m.start() - 12) : m.end() + 12]
        idiom = any(o.start() <= min(12, m.start()) <= o.end() for o in _BARE_BEST.finditer(around))
        if idiom or _BARE_NOT.search(text[: m.start()]):
            continue
        order, valence = _end_of(m.group())
        return TopN(m.start(), m.end(), "", None, order, valence)
    if bare := _ZH_BARE.search(text):
        order, valence = _end_of(bare.group())
        return TopN(bare.start(), bare.end(), "", None, order, valence)
    said: tuple[tuple[Order, re.Pattern[str]], ...] = (("lowest", _LOW_SAID), ("highest", _HIGH_SAID))
    for end, pattern in said:
        if found := pattern.search(text):
            return TopN(found.start(), found.end(), "", None, end, None)
    return None


def _count(text: str) -> float | None:
    if text.replace(".", "", 1).isdigit() and text.isascii():
        return float(text)
    return english_number(text) if text.isascii() else chinese_number(text)
