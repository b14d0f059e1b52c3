"""Constants of the normal and of the Student-t density with unit covariance.

In n dimensions log f(z) = log c - (nu + n) / 2 log(1 + z'z / (nu - 2)) for Student-t and
log c - z'z / 2 for the normal, which is the limit nu = infinity. Kernels have a branch for it.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation import kernel

NORMAL = np.inf


def density_constants(nu: float, n: int) -> tuple[float, float, float]:
    """Return (nu, log c, d log c / d nu) of the density in n dimensions."""
    if nu == NORMAL:
        return NORMAL, -0.5 * n * np.log(2.0 * np.pi), 0.0
    from scipy.special import digamma

    log_c = math.lgamma((nu + n) / 2) - math.lgamma(nu / 2) - 0.5 * n * np.log(np.pi * (nu - 2))
    derivative = 0.5 * (digamma((nu + n) / 2) - digamma(nu / 2)) - 0.5 * n / (nu - 2)
    return nu, log_c, float(derivative)


@kernel
def student_constants(nu, n):
    """Return log c and d log c / d nu as ``density_constants`` does, inside other kernels."""
    if nu == NORMAL:
        return -0.5 * n * math.log(2.0 * math.pi), 0.0
    log_c = (
        math.lgamma(0.5 * (nu + n))
        - math.lgamma(0.5 * nu)
        - 0.5 * n * math.log(math.pi * (nu - 2.0))
    )
    by_nu = 0.5 * (digamma(0.5 * (nu + n)) - digamma(0.5 * nu)) - 0.5 * n / (nu - 2.0)
    return log_c, by_nu


@kernel
def digamma(x):
    """Return the derivative of log gamma at x > 0: Abramowitz and Stegun (1964), eq. 6.3.5, 6.3.18.

    The recurrence leads to an argument from which the asymptotic series has full precision.
    """
    total = 0.0
    while x < 10.0:
        total -= 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    series = 1.0 / 12.0 - y * (
        1.0 / 120.0
        - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y * (1.0 / 132.0 - y * 691.0 / 32760.0)))
    )
    return total + math.log(x) - 0.5 / x - y * series
