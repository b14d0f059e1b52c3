r"""Probability that a price reaches a barrier, such as a liquidation price, before a horizon ends.

For a geometric Brownian motion whose log price has drift a towards the barrier and volatility s per
period, and a barrier at the distance d > 0 in logs, after Harrison (1985), Brownian Motion and
Stochastic Flow Systems, chapter 1:

.. math:: \Pr = \Phi\!\left(\frac{a T - d}{s \sqrt T}\right)
          + e^{2 a d / s^2} \, \Phi\!\left(\frac{-a T - d}{s \sqrt T}\right)

Where the price is observed n times only, the barrier is moved away by the factor
exp(.5826 s sqrt(T / n)), up or down: Broadie, Glasserman and Kou (1997), Mathematical Finance 7,
theorem 1.1. The remaining error falls with 1 / n: with drifts up to 100% a year in size and
barriers at least one step's volatility away the formula is too low, by less than .1 / n in the
cases tried; nearer to the price it can be too high, by .12 / n.

``simulate_price_range`` draws paths from past returns instead of assuming this process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch._constants import OVERSHOOT
from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.margin.price_range import (
    PriceRange,
    Side,
    reaches,
    side_of_barrier,
    simulate_price_range,
)


@exported_by("hedgeresearch.margin")
@dataclass(frozen=True, eq=False)
class LiquidationProbability:
    """Share of simulated paths that reach a barrier.

    Attributes
    ----------
    probability : probability of reaching the barrier on one of the dates of the horizon
    standard_error : standard error from drawing ``n_paths`` paths; the error from a short past is
        not included
    closed_form : the same probability if log returns were independent and normal with the
        volatility of the past, and the mean of those that were drawn
    position : "long", liquidated by a fall, or "short"
    barrier, price : barrier and today's price, units of the price
    horizon, block_length : periods
    n_paths : number of paths

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns["asset"]
    >>> chance = hr.margin.liquidation_probability(returns, 100.0, 90.0, horizon=20, n_paths=1000)
    >>> chance.probability, round(chance.closed_form, 3)
    (0.114, 0.098)
    >>> [round(end, 3) for end in chance.conf_int()]
    [0.096, 0.135]
    """

    probability: float
    standard_error: float
    closed_form: float
    position: Side
    barrier: float
    price: float
    horizon: int
    block_length: int
    n_paths: int

    def conf_int(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval of the probability that allows for the number of paths.

        After Wilson (1927), Journal of the American Statistical Association 22.
        """
        from scipy.stats import binomtest

        check_confidence(confidence)
        count = binomtest(round(self.probability * self.n_paths), self.n_paths)
        low, high = count.proportion_ci(confidence, method="wilson")
        return float(low), float(high)


@exported_by("hedgeresearch.margin")
def barrier_probability(
    barrier: float,
    price: float,
    volatility: float,
    horizon: float,
    drift: float = 0.0,
    steps: int | None = None,
    *,
    position: Side | None = None,
) -> float:
    """Return the probability that a geometric Brownian motion reaches a barrier.

    Parameters
    ----------
    barrier, price : floats > 0, units of the price; the barriers 0 and inf, of positions that are
        never liquidated, are not reached
    volatility : float > 0, standard deviation of log returns per period
    horizon : float > 0, periods, of any length: years for a volatility per year
    drift : float, mean of log returns per period; -volatility**2 / 2 for a price without drift
    steps : int, number of equally spaced observations of the price up to the horizon; None
        observes it continuously
    position : "long", liquidated at or below the barrier, or "short", at or above it; None follows
        from the side of the price on which the barrier is, and so assumes that the position is not
        past it

    Returns
    -------
    float
        1.0 for a position at its barrier or past it.

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    Thirty days, for a barrier 31% above the price, observed continuously and at daily closes:

    >>> barrier_probability(131.0, 100.0, volatility=0.6, horizon=30 / 365)
    0.11646...
    >>> barrier_probability(131.0, 100.0, volatility=0.6, horizon=30 / 365, steps=30)
    0.0937...
    """
    check_between(price, "price", 0.0, math.inf)
    check_between(volatility, "volatility", 0.0, math.inf)
    check_between(horizon, "horizon", 0.0, math.inf)
    check_between(drift, "drift", -math.inf, math.inf)
    if steps is not None:
        check_at_least(steps, "steps", 1)
    side = side_of_barrier(barrier, price, position)
    if reaches(price, barrier, side):
        return 1.0
    if barrier in (0.0, math.inf):
        return 0.0
    distance = abs(math.log(barrier / price))
    if steps is not None:
        distance += OVERSHOOT * volatility * math.sqrt(horizon / steps)
    return reach_probability(distance, volatility, horizon, -drift if side == "long" else drift)


