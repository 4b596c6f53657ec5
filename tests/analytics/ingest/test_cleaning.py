"""The rules of cleaning, one by one: what is kept, repaired, left out, set aside, and that nothing vanishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from analytics.ingest.rules import RULES
from analytics.store import Check
from tests.analytics.ingest.conftest import Load, Loaded

ORDERS = "order_id,customer_id,ordered_at,status,discount\n"
LINES = "order_id,product_id,quantity,unit_price\n"
GOOD = {"orders.csv": ORDERS + "1,ann,2024-03-02,completed,\n2,bob,2024-03-05,,\n", "order_lines.csv": LINES + "1,tea,2,5\n2,mug,1,10\n"}

With = Callable[..., Loaded]


@pytest.fixture
def with_file(loaded: Load) -> With:
    """Loads the good orders with one more file, or with one of theirs replaced."""

    def run(name: str, text: str, **options: object) -> Loaded:
        return loaded({**GOOD, name: text}, **options)

    return run


def set_aside(seen: Loaded) -> list[tuple[str, str]]:
    return [(table, rule) for table, rule in seen.rows("SELECT table_name, rule FROM shop.set_aside ORDER BY ALL")]


def test_clean_tables_pass_every_check(loaded: Load) -> None:
    seen = loaded(GOOD)
    assert seen.touched() == {("orders", "missing_status"): 1}
    passed = {c.rule for c in seen.report.checks if not c.rows}
    assert {"missing_customer", "non_positive_price", "line_without_order", "future_date"} <= passed  # a pass is said too
    assert {c.rule for c in seen.report.checks} <= RULES


def test_blanks_are_trimmed_and_markers_of_nothing_emptied(with_file: With) -> None:
    text = "customer_id,name,city\n ann ,　Ann\u00a0,NULL\nbob,Bob,N/A\ncat,NA,None\n"
    seen = with_file("customers.csv", text)
    # NA may be Namibia and None a name: only what nobody means is emptied.
    assert seen.rows("SELECT * EXCLUDE (city), city FROM (SELECT customer_id, name, city FROM customers) ORDER BY 1") == [
        ("ann", "Ann", None), ("bob", "Bob", None), ("cat", "NA", "None"),
    ]
    assert (seen.check("trimmed_blanks").rows, seen.check("empty_markers").rows) == (1, 2)


def test_words_for_states_are_understood_and_unknown_ones_count_as_completed(with_file: With) -> None:
    rows = "".join(f"{n},ann,2024-03-0{n},{word},\n" for n, word in enumerate(["Shipped", "REFUNDED", "Canceled", "已退款", "on fire", ""], 1))
    seen = with_file("orders.csv", ORDERS + rows)
    assert [row[0] for row in seen.rows("SELECT status FROM orders ORDER BY order_id")] == [
        "completed", "returned", "cancelled", "returned", "completed", "completed",
    ]
    assert {rule: n for (table, rule), n in seen.touched().items() if "status" in rule} == {
        "status_words": 4, "unknown_status": 1, "missing_status": 1
    }
    assert seen.check("unknown_status").sample == ({"status": "on fire", "rows": 1},)


def test_text_in_a_number_column_sets_the_row_aside_where_the_number_is_needed(with_file: With) -> None:
    seen = with_file("order_lines.csv", LINES + "1,tea,two,5\n1,mug,1,10\n2,mug,,10\n")
    assert seen.rows("SELECT product_id FROM order_lines") == [("mug",)]
    assert set_aside(seen) == [("order_lines", "missing_required"), ("order_lines", "unreadable_number")]
    assert seen.check("unreadable_number").sample == ({"order_id": "1", "product_id": "tea", "quantity": "two", "unit_price": "5"},)
    ((row,),) = seen.rows("SELECT row FROM shop.set_aside WHERE rule = 'unreadable_number'")
    assert json.loads(row) == {"order_id": "1", "product_id": "tea", "quantity": "two", "unit_price": "5"}


def test_text_in_an_optional_number_or_date_empties_the_value(with_file: With) -> None:
    seen = with_file("customers.csv", "customer_id,income,birth_date,marketing_consent\nann,a lot,someday,perhaps\nbob,100,1990-01-02,yes\n")
    assert seen.rows("SELECT customer_id, income, year(birth_date), marketing_consent FROM customers ORDER BY 1") == [
        ("ann", None, None, None), ("bob", 100, 1990, True),
    ]
    rules = ("unreadable_number", "unreadable_date", "unreadable_flag")
    assert [(seen.check(rule).rows, seen.check(rule).action) for rule in rules] == [(1, "repaired")] * 3


def test_an_order_with_an_unreadable_date_is_set_aside(with_file: With) -> None:
    seen = with_file("orders.csv", ORDERS + "1,ann,2024-03-02,,\n2,bob,2024-02-31,,\n,cat,2024-03-02,,\n")
    assert seen.rows("SELECT order_id FROM orders") == [("1",)]
    assert set_aside(seen) == [("orders", "missing_required"), ("orders", "unreadable_date")]
    assert seen.check("line_without_order").rows == 1  # its line is still there


def test_of_rows_with_the_same_key_the_first_stays(with_file: With) -> None:
    seen = with_file("orders.csv", ORDERS + "1,ann,2024-03-02,completed,\n1,zoe,2024-03-09,cancelled,\n2,bob,2024-03-05,,\n1,ann,2024-03-02,completed,\n")
    assert seen.rows("SELECT order_id, customer_id FROM orders ORDER BY 1") == [("1", "ann"), ("2", "bob")]
    assert (seen.check("duplicate_key").rows, seen.check("duplicate_key").total) == (2, 4)
    assert set_aside(seen) == [("orders", "duplicate_key")] * 2


def test_exact_duplicates_are_kept_unless_they_are_to_be_dropped(with_file: With, loaded: Load) -> None:
    lines = LINES + "1,tea,2,5\n1,tea,2,5\n1,tea,2,5\n2,mug,1,10\n"
    kept = with_file("order_lines.csv", lines)
    check = kept.check("exact_duplicates", "order_lines")
    assert (check.rows, check.total, check.action) == (2, 4, "kept")
    assert kept.rows("SELECT sum(revenue) FROM sale_lines") == [(40,)]
    dropped = with_file("order_lines.csv", lines, drop_duplicates=True)
    assert dropped.check("exact_duplicates", "order_lines").action == "set_aside"
    assert dropped.rows("SELECT sum(revenue) FROM sale_lines") == [(20,)]
    assert set_aside(dropped) == [("order_lines", "exact_duplicates")] * 2


def test_negative_and_zero_quantities_and_prices_are_kept_and_counted(with_file: With) -> None:
    seen = with_file("order_lines.csv", LINES + "1,tea,2,5\n1,tea,-1,5\n1,gift,1,0\n2,mug,1,-3\n2,mug,0,3\n")
    assert (seen.check("non_positive_quantity").rows, seen.check("non_positive_price").rows) == (2, 2)
    assert seen.rows("SELECT sum(revenue) FROM sale_lines") == [(10 - 5 - 3,)]


def test_lines_without_orders_and_orders_without_lines(with_file: With) -> None:
    seen = with_file("order_lines.csv", LINES + "1,tea,2,5\n7,tea,2,5\n")
    assert (seen.check("line_without_order").action, seen.check("line_without_order").rows) == ("left_out", 1)
    assert seen.check("order_without_lines").rows == 1
    assert seen.rows("SELECT count(*) FROM order_lines") == [(2,)]  # still in the table


def test_future_dates_stay_in_the_table_and_out_of_the_figures(with_file: With) -> None:
    seen = with_file("feedback.csv", "feedback_id,created_at,rating\nf1,2024-03-03,5\nf2,2030-01-01,1\n", now=datetime(2024, 3, 4))
    assert {c.table: c.rows for c in seen.report.checks if c.rule == "future_date"} == {"orders": 1, "feedback": 1}
    assert seen.rows("SELECT order_id FROM order_facts") == [("1",)]
    assert seen.rows("SELECT count(*) FROM orders") == [(2,)]
    assert seen.rows("SELECT feedback_id FROM feedback_facts") == [("f1",)]


def test_references_without_a_match_are_kept_and_counted_where_the_other_table_is_loaded(with_file: With, loaded: Load) -> None:
    assert not [c for c in loaded(GOOD).report.checks if c.rule == "unknown_customer"]  # no customers table, nothing to say
    seen = with_file("customers.csv", "customer_id,name\nann,Ann\n")
    assert seen.check("unknown_customer").rows == 1
    assert seen.rows("SELECT customer_id FROM customer_facts ORDER BY 1") == [("ann",), ("bob",)]


def test_ratings_outside_their_scale_are_emptied(with_file: With) -> None:
    rows = "f1,2024-03-03,9,7,a\nf2,2024-03-03,3,11,b\nf3,2024-03-03,4.5,10,c\nf4,2024-03-03,0,0,d\n"
    seen = with_file("feedback.csv", "feedback_id,created_at,rating,nps,text\n" + rows)
    assert seen.rows("SELECT rating, nps FROM feedback ORDER BY feedback_id") == [(None, 7), (3, None), (5, 10), (None, 0)]
    assert {rule: n for (_, rule), n in seen.touched().items() if rule.endswith(("range", "fractions"))} == {
        "rating_out_of_range": 2, "nps_out_of_range": 1, "rounded_fractions": 1,
    }


def test_a_negative_discount_is_a_discount(with_file: With) -> None:
    seen = with_file("orders.csv", ORDERS + "1,ann,2024-03-02,,-2\n2,bob,2024-03-05,,50\n")
    assert seen.rows("SELECT discount FROM orders ORDER BY order_id") == [(2,), (50,)]
    assert (seen.check("negative_discount").rows, seen.check("discount_above_amount").rows) == (1, 1)


def test_impossible_birth_dates_are_emptied(with_file: With) -> None:
    born = "ann,1901-01-01\nbob,2090-01-01\ncat,1990-01-01\n"
    seen = with_file("customers.csv", "customer_id,birth_date\n" + born, now=datetime(2024, 6, 1))
    assert seen.rows("SELECT count(birth_date) FROM customers") == [(1,)]
    assert seen.check("implausible_birth_date").rows == 2


def test_emails_that_are_none_or_shared_are_counted(with_file: With) -> None:
    seen = with_file("customers.csv", "customer_id,email\nann,ann@x.org\nbob,ANN@x.org\ncat,nobody\ndan,\n")
    assert (seen.check("malformed_email").rows, seen.check("shared_email").rows) == (1, 2)


def test_events_and_variants_in_other_words(with_file: With) -> None:
    seen = with_file("web_events.csv", "customer_id,occurred_at,type\nann,2024-03-01,add_to_cart\nann,2024-03-01,浏览\nann,2024-03-01,yodel\n")
    assert [row[0] for row in seen.rows("SELECT type FROM web_events ORDER BY 1")] == ["cart", "view", "yodel"]
    assert (seen.check("event_words").rows, seen.check("unknown_event").action) == (2, "kept")


def test_a_ticket_solved_before_it_was_opened_has_no_waiting_time(with_file: With) -> None:
    seen = with_file("tickets.csv", "ticket_id,opened_at,resolved_at,csat\nt1,2024-03-05,2024-03-04,7\n")
    assert (seen.check("resolved_before_opened").action, seen.check("csat_out_of_range").rows) == ("left_out", 1)
    assert seen.rows("SELECT resolution_hours FROM ticket_facts") == [(None,)]


def test_targets_fall_on_the_first_of_their_month(with_file: With) -> None:
    seen = with_file("targets.csv", "period,metric,value\n2024-03-15,revenue,100\n2024-04,revenue,\"1,200.50\"\n")
    assert [(day.isoformat(), value) for day, value in seen.rows("SELECT period, value FROM targets ORDER BY 1")] == [
        ("2024-03-01", Decimal(100)), ("2024-04-01", Decimal("1200.5")),
    ]


def test_ids_that_went_through_a_spreadsheet_lose_their_point_zero(with_file: With) -> None:
    seen = with_file("orders.csv", ORDERS + "1.0,17850.0,2024-03-02,,\n2.0,,2024-03-05,,\n")
    assert seen.rows("SELECT order_id, customer_id FROM orders ORDER BY 1") == [("1", "17850"), ("2", None)]
    mixed = with_file("orders.csv", ORDERS + "1,7.0,2024-03-02,,\n2,8.5,2024-03-05,,\n")
    assert mixed.rows("SELECT customer_id FROM orders ORDER BY 1") == [("7.0",), ("8.5",)]  # not all: left as they are


def test_which_order_of_day_and_month_was_taken_is_reported(with_file: With) -> None:
    clear = with_file("orders.csv", ORDERS + "1,ann,13/03/2024,,\n2,bob,01/03/2024,,\n").check("date_format")
    assert clear.sample == ({"column": "ordered_at", "format": "day first, %d/%m/%Y"},)
    unclear = with_file("orders.csv", ORDERS + "1,ann,02/03/2024,,\n2,bob,01/03/2024,,\n").check("ambiguous_dates")
    assert unclear.rows == 2
    assert unclear.action == "kept"


def test_no_row_vanishes_from_a_thoroughly_damaged_file(loaded: Load) -> None:
    flat = (
        "Order,Date,Customer,Item,Qty,Price\n"
        "1,2024-03-02,ann,tea,2,5\n1,2024-03-02,ann,tea,2,5\n2,someday,ann,tea,1,5\n3,2024-03-03,bob,mug,many,5\n"
        "4,2024-03-03,bob,mug,1\n5,2024-03-04,bob,mug,1,5,surplus\n6,2024-03-04,cat,\"mug,1,5\n,2024-03-05,dan,mug,1,5\n7,2024-03-05,,mug,-1,5\n"
    )
    seen = loaded({"sales.csv": flat})
    kept = seen.report.tables["order_lines"]
    assert (kept, seen.report.set_aside) == (3, 6)
    assert kept + seen.report.set_aside == 9  # every line of the file
    assert {row[1] for row in set_aside(seen)} == {"unreadable_date", "unreadable_number", "missing_required", "broken_rows"}


def test_a_check_names_at_most_five_rows(loaded: Load) -> None:
    lines = LINES + "".join(f"1,tea,-{n},5\n" for n in range(1, 20))
    check: Check = loaded({**GOOD, "order_lines.csv": lines}).check("non_positive_quantity")
    assert check.rows == 19
    assert len(check.sample) == 5
