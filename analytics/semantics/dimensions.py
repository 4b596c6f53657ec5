"""Dimensions: what a metric can be split by, and through which column of which mart.

A dimension is a column of the metric's own mart, an attribute of the customer or the campaign that is joined in, or a
part of the mart's time. Holds no metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer
from analytics.period import GRAINS, Calendar, Grain
from analytics.schema import AGE_BANDS, LIFECYCLE_STAGES, MARTS, RFM_SEGMENTS, VALUE_TIERS
from analytics.shop import Shop

Source = Literal["own", "customer", "campaign", "time", "key"]

#: The mart's column that places a row in local time.
TIME_COLUMN: dict[str, str] = {
    "order_facts": "ordered_at", "sale_lines": "ordered_at", "feedback_facts": "created_at", "ticket_facts": "opened_at",
    "touch_facts": "sent_at", "campaign_facts": "starts_on", "invoice_facts": "issued_on", "loyalty_facts": "occurred_at",
    "event_facts": "occurred_at", "customer_facts": "signup_date", "daily_sales": "day",
}
#: The canonical table that must be loaded for a mart to hold anything.
ORIGIN: dict[str, str] = {
    "order_facts": "orders", "sale_lines": "order_lines", "feedback_facts": "feedback", "ticket_facts": "tickets",
    "touch_facts": "campaign_touches", "campaign_facts": "campaigns", "invoice_facts": "invoices",
    "loyalty_facts": "loyalty_entries", "event_facts": "web_events", "customer_facts": "orders", "daily_sales": "orders",
}
#: Names under which people know a column of one mart that has another name there: canonical names, and "category" or
#: "channel" where only one kind of them makes sense.
SYNONYMS: dict[str, dict[str, str]] = {
    "order_facts": {"channel": "order_channel"},
    "sale_lines": {"channel": "order_channel"},
    "feedback_facts": {"source": "feedback_source", "channel": "order_channel"},
    "ticket_facts": {"category": "ticket_category"},
    "touch_facts": {"name": "campaign", "channel": "campaign_channel", "order_channel": "campaign_channel"},
    "campaign_facts": {"name": "campaign", "channel": "campaign_channel", "order_channel": "campaign_channel"},
}


@dataclass(frozen=True)
class Dimension:
    """`source` own: the mart's own column; customer: joined through customer_id from customer_facts; campaign: joined
    through campaign_id; time: derived from the mart's time column; key: a customer's or product's id, for rankings.
    `order`: natural order of values, if any."""

    name: str
    source: Source
    order: tuple[str, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether the values have an order of their own, by which a table or chart is better sorted than by size."""
        return bool(self.order) or self.source == "time" or self.name in ("age_band", "income_band")


DIMENSIONS: dict[str, Dimension] = {
    d.name: d
    for d in (
        Dimension("region", "own"), Dimension("city", "own"), Dimension("country", "own"),
        Dimension("gender", "customer"), Dimension("age_band", "customer", AGE_BANDS), Dimension("income_band", "customer"),
        Dimension("interest", "customer"), Dimension("acquisition_channel", "customer"), Dimension("loyalty_tier", "customer"),
        Dimension("rfm_segment", "customer", RFM_SEGMENTS), Dimension("value_tier", "customer", VALUE_TIERS),
        Dimension("lifecycle_stage", "customer", LIFECYCLE_STAGES),
        Dimension("order_channel", "own"), Dimension("category", "own"), Dimension("product", "own"),
        Dimension("campaign", "campaign"), Dimension("campaign_channel", "campaign"), Dimension("feedback_source", "own"),
        Dimension("sentiment", "own", ("positive", "neutral", "negative")), Dimension("ticket_category", "own"),
        Dimension("priority", "own", ("urgent", "high", "medium", "normal", "low")), Dimension("agent", "own"),
        Dimension("weekday", "time"), Dimension("hour", "time"), Dimension("day", "time"), Dimension("week", "time"),
        Dimension("month", "time"), Dimension("quarter", "time"), Dimension("year", "time"),
    )
}
#: What rankings count by beside the dimensions: the ids of customers and products.
KEYS: dict[str, Dimension] = {name: Dimension(name, "key") for name in ("customer_id", "product_id")}
#: Dimensions whose values come from models that no load has fitted yet.
UNBUILT_DIMENSIONS = ("cluster", "theme")


