"""Which factors go with better and worse scores, by how much, and how much of the scores they explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np

from analytics import statistics
from analytics.finding import Caveat, Filter, Finding, Fit, Scope, fit_key
from analytics.models import drivers as model
from analytics.overview.asked import asked, defaults_of, period_facts
from analytics.period import Period
from analytics.satisfaction.experience import FACTORS, Factor, Score, answers
from analytics.scorecard import Order, number_of
from analytics.semantics import rows_of, why_not_filter
from analytics.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from analytics.run import Engine

#: Answers that the regression is fitted on at most, and without which nothing is told apart from chance.
MOST_ANSWERS, FEWEST_ANSWERS = 20_000, 100
#: The scope of the factors' names.
_DRIVER = "driver."
#: Explained variance below which scores hang on other things than the factors.
_LITTLE = 0.05
_EFFECTS = ibis.schema({
    "factor": "string", "level": "string", "effect": "float64", "effect_low": "float64", "effect_high": "float64",
    "chance": "float64", "sample": "int64", "from_value": "float64", "to_value": "float64",
})
_MODEL = ibis.schema({"answers": "int64", "people": "int64", "mean_score": "float64", "r2": "float64"})
#: What customers gave is the outcome: bounds on it would leave nothing to explain.
_OUTCOMES = frozenset({"rating", "nps", "csat", "average_rating", "sentiment", "net_sentiment", "last_nps", "last_rating"})
CAVEATS = (
    Caveat("drivers_not_causes", "answers", ">=", FEWEST_ANSWERS), Caveat("drivers_explain_little", "explains_little"),
    Caveat("drivers_of_ratings", "csat_asked"), Caveat("drivers_outcome_filter", "outcome_filter"),
    Caveat("drivers_sampled", "sampled"),
)


def satisfaction_drivers(
    shop: Shop,
    *,
    metric: str | tuple[str, ...] | None = None,
    period: Period | None = None,
    filters: tuple[Filter, ...] = (),
    segment: tuple[str, ...] = (),
    order: Order | None = None,
    top_n: int | None = None,
) -> Finding:
    """Factors by their effect on the rating (1-5) or the NPS answer (0-10), and on the score of tickets, all others held equal.

    An effect is in points of that scale, with its 95 % interval: a level (a category, a source, a tier, yes) against all other
    answers, a figure's ninth decile against its first. A factor is named only where chance alone would make its effect less
    often than 5 %, after Bonferroni's factor for all that were looked at. Answers without a customer count as one each. An
    association is no cause. `r2` is the share of the scores' variance explained on answers that the fit did not see. With
    fewer than FEWEST_ANSWERS answers nothing is estimated. The scores of tickets (CSAT, 1-5) always stand beside: "satisfaction"
    may mean either. See analytics.models.drivers and satisfaction.experience.
    """
    asked_for = (metric,) if isinstance(metric, str) else metric or ()
    score: Score = "nps" if "nps" in asked_for else "average_rating"
    kept = tuple(item for item in filters if item.field not in _OUTCOMES)
    request = asked(shop, score, period or shop.period("last_12_months"), None, kept, segment)
    fit = _fit(shop, score, request.period, request.filters)
    # Conditions that tickets cannot meet, such as a product, leave no ticket to look at.
    able = all(why_not_filter("ticket_facts", item) is None for item in request.filters)
    service = _fit(shop, "csat", request.period, request.filters if able else (Filter("ticket_id", "=", None),))
    named, of_tickets = _named(fit), _named(service)
    beside = _facts(of_tickets, service.table("model"))
    facts = _facts(named, fit.table("model")).cross_join(beside.rename({f"service_{name}": name for name in beside.columns}))
    facts = facts.mutate(
        metric=ibis.literal(score), outcome_filter=ibis.literal(len(kept) < len(filters)),
        csat_asked=ibis.literal("csat" in asked_for and score != "nps"), **period_facts(request),
    )
    unit = "number" if score == "nps" else "rating"
    units = dict.fromkeys(("effect", "effect_low", "effect_high", "mean_score"), unit)
    units |= {f"{end}_{name}": unit for end in _ENDS for name in ("effect", "low", "high")}
    units |= {f"service_{end}_{name}": "rating" for end in _ENDS for name in ("effect", "low", "high")}
    return Finding(
        facts, {"effects": _table(named, order, top_n), "ticket_effects": _table(of_tickets, order, top_n)},
        _rows(shop, score, request.period, request.filters), fits=(fit, service), caveats=CAVEATS, units=units,
        defaults=defaults_of(request) | ({} if period else {"period": "last_12_months"}) | ({} if metric else {"metric": score}),
        definitions=(score, "csat", "driver_effect", "r2", "interval", "significance"),
    )


def _named(fit: Fit) -> ir.Table:
    """The effects with `is_real` and `group`: what a factor's level is called, a figure and a yes by the factor's own name."""
    effects = fit.table("effects")
    is_level = effects.level.notnull() & (effects.level != "yes")
    group = ibis.ifelse(is_level, effects.level, effects.factor.replace(_DRIVER, ""))
    real = statistics.is_real(effects.chance, effects.count().over(ibis.window()))
    return effects.mutate(group=group, is_real=real.fill_null(False))


def _rows(shop: Shop, score: Score, period: Period, filters: tuple[Filter, ...]) -> Scope:
    rows = rows_of(shop, "feedback_facts", period, filters)
    given = rows["nps" if score == "nps" else "rating"]
    return Scope(rows.agg(rows_used=given.count(), left_out_without_rating=number_of(given.isnull())), "feedback")


def _fit(shop: Shop, score: Score, period: Period, filters: tuple[Filter, ...]) -> Fit:
    def run(engine: Engine) -> Mapping[str, pd.DataFrame]:
        return _estimate(engine.frame(answers(shop, score, period, filters, MOST_ANSWERS)), score)

    key = fit_key(score, period.start, period.end, filters)
    return Fit("satisfaction_drivers", key, {"effects": _EFFECTS, "model": _MODEL}, run)


def _estimate(frame: pd.DataFrame, score: Score) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    given = frame["score"].to_numpy(dtype=np.float64)
    people = frame["customer_id"].fillna("?" + frame["answer_id"]).astype("string")
    clusters, names = pd.factorize(people, sort=True)
    size = len(given)
    one = {"answers": size, "people": len(names), "mean_score": float(given.mean()) if size else None, "r2": None}
    if size < FEWEST_ANSWERS:
        return {"effects": pd.DataFrame(columns=list(_EFFECTS)), "model": pd.DataFrame([one], columns=list(_MODEL))}
    known = [_factor(frame, factor) for factor in FACTORS[score]]
    found = model.drivers(given, known, clusters.astype(np.int64))
    logs = {factor.name for factor in FACTORS[score] if factor.on_log}
    effects = pd.DataFrame([_record(effect, effect.factor in logs) for effect in found.effects], columns=list(_EFFECTS))
    return {"effects": effects, "model": pd.DataFrame([one | {"r2": found.r2}], columns=list(_MODEL))}


def _factor(frame: pd.DataFrame, factor: Factor) -> model.Figure | model.Kind:
    column = frame[factor.name]
    if factor.is_level:
        return model.Kind(factor.name, [None if value is None or value != value else str(value) for value in column])
    return model.Figure(factor.name, column.to_numpy(dtype=np.float64, na_value=np.nan))


def _record(effect: model.Effect, on_log: bool) -> dict[str, Any]:
    def spoken(value: float | None) -> float | None:
        return value if value is None or not on_log else float(np.exp(value))

    return {
        "factor": f"{_DRIVER}{effect.factor}", "level": effect.level, "effect": effect.value, "effect_low": effect.lower,
        "effect_high": effect.upper, "chance": effect.chance, "sample": effect.rows, "from_value": spoken(effect.low),
        "to_value": spoken(effect.high),
    }


_ENDS = ("top", "lift", "drag")


def _facts(effects: ir.Table, one: ir.Table) -> ir.Table:
    """One row: the fit, how many factors are named, the strongest of them, and the strongest upwards and downwards."""
    real = effects.filter(effects.is_real)
    ranked = real.mutate(
        by_size=ibis.row_number().over(order_by=[real.effect.abs().desc(), real.factor, real.group]),
        by_lift=ibis.row_number().over(order_by=[real.effect.desc(), real.factor, real.group]),
        by_drag=ibis.row_number().over(order_by=[real.effect, real.factor, real.group]),
    )
    picks = {
        "top": ranked.by_size == 0, "lift": (ranked.by_lift == 0) & (ranked.effect > 0),
        "drag": (ranked.by_drag == 0) & (ranked.effect < 0),
    }
    columns = {
        "factor": "factor", "group": "group", "effect": "effect", "low": "effect_low",
        "high": "effect_high", "sample": "sample",
    }
    ends = ranked.agg(
        drivers=ranked.count(),
        **{f"{end}_{name}": ranked[column].max(where=where) for end, where in picks.items() for name, column in columns.items()},
    )
    looked = effects.agg(looked_at=effects.count())
    facts = one.cross_join(ends).cross_join(looked)
    return facts.mutate(
        estimated=facts.answers >= FEWEST_ANSWERS, explains_little=(facts.r2 < _LITTLE).fill_null(False),
        sampled=facts.answers >= MOST_ANSWERS, fewest=ibis.literal(FEWEST_ANSWERS),
    )


def _table(effects: ir.Table, order: Order | None, top_n: int | None) -> ir.Table:
    """Named factors first, the strongest first; "lowest" puts what pulls down first."""
    size = effects.effect if order == "lowest" else effects.effect.abs().desc()
    ranked = effects.order_by(~effects.is_real, size, effects.factor, effects.group)
    ranked = ranked.limit(top_n) if top_n else ranked
    return ranked.select(
        "factor", "group", "effect", "effect_low", "effect_high", "is_real", "sample", "from_value", "to_value"
    )
