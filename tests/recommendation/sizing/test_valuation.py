"""Values of the position and of one contract, by the terms."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def test_contracts_are_valued_by_their_terms(advise: Advise, table: pd.DataFrame) -> None:
    now = table.iloc[-1]
    found = advise({"COIN": 30.0}, ["F", "G", "H", "PERP"]).valuation
    face = 100.0  # of the inverse contract, in dollars
    notionals = [50 * now["F"], 100 * now["G"] * now["FX"], 200 * 1.5 * now["H"], face]
    np.testing.assert_allclose(found.notionals, notionals, rtol=1e-12)
    np.testing.assert_array_equal(found.sizes, found.notionals)
    np.testing.assert_allclose(found.costs / notionals, [2e-4, 1e-4, 2e-4, 5e-4], rtol=1e-12)
    assert found.lots.tolist() == [1.0, 5.0, 1.0, 1.0]


@pytest.mark.parametrize("kind", ["simple", "difference"])
def test_the_covariance_is_that_of_profits(advise: Advise, kind: Any) -> None:
    found = advise({"A": 30_000.0, "B": -4_000.0}, ["F"], kind=kind)
    values = found.valuation
    prices = {asset: found.problem.market.price(asset) for asset in ("A", "B")}
    long = 30_000 * prices["A"]
    short = 4_000 * prices["B"]
    assert values.value == pytest.approx(long + short, rel=1e-12)
    assert values.net_value == pytest.approx(long - short, rel=1e-12)
    difference = kind == "difference"
    assert values.scale == (1.0 if difference else values.value)
    weights = np.array([values.scale, 50.0 if difference else values.notionals[0]])
    expected = found.problem.fit.next_covariance.to_numpy() * np.outer(weights, weights)
    np.testing.assert_allclose(values.covariance, expected, rtol=1e-12)


@pytest.mark.parametrize("wrap", [None, hr.ShrunkHedge, lambda m: hr.CombinedHedge({"m": m})])
def test_profits_per_period_of_a_longer_horizon(advise: Advise, wrap: Any) -> None:
    """Volatility, stress and bands of twenty days agree with those of one day."""
    long = hr.HorizonHedge(hr.OLSHedge(), 20)
    daily = advise({"A": 40_000.0}, ["F"], model=hr.OLSHedge())
    found = advise({"A": 40_000.0}, ["F"], model=long if wrap is None else wrap(long))
    own = found.problem.fit
    assert (own.horizon, daily.problem.fit.horizon) == (20, 1)
    value = daily.valuation.value
    of_data = found.assessment.past_returns.iloc[:, 0].std() * value
    unhedged = found.assessment.period_volatility["unhedged"]
    assert unhedged == pytest.approx(of_data, rel=0.3)
    assert found.volatility["unhedged"] == pytest.approx(unhedged * np.sqrt(20.0), rel=1e-12)
    twenty_days = np.sqrt(own.next_covariance.to_numpy()[0, 0]) * value
    assert found.volatility["unhedged"] == pytest.approx(twenty_days, rel=1e-12)
    assert found.stress.loc["volatility", "unhedged"] == pytest.approx(unhedged, rel=1e-12)
    widths = [one.assessment.plan.bands.half_widths[0] for one in (daily, found)]
    assert widths[0] / widths[1] == pytest.approx(1.0, rel=0.35)


@pytest.mark.parametrize("units", [10_000.0, -10_000.0])
def test_below_zero_a_price_is_one_of_its_size(units: float) -> None:
    """Changes of prices that end at -12 are those of prices that end at 12."""
    rng = np.random.default_rng(4)
    changes = 0.3 * rng.standard_normal((400, 1)) + [[0.0, 0.02]] * rng.standard_normal((400, 2))
    paths = changes.cumsum(axis=0)
    dates = pd.bdate_range("2020-01-01", periods=400)
    above = pd.DataFrame(paths - paths[-1] + [12.0, 12.5], dates, ["OIL", "F"])
    future = hr.LinearContract("F", 1000, lot=1, fee=1e-4, currency="USD")
    found = []
    for table in (above, above - [24.0, 25.0]):
        market = hr.Market(table, currency="USD")
        position = hr.Position({"OIL": units})
        fit = hr.OLSHedge().fit(*market.returns(position, future, "difference"))
        objective = hr.Objective(net=0.0)
        found.append(hr.recommend(fit, position, future, market, objective=objective))
    high, low = found
    assert np.sign(low.valuation.value) == np.sign(units)
    assert low.valuation.value == pytest.approx(high.valuation.value, rel=1e-9)
    assert low.plan.holdings.tolist() == high.plan.holdings.tolist()
    assert np.sign(low.plan.holdings[0]) == -np.sign(units)
    pd.testing.assert_frame_equal(low.stress, high.stress, rtol=1e-6)
    assert low.reasons == high.reasons
    # a fall costs a long position, and correlations of one leave little of a hedge in place
    assert low.stress.loc["jump -10%, hedges still", "unhedged"] * units < 0.0
    stressed = low.stress.loc["volatility, correlations 1"]
    assert stressed["hedged"] < 0.2 * stressed["unhedged"]
