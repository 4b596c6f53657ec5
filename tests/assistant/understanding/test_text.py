"""Texts that say nothing are told from short ones that do."""

from __future__ import annotations

import pytest

from assistant.understanding.text import says_nothing


@pytest.mark.parametrize("text", ["的", "嗯", "对对不对对", "啊啊啊啊", "hhhhhh", "ababab!", "？的"])
def test_one_sign_or_the_same_ones_over_and_over_say_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["", "hi", "ok", "rfm", "1042", "2222", "上海", "客单价", "哈哈", "AOV", "nps", "why"])
def test_short_questions_say_something(text: str) -> None:
    assert not says_nothing(text)
