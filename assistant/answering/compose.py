"""A computed finding as an answer: text, tables, charts, receipt, caveats and follow-ups, all from the one result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from analytics.period import DAY, Period
from analytics.run import Computed
from analytics.shop import Shop
from assistant.answer import Answer, Request
from assistant.answering import charts, tables, terms
from assistant.answering.follow_ups import follow_ups
from assistant.answering.measures import Measures
from assistant.answering.receipt import receipt
from assistant.answering.restated import restated
from assistant.answering.wording import Optional, Record, Wording, split, wording
from assistant.understanding.catalogue import Intent

#: Data whose latest order is older than this, seen from today, are called stale.
STALE_AFTER = timedelta(days=7)


def compose(request: Request, resolved_slots: Mapping[str, Any], intent: Intent, computed: Computed, shop: Shop) -> Answer:
    """The answer to a request. `resolved_slots` are the slots that the analysis got, defaults included."""
    words = wording(request.language, shop.settings.currency)
    resolved = _tidied(resolved_slots, shop)
    measures = Measures(computed.units, {**computed.defaults, "grain": computed.facts.get("grain"), **_stated(resolved)})
    context = template_context(computed, resolved, measures)
    text = words.render(f"{intent.domain}/{intent.id}", **context)
    shown = tables.shown(computed, measures, words.formats)
    return Answer(
        request=request,
        text=text,
        headline=split(text)[0],
        restated=restated(intent, resolved, request.defaults, computed.defaults, words.formats),
        resolved=resolved_slots,
        facts=computed.facts,
        tables=shown,
        charts=charts.draw(intent.charts, shown, measures, words.formats),
        receipt=receipt(request, resolved, computed, shop, words.formats),
        caveats=tuple(_caveats(computed, resolved, shop, words, context)),
        follow_ups=follow_ups(intent, shop, words, context, request.question),
        computed=computed,
    )


def _stated(resolved: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resolved.items() if value not in (None, ())}


def _tidied(resolved: Mapping[str, Any], shop: Shop) -> dict[str, Any]:
    """The slots with a comparison that is over marked as whole: the same part of last month is not "so far"."""
    other = resolved.get("compare_to")
    if isinstance(other, Period) and other.full_end is not None and other.full_end <= shop.today + DAY:
        return {**resolved, "compare_to": replace(other, full_end=None)}
    return dict(resolved)


def template_context(computed: Computed, resolved: Mapping[str, Any], measures: Measures) -> dict[str, Any]:
    """What a template sees: facts, tables, slots, period, compare_to, units."""
    types = {column: kind for table in computed.tables.values() for column, kind in table.columns}
    return {
        "facts": Record(computed.facts),
        "tables": Record({name: [Record(row) for row in table.records()] for name, table in computed.tables.items()}),
        "slots": Optional(resolved),
        "period": resolved.get("period"),
        "compare_to": resolved.get("compare_to"),
        "units": Record({name: measures.unit(name, types.get(name, "")) for name in {*computed.facts, *types, *computed.units}}),
    }


def _caveats(
    computed: Computed, resolved: Mapping[str, Any], shop: Shop, words: Wording, context: Mapping[str, Any]
) -> Iterator[str]:
    """The caveats of the finding, then those that hold for any answer about such a period on such data."""
    known = terms.caveats()
    extra = {"as_of": shop.as_of, "today": shop.today, "first_day": shop.first_day, "rows_used": computed.rows_used}
    for name in dict.fromkeys((*computed.caveats, *general_caveats(resolved, shop))):
        yield words.say(known[name][words.language], **context, **extra)


def general_caveats(resolved: Mapping[str, Any], shop: Shop) -> Iterator[str]:
    """The names of the caveats that any answer about such a period on such data has."""
    period = resolved.get("period")
    if shop.today - shop.as_of > STALE_AFTER:
        yield "stale_data"
    if not isinstance(period, Period):
        return
    if period.partial:
        yield "partial_period"
    if period.start < shop.first_day < period.end and period.name != "all_time":
        yield "period_before_data"
    if period.last > shop.as_of and shop.today > shop.as_of:
        yield "period_after_data"
