"""Reading a question: from its text and the turn before to a typed request, or to why there is none.

Puts the pieces of this package in order; decides answer, ask back or decline. Words nothing and runs no analysis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from weakref import WeakKeyDictionary

from analytics.models import encoder
from analytics.run import Engine
from analytics.shop import Shop
from assistant.answer import Candidate, Language, Mark, Reason, Request
from assistant.understanding import carrying, dialogue
from assistant.understanding.catalogue import Catalogue
from assistant.understanding.dialogue import Turn, dictionary
from assistant.understanding.entities import ValueIndex, ValueMatch
from assistant.understanding.folding import fold
from assistant.understanding.foreign import foreign_words
from assistant.understanding.matcher import Matcher, Ranking, in_dialogue
from assistant.understanding.prepare import Prepared, Preparer
from assistant.understanding.respelling import Homophones, Respelt, Slips, changed
from assistant.understanding.slots import Filled, fill
from assistant.understanding.taught import Lesson, Taught, as_asked, key_of, masked_key, nothing_taught, settled
from assistant.understanding.text import MAX_QUESTION, language_of, says_nothing, words
from assistant.understanding.unknown import correct_unknown, unknown_place, unknown_places, unrecognised, with_places_masked

Verdict = Literal["understood", "clarify", "declined"]
_REASONS: dict[str, Reason] = {
    "general_knowledge": "out_of_scope",
    "action": "action",
    "unsupported": "unsupported",
    "unsafe": "unsafe",
    "gibberish": "out_of_scope",
}
_SHOWN_CANDIDATES = 5
#: A text of this many words that clearly asks something else is a question of its own, not a refinement.
_SURE, _WHOLE_QUESTION = 0.6, 4
_SMALL_WORDS = ("operators", "order", "by", "negations", "chart_words", "stopwords")
#: A turn of so many words leans on the one before: what was asked there, what follows from it and its domain are likelier.
_ELLIPTIC, _NEXT, _SAME_DOMAIN = 8, 2.0, 1.5
_EVERYONE = re.compile(r"every(?:one|body)|filter|whole|company|筛选|全国|全公司|客户|不限|限制")
#: Below it, a question of nothing but a metric and values ("coffee sales") asks for that metric.
_DOUBTED = 0.5
_FEW_WORDS = 5
#: So many values of a field are known by their sound.
_MOST_SOUNDED = 5_000


@dataclass(frozen=True)
class Reading:
    """What a question was read as. `turn` is the state that the next turn refines; `readings` are the intents between
    which a clarification asks; `unknown_value` is a word that looks like a value and is none of the data's."""

    request: Request
    verdict: Verdict
    turn: Turn | None
    reason: Reason | None = None
    readings: tuple[str, ...] = ()
    unknown_value: str | None = None
    nearest_values: tuple[str, ...] = ()
    relative: str | None = None
    chart: str | None = None
    carried: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Followed:
    """What a turn that follows on another comes to."""

    intent: str
    slots: Mapping[str, Any]
    carried: frozenset[str]
    filled: Filled


