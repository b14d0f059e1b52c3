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

from hedgeresearch._kernels.options import sabr
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.typing import Array


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
    ratio, slope = _ratio_and_slope(z, rho)
    curvature = (2.0 - 3.0 * rho**2) / 24.0
    level = 1.0 + (rho * nu * alpha / 4.0 + curvature * nu**2) * expiry
    volatility = alpha * ratio * level
    by_log_forward = nu * slope * level
    by_alpha = (ratio - z * slope) * level + alpha * ratio * rho * nu / 4.0 * expiry
    return volatility, by_log_forward, by_alpha


def _ratio_and_slope(z: Array, rho: Array) -> tuple[Array, Array]:
    """Return z / x(z) and its derivative by z; the arrays are broadcast."""
    wide, correlations = np.broadcast_arrays(np.asarray(z, dtype=float), rho)
    flat = np.ascontiguousarray(wide.ravel())
    ratio = np.empty_like(flat)
    slope = np.empty_like(flat)
    sabr.ratios_and_slopes(flat, np.ascontiguousarray(correlations.ravel()), ratio, slope)
    return ratio.reshape(wide.shape), slope.reshape(wide.shape)


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
