"""What the assistant understood and what it says: the records that every front end draws, and their JSON.

Owns the JSON shape of an answer. Words nothing and computes nothing; every outcome has every key.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from analytics.finding import Filter
from analytics.period import Period

if TYPE_CHECKING:
    from analytics.run import Computed

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
Status = Literal["answered", "clarify", "declined", "no_data", "error"]
Reason = Literal["out_of_scope", "action", "unsupported", "unsafe", "empty", "not_built"]
Json = dict[str, Any]

#: The parts of the time that an answer took, in milliseconds.
TIMINGS = ("understand", "analyse", "word", "total")


@dataclass(frozen=True)
class Mark:
    """What a stretch of the question was matched to: `question[start:end] == text`. `taught` marks a meaning that somebody
    taught."""

    text: str
    start: int
    end: int
    role: str
    value: Any
    taught: bool = False

    def to_json(self) -> Json:
        shape = {"text": self.text, "start": self.start, "end": self.end, "role": self.role, "value": plain(self.value)}
        return shape | ({"taught": True} if self.taught else {})


@dataclass(frozen=True)
class Candidate:
    """An intent the question may mean; confidences run from 0 to 1."""

    intent: str
    confidence: float

    def to_json(self) -> Json:
        return {"intent": self.intent, "confidence": round(self.confidence, 4)}


@dataclass(frozen=True)
class Request:
    """What was understood: an intent and the slots that the question (or the dialogue so far) states.

    `slots` holds canonical values only: metric str or tuple, dimension tuple, period and compare_to Period, filters
    tuple of Filter, segment tuple, customer (an id), product, theme, top_n, order, grain, horizon {text, days or
    months}, threshold. `defaults` holds what was assumed beside them. `intent` is empty when nothing was recognised, and
    `taught` says that somebody taught it as the meaning of this question.
    """

    intent: str
    slots: Mapping[str, Any]
    language: Language
    confidence: float
    candidates: tuple[Candidate, ...]
    marks: tuple[Mark, ...]
    defaults: Mapping[str, Any]
    question: str
    taught: bool = False

    def slots_json(self) -> Json:
        """The stated slots as JSON; periods carry the words they were said in."""
        return {name: self._slot_json(name, value) for name, value in self.slots.items() if value not in (None, (), "")}

    def _slot_json(self, name: str, value: Any) -> Any:
        if isinstance(value, Period):
            said = next((mark.text for mark in self.marks if mark.role == name), None)
            return period_json(value, said)
        if name == "segment" and isinstance(value, tuple):
            return value[0] if len(value) == 1 else list(value)
        if name == "metric" and isinstance(value, tuple):
            return value[0] if len(value) == 1 else list(value)
        return plain(value)


@dataclass(frozen=True)
class Column:
    """A column of a shown table: its name, Ibis type, unit (see templates/terms) and heading in the asker's language.

    The unit is empty for text and where each row has its own, and `code` for names of terms. `dimension` says whose values
    the column holds.
    """

    name: str
    type: str
    unit: str
    label: str
    dimension: str

    def to_json(self) -> Json:
        return {"name": self.name, "type": self.type, "unit": None if self.unit in ("", "code") else self.unit}


@dataclass(frozen=True)
class Table:
    """A shown table: values as computed, and `write`, which puts the first rows of a table into words and figures."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total_rows: int
    write: Callable[[Table, int | None], tuple[tuple[str, ...], ...]] = field(repr=False, compare=False)

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """Every row as it is written in the asker's language."""
        return self.write(self, None)

    def first(self, count: int) -> tuple[tuple[str, ...], ...]:
        """The first rows as they are written in the asker's language."""
        return self.write(self, count)

    def to_json(self) -> Json:
        return {
            "name": self.name, "columns": [column.to_json() for column in self.columns],
            "rows": [[plain(value) for value in row] for row in self.rows], "total_rows": self.total_rows,
        }


@dataclass(frozen=True)
class Choice:
    """Something to click: what it is called and the question it asks."""

    label: str
    question: str

    def to_json(self) -> Json:
        return {"label": self.label, "question": self.question}


@dataclass(frozen=True)
class Receipt:
    """What an answer rests on. `period` is None where the intent has none; `rows_left_out` counts rows per reason;
    `summary` says both counts in words."""

    tokens: tuple[Mark, ...]
    period: Period | None
    period_label: str
    filters: tuple[Filter, ...]
    defaults: Mapping[str, Any]
    rows_used: int
    rows_unit: str
    rows_left_out: Mapping[str, int]
    definitions: Mapping[str, str]
    data_version: str
    as_of: date
    sql: tuple[str, ...]
    summary: str = ""
    currency: str = ""
    time_zone: str = ""
    week_start: int = 1
    fiscal_year_start: int = 1

    def to_json(self) -> Json:
        span = self.period
        return {
            "tokens": [mark.to_json() for mark in self.tokens],
            "period": None if span is None else {
                "start": span.start.isoformat(), "end": span.end.isoformat(), "label": self.period_label
            },
            "filters": plain(self.filters), "defaults": plain(self.defaults), "rows_used": self.rows_used,
            "rows_left_out": plain(self.rows_left_out), "definitions": dict(self.definitions), "data_version": self.data_version,
            "as_of": self.as_of.isoformat(), "sql": list(self.sql),
            "currency": self.currency, "time_zone": self.time_zone, "week_start": self.week_start,
            "fiscal_year_start": self.fiscal_year_start,
        }


