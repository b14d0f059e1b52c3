"""Constants of the normal and of the Student-t density with unit covariance.

In n dimensions log f(z) = log c - (nu + n) / 2 log(1 + z'z / (nu - 2)) for Student-t and
log c - z'z / 2 for the normal, which is the limit nu = infinity. Kernels have a branch for it.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

NORMAL = np.inf
LARGE = 10.0
"""Argument from which on the asymptotic series of digamma and trigamma are exact to rounding."""


@kernel
def density_constants(nu, n):
    """Return (nu, log c, d log c / d nu) of the density in n dimensions."""
    if nu == NORMAL:
        return nu, -0.5 * n * math.log(2.0 * math.pi), 0.0
    upper = 0.5 * (nu + n)
    lower = 0.5 * nu
    log_c = math.lgamma(upper) - math.lgamma(lower) - 0.5 * n * math.log(math.pi * (nu - 2.0))
    derivative = 0.5 * (digamma(upper) - digamma(lower)) - 0.5 * n / (nu - 2.0)
    return nu, log_c, derivative


@kernel
def density_curvature(nu, n):
    """Return the second derivative of log c with respect to nu."""
    if nu == NORMAL:
        return 0.0
    trigammas = trigamma(0.5 * (nu + n)) - trigamma(0.5 * nu)
    return 0.25 * trigammas + 0.5 * n / (nu - 2.0) ** 2


@kernel
def digamma(x):
    """Return the derivative of log gamma at x > 0 (Abramowitz and Stegun 1964, 6.3.5, 6.3.18)."""
    shift = 0.0
    while x < LARGE:
        shift -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    series = 1.0 / 240.0 - square * (1.0 / 132.0 - square * 691.0 / 32760.0)
    series = 1.0 / 120.0 - square * (1.0 / 252.0 - square * series)
    return shift + math.log(x) - 0.5 / x - square * (1.0 / 12.0 - square * series)


@kernel
def trigamma(x):
    """Return the derivative of digamma at x > 0 (Abramowitz and Stegun 1964, 6.4.6, 6.4.12)."""
    shift = 0.0
    while x < LARGE:
        shift += 1.0 / (x * x)
        x += 1.0
    square = 1.0 / (x * x)
    series = 1.0 / 30.0 - square * (5.0 / 66.0 - square * 691.0 / 2730.0)
    series = 1.0 / 30.0 - square * (1.0 / 42.0 - square * series)
    return shift + 1.0 / x + 0.5 * square + square / x * (1.0 / 6.0 - square * series)
