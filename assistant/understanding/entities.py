"""Values of the loaded data in a question: cities, categories, products, campaigns, agents, customers.

Owns the index of values with their aliases and the fuzzy match of misspelt ones. Decides no filter: a value may belong
to several fields, and which one is meant is the slots' matter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from analytics.run import Engine
from analytics.shop import Shop
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.pinyin import sounds
from assistant.understanding.text import has_han

#: Fields whose values are looked up, most likely meaning first, with the mart that holds them.
FIELDS: dict[str, str] = {
    "city": "order_facts",
    "region": "order_facts",
    "country": "order_facts",
    "category": "sale_lines",
    "order_channel": "order_facts",
    "product": "sale_lines",
    "campaign": "campaign_facts",
    "loyalty_tier": "customer_facts",
    "gender": "customer_facts",
    "campaign_channel": "campaign_facts",
    "acquisition_channel": "customer_facts",
    "feedback_source": "feedback_facts",
    "ticket_category": "ticket_facts",
    "priority": "ticket_facts",
    "agent": "ticket_facts",
    "interest": "customer_facts",
}
_ALSO: dict[str, str] = {"city": "customer_facts", "region": "customer_facts", "country": "customer_facts"}
_MOST_VALUES = 200_000
_MOST_WORDS = 8
_MOST_HAN = 24
_FUZZY_LEAST = 5
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?", re.IGNORECASE)
_CAMPAIGN_NOUNS = (
    "campaign", "promotion", "promo", "mailing", "newsletter", "sale", "offer", "drive", "push", "email", "活动", "促销", "推广",
    "大促", "那次活动", "那波活动", "推送",
)
_CAMPAIGN_NOUN = re.compile(
    r"\b(?:flash sale|campaign|promotion|promo|mailing|newsletter|sale|offer|drive|push|series|launch)s?$"
    r"|(?:促销|活动|大促|推广|上新)$"
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)


@dataclass(frozen=True)
class ValueMatch:
    """A value found in a text. `others` are further (field, value) readings; `assumed` marks a corrected spelling."""

    start: int
    end: int
    text: str
    field: str
    value: str
    assumed: bool = False
    others: tuple[tuple[str, str], ...] = ()

    def as_field(self, field: str) -> ValueMatch | None:
        """The same words read as a value of another field."""
        if field == self.field:
            return self
        for name, value in self.others:
            if name == field:
                return ValueMatch(self.start, self.end, self.text, name, value, self.assumed, ((self.field, self.value),))
        return None


@dataclass(frozen=True)
class CustomerMatch:
    """A customer named in a text, by id or by name; `known` tells whether the data have them."""

    start: int
    end: int
    text: str
    customer_id: str
    name: str | None
    known: bool


def key_of(value: str) -> str:
    """What two spellings of a value share: case, width, punctuation and a plural s do not count."""
    flat = fold(value)
    if has_han(flat):
        return "".join(ch for ch in flat if ch.isalnum())
    return " ".join(_singular(word) for word in _WORD.findall(flat.replace("'s", "")))


def _campaign_keys(value: str, known: Container[str]) -> list[str]:
    """Other names of a campaign: its own word with any word for a campaign ("autumn campaign" for the autumn mailing)."""
    own = _CAMPAIGN_NOUN.sub("", fold(value)).strip()
    if not own or own == fold(value) or own.isdigit() or key_of(own) in known:
        return []
    link = "" if has_han(own) else " "
    return [key_of(own + link + noun) for noun in _CAMPAIGN_NOUNS if has_han(own) == has_han(noun)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class ValueIndex:
    """Values of every field by their key. Built once per data version."""

    def __init__(
        self,
        values: Mapping[str, Iterable[str]],
        aliases: Iterable[tuple[str, str, str]] = (),
        find_names: Callable[[list[str]], dict[str, tuple[str, str]]] | None = None,
        find_ids: Callable[[list[str]], dict[str, str | None]] | None = None,
    ) -> None:
        self.values: dict[str, tuple[str, ...]] = {field: tuple(sorted(set(items))) for field, items in values.items()}
        self._find_names = find_names
        self._find_ids = find_ids
        found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        for field in FIELDS:
            for value in self.values.get(field, ()):
                if key := key_of(value):
                    found[key][(field, value)] = None
        for field, value, alias in aliases:
            if key := key_of(alias):
                found[key][(field, value)] = None
        for value in self.values.get("category", ()):
            if key := key_of(value):
                found[f"{key}ware"][("category", value)] = None
        for value in self.values.get("campaign", ()):
            for key in _campaign_keys(value, found):
                found[key][("campaign", value)] = None
        order = {field: position for position, field in enumerate(FIELDS)}
        self._by_key = {key: tuple(sorted(items, key=lambda item: order.get(item[0], 99))) for key, items in found.items()}
        self._latin_keys = sorted(key for key in self._by_key if not has_han(key))
        self._latin_words = frozenset(word for key in self._latin_keys for word in key.split())
        self._heads: dict[str, list[str]] = defaultdict(list)
        for key in self._latin_keys:
            self._heads[key.split(" ", 1)[0]].append(key)
        self._longest_han = max((len(key) for key in self._by_key if has_han(key)), default=0)
        self._fuzzy_keys = [key for key in self._latin_keys if len(key) >= _FUZZY_LEAST and key.count(" ") <= 2][:_MOST_VALUES]
        self._han_keys = [key for key in self._by_key if has_han(key) and len(key) in (2, 3, 4)]

    @classmethod
    def of(cls, shop: Shop, engine: Engine) -> ValueIndex:
        """The index of a loaded data set."""
        values: dict[str, set[str]] = defaultdict(set)
        for field, mart in (*FIELDS.items(), *_ALSO.items()):
            table = shop.table(mart)
            distinct = table.select(table[field]).distinct().filter(lambda t, f=field: t[f].notnull()).limit(_MOST_VALUES)
            values[field].update(str(row[0]) for row in engine.rows(distinct))
        aliases = shop.table("value_aliases").select("field", "value", "alias").distinct()
        rows = [(str(f), str(v), str(a)) for f, v, a in engine.rows(aliases)]
        return cls(values, sorted(rows), _name_lookup(engine), _id_lookup(engine))

    def is_part(self, word: str) -> bool:
        """Whether a folded Latin word is a word of some value."""
        return _singular(word.removesuffix("'s")) in self._latin_words

    def find(self, text: str) -> list[ValueMatch]:
        """Values spelt as in the data or an alias, longest first, without overlaps, in order of the text."""
        candidates = [*self._find_latin(text), *self._find_han(text)]
        candidates.sort(key=lambda m: (-(m.end - m.start), m.start))
        taken: list[ValueMatch] = []
        for match in candidates:
            if all(match.end <= other.start or other.end <= match.start for other in taken):
                taken.append(match)
        return sorted(taken, key=lambda m: m.start)

    def _match(self, text: str, start: int, end: int, key: str, assumed: bool = False) -> ValueMatch:
        (field, value), *others = self._by_key[key]
        return ValueMatch(start, end, text[start:end], field, value, assumed, tuple(others))

    def _find_latin(self, text: str) -> list[ValueMatch]:
        tokens = [(m.start(), m.end(), _singular(m.group().removesuffix("'s"))) for m in _WORD.finditer(text)]
        out = []
        for index, (start, _, head) in enumerate(tokens):
            if head not in self._heads:
                continue
            for size in range(min(_MOST_WORDS, len(tokens) - index), 0, -1):
                key = " ".join(token for _, _, token in tokens[index : index + size])
                if key in self._by_key:
                    out.append(self._match(text, start, tokens[index + size - 1][1], key))
                    break
        return out

    def _find_han(self, text: str) -> list[ValueMatch]:
        if not self._longest_han:
            return []
        out = []
        for start in range(len(text)):
            if not has_han(text[start]) and not text[start].isalnum():
                continue
            for size in range(min(self._longest_han, _MOST_HAN, len(text) - start), 1, -1):
                piece = text[start : start + size]
                if has_han(piece) and piece in self._by_key:
                    out.append(self._match(text, start, start + size, piece))
                    break
        return out

    def correct(self, text: str, start: int, end: int) -> ValueMatch | None:
        """The value that an unknown word most likely misspells, or None when nothing is near enough."""
        word = key_of(text[start:end])
        if has_han(word):
            near = [key for key in self._han_keys if len(key) == len(word) and OSA.distance(key, word) == 1]
            if len(word) == 2:
                # Every other word of two characters is one character away from some place.
                near = [key for key in near if sounds(key) == sounds(word)]
            return self._match(text, start, end, min(near), assumed=True) if len(near) == 1 and len(word) >= 2 else None
        if len(word) < _FUZZY_LEAST - 1:
            return None
        allowed = 1 if len(word) < 7 else 2
        found = process.extract(word, self._fuzzy_keys, scorer=OSA.distance, score_cutoff=allowed, limit=3)
        if not found or (len(found) > 1 and found[0][1] == found[1][1]):
            return None
        best = found[0][0]
        return self._match(text, start, end, best, assumed=True) if best[0] == word[0] or found[0][1] == 1 else None

    def nearest(self, text: str, field: str | None = None, limit: int = 3) -> list[str]:
        """The values most like a text, for offers; ties in the order of their names."""
        pool = sorted({v for f, items in self.values.items() if field in (None, f) for v in items[:5_000]})
        ranked = process.extract(text, pool, scorer=fuzz.WRatio, limit=limit)
        return [value for value, _, _ in ranked]

    def partial_products(self, phrase: str, limit: int = 50) -> list[str]:
        """Products whose name holds every word of the phrase, shortest first."""
        wanted = set(key_of(phrase).split()) if not has_han(phrase) else None
        out = []
        for value in self.values.get("product", ()):
            key = key_of(value)
            if (wanted and wanted <= set(key.split())) or (wanted is None and key_of(phrase) in key):
                out.append(value)
        return sorted(out, key=lambda v: (len(v), v))[:limit]

    def customers(self, original: str, text: str, taken: Iterable[tuple[int, int]] = ()) -> list[CustomerMatch]:
        """Customers named by id ("customer 1042", 客户1042) or by full name."""
        out = self._by_id(text)
        if not out and self._find_names:
            out = self._by_name(original, text, tuple(taken))
        return out

    def customer_id(self, said: str) -> str:
        """The id of a customer given by id or full name; what nobody is called is returned as it is."""
        found = self._find_names([said.lower()]) if self._find_names and not said.isdigit() else {}
        return found[said.lower()][0] if said.lower() in found else said

    def _by_id(self, text: str) -> list[CustomerMatch]:
        out = []
        for match in _CUSTOMER_ID.finditer(text):
            group = next(name for name in ("a", "b", "c") if match.group(name))
            raw = match.group(group)
            known = self._find_ids([raw]) if self._find_ids else {}
            out.append(CustomerMatch(match.start(group), match.end(group), raw, raw, known.get(raw), raw in known))
        return out

    def _by_name(self, original: str, text: str, taken: tuple[tuple[int, int], ...]) -> list[CustomerMatch]:
        spans: dict[str, tuple[int, int]] = {}
        tokens = [(m.start(), m.end()) for m in re.finditer(r"[^\W\d_]+(?:['-][^\W\d_]+)*", text) if not has_han(m.group())]
        for size in (3, 2):
            for index in range(len(tokens) - size + 1):
                start, end = tokens[index][0], tokens[index + size - 1][1]
                spans.setdefault(text[start:end].removesuffix("'s"), (start, end))
        for start in range(len(text)):
            if text[start] in _SURNAMES:
                for size in (4, 3, 2):
                    piece = text[start : start + size]
                    if len(piece) == size and all(has_han(ch) for ch in piece):
                        spans.setdefault(piece, (start, start + size))
        free = {s: span for s, span in spans.items() if not any(span[0] < e and b < span[1] for b, e in taken)}
        if not free or self._find_names is None:
            return []
        found = self._find_names(sorted(free))
        ranked = sorted(found, key=lambda s: (-len(s), free[s][0]))
        return [
            CustomerMatch(*free[name], original[slice(*free[name])], found[name][0], found[name][1], True) for name in ranked[:1]
        ]


_CUSTOMER_ID = re.compile(
    r"\b(?:customer|client|shopper|buyer|account|member|user|cust|cid|id)\s*(?:no\.?|number|nr|id"
    r"|#)?\s*[:#]?\s*(?P<a>[a-z]{0,3}-?\d{1,9})\b(?!\s*(?:%|days?|months?|weeks?|years?|orders?))"
    r"|(?<![\w])#(?P<b>\d{1,9})\b"
    r"|(?:客户|顾客|会员|用户|客人|编号|客户号|客户id|id)(?:编号|号|为|是|:|#|\s)*(?P<c>[a-z]{0,3}\d{1,9})(?!\d*\s*(?:个|位|名|天|元|块|月|年|单|%|人))",
    re.IGNORECASE,
)


#: Fixed statements; what a question holds enters as a bound value.
_BY_NAME = "SELECT name, min(customer_id) FROM customer_facts WHERE lower(name) IN (SELECT unnest(?)) GROUP BY name ORDER BY name"
_BY_ID = "SELECT customer_id, name FROM customer_facts WHERE customer_id IN (SELECT unnest(?)) ORDER BY customer_id"


def _name_lookup(engine: Engine) -> Callable[[list[str]], dict[str, tuple[str, str]]]:
    def find(names: list[str]) -> dict[str, tuple[str, str]]:
        return {str(name).lower(): (str(customer), str(name)) for name, customer in engine.bound(_BY_NAME, [names])}

    return find


def _id_lookup(engine: Engine) -> Callable[[list[str]], dict[str, str | None]]:
    def find(ids: list[str]) -> dict[str, str | None]:
        rows = engine.bound(_BY_ID, [[*ids, *(i.upper() for i in ids)]])
        return {given: name for customer, name in rows for given in ids if str(customer).lower() == given.lower()}

    return find


def spelt_as_data(index: ValueIndex, lexicon: Lexicon, field: str, name: str) -> str | None:
    """The data's own value for a canonical one ("female" -> 女), or None where the data have nothing of the kind."""
    values = index.values.get(field, ())
    if name in values:
        return name
    for value in values:
        for match in lexicon.find(value.lower(), "zh" if not value.isascii() else "en"):
            if match.kind == "values" and match.field == field and match.name == name and match.end - match.start == len(value):
                return value
    return None


__all__ = ["FIELDS", "CustomerMatch", "ValueIndex", "ValueMatch", "key_of", "spelt_as_data"]
