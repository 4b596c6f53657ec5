"""What is loaded: tables, rows, first and last day, columns and how well they are filled, what is missing, settings."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from analytics.finding import Caveat, Finding, Scope, Shared
from analytics.schema import CANONICAL
from analytics.scorecard import constant
from analytics.shop import Shop

#: Where the first and the last day of a table stand in the company's time: the mart that is made of it, and its column.
DAYS: dict[str, tuple[str, str]] = {
    "customers": ("customer_facts", "signup_date"), "orders": ("order_facts", "order_date"),
    "order_lines": ("sale_lines", "order_date"), "feedback": ("feedback_facts", "created_at"),
    "tickets": ("ticket_facts", "opened_at"), "campaigns": ("campaign_facts", "starts_on"),
    "campaign_touches": ("touch_facts", "sent_at"), "web_events": ("event_facts", "occurred_at"),
    "invoices": ("invoice_facts", "issued_on"), "loyalty_entries": ("loyalty_facts", "occurred_at"),
    "targets": ("targets", "period"),
}
#: Tables to which something is added all the time, and how many days before the orders they may end.
STEADY = ("feedback", "tickets", "web_events", "invoices", "loyalty_entries")
BEHIND_AFTER = 14
CAVEATS = (Caveat("tables_behind", "tables_behind", ">", 0), Caveat("empty_columns", "empty_columns", ">", 0))


def data_overview(shop: Shop) -> Finding:
    """What is loaded: each table with its rows, its first and last day and how many days it ends before the as-of date.

    The as-of date is that of the latest order not later than the load. A table to which something is added all the time is
    behind when it ends more than BEHIND_AFTER days before it. Tables that are not loaded are named with their columns;
    `columns` says of each column of a loaded table how many rows have a value. Rows after the load moment count, their
    days do not.
    """
    loaded = tuple(name for name in CANONICAL if shop.has(name))
    tables = Shared("loaded_tables", _tables(shop, loaded))
    columns = Shared("loaded_columns", filled_columns(shop, loaded))
    late = tables.table.table.isin(STEADY) & (tables.table.days_behind > BEHIND_AFTER)
    facts = tables.table.agg(total_rows=tables.table.row_count.sum().fill_null(0), tables_behind=late.sum().fill_null(0))
    empty = columns.table.agg(columns=columns.table.count(), empty_columns=(columns.table.filled == 0).sum().fill_null(0))
    facts = facts.cross_join(_sizes(shop)).cross_join(empty).mutate(
        tables=ibis.literal(len(loaded)), missing_tables=ibis.literal(len(CANONICAL) - len(loaded)), **_settings(shop)
    )
    shown = {
        "tables": tables.table.order_by("position").drop("position"), "missing": _missing(loaded),
        "columns": columns.table.order_by("position", "place").drop("position", "place"),
    }
    return Finding(
        facts, shown,
        Scope(facts.select(rows_used=facts.total_rows), "rows"), shared=(tables, columns), caveats=CAVEATS,
        definitions=("as_of", "counted_order"),
    )


def whole_table(shop: Shop, name: str) -> ir.Table:
    """A canonical table with the columns that the files brought beyond it."""
    extra = shop.extra_columns.get(name)
    schema = {**CANONICAL[name].schema, **(extra or {})}
    return ibis.table(schema, name=name)


def _tables(shop: Shop, loaded: tuple[str, ...]) -> ir.Table:
    """A row per loaded table, in the order of the schema."""
    return union([_table(shop, name, place) for place, name in enumerate(loaded)]) if loaded else _table(shop, "orders", 0)


def _table(shop: Shop, name: str, place: int) -> ir.Table:
    rows = shop.table(name)
    counted = rows.agg(row_count=rows.count())
    if name in DAYS:
        mart, column = DAYS[name]
        days = shop.table(mart)[column].cast("date")
        counted = counted.cross_join(shop.table(mart).agg(first_date=days.min(), last_date=days.max()))
    else:
        counted = counted.mutate(first_date=ibis.null("date"), last_date=ibis.null("date"))
    behind = (ibis.literal(shop.as_of) - counted.last_date).cast("int64")
    # Campaigns and targets may lie ahead.
    behind = ibis.ifelse(behind > 0, behind, ibis.ifelse(counted.last_date.isnull(), ibis.null("int64"), 0))
    return counted.select(
        position=ibis.literal(place, "int64"), table=ibis.literal(name), row_count=counted.row_count,
        first_date=counted.first_date, last_date=counted.last_date, days_behind=behind.cast("int64"),
    )


def filled_columns(shop: Shop, loaded: tuple[str, ...]) -> ir.Table:
    """A row per column of each loaded table: rows with a value, rows, share; columns that a load must supply come first."""
    return union([_columns(shop, name, place) for place, name in enumerate(loaded or ("orders",))])


def _columns(shop: Shop, name: str, position: int) -> ir.Table:
    rows = whole_table(shop, name)
    one = rows.agg(total_=rows.count(), **{f"filled_{i}": rows[column].count() for i, column in enumerate(rows.columns)})
    each = ibis.array(
        [ibis.struct({"column": column, "place": i, "filled": one[f"filled_{i}"]}) for i, column in enumerate(rows.columns)]
    )
    listed = one.select(one.total_, each=each.unnest())
    total = listed.total_.cast("int64")
    filled = listed.each["filled"].cast("int64")
    return listed.select(
        position=ibis.literal(position, "int64"), place=listed.each["place"].cast("int64"), table=ibis.literal(name),
        column=listed.each["column"], filled=filled, total=total, share=filled.cast("float64") / total.cast("float64").nullif(0),
    )


def _missing(loaded: tuple[str, ...]) -> ir.Table:
    """Tables that are not loaded, with the names of their columns as a file would have them."""
    absent = [table for table in CANONICAL.values() if table.name not in loaded]
    rows = [{"table": table.name, "column_names": ", ".join(table.column_names), "place": i} for i, table in enumerate(absent)]
    nothing = [{"table": "", "column_names": "", "place": 0}]
    listed = ibis.array([ibis.struct(row) for row in rows or nothing]).unnest().name("each").as_table()
    named = listed.select(table=listed.each["table"], column_names=listed.each["column_names"], place=listed.each["place"])
    return named.filter(named.table != "").order_by("place").drop("place")


def _sizes(shop: Shop) -> ir.Table:
    """Orders, order lines, products and known customers: what people mean by the size of the data."""
    counts = {
        "order_rows": shop.table("orders"), "line_rows": shop.table("order_lines"), "product_rows": shop.table("products"),
        "known_customers": shop.customer_facts,
    }
    return reduce(lambda a, b: a.cross_join(b), [table.agg(**{name: table.count()}) for name, table in counts.items()])


def _settings(shop: Shop) -> dict[str, ir.Value]:
    settings = shop.settings
    return {
        "first_day": ibis.literal(shop.first_day), "as_of": ibis.literal(shop.as_of), "today": ibis.literal(shop.today),
        "days_old": ibis.literal(max((shop.today - shop.as_of).days, 0)),
        "days_of_data": ibis.literal((shop.as_of - shop.first_day).days + 1),
        "loaded_on": ibis.literal(shop.loaded_at[:10] or str(shop.as_of)), "version": ibis.literal(shop.version),
        "company": ibis.literal(settings.company), "currency": ibis.literal(settings.currency),
        "time_zone": ibis.literal(settings.time_zone), "week_start": ibis.literal(settings.week_start),
        "fiscal_year_start": ibis.literal(settings.fiscal_year_start),
        "churn_horizon_days": ibis.literal(settings.churn_horizon_days),
        "sla_hours": constant(settings.sla_first_response_hours),
    }


def union(tables: list[ir.Table]) -> ir.Table:
    """The rows of all tables."""
    return reduce(lambda a, b: a.union(b), tables)
