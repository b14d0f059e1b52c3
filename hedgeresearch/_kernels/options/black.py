"""Black's (1976) price of a European option on a forward, and its derivatives.

With x = ln(F/K), s = sigma sqrt(T), h = x / s and t = s / 2: d1 = h + t and d2 = h - t. The sign is
+1.0 for a call and -1.0 for a put. The price is that of the option out of the money plus what the
other one of the strike is worth more, D (F - K): neither is lost in rounding errors of the other.

Greeks are those of one formula. The hedge is an instrument of the price S with F = S D_q / D: with
D_q = D it is the future, whose price is F, and with the discount of the yield the spot.
"""

import math

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.options.mills_ratio import (
    ROOT_2_PI,
    ROOT_HALF,
    mills_ratio,
    ratio_difference,
)

N_GREEKS = 8
PRICE, DELTA, GAMMA, VEGA, THETA, VANNA, VOLGA, CHARM = range(N_GREEKS)
"""Rows of what ``black_greeks`` writes."""


@kernel
def normal_probability(x):
    """Return the standard normal distribution function, of full relative accuracy below 0."""
    return 0.5 * math.erfc(-x * ROOT_HALF)


@kernel
def normal_density(x):
    """Return the standard normal density."""
    return math.exp(-0.5 * x * x) / ROOT_2_PI


@kernel
def log_ratio(forward, strike):
    """Return ln(F/K), of full relative accuracy also where F is near K."""
    ratio = forward / strike
    if 0.5 < ratio < 2.0:
        return math.log1p((forward - strike) / strike)
    return math.log(ratio)


@kernel
def time_value(forward, strike, deviation):
    """Return the value of the option out of the money, of discount 1."""
    distance = abs(log_ratio(forward, strike)) / deviation
    half = 0.5 * deviation
    bound = min(forward, strike)
    density = normal_density(distance - half)
    if half > distance + 1.0:
        lacking = density * (mills_ratio(half - distance) + mills_ratio(half + distance))
        return bound * (1.0 - lacking)
    if density == 0.0:  # 38 standard deviations away
        return 0.0
    return bound * density * ratio_difference(distance, half)


@kernel
def black_price(forward, strike, expiry, volatility, sign, discount):
    """Return the price of one option; arguments are floats."""
    intrinsic = max(sign * (forward - strike), 0.0)
    return discount * (intrinsic + time_value(forward, strike, volatility * math.sqrt(expiry)))


@kernel
def black_delta(forward, strike, expiry, volatility, sign, discount):
    """Return the derivative of one price with respect to the forward."""
    deviation = volatility * math.sqrt(expiry)
    d1 = log_ratio(forward, strike) / deviation + 0.5 * deviation
    return discount * sign * normal_probability(sign * d1)


@kernel
def black_vega(forward, strike, expiry, volatility, discount):
    """Return the derivative of one price with respect to the volatility, per 1.00 of it."""
    root = math.sqrt(expiry)
    deviation = volatility * root
    d1 = log_ratio(forward, strike) / deviation + 0.5 * deviation
    return discount * forward * root * normal_density(d1)


@kernel
def black_prices(forward, strike, expiry, volatility, sign, discount, out):
    """Write the price of each option to ``out``; all are arrays of one length."""
    for i in range(out.size):
        out[i] = black_price(forward[i], strike[i], expiry[i], volatility[i], sign[i], discount[i])


@kernel
def black_deltas(forward, strike, expiry, volatility, sign, discount, out):
    """Write the derivative of each price with respect to the forward to ``out``."""
    for i in range(out.size):
        out[i] = black_delta(forward[i], strike[i], expiry[i], volatility[i], sign[i], discount[i])


@kernel
def black_vegas(forward, strike, expiry, volatility, discount, out):
    """Write the derivative of each price with respect to the volatility to ``out``."""
    for i in range(out.size):
        out[i] = black_vega(forward[i], strike[i], expiry[i], volatility[i], discount[i])


@kernel
def black_greeks(
    forward, strike, expiry, volatility, sign, discount, hedge_discount, is_adjusted, out
):
    """Write price, delta, gamma, vega, theta, vanna, volga and charm to the rows of ``out``.

    Parameters
    ----------
    forward, strike, expiry, volatility, sign, discount : arrays, shape (n,)
    hedge_discount : array, shape (n,)
        D_q: the discount itself for the future, that of the yield for the spot.
    is_adjusted : bool
        Whether the premium is a position in the hedge: delta is less by price / S, and gamma, vanna
        and charm are derivatives of this delta.
    out : array, shape (8, n)
    """
    for i in range(forward.size):
        time = expiry[i]
        root = math.sqrt(time)
        sigma = volatility[i]
        deviation = sigma * root
        d1 = log_ratio(forward[i], strike[i]) / deviation + 0.5 * deviation
        d2 = d1 - deviation
        carried = hedge_discount[i]
        hedge = forward[i] * discount[i] / carried
        rate = -math.log(discount[i]) / time
        yield_rate = -math.log(carried) / time
        density = carried * normal_density(d1)
        price = black_price(forward[i], strike[i], time, sigma, sign[i], discount[i])
        delta = carried * sign[i] * normal_probability(sign[i] * d1)
        gamma = density / (hedge * deviation)
        vega = hedge * density * root
        # r K D N(c d2) = r (S delta - price): at fixed S, the forward grows by (r - q) F a year
        theta = rate * price - (rate - yield_rate) * hedge * delta - 0.5 * vega * sigma / time
        vanna = -density * d2 / sigma
        charm = yield_rate * delta - density * ((rate - yield_rate) / deviation - 0.5 * d2 / time)
        if is_adjusted:
            delta -= price / hedge
            gamma -= delta / hedge
            vanna -= vega / hedge
            charm -= theta / hedge
        out[PRICE, i] = price
        out[DELTA, i] = delta
        out[GAMMA, i] = gamma
        out[VEGA, i] = vega
        out[THETA, i] = theta
        out[VANNA, i] = vanna
        out[VOLGA, i] = vega * d1 * d2 / sigma
        out[CHARM, i] = charm
