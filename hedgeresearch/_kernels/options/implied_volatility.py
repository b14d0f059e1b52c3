"""Volatility that gives Black's formula a price: Halley's method between two bounds.

Value and volatility are those of the option out of the money in units of the smaller of forward
and strike. With x = |ln(F/K)|, s = sigma sqrt(T), u = x / s, t = s / 2 and Mills' ratio
M(z) = N(-z) / n(z), value and what it lacks of its upper bound are

    c = n(u - t) [M(u - t) - M(u + t)]  and  1 - c = n(t - u) [M(t - u) + M(t + u)],

and the slope dc/ds is n(u - t). Below 1/2 the logarithm of the value is solved for, above it that
of the complement: no digit is lost at either end, and nothing underflows.
"""

import math

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.options.black import log_ratio
from hedgeresearch._kernels.options.mills_ratio import ROOT_2_PI, mills_ratio, ratio_difference

LOG_ROOT_2_PI = math.log(ROOT_2_PI)
MAX_STEPS = 60
ENOUGH = 3e-6
"""Relative step after which the error, of the order of its cube, is below rounding."""


@kernel
def solved_below(value, distance):
    """Return s where c is at most 1/2; Halley's method on ln c."""
    turn = math.sqrt(2.0 * distance)
    value_at_turn = 0.0
    if distance > 0.0:  # u = t there
        value_at_turn = (mills_ratio(0.0) - mills_ratio(turn)) / ROOT_2_PI
    if value < value_at_turn:
        # as s falls, c falls like exp(-u**2 / 2)
        s = distance / math.sqrt(0.5 * distance + 2.0 * math.log(value_at_turn / value))
    else:
        s = turn + (value - value_at_turn) * ROOT_2_PI
    target = math.log(value) + LOG_ROOT_2_PI
    low = 0.0
    high = math.inf
    for _ in range(MAX_STEPS):
        u = distance / s
        t = 0.5 * s
        inverse_slope = ratio_difference(u, t)
        gap = math.log(inverse_slope) - 0.5 * (u - t) * (u - t) - target
        if gap < 0.0:
            low = s
        else:
            high = s
        newton = -gap * inverse_slope
        # second derivative over the first one: (u**2 - t**2) / s - 1 / inverse_slope
        bend = (u * u - t * t) / s - 1.0 / inverse_slope
        step = newton / max(1.0 + 0.5 * newton * bend, 0.5)
        new = s + step
        if not low < new < high:
            new = 0.5 * (low + high) if high < math.inf else 2.0 * s
        elif abs(step) < ENOUGH * s:
            return new
        s = new
    return s


@kernel
def solved_above(complement, distance):
    """Return s where c is at least 1/2; Halley's method on ln(1 - c)."""
    turn_squared = 2.0 * distance
    s = math.sqrt(turn_squared + 8.0 * math.log(1.0 / complement))
    target = math.log(complement) + LOG_ROOT_2_PI
    low = 0.0
    high = math.inf
    for _ in range(MAX_STEPS):
        u = distance / s
        t = 0.5 * s
        inverse_slope = mills_ratio(t - u) + mills_ratio(t + u)
        gap = math.log(inverse_slope) - 0.5 * (u - t) * (u - t) - target
        if gap > 0.0:
            low = s
        else:
            high = s
        newton = gap * inverse_slope
        bend = (u * u - t * t) / s + 1.0 / inverse_slope
        step = newton / max(1.0 + 0.5 * newton * bend, 0.5)
        new = s + step
        if not low < new < high:
            new = 0.5 * (low + high) if high < math.inf else 2.0 * s
        elif abs(step) < ENOUGH * s:
            return new
        s = new
    return s


@kernel
def implied_volatilities(time_value, forward, strike, expiry, out):
    """Write the volatility of each option to ``out``.

    Parameters
    ----------
    time_value : array, shape (n,)
        Value of the option out of the money, of discount 1; between 0 and the smaller of forward
        and strike.
    forward, strike, expiry : arrays, shape (n,)
    out : array, shape (n,)
    """
    for i in range(out.size):
        unit = min(forward[i], strike[i])
        distance = abs(log_ratio(forward[i], strike[i]))
        value = time_value[i] / unit
        if value < 0.5:
            total = solved_below(value, distance)
        else:
            total = solved_above((unit - time_value[i]) / unit, distance)
        out[i] = total / math.sqrt(expiry[i])
