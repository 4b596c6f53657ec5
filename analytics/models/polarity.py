"""Words of praise and blame in a text, English and Chinese: what they weigh after negation, degree, contrast and wish.

Owns the word lists (data/sentiment_*.yaml) and the rules by which words act on each other. Decides no label: that is
the model's (analytics.models.sentiment). After the idea of rule-based scoring by Hutto & Gilbert 2014 (VADER): a scope
for negation, factors for degree words, more weight after "but".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("data")
#: The word lists; a word that stands in two of them is what the first says.
LISTS = ("sentiment_en", "sentiment_zh", "sentiment_signs", "sentiment_zh_trades")

#: How far a negation or a degree word reaches, in words (a Chinese character counts as half a word).
NEGATION_REACH = 4.0
DEGREE_REACH = 2.5
#: What is left of a negated word, turned round: "not good" is less bad than "bad", "not bad" less good than "good".
NEGATED_PRAISE = -0.75
NEGATED_BLAME = -0.5
#: Weight of what stands before and after "but", after "although", and of praise that is wished for or asked about.
BEFORE_CONTRAST = 0.55
AFTER_CONTRAST = 1.2
CONCEDED = 0.6
#: Weight of what stands after "the only thing is" (就是, 只是, 唯一): a small reservation, which does not undo what was said.
RESERVED = 0.7
WISHED = 0.25
#: A wish for something good says that it is missing: the share of its weight that counts as blame.
MISSING = 0.35
ASKED = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """What a word does: its own weight (praise above 0, blame below), and what it does to its neighbours.

    `acts`: it negates or grades. `pause`: 1 a comma, 2 the end of a sentence, 3 that of a question.
    """

    valence: float = 0.0
    degree: float = 0.0
    negates: bool = False
    contrast: bool = False
    concession: bool = False
    reservation: bool = False
    wish: bool = False
    pause: int = 0
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weights found in a text: all praise, all blame (both from 0 up), the balance of its last sentence that has any, the
    number of words, and the `rest`: the text with a bar in place of phrases, negations and negated words, so that nobody
    takes "bad" for blame where "not bad" stood."""

    praise: float = 0.0
    blame: float = 0.0
    last: float = 0.0
    words: float = 0.0
    rest: str = ""
    #: Praise minus blame of each clause that has any, in order; a clause ends at a pause and before a contrast.
    clauses: tuple[float, ...] = ()


SOFT, HARD, ASKING = Mark(pause=1), Mark(pause=2), Mark(pause=3)
NOTHING = Mark()
NEGATES = Mark(negates=True, acts=True)

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    rf"[a-z0-9]+(?:'[a-z]+)*\*?|[{_CJK}]+|[.!?。！？…~\n]+|[,，;；:：、()（）—]+|[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?"
)
_RATED = re.compile(r"\b(\d{1,3})(?: ?/ ?| out of )(5|10|100)\b")
_WORD_STARTS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
#: Place of signs that were taken out of the text: far from every word, so that nothing acts on them.
_AT_THE_END, _NOWHERE = 1e6, -1e6
_SUFFIXES = (
    ("iness", "y"), ("ness", ""), ("ily", "y"), ("ies", "y"), ("ied", "y"), ("iest", "y"), ("ier", "y"), ("est", ""), ("ing", ""),
    ("ed", ""), ("er", ""), ("es", ""), ("ly", ""), ("s", ""), ("d", ""), ("ment", ""), ("able", ""),
)


@dataclass(frozen=True)
class Lexicon:
    """The lists in the form the scan needs: single Latin words, phrases by their first word, beginnings of words, Chinese
    words of one character and longer ones by their first two, and signs that the token pattern would take apart."""

    words: Mapping[str, Mark]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Mark], ...]]
    beginnings: tuple[tuple[str, Mark], ...]
    characters: Mapping[str, Mark]
    chinese: Mapping[str, tuple[tuple[str, Mark], ...]]
    emoticons: Mapping[str, Mark]
    emoticon_pattern: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    """The word lists, read once. Raises ValueError with file and word where a list is wrong."""
    marks: dict[str, Mark] = {}
    for name in LISTS:
        for word, mark in _read(DATA / f"{name}.yaml").items():
            marks.setdefault(word, mark)
    chinese = {word: mark for word, mark in marks.items() if _is_cjk(word[0])}
    signs = {w: m for w, m in marks.items() if w not in chinese and not re.fullmatch(r"[a-z0-9' *]+", w)}
    emoticons = {w: m for w, m in signs.items() if not _TOKEN.fullmatch(w)}
    latin = {w: m for w, m in marks.items() if w not in chinese and w not in emoticons}
    by_two: dict[str, list[tuple[str, Mark]]] = {}
    for word in sorted(chinese, key=lambda word: (-len(word), word)):
        by_two.setdefault(word[:2], []).append((word, chinese[word]))
    phrases: dict[str, list[tuple[tuple[str, ...], Mark]]] = {}
    for word, mark in latin.items():
        if " " in word:
            first, *rest = word.split()
            phrases.setdefault(first, []).append((tuple(rest), mark))
    longest = sorted(emoticons, key=lambda sign: (-len(sign), sign))
    return Lexicon(
        words={w: m for w, m in latin.items() if " " not in w and not w.endswith("*")},
        phrases={first: tuple(sorted(rest, key=lambda r: (-len(r[0]), r[0]))) for first, rest in phrases.items()},
        beginnings=tuple((w[:-1], m) for w, m in latin.items() if w.endswith("*")),
        characters={word: mark for word, mark in chinese.items() if len(word) == 1},
        chinese={two: tuple(words) for two, words in by_two.items() if len(two) == 2},
        emoticons=emoticons,
        emoticon_pattern=re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, longest))})(?![a-z0-9/])"),
    )


