"""Figures, dates, periods and conditions as they are written in a language: Babel for numbers, phrases.yaml for words.

Pure functions of a value, a language and a currency. A missing figure is worded, never shown as 0 or NaN.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_name

from analytics.finding import Filter
from analytics.period import DAY, Period, add_months
from assistant.answer import Language
from assistant.answering import terms

#: Parsed once: Babel looks a locale's name up on every call.
_LOCALE = {"en": Locale.parse("en_GB"), "zh": Locale.parse("zh_CN")}
#: The English locale whose currency signs are the plain ones ($, not US$).
_SIGNS = Locale.parse("en")
_MINUS = "−"
_ISO_SPAN = re.compile(r"(\d{4}-\d\d-\d\d) – (\d{4}-\d\d-\d\d)")
#: Units of the Chinese number system and of English headlines: a figure from the bound on is written in them.
_WAN, _YI = 10_000, 100_000_000
_MILLION, _BILLION = 1_000_000, 1_000_000_000
#: English money from here on is written in millions; below, every pound is shown.
_COMPACT_FROM = 10 * _MILLION
#: Chinese counts from here on are written in 万; below, every order is shown.
_COUNT_IN_WAN_FROM = 100 * _WAN
#: A change that rounds to less than a tenth of a percent is no change.
_NO_CHANGE = 0.0005


@dataclass(frozen=True)
class Formats:
    """How values are written for one language and currency."""

    language: Language
    currency: str

    @cached_property
    def _locale(self) -> Locale:
        return _LOCALE[self.language]

    def phrase(self, name: str, **parts: Any) -> str:
        return terms.phrases(self.language)[name].format(**parts)

    # figures

    def number(self, value: Any, decimals: int | None = None) -> str:
        """A plain number: grouped, at most `decimals` places (default 2 below 100, 1 below 1,000, none above)."""
        if value is None:
            return self.phrase("none")
        number = Decimal(str(value))
        if decimals is None:
            decimals = 2 if abs(number) < 100 else 1 if abs(number) < 1000 else 0
        return self._decimal(_rounded(number, decimals), f"#,##0.{'#' * decimals}" if decimals else "#,##0")

    def _decimal(self, number: Decimal, pattern: str) -> str:
        return str(format_decimal(number, format=pattern, locale=self._locale)).replace("-", _MINUS)

    def count(self, value: Any) -> str:
        if value is None:
            return self.phrase("none")
        if self.language == "zh" and abs(value) >= _COUNT_IN_WAN_FROM:
            return self._in_wan(Decimal(str(value)))
        return self.number(value, 0 if Decimal(str(value)) % 1 == 0 or abs(value) >= 100 else 1)

    def _in_wan(self, number: Decimal) -> str:
        unit, name = (_YI, "亿") if abs(number) >= _YI - 50 else (_WAN, "万")
        return f"{self.number(number / unit, 2)}{name}"

    def money(self, value: Any) -> str:
        """Money in the data set's currency: whole from 1,000 on, pence below; large sums as £12.35m or 1,234.5万元."""
        if value is None:
            return self.phrase("none")
        number = Decimal(str(value))
        if self.language == "zh":
            return f"{self._in_wan(number) if abs(number) >= _WAN else self._small(number)}{self._currency_name}"
        if abs(number) >= _COMPACT_FROM:
            unit, name = (_BILLION, "bn") if abs(number) >= _BILLION else (_MILLION, "m")
            return self._with_sign(_rounded(number / unit, 2), "0.##") + name
        whole = abs(number) >= 1000 or _rounded(number, 2) % 1 == 0
        return self._with_sign(_rounded(number, 0 if whole else 2), "#,##0" if whole else "#,##0.00")

    @cached_property
    def _currency_name(self) -> str:
        """The currency's name as Chinese puts it after a figure."""
        if self.currency in ("", "CNY"):
            return self.phrase("yuan") if self.currency else ""
        return str(get_currency_name(self.currency, locale=_LOCALE["zh"]))

    def _small(self, number: Decimal) -> str:
        whole = abs(number) >= 1000 or _rounded(number, 2) % 1 == 0
        return self._decimal(_rounded(number, 0 if whole else 2), "#,##0" if whole else "#,##0.00")

    def _with_sign(self, number: Decimal, pattern: str) -> str:
        if not self.currency:
            return self._decimal(number, pattern)
        pattern = f"¤{pattern};-¤{pattern}"
        text = format_currency(number, self.currency, format=pattern, locale=_SIGNS, currency_digits=False)
        return str(text).replace("-", _MINUS)

    def percent(self, value: Any) -> str:
        """A share of 0..1 as a percentage with one decimal, two below 1 %."""
        if value is None:
            return self.phrase("none")
        number = Decimal(str(value)) * 100
        return f"{self.number(number, 2 if abs(number) < 1 else 1)}%"

    def points(self, value: Any) -> str:
        return self._counted(value, "point", 1)

    def percentage_points(self, value: Any) -> str:
        """A difference of two shares (0..1) in percentage points."""
        return self._counted(None if value is None else Decimal(str(value)) * 100, "percentage_point", 1)

    def rating(self, value: Any) -> str:
        return self.phrase("none") if value is None else self.phrase("rating", value=self.number(value, 2))

    def ratio(self, value: Any) -> str:
        return self.number(value, 2)

    def days(self, value: Any) -> str:
        return self._counted(value, "day", 0 if value is not None and abs(value) >= 10 else 1)

    def months(self, value: Any) -> str:
        return self._counted(value, "month", 0)

    def hours(self, value: Any) -> str:
        """A duration given in hours, in minutes below one hour and in days from three days on."""
        if value is None:
            return self.phrase("none")
        if 0 < abs(value) < 1:
            return self._counted(Decimal(str(value)) * 60, "minute", 0)
        if abs(value) >= 72:
            return self._counted(Decimal(str(value)) / 24, "day", 1)
        return self._counted(value, "hour", 1)

    def _counted(self, value: Any, unit: str, decimals: int) -> str:
        if value is None:
            return self.phrase("none")
        number = _rounded(Decimal(str(value)), decimals)
        return self.phrase(unit) if number == 1 else self.phrase(f"{unit}s", value=self.number(number, decimals))

    def figure(self, value: Any, unit: str | None = None) -> str:
        """A figure by the name of its unit; without one, a value as it is."""
        writers: dict[str, Callable[[Any], str]] = {
            "money": self.money, "count": self.count, "percent": self.percent, "points": self.points, "rating": self.rating,
            "hours": self.hours, "ratio": self.ratio, "days": self.days, "number": self.number, "date": self.date,
            "code": self.label,
        }
        return writers.get(unit or "", self.value)(value)

    def difference(self, value: Any, unit: str | None = None) -> str:
        """The size of a difference between two figures of a unit, without its sign: shares differ by percentage points."""
        if value is None:
            return self.phrase("none")
        return self.percentage_points(abs(value)) if unit == "percent" else self.figure(abs(value), unit)

    def signed(self, value: Any, unit: str | None = None) -> str:
        """A difference with its sign in front; without a unit, a relative change as a percentage."""
        if value is None:
            return self.phrase("none")
        sign = "+" if value > 0 else _MINUS if value < 0 else ""
        return f"{sign}{self.difference(value, unit) if unit else self.percent(abs(value))}"

    def change(self, rate: Any) -> str:
        """A relative change in words: up 12.3%, down 3%, unchanged."""
        if rate is None:
            return self.phrase("no_comparison")
        if abs(rate) < _NO_CHANGE:
            return self.phrase("unchanged")
        return self.phrase("up" if rate > 0 else "down", value=self.percent(abs(rate)))

    def up_or_down(self, value: Any) -> str:
        if value is None:
            return self.phrase("no_comparison")
        return self.phrase("is_up" if value > 0 else "is_down" if value < 0 else "unchanged")

    # dates and periods

    def date(self, value: Any) -> str:
        if value is None:
            return self.phrase("none")
        day = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return str(format_date(day, "y年M月d日" if self.language == "zh" else "d MMMM y", locale=self._locale))

    def span(self, period: Period | None) -> str:
        """A period in words: October 2026, July–September 2026, 1–17 November 2026 (so far); none is the whole time."""
        if period is None:
            return self.phrase("whole_time")
        words = self._whole_months(period) or self.dates(period, mark_partial=False)
        return self.phrase("partial", span=words) if period.partial else words

    def dates(self, period: Period, mark_partial: bool = True) -> str:
        """A period with its first and last day."""
        first, last = period.start, period.last
        if first == last:
            words = self.date(first)
        elif (first.year, first.month) == (last.year, last.month) and self.language == "en":
            words = self.phrase("to_same_month", first=first.day, last=last.day, month=self._month(first))
        elif (first.year, first.month) == (last.year, last.month):
            words = self.phrase("to_same_month", first=self.date(first), last=last.day)
        elif first.year == last.year:
            words = self.phrase("to", **self._shortened(first, last))
        else:
            words = self.phrase("to", first=self.date(first), last=self.date(last))
        return self.phrase("partial", span=words) if mark_partial and period.partial else words

    def _month(self, day: dt.date) -> str:
        return str(format_date(day, "y年M月" if self.language == "zh" else "MMMM y", locale=self._locale))

    def month_name(self, month: int) -> str:
        """The name of the month 1..12."""
        return str(format_date(dt.date(2000, month, 1), "LLLL", locale=self._locale))

    def _shortened(self, first: dt.date, last: dt.date) -> dict[str, str]:
        """Two days of one year, the year said once."""
        if self.language == "zh":
            return {"first": self.date(first), "last": str(format_date(last, "M月d日", locale=self._locale))}
        return {"first": str(format_date(first, "d MMMM", locale=self._locale)), "last": self.date(last)}

    def _whole_months(self, period: Period) -> str | None:
        """Words for a period of whole calendar months, None for any other."""
        if period.start.day != 1 or period.end.day != 1 or period.end <= period.start:
            return None
        first, last = period.start, (period.end - DAY).replace(day=1)
        if add_months(first, 12) == period.end and first.month == 1:
            return str(format_date(first, "y年" if self.language == "zh" else "y", locale=self._locale))
        if first == last:
            return self._month(first)
        if first.year != last.year:
            return self.phrase("to", first=self._month(first), last=self._month(last))
        if self.language == "zh":
            return self.phrase("months_to", first=self._month(first), last=format_date(last, "M月", locale=self._locale))
        return self.phrase("months_to", first=format_date(first, "MMMM", locale=self._locale), last=self._month(last))

    # codes, values and conditions

    def label(self, code: Any, dimension: str | None = None) -> str:
        """A code in words, as inside a sentence; several are listed."""
        if code is None:
            return self.phrase("unknown")
        if isinstance(code, list | tuple):
            return self.listing([self.label(item, dimension) for item in code])
        return terms.load().label(str(code), self.language, dimension)

    def title(self, code: Any, dimension: str | None = None) -> str:
        """A code in words, as a heading."""
        words = self.label(code, dimension)
        return words[:1].upper() + words[1:]

    def value(self, value: Any, dimension: str | None = None) -> str:
        """A value of the data as it is shown; codes such as segments in words, a missing one as unknown."""
        if value is None or value == "":
            return self.phrase("unknown")
        if isinstance(value, bool):
            return self.phrase("yes" if value else "no")
        if isinstance(value, list | tuple):
            return self.listing([self.value(item, dimension) for item in value])
        if isinstance(value, dt.date):
            return self._moment(value, dimension)
        if dimension == "hour" and isinstance(value, int):
            return self.phrase("hour_of_day", value=value)
        term = terms.load().value(str(value), dimension)
        if term is not None and (isinstance(value, str) or dimension is not None):
            return term.label[self.language]
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        return self._span_of(value) or " ".join(str(value).split())

    def _span_of(self, text: Any) -> str | None:
        """Words for a text of two ISO dates, the name that an analysis gives a group that is a period."""
        found = _ISO_SPAN.fullmatch(str(text))
        return self.dates(Period(dt.date.fromisoformat(found[1]), dt.date.fromisoformat(found[2]) + DAY)) if found else None

    def _moment(self, value: dt.date, dimension: str | None) -> str:
        """A date as the first day of a bucket of the grain `dimension`, a time with its hour and minute."""
        if isinstance(value, dt.datetime):
            return self.phrase("time", day=self.date(value), time=f"{value:%H:%M}")
        if dimension == "month":
            return self._month(value)
        if dimension == "week":
            return self.phrase("week_of", day=self.date(value))
        if dimension == "year" and value.month == 1:
            return str(value.year)
        if dimension in ("quarter", "year"):
            return self.span(Period(value, add_months(value, 3 if dimension == "quarter" else 12)))
        return self.date(value)

    def listing(self, items: Iterable[Any]) -> str:
        """Items joined with commas and an "and" before the last."""
        words = [item if isinstance(item, str) else self.value(item) for item in items]
        if len(words) < 2:
            return "".join(words)
        return f"{self.phrase('comma').join(words[:-1])}{self.phrase('and')}{words[-1]}"

    def where(self, filters: Iterable[Filter] | None) -> str:
        """Conditions in words; the empty text where there are none."""
        return self.phrase("comma").join(self.condition(item) for item in filters or ())

    def condition(self, item: Filter) -> str:
        """One condition in words: city Leeds, revenue over £500."""
        unit, name = terms.load().unit(item.field), self.label(item.field)
        words = [self._bound(item.field, value, unit) for value in item.values]
        if item.op == "between":
            return self.phrase("between", field=name, low=words[0], high=words[-1])
        key: str = item.op
        if isinstance(item.values[0], dt.date) and item.op in (">", "<", ">=", "<="):
            key = {">": "after", "<": "before", ">=": "from", "<=": "until"}[item.op]
        return self.phrase(key, field=name, value=self.phrase("or").join(words))

    def _bound(self, field: str, value: Any, unit: str | None) -> str:
        if isinstance(value, bool) or unit in (None, "text") or not isinstance(value, int | float | Decimal):
            return self.value(value, field)
        number = float(value)
        return self.figure(number / 100 if unit == "percent" and abs(number) > 1 else value, unit)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    """Half away from zero, as people round."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
