"""The smile of Gatheral's SVI, its density function, and their derivatives.

Raw parameters are (a, b, rho, m, sigma), with x = k - m and R = sqrt(x^2 + sigma^2):

    w = a + b (rho x + R),  w' = b (rho + x / R),  w'' = b sigma^2 / R^3,
    g = (1 - k w' / (2 w))^2 - w'^2 / 4 (1 / w + 1 / 4) + w'' / 2

(Gatheral and Jacquier 2014, eq. 3.1 and 2.1). The search moves a point in five coordinates: the
logits of half the slopes of both wings, b (1 + rho) and b (1 - rho), which Lee's bound keeps below
2, the logarithm of the minimum of w, m, and the logarithm of sigma.
"""

import math

from hedgeresearch._kernels.compilation.kernels import kernel

N_PARAMETERS = 5
RIGHT, LEFT, FLOOR, CENTER, WIDTH = range(N_PARAMETERS)
"""Coordinates of a point."""


@kernel
def svi_raw(point, raw):
    """Write the raw parameters of a point."""
    right = 2.0 / (1.0 + math.exp(-point[RIGHT]))
    left = 2.0 / (1.0 + math.exp(-point[LEFT]))
    sigma = math.exp(point[WIDTH])
    raw[0] = math.exp(point[FLOOR]) - sigma * math.sqrt(right * left)
    raw[1] = 0.5 * (right + left)
    raw[2] = (right - left) / (right + left)
    raw[3] = point[CENTER]
    raw[4] = sigma


@kernel(fast=True)
def svi_total_variance(raw, k):
    """Return w at one log-moneyness."""
    x = k - raw[3]
    return raw[0] + raw[1] * (raw[2] * x + math.sqrt(x * x + raw[4] * raw[4]))


@kernel(fast=True)
def svi_density(raw, k):
    """Return g at one log-moneyness."""
    x = k - raw[3]
    root = math.sqrt(x * x + raw[4] * raw[4])
    w = raw[0] + raw[1] * (raw[2] * x + root)
    slope = raw[1] * (raw[2] + x / root)
    bend = raw[1] * raw[4] * raw[4] / (root * root * root)
    first = 1.0 - 0.5 * k * slope / w
    return first * first - 0.25 * slope * slope * (1.0 / w + 0.25) + 0.5 * bend


@kernel(fast=True)
def variance_gradient(point, raw, k, out):
    """Write the derivatives of w by the point.

    In terms of the slopes of the wings w = floor + right (R + x) / 2 + left (R - x) / 2
    - sigma sqrt(right left).
    """
    right = raw[1] * (1.0 + raw[2])
    left = raw[1] * (1.0 - raw[2])
    sigma = raw[4]
    x = k - raw[3]
    root = math.sqrt(x * x + sigma * sigma)
    mean = math.sqrt(right * left)
    out[RIGHT] = (0.5 * (root + x) * right - 0.5 * sigma * mean) * (1.0 - 0.5 * right)
    out[LEFT] = (0.5 * (root - x) * left - 0.5 * sigma * mean) * (1.0 - 0.5 * left)
    out[FLOOR] = math.exp(point[FLOOR])
    out[CENTER] = -0.5 * (right * (x / root + 1.0) + left * (x / root - 1.0))
    out[WIDTH] = sigma * (0.5 * (right + left) * sigma / root - mean)


@kernel(fast=True)
def density_gradient(point, raw, k, out, work):
    """Write the derivatives of g by the point; ``work`` is a scratch array (5,)."""
    right = raw[1] * (1.0 + raw[2])
    left = raw[1] * (1.0 - raw[2])
    sigma = raw[4]
    x = k - raw[3]
    root = math.sqrt(x * x + sigma * sigma)
    cube = root * root * root
    w = raw[0] + raw[1] * (raw[2] * x + root)
    slope = raw[1] * (raw[2] + x / root)
    bend = raw[1] * sigma * sigma / cube
    first = 1.0 - 0.5 * k * slope / w
    by_w = first * k * slope / (w * w) + 0.25 * slope * slope / (w * w)
    by_slope = -first * k / w - 0.5 * slope * (1.0 / w + 0.25)
    variance_gradient(point, raw, k, work)
    slope_right = 0.5 * (x / root + 1.0) * right * (1.0 - 0.5 * right)
    slope_left = 0.5 * (x / root - 1.0) * left * (1.0 - 0.5 * left)
    bend_each = 0.5 * sigma * sigma / cube
    out[RIGHT] = (
        by_w * work[RIGHT] + by_slope * slope_right + 0.5 * bend_each * right * (1.0 - 0.5 * right)
    )
    out[LEFT] = (
        by_w * work[LEFT] + by_slope * slope_left + 0.5 * bend_each * left * (1.0 - 0.5 * left)
    )
    out[FLOOR] = by_w * work[FLOOR]
    out[CENTER] = (
        by_w * work[CENTER]
        - by_slope * bend
        + 1.5 * raw[1] * sigma * sigma * x / (cube * root * root)
    )
    out[WIDTH] = (
        by_w * work[WIDTH]
        - by_slope * raw[1] * x * sigma * sigma / cube
        + 0.5 * raw[1] * sigma * sigma * (2.0 / cube - 3.0 * sigma * sigma / (cube * root * root))
    )


@kernel
def loss_at(raw, k, w, weight):
    """Return half the sum of squared weighted errors."""
    total = 0.0
    for i in range(k.size):
        error = weight[i] * (svi_total_variance(raw, k[i]) - w[i])
        total += error * error
    return 0.5 * total
