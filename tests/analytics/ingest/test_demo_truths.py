"""What was planted in the demo company is really there: each truth is measured by plain pandas, without our analyses."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.ingest.demo import Planted, generate, planted, season, truths

Frames = dict[str, pd.DataFrame]
END = pd.Timestamp(truths.END) + pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return generate()


@pytest.fixture(scope="module")
def who() -> Planted:
    return planted()


@pytest.fixture(scope="module")
def sold(frames: Frames) -> pd.DataFrame:
    """Completed orders with their revenue."""
    lines = frames["order_lines"]
    gross = (lines["quantity"] * lines["unit_price"]).groupby(lines["order_id"]).sum()
    orders = frames["orders"][frames["orders"]["status"] == "completed"]
    return orders.assign(revenue=orders["order_id"].map(gross) - orders["discount"])


def uplift(frames: Frames, name: str) -> tuple[float, float, float]:
    """Difference in conversion, treated minus control, with its 95 % interval (Wald)."""
    code = frames["campaigns"].set_index("name").loc[name, "campaign_id"]
    touches = frames["campaign_touches"][frames["campaign_touches"]["campaign_id"] == code]
    rates = touches["converted_at"].notna().groupby(touches["variant"]).agg(["mean", "count"])
    spread = math.sqrt(sum(row["mean"] * (1 - row["mean"]) / row["count"] for _, row in rates.iterrows()))
    difference = rates.loc["treated", "mean"] - rates.loc["control", "mean"]
    return difference, difference - 1.96 * spread, difference + 1.96 * spread


def test_the_spring_campaign_works_and_the_interval_of_its_uplift_excludes_none(frames):
    difference, low, _ = uplift(frames, truths.SPRING.name)
    assert truths.SPRING.uplift[0] < difference < truths.SPRING.uplift[1]
    assert low > 0


def test_the_coffee_offer_does_nothing_and_the_interval_of_its_uplift_includes_none(frames):
    difference, low, high = uplift(frames, truths.COFFEE.name)
    assert truths.COFFEE.uplift[0] < difference < truths.COFFEE.uplift[1]
    assert low < 0 < high


def test_a_conversion_is_the_first_completed_order_in_the_weeks_of_the_campaign(frames, sold):
    touches = frames["campaign_touches"].merge(frames["campaigns"], on="campaign_id")
    touches = touches[touches["name"] == truths.SPRING.name]
    day = sold["ordered_at"].dt.normalize()
    opening = touches["starts_on"].iloc[0] + pd.Timedelta(hours=10)
    inside = sold[(sold["ordered_at"] > opening) & (day <= touches["ends_on"].iloc[0])]
    expected = touches["customer_id"].map(inside.groupby("customer_id")["ordered_at"].min())
    assert touches["converted_at"].equals(expected.rename("converted_at").astype(touches["converted_at"].dtype))


def test_a_control_is_never_opened_and_only_those_who_consented_are_touched(frames):
    touches = frames["campaign_touches"]
    assert touches.loc[touches["variant"] == "control", ["opened_at", "clicked_at"]].isna().all(axis=None)
    consent = frames["customers"].set_index("customer_id")["marketing_consent"]
    assert touches["customer_id"].map(consent).all()


def test_the_pair_is_bought_together_far_more_often_than_by_chance(frames):
    lines = frames["order_lines"][frames["order_lines"]["quantity"] > 0]
    code = frames["products"].set_index("name")["product_id"]
    baskets = {name: set(lines.loc[lines["product_id"] == code[name], "order_id"]) for name in (truths.PAIR.first, truths.PAIR.second)}
    first, second = baskets.values()
    both, every = len(first & second), lines["order_id"].nunique()
    assert both / len(first) == pytest.approx(truths.PAIR.probability, abs=0.06)
    assert both * every / (len(first) * len(second)) > truths.PAIR.lift


def test_the_price_cut_lowers_every_price_in_its_region_in_its_month_and_nowhere_else(frames):
    period = truths.PRICE_CUT.period(truths.END)
    sales = frames["order_lines"][frames["order_lines"]["quantity"] > 0].merge(frames["orders"], on="order_id")
    year = sales[sales["ordered_at"].dt.year == period.start.year]
    there = year["region"] == truths.PRICE_CUT.region
    then = (year["ordered_at"] >= pd.Timestamp(period.start)) & (year["ordered_at"] < pd.Timestamp(period.end))
    usual = year[~(there & then)].groupby("product_id")["unit_price"]
    assert (usual.min() == usual.max()).all()
    cut = year[there & then]
    assert (cut["unit_price"] / cut["product_id"].map(usual.min())).to_numpy() == pytest.approx(truths.PRICE_CUT.factor, abs=0.002)


def test_the_price_cut_moves_the_revenue_of_its_region_against_all_others(sold):
    period = truths.PRICE_CUT.period(truths.END)
    month = sold["ordered_at"].dt.to_period("M")
    there = sold["region"] == truths.PRICE_CUT.region
    may = pd.Period(period.start, "M")

    def change(chosen: pd.Series) -> float:
        """Revenue of the month against the mean of the months before and after."""
        revenue = sold[chosen].groupby(month[chosen])["revenue"].sum()
        return float(revenue[may] / ((revenue[may - 1] + revenue[may + 1]) / 2))

    assert change(there) < 0.8
    assert 0.9 < change(~there) < 1.2
    drop = sold[month == may].groupby("region")["revenue"].sum() - sold[month == may - 1].groupby("region")["revenue"].sum()
    assert drop.idxmin() == truths.PRICE_CUT.region
    assert drop.sum() < 0


@pytest.mark.parametrize(("table", "time"), [("feedback", "created_at"), ("tickets", "opened_at")])
def test_the_courier_is_named_far_more_often_in_the_last_six_weeks(frames, table, time):
    texts = frames[table][frames[table]["text"].notna()]
    named = texts["text"].str.contains(f"{truths.COURIER.courier}|{truths.COURIER.courier_zh}")
    recent = texts[time] >= pd.Timestamp(truths.COURIER.period(truths.END).start)
    before, after = named[~recent], named[recent]
    pooled = named.mean()
    z = (after.mean() - before.mean()) / math.sqrt(pooled * (1 - pooled) * (1 / len(before) + 1 / len(after)))
    assert after.mean() > 2.5 * before.mean()
    assert z > 4


def test_the_courier_problem_is_told_in_both_languages_and_lowers_ratings(frames):
    feedback = frames["feedback"]
    recent = feedback["created_at"] >= pd.Timestamp(truths.COURIER.period(truths.END).start)
    for name in (truths.COURIER.courier, truths.COURIER.courier_zh):
        assert feedback.loc[recent, "text"].str.contains(name, na=False).sum() >= 8, name
    assert feedback.loc[recent, "rating"].mean() < feedback.loc[~recent, "rating"].mean() - 0.25


def test_champions_are_the_most_frequent_recent_and_content(frames, sold, who):
    known = sold.dropna(subset=["customer_id"])
    year = known[known["ordered_at"] >= END - pd.Timedelta(days=365)]
    orders = year.groupby("customer_id").size().reindex(frames["customers"]["customer_id"], fill_value=0)
    days = (END - known.groupby("customer_id")["ordered_at"].max()).dt.days
    champion = orders.index.isin(who.champions)
    assert 100 < champion.sum() < 300
    assert np.median(orders[champion]) >= 9
    assert orders[~champion].quantile(0.9) < np.median(orders[champion])
    assert days.reindex(list(who.champions)).median() < 40
    assert truths.GOOD_CUSTOMER in who.champions
    assert truths.ANA_RUIZ in who.champions


def test_lapsing_regulars_bought_like_champions_and_then_faded_after_late_deliveries_and_bad_ratings(frames, sold, who):
    mine = sold[sold["customer_id"].isin(who.lapsing)]
    span = pd.Timedelta(days=75)
    latest = (mine["ordered_at"] >= END - span).sum() / len(who.lapsing) / 75 * 365
    start = END - pd.Timedelta(days=575)
    earlier = ((mine["ordered_at"] >= start) & (mine["ordered_at"] < start + pd.Timedelta(days=365))).sum() / len(who.lapsing)
    assert 100 < len(who.lapsing) < 300
    assert earlier > 7
    assert latest < 0.35 * earlier
    feedback = frames["feedback"]
    late = feedback["created_at"] >= END - pd.Timedelta(days=250)
    theirs = feedback.loc[late & feedback["customer_id"].isin(who.lapsing), "rating"].mean()
    others = feedback.loc[late & ~feedback["customer_id"].isin(who.lapsing), "rating"].mean()
    assert theirs < others - truths.LAPSING.rating_drop / 2


@pytest.mark.parametrize("days", [90, 180])
def test_churn_can_be_learned_from_recency_and_frequency_but_not_perfectly(sold, days):
    linear_model = pytest.importorskip("sklearn.linear_model")
    metrics = pytest.importorskip("sklearn.metrics")
    cut = END - timedelta(days=days)
    known = sold.dropna(subset=["customer_id"])
    past = known[known["ordered_at"] < cut].groupby("customer_id")["ordered_at"].agg(["min", "max", "count"])
    features = np.column_stack([np.log1p((cut - past["max"]).dt.days), np.log(past["count"]), np.log1p((cut - past["min"]).dt.days)])
    gone = ~past.index.isin(known.loc[known["ordered_at"] >= cut, "customer_id"])
    half = np.arange(len(past)) % 2 == 0
    model = linear_model.LogisticRegression(max_iter=1_000).fit(features[half], gone[half])
    auc = metrics.roc_auc_score(gone[~half], model.predict_proba(features[~half])[:, 1])
    assert 0.75 < auc < 0.95


def test_late_payers_pay_late_and_others_do_not(frames, who):
    invoices = frames["invoices"]
    due = invoices[invoices["due_on"] < pd.Timestamp(truths.END)]
    late = due["paid_on"].isna() | (due["paid_on"] > due["due_on"])
    slow = due["customer_id"].isin(who.late_payers)
    assert late[slow].mean() == pytest.approx(truths.LATE_PAYERS.late, abs=0.06)
    assert late[~slow].mean() == pytest.approx(truths.LATE_PAYERS.usual_late, abs=0.03)
    business = frames["customers"]["credit_limit"].notna().sum()
    assert len(who.late_payers) / business == pytest.approx(truths.LATE_PAYERS.share, abs=0.05)
    overdue = due[due["paid_on"].isna()]
    assert len(overdue) > 30


def test_one_product_is_overstocked_one_runs_out_and_the_rest_is_planned(frames, sold):
    recent = sold[sold["ordered_at"] >= END - pd.Timedelta(days=91)]
    units = frames["order_lines"].merge(recent[["order_id"]], on="order_id").groupby("product_id")["quantity"].sum()
    products = frames["products"].set_index("name")
    cover = products["stock_on_hand"] / (products["product_id"].map(units) / 91)
    assert cover.idxmax() == truths.OVERSTOCKED.product
    assert cover.idxmin() == truths.UNDERSTOCKED.product
    assert cover.max() == pytest.approx(truths.OVERSTOCKED.cover_days, rel=0.02)
    assert cover.min() < truths.UNDERSTOCKED.cover_days + 1
    assert cover.sort_values().iloc[1:-1].between(25, 125).all()


def test_one_product_comes_back_far_more_often_than_any_other(frames):
    lines = frames["order_lines"][frames["order_lines"]["quantity"] > 0].merge(frames["orders"], on="order_id")
    names = frames["products"].set_index("product_id")["name"]
    rate = (lines["status"] == "returned").groupby(lines["product_id"].map(names)).mean().sort_values()
    assert rate.index[-1] == truths.OFTEN_RETURNED.product
    assert rate.iloc[-1] == pytest.approx(truths.OFTEN_RETURNED.rate, abs=0.05)
    assert rate.iloc[-2] < rate.iloc[-1] - 0.04


def daily(sold: pd.DataFrame, country: str) -> pd.Series:
    days = pd.date_range(truths.first_day(truths.END), truths.END)
    mine = sold[sold["country"] == country]
    return mine.groupby(mine["ordered_at"].dt.normalize()).size().reindex(days, fill_value=0)


def over_months(series: pd.Series, year: int) -> float:
    """The mean of the quiet months of that year: what an ordinary day is."""
    quiet = series[(series.index.year == year) & series.index.month.isin([4, 5, 7, 8, 9])]
    return float(quiet.mean())


@pytest.mark.parametrize("year", [2024, 2025])
def test_black_friday_the_christmas_run_up_and_singles_day_are_peaks(sold, year):
    occasions = season.occasions(year)
    west, east = daily(sold, "United Kingdom"), daily(sold, "China")
    run_up = west[pd.Timestamp(year, 12, 1):pd.Timestamp(year, 12, 22)].mean()
    assert west[pd.Timestamp(occasions.black_friday)] > 1.8 * over_months(west, year)
    assert run_up > 1.25 * over_months(west, year)
    assert east[pd.Timestamp(occasions.singles_day)] > 2 * over_months(east, year)


@pytest.mark.parametrize("year", [2025, 2026])
def test_china_buys_before_its_new_year_and_rests_during_it(sold, year):
    new_year = pd.Timestamp(season.occasions(year).new_year)
    east = daily(sold, "China")
    before = east[new_year - pd.Timedelta(days=24):new_year - pd.Timedelta(days=3)].mean()
    during = east[new_year - pd.Timedelta(days=1):new_year + pd.Timedelta(days=6)].mean()
    assert before > 1.6 * during


def test_holidays_fall_on_their_real_days():
    assert season.occasions(2026).new_year.isoformat() in ("2026-02-16", "2026-02-17")
    assert season.occasions(2025).black_friday.isoformat() == "2025-11-28"
    assert season.occasions(2025).good_friday.isoformat() == "2025-04-18"
    assert season.occasions(2024).mid_autumn.isoformat() in ("2024-09-16", "2024-09-17")


@pytest.mark.parametrize(("category", "month"), [("toys", truths.TOYS_PEAK_MONTH), ("garden", truths.GARDEN_PEAK_MONTH)])
def test_toys_peak_before_christmas_and_garden_in_spring(frames, sold, category, month):
    lines = frames["order_lines"].merge(sold[["order_id", "ordered_at"]], on="order_id").merge(frames["products"], on="product_id")
    years = lines[lines["ordered_at"].dt.year.isin([2024, 2025])]
    share = (years["category"] == category).groupby(years["ordered_at"].dt.month).mean()
    assert share.idxmax() == month
    assert share[month] > 1.35 * share.mean()


def test_ratings_and_nps_follow_the_same_experience(frames):
    both = frames["feedback"].dropna(subset=["rating", "nps"])
    assert np.corrcoef(both["rating"].astype(float), both["nps"].astype(float))[0, 1] > 0.7


def test_members_of_higher_tiers_bring_more(frames, sold):
    tier = frames["customers"].set_index("customer_id")["loyalty_tier"]
    spent = sold.groupby("customer_id")["revenue"].sum()
    mean = spent.groupby(spent.index.map(tier)).mean()
    assert mean["platinum"] > mean["gold"] > mean["silver"] > mean["bronze"]
