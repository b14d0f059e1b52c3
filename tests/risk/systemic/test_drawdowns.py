"""Drawdowns and their dependence against loops, and its limits."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.risk import drawdown_dependence

N = 400
DAYS = pd.date_range("2020-01-01", periods=N, name="date")


def sample(correlation: float, seed: int = 0) -> tuple[pd.Series, pd.Series]:
    draws = np.random.default_rng(seed).standard_normal((N, 2))
    hedge = correlation * draws[:, 0] + (1.0 - correlation**2) ** 0.5 * draws[:, 1]
    return pd.Series(0.02 * draws[:, 0], DAYS), pd.Series(0.02 * hedge, DAYS)


def drawdowns_by_loop(returns: pd.Series) -> list[float]:
    level = 1.0
    highest = 1.0
    found = []
    for value in returns:
        level *= 1.0 + value
        highest = max(highest, level)
        found.append(1.0 - level / highest)
    return found


def test_numbers_are_those_of_loops() -> None:
    asset, hedge = sample(0.6)
    asset.iloc[0] = -0.4  # a loss from the first date on
    found = drawdown_dependence(asset, hedge, 0.1, n_bootstrap=100)
    own = drawdowns_by_loop(asset)
    other = drawdowns_by_loop(hedge)
    worst = sorted(range(N), key=lambda t: -own[t])[:40]
    others = sorted(range(N), key=lambda t: -other[t])[:40]
    assert found.n_worst == 40
    assert found.common == len(set(worst) & set(others)) / 40
    assert found.asset == pytest.approx(np.mean([own[t] for t in worst]))
    assert found.hedge == pytest.approx(np.mean([other[t] for t in worst]))
    assert 0.0 <= found.interval[0] <= found.interval[1] <= 1.0


def test_an_asset_shares_all_drawdowns_with_itself() -> None:
    asset, _ = sample(0.0)
    found = drawdown_dependence(asset, asset.rename("hedge"), n_bootstrap=100)
    assert (found.common, found.interval) == (1.0, (1.0, 1.0))
    assert found.asset == found.hedge


def test_closer_series_share_more_drawdowns() -> None:
    means = []
    for correlation in (0.0, 0.7, 0.99):
        found = [
            drawdown_dependence(*sample(correlation, seed), n_bootstrap=100).common
            for seed in range(12)
        ]
        means.append(np.mean(found))
    assert means[0] < means[1] < means[2]
    assert means[2] > 0.6


def test_series_that_are_rarely_down_are_refused() -> None:
    """Dates at a high are no drawdowns: they are not among the worst."""
    asset, hedge = sample(0.5)
    rising = 0.01 + 0.0 * asset
    few = rising.where(np.arange(N) % 20 > 0, -0.005)
    for one, name, n in ((rising + 1e-6 * hedge.abs(), "asset", 0), (few, "asset", 20)):
        with pytest.raises(DataError, match=f"the {name} must be below its high .* got {n}"):
            drawdown_dependence(one, hedge)
    with pytest.raises(DataError, match="the hedge must be below its high .* got 20"):
        drawdown_dependence(asset, few)
    # draws of dates with fewer than 16 of them share all that they have
    found = drawdown_dependence(few, few.rename("hedge"), 0.04, n_bootstrap=100)
    assert (found.common, found.interval) == (1.0, (1.0, 1.0))


def test_bad_input_is_refused() -> None:
    asset, hedge = sample(0.5)
    with pytest.raises(DataError, match="must be at least 10; got 4 of 400"):
        drawdown_dependence(asset, hedge, 0.01)
    with pytest.raises(DataError, match="returns must be -1 or more"):
        drawdown_dependence(asset.where(asset.index != DAYS[5], -1.5), hedge)
    with pytest.raises(DataError, match="share their dates"):
        drawdown_dependence(asset, hedge.iloc[1:])
