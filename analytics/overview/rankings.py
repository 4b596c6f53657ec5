"""Best and worst: customers and products ranked by a metric."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Shared, built_once
from analytics.overview.asked import PERIOD_CAVEATS, Asked, asked, defaults_of, names_of, period_facts
from analytics.overview.figures import figure, plain, units_of
from analytics.overview.scope import scope
from analytics.period import Period
from analytics.semantics import METRICS, measure
from analytics.semantics.conditions import compare
from analytics.shop import Shop

Order = Literal["highest", "lowest"]
#: Metrics that say nothing of one customer: the question means how much they are worth.
_NOT_OF_ONE = ("customers", "new_customers")
_FIGURES = ("value", "first_value", "last_value", "second_value", "total", "shown_total", "average", "low", "high")


def top_customers(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] = "revenue",
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    top_n: int = 10,
    order: Order = "highest",
) -> Finding:
    """Known customers ranked by a metric over a period (all the data unless given); ties by customer number.

    `share` is of the metric's total over everybody, guests included, for sums. Orders without a customer are left out of the
    ranking. Lowest: among those with a figure at all, for sales among those with a counted order.
    """
    wanted = names_of(metric)
    names = tuple(name for name in wanted if name not in _NOT_OF_ONE) or ("revenue",)
    request = asked(shop, names, period, None, filters, segment, ("customer_id",), several=False)
    name = request.metrics[0]
    figures = Shared("customer_figures", _figures(request, "customer_id"))
    people = shop.customer_facts.select("customer_id", "name", "city", "value_tier", "rfm_segment", "last_order_date")
    top = _top(request, figures.table, "customer_id", order, top_n)
    ranked = Shared("ranked_customers", top.inner_join(people, "customer_id"))
    shown = ranked.table.filter(ranked.table["rank"] <= top_n)
    about = ("city", "value_tier", "rfm_segment", "last_order_date")
    columns = ("rank", "customer_id", "name", "value", *_measures(request, "customer_id"), *about)
    facts = _facts(figures.table, ranked.table, top_n, "customer_id", name, ("name", "rfm_segment", "value_tier"))
    facts = _with_total(facts, request).mutate(order=ibis.literal(order), **period_facts(request))
    return Finding(
        facts, {"customers": shown.order_by("rank").select(*columns)},
        scope(shop, name, request.period, request.filters, ("customer_id",), known_only=True), shared=(figures, ranked),
        caveats=(*PERIOD_CAVEATS, Caveat("first_small_sample", "few"), Caveat("ranking_without_guests", "guest_share", ">", 0.1)),
        units=units_of(request.metric, _FIGURES), definitions=(name,),
        defaults=defaults_of(request) | ({} if name in wanted else {"metric": name}),
    )


def top_products(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] = "revenue",
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    top_n: int = 10,
    order: Order = "highest",
) -> Finding:
    """Products ranked by a metric over a period (all the data unless given); ties by product number.

    `share` is of the metric's total over all products, for sums. Lowest: among the products that sold at all; those in the
    catalogue that match the filters and sold nothing are counted and listed apart.
    """
    request = asked(shop, metric, period, None, filters, segment, ("product_id",), several=False)
    figures = Shared("product_figures", _figures(request, "product_id"))
    products = shop.table("products").select("product_id", "name", "category")
    top = _top(request, figures.table, "product_id", order, top_n).left_join(products, "product_id").drop("product_id_right")
    ranked = Shared("ranked_products", top.mutate(name=top["name"].fill_null(top.product_id)))
    shown = ranked.table.filter(ranked.table["rank"] <= top_n).rename(product="name")
    unsold = _unsold(request, figures.table)
    facts = _facts(figures.table, ranked.table, top_n, "product_id", request.metrics[0], ("name", "category"))
    facts = _with_total(facts, request).cross_join(unsold.agg(unsold=unsold.count()))
    facts = facts.mutate(order=ibis.literal(order), **period_facts(request))
    columns = ("rank", "product_id", "product", "category", "value", *_measures(request, "product_id"))
    tables = {"products": shown.order_by("rank").select(*columns)}
    if order == "lowest":
        tables["unsold"] = unsold.order_by("product_id").select("product_id", product="name", category="category")
    return Finding(
        facts, tables, scope(shop, request.metrics[0], request.period, request.filters, ("product_id",)),
        shared=(figures, ranked),
        caveats=(*PERIOD_CAVEATS, Caveat("first_small_sample", "few"), Caveat("small_groups", "small_groups", ">", 0)),
        units=units_of(request.metric, _FIGURES), definitions=request.metrics, defaults=defaults_of(request),
    )


def _measures(request: Asked, key: str) -> tuple[str, ...]:
    """What stands beside the figure: the share of a sum, else the sample and for products the interval; and what is bought."""
    beside = [name for name in _beside(request) if name != request.metrics[0]]
    if not request.metric.sampled:
        return ("share", *beside)
    if key == "product_id":
        return ("low", "high", "sample", *beside)
    return tuple(beside) or ("sample",)


def _beside(request: Asked) -> tuple[str, ...]:
    return ("revenue", "orders") if "order_facts" in request.metric.measures or "sale_lines" in request.metric.measures else ()


def _figures(request: Asked, key: str) -> ir.Table:
    """The metric, and what stands beside it, per customer or product; for sales, of those with a counted order.

    Shares, means and medians of products carry their sample and interval, those of customers their sample.
    """
    names = tuple(dict.fromkeys((request.metrics[0], *_beside(request))))
    rows = measure(request.shop, names, dims=(key,), period=request.period, filters=request.filters, samples=True)
    # A product that always came back has no counted order and the highest return rate of all.
    if "orders" in names and request.metrics[0] != "return_rate":
        rows = rows.filter(rows.orders > 0)
    main = figure(rows, request.metrics[0])
    rows = rows.filter(rows[key].notnull(), main.value.notnull())
    beside = {name: plain(rows[name]) for name in names[1:]}
    if not request.metric.sampled:
        return rows.select(key, value=plain(main.value), **beside)
    low, high = main.interval
    return rows.select(key, value=plain(main.value), sample=main.sample.cast("int64"), low=plain(low), high=plain(high), **beside)


def _top(request: Asked, figures: ir.Table, key: str, order: Order, top_n: int) -> ir.Table:
    """The first `top_n` (and at least two) by figure, with rank and share; products with small samples rank behind."""
    table = figures.cross_join(_total(request)) if not request.metric.sampled else figures.mutate(total=ibis.null("float64"))
    table = table.mutate(share=table.value / ibis.ifelse(table.total > 0, table.total, ibis.null("float64")))
    table = table.mutate(is_small=_is_small(request.metrics[0], table, key))
    if not request.metric.sampled:
        table = table.mutate(sample=ibis.null("int64"))
    placing = ["is_small", "value" if order == "lowest" else ibis.desc("value"), key]
    best = table.order_by(*placing).limit(max(top_n, 2))
    return best.mutate(rank=ibis.row_number().over(ibis.window(order_by=placing)) + 1)


def _is_small(name: str, table: ir.Table, key: str) -> ir.BooleanValue:
    if not METRICS[name].sampled or key != "product_id":
        return ibis.literal(False)
    return (table["sample"] < statistics.SMALL_SAMPLE).fill_null(True)


def _total(request: Asked) -> ir.Table:
    """The metric over everybody and everything, in one row."""
    total = measure(request.shop, request.metrics[:1], period=request.period, filters=request.filters)
    return total.select(total=plain(total[request.metrics[0]]))


def _with_total(facts: ir.Table, request: Asked) -> ir.Table:
    """The figure of everybody and everything together, where it is not the sum that the shares are of."""
    return facts.drop("total").cross_join(_total(request)) if request.metric.sampled else facts


@built_once
def _facts(figures: ir.Table, top: ir.Table, top_n: int, key: str, name: str, about: tuple[str, ...]) -> ir.Table:
    """How many were ranked and are shown, the first (`about` names what is told of it) and the last of those shown, and what
    they make up together."""
    inside, first = top["rank"] <= top_n, top["rank"] == 1
    sums = not METRICS[name].sampled
    every = figures.aggregate(
        ranked=figures.count(), average=figures.value.mean(), all_=figures.value.sum(),
        small_=figures.count(where=_is_small(name, figures, key)),
    )
    best = top.aggregate(
        shown=inside.sum().fill_null(0), first_id=top[key].max(where=first), first_value=top.value.max(where=first),
        first_share=top.share.max(where=first), first_sample=top["sample"].max(where=first),
        second_value=top.value.max(where=top["rank"] == 2), last_value=top.value.argmax(top["rank"], where=inside),
        shown_total=top.value.sum(where=inside), shown_share=top.share.sum(where=inside), few=top.is_small.max(where=first),
        total=top.total.max().fill_null(0.0), **{column: top[column].max(where=first) for column in about},
    )
    one = every.cross_join(best)
    of_all = one.all_ / ibis.ifelse(one.total > 0, one.total, ibis.null("float64")) if sums else ibis.null("float64")
    return one.mutate(
        metric=ibis.literal(name), is_total=ibis.literal(sums), few=one.few.fill_null(False),
        shown_total=one.shown_total if sums else ibis.null("float64"), guest_share=(1 - of_all).fill_null(0.0).round(6),
        # Where every sample is small, none ranks behind the others.
        small_groups=ibis.ifelse(one.small_ == one.ranked, 0, one.small_),
    ).drop("all_", "small_")


def _unsold(request: Asked, ranked: ir.Table) -> ir.Table:
    """Products of the catalogue that pass the filters on products and have no sale here; only for metrics of sales."""
    products = request.shop.table("products")
    for item in request.filters:
        if item.field in ("category", "product_id"):
            products = products.filter(compare(products[item.field], item))
        elif item.field == "product":
            products = products.filter(compare(products["name"], item))
    if "sale_lines" not in request.metric.measures:
        products = products.filter(ibis.literal(False))
    return products.filter(~products.product_id.isin(ranked.product_id))

