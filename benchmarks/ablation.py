"""What each part of the matcher brings, and how much more examples bring: `python -m benchmarks.ablation`.

Learns on three quarters of our own examples and asks about the last quarter; near-copies of an example never stand on both
sides. Prints Markdown tables; with --write they take the place of those in docs/understanding.md. The weights of the blend and
the temperature are those of the trained arrays, so this tells what is left without a part, not what another blend would reach.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedGroupKFold

from analytics.models.encoder import Encoder
from analytics.models.tuned_layers import LAYERS
from assistant.answer import LANGUAGES, Language
from assistant.understanding import training
from assistant.understanding.features import bag
from assistant.understanding.matcher import OUTSIDE, Model, load_model
from assistant.understanding.prepare import Preparer
from assistant.understanding.training import Examples, gazetteer, matrix, read_examples, vocabulary_of

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "understanding.md"
_FIGURES = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)", re.DOTALL)
#: Families of features of the word model by the prefixes of their names.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "words": ("w:",), "pairs of words": ("w2:", "s:"), "characters": ("c:",), "concepts": ("k:", "k2:"),
}
#: Examples of each class in the steps of the learning curve.
STEPS = (8, 16, 32, 64)

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """Shares of the in-scope questions whose intent came first, and was among the first three."""

    name: str
    top1: float
    top3: float


class Study:
    """The examples of one language, split once."""

    def __init__(self, language: Language, encoder: Encoder) -> None:
        self.examples: Examples = read_examples(language, Preparer(gazetteer()))
        pairs = zip(self.examples.masked, self.examples.concepts, strict=True)
        self.bags = [bag(masked, concepts) for masked, concepts in pairs]
        self.vectors, states = encoder.read(self.examples.masked, LAYERS)
        self.tuning = training.tuning_of(self.examples, states, encoder)
        self.model: Model = load_model(language)
        folds = StratifiedGroupKFold(training.FOLDS, shuffle=True, random_state=training.SEED)
        self.learnt, self.asked = next(folds.split(self.vectors, self.examples.labels, self.examples.groups))

    def by_words(self, rows: Rows, families: Sequence[str] = tuple(FAMILIES)) -> Floats:
        """Log-probabilities of the asked questions by the word model on some families of features."""
        prefixes = tuple(prefix for family in families for prefix in FAMILIES[family])
        bags = [Counter({name: count for name, count in found.items() if name.startswith(prefixes)}) for found in self.bags]
        vocabulary, idf = vocabulary_of([bags[row] for row in rows])
        model = training.fit(matrix([bags[row] for row in rows], vocabulary, idf), self.examples.labels[rows], training.WORD_C)
        return self._all(model.classes_, model.predict_log_proba(matrix([bags[row] for row in self.asked], vocabulary, idf)))

    def by_vectors(self, rows: Rows) -> Floats | None:
        if self.tuning is None:
            return None
        model = training.fit(self.vectors[rows], self.examples.labels[rows], training.VECTOR_C)
        return self._all(model.classes_, model.predict_log_proba(self.vectors[self.asked]))

    def by_tuned(self, rows: Rows) -> Floats | None:
        if self.tuning is None:
            return None
        return self.tuning.log_probabilities(self.tuning.learnt(rows), self.asked)

    def _all(self, classes: Rows, found: Floats) -> Floats:
        out = np.full((len(found), len(self.examples.classes)), -30.0, dtype=np.float32)
        out[:, classes] = found
        return out

    def blended(self, words: Floats, vectors: Floats | None, tuned: Floats | None) -> Floats:
        """The parts that are there, in the proportions of the trained arrays."""
        weighted = [(1 - self.model.blend - self.model.tuned_blend, words), (self.model.blend, vectors)]
        weighted.append((self.model.tuned_blend, tuned))
        there = [(weight, found) for weight, found in weighted if found is not None]
        total = sum(weight for weight, _ in there)
        return np.asarray(sum(weight / total * found for weight, found in there), dtype=np.float32)

    def score(self, name: str, found: Floats) -> Score:
        outside = np.array([label.startswith(OUTSIDE) for label in self.examples.classes])
        wanted = self.examples.labels[self.asked]
        inside = ~outside[wanted]
        ranked = np.argsort(-np.where(outside, -np.inf, found), axis=1)[inside, :3]
        right = ranked == wanted[inside, None]
        return Score(name, float(right[:, 0].mean()), float(right.any(axis=1).mean()))

    def few(self, count: int) -> Rows:
        """At most so many examples of each class among those that are learnt from, a seeded draw."""
        dice = np.random.default_rng(training.SEED)
        labels = self.examples.labels[self.learnt]
        kept = [dice.permutation(self.learnt[labels == label])[:count] for label in np.unique(labels)]
        return np.sort(np.concatenate(kept))

    def parts(self) -> Iterator[Score]:
        """The ablation: each family of features and each model alone, then what is left without one of them."""
        for family in FAMILIES:
            # Pairs are too rare to be learnt from alone: the solver stops where it starts.
            if family != "pairs of words":
                yield self.score(f"{family} alone", self.by_words(self.learnt, [family]))
        for family in FAMILIES:
            rest = [other for other in FAMILIES if other != family]
            yield self.score(f"word model without {family}", self.by_words(self.learnt, rest))
        words, vectors, tuned = self.by_words(self.learnt), self.by_vectors(self.learnt), self.by_tuned(self.learnt)
        yield self.score("word model", words)
        if vectors is None or tuned is None:
            return
        yield self.score("sentence vector", vectors)
        yield self.score("tuned layers", tuned)
        yield self.score("word model and sentence vector", self.blended(words, vectors, None))
        yield self.score("word model and tuned layers", self.blended(words, None, tuned))
        yield self.score("all three", self.blended(words, vectors, tuned))

    def curve(self) -> Iterator[Score]:
        """All models with more and more examples of each class."""
        for count in STEPS:
            rows = self.few(count)
            found = self.blended(self.by_words(rows), self.by_vectors(rows), self.by_tuned(rows))
            yield self.score(f"at most {count} of each class, {len(rows):,} in all", found)


def table(heading: str, scores: Iterator[Score], note: Callable[[str], None]) -> str:
    lines = [f"| {heading} | top 1 | top 3 |", "| --- | ---: | ---: |"]
    for score in scores:
        lines.append(f"| {score.name} | {score.top1:.3f} | {score.top3:.3f} |")
        note(lines[-1])
    return "\n".join(lines)


def figures(languages: Sequence[Language], note: Callable[[str], None]) -> str:
    """The tables of the languages as Markdown."""
    encoder, out = Encoder(), []
    names = {"en": "English", "zh": "Chinese"}
    for language in languages:
        study = Study(language, encoder)
        out.append(f"\n### {names[language]}\n")
        out.append(f"Learnt from {len(study.learnt):,} examples, asked about {len(study.asked):,} others.\n")
        out.append(table("part", study.parts(), note) + "\n")
        out.append(table("examples", study.curve(), note) + "\n")
    return "\n".join(out) + "\n"


def _note(line: str) -> None:
    sys.stderr.write(line + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/understanding.md")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore", ConvergenceWarning)
    made = figures(options.language or LANGUAGES, _note)
    sys.stdout.write(made)
    if options.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(_FIGURES.sub(lambda _: made, text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
