"""Which field a recognised value belongs to: Berlin the city or the region, email the campaign's channel or the customer's.

Chooses by the intent and the words around; finds no values itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.understanding.entities import FIELDS, ValueMatch
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import LexMatch
from assistant.understanding.prepare import Prepared

_TICKETS = re.compile(
    r"ticket|\bcase|support|service|helpdesk|agent|complain|resol|respon|工单|客服|投诉|首响|响应|售后|坐席|解决", re.IGNORECASE
)
_FEEDBACK = re.compile(
    r"feedback|review|survey|comment|rating|nps|sentiment|said|say|opinion|satisf|theme|反馈|评价|评论|评分|问卷|口碑|满意"
    r"|情绪|差评|好评|舆情|吐槽|抱怨",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(
    r"campaign|promo|mailing|newsletter|offer|open rate|click|blast|\broi\b|活动|营销|推广|促销|推送|打开率|点击率|转化|优惠"
    r"|投产|投入产出", re.IGNORECASE
)
_ACQUISITION = re.compile(
    r"acqui|sign.?up|signed up|came (?:in )?(?:from|through|via)|joined|source[sd]?|referr"
    r"|won (?:through|from|via)|获客|拉新|渠道来的|来源|注册|引流",
    re.IGNORECASE,
)
_INTEREST = re.compile(r"interest|into |hobb|like|fans?\b|lovers?|兴趣|喜欢|爱好|感兴趣", re.IGNORECASE)
#: Fields that only mean what they say beside words of their own subject.
_CONTEXT: dict[str, re.Pattern[str]] = {
    "ticket_category": _TICKETS,
    "priority": _TICKETS,
    "agent": _TICKETS,
    "feedback_source": _FEEDBACK,
    "campaign_channel": _CAMPAIGN,
    "acquisition_channel": _ACQUISITION,
    "interest": _INTEREST,
}
_DOMAIN_FIELDS: dict[str, tuple[str, ...]] = {
    "ticket_category": ("service_quality", "agent_performance", "ticket_volume", "complaints"),
    "priority": ("service_quality", "agent_performance", "ticket_volume", "complaints"),
    "agent": ("service_quality", "agent_performance", "ticket_volume"),
    "feedback_source": (
        "satisfaction_overview",
        "feedback_sentiment",
        "feedback_themes",
        "feedback_quotes",
        "satisfaction_drivers",
        "emerging_issues",
        "customer_needs",
    ),
    "campaign_channel": ("campaign_performance", "campaign_comparison", "campaign_targeting"),
    "acquisition_channel": ("acquisition_channels", "lead_conversion"),
    "interest": ("segment_psychographic", "persona"),
    "sentiment": ("feedback_sentiment", "feedback_quotes", "feedback_themes", "emerging_issues"),
}
#: Fields that an intent is about: a value that could be theirs is theirs.
_OWN_FIELDS: dict[str, tuple[str, ...]] = {
    "segment_psychographic": ("interest",),
    "acquisition_channels": ("acquisition_channel",),
    "lead_conversion": ("acquisition_channel",),
    "cohort_retention": ("acquisition_channel",),
    "campaign_comparison": ("campaign_channel",),
    "campaign_performance": ("campaign_channel",),
}
#: Generic words ("women", "negative", "opted in") that are filters although no value of the data is spelt so.
_FILTERABLE = frozenset({*FIELDS, "sentiment", "marketing_consent"})
#: A text of so few words ("from social", 小红书来的呢) says no more than the value; a Chinese word has two characters.
_ALONE = 3
_WEB_WORDS = frozenset({"online", "web", "线上", "网上", "网站", "网店"})
_PRONOUNS = frozenset({"he", "him", "his", "she", "her", "hers", "他", "她"})
#: Intents that are about campaigns: there a name of a holiday is that of the campaign.
_CAMPAIGN_INTENTS = frozenset({"campaign_performance", "campaign_comparison", "campaign_targeting"})
#: A tier that somebody is to move up to is where to, and not who.
_MOVING_TO = re.compile(
    r"(?:\b(?:upgrade|upgraded|trade up|move up|moving up|step up|promoted|jump|get|become)\w*(?: \w+)? (?:to|into)\s+(?:the )?"
    r"|升级?[为到成]?|晋升[为到]?|够格)$"
)
#: Intents in which these fields are the subject itself: the funnel is that of the web shop, consent is what is counted.
_SUBJECT: dict[str, frozenset[tuple[str, str | None]]] = {
    "conversion_funnel": frozenset({("order_channel", "web")}),
    "interactions": frozenset({("order_channel", "web"), ("feedback_source", None)}),
    "privacy_status": frozenset({("marketing_consent", None)}),
    "emerging_issues": frozenset({("sentiment", None)}),
    "data_overview": frozenset({("order_channel", "web")}),
}
_SHOP_NOUN = re.compile(r"^(?:'s)?\s*(?:shop|store|branch|outlet|门店|店铺|店)s?$", re.IGNORECASE)


def choose_values(prepared: Prepared, intent: str, stronger: Sequence[LexMatch]) -> list[ValueMatch]:
    """The values that are filters, each in the field that the context asks for."""
    out: list[ValueMatch] = []
    idioms = [m for m in prepared.lexical if m.kind == "stopwords" and m.name == "idioms"]
    for match in prepared.values:
        if any(m.start <= match.start and match.end <= m.end for m in idioms) or _is_subject(intent, match):
            continue
        if match.field == "loyalty_tier" and _MOVING_TO.search(prepared.text[: match.start]):
            continue
        if (campaign := match.as_field("campaign")) and campaign_meant(prepared, intent, match):
            out.append(campaign)
            continue
        if match.field == "campaign" and _on_period(prepared, match):
            continue
        if any(m.start < match.end and match.start < m.end and (m.end - m.start) > (match.end - match.start) for m in stronger):
            continue
        if match.field not in _FILTERABLE or (match.field == "gender" and prepared.text[match.start : match.end] in _PRONOUNS):
            continue
        chosen = _in_context(prepared.text, intent, match)
        if chosen is None or (chosen.field == "order_channel" and _is_shop_noun(prepared.text, chosen, out)):
            continue
        out.append(chosen)
    return out


def campaign_meant(prepared: Prepared, intent: str, match: ValueMatch) -> bool:
    """Whether a name that a campaign shares with a day (Black Friday, 双十一) is the campaign's here."""
    if intent in _CAMPAIGN_INTENTS or (match.field == "campaign" and not _on_period(prepared, match)):
        return True
    around = prepared.text[max(0, match.start - 30) : match.start] + " " + prepared.text[match.end : match.end + 30]
    return bool(_CAMPAIGN.search(around))


