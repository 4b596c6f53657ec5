"""What reading the periods of a question yields. Holds no rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from analytics.period import Period

Role = Literal["period", "compare_to", "horizon", "duration", "signup", "birthday"]
Relative = Literal["previous", "year_before"]
Op = Literal["=", ">", "<", ">=", "<=", "between"]


@dataclass(frozen=True)
class Horizon:
    """A length into the future: either days or months, as it was said."""

    text: str
    days: int | None = None
    months: int | None = None


@dataclass(frozen=True)
class Bound:
    """A bound on a customer's (or an invoice's) field that a phrase states; dates as `date`, `between` inclusive."""

    field: Literal["days_since_last_order", "last_order_date", "signup_date", "days_overdue", "birth_month"]
    op: Op
    value: int | date | tuple[int, int] | tuple[date, date]


@dataclass(frozen=True)
class PeriodMatch:
    """A phrase of time at text[start:end].

    role period: what the answer covers. compare_to: what it is compared with; `relative` says that it moves with the main
    period (None for `period` where no main period is said). horizon: a length into the future, with `horizon`, and with
    `period` where the phrase names calendar units. duration: a length of `days` without a place in time; with `bounds`
    when it bounds the last order or the days overdue. signup: a period in which customers joined, with `bounds`; a
    question that counts customers may take it as its period. birthday: the month that customers were born in, with `bounds`.
    """

    start: int
    end: int
    text: str
    period: Period | None
    role: Role = "period"
    alternatives: tuple[Period, ...] = ()
    relative: Relative | None = None
    horizon: Horizon | None = None
    days: int | None = None
    bounds: tuple[Bound, ...] = ()
