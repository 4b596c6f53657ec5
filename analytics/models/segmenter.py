"""jieba, which cuts Chinese text into words: loaded once for everything in the process, with its own dictionary, in memory."""

from __future__ import annotations

import threading
from typing import Any

_lock = threading.Lock()
_loaded: list[Any] = []


def segmenter() -> Any:
    """jieba's tokenizer. Its initialize() would read and write a marshalled cache in the temporary folder."""
    with _lock:
        if not _loaded:
            import logging

            import jieba

            jieba.setLogLevel(logging.WARNING)
            tokenizer = jieba.Tokenizer()
            tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
            tokenizer.initialized = True
            _loaded.append(tokenizer)
        return _loaded[0]
