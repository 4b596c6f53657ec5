"""Reading a question: from its text and the turn before to a typed request, or to why there is none.

Puts the pieces of this package in order; decides answer, ask back or decline. Words nothing and runs no analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from analytics.run import Engine
from analytics.shop import Shop
from assistant.answer import Candidate, Language, Mark, Reason, Request
from assistant.understanding import dialogue
from assistant.understanding.catalogue import Catalogue
from assistant.understanding.dialogue import Turn
from assistant.understanding.entities import ValueIndex, ValueMatch
from assistant.understanding.matcher import Matcher, Ranking
from assistant.understanding.prepare import Prepared, Preparer
from assistant.understanding.slots import Filled, fill
from assistant.understanding.text import MAX_QUESTION, language_of, words
from assistant.understanding.unknown import correct_unknown, unknown_place

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


class Reader:
    """Reads questions against one data set. Holds no conversation; safe to share between threads."""

    def __init__(self, shop: Shop, engine: Engine, catalogue: Catalogue, matcher: Matcher) -> None:
        self.shop = shop
        self.catalogue = catalogue
        self.matcher = matcher
        self.index = ValueIndex.of(shop, engine)
        self.preparer = Preparer(self.index, shop.today, shop.settings.calendar)

    def read(self, question: str, last: Turn | None = None, language: Language | None = None) -> Reading:
        """The reading of one question; `last` is the state after the turn before."""
        question = question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        spoken = language or (last.language if last and not any(ch.isalpha() for ch in question) else language_of(question))
        if not any(ch.isalnum() for ch in question):
            return self._refused(question, spoken, "empty", last)
        if len(question) > MAX_QUESTION:
            return self._refused(question, spoken, "unsupported", last)
        over, _ = dialogue.starts_over(question.lower(), spoken)
        if over:
            last = None
        prepared = self.preparer.prepare(question, spoken)
        known = self.matcher.model(spoken).known_words
        prepared, corrected = correct_unknown(prepared, self.index, known)
        ranking = self.matcher.rank(prepared.masked, prepared.concepts, spoken)
        followed = self._follow(prepared, ranking, last)
        if followed is not None:
            return followed
        return self._fresh(prepared, ranking, last, corrected)

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
            filled.marks,
            {},
            prepared.original,
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
            if m.kind in ("operators", "order", "by", "negations", "chart_words", "stopwords")
        ]
        best, confidence = ranking.intents[0]
        sure = best != last.intent and confidence > _SURE and len(words(prepared.text)) >= _WHOLE_QUESTION
        move = "refine" if bare else dialogue.move_of(prepared, covered, filled.slots, last, sure)
        chart = next((m.name for m in prepared.lexical if m.kind == "chart_words"), None)
        intent, slots, carried = last.intent, dict(last.slots), frozenset(last.slots)
        if move == "new":
            return None
        if move == "why":
            intent = dialogue.why_intent(last, self.catalogue)
            slots, carried = dialogue.merged(last, {k: v for k, v in filled.slots.items() if k != "order"}, intent)
            for name in ("grain", "dimension", "top_n", "order"):
                slots.pop(name, None)
        elif move == "people":
            intent = "customer_list"
            slots = {k: v for k, v in slots.items() if k in ("filters", "segment", "period")}
        elif move == "whole":
            slots = dialogue.without_filters(last, tuple(filled.slots.get("dimension", ())))
        elif move == "refine":
            intent = dialogue.refined_intent(last, filled.slots, self.catalogue)
            filled = bare or self._fill(prepared, intent)
            slots, carried = dialogue.merged(last, filled.slots, intent)
        relative = filled.compare_relative or (last.relative if "compare_to" in slots or last.relative else None)
        request = self._request(prepared, ranking, intent, filled, slots, 0.9)
        turn = Turn(intent, slots, prepared.language, relative, chart if move == "present" else None, carried)
        return Reading(request, "understood", turn, relative=relative, chart=turn.chart, carried=carried)

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

    def _fresh(self, prepared: Prepared, ranking: Ranking, last: Turn | None, corrected: tuple[ValueMatch, ...]) -> Reading:
        model = self.matcher.model(prepared.language)
        best, confidence = ranking.intents[0]
        second = ranking.intents[1][1] if len(ranking.intents) > 1 else 0.0
        filled = self._fill(prepared, best)
        if (shaped := shape(best, filled.slots)) != best:
            best, filled = shaped, self._fill(prepared, shaped)
        slots, carried = dialogue.inherited(prepared, filled.slots, best, last, self.catalogue)
        request = self._request(prepared, ranking, best, filled, slots, confidence)
        if ranking.refusal > model.decline_above:
            kind = ranking.outside[0][0]
            return Reading(request, "declined", last, _REASONS.get(kind, "out_of_scope"))
        turn = Turn(best, slots, prepared.language, filled.compare_relative, None, carried)
        place = unknown_place(prepared, filled.marks, model.known_words)
        nearest = tuple(self.index.nearest(place)) if place else ()
        reading = Reading(
            request,
            "understood",
            turn,
            unknown_value=place,
            nearest_values=nearest,
            relative=filled.compare_relative,
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


def shape(intent: str, slots: Mapping[str, Any]) -> str:
    """Within the metric intents the slots decide: a split is a breakdown, a grain a trend, neither a single figure."""
    if intent == "metric_value" and "dimension" in slots:
        return "metric_breakdown"
    if intent == "metric_value" and "grain" in slots:
        return "metric_trend"
    if intent == "metric_breakdown" and "dimension" not in slots:
        return "metric_trend" if "grain" in slots else "metric_value" if "metric" in slots else intent
    return intent
