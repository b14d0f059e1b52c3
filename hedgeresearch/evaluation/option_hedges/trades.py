r"""Trades of options that hedge: changes of what is held, and from one contract to the next.

An option that is looked for on each date may be another contract on the next one. With n the
number held of it, summed over the options of a day, and p its price over that of the future,

.. math:: \text{traded}_t = |n_t - n_{t-1}| \, p_t \quad \text{or} \quad
          |n_{t-1}| \, p'_{t-1} + |n_t| \, p_t

where the contract is the same or another one: the old one is closed at what its price has become,
p', and the new one is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.hedges.options.fit import OptionHedgeFit
from hedgeresearch.options.panel.arrays import Flags
from hedgeresearch.typing import Array

ROUNDING_YEARS = 0.5 / 365.0
"""Difference of two times to expiry that counts as rounding: half a day."""


class HedgeContracts(NamedTuple):
    """Options that hedge on each day, (n_days, n_options) each; prices are over that of the future.

    Attributes
    ----------
    sign : array, 1 for a call, -1 for a put, and 0 where no option hedges
    strike, years : array, years to expiry
    price, next_price : array, on the day and on the next one
    dates, next_dates : Index (n_days,)
    """

    sign: Array
    strike: Array
    years: Array
    price: Array
    next_price: Array
    dates: pd.Index[Any]
    next_dates: pd.Index[Any]


class Trades(NamedTuple):
    """Trades of each day, (n_days, n_hedges) each.

    Attributes
    ----------
    contracts : array, number of contracts
    values : array, what was traded, over the price of the future
    """

    contracts: Array
    values: Array


def contracts_of(fit: OptionHedgeFit, n_options: int) -> HedgeContracts:
    """Return the options that hedge in a fit; signs and prices are zero where there are none."""
    rows = fit.panel.arrays
    if fit.hedge_rows is None:
        none = np.zeros((len(rows.dates), n_options))
        return HedgeContracts(none, none, none, none, none, rows.dates, rows.next_dates)
    chosen = fit.hedge_rows
    return HedgeContracts(
        sign=rows.sign[chosen],
        strike=rows.strike[chosen],
        years=rows.expiry[chosen],
        price=(rows.price / rows.forward)[chosen],
        next_price=(rows.next_price / rows.next_forward)[chosen],
        dates=rows.dates,
        next_dates=rows.next_dates,
    )


def joined(parts: Sequence[HedgeContracts]) -> HedgeContracts:
    """Return the options of consecutive days in one."""
    first, *others = parts
    return HedgeContracts(
        sign=np.concatenate([one.sign for one in parts]),
        strike=np.concatenate([one.strike for one in parts]),
        years=np.concatenate([one.years for one in parts]),
        price=np.concatenate([one.price for one in parts]),
        next_price=np.concatenate([one.next_price for one in parts]),
        dates=first.dates.append([one.dates for one in others]),
        next_dates=first.next_dates.append([one.next_dates for one in others]),
    )


def trades_of(net: Array, hedges: HedgeContracts) -> Trades:
    """Return the trades for what is held on each day, the first day's entry included.

    Parameters
    ----------
    net : array (n_days, 1 + n_options), ratios summed over the options of a day, of the future
        first
    hedges : HedgeContracts
    """
    before = np.vstack([np.zeros(net.shape[1]), net[:-1]])
    contracts = np.abs(net - before)
    values = contracts.copy()
    values[:, 1:] *= hedges.price
    rolled = np.zeros(hedges.sign.shape, dtype=bool)
    rolled[1:] = ~_is_same(hedges)
    opened = np.abs(net[:, 1:])
    closed = np.abs(before[:, 1:])
    old_price = np.vstack([np.zeros(hedges.price.shape[1]), hedges.next_price[:-1]])
    contracts[:, 1:] = np.where(rolled, opened + closed, contracts[:, 1:])
    both = opened * hedges.price + closed * old_price
    values[:, 1:] = np.where(rolled, both, values[:, 1:])
    return Trades(contracts, values)


def _is_same(hedges: HedgeContracts) -> Flags:
    """Return whether each option is the one of the day before, (n_days - 1, n_options)."""
    same = (hedges.sign[1:] == hedges.sign[:-1]) & (hedges.strike[1:] == hedges.strike[:-1])
    follows = np.asarray(hedges.dates[1:] == hedges.next_dates[:-1])[:, None]
    passed = hedges.years[:-1] - hedges.years[1:]
    if isinstance(hedges.dates, pd.DatetimeIndex):
        days = (hedges.dates[1:] - hedges.dates[:-1]) / pd.Timedelta(days=365)
        in_time = np.abs(passed - np.asarray(days)[:, None]) < ROUNDING_YEARS
    else:  # how much time has passed is not known
        in_time = passed > 0.0
    return np.asarray(same & follows & in_time)
