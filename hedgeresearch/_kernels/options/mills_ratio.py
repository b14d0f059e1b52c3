"""Mills' ratio M(z) = N(-z) / n(z) of the normal distribution, and differences of two of them.

The value of an option out of the money is such a difference; computed term by term it keeps all
digits also where the two are nearly equal.
"""

import math

from hedgeresearch._kernels.compilation.kernels import kernel

ROOT_HALF = math.sqrt(0.5)
ROOT_2_PI = math.sqrt(2.0 * math.pi)
FAR = 5.0
"""Argument from which Mills' ratio is a continued fraction, which ends with its limit."""
NARROW = 0.25
"""Width t, relative to u, below which the difference of two ratios is a series in t."""
NARROW_MONEY = 0.3
"""The same near the money, not relative."""
N_TERMS = (7.0, 72.0, 340.0)
"""Terms of the series and its fractions: of any, for t / u and for 1 / u**2, found by trying."""
N_RECURSION = 40
"""Terms of the recursion near the money, where it is stable."""
STABLE = 2.5
"""u up to which the recursion loses no digits."""


@kernel
def mills_ratio(z):
    """Return N(-z) / n(z)."""
    if z < FAR:
        return 0.5 * ROOT_2_PI * math.erfc(z * ROOT_HALF) * math.exp(0.5 * z * z)
    n_terms = int(N_TERMS[0] + N_TERMS[2] / (z * z))
    fraction = 0.5 * (math.sqrt(z * z + 4.0 * (n_terms + 1)) - z)
    for k in range(n_terms, 0, -1):
        fraction = k / (z + fraction)
    return 1.0 / (z + fraction)


@kernel
def ratio_difference(u, t):
    """Return M(u - t) - M(u + t), without cancellation where t is small.

    It is twice the sum over odd k of I(k) t**k / k!, where I(k), the integral of
    v**k exp(-u v - v**2 / 2) over v > 0, is positive and I(k + 1) = k I(k - 1) - u I(k).
    """
    if t > max(NARROW * u, NARROW_MONEY):
        return mills_ratio(u - t) - mills_ratio(u + t)
    if u < STABLE:
        before = mills_ratio(u)
        now = 1.0 - u * before
        factor = t
        total = 0.0
        for k in range(1, N_RECURSION, 2):
            term = factor * now
            total += term
            if term < 1e-17 * total:
                break
            before = k * before - u * now
            now = (k + 1) * now - u * before
            # before is I(k + 1) and now I(k + 2)
            factor *= t * t / ((k + 1) * (k + 2))
        return 2.0 * total
    # I(k) / I(k - 1) = k / (u + I(k + 1) / I(k)), from the last term to the first
    n_terms = int(N_TERMS[0] + N_TERMS[1] * t / u + N_TERMS[2] / (u * u)) | 1  # odd
    ratio = 0.5 * (math.sqrt(u * u + 4.0 * (n_terms + 1)) - u)
    total = 1.0
    step = 0.0
    for k in range(n_terms, 0, -1):
        inverse = 1.0 / (u + ratio)
        ratio = k * inverse
        if k % 2 == 0:
            total = 1.0 + step * (t * inverse) * total
        else:
            step = t * inverse
    return 2.0 * t * ratio / (u + ratio) * total
