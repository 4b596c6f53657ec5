"""Shop: the typed handle on what is loaded. Tables as unbound Ibis expressions, which of them exist, settings, clock.

Opens nothing and runs nothing: an `Engine` (analytics.run) does. A shop without data serves contract tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer
from analytics.period import Calendar, Period, named
from analytics.schema import CANONICAL, MARTS, META, QUALITY, all_tables


@dataclass(frozen=True)
class Settings:
    """Settings of a data set, asked at load and shown in the receipt.

    `churn_horizon_days`: longer without a counted order is churned (see catalogue); computed at load from the gaps.
    """

    currency: str = "GBP"
    time_zone: str = "UTC"
    week_start: int = 1
    fiscal_year_start: int = 1
    company: str = ""
    churn_horizon_days: int = 90
    high_value_share: float = 0.5
    high_value_most: float = 0.2
    sla_first_response_hours: float = 24.0

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.week_start, self.fiscal_year_start)


@dataclass(frozen=True)
class Shop:
    """What is loaded. `rows` holds the row count of every table that exists and is not empty.

    `theme_edits`: what people changed about the themes of feedback, as the JSON text of analytics.models.themes.Edits; empty
    where nothing was. A text, so that a shop does not wait for the libraries of models.
    """

    settings: Settings
    as_of: date
    today: date
    first_day: date
    version: str = "unbound"
    loaded_at: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    extra_columns: Mapping[str, ibis.Schema] = field(default_factory=dict)
    theme_edits: str = ""

    @classmethod
    def unbound(cls, today: date = date(2026, 11, 17)) -> Shop:
        """A shop that has every table and no data, for checks of schemas."""
        return cls(Settings(), today, today, date(today.year - 2, 1, 1), rows={t.name: 1 for t in all_tables()})

    def on(self, today: date) -> Shop:
        """The same shop with the clock set to `today`."""
        return replace(self, today=today)

    def has(self, name: str) -> bool:
        return self.rows.get(name, 0) > 0

    def require(self, *names: str) -> None:
        """Raises CannotAnswer(missing_table) when one of the tables is absent or empty."""
        for name in names:
            if not self.has(name):
                columns = CANONICAL[name].column_names if name in CANONICAL else ()
                raise CannotAnswer("missing_table", table=name, columns=columns)

    def table(self, name: str) -> ir.Table:
        """An unbound table; absent optional tables are legal expressions (they exist empty in every data set)."""
        known = {**CANONICAL, **MARTS, QUALITY.name: QUALITY, META.name: META}
        return ibis.table(known[name].schema, name=name)

    @property
    def sale_lines(self) -> ir.Table:
        return self.table("sale_lines")

    @property
    def order_facts(self) -> ir.Table:
        return self.table("order_facts")

    @property
    def customer_facts(self) -> ir.Table:
        return self.table("customer_facts")

    @property
    def daily_sales(self) -> ir.Table:
        return self.table("daily_sales")

    def period(self, name: str) -> Period:
        """The named period (see analytics.period.named) on this shop's clock and calendar."""
        return named(name, self.today, self.settings.calendar, self.first_day)
