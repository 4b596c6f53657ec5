"""New and growing issues: small counts prove nothing, the planted courier is found in its second week, an exact oracle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import comb

import pytest

from analytics import store
from analytics.finding import CannotAnswer
from analytics.ingest import demo
from analytics.ingest.demo import truths
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.satisfaction import emerging_issues
from analytics.satisfaction.emerging_counts import FALSE_DISCOVERY
from analytics.shop import Settings, Shop
from tests.conftest import TinyShop

MAY = Period(date(2024, 5, 1), date(2024, 6, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2023-10-01 | completed | tea        | 1        | 10
    2        | ann         | 2024-06-20 | completed | tea        | 1        | 10
"""
USUAL = ("Staff were rude", "Too expensive for me", "The app keeps crashing", "Nice tea")


def written(zippers: int, before: int = 0) -> dict[str, str]:
    """A usual comment a day from November to May, and in May so many about a zipper (`before` of them already in February)."""
    lines = [f"u{i} | {date(2023, 11, 15) + timedelta(days=i)} | 3 | {USUAL[i % 4]}" for i in range(199)]
    lines += [f"z{i} | 2024-05-10 | 1 | The zipper broke at once" for i in range(zippers)]
    lines += [f"y{i} | 2024-02-10 | 1 | The zipper broke at once" for i in range(before)]
    return {"sales": SALES, "feedback": "\n".join(("feedback_id | created_at | rating | text", *lines))}


def named(seen: Computed) -> list[str]:
    return [row["about"] for row in seen.tables["issues"].records() if row["is_real"]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company in its full size, with nothing but what this rests on."""
    tables = demo.generate(end=truths.END)
    path = tmp_path_factory.mktemp("emerging") / "demo.duckdb"
    store.write(path, {name: tables[name] for name in ("orders", "order_lines", "feedback")}, Settings())
    shop, engine = store.open_shop(path, truths.END)
    yield shop, engine
    engine.close()


def test_something_new_is_named_once_and_by_its_most_telling_phrase(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(12))
    seen = engine.run(emerging_issues(shop, period=MAY))
    phrases = [about for about in named(seen) if about.startswith("“")]
    assert len(phrases) == 1
    assert "zipper" in phrases[0]
    row = next(row for row in seen.tables["issues"].records() if row["about"] == phrases[0])
    assert (row["comments"], row["comments_before"], row["average_rating"]) == (12, 0, 1)
    assert row["example"] == "The zipper broke at once"
    assert row["low"] < row["share"] < row["high"]


@pytest.mark.parametrize(("zippers", "before"), [(3, 0), (4, 20)])
def test_a_small_count_or_one_that_was_always_there_proves_nothing(tiny_shop: TinyShop, zippers: int, before: int) -> None:
    shop, engine = tiny_shop(written(zippers, before))
    seen = engine.run(emerging_issues(shop, period=MAY))
    assert named(seen) == []
    assert (seen.facts["issues"], seen.facts["top_about"]) == (0, None)


def test_nothing_is_new_without_anything_before(tiny_shop: TinyShop) -> None:
    """The base of November is the time before the data."""
    shop, engine = tiny_shop(written(12))
    seen = engine.run(emerging_issues(shop, period=Period(date(2023, 11, 1), date(2023, 12, 1), "month", 1)))
    assert named(seen) == []
    assert "emerging_little_before" in seen.caveats


def test_the_courier_problem_is_found_in_its_second_week_and_not_before_it_exists(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    begins = truths.COURIER.period(truths.END).start

    def about_courier(day: date) -> bool:
        said = [row for row in engine.run(emerging_issues(shop.on(day))).tables["issues"].records() if row["is_real"]]
        return any(truths.COURIER.courier.lower() in str((row["about"], row["example"])).lower() for row in said)

    assert not any(about_courier(begins - timedelta(days=days)) for days in (1, 7, 14, 28, 42, 56, 90))
    assert any(about_courier(begins + timedelta(days=days)) for days in range(7, 14))
    assert about_courier(begins + timedelta(days=13))


def test_the_chance_is_that_of_the_binomial_distribution(tiny_shop: TinyShop) -> None:
    """Oracle: the tail by hand, below the bound of a single test."""
    shop, engine = tiny_shop(written(12, 3))
    facts = engine.run(emerging_issues(shop, period=MAY)).facts
    now, before = facts["comments"], facts["previous_comments"]
    share = now / (now + before)
    tail = sum(comb(15, k) * share**k * (1 - share) ** (15 - k) for k in range(12, 16))
    assert tail < FALSE_DISCOVERY / facts["looked_at"]
    assert facts["issues"] > 0


def test_nothing_said_and_no_feedback(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(3))
    seen = engine.run(emerging_issues(shop, period=Period(date(2024, 6, 1), date(2024, 6, 15))))
    assert (seen.facts["comments"], seen.facts["issues"], seen.tables["issues"].rows) == (0, 0, ())
    with pytest.raises(CannotAnswer, match="missing_table"):
        emerging_issues(tiny_shop({"sales": SALES})[0])
