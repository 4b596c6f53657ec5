"""Models on lines of JSON: sentiment of texts, forecasts of series. Handles many lines at once and answers in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from assistant.answering.problems import problem
from assistant.lines import Line, emit, read
from assistant.settings import message_language

#: Texts scored in one go.
_BATCH = 512


def sentiment(source: Iterable[str], say: Callable[[str], None]) -> bool:
    """id, label, score, language and the marks mixed and uncertain of each text; False when a line was bad."""
    from analytics.models.sentiment import score_texts

    fine, encode = True, _encode()
    for lines in _batches(read(source, {"text": str}, message_language())):
        scored = score_texts([str(line.record.get("text", "")) if not line.problem else "" for line in lines], encode)
        results = zip(lines, scored.label, scored.score, scored.language, scored.mixed, scored.uncertain, strict=True)
        for line, label, score, language, mixed, uncertain in results:
            if line.problem:
                fine = False
                say(line.problem)
            # A text without a single word says nothing, which is neutral.
            empty = label is None
            emit({
                "id": line.id, "label": "neutral" if empty else label, "score": 0.0 if empty else round(float(score), 6),
                "language": language or message_language(), "mixed": bool(mixed), "uncertain": bool(uncertain),
            })
    return fine


def _encode() -> Callable[[Sequence[str]], Any] | None:
    """The bundled encoder's way from texts to vectors; none where it is not installed: word lists and n-grams do then."""
    from analytics.models.encoder import Encoder, EncoderError, bundled_folder

    try:
        bundled_folder()
    except EncoderError:
        return None
    return Encoder().encode


def forecast(source: Iterable[str], horizon: int, season: int, say: Callable[[str], None]) -> bool:
    """id, mean, lower, upper and method of each series; False when a line was bad."""
    from analytics.models.forecast import forecast_series

    fine = True
    for line in read(source, {"values": list}, message_language()):
        try:
            trouble = line.problem or _trouble(line)
            found = None if trouble else forecast_series(line.record["values"], horizon, season)
        except ValueError as fault:
            trouble, found = problem("bad_line", message_language(), line=line.number, reason=str(fault)), None
        if found is None:
            fine = False
            say(trouble)
            emit({"id": line.id, "mean": [], "lower": [], "upper": [], "method": None})
            continue
        emit({
            "id": line.id, "mean": _rounded(found.mean), "lower": _rounded(found.lower), "upper": _rounded(found.upper),
            "method": found.method,
        })
    return fine


def _trouble(line: Line) -> str:
    """What is wrong with the values of a line, if anything."""
    values, language = line.record["values"], message_language()
    if values and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return ""
    return problem("bad_line", language, line=line.number, reason=problem("missing_key", language, key="values", kind="numbers"))


def _rounded(values: Iterable[Any]) -> list[float]:
    return [float(f"{float(value):.10g}") for value in values]


def _batches(lines: Iterator[Line]) -> Iterator[Sequence[Line]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
