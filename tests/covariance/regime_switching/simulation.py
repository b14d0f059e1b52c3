"""Returns whose correlation switches with a Markov chain."""

import numpy as np
import pandas as pd


def simulate_switching(n_dates, seed, n_series=2, correlations=(0.2, 0.8), stay=(0.98, 0.97)):
    """Returns with a GARCH variance each, whose correlation follows the regimes, and these."""
    rng = np.random.default_rng(seed)
    identity = np.eye(n_series)
    roots = [np.linalg.cholesky(np.where(identity == 1, 1.0, r)) for r in correlations]
    regime = 0
    h = np.ones(n_series)
    returns = np.empty((n_dates, n_series))
    regimes = np.empty(n_dates, int)
    for t in range(n_dates):
        e = np.sqrt(h) * (roots[regime] @ rng.standard_normal(n_series))
        returns[t] = 0.01 * e
        regimes[t] = regime
        h = 0.05 + 0.07 * e**2 + 0.88 * h
        regime = regime if rng.uniform() < stay[regime] else 1 - regime
    dates = pd.bdate_range("2000-01-03", periods=n_dates, name="date")
    return pd.DataFrame(returns, dates, [f"s{i}" for i in range(n_series)]), regimes
