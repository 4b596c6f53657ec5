"""What a person changes about themes holds: after fitting again, after JSON, in any number, and for what is not there yet."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import pytest

from analytics.models.themes import EditError, Edits, Merge, Pin, Rename, Split, ThemeModel, apply, fit, waiting
from analytics.models.themes.edits import merged_into
from tests.analytics.models.feedback import DAMAGED, DELIVERY, FEEDBACK, REFUND, STAFF


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    return fit(FEEDBACK)


def themes_of(model: ThemeModel, texts: Sequence[str]) -> list[set[str]]:
    frame = model.assign(texts)
    return [set(frame.theme_id[frame.text_index == at]) for at in range(len(texts))]


def test_no_edits_change_nothing(model: ThemeModel) -> None:
    pd.testing.assert_frame_equal(apply(model, Edits()).assign(FEEDBACK), model.assign(FEEDBACK))


def test_a_theme_is_renamed_in_the_languages_given(model: ThemeModel) -> None:
    renamed = apply(model, Edits(renames=(Rename("refund", {"en": "Money back"}),))).theme("refund")
    assert renamed is not None
    assert renamed.names == {"en": "Money back", "zh": "退款"}


def test_merged_themes_are_one(model: ThemeModel) -> None:
    merged = apply(model, Edits(merges=(Merge("damaged", "delivery_speed"),)))
    assert merged.theme("damaged") is None
    assert merged.theme("packing") is None, "a first level without themes goes, too"
    assert themes_of(merged, DAMAGED) == [{"delivery_speed"}] * len(DAMAGED)
    frame = merged.assign(FEEDBACK)
    assert not frame.duplicated(["text_index", "theme_id"]).any()
    before = model.sized(model.assign(FEEDBACK))
    assert sized(merged, "delivery_speed") == len(
        {row.text_index for row in before.assign(FEEDBACK).itertuples() if row.theme_id in ("damaged", "delivery_speed")}
    )


def sized(model: ThemeModel, id: str) -> int:
    theme = model.sized(model.assign(FEEDBACK)).theme(id)
    assert theme is not None
    return theme.size


def test_merges_follow_each_other_and_a_circle_ends() -> None:
    assert merged_into([Merge("a", "b"), Merge("b", "c")]) == {"a": "c", "b": "c"}
    assert merged_into([Merge("a", "b"), Merge("b", "a")]) == {"a": "b"}


def test_a_split_takes_the_texts_with_its_phrases(model: ThemeModel) -> None:
    split = Split("delivery_speed", {"en": "Slow parcels", "zh": "包裹慢"}, ("parcel", "快递"))
    parted = apply(model, Edits(splits=(split,)))
    part = parted.theme(split.part)
    assert part is not None
    assert (part.parent, part.names["zh"]) == ("delivery", "包裹慢")
    expected = [{split.part} if "parcel" in text or "快递" in text else {"delivery_speed"} for text in DELIVERY]
    assert themes_of(parted, DELIVERY) == expected
    assert {split.part} in expected


def test_a_pinned_phrase_comes_first_whatever_else_a_text_says(model: ThemeModel) -> None:
    pinned = apply(model, Edits(pins=(Pin("Smashed", "staff_attitude"), Pin("裂开", "refund"))))
    frame = pinned.assign(["everything was smashed", "瓶子裂开了", "smash"])
    assert frame.drop_duplicates("text_index").theme_id.tolist()[:2] == ["staff_attitude", "refund"]
    assert "staff_attitude" not in frame.theme_id[frame.text_index == 2].tolist(), "a whole word is pinned, not a part of one"


def test_an_excluded_word_neither_names_nor_assigns(model: ThemeModel) -> None:
    excluded = apply(model, Edits(excluded=("rude", "态度")))
    staff = excluded.theme("staff_attitude")
    assert staff is not None
    assert not any("rude" in phrase or "态度" in phrase for held in staff.phrases.values() for phrase in held)
    assert themes_of(model, ["rude"]) == [{"staff_attitude"}]
    assert themes_of(excluded, ["rude"]) == [set()]


def test_edits_hold_when_themes_are_fitted_again() -> None:
    edits = Edits(
        renames=(Rename("refund", {"zh": "要退钱"}),), merges=(Merge("damaged", "delivery_speed"),),
        pins=(Pin("zzz", "staff_attitude"),), excluded=("crushed",),
    )
    again = fit([*FEEDBACK, *REFUND, "the app crashes", "app crashed again"], edits=edits)
    refund = again.theme("refund")
    assert refund is not None
    assert refund.names["zh"] == "要退钱"
    assert again.theme("damaged") is None
    assert themes_of(again, ["zzz qqq"]) == [{"staff_attitude"}]
    assert "crushed" not in again.vocabulary.terms


def test_a_theme_that_an_edit_names_stays_however_small() -> None:
    texts = [*DELIVERY * 100, *[f"refund {n}" for n in range(100)], "the music is lovely"]
    assert fit(texts).theme("music") is None
    kept = fit(texts, edits=Edits(renames=(Rename("music", {"en": "Songs"}),))).theme("music")
    assert kept is not None
    assert (kept.names["en"], kept.size) == ("Songs", 1)


def test_edits_of_themes_that_are_not_there_wait(model: ThemeModel) -> None:
    edits = Edits(
        renames=(Rename("mortgage", {"en": "Homes"}),), merges=(Merge("mortgage", "refund"), Merge("refund", "loans")),
        splits=(Split("loans", {"en": "Cars"}, ("car",)),), pins=(Pin("rude", "loans"),),
    )
    edited = apply(model, edits)
    assert edited.themes == model.themes
    assert themes_of(edited, STAFF) == themes_of(model, STAFF)
    assert waiting(edited, edits) == ("loans",)


def test_edits_survive_json() -> None:
    edits = Edits(
        renames=(Rename("a", {"en": "A", "zh": "甲"}),), merges=(Merge("b", "a"),), splits=(Split("a", {"zh": "乙"}, ("快递", "late")),),
        pins=(Pin("slow van", "a"),), excluded=("哦", "lol"),
    )
    assert Edits.from_json(json.loads(json.dumps(edits.to_json()))) == edits


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"rename": []}, "unknown kinds of edits: rename"),
        ({"merges": "a"}, "merges is 'a', expected a list"),
        ({"merges": [{"theme": "a"}]}, "has no text into"),
        ({"pins": ["late"]}, "has no text phrase"),
        ({"renames": [{"theme": "a", "names": {"fr": "A"}}]}, "has no names by language"),
        ({"splits": [{"theme": "a", "names": {"en": "A"}, "phrases": [3]}]}, "3 is not a text"),
        ({"excluded": [None]}, "None is not a text"),
    ],
)
def test_edits_that_cannot_be_read_are_refused_with_the_reason(held: dict[str, object], said: str) -> None:
    with pytest.raises(EditError, match=said):
        Edits.from_json(held)
