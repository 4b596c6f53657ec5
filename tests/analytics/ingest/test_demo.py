"""The demo company keeps its promises: the schema, whole relations, the same rows on every run, a lifelike shop."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from analytics.ingest.demo import DemoError, generate, hashes, truths, voice_en, voice_zh, world
from analytics.schema import CANONICAL, FEEDBACK_SOURCES, ORDER_STATUSES

ROOT = Path(__file__).parents[3]
SMALL = 260
HAN = "[\u4e00-\u9fff]"


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return generate()


@pytest.fixture(scope="module")
def small() -> dict[str, pd.DataFrame]:
    return generate(SMALL, seed=11)


@pytest.fixture(scope="module")
def db(frames: dict[str, pd.DataFrame]) -> Any:
    con = duckdb.connect()
    for name, frame in frames.items():
        con.register(name, frame)
    yield con
    con.close()


def one(db: Any, query: str) -> Any:
    return db.execute(query).fetchone()[0]


def test_every_canonical_table_is_there_filled_and_has_exactly_the_columns_of_the_schema(frames):
    assert list(frames) == list(CANONICAL)
    for name, frame in frames.items():
        assert tuple(frame.columns) == CANONICAL[name].column_names
        assert len(frame) > 0


@pytest.mark.parametrize("name", CANONICAL)
def test_every_value_fits_the_type_of_its_column_and_required_ones_are_never_null(db, name):
    for column in CANONICAL[name].columns:
        kind = {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE"}.get(column.type, column.type.upper())
        lost = f'SELECT count(*) FROM {name} WHERE "{column.name}" IS NOT NULL AND TRY_CAST("{column.name}" AS {kind}) IS NULL'
        assert one(db, lost) == 0, column.name
        if column.type.startswith("decimal"):
            rounded = f'SELECT count(*) FROM {name} WHERE abs("{column.name}" - CAST("{column.name}" AS {kind})) > 1e-9'
            assert one(db, rounded) == 0, column.name
        if column.required:
            assert one(db, f'SELECT count(*) FROM {name} WHERE "{column.name}" IS NULL') == 0, column.name


@pytest.mark.parametrize("name", [table.name for table in CANONICAL.values() if table.key])
def test_keys_are_unique(db, name):
    keys = ", ".join(CANONICAL[name].key)
    assert one(db, f"SELECT count(*) - count(DISTINCT ({keys})) FROM {name}") == 0


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        *[(t, "customer_id", "customers") for t in (
            "orders", "feedback", "tickets", "campaign_touches", "web_events", "invoices", "loyalty_entries")],
        *[(t, "product_id", "products") for t in ("order_lines", "feedback", "web_events")],
        *[(t, "order_id", "orders") for t in ("order_lines", "feedback", "tickets", "invoices")],
        *[(t, "campaign_id", "campaigns") for t in ("orders", "campaign_touches")],
        ("feedback", "ticket_id", "tickets"),
    ],
)
def test_every_reference_leads_somewhere_and_some_are_given(db, table, column, target):
    assert one(db, f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT {column} FROM {target})") == 0
    assert one(db, f"SELECT count({column}) FROM {table}") > 0


def test_every_order_has_lines_and_no_order_holds_a_product_twice(db):
    assert one(db, "SELECT count(*) FROM orders WHERE order_id NOT IN (SELECT order_id FROM order_lines)") == 0
    assert one(db, "SELECT count(*) - count(DISTINCT (order_id, product_id)) FROM order_lines") == 0


def test_the_same_arguments_give_the_same_rows_again_and_in_another_process(small):
    again = hashes(generate(SMALL, seed=11))
    assert hashes(small) == again
    program = f"import json; from analytics.ingest.demo import *; print(json.dumps(hashes(generate({SMALL}, seed=11))))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == again


def test_another_seed_gives_other_rows_of_everything_that_is_drawn(small):
    other, mine = hashes(generate(SMALL, seed=12)), hashes(small)
    assert {name for name in mine if mine[name] == other[name]} == {"campaigns", "value_aliases"}


@pytest.mark.parametrize("name", ["orders", "feedback", "web_events"])
def test_the_hash_tells_order_values_and_nulls_apart(small, name):
    frame = small[name]
    turned = frame.iloc[::-1].reset_index(drop=True)
    hidden = frame.copy()
    hidden.loc[frame["customer_id"].first_valid_index(), "customer_id"] = None
    seen = hashes({"same": frame.copy(), "turned": turned, "hidden": hidden, "short": frame.iloc[:-1]})
    assert len(set(seen.values())) == 4
    assert seen["same"] == hashes({name: frame})[name]


def test_trade_covers_three_years_and_ends_on_the_last_day(db):
    first, last = db.execute("SELECT min(ordered_at), max(ordered_at) FROM orders").fetchone()
    assert last.date() == truths.END
    assert first.date() == date(2023, 11, 18)
    assert one(db, "SELECT count(DISTINCT ordered_at::DATE) FROM orders") == 1096


@pytest.mark.parametrize("end", [date(2025, 3, 31), date(2024, 2, 29), date(2026, 1, 1)])
def test_any_last_day_will_do_and_nothing_happens_after_it_but_future_targets(end):
    frames = generate(SMALL, seed=3, end=end)
    limit = pd.Timestamp(end) + pd.Timedelta(days=1)
    assert frames["orders"]["ordered_at"].max().date() == end
    moments = [(table.name, column.name) for table in CANONICAL.values() for column in table.columns if column.type == "timestamp"]
    for name, column in [*moments, ("invoices", "issued_on"), ("invoices", "paid_on"), ("customers", "signup_date"), ("campaigns", "starts_on")]:
        assert not (frames[name][column] >= limit).any(), (name, column)


def test_time_runs_forward(db):
    assert one(db, "SELECT count(*) FROM tickets WHERE first_response_at < opened_at OR resolved_at < first_response_at") == 0
    assert one(db, "SELECT count(*) FROM campaign_touches WHERE opened_at < sent_at OR clicked_at < opened_at OR converted_at < sent_at") == 0
    assert one(db, "SELECT count(*) FROM invoices WHERE paid_on < issued_on OR due_on::DATE <> issued_on::DATE + 30") == 0
    early = "SELECT count(*) FROM {} t JOIN customers c USING (customer_id) WHERE t.{} < c.signup_date"
    assert one(db, early.format("orders", "ordered_at")) == 0
    assert one(db, early.format("web_events", "occurred_at")) == 0
    about = "SELECT count(*) FROM {} t JOIN orders o USING (order_id) WHERE t.{} < o.ordered_at"
    assert one(db, about.format("feedback", "created_at")) == one(db, about.format("tickets", "opened_at")) == 0


def test_values_are_those_that_the_schema_names(db):
    assert one(db, f"SELECT count(*) FROM orders WHERE status NOT IN {ORDER_STATUSES}") == 0
    assert one(db, f"SELECT count(*) FROM feedback WHERE source NOT IN {FEEDBACK_SOURCES}") == 0
    assert one(db, "SELECT count(*) FROM feedback WHERE rating NOT BETWEEN 1 AND 5 OR nps NOT BETWEEN 0 AND 10") == 0
    assert one(db, "SELECT count(*) FROM tickets WHERE csat NOT BETWEEN 1 AND 5") == 0
    assert one(db, "SELECT count(*) FROM campaign_touches WHERE variant NOT IN ('treated', 'control')") == 0
    assert one(db, "SELECT count(*) FROM web_events WHERE type NOT IN ('view', 'cart', 'checkout', 'purchase')") == 0


def test_the_shop_is_as_large_and_as_mixed_as_a_real_one(db):
    orders = one(db, "SELECT count(*) FROM orders")
    assert 24_000 < orders < 34_000
    shares = dict(db.execute("SELECT country, count(*) / sum(count(*)) OVER () FROM customers GROUP BY country").fetchall())
    assert shares["United Kingdom"] == pytest.approx(0.55, abs=0.03)
    assert shares["Germany"] == pytest.approx(0.10, abs=0.02)
    assert shares["China"] == pytest.approx(0.35, abs=0.03)
    assert one(db, "SELECT avg((customer_id IS NULL)::INT) FROM orders") == pytest.approx(0.04, abs=0.01)
    assert one(db, "SELECT avg((status = 'cancelled')::INT) FROM orders") == pytest.approx(0.03, abs=0.01)
    assert one(db, "SELECT avg((status = 'returned')::INT) FROM orders") == pytest.approx(0.055, abs=0.02)
    assert one(db, "SELECT avg(marketing_consent::INT) FROM customers") == pytest.approx(0.70, abs=0.03)
    assert one(db, "SELECT count(*) FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)") > 250
    assert {row[0] for row in db.execute("SELECT DISTINCT category FROM products").fetchall()} == {"coffee", "tea", "toys", "kitchen", "garden"}
    assert {row[0] for row in db.execute("SELECT DISTINCT channel FROM orders").fetchall()} == {"web", "store", "app", "mini program", "marketplace"}


def test_credit_notes_are_returned_orders_with_negative_lines_and_no_other_order_has_any(db):
    credit = "SELECT order_id FROM order_lines WHERE quantity * unit_price < 0"
    assert one(db, f"SELECT count(*) FROM ({credit})") > 100
    assert one(db, f"SELECT count(*) FROM orders WHERE order_id IN ({credit}) AND (status <> 'returned' OR NOT order_id LIKE 'C%')") == 0
    assert one(db, f"SELECT count(*) FROM order_lines WHERE order_id IN ({credit}) AND quantity > 0") == 0


def test_a_discount_is_never_more_than_the_order(db):
    too_much = """SELECT count(*) FROM orders o JOIN (SELECT order_id, sum(quantity * unit_price) AS gross FROM order_lines GROUP BY order_id)
        USING (order_id) WHERE o.discount < 0 OR (o.discount > 0 AND o.discount > 0.2 * gross + 0.01)"""
    assert one(db, too_much) == 0
    assert one(db, "SELECT avg((discount > 0)::INT) FROM orders") > 0.1


def test_an_invoice_is_that_of_a_business_customer_and_has_the_amount_of_its_order(db):
    wrong = """SELECT count(*) FROM invoices i JOIN orders o USING (order_id) JOIN (
        SELECT order_id, sum(quantity * unit_price) AS gross FROM order_lines GROUP BY order_id) USING (order_id)
        WHERE abs(i.amount - (gross - o.discount)) > 0.006 OR i.customer_id <> o.customer_id OR o.status = 'cancelled'"""
    assert one(db, wrong) == 0
    assert one(db, "SELECT count(*) FROM invoices JOIN customers USING (customer_id) WHERE credit_limit IS NULL") == 0
    assert one(db, "SELECT avg((credit_limit IS NOT NULL)::INT) FROM customers") == pytest.approx(0.2, abs=0.02)


def test_nobody_spends_points_that_they_do_not_have(db):
    balance = "SELECT sum(points) OVER (PARTITION BY customer_id ORDER BY occurred_at, points DESC ROWS UNBOUNDED PRECEDING) AS b FROM loyalty_entries"
    assert one(db, f"SELECT min(b) FROM ({balance})") >= 0
    assert one(db, "SELECT count(*) FROM loyalty_entries WHERE (points < 0) <> (reward IS NOT NULL)") == 0
    assert one(db, "SELECT count(*) FROM loyalty_entries JOIN customers USING (customer_id) WHERE loyalty_tier IS NULL") == 0


def test_the_funnel_narrows_at_every_step_in_the_last_twelve_months(db):
    counts = dict(db.execute("SELECT type, count(*) FROM web_events GROUP BY type").fetchall())
    assert counts["view"] > counts["cart"] > counts["checkout"] > counts["purchase"] > 1_000
    assert one(db, "SELECT min(occurred_at)::DATE FROM web_events") >= date(2025, 11, 18)


def test_there_is_a_revenue_target_for_every_month_up_to_the_month_after_the_current_one(frames):
    targets = frames["targets"]
    months = pd.to_datetime(targets["period"]).dt.strftime("%Y-%m").tolist()
    assert months == pd.period_range("2023-12", "2027-01", freq="M").strftime("%Y-%m").tolist()
    assert set(targets["metric"]) == {"revenue"}
    assert (targets["value"] > 0).all()


def test_customer_1042_is_a_good_customer_with_history_feedback_and_a_ticket(frames):
    person = frames["customers"].set_index("customer_id").loc[truths.GOOD_CUSTOMER]
    orders = frames["orders"][frames["orders"]["customer_id"] == truths.GOOD_CUSTOMER]
    assert (person["name"], person["city"], person["marketing_consent"]) == (truths.GOOD_CUSTOMER_NAME, "Leeds", True)
    assert person["loyalty_tier"] in ("gold", "platinum")
    assert (orders["status"] == "completed").sum() >= 20
    assert orders.loc[orders["status"] == "completed", "ordered_at"].max() > pd.Timestamp(truths.END) - pd.Timedelta(days=10)
    assert (frames["feedback"]["customer_id"] == truths.GOOD_CUSTOMER).sum() >= 3
    assert (frames["tickets"]["customer_id"] == truths.GOOD_CUSTOMER).sum() >= 1


@pytest.mark.parametrize("seed", [7, 8])
def test_there_is_exactly_one_ana_ruiz_and_she_shops(frames, seed):
    made = frames if seed == 7 else generate(1_100, seed=seed)
    people = made["customers"]
    assert people.loc[people["name"] == "Ana Ruiz", "customer_id"].tolist() == [truths.ANA_RUIZ]
    assert people.loc[people["customer_id"] == truths.ANA_RUIZ, "birth_date"].notna().all()
    assert (made["orders"]["customer_id"] == truths.ANA_RUIZ).sum() >= 10


def test_chinese_customers_have_chinese_names_and_write_chinese_and_some_do_not(frames):
    people = frames["customers"].set_index("customer_id")
    chinese = people["name"].str.contains(HAN)
    china = people["country"] == "China"
    assert 0.9 < chinese[china].mean() < 1
    assert not chinese[~china].any()
    said = frames["feedback"].dropna(subset=["text", "customer_id"])
    written = said["text"].str.contains(HAN)
    in_china = said["customer_id"].map(people["country"]) == "China"
    assert 0.9 < written[in_china].mean() < 1
    assert 0 < written[~in_china].mean() < 0.1


def test_what_people_write_is_varied_in_both_languages_and_complete(frames):
    for words in (voice_en, voice_zh):
        fragments = [text for group in words.PHRASES for text in group.texts]
        assert len(set(fragments)) >= 150
        assert len(set(fragments)) == len(fragments)
    texts = pd.concat([frames["feedback"]["text"], frames["tickets"]["text"], frames["tickets"]["subject"]]).dropna()
    assert not texts.str.contains(r"[{}]").any()
    assert (texts.str.strip() != "").all()
    assert frames["feedback"]["text"].nunique() > 2_500


def test_both_languages_can_say_the_same_things(frames):
    topics = [{(group.topic, group.tone) for group in words.PHRASES} for words in (voice_en, voice_zh)]
    assert topics[0] == topics[1]
    for english, chinese in zip(voice_en.TICKETS, voice_zh.TICKETS, strict=True):
        assert english.category == chinese.category
        for words in (english, chinese):
            assert not words.texts or len(words.texts) == len(words.subjects)


@pytest.mark.parametrize(
    ("field", "value", "alias"),
    [
        ("city", "Shanghai", "上海"), ("category", "coffee", "咖啡"), ("region", "East China", "华东"), ("country", "United Kingdom", "英国"),
        ("order_channel", "mini program", "小程序"), ("acquisition_channel", "referral", "推荐"), ("campaign", "Spring campaign", "春季活动"),
        ("campaign", "Coffee offer", "咖啡优惠"), ("ticket_category", "delivery", "配送"), ("priority", "high", "高"), ("gender", "female", "女"),
        ("loyalty_tier", "gold", "金卡"), ("feedback_source", "phone", "电话"), ("interest", "gardening", "养花"), ("agent", "Li Jing", "李静"),
        ("product", "espresso beans", "意式咖啡豆"),
    ],
)
def test_a_value_is_found_by_its_other_name(frames, field, value, alias):
    aliases = frames["value_aliases"]
    assert aliases.loc[(aliases["field"] == field) & (aliases["alias"] == alias), "value"].tolist() == [value]


def test_every_value_of_an_aliased_field_has_a_chinese_name_and_every_alias_a_value(frames):
    columns = {
        "city": ("customers", "city"), "region": ("customers", "region"), "country": ("customers", "country"), "category": ("products", "category"),
        "product": ("products", "name"), "order_channel": ("orders", "channel"), "acquisition_channel": ("customers", "acquisition_channel"),
        "campaign": ("campaigns", "name"), "campaign_channel": ("campaigns", "channel"), "ticket_category": ("tickets", "category"),
        "priority": ("tickets", "priority"), "gender": ("customers", "gender"), "loyalty_tier": ("customers", "loyalty_tier"),
        "feedback_source": ("feedback", "source"), "interest": ("customers", "interest"), "agent": ("tickets", "agent"),
        "reward": ("loyalty_entries", "reward"), "status": ("orders", "status"),
    }
    aliases = frames["value_aliases"]
    assert set(aliases["field"]) == set(columns)
    chinese = aliases[aliases["alias"].str.contains(HAN)]
    for field, (table, column) in columns.items():
        values = set(frames[table][column].dropna())
        assert set(chinese.loc[chinese["field"] == field, "value"]) == values, field
    assert not aliases.duplicated(["field", "alias"]).any()


def test_agents_are_english_and_chinese_and_differ_in_speed(frames):
    tickets = frames["tickets"]
    hours = (tickets["resolved_at"] - tickets["opened_at"]).dt.total_seconds() / 3600
    speed = hours.groupby(tickets["agent"]).median().sort_values()
    assert set(speed.index) == {agent.name for agent in world.AGENTS}
    assert speed.iloc[-1] > 1.8 * speed.iloc[0]
    assert hours.mean() > 1.3 * hours.median()
    assert {"open", "pending", "solved"} == set(tickets["status"])


def test_a_company_that_is_too_small_or_a_bad_seed_is_refused_with_a_reason():
    with pytest.raises(DemoError, match="at least 200 customers, not 10"):
        generate(10)
    with pytest.raises(DemoError, match="seed is 0 or more, not -1"):
        generate(300, seed=-1)
