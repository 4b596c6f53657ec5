"""What a phrase of time is for, from the words around it: comparison, look ahead, time without an order, joining, birth.

Reads only the text to the left and right of a phrase; knows no dates.
"""

from __future__ import annotations

import re
from typing import Literal

# What puts the next phrase on the far side of a comparison.
_COMPARE_BEFORE = re.compile(
    r"(?:(?:\bvs\.?|\bvrs|\bv\.?|\bversus|\bagainst|\bbehind|\bahead of|\bbeat(?:ing|en)?"
    r"|\bcompar(?:ed?|es|ing|ison) (?:it )?(?:to|with|against)|\bcmp(?:ared)? to|\brelative to|\bin comparison (?:to|with)"
    r"|\bthan|\bbenchmarked against|\bup (?:on|from|over)|\bdown (?:on|from)|\bfrom that (?:of|in)|\bas opposed to"
    r"|\bup or down on|\b(?:growth|increase|change|improvement|uplift|gain|drop|decline|difference|grown?|grew|changed?"
    r"|delta)(?: [a-z]+){0,2} (?:over|on|from|since|to|against))\s*"
    r"(?:(?:in|the|that of|those of|for|during|what it was in|what we (?:did|had|made|sold) in|it was|we (?:did|had|were)|was"
    r"|were|with|of|at)\s+){0,3}|(?:比|较|较之|相比于?|相较于?|对比|相对于?|对照|vs\.?|同比|环比|pk)\s*)$"
)
_SHARE_BEFORE = re.compile(r"占$|(?:性价|占)比$")
_COMPARE_WORD = re.compile(
    r"\b(?:comp(?:ar|air|re)\w*|vs\.?|vrs|versus|against|diff?erence|contrast|side by side|gap between|delta)(?![a-z])|对比"
    r"|相比|比较|差异|差距|差多少|差别|对照|pk|相较|哪个(?:月|季度|年)?(?:更|卖得?更?|好|高)|谁(?:更|高)"
    r"|比(?:比|一比|一下)?\s*[吧呗哈]?\s*$"
)
_ZH_COMPARE_AFTER = re.compile(
    r"^(?:累计|全年|整年)?(?:的(?:数据|情况|表现|水平)?)?\s*(?:相比|比起来|相较|对比|比较|比(?!例|重|率|较好)|作比较|做比较"
    r"|做对比|pk)"
)
_ZH_WITH_BEFORE = re.compile(r"(?:跟|和|与|同|拿|以)\s*$")
_BETWEEN_BEFORE = re.compile(r"\b(?:difference|gap|change[sd]?|compar\w*|growth|differ)\b[^.?!]{0,25}\bbetween\s+(?:the )?$")

_STEPWISE = re.compile(
    r"\b(?:day|week|month|quarter|year) by\b|\b(?:daily|weekly|monthly|quarterly)\b|\bper (?:day|week|month)\b"
)
_CONTRAST_BEFORE = re.compile(r"(?:对比|比较|对照)\s*$")

