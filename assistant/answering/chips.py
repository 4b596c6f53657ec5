"""Chips: what an answer was asked for, part by part, and what each part can be changed to.

Reads one answer and what is loaded; every option offered is one that the analysis takes and that the tables can join.
Changes nothing: a chip's option says which slots to set, and asking again is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from analytics.finding import Filter
from analytics.period import GRAINS, Period
from analytics.schema import LIFECYCLE_STAGES, RFM_SEGMENTS, VALUE_TIERS
from analytics.semantics import DIMENSIONS, METRICS, why_not
from analytics.shop import Shop
from assistant.answer import Answer
from assistant.answering.formats import Formats
from assistant.answering.restated import horizon
from assistant.answering.wording import wording
from assistant.understanding.catalogue import Intent

State = Literal["stated", "carried", "assumed"]
#: The values of a field, the most frequent first or by name.
Values = Callable[[str], tuple[str, ...]]

_PERIODS = (
    "this_week", "last_week", "this_month", "last_month", "last_30_days", "last_3_months", "this_quarter", "last_quarter",
    "year_to_date", "last_12_months", "last_year", "all_time",
)
_TOPS = (3, 5, 10, 20, 50, 100)
_THRESHOLDS = (0.3, 0.5, 0.7)
_MONTHS_AHEAD = (1, 3, 6, 12)
_SCHEMES = (RFM_SEGMENTS, VALUE_TIERS, LIFECYCLE_STAGES)
#: Values of a filter that its menu offers at most; a longer list is no menu.
_MOST_VALUES = 30
_ORDER = (
    "metric", "dimension", "grain", "period", "compare_to", "segment", "customer", "product", "theme", "filters", "top_n",
    "order", "horizon", "threshold",
)


@dataclass(frozen=True)
class Option:
    """Something a chip can be changed to. `change` sets slots; None takes a slot away."""

    text: str
    change: Mapping[str, Any]
    chosen: bool = False


@dataclass(frozen=True)
class Chip:
    """One part of what was understood. `remove` is the change that its x makes, None where it cannot be taken away."""

    slot: str
    label: str
    text: str
    state: State
    options: tuple[Option, ...] = ()
    remove: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Asked:
    """The answer in question and what its chips are made from."""

    answer: Answer
    intent: Intent
    carried: frozenset[str]
    shop: Shop
    values: Values
    formats: Formats

    @property
    def slots(self) -> Mapping[str, Any]:
        return self.answer.request.slots

    def state(self, slot: str) -> State:
        if slot not in self.slots:
            return "assumed"
        return "carried" if slot in self.carried else "stated"

    def chip(self, slot: str, text: str, options: tuple[Option, ...] = ()) -> Chip:
        state = self.state(slot)
        required = self.intent.slots[slot].required
        remove = {slot: None} if state != "assumed" and not required else None
        return Chip(slot, self.formats.label(slot, "slot"), text, state, options if len(options) > 1 else (), remove)


def chips(answer: Answer, intent: Intent, carried: frozenset[str], shop: Shop, values: Values) -> tuple[Chip, ...]:
    """The chips of an answer in the order of reading: what, by what, when, whom, how many. `carried` names the slots that
    came from the turn before."""
    formats = wording(answer.request.language, shop.settings.currency).formats
    asked = _Asked(answer, intent, carried, shop, values, formats)
    makers: Mapping[str, Callable[[_Asked, Any], Iterator[Chip]]] = {
        "metric": _metric, "dimension": _dimension, "grain": _grain, "period": _period, "compare_to": _compared,
        "segment": _segment, "filters": _filters, "top_n": _top, "order": _direction, "horizon": _horizon,
        "threshold": _threshold,
    }
    out: list[Chip] = []
    for slot in _ORDER:
        if slot in intent.slots and (value := answer.resolved.get(slot)) not in (None, (), ""):
            out += makers.get(slot, _plain(slot))(asked, value)
    return tuple(out)


def _plain(slot: str) -> Callable[[_Asked, Any], Iterator[Chip]]:
    def make(asked: _Asked, value: Any) -> Iterator[Chip]:
        yield asked.chip(slot, f"{asked.formats.label(slot, 'slot')}: {asked.formats.value(value, slot)}")

    return make


def _metric(asked: _Asked, value: Any) -> Iterator[Chip]:
    dims, filters = asked.answer.resolved.get("dimension") or (), asked.answer.resolved.get("filters") or ()
    grain = asked.answer.resolved.get("grain")
    options = tuple(
        Option(asked.formats.title(name), {"metric": name}, name == value)
        for name in METRICS if name == value or why_not(asked.shop, name, dims, filters, grain) is None
    )
    yield asked.chip("metric", asked.formats.title(value), options)


def _dimension(asked: _Asked, value: tuple[str, ...]) -> Iterator[Chip]:
    metric, filters = asked.answer.resolved.get("metric"), asked.answer.resolved.get("filters") or ()
    names = [name for name in DIMENSIONS if name not in ("day", "week", "hour")]
    if isinstance(metric, str):
        names = [name for name in names if name in value or why_not(asked.shop, metric, (name,), filters) is None]
    else:
        names = [name for name in names if name in value or DIMENSIONS[name].source == "customer"]
    options = tuple(Option(asked.formats.title(name), {"dimension": (name,)}, (name,) == tuple(value)) for name in names)
    yield asked.chip("dimension", asked.formats.phrase("chip_by", what=asked.formats.label(value)), options)


def _grain(asked: _Asked, value: str) -> Iterator[Chip]:
    options = tuple(Option(asked.formats.label(name, "grain"), {"grain": name}, name == value) for name in GRAINS)
    yield asked.chip("grain", asked.formats.phrase("chip_per", what=asked.formats.label(value, "grain")), options)


def _period(asked: _Asked, value: Period) -> Iterator[Chip]:
    found = {name: asked.shop.period(name) for name in _PERIODS}
    options = tuple(
        Option(
            asked.formats.phrase("chip_period", what=asked.formats.label(name, "period"), span=asked.formats.dates(period)),
            {"period": period}, (period.start, period.end) == (value.start, value.end),
        )
        for name, period in found.items() if period.end > asked.shop.first_day
    )
    yield asked.chip("period", asked.formats.dates(value), options)


def _compared(asked: _Asked, value: Period) -> Iterator[Chip]:
    span = asked.answer.resolved.get("period")
    options: tuple[Option, ...] = ()
    if isinstance(span, Period):
        sides = {"previous": span.previous(), "year_before": span.year_before()}
        options = tuple(
            Option(
                asked.formats.phrase(
                    "chip_period", what=asked.formats.label(name, "compare_to"),
                    span=asked.formats.dates(side, mark_partial=False),
                ),
                {"compare_to": side}, (side.start, side.end) == (value.start, value.end),
            )
            for name, side in sides.items()
        )
    text = asked.formats.phrase("chip_against", what=asked.formats.dates(value, mark_partial=False))
    yield asked.chip("compare_to", text, options)


def _segment(asked: _Asked, value: tuple[str, ...]) -> Iterator[Chip]:
    scheme = next((names for names in _SCHEMES if value[0] in names), ())
    options = tuple(Option(asked.formats.title(name), {"segment": (name,)}, (name,) == tuple(value)) for name in scheme)
    yield asked.chip("segment", asked.formats.title(value), options)


def _filters(asked: _Asked, value: tuple[Filter, ...]) -> Iterator[Chip]:
    said: tuple[Filter, ...] = tuple(asked.slots.get("filters", ()))
    for place, item in enumerate(said):
        rest = said[:place] + said[place + 1 :]
        chip = asked.chip("filters", asked.formats.condition(item), _other_values(asked, said, place))
        yield replace(chip, remove={"filters": rest or None})


def _other_values(asked: _Asked, said: tuple[Filter, ...], place: int) -> tuple[Option, ...]:
    """The other values of an equal-filter's field."""
    item = said[place]
    names = asked.values(item.field) if item.op in ("=", "in") else ()
    if not 1 < len(names) <= _MOST_VALUES:
        return ()
    return tuple(
        Option(
            asked.formats.value(name, item.field),
            {"filters": (*said[:place], Filter(item.field, "=", name), *said[place + 1 :])}, item.values == (name,),
        )
        for name in names
    )


