"""Order lines, orders and days: what was sold, given back, and for how much.

A sale line has quantity > 0 and a positive price; a credit line has a negative amount. Every amount is DECIMAL, so sums
are exact whatever the order in which the engine adds them.
"""

from __future__ import annotations

from collections.abc import Callable

from analytics.marts.sql import Terms


def prepared_orders(terms: Terms) -> str:
    """Orders up to the load moment, in local time; the place is the order's own where it names any, else its customer's."""
    place = ", ".join(
        f"CASE WHEN coalesce(o.city, o.region, o.country) IS NOT NULL THEN o.{part} ELSE c.{part} END AS {part}"
        for part in ("city", "region", "country")
    )
    return f"""
        SELECT o.order_id, o.customer_id, {terms.local('o.ordered_at')} AS ordered_at, o.channel AS order_channel,
               coalesce(o.status, 'completed') AS status, o.campaign_id, coalesce(o.discount, 0) AS discount, {place}
        FROM orders o LEFT JOIN customer_places c ON c.customer_id = o.customer_id
        WHERE o.ordered_at <= {terms.now_sql}"""


def prepared_lines(terms: Terms) -> str:
    """Lines of those orders with their amount and kind; `position` is the place in the canonical table."""
    return """
        SELECT *, CASE WHEN status = 'cancelled' THEN 'cancelled' WHEN amount < 0 THEN 'credit'
                       WHEN status = 'returned' THEN 'returned' WHEN quantity > 0 AND unit_price > 0 THEN 'sale'
                       ELSE 'none' END AS kind
        FROM (SELECT l.rowid AS position, l.order_id, l.product_id, l.quantity, l.unit_price, o.status,
                     CAST(l.quantity * l.unit_price AS DECIMAL(18, 4)) AS amount
              FROM order_lines l JOIN prepared_orders o ON o.order_id = l.order_id)"""


def discount_shares(terms: Terms) -> str:
    """The order discount spread over its sale lines in proportion to their amount, to 4 decimals.

    The last line (by product, then position) takes the remainder, so that the shares add up to the discount.
    """
    return """
        SELECT position, CASE WHEN from_end = 1 THEN discount - (sum(share) OVER (PARTITION BY order_id) - share)
                              ELSE share END AS discount
        FROM (SELECT *, CAST(coalesce(discount * amount / nullif(total, 0), 0) AS DECIMAL(18, 4)) AS share
              FROM (SELECT l.position, l.order_id, l.amount, o.discount, sum(l.amount) OVER (PARTITION BY l.order_id) AS total,
                           row_number() OVER (PARTITION BY l.order_id ORDER BY l.product_id DESC NULLS FIRST, l.position DESC)
                               AS from_end
                    FROM prepared_lines l JOIN prepared_orders o ON o.order_id = l.order_id
                    WHERE l.kind = 'sale' AND o.discount <> 0))"""


def sale_lines(terms: Terms) -> str:
    """Each line with its order and product. A credit for goods that came back gives their cost back; a credit without
    goods coming back (positive quantity, negative price) has no cost."""
    return """
        SELECT l.order_id, o.customer_id, o.ordered_at, CAST(o.ordered_at AS DATE) AS order_date, o.order_channel,
               o.campaign_id, o.city, o.region, o.country, l.product_id, coalesce(p.name, l.product_id) AS product, p.category,
               l.quantity, l.unit_price, l.kind, l.amount AS gross, coalesce(d.discount, 0) AS discount, l.position,
               CASE l.kind WHEN 'sale' THEN l.amount - coalesce(d.discount, 0) WHEN 'credit' THEN l.amount ELSE 0 END AS revenue,
               CASE l.kind WHEN 'sale' THEN p.unit_cost * l.quantity
                           WHEN 'credit' THEN p.unit_cost * least(l.quantity, 0) ELSE 0 END AS cost
        FROM prepared_lines l JOIN prepared_orders o ON o.order_id = l.order_id
        LEFT JOIN products p ON p.product_id = l.product_id
        LEFT JOIN discount_shares d ON d.position = l.position"""