#: What comes: a word anywhere in the question that makes a bare length a look ahead.
FUTURE = re.compile(
    r"\b(?:fore?cast\w*|fcst|predict\w*|project(?:ion|ions|ed|ing)?|outlook|expect\w*|will|going to|gonna|likely|future"
    r"|estimate|anticipat\w*|upcoming|plan(?:ning)?|about to|run(?:ning)? out|stock ?out|might|at risk|probab\w*|prob"
    r"|propensity|chances?|likelihood|odds|could|looking ahead|ahead|worth)\b|预测|预计|预估|未来|将会?|会(?!员|话|议)|可能"
    r"|接下来|往后|今后|展望|走势会|估计|预期|有望|概率|几率|撑|够不够|够用|达标|来得及|要备|备货|能到|能冲"
)
#: A forecast in so many words: a month that is over then means the one to come.
FORECAST = re.compile(
    r"\b(?:fore?cast\w*|fcst|predict\w*|projection|projected|outlook|expected (?:sales|revenue|orders|demand|turnover|units)"
    r"|sales expectation|(?:going to|gonna|will (?:we|i|it|they|sales|revenue)) (?:sell|make|take|earn|get|reach|have|be)"
    r"|can we expect|heading for|likely (?:is it|to (?:buy|shop|order|churn|leave|come)))\b|预测|预估|预计|展望|几率|预期"
    r"|能卖(?:出去)?多少|会卖多少|将会"
)
_FUTURE_BEFORE = re.compile(
    r"(?:\b(?:for|in|within|over|out to|the coming|the next|across|fore?cast|fcst|horizon of|horizon:?|predict|project"
    r"|another|during)\s+(?:the )?(?:coming |next |following )?|(?:未来|今后|接下来|预测|预计|往后[推看]?|将来|之后|预估|概率"
    r"|在|看)\s*)$|^\s*$|[,，]\s*$"
)
_FUTURE_AFTER = re.compile(
    r"^(?:\s*(?:-\s*)?(?:ahead|fore?cast\w*|outlook|horizon|projection|prediction|(?:sales|revenue) forecast|out\b)"
    r"|\s*的?(?:销售|销量|营收|收入|需求|订单)?[^，,。？?]{0,3}(?:预测|预估|预期))"
)

