"""The canonical tables and the marts, typed once.

Owns every table and column name of Askwell; nothing else spells a schema. Holds no data and no queries.
Times in canonical tables are UTC; marts carry the company's local time. Money is DECIMAL in one currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import ibis

ID = "string"
TEXT = "string"
MONEY = "decimal(18, 4)"
#: Prices keep more decimals than amounts: a price that was derived from an amount must give that amount back.
UNIT_PRICE = "decimal(18, 8)"
QUANTITY = "decimal(18, 3)"
COUNT = "int64"
RATIO = "float64"
TIME = "timestamp"
DATE = "date"
FLAG = "boolean"

#: Version of the file layout; a file with a higher number was written by a newer Askwell and is refused.
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Column:
    """One column: its Ibis type, whether a load must supply it, and whether it identifies a person."""

    name: str
    type: str
    required: bool = False
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its columns, its key (empty when rows have none) and the column that places a row in time."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    time: str | None = None

    @cached_property
    def schema(self) -> ibis.Schema:
        return ibis.schema({column.name: column.type for column in self.columns})

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _columns(*specs: str) -> tuple[Column, ...]:
    """Reads `name type` specs; a trailing ! marks a required column, a trailing * a personal one."""
    out = []
    for spec in specs:
        name, _, type_name = spec.partition(" ")
        marks = "".join(mark for mark in "!*" if type_name.endswith(mark) or mark in type_name[-2:])
        out.append(Column(name, type_name.rstrip("!*"), required="!" in marks, personal="*" in marks))
    return tuple(out)


CUSTOMERS = Table(
    "customers",
    _columns(
        f"customer_id {ID}!", f"name {TEXT}*", f"email {TEXT}*", f"phone {TEXT}*", f"gender {TEXT}",
        f"birth_date {DATE}*", f"income {MONEY}*", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}",
        f"interest {TEXT}", f"signup_date {DATE}", f"acquisition_channel {TEXT}", f"loyalty_tier {TEXT}",
        f"marketing_consent {FLAG}", f"credit_limit {MONEY}",
    ),
    key=("customer_id",),
    time="signup_date",
)
PRODUCTS = Table(
    "products",
    _columns(f"product_id {ID}!", f"name {TEXT}", f"category {TEXT}", f"unit_cost {MONEY}", f"stock_on_hand {QUANTITY}"),
    key=("product_id",),
)
ORDERS = Table(
    "orders",
    _columns(
        f"order_id {ID}!", f"customer_id {ID}", f"ordered_at {TIME}!", f"channel {TEXT}", f"status {TEXT}",
        f"discount {MONEY}", f"campaign_id {ID}", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}",
    ),
    key=("order_id",),
    time="ordered_at",
)
ORDER_LINES = Table(
    "order_lines",
    _columns(f"order_id {ID}!", f"product_id {ID}", f"quantity {QUANTITY}!", f"unit_price {UNIT_PRICE}!"),
)
FEEDBACK = Table(
    "feedback",
    _columns(
        f"feedback_id {ID}!", f"customer_id {ID}", f"created_at {TIME}!", f"source {TEXT}", f"rating {COUNT}",
        f"nps {COUNT}", f"text {TEXT}*", f"product_id {ID}", f"order_id {ID}", f"ticket_id {ID}",
    ),
    key=("feedback_id",),
    time="created_at",
)
TICKETS = Table(
    "tickets",
    _columns(
        f"ticket_id {ID}!", f"customer_id {ID}", f"opened_at {TIME}!", f"first_response_at {TIME}",
        f"resolved_at {TIME}", f"category {TEXT}", f"priority {TEXT}", f"agent {TEXT}", f"status {TEXT}",
        f"csat {COUNT}", f"reopened {FLAG}", f"order_id {ID}", f"subject {TEXT}*", f"text {TEXT}*",
    ),
    key=("ticket_id",),
    time="opened_at",
)
CAMPAIGNS = Table(
    "campaigns",
    _columns(
        f"campaign_id {ID}!", f"name {TEXT}", f"channel {TEXT}", f"starts_on {DATE}", f"ends_on {DATE}", f"cost {MONEY}"
    ),
    key=("campaign_id",),
    time="starts_on",
)
CAMPAIGN_TOUCHES = Table(
    "campaign_touches",
    _columns(
        f"campaign_id {ID}!", f"customer_id {ID}!", f"sent_at {TIME}", f"variant {TEXT}", f"opened_at {TIME}",
        f"clicked_at {TIME}", f"converted_at {TIME}",
    ),
    time="sent_at",
)
WEB_EVENTS = Table(
    "web_events",
    _columns(f"customer_id {ID}", f"occurred_at {TIME}!", f"type {TEXT}!", f"product_id {ID}"),
    time="occurred_at",
)
INVOICES = Table(
    "invoices",
    _columns(
        f"invoice_id {ID}!", f"customer_id {ID}", f"order_id {ID}", f"issued_on {DATE}!", f"due_on {DATE}",
        f"paid_on {DATE}", f"amount {MONEY}!",
    ),
    key=("invoice_id",),
    time="issued_on",
)
LOYALTY_ENTRIES = Table(
    "loyalty_entries",
    _columns(f"customer_id {ID}!", f"occurred_at {TIME}!", f"points {COUNT}!", f"reward {TEXT}"),
    time="occurred_at",
)
TARGETS = Table("targets", _columns(f"period {DATE}!", f"metric {TEXT}!", f"value {MONEY}!"), time="period")
VALUE_ALIASES = Table("value_aliases", _columns(f"field {TEXT}!", f"value {TEXT}!", f"alias {TEXT}!"))

#: What a load may bring, in the order in which tables are written. Only orders and order_lines are required.
CANONICAL: dict[str, Table] = {
    table.name: table
    for table in (
        CUSTOMERS, PRODUCTS, ORDERS, ORDER_LINES, FEEDBACK, TICKETS, CAMPAIGNS, CAMPAIGN_TOUCHES, WEB_EVENTS, INVOICES,
        LOYALTY_ENTRIES, TARGETS, VALUE_ALIASES,
    )
}
REQUIRED_TABLES = ("orders", "order_lines")

ORDER_STATUSES = ("completed", "returned", "cancelled")
FEEDBACK_SOURCES = ("survey", "review", "social", "phone", "chat")

#: What became of an order line. Only sale and credit lines carry revenue.
LINE_KINDS = ("sale", "credit", "returned", "cancelled", "none")

#: One row per order line, with what the order and the product say about it. `revenue` is the line's contribution:
#: amount minus its share of the order discount for sale lines, the negative amount for credit lines, 0 otherwise.
SALE_LINES = Table(
    "sale_lines",
    _columns(
        f"order_id {ID}", f"customer_id {ID}", f"ordered_at {TIME}", f"order_date {DATE}", f"order_channel {TEXT}",
        f"campaign_id {ID}", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}", f"product_id {ID}", f"product {TEXT}",
        f"category {TEXT}", f"quantity {QUANTITY}", f"unit_price {UNIT_PRICE}", f"kind {TEXT}", f"gross {MONEY}",
        f"discount {MONEY}", f"revenue {MONEY}", f"cost {MONEY}",
    ),
    time="ordered_at",
)
#: One row per order. `counted`: neither cancelled nor returned and with a sale line. `returned`: status returned or a
#: credit note. `gross`, `discount`, `units` are those of counted sale lines; `revenue` and `cost` include credit lines.
#: `cost` is null when a line with revenue has no known cost. A credit without goods coming back is no return.
#: `order_number` counts the customer's counted orders from 1; `gap_days` is the time since the one before.
ORDER_FACTS = Table(
    "order_facts",
    _columns(
        f"order_id {ID}", f"customer_id {ID}", f"ordered_at {TIME}", f"order_date {DATE}", f"order_channel {TEXT}",
        f"status {TEXT}", f"campaign_id {ID}", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}", f"counted {FLAG}",
        f"returned {FLAG}", f"lines {COUNT}", f"units {QUANTITY}", f"gross {MONEY}", f"discount {MONEY}",
        f"revenue {MONEY}", f"cost {MONEY}", f"order_number {COUNT}", f"gap_days {RATIO}",
    ),
    key=("order_id",),
    time="ordered_at",
)
#: One row per known customer (in `customers` or on an order), everything as of the data set's as-of date.
#: `churn_horizon_days` stands in the settings; scores run 1 (worst) to 5 (best) and are null without an order.
CUSTOMER_FACTS = Table(
    "customer_facts",
    _columns(
        f"customer_id {ID}", f"name {TEXT}*", f"gender {TEXT}", f"age {COUNT}", f"age_band {TEXT}", f"birth_month {COUNT}",
        f"income {MONEY}*", f"income_band {TEXT}", f"interest {TEXT}", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}",
        f"acquisition_channel {TEXT}", f"loyalty_tier {TEXT}", f"marketing_consent {FLAG}", f"credit_limit {MONEY}",
        f"signup_date {DATE}", f"orders {COUNT}", f"returned_orders {COUNT}", f"units {QUANTITY}", f"gross {MONEY}",
        f"discount {MONEY}", f"revenue {MONEY}", f"gross_margin {MONEY}", f"average_order_value {RATIO}",
        f"orders_12m {COUNT}", f"revenue_12m {MONEY}", f"first_order_date {DATE}", f"last_order_date {DATE}",
        f"days_since_last_order {COUNT}", f"mean_gap_days {RATIO}", f"categories {COUNT}", f"top_category {TEXT}",
        f"top_channel {TEXT}", f"recency_score {COUNT}", f"frequency_score {COUNT}", f"monetary_score {COUNT}",
        f"rfm_segment {TEXT}", f"value_tier {TEXT}", f"lifecycle_stage {TEXT}", f"feedback_count {COUNT}",
        f"average_rating {RATIO}", f"last_rating {COUNT}", f"last_nps {COUNT}", f"last_feedback_at {TIME}",
        f"tickets {COUNT}", f"open_tickets {COUNT}", f"average_csat {RATIO}", f"last_ticket_at {TIME}",
        f"points_balance {COUNT}", f"overdue_amount {MONEY}", f"days_overdue {COUNT}",
    ),
    key=("customer_id",),
)
#: Net revenue of each known customer by category; `share` is of the customer's own positive revenue.
CUSTOMER_CATEGORIES = Table(
    "customer_categories",
    _columns(
        f"customer_id {ID}", f"category {TEXT}", f"orders {COUNT}", f"units {QUANTITY}", f"revenue {MONEY}", f"share {RATIO}"
    ),
)
#: One row per calendar day from the first to the last counted or returned order, zero-filled; `cost` is that of the
#: lines whose cost is known (null where none is).
DAILY_SALES = Table(
    "daily_sales",
    _columns(
        f"day {DATE}", f"revenue {MONEY}", f"gross {MONEY}", f"discount {MONEY}", f"cost {MONEY}", f"orders {COUNT}",
        f"units {QUANTITY}", f"customers {COUNT}", f"new_customers {COUNT}", f"returned_orders {COUNT}",
    ),
    key=("day",),
    time="day",
)
#: The optional tables with local times, dimension names and the place of the customer, one row per row of their origin.
#: `sentiment` is that of analytics.models.sentiment (positive, neutral, negative; null without a text).
FEEDBACK_FACTS = Table(
    "feedback_facts",
    _columns(
        f"feedback_id {ID}", f"customer_id {ID}", f"created_at {TIME}", f"feedback_source {TEXT}", f"rating {COUNT}",
        f"nps {COUNT}", f"text {TEXT}*", f"language {TEXT}", f"sentiment {TEXT}", f"sentiment_score {RATIO}",
        f"product_id {ID}", f"product {TEXT}", f"category {TEXT}", f"order_id {ID}", f"order_channel {TEXT}",
        f"ticket_id {ID}", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}",
    ),
    key=("feedback_id",),
    time="created_at",
)
TICKET_FACTS = Table(
    "ticket_facts",
    _columns(
        f"ticket_id {ID}", f"customer_id {ID}", f"opened_at {TIME}", f"first_response_at {TIME}", f"resolved_at {TIME}",
        f"first_response_hours {RATIO}", f"resolution_hours {RATIO}", f"ticket_category {TEXT}", f"priority {TEXT}",
        f"agent {TEXT}", f"status {TEXT}", f"csat {COUNT}", f"reopened {FLAG}", f"order_id {ID}", f"city {TEXT}",
        f"region {TEXT}", f"country {TEXT}",
    ),
    key=("ticket_id",),
    time="opened_at",
)
TOUCH_FACTS = Table(
    "touch_facts",
    _columns(
        f"campaign_id {ID}", f"campaign {TEXT}", f"campaign_channel {TEXT}", f"customer_id {ID}", f"sent_at {TIME}",
        f"variant {TEXT}", f"opened_at {TIME}", f"clicked_at {TIME}", f"converted_at {TIME}", f"city {TEXT}",
        f"region {TEXT}", f"country {TEXT}",
    ),
    time="sent_at",
)
#: `orders` and `revenue` are those of counted orders that carry the campaign's id.
CAMPAIGN_FACTS = Table(
    "campaign_facts",
    _columns(
        f"campaign_id {ID}", f"campaign {TEXT}", f"campaign_channel {TEXT}", f"starts_on {DATE}", f"ends_on {DATE}",
        f"cost {MONEY}", f"orders {COUNT}", f"revenue {MONEY}", f"gross_margin {MONEY}",
    ),
    key=("campaign_id",),
    time="starts_on",
)
#: `overdue_amount` is the amount of an invoice that is unpaid and past its due date on the as-of date, else 0;
#: `late` tells whether it was paid after, or is unpaid past, its due date.
INVOICE_FACTS = Table(
    "invoice_facts",
    _columns(
        f"invoice_id {ID}", f"customer_id {ID}", f"order_id {ID}", f"issued_on {DATE}", f"due_on {DATE}", f"paid_on {DATE}",
        f"amount {MONEY}", f"overdue_amount {MONEY}", f"days_overdue {COUNT}", f"late {FLAG}", f"city {TEXT}",
        f"region {TEXT}", f"country {TEXT}",
    ),
    key=("invoice_id",),
    time="issued_on",
)
LOYALTY_FACTS = Table(
    "loyalty_facts",
    _columns(
        f"customer_id {ID}", f"occurred_at {TIME}", f"points {COUNT}", f"reward {TEXT}", f"city {TEXT}",
        f"region {TEXT}", f"country {TEXT}"
    ),
    time="occurred_at",
)
EVENT_FACTS = Table(
    "event_facts",
    _columns(
        f"customer_id {ID}", f"occurred_at {TIME}", f"type {TEXT}", f"product_id {ID}", f"product {TEXT}",
        f"category {TEXT}", f"city {TEXT}", f"region {TEXT}", f"country {TEXT}",
    ),
    time="occurred_at",
)
MARTS: dict[str, Table] = {
    table.name: table
    for table in (
        SALE_LINES, ORDER_FACTS, CUSTOMER_FACTS, CUSTOMER_CATEGORIES, DAILY_SALES, FEEDBACK_FACTS, TICKET_FACTS,
        TOUCH_FACTS, CAMPAIGN_FACTS, INVOICE_FACTS, LOYALTY_FACTS, EVENT_FACTS,
    )
}

#: What cleaning did: rule, rows touched, of how many, a JSON sample of them, and the action: kept (as they are), repaired (a
#: value changed), left_out (in their table, not counted), set_aside (moved to the table `set_aside`).
QUALITY = Table(
    "quality_report",
    _columns(
        f"position {COUNT}", f"table_name {TEXT}", f"rule {TEXT}", f"action {TEXT}", f"rows {COUNT}", f"total {COUNT}",
        f"sample {TEXT}"
    ),
)
#: Rows that could not be kept in their table, as JSON, with the rule that says why and the file they came from.
SET_ASIDE = Table("set_aside", _columns(f"table_name {TEXT}", f"rule {TEXT}", f"file {TEXT}", f"row {TEXT}*"))
#: key/value settings and stamps of a data set: see `analytics.shop.Settings`.
META = Table("askwell_meta", _columns(f"key {TEXT}", f"value {TEXT}"), key=("key",))

RFM_SEGMENTS = (
    "champions", "loyal", "potential loyalists", "new", "promising", "need attention", "about to sleep", "at risk",
    "can't lose", "hibernating", "lost",
)
VALUE_TIERS = ("high-value", "potential", "ordinary")
LIFECYCLE_STAGES = ("new", "active", "dormant", "lost")
AGE_BANDS = ("under 25", "25-34", "35-44", "45-54", "55-64", "65 and over")


def all_tables() -> Iterable[Table]:
    """Every table that a data set may hold."""
    return (*CANONICAL.values(), *MARTS.values(), QUALITY, SET_ASIDE, META)


#: Columns that identify a person or hold what a person wrote, by their names.
PERSONAL = frozenset(column.name for table in all_tables() for column in table.columns if column.personal)
