"""Forwards from put-call parity: C - P = D (F - K) at every strike of an expiry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array, Mask

NEAR_THE_MONEY = 0.05
"""Size of ln(K/F) up to which a strike counts for the median."""
MIN_PAIRS = 5
"""Pairs of the median: the nearest ones, where fewer are near the money."""
MIN_PAIRS_OF_LINE = 3
"""Pairs from which forward and discount are estimated together."""


@dataclass(frozen=True)
class Pairs:
    """Calls and puts of the same strikes, both with a bid and an ask.

    Attributes
    ----------
    strike : array (n,), ascending
    difference : array (n,), middle of the call less that of the put
    spread : array (n,), ask less bid of the call, and the same of the put, added
    """

    strike: Array
    difference: Array
    spread: Array


@dataclass(frozen=True)
class ParityForward:
    """Forward of an expiry by two rules.

    Attributes
    ----------
    discount : float
    median : float
        Median of K + (C - P) / D over the strikes near the money.
    cboe : float
        The same at the strike of least |C - P|.
    tolerance : float
        Half the median spread of a pair: how far parity allows a forward to be away.
    n_pairs : int
        Pairs of the median.
    """

    discount: float
    median: float
    cboe: float
    tolerance: float
    n_pairs: int


def pairs_of(strike: Array, is_call: Mask, bid: Array, ask: Array) -> Pairs:
    """Return the pairs of the quotes of one expiry, arrays (n,); one-sided ones are left out."""
    usable = (bid > 0.0) & (ask >= bid)
    calls = np.flatnonzero(usable & is_call)
    puts = np.flatnonzero(usable & ~is_call)
    strikes, of_call, of_put = np.intersect1d(strike[calls], strike[puts], return_indices=True)
    call = calls[of_call]
    put = puts[of_put]
    difference = (bid[call] + ask[call] - bid[put] - ask[put]) / 2.0
    spread = ask[call] - bid[call] + ask[put] - bid[put]
    return Pairs(strikes, difference, spread)


def parity_forward(pairs: Pairs, discount: float) -> ParityForward:
    """Return the forward of at least one pair by both rules."""
    forwards = pairs.strike + pairs.difference / discount
    cboe = float(forwards[np.argmin(np.abs(pairs.difference))])
    distance = np.abs(np.log(pairs.strike / cboe)) if cboe > 0.0 else np.abs(pairs.strike - cboe)
    nearest = np.argsort(distance, kind="stable")
    n_near = int((distance <= NEAR_THE_MONEY).sum())
    chosen = nearest[: max(n_near, MIN_PAIRS)]
    tolerance = float(np.median(pairs.spread[chosen])) / (2.0 * discount)
    median = float(np.median(forwards[chosen]))
    return ParityForward(discount, median, cboe, tolerance, len(chosen))


def parity_discount(pairs: Pairs, expiry: pd.Timestamp) -> float:
    """Return the discount as minus the slope of C - P on K, weighted by one over the spread.

    Raises
    ------
    DataError
        If there are too few pairs, or the slope is that of no discount.
    """
    if len(pairs.strike) < MIN_PAIRS_OF_LINE:
        raise DataError(
            f"rate='parity' needs {MIN_PAIRS_OF_LINE} strikes with a bid and an ask of both call "
            f"and put; {day(expiry)} has {len(pairs.strike)}. Give its rate as a number."
        )
    floor = max(float(np.median(pairs.spread)), 1e-9 * float(pairs.strike.max()))
    weights = 1.0 / np.maximum(pairs.spread, floor)
    slope = float(np.polyfit(pairs.strike, pairs.difference, 1, w=weights)[0])
    if not slope < 0.0:
        raise DataError(
            f"C - P must fall as the strike rises; over the strikes of {day(expiry)} its slope is "
            f"{slope:g}. Check that calls and puts are not exchanged."
        )
    return -slope
