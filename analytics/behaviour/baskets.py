"""Market basket: which products or categories stand together in one order more often than chance would have it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics.behaviour.matching import orders_matching
from analytics.compiling import sql_of
from analytics.finding import CannotAnswer, Caveat, Filter, Finding, Fit, Scope, Shared
from analytics.models.basket import CONFIDENCE, DEFINITION, SCHEMAS, Bounds, mine
from analytics.period import Period
from analytics.semantics import restrict, why_not_filter
from analytics.semantics.conditions import compare, within
from analytics.semantics.segments import segment_filters
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

#: Pairs shown where no number is asked for.
PAIRS_SHOWN = 10
#: Fewer orders tell hardly any pair from chance.
FEW_BASKETS = 200
#: Fields that name what is in a basket: a filter on them asks for the company of these items.
ITEM_FIELDS = ("product", "product_id", "category")
#: Fields that bound a rule. "At least 50 orders" is about the orders that hold it.
_RULE_FIELDS = ("support", "confidence", "lift", "orders")


@dataclass(frozen=True)
class Ask:
    """A question about baskets: what an item is, which items it names, the rest of the filters, and the bounds of rules."""

    level: str
    anchors: Mapping[str, tuple[Filter, ...]]
    excluded: tuple[Filter, ...]
    filters: tuple[Filter, ...]
    bounds: Bounds

    @property
    def bounded(self) -> bool:
        """Whether the question says what a rule must reach, and nothing else decides what is listed."""
        return not self.bounds.strict and not self.anchors and self.level == "product"


def market_basket(
    shop: Shop, *, product: str | None = None, dimension: tuple[str, ...] = (), period: Period | None = None,
    filters: tuple[Filter, ...] = (), segment: tuple[str, ...] = (), threshold: float | None = None, top_n: int | None = None,
) -> Finding:
    """Pairs and rules of products (or categories) that stand in one counted order, with support, confidence and lift.

    A basket is a counted order, guests' included; one with a single item counts as a basket. An item counts once per
    order. `product` and filters on a product or category name items: one of them gets its companions, several get the
    pairs among them. `threshold` below 1 is the least support as a share of orders, from 1 on the least lift; filters
    may bound support, confidence, lift and orders. Unless bounds are asked for, what chance explains is left out.
    """
    ask = _ask(product, dimension, (*filters, *segment_filters(segment)), threshold)
    fit = _fit(_lines(shop, ask, period), ask.bounds)
    found = Shared("basket_pairs", fit.table("pairs"))
    pairs, rules = found.table, fit.table("rules")
    ranked = [ibis.desc("is_real"), ibis.desc("lift"), ibis.desc("orders")]
    best = pairs.order_by(*ranked, "item", "companion")
    listed = rules.order_by(*ranked, "antecedent", "consequent")
    return Finding(
        _facts(best.limit(1), fit.table("summary"), ask),
        {"pairs": best.limit(top_n or PAIRS_SHOWN), "rules": listed.limit(top_n) if top_n else listed},
        _scope(shop, ask, period, fit.table("summary")), shared=(found,), fits=(fit,),
        caveats=(
            Caveat("baskets_few", "few_baskets"), Caveat("baskets_mostly_single", "single_item_share", ">", 0.5),
            *((Caveat("baskets_by_chance", "chance_pairs", ">", 0),) if ask.bounded else ()),
        ),
        defaults=_defaults(ask), definitions=("support", "confidence", "lift", "counted_order"),
    )


def _ask(product: str | None, dimension: tuple[str, ...], filters: tuple[Filter, ...], threshold: float | None) -> Ask:
    """Sorts what was said into items, bounds of rules and conditions on orders."""
    level = dimension[0] if dimension else "product"
    if level not in ("product", "category"):
        raise CannotAnswer("not_joinable", dimension=level, table="order_lines")
    bounds = [item for item in filters if item.field in _RULE_FIELDS and item.op in (">", ">=", "=", "<", "<=", "between")]
    named = [item for item in filters if item.field in ITEM_FIELDS]
    excluded = tuple(item for item in named if item.op == "!=")
    anchors: dict[str, tuple[Filter, ...]] = {}
    for item in [item for item in named if item.op != "!="]:
        for value in item.values:
            one = Filter(item.field, "contains" if item.op == "contains" else "=", value)
            anchors[str(value)] = (*anchors.get(str(value), ()), one)
    if product:
        anchors[product] = tuple(Filter(name, "=", product) for name in ITEM_FIELDS)
    if len(anchors) > 1 and not dimension and all(f.field == "category" for fs in anchors.values() for f in fs):
        level = "category"
    rest = tuple(item for item in filters if item not in bounds and item not in named)
    return Ask(level, anchors, excluded, rest, _bounds(bounds, threshold, tuple(anchors), level))


def _bounds(items: list[Filter], threshold: float | None, anchors: tuple[str, ...], level: str) -> Bounds:
    """Least support, confidence, lift and orders as asked for. With any of them, or few items, nothing is dropped as chance."""
    asked = Bounds(anchors=anchors, strict=not (items or threshold or anchors or level == "category"))
    if threshold:
        asked = replace(asked, support=_share(threshold)) if threshold <= 1 else replace(asked, lift=float(threshold))
    for item in items:
        if item.op in ("<", "<="):
            raise CannotAnswer("bad_value", field=item.field, value=str(item.value))
        try:
            value = float(item.values[0])
        except (TypeError, ValueError) as fault:
            raise CannotAnswer("bad_value", field=item.field, value=str(item.value)) from fault
        if item.field == "support":
            asked = replace(asked, support=_share(value))
        elif item.field == "confidence":
            asked = replace(asked, confidence=value / 100 if value > 1 else value)
        elif item.field == "lift":
            asked = replace(asked, lift=value)
        else:
            asked = replace(asked, orders=int(value) + (item.op == ">"))
    return asked


def _share(value: float) -> float:
    """A least support as spoken: nobody means all orders, so 1 is 1 %."""
    return value / 100 if value >= 1 else value


def _fit(lines: ir.Table, bounds: Bounds) -> Fit:
    """The mining of these lines, once per data version and question."""
    query = sql_of(lines)

    def fit(engine: Engine) -> Mapping[str, pd.DataFrame]:
        with engine.cursor() as cursor:
            return mine(cursor, query, bounds)

    key = hashlib.sha256(f"{DEFINITION}\n{SCHEMAS}\n{query}\n{bounds}".encode()).hexdigest()[:12]
    return Fit("basket", key, SCHEMAS, fit)


def _lines(shop: Shop, ask: Ask, period: Period | None) -> ir.Table:
    """order_id and item of every sale line that the question is about; named items stand under the name that was asked for."""
    lines = within(shop.sale_lines, "sale_lines", period)
    lines = lines.filter(lines.kind == "sale")
    of_orders = tuple(item for item in ask.filters if why_not_filter("sale_lines", item))
    lines = restrict(shop, lines, "sale_lines", tuple(item for item in ask.filters if item not in of_orders))
    if of_orders:
        lines = lines.filter(lines.order_id.isin(orders_matching(shop, shop.order_facts, of_orders).order_id))
    item = lines[ask.level]
    for one in ask.excluded:
        item = ibis.ifelse(compare(lines[one.field], one), item, ibis.null("string"))
    branches = []
    for name, filters in ask.anchors.items():
        holds = ibis.literal(False)
        for one in filters:
            column = lines[one.field].lower()
            same = compare(lines[one.field], one) if one.op == "contains" else column == str(one.value).lower()
            holds = holds | same.fill_null(False)
        branches.append((holds, name))
    return lines.select("order_id", item=ibis.cases(*branches, else_=item) if branches else item)


def _facts(best: ir.Table, summary: ir.Table, ask: Ask) -> ir.Table:
    """The baskets, what was looked for, and the first pair; its figures are null where there is none."""
    names = (
        "item", "companion", "orders", "support", "confidence", "reverse_confidence", "lift", "lift_low", "lift_high", "is_real",
        "item_orders", "companion_orders", "expected_orders",
    )
    first = best.agg(**{name: best[name].max() for name in names})
    both = summary.cross_join(first)
    anchors = tuple(ask.anchors)
    rarer = (both.lift_high < 1).fill_null(both.orders == 0).fill_null(False)
    return both.mutate(
        is_real=both.is_real.fill_null(False), is_rarer=rarer, few_baskets=both.baskets.between(1, FEW_BASKETS - 1),
        single_item_share=both.single_item_baskets / both.baskets.nullif(0), chance_pairs=both.pairs - both.real_pairs,
        min_support=both.min_orders / both.baskets.nullif(0), min_lift=_constant(ask.bounds.lift),
        min_confidence=_constant(ask.bounds.least_confidence), level=ibis.literal(ask.level),
        bounded=ibis.literal(ask.bounded), asked_confidence=_constant(ask.bounds.confidence or 0.0),
        named_items=ibis.literal(len(anchors), "int64"), first_named=ibis.literal(anchors[0] if anchors else None, "string"),
    )


def _constant(value: float) -> ir.FloatingValue:
    """A number as DOUBLE: as a bare literal the engine would read 0.2 as DECIMAL."""
    return ibis.literal(repr(value)).cast("float64")


def _scope(shop: Shop, ask: Ask, period: Period | None, summary: ir.Table) -> Scope:
    """The baskets used, and the orders that are none: cancelled, returned, credit notes, without a sale line."""
    matching = orders_matching(shop, within(shop.order_facts, "order_facts", period), ask.filters)
    dropped = matching.agg(
        left_out_cancelled=(matching.status == "cancelled").sum().fill_null(0),
        left_out_returned=(matching.returned & (matching.status != "cancelled")).sum().fill_null(0),
        left_out_without_sale_line=(~matching.counted & ~matching.returned & (matching.status != "cancelled")).sum().fill_null(0),
    )
    return Scope(summary.select(rows_used="baskets").cross_join(dropped), unit="orders")


def _defaults(ask: Ask) -> dict[str, object]:
    """What was assumed, for the receipt."""
    out: dict[str, object] = {}
    if ask.bounds.adapts and len(ask.anchors) < 2:
        out["min_support"] = "adapts"
    if ask.bounds.confidence is None and not ask.anchors:
        out["min_confidence"] = CONFIDENCE
    return out
