"""Digamma and trigamma functions for use inside other kernels.

Abramowitz and Stegun (1964), Handbook of Mathematical Functions, eq. 6.3.18 and 6.4.12, from an
argument that the recurrences 6.3.5 and 6.4.6 have raised.
"""

from __future__ import annotations

import math

from hedgeresearch._kernels.compilation.kernels import kernel

ASYMPTOTIC = 10.0
"""Argument from which the series are exact to rounding."""


@kernel
def digamma_and_trigamma(x):
    """Return the first and the second derivative of log Gamma at a positive number."""
    digamma = 0.0
    trigamma = 0.0
    while x < ASYMPTOTIC:
        digamma -= 1.0 / x
        trigamma += 1.0 / (x * x)
        x += 1.0
    y = 1.0 / (x * x)
    # Coefficients B_2n / (2n) and B_2n, B_2n being Bernoulli numbers.
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132)))))
    digamma += math.log(x) - 0.5 / x - series
    series = y * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * (5 / 66)))))
    trigamma += (1.0 + 0.5 / x + series) / x
    return digamma, trigamma
