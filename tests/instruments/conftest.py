"""Prices of a coin and of contracts on it, and funding rates."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def coin_prices() -> pd.DataFrame:
    """Prices of a coin, and of a future, a perpetual and a quanto on it with a varying basis."""
    rng = np.random.default_rng(3)
    coin = 50_000 * np.exp(np.cumsum(0.03 * rng.standard_normal(30)))
    basis = np.exp(0.004 + 0.003 * rng.standard_normal((30, 3)))
    dates = pd.date_range("2024-01-01", periods=30, name="date")
    values = np.column_stack([coin, coin[:, None] * basis])
    return pd.DataFrame(values, dates, ["BTC", "FUT", "PERP", "QUANTO"])


@pytest.fixture
def funding_rates() -> pd.Series:
    """Forty funding rates of eight hours."""
    hours = pd.date_range("2024-01-01", periods=40, freq="8h", tz="UTC")
    rates = 1e-4 + 5e-5 * np.random.default_rng(2).normal(size=40)
    return pd.Series(rates, hours, name="funding")


@pytest.fixture(scope="session")
def paid_funding(data_dir: Path) -> pd.Series:
    """Funding rates that a coin-margined perpetual on bitcoin paid, every eight hours."""
    raw = pd.read_csv(data_dir / "all_exchanges.csv")
    chosen = raw[(raw["exchange"] == "binance") & (raw["pair"] == "BTCUSDCM")]
    ambiguous = np.ones(len(chosen), dtype=bool)
    wall = pd.DatetimeIndex(chosen["time"]).tz_localize("Europe/London", ambiguous=ambiguous)
    return pd.Series(chosen["funding rate"].to_numpy(), wall.tz_convert("UTC"))
