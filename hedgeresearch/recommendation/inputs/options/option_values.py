r"""Values and Greeks of options in the currency of an account, from arrays.

.. math:: V = a\,D\,B(F, K, T, \sigma) \quad\text{or}\quad V = m\,B(F, K, T, \sigma) / F

with B Black's price and a the multiplier times the rate of the account; the second is in coins, of
an account that counts in the coin. Deltas are of a relative move of the price of the underlying,
with which the forward moves: F V'(F). They are values, so that options add to each other and to
what hedges them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.options.black import (
    DELTA,
    GAMMA,
    N_GREEKS,
    PRICE,
    THETA,
    VEGA,
    black_greeks,
    black_prices,
)
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MIN_YEARS = 1e-10
"""Time to expiry at which an option counts as expired: a few milliseconds."""
MIN_VOLATILITY = 1e-4
"""Smallest volatility of a scenario."""


@dataclass(frozen=True, eq=False)
class OptionState:
    """Numbers that options are valued at, an array (n_options,) each.

    Attributes
    ----------
    forward, strike : in the currency of the strike
    years : years to expiry
    volatility : annual fractions
    discount : value today of 1 paid at expiry
    sign : 1.0 for a call, -1.0 for a put
    scale : value of one contract in the account, per 1 of Black's price; in coin, its coins
    in_coin : whether the account counts in the coin that pays the options
    """

    forward: Array
    strike: Array
    years: Array
    volatility: Array
    discount: Array
    sign: Array
    scale: Array
    in_coin: bool


class OptionValues(NamedTuple):
    """Value of one contract in the account and its derivatives, (n_options,) each.

    Attributes
    ----------
    value : in the currency of the account
    delta : value gained for a rise of the price by 100%, at the slope of today
    gamma : what the units of the delta change by for a rise by 100%, at their value of today; in
        coin, where an inverse future hedges, the units are dollars of face: it is the curvature in
        the return 1 - F0/F1 of that future, which the future does not have
    vega : value gained for a rise of volatility by 1.00
    theta : value gained in a year at today's price and volatility
    """

    value: Array
    delta: Array
    gamma: Array
    vega: Array
    theta: Array


def value_options(state: OptionState) -> OptionValues:
    """Return the value of one contract of each option, and its derivatives."""
    out = np.empty((N_GREEKS, len(state.forward)))
    black_greeks(
        state.forward,
        state.strike,
        state.years,
        state.volatility,
        state.sign,
        state.discount,
        state.discount,
        state.in_coin,
        out,
    )
    forward = state.forward
    if state.in_coin:
        # the delta of the kernel is that of the coins already; a coin moves by 1 / F of the price
        return OptionValues(
            value=state.scale * out[PRICE] / forward,
            delta=state.scale * out[DELTA],
            gamma=state.scale * (out[GAMMA] * forward + out[DELTA]),
            vega=state.scale * out[VEGA] / forward,
            theta=state.scale * out[THETA] / forward,
        )
    return OptionValues(
        value=state.scale * out[PRICE],
        delta=state.scale * out[DELTA] * forward,
        gamma=state.scale * out[GAMMA] * forward**2,
        vega=state.scale * out[VEGA],
        theta=state.scale * out[THETA],
    )


def revalued(state: OptionState, moves: Array, shifts: Array, elapsed: float = 0.0) -> Array:
    """Return the value of one contract of each option in scenarios, (n_scenarios, n_options).

    Parameters
    ----------
    state : OptionState
    moves : array (n_scenarios,)
        Simple returns of the price of the underlying.
    shifts : array (n_scenarios, n_options)
        What is added to the volatilities.
    elapsed : float
        Years that have passed, over which the discount grows at its rate; an option that has
        expired is worth its settlement.

    Raises
    ------
    DataError
        If a move takes the price to zero or below.
    """
    if not (moves > -1.0).all():
        raise DataError(
            "moves of the price must leave it positive, as options are valued at its logarithm; "
            f"got one of {100.0 * float(moves.min()):.4g}% of today's price. Use simple returns, "
            "or a shorter table."
        )
    shape = shifts.shape
    forward = state.forward * (1.0 + moves[:, None])
    years = np.maximum(state.years - elapsed, MIN_YEARS)
    volatility = np.maximum(state.volatility + shifts, MIN_VOLATILITY)
    discount = state.discount ** (years / state.years)
    columns = (forward, state.strike, years, volatility, state.sign, discount)
    prices = np.empty(shape[0] * shape[1])
    black_prices(
        *(np.ascontiguousarray(np.broadcast_to(one, shape)).ravel() for one in columns), prices
    )
    values = prices.reshape(shape) * state.scale
    return values / forward if state.in_coin else values
