"""One row per known customer: value, recency, RFM, tier, stage, and what feedback, tickets, points and invoices say.

A customer is known when it stands in `customers` or on an order. Everything is as of the data set's as-of date.
"""

from __future__ import annotations

from collections.abc import Callable

from analytics.marts.sql import Terms
from analytics.models.rfm import SCORES, segment_sql
from analytics.schema import AGE_BANDS

#: First age of each band after the youngest.
AGE_BOUNDS = (25, 35, 45, 55, 65)
#: The potential tier is the next 30 % of the customers who bought within twelve months.
POTENTIAL_SHARE = 0.3
#: Widths that an income band may have, times a power of ten.
_STEPS = (1, 2, 5)
#: At most this many bands of equal width between the 5th and the 95th percentile of incomes.
_INCOME_BANDS = 6


def customer_places(terms: Terms) -> str:
    """The places that the customers table gives."""
    return "SELECT customer_id, city, region, country FROM customers"


def settled_places(terms: Terms) -> str:
    """The place of each known customer: its own, or that of its latest order that names one."""
    return """
        WITH own AS (SELECT * FROM customer_places WHERE coalesce(city, region, country) IS NOT NULL),
        latest AS (
            SELECT customer_id, max_by({'city': city, 'region': region, 'country': country},
                                       {'at': ordered_at, 'id': order_id}) AS place
            FROM order_facts
            WHERE customer_id IS NOT NULL AND coalesce(city, region, country) IS NOT NULL
              AND customer_id NOT IN (SELECT customer_id FROM own)
            GROUP BY customer_id)
        FROM own
        UNION ALL BY NAME SELECT customer_id, place.city AS city, place.region AS region, place.country AS country FROM latest"""


def customer_categories(terms: Terms) -> str:
    """Net revenue of each known customer by category; `share` is of the customer's own positive revenue."""
    return """
        WITH sums AS (
            SELECT customer_id, category, count(DISTINCT order_id) FILTER (kind = 'sale') AS orders,
                   coalesce(sum(quantity) FILTER (kind = 'sale'), 0) AS units, sum(revenue) AS revenue
            FROM sale_lines WHERE customer_id IS NOT NULL AND category IS NOT NULL AND kind IN ('sale', 'credit')
            GROUP BY customer_id, category)
        SELECT *, CAST(greatest(revenue, 0) AS DOUBLE)
                  / nullif(CAST(sum(greatest(revenue, 0)) OVER (PARTITION BY customer_id) AS DOUBLE), 0) AS share
        FROM sums"""


def purchase_gaps(terms: Terms) -> str:
    """Days between the consecutive purchase days of each known customer."""
    return """
        SELECT customer_id, gap_days
        FROM (SELECT customer_id, order_date - lag(order_date) OVER (PARTITION BY customer_id ORDER BY order_date) AS gap_days
              FROM (SELECT DISTINCT customer_id, order_date FROM order_facts WHERE counted AND customer_id IS NOT NULL))
        WHERE gap_days IS NOT NULL"""


def customer_orders(terms: Terms) -> str:
    """What the orders of each known customer add up to."""
    year = f"order_date > {terms.as_of_sql} - INTERVAL 12 MONTH"
    return f"""
        WITH sums AS (
            SELECT customer_id, count(*) FILTER (counted) AS orders, count(*) FILTER (returned) AS returned_orders,
                   sum(units) AS units, sum(gross) AS gross, sum(discount) AS discount, sum(revenue) AS revenue,
                   count(*) FILTER (counted AND {year}) AS orders_12m,
                   coalesce(sum(revenue) FILTER ({year}), 0) AS revenue_12m,
                   min(order_date) FILTER (counted) AS first_order_date, max(order_date) FILTER (counted) AS last_order_date,
                   count(DISTINCT order_date) FILTER (counted) AS purchase_days
            FROM order_facts WHERE customer_id IS NOT NULL GROUP BY customer_id),
        margins AS (
            SELECT customer_id, sum(revenue - cost) AS gross_margin FROM sale_lines
            WHERE customer_id IS NOT NULL AND cost IS NOT NULL AND kind IN ('sale', 'credit') GROUP BY customer_id),
        channels AS (
            SELECT customer_id, order_channel AS top_channel
            FROM (SELECT customer_id, order_channel, count(*) AS orders FROM order_facts
                  WHERE counted AND customer_id IS NOT NULL AND order_channel IS NOT NULL GROUP BY ALL)
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY orders DESC, order_channel) = 1),
        favourites AS (
            SELECT customer_id, category AS top_category, count(*) OVER (PARTITION BY customer_id) AS categories
            FROM customer_categories WHERE orders > 0
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY revenue DESC, category) = 1)
        SELECT s.*, m.gross_margin, c.top_channel, f.top_category, coalesce(f.categories, 0) AS categories,
               CAST(s.revenue AS DOUBLE) / nullif(s.orders, 0) AS average_order_value,
               {terms.as_of_sql} - s.last_order_date AS days_since_last_order,
               (s.last_order_date - s.first_order_date) / nullif(s.purchase_days - 1, 0) AS mean_gap_days
        FROM sums s LEFT JOIN margins m USING (customer_id) LEFT JOIN channels c USING (customer_id)
        LEFT JOIN favourites f USING (customer_id)"""


