"""How well questions are understood that were written by people who had not seen the examples: floors, and misses that can only
become fewer. After a training, `python -m tests.assistant.understanding.floors` measures anew."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.answer import LANGUAGES, Language
from assistant.ask import Assistant
from assistant.evaluation import Asked, report
from assistant.understanding import catalogue
from tests.assistant.understanding.floors import asked, held, measured, questions, written

#: Questions at the edge may fall to the other side on a processor that adds in another order.
_AT_THE_EDGE = 4
#: The least shares of a set: of the questions in scope that are understood, and of the others that are declined.
_LEAST_RIGHT, _LEAST_DECLINED = 0.95, 0.85


@pytest.fixture(scope="module")
def answered(assistant: Assistant) -> dict[Language, Sequence[Asked]]:
    return {language: asked(assistant, language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_is_asked_for_in_six_styles(language: Language) -> None:
    intents = [record["intent"] for record in written(language)]
    assert {name: intents.count(name) for name in set(intents) - {None}} == {intent.id: 6 for intent in catalogue.load()}
    assert len({record["question"] for record in written(language)}) == len(intents)


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_of_the_questions_happen_to_be_examples(language: Language) -> None:
    assert len(questions(language)) >= 0.95 * len(written(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_known_misses_are_missed(language: Language, answered: dict[Language, Sequence[Asked]]) -> None:
    new = set(measured(answered[language]).missed) - set(held(language).missed)
    assert len(new) <= _AT_THE_EDGE, sorted(new)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_intent_falls_below_its_floor(language: Language, answered: dict[Language, Sequence[Asked]]) -> None:
    now = measured(answered[language]).right
    below = {name: (now[name], floor) for name, floor in held(language).right.items() if now[name] < floor - 1}
    assert below == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_is_above_its_floor(language: Language, answered: dict[Language, Sequence[Asked]]) -> None:
    figures = report(answered[language]).overall
    assert figures["top1"][0] >= _LEAST_RIGHT
    assert figures["out_of_scope_declined"][0] >= _LEAST_DECLINED
