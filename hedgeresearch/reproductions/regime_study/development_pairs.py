"""Pairs on which the study chooses its model: stocks, oil, clean energy, and simulated returns."""

from __future__ import annotations

from itertools import product

import numpy as np

from hedgeresearch.data.conversion import returns as returns_of
from hedgeresearch.data.simulation import simulate_dcc, simulate_regimes
from hedgeresearch.datasets.loading import load
from hedgeresearch.regimes.markov_chain import stationary_probabilities
from hedgeresearch.reproductions.papers.cocca_clean_energy import read_returns as clean_energy
from hedgeresearch.reproductions.regime_study.pair import (
    Market,
    Pair,
    TrueRegimes,
    pairs_of_each_two,
)
from hedgeresearch.typing import Array

STOCKS = Market("stock indices", "development", cost=1e-4)
OIL = Market("crude oil, monthly", "development", 2e-4, (120,), 12, "month")
CLEAN_ENERGY = Market("clean energy", "development", cost=3e-4)
SIMULATED = Market("simulated", "simulated", cost=1e-4)

N_DATES = 3000
N_SAMPLES = 2
"""Simulated samples of each process."""
CALM_RATIO = 0.95
RATIO_DIFFERENCES = (0.0, 0.2, 0.4)
"""Ratio of the calm regime less that of the turbulent one."""
HEDGE_VOLATILITY = (0.01, 0.025)
RESIDUAL_VOLATILITY = (0.005, 0.02)
"""Volatilities in the calm and in the turbulent regime."""
TRANSITIONS = {
    0.70: ((0.90, 0.10), (0.20, 0.80)),
    0.93: ((0.98, 0.02), (0.05, 0.95)),
    0.98: ((0.994, 0.006), (0.014, 0.986)),
}
"""Transitions by their persistence, the second eigenvalue."""


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
    """Return two samples of each process: with regimes, of a DCC, of constant covariances."""
    pairs = []
    for sample in range(N_SAMPLES):
        for persistence, difference in product(TRANSITIONS, RATIO_DIFFERENCES):
            pairs.append(with_regimes(difference, persistence, sample))
        dcc = simulate_dcc(N_DATES, seed=sample)
        pairs.append(Pair(f"DCC, {sample}", SIMULATED, dcc.returns))
        pairs.append(_constant(sample))
    return pairs


def with_regimes(difference: float, persistence: float, sample: int) -> Pair:
    """Return a sample of two regimes with this difference of ratios and this persistence."""
    ratios = (CALM_RATIO, CALM_RATIO - difference)
    drawn = simulate_regimes(
        N_DATES,
        TRANSITIONS[persistence],
        ratios,
        HEDGE_VOLATILITY,
        RESIDUAL_VOLATILITY,
        seed=sample,
    )
    name = f"regimes, difference {difference}, persistence {persistence}, {sample}"
    transition = np.array(TRANSITIONS[persistence])
    truth = TrueRegimes(_covariances(ratios), stationary_probabilities(transition), transition)
    return Pair(name, SIMULATED, drawn.returns, truth)


def _covariances(ratios: tuple[float, float]) -> Array:
    """Return the covariances of asset and hedge in each regime, (2, 2, 2)."""
    b = np.array(ratios)
    hedge = np.array(HEDGE_VOLATILITY) ** 2
    asset = b**2 * hedge + np.array(RESIDUAL_VOLATILITY) ** 2
    return np.array([[asset, b * hedge], [b * hedge, hedge]]).transpose(2, 0, 1)


def _constant(sample: int) -> Pair:
    """Return independent normal returns of constant covariances."""
    drawn = simulate_regimes(
        N_DATES,
        ((1.0,),),
        ratios=(CALM_RATIO,),
        hedge_volatility=HEDGE_VOLATILITY[:1],
        residual_volatility=RESIDUAL_VOLATILITY[:1],
        seed=sample,
    )
    return Pair(f"constant, {sample}", SIMULATED, drawn.returns)
