"""Where the editable data stand: `intents/` and `templates/`, in a checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def data_root() -> Path:
    """The folder that holds `intents/` and `templates/`: `assistant/_data` in a wheel, else the checkout."""
    here = Path(__file__).resolve().parent
    for root in (here / "_data", here.parent):
        if (root / "intents").is_dir() and (root / "templates").is_dir():
            return root
    raise FileNotFoundError(f"no intents/ and templates/ beside {here} nor in {here / '_data'}: the installation is incomplete")


def intents() -> Path:
    """What can be asked: one YAML file per intent, in a folder per domain."""
    return data_root() / "intents"


def templates() -> Path:
    """What is said: a folder per language, and the words both share."""
    return data_root() / "templates"
