"""Constants of the normal and of the Student-t density with unit covariance.

In n dimensions log f(z) = log c - (nu + n) / 2 log(1 + z'z / (nu - 2)) for Student-t and
log c - z'z / 2 for the normal, which is the limit nu = infinity. Kernels have a branch for it.
"""

from __future__ import annotations

import math

import numpy as np

NORMAL = np.inf


def density_constants(nu: float, n: int) -> tuple[float, float, float]:
    """Return (nu, log c, d log c / d nu) of the density in n dimensions."""
    if nu == NORMAL:
        return NORMAL, -0.5 * n * np.log(2.0 * np.pi), 0.0
    from scipy.special import digamma

    log_c = math.lgamma((nu + n) / 2) - math.lgamma(nu / 2) - 0.5 * n * np.log(np.pi * (nu - 2))
    derivative = 0.5 * (digamma((nu + n) / 2) - digamma(nu / 2)) - 0.5 * n / (nu - 2)
    return nu, log_c, float(derivative)
