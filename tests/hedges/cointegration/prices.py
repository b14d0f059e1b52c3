"""Simulated prices with and without a relation, shared by the tests of cointegration."""

import numpy as np
import pandas as pd


def dated(levels, names):
    """Return prices with these log levels on business days."""
    dates = pd.bdate_range("2001-01-01", periods=len(levels))
    return pd.DataFrame(100 * np.exp(levels), columns=names, index=dates)


def tied(n_dates, seed, persistence=0.8, n_hedges=1, common=0.0):
    """Return log prices of an asset that is 0.9 of each hedge plus a spread.

    The spread may contain the shocks of the first hedge.
    """
    steps = 0.01 * np.random.default_rng(seed).standard_normal((n_dates, 1 + n_hedges))
    hedges = steps[:, 1:].cumsum(axis=0)
    spread = np.zeros(n_dates)
    for t in range(1, n_dates):
        spread[t] = persistence * spread[t - 1] + steps[t, 0] + common * steps[t, 1]
    return np.column_stack([0.9 * hedges.sum(axis=1) + spread, hedges])


def random_walks(n_dates, seed, correlation=0.5):
    """Return levels of two random walks of unit variance with correlated steps, unrelated."""
    steps = np.random.default_rng(seed).standard_normal((n_dates, 2))
    steps[:, 0] = correlation * steps[:, 1] + np.sqrt(1 - correlation**2) * steps[:, 0]
    return steps.cumsum(axis=0)


def split(prices):
    """Return the asset, which is the first column, and the hedges."""
    return prices.iloc[:, 0], prices.iloc[:, 1:]


def fit_to(model, prices):
    """Fit a hedge to prices, the asset first."""
    return model.fit(*split(prices))