def _on_period(prepared: Prepared, match: ValueMatch) -> bool:
    return any(p.start < match.end and match.start < p.end for p in prepared.periods)


def _is_subject(intent: str, match: ValueMatch) -> bool:
    subject = _SUBJECT.get(intent, frozenset())
    canonical = "web" if match.field == "order_channel" and match.text in _WEB_WORDS else match.value
    return (match.field, None) in subject or (match.field, canonical) in subject


def choose_dimensions(text: str, intent: str, found: Sequence[LexMatch]) -> list[LexMatch]:
    """Words for dimensions; where one has several senses ("channel"), the one whose context is given stands first."""

    def unlikely(match: LexMatch) -> tuple[int, bool]:
        context = _CONTEXT.get(match.name)
        fits = context is not None and (intent in _DOMAIN_FIELDS[match.name] or bool(context.search(text)))
        return match.start, not fits

    return sorted(found, key=unlikely)


def _in_context(text: str, intent: str, match: ValueMatch) -> ValueMatch | None:
    """The first reading of a value whose context is given; readings without a context of their own come first."""
    readings = [match, *(r for field, _ in match.others if (r := match.as_field(field)))]
    own = [r for r in readings if r.field in _DOMAIN_FIELDS and r.field in _OWN_FIELDS.get(intent, ())]
    if own:
        return own[0]
    fitting = [r for r in readings if r.field in _CONTEXT and (intent in _DOMAIN_FIELDS[r.field] or _near(text, r))]
    plain = [r for r in readings if r.field not in _CONTEXT]
    if fitting and (not plain or plain[0].field in ("product", "order_channel", "loyalty_tier")):
        return fitting[0]
    if not plain and (len(text.split()) <= _ALONE if text.isascii() else len(text) <= 2 * _ALONE + 2):
        alone = [r for r in readings if r.field not in ("ticket_category", "agent", "priority")]
        return next((r for r in alone if r.field == "acquisition_channel"), alone[0] if alone else None)
    return plain[0] if plain else None


def _near(text: str, match: ValueMatch) -> bool:
    around = text[max(0, match.start - 40) : match.start] + " " + text[match.end : match.end + 40]
    return bool(_CONTEXT[match.field].search(around))


def _is_shop_noun(text: str, match: ValueMatch, found: Sequence[ValueMatch]) -> bool:
    """ "the York shop": behind a place, the word for a shop is a noun and no channel."""
    if fold(match.value) == text[match.start : match.end]:
        return False
    previous = next((m for m in reversed(found) if m.end <= match.start), None)
    if previous is None or previous.field not in ("city", "region"):
        return False
    return len(text[previous.end : match.start].strip(" 's的")) == 0 and bool(_SHOP_NOUN.match(text[match.start : match.end]))
