"""Returns that break estimators, by what is special about them."""

import numpy as np
import pandas as pd

import hedgeresearch as hr

N_DATES = 500
RNG = np.random.default_rng(3)
SIMULATED = hr.data.simulate_dcc(n_dates=N_DATES, alpha=0.1, beta=0.85, seed=8).returns
DATES = SIMULATED.index
WIDE = hr.data.simulate_dcc(n_dates=44, n_series=46, seed=1).returns
NOISE = RNG.standard_normal((N_DATES, 2))
HALF = slice(N_DATES // 2, None)


def panel(values):
    """Values under the dates and names of the simulated returns."""
    return pd.DataFrame(values, index=DATES, columns=SIMULATED.columns)


def with_values(rows, column, value):
    """Simulated returns with one value in some rows."""
    changed = SIMULATED.copy()
    changed.iloc[rows, column] = value
    return changed


def correlated(correlation):
    """Asset, and a hedge with this correlation."""
    own = 0.01 * np.sqrt(1 - correlation**2) * NOISE[:, 0]
    return SIMULATED.assign(hedge=correlation * SIMULATED["asset"] + own)


def integrated(alpha, beta):
    """Returns whose variances revert to their mean slowly or not at all."""
    shocks = NOISE @ np.array([[1.0, 0.6], [0.0, 0.8]])
    h = np.full(2, 1e-4)
    returns = np.empty((N_DATES, 2))
    for t in range(N_DATES):
        returns[t] = np.sqrt(h) * shocks[t]
        h = 1e-6 + alpha * returns[t] ** 2 + beta * h
    return panel(returns)


FITTED = {
    "a month of zeros": with_values(slice(200, 221), 0, 0.0),
    "zeros in the first half": with_values(slice(N_DATES // 2), 0, 0.0),
    "correlation 1 - 1e-8": correlated(1 - 1e-8),
    "correlation 1 - 1e-4": correlated(1 - 1e-4),
    "-40% on a day": with_values(300, 0, -0.4),
    "-40% on the first day": with_values(0, 0, -0.4),
    "-40% on the last day": with_values(-1, 0, -0.4),
    "1000 sigma": with_values(300, 0, 10.0),
    "nearly integrated": integrated(0.05, 0.9499),
    "integrated": integrated(0.05, 0.95),
    "white noise": panel(0.01 * NOISE),
    "tiny units": 1e-4 * SIMULATED,
    "units far apart": SIMULATED * [1e-6, 1e3],
    "huge means": SIMULATED + 100.0,
    "a trend": SIMULATED.add(np.linspace(0, 0.1, N_DATES), axis=0),
    "a random walk": panel(np.cumsum(0.01 * NOISE, axis=0)),
    "ticks": (400 * SIMULATED).round() / 400,
    "heavy tails": panel(0.01 * RNG.standard_t(2.1, (N_DATES, 2))),
}
INDEXED = {
    "a period index": SIMULATED.set_axis(pd.period_range("1950-01", periods=N_DATES, freq="M")),
    "an integer index": SIMULATED.set_axis(np.arange(N_DATES)),
    "a time zone": SIMULATED.tz_localize("Europe/Berlin"),
}
REFUSED = {
    "a constant series": (SIMULATED.assign(asset=0.01), "must vary; column 'asset' is constant"),
    "three rows": (SIMULATED.iloc[:3], r"must have at least \d+ rows.*got 3"),
    "few dates a parameter": (SIMULATED.iloc[:29], r"must have at least \d+ rows.*got 29"),
    "a gap": (with_values(7, 0, np.nan), "has a gap"),
    "perfect correlation": (
        SIMULATED.assign(hedge=-2 * SIMULATED["asset"]),
        "not be collinear; asset, hedge are",
    ),
    "correlation 1 - 1e-12": (correlated(1 - 1e-12), "not be collinear; asset, hedge are"),
    "a series twice": (
        SIMULATED.assign(again=SIMULATED["asset"]),
        "not be collinear; asset, again are",
    ),
}
