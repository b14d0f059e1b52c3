"""Pairs on which the study chooses its model: stocks, oil, clean energy, and simulated returns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.data.simulation import simulate_dcc, simulate_regimes
from hedgeresearch.datasets.loading import load
from hedgeresearch.reproductions.papers.cocca_clean_energy import read_returns as clean_energy
from hedgeresearch.reproductions.regime_study.pair import Market, Pair, pairs_of_each_two

STOCKS = Market("stock indices", "development", cost=1e-4)
OIL = Market("crude oil, monthly", "development", 2e-4, (120,), 12, "month")
CLEAN_ENERGY = Market("clean energy", "development", cost=3e-4)
SIMULATED = Market("simulated", "simulated", cost=1e-4)

N_DATES = 3000
N_SAMPLES = 3
"""Simulated samples of each process."""
CALM_RATIO = 0.95
RATIO_DIFFERENCES = (0.0, 0.2, 0.4)
"""Ratio of the calm regime less that of the turbulent one."""
TRANSITIONS = {
    0.70: ((0.90, 0.10), (0.20, 0.80)),
    0.93: ((0.98, 0.02), (0.05, 0.95)),
    0.98: ((0.994, 0.006), (0.014, 0.986)),
}
"""Transitions by their persistence, the second eigenvalue; 70 to 71 % of dates are calm."""


def development_pairs() -> list[Pair]:
    """Return the pairs of real data, 16 of them."""
    indices = returns_of(load("nasdaq_sp500"))
    oil = returns_of(load("brent_wti"))
    energy = clean_energy()
    return [
        *pairs_of_each_two(STOCKS, indices),
        *pairs_of_each_two(OIL, oil),
        *pairs_of_each_two(CLEAN_ENERGY, energy),
    ]


def simulated_pairs() -> list[Pair]:
    """Return three samples of each process: with regimes, with constant covariances, of a DCC."""
    pairs = []
    for sample in range(N_SAMPLES):
        for persistence, transition in TRANSITIONS.items():
            for difference in RATIO_DIFFERENCES:
                drawn = simulate_regimes(
                    N_DATES,
                    transition,
                    ratios=(CALM_RATIO, CALM_RATIO - difference),
                    seed=sample,
                )
                name = f"regimes, difference {difference}, persistence {persistence}, {sample}"
                pairs.append(Pair(name, SIMULATED, drawn.returns, drawn.hedge_ratio))
        dcc = simulate_dcc(N_DATES, seed=sample)
        pairs.append(Pair(f"DCC, {sample}", SIMULATED, dcc.returns, _first(dcc.hedge_ratio)))
        pairs.append(_constant(sample))
    return pairs


def _constant(sample: int) -> Pair:
    """Return independent normal returns of constant covariances."""
    drawn = simulate_regimes(
        N_DATES,
        ((1.0,),),
        ratios=(CALM_RATIO,),
        hedge_volatility=(0.01,),
        residual_volatility=(0.005,),
        seed=sample,
    )
    return Pair(f"constant, {sample}", SIMULATED, drawn.returns, drawn.hedge_ratio)


def _first(ratio: pd.Series[float] | pd.DataFrame) -> pd.Series[float]:
    """Return the ratio of the only hedge, (n_dates,)."""
    return pd.Series(np.asarray(ratio).reshape(len(ratio)), ratio.index)
