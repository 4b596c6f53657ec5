"""An answer as a role may see it: personal details masked, SQL taken away.

What an answer is made of is masked before it is composed, so that text, chart, table and receipt agree and nothing has to be
found in sentences afterwards. Who uses the command line is the local owner, for whom nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analytics.finding import CannotAnswer, Filter
from analytics.run import Computed, ResultTable
from analytics.shop import Shop
from assistant.access import ids, personal
from assistant.access.ids import Kind
from assistant.access.personal import Finder, NameFinder, nobody
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


@dataclass(frozen=True)
class _Told:
    """What must not be told: names in lower case, and ids with what is shown instead. `kind` is that of the data's ids."""

    names: frozenset[str]
    ids: Mapping[str, str]
    kind: Kind | None = None

    def out_of(self, text: str) -> str:
        """A text without any of them."""
        return personal.without_names(ids.without(text, self.ids), self.names)

    def customer(self, said: str) -> str:
        """What a request calls a customer, as others see it."""
        return self.ids.get(said) or (personal.name(said) if _kind(said, self.kind) else said)


def refuse(role: Role | None, stated: Mapping[str, Any], customer: str | None, find: NameFinder = nobody) -> None:
    """Raises CannotAnswer where a role that sees no personal details picks people by them: who can filter by a name or an
    income learns it. `customer` is the id of the customer that was stated."""
    if role is None or role.sees_personal:
        return
    usual = _usual(find)
    for item in stated.get("filters") or ():
        if personal.is_personal_field(item.field):
            raise CannotAnswer("personal_field", field=item.field)
        if ids.holds_ids(item.field):
            # Whatever has no digit is a name where no id is meant.
            _refuse_by(_kind(value, usual) if item.field == "customer" else ids.kind(str(value), usual) for value in item.values)
    if customer is not None:
        _refuse_by(["name" if stated.get("customer") != customer else ids.kind(customer, usual)])


def _refuse_by(kinds: Iterable[Kind | None]) -> None:
    for kind in kinds:
        if kind is not None:
            raise CannotAnswer("personal_field", field=kind)


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
    return outcome if role.sees_personal else replace(outcome, request=_request(outcome.request, _unread(outcome.request, find)))


def kept_for(kept: Kept, role: Role | None, find: NameFinder = nobody) -> Kept:
    """A kept outcome as a role may see it, such as VISITOR for a shared link: what is masked is not in it any more."""
    if role is None:
        return kept
    if not isinstance(kept, Saved):
        return kept if role.sees_personal else replace(kept, request=_request(kept.request, _unread(kept.request, find)))
    parts = for_role(Parts(kept.request, kept.arguments, kept.computed), role, find)
    return replace(kept, request=parts.request, arguments=parts.arguments, computed=parts.computed)


def _masked(parts: Parts, find: NameFinder) -> Parts:
    computed, usual = parts.computed, _usual(find)
    called = _said_names(parts)
    told = _Told(called, ids.shown_as(_ids_in(parts), usual), usual)
    if computed is None:
        return replace(parts, request=_request(parts.request, told), arguments=_slots(parts.arguments, told))
    intent = parts.request.intent
    possible = personal.candidates((*_texts(computed, intent), parts.request.question))
    told = replace(told, names=told.names | (possible & frozenset(_names(computed, intent))) | find(possible))
    found = _computed(computed, intent, told)
    if called or told.ids or (found.facts, found.tables) != (computed.facts, computed.tables):
        found = replace(found, caveats=tuple(dict.fromkeys((*found.caveats, CAVEAT))))
    return Parts(_request(parts.request, told), _slots(parts.arguments, told), found)


def _unread(request: Request, find: NameFinder) -> _Told:
    """What must not be told of a request that led to no finding."""
    usual = _usual(find)
    return _Told(frozenset(), ids.shown_as(_ids_in(Parts(request, {}, None)), usual), usual)


def _usual(find: NameFinder) -> Kind | None:
    return ids.kind_of(find.engine) if isinstance(find, Finder) else None


def _ids_in(parts: Parts) -> Iterator[str]:
    """The ids of customers in a finding and in what was asked, in the order in which they are read."""
    if parts.computed is not None:
        yield from (value for column, value in _cells(parts.computed) if ids.holds_ids(column) and isinstance(value, str))
    for slots in (parts.arguments, parts.request.slots):
        yield from (str(value) for value in _said_customers(slots) if _is_id(value))


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