def dimension_of(name: str) -> Dimension:
    """The dimension (or key) of a name; raises CannotAnswer where there is none."""
    found = DIMENSIONS.get(name) or KEYS.get(name)
    if found is None:
        raise CannotAnswer("unbuilt_dimension" if name in UNBUILT_DIMENSIONS else "unknown_dimension", dimension=name)
    return found


def column_of(name: str, base: str) -> str | None:
    """The mart's own column behind a dimension's or field's name, or None."""
    columns = MARTS[base].column_names
    if name in columns:
        return name
    synonym = SYNONYMS.get(base, {}).get(name)
    return synonym if synonym in columns else None


def joinable(dimension: Dimension, base: str) -> bool:
    """Whether a row of `base` can be given a value of the dimension."""
    columns = MARTS[base].column_names
    if column_of(dimension.name, base):
        return True
    if dimension.source == "customer":
        return "customer_id" in columns
    if dimension.source == "campaign":
        return "campaign_id" in columns
    if dimension.source == "time":
        has_hours = MARTS[base].column(TIME_COLUMN[base]).type == "timestamp"
        return dimension.name != "hour" or has_hours
    return False


def bucket(time: ir.Value, grain: Grain, cal: Calendar) -> ir.DateValue:
    """First day of the grain that holds `time`, weeks and fiscal years as the data set has them."""
    day = time.cast("date")
    if grain == "day":
        return day
    if grain == "week":
        if cal.week_start == 1:
            return day.truncate("W").cast("date")
        shift = ibis.interval(days=cal.week_start - 1)
        return ((day - shift).cast("date").truncate("W") + shift).cast("date")
    if grain == "month" or cal.fiscal_year_start == 1:
        return day.truncate({"month": "M", "quarter": "Q", "year": "Y"}[grain]).cast("date")
    # A fiscal quarter starts (fiscal start - 1) months later than some calendar quarter, a fiscal year than a year.
    months = ibis.interval(months=cal.fiscal_year_start - 1)
    start_of_month = day.truncate("M").cast("date")
    return ((start_of_month - months).cast("date").truncate("Q" if grain == "quarter" else "Y") + months).cast("date")


def with_dimensions(shop: Shop, table: ir.Table, base: str, names: tuple[str, ...]) -> ir.Table:
    """`table` (rows of the mart `base`) with a column for each dimension; raises CannotAnswer where one cannot join."""
    customer, campaign = [], []
    for name in names:
        dimension = dimension_of(name)
        if not joinable(dimension, base):
            raise CannotAnswer("not_joinable", dimension=name, table=ORIGIN[base])
        if name in table.columns:
            continue
        if own := column_of(name, base):
            table = table.mutate(**{name: table[own]})
        elif dimension.source == "customer":
            customer.append(name)
        elif dimension.source == "campaign":
            campaign.append(name)
        else:
            table = table.mutate(**{name: _time_part(shop, table[TIME_COLUMN[base]], name)})
    if customer:
        attributes = shop.customer_facts.select("customer_id", *customer)
        table = table.left_join(attributes, "customer_id").drop("customer_id_right")
    if campaign:
        attributes = shop.table("campaign_facts").select("campaign_id", *campaign)
        table = table.left_join(attributes, "campaign_id").drop("campaign_id_right")
    return table


def _time_part(shop: Shop, time: ir.Value, name: str) -> ir.Value:
    if name == "weekday":
        return time.cast("date").day_of_week.index() + 1
    if name == "hour":
        return time.cast("timestamp").hour()
    return bucket(time, next(grain for grain in GRAINS if grain == name), shop.settings.calendar)
