"""The tuned layers: read as the model library reads them, and stored in one byte a weight without another answer."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.encoder import Encoder
from analytics.models.tuned_layers import LAYERS, Floats, Tuned
from analytics.models.tuning import Task, Tuning

_ASKED = {
    "revenue": ("how much revenue did we make", "total sales last month", "what did we take in", "sales so far"),
    "leaving": ("who is about to leave us", "customers at risk of going", "which clients might churn", "who will quit"),
    "tickets": ("how many tickets are open", "support backlog", "tickets waiting for an answer", "open support cases"),
}


@pytest.fixture(scope="module")
def learnt(encoder: Encoder) -> tuple[Tuned, list[Floats], Floats]:
    """Layers tuned to three classes, the states of the texts they learnt, and what the trained network says of these."""
    texts = [text for group in _ASKED.values() for text in group]
    labels = np.repeat(np.arange(len(_ASKED)), 4)
    states = encoder.read(texts, LAYERS)[1]
    tuning = Tuning(encoder, Task(states * 8, np.tile(labels, 8), len(_ASKED)), seed=3, threads=1)
    network = tuning.learnt(np.arange(8 * len(texts)))
    return tuning.weights(network), states, tuning.log_probabilities(network, np.arange(len(texts)))


def test_a_text_is_read_as_it_is_encoded_alone_and_in_company(encoder: Encoder) -> None:
    texts = ["revenue by region", "who left", "a much longer question about something else altogether"]
    vectors, states = encoder.read(texts, LAYERS)
    assert np.abs(vectors - encoder.encode(texts)).max() <= 2e-5
    alone = encoder.read(texts[1:2], LAYERS)[1][0]
    assert alone.shape == states[1].shape
    assert np.abs(alone - states[1]).max() <= 1e-4


def test_what_is_read_is_what_the_network_learnt(learnt: tuple[Tuned, list[Floats], Floats]) -> None:
    tuned, states, said = learnt
    for kept, wanted in zip(states, said, strict=True):
        scores = tuned.scores(kept)
        assert np.abs(scores - np.log(np.exp(scores).sum()) - wanted).max() <= 1e-4


def test_texts_of_a_class_are_told_from_the_others(learnt: tuple[Tuned, list[Floats], Floats], encoder: Encoder) -> None:
    tuned = learnt[0]
    new = ["what was our revenue in spring", "which customers could we lose soon", "how many support tickets wait"]
    found = [int(np.argmax(tuned.scores(kept))) for kept in encoder.read(new, LAYERS)[1]]
    assert found == [0, 1, 2]


def test_stored_layers_give_the_same_class(learnt: tuple[Tuned, list[Floats], Floats]) -> None:
    tuned, states, _ = learnt
    arrays = tuned.arrays()
    assert sum(values.nbytes for values in arrays.values()) < 4_000_000
    again = Tuned.of(arrays)
    assert again is not None
    for kept in states:
        before, after = tuned.scores(kept), again.scores(kept)
        assert int(np.argmax(before)) == int(np.argmax(after))
        assert np.abs(before - after).max() < 0.1


def test_arrays_without_tuned_layers_have_none() -> None:
    assert Tuned.of({"words": np.zeros((2, 2))}) is None


def test_the_same_seed_learns_the_same(encoder: Encoder) -> None:
    states = encoder.read(["open tickets", "total sales"], LAYERS)[1]
    task = Task(states * 4, np.tile(np.arange(2), 4), 2)
    first, second = (Tuning(encoder, task, seed=5, threads=1).weights(
        Tuning(encoder, task, seed=5, threads=1).learnt(np.arange(8))
    ) for _ in range(2))
    assert np.array_equal(first.head, second.head)
