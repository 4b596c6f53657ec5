"""Help: what a term means, what can be asked, and small talk. Answered from the catalogue and the terms, without a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import yaml

from analytics.semantics import METRICS, why_not
from analytics.shop import Shop
from assistant import paths
from assistant.answer import Answer, Column, Language, Receipt, Request, Table
from assistant.answering import terms
from assistant.answering.follow_ups import follow_ups, nearest, sample, works
from assistant.answering.glossary import find
from assistant.answering.tables import writer
from assistant.answering.wording import Optional, Record, Wording, split, wording
from assistant.understanding import catalogue
from assistant.understanding.catalogue import Intent

#: Domains that are no subject of their own in an overview of what can be asked.
_ASIDE = ("help",)
_PER_DOMAIN = 3
#: Terms named when no definition was found.
_EXAMPLES = ("revenue", "churn_rate", "rfm_segment", "lift")
#: Settings of the data set that belong to a definition: by term, the phrase that states it.
_SETTING = {
    "churn_rate": "here_churn", "retention_rate": "here_churn", "churn_horizon": "here_churn", "lifecycle_stage": "here_churn",
    "lifecycle_stage.new": "here_churn", "lifecycle_stage.active": "here_churn", "lifecycle_stage.dormant": "here_churn",
    "lifecycle_stage.lost": "here_churn", "sla_rate": "here_sla", "revenue": "here_currency", "hour": "here_time_zone",
    "day": "here_time_zone", "week": "here_week", "weekday": "here_week", "quarter": "here_year", "year": "here_year",
    "as_of": "here_as_of",
}


def help_answer(request: Request, intent: Intent, shop: Shop) -> Answer:
    """The answer to one of the three help intents."""
    words = wording(request.language, shop.settings.currency)
    context, facts, tables = {"definition": _definition, "capabilities": _capabilities, "small_talk": _small_talk}[intent.id](
        request, shop, words
    )
    slots = {**request.slots, "metric": _askable(request, shop)}
    context = {"facts": Record(facts), "slots": Optional(slots), **context}
    text = words.render(f"help/{intent.id}", **context)
    return Answer(
        request=request, text=text, headline=split(text)[0], restated=_restated(intent, context, words), resolved=request.slots,
        facts=facts, tables=tables, charts=(), receipt=_receipt(request, shop, context),
        follow_ups=follow_ups(intent, shop, words, context, request.question),
    )


def _askable(request: Request, shop: Shop) -> str:
    """The metric asked about when the loaded data can tell it and no intent of its own that is not built, else revenue."""
    metric, known = request.slots.get("metric"), catalogue.load()
    names = [name for name in ((metric,) if isinstance(metric, str) else metric or ()) if name in METRICS]
    return next((n for n in names if why_not(shop, n) is None and (n not in known or known[n].built)), "revenue")


def _restated(intent: Intent, context: Mapping[str, Any], words: Wording) -> str:
    subject = [term.label for term in context.get("terms", ())]
    title = intent.title[words.language]
    return words.formats.phrase("detail", what=title, value=words.formats.listing(subject)) if subject else title


def _receipt(request: Request, shop: Shop, context: Mapping[str, Any]) -> Receipt:
    settings = shop.settings
    return Receipt(
        tokens=request.marks, period=None, period_label="", filters=(), defaults=request.defaults, rows_used=0, rows_unit="rows",
        rows_left_out={}, definitions={term.label: term.text for term in context.get("terms", ())}, data_version=shop.version,
        as_of=shop.as_of, sql=(), currency=settings.currency, time_zone=settings.time_zone, week_start=settings.week_start,
        fiscal_year_start=settings.fiscal_year_start,
    )


_Parts = tuple[dict[str, Any], dict[str, Any], tuple[Table, ...]]


def _definition(request: Request, shop: Shop, words: Wording) -> _Parts:
    found = find(request)
    language = request.language
    entries = [
        Record({
            "label": term.label[language][:1].upper() + term.label[language][1:], "text": term.definition[language],
            "here": _here(term.code, shop, words),
        })
        for term in found
    ]
    rows = tuple((entry.label, entry.text) for entry in entries)
    table = _table("terms", ("term", "definition"), rows, words)
    context = {"terms": entries, "examples": [terms.load().label(code, language) for code in _EXAMPLES]}
    return context, {"terms": len(entries)}, (table,) if rows else ()


def _here(code: str, shop: Shop, words: Wording) -> str:
    """What the data set's settings say about a term, as a sentence; empty where they say nothing."""
    formats, settings = words.formats, shop.settings
    if code not in _SETTING:
        return ""
    return formats.phrase(
        _SETTING[code], churn=formats.days(settings.churn_horizon_days), sla=formats.hours(settings.sla_first_response_hours),
        currency=settings.currency, time_zone=settings.time_zone, weekday=formats.value(settings.week_start, "weekday"),
        month=formats.month_name(settings.fiscal_year_start), as_of=formats.date(shop.as_of),
    )


