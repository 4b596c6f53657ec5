"""Words and what they name: metrics, dimensions, segments, fields, values, operators and the small words of a question.

Reads `intents/_lexicon/<language>.yaml`; every language is looked for in every text, since people mix them. English words
match whole words, a plural its singular, a hyphen a space; Chinese words match wherever they stand. The longest word wins,
and words that name something win over small words. A word in brackets is context: (哪个)省 is 省 behind 哪个.
`whole:` words are only found when they are all of the text; `idioms` are longer words in which a shorter one means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from assistant.paths import intents
from assistant.understanding.folding import fold
from assistant.understanding.number_words import listed

#: Kinds are the sections of the files. A word of several kinds is reported in this order.
Kind = Literal[
    "metrics", "dimensions", "segments", "fields", "values", "grains", "operators", "by", "order", "ask_words", "negations",
    "stopwords", "chart_words", "commands",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES = ("en", "zh")
_NAMED = frozenset(("metrics", "dimensions", "segments", "fields", "values", "grains"))
_SMALL = frozenset(KINDS) - _NAMED
_CONTEXT = re.compile(r"(?P<whole>whole:)?(?:\((?P<before>[^)]*)\)\s*)?(?P<body>[^()]*)(?:\((?P<after>[^)]*)\))?")
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_TOKEN = re.compile(
    r"[a-z0-9]+(?:'[a-z]+)?|[\u3400-\u4dbf\u4e00-\u9fff]|[<>!=]=?|=[<>]|[≥≤≠%+]"
    r"|(?P<stop>[,、;:!?()。]|(?<=[\u3400-\u4dbf\u4e00-\u9fff])\s+(?=[\u3400-\u4dbf\u4e00-\u9fff]))"
)
#: The token of whatever parts words from each other: a comma, a space between Chinese characters.
_STOP = "、"
_KEPT_PLURALS = frozenset(
    listed(
        "sales takings earnings proceeds goods news ads bars this its us is was has does less plus across sms texts always "
        "mondays tuesdays wednesdays thursdays fridays saturdays sundays hours stores shops"
    )
)


@dataclass(frozen=True)
class Entry:
    """What one word names: a name of a kind; `field` is that of a segment or a value, `others` are less likely names.
    `before` and `after` count the tokens of context that a word needs around it and does not cover; `whole` words must be
    all of the text (a value of the data that is being named)."""

    kind: Kind
    name: str
    field: str | None = None
    others: tuple[str, ...] = ()
    before: int = 0
    after: int = 0
    whole: bool = False


@dataclass(frozen=True)
class LexMatch:
    """A word of the lexicon at text[start:end]. A word of several kinds or fields gives a match for each, of the same
    place; `others` are the less likely names of an ambiguous word ("channel", "satisfaction"), likeliest first."""

    start: int
    end: int
    text: str
    kind: Kind
    name: str
    field: str | None = None
    others: tuple[str, ...] = ()


@dataclass
class _Node:
    """A step of the word tree: the tokens that may follow, and what a word that ends here names."""

    next: dict[str, _Node] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()


def stem(token: str) -> str:
    """The singular of an English word, apostrophes dropped; other tokens as they are."""
    token = token.removesuffix("'s").replace("'", "")
    if len(token) <= 3 or token in _KEPT_PLURALS or not token.endswith("s") or token.endswith(("ss", "us", "is")):
        return token
    if token.endswith("ies") and len(token) > 4:
        return token[:-3] + "y"
    if token.endswith(("sses", "xes", "zes", "ches", "shes")):
        return token[:-2]
    return token[:-1]


def tokens(folded: str) -> list[tuple[int, int, str]]:
    """(start, end, stemmed token) of a folded text: English words, single Chinese characters, signs; commas and the like
    as one token that no word reaches across unless it is written with one."""
    return [(m.start(), m.end(), _STOP if m["stop"] else stem(m.group())) for m in _TOKEN.finditer(folded)]


class Lexicon:
    """All words of all languages in two trees, for what is named and for small words; immutable after loading."""

    def __init__(self, words: Mapping[str, tuple[Entry, ...]], spelling: tuple[str, ...] = ()) -> None:
        self._named, self._small = _Node(), _Node()
        known: set[str] = set()
        han: set[str] = set()
        naming: set[str] = set()
        for word, entries in words.items():
            whole, before, body, after = _parts(word)
            path = [*before, *body, *after]
            known.update(path)
            han.update("".join(body) for entry in entries if entry.name != "idioms")
            naming.update("".join(body) for entry in entries if entry.kind in _NAMED)
            planted = [replace(e, before=len(before), after=len(after), whole=whole) for e in entries]
            for root, named in ((self._named, True), (self._small, False)):
                own = [e for e in planted if (e.kind in _NAMED or e.name == "idioms") == named]
                if own:
                    _plant(root, path, own)
        self._slips = _slips(tuple(word for word in spelling if word.isascii()), known)
        #: Tokens of all words, English ones as their singular.
        self.tokens = frozenset(known)
        #: Chinese words, of which wrong characters of the same sound are forgiven; `han_names` are those that name something.
        self.han_names = frozenset(word for word in naming if len(word) > 1 and not word.isascii())
        self.han_words = frozenset(word for word in (*han, *spelling) if len(word) > 1 and not word.isascii())

    @staticmethod
    def load(folder: Path | None = None) -> Lexicon:
        """The lexicon of the product, or of another folder; raises ValueError naming file and key of a malformed entry."""
        return _load(folder or intents() / "_lexicon")

    def find(self, text: str, language: str | None = None) -> list[LexMatch]:
        """Every word of the text in order of place. Every language is searched; `language` is the caller's record only."""
        found = tokens(fold(text))
        free = [True] * len(found)
        out: list[LexMatch] = []
        for root in (self._named, self._small):
            spans = [(0, len(found))]
            while spans:
                index, stop = spans.pop()
                entries = self._longest(root, found, free, index, stop) if index < stop else []
                if not entries:
                    spans += [(index + 1, stop)] if index + 1 < stop else []
                    continue
                length, context = entries[0][0], entries[0][1].before
                first, last = index + context, index + length - entries[0][1].after
                start, end = found[first][0], found[last - 1][1]
                out += [LexMatch(start, end, text[start:end], e.kind, e.name, e.field, e.others) for _, e in entries]
                free[first:last] = [False] * (last - first)
                spans += [(last, stop), (index, first)]
        return sorted(out, key=lambda m: m.start)

    def lookup(self, word: str) -> tuple[Entry, ...]:
        """What exactly this word names, context included; empty when it names nothing."""
        _, before, body, after = _parts(word)
        path = [*before, *body, *after]
        return tuple(entry for root in (self._named, self._small) for entry in _walk(root, path))

    def _longest(
        self, root: _Node, found: list[tuple[int, int, str]], free: list[bool], index: int, stop: int
    ) -> list[tuple[int, Entry]]:
        """(number of tokens, entry) of the longest word that starts at `index` and stands on free tokens before `stop`."""
        node = root
        best: list[tuple[int, Entry]] = []
        for offset in range(index, stop):
            if not free[offset]:
                break
            token = found[offset][2]
            following = node.next.get(token) or node.next.get(self._slips.get(token, ""))
            if following is None:
                break
            node = following
            covers_all = offset - index + 1 == len(found)
            if fitting := [entry for entry in node.entries if covers_all or not entry.whole]:
                best = [(offset - index + 1, entry) for entry in fitting]
        return best


