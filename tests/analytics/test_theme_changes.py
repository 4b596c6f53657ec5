"""What people change about themes holds in every analysis that names them, and in the files of fits: hand-worked feedback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analytics import fits
from analytics.finding import Fit
from analytics.models.themes import EditError, Edits, Merge, Pin, Rename, Split
from analytics.period import Period
from analytics.run import Engine
from analytics.satisfaction import complaints, customer_needs, emerging_issues, feedback_quotes, feedback_themes
from analytics.satisfaction.theme_detail import theme_detail
from analytics.shop import Shop
from tests.analytics.test_feedback_themes import MAY, feedback, written
from tests.conftest import TinyShop

#: 10 comments on slow delivery at one star, 5 on staff at five; 6 and 10 in April.
TOLD = (feedback(10, 5, "2024-05-10"), feedback(6, 10, "2024-04-10", 100))
WISH = "w | ann | 2024-05-11 10:00 | review | 3 | It would be nice if delivery were faster and less late"


def changed(shop: Shop, **edits: object) -> Shop:
    return replace(shop, theme_edits=json.dumps(Edits(**edits).to_json(), ensure_ascii=False))  # type: ignore[arg-type]


def sizes(shop: Shop, engine: Engine) -> dict[str, int]:
    found = engine.run(feedback_themes(shop, period=MAY, top_n=1_000))
    return {row["theme"]: row["comments"] for row in found.tables["themes"].records()}


def test_a_new_name_holds_in_every_analysis_that_names_themes(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(*TOLD, WISH))
    named = changed(shop, renames=(Rename("delivery_speed", {"en": "Slow parcels", "zh": "Slow parcels"}),))
    assert sizes(shop, engine) == {"delivery_speed": 11, "staff_attitude": 5}
    assert sizes(named, engine) == {"Slow parcels": 11, "staff_attitude": 5}
    facts = engine.run(feedback_themes(named, period=MAY)).facts
    assert (facts["top_theme"], facts["theme_edits"], facts["edits_waiting"]) == ("Slow parcels", 1, 0)
    for finding, table, column in (
        (emerging_issues(named, period=MAY), "issues", "about"), (complaints(named, period=MAY), "groups", "about"),
        (customer_needs(named, period=MAY), "needs", "theme"),
    ):
        told = {row[column] for row in engine.run(finding).tables[table].records()}
        assert "Slow parcels" in told
        assert "delivery_speed" not in told
    assert engine.run(feedback_quotes(named, theme="slow PARCELS", period=MAY)).facts["matching"] == 11


def test_merge_split_and_pin_move_comments_and_an_undone_edit_moves_them_back(tiny_shop: TinyShop) -> None:
    """Of the ten, two are 'Delivery took weeks'; all five on staff go to delivery when merged."""
    shop, engine = tiny_shop(written(*TOLD))
    before = sizes(shop, engine)
    assert sizes(changed(shop, merges=(Merge("staff_attitude", "delivery_speed"),)), engine) == {"delivery_speed": 15}
    assert sizes(changed(shop, splits=(Split("delivery_speed", {"en": "Weeks", "zh": "Weeks"}, ("weeks",)),)), engine) == {
        "delivery_speed": 8, "Weeks": 2, "staff_attitude": 5,
    }
    pinned = sizes(changed(shop, pins=(Pin("weeks", "staff_attitude"),)), engine)
    assert pinned["staff_attitude"] == before["staff_attitude"] + 2
    assert sizes(replace(shop, theme_edits=""), engine) == before


def test_an_edit_of_a_theme_that_is_not_there_waits_and_is_counted(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(*TOLD))
    seen = engine.run(feedback_themes(changed(shop, pins=(Pin("weeks", "found_00000000"),)), period=MAY))
    assert (seen.facts["theme_edits"], seen.facts["edits_waiting"]) == (1, 1)
    assert {"themes_edited", "theme_edits_waiting"} <= set(seen.caveats)
    plain = engine.run(feedback_themes(shop, period=MAY))
    assert not {"themes_edited", "theme_edits_waiting"} & set(plain.caveats)


def test_two_themes_of_one_name_stay_two(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(*TOLD))
    same = {"en": "Same", "zh": "Same"}
    assert sizes(changed(shop, renames=(Rename("delivery_speed", same), Rename("staff_attitude", same))), engine) == {"Same": 10, "Same (2)": 5}


def test_names_that_differ_between_the_languages_are_both_shown(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(*TOLD))
    assert "Couriers / 快递" in sizes(changed(shop, renames=(Rename("delivery_speed", {"en": "Couriers", "zh": "快递"}),)), engine)


def test_an_excluded_word_makes_no_issue(tiny_shop: TinyShop) -> None:
    many = [f"b{i} | ann | 2024-03-{1 + i % 28:02d} 10:00 | review | 5 | The staff were friendly" for i in range(60)]
    shop, engine = tiny_shop(written(*many, feedback(10, 0, "2024-05-10")))
    def told(of: Shop) -> list[str]:
        return [row["about"] for row in engine.run(emerging_issues(of, period=MAY)).tables["issues"].records()]
    word = next(about.strip("“”") for about in told(shop) if about.startswith("“"))
    assert not any(word in about for about in told(changed(shop, excluded=(word,))) if about.startswith("“"))


def test_edits_that_cannot_be_read_are_refused(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop(written(*TOLD))
    with pytest.raises(EditError):
        engine.run(feedback_themes(replace(shop, theme_edits="{"), period=MAY))


def test_a_theme_looked_at_closely(tiny_shop: TinyShop) -> None:
    """In May 10 of 15 comments; April, outside the period, is not in the trend. Quotes are different texts, the latest first."""
    shop, engine = tiny_shop(written(*TOLD))
    seen = engine.run(theme_detail(shop, theme="delivery_speed", level="theme", period=MAY))
    assert (seen.facts["comments"], seen.facts["all_comments"]) == (10, 15)
    assert seen.facts["share"] == pytest.approx(10 / 15)
    assert seen.facts["low"] < 10 / 15 < seen.facts["high"]
    trend = seen.tables["trend"].records()
    assert [(row["bucket"], row["comments"], row["sample"]) for row in trend] == [(date(2024, 5, 6), 10, 15)]
    assert len(seen.tables["quotes"].rows) == 5
    family = engine.run(theme_detail(shop, theme="delivery", level="family", period=MAY))
    assert [(row["theme"], row["comments"], row["share"]) for row in family.tables["parts"].records()] == [("delivery_speed", 10, 1.0)]
    none = engine.run(theme_detail(shop, theme="delivery_speed", level="theme", period=MAY, sentiment="positive"))
    assert none.tables["quotes"].rows == ()
    empty = engine.run(theme_detail(shop, theme="delivery_speed", level="theme", period=Period(date(2020, 1, 1), date(2020, 2, 1))))
    assert (empty.facts["comments"], empty.facts["share"], empty.tables["trend"].rows) == (0, None, ())


# the files of fits


def fit(key: str, runs: list[str], column: str = "a") -> Fit:
    import ibis

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        runs.append(key)
        return {"t": pd.DataFrame({column: [1]})}

    return Fit("tried", key, {"t": ibis.schema({column: "int64"})}, run)


def test_a_fit_is_read_from_its_file_unless_it_is_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    def ensured(each: Fit) -> None:
        engine = Engine(None, fits_folder=tmp_path / "fits")
        engine.ensure(each)
        engine.close()
    ensured(fit("one", runs))
    ensured(fit("one", runs))
    assert runs == ["one"]
    monkeypatch.setattr(fits, "FITTED", fits.FITTED + 1)
    ensured(fit("one", runs))
    assert runs == ["one", "one"], "another version reads nothing of the one before"
    ensured(fit("one", runs, column="b"))
    assert len(runs) == 3, "nor does a fit with other columns"
    (file,) = fits.files_of(tmp_path / "fits", fit("one", runs)).values()
    file.write_bytes(b"broken")
    ensured(fit("one", runs))
    assert len(runs) == 4, "a file that cannot be read is written anew"


def test_the_folder_of_fits_keeps_those_that_were_used_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(fits, "MOST_FILES", 3)
    runs: list[str] = []
    for at, key in enumerate(("a", "b", "c", "d")):
        fits.write(tmp_path, fit(key, runs), {"t": pd.DataFrame({"a": [1]})})
        for file in fits.files_of(tmp_path, fit(key, runs)).values():
            os.utime(file, (at, at))
        if key == "c":
            assert fits.read(tmp_path, fit("a", runs)) is not None
    there = [key for key in "abcd" if fits.read(tmp_path, fit(key, runs)) is not None]
    assert there == ["a", "c", "d"]


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_file(tmp_path: Path) -> None:
    (tmp_path / "fits").write_text("a file stands in the way")
    runs: list[str] = []
    engine = Engine(None, fits_folder=tmp_path / "fits")
    engine.ensure(fit("one", runs))
    assert engine.rows(fit("one", runs).table("t")) == [(1,)]
    engine.close()