def _capabilities(request: Request, shop: Shop, words: Wording) -> _Parts:
    known, language = catalogue.load(), request.language
    role = _role(request.question, language)
    subjects = [i for i in known.built if i.domain not in _ASIDE and (role is None or not i.roles or role in i.roles)]
    open_now = [intent for intent in subjects if works(intent, shop)]
    locked = [intent for intent in subjects if not works(intent, shop)]
    samples: dict[str, list[str]] = {}
    for intent in open_now:
        samples.setdefault(intent.domain, []).append(sample(intent, language))
    domains = [Record({"name": name, "questions": questions[:_PER_DOMAIN]}) for name, questions in samples.items()]
    missing = [name for name in dict.fromkeys(n for intent in locked for n in intent.needs) if not shop.has(name)]
    rows = tuple(
        (words.formats.title(intent.domain, "domain"), intent.title[language], sample(intent, language)) for intent in open_now
    )
    table = _table("questions", ("subject_area", "analysis", "question"), rows, words)
    return {"role": role, "domains": domains, "missing": missing}, {"questions": len(open_now), "locked": len(locked)}, (table,)


def _role(question: str, language: Language) -> str | None:
    """The role that a question names, by the names that terms/core.yaml gives roles."""
    for code, term in terms.load().by_code.items():
        if code.startswith("role.") and _says(question, term.also.get(language, ())):
            return code.removeprefix("role.")
    return None


def _small_talk(request: Request, shop: Shop, words: Wording) -> _Parts:
    kind = small_talk_kind(request.question)
    questions = [choice.question for choice in nearest((), shop, request.language)]
    return {"kind": kind, "company": shop.settings.company, "questions": questions}, {"questions": len(questions)}, ()


def small_talk_kind(question: str) -> str:
    """Greeting, thanks, bye ...: the first kind of intents/_small_talk.yaml whose words are in the question, else other."""
    for kind, words in _kinds().items():
        if _says(question, [word for texts in words.values() for word in texts]):
            return kind
    return "other"


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, Mapping[str, list[str]]]:
    text = (paths.intents() / "_small_talk.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yaml.CSafeLoader))


def _says(question: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the question: whole words where the name is Latin."""
    folded = question.casefold().replace("’", "'")
    spaced = f" {''.join(c if c.isalnum() or c == chr(39) else ' ' for c in folded)} "
    spaced = " ".join(spaced.split())
    return any((f" {name.casefold()} " in f" {spaced} ") if name.isascii() else name in folded for name in names)


def _table(name: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], words: Wording) -> Table:
    known, language = terms.load(), words.language
    heads = tuple(Column(column, "string", "", known.heading(column, language), column) for column in columns)
    return Table(name, known.heading(f"table.{name}", language), heads, rows, len(rows), writer(words.formats))
