"""Factors that options depend on: exposures of the rows of a panel, and moves by date.

The value of an option over the forward moves by the sum of exposures times moves, to second order:

======== ============================= =======================================
factor   exposure, in dollars          move
======== ============================= =======================================
delta    forward delta                 x, the return of the future
vega     vega / F                      d, the change of volatility of one strike
gamma    gamma F                       x^2 / 2
vanna    vanna                         x d
volga    volga / F                     d^2 / 2
======== ============================= =======================================

The strike of d is the one at the money on the date of the row, as a vega is the sensitivity to the
volatility of the option's own strike. In coin, with x the return of the inverse future, delta is
premium-adjusted, and vanna is less by vega / F.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.hedges.options.observations import OBSERVED_YEARS
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.moves import Account, black_ratio, moves_of
from hedgeresearch.options.panel.slices import at_the_money
from hedgeresearch.typing import Array

FACTORS = ("delta", "vega", "gamma", "vanna", "volga")


def exposures_of(rows: PanelArrays, factors: tuple[str, ...], account: Account) -> Array:
    """Return the exposures of each row, (n_rows, n_factors)."""
    root = np.sqrt(rows.expiry)
    deviation = rows.volatility * root
    d1 = np.log(rows.forward / rows.strike) / deviation + deviation / 2.0
    d2 = d1 - deviation
    vega = rows.vega / rows.forward
    in_coin = float(account == "coin")
    columns = {
        "delta": black_ratio(rows, account),
        "vega": vega,
        "gamma": vega / (rows.volatility * rows.expiry),
        "vanna": -vega * d2 / deviation - in_coin * vega,
        "volga": vega * d1 * d2 / rows.volatility,
    }
    return np.column_stack([columns[factor] for factor in factors])


def factor_moves(rows: PanelArrays, factors: tuple[str, ...], account: Account) -> Array:
    """Return the known moves of the factors, (n_moved, n_factors)."""
    n_moved = rows.n_moved
    money = at_the_money(rows, OBSERVED_YEARS)
    x = moves_of(rows, account).future[money.rows[:n_moved]]
    change = (money.same_strike - money.before)[:n_moved]
    columns = {
        "delta": x,
        "vega": change,
        "gamma": x**2 / 2.0,
        "vanna": x * change,
        "volga": change**2 / 2.0,
    }
    return np.column_stack([columns[name] for name in factors])
