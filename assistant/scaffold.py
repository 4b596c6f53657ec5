"""Lays out a new analysis: `python -m assistant.scaffold behaviour repeat_purchase "Repeat purchase" 复购`.

Writes the five files of an analysis where they are missing and tells what to fill in. Never overwrites anything.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from assistant import paths

_FUNCTION = '''"""{title}: what it answers, and whom it leaves out."""

from __future__ import annotations

from analytics.finding import Filter, Finding, Scope
from analytics.period import Period
from analytics.semantics import rows_of
from analytics.shop import Shop


def {intent}(shop: Shop, *, period: Period, filters: tuple[Filter, ...] = ()) -> Finding:
    """Say the business definition here, with its denominator; then who is left out."""
    orders = rows_of(shop, "order_facts", period, filters)
    facts = orders.agg(orders=orders.counted.sum())
    by_channel = orders.group_by("order_channel").agg(orders=orders.counted.sum()).order_by("order_channel")
    counts = orders.agg(rows_used=orders.counted.sum(), left_out_cancelled=(~orders.counted).sum())
    return Finding(facts, tables={{"by_channel": by_channel}}, scope=Scope(counts, unit="orders"))
'''
_ENTRY = """title: {{en: {title}, zh: {title_zh}}}
roles: [manager, analyst]
built: true
slots:
  period: {{default: last_12_months}}
  filters: {{}}
ask:                 # at least 40 a language, written in several voices: see CONTRIBUTING.md
  en: []
  zh: []
not_this:
  en: {{}}
  zh: {{}}
chart: {{kind: barh, table: by_channel, x: order_channel, y: orders}}
follow_ups:
  - {{intent: metric_breakdown, en: revenue by category, zh: 按品类看销售额}}
  - {{intent: metric_trend, en: show orders per month, zh: 每月订单量走势}}
"""
_TEMPLATES = {
    "en": "{{ facts.orders | number }} orders in {{ period | span }}{{ slots.filters | where }}.\n",
    "zh": "{{ period | span }}{{ slots.filters | where }}共{{ facts.orders | number }}笔订单。\n",
}
_TEST = '''"""{title}: promises, each on a table small enough to check by eye."""

from __future__ import annotations

from datetime import date

from analytics.{domain} import {intent}
from analytics.period import Period
from tests.conftest import TinyShop

SALES = """
    order_id | customer_id | ordered_at | status    | product_id | quantity | unit_price
    1        | ann         | 2024-03-02 | completed | tea        | 2        | 5.00
    2        | bob         | 2024-03-05 | cancelled | tea        | 1        | 5.00
"""
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), "month", 1)


def test_cancelled_orders_do_not_count(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({{"sales": SALES}})
    assert engine.run({intent}(shop, period=MARCH)).facts["orders"] == 1


def test_an_empty_shop_has_none(tiny_shop: TinyShop) -> None:
    shop, engine = tiny_shop({{}})
    assert engine.run({intent}(shop, period=MARCH)).facts["orders"] in (0, None)
'''


def files(root: Path, domain: str, intent: str, title: str, title_zh: str) -> dict[Path, str]:
    """The five files of an analysis with their first text."""
    words = {"domain": domain, "intent": intent, "title": title, "title_zh": title_zh}
    return {
        root / "analytics" / domain / f"{intent}.py": _FUNCTION.format(**words),
        root / "intents" / domain / f"{intent}.yaml": _ENTRY.format(**words),
        **{root / "templates" / lang / domain / f"{intent}.md.j2": text for lang, text in _TEMPLATES.items()},
        root / "tests" / "analytics" / f"test_{intent}.py": _TEST.format(**words),
    }


def lay_out(root: Path, domain: str, intent: str, title: str, title_zh: str) -> list[Path]:
    """Writes the files that are missing; returns them."""
    written = []
    for path, text in files(root, domain, intent, title, title_zh).items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domain")
    parser.add_argument("intent")
    parser.add_argument("title")
    parser.add_argument("title_zh")
    options = parser.parse_args()
    for name in (options.domain, options.intent):
        if not re.fullmatch(r"[a-z][a-z_]*", name):
            parser.error(f"{name!r} is not a name: lower case letters and underscores only")
    root = paths.data_root()
    for path in lay_out(root, options.domain, options.intent, options.title, options.title_zh):
        sys.stdout.write(f"wrote {path.relative_to(root)}\n")
    sys.stdout.write(f"next: re-export {options.intent} from analytics/{options.domain}/__init__.py, then `make test`\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
