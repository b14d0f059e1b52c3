"""Past targets: contracts for the last ratios at the prices of their day."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.past_targets import past_targets

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


@pytest.mark.parametrize("ratio", [1.0, 0.9])
def test_a_fixed_holding_at_spot_keeps_hedging(ratio: float) -> None:
    """Coins that are paid are kept."""
    rng = np.random.default_rng(3)
    price = 40_000 * np.cumprod(1 + 0.05 * rng.standard_normal(300))
    coins = 7.0
    contract = hr.InverseContract("PERP", 100)
    contracts = -ratio * coins * price[0] / 100
    values = []
    targets = []
    for before, after in pairwise(price):
        coins += float(contract.payoff(contracts, before, after))
        values.append(coins * after)
        targets.append(-ratio * coins * after / 100)
    if ratio == 1.0:
        # the dollar value is constant, and so is the number of contracts for the ratio
        np.testing.assert_allclose(values, 7.0 * price[0], rtol=1e-10)
        np.testing.assert_allclose(targets, contracts, rtol=1e-10)
    else:  # what is not hedged moves with the price, far less than the price does
        relative = np.std(price / price[0]) / np.mean(price / price[0])
        assert np.std(targets) / abs(contracts) < 0.12 * relative * 2


def test_price_moves_do_not_count_where_coins_are_paid(
    advise: Advise, market: hr.Market, table: pd.DataFrame
) -> None:
    own = advise({"COIN": 30.0}, ["PERP"])
    path = past_targets(own.problem, own.valuation, hr.Objective())[:, 0]
    spot = table["COIN"].to_numpy()[-251:-1]
    perp = table["PERP"].to_numpy()[-251:-1]
    ratio = own.problem.fit.next_ratio.iloc[0]
    expected = -ratio * 30.0 * spot * table["PERP"].iloc[-1] / (100 * perp)
    np.testing.assert_allclose(path, expected, rtol=1e-12)
    other = advise({"A": 30_000.0}, ["PERP"])  # coins paid hedge nothing of a share
    path = past_targets(other.problem, other.valuation, hr.Objective())[:, 0]
    ratio = other.problem.fit.next_ratio.iloc[0]
    expected = -ratio * 30_000.0 * table["A"].to_numpy()[-251:-1] / 100
    np.testing.assert_allclose(path, expected, rtol=1e-12)


def test_a_short_path_counts_as_constant(advise: Advise, market: hr.Market) -> None:
    found = advise(UNITS, ["F"])
    bar = market.table.iloc[-1]
    later = found.update(bar * 1.01, bar.name + pd.Timedelta(days=1))
    problem = later.problem
    fresh = hr.recommend(problem.fit, problem.position, problem.instruments, problem.market)
    weights = np.array([1.0, -problem.fit.next_ratio.iloc[0]])
    variance = weights @ problem.fit.next_covariance.to_numpy() @ weights
    hedged = np.sqrt(variance) * later.valuation.value
    constant = hr.trading.tracking_error_band(
        0.1 * hedged, float(later.valuation.covariance[1, 1]) ** 0.5, lot=1.0
    )
    assert fresh.summary.loc["F", "band"] == pytest.approx(constant, rel=1e-9)
