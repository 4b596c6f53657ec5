"""Voice: texts composed from written fragments, in English and Chinese, whole columns at a time.

Owns how fragments become messages: one or two clauses, a turn between good and bad, closing words and emoji, slips of the
keyboard. Decides nothing about what anybody thinks; that comes in as topic and tone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.ingest.demo import columns, goods, voice_en, voice_zh, world
from analytics.ingest.demo.columns import NONE, Flags, Floats, Ints
from analytics.ingest.demo.phrases import BAD, GOOD, PLAIN, Phrases, TicketWords

TOPICS: tuple[str, ...] = tuple(dict.fromkeys(group.topic for group in voice_en.PHRASES))
_CODE = {topic: code for code, topic in enumerate(TOPICS)}
(LATE, DAMAGED, COURIER_LATE, COURIER_DAMAGED, DELIVERY, PACKAGING, QUALITY, TASTE, PRICE, STAFF, APP, RETURNS, REFUND, LOYALTY,
 STORE, WISH, PRAISE, MEH, DISAPPOINTED) = range(len(TOPICS))
#: What is said in a tone that a topic has no fragments for.
_INSTEAD = {BAD: DISAPPOINTED, PLAIN: MEH, GOOD: PRAISE}
_PLACEHOLDERS = ("{product}", "{courier}", "{days}")
_PLACEHOLDER = re.compile("(" + "|".join(map(re.escape, _PLACEHOLDERS)) + ")")
_TYPO_SHARE, _LOWER_SHARE, _CLOSER_SHARE = 0.05, 0.06, 0.17


@dataclass(frozen=True)
class Clauses:
    """Fragments as Arrow arrays, split at up to two placeholders; `kind` and `other` are their positions in
    `_PLACEHOLDERS` plus one, or 0. `first` and `count` say where each group of fragments lies."""

    before: pa.Array
    capital: pa.Array
    between: pa.Array
    after: pa.Array
    kind: Ints
    other: Ints
    first: Ints
    count: Ints


@dataclass(frozen=True)
class Language:
    """What composing needs of one language."""

    clauses: Clauses
    tickets: Clauses
    subjects: Clauses
    words: ModuleType
    products: tuple[str, ...]
    couriers: tuple[str, ...]
    stop: str
    ends: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Messages:
    """What is to be said, by row: topics and tones (`second` may be `NONE`), and what fragments may name."""

    chinese: Flags
    topic: Ints
    tone: Ints
    second: Ints
    second_tone: Ints
    product: Ints
    courier: Ints

    def taken(self, index: Ints) -> Messages:
        return Messages(
            self.chinese[index], self.topic[index], self.tone[index], self.second[index], self.second_tone[index],
            self.product[index], self.courier[index],
        )


def _clauses(groups: Sequence[Sequence[str]]) -> Clauses:
    """The fragments of several groups."""
    sizes = np.array([len(group) for group in groups], dtype=np.int64)
    pieces = [[*_PLACEHOLDER.split(text), "", "", "", ""][:5] for group in groups for text in group]
    before, mark, between, other, after = zip(*pieces, strict=True)
    return Clauses(
        before=pa.array(before), capital=pa.array([head[:1].upper() + head[1:] for head in before]), between=pa.array(between),
        after=pa.array(after), kind=_kinds(mark), other=_kinds(other), first=np.cumsum(sizes) - sizes, count=sizes,
    )


def _kinds(marks: Sequence[str]) -> Ints:
    return np.array([_PLACEHOLDERS.index(mark) + 1 if mark else 0 for mark in marks], dtype=np.int64)


def _topic_groups(phrases: Sequence[Phrases]) -> list[Sequence[str]]:
    """Fragments of every topic in every tone, in the order topic * 3 + tone."""
    said = {(_CODE[group.topic], group.tone): group.texts for group in phrases}
    groups: list[Sequence[str]] = []
    for topic in range(len(TOPICS)):
        groups += [said.get((topic, tone)) or said[_INSTEAD[tone], tone] for tone in (BAD, PLAIN, GOOD)]
    return groups


def _language(words: ModuleType, products: tuple[str, ...], couriers: tuple[str, ...], stop: str) -> Language:
    tickets: tuple[TicketWords, ...] = words.TICKETS
    ends = tuple(tuple("" if not closer[0].isalnum() and closer[0] != " " else stop for closer in tone) for tone in words.CLOSERS)
    return Language(
        _clauses(_topic_groups(words.PHRASES)), _clauses([t.texts or ("",) for t in tickets]),
        _clauses([t.subjects for t in tickets]), words, products, couriers, stop, ends,
    )


ENGLISH = _language(voice_en, tuple(p.name for p in goods.PRODUCTS), tuple(c.name for c in world.COURIERS), ".")
CHINESE = _language(voice_zh, tuple(p.zh[0] for p in goods.PRODUCTS), tuple(c.zh for c in world.COURIERS), "。")


def _taken(values: Sequence[str], codes: Ints) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(codes))


def _clause(
    rng: np.random.Generator, language: Language, clauses: Clauses, group: Ints, product: Ints, courier: Ints, capital: Flags,
    luck: Floats | None = None,
) -> pa.Array:
    """One fragment of the group of each row, filled in; `luck` (0 to 1) says which one, if not chance."""
    size = len(group)
    share = rng.random(size) if luck is None else luck
    pick = clauses.first[group] + (share * clauses.count[group]).astype(np.int64)
    index = pa.array(pick)
    digits = columns.arrow_numbered("", rng.integers(2, 10, size))
    named = (_taken(language.products, np.maximum(product, 0)), _taken(language.couriers, np.maximum(courier, 0)), digits)
    filler, other = _filler(clauses.kind[pick], named), _filler(clauses.other[pick], named)
    head = pc.if_else(pa.array(capital), clauses.capital.take(index), clauses.before.take(index))
    leading = capital & (pc.utf8_length(head).to_numpy(zero_copy_only=False) == 0)
    filler = pc.if_else(pa.array(leading), _capitalised(filler), filler)
    return columns.joined(head, filler, clauses.between.take(index), other, clauses.after.take(index))


def _filler(kind: Ints, named: tuple[pa.Array, ...]) -> pa.Array:
    """What stands at the placeholder of each row; nothing where there is none."""
    out = pc.if_else(pa.array(kind == 0), pa.scalar(""), named[0])
    for code in range(1, len(named)):
        out = pc.if_else(pa.array(kind == code + 1), named[code], out)
    return out


def _capitalised(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(pc.utf8_upper(pc.utf8_slice_codeunits(texts, 0, 1)), pc.utf8_slice_codeunits(texts, 1), "")


def compose(rng: np.random.Generator, messages: Messages) -> pa.Array:
    """The text of each message."""
    return _by_language(rng, messages, _composed)


def _by_language(rng: np.random.Generator, messages: Messages, write: Any, *more: npt.NDArray[Any]) -> pa.Array:
    """Writes the rows of each language and puts them back in order."""
    parts, places = [], []
    for language, chinese in ((ENGLISH, False), (CHINESE, True)):
        index = np.flatnonzero(messages.chinese == chinese)
        written = write(rng, language, messages.taken(index), *(extra[index] for extra in more))
        parts.append(written)
        places.append(index)
    back = np.argsort(np.concatenate(places), kind="stable")
    return pa.concat_arrays([part.cast(pa.string()) for part in parts]).take(pa.array(back))


def _composed(rng: np.random.Generator, language: Language, m: Messages) -> pa.Array:
    size, two = len(m.topic), m.second != NONE
    turn = two & ((m.tone == BAD) != (m.second_tone == BAD)) & (m.second != WISH)
    choice = np.where(m.tone == BAD, rng.integers(0, 2, size), rng.integers(0, len(language.words.BUT), size))
    joint = pc.if_else(pa.array(turn), _taken(language.words.BUT, choice), _taken(_pauses(language), rng.integers(0, 2, size)))
    first = _clause(rng, language, language.clauses, m.topic * 3 + m.tone, m.product, m.courier, np.ones(size, np.bool_))
    second = _clause(rng, language, language.clauses, np.maximum(m.second, 0) * 3 + m.second_tone, m.product, m.courier, ~turn)
    tail = pc.if_else(pa.array(two), columns.joined(joint, second), pa.scalar(""))
    return _slips(rng, language, columns.joined(first, tail, _ending(rng, language, m)))


def _pauses(language: Language) -> tuple[str, str]:
    return (". ", "! ") if language is ENGLISH else ("，", "。")


def _ending(rng: np.random.Generator, language: Language, m: Messages) -> pa.Array:
    """The final stop, or closing words or an emoji in the tone of the message."""
    size = len(m.topic)
    closers = [closer for tone in language.words.CLOSERS for closer in tone]
    ends = [end for tone in language.ends for end in tone]
    sizes = np.array([len(tone) for tone in language.words.CLOSERS])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    mixed = (m.second != NONE) & (m.second_tone != m.tone)
    tone = np.where(mixed, PLAIN, m.tone)
    pick = starts[tone] + (rng.random(size) * sizes[tone]).astype(np.int64)
    closed = columns.joined(_taken(ends, pick), _taken(closers, pick))
    plain = pc.if_else(pa.array(rng.random(size) < 0.2), pa.scalar(""), pa.scalar(language.stop))
    return pc.if_else(pa.array(rng.random(size) < _CLOSER_SHARE), closed, plain)


def _slips(rng: np.random.Generator, language: Language, texts: pa.Array) -> pa.Array:
    """Typing errors in some messages; some English ones without capitals. No stop follows a question mark."""
    for doubled, mark in (("?.", "?"), ("?!", "?"), ("？。", "？"), ("？，", "？")):
        texts = pc.replace_substring(texts, doubled, mark)
    wrong = texts
    for right, slip in language.words.TYPOS:
        wrong = pc.replace_substring(wrong, right, slip, max_replacements=1)
    out = pc.if_else(pa.array(rng.random(len(texts)) < _TYPO_SHARE), wrong, texts)
    return pc.if_else(pa.array(rng.random(len(texts)) < _LOWER_SHARE), pc.utf8_lower(out), out)


def tickets(rng: np.random.Generator, messages: Messages, category: Ints) -> tuple[pa.Array, pa.Array]:
    """Subject and text of each ticket; delivery tickets say what `messages` says, the others what their category says."""
    luck = rng.random(len(category))
    broken = np.isin(messages.topic, (DAMAGED, COURIER_DAMAGED))
    kind = np.where(broken, len(voice_en.TICKETS) - 1, category)
    return _by_language(rng, messages, _subjects, kind, luck), _by_language(rng, messages, _requests, category, luck)


def _subjects(rng: np.random.Generator, language: Language, m: Messages, kind: Ints, luck: Floats) -> pa.Array:
    return _clause(rng, language, language.subjects, kind, m.product, m.courier, np.zeros(len(kind), np.bool_), luck)


def _requests(rng: np.random.Generator, language: Language, m: Messages, category: Ints, luck: Floats) -> pa.Array:
    size = len(category)
    opener = _taken(language.words.OPENERS, rng.integers(0, len(language.words.OPENERS), size))
    bare = pc.utf8_length(opener).to_numpy(zero_copy_only=False) == 0
    own = _clause(rng, language, language.tickets, category, m.product, m.courier, bare, luck)
    told = _clause(rng, language, language.clauses, m.topic * 3 + m.tone, m.product, m.courier, bare)
    body = pc.if_else(pa.array(m.topic != NONE), told, own)
    request = _taken(language.words.REQUESTS, rng.integers(0, len(language.words.REQUESTS), size))
    stop = language.stop + (" " if language is ENGLISH else "")
    return pc.utf8_rtrim_whitespace(_slips(rng, language, columns.joined(opener, body, pa.scalar(stop), request)))
