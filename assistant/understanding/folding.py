"""Folding: one plain spelling of a text with every character in its place, so that spans found in it hold in the original.

Full-width characters become ASCII, letters lower case, curly quotes and long dashes plain, traditional characters of the
words Askwell knows simplified. Never changes the length of a text; knows no words.
"""

from __future__ import annotations

_TRADITIONAL = (
    "個銷額單這週號歲購買賣訂價戶們數幾萬億兩倆雙節國慶勞動聖誕陽曆時間後來過從關於開業總給對環較與產庫貨點評級員積歷績費"
    "潤標達轉換預測趨勢圖餅狀線條區線應會員類別問題處響應簽約營鋪門頻獲獎賬帳單離遠綜審計劃歸檢驗測臺灣廣東爾濱慶長沈陽濟寧鄭"
    "內優惠滿議題無還記錄滿輸結連續當現實際領緊熱鬧暢滯憂極樣種讓見觀說話請問誰麼嗎麽將項佔幫顯運復複曰"
)
_SIMPLIFIED = (
    "个销额单这周号岁购买卖订价户们数几万亿两俩双节国庆劳动圣诞阳历时间后来过从关于开业总给对环较与产库货点评级员积历绩费"
    "润标达转换预测趋势图饼状线条区线应会员类别问题处响应签约营铺门频获奖账账单离远综审计划归检验测台湾广东尔滨庆长沈阳济宁郑"
    "内优惠满议题无还记录满输结连续当现实际领紧热闹畅滞忧极样种让见观说话请问谁么吗么将项占帮显运复复日"
)
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN |= {ord(a): ord(b) for a, b in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)}
_PLAIN |= {ord(char): ord("-") for char in "‐‑‒–—―−─"}
_PLAIN |= {ord(char): ord("'") for char in "‘’‛´`ʼ"} | {ord(char): ord('"') for char in "“”„«»「」『』"}
_PLAIN |= {ord(char): ord(" ") for char in "\u00a0\u2002\u2003\u2009\u200a\u200b\u202f\u3000\ufeff\t\r\n"}
_PLAIN |= {ord(wide): ord(plain) for wide, plain in zip("～〜￥￡＄﹪", "~~¥£$%", strict=True)}


def fold(text: str) -> str:
    """The text in plain lower-case spelling, of the same length: character i is that of the original."""
    plain = text.translate(_PLAIN)
    lower = plain.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in plain)
