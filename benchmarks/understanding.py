"""Understanding one question against encoding one sentence, each of many different questions of the catalogue once.

Nothing is remembered from one question to the next: no two of them read the same to the encoder, and ours and the
baseline have an encoder each.
"""

from __future__ import annotations

from collections.abc import Iterator

from analytics.models.encoder import Encoder
from analytics.run import Engine
from analytics.shop import Shop
from assistant.understanding import catalogue
from assistant.understanding.catalogue import Catalogue
from assistant.understanding.matcher import Matcher
from assistant.understanding.reading import Reader
from assistant.understanding.text import Language
from benchmarks.timing import ROUNDS, against

#: Questions that are timed in each round, and questions before, which are not.
_EACH, _WARM = 100, 20


def measure(shop: Shop, engine: Engine, language: Language) -> tuple[float, float]:
    """Milliseconds of understanding a question of a language, and of encoding its text."""
    known, encoder = catalogue.load(), Encoder()
    reader = Reader(shop, engine, known, Matcher(Encoder()))
    questions = different(reader, known, language, _WARM + ROUNDS * _EACH)
    return against(
        lambda turn: reader.read(questions[turn], None, language), lambda turn: encoder.encode([questions[turn]]),
        each=_EACH, warm=_WARM,
    )


def different(reader: Reader, known: Catalogue, language: Language, count: int) -> list[str]:
    """Example questions, of every intent in turn, of which no two are the same once values, numbers and days are masked."""
    seen, found = set(), []
    for question in _in_turn(known, language):
        masked = reader.preparer.prepare(question, language).masked
        if masked not in seen and question not in seen:
            seen |= {masked, question}
            found.append(question)
        if len(found) == count:
            return found
    raise ValueError(f"the catalogue has only {len(found)} different questions in {language}, {count} are needed")


def _in_turn(known: Catalogue, language: Language) -> Iterator[str]:
    asked = [intent.ask[language] for intent in known]
    for place in range(max(map(len, asked))):
        yield from (questions[place] for questions in asked if place < len(questions))
