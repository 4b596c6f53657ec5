"""What a question wants feedback about: delivery, packaging, prices, 包装, 客服态度.

Phrases in quotation marks are taken as they are said; other words are reduced to the name of the theme.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.understanding.text import Language, has_han

#: Intents that ask for texts or drivers about something.
ABOUT = frozenset({"feedback_quotes", "satisfaction_drivers"})
#: Words of a theme by its name. English words match with a plural s, and the name of a theme is the word said most often.
_ENGLISH: dict[str, str] = {
    "delivery": r"deliver\w*|shipping|shipment|courier|arriv\w+ late|late parcels?|despatch|dispatch|postage",
    "packaging": r"packag\w*|packing|boxes|box|wrapping|broken boxes|cartons?",
    "prices": r"pric\w+|expensive|costly|value for money|too dear|overpriced",
    "quality": r"quality|workmanship|durability|faulty|defects?|build",
    "staff": r"staff|employees|shop assistants?|salespeople|cashiers?|team in (?:the )?(?:shop|store)",
    "service": r"customer service|service|support|helpdesk|hotline",
    "refunds": r"refunds?|money back|refunded",
    "returns": r"returns? (?:process|policy|label)s?|sending (?:things|it) back|returns",
    "checkout": r"check-?out|payment|paying|card payments?",
    "website": r"website|web ?site|web ?shop|site|online shop",
    "app": r"(?<=the )app|app crash\w*|mobile app",
    "taste": r"taste|flavou?rs?|aroma|smell|freshness",
    "availability": r"availability|stock-?outs?|out of stock|sold out|selection",
    "size": r"sizes?|sizing|fit",
    "invoices": r"invoices?|billing|bills?",
    "opening hours": r"opening (?:hours|times)",
    "queues": r"queues?|waiting times?|lines at the till",
    "loyalty": r"loyalty (?:card|scheme|programme|program|points)|bonus card",
}
_CHINESE: dict[str, str] = {
    "客服态度": r"客服(?:的)?态度|客服",
    "服务态度": r"服务(?:的)?态度|店员态度|态度",
    "服务": r"服务|售后",
    "店员": r"店员|导购|营业员|收银员",
    "物流慢": r"(?:物流|快递|发货|送货|配送)(?:太|很|有点|比较)?(?:慢|晚|迟)",
    "物流": r"物流|快递|发货|送货",
    "配送": r"配送",
    "包装": r"包装|盒子|纸箱|外箱",
    "性价比": r"性价比",
    "价格": r"价格|太贵|价钱|涨价|定价",
    "质量": r"质量|品质|做工|坏了|瑕疵|破损",
    "退款": r"退款|退钱",
    "退货": r"退货|退换货|退换",
    "口味": r"口味|味道|口感|新鲜",
    "支付": r"支付|付款|结账|收银",
    "网站": r"网站|网页|网店",
    "小程序": r"小程序",
    "缺货": r"缺货|断货|没货",
    "排队": r"排队|等太久",
    "发票": r"发票|账单",
    "会员": r"会员权益|积分|会员卡",
    "安装": r"安装",
    "尺寸": r"尺寸|尺码|大小",
}
_QUOTED = re.compile(r"[\"'“”「『]([^\"'“”」』]{2,24})[\"'“”」』]")
#: What announces a theme. The words right behind it count before words anywhere else.
_ANNOUNCED = re.compile(
    r"\b(?:about|mention\w*|regarding|concerning|on the (?:subject|topic) of|on|say of|impact of|effect of|influence of"
    r"|complain\w* of)\s+"
    r"(?:the |our |their |how |new |old |slow |bad |broken )*|(?:关于|提及|提到|有关|涉及|说起|针对|吐槽|抱怨|对于?|说)\s*"
)


@dataclass(frozen=True)
class Theme:
    """A theme at text[start:end]."""

    start: int
    end: int
    name: str


def find_theme(text: str, intent: str, language: Language, taken: Sequence[tuple[int, int]] = ()) -> Theme | None:
    """The theme that a question names, or None. Only intents that ask for texts or for what drives ratings have one."""
    if intent not in ABOUT:
        return None
    if intent == "feedback_quotes" and (quoted := _QUOTED.search(text)):
        return Theme(quoted.start(1), quoted.end(1), quoted[1])
    found = [t for t in _words(text) if not any(t.start < e and s < t.end for s, e in taken)]
    announced = [t for t in found if any(m.end() == t.start for m in _ANNOUNCED.finditer(text))]
    if intent == "satisfaction_drivers":
        found = announced
    return next(iter(announced or found), None)


def names(text: str) -> tuple[str, ...]:
    """Every theme that a text names, in order of place."""
    return tuple(theme.name for theme in _words(text))


def _words(text: str) -> list[Theme]:
    out: list[Theme] = []
    for name, pattern in (_CHINESE if has_han(text) else _ENGLISH).items():
        bounded = pattern if has_han(text) else rf"(?<![a-z])(?:{pattern})(?![a-z])"
        out += [Theme(m.start(), m.end(), name) for m in re.finditer(bounded, text)]
    out.sort(key=lambda t: (t.start, t.start - t.end))
    kept: list[Theme] = []
    for theme in out:
        if not kept or theme.start >= kept[-1].end:
            kept.append(theme)
    return kept