def _top(asked: _Asked, value: int) -> Iterator[Chip]:
    counts = sorted({*_TOPS, value})
    options = tuple(Option(asked.formats.count(count), {"top_n": count}, count == value) for count in counts)
    yield asked.chip("top_n", asked.formats.phrase("chip_top", count=asked.formats.count(value)), options)


def _direction(asked: _Asked, value: str) -> Iterator[Chip]:
    options = tuple(Option(asked.formats.title(name, "order"), {"order": name}, name == value) for name in ("highest", "lowest"))
    yield asked.chip("order", asked.formats.title(value, "order"), options)


def _horizon(asked: _Asked, value: Any) -> Iterator[Chip]:
    options = tuple(
        Option(asked.formats.months(count), {"horizon": {"text": asked.formats.months(count), "months": count}})
        for count in _MONTHS_AHEAD
    )
    yield asked.chip("horizon", asked.formats.phrase("chip_ahead", what=horizon(value, asked.formats)), options)


def _threshold(asked: _Asked, value: float) -> Iterator[Chip]:
    shares = sorted({*_THRESHOLDS, float(value)})
    options = tuple(Option(asked.formats.percent(share), {"threshold": share}, share == value) for share in shares if share <= 1)
    text = asked.formats.percent(value) if value <= 1 else asked.formats.number(value)
    yield asked.chip("threshold", f"{asked.formats.label('threshold', 'slot')}: {text}", options)
