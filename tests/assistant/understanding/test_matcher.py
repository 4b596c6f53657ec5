"""The matcher and its trained arrays: fresh, deterministic, and sure of the plain cases."""

from __future__ import annotations

import json

import numpy as np
import pytest

from analytics.models import encoder as encoder_module
from analytics.models.encoder import Encoder, EncoderError, bundled_folder, verify
from assistant.understanding import catalogue, training
from assistant.understanding.features import bag, feature_id, mask, sparse
from assistant.understanding.matcher import TRAINED, Matcher, load_model
from assistant.understanding.prepare import Preparer


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_trained_arrays_were_made_from_the_catalogue_as_it_is(language: str) -> None:
    """After a change under intents/, `make train` has to be run."""
    notes = json.loads((TRAINED / f"{language}.json").read_text(encoding="utf-8"))
    assert notes["catalogue"] == training.catalogue_hash()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_intent_of_the_catalogue_is_a_class(language: str) -> None:
    model = load_model(language)  # type: ignore[arg-type]
    assert {intent.id for intent in catalogue.load()} <= set(model.classes)


def test_the_weights_are_the_pinned_ones(tmp_path: object) -> None:
    verify(bundled_folder())


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="SHA-256"):
        Encoder().load()


def test_a_sentence_has_the_same_vector_alone_and_in_company(encoder: Encoder) -> None:
    alone = encoder.encode(["revenue by region"])[0]
    among = encoder.encode(["who left", "revenue by region", "a much longer question about something else altogether"])[1]
    assert np.abs(alone - among).max() <= 2e-5


def test_masks_stand_in_for_what_is_not_the_intent() -> None:
    assert mask("sales in leeds over 500", [(9, 14, "value city")]) == "sales in xvalue city over xnum"


def test_unknown_features_carry_no_weight() -> None:
    vocabulary = np.sort(np.array([feature_id("w:sales")], dtype=np.uint64))
    index, weight = sparse(bag("sales qqq"), vocabulary, np.ones(1, dtype=np.float32))
    assert index.tolist() == [0]
    assert weight.tolist() == [1.0]


@pytest.mark.parametrize(
    ("question", "language", "intent"),
    [
        ("what share of our shoppers never came back after joining in spring", "en", None),
        ("who are our ten biggest spenders", "en", "top_customers"),
        ("which items end up in the same basket", "en", "market_basket"),
        ("销售额排前十的客户", "zh", "top_customers"),
        ("未来半年能卖多少，预测一下", "zh", "sales_forecast"),
    ],
)
def test_plain_questions_are_ranked_right(encoder: Encoder, question: str, language: str, intent: str | None) -> None:
    prepared = Preparer().prepare(question, language)  # type: ignore[arg-type]
    ranking = Matcher(encoder).rank(prepared.masked, prepared.concepts, language)  # type: ignore[arg-type]
    assert len(ranking.intents) == len(catalogue.load())
    assert sum(p for _, p in ranking.intents) + sum(p for _, p in ranking.outside) == pytest.approx(1, abs=1e-3)
    if intent is not None:
        assert ranking.intents[0][0] == intent
