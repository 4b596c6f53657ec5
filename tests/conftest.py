"""Fixtures that every test may use; see tests/support.py for the tables they take."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.models.encoder import Encoder
from analytics.run import Engine
from analytics.shop import Shop
from assistant.ask import Assistant
from tests.support import NEVER, make_shop

TinyShop = Callable[..., tuple[Shop, Engine]]


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """A server names its data set and its address in the environment of its process: the next test starts without them."""
    before = {name: value for name, value in os.environ.items() if name.startswith("ASKWELL_")}
    yield
    for name in [name for name in os.environ if name.startswith("ASKWELL_") and name not in before]:
        del os.environ[name]
    os.environ.update(before)


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


@pytest.fixture(scope="session")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo company of 1,200 customers, so that customer 1042 is one of them; read only."""
    from analytics.ingest.load import write_demo

    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    write_demo(path, customers=1_200)
    return path


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder, loaded once."""
    return Encoder()


@pytest.fixture(scope="session")
def assistant(demo_db: Path, encoder: Encoder) -> Iterator[Assistant]:
    """An assistant on the demo company."""
    opened = Assistant.open(demo_db, encoder=encoder)
    yield opened
    opened.close()
