"""Implied volatility of the SABR model at arrays of ln(K/F)."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.options import sabr
from hedgeresearch.typing import Array


def sabr_volatilities(
    log_moneyness: Array, forward: float, years: float, parameters: Array
) -> Array:
    """Return lognormal implied volatilities, (n,).

    Parameters
    ----------
    log_moneyness : array (n,), ln(K/F)
    forward, years : float
    parameters : array (4,), alpha, beta, rho, nu
    """
    k = np.asarray(log_moneyness, dtype=float)
    out = np.empty(len(k))
    sabr.sabr_volatilities(k, float(forward), float(years), *map(float, parameters), out)
    return out
