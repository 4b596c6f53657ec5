"""Themes of feedback: joined over languages, the same in any order, two levels, nothing hidden, found beyond the word lists."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from analytics.models.themes import Theme, ThemeModel, fit
from analytics.models.themes import fitting as fitting_module
from analytics.models.themes import model as model_module
from analytics.models.themes.concepts import Concept
from analytics.models.themes.evidence import gathered
from tests.analytics.models.feedback import BOTH, DAMAGED, DELIVERY, FEEDBACK, NOTHING, REFUND, STAFF, unheard_of


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    return fit(FEEDBACK)


@pytest.fixture(scope="module")
def wide() -> ThemeModel:
    return fit([*FEEDBACK, *unheard_of()])


def first(model: ThemeModel, texts: Sequence[str]) -> list[str | None]:
    """The first theme of each text."""
    frame = model.assign(texts).drop_duplicates("text_index").set_index("text_index").theme_id
    return [frame.get(at) for at in range(len(texts))]


@pytest.mark.parametrize(
    ("theme", "texts"),
    [("delivery_speed", DELIVERY), ("damaged", DAMAGED), ("staff_attitude", STAFF), ("refund", REFUND)],
)
def test_feedback_in_two_languages_about_one_thing_is_one_theme(model: ThemeModel, theme: str, texts: Sequence[str]) -> None:
    assert first(model, texts) == [theme] * len(texts)


def test_a_theme_has_names_in_both_languages_and_phrases_from_the_texts(model: ThemeModel) -> None:
    delivery = model.theme("delivery_speed")
    assert delivery is not None
    assert delivery.names == {"en": "Delivery speed", "zh": "物流速度"}
    said = " ".join(FEEDBACK).lower()
    assert {"en", "zh"} == set(delivery.phrases)
    assert all(phrase in said for phrase in (*delivery.phrases["zh"], *(word for p in delivery.phrases["en"] for word in p.split())))


def test_there_are_two_levels_and_a_parent_counts_each_text_once(model: ThemeModel) -> None:
    frame = model.assign(FEEDBACK)
    sized = model.sized(frame)
    children = {theme.id: theme.parent for theme in sized.themes if theme.parent is not None}
    assert set(frame.theme_id) <= set(children)
    for parent in (theme for theme in sized.themes if theme.parent is None):
        texts = {row.text_index for row in frame.itertuples() if children[row.theme_id] == parent.id}
        assert parent.size == len(texts) > 0


def test_a_text_about_two_things_belongs_to_two_themes_and_its_weights_sum_to_one(model: ThemeModel) -> None:
    frame = model.assign(BOTH)
    assert frame.groupby("text_index").theme_id.apply(set).tolist() == [{"delivery_speed", "damaged"}] * 2
    assert frame.groupby("text_index").weight.sum().tolist() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_a_text_that_says_nothing_known_is_unassigned_and_not_forced(model: ThemeModel) -> None:
    assert first(model, NOTHING) == [None, None, None]


def test_the_same_texts_in_any_order_give_the_same_themes(model: ThemeModel) -> None:
    shuffled = list(FEEDBACK)
    random.Random(3).shuffle(shuffled)
    again = fit(shuffled)
    ours, theirs = model.to_arrays(), again.to_arrays()
    assert set(ours) == set(theirs)
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)
    assert dict(zip(shuffled, first(again, shuffled), strict=True)) == dict(zip(FEEDBACK, first(model, FEEDBACK), strict=True))


def test_what_a_text_belongs_to_does_not_depend_on_its_batch(model: ThemeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = model.assign(FEEDBACK)
    monkeypatch.setattr(model_module, "BATCH", 3)
    pd.testing.assert_frame_equal(model.assign(FEEDBACK), whole)


def test_a_text_said_three_times_counts_three_times() -> None:
    texts = [*FEEDBACK, REFUND[0], REFUND[0]]
    refund = fit(texts).theme("refund")
    assert refund is not None
    assert refund.size == len(REFUND) + 2


@pytest.mark.parametrize("texts", [[], ["", None, "???"]])
def test_without_a_word_there_is_no_theme_and_every_text_is_unassigned(texts: list[str | None]) -> None:
    model = fit(texts)
    assert model.themes == ()
    frame = model.assign([*texts, "late delivery"])
    assert frame.empty
    assert frame.columns.tolist() == ["text_index", "theme_id", "weight"]


def test_one_theme_alone_does_not_swallow_what_is_about_something_else() -> None:
    model = fit([*REFUND, "zzz qqq", "the moon is round"])
    assert first(model, [*REFUND, "zzz qqq"]) == ["refund"] * 5 + [None]


def test_concepts_that_stand_in_the_same_texts_are_one_theme() -> None:
    names = {"en": "x", "zh": "x"}
    concepts = [
        Concept("parcels", "f", names, ("parcel", "package"), ()), Concept("boxes", "f", names, ("parcel",), ()),
        Concept("tea", "f", names, ("tea",), ()),
    ]
    texts = ["a parcel", "my parcel", "the parcel", "one package", "green tea", "black tea"]
    evidence = gathered(texts, np.ones(6, np.int64), concepts, frozenset({"parcels", "boxes", "tea"}), frozenset())
    assert [evidence.concepts[at].id for at in evidence.same_as] == ["parcels", "parcels", "tea"]


def test_a_hint_counts_for_what_the_texts_are_about() -> None:
    """"late" alone is about flights where people write of flights, and about parcels where they write of parcels."""
    flights = ["my flight was delayed two hours", "flight delayed again", "missed my connection", "delayed flight, stuck on the plane"]
    assert first(fit([*flights, *STAFF, "so late"]), ["so late"]) == ["flight_delay"]
    assert first(fit([*DELIVERY, *STAFF, "so late"]), ["so late"]) == ["delivery_speed"]


def found(model: ThemeModel) -> list[Theme]:
    return [theme for theme in model.themes if theme.parent == fitting_module.OTHER]


def test_what_no_word_list_knows_is_found_and_named_by_its_phrases(wide: ThemeModel) -> None:
    assert sorted(theme.phrases["en"][0] for theme in found(wide)) == ["volcano eruption", "zodiac horoscope"]
    assert all(theme.names["zh"] == theme.names["en"] for theme in found(wide)), "a phrase is not translated"
    themes = first(wide, unheard_of())
    assert len(set(themes[:27])) == len(set(themes[27:])) == 1
    assert themes[0] != themes[-1]


def test_themes_keep_their_ids_when_more_feedback_comes(wide: ThemeModel) -> None:
    more = [*FEEDBACK, *unheard_of(), *[f"zodiac horoscope moon phase number {n}" for n in range(30)], *REFUND, *["app crashes"] * 5]
    again = fit(more, previous=wide)
    assert {theme.id for theme in wide.themes} <= {theme.id for theme in again.themes}
    assert again.theme("app_stability") is not None
    assert first(again, unheard_of()) == first(wide, unheard_of())


def test_a_model_is_stored_as_arrays_and_json_and_comes_back_the_same(wide: ThemeModel) -> None:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **wide.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        back = ThemeModel.from_arrays(arrays)
    assert back.themes == wide.themes
    pd.testing.assert_frame_equal(back.assign(FEEDBACK), wide.assign(FEEDBACK))


def test_fitting_reads_a_bounded_sample_and_assigns_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{text} {word}" for text in (*DELIVERY, *REFUND) for word in ("again", "today", "here", "once")]
    monkeypatch.setattr("analytics.models.themes.fitting.drawn", lambda texts, vectors: fitting_sample(texts, vectors, 20))
    model = fit(texts)
    assert model.texts == 20
    assert model.assign(texts).text_index.nunique() == len(texts)


def fitting_sample(texts: Sequence[str], vectors: None, most: int) -> object:
    from analytics.models.themes.sample import drawn

    return drawn(texts, vectors, most)


def encode(texts: Sequence[str]) -> np.ndarray:
    """Vectors of three numbers: whether a text speaks of parcels, of staff, and of neither."""
    assert not any("\u4e00" <= letter <= "\u9fff" for text in texts for letter in text), "the encoder knows no Chinese"
    said = np.array([["deliver" in text.lower() or "arriv" in text.lower(), "rude" in text.lower()] for text in texts], dtype=np.float32)
    rows = np.column_stack([said, ~said.any(axis=1)]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_vectors_may_come_as_rows_or_from_a_function_and_only_for_what_the_encoder_can_read() -> None:
    texts = [*FEEDBACK]
    from_function = fit(texts, vectors=encode)
    rows = np.zeros((len(texts), 3), dtype=np.float32)
    readable = [at for at, text in enumerate(texts) if text.isascii()]
    rows[readable] = encode([texts[at] for at in readable])
    from_rows = fit(texts, vectors=rows)
    pd.testing.assert_frame_equal(from_function.assign(texts, encode), from_rows.assign(texts, rows))


@pytest.mark.parametrize(
    ("fitted", "given", "said"),
    [
        (encode, None, "fitted with vectors of 3"), (None, encode, "fitted without vectors"),
        (encode, np.zeros((2, 3)), r"shape \(2, 3\), expected \(1, 3\)"), (encode, np.zeros((1, 2)), r"expected \(1, 3\)"),
    ],
)
def test_vectors_that_do_not_fit_the_model_are_refused(fitted: object, given: object, said: str) -> None:
    model = fit(list(FEEDBACK), vectors=fitted)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=said):
        model.assign(["late delivery"], given)  # type: ignore[arg-type]


def test_vectors_without_a_row_per_text_are_refused() -> None:
    with pytest.raises(ValueError, match="one row per text"):
        fit(["late delivery", "a rude waiter"], vectors=np.zeros((3, 4)))
