"""What there is to suggest while somebody types, on the loaded data: names of metrics, dimensions, segments and values, questions
that work here, and customers for those who may see them.

Owns what is gathered and when: in the background, once per data set, so that nobody waits for it. Ranks nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from analytics.semantics import METRICS, why_not
from analytics.shop import Shop
from assistant import offers
from assistant.answer import LANGUAGES, Language
from assistant.answering import terms
from assistant.answering.starters import READERS, starters
from assistant.ask import Assistant
from assistant.understanding.entities import FIELDS
from assistant.understanding.folding import fold
from assistant.understanding.lexicon import Lexicon, entries_of
from assistant.understanding.suggestions import CUSTOMER, LOOSE, QUESTION, Shelf, Suggester, Suggestion
from assistant.understanding.text import has_han

log = logging.getLogger(__name__)

#: Words of the lexicon that are longer than these are turns of speech, not names.
_MOST_WORDS, _MOST_HAN = 3, 6
#: The place of other names than the label, behind all labels.
_OTHER = LOOSE // 2
#: The sections of the lexicon by the kind of their names.
_SECTIONS = {"metric": "metrics", "dimension": "dimensions", "segment": "segments"}
_AT_ONCE = 10_000
_CUSTOMERS = "SELECT DISTINCT name FROM customer_facts WHERE name IS NOT NULL ORDER BY name"


class Suggesting:
    """The suggestions of one server. Until they are gathered there are none, which harms nobody."""

    def __init__(self, assistant: Callable[[], Assistant]) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._of: Assistant | None = None
        self._suggester: Suggester | None = None
        self.gathering: threading.Thread | None = None

    def suggest(self, typed: str, language: Language, sees_personal: bool) -> tuple[Suggestion, ...]:
        """What may be meant; nothing as long as it is not known yet. Raises DataSetError where there are no data."""
        assistant = self._assistant()
        with self._lock:
            if assistant is not self._of:
                self._of, self._suggester = assistant, None
                self.gathering = threading.Thread(target=self._gather, args=(assistant,), name="suggestions", daemon=True)
                self.gathering.start()
            ready = self._suggester
        return ready.suggest(typed, language, sees_personal) if ready else ()

    def _gather(self, assistant: Assistant) -> None:
        try:
            made = suggester(assistant)
        except Exception:
            # Typing goes on without suggestions; other data get another chance.
            log.exception("no suggestions for data version %s", assistant.shop.version)
            return
        with self._lock:
            if assistant is self._of:
                self._suggester = made


class _People:
    """The names of customers, gathered in the background when the first person who may see them types."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._begun = False
        self._shelf: Shelf | None = None

    def __call__(self) -> Shelf | None:
        with self._lock:
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._gather, name="suggested customers", daemon=True).start()
        return self._shelf

    def _gather(self) -> None:
        try:
            self._shelf = people(self._assistant)
        except Exception:
            log.exception("no customers to suggest for data version %s", self._assistant.shop.version)


def suggester(assistant: Assistant) -> Suggester:
    """Suggests from the data set of an assistant."""
    shelves = [*_named(assistant), *_values(assistant)]
    questions = _questions(assistant)
    return Suggester(shelves, Shelf(QUESTION, questions, questions), Lexicon.load(), _People(assistant))


def people(assistant: Assistant) -> Shelf:
    """The names of all customers; a name takes about 75 bytes, that is 75 MB for a million of them."""
    return Shelf(CUSTOMER, _customers(assistant))


def _customers(assistant: Assistant) -> Iterator[str]:
    with assistant.engine.cursor() as cursor:
        cursor.execute(_CUSTOMERS)
        # In parts: a million rows in one go would hold up everybody else for a second.
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from (str(name) for (name,) in rows)


def _questions(assistant: Assistant) -> Mapping[str, tuple[str, int]]:
    """Questions that the loaded data can answer, in every language: those of the empty page, then those of the catalogue. Two
    that differ in nothing but signs and capitals are one."""
    shop, known = assistant.shop, assistant.catalogue
    asked: list[tuple[str, int]] = []
    for language in LANGUAGES:
        first = (starters(known, shop, language, reader).values() for reader in READERS)
        asked += [(question, 0) for question in chain.from_iterable(chain.from_iterable(first))]
        then = (offer.examples for offer in offers.offers(assistant, language) if offer.status == "works")
        asked += [(question, 1) for question in chain.from_iterable(then)]
    return {text: ("".join(filter(str.isalnum, fold(text))), place) for text, place in reversed(asked)}


def _values(assistant: Assistant) -> Iterator[Shelf]:
    """The values of the data and their other names, field by field, likeliest meaning first."""
    aliases: dict[str, dict[str, tuple[str, int]]] = {}
    table = assistant.shop.table("value_aliases").select("field", "value", "alias").distinct()
    for field, value, alias in sorted(assistant.engine.rows(table)):
        aliases.setdefault(str(field), {})[str(alias)] = (str(value), 1)
    for field in FIELDS:
        # Sorted already: the index keeps them so.
        values, others = assistant.reader.index.values.get(field, ()), aliases.get(field, {})
        if values:
            yield Shelf(field, (*values, *sorted(set(others) - set(values))), others)


def _named(assistant: Assistant) -> Iterator[Shelf]:
    """Metrics, dimensions and segments that these data know, by their labels first, then by other words for them."""
    lexicon = Lexicon.load()
    words = _lexicon_words()
    for kind, section in _SECTIONS.items():
        found: dict[str, tuple[str, int]] = {}
        for order, code in enumerate(_codes(kind, assistant)):
            name = code.rpartition(".")[2]
            for text, place in _names(kind, code, words.get((section, name), ())):
                if text not in found and _is_read_as(text, section, name, lexicon):
                    # The terms name the most important metric first.
                    found[text] = (code, place + order)
        yield Shelf(kind, found, found)


def _codes(kind: str, assistant: Assistant) -> list[str]:
    shop, values = assistant.shop, assistant.reader.index.values
    codes = [code for code, term in terms.load().by_code.items() if term.kind == kind]
    if kind == "metric":
        return [code for code in codes if why_not(shop, code) is None]
    if kind == "dimension":
        return [code for code in codes if values.get(code, ("",)) and _splits(shop, code)]
    return codes


def _splits(shop: Shop, dimension: str) -> bool:
    return any(why_not(shop, metric, (dimension,)) is None for metric in METRICS)


def _names(kind: str, code: str, words: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Every name of a code with its place: labels, other names from the terms, words of the lexicon."""
    term = terms.load().by_code[code]
    for language in LANGUAGES:
        label, *others = term.names(language)
        yield label, 0
        yield from ((text, _OTHER) for text in others)
    yield from ((text, LOOSE) for text in words if kind != "segment")


def _is_read_as(text: str, section: str, name: str, lexicon: Lexicon) -> bool:
    if set("()") & set(text):
        return False
    return any(entry.kind == section and name in (entry.name, *entry.others) for entry in lexicon.lookup(fold(text)))


def _lexicon_words() -> Mapping[tuple[str, str], list[str]]:
    """The words of the lexicon that can stand as names, by section and what they name."""
    found: dict[tuple[str, str], list[str]] = {}
    for language in LANGUAGES:
        for word, entry in entries_of(language):
            if not set("()/:") & set(word) and _is_short(word):
                found.setdefault((entry.kind, entry.name), []).append(word)
    return found


def _is_short(word: str) -> bool:
    return 1 < len(word) <= _MOST_HAN if has_han(word) else len(word.split()) <= _MOST_WORDS
