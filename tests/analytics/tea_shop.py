"""A shop small enough to work out every figure by eye; tests of metrics and of the overview share it."""

from __future__ import annotations

#: ann and bob buy, cat only cancels. Order 1 has a discount of 2, half of it on each of its lines. Not counted: order 5
#: (cancelled) and 6 (returned, which adds nothing); 7 is a credit note of 10; 4 is a guest's. Nothing happens in
#: February and April.
SALES = """
    order_id | customer_id | ordered_at       | channel | status    | discount | product_id | quantity | unit_price
    1        | ann         | 2024-01-10 09:00 | web     | completed | 2        | tea        | 2        | 5
    1        | ann         | 2024-01-10 09:00 | web     | completed | 2        | mug        | 1        | 10
    2        | ann         | 2024-03-02 09:30 | app     | completed |          | tea        | 4        | 5
    3        | bob         | 2024-03-05 18:00 | web     | completed |          | mug        | 3        | 10
    4        |             | 2024-03-09 18:00 | web     | completed |          | tea        | 1        | 5
    5        | cat         | 2024-03-20 18:00 | web     | cancelled |          | mug        | 5        | 10
    6        | ann         | 2024-03-25 18:00 | web     | returned  |          | mug        | 1        | 10
    7        | bob         | 2024-03-28 18:00 | web     | completed |          | mug        | -1       | 10
    8        | bob         | 2024-05-01 18:00 | app     | completed |          | tea        | 2        | 5
"""
CUSTOMERS = """
    customer_id | name | gender | city  | country | acquisition_channel | email         | birth_date
    ann         | Ann  | female | York  | UK      | email               | ann@x.example | 1990-05-01
    bob         | Bob  | male   | Leeds | UK      | ads                 |               | 1980-05-01
    cat         | Cat  | female | York  | UK      | ads                 | cat@x.example | 2000-01-01
"""
PRODUCTS = """
    product_id | name | category | unit_cost
    tea        | Tea  | drinks   | 2
    mug        | Mug  | kitchen  | 4
"""
TABLES = {"sales": SALES, "customers": CUSTOMERS, "products": PRODUCTS}
