"""Adding to a data set: what is new, what is newer, what stays, and that the same file adds nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from analytics.ingest.errors import LoadError
from analytics.shop import Settings
from analytics.store import versions
from tests.analytics.ingest.conftest import Load

ORDERS = "order_id,customer_id,ordered_at,status,channel\n1,ann,2024-03-02,completed,web\n2,bob,2024-03-05,completed,web\n"
LINES = "order_id,product_id,quantity,unit_price\n1,tea,2,5\n1,mug,1,10\n2,mug,1,10\n"
BOTH = {"orders.csv": ORDERS, "order_lines.csv": LINES}


def test_new_rows_are_added_and_the_rest_stays(loaded: Load) -> None:
    loaded({**BOTH, "customers.csv": "customer_id,name\nann,Ann\n"})
    seen = loaded({"orders.csv": ORDERS.split("1,ann")[0] + "3,ann,2024-04-01,completed,web\n",
                   "order_lines.csv": "order_id,product_id,quantity,unit_price\n3,tea,1,5\n"}, append=True)
    assert seen.report.tables == {"customers": 1, "orders": 3, "order_lines": 4}
    assert seen.rows("SELECT sum(revenue) FROM order_facts") == [(35,)]
    assert seen.report.set_aside == 0


def test_without_append_the_files_replace_everything(loaded: Load) -> None:
    loaded({**BOTH, "customers.csv": "customer_id,name\nann,Ann\n"})
    seen = loaded({"orders.csv": ORDERS, "order_lines.csv": LINES})
    assert not seen.shop.has("customers")


def test_the_same_files_again_add_nothing(loaded: Load, tmp_path: Path) -> None:
    files = {
        **BOTH, "customers.csv": "customer_id,name\nann,Ann\n",
        "web_events.csv": "customer_id,occurred_at,type\nann,2024-03-01,view\nann,2024-03-01,view\n",
        "loyalty_entries.csv": "customer_id,occurred_at,points\nann,2024-03-01,5\n",
        "campaign_touches.csv": "campaign_id,customer_id,sent_at\nspring,ann,2024-03-01\n",
        "targets.csv": "period,metric,value\n2024-03,revenue,100\n", "value_aliases.csv": "field,value,alias\ncity,York,约克\n",
    }
    first = loaded(files)
    again = loaded(files, append=True)
    assert again.report.version == first.report.version
    assert again.report.tables == first.report.tables
    assert again.rows("SELECT count(*) FROM web_events") == [(2,)]  # two equal rows of one file are two events
    assert [version.number for version in versions(tmp_path / "shop.duckdb")] == [1, 2]


def test_the_same_flat_file_again_adds_nothing(loaded: Load) -> None:
    flat = {"sales.csv": "Order,Date,Customer,Customer name,Item,Qty,Price\n1,2024-03-02,ann,Ann,tea,2,5\n1,2024-03-02,ann,Ann,tea,2,5\n"}
    first = loaded(flat)
    assert loaded(flat, append=True).report.version == first.report.version


def test_a_newer_row_of_the_same_key_wins_and_the_older_is_kept_aside(loaded: Load) -> None:
    loaded(BOTH)
    seen = loaded({"orders.csv": "order_id,customer_id,ordered_at,status\n2,bob,2024-03-05,returned\n"}, append=True)
    assert seen.rows("SELECT order_id, status, channel FROM orders ORDER BY 1") == [
        ("1", "completed", "web"), ("2", "returned", "web"),  # the channel, which the new file does not have, stays
    ]
    assert seen.check("newer_row").rows == 1
    ((table, rule, row),) = seen.rows("SELECT table_name, rule, row FROM shop.set_aside")
    assert (table, rule, json.loads(row)["status"]) == ("orders", "newer_row", "completed")
    assert seen.rows("SELECT sum(revenue) FROM order_facts") == [(20,)]


def test_an_order_that_comes_again_brings_all_its_lines(loaded: Load) -> None:
    loaded(BOTH)
    seen = loaded({"order_lines.csv": "order_id,product_id,quantity,unit_price\n1,tea,5,5\n"}, append=True)
    assert seen.rows("SELECT order_id, product_id, quantity FROM order_lines ORDER BY ALL") == [("1", "tea", 5), ("2", "mug", 1)]
    assert seen.check("replaced_lines").rows == 2
    assert seen.rows("SELECT count(*) FROM shop.set_aside") == [(2,)]


def test_lines_may_come_before_their_orders(loaded: Load) -> None:
    first = loaded({"orders.csv": ORDERS, "order_lines.csv": LINES + "3,tea,1,5\n"})
    assert first.check("line_without_order").rows == 1
    assert first.rows("SELECT sum(revenue) FROM sale_lines") == [(30,)]
    seen = loaded({"orders.csv": "order_id,ordered_at\n3,2024-04-01\n"}, append=True)
    assert seen.check("line_without_order").rows == 0
    assert seen.rows("SELECT sum(revenue) FROM sale_lines") == [(35,)]


def test_rows_without_a_key_are_added_once(loaded: Load) -> None:
    header = "customer_id,occurred_at,type\n"
    loaded({**BOTH, "web_events.csv": header + "ann,2024-03-01 10:00,view\nann,2024-03-01 10:00,view\n"})
    overlapping = header + "ann,2024-03-01 10:00,view\nann,2024-03-02 10:00,cart\n"
    seen = loaded({"web_events.csv": overlapping}, append=True)
    assert seen.rows("SELECT type, count(*) FROM web_events GROUP BY 1 ORDER BY 1") == [("cart", 1), ("view", 2)]


def test_a_campaign_touch_that_comes_again_is_brought_up_to_date(loaded: Load) -> None:
    header = "campaign_id,customer_id,sent_at,opened_at\n"
    loaded({**BOTH, "campaign_touches.csv": header + "spring,ann,2024-03-01,\nspring,bob,2024-03-01,\n"})
    seen = loaded({"campaign_touches.csv": header + "spring,ann,2024-03-01,2024-03-04\n"}, append=True)
    assert seen.rows("SELECT customer_id, opened_at FROM campaign_touches ORDER BY 1") == [("ann", datetime(2024, 3, 4)), ("bob", None)]


def test_targets_and_aliases_are_replaced_by_their_meaning(loaded: Load) -> None:
    loaded({**BOTH, "targets.csv": "period,metric,value\n2024-03,revenue,100\n2024-04,revenue,110\n"})
    seen = loaded({"targets.csv": "period,metric,value\n2024-04,revenue,120\n"}, append=True)
    assert seen.rows("SELECT month(period), value FROM targets ORDER BY 1") == [(3, 100), (4, 120)]


def test_of_two_files_of_one_load_the_later_is_the_newer(loaded: Load) -> None:
    customers = {"customers_1.csv": "customer_id,name,city\nann,Ann,York\n", "customers_2.csv": "customer_id,name\nann,Ann Lee\nbob,Bob\n"}
    seen = loaded({**BOTH, **customers})
    assert seen.rows("SELECT customer_id, name, city FROM customers ORDER BY 1") == [("ann", "Ann Lee", "York"), ("bob", "Bob", None)]
    assert seen.check("newer_row").rows == 1


def test_extra_columns_of_both_sides_are_kept(loaded: Load) -> None:
    loaded({**BOTH, "customers.csv": "customer_id,shoe\nann,38\nbob,42\n"})
    seen = loaded({"customers.csv": "customer_id,hat\nann,S\ncat,M\n"}, append=True)
    assert seen.rows("SELECT customer_id, shoe, hat FROM customers ORDER BY 1") == [("ann", 38, "S"), ("bob", 42, None), ("cat", None, "M")]


def test_what_earlier_loads_reported_and_set_aside_stays(loaded: Load) -> None:
    first = loaded({"orders.csv": ORDERS + "1,ann,2024-03-02,completed,web\n", "order_lines.csv": LINES + "9,tea,x,5\n"})
    assert first.report.set_aside == 2
    seen = loaded({"customers.csv": "customer_id,name\nann,Ann\n"}, append=True)
    assert seen.rows("SELECT table_name, rule FROM shop.set_aside ORDER BY 1") == [("order_lines", "unreadable_number"), ("orders", "duplicate_key")]
    assert (seen.check("duplicate_key").rows, seen.check("unreadable_number").rows) == (1, 1)
    assert len([c for c in seen.report.checks if c.rule == "missing_customer" and c.table == "orders"]) == 1  # counted anew


def test_settings_stay_unless_they_are_given(loaded: Load) -> None:
    loaded(BOTH, settings=Settings(currency="EUR", time_zone="Europe/Paris"))
    kept = loaded({"customers.csv": "customer_id\nann\n"}, append=True)
    assert (kept.shop.settings.currency, kept.shop.settings.time_zone) == ("EUR", "Europe/Paris")
    assert loaded({"customers.csv": "customer_id\nann\n"}, append=True, settings=Settings(currency="CNY")).shop.settings.currency == "CNY"


def test_appending_to_nothing_is_a_load(loaded: Load) -> None:
    assert loaded(BOTH, append=True).report.tables == {"orders": 2, "order_lines": 3}
    with pytest.raises(LoadError, match="no_orders"):
        loaded({"customers.csv": "customer_id\nann\n"}, append=True, db="other.duckdb")
