"""The last layers of the encoder, fine-tuned on the example questions: from the states below them to scores of the classes.

Only what reads; analytics.models.tuning trains. The model library is imported when the first question is read, not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: Layers that are tuned; those below stay the encoder's own.
LAYERS = 2
_HEADS = 12
_EPSILON = 1e-12
#: Weights of a layer as BERT names them: matrices, kept as whole numbers with a scale a row, and vectors.
MATRICES = (
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense",
    "output.dense",
)
NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
#: Prefix of the arrays of the tuned layers in a file of trained arrays.
PREFIX = "tuned"
#: Length of the pooled vector that the scores are made of.
SCALE = 8.0

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Tuned:
    """Weights of the tuned layers, from the lowest on, and of the classes: `head` is classes x dimension."""

    layers: tuple[Mapping[str, Floats], ...]
    head: Floats
    bias: Floats

    def scores(self, states: Floats) -> Floats:
        """Scores of the classes, of the states (tokens x dimension) of one text below the tuned layers."""
        import torch

        with torch.no_grad():
            seen = torch.from_numpy(states)
            for layer in self.layers:
                seen = _layer(layer, seen)
            pooled = torch.nn.functional.normalize(seen.mean(dim=0), dim=0) * SCALE
            return np.asarray(torch.mv(torch.from_numpy(self.head), pooled).numpy() + self.bias, dtype=np.float32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The weights as they are stored: one byte a number of a matrix."""
        out: dict[str, npt.NDArray[Any]] = {f"{PREFIX}.head": self.head.astype(np.float16), f"{PREFIX}.bias": self.bias}
        for place, layer in enumerate(self.layers):
            for name, values in layer.items():
                if values.ndim == 1:
                    out[f"{PREFIX}.{place}.{name}"] = values.astype(np.float16)
                    continue
                scale = np.abs(values).max(axis=1) / 127
                out[f"{PREFIX}.{place}.{name}"] = np.round(values / scale[:, None]).astype(np.int8)
                out[f"{PREFIX}.{place}.{name}.scale"] = scale.astype(np.float32)
        return out

    @classmethod
    def of(cls, data: Mapping[str, npt.NDArray[Any]]) -> Tuned | None:
        """The layers among trained arrays; None where none were tuned."""
        if f"{PREFIX}.head" not in data:
            return None
        layers = tuple({name: _stored(data, f"{PREFIX}.{place}.{name}") for name in _names()} for place in range(LAYERS))
        return cls(layers, data[f"{PREFIX}.head"].astype(np.float32), data[f"{PREFIX}.bias"].astype(np.float32))


def _names() -> Sequence[str]:
    return [f"{name}.{kind}" for name in (*MATRICES, *NORMS) for kind in ("weight", "bias")]


def _stored(data: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    values = data[name].astype(np.float32)
    return values * data[f"{name}.scale"][:, None] if values.ndim == 2 else values


def _layer(weights: Mapping[str, Floats], states: Any) -> Any:
    """One layer of BERT (Devlin et al. 2019): attention, then a feed-forward network, each added to its input and normalised."""
    from torch.nn import functional

    attended = _linear(weights, "attention.output.dense", _attention(weights, states))
    states = _norm(weights, "attention.output.LayerNorm", attended + states)
    inner = functional.gelu(_linear(weights, "intermediate.dense", states))
    return _norm(weights, "output.LayerNorm", _linear(weights, "output.dense", inner) + states)


def _attention(weights: Mapping[str, Floats], states: Any) -> Any:
    from torch.nn import functional

    tokens, dimension = states.shape
    query, key, value = (
        _linear(weights, f"attention.self.{name}", states).view(tokens, _HEADS, dimension // _HEADS).transpose(0, 1)
        for name in ("query", "key", "value")
    )
    return functional.scaled_dot_product_attention(query, key, value).transpose(0, 1).reshape(tokens, dimension)


def _linear(weights: Mapping[str, Floats], name: str, states: Any) -> Any:
    from torch import from_numpy
    from torch.nn import functional

    return functional.linear(states, from_numpy(weights[f"{name}.weight"]), from_numpy(weights[f"{name}.bias"]))


def _norm(weights: Mapping[str, Floats], name: str, states: Any) -> Any:
    from torch import from_numpy
    from torch.nn import functional

    scale, shift = from_numpy(weights[f"{name}.weight"]), from_numpy(weights[f"{name}.bias"])
    return functional.layer_norm(states, states.shape[1:], scale, shift, _EPSILON)