def reach_probability(distance: float, volatility: float, horizon: float, drift: float) -> float:
    """Return the probability that a Brownian motion reaches ``distance`` > 0, drifting to it."""
    from scipy.special import erfcx, ndtr

    deviation = volatility * math.sqrt(horizon)
    ahead = (distance - drift * horizon) / deviation
    reflected = (distance + drift * horizon) / deviation
    if reflected > 0.0:
        # the exponential may overflow where what it multiplies vanishes: erfcx is their product
        returning = 0.5 * erfcx(reflected / math.sqrt(2.0)) * np.exp(-0.5 * ahead * ahead)
    else:
        returning = np.exp(2.0 * drift / volatility * distance / volatility) * ndtr(-reflected)
    return min(float(ndtr(-ahead) + returning), 1.0)


@exported_by("hedgeresearch.margin")
def liquidation_probability(  # noqa: PLR0913 - the arguments of simulate_price_range, and a barrier
    returns: Any,
    price: float,
    barrier: float,
    horizon: Horizon,
    *,
    position: Side | None = None,
    n_paths: int = 10_000,
    seed: int = 0,
    block_length: int | None = None,
    keep_mean: bool = False,
) -> LiquidationProbability:
    """Return the share of paths drawn from past returns that reach a barrier.

    The price is observed once a period, and the one expected is today's, unless the mean of the
    past is kept.

    Parameters
    ----------
    returns, price, horizon, n_paths, seed, block_length, keep_mean : as in
        :func:`simulate_price_range`
    barrier, position : as in :func:`barrier_probability`

    Returns
    -------
    LiquidationProbability

    Raises
    ------
    DataError
        If the returns are not simple returns of one series with at least 20 observations, or a
        number is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> index = hr.returns(hr.load("nasdaq_sp500"))["SP500"]
    >>> result = liquidation_probability(index, price=2_500.0, barrier=2_250.0, horizon=20)
    >>> round(result.probability, 3), round(result.standard_error, 3), round(result.closed_form, 3)
    (0.052, 0.002, 0.039)

    If the rise of the past goes on, a fall is less likely:

    >>> rising = liquidation_probability(index, 2_500.0, 2_250.0, horizon=20, keep_mean=True)
    >>> rising.probability < result.probability
    True
    """
    paths = simulate_price_range(
        returns,
        price,
        horizon,
        n_paths=n_paths,
        seed=seed,
        block_length=block_length,
        keep_mean=keep_mean,
    )
    side = side_of_barrier(barrier, price, position)
    share = paths.probability(barrier, side)
    return LiquidationProbability(
        probability=share,
        standard_error=math.sqrt(share * (1.0 - share) / n_paths),
        closed_form=closed_form_reach_probability(paths, barrier, side),
        position=side,
        barrier=float(barrier),
        price=float(price),
        horizon=paths.horizon,
        block_length=paths.block_length,
        n_paths=n_paths,
    )


def closed_form_reach_probability(paths: PriceRange, barrier: float, position: Side) -> float:
    """Return the probability under normal returns with mean and volatility of those drawn from.

    The price is observed once a period, as on the paths.
    """
    past = paths.log_returns
    return barrier_probability(
        barrier,
        paths.price,
        float(past.std(ddof=1)),
        paths.horizon,
        float(past.mean()),
        steps=paths.horizon,
        position=position,
    )
