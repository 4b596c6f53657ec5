"""The version of what is installed. Imports nothing of ours, so that it is told at once."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _installed


def version() -> str:
    """The version of the installed distribution."""
    try:
        return _installed("askwell")
    except PackageNotFoundError:
        return "0+unknown"
