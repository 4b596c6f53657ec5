"""What people wrote, without what identifies them: mail addresses, numbers to call, street addresses, and customers' names."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Seven digits or more, grouped as telephone numbers are; a date is none.
_PHONE = re.compile(r"(?<![0-9A-Za-z.-])(?!\d{4}-\d\d-\d\d(?!\d))\+?\(?\d(?:[ ().-]{0,2}\d){6,}(?![0-9A-Za-z-])")
_STREET = re.compile(
    r"\b\d+[a-z]?,? (?:[A-Z][\w'’-]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Square|Terrace|Way|Crescent)\b\.?"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
_STREET_ZH = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}(?:省|市|区|县))*[\u4e00-\u9fff]{1,6}(?:路|街|大道|巷|弄)\d+(?:号|弄)(?:\d+(?:号楼|栋|幢|座|单元|室|号))*"
)
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+(?:['’-][^\W\d_\u3400-\u9fff]+)*")
_HAN = re.compile("[\u3400-\u9fff]+")
_MOST_WORDS, _HAN_NAME = 4, (2, 4)


class Masker:
    """Masks texts, given the names of all customers. A name is found as a whole in its own spelling or in other cases; of
    Chinese names all that stand in the text, so that a word that is somebody's name is masked as well."""

    def __init__(self, names: Iterable[str | None]) -> None:
        known = {" ".join(name.lower().split()) for name in names if name}
        self._latin = frozenset(name for name in known if len(name) > 2 and not _HAN.search(name))
        least, most = _HAN_NAME
        self._han = frozenset(name for name in known if _HAN.fullmatch(name) and least <= len(name) <= most)

    def __call__(self, text: str) -> str:
        """The text on one line with *** for what identifies somebody."""
        out = " ".join(text.split())
        for pattern in (_EMAIL, _PHONE, _STREET, _STREET_ZH):
            out = pattern.sub(HIDDEN, out)
        return self._without_han(self._without_latin(out))

    def _without_latin(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        cuts: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            for size in range(min(_MOST_WORDS, len(words) - at), 0, -1):
                span = words[at].start(), words[at + size - 1].end()
                # A name of one word is a common word as well: it counts where it is written like a name.
                if " ".join(text[slice(*span)].lower().split()) in self._latin and (size > 1 or text[span[0]].isupper()):
                    cuts.append(span)
                    at += size - 1
                    break
            at += 1
        return _cut(text, cuts)

    def _without_han(self, text: str) -> str:
        cuts: list[tuple[int, int]] = []
        for run in _HAN.finditer(text):
            at = run.start()
            while at < run.end():
                sizes = range(min(_HAN_NAME[1], run.end() - at), _HAN_NAME[0] - 1, -1)
                size = next((size for size in sizes if text[at : at + size] in self._han), 0)
                if size:
                    cuts.append((at, at + size))
                at += size or 1
        return _cut(text, cuts)


def _cut(text: str, cuts: list[tuple[int, int]]) -> str:
    for start, end in reversed(cuts):
        text = text[:start] + HIDDEN + text[end:]
    return text
