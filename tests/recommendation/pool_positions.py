"""A coin, a perpetual on it, pools that hold the coin, and loans against it."""

from typing import Any

import numpy as np
import pandas as pd

import hedgeresearch as hr
from hedgeresearch.onchain import (
    Collateral,
    LiquidityRange,
    LoanPosition,
    OracleRound,
    PoolPosition,
)

N_DATES = 400
DATES = pd.date_range("2025-06-01", periods=N_DATES, freq="1D", tz="UTC")
LAST = DATES[-1]
DAY = pd.Timedelta(days=1)
PRICE = 2_000.0
COLUMNS = ("WETH", "PERP", "FUND")


def coin_table(price: float = PRICE, seed: int = 0) -> pd.DataFrame:
    """Prices that end at a price, a perpetual that follows them, and its funding."""
    rng = np.random.default_rng(seed)
    path = 0.03 * rng.standard_normal(N_DATES).cumsum()
    coin = price * np.exp(path - path[-1])
    perpetual = 1.001 * coin * np.exp(0.003 * rng.standard_normal(N_DATES))
    funding = 1e-4 + 1e-4 * rng.standard_normal(N_DATES)
    return pd.DataFrame({"WETH": coin, "PERP": perpetual, "FUND": funding}, DATES)


def pool(lower: float = 1_500.0, upper: float = 2_500.0, **terms: Any) -> PoolPosition:
    return PoolPosition([LiquidityRange(1_000.0, lower, upper)], "WETH", "USDC", **terms)


def reversed_pool(**terms: Any) -> PoolPosition:
    """Return the same pool with its tokens the other way round."""
    ranges = [LiquidityRange(1_000.0, 1 / 2_500.0, 1 / 1_500.0)]
    return PoolPosition(ranges, "USDC", "WETH", **terms)


def loan(owed: float = 12_000.0) -> LoanPosition:
    return LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": owed})


def perpetual(**terms: Any) -> hr.LinearContract:
    right = {"fee": 0.0005, "half_spread": 0.0001, "currency": "USDT", "funding": "8-hourly"}
    return hr.LinearContract("PERP", 0.01, lot=1, **(right | terms))


def market(table: pd.DataFrame | None = None, **settings: Any) -> hr.Market:
    right = {"currency": "USD", "funding": {"PERP": "FUND"}} | settings
    return hr.Market(coin_table() if table is None else table, **right)


def oracle(price: float = PRICE, at: pd.Timestamp = LAST, **terms: Any) -> OracleRound:
    """A round of an oracle ten minutes before a time."""
    right: dict[str, Any] = {
        "name": "ETH/USD",
        "round_id": 7,
        "answered_in_round": 7,
        "answer": round(price * 10**8),
        "decimals": 8,
        "updated_at": at - pd.Timedelta("10min"),
        "heartbeat": 3_600.0,
    }
    return OracleRound(**(right | terms))


def advise(
    held: Any,
    instruments: Any = None,
    prices: hr.Market | None = None,
    model: Any = None,
    kind: Any = "simple",
    **settings: Any,
) -> hr.recommendation.Recommendation:
    """Recommend a hedge of pools and loans, by OLS unless another model is given."""
    hedges = perpetual() if instruments is None else instruments
    at = market() if prices is None else prices
    fit = (model or hr.OLSHedge()).fit(*at.returns(held, hedges, kind))
    return hr.recommend(fit, held, hedges, at, **settings)