class Reader:
    """Reads questions against one data set. Holds no conversation; safe to share between threads. `taught` gives what people
    taught so far."""

    def __init__(self, shop: Shop, engine: Engine, catalogue: Catalogue, matcher: Matcher) -> None:
        self.shop = shop
        self.catalogue = catalogue
        self.matcher = matcher
        self.index = ValueIndex.of(shop, engine)
        self.preparer = Preparer(self.index, shop.today, shop.settings.calendar)
        self.taught: Callable[[], Taught] = nothing_taught
        self._masked: WeakKeyDictionary[Taught, Mapping[str, Lesson]] = WeakKeyDictionary()

    def read(
        self, question: str, last: Turn | None = None, language: Language | None = None, taught: Taught | None = None
    ) -> Reading:
        """The reading of one question; `last` is the state after the turn before. `taught` stands for what is taught now."""
        question = question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        known = self.taught() if taught is None else taught
        if not known or len(question) > MAX_QUESTION:
            return self._read(question, last, language)
        # A taught word may be of the other language than the question: the language is that of what was typed.
        spoken = self._spoken(question, last, language)
        said = known.respelt(question, spoken, self._longer)
        lesson = self.lesson(question, spoken, known)
        reading = self._read(said.text, None if lesson else last, spoken, lesson.meaning.name if lesson else None)
        return replace(reading, request=as_asked(reading.request, said, lesson is not None))

    def lesson(self, question: str, language: Language, known: Taught) -> Lesson | None:
        """The taught question that a question is: the same, or the same but for values, numbers and periods."""
        if not known.questions:
            return None
        if (same := known.questions.get(key_of(question))) is not None:
            return same
        if (masked := self._masked.get(known)) is None:
            masks = ((masked_key(self._mask(lesson.said)), lesson) for lesson in known.questions.values())
            masked = self._masked[known] = {key: lesson for key, lesson in masks if key}
        return masked.get(masked_key(self._mask(question, language)))

    def _mask(self, question: str, language: Language | None = None) -> str:
        return self.preparer.prepare(question, language or language_of(question)).masked

    def _longer(self, question: str) -> Iterator[tuple[int, int]]:
        """Where words stand that the lexicon has a name for, and values of the data."""
        text = fold(question)
        yield from ((m.start, m.end) for m in self.preparer.lexicon.find(text) if m.kind in ("metrics", "dimensions", "segments"))
        yield from ((v.start, v.end) for v in self.index.find(text))

    @staticmethod
    def _spoken(question: str, last: Turn | None, language: Language | None) -> Language:
        return language or (last.language if last and not any(ch.isalpha() for ch in question) else language_of(question))

    def _read(self, question: str, last: Turn | None, language: Language | None, meant: str | None = None) -> Reading:
        """The reading of a question, of the intent that it is known to mean if it is."""
        spoken = self._spoken(question, last, language)
        if not any(ch.isalnum() for ch in question):
            return self._refused(question, spoken, "empty", last)
        if len(question) > MAX_QUESTION:
            return self._refused(question, spoken, "unsupported", last)
        asked, over = dialogue.without_turning(question, spoken)
        if over:
            last = None
        prepared = self._prepared(question, asked, spoken)
        known = self.matcher.model(spoken).known_words
        prepared, corrected = correct_unknown(prepared, self.index, known)
        prepared = with_places_masked(prepared, known)
        ranking = self.matcher.rank(prepared.masked, prepared.concepts, spoken)
        if meant is not None:
            return self._fresh(prepared, settled(ranking, meant), None, corrected, fixed=True)
        followed = self._follow(prepared, ranking, last)
        if followed is not None:
            return followed
        if last is not None and len(words(prepared.text)) <= _ELLIPTIC:
            ranking = in_dialogue(ranking, self._likelier(last.intent))
        return self._fresh(prepared, ranking, last, corrected)

    def _likelier(self, before: str) -> Mapping[str, float]:
        """How many times likelier an intent is right after another one than on its own."""
        intent = self.catalogue[before]
        near = {other.id: _SAME_DOMAIN for other in self.catalogue if other.domain == intent.domain}
        return {**near, **{follow.intent: _NEXT for follow in intent.follow_ups}, before: _NEXT}

    def _prepared(self, question: str, asked: str, language: Language) -> Prepared:
        """What a question asks, of the same length as the question itself, with its slips put right; what was typed goes
        along."""
        respelt = replace(self.respell(asked, language), original=question)
        return replace(self.preparer.prepare(respelt.text, language), respelt=respelt)

    def respell(self, question: str, language: Language) -> Respelt:
        """The question as it was meant."""
        if language == "zh":
            return changed(question, self._homophones.changes(question))
        return changed(question, self._slips.changes(question, self.index.is_part))

    @cached_property
    def _slips(self) -> Slips:
        speller = self.matcher.model("en").speller
        return Slips(self.preparer.lexicon.tokens, encoder.dictionary, lambda word: speller.respelt(word)[0])

    @cached_property
    def _homophones(self) -> Homophones:
        values = {value for items in self.index.values.values() for value in items[:_MOST_SOUNDED]}
        lexicon = self.preparer.lexicon
        return Homophones(lexicon.han_words | values, self.matcher.model("zh").known_words, lexicon.han_names | values)

    def _refused(self, question: str, language: Language, reason: Reason, last: Turn | None) -> Reading:
        request = Request("", {}, language, 0.0, (), (), {}, question)
        return Reading(request, "declined", last, reason)

    def _request(
        self, prepared: Prepared, ranking: Ranking, intent: str, filled: Filled, slots: Mapping[str, Any], confidence: float
    ) -> Request:
        ranked = [c for c in ranking.intents if c[0] != intent]
        candidates = [(intent, confidence), *ranked][:_SHOWN_CANDIDATES]
        return Request(
            intent,
            slots,
            prepared.language,
            confidence,
            tuple(Candidate(n, p) for n, p in candidates),
            tuple(as_typed(mark, prepared.respelt) for mark in filled.marks),
            {},
            prepared.typed,
        )

    def _follow(self, prepared: Prepared, ranking: Ranking, last: Turn | None) -> Reading | None:
        """The reading of a turn that refines the last one; None when the question stands on its own."""
        if last is None:
            return None
        bare = self._bare_customer(prepared, last)
        filled = bare or self._fill(prepared, last.intent)
        covered = [(m.start, m.end) for m in filled.marks]
        covered += [
            (m.start, m.end)
            for m in prepared.lexical
            if m.name != "idioms" and (m.kind in _SMALL_WORDS or m.name in ("show", "trend", "share"))
        ]
        best, confidence = ranking.intents[0]
        sure = best != last.intent and confidence > _SURE and len(words(prepared.text)) >= _WHOLE_QUESTION
        stated = dict(filled.slots)
        if (metric := carrying.related_metric(prepared.text, last)) and "metric" not in stated:
            stated["metric"] = metric
            covered += [(m.start(), m.end()) for m in re.finditer(r"[a-z%]+|[\u4e00-\u9fff]+", prepared.text)]
        move = "refine" if bare else dialogue.move_of(prepared, covered, stated, last, sure)
        # "everybody again" and "thanks" have the same tone; only the first takes something away.
        if move == "new" or (move != "whole" and best == "small_talk" and confidence > _SURE):
            return None
        followed = self._moved(prepared, move, last, Filled(stated, filled.marks, filled.compare_relative), bare is not None)
        chart = next((m.name for m in prepared.lexical if m.kind == "chart_words"), None)
        in_slots = "compare_to" in followed.slots
        relative = followed.filled.compare_relative or (last.relative if in_slots or last.relative else None)
        request = self._request(prepared, ranking, followed.intent, followed.filled, followed.slots, 0.9)
        turn = Turn(
            followed.intent, followed.slots, prepared.language, relative, chart if move == "present" else None, followed.carried,
            carrying.replaced(last, followed.slots),
        )
        return Reading(request, "understood", turn, relative=relative, chart=turn.chart, carried=followed.carried)

    def _moved(self, prepared: Prepared, move: dialogue.Move, last: Turn, filled: Filled, settled: bool) -> _Followed:
        """Intent and effective slots after a move; `settled` slots were not read by the intent and stay."""
        if move == "why":
            intent = carrying.why_intent(last, self.catalogue)
            return _Followed(intent, *carrying.reasons(last, filled.slots, intent), filled)
        if move == "people":
            intent, slots = carrying.people_of(last, self._beyond(prepared, filled))
            return _Followed(intent, slots, frozenset(slots), filled)
        kept = frozenset(last.slots)
        if move == "whole":
            fields = dialogue.lifted(prepared)
            everyone = bool(_EVERYONE.search(prepared.text))
            return _Followed(last.intent, carrying.without_filters(last, fields, everyone), kept, filled)
        if move == "both":
            return _Followed("metric_compare", carrying.set_against(last), kept, filled)
        if move == "number":
            return _Followed(last.intent, carrying.with_number(last, prepared.numbers[0].value), kept, filled)
        if move == "present":
            return _Followed(last.intent, dict(last.slots), kept, filled)
        adding = dialogue.adds(prepared)
        intent = "metric_trend" if move == "trend" else carrying.refined_intent(last, filled.slots, self.catalogue)
        if not settled and intent != last.intent:
            again = self._fill(prepared, intent)
            filled = Filled({**filled.slots, **again.slots}, again.marks, again.compare_relative)
        base = last
        if dictionary()[prepared.language].whole.search(prepared.text):
            base = replace(last, slots=carrying.without_filters(last))
        slots, carried = carrying.merged(base, filled.slots, intent, adding)
        return _Followed(intent, slots, carried, filled)

    def _beyond(self, prepared: Prepared, filled: Filled) -> Mapping[str, Any]:
        """The slots of "which accounts are behind that" without what only its own words seem to say."""
        phrase = dictionary()[prepared.language].people.search(prepared.text)
        inside = [m for m in filled.marks if phrase and phrase.start() <= m.start and m.end <= phrase.end()]
        roles = {m.role for m in inside} - {m.role for m in filled.marks if m not in inside}
        return {name: value for name, value in filled.slots.items() if name.removesuffix("s") not in roles}

    def _bare_customer(self, prepared: Prepared, last: Turn) -> Filled | None:
        """ "and 2087?" after a question about one customer names another one."""
        if "customer" not in last.slots or len(prepared.numbers) != 1 or prepared.values or prepared.periods:
            return None
        number = prepared.numbers[0]
        covered = [(number.start, number.end)]
        if number.kind != "plain" or dialogue.residue(prepared, covered):
            return None
        digits = prepared.original[number.start : number.end]
        mark = Mark(digits, number.start, number.end, "customer", digits)
        return Filled({"customer": digits}, (mark,))

    def _fill(self, prepared: Prepared, intent: str) -> Filled:
        taken = [(v.start, v.end) for v in prepared.values] + [(p.start, p.end) for p in prepared.periods]
        taken += [(m.start, m.end) for m in prepared.lexical if m.end - m.start > 3]
        return fill(prepared, intent, self.index.customers(prepared.original, prepared.text, taken))

    def _fresh(
        self, prepared: Prepared, ranking: Ranking, last: Turn | None, corrected: tuple[ValueMatch, ...], fixed: bool = False
    ) -> Reading:
        """The reading of a question that stands on its own; `fixed` keeps the first intent whatever the slots say."""
        model = self.matcher.model(prepared.language)
        best, confidence = ranking.intents[0]
        second = ranking.intents[1][1] if len(ranking.intents) > 1 else 0.0
        filled = self._fill(prepared, best)
        whole = _wholly_read(prepared, filled, model.known_words)
        shaped = best if fixed else shape("metric_value" if whole and confidence < _DOUBTED else best, filled.slots)
        if shaped != best:
            best, filled = shaped, self._fill(prepared, shaped)
        slots, carried = carrying.inherited(prepared, filled.slots, best, last, self.catalogue)
        request = self._request(prepared, ranking, best, filled, slots, confidence)
        if not (whole or fixed) and (_refused(ranking, model.decline_above) or (last is None and says_nothing(prepared.text))):
            kind = ranking.outside[0][0]
            return Reading(request, "declined", last, _REASONS.get(kind, "out_of_scope"))
        turn = Turn(best, slots, prepared.language, filled.compare_relative, _chart_word(prepared), carried)
        place = unknown_place(prepared, filled.marks, model.known_words)
        nearest = tuple(self.index.nearest(place)) if place else ()
        reading = Reading(
            request,
            "understood",
            turn,
            unknown_value=place,
            nearest_values=nearest,
            relative=filled.compare_relative,
            chart=turn.chart,
            carried=carried,
        )
        unsure = confidence < model.ask_below or (confidence - second < model.margin and confidence < 0.5)
        if unsure and not self._settled(best, filled):
            names = tuple(name for name, p in ranking.intents[:3] if p >= confidence / 4)
            return replace(reading, verdict="clarify", readings=names)
        return reading

    @staticmethod
    def _settled(intent: str, filled: Filled) -> bool:
        """A stated metric leaves little to guess within the metric family."""
        return intent.startswith("metric_") and "metric" in filled.slots