def _read(path: Path) -> dict[str, Mark]:
    content: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    out: dict[str, Mark] = {}

    def put(words: Iterable[object], **roles: Any) -> None:
        for word in words:
            if not isinstance(word, str) or not word:
                raise ValueError(f"{path.name}: {word!r} is not a word; put quotation marks around it")
            key = word.replace("-", " ") if word[0].isalpha() else word
            mark = replace(out.get(key, NOTHING), **roles)
            out[key] = replace(mark, acts=mark.negates or mark.degree > 0)

    for strength, words in content.get("positive", {}).items():
        put(words, valence=float(strength))
    for strength, words in content.get("negative", {}).items():
        put(words, valence=-float(strength))
    for degree, words in content.get("intensifiers", {}).items():
        put(words, degree=float(degree))
    put(content.get("negators", ()), negates=True)
    put(content.get("contrasts", ()), contrast=True)
    put(content.get("concessions", ()), concession=True)
    put(content.get("reservations", ()), reservation=True)
    put(content.get("wishes", ()), wish=True)
    put((word for word in content.get("neutral", ()) if word not in out), valence=0.0)
    return out


def _is_cjk(character: str) -> bool:
    return "\u3400" <= character <= "\u4dbf" or "\u4e00" <= character <= "\u9fff"


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> Mark | None:
    """The mark of a Latin word, by itself or through a regular ending."""
    book = lexicon()
    if word in book.words:
        return book.words[word]
    if word.endswith("n't"):
        return NEGATES
    for beginning, mark in book.beginnings:
        if word.startswith(beginning):
            return mark
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            stem = word[: -len(suffix)] + instead
            for base in (stem, stem + "e", stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem):
                found = book.words.get(base)
                if found is not None and found.valence:
                    return Mark(valence=found.valence)
    return None


@lru_cache(maxsize=1 << 12)
def _pause(token: str) -> Mark:
    if "?" in token or "？" in token:
        return ASKING
    return HARD if token[0] in ".!。！…~\n" else SOFT


def marks_of(text: str) -> tuple[list[tuple[float, Mark]], float, str]:
    """The marked words of a lower-case text with their places, the text's length in words, and its rest (see Evidence)."""
    book = lexicon()
    signs: list[tuple[float, Mark]] = []
    if book.emoticon_pattern.search(text):
        signs = [(_AT_THE_END, book.emoticons[match]) for match in book.emoticon_pattern.findall(text)]
        text = book.emoticon_pattern.sub(" ", text)
    signs += [(_AT_THE_END, _rated(int(points), int(of))) for points, of in _RATED.findall(text)]
    found: list[tuple[float, Mark]] = []
    rest: list[str] = []
    place, index, turned = 0.0, 0, _NOWHERE
    tokens = _TOKEN.findall(text.replace("-", " ").replace("’", "'"))
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token[0] in _WORD_STARTS:
            mark, length = _phrase(book, tokens, token, index)
            if mark is not NOTHING:
                found.append((place, mark))
            turned = place + NEGATION_REACH if mark.negates else turned
            rest.append("|" if length or mark.negates or (mark.valence and place <= turned) else token)
            index += length
            place += 1 + length
        elif "\u3400" <= token[0] <= "\u9fff":
            turned = _chinese(token, place, turned, book, found, rest)
            place += len(token) / 2
        else:
            found.append((place, book.words.get(token) or _pause(token)))
            rest.append("|")
            turned = _NOWHERE
    return found + signs, place, " ".join(rest)