def _parts(word: str) -> tuple[bool, list[str], list[str], list[str]]:
    """Whether a word must be the whole text, and the tokens of its context before, of itself, of its context after."""
    match = _CONTEXT.fullmatch(word)
    if match is None:
        raise ValueError(f"a word of the lexicon has brackets in its middle: {word!r}")
    before, body, after = ([token for _, _, token in tokens(fold(part or ""))] for part in match.group("before", "body", "after"))
    return bool(match["whole"]), before, body, after


def _plant(root: _Node, path: list[str], entries: list[Entry]) -> None:
    """Adds a word to a tree; entries at one place stay in the order of their kinds."""
    node = root
    for token in path:
        node = node.next.setdefault(token, _Node())
    node.entries = tuple(sorted(dict.fromkeys((*node.entries, *entries)), key=lambda e: _RANK[e.kind]))


def _walk(root: _Node, path: list[str]) -> tuple[Entry, ...]:
    node = root
    for token in path:
        if token not in node.next:
            return ()
        node = node.next[token]
    return node.entries


def _slips(words: tuple[str, ...], known: set[str]) -> dict[str, str]:
    """Every spelling one slip away from the words (a letter dropped, doubled or wrong, two swapped) that is no word itself."""
    out: dict[str, str] = {}
    letters = "abcdefghijklmnopqrstuvwxyz"
    for word in map(stem, words):
        near: set[str] = set()
        for i in range(1, len(word) + 1):
            near |= {word[:i] + c + word[i:] for c in letters}
            near |= {word[:i] + c + word[i + 1 :] for c in letters} | {word[:i] + word[i + 1 :]}
            near.add(word[:i] + word[i + 1 : i + 2] + word[i : i + 1] + word[i + 2 :])
        for spelling in sorted(near - known):
            out.setdefault(spelling, word)
    return out


