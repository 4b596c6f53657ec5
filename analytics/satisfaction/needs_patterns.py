"""Wishes and suggestions in what people write, told from complaints by how they are put, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: How a wish is put: what could be rather than what was.
_ENGLISH = re.compile(
    r"\bwould (?:be|have been) (?:so |really |very )?(?:nice|great|good|lovely|helpful|useful|better|perfect|handy|ideal)\b"
    r"|\b(?:it|that)(?:'d| would) be (?:nice|great|good|lovely|helpful|useful|better|handy)\b"
    r"|\bi (?:really |do |only )?wish\b|\bwish(?:ing)? (?:you|there|they|it|we)\b|\bif only\b"
    r"|\b(?:would|'d) (?:like|love|prefer) (?:to see|to have|it if|you to|an? |the option|more|some)\b"
    r"|\bplease (?:do |also )?(?:add|offer|bring back|open|sell|stock|consider|make|allow|include|introduce|provide|keep"
    r"|extend|let us)\b"
    r"|\b(?:could|can|would|why don't|why not|why can't) you (?:please |maybe |also )?"
    r"(?:add|offer|bring|open|sell|stock|make|include|introduce|provide|let)\b"
    r"|\b(?:i|we|i'd|we'd) (?:would )?(?:suggest|recommend (?:that|adding|you add|making))\b"
    r"|\b(?:my|one|a|small|only) suggestions?\b"
    r"|\byou (?:should|could|might) (?:really |also |maybe |at least )?"
    r"(?:add|offer|sell|open|stock|make|have|include|consider|provide|introduce|let|try)\b"
    r"|\bhop(?:e|ing) (?:you|they|there|that you|to see)\b(?! (?:are|enjoy|had))"
    r"|\b(?:could|would) use (?:a|an|some|more)\b|\bmissing (?:a|an|the) (?:option|feature|button|filter|setting)\b"
    r"|\bhow about (?:adding|a|an|some)\b"
    r"|\bmore \w+ (?:please|choices|options)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"希望|建议(?!零售)|期待(?!已久)|盼望|盼着|要是(?:能|可以|有|再|也)|如果(?:能|可以|有|再|也|可)[^，。！？]{0,20}(?:就|更|会|那)"
    r"|(?:能不能|可不可以|是否可以|可否|能否)"
    r"|(?:就|会|那就)(?:更|太)?(?:好|完美|方便)(?:了|啦|咯)|(?:请|麻烦|求|最好)(?:你们|贵店|店家|商家|尽快|也|能|再|多)?"
    r"(?:增加|加上|加个|推出|出个|出一|开通|开一|补货|上架|上新|改进|改善|增设|提供|考虑)"
    r"|多(?:出|上|开|搞|做|来)(?:点|些|一些|几)|(?:想要|想看到|求)(?:一个|个|更多|多一些|出)|不妨|应该(?:增加|加|提供|支持|有个|出)"
)
#: Words that look like a wish and say what went wrong, or take leave.
_NO_WISH = re.compile(
    r"\bwish (?:i|we) (?:had(?:n't| not| never)?|hadn't|never)\b|\bhope (?:this|it) helps\b"
    r"|\bplease (?:fix|refund|help|respond|reply|call|sort)\b"
    r"|没(?:有)?希望|希望落空|期待落空|不抱希望|辜负.{0,4}期待|有负期待|希望(?:你们)?(?:尽快|赶紧|马上)(?:处理|解决|退款|回复|发货)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^.!?;。！？；\n…]+[.!?;。！？；…]*")
_LONGEST = 300


def wishes(text: str) -> Iterator[str]:
    """The sentences of a text that wish or suggest something."""
    for sentence in _CLAUSE.findall(text):
        told = " ".join(sentence.replace("’", "'").split())
        if (_ENGLISH.search(told) or _CHINESE.search(told)) and not _NO_WISH.search(told):
            yield told[:_LONGEST]
