"""Fixtures that every test may use; see tests/support.py for the tables they take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.run import Engine
from analytics.shop import Shop
from tests.support import NEVER, make_shop

TinyShop = Callable[..., tuple[Shop, Engine]]


@pytest.fixture
def tiny_shop(tmp_path: Path) -> Iterator[TinyShop]:
    """A function that makes a data set of pipe-separated tables and opens it: see tests/support.py."""
    engines: list[Engine] = []

    def make(tables: dict[str, str], *, now: datetime = NEVER, today: date | None = None, **settings: Any) -> tuple[Shop, Engine]:
        shop, engine = make_shop(tmp_path / f"tiny-{len(engines)}.duckdb", tables, now=now, today=today, **settings)
        engines.append(engine)
        return shop, engine

    yield make
    for engine in engines:
        engine.close()
