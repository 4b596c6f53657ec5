"""Themes of feedback: a hand-worked table, impact against recomputed ratings, noise, moods, names in both languages, no feedback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics import store
from analytics.finding import CannotAnswer, Filter
from analytics.models.themes.concepts import lexicon
from analytics.period import Period
from analytics.run import Computed, Engine
from analytics.satisfaction import feedback_themes
from analytics.satisfaction.themes_fit import themes_fit
from analytics.shop import Shop
from assistant.answering import terms
from tests.conftest import TinyShop
from tests.support import rows

MAY = Period(date(2024, 5, 1), date(2024, 6, 1), "month", 1)
APRIL = Period(date(2024, 4, 1), date(2024, 5, 1), "month", 1)
SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-01 | completed | tea        | 1        | 10
    2        | ann         | 2024-06-20 | completed | tea        | 1        | 10
"""
LATE = ("The delivery was late and slow", "Slow delivery, days late", "Delivery took weeks, far too late", "物流太慢了", "快递太慢")
STAFF = ("The staff were friendly", "Very friendly staff", "Rude staff at the desk", "店员态度很好", "店员很热情")


def feedback(late: int, staff: int, day: str, first: int = 0) -> str:
    """Lines of feedback: so many 1-star ones on delivery and 5-star ones on staff."""
    said = [(LATE[i % len(LATE)], 1) for i in range(late)] + [(STAFF[i % len(STAFF)], 5) for i in range(staff)]
    return "\n".join(f"f{first + i} | ann | {day} 10:00 | review | {stars} | {text}" for i, (text, stars) in enumerate(said))


def written(*parts: str) -> dict[str, str]:
    head = "feedback_id | customer_id | created_at | source | rating | text"
    return {"sales": SALES, "feedback": "\n".join((head, *parts))}


def themes(seen: Computed) -> dict[object, dict[str, object]]:
    return {row["theme"]: row for row in seen.tables["themes"].records()}


@pytest.fixture(scope="module")
def company(demo_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Engine]]:
    """The demo company."""
    shop, engine = store.open_shop(demo_db, None)
    yield shop, engine
    engine.close()


def test_themes_of_both_languages_are_counted_together(tiny_shop: TinyShop) -> None:
    """In May 10 comments on delivery and 5 on staff; the 30 of April, the one of June and the one without a text do not count."""
    shop, engine = tiny_shop(written(
        feedback(10, 5, "2024-05-10"), feedback(15, 15, "2024-04-10", 100), feedback(1, 0, "2024-06-10", 200),
        "x | ann | 2024-05-11 10:00 | review | 3 | ",
    ))
    seen = engine.run(feedback_themes(shop, period=MAY))
    assert (seen.facts["comments"], seen.rows_used, dict(seen.left_out)) == (15, 15, {"without_text": 1})
    assert seen.facts["top_theme"] == "delivery_speed"
    found = themes(seen)
    assert (found["delivery_speed"]["comments"], found["staff_attitude"]["comments"]) == (10, 5)
    assert found["delivery_speed"]["share"] == pytest.approx(10 / 15)
    assert found["delivery_speed"]["low"] < 10 / 15 < found["delivery_speed"]["high"]  # type: ignore[operator]
    families = {row["theme"]: row["comments"] for row in seen.tables["families"].records()}
    assert families == {"delivery": 10, "service": 5}


def test_impact_is_the_rating_without_the_theme(tiny_shop: TinyShop) -> None:
    """10 ratings of 1, 5 of 5 and one of 3 without a text: without delivery 28 / 6 instead of 38 / 16."""
    shop, engine = tiny_shop(written(feedback(10, 5, "2024-05-10"), feedback(10, 10, "2024-04-10", 100), "x | ann | 2024-05-11 10:00 | review | 3 | "))
    row = themes(engine.run(feedback_themes(shop, period=MAY)))["delivery_speed"]
    assert row["impact"] == pytest.approx(28 / 6 - 38 / 16)
    assert 0 < row["impact_low"] < row["impact"] < row["impact_high"]  # type: ignore[operator]


