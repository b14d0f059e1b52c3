"""The order of the reasons, and their numbers."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import money, quantity

Advise = Callable[..., hr.recommendation.Recommendation]
Jump = Callable[[float, float], hr.recommendation.Recommendation]


def test_warnings_come_first_then_trades_and_confidence(advise: Advise) -> None:
    found = advise({"A": 400_000.0}, ["F", "H"], margin=hr.Margin({"F": 2e5}, horizon=60))
    reasons = found.reasons
    warned = [text.startswith("Warning") for text in reasons]
    assert warned == sorted(warned, reverse=True)
    assert warned[0]
    others = [text for text in reasons if not text.startswith("Warning")]
    opens = "a new position opens at its target"
    for text, name in zip(others, ["F", "H"], strict=False):
        row = found.summary.loc[name]
        sold = f"{-row['new']:,.10g}"
        target = f"target {quantity(-row['target'])} short"
        reason = f"{target}; {opens}, no-trade band of ±{quantity(row['band'])}"
        ordered = found.orders.set_index("instrument").loc[name, "reason"]
        assert ordered.startswith(reason)
        assert text == f"{name}: sell {sold}, from nothing to {sold} short ({ordered})."
    ratio = found.summary.loc["F", "ratio"]
    assert others[2] == "H: no fee was given: costs are those of the half spread alone."
    assert others[4].startswith(f"The hedge ratio for F is {ratio:.3f} (95% interval")
    loss = money(found.tails.historical_value_at_risk * found.valuation.value)
    once = "In 1 of 100 past days the hedged position would have lost"
    assert f"{once} {loss} or more." in others


def test_a_position_limit_is_the_reason_of_a_trade(advise: Advise) -> None:
    limits = hr.Limits(contracts={"F": 40})
    found = advise({"A": 400_000.0}, ["F"], limits=limits, holdings={"F": -50})
    reason = "target 40 short; the position limit applies"
    assert f"F: buy 10, from 50 short to 40 short ({reason})." in found.reasons
    assert found.orders["reason"].tolist() == [reason]
    held = advise({"A": 400_000.0}, ["F"], limits=limits, holdings={"F": -40})
    assert f"F: no trade, hold 40 short ({reason})." in held.reasons


@pytest.fixture(scope="module")
def jump(table: pd.DataFrame, instruments: dict[str, Any]) -> Jump:
    """A recommendation for units of A whose price once jumped by a factor."""

    def jump(units: float, factor: float) -> hr.recommendation.Recommendation:
        prices = table.copy()
        prices.loc[prices.index[200] :, "A"] *= factor
        market = hr.Market(prices)
        position = hr.Position({"A": units})
        model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
        fit = model.fit(*market.returns(position, instruments["F"]))
        return hr.recommend(fit, position, instruments["F"], market)

    return jump


@pytest.mark.filterwarnings("ignore:no single date should decide")
def test_a_large_past_loss_is_a_warning(jump: Jump, table: pd.DataFrame) -> None:
    found = jump(400_000.0, 0.7)
    loss = -found.past.min() * found.valuation.value
    times = loss / found.volatility["as recommended"]
    date = table.index[200]
    assert found.past.idxmin() == date
    assert (
        f"Warning: on {date.date()} the hedged position, at its value of now, would have lost "
        f"{loss:,.0f}, "
        f"{times:.0f} times its expected volatility."
    ) in found.reasons


@pytest.mark.filterwarnings("ignore:(no single date should decide|rows should follow)")
@pytest.mark.parametrize("n_before", [174, 1])
def test_a_loss_over_missing_dates_is_not_of_a_day(
    table: pd.DataFrame, instruments: dict[str, Any], n_before: int
) -> None:
    """Also where one price alone is before the missing dates."""
    prices = table.iloc[174 - n_before :].copy()
    prices.loc[table.index[200] :, "A"] *= 0.7
    market = hr.Market(prices.drop(table.index[174:200]))
    position = hr.Position({"A": 400_000.0})
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    fit = model.fit(*market.returns(position, instruments["F"]))
    found = hr.recommend(fit, position, instruments["F"], market)
    lost = -found.past.min() * found.valuation.value
    date = table.index[200]
    n_days = (date - table.index[173]).days
    assert found.past.idxmin() == date
    assert (
        f"Over the {n_days} days to {date.date()}, of which prices are missing, the hedged "
        f"position would have lost {lost:,.0f}."
    ) in found.reasons
    assert not [text for text in found.reasons if "times its expected volatility" in text]


@pytest.mark.filterwarnings("ignore:no single date should decide")
@pytest.mark.parametrize("units", [400_000.0, -400_000.0])
def test_the_worst_date_of_a_short_position_is_a_rise(
    jump: Jump, table: pd.DataFrame, units: float
) -> None:
    found = jump(units, 1.4)
    prices = found.problem.market.table
    moved = prices["A"].pct_change() * units * prices["A"].iloc[-1]
    hedge = prices["F"].pct_change() * found.holdings["F"] * 50 * prices["F"].iloc[-1]
    profit = (moved + hedge).iloc[1:]
    losses = [text for text in found.reasons if "times its expected volatility" in text]
    if units > 0.0:
        assert losses == []
        return
    date = table.index[200]
    assert profit.idxmin() == date
    lost = f"at its value of now, would have lost {-profit.min():,.0f},"
    assert f"on {date.date()} the hedged position, {lost}" in losses[0]


@pytest.mark.parametrize("missed", [0.3, 0.11, 0.09, -0.09, -0.11])
def test_fat_tails_are_a_warning_where_the_normal_is_off(
    advise: Advise, monkeypatch: pytest.MonkeyPatch, missed: float
) -> None:
    found = advise({"A": 400_000.0}, ["F"])
    historical = found.tails.historical_value_at_risk
    fat = replace(
        found.tails,
        excess_kurtosis_interval=(0.2, 1.0),
        normal_value_at_risk=(1.0 - missed) * historical,
    )
    monkeypatch.setitem(found.assessment.__dict__, "tails", fat)
    # without a currency of the account an amount has none
    value = found.valuation.value
    sentence = fat.sentence_in(lambda share: f"{share * value:,.0f}", period="1 day")
    assert "value at risk over 1 day of " in sentence
    is_warning = f"Warning: {sentence}" in found.reasons
    assert is_warning == (abs(missed) > 0.1)
    assert is_warning or sentence in found.reasons


def test_what_is_wrong_in_the_data_is_the_first_reason(
    table: pd.DataFrame, instruments: dict[str, Any]
) -> None:
    halted = table.copy()
    halted.iloc[-80:, list(halted.columns).index("F")] = halted["F"].iloc[-80]
    market = hr.Market(halted)
    position = hr.Position({"A": 40_000.0})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.DataWarning)
        fit = hr.OLSHedge().fit(*market.returns(position, instruments["F"]))
    found = hr.recommend(fit, position, instruments["F"], market)
    assert found.reasons[0].startswith("Warning: ")
    assert "'F' did not move on 79 rows at the end" in found.reasons[0]
    notional = hr.hedge_notional(fit, 1e6)
    assert notional.reasons[0] == found.reasons[0]


def test_closes_are_no_warning_for_a_model_that_allows_for_them() -> None:
    rng = np.random.default_rng(0)
    hedge = 0.01 * rng.standard_normal(700)
    asset = 0.3 * hedge + 0.6 * np.roll(hedge, 1) + 0.004 * rng.standard_normal(700)
    dates = pd.bdate_range("2020-01-01", periods=700)
    returns = pd.DataFrame({"tokyo": asset, "newyork": hedge}, dates)
    late = "Warning: closes of asset and hedges should be simultaneous"
    models = {hr.OLSHedge(): True, hr.DimsonHedge(lags=1): False}
    models |= {hr.HorizonHedge(hr.OLSHedge(), 5): False, hr.HorizonHedge(hr.OLSHedge(), 2): True}
    models |= {hr.ConstrainedHedge(hr.DimsonHedge(lags=1), upper=9.0): False}
    for model, warned in models.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", hr.errors.DataWarning)
            fit = model.fit(returns["tokyo"], returns[["newyork"]])
        assert any(late in text for text in hr.hedge_notional(fit, 1e6).reasons) == warned


def test_a_hedge_that_fails_in_the_tail_is_a_warning(
    advise: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = advise({"A": 400_000.0}, ["F"])
    joint = found.tail_dependence
    assert joint is not None
    assert not joint.fails
    weak = replace(joint, coefficient=0.05, interval=(0.0, joint.gaussian - 0.1))
    monkeypatch.setitem(found.assessment.__dict__, "tail_dependence", weak)
    assert f"Warning: {weak.sentence}" in found.reasons


@pytest.mark.filterwarnings("ignore:no single date should decide")
def test_a_past_loss_is_compared_with_one_period(
    table: pd.DataFrame, instruments: dict[str, Any]
) -> None:
    """A loss of one day is not smaller for a hedge of 20 days."""
    prices = table.copy()
    prices.iloc[200:, prices.columns.get_loc("A")] *= 0.88
    market = hr.Market(prices)
    position = hr.Position({"A": 400_000.0})
    model = hr.HorizonHedge(hr.RollingOLSHedge(100), 20)
    fit = model.fit(*market.returns(position, instruments["F"]))
    found = hr.recommend(fit, position, instruments["F"], market)
    loss = -float((found.past * found.valuation.value).min())
    # the expected volatility of 20 days says nothing of one day where returns are autocorrelated
    times = loss / (float(found.past.std()) * abs(found.valuation.value))
    assert times > 5.0 > loss / found.volatility["as recommended"]
    text = f"{times:.0f} times its past volatility over 1 day."
    assert any(reason.endswith(text) for reason in found.reasons)
