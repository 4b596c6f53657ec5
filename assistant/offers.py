"""What can be asked of the loaded data, entry by entry: the catalogue with examples that work here, or what stands against one.

Owns which examples are offered and how entries are searched. Draws nothing and asks nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from analytics.schema import CANONICAL
from analytics.semantics import METRICS, why_not
from analytics.shop import Shop
from assistant.answer import LANGUAGES, Language
from assistant.answering import terms
from assistant.answering.follow_ups import works
from assistant.ask import Assistant
from assistant.understanding.catalogue import Catalogue, Intent
from assistant.understanding.unknown import unknown_place

Status = Literal["works", "locked", "not_built"]
EXAMPLES = 3
#: Examples that are looked at to find EXAMPLES that work on these data.
_LOOKED_AT = 60
#: What is no subject of its own.
_ASIDE = frozenset({"small_talk"})
_PLAIN_ID = re.compile(r"(?=.*\d)[\w-]{1,20}", re.ASCII)
#: A customer's number by itself, not a part of one such as C-1042.
_NUMBER = re.compile(r"(?<![\w-])\d+(?![\w-])|(?<=[\u3400-\u9fff])\d+|\d+(?=[\u3400-\u9fff])")
#: Words of an example in English that call somebody or something by name.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_CALENDAR = re.compile(r"^(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)")


@dataclass(frozen=True)
class Offer:
    """One entry: whether it works, the tables that would unlock it, and a few questions that stand for it."""

    intent: Intent
    status: Status
    missing: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Unlocks:
    """What a table that is not loaded would bring: the intents that need it, and metrics that cannot be told without it."""

    table: str
    intents: tuple[Intent, ...]
    metrics: tuple[str, ...]


def offers(assistant: Assistant, language: Language) -> tuple[Offer, ...]:
    """Every entry of the catalogue, in the order of its domains; those that work come first in each."""
    return _offers(assistant, language)


@lru_cache(maxsize=len(LANGUAGES))
def _offers(assistant: Assistant, language: Language) -> tuple[Offer, ...]:
    shop = assistant.shop
    out = [_offer(intent, assistant, language) for intent in assistant.catalogue if intent.id not in _ASIDE]
    order: dict[Status, int] = {"works": 0, "locked": 1, "not_built": 2}
    domains = _domains(assistant.catalogue, shop)
    return tuple(sorted(out, key=lambda offer: (domains.index(offer.intent.domain), order[offer.status])))


def _domains(known: Catalogue, shop: Shop) -> tuple[str, ...]:
    """Key figures first, help last, between them those with most that works."""
    counts = {domain: sum(works(intent, shop) for intent in known if intent.domain == domain) for domain in known.domains}
    rank = {"overview": -1, "help": 1}
    return tuple(sorted(counts, key=lambda domain: (rank.get(domain, 0), -counts[domain], domain)))


def _offer(intent: Intent, assistant: Assistant, language: Language) -> Offer:
    shop = assistant.shop
    if not intent.built:
        return Offer(intent, "not_built", (), intent.ask[language][:EXAMPLES])
    missing = tuple(name for name in intent.needs if not shop.has(name))
    if missing:
        return Offer(intent, "locked", missing, intent.ask[language][:EXAMPLES])
    return Offer(intent, "works", (), examples(intent, assistant, language))


# examples


def examples(intent: Intent, assistant: Assistant, language: Language) -> tuple[str, ...]:
    """Examples that the loaded data can answer: none that names a place, a person or a figure which these data do not have.

    Where an analysis is about one customer, the examples name one of these data.
    """
    candidates = intent.ask[language][:_LOOKED_AT]
    slot = intent.slots.get("customer")
    if slot is not None and slot.required:
        known = _some_customer(assistant)
        named = [_NUMBER.sub(known, text, count=1) for text in candidates if len(_NUMBER.findall(text)) == 1]
        return tuple(dict.fromkeys(named))[:EXAMPLES] if known else ()
    fitting = (text for text in candidates if _fits(text, assistant, language))
    return tuple(islice(fitting, EXAMPLES))


def _some_customer(assistant: Assistant) -> str:
    """The id of the customer who brought most; nothing where ids are addresses or names, which are not for everybody."""
    facts = assistant.shop.customer_facts
    rows = assistant.engine.rows(facts.order_by(facts.revenue.desc(), facts.customer_id).select("customer_id").limit(1))
    known = str(rows[0][0]) if rows else ""
    return known if _PLAIN_ID.fullmatch(known) else ""


@lru_cache(maxsize=1)
def _empty_columns(assistant: Assistant) -> frozenset[str]:
    """The columns of customers in which these data have nothing: splitting by one of them tells nothing."""
    facts = assistant.shop.customer_facts
    (counts,) = assistant.engine.rows(facts.agg(**{name: facts[name].count() for name in facts.columns}))
    return frozenset(name for name, count in zip(facts.columns, counts, strict=True) if not count)


def _fits(text: str, assistant: Assistant, language: Language) -> bool:
    reader, shop = assistant.reader, assistant.shop
    prepared = reader.preparer.prepare(text, language)
    spoken_of = [match.name for match in prepared.lexical if match.name in METRICS]
    if any(why_not(shop, name) is not None for name in spoken_of):
        return False
    values = reader.index.values
    fields = [m.name if m.kind == "dimensions" else m.field for m in prepared.lexical if m.kind in ("dimensions", "values")]
    if any((name in values and not values[name]) or name in _empty_columns(assistant) for name in fields if name):
        return False
    known = [(value.start, value.end) for value in prepared.values] + [(p.start, p.end) for p in prepared.periods]
    if unknown_place(prepared, (), reader.matcher.model(language).known_words):
        return False
    return all(
        _CALENDAR.match(found.group()) or any(start <= found.start() < end for start, end in known)
        for found in _NAME.finditer(text)
    )


# searching


def fold(text: str) -> str:
    """A text as it is compared: no difference between upper and lower case, full and half width."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def search(found: Sequence[Offer], query: str, assistant: Assistant, language: Language) -> tuple[Offer, ...]:
    """The entries in which every word of the query stands, in titles, subjects or examples of either language; those with it in
    their title first. Examples that hold the query come first, too."""
    parts = fold(query).split()
    if not parts:
        return tuple(found)
    hits = [offer for offer in found if all(part in _text(offer.intent) for part in parts)]
    hits.sort(key=lambda offer: not all(part in _titles(offer.intent) for part in parts))
    return tuple(_with_matching(offer, parts, assistant, language) for offer in hits)