def test_a_change_is_marked_only_when_chance_would_not_make_it(tiny_shop: TinyShop) -> None:
    """From 10 of 40 to 30 of 40 is no chance; from 20 of 40 to 22 of 40 may be one."""
    shop, engine = tiny_shop(written(feedback(30, 10, "2024-05-10"), feedback(10, 30, "2024-04-10", 100)))
    seen = engine.run(feedback_themes(shop, period=MAY, compare_to=APRIL))
    assert themes(seen)["delivery_speed"]["is_real"] is True
    assert (seen.facts["risen_theme"], seen.facts["fallen_theme"]) == ("delivery_speed", "staff_attitude")
    shop, engine = tiny_shop(written(feedback(22, 18, "2024-05-10"), feedback(20, 20, "2024-04-10", 100)))
    seen = engine.run(feedback_themes(shop, period=MAY, compare_to=APRIL))
    assert (themes(seen)["delivery_speed"]["is_real"], seen.facts["changed_themes"], seen.facts["risen_theme"]) == (False, 0, None)


def test_a_mood_leaves_only_comments_of_that_mood(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    moody = engine.run(feedback_themes(shop, filters=(Filter("sentiment", "=", "negative"),)))
    every = engine.run(feedback_themes(shop))
    assert moody.facts["asked_sentiment"] == "negative"
    assert all(row["net_sentiment"] == -100 for row in moody.tables["themes"].records())
    assert 0 < moody.facts["comments"] < every.facts["comments"]
    assert moody.facts["average_rating"] == every.facts["average_rating"], "impact is on the average of all"


def test_sizes_agree_with_sql_on_the_demo(company: tuple[Shop, Engine]) -> None:
    shop, engine = company
    period, fit = shop.period("last_12_months"), themes_fit(shop)
    seen = engine.run(feedback_themes(shop, period=period, top_n=1_000))
    counted = rows(engine, f"""
        SELECT a.theme, count(*) FROM feedback_facts f JOIN "{fit.table_name('assigned')}" a USING (feedback_id)
        WHERE f.text IS NOT NULL AND f.created_at >= TIMESTAMP '{period.start}' AND f.created_at < TIMESTAMP '{period.end}' GROUP BY 1""")
    assert {theme: row["comments"] for theme, row in themes(seen).items()} == dict(counted)
    assert seen.facts["unassigned_share"] <= 0.15
    without = rows(engine, f"""
        SELECT avg(rating) FROM feedback_facts WHERE created_at >= TIMESTAMP '{period.start}' AND created_at < TIMESTAMP '{period.end}'
        AND feedback_id NOT IN (SELECT feedback_id FROM "{fit.table_name('assigned')}" WHERE theme = 'delivery_speed')""")[0][0]
    every = seen.facts["average_rating"]
    assert themes(seen)["delivery_speed"]["impact"] == pytest.approx(without - every)


def test_names_of_concepts_are_the_same_in_terms_and_word_lists() -> None:
    """Tables hold ids of concepts; templates/terms/themes.yaml words them."""
    known = terms.load()
    for concept in lexicon().concepts:
        for scope in ("theme", "about"):
            term = known.by_code[f"{scope}.{concept.id}"]
            assert (term.label["en"].lower(), term.label["zh"]) == (concept.names["en"].lower(), concept.names["zh"])
    for family, names in lexicon().families.items():
        assert known.by_code[f"family.{family}"].label["zh"] == names["zh"] == known.by_code[f"theme.{family}"].label["zh"]


def test_nothing_said_and_no_feedback(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(feedback(3, 3, "2024-05-10")))
    seen = engine.run(feedback_themes(shop, period=Period(date(2023, 1, 1), date(2023, 2, 1))))
    assert (seen.facts["comments"], seen.facts["top_theme"], seen.tables["themes"].rows) == (0, None, ())
    with pytest.raises(CannotAnswer, match="missing_table"):
        feedback_themes(tiny_shop({"sales": SALES})[0])
