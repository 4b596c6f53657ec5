"""Text of questions and data on the page: it is shown letter by letter, never as markup and never as a link.

The reading here knows what a backslash escapes and nothing else: what it reads is what a person sees.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ui.labels import escaped, paragraphs

#: What Markdown lets be escaped with a backslash.
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
JOINER = "\u2060"


def read(text: str) -> str:
    """An escaped text as it is read."""
    out, place = "", 0
    while place < len(text):
        if text[place] == "\\" and text[place + 1 : place + 2] in _PUNCTUATION:
            place += 1
        out += text[place]
        place += 1
    return out.replace(JOINER, "")


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/x", "HTTPS://evil.example", "ftp://evil.example", "www.evil.example", "WWW.evil.example", "see www.a.example now",
        "ann@evil.example", "a.b+c@evil.example", "mailto:ann@evil.example", "xmpp:ann@evil.example", "价格见www.evil.example", "(http://a.example)",
    ],
)
def test_no_address_becomes_a_link(address: str) -> None:
    for text in (escaped(address), paragraphs(address), paragraphs(f"- {address}")):
        plain = text.replace("\\", "").lower()
        assert JOINER in plain
        assert not any(sign in plain for sign in ("http:/", "https:/", "ftp:/", "www.", "mailto:a", "xmpp:a", "@evil"))
    assert read(escaped(address)) == address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** [x](y) :red[z] $x$", "\\*\\*bold\\*\\* \\[x\\]\\(y\\) \\:red\\[z\\] \\$x\\$"), ("- a", "\\- a"), ("1. a", "1\\. a"),
        ("one\n===", "one\n\\==="), ("---", "\\---"), ("    code", "code"), ("&lt;b&gt;", "\\&lt;b\\&gt;"), ("<b>", "\\<b\\>"), ("", ""),
        ("12.5 % and -3", "12.5 % and -3"), ("-3 %", "-3 %"), ("3.5 days", "3.5 days"), ("2026-11-17", "2026-11-17"),
    ],
)
def test_no_sign_of_a_text_becomes_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(st.text(alphabet=st.characters(exclude_characters=JOINER, exclude_categories=["Cs"])))
def test_whatever_is_typed_is_read_as_it_was_typed(text: str) -> None:
    lines = [line.lstrip(" \t") for line in text.split("\n")]
    assert read(escaped(text)).split("\n") == lines
