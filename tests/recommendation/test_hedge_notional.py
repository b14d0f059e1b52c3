"""Amounts to sell against an amount of currency: signs, volatilities by arithmetic, refusals."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

FitOne = Callable[..., hr.hedges.HedgeFit]


@pytest.mark.parametrize("notional", [1_000_000, -250_000.0, 1e-3])
def test_sell_is_ratio_times_notional(ewma_fit: hr.hedges.HedgeFit, notional: float) -> None:
    result = hr.hedge_notional(ewma_fit, notional)
    expected = {name: ewma_fit.next_ratio[name] * notional for name in ("gas", "coal")}
    assert result.sell.to_dict() == expected
    pd.testing.assert_series_equal(result.ratio, ewma_fit.next_ratio)
    assert (result.asset, result.as_of, result.notional) == ("oil", ewma_fit.last_date, notional)
    assert result.model == "MinimumVarianceHedge(EWMACovariance(decay=0.97))"


def test_a_short_position_flips_the_trades_and_nothing_else(ewma_fit: hr.hedges.HedgeFit) -> None:
    long = hr.hedge_notional(ewma_fit, 5e5)
    short = hr.hedge_notional(ewma_fit, -5e5)
    pd.testing.assert_series_equal(short.sell, -long.sell)
    pd.testing.assert_series_equal(short.ratio, long.ratio)
    for name in ("volatility_before", "volatility_after", "effectiveness"):
        assert getattr(short, name) == getattr(long, name) > 0
    assert "against oil worth 500,000, held long;" in long.sentence
    assert "against oil worth 500,000, held short;" in short.sentence
    assert long.sentence.startswith("Sell ")
    assert short.sentence.startswith("Buy ")


def test_expected_volatilities_of_two_hedges_by_arithmetic(ewma_fit: hr.hedges.HedgeFit) -> None:
    result = hr.hedge_notional(ewma_fit, -2e6)
    h = ewma_fit.next_covariance
    x = ewma_fit.next_ratio["gas"]
    y = ewma_fit.next_ratio["coal"]
    oil = h.loc["oil", "oil"]
    variance = oil + x**2 * h.loc["gas", "gas"] + y**2 * h.loc["coal", "coal"]
    cross = x * y * h.loc["gas", "coal"] - x * h.loc["oil", "gas"] - y * h.loc["oil", "coal"]
    variance += 2 * cross
    assert result.volatility_before == pytest.approx(2e6 * math.sqrt(oil), rel=1e-12)
    assert result.volatility_after == pytest.approx(2e6 * math.sqrt(variance), rel=1e-10)
    assert result.effectiveness == pytest.approx(1 - variance / oil, rel=1e-10)
    left = (result.volatility_after / result.volatility_before) ** 2
    assert result.effectiveness == pytest.approx(1 - left)


def test_a_minimum_variance_hedge_adds_no_volatility(
    ewma_fit: hr.hedges.HedgeFit, regime_fit: hr.hedges.HedgeFit, fit_one: FitOne
) -> None:
    for fit in (ewma_fit, regime_fit, fit_one(0.0), fit_one(1.0)):
        result = hr.hedge_notional(fit, 1e6)
        assert 0 < result.volatility_after <= result.volatility_before
        assert 0 <= result.effectiveness < 1


def test_after_extending_it_is_about_the_new_last_date(oil_returns: pd.DataFrame) -> None:
    asset = oil_returns["oil"]
    hedges = oil_returns[["gas", "coal"]]
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    first = model.fit(asset.iloc[:500], hedges.iloc[:500])
    extended = hr.hedge_notional(first.extend(asset.iloc[500:], hedges.iloc[500:]), 1e6)
    whole = hr.hedge_notional(model.fit(asset, hedges), 1e6)
    assert extended.as_of == whole.as_of == oil_returns.index[-1]
    np.testing.assert_allclose(extended.sell, whole.sell, rtol=1e-10)


def bill_fit() -> hr.hedges.HedgeFit:
    """Return the hedge of random returns with a bill that does not move."""
    rng = np.random.default_rng(0)
    dates = pd.bdate_range("2022-01-03", periods=500)
    asset = pd.Series(0.01 * rng.standard_normal(500), dates, name="A")
    bill = pd.DataFrame({"BILL": 1e-4 + 1e-9 * rng.standard_normal(500)}, dates)
    with pytest.warns(hr.errors.DataWarning, match="a ratio of at most 500"):
        return hr.OLSHedge().fit(asset, bill)


def test_a_hedge_that_stands_still_is_warned_of() -> None:
    result = hr.hedge_notional(bill_fit(), 1e6)
    opening = result.decision.partition("Buy")[0].partition("Sell")[0]
    assert opening.startswith("Warning: a hedge should need a ratio of at most 500")
    assert "removes nothing that can be distinguished from chance" in opening
    assert any("distinguished from chance" in one for one in result.reasons)


def test_ratios_have_at_most_four_digits() -> None:
    result = hr.hedge_notional(bill_fit(), 1e6)
    ends = result.decision.partition("(ratio ")[2].partition(")")[0]
    numbers = [one.strip(",-") for one in ends.split() if "," in one or one.isdigit()]
    assert len(numbers) == 3
    for number in numbers:
        assert len(number.replace(",", "").rstrip("0")) <= 4
        assert "." not in number


def test_a_useful_hedge_is_not_called_chance() -> None:
    rng = np.random.default_rng(1)
    dates = pd.bdate_range("2022-01-03", periods=500)
    hedge = pd.DataFrame({"F": 0.01 * rng.standard_normal(500)}, dates)
    asset = (0.3 * hedge["F"] + 0.01 * rng.standard_normal(500)).rename("A")
    result = hr.hedge_notional(hr.OLSHedge().fit(asset, hedge), 1e6)
    assert result.decision.startswith("Sell ")
    assert not any("chance" in one for one in result.reasons)


def test_fits_of_differences_are_refused() -> None:
    prices = hr.load("nasdaq_sp500").iloc[:300]
    for kind in ("simple", "log"):
        returns = hr.returns(prices, kind=kind)
        fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
        assert hr.hedge_notional(fit, 1e6).sell["SP500"] > 0
    returns = hr.returns(prices, kind="difference")
    fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    message = r"fitted on price differences.*hr.returns\(prices\), or use fit.next_ratio"
    with pytest.raises(hr.DataError, match=message):
        hr.hedge_notional(fit, 1e6)
    later = returns.set_axis(returns.index + pd.Timedelta(days=4000))
    with pytest.raises(hr.DataError, match="fitted on price differences"):
        hr.hedge_notional(fit.extend(later["NASDAQ"], later[["SP500"]]), 1e6)


@pytest.mark.parametrize(
    ("notional", "message"),
    [
        (0, "notional must not be zero"),
        (-0.0, "notional must not be zero"),
        (float("nan"), "notional must be a finite number, the value held.*; got nan"),
        (float("inf"), "notional must be a finite number.*; got inf"),
        (-float("inf"), "notional must be a finite number.*; got -inf"),
        ("1m", "notional must be a finite number.*; got '1m'. Pass for example 1_000_000"),
        (True, "notional must be a finite number.*; got True"),
        (None, "notional must be a finite number.*; got None"),
    ],
)
def test_bad_notionals_are_refused(
    ewma_fit: hr.hedges.HedgeFit, notional: Any, message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        hr.hedge_notional(ewma_fit, notional)


def test_a_model_that_is_not_fitted_is_refused() -> None:
    with pytest.raises(hr.DataError, match="fit must be a fitted hedge"):
        hr.hedge_notional(hr.OLSHedge(), 1)  # type: ignore[arg-type]


def test_the_best_model_of_a_notional_is_pointed_to(ewma_fit: hr.hedges.HedgeFit) -> None:
    call: Any = hr.hedge_notional
    with pytest.raises(TypeError, match=r"hr\.recommendation\.fit_best\(backtest, asset, hedges\)"):
        call(ewma_fit, 1e6, model="best")


def test_a_series_that_has_stopped_stands_before_the_amount() -> None:
    returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    asset = returns["asset"].copy()
    asset.iloc[-150:] = 0.0
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    with pytest.warns(hr.errors.DataWarning, match="halted or stale"):
        fit = model.fit(asset, returns[["hedge"]])
    opening = hr.hedge_notional(fit, 1e6).decision.partition("Sell")[0]
    assert opening.startswith("Warning: prices should be of their dates; 'asset' did not move on")


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_a_dead_asset_has_no_order_of_a_fraction_of_a_cent() -> None:
    returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    asset = returns["asset"].copy()
    asset.iloc[-150:] = 0.0
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(0.8)).fit(asset, returns[["hedge"]])
    assert 0.0 < abs(fit.next_ratio["hedge"]) < 1e-9
    hedge = hr.hedge_notional(fit, 1e6)
    assert "Hold no hedge (ratio 0.000" in hedge.decision
    assert hedge.orders.empty
    assert hedge.sell["hedge"] == 0.0
    assert "it looks halted or stale" in hedge.decision.partition("old no hedge")[0]
