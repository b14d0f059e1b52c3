"""Contracts that are held against a liquidity position, decided from the dates before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.trading.bands import NoTradeBand, no_trade_band
from hedgeresearch.typing import Array


class Before(NamedTuple):
    """Prices and variances that are known before each of some dates.

    Attributes
    ----------
    price : array (n_dates,), of the base token at the date before
    contracts : array (n_dates, n_hedges), prices of the contracts at the date before
    variances : array (n_dates, n_hedges), of the contracts' returns over a window of earlier dates
    base_variance : array (n_dates,), of the base token's, likewise
    """

    price: Array
    contracts: Array
    variances: Array
    base_variance: Array


def known_before(
    prices: pd.Series[float], hedges: pd.DataFrame, dates: pd.Index, window: int | None
) -> Before:
    """Return what is known before dates, of which the first has ``window`` dates before it.

    Parameters
    ----------
    prices, hedges : of the dates and those before
    dates : Index (n_dates,)
    window : int, number of returns in a variance; None for all that are earlier
    """
    rows = prices.index.get_indexer(dates) - 1
    table = pd.concat([prices, hedges], axis=1)
    returns = table.pct_change()
    size = len(table) if window is None else window
    variances = returns.rolling(size, min_periods=2).var().to_numpy()[rows]
    return Before(
        prices.to_numpy()[rows], hedges.to_numpy()[rows], variances[:, 1:], variances[:, 0]
    )


def target_contracts(position: PoolPosition, ratio: pd.DataFrame, before: Before) -> pd.DataFrame:
    """Return the contracts to be short over each date, (n_dates, n_hedges).

    The value of the base tokens that the position holds at the date before, times the ratio.
    """
    value = np.asarray(position.delta(before.price)) * before.price
    contracts = ratio.to_numpy() * value[:, None] / before.contracts
    return pd.DataFrame(contracts, ratio.index, ratio.columns)


def unchanged(target: pd.DataFrame) -> pd.DataFrame:
    """Return the contracts of the first date, held over all of them."""
    kept = np.broadcast_to(target.to_numpy()[0], target.shape)
    return pd.DataFrame(kept, target.index, target.columns)


def banded_contracts(
    target: pd.DataFrame,
    position: PoolPosition,
    ratio: pd.DataFrame,
    before: Before,
    costs: Array,
    risk_aversion: float,
) -> pd.DataFrame:
    """Return the contracts that the no-trade band around each target keeps.

    The target moves by gamma times the move of the base token's price; the first date trades to
    the target.

    Parameters
    ----------
    costs : array (n_hedges,), of a trade as a share of its value
    risk_aversion : float > 0, per quote token
    """
    gamma = np.asarray(position.gamma(before.price))
    per_unit = ratio.to_numpy() * (before.price / before.contracts.T).T
    moves = (gamma * before.price)[:, None] * per_unit
    target_variances = moves**2 * before.base_variance[:, None]
    hedge_variances = before.contracts**2 * before.variances
    held = target.to_numpy().copy()
    for row in range(1, len(held)):
        for column in range(held.shape[1]):
            half_width = no_trade_band(
                costs[column] * before.contracts[row, column],
                target_variances[row, column],
                risk_aversion,
                hedge_variances[row, column],
                step=1.0,
            )
            band = NoTradeBand(held[row, column], half_width)
            held[row, column] = band.trade(held[row - 1, column])[0]
    return pd.DataFrame(held, target.index, target.columns)
