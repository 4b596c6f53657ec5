"""A small body of feedback in both languages whose themes can be told by hand."""

from __future__ import annotations

DELIVERY = (
    "Delivery took two weeks", "my parcel arrived late again", "shipping was really slow", "the order arrived ten days late",
    "快递太慢了，等了十天", "物流慢得要命", "发货太慢", "都过了一个星期才送到，物流太慢",
)
DAMAGED = ("the box arrived crushed", "everything inside was smashed and leaked", "包装盒压扁了，里面都碎了", "收到就破损了", "瓶子裂开了漏了一地")
STAFF = ("staff were rude to me", "the waiter was rude and unfriendly", "服务员态度恶劣", "店员很不耐烦，态度差", "friendly and polite staff")
REFUND = ("still waiting for my refund", "I want my money back", "refund never came", "退款一直没有退给我", "退款等了五天")
BOTH = ("the delivery was late and the box arrived crushed and leaking", "物流太慢，而且箱子压扁了")
NOTHING = ("zzz qqq", "", "???")

FEEDBACK = (*DELIVERY, *DAMAGED, *STAFF, *REFUND, *BOTH, *NOTHING)


def unheard_of() -> list[str]:
    """Texts about two things that no word list knows, in different words each."""
    signs = ("aries", "taurus", "gemini", "leo", "virgo", "libra", "scorpio", "capricorn", "aquarius", "pisces")
    stones = ("basalt", "granite", "obsidian", "quartz", "marble", "slate", "gneiss", "pumice", "limestone", "sandstone")
    horoscopes = [f"zodiac horoscope {one} {other}" for one in signs for other in signs[:3] if one != other]
    volcanoes = [f"volcano eruption {one} {other}" for one in stones for other in stones[:3] if one != other]
    return horoscopes + volcanoes