def _with_matching(offer: Offer, parts: Sequence[str], assistant: Assistant, language: Language) -> Offer:
    """The entry with examples that hold the query in front; only such as work where the entry works."""
    matching = (text for text in offer.intent.ask[language] if all(part in fold(text) for part in parts))
    if offer.status == "works":
        slot = offer.intent.slots.get("customer")
        names = slot is not None and slot.required
        matching = (t for t in matching if not names and _fits(t, assistant, language))
    kept = dict.fromkeys((*islice(matching, EXAMPLES), *offer.examples))
    return Offer(offer.intent, offer.status, offer.missing, tuple(kept)[:EXAMPLES])


@lru_cache(maxsize=256)
def _folded(id: str, titles: tuple[str, ...], domain: str, rest: tuple[str, ...]) -> tuple[str, str]:
    known = terms.load()
    heads = fold(" \n ".join((*titles, id.replace("_", " "), *(known.label(domain, lang, "domain") for lang in LANGUAGES))))
    return heads, heads + fold(" \n ".join(rest))


def _titles(intent: Intent) -> str:
    return _searched(intent)[0]


def _text(intent: Intent) -> str:
    return _searched(intent)[1]


def _searched(intent: Intent) -> tuple[str, str]:
    asked = tuple(text for lang in LANGUAGES for text in intent.ask[lang])
    return _folded(intent.id, tuple(intent.title.values()), intent.domain, asked)


def for_role(found: Sequence[Offer], role: str | None) -> tuple[Offer, ...]:
    """The entries that a role asks for; those that are said of nobody are for everybody."""
    return tuple(offer for offer in found if role is None or not offer.intent.roles or role in offer.intent.roles)


# tables that are not loaded


def unlocks(known: Catalogue, shop: Shop) -> tuple[Unlocks, ...]:
    """Each table that is not loaded, with what it would unlock."""
    out = []
    for table in CANONICAL:
        if not shop.has(table):
            intents = tuple(intent for intent in known if table in intent.needs)
            out.append(Unlocks(table, intents, _metrics(shop, table)))
    return tuple(out)


def _metrics(shop: Shop, table: str) -> tuple[str, ...]:
    """The metrics for which the table alone is what is missing."""
    found = []
    for name in METRICS:
        refused = why_not(shop, name)
        if refused is not None and refused.details.get("table") == table:
            found.append(name)
    return tuple(found)