def order_totals(terms: Terms) -> str:
    """Per order: sums over its lines. A cost is null as soon as one line with revenue has none."""
    return """
        SELECT order_id, count(*) AS lines, count(*) FILTER (kind = 'sale') AS sale_lines,
               count(*) FILTER (kind = 'credit' AND quantity < 0) AS goods_back, count(*) FILTER (gross > 0) AS positive_lines,
               coalesce(sum(quantity) FILTER (kind = 'sale'), 0) AS units,
               coalesce(sum(gross) FILTER (kind = 'sale'), 0) AS gross,
               coalesce(sum(discount) FILTER (kind = 'sale'), 0) AS discount, sum(revenue) AS revenue,
               CASE WHEN count(*) FILTER (cost IS NULL) = 0 THEN sum(cost) END AS cost
        FROM sale_lines GROUP BY order_id"""


def order_facts(terms: Terms) -> str:
    """Each order, counted or not; `order_number` and `gap_days` run over the counted orders of a known customer.

    Returned: status returned, or a credit note, i.e. an order that takes goods back and sells none. A credit without
    goods coming back (an adjustment) is not a return.
    """
    return """
        WITH facts AS (
            SELECT o.*, CAST(o.ordered_at AS DATE) AS order_date,
                   o.status NOT IN ('cancelled', 'returned') AND coalesce(t.sale_lines, 0) > 0 AS counted,
                   o.status = 'returned' OR (o.status <> 'cancelled' AND coalesce(t.goods_back, 0) > 0 AND t.positive_lines = 0)
                       AS returned,
                   coalesce(t.lines, 0) AS lines, coalesce(t.units, 0) AS units, coalesce(t.gross, 0) AS gross,
                   coalesce(t.discount, 0) AS line_discount, coalesce(t.revenue, 0) AS revenue,
                   CASE WHEN t.order_id IS NULL THEN 0 ELSE t.cost END AS cost
            FROM prepared_orders o LEFT JOIN order_totals t ON t.order_id = o.order_id),
        numbered AS (
            SELECT order_id, row_number() OVER past AS order_number,
                   (epoch(ordered_at) - epoch(lag(ordered_at) OVER past)) / 86400 AS gap_days
            FROM facts WHERE counted AND customer_id IS NOT NULL
            WINDOW past AS (PARTITION BY customer_id ORDER BY ordered_at, order_id))
        SELECT f.* EXCLUDE (discount), f.line_discount AS discount, n.order_number, n.gap_days
        FROM facts f LEFT JOIN numbered n ON n.order_id = f.order_id"""


def daily_sales(terms: Terms) -> str:
    """Each day from the first to the last counted or returned order. `cost` is the cost of the lines that have one."""
    return """
        WITH orders_of_day AS (
            SELECT order_date AS day, count(*) FILTER (counted) AS orders, sum(units) AS units,
                   count(DISTINCT customer_id) FILTER (counted) AS customers,
                   count(*) FILTER (order_number = 1) AS new_customers, count(*) FILTER (returned) AS returned_orders
            FROM order_facts GROUP BY 1),
        lines_of_day AS (
            SELECT order_date AS day, sum(revenue) AS revenue, sum(gross) FILTER (kind = 'sale') AS gross,
                   sum(discount) AS discount, sum(cost) AS cost
            FROM sale_lines WHERE kind IN ('sale', 'credit') GROUP BY 1),
        span AS (SELECT min(order_date) AS first_day, max(order_date) AS last_day FROM order_facts
                 WHERE counted OR returned OR revenue <> 0),
        days AS (SELECT CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day
                 FROM span WHERE first_day IS NOT NULL)
        SELECT d.day, coalesce(l.revenue, 0) AS revenue, coalesce(l.gross, 0) AS gross, coalesce(l.discount, 0) AS discount,
               CASE WHEN l.day IS NULL THEN 0 ELSE l.cost END AS cost, coalesce(o.orders, 0) AS orders,
               coalesce(o.units, 0) AS units, coalesce(o.customers, 0) AS customers,
               coalesce(o.new_customers, 0) AS new_customers, coalesce(o.returned_orders, 0) AS returned_orders
        FROM days d LEFT JOIN orders_of_day o ON o.day = d.day LEFT JOIN lines_of_day l ON l.day = d.day"""


PREPARED: dict[str, Callable[[Terms], str]] = {
    "prepared_orders": prepared_orders, "prepared_lines": prepared_lines, "discount_shares": discount_shares,
    "order_totals": order_totals,
}
BUILT: dict[str, Callable[[Terms], str]] = {
    "sale_lines": sale_lines, "order_facts": order_facts, "daily_sales": daily_sales,
}
