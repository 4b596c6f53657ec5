"""How well questions are understood: accuracy per intent, language and style, confused pairs, slots, refusals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.wording import wording
from assistant.settings import message_language
from assistant.terminal import aligned

#: Slots whose words need not be the same: a period is right when its dates are, or when one was found for spoken words.
_PERIODS = ("period", "compare_to", "horizon")


@dataclass(frozen=True)
class Asked:
    """A labelled question and what was made of it. Without an `intent` it is out of scope and should be declined."""

    question: str
    language: str
    style: str
    intent: str | None
    accepted: frozenset[str]
    slots: Mapping[str, Any]
    got_intent: str | None
    got_status: str
    got_slots: Mapping[str, Any]

    @property
    def right(self) -> bool:
        if self.intent is None:
            return self.got_status == "declined"
        return self.got_status != "declined" and self.got_intent in {self.intent, *self.accepted}


@dataclass(frozen=True)
class Report:
    """Shares of 0..1 with the number of questions behind each; confused pairs as (label, taken for, count)."""

    overall: Mapping[str, tuple[float, int]]
    by_intent: Mapping[str, tuple[float, int]]
    by_language: Mapping[str, tuple[float, int]]
    by_style: Mapping[str, tuple[float, int]]
    confused: Sequence[tuple[str, str, int]]

    def to_json(self) -> dict[str, Any]:
        groups = {"overall": self.overall, "intent": self.by_intent, "language": self.by_language, "style": self.by_style}
        out: dict[str, Any] = {
            name: {key: {"share": round(share, 4), "questions": count} for key, (share, count) in group.items()}
            for name, group in groups.items()
        }
        confused = [{"label": label, "taken_for": taken, "questions": count} for label, taken, count in self.confused]
        return out | {"confused": confused}


def judged(record: Mapping[str, Any], reply: Mapping[str, Any]) -> Asked:
    """A labelled line (`question`, `intent`, `accept`, `slots`, `lang`, `style` or `kind`) with the reply it got."""
    return Asked(
        question=str(record["question"]), language=str(record.get("lang") or reply.get("language")),
        style=str(record.get("style") or record.get("kind") or "plain"), intent=record.get("intent"),
        accepted=frozenset(record.get("accept") or ()), slots=record.get("slots") or {}, got_intent=reply.get("intent"),
        got_status=str(reply.get("status")), got_slots=reply.get("slots") or {},
    )


def report(asked: Sequence[Asked]) -> Report:
    """The figures of a set of judged questions."""
    inside = [item for item in asked if item.intent is not None]
    outside = [item for item in asked if item.intent is None]
    hits, stated, found = _slots(inside)
    overall = {
        "top1": _share(item.right for item in inside),
        "asked_back": _share(item.got_status == "clarify" for item in inside),
        "refused": _share(item.got_status == "declined" for item in inside),
        "out_of_scope_declined": _share(item.right for item in outside),
        "slot_f1": (2 * hits / (stated + found) if stated + found else 1.0, stated),
    }
    confused = Counter(
        (item.intent or "-", "-" if item.got_status == "declined" else item.got_intent or "-") for item in asked if not item.right
    )
    return Report(
        overall, _grouped(inside, "intent"), _grouped(asked, "language"), _grouped(asked, "style"),
        [(label, taken, count) for (label, taken), count in sorted(confused.items(), key=lambda pair: (-pair[1], pair[0]))],
    )


def _share(flags: Iterable[bool]) -> tuple[float, int]:
    values = list(flags)
    return (sum(values) / len(values) if values else 1.0), len(values)


def _grouped(asked: Sequence[Asked], attribute: str) -> dict[str, tuple[float, int]]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for item in asked:
        groups[str(getattr(item, attribute))].append(item.right)
    return {name: _share(groups[name]) for name in sorted(groups)}


def _slots(asked: Sequence[Asked]) -> tuple[int, int, int]:
    """Slots that were found right, that were stated, and that were found at all."""
    hits = stated = found = 0
    for item in asked:
        want, have = _pairs(item.slots), _pairs(item.got_slots)
        stated, found = stated + len(want), found + len(have)
        hits += sum(_found(pair, have, item) for pair in want)
    return hits, stated, found


def _found(pair: tuple[str, str], have: frozenset[tuple[str, str]], item: Asked) -> bool:
    slot = pair[0]
    if slot in _PERIODS:
        want, got = item.slots.get(slot), item.got_slots.get(slot)
        if isinstance(want, Mapping) and isinstance(got, Mapping) and "start" in want:
            return (want.get("start"), want.get("end")) == (got.get("start"), got.get("end"))
        return got is not None
    return pair in have


def _pairs(slots: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Slots as (name, folded value); each filter and each item of a list counts on its own."""
    pairs: set[tuple[str, str]] = set()
    for name, value in slots.items():
        if value in (None, "", []):
            continue
        if name == "filters":
            pairs |= {(str(f.get("field")), f"{f.get('op', '=')} {_folded(f.get('value'))}") for f in value}
        elif name in _PERIODS:
            pairs.add((name, ""))
        else:
            pairs |= {(name, _folded(item)) for item in (value if isinstance(value, list) else [value])}
    return frozenset(pairs)


def _folded(value: Any) -> str:
    return " ".join(str(value).replace("_", " ").replace("-", " ").casefold().split())


def words(found: Report) -> dict[str, Any]:
    """What the template of an evaluation needs: tables of shares and of confused pairs."""
    formats = wording(message_language()).formats

    def table(group: Mapping[str, tuple[float, int]], head: str, scope: str | None = None) -> str:
        rows = [(formats.label(key, scope), formats.percent(share), formats.count(n)) for key, (share, n) in group.items()]
        return aligned([formats.title(name) for name in (head, "share", "questions_asked")], rows, [False, True, True])

    confused = [(label, taken, formats.count(count)) for label, taken, count in found.confused]
    heads = [formats.title(name) for name in ("labelled", "taken_for", "questions_asked")]
    return {
        "overall": table(found.overall, "measure", "eval"), "intents": table(found.by_intent, "analysis"),
        "languages": table(found.by_language, "language", "language"), "styles": table(found.by_style, "style"),
        "confused": aligned(heads, confused, [False, False, True]) if confused else "",
    }