_BUY = (
    r"(?:buy|buys|bought|buying|orders?|ordered|ordering|purchas\w*|shop|shops|shopped|shopping|spen[dt]\w*|visit\w*|active"
    r"|activity|seen|heard|come back|came back|return(?:ed)?|transact\w*|interact\w*|logged in|placed|reorder\w*|repurchas\w*"
    r"|been back|been in|been here|checked out|a sale|repeat\w*)"
)
_NO = (
    r"(?:\b(?:not|no|never|without|cannot|zero|0|stopped|quit|ceased|failed to|nothing|none|nobody|dont|havent|hasnt|didnt"
    r"|hadnt|hvnt|nt|neither)\b|n't\b)"
)
_ASLEEP = (
    r"\b(?:inactive|dormant|silent|quiet|idle|lapsed|sleeping|asleep|absent|away|disappeared|missing|no activity|not active"
    r"|gone(?: quiet| silent| dark| missing)?|cold|stale)\b(?:\s+(?:for|since|in|over|within|the|last|past|more|than|at|least"
    r"|about|a|full|whole|been|of|customers|accounts|longer|some|around|roughly|exceeding))*\s*$"
)
_PLACED = (
    r"\b(?:last|latest|most recent) (?:order(?:ed|s)?|purchase[ds]?|bought|buy|shopped|seen|active|visit(?:ed)?|transaction"
    r"|sale|activity)\b[^.;?!,]{0,25}$|\brecency\b[^.;?!,]{0,18}$"
)
_ZH_BUY = (
    r"(?:下单|下过单|购买|购过|买(?:过|东西)?|消费|订单|交易|成交|复购|登录|活跃|来|回购|光顾|购物|互动|采购|逛|动静|联系"
    r"|回来|访问|出现|动过)"
)
_ZH_NEAR = r"[^，。；？,.;?]{0,6}$"
_NOT_BOUGHT_BEFORE = re.compile(
    rf"{_NO}[^.;?!:]{{0,30}}?\b{_BUY}\b(?:(?!\b(?:but|who|and did)\b)[^.;?!,:]){{0,22}}$|{_ASLEEP}|{_PLACED}"
    rf"|(?:没有?|未|不|无|没再?)(?:再|曾|有过?|有任何|过)?(?:来)?{_ZH_BUY}{_ZH_NEAR}"
    r"|(?:沉睡|沉默|静默|休眠|失联|不活跃|未活跃|流失|间隔|距离?(?:上一?次|最后一次|最近一次)(?:下单|购买|消费|订单))"
    rf"(?:时间|天数|已经?|客户)?{_ZH_NEAR}|(?:(?:最后|最近|上)一?[次单笔]|末次|末单|最后)的?"
    rf"(?:下单|购买|消费|订单|成交|买|购物)?(?:时间|日期|距今|是|在|已经?|早于|晚于|于)*{_ZH_NEAR}"
)
_NOT_BOUGHT_AFTER = re.compile(
    r"^\s*(?:\+|or more|or longer|plus)?\s*(?:without|with (?:no|zero|0)"
    r"|since (?:their|the|his|her|its|a|an|any)? ?(?:last|latest|most recent|previous)|(?:of )?(?:inactivity|silence)"
    r"|inactive|dormant|no (?:order|purchase|sale|activit)|not (?:order|bought|purchas)"
    r"|have(?:n't| not|nt) (?:bought|ordered|purchased|shopped))|^\s*"
    r"(?:以上|及以上|以内|之内|内|多|左右|或以上|以来|之后|后|里|期间|中|时间|了|还|就|一直|都|又|,|，|、|的时间|来|也|完全"
    r"|从来?|基本|已经?|均|再|从|至今|到现在|起|前|之前|开始){0,4}\s*(?:没有?|未|不再|不曾|无|零|停止|没再)"
    rf"(?:再|曾|有|任何|过|来|怎么)*{_ZH_BUY}"
)
#: A last order that is placed in time, rather than missing since.
LAST_ORDER = re.compile(
    r"\b(?:last|latest|most recent) (?:order(?:ed)?|purchased?|bought|shopped|active|seen)\b|(?:最后|最近|上)一?[次单笔]|末次"
    r"|最后下单|最后购买"
)
_OVERDUE_BEFORE = re.compile(
    r"\b(?:overdue|past due|late|unpaid|outstanding|in arrears|delinquent)\b[^.;?!,]{0,22}$"
    r"|(?:逾期|拖欠|欠款|超期|未付)(?:了|超过|超|已|达|时间|天数|大于|不少于|至少|满)*\s*$"
)
_OVERDUE_AFTER = re.compile(
    r"^\s*(?:\+|or more)?\s*(?:overdue|past due|late\b(?! delivery)|in arrears)"
    r"|^\s*(?:以上|多|及以上)?\s*的?(?:逾期|未付|没付|没还|未还款|欠款)"
)
_JOINED_BEFORE = re.compile(
    r"\b(?:sign(?:ed|ing)?[- ]?up|signups?|join(?:ed|ing)?|register(?:ed|ing)?|became (?:a |our )?(?:customers?|members?)"
    r"|enrol+ed|onboarded|subscribed|opened (?:an )?accounts?|created (?:an )?accounts?|new since)\b"
    r"(?: (?:with|to|for) us)?[^.;?!,]{0,18}$|(?:注册|入会|加入|开户|办卡|入驻)(?:时间|日期)?(?:在|于|是|晚于|早于)?\s*$"
)
_JOINED_AFTER = re.compile(
    r"^(?:\s*(?:以来|以后|之后|之内|以内|内|里|期间|后|起|开始|间|份))?\s*(?:才|新|刚|就|都|来)?"
    r"(?:注册|入会|加入|开户|办卡|入驻)(?!量|数|人数|用户数|会员数)"
)
#: How long somebody has been a customer: 注册满三年.
_TENURE_BEFORE = re.compile(
    r"(?:注册|入会|加入|开户|办卡)(?:时间)?(?:已经?|超过|满|达到?|有|了)*\s*$"
    r"|\bbeen (?:a )?(?:customers?|members?|with us) (?:for )?(?:more than |over |at least )?$"
)
_BORN_BEFORE = re.compile(
    r"\b(?:born|birthdays?|birthday is|celebrat\w* (?:their )?birthdays?)\s+(?:in |during |is in |are in |falls in )?"
    r"(?:the month of )?$|生日(?:是|在|为)?\s*$"
)
_BORN_AFTER = re.compile(r"^\s*(?:birthdays?|birthday (?:children|customers))\b|^(?:里|份|的)?(?:谁)?(?:过?生日|出生|寿星)")

