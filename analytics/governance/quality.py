"""How clean the data are: checks passed and failed on what is loaded, what cleaning did, and which columns have gaps."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from analytics.finding import Caveat, Finding, Scope, Shared
from analytics.governance.checks import ALLOWED, result, sources
from analytics.governance.contents import filled_columns, union
from analytics.ingest.rules import DATA_RULES
from analytics.schema import CANONICAL
from analytics.scorecard import constant
from analytics.shop import Shop

#: Rules of the quality report that say what came, not what was wrong.
_COUNTS = ("rows",)
CAVEATS = (Caveat("loaded_without_report", "no_report"),)


def data_quality(shop: Shop) -> Finding:
    """Which checks the loaded data pass, and what share of the rows breaks each.

    A check fails when more than its allowed share of rows breaks it (0 for most; see analytics.governance.checks); checks on
    tables that are not loaded are not made. `days_old` is how long before today the latest order lies. `cleaning` is what
    the load repaired, kept, set aside or does not count; it is empty where the tables were not read from files.
    """
    loaded = tuple(name for name in CANONICAL if shop.has(name))
    checks = Shared("data_checks", _checks(shop))
    columns = Shared("column_gaps", filled_columns(shop, loaded))
    cleaning = Shared("cleaning_done", _cleaning(shop))
    facts = _facts(checks.table).cross_join(_worst(checks.table))
    facts = facts.cross_join(_done(cleaning.table)).cross_join(_gaps(columns.table)).mutate(
        as_of=ibis.literal(shop.as_of), days_old=ibis.literal(max((shop.today - shop.as_of).days, 0)),
        no_report=ibis.literal(not shop.has("quality_report")),
    )
    gaps = columns.table.filter(columns.table.filled < columns.table.total)
    gaps = gaps.mutate(missing=gaps.total - gaps.filled, share=1 - gaps.share)
    rows = columns.table.group_by("table").agg(rows=columns.table.total.max())
    return Finding(
        facts,
        {
            "checks": _sorted(checks.table), "cleaning": cleaning.table.order_by("position").drop("position"),
            "gaps": gaps.order_by(ibis.desc(gaps.share), "position", "place").select(
                "table", "column", "missing", "total", "share"
            ),
        },
        Scope(rows.agg(rows_used=rows.rows.sum().fill_null(0)), "rows"), shared=(checks, columns, cleaning), caveats=CAVEATS,
        definitions=("as_of", "counted_order", "sale_line"),
    )


def _checks(shop: Shop) -> ir.Table:
    """A row per check: rows that break it, of how many, share, the share allowed, and whether it passed."""
    rows = union([result(source) for source in sources(shop)] or [_no_checks(shop)])
    share = rows.broken.cast("float64") / rows.total.cast("float64").nullif(0)
    allowed = ibis.cases(*((rows.check == name, constant(most)) for name, most in ALLOWED.items()), else_=constant(0))
    rows = rows.mutate(share=share, allowed=allowed)
    return rows.mutate(passed=(rows.share <= rows.allowed).fill_null(True))


def _no_checks(shop: Shop) -> ir.Table:
    days = shop.daily_sales
    empty = days.filter(ibis.literal(False))
    nothing = ibis.literal("")
    return empty.select(table=nothing, check=nothing, broken=ibis.literal(0, "int64"), total=ibis.literal(0, "int64"))


def _sorted(checks: ir.Table) -> ir.Table:
    """Failed checks first, those with the largest share before the others."""
    return checks.order_by("passed", ibis.desc(checks.share), "table", "check").select(
        "check", "table", "passed", "broken", "total", "share", "allowed"
    )


def _facts(checks: ir.Table) -> ir.Table:
    failed = (~checks.passed).sum().fill_null(0)
    one = checks.agg(checks=checks.count(), failed=failed, tables=checks.table.nunique())
    customers = checks.filter(checks.check == "lines_without_customer")
    duplicates = checks.filter(checks.check == "duplicate_lines")
    gaps = customers.agg(lines_without_customer=customers.broken.max(), lines_without_customer_share=customers.share.max())
    repeats = duplicates.agg(duplicate_lines=duplicates.broken.max(), duplicate_lines_share=duplicates.share.max())
    return one.mutate(passed=one.checks - one.failed).cross_join(gaps).cross_join(repeats)


def _worst(checks: ir.Table) -> ir.Table:
    """The failed check that the largest share of rows breaks; null where all passed."""
    failed = checks.filter(~checks.passed)
    place = ibis.row_number().over(order_by=[ibis.desc(failed.share), failed.table, failed.check])
    first = failed.mutate(place=place)
    first = first.filter(first.place == 0)
    return first.agg(
        worst_check=first.check.max(), worst_table=first.table.max(), worst_share=first.share.max(),
        worst_broken=first.broken.max(), worst_total=first.total.max(),
    )


def _cleaning(shop: Shop) -> ir.Table:
    """What the load did to rows, by rule; checks of the finished tables are made here again and left out."""
    report = shop.table("quality_report")
    rows = report.filter(report.rule.notin(sorted({*DATA_RULES, *_COUNTS})), report.rows > 0)
    share = rows.rows.cast("float64") / rows.total.cast("float64").nullif(0)
    return rows.select(
        rows.position, rule=rows.rule, table=rows.table_name, action=rows.action, row_count=rows.rows, total=rows.total,
        share=share,
    )


def _done(cleaning: ir.Table) -> ir.Table:
    """Rows repaired, set aside and not counted by the load, and the rules that did it."""
    figures: dict[str, ir.Value] = {"cleaning_rules": cleaning.count()}
    for action in ("repaired", "set_aside", "left_out"):
        here = cleaning.action == action
        figures |= {f"{action}_rows": cleaning.row_count.sum(where=here).fill_null(0), f"{action}_rules": here.sum().fill_null(0)}
    return cleaning.agg(**figures)


def _gaps(columns: ir.Table) -> ir.Table:
    return columns.agg(
        columns=columns.count(), columns_with_gaps=((columns.filled < columns.total) & (columns.filled > 0)).sum().fill_null(0),
        empty_columns=((columns.filled == 0) & (columns.total > 0)).sum().fill_null(0),
    )
