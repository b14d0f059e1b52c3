"""Standard errors of coefficients that split residuals at a quantile.

The kernel sandwich of Powell (1991) with the bandwidth of Hall and Sheather (1988): Koenker (2005),
Quantile Regression, section 3.4.2.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array


def quantile_influence(x: Array, residuals: Array, scores: Array, share: float) -> Array:
    """Return the influence of each date on coefficients, (n_dates, k).

    The scores are divided by the density of the residuals at zero, which a normal kernel estimates.

    Parameters
    ----------
    x : array (n_dates, k), regressors
    residuals : array (n_dates,)
    scores : array (n_dates, k)
    share : float, of the residuals that are negative
    """
    width = hall_sheather_bandwidth(residuals, share)
    density = np.exp(-0.5 * (residuals / width) ** 2) / (np.sqrt(2.0 * np.pi) * width)
    curvature = (x * density[:, None]).T @ x / len(x)
    return np.asarray(scores @ np.linalg.pinv(curvature, hermitian=True))


def hall_sheather_bandwidth(residuals: Array, share: float) -> float:
    """Return the bandwidth at 95%, converted from probabilities to residuals."""
    from scipy.special import ndtri

    z = ndtri(share)
    height = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    width = (
        len(residuals) ** (-1 / 3)
        * ndtri(0.975) ** (2 / 3)
        * (1.5 * height**2 / (2.0 * z**2 + 1.0)) ** (1 / 3)
    )
    # In small samples the bandwidth can exceed the tail.
    while not 0.0 < share - width < share + width < 1.0:
        width /= 2.0
    quartiles = np.subtract(*np.quantile(residuals, [0.75, 0.25])) / (ndtri(0.75) - ndtri(0.25))
    spread = min(residuals.std(), quartiles)
    return float((ndtri(share + width) - ndtri(share - width)) * spread)
