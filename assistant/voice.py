"""What the page of the customers' voice shows and changes: answers of the same analyses as the chat, one theme looked at
closely, and edits of themes with their effect before they are made. Draws nothing."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from analytics.finding import Finding
from analytics.period import Period
from analytics.run import Computed
from analytics.satisfaction import feedback_themes
from analytics.satisfaction.theme_detail import Level, theme_detail
from analytics.satisfaction.themes_fit import called, edits_of, themes_fit
from analytics.shop import Shop
from assistant.access import masking, personal
from assistant.access.roles import Role
from assistant.answer import Answer, Json, Language, Outcome, Request, Table
from assistant.answering import charts, tables
from assistant.answering.measures import Measures
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.understanding.catalogue import Chart
from assistant.workspace.theme_edits import Kind

if TYPE_CHECKING:
    from analytics.models.themes import Edits

#: Themes that a body of feedback has at most, for lists of all of them.
ALL = 1_000
#: Letters of a name or phrase, and bytes of a file of edits that is taken.
LONGEST, LARGEST_FILE = 60, 1_000_000
_SEPARATORS = re.compile(r"[,，、;；\n]+")
#: Answers that are kept per open data set.
_KEPT = 64
_answers: WeakKeyDictionary[Assistant, OrderedDict[Hashable, Answer]] = WeakKeyDictionary()
_lock = threading.Lock()
_TREND = Chart("interval", "trend", "bucket", ("share",), low="low", high="high")


@dataclass(frozen=True)
class Theme:
    """A theme of the present data: its id, by which edits name it, and what it is called in tables and on the page."""

    id: str
    code: str
    name: str


@dataclass(frozen=True)
class Draft:
    """A change of themes that is not made yet. `theme` and `into` are ids; `text` is a name, phrase or word, `phrases` what tells
    the texts of a split, `file` the JSON of an import."""

    kind: Kind
    theme: str = ""
    into: str = ""
    text: str = ""
    phrases: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True)
class Effect:
    """The comments of a theme before and after a change; its name before and after, empty where it is not there."""

    before_name: str
    after_name: str
    before: int
    after: int


@dataclass(frozen=True)
class Detail:
    """One theme looked at closely: its tables (trend, parts, quotes) by name, and the chart of its trend."""

    tables: Mapping[str, Table]
    chart: Json | None
    comments: int


def request(intent: str, language: Language, **slots: Any) -> Request:
    """A request that is certain, as a click makes it."""
    return Request(intent, {name: value for name, value in slots.items() if value is not None}, language, 1.0, (), (), {}, "")


def answered(assistant: Assistant, asked: Request, role: Role) -> Outcome:
    """The outcome that the chat would show for a request. Answers are kept: every click draws the page anew."""
    slots = repr(sorted(asked.slots.items()))
    key = (assistant.theme_edits(), asked.intent, slots, asked.language, role)
    with _lock:
        kept = _answers.setdefault(assistant, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    outcome = assistant.revise(asked, {}, role=role).outcome
    # Whoever changed the themes meanwhile has made it an answer of other themes.
    if isinstance(outcome, Answer) and assistant.theme_edits() == key[0]:
        with _lock:
            kept[key] = outcome
            while len(kept) > _KEPT:
                kept.popitem(last=False)
    return outcome


def chart_of(table: Table, y: str, units: Mapping[str, str], language: Language, most: int) -> Json | None:
    """The first rows of a table of themes as a chart of one of their figures, with its interval."""
    low, high = ("low", "high") if y == "share" else (f"{y}_low", f"{y}_high")
    drawn = Chart("interval", table.name, "theme", (y,), low=low, high=high)
    formats = wording(language).formats
    found = charts.draw((drawn,), (replace(table, rows=table.rows[:most]),), Measures(units), formats)
    return found[0] if found else None


def detail(
    assistant: Assistant, theme: str, level: Level, period: Period, sentiment: str | None, role: Role, language: Language
) -> Detail:
    """A theme (or family) looked at closely, as a role may see it."""
    shop = assistant.edited_shop
    finding = theme_detail(shop, theme=theme, level=level, period=period, sentiment=sentiment)
    computed = _run(assistant, shop, finding, ("theme detail", theme, level, period, sentiment))
    parts = masking.Parts(request("feedback_quotes", language), {}, computed)
    seen = masking.for_role(parts, role, personal.finder(assistant.engine)).computed or computed
    measures, formats = Measures({**seen.units}), wording(language, shop.settings.currency).formats
    shown = tables.shown(seen, Measures({**seen.units, "grain": str(seen.facts["grain"])}), formats)
    found = charts.draw((_TREND,), shown, measures, formats)
    return Detail({table.name: table for table in shown}, found[0] if found else None, int(seen.facts["comments"] or 0))


def themes(assistant: Assistant, role: Role, language: Language) -> tuple[Theme, ...]:
    """All themes of the present data, by name, as a role may see them called."""
    shop = assistant.edited_shop
    codes = _codes(assistant, shop)
    names = _named(assistant, codes.values(), role, language)
    return tuple(sorted((Theme(id, code, names[code]) for id, code in codes.items()), key=lambda theme: (theme.name, theme.id)))


def named(assistant: Assistant, ids: Iterable[str], role: Role, language: Language) -> dict[str, str]:
    """What themes are called on the page, by their ids; those that are not in the present data by the name they were given."""
    shop, known = assistant.edited_shop, tuple(ids)
    given = {rename.theme: rename.names.get(language) or next(iter(rename.names.values())) for rename in edits_of(shop).renames}
    codes = given | _codes(assistant, shop)
    names = _named(assistant, (codes.get(id, id) for id in known), role, language)
    return {id: names[codes.get(id, id)] for id in known}


def waiting(assistant: Assistant) -> tuple[str, ...]:
    """Ids of themes that edits name and that the present texts do not have."""
    shop = assistant.edited_shop
    return tuple(sorted(edits_of(shop).mentioned - set(called(assistant.engine, shop))))


def phrases_of(said: str) -> tuple[str, ...]:
    """The phrases of a text that lists them."""
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATORS.split(said) if part.strip()))


def fault(draft: Draft, known: Iterable[Theme]) -> str | None:
    """Why a change cannot be made, as a label of the page; None where it can."""
    from analytics.models.themes.tokens import normalised

    taken = {theme.name.casefold() for theme in known} | {theme.code.casefold() for theme in known}
    text = normalised(draft.text)
    if draft.kind == "merge":
        return "voice_fault_same" if draft.theme == draft.into else None
    if draft.kind == "import":
        return _import_fault(draft.file) if draft.file.strip() else "voice_fault_no_file"
    if not text:
        return "voice_fault_empty"
    if draft.kind in ("rename", "split") and draft.text.strip().casefold() in taken:
        return "voice_fault_taken"
    if draft.kind == "split" and not any(map(normalised, draft.phrases)):
        return "voice_fault_phrases"
    return None


def _import_fault(file: str) -> str | None:
    from analytics.models.themes import EditError, from_text

    try:
        from_text(file)
    except EditError:
        return "voice_fault_file"
    return None


def edited(edits: Edits, draft: Draft) -> Edits:
    """Edits with a change made to them."""
    from analytics.models.themes import Merge, Pin, Rename, Split, from_text

    text = draft.text.strip()
    both = {"en": text, "zh": text}
    match draft.kind:
        case "rename":
            others = tuple(each for each in edits.renames if each.theme != draft.theme)
            return replace(edits, renames=(*others, Rename(draft.theme, both)))
        case "merge":
            # A theme that others were merged into may be merged in turn; one that was merged is not there to be chosen.
            return replace(edits, merges=(*edits.merges, Merge(draft.theme, draft.into)))
        case "split":
            return replace(edits, splits=(*edits.splits, Split(draft.theme, both, draft.phrases)))
        case "pin":
            return replace(edits, pins=(*edits.pins, Pin(text, draft.theme)))
        case "exclude":
            return replace(edits, excluded=tuple(dict.fromkeys((*edits.excluded, text))))
        case _:
            return from_text(draft.file)


def preview(assistant: Assistant, draft: Draft, period: Period, role: Role, language: Language) -> tuple[Effect, ...]:
    """The themes whose comments in a period, or whose name, a change would alter: the most altered first."""
    from analytics.models.themes import to_text

    now = assistant.edited_shop
    then = replace(now, theme_edits=to_text(edited(edits_of(now), draft)))
    before, after = _codes(assistant, now), _codes(assistant, then)
    sizes = [_sizes(assistant, shop, period) for shop in (now, then)]
    names = _named(assistant, {*before.values(), *after.values()}, role, language)
    out = []
    for id in {**before, **after}:
        old, new = before.get(id), after.get(id)
        counts = [size.get(code, 0) if code else 0 for size, code in zip(sizes, (old, new), strict=True)]
        if old != new or counts[0] != counts[1]:
            out.append(Effect(names.get(old or "", ""), names.get(new or "", ""), *counts))
    return tuple(sorted(out, key=lambda e: (-abs(e.after - e.before), e.before_name, e.after_name)))


def _codes(assistant: Assistant, shop: Shop) -> dict[str, str]:
    """What the themes of a shop are called in its tables, by their ids."""
    assistant.engine.ensure(fit := themes_fit(shop))
    ids = fit.table("ids")
    return {str(id): str(code) for id, code in assistant.engine.rows(ids.filter(ids.is_own).select("id", "theme"))}


def _sizes(assistant: Assistant, shop: Shop, period: Period) -> dict[str, int]:
    computed = _run(assistant, shop, feedback_themes(shop, period=period, top_n=ALL), ("theme sizes", period))
    return {row["theme"]: row["comments"] for row in computed.tables["themes"].records()}


def _named(assistant: Assistant, codes: Iterable[str], role: Role, language: Language) -> dict[str, str]:
    """What themes are called on the page. Somebody's name in the name of a theme is hidden from whom it is hidden elsewhere."""
    formats, listed = wording(language).formats, sorted(set(codes))
    return dict(zip(listed, seen(assistant, [formats.title(code, "theme") for code in listed], role), strict=True))


def seen(assistant: Assistant, texts: Sequence[str], role: Role) -> list[str]:
    """Texts as a role may see them: without names of customers, addresses and telephone numbers where it sees no others."""
    if role.sees_personal:
        return list(texts)
    return personal.without_people(texts, personal.finder(assistant.engine))


def _run(assistant: Assistant, shop: Shop, finding: Finding, key: tuple[Any, ...]) -> Computed:
    return assistant.engine.run(finding, key=(shop.version, shop.today, shop.theme_edits, *key))
