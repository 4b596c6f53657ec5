"""Labelled sentences that train or measure the sentiment model. Reads files and composes reviews; fits nothing.

Train: the sentences written for Askwell (data/sentiment_train_*.tsv, data/sentiment_sentences.yaml) and the UCI sentences
(CC BY 4.0, not part of this repository). Every other set only measures.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from analytics.models.polarity import DATA, LISTS
from analytics.models.sentiment import LABELS, normalised

SENTENCES_FILE = DATA / "sentiment_sentences.yaml"
INPUT_FILES = (*(f"{name}.yaml" for name in LISTS), SENTENCES_FILE.name, "sentiment_train_en.tsv", "sentiment_train_zh.tsv")
UCI_SOURCES = ("amazon_cells", "imdb", "yelp")
SIGNS = {"positive": 1, "neutral": 0, "mixed": 0, "negative": -1}
#: Composed reviews hold 2 to this many sentences with an opinion.
MOST_SENTENCES = 6

Signs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sentences:
    """Texts with their opinion: 1 praise, -1 blame, 0 neither or both; and the trade or set that they belong to."""

    texts: tuple[str, ...]
    signs: Signs
    groups: tuple[str, ...]

    def __add__(self, other: Sentences) -> Sentences:
        return Sentences(self.texts + other.texts, np.concatenate([self.signs, other.signs]), self.groups + other.groups)

    def take(self, chosen: npt.NDArray[np.bool_]) -> Sentences:
        at = np.flatnonzero(chosen)
        return Sentences(tuple(self.texts[i] for i in at), self.signs[at], tuple(self.groups[i] for i in at))


def inputs_hash() -> str:
    """Hash of the word lists and sentences; differs from the model's when it is stale."""
    digest = hashlib.sha256()
    for name in INPUT_FILES:
        digest.update((DATA / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def written(language: str) -> pd.DataFrame:
    """The sentences written for Askwell with `label` (mixed, too), `trade`, `kind` and `text`."""
    with (DATA / f"sentiment_train_{language}.tsv").open(encoding="utf-8", newline="") as lines:
        return pd.DataFrame(list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)))


def own_sentences(language: str) -> Sentences:
    """All own sentences of a language."""
    content = yaml.load(SENTENCES_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)[language]
    shop = [(text, SIGNS[label], "shop") for label in LABELS for text in content[label]]
    found = written(language)
    rows = [(text, SIGNS[label], trade) for text, label, trade in zip(found.text, found.label, found.trade, strict=True)]
    texts, signs, groups = zip(*shop, *rows, strict=True)
    return Sentences(texts, np.array(signs), groups)


def composed(own: Sentences, number: int, seed: int = 7) -> Sentences:
    """Longer Chinese reviews put together from own sentences of one trade, since those are short and reviews are not.

    Who is satisfied names faults freely, who is not names few virtues: at most just under half of a positive review's
    opinions are blame, at most a quarter of a negative one's praise. Up to two neutral sentences stand among them.
    """
    random = np.random.default_rng(seed)
    trades = np.array([group.partition("_")[0] for group in own.groups])
    by = {(trade, sign): np.flatnonzero((trades == trade) & (own.signs == sign)) for trade in set(trades) for sign in (1, 0, -1)}
    names = [trade for trade in sorted(set(trades)) if all(len(by[trade, sign]) > 4 for sign in (1, 0, -1))]
    sizes = np.array([len(by[name, 1]) + len(by[name, -1]) for name in names])
    texts, signs, groups = [], [], []
    for _ in range(number):
        trade, sign = names[random.choice(len(names), p=sizes / sizes.sum())], int(random.choice((1, -1)))
        count = int(random.integers(2, MOST_SENTENCES + 1))
        other = int(random.integers(0, ((count - 1) // 2 if sign > 0 else count // 4) + 1))
        said = [sign] * (count - other) + [-sign] * other + [0] * int(random.integers(0, 3))
        random.shuffle(said)
        texts.append("。".join(own.texts[random.choice(by[trade, each])] for each in said))
        signs.append(sign)
        groups.append(trade)
    return Sentences(tuple(texts), np.array(signs), tuple(groups))


def uci_sentences(folder: Path, source: str) -> Sentences:
    """One source of UCI Sentiment Labelled Sentences (Kotzias et al. 2015): lines of text, tab, 0 or 1."""
    texts, signs = [], []
    with gzip.open(folder / "sentiment_en" / f"{source}_labelled.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text, _, label = line.rstrip("\n").rpartition("\t")
            if label.strip() in ("0", "1"):
                texts.append(text)
                signs.append(1 if label.strip() == "1" else -1)
    return _of_set(texts, signs, source)


def sst_dev(folder: Path) -> Sentences:
    """The development set of SST-2 (Socher et al. 2013): lines of label, blank, text."""
    with gzip.open(folder / "sentiment_en" / "stsa.binary.dev.gz", "rt", encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").partition(" ") for line in lines]
    return _of_set([text for _, _, text in pairs], [1 if label == "1" else -1 for label, _, _ in pairs], "sst")


def chinese_reviews(folder: Path, file: str) -> Sentences:
    """Reviews of hotels or of online shopping, without the empty ones."""
    frame = pd.read_parquet(folder / "sentiment_zh" / f"{file}.parquet")
    frame = frame[frame.review.fillna("").str.strip() != ""]
    return _of_set(list(frame.review), list(np.where(frame.label == 1, 1, -1)), file)


def prepared(sentences: Sentences) -> list[str]:
    """The texts as the model reads them."""
    return [normalised(text) for text in sentences.texts]


def _of_set(texts: Sequence[str], signs: Sequence[int], name: str) -> Sentences:
    return Sentences(tuple(texts), np.array(signs), (name,) * len(texts))