def customer_tiers(terms: Terms) -> str:
    """The value tier of each customer with a counted order, from the revenue of the twelve months to the as-of date.

    High-value is the smallest set of customers that brings `high_value_share` of it, and at most the top
    `high_value_most` of those who bought in that time (but always one); potential are the next POTENTIAL_SHARE of
    those; ordinary are the others.
    """
    settings = terms.settings
    return f"""
        WITH buyers AS (
            SELECT customer_id, revenue_12m, count(*) OVER () AS buyers, sum(revenue_12m) OVER () AS total,
                   row_number() OVER by_value AS rank, sum(revenue_12m) OVER by_value - revenue_12m AS before
            FROM customer_orders WHERE orders_12m > 0 AND revenue_12m > 0
            WINDOW by_value AS (ORDER BY revenue_12m DESC, customer_id ROWS UNBOUNDED PRECEDING)),
        marked AS (
            SELECT *, before < total * {settings.high_value_share!r}
                      AND rank <= greatest(1, floor(buyers * {settings.high_value_most!r})) AS high FROM buyers),
        ranked AS (SELECT *, count(*) FILTER (high) OVER () AS high_value FROM marked)
        SELECT o.customer_id,
               CASE WHEN r.high THEN 'high-value'
                    WHEN r.rank <= r.high_value + ceil(r.buyers * {POTENTIAL_SHARE!r}) THEN 'potential'
                    ELSE 'ordinary' END AS value_tier
        FROM customer_orders o LEFT JOIN ranked r USING (customer_id) WHERE o.orders > 0"""


def customer_scores(terms: Terms) -> str:
    """RFM scores of the customers with a counted order, and the stage in the customer's life.

    A score is 1 plus the share of these customers who are strictly worse, times SCORES, rounded down: quintiles in
    which equal values get equal scores. Recency is the last order date, frequency the orders, monetary the revenue.
    """

    def score(column: str) -> str:
        return f"1 + ((rank() OVER (ORDER BY o.{column}) - 1) * {SCORES}) // count(*) OVER ()"

    first_third = f"({terms.as_of_sql} - o.first_order_date) * 3 <= {terms.horizon_days}"
    return f"""
        SELECT o.customer_id, {score('last_order_date')} AS recency_score, {score('orders')} AS frequency_score,
               {score('revenue')} AS monetary_score,
               CASE WHEN {first_third} THEN 'new' WHEN o.days_since_last_order > {terms.horizon_days} THEN 'lost'
                    WHEN o.days_since_last_order * 2 > {terms.horizon_days} THEN 'dormant' ELSE 'active' END AS lifecycle_stage
        FROM customer_orders o WHERE o.orders > 0"""


