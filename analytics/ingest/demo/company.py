"""The demo company from the first day to the last: draws people, trade, contact and money in order, and makes the tables.

Owns the order of the steps and nothing else. Deterministic in customers, seed and end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics.ingest.demo import aliases, basket, browse, columns, contact, marketing, money, people, season, trade, truths
from analytics.schema import CANONICAL

FEWEST_CUSTOMERS = 200


class DemoError(ValueError):
    """The demo company cannot be made as asked for."""


@dataclass(frozen=True)
class Planted:
    """Ids of the customers who were made to be what a truth says."""

    champions: tuple[str, ...]
    lapsing: tuple[str, ...]
    late_payers: tuple[str, ...]


def generate(customers: int = 5_000, seed: int = 7, end: date = truths.END) -> dict[str, pd.DataFrame]:
    """All canonical tables of the demo company by name, in the order and with the columns of `analytics.schema`.

    `customers` known customers (at least 200), `seed` for every random step, `end` the last day of three years of trade.
    Equal arguments give equal tables, row by row. Times are UTC.
    """
    if customers < FEWEST_CUSTOMERS:
        raise DemoError(f"a demo company needs at least {FEWEST_CUSTOMERS} customers, not {customers}: ask for more")
    if seed < 0:
        raise DemoError(f"a seed is 0 or more, not {seed}: choose another")
    start = truths.first_day(end)
    days = (end - start).days + 1
    crowd = people.draw(customers, seed, days)
    campaigns = marketing.calendar(end)
    base = trade.draw(crowd, season.daily_demand(start, days), seed)
    orders, touches = marketing.run(campaigns, base, crowd, seed, end)
    lines = basket.fill(orders, crowd, seed, end)
    service = trade.serve(orders, crowd, seed, days)
    status = trade.statuses(orders, service, crowd, basket.return_risk(orders, lines), seed, days)
    gross = basket.totals(orders, lines)
    discount = basket.discounts(orders, gross, seed)
    credit = basket.credits(orders, lines, status, seed, days)
    revenue = money.net_revenue(orders, status, gross, discount)
    tickets = contact.draw_tickets(orders, service, status, lines, crowd, seed, days)
    voices = contact.draw_feedback(orders, service, status, lines, crowd, tickets, seed, days)
    tables = {
        "customers": people.customers_table(crowd, money.tiers(crowd, orders, revenue), seed, end, start),
        "products": basket.products_table(money.stock(orders, lines, status, seed, days)),
        "orders": basket.orders_table(orders, credit, status, discount, marketing.campaign_ids(campaigns), start),
        "order_lines": basket.lines_table(orders, lines, credit),
        "feedback": contact.feedback_table(voices, seed, start),
        "tickets": contact.tickets_table(tickets, seed, start),
        "campaigns": marketing.campaigns_table(campaigns, customers),
        "campaign_touches": marketing.touches_table(campaigns, touches, orders, status, seed, start, days),
        "web_events": browse.events_table(crowd, orders, lines, seed, start, days),
        "invoices": money.invoices_table(crowd, orders, status, gross, discount, seed, start, days),
        "loyalty_entries": money.loyalty_table(crowd, orders, revenue, seed, start),
        "targets": money.targets_table(orders, revenue, credit, seed, end),
        "value_aliases": aliases.aliases_table(campaigns),
    }
    return {name: tables[name] for name in CANONICAL}


def planted(customers: int = 5_000, seed: int = 7, end: date = truths.END) -> Planted:
    """Who the planted customers are in `generate` of the same arguments."""
    crowd = people.draw(customers, seed, (end - truths.first_day(end)).days + 1)

    def ids(chosen: columns.Flags) -> tuple[str, ...]:
        return tuple(str(code + 1) for code in np.flatnonzero(chosen))

    return Planted(ids(crowd.kind == people.CHAMPION), ids(crowd.kind == people.LAPSING), ids(crowd.late_payer))


def hashes(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """A hash of the rows of each table in their order; the same on every run and in every process."""
    return {name: columns.digest(frame) for name, frame in frames.items()}
