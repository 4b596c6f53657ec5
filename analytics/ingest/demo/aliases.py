"""The same values in other words: Chinese names and other English words for what stands in the tables.

Owns value_aliases. Every value of the fields named here has at least one Chinese alias.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa

from analytics.ingest.demo import columns, goods, truths, world
from analytics.ingest.demo.marketing import Campaign
from analytics.ingest.demo.world import Named

_CAMPAIGN_CHANNELS = (
    Named("email", ("邮件",), ("mail",)), Named("sms", ("短信",), ("text message",)),
    Named("app push", ("推送", "应用推送"), ("push",)),
    Named("ads", ("广告",)), Named("social", ("社交媒体", "社媒")), Named("referral", ("推荐", "老带新")),
)
_REWARDS = (
    Named("free coffee", ("免费咖啡",)), Named("voucher", ("优惠券", "代金券")), Named("gift wrapping", ("礼品包装",)),
    Named("tea sampler", ("茶叶试饮装",)), Named("free delivery", ("免运费",)),
)
_OWN_CAMPAIGN_WORDS = {
    truths.SPRING.name: ("春季促销", "spring promotion"), truths.COFFEE.name: ("咖啡活动", "coffee promotion"),
    "Win-back": ("召回活动",),
}
_STATUSES = (Named("completed", ("已完成",)), Named("returned", ("已退货",)), Named("cancelled", ("已取消",), ("canceled",)))


def _named(field: str, values: Sequence[Named]) -> Iterator[tuple[str, str, str]]:
    for value in values:
        for alias in (*value.zh, *value.also):
            yield field, value.name, alias


def _rows(campaigns: Sequence[Campaign]) -> Iterator[tuple[str, str, str]]:
    for place in world.PLACES:
        yield "city", place.city, place.zh
    yield from _named("region", world.REGIONS)
    yield from _named("country", world.COUNTRIES)
    yield from _named("category", world.CATEGORIES)
    for product in goods.PRODUCTS:
        for alias in product.zh:
            yield "product", product.name, alias
    yield from _named("order_channel", world.CHANNELS)
    yield from _named("acquisition_channel", world.ACQUISITION)
    for campaign in campaigns:
        for alias in (campaign.zh, *_OWN_CAMPAIGN_WORDS.get(campaign.name, ())):
            yield "campaign", campaign.name, alias
    yield from _named("campaign_channel", _CAMPAIGN_CHANNELS)
    yield from _named("ticket_category", world.TICKET_CATEGORIES)
    yield from _named("priority", world.PRIORITIES)
    yield from _named("gender", world.GENDERS)
    yield from _named("loyalty_tier", world.TIERS)
    yield from _named("feedback_source", world.SOURCES)
    yield from _named("interest", world.INTERESTS)
    yield from _named("reward", _REWARDS)
    yield from _named("status", _STATUSES)
    for agent in world.AGENTS:
        for alias in agent.zh:
            yield "agent", agent.name, alias


def aliases_table(campaigns: Sequence[Campaign]) -> pd.DataFrame:
    """One row per alias; an alias never stands for two values of the same field."""
    field, value, alias = zip(*_rows(campaigns), strict=True)
    return columns.table("value_aliases", {
        "field": columns.strings(pa.array(field)), "value": columns.strings(pa.array(value)),
        "alias": columns.strings(pa.array(alias)),
    })
