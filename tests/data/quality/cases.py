"""Clean and broken series for the checks of data."""

import numpy as np
import pandas as pd

import hedgeresearch as hr


def pair(n_dates=1000, seed=0, freq="B"):
    """Return the daily returns of an asset and of a hedge, correlated by 0.8."""
    rng = np.random.default_rng(seed)
    hedge = rng.standard_normal(n_dates) * 0.01
    asset = 0.8 * hedge + rng.standard_normal(n_dates) * 0.006
    dates = pd.date_range("2015-01-05", periods=n_dates, freq=freq)
    return pd.DataFrame({"asset": asset, "hedge": hedge}, dates)


def prices(n_dates=1000, seed=0):
    """Return prices of an asset and of a hedge."""
    return 100.0 * (1.0 + pair(n_dates, seed)).cumprod()


def kinds(data, kind=None):
    """Return the kinds of the problems of some data, the worst first."""
    return [problem.kind for problem in hr.check(data, kind).problems]