_LESS_BEFORE = re.compile(
    r"(?:less than|under|fewer than|below|shorter than|<)\s*$|(?:不到|少于|小于|不足|低于|未满|不超过)\s*$"
)
_AT_LEAST_BEFORE = re.compile(r"(?:at least|minimum(?: of)?|no less than|>=|≥)\s*$|(?:至少|不少于|不低于|满|达到?|起码)\s*$")
_AT_LEAST_AFTER = re.compile(r"^\s*(?:\+|or (?:more|longer|over)|and (?:more|over)|以上|及以上|或以上)")
_WITHIN_BEFORE = re.compile(r"\b(?:within|in|inside|during)\s*(?:the\s+)?(?:(?:last|past)\s*)?$")
_WITHIN_AFTER = re.compile(r"^(?:之内|以内|内)")


def compares(text: str, start: int, end: int) -> bool:
    """Whether the phrase stands on the far side of a comparison by the words right beside it."""
    left = text[:start]
    if _COMPARE_BEFORE.search(left) and not _SHARE_BEFORE.search(left.rstrip()):
        return True
    return bool(_ZH_COMPARE_AFTER.match(text[end:]) and _ZH_WITH_BEFORE.search(left))


def lists(text: str, start: int) -> bool:
    """Whether the word before the phrase only asks for a comparison of something else: 男装女装对比 Q3."""
    return bool(_CONTRAST_BEFORE.search(text[:start]))


def compares_both(text: str, start: int) -> bool:
    """Whether a word of comparison makes of two listed periods a pair to compare instead of a range."""
    between = _BETWEEN_BEFORE.search(text[:start]) and not _STEPWISE.search(text)
    return bool(_COMPARE_WORD.search(text) or between)


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Whether a bare length is a look into the future."""
    if _FUTURE_AFTER.match(text[end:]):
        return True
    if not text.isascii() and text[:start].endswith(" ") and FORECAST.search(text):
        return True
    inside = _WITHIN_AFTER.match(text[end:]) or text[start:end].endswith("内")
    return bool(FUTURE.search(text) and (inside or _FUTURE_BEFORE.search(text[:start])))


def not_bought(text: str, start: int, end: int) -> bool:
    """Whether the phrase says how long (or since when) somebody has not ordered, or when the last order was."""
    return bool(_NOT_BOUGHT_BEFORE.search(text[:start]) or _NOT_BOUGHT_AFTER.match(text[end:]))


def overdue(text: str, start: int, end: int) -> bool:
    """Whether a length says how long a payment is late."""
    return bool(_OVERDUE_BEFORE.search(text[:start]) or _OVERDUE_AFTER.match(text[end:]))


def joined(text: str, start: int, end: int) -> bool:
    """Whether the phrase says when customers signed up."""
    return bool(_JOINED_BEFORE.search(text[:start]) or _JOINED_AFTER.match(text[end:]))


def tenure(text: str, start: int) -> bool:
    """Whether a length says how long somebody has been a customer."""
    return bool(_TENURE_BEFORE.search(text[:start]))


def born(text: str, start: int, end: int) -> bool:
    """Whether the phrase says in which month customers were born."""
    return bool(_BORN_BEFORE.search(text[:start]) or _BORN_AFTER.match(text[end:]))


def bound_operator(text: str, start: int, end: int) -> Literal["<", "<=", ">=", ">"]:
    """The operator that a length carries: more than (the default), at least, less than; a last order "within" it is at
    most that long ago."""
    left, right = text[:start], text[end:]
    if LAST_ORDER.search(left[-40:]) and (_WITHIN_BEFORE.search(left) or _WITHIN_AFTER.match(right)):
        return "<="
    if _LESS_BEFORE.search(left):
        return "<"
    if _AT_LEAST_BEFORE.search(left) or _AT_LEAST_AFTER.match(right):
        return ">="
    return ">"
