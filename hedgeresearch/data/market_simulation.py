"""Simulated stocks and index futures whose conditional covariance is known on every date."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.data.simulation import simulate_dcc
from hedgeresearch.typing import Array

BETA_PERSISTENCE = 0.985
"""Autocorrelation of the betas from one day to the next."""
BETA_DEVIATIONS = (0.0, 0.15, 0.3)
"""Standard deviations of the betas over time: a third of the stocks has each."""
FUTURES_CORRELATION = 0.7
STOCK_SCALE = 0.012
"""Volatility of the part of a stock's daily return that no future explains, on average."""
VARIANCE_NEWS = 0.06
VARIANCE_MEMORY = 0.92


@exported_by("hedgeresearch.data")
@dataclass(frozen=True, eq=False)
class SimulatedMarket:
    """Simulated returns of stocks and futures, fractions per day, with the true hedge ratios.

    Attributes
    ----------
    stocks : DataFrame (n_dates, n_stocks)
    futures : DataFrame (n_dates, n_futures)
    hedge_ratio : array (n_dates, n_stocks, n_futures)
        Minimum-variance ratio of each stock on each future alone, given the betas of the date and
        the returns before it.
    beta_deviation : Series (n_stocks,)
        Standard deviation of the betas of each stock over time; 0 for a constant beta.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.data.simulate_market(n_dates=100, n_stocks=3, n_futures=2)
    >>> market.stocks.shape, market.futures.shape
    ((100, 3), (100, 2))
    """

    stocks: pd.DataFrame
    futures: pd.DataFrame
    hedge_ratio: Array = field(repr=False)
    beta_deviation: pd.Series = field(repr=False)

    def __repr__(self) -> str:
        n_dates, n_stocks = self.stocks.shape
        return (
            f"SimulatedMarket({n_stocks} stocks, {self.futures.shape[1]} futures, {n_dates} dates)"
        )


@exported_by("hedgeresearch.data")
def simulate_market(
    n_dates: int = 3500, n_stocks: int = 500, n_futures: int = 4, seed: int = 0
) -> SimulatedMarket:
    """Simulate stocks whose betas to several index futures wander, or stay as they are.

    The futures follow a DCC-GARCH(1,1). A stock is its betas times the futures plus an own
    GARCH(1,1) part; its betas are first-order autoregressions that are known one day ahead, and
    are constant for every third stock. With B the betas and H the covariance of the futures, the
    covariance of a stock with future j is (B H)_j, and its ratio (B H)_j / H_jj.

    Parameters
    ----------
    n_dates : int
        Number of business days, from 2000-01-03.
    n_stocks, n_futures : int
        Two futures or more.
    seed : int
        The same seed gives the same bytes.

    Examples
    --------
    >>> market = simulate_market(n_dates=250, n_stocks=6, n_futures=2)
    >>> market
    SimulatedMarket(6 stocks, 2 futures, 250 dates)
    >>> market.hedge_ratio.shape
    (250, 6, 2)
    """
    check_at_least(n_stocks, "n_stocks", 1)
    check_at_least(n_futures, "n_futures", 2)
    names = [f"future {j + 1}" for j in range(n_futures)]
    futures = simulate_dcc(
        n_dates,
        a=0.04,
        b=0.94,
        correlation=FUTURES_CORRELATION,
        n_series=n_futures,
        names=names,
        seed=seed,
    )
    rng = np.random.default_rng([seed, 1])
    deviation = np.resize(BETA_DEVIATIONS, n_stocks)
    values = np.empty((n_dates, n_stocks))
    ratio = np.empty((n_dates, n_stocks, n_futures))
    own_variances = np.diagonal(futures.covariance, axis1=1, axis2=2)
    own_parts = _garch_paths(rng.standard_normal((n_dates, n_stocks)))
    for stock in range(n_stocks):
        betas = _betas(rng, n_dates, n_futures, deviation[stock])
        explained = np.einsum("tj,tj->t", betas, futures.returns.to_numpy())
        values[:, stock] = explained + STOCK_SCALE * own_parts[:, stock]
        ratio[:, stock] = np.einsum("ti,tij->tj", betas, futures.covariance) / own_variances
    stocks = [f"stock {i + 1}" for i in range(n_stocks)]
    table = pd.DataFrame(values, futures.returns.index, stocks)
    table.attrs = {"simulated": True, "title": f"simulated stocks, seed {seed}"}
    return SimulatedMarket(table, futures.returns, ratio, pd.Series(deviation, stocks))


def _betas(rng: np.random.Generator, n_dates: int, n_futures: int, deviation: float) -> Array:
    """Return the betas of one stock to every future, (n_dates, n_futures)."""
    level = rng.uniform(0.1, 0.5, n_futures)
    shocks = rng.standard_normal((n_dates, n_futures))
    shocks[1:] *= np.sqrt(1.0 - BETA_PERSISTENCE**2)
    away = np.zeros(n_futures)
    path = np.empty((n_dates, n_futures))
    for t in range(n_dates):
        away = BETA_PERSISTENCE * away + shocks[t]
        path[t] = away
    return np.asarray(level + deviation * path)


def _garch_paths(noise: Array) -> Array:
    """Return GARCH(1,1) series of unit variance with this noise, (n_dates, n_series)."""
    variance = np.ones(noise.shape[1])
    values = np.empty_like(noise)
    for t, shocks in enumerate(noise):
        values[t] = np.sqrt(variance) * shocks
        constant = 1.0 - VARIANCE_NEWS - VARIANCE_MEMORY
        variance = constant + VARIANCE_NEWS * values[t] ** 2 + VARIANCE_MEMORY * variance
    return values
