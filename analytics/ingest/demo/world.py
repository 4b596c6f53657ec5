"""The demo company's world: places, channels, agents, couriers and rewards, with how common each is.

Data only. Every value stands with its Chinese name, so that the value aliases are complete by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.ingest.demo.truths import COURIER

UK, GERMANY, CHINA = 0, 1, 2
#: Hours that local clocks are ahead of UTC (winter time): local habits are drawn, UTC is stored.
UTC_OFFSET = (0, 1, 8)


@dataclass(frozen=True)
class Named:
    """A value with its Chinese names (the first is the usual one) and other English words for it."""

    name: str
    zh: tuple[str, ...]
    also: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class Place:
    """A city: `weight` is its share of customers in percent; `store` whether the company has a shop there."""

    city: str
    zh: str
    region: int
    country: int
    weight: float
    store: bool


COUNTRIES = (
    Named("United Kingdom", ("英国",), ("UK", "Britain", "Great Britain")),
    Named("Germany", ("德国",), ("Deutschland",)),
    Named("China", ("中国",), ("PRC",)),
)
REGIONS = (
    Named("Yorkshire", ("约克郡",)), Named("South West", ("英格兰西南部", "西南英格兰"), ("South West England",)),
    Named("North West", ("英格兰西北部", "西北英格兰"), ("North West England",)), Named("Greater London", ("大伦敦",)),
    Named("Scotland", ("苏格兰",)), Named("Berlin-Brandenburg", ("柏林-勃兰登堡", "勃兰登堡")),
    Named("North Germany", ("德国北部", "北德")),
    Named("Bavaria", ("巴伐利亚",), ("Bayern",)), Named("East China", ("华东", "华东地区")),
    Named("Southwest China", ("西南", "西南地区", "中国西南")), Named("South China", ("华南", "华南地区")),
    Named("North China", ("华北", "华北地区")),
)
REGION_NAMES = tuple(region.name for region in REGIONS)
_R = {name: code for code, name in enumerate(REGION_NAMES)}

PLACES = (
    Place("Leeds", "利兹", _R["Yorkshire"], UK, 14.0, True),
    Place("York", "约克", _R["Yorkshire"], UK, 9.0, True),
    Place("Sheffield", "谢菲尔德", _R["Yorkshire"], UK, 5.0, False),
    Place("Bristol", "布里斯托", _R["South West"], UK, 9.0, True),
    Place("Bath", "巴斯", _R["South West"], UK, 3.0, False),
    Place("Manchester", "曼彻斯特", _R["North West"], UK, 6.0, False),
    Place("London", "伦敦", _R["Greater London"], UK, 6.0, True),
    Place("Edinburgh", "爱丁堡", _R["Scotland"], UK, 3.0, False),
    Place("Berlin", "柏林", _R["Berlin-Brandenburg"], GERMANY, 6.0, True),
    Place("Hamburg", "汉堡", _R["North Germany"], GERMANY, 2.0, False),
    Place("Munich", "慕尼黑", _R["Bavaria"], GERMANY, 2.0, False),
    Place("Shanghai", "上海", _R["East China"], CHINA, 11.0, True),
    Place("Hangzhou", "杭州", _R["East China"], CHINA, 7.0, True),
    Place("Nanjing", "南京", _R["East China"], CHINA, 3.0, False),
    Place("Chengdu", "成都", _R["Southwest China"], CHINA, 6.0, True),
    Place("Chongqing", "重庆", _R["Southwest China"], CHINA, 2.5, False),
    Place("Guangzhou", "广州", _R["South China"], CHINA, 3.0, False),
    Place("Beijing", "北京", _R["North China"], CHINA, 2.5, False),
)
#: Country and region of each place, for whole columns at a time.
PLACE_COUNTRY = np.array([place.country for place in PLACES])
PLACE_REGION = np.array([place.region for place in PLACES])
PLACE_WEIGHTS = tuple(place.weight for place in PLACES)
CITY_CODE = {place.city: code for code, place in enumerate(PLACES)}

CATEGORIES = (
    Named("coffee", ("咖啡",), ("coffees",)), Named("tea", ("茶", "茶叶"), ("teas",)), Named("toys", ("玩具",), ("toy",)),
    Named("kitchen", ("厨具", "厨房用品", "厨房"), ("kitchenware",)),
    Named("garden", ("园艺", "花园用品"), ("gardening products",)),
)
COFFEE_CATEGORY, TEA, TOYS, KITCHEN, GARDEN = range(5)

CHANNELS = (
    Named("web", ("网站", "网页", "官网"), ("website",)), Named("store", ("门店", "实体店", "店铺"), ("shop", "in store")),
    Named("app", ("应用", "手机应用"), ("mobile app",)), Named("mini program", ("小程序",), ("mini app",)),
    Named("marketplace", ("电商平台", "第三方平台", "平台"), ("marketplaces",)),
)
WEB, STORE, APP, MINI_PROGRAM, MARKETPLACE = range(5)
#: How customers of each country like to order; a city without a shop gives the store's share to the first channel.
CHANNEL_WEIGHTS = (
    (0.42, 0.26, 0.18, 0.0, 0.14),
    (0.50, 0.10, 0.16, 0.0, 0.24),
    (0.05, 0.16, 0.25, 0.40, 0.14),
)
#: Relative demand by local hour, 0 to 23. Nobody in China orders before eight: that day would be yesterday in UTC.
STORE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 5, 7, 8, 7, 6, 6, 7, 8, 6, 3, 0, 0, 0, 0)
ONLINE_HOURS = (0, 1, 1, 0, 0, 1, 2, 3, 4, 5, 6, 6, 7, 6, 5, 5, 5, 6, 7, 9, 11, 11, 8, 3)

ACQUISITION = (
    Named("ads", ("广告",), ("paid ads", "advertising"), 0.24), Named("social", ("社交媒体", "社媒"), ("social media",), 0.18),
    Named("search", ("搜索", "搜索引擎"), (), 0.18), Named("email", ("邮件", "电子邮件"), ("newsletter",), 0.12),
    Named("referral", ("推荐", "朋友推荐", "老客推荐"), ("word of mouth",), 0.16),
    Named("organic", ("自然流量", "自然到店"), ("direct",), 0.12),
)
ADS, SOCIAL, SEARCH, EMAIL, REFERRAL, ORGANIC = range(6)
#: Share of sign-ups that never order, by acquisition channel.
NEVER_ORDER = (0.17, 0.15, 0.08, 0.08, 0.03, 0.07)

INTERESTS = (
    Named("cooking", ("烹饪", "做饭")), Named("gardening", ("种花种草", "养花")), Named("family", ("亲子", "家庭")),
    Named("home brewing", ("手冲", "在家冲咖啡")), Named("tea ceremony", ("茶道", "品茶")), Named("travel", ("旅行", "旅游")),
    Named("reading", ("阅读", "读书")), Named("fitness", ("健身", "运动")),
)
GARDENING = 1
#: How much a customer of each interest (the last row: interest unknown) buys of coffee, tea, toys, kitchen, garden.
TASTES = (
    (1.0, 0.9, 0.5, 3.2, 0.6), (0.8, 1.0, 0.5, 0.8, 4.0), (0.8, 0.7, 4.0, 1.1, 0.8), (4.2, 0.8, 0.5, 1.4, 0.4),
    (0.7, 4.2, 0.5, 1.1, 0.6), (1.4, 1.2, 0.9, 0.8, 0.5), (1.6, 1.9, 0.8, 0.8, 0.7), (1.7, 1.5, 0.6, 1.2, 0.7),
    (1.4, 1.2, 1.0, 1.1, 0.9),
)
GENDERS = (Named("female", ("女", "女性"), ("women", "woman")), Named("male", ("男", "男性"), ("men", "man")))
TIERS = (
    Named("bronze", ("铜卡", "铜级")), Named("silver", ("银卡", "银级")), Named("gold", ("金卡", "金级")),
    Named("platinum", ("白金卡", "铂金卡")),
)

SOURCES = (
    Named("survey", ("问卷", "调查问卷"), ("surveys",), 0.40), Named("review", ("评价", "评论"), ("reviews",), 0.36),
    Named("social", ("社交平台", "社交媒体"), ("social media",), 0.08), Named("phone", ("电话",), ("calls",), 0.07),
    Named("chat", ("在线聊天", "在线客服"), ("live chat",), 0.09),
)
SURVEY, REVIEW, SOCIAL_SOURCE, PHONE, CHAT = range(5)

TICKET_CATEGORIES = (
    Named("delivery", ("配送", "物流"), ("shipping",)), Named("returns", ("退货", "退换货"), ("refunds",)),
    Named("billing", ("账单", "付款"), ("payment",)), Named("product", ("商品", "产品"), ("product question",)),
    Named("account", ("账号", "账户"), ("login",)), Named("other", ("其他", "其它"), ()),
)
DELIVERY, RETURNS, BILLING, PRODUCT, ACCOUNT, OTHER = range(6)
PRIORITIES = (
    Named("low", ("低", "低优先级"), (), 0.18), Named("normal", ("普通", "一般"), (), 0.58),
    Named("high", ("高", "高优先级"), (), 0.18),
    Named("urgent", ("紧急", "加急"), (), 0.06),
)
#: How much longer than usual a ticket of each priority waits.
PRIORITY_PACE = (1.5, 1.0, 0.55, 0.3)


@dataclass(frozen=True)
class Agent:
    """A support agent: `pace` multiplies times (below 1 is fast), `warmth` shifts the CSAT score."""

    name: str
    zh: tuple[str, ...]
    chinese: bool
    pace: float
    warmth: float


AGENTS = (
    Agent("Megan Hall", ("梅根",), False, 0.75, 0.25), Agent("Tom Barker", ("汤姆",), False, 1.0, 0.0),
    Agent("Priya Nair", ("普里娅",), False, 0.85, 0.3), Agent("Jonas Weber", ("约纳斯",), False, 1.55, -0.3),
    Agent("Owen Price", ("欧文",), False, 1.15, 0.05), Agent("Li Jing", ("李静",), True, 0.6, 0.3),
    Agent("Chen Xiaowen", ("陈晓雯",), True, 0.95, 0.1), Agent("Zhou Wei", ("周伟",), True, 1.4, -0.25),
    Agent("He Jia", ("何佳",), True, 1.05, 0.0),
)


@dataclass(frozen=True)
class Courier:
    """A courier: `share` of all deliveries. No table names it: customers do."""

    name: str
    zh: str
    share: float


COURIERS = (
    Courier(COURIER.courier, COURIER.courier_zh, COURIER.share), Courier("Greenvan", "绿驰配送", 0.40),
    Courier("Homeward", "归途速运", 1 - 0.40 - COURIER.share),
)
BAD_COURIER = 0
REWARDS = ("free coffee", "voucher", "gift wrapping", "tea sampler", "free delivery")
REWARD_WEIGHTS = (0.30, 0.34, 0.08, 0.13, 0.15)
REWARD_POINTS = 500
#: Loyalty points earned for each pound of a completed order.
POINTS_PER_POUND = 4
