"""Words of time in English and how they are misspelt. Holds no dates."""

from __future__ import annotations

import re
from functools import cache

from assistant.understanding.number_words import EN_ONES, EN_TENS, english_number, listed
from assistant.understanding.period_build import Unit

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep",
            "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri", "saturday sat",
            "sunday sun",
        ),
        start=1,
    )
    for name in names.split()
}
UNITS: dict[str, Unit] = {
    "hour": "hour", "hr": "hour", "h": "hour", "day": "day", "d": "day", "night": "day", "week": "week", "wk": "week",
    "w": "week",
    "fortnight": "fortnight", "month": "month", "mth": "month", "mnth": "month", "mo": "month", "m": "month",
    "quarter": "quarter",
    "qtr": "quarter", "q": "quarter", "half year": "half", "half-year": "half", "halfyear": "half", "semester": "half",
    "year": "year",
    "yr": "year", "y": "year", "decade": "decade", "twelvemonth": "year", "business day": "day", "working day": "day",
    "calendar day": "day", "half a year": "half", "half": "half",
}
UNIT = (
    r"(?:(?:business |working |calendar |consecutive )?days?|nights?|weeks?|wks?|fortnights?|months?|mths?|mnths?"
    r"|mos?(?![a-z])|quarters?|qtrs?|half[- ]?years?|semesters?|years?|yrs?|decades?|hours?|hrs?)"
)
#: Number of units: figures or words; "few" and "several" are taken as three.
COUNT = "|".join(
    [
        r"\d+(?:\.5)?", *sorted([*EN_ONES, *EN_TENS], key=len, reverse=True),
        "an?", "(?:a )?couple(?: of)?", "(?:a )?few", "several", "half(?: an?)?",
    ]
)
COUNT = rf"(?:(?:twenty|thirty|forty|fifty|sixty|ninety)[ -](?:one|two|three|four|five|six|seven|eight|nine)|{COUNT})"
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
WEEKDAY = "(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")(?![a-z])"

_LONG = listed(
    "january february august september october november december monday tuesday wednesday thursday friday saturday sunday "
    "yesterday "
    "tomorrow quarter christmas thanksgiving previous"
)
_KNOWN_TYPOS = {
    "wensday": "wednesday", "wendsday": "wednesday", "thrusday": "thursday", "apirl": "april", "arpil": "april",
    "aprl": "april", "juli": "july",
    "juy": "july", "jully": "july", "jne": "june", "mrch": "march", "marh": "march", "yday": "yesterday", "yest": "yesterday",
    "ytday": "yesterday", "quater": "quarter", "quaters": "quarters", "qarter": "quarter", "qaurter": "quarter",
    "quaterly": "quarterly", "moth": "month",
    "moths": "months", "monht": "month", "monhts": "months", "mont": "month", "motnh": "month", "mnth": "month",
    "mnths": "months", "weeek": "week", "wek": "week",
    "yeer": "year", "yaer": "year", "yera": "year", "yeras": "years", "lst": "last", "lats": "last", "las": "last",
    "alst": "last", "tdy": "today", "todya": "today",
    "tommorow": "tomorrow", "tmrw": "tomorrow", "tmr": "tomorrow", "xmas": "christmas", "x-mas": "christmas",
    "chrismas": "christmas",
    "weekned": "weekend", "wkend": "weekend", "w/e": "weekend", "nxt": "next", "prev": "previous", "pervious": "previous",
    "sumer": "summer", "summr": "summer",
    "autum": "autumn", "comapred": "compared", "comared": "compared", "agianst": "against", "yestarday": "yesterday",
    "halloween's": "halloween",
    "valentine": "valentines", "valentine's": "valentines", "thanks giving": "thanksgiving",
}
_NOT_TYPOS = {"mondays", "quarters", "sundays", "fridays", "quarterly", "previously", "quartet", "quarto", "sundry", "mundane"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[a-z][a-z/'-]*[a-z]")


@cache
def _typos() -> dict[str, str]:
    """Every spelling one slip (letter dropped, doubled, swapped, changed) away from a long word of time."""
    out = dict(_KNOWN_TYPOS)
    for word in _LONG:
        for i in range(len(word) + 1):
            near = [word[:i] + c + word[i:] for c in _LETTERS]
            if i < len(word):
                near += [word[:i] + word[i + 1 :], *(word[:i] + c + word[i + 1 :] for c in _LETTERS)]
            if i + 1 < len(word):
                near.append(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
            for spelling in near:
                out.setdefault(spelling, word)
    for word in [*_LONG, *_NOT_TYPOS, *MONTHS, *WEEKDAYS]:
        out.pop(word, None)
    return out


def straighten(text: str) -> tuple[str, list[int]]:
    """A folded text with misspelt words of time put right, and for each of its positions the one in the original."""
    typos = _typos()
    pieces: list[str] = []
    places: list[int] = []
    position = 0
    for m in _WORD.finditer(text):
        right = typos.get(m.group())
        if right is None and m.group().endswith("'s"):
            stem = typos.get(m.group()[:-2])
            right = f"{stem}'s" if stem else None
        if right is None:
            continue
        pieces += [text[position : m.start()], right]
        places += range(position, m.start())
        places += [min(m.start() + i, m.end() - 1) for i in range(len(right) - 1)] + [m.end() - 1]
        position = m.end()
    pieces.append(text[position:])
    places += range(position, len(text) + 1)
    return "".join(pieces), places


def unit_of(word: str) -> Unit:
    """The unit that a word names, singular or plural."""
    word = word.strip()
    return UNITS.get(word) or UNITS.get(word.rstrip("s")) or UNITS[word.removeprefix("consecutive ").rstrip("s")]


def count_of(words: str) -> float:
    """The number of units that words name; "few" and "several" are three, "half a" one half."""
    words = words.strip()
    if words.replace(".", "", 1).isdigit():
        return float(words)
    if words.endswith("few") or words == "several":
        return 3.0
    if words.startswith("half"):
        return 0.5
    if words in ("a", "an"):
        return 1.0
    return english_number(words) or 1.0
