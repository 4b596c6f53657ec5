"""What every part of the page is drawn from: whose page it is, on which data, in which language. Draws nothing."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from analytics.shop import Shop
from assistant.access.gate import Person
from assistant.access.roles import Role
from assistant.answer import Answer, Language
from assistant.answering.formats import Formats
from assistant.answering.wording import wording
from assistant.ask import Assistant
from assistant.ui import session
from assistant.ui.talk import Talk


@dataclass(frozen=True)
class Scene:
    """The page of one run. `language` is that of its own labels; `dark` is whether the browser shows the dark theme."""

    assistant: Assistant
    person: Person
    language: Language
    talk: Talk
    dark: bool = False

    @property
    def shop(self) -> Shop:
        return self.assistant.shop

    @property
    def role(self) -> Role:
        return self.person.role


@dataclass(frozen=True)
class Shown:
    """An answer on the page: its place in the conversation, and the answer with its charts as first drawn.

    `tag` is part of the keys of its widgets: another answer in the same place starts with fresh ones.
    """

    place: int
    answer: Answer
    kinds: tuple[str, ...]
    tag: str
    last: bool

    @classmethod
    def of(cls, scene: Scene, place: int, answer: Answer) -> Shown:
        told = f"{scene.talk.id}/{place}/{answer.request.question}/{answer.restated}/{answer.request.language}"
        tag = f"{place}-{zlib.crc32(told.encode('utf-8', 'replace')):08x}"
        return cls(place, answer, session.kinds_of(scene.talk, place, answer), tag, place == len(scene.talk.entries) - 1)

    @property
    def language(self) -> Language:
        return self.answer.request.language

    @property
    def formats(self) -> Formats:
        return wording(self.language, self.answer.receipt.currency).formats

    @property
    def drawn(self) -> Answer:
        """The answer with its charts in the kinds chosen: what leaves the page is what stands on it."""
        return session.recast(self.answer, self.kinds)

    def seen_by(self, role: Role) -> Answer:
        """The answer as drawn, without SQL for a role that may not see it."""
        drawn = self.drawn
        return drawn if role.sees_sql else replace(drawn, receipt=replace(drawn.receipt, sql=()))
