"""Templates see facts and words, compute nothing, and fail on a name that nobody declared."""

from __future__ import annotations

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from assistant.answer import LANGUAGES
from assistant.answering import terms
from assistant.answering.wording import Optional, Record, split, tidy, wording


def test_an_undeclared_fact_fails() -> None:
    with pytest.raises(UndefinedError):
        wording("en").say("{{ facts.revenu }}", facts=Record({"revenue": 1}))


def test_an_undeclared_fact_fails_in_a_condition_too() -> None:
    with pytest.raises(UndefinedError):
        wording("en").say("{% if facts.revenu %}x{% endif %}", facts=Record({"revenue": 1}))


def test_columns_called_like_methods_of_a_mapping_are_columns() -> None:
    assert wording("en").say("{{ facts.items }} {{ facts.values }}", facts=Record({"items": 1, "values": 2})) == "1 2"


def test_a_slot_that_an_intent_does_not_take_is_none() -> None:
    assert wording("en").say("{{ 'all' if slots.metric is none else slots.metric }}", slots=Optional({})) == "all"


@pytest.mark.parametrize("attack", ["{{ ''.__class__.__mro__ }}", "{{ facts._values }}", "{{ facts.__init__.__globals__ }}"])
def test_the_sandbox_holds(attack: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        wording("en").say(attack, facts=Record({"a": 1}))


def test_a_value_that_looks_like_a_template_stays_text() -> None:
    assert wording("en").say("{{ facts.name | value }}", facts=Record({"name": "{{ 7*7 }}"})) == "{{ 7*7 }}"


def test_headline_is_the_first_paragraph_on_one_line() -> None:
    assert split(tidy("  Revenue was\n£5. \n\n\n\nBody\n- a  \n")) == ("Revenue was £5.", "Body\n- a")


def test_filters_write_in_the_language_and_currency_of_the_wording() -> None:
    source = "{{ 1234567 | money }} {{ 'revenue' | label }}"
    assert wording("en", "GBP").say(source) == "£1,234,567 revenue"
    assert wording("zh", "CNY").say(source) == "123.46万元 销售额"


def test_every_phrase_stands_in_both_languages_with_the_same_gaps() -> None:
    import string

    english, chinese = terms.phrases("en"), terms.phrases("zh")
    gaps = {name: {field for _, field, _, _ in string.Formatter().parse(text) if field} for name, text in english.items()}
    assert set(english) == set(chinese)
    differing = [
        name for name, text in chinese.items()
        if not {field for _, field, _, _ in string.Formatter().parse(text) if field} <= gaps[name] | {"month"}
    ]
    assert differing == []


def test_every_problem_and_caveat_is_worded_in_both_languages() -> None:
    from assistant.answering.problems import texts

    for name, entry in {**texts(), **terms.caveats()}.items():
        for language in LANGUAGES:
            assert entry[language].strip(), name
            wording(language).environment.from_string(entry[language])


@pytest.mark.parametrize("name", ["_unclear", "_ask_slot", "_no_data", "_declined", "_failed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_outcomes_that_are_no_answer_have_templates(name: str, language: str) -> None:
    assert wording(language).exists(name)


def test_both_languages_have_the_same_templates() -> None:
    from assistant.paths import templates

    found = {lang: {p.relative_to(templates() / lang).as_posix() for p in (templates() / lang).rglob("*.j2")} for lang in LANGUAGES}
    assert found["en"] == found["zh"]
