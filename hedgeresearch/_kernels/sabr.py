"""Implied volatility of the SABR model by Hagan's expansion.

Hagan, Kumar, Lesniewski and Woodward (2002), Managing Smile Risk, Wilmott, eq. 2.17a, at k =
ln(K/F), with z / x(z) near z = 0 by its own expansion.
"""

import math

from hedgeresearch._kernels.compilation import kernel

SMALL = 1e-6
"""Size of z below which z / x(z) is replaced by its expansion, to within 1e-18."""


@kernel
def ratio_to_distance(z, rho):
    """Return z / x(z), with x(z) = ln((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho))."""
    if abs(z) < SMALL:
        return 1.0 - 0.5 * rho * z + (2.0 - 3.0 * rho * rho) / 12.0 * z * z
    # the root less 1, which a small z leaves its digits
    above = z * (z - 2.0 * rho) / (math.sqrt(1.0 - 2.0 * rho * z + z * z) + 1.0)
    if z > 0.0:
        return z / math.log1p((above + z) / (1.0 - rho))
    # the same, without the difference of two large numbers
    return -z / math.log1p((above - z) / (1.0 + rho))


@kernel
def sabr_volatilities(k, forward, years, alpha, beta, rho, nu, out):
    """Write the lognormal volatility at each ln(K/F) to ``out``."""
    inner = 1.0 - beta
    at_forward = forward**inner
    for i in range(k.size):
        # (F K)^((1 - beta) / 2), of K = F exp(k)
        level = at_forward * math.exp(0.5 * inner * k[i])
        squared = (inner * k[i]) ** 2
        growth = inner * inner / 24.0 * (alpha / level) ** 2
        growth += 0.25 * rho * beta * nu * alpha / level
        growth += (2.0 - 3.0 * rho * rho) / 24.0 * nu * nu
        scale = level * (1.0 + squared / 24.0 + squared * squared / 1920.0)
        ratio = ratio_to_distance(-nu / alpha * level * k[i], rho)
        out[i] = alpha / scale * ratio * (1.0 + growth * years)
