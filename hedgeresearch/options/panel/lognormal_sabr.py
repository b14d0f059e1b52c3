r"""Volatility of the lognormal SABR model, its sensitivities, and the deltas that it gives.

Hagan, Kumar, Lesniewski and Woodward (2002), Wilmott Magazine, eq. 2.17a with beta = 1:

.. math:: \sigma(K) = \alpha \frac{z}{x(z)} \Big(1 + \big(\tfrac14 \rho \nu \alpha
          + \tfrac{2 - 3 \rho^2}{24} \nu^2\big) T\Big), \quad
          z = \frac{\nu}{\alpha} \ln \frac{F}{K}, \quad
          x(z) = \ln \frac{\sqrt{1 - 2 \rho z + z^2} + z - \rho}{1 - \rho}

It depends on F / K and alpha only: at frozen parameters the smile moves with the forward.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.typing import Array

SMALL_Z = 1e-4
"""Size of z below which z / x(z) is taken from its expansion, to within 1e-13."""


def sabr_volatility(
    forward: Array, strike: Array, expiry: Array, alpha: Array, rho: Array, nu: Array
) -> Array:
    """Return implied volatilities; the arrays are broadcast."""
    volatility, _, _ = sabr_sensitivities(np.log(forward / strike), expiry, alpha, rho, nu)
    return volatility


def sabr_sensitivities(
    log_moneyness: Array, expiry: Array, alpha: Array, rho: Array, nu: Array
) -> tuple[Array, Array, Array]:
    """Return sigma, d sigma / d ln F and d sigma / d alpha, at ln(F / K); broadcast."""
    z = nu / alpha * log_moneyness
    root = np.sqrt(1.0 - 2.0 * rho * z + z**2)
    # the root less 1 leaves a small z its digits, and the sign of z the difference of large numbers
    above = z * (z - 2.0 * rho) / (root + 1.0)
    x = np.sign(z) * np.log1p((above + np.abs(z)) / (1.0 - np.sign(z) * rho))
    small = np.abs(z) < SMALL_Z
    safe_z = np.where(small, 1.0, z)
    safe_x = np.where(small, 1.0, x)
    curvature = (2.0 - 3.0 * rho**2) / 12.0
    ratio = np.where(small, 1.0 - rho * z / 2.0 + curvature * z**2, safe_z / safe_x)
    # d(z / x) / dz = (1 - (z / x) x') / x with x' = 1 / root
    slope = np.where(
        small, -rho / 2.0 + 2.0 * curvature * z, (1.0 - safe_z / safe_x / root) / safe_x
    )
    level = 1.0 + (rho * nu * alpha / 4.0 + curvature / 2.0 * nu**2) * expiry
    volatility = alpha * ratio * level
    by_log_forward = nu * slope * level
    by_alpha = (ratio - z * slope) * level + alpha * ratio * rho * nu / 4.0 * expiry
    return volatility, by_log_forward, by_alpha


def frozen_delta(rows: PanelArrays, alpha: Array, rho: Array, nu: Array) -> Array:
    """Return deltas (n_rows,) at frozen parameters of the smile, those of each row."""
    log_moneyness = np.log(rows.forward / rows.strike)
    _, by_log_forward, _ = sabr_sensitivities(log_moneyness, rows.expiry, alpha, rho, nu)
    return np.asarray(rows.delta + rows.vega * by_log_forward / rows.forward)


def bartlett_delta(rows: PanelArrays, alpha: Array, rho: Array, nu: Array) -> Array:
    """Return deltas (n_rows,) with alpha moving as the forward lets expect.

    Bartlett (2006), Wilmott Magazine, as in Hagan and Lesniewski (2017), arXiv 1704.03110: on a
    move of the forward dF, alpha is expected to move by rho nu dF / F where beta is one.
    """
    log_moneyness = np.log(rows.forward / rows.strike)
    _, by_log_forward, by_alpha = sabr_sensitivities(log_moneyness, rows.expiry, alpha, rho, nu)
    response = by_log_forward + by_alpha * rho * nu
    return np.asarray(rows.delta + rows.vega * response / rows.forward)