def _phrase(book: Lexicon, tokens: list[str], token: str, after: int) -> tuple[Mark, int]:
    """The mark of the phrase or word at a Latin token, and how many further tokens it takes."""
    for tail, mark in book.phrases.get(token, ()):
        if tuple(tokens[after : after + len(tail)]) == tail:
            return mark, len(tail)
    return _word(token) or NOTHING, 0


def _chinese(
    run: str, place: float, turned: float, book: Lexicon, found: list[tuple[float, Mark]], rest: list[str]
) -> float:
    """Marks the words of a run of Chinese characters, longest first; returns how far a negation in it reaches."""
    index, begun, end = 0, 0, len(run)
    longer, characters = book.chinese.get, book.characters.get
    while index < end:
        mark, step = characters(run[index], NOTHING), 1
        for word, longer_mark in longer(run[index : index + 2], ()):
            if run.startswith(word, index):
                mark, step = longer_mark, len(word)
                break
        if mark is not NOTHING:
            at = place + index / 2
            found.append((at, mark))
            turned = at + NEGATION_REACH if mark.negates else turned
            if mark.negates or (mark.valence and at <= turned):
                rest += (run[begun:index], "|")
                begun = index + step
        index += step
    rest.append(run[begun:])
    return turned


def _rated(points: int, of: int) -> Mark:
    share = points / of
    return Mark(valence=3.0 if share >= 0.8 else -3.0 if share <= 0.4 else 0.0) if share <= 1 else NOTHING


def evidence(text: str) -> Evidence:
    """What the words of a lower-case text weigh."""
    marks, words, rest = marks_of(text)
    praise = blame = last = 0.0
    clauses: list[float] = []
    sentence: list[tuple[float, Mark]] = []
    for item in (*marks, (words, HARD)):
        if item[1].pause < 2:
            sentence.append(item)
        elif sentence:
            weighed = _weigh(sentence, asking=item[1].pause == 3)
            good, bad = sum(each[0] for each in weighed), sum(each[1] for each in weighed)
            praise, blame = praise + good, blame + bad
            clauses += [each[0] - each[1] for each in weighed if each[0] or each[1]]
            last = good - bad if good or bad else last
            sentence = []
    return Evidence(praise, blame, last, words, rest, tuple(clauses))


def _weigh(sentence: list[tuple[float, Mark]], *, asking: bool) -> list[tuple[float, float]]:
    """Praise and blame of each clause of one sentence."""
    done: list[tuple[float, float]] = []
    good = bad = 0.0
    negated = degree_at = _NOWHERE
    degree, conceded, wished, turn = 1.0, False, False, 1.0
    for index, (place, mark) in enumerate(sentence):
        if mark.pause or mark.contrast or mark.reservation:
            done, good, bad = [*done, (good, bad)], 0.0, 0.0
            negated, conceded = _NOWHERE, False
        if mark.pause:
            degree = 1.0
            continue
        if mark.contrast:
            done = [(praised * BEFORE_CONTRAST, blamed * BEFORE_CONTRAST) for praised, blamed in done]
            turn, wished = AFTER_CONTRAST, False
        if mark.reservation:
            turn, wished = RESERVED, False
        conceded |= mark.concession
        wished |= mark.wish
        if mark.acts and (not mark.valence or _leads(sentence, index)):
            if mark.negates:
                negated = place
            if mark.degree:
                degree, degree_at = (mark.degree if place - degree_at > DEGREE_REACH else degree * mark.degree), place
            continue
        if not mark.valence:
            continue
        weight = mark.valence * (degree if place - degree_at <= DEGREE_REACH else 1.0)
        if place - negated <= NEGATION_REACH:
            weight = mark.valence * (NEGATED_PRAISE if weight > 0 else NEGATED_BLAME)
        weight *= turn * (CONCEDED if conceded else 1.0)
        praised, blamed = _sides(weight, wished=wished, asking=asking)
        good, bad = good + praised, bad + blamed
        negated, degree = _NOWHERE, 1.0
    return [*done, (good, bad)]


def _sides(weight: float, *, wished: bool, asking: bool) -> tuple[float, float]:
    """A word's weight as praise and blame: praise that is wished for is missing, praise that is asked about is half said."""
    if weight <= 0:
        return 0.0, -weight
    return (weight * WISHED, weight * MISSING) if wished else (weight * (ASKED if asking else 1.0), 0.0)


def _leads(sentence: list[tuple[float, Mark]], index: int) -> bool:
    """Whether a word that could also act on others does so: the next marked word is near and carries a weight."""
    if index + 1 >= len(sentence):
        return False
    place, following = sentence[index + 1]
    return following.pause == 0 and bool(following.valence) and place - sentence[index][0] <= DEGREE_REACH
