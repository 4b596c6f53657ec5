"""Receipts: what an answer rests on, with the definitions of its terms in the asker's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.period import Period
from analytics.run import Computed
from analytics.shop import Shop
from assistant.answer import Language, Receipt, Request
from assistant.answering import terms
from assistant.answering.formats import Formats


def receipt(request: Request, resolved: Mapping[str, Any], computed: Computed, shop: Shop, formats: Formats) -> Receipt:
    """The receipt of a computed answer."""
    period = resolved.get("period")
    settings = shop.settings
    return Receipt(
        tokens=request.marks,
        period=period if isinstance(period, Period) else None,
        period_label=formats.dates(period) if isinstance(period, Period) else "",
        filters=tuple(resolved.get("filters") or ()),
        defaults={**request.defaults, **computed.defaults},
        rows_used=computed.rows_used,
        rows_unit=computed.unit,
        rows_left_out=computed.left_out,
        definitions=definitions((*asked_terms(resolved), *computed.definitions), request.language),
        data_version=shop.version,
        as_of=shop.as_of,
        sql=computed.sql,
        summary=summary(computed, formats),
        currency=settings.currency,
        time_zone=settings.time_zone,
        week_start=settings.week_start,
        fiscal_year_start=settings.fiscal_year_start,
    )


def asked_terms(resolved: Mapping[str, Any]) -> tuple[str, ...]:
    """The metrics, dimensions, filter fields and segments that a request names."""
    metric = resolved.get("metric") or ()
    dimension = resolved.get("dimension") or ()
    names = [*([metric] if isinstance(metric, str) else metric), *([dimension] if isinstance(dimension, str) else dimension)]
    names += [item.field for item in resolved.get("filters") or ()]
    words = terms.load()
    for segment in resolved.get("segment") or ():
        term = words.get(str(segment))
        names.append(term.code if term else str(segment))
    return tuple(names)


def definitions(codes: tuple[str, ...], language: Language) -> Mapping[str, str]:
    """The definitions of the codes that have one, by their labels, each once."""
    words = terms.load()
    found = {words.heading(code, language): words.definition(code, language) for code in codes}
    return {label: text for label, text in found.items() if text}


def summary(computed: Computed, formats: Formats) -> str:
    """How many rows were used and left out, in words."""
    unit = formats.label(computed.unit, "rows")
    used = formats.phrase("rows_used", count=formats.count(computed.rows_used), unit=unit)
    left_out = [
        formats.phrase("left_out_one", count=formats.count(count), reason=formats.label(reason, "left_out"))
        for reason, count in computed.left_out.items() if count
    ]
    return formats.phrase("left_out", used=used, reasons=formats.phrase("comma").join(left_out)) if left_out else used
