"""Values and frozen records as JSON and back without loss: what is kept over a restart is written by this.

A JSON array is a tuple, a JSON object a mapping; everything else that JSON lacks is an object tagged with "$". Only the
records that a codec names are ever built: nothing is looked up by a name of the text and nothing is run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

_TAG, _OF = "$", "of"
#: Values that JSON lacks, by their tag: how the text of one is read.
_SCALARS: dict[str, Callable[[str], Any]] = {
    "float": float, "decimal": Decimal, "datetime": datetime.fromisoformat, "date": date.fromisoformat,
    "time": time.fromisoformat, "microseconds": lambda text: timedelta(microseconds=int(text)),
}


class BrokenRecord(Exception):
    """A kept record that cannot be read or shown. `code` is a key of the wording: broken_record, newer_record."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code + "".join(f", {key}={value}" for key, value in details.items()))
        self.code = code
        self.details: dict[str, Any] = details


@dataclass(frozen=True)
class Codec:
    """Writes and reads one kind of kept record. `records` are the frozen dataclasses that may stand in it; `format` is
    raised when what was written before can no longer be read as it is."""

    format: int
    records: tuple[type, ...]

    def write(self, value: Any) -> str:
        """The value as ASCII text; raises BrokenRecord where it holds something that is no plain value."""
        try:
            return json.dumps({"format": self.format, "record": self._packed(value)}, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as fault:
            raise BrokenRecord("broken_record", reason=str(fault)) from fault

    def read(self, text: str) -> Any:
        """The value of a text; raises BrokenRecord where it was damaged or written by a newer Askwell."""
        try:
            whole = json.loads(text)
            found = whole["format"]
            if isinstance(found, int) and found > self.format:
                raise BrokenRecord("newer_record", found=found, known=self.format)
            if found != self.format:
                raise ValueError(f"format {found!r}")
            return self._unpacked(whole["record"])
        except (TypeError, ValueError, KeyError, OverflowError, InvalidOperation, RecursionError) as fault:
            raise BrokenRecord("broken_record", reason=_first_line(fault)) from fault

    def _packed(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            return value if isfinite(value) else {_TAG: "float", _OF: repr(float(value))}
        if isinstance(value, tuple):
            return [self._packed(item) for item in value]
        if isinstance(value, Mapping):
            return self._packed_mapping(value)
        if type(value) in self.records:
            return {_TAG: type(value).__name__} | {f.name: self._packed(getattr(value, f.name)) for f in fields(value)}
        if isinstance(value, list):
            return {_TAG: "list", _OF: [self._packed(item) for item in value]}
        if isinstance(value, Set):
            return {_TAG: "set", _OF: [self._packed(item) for item in sorted(value)]}
        return _packed_scalar(value) if not hasattr(value, "item") else self._packed(value.item())

    def _packed_mapping(self, value: Mapping[Any, Any]) -> Any:
        if all(isinstance(key, str) for key in value) and _TAG not in value:
            return {key: self._packed(item) for key, item in value.items()}
        return {_TAG: "map", _OF: [[self._packed(key), self._packed(item)] for key, item in value.items()]}

    def _unpacked(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._unpacked(item) for item in value)
        if not isinstance(value, dict):
            return value
        if _TAG not in value:
            return {key: self._unpacked(item) for key, item in value.items()}
        tag = value[_TAG]
        if tag in _SCALARS:
            return _SCALARS[tag](value[_OF])
        if tag == "list":
            return list(self._unpacked(value[_OF]))
        if tag == "set":
            return frozenset(self._unpacked(value[_OF]))
        if tag == "map":
            return dict(self._unpacked(value[_OF]))
        known = {record.__name__: record for record in self.records}
        return _built(known[tag], {key: self._unpacked(item) for key, item in value.items() if key != _TAG})


def _packed_scalar(value: Any) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {_TAG: "decimal", _OF: str(value)}
    if isinstance(value, timedelta):
        return {_TAG: "microseconds", _OF: str(value // timedelta(microseconds=1))}
    # A datetime is a date as well, so it is looked for first.
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {_TAG: kind.__name__, _OF: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is no plain value")


def _built(record: type, values: dict[str, Any]) -> Any:
    """A record of values that have the types it declares; values it has gained since then take their defaults."""
    checks = _checks(record)
    for name, value in values.items():
        try:
            checks[name].validate_python(value, strict=True)
        except ValidationError as fault:
            raise ValueError(f"{record.__name__}.{name}: {fault.errors()[0]['msg']}") from fault
    return record(**values)


@lru_cache(maxsize=64)
def _checks(record: type) -> Mapping[str, TypeAdapter[Any]]:
    if not is_dataclass(record):
        raise TypeError(f"{record.__name__} is no record")
    hints = get_type_hints(record)
    return {field.name: TypeAdapter(hints[field.name]) for field in fields(record)}


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0] or type(fault).__name__
