"""Themes against plain ways of grouping texts, on public texts with known classes: `python -m benchmarks.themes`.

Normalised mutual information and purity of the first theme of each text (texts without a theme are a group of their own),
beside K-means on the encoder's vectors and NMF on TF-IDF with the same number of groups. Then the share of texts that stay
unassigned. No set trains anything; ends with 1 where a baseline is better or more than 15 % are unassigned.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score

from analytics.models.encoder import Encoder
from analytics.models.themes import fit

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MOST_UNASSIGNED = 0.15
#: Texts taken from a set that has no classes, a seeded draw.
DRAWN = 5_000

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Labelled:
    """Texts of a public set and the class of each."""

    name: str
    texts: list[str]
    classes: list[str]


@dataclass(frozen=True)
class Score:
    """How one way of grouping agrees with the classes."""

    method: str
    groups: int
    information: float
    purity: float
    unassigned: float
    seconds: float


def airline_tweets(data: Path) -> Labelled:
    """Complaints to three airlines and their reasons, among them "Can't Tell"."""
    frame = pd.read_parquet(data / "airline_tweets" / "airline_tweets_3_airlines.parquet")
    frame = frame[frame.negativereason.notna()]
    return Labelled("airline tweets, negative reasons", frame.text.tolist(), frame.negativereason.tolist())


def complaints(data: Path) -> Labelled:
    """Complaints about lenders and banks in five classes."""
    with gzip.open(data / "cfpb_complaints" / "cfpb_train.json.gz", "rt", encoding="utf-8") as file:
        held = json.load(file)
    texts = [re.sub(r"^Narrative: |\nProduct:\n?$", "", each["input"]) for each in held]
    return Labelled("CFPB classes", texts, [each["output"] for each in held])


def unlabelled(data: Path) -> Iterator[tuple[str, list[str]]]:
    """Feedback without classes: what share of it finds a theme."""
    tweets = pd.read_parquet(data / "airline_tweets" / "airline_tweets_3_airlines.parquet")
    yield "airline tweets, all", tweets.text.tolist()
    sentences: list[str] = []
    for source in ("amazon_cells", "imdb", "yelp"):
        with gzip.open(data / "sentiment_en" / f"{source}_labelled.txt.gz", "rt", encoding="utf-8") as file:
            sentences += [line.rsplit("\t", 1)[0].strip() for line in file.read().split("\n") if line.strip()]
    yield "UCI sentences", sentences
    for name, file in (("Chinese shopping reviews", "online_shopping_7_cats"), ("Chinese hotel reviews", "ChnSentiCorp_htl_all")):
        reviews = pd.read_parquet(data / "sentiment_zh" / f"{file}.parquet").review.dropna()
        yield name, reviews.sample(min(DRAWN, len(reviews)), random_state=0).tolist()


def purity(classes: Sequence[str], groups: Sequence[object]) -> float:
    """Share of texts in the most frequent class of their group."""
    table = pd.crosstab(np.array(groups, dtype=object), np.array(classes, dtype=object))
    return float(table.max(axis=1).sum() / len(classes))


def first_themes(texts: list[str], vectors: Vectors | None) -> list[str]:
    """The first theme of each text, "" where there is none."""
    frame = fit(texts, vectors=vectors).assign(texts, vectors).drop_duplicates("text_index").set_index("text_index")
    return frame.theme_id.reindex(range(len(texts)), fill_value="").tolist()


def scored(method: str, labelled: Labelled, group: Callable[[], Sequence[object]]) -> Score:
    began = perf_counter()
    groups = list(map(str, group()))
    return Score(
        method, len(set(groups)), float(normalized_mutual_info_score(labelled.classes, groups)), purity(labelled.classes, groups),
        groups.count("") / len(groups), perf_counter() - began,
    )


def compared(labelled: Labelled, encode: Encode) -> list[list[Score]]:
    """Ours without and with the encoder's vectors, each with both baselines of the same number of groups."""
    vectors = encode(labelled.texts)
    terms = TfidfVectorizer(stop_words="english", min_df=2, sublinear_tf=True).fit_transform(labelled.texts)
    return [
        _beside(scored(name, labelled, partial(first_themes, labelled.texts, given)), labelled, vectors, terms)
        for name, given in (("ours, words only", None), ("ours, with vectors", vectors))
    ]


def _beside(ours: Score, labelled: Labelled, vectors: Vectors, terms: object) -> list[Score]:
    """Our score and, with as many groups, those of the baselines."""
    means = KMeans(ours.groups, n_init=3, random_state=0)
    factors = NMF(ours.groups, init="nndsvda", max_iter=400, random_state=0)
    return [
        ours, scored("K-means on vectors", labelled, lambda: means.fit_predict(vectors)),
        scored("NMF on TF-IDF", labelled, lambda: factors.fit_transform(terms).argmax(axis=1)),
    ]


def holds(scores: Sequence[Score]) -> bool:
    """Whether ours (the first) is at least as good as every baseline, on both measures."""
    ours = scores[0]
    return all(ours.information >= other.information and ours.purity >= other.purity for other in scores[1:])


def row(labelled: Labelled, score: Score, verdict: str) -> str:
    return (
        f"| {labelled.name} | {len(labelled.texts):,} | {score.method} | {score.groups} | {score.information:.3f} |"
        f" {score.purity:.3f} | {score.unassigned:.1%} | {score.seconds:.0f} | {verdict} |\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public sets")
    options = parser.parse_args(arguments)
    failed = False
    sys.stdout.write("| set | texts | method | groups | NMI | purity | unassigned | seconds | holds |\n")
    sys.stdout.write("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |\n")
    encode = Encoder().encode
    for labelled in (airline_tweets(options.data), complaints(options.data)):
        for scores in compared(labelled, encode):
            failed |= not holds(scores)
            for score in scores:
                verdict = ("yes" if holds(scores) else "no") if score is scores[0] else ""
                sys.stdout.write(row(labelled, score, verdict))
            sys.stdout.flush()
    sys.stdout.write("\n| set | texts | themes | unassigned | at most | holds |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
    for name, texts in unlabelled(options.data):
        first = first_themes(texts, None)
        share, themes = first.count("") / len(first), len(set(first) - {""})
        failed |= share > MOST_UNASSIGNED
        verdict = "yes" if share <= MOST_UNASSIGNED else "no"
        sys.stdout.write(f"| {name} | {len(texts):,} | {themes} | {share:.1%} | {MOST_UNASSIGNED:.0%} | {verdict} |\n")
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
