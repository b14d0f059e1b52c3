r"""The probability that a price touches a level, such as that of liquidation, before a horizon ends.

For a geometric Brownian motion whose log price has drift a towards the level and volatility s per period, and a level
at the distance d > 0 in logs, after Harrison (1985), Brownian Motion and Stochastic Flow Systems, chapter 1:

.. math:: \Pr = \Phi\!\left(\frac{a T - d}{s \sqrt T}\right)
          + e^{2 a d / s^2} \, \Phi\!\left(\frac{-a T - d}{s \sqrt T}\right)

Where the price is looked at n times only, the level is moved away by the factor exp(.5826 s sqrt(T / n)), up or down:
Broadie, Glasserman and Kou (1997), Mathematical Finance 7, theorem 1.1. What is left of the error falls with 1 / n:
with drifts up to 100 % a year in size and levels at least one step's volatility away the formula is the lower, by less
than .1 / n in the cases tried; nearer the price it can be the higher, by .12 / n.

Without that assumption, paths are drawn from past returns: see ``simulate_price_range``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch._constants import OVERSHOOT
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.margin.price_range import (
    Position,
    PriceRange,
    side_of,
    simulate_price_range,
    touched,
)


@exported_by("hedgeresearch.margin")
@dataclass(frozen=True, eq=False)
class LiquidationProbability:
    """The share of the drawn paths that touch a level.

    Attributes
    ----------
    probability : of touching the level on one of the dates of the horizon
    standard_error : of drawing ``n_paths`` paths; that the past is short is not in it
    closed_form : the same probability if log returns were independent and normal with the past's mean and volatility
    position : "long", liquidated from above, or "short"
    barrier, price : the level and today's price, units of the price
    horizon, block_length : periods
    n_paths : drawn
    """

    probability: float
    standard_error: float
    closed_form: float
    position: Position
    barrier: float
    price: float
    horizon: int
    block_length: int
    n_paths: int

    def conf_int(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the probability, for the drawing of paths: Wilson (1927), J. American Statistical Ass. 22."""
        from scipy.stats import binomtest

        check_between(level, "level", 0.0, 1.0)
        drawn = binomtest(round(self.probability * self.n_paths), self.n_paths)
        low, high = drawn.proportion_ci(level, method="wilson")
        return float(low), float(high)


@exported_by("hedgeresearch.margin")
def barrier_probability(
    level: float,
    price: float,
    volatility: float,
    horizon: float,
    drift: float = 0.0,
    steps: int | None = None,
    *,
    position: Position | None = None,
) -> float:
    """Probability that a geometric Brownian motion touches a level before the horizon ends.

    Parameters
    ----------
    level, price : floats > 0, units of the price; the levels 0 and inf, of positions never liquidated, are not reached
    volatility : float > 0, standard deviation of log returns per period
    horizon : float > 0, periods, of any length: with a volatility per year, years
    drift : float, mean of log returns per period; that of a fair price is -volatility**2 / 2
    steps : int, how often the price is looked at up to the horizon, evenly; None watches it without pause
    position : "long", liquidated at or below the level, or "short", at or above; None takes the side of the price on
        which the level lies, which cannot tell a position that is past it already

    A position at its level or past it has probability 1.

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> barrier_probability(131.0, 100.0, volatility=0.6, horizon=30 / 365)  # 30 days, a level 31 % above
    0.11646...
    >>> barrier_probability(131.0, 100.0, volatility=0.6, horizon=30 / 365, steps=30)  # at daily closes
    0.0937...
    """
    check_between(price, "price", 0.0, math.inf)
    check_between(volatility, "volatility", 0.0, math.inf)
    check_between(horizon, "horizon", 0.0, math.inf)
    check_between(drift, "drift", -math.inf, math.inf)
    if steps is not None:
        check_at_least(steps, "steps", 1)
    side = side_of(level, price, position)
    if touched(price, level, side):
        return 1.0
    if level in (0.0, math.inf):
        return 0.0
    away = abs(math.log(level / price))
    if steps is not None:
        away += OVERSHOOT * volatility * math.sqrt(horizon / steps)
    return touch_probability(away, volatility, horizon, -drift if side == "long" else drift)


def touch_probability(distance: float, volatility: float, horizon: float, drift: float) -> float:
    """Probability that a Brownian motion gets as far as ``distance`` > 0, with its drift towards it."""
    from scipy.special import erfcx, ndtr

    spread = volatility * math.sqrt(horizon)
    near, far = (distance - drift * horizon) / spread, (distance + drift * horizon) / spread
    if (
        far > 0.0
    ):  # the factor may overflow where what it multiplies vanishes: erfcx is their product
        returning = 0.5 * erfcx(far / math.sqrt(2.0)) * np.exp(-0.5 * near * near)
    else:
        returning = np.exp(2.0 * drift / volatility * distance / volatility) * ndtr(-far)
    return min(float(ndtr(-near) + returning), 1.0)


@exported_by("hedgeresearch.margin")
def liquidation_probability(
    returns: Any,
    price: float,
    level: float,
    horizon: int,
    *,
    position: Position | None = None,
    n_paths: int = 10_000,
    seed: int = 0,
    block_length: int | None = None,
) -> LiquidationProbability:
    """Share of paths drawn from past returns that touch a level, looked at once a period.

    Parameters
    ----------
    returns, price, horizon, n_paths, seed, block_length : as in :func:`simulate_price_range`
    level, position : as in :func:`barrier_probability`

    Raises
    ------
    DataError
        If the returns are no simple returns of one series on at least 20 dates, or a number is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> index = hr.returns(hr.load("nasdaq_sp500"))["SP500"]
    >>> result = liquidation_probability(index, price=2_500.0, level=2_250.0, horizon=20)
    >>> round(result.probability, 3), round(result.standard_error, 3), round(result.closed_form, 3)
    (0.049, 0.002, 0.033)
    """
    drawn = simulate_price_range(
        returns, price, horizon, n_paths=n_paths, seed=seed, block_length=block_length
    )
    side = side_of(level, price, position)
    share = drawn.probability(level, side)
    return LiquidationProbability(
        probability=share,
        standard_error=math.sqrt(share * (1.0 - share) / n_paths),
        closed_form=_closed_form(drawn, level, side),
        position=side,
        barrier=float(level),
        price=float(price),
        horizon=horizon,
        block_length=drawn.block_length,
        n_paths=n_paths,
    )


def _closed_form(drawn: PriceRange, level: float, side: Position) -> float:
    """That of the mean and the volatility of the past that was drawn from, looked at once a period."""
    volatility, drift = float(drawn.log_returns.std(ddof=1)), float(drawn.log_returns.mean())
    return barrier_probability(
        level, drawn.price, volatility, drawn.horizon, drift, steps=drawn.horizon, position=side
    )
