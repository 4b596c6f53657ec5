"""Loads files that a test writes as texts: see the fixture `loaded`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from analytics.ingest.load import load
from analytics.ingest.report import LoadReport
from analytics.run import Engine
from analytics.shop import Shop
from analytics.store import Check, open_shop
from tests.support import NEVER, rows


@dataclass(frozen=True)
class Loaded:
    """A load and the data set that it made."""

    report: LoadReport
    shop: Shop
    engine: Engine

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return rows(self.engine, query)

    def check(self, rule: str, table: str | None = None) -> Check:
        """The one entry of a rule in the quality report."""
        (found,) = [c for c in self.report.checks if c.rule == rule and table in {None, c.table}]
        return found

    def touched(self) -> dict[tuple[str, str], int]:
        """Rows by table and rule, for the rules that found any and are not mere figures."""
        quiet = {"rows", "distinct_orders", "distinct_customers", "distinct_countries", "distinct_products"}
        return {(c.table, c.rule): c.rows for c in self.report.checks if c.rows and c.rule not in quiet}


Load = Callable[..., Loaded]


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Load]:
    """A function that writes `files` (name to text or bytes), loads them and opens the data set.

    Texts are dedented. Keyword arguments go to `load`; `db` names the data set (the same one for several loads).
    """
    engines: list[Engine] = []

    def run(files: Mapping[str, str | bytes], *, db: str = "shop.duckdb", **options: Any) -> Loaded:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()
            (folder / name).write_bytes(data)
        options.setdefault("now", NEVER)
        report = load([folder / name for name in files], tmp_path / db, **options)
        shop, engine = open_shop(tmp_path / db)
        engines.append(engine)
        return Loaded(report, shop, engine)

    yield run
    for engine in engines:
        engine.close()