@cache
def _load(folder: Path) -> Lexicon:
    words: dict[str, list[Entry]] = {}
    spelling: list[str] = []
    for language in LANGUAGES:
        path = folder / f"{language}.yaml"
        raw = _sections(path)
        for word, entry in read_entries(raw, str(path)):
            words.setdefault(word, []).append(entry)
        spelling += raw.get("spelling") or []
    return Lexicon({word: tuple(entries) for word, entries in words.items()}, tuple(spelling))


def _sections(path: Path) -> dict[str, Any]:
    # BaseLoader keeps every scalar a string: "no", "on" and 25 are words here.
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    if not isinstance(raw, dict):
        raise ValueError(f"{path}: a mapping of sections is expected")
    return raw


def entries_of(language: str) -> Iterator[tuple[str, Entry]]:
    """(word, entry) of every word of the product's lexicon in a language, in the order of its file."""
    path = intents() / "_lexicon" / f"{language}.yaml"
    return read_entries(_sections(path), str(path))


def read_entries(raw: Mapping[str, Any], where: str) -> Iterator[tuple[str, Entry]]:
    """(word, entry) of every word of a lexicon file; raises ValueError for an unknown section or a wrong shape."""
    for section, content in raw.items():
        if section in ("ambiguous", "spelling"):
            continue
        if section == "idioms":
            yield from ((word, Entry("stopwords", "idioms")) for word in content)
            continue
        if section not in _RANK:
            raise ValueError(f"{where}: unknown section {section!r}; known are {', '.join(KINDS)}, ambiguous, idioms, spelling")
        kind: Kind = section
        if isinstance(content, list):
            yield from ((word, Entry(kind, kind)) for word in content)
            continue
        if not isinstance(content, dict):
            raise ValueError(f"{where}: section {section!r} must hold a list or a mapping")
        for name, named in content.items():
            if isinstance(named, dict):
                for value, words in named.items():
                    yield from ((word, Entry(kind, value, name)) for word in words)
            elif isinstance(named, list):
                yield from ((word, Entry(kind, name)) for word in named)
            else:
                raise ValueError(f"{where}: {section}.{name} must hold a list of words")
    for word, names in (raw.get("ambiguous") or {}).items():
        kind = "metrics" if names[0] in raw["metrics"] else "dimensions"
        yield word, Entry(kind, names[0], others=tuple(names[1:]))
