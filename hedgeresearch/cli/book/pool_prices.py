"""Simulated prices of a coin and a perpetual on it, for the book of a liquidity provider."""

from __future__ import annotations

import numpy as np
import pandas as pd

N_DATES = 501
LAST_PRICE = 2_000.0
VOLATILITY = 0.03
"""Volatility of a day."""
NOISE = 0.002
"""Volatility of what the perpetual moves by on its own."""


def simulated_prices() -> pd.DataFrame:
    """Return daily prices of WETH and of ETH_PERP, with funding, (501, 3)."""
    rng = np.random.default_rng(16)
    dates = pd.date_range(end="2026-05-16", periods=N_DATES, freq="D", name="date")
    path = VOLATILITY * rng.standard_normal(N_DATES).cumsum()
    coin = LAST_PRICE * np.exp(path - path[-1])
    perpetual = coin * np.exp(5e-4 + NOISE * rng.standard_normal(N_DATES))
    funding = 3e-4 + 2e-4 * rng.standard_normal(N_DATES)
    prices = {"WETH": coin.round(2), "ETH_PERP": perpetual.round(2), "FUNDING": funding.round(6)}
    return pd.DataFrame(prices, dates)
