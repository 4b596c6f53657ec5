"""`python -m benchmarks.sentiment [DATA]`: sentiment on the same rows by our model and by named baselines, then the time.

Right: the score has the sign of the label; a score of 0 counts as wrong. UCI: the source that is measured trained neither
our model nor the logistic regression. Baselines: always the larger class; VADER (Hutto & Gilbert 2014) and SnowNLP where
they are installed; logistic regression on the frozen encoder, trained on the UCI sentences (the other sources).
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from analytics.models import train_sentiment
from analytics.models.ngrams import Floats
from analytics.models.sentiment import model, score_texts
from analytics.models.sentiment_sets import (
    UCI_SOURCES,
    Sentences,
    chinese_reviews,
    own_sentences,
    prepared,
    sst_dev,
    uci_sentences,
)

#: SnowNLP takes milliseconds per text: it reads the first rows of a seeded order, and so does ours beside it.
ROWS_OF_SNOWNLP = 1_000
TEXTS_TIMED = 2_000


def right(held: Sentences, values: Floats) -> float:
    return float(np.mean(np.sign(values) == held.signs))


def majority(held: Sentences) -> float:
    return max(float(np.mean(held.signs == sign)) for sign in (1, -1))


def regression(train: Sentences, held: Sentences) -> Floats:
    """Scores by logistic regression on the frozen encoder's vectors."""
    fitted = LogisticRegression(max_iter=2_000).fit(train_sentiment.encode(prepared(train)), train.signs)
    return np.asarray(fitted.decision_function(train_sentiment.encode(prepared(held))))


def vader() -> Callable[[Sentences], Floats] | None:
    try:
        found = importlib.import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()
    except ModuleNotFoundError:
        return None
    return lambda held: np.array([found.polarity_scores(text)["compound"] for text in held.texts])


def snownlp() -> Callable[[Sentences], Floats] | None:
    try:
        found = importlib.import_module("snownlp").SnowNLP
    except ModuleNotFoundError:
        return None
    return lambda held: np.array([found(text).sentiments - 0.5 for text in held.texts])


def sampled(held: Sentences, size: int) -> Sentences:
    chosen = np.zeros(len(held.texts), dtype=bool)
    chosen[np.random.default_rng(7).permutation(len(held.texts))[:size]] = True
    return held.take(chosen)


def english(folder: Path) -> None:
    uci = {source: uci_sentences(folder, source) for source in UCI_SOURCES}
    left_out, rival = train_sentiment.left_out_scores(own_sentences("en"), uci), vader()
    everything = uci["amazon_cells"] + uci["imdb"] + uci["yelp"]
    for source, held in uci.items():
        others = everything.take(np.array(everything.groups) != source)
        _row(f"UCI {source}, left out", held, {
            "ours": left_out[source, True], "ours, no encoder": left_out[source, False], "regression": regression(others, held),
            **({"VADER": rival(held)} if rival else {}),
        })
    film = sst_dev(folder)
    _row("SST-2 dev", film, {
        "ours": train_sentiment.judged(model(), film, deep=True), "ours, no encoder": train_sentiment.judged(model(), film),
        "regression": regression(everything, film), **({"VADER": rival(film)} if rival else {}),
    })


def chinese(folder: Path) -> None:
    rival = snownlp()
    for name, file in (("hotel", "ChnSentiCorp_htl_all"), ("shopping", "online_shopping_7_cats")):
        held = chinese_reviews(folder, file)
        _row(name, held, {"ours": train_sentiment.judged(model(), held)})
        if rival:
            part = sampled(held, ROWS_OF_SNOWNLP)
            ours = train_sentiment.judged(model(), part)
            _row(f"{name}, {len(part.texts):,} rows", part, {"ours": ours, "SnowNLP": rival(part)})


def speed(folder: Path) -> None:
    texts = [text for source in UCI_SOURCES for text in uci_sentences(folder, source).texts][:TEXTS_TIMED]
    encoder = train_sentiment.encoder()
    encoder.load()
    spent = {}
    for name, work in (("encode", lambda: encoder.encode(texts)), ("score", lambda: score_texts(texts, encoder.encode))):
        start = time.process_time()
        work()
        spent[name] = time.process_time() - start
    sys.stdout.write(f"{len(texts):,} texts: encoding {spent['encode']:.1f} s, scoring {spent['score']:.1f} s of processor time, "
                     f"{spent['score'] / spent['encode']:.2f} x\n")


def _row(name: str, held: Sentences, scored: Mapping[str, Floats]) -> None:
    cells = "  ".join(f"{rival} {right(held, values):.3f}" for rival, values in scored.items())
    sys.stdout.write(f"{name} ({len(held.texts):,}): {cells}  majority {majority(held):.3f}\n")
    sys.stdout.flush()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "data"
    english(folder)
    chinese(folder)
    speed(folder)


if __name__ == "__main__":
    main()