def customer_facts(terms: Terms) -> str:
    """See analytics.schema.CUSTOMER_FACTS. Customers without a counted order have no scores, tier or stage."""
    counts = ("orders", "returned_orders", "units", "gross", "discount", "revenue", "orders_12m", "revenue_12m", "categories")
    sums = ", ".join(f"coalesce(o.{name}, 0) AS {name}" for name in counts)
    return f"""
        WITH known AS (
            SELECT customer_id FROM customers
            UNION SELECT customer_id FROM orders WHERE customer_id IS NOT NULL),
        ages AS (SELECT customer_id, datesub('year', birth_date, {terms.as_of_sql}) AS age FROM customers
                 WHERE birth_date <= {terms.as_of_sql}),
        {_CONTACTS.format(as_of=terms.as_of_sql)},
        {_income_bands()}
        SELECT k.customer_id, c.name, c.gender, a.age, {_age_band('a.age')} AS age_band, month(c.birth_date) AS birth_month,
               c.income, b.income_band, c.interest, p.city, p.region, p.country, c.acquisition_channel, c.loyalty_tier,
               c.marketing_consent, c.credit_limit, c.signup_date, {sums}, o.gross_margin, o.average_order_value,
               o.first_order_date, o.last_order_date, o.days_since_last_order, o.mean_gap_days, o.top_category, o.top_channel,
               s.recency_score, s.frequency_score, s.monetary_score,
               {segment_sql('s.recency_score', 's.frequency_score', 's.monetary_score')} AS rfm_segment, t.value_tier,
               s.lifecycle_stage, coalesce(f.feedback_count, 0) AS feedback_count, f.average_rating, f.last_rating, f.last_nps,
               f.last_feedback_at, coalesce(q.tickets, 0) AS tickets, coalesce(q.open_tickets, 0) AS open_tickets,
               q.average_csat, q.last_ticket_at, coalesce(l.points_balance, 0) AS points_balance,
               coalesce(i.overdue_amount, 0) AS overdue_amount, coalesce(i.days_overdue, 0) AS days_overdue
        FROM known k LEFT JOIN customers c USING (customer_id) LEFT JOIN ages a USING (customer_id)
        LEFT JOIN incomes b USING (customer_id) LEFT JOIN settled_places p USING (customer_id)
        LEFT JOIN customer_orders o USING (customer_id) LEFT JOIN customer_scores s USING (customer_id)
        LEFT JOIN customer_tiers t USING (customer_id) LEFT JOIN feedback_sums f USING (customer_id)
        LEFT JOIN ticket_sums q USING (customer_id) LEFT JOIN point_sums l USING (customer_id)
        LEFT JOIN invoice_sums i USING (customer_id)"""


_CONTACTS = """
        feedback_sums AS (
            SELECT customer_id, count(*) AS feedback_count, avg(rating) AS average_rating, max(created_at) AS last_feedback_at,
                   max_by(rating, {{'at': created_at, 'id': feedback_id}}) FILTER (rating IS NOT NULL) AS last_rating,
                   max_by(nps, {{'at': created_at, 'id': feedback_id}}) FILTER (nps IS NOT NULL) AS last_nps
            FROM feedback_facts GROUP BY customer_id),
        ticket_sums AS (
            SELECT customer_id, count(*) AS tickets, count(*) FILTER (resolved_at IS NULL) AS open_tickets,
                   avg(csat) AS average_csat, max(opened_at) AS last_ticket_at
            FROM ticket_facts GROUP BY customer_id),
        point_sums AS (SELECT customer_id, sum(points) AS points_balance FROM loyalty_facts GROUP BY customer_id),
        invoice_sums AS (
            SELECT customer_id, sum(overdue_amount) AS overdue_amount, max(days_overdue) AS days_overdue
            FROM invoice_facts GROUP BY customer_id)"""


def _age_band(age: str) -> str:
    branches = [f"WHEN {age} < {bound} THEN '{band}'" for bound, band in zip(AGE_BOUNDS, AGE_BANDS, strict=False)]
    return f"CASE {' '.join(branches)} WHEN {age} IS NOT NULL THEN '{AGE_BANDS[-1]}' END"


def _income_bands() -> str:
    """Bands of equal, round width, so many that they cover the middle nine tenths; the outer ones are open."""
    widths = [step * 10**power for power in range(9) for step in _STEPS]
    branches = " ".join(f"WHEN greatest(high - low, high // 2) <= {width * _INCOME_BANDS} THEN {width}" for width in widths)
    return f"""
        spread AS (
            SELECT CAST(quantile_disc(income, 0.05) AS BIGINT) AS low, CAST(quantile_disc(income, 0.95) AS BIGINT) AS high
            FROM customers WHERE income >= 0),
        widths AS (SELECT low, high, CASE {branches} ELSE {widths[-1]} END AS width FROM spread WHERE low IS NOT NULL),
        bounds AS (SELECT width, greatest(1, low // width) * width AS bottom, (high // width) * width AS top FROM widths),
        incomes AS (
            SELECT customer_id,
                   CASE WHEN income < bottom THEN 'under ' || bottom WHEN income >= top AND top > bottom THEN top || ' and over'
                        ELSE CAST(floor(income / width) * width AS BIGINT) || '-'
                             || CAST(floor(income / width) * width + width - 1 AS BIGINT) END AS income_band
            FROM customers, bounds WHERE income >= 0)"""


PREPARED: dict[str, Callable[[Terms], str]] = {
    "customer_places": customer_places, "settled_places": settled_places, "purchase_gaps": purchase_gaps,
    "customer_orders": customer_orders, "customer_tiers": customer_tiers, "customer_scores": customer_scores,
}
BUILT: dict[str, Callable[[Terms], str]] = {
    "customer_categories": customer_categories, "customer_facts": customer_facts,
}
