"""How many tickets will come: the forecast of analytics.prediction on tickets, and nothing where there is too little past."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analytics.finding import CannotAnswer, Filter, Fit
from analytics.overview.asked import day
from analytics.period import Grain, Period
from analytics.prediction import sales_forecast
from analytics.prediction.fitting import HEADLINE, LEVEL, POINTS, ROWS
from analytics.prediction.span import span_of
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

#: Days ahead unless a horizon is asked for: the next calendar month.
USUAL_DAYS = 30
_SCHEMAS = {"headline": HEADLINE, "points": POINTS, "rows": ROWS}


@dataclass(frozen=True)
class TicketOutlook:
    """Facts (one row; null where there is no forecast), past and future to be drawn, the back-test, and the fit behind them."""

    facts: ir.Table
    points: ir.Table
    groups: ir.Table
    backtest: ir.Table
    fits: tuple[Fit, ...]


def ticket_outlook(
    shop: Shop, horizon: int | None, grain: Grain | None, dimension: tuple[str, ...], filters: tuple[Filter, ...],
    top_n: int | None,
) -> TicketOutlook:
    """Tickets over the next `horizon` days (the next month unless given) with an 80 % interval and its back-test.

    Where a horizon is asked for, too little history raises CannotAnswer; else the forecast is left out.
    """
    days = horizon or USUAL_DAYS
    window: Period | None = None
    try:
        found = sales_forecast(
            shop, metric="tickets", horizon=days, grain=grain, dimension=dimension, filters=filters, top_n=top_n
        )
        fit, window = found.fits[0], span_of(shop, None, days, grain).window
        fit = fit if horizon else replace(fit, name="ticket_forecast", fit=_or_nothing(fit))
    except CannotAnswer as refusal:
        if horizon is not None or refusal.code != "too_little_history":
            raise
        fit = Fit("ticket_forecast", "none", _SCHEMAS, _empty)
    headline = fit.table("headline")
    facts = _facts(headline).mutate(
        window_start=day(window.start if window else None), window_end=day(window.last if window else None),
        one_month=ibis.literal(window is not None and window.grain == "month" and window.count == 1),
        level=ibis.literal(LEVEL / 100),
    )
    return TicketOutlook(facts, _points(fit.table("points")), _groups(headline), _backtest(headline), (fit,))


def _empty(engine: Engine) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    return {name: pd.DataFrame(columns=list(schema)) for name, schema in _SCHEMAS.items()}


def _or_nothing(fit: Fit) -> Callable[[Engine], Mapping[str, pd.DataFrame]]:
    """The fit, with empty tables where there is too little history."""

    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        try:
            return fit.fit(engine)
        except CannotAnswer as refusal:
            if refusal.code != "too_little_history":
                raise
            return _empty(engine)

    return run


def _facts(headline: ir.Table) -> ir.Table:
    """One row with the forecast of all tickets and its back-test; null where there is none."""
    total = headline.filter(headline.is_total)
    figures = {f"forecast_{name}": total[name].max() for name in ("value", "low", "high", "previous")}
    told = ("year_before", "smape", "naive_smape", "coverage", "origins", "checked", "method")
    tests = {name: total[name].max() for name in told}
    one = total.agg(**figures, **tests, mase_=total.mase.max(), naive_mase_=total.naive_mase.max())
    better = (one.mase_ < one.naive_mase_).fill_null(True)
    return one.mutate(
        has_forecast=one.forecast_value.notnull(), no_better=one.forecast_value.notnull() & ~better, unchecked=one.checked == 0
    ).drop("mase_", "naive_mase_")


def _points(points: ir.Table) -> ir.Table:
    total = points.filter(points.is_total).order_by("bucket")
    return total.select("bucket", tickets=total.value, low=total.low, high=total.high, group=total.series)


def _groups(headline: ir.Table) -> ir.Table:
    parts = headline.filter(~headline.is_total)
    ordered = parts.order_by(parts.is_others, parts.value.desc(), parts.position)
    return ordered.select("group", forecast_value=ordered.value, forecast_low=ordered.low, forecast_high=ordered.high)


def _backtest(headline: ir.Table) -> ir.Table:
    total = headline.filter(headline.is_total)
    return total.select("method", "origins", "smape", "naive_smape", "mase", "naive_mase", "coverage")
