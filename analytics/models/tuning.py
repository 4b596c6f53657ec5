"""Fine-tunes the last layers of the encoder on the example questions. Seeded; used by training.py only.

The layers below stay as they are, so their states are worked out once. AdamW with one cycle of the learning rate and
smoothed labels; rare classes weigh more, by the root of how rare they are.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.models.encoder import Encoder
from analytics.models.tuned_layers import LAYERS, SCALE, Floats, Tuned

EPOCHS = 3
_RATE = 1e-3
#: The head learns faster than the layers, which already know the language.
_HEAD_RATE = 1e-2
_DECAY = 0.01
_SMOOTHING = 0.05
_DROPOUT = 0.1
_BATCH, _SHUFFLED = 32, 1_024
_PREDICTED = 128

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """What is learnt: per example the states of its tokens (tokens x dimension) and its class."""

    states: Sequence[npt.NDArray[np.floating[Any]]]
    labels: Numbers
    classes: int


class Tuning:
    """Learns on some rows of a task, and tells of others."""

    def __init__(self, encoder: Encoder, task: Task, seed: int, threads: int = 2) -> None:
        import torch

        torch.set_num_threads(threads)
        self._torch = torch
        self._task = task
        self._seed = seed
        self._layers = encoder.layers()[-LAYERS:]

    def learnt(self, rows: Numbers) -> Any:
        """A network that has learnt the rows."""
        torch, task = self._torch, self._task
        torch.manual_seed(self._seed)
        dice = np.random.default_rng(self._seed)
        network = torch.nn.ModuleDict({
            "layers": torch.nn.ModuleList(copy.deepcopy(list(self._layers))),
            "head": torch.nn.Linear(task.states[0].shape[1], task.classes),
        }).train()
        counts = np.bincount(task.labels[rows], minlength=task.classes)
        weight = torch.tensor(np.sqrt(counts.mean() / np.maximum(counts, 1)), dtype=torch.float32)
        loss = torch.nn.CrossEntropyLoss(weight=weight, label_smoothing=_SMOOTHING)
        parts = [{"params": network["layers"].parameters()}, {"params": network["head"].parameters()}]
        steps = EPOCHS * sum(1 for _ in self._batches(rows, np.random.default_rng(0)))
        optimiser = torch.optim.AdamW(parts, lr=_RATE, weight_decay=_DECAY)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, [_RATE, _HEAD_RATE], total_steps=steps, pct_start=0.1)
        for _ in range(EPOCHS):
            for batch in self._batches(rows, dice):
                optimiser.zero_grad()
                loss(self._scores(network, batch, _DROPOUT), torch.tensor(task.labels[batch])).backward()
                optimiser.step()
                cycle.step()
        return network.eval()

    def log_probabilities(self, network: Any, rows: Numbers) -> Floats:
        """Of the classes, one line per row."""
        torch = self._torch
        with torch.no_grad():
            parts = [
                torch.log_softmax(self._scores(network, rows[start : start + _PREDICTED], 0.0), dim=1).numpy()
                for start in range(0, len(rows), _PREDICTED)
            ]
        return np.concatenate(parts).astype(np.float32)

    @staticmethod
    def weights(network: Any) -> Tuned:
        """What the network has learnt, as it is stored."""
        layers = tuple(
            {name: values.detach().numpy().copy() for name, values in layer.named_parameters()} for layer in network["layers"]
        )
        head = network["head"]
        return Tuned(layers, head.weight.detach().numpy().copy(), head.bias.detach().numpy().copy())

    def _batches(self, rows: Numbers, dice: np.random.Generator) -> Iterator[Numbers]:
        """The rows in random batches of about the same length each: padding costs as much as words."""
        order, found = dice.permutation(rows), []
        for start in range(0, len(order), _SHUFFLED):
            near = sorted(order[start : start + _SHUFFLED], key=lambda row: len(self._task.states[row]))
            found += [np.array(near[place : place + _BATCH]) for place in range(0, len(near), _BATCH)]
        yield from (found[place] for place in dice.permutation(len(found)))

    def _scores(self, network: Any, rows: Numbers, dropout: float) -> Any:
        torch = self._torch
        lengths = [len(self._task.states[row]) for row in rows]
        states = torch.zeros(len(rows), max(lengths), self._task.states[0].shape[1])
        there = torch.zeros(len(rows), max(lengths))
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            states[place, :length] = torch.from_numpy(self._task.states[row].astype(np.float32))
            there[place, :length] = 1
        hidden = (1 - there)[:, None, None, :] * torch.finfo(torch.float32).min
        for layer in network["layers"]:
            states = layer(states, hidden)
            states = states[0] if isinstance(states, tuple) else states
        pooled = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        pooled = torch.nn.functional.normalize(pooled) * SCALE
        return network["head"](torch.nn.functional.dropout(pooled, dropout, training=dropout > 0))