def _computed(computed: Computed, intent: str, told: _Told) -> Computed:
    def shown(column: str, value: Any) -> Any:
        if _how(column, intent) is not None:
            value = personal.hidden(column, value)
        if not isinstance(value, str):
            return value
        if ids.holds_ids(column):
            return told.ids.get(value, value)
        if column.endswith("order_id"):
            return ids.order(value, told.kind)
        return told.out_of(value) if personal.may_name_people(column) else value

    tables = {name: _table(table, shown) for name, table in computed.tables.items()}
    facts = {column: shown(column, value) for column, value in computed.facts.items()}
    return replace(computed, facts=facts, tables=tables, sql=tuple(map(told.out_of, computed.sql)))


def _table(table: ResultTable, shown: Any) -> ResultTable:
    columns = [column for column, _ in table.columns]
    return replace(table, rows=tuple(tuple(map(shown, columns, row)) for row in table.rows))


# the request


def _is_id(value: Any) -> bool:
    """Whether a customer may be called by an id and not by a name."""
    return "@" in str(value) or any(c.isdigit() for c in str(value))


def _kind(value: Any, usual: Kind | None) -> Kind | None:
    """What a customer is called by, if that is no number: whatever has no digit is a name."""
    found = ids.kind(str(value), usual)
    return found or (None if _is_id(value) else "name")


def _said_customers(slots: Mapping[str, Any]) -> Iterator[Any]:
    """What customers are called in some slots."""
    if customer := slots.get("customer"):
        yield customer
    for item in slots.get("filters") or ():
        if item.field == "name" or ids.holds_ids(item.field):
            yield from item.values


def _said_names(parts: Parts) -> frozenset[str]:
    """The names by which a request calls customers, in lower case."""
    said = (value for slots in (parts.request.slots, parts.arguments) for value in _said_customers(slots))
    return frozenset(str(value).lower() for value in said if not _is_id(value))


def _request(request: Request, told: _Told) -> Request:
    """The request without names and ids that tell something, in its slots, its question and the words that were recognised."""
    called = [str(said) for mark in request.marks if mark.role in ("customer", "name") for said in (mark.value, mark.text)]
    names = frozenset(said.lower() for said in called if not _is_id(said))
    known = ids.shown_as([said for said in called if said not in told.ids and _is_id(said)], told.kind)
    told = replace(told, names=told.names | names, ids={**known, **told.ids})
    question, marks = _question(request.question, request.marks, told)
    return replace(
        request, question=question, marks=marks, slots=_slots(request.slots, told), defaults=_slots(request.defaults, told)
    )


def _question(question: str, marks: tuple[Mark, ...], told: _Told) -> tuple[str, tuple[Mark, ...]]:
    """The question without what must not be told, its marks where they stand now."""
    out, kept, end = "", [], 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start < end:
            # A mark inside the one before, such as a name in a filter, has no place of its own any more.
            kept.append(replace(mark, text=told.out_of(mark.text), value=_value(mark.value, told)))
            continue
        out += told.out_of(question[end : mark.start])
        text, start = told.out_of(mark.text), len(out)
        out, end = out + text, mark.end
        kept.append(replace(mark, text=text, start=start, end=start + len(text), value=_value(mark.value, told)))
    return out + told.out_of(question[end:]), tuple(kept)


def _slots(slots: Mapping[str, Any], told: _Told) -> dict[str, Any]:
    return {name: _slot(name, value, told) for name, value in slots.items()}


def _slot(name: str, value: Any, told: _Told) -> Any:
    if name == "customer" and isinstance(value, str):
        return told.customer(value)
    if name == "filters":
        return tuple(_filter(item, told) for item in value or ())
    return _value(value, told)


def _filter(item: Filter, told: _Told) -> Filter:
    if personal.is_personal_field(item.field):
        values = tuple(personal.hidden(item.field, value) if isinstance(value, str) else value for value in item.values)
    elif ids.holds_ids(item.field):
        values = tuple(told.customer(value) if isinstance(value, str) else value for value in item.values)
    else:
        return replace(item, value=_value(item.value, told))
    return replace(item, value=values if isinstance(item.value, tuple) else values[0])


def _value(value: Any, told: _Told) -> Any:
    if isinstance(value, str):
        return told.out_of(value)
    if isinstance(value, Filter):
        return _filter(value, told)
    if isinstance(value, tuple):
        return tuple(_value(each, told) for each in value)
    return value
