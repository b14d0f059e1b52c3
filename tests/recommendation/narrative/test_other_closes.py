"""Closes at different times in words: the cause, and volatilities that are as if they were not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

AS_IF = "over the next business day, as if closes were simultaneous, falls from"
CAUSE = "Closes are not simultaneous: TOKYO follows CHICAGO by one date (correlation 0."


@pytest.fixture(scope="module")
def market() -> hr.Market:
    """Tokyo follows Chicago on the next date."""
    rng = np.random.default_rng(0)
    hedge = 0.01 * rng.standard_normal(800)
    asset = 0.2 * hedge + 0.8 * np.roll(hedge, 1) + 0.001 * rng.standard_normal(800)
    moves = pd.DataFrame({"TOKYO": asset, "CHICAGO": hedge})
    paths = 100.0 * np.cumprod(1.0 + moves)
    return hr.Market(paths.set_axis(pd.bdate_range("2020-01-01", periods=800)))


def advise(market: hr.Market, model: Any) -> hr.recommendation.Recommendation:
    position = hr.Position({"TOKYO": 10_000.0})
    future = hr.LinearContract("CHICAGO", 1, fee=0.0, half_spread=0.0)
    fit = model.fit(*market.returns(position, future))
    return hr.recommend(fit, position, future, market)


@pytest.mark.parametrize("model", [hr.DimsonHedge(), hr.HorizonHedge(hr.OLSHedge(), 5)])
def test_losses_of_single_periods_are_no_false_alarm(market: hr.Market, model: Any) -> None:
    found = advise(market, model)
    worst = -float(found.past.min())
    # far above what the covariance of synchronised returns implies, usual by the past itself
    expected = found.assessment.period_volatility["as recommended"] / found.valuation.value
    assert worst > 5.0 * expected
    assert worst < 5.0 * float(found.past.std())
    assert not any("would have lost" in text for text in found.reasons if "Warning" in text)
    assert any(text.startswith(CAUSE) for text in found.reasons)


def test_a_jump_is_compared_with_past_volatility(market: hr.Market) -> None:
    prices = market.table
    prices.iloc[400:, 0] *= 0.8
    found = advise(hr.Market(prices), hr.HorizonHedge(hr.OLSHedge(), 5))
    times = -float(found.past.min() / found.past.std())
    text = next(text for text in found.reasons if "would have lost" in text and "Warning" in text)
    assert text.endswith(f"{times:.2g} times its past volatility over 1 business day.")


def test_synchronised_volatility_is_called_so(market: hr.Market) -> None:
    dimson = advise(market, hr.DimsonHedge())
    assert AS_IF in dimson.decision
    fit = dimson.problem.fit
    notional = hr.hedge_notional(fit, 1_000_000)
    assert AS_IF in notional.decision
    assert any(text.startswith(CAUSE) for text in notional.reasons)
    longer = advise(market, hr.HorizonHedge(hr.OLSHedge(), 5))
    assert "over the next 5 business days falls from" in longer.decision


@pytest.mark.parametrize(("n_dates", "model"), [(60, "ols"), (101, "ols"), (60, "naive")])
def test_few_observations_are_a_reason(n_dates: int, model: str) -> None:
    returns = hr.data.simulate_dcc(n_dates=n_dates, seed=0).returns
    models: dict[str, Any] = {"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}
    prices = hr.Market(100.0 * (1.0 + returns).cumprod())
    position = hr.Position({"asset": 10_000.0})
    future = hr.LinearContract("hedge", 1, fee=0.0, half_spread=0.0)
    fit = models[model].fit(*prices.returns(position, future))
    is_few = model == "ols" and n_dates == 60
    said = f"The estimate is of {n_dates - 1} observations, which are few"
    for reasons in (
        hr.hedge_notional(fit, 1e6).reasons,
        hr.recommend(fit, position, future, prices).reasons,
    ):
        assert any(text.startswith(said) for text in reasons) == is_few