def _refused(ranking: Ranking, bound: float) -> bool:
    """Whether the matcher takes a question for one that cannot be answered: it doubts it beyond its bound, or it doubts it and
    finds a kind of such questions likelier than any intent."""
    likelier = ranking.outside[0][1] > ranking.intents[0][1]
    return ranking.refusal > bound or (likelier and ranking.refusal > _DOUBTED)


def _wholly_read(prepared: Prepared, filled: Filled, known: frozenset[str]) -> bool:
    """Whether a question of a few words asks for a metric and each of them is recognised or names a place. The matcher has
    little to go by there, and nothing is left to doubt."""
    if "metric" not in filled.slots or len(words(prepared.text)) > _FEW_WORDS or foreign_words(prepared.text):
        return False
    left = unrecognised(prepared, frozenset())
    places = set(unknown_places(prepared, known))
    return all((start, end) in places for start, end, _ in left)


def as_typed(mark: Mark, respelt: Respelt | None) -> Mark:
    """A mark at the place of what was typed."""
    if respelt is None or not respelt.changes:
        return mark
    start, end = respelt.place(mark.start, mark.end)
    return replace(mark, text=respelt.original[start:end], start=start, end=end)


def _chart_word(prepared: Prepared) -> str | None:
    """The kind of chart that a question names."""
    return next((match.name for match in prepared.lexical if match.kind == "chart_words"), None)


def shape(intent: str, slots: Mapping[str, Any]) -> str:
    """Within the metric intents the slots decide: a split is a breakdown, a grain a trend, neither a single figure."""
    if intent == "metric_value" and "dimension" in slots:
        return "metric_breakdown"
    if intent == "metric_value" and "grain" in slots:
        return "metric_trend"
    if intent == "metric_breakdown" and "dimension" not in slots:
        return "metric_trend" if "grain" in slots else "metric_value" if "metric" in slots else intent
    return intent
