"""An answer as a role may see it: personal details masked, SQL taken away.

What an answer is made of is masked before it is composed, so that text, chart, table and receipt agree and nothing has to be
found in sentences afterwards. Who uses the command line is the local owner, for whom nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analytics.finding import CannotAnswer, Filter
from analytics.run import Computed, ResultTable
from analytics.shop import Shop
from assistant.access import personal
from assistant.access.personal import NameFinder, nobody
from assistant.access.roles import Role
from assistant.answer import Answer, Mark, Outcome, Request
from assistant.answering.compose import compose
from assistant.answering.saved import Kept, Saved
from assistant.understanding import catalogue
from assistant.understanding.catalogue import Intent

#: The caveat of an answer in which something is masked.
CAVEAT = "personal_masked"
#: Analyses whose fact `name` is what a product is called.
_NAMES_OF_THINGS = frozenset({"top_products"})


@dataclass(frozen=True)
class Parts:
    """What an answer is composed of: the request, the arguments of the analysis, and its computed finding if there is one."""

    request: Request
    arguments: Mapping[str, Any]
    computed: Computed | None


def refuse(role: Role | None, stated: Mapping[str, Any], customer: str | None) -> None:
    """Raises CannotAnswer where a role that sees no personal details picks people by them: who can filter by a name or an
    income learns it. `customer` is the id of the customer that was stated."""
    if role is None or role.sees_personal:
        return
    for item in stated.get("filters") or ():
        if personal.is_personal_field(item.field) or (item.field == "customer" and not all(map(_is_id, item.values))):
            raise CannotAnswer("personal_field", field="name" if item.field == "customer" else item.field)
    if customer is not None and stated.get("customer") != customer:
        raise CannotAnswer("personal_field", field="name")


def for_role(parts: Parts, role: Role | None, find: NameFinder = nobody) -> Parts:
    """The parts of an answer as a role may see them; `find` knows the customers of the data set. None is the local owner."""
    if role is None:
        return parts
    if not role.sees_personal:
        parts = _masked(parts, find)
    if parts.computed is not None and not role.sees_sql:
        parts = replace(parts, computed=replace(parts.computed, sql=()))
    return parts


def composed(parts: Parts, intent: Intent, shop: Shop, role: Role | None, find: NameFinder = nobody) -> Answer:
    """The answer of parts that hold a computed finding, as a role may see it."""
    seen = for_role(parts, role, find)
    assert seen.computed is not None
    return compose(seen.request, seen.arguments, intent, seen.computed, shop)


def outcome_for(outcome: Outcome, role: Role | None, shop: Shop, find: NameFinder = nobody) -> Outcome:
    """An outcome as a role may see it; an answer is composed anew on the shop that it was answered on."""
    if role is None:
        return outcome
    if isinstance(outcome, Answer) and outcome.computed is not None:
        parts = Parts(outcome.request, outcome.resolved, outcome.computed)
        return composed(parts, catalogue.load()[outcome.request.intent], shop, role, find)
    return outcome if role.sees_personal else replace(outcome, request=_request(outcome.request, frozenset()))


def kept_for(kept: Kept, role: Role | None, find: NameFinder = nobody) -> Kept:
    """A kept outcome as a role may see it, such as VISITOR for a shared link: what is masked is not in it any more."""
    if role is None:
        return kept
    if not isinstance(kept, Saved):
        return kept if role.sees_personal else replace(kept, request=_request(kept.request, frozenset()))
    parts = for_role(Parts(kept.request, kept.arguments, kept.computed), role, find)
    return replace(kept, request=parts.request, arguments=parts.arguments, computed=parts.computed)


def _masked(parts: Parts, find: NameFinder) -> Parts:
    computed, intent = parts.computed, parts.request.intent
    called = frozenset(_said_names(parts))
    if computed is None:
        return replace(parts, request=_request(parts.request, called), arguments=_slots(parts.arguments, called))
    possible = personal.candidates((*_texts(computed, intent), parts.request.question))
    names = called | (possible & frozenset(_names(computed, intent))) | find(possible)
    found = _computed(computed, intent, names)
    if called or (found.facts, found.tables) != (computed.facts, computed.tables):
        found = replace(found, caveats=tuple(dict.fromkeys((*found.caveats, CAVEAT))))
    return Parts(_request(parts.request, names), _slots(parts.arguments, names), found)


# the finding


def _how(column: str, intent: str) -> personal.Hide | None:
    return None if column == "name" and intent in _NAMES_OF_THINGS else personal.how(column)


def _cells(computed: Computed) -> Iterator[tuple[str, Any]]:
    """Every fact and cell with the name of its column."""
    yield from computed.facts.items()
    for table in computed.tables.values():
        for place, (column, _) in enumerate(table.columns):
            yield from ((column, row[place]) for row in table.rows)


def _names(computed: Computed, intent: str) -> Iterator[str]:
    """The names in the columns of names, in lower case."""
    for column, value in _cells(computed):
        if isinstance(value, str) and _how(column, intent) is personal.name:
            yield " ".join(value.split()).lower()


def _texts(computed: Computed, intent: str) -> frozenset[str]:
    """The texts in which a name may stand although the column is not one of names."""
    return frozenset(
        value for column, value in _cells(computed)
        if isinstance(value, str) and personal.may_name_people(column) and _how(column, intent) is not personal.name
    )


def _computed(computed: Computed, intent: str, names: frozenset[str]) -> Computed:
    def shown(column: str, value: Any) -> Any:
        if _how(column, intent) is not None:
            value = personal.hidden(column, value)
        if isinstance(value, str) and personal.may_name_people(column):
            return personal.without_names(value, names)
        return value

    tables = {name: _table(table, shown) for name, table in computed.tables.items()}
    facts = {column: shown(column, value) for column, value in computed.facts.items()}
    sql = tuple(personal.without_names(statement, names) for statement in computed.sql)
    return replace(computed, facts=facts, tables=tables, sql=sql)


def _table(table: ResultTable, shown: Any) -> ResultTable:
    columns = [column for column, _ in table.columns]
    return replace(table, rows=tuple(tuple(map(shown, columns, row)) for row in table.rows))


# the request


def _is_id(value: Any) -> bool:
    """Whether a customer is called by a number and not by a name."""
    return any(c.isdigit() for c in str(value))


def _said_names(parts: Parts) -> Iterator[str]:
    """The names by which a request calls customers, in lower case."""
    for slots in (parts.request.slots, parts.arguments):
        if (customer := slots.get("customer")) and not _is_id(customer):
            yield str(customer).lower()
        for item in slots.get("filters") or ():
            if item.field in ("name", "customer"):
                yield from (str(value).lower() for value in item.values if not _is_id(value))


def _request(request: Request, names: frozenset[str]) -> Request:
    """The request without names, in its slots, its question and the words that were recognised."""
    said = frozenset(str(mark.value).lower() for mark in request.marks if _calls_somebody(mark))
    hidden = names | said | frozenset(mark.text.lower() for mark in request.marks if _calls_somebody(mark))
    question, marks = _question(request.question, request.marks, hidden)
    return replace(
        request, question=question, marks=marks, slots=_slots(request.slots, hidden), defaults=_slots(request.defaults, hidden)
    )


def _calls_somebody(mark: Mark) -> bool:
    return mark.role in ("customer", "name") and not _is_id(mark.text)


def _question(question: str, marks: tuple[Mark, ...], names: frozenset[str]) -> tuple[str, tuple[Mark, ...]]:
    """The question without names, its marks where they stand now."""
    out, kept, end = "", [], 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start < end:
            # A mark inside the one before, such as a name in a filter, has no place of its own any more.
            kept.append(replace(mark, text=personal.without_names(mark.text, names), value=_value(mark.value, names)))
            continue
        out += personal.without_names(question[end : mark.start], names)
        text, start = personal.without_names(mark.text, names), len(out)
        out, end = out + text, mark.end
        kept.append(Mark(text, start, start + len(text), mark.role, _value(mark.value, names)))
    return out + personal.without_names(question[end:], names), tuple(kept)


def _slots(slots: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: _slot(name, value, names) for name, value in slots.items()}


def _slot(name: str, value: Any, names: frozenset[str]) -> Any:
    if name == "customer" and isinstance(value, str) and not _is_id(value):
        return personal.name(value)
    if name == "filters":
        return tuple(_filter(item, names) for item in value or ())
    return _value(value, names)


def _filter(item: Filter, names: frozenset[str]) -> Filter:
    if personal.is_personal_field(item.field):
        values = tuple(personal.hidden(item.field, value) if isinstance(value, str) else value for value in item.values)
        return replace(item, value=values if isinstance(item.value, tuple) else values[0])
    return replace(item, value=_value(item.value, names))


def _value(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, str):
        return personal.without_names(value, names)
    if isinstance(value, Filter):
        return _filter(value, names)
    if isinstance(value, tuple):
        return tuple(_value(each, names) for each in value)
    return value
