"""The sentiment model's card: what it is, what trained it, what it reaches, what it cannot do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.models.ngrams import BUCKETS, Floats
from analytics.models.sentiment import LANGUAGES, Model, score_texts
from analytics.models.sentiment_sets import Sentences, written


@dataclass(frozen=True)
class Measured:
    """Accuracy on one set by one side of the model ("deep": English with the encoder). `right`: the score has the sign of
    the label, neutral label or not. `labelled_right`: the label is right, where a neutral label counts as wrong.
    `majority`: always naming the larger class."""

    name: str
    side: str
    texts: int
    majority: float
    right: float
    labelled_right: float
    neutral: float


def marks() -> dict[str, float]:
    """How often the marks "mixed" and "uncertain" stand where they should on the own sentences, which trained neither rule,
    and "uncertain" on the others: shares by language."""
    out: dict[str, float] = {}
    for language in LANGUAGES:
        rows = written(language)
        scored = score_texts(list(rows.text))
        both, irony = rows.label == "mixed", rows.kind == "sarcasm"
        out |= {
            f"{language}_mixed_found": float(np.mean(scored.mixed[both])),
            f"{language}_mixed_wrongly": float(np.mean(scored.mixed[~both])),
            f"{language}_irony_found": float(np.mean(scored.uncertain[irony])),
            f"{language}_irony_wrongly": float(np.mean(scored.uncertain[~irony])),
        }
    return out


def _own_rows(own: Sentences, values: Floats, band: float) -> str:
    opinion = own.signs != 0
    sign = float(np.mean(np.sign(values[opinion]) == own.signs[opinion]))
    neutral = float(np.mean(np.abs(values[~opinion]) <= band))
    counts = int(opinion.sum()), int((~opinion).sum())
    return f"sign of {counts[0]:,} opinions {sign:.3f}; {counts[1]:,} neutral or mixed ones labelled neutral {neutral:.3f}"


def card(results: Sequence[Measured], trained: Model, own: Sentences, own_scores: Floats) -> str:
    """The model card."""
    rows = "\n".join(
        f"| {r.name} | {r.side} | {r.texts:,} | {r.majority:.3f} | {r.right:.3f} | {r.labelled_right:.3f} | {r.neutral:.3f} |"
        for r in results
    )
    band, said, seen = trained.neutral_band, trained.accuracy, marks()
    uci = {side: np.mean([r.right for r in results if r.side == side and r.name.startswith("UCI")]) for side in ("en", "deep")}
    return f"""# Sentiment model

Made by `python -m analytics.models.train_sentiment`; do not edit. Used by `analytics.models.sentiment.score_texts`.
`python -m benchmarks.sentiment` prints the figures again beside baselines on the same rows.

- **What it is**: three logistic regressions. `en` and `zh`: {len(trained.sides["en"].evidence)} figures from word lists
  (praise and blame after negation, degree, contrast, reservation and wish) and {BUCKETS:,} hashed n-grams. `deep`: English
  where the caller brings the bundled sentence encoder: the same figures and the sentence's vector. Labels: score above
  {band:g} positive, below -{band:g} negative, else neutral; a text that says as much good as bad is drawn towards neutral
  and marked mixed. Numbers only; nothing is pickled.
- **Trained on**: UCI Sentiment Labelled Sentences (Kotzias et al. 2015, CC BY 4.0; 3,000 English sentences, not part of
  this repository) and {len(own.texts):,} sentences written for Askwell. Word lists written for Askwell. Chinese reviews
  are composed from own sentences of one trade; that satisfied people name faults more freely than dissatisfied ones name
  virtues is an assumption of that composition, made after the former model was seen to judge long reviews too harshly.
- **Meant for**: short comments of customers in English, Chinese (simplified) or both. **Not for**: other languages,
  decisions about single persons.

## Measured

`right`: the score has the sign of the label. `label right`: the label is right, a neutral label counted as wrong (these
sets know no neutral). No row trained what measures it. The neutral band and the scales of the vector and of the evidence
were chosen on the UCI sentences (one source left out) and the own ones (trades left out). The scale of the Chinese n-grams
and the rule that a reservation weighs less were set with the figures of samples of 2,000 to 2,500 hotel and shopping
reviews in view: those two rows flatter.

| set | side | texts | majority | right | label right | labelled neutral |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

UCI, mean of the three: {uci["en"]:.3f} without the encoder, {uci["deep"]:.3f} with it.

Own sentences, each judged by a model that has not seen its trade: {_own_rows(own, own_scores, band)}.

Mean accuracy on unseen sets, as said in answers: English {said["en"]:.3f} (with the encoder
{said["deep"]:.3f}), Chinese {said["zh"]:.3f}.

Marks on the own sentences: mixed is found in {seen["en_mixed_found"]:.2f} of the mixed ones in English and
{seen["zh_mixed_found"]:.2f} in Chinese (wrongly in {seen["en_mixed_wrongly"]:.2f} and {seen["zh_mixed_wrongly"]:.2f} of the
others); irony in {seen["en_irony_found"]:.2f} and {seen["zh_irony_found"]:.2f} of the ironic ones (wrongly in
{seen["en_irony_wrongly"]:.2f} and {seen["zh_irony_wrongly"]:.2f} of the others).

## Falls short

The encoder knows few Chinese characters: the word lists do the work there, and facts that only imply blame are missed.
Film reviews (SST-2) are far from a shop's comments and stay below 0.83. Irony is read literally; its mark is a hint that
misses much and is often wrong.
"""
