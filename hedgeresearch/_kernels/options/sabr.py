"""Implied volatility of the SABR model by Hagan's expansion.

Hagan, Kumar, Lesniewski and Woodward (2002), Managing Smile Risk, Wilmott, eq. 2.17a, at k =
ln(K/F), with z / x(z) near z = 0 by its own expansion.
"""

import math

from hedgeresearch._kernels.compilation.kernels import kernel

SMALL = 1e-6
"""Size of z below which z / x(z) is replaced by its expansion, to within 1e-18."""
SMALL_SLOPE = 2e-3
"""Size of z below which the derivative of z / x(z) is that of its expansion."""


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
def ratios_and_slopes(z, rho, ratio, slope):
    """Write z / x(z) and its derivative by z to ``ratio`` and ``slope``, (n,) each.

    x'(z) = 1 / sqrt(1 - 2 rho z + z^2) is the sum of P_n(rho) z^n, with Legendre's polynomials P_n:
    near zero the derivative is that of the first terms, to within 1e-13.
    """
    for i in range(z.size):
        r = rho[i]
        one = z[i]
        ratio[i] = ratio_to_distance(one, r)
        if abs(one) < SMALL_SLOPE:
            second = 0.5 * (3.0 * r * r - 1.0)
            third = 0.5 * (5.0 * r * r - 3.0) * r
            fourth = 0.125 * ((35.0 * r * r - 30.0) * r * r + 3.0)
            fifth = 0.125 * ((63.0 * r * r - 70.0) * r * r + 15.0) * r
            # the derivative of x / z by Horner's rule
            of_inverse = 0.8 * fourth + 5.0 / 6.0 * fifth * one
            of_inverse = 2.0 / 3.0 * second + (0.75 * third + of_inverse * one) * one
            of_inverse = 0.5 * r + of_inverse * one
            slope[i] = -ratio[i] * ratio[i] * of_inverse
        else:
            root = math.sqrt(1.0 - 2.0 * r * one + one * one)
            # (1 - (z / x) x') / x
            slope[i] = (1.0 - ratio[i] / root) * ratio[i] / one


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
