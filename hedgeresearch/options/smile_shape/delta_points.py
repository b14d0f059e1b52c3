"""Strikes of a smile at which an option has a given delta."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._formatting import exact
from hedgeresearch.errors import DataError
from hedgeresearch.options.sensitivities import DeltaConvention, greeks
from hedgeresearch.options.surfaces.smile_at import SmileAt
from hedgeresearch.typing import Array

N_POINTS = 401
"""Strikes at which deltas are computed, first over the whole smile and then between two."""


class DeltaPoint(NamedTuple):
    """Option of a given delta: ln(K/F), strike and volatility."""

    log_moneyness: float
    strike: float
    volatility: float


class Discounts(NamedTuple):
    """Discount of the expiry, and of the yield of the spot (None where it is not used)."""

    discount: float
    spot_discount: float | None


def point_of_delta(
    smile: SmileAt, level: float, kind: str, delta: DeltaConvention, discounts: Discounts
) -> DeltaPoint:
    """Return the option of a delta of size ``level``; of two strikes of a call the higher one.

    Raises
    ------
    DataError
        If no option of the smile has the delta.
    """
    low, high = smile.ends
    for _ in range(2):
        k = np.linspace(low, high, N_POINTS)
        size = np.abs(_deltas(smile, k, kind, delta, discounts))
        place = _crossing(size, level, kind)
        if place < 0:
            raise DataError(
                f"a {exact(level)} delta must be that of a {kind} within the smile; those from "
                f"{smile.forward * np.exp(low):.6g} to {smile.forward * np.exp(high):.6g} have "
                f"{size.min():.3g} to {size.max():.3g}. Choose another level."
            )
        low = float(k[place])
        high = float(k[place + 1])
    share = (level - size[place]) / (size[place + 1] - size[place])
    found = low + share * (high - low)
    volatility = float(smile.volatility(np.array([found]))[0])
    return DeltaPoint(found, smile.forward * float(np.exp(found)), volatility)


def _deltas(
    smile: SmileAt, k: Array, kind: str, delta: DeltaConvention, discounts: Discounts
) -> Array:
    """Return the delta at each ln(K/F)."""
    found = greeks(
        smile.forward,
        smile.forward * np.exp(k),
        smile.years,
        smile.volatility(k),
        kind,
        discount=discounts.discount,
        delta=delta,
        spot_discount=discounts.spot_discount,
    )
    return np.asarray(found.delta)


def _crossing(size: Array, level: float, kind: str) -> int:
    """Return the last place after which deltas of calls fall, or those of puts rise, past a level.

    -1 where they never do.
    """
    above = size >= level
    if kind == "call":
        places = np.flatnonzero(above[:-1] & ~above[1:])
    else:
        places = np.flatnonzero(~above[:-1] & above[1:])
    return int(places[-1]) if len(places) else -1