@dataclass(frozen=True)
class _Outcome:
    """What every outcome has: the request it replies to and a text in the asker's language."""

    status: ClassVar[Status]
    request: Request
    text: str

    def _details(self) -> Json:
        return {}

    def to_json(self, id: str | None = None, timing: Mapping[str, float] | None = None) -> Json:
        """The JSON of contract.md: every key is there, whatever the outcome."""
        asked, took = self.request, timing or {}
        shape: Json = {
            "id": id, "question": asked.question, "language": asked.language, "status": self.status,
            "intent": asked.intent or None, "confidence": round(asked.confidence, 4),
            "candidates": [candidate.to_json() for candidate in asked.candidates], "slots": asked.slots_json(),
            "restated": "", "headline": self.text.partition("\n")[0], "text": self.text, "facts": {}, "tables": [], "charts": [],
            "receipt": None, "caveats": [], "choices": [], "follow_ups": [], "reason": None,
            "timing_ms": {name: round(float(took.get(name, 0.0)), 3) for name in TIMINGS},
        }
        return shape | ({"taught": True} if asked.taught else {}) | self._details()


@dataclass(frozen=True)
class Answer(_Outcome):
    """A question answered. `text` starts with the headline; `body` is what follows it. `resolved` is what the analysis got.

    `computed` is the finding that all of it was made of, None where nothing was computed: with it the answer can be kept.
    """

    status: ClassVar[Status] = "answered"
    headline: str
    restated: str
    resolved: Mapping[str, Any]
    facts: Mapping[str, Any]
    tables: tuple[Table, ...]
    charts: tuple[Json, ...]
    receipt: Receipt
    caveats: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    computed: Computed | None = field(default=None, repr=False, compare=False)

    @property
    def body(self) -> str:
        return self.text.removeprefix(self.headline).strip()

    def _details(self) -> Json:
        return {
            "restated": self.restated, "headline": self.headline,
            "facts": {name: int(value) if isinstance(value, bool) else plain(value) for name, value in self.facts.items()},
            "tables": [table.to_json() for table in self.tables], "charts": list(self.charts),
            "receipt": self.receipt.to_json(), "caveats": list(self.caveats), "follow_ups": list(self.follow_ups),
        }


@dataclass(frozen=True)
class Clarify(_Outcome):
    """A question back, asked at most once, with at most three readings to choose from. `slot` is what is missing, if one is."""

    status: ClassVar[Status] = "clarify"
    choices: tuple[Choice, ...] = ()
    slot: str | None = None

    def _details(self) -> Json:
        return {"choices": [choice.to_json() for choice in self.choices]}


@dataclass(frozen=True)
class Declined(_Outcome):
    """A question that is not answered, why, and the nearest ones that are."""

    status: ClassVar[Status] = "declined"
    reason: Reason = "out_of_scope"
    choices: tuple[Choice, ...] = ()

    def _details(self) -> Json:
        return {"reason": self.reason, "choices": [choice.to_json() for choice in self.choices]}


@dataclass(frozen=True)
class NoData(_Outcome):
    """A question that was understood and that these data cannot answer. `code` and `details` are those of CannotAnswer."""

    status: ClassVar[Status] = "no_data"
    code: str = "no_rows"
    details: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()

    def _details(self) -> Json:
        return {"reason": self.code, "choices": [choice.to_json() for choice in self.choices]}


@dataclass(frozen=True)
class Failed(_Outcome):
    """A fault of ours. `fault` is the number under which the log has it; the text never holds a stack trace."""

    status: ClassVar[Status] = "error"
    fault: str = ""


Outcome = Answer | Clarify | Declined | NoData | Failed


def period_json(period: Period, said: str | None = None) -> Json:
    """A period as {"text", "start", "end"}, end exclusive; without spoken words the text is its name or its dates."""
    text = said or period.name or f"{period.start.isoformat()}..{period.last.isoformat()}"
    return {"text": text, "start": period.start.isoformat(), "end": period.end.isoformat()}


def plain(value: Any) -> Any:
    """A value as JSON has it: DECIMAL as a number, dates as ISO text, periods and filters as in contract.md, NaN as null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return plain(float(value))
    if isinstance(value, float):
        return None if math.isnan(value) or math.isinf(value) else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Period):
        return period_json(value)
    if isinstance(value, Filter):
        return {"field": value.field, "op": value.op, "value": plain(value.value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        return plain(value.item())
    return str(value)
