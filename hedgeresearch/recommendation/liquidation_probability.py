r"""The probability that a price touches a level, such as that of liquidation, before a horizon ends.

For a geometric Brownian motion whose log price has drift a towards the level and volatility s per period, and a level
at the distance d > 0 in logs, after Harrison (1985), Brownian Motion and Stochastic Flow Systems, chapter 1:

.. math:: \Pr = \Phi\!\left(\frac{a T - d}{s \sqrt T}\right)
          + e^{2 a d / s^2} \, \Phi\!\left(\frac{-a T - d}{s \sqrt T}\right)

Where the price is looked at n times only, the level is moved away by the factor exp(.5826 s sqrt(T / n)), up or down:
Broadie, Glasserman and Kou (1997), Mathematical Finance 7, theorem 1.1, with -zeta(1/2) / sqrt(2 pi) = .5826. What is
left of the error falls with 1 / n: the tests find at most .06 / n, the formula being the lower.

Without that assumption, paths are drawn from past returns in blocks of random length, after Politis and Romano (1994),
Journal of the American Statistical Association 89, section 2, the mean length after Politis and White (2004). They keep
the fat tails, the clusters of volatility and the mean of the past, and know no single return worse than it, nor what
happens between two dates, nor whether today is calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from hedgeresearch._types import Array
from hedgeresearch._validation import check_at_least, check_between, check_choice, check_returns
from hedgeresearch._wording import day
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.block_length import block_length as automatic_length

Position = Literal["long", "short"]

CONTINUITY = 0.5825971579390107
"""-zeta(1/2) / sqrt(2 pi), by which a level that is looked at now and then lies further away."""


@dataclass(frozen=True, eq=False, repr=False)
class PriceExtremes:
    """How low and how high a price went on each path that was drawn, both counted from today's price.

    Attributes
    ----------
    price : today's
    lowest, highest : arrays (n_paths,), units of the price; at most, and at least, today's price
    horizon : periods
    block_length : mean length of the blocks, periods
    log_returns : array (n_dates,), the past they were drawn from
    """

    price: float
    lowest: Array
    highest: Array
    horizon: int
    block_length: int
    log_returns: Array

    def __repr__(self) -> str:
        return f"PriceExtremes({len(self.lowest)} paths of {self.horizon} periods in blocks of {self.block_length})"


@dataclass(frozen=True, eq=False)
class LiquidationProbability:
    """The share of the drawn paths that touch a level.

    Attributes
    ----------
    probability : of touching the level on one of the dates of the horizon
    standard_error : of drawing ``n_paths`` paths; that the past is short is not in it
    closed_form : the same probability if log returns were independent and normal with the past's mean and volatility
    position : "long", liquidated from above, or "short"
    level, price : units of the price
    horizon, block_length : periods
    n_paths : drawn
    """

    probability: float
    standard_error: float
    closed_form: float
    position: Position
    level: float
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
    side = _side(level, price, position)
    if _touched(price, level, side):
        return 1.0
    if level in (0.0, math.inf):
        return 0.0
    away = abs(math.log(level / price))
    if steps is not None:
        away += CONTINUITY * volatility * math.sqrt(horizon / steps)
    return touch_probability(away, volatility, horizon, -drift if side == "long" else drift)


def touch_probability(distance: float, volatility: float, horizon: float, drift: float) -> float:
    """Probability that a Brownian motion gets as far as ``distance`` > 0, with its drift towards it."""
    from scipy.special import erfcx, ndtr

    spread = volatility * math.sqrt(horizon)
    near, far = (distance - drift * horizon) / spread, (distance + drift * horizon) / spread
    if far > 0.0:  # the factor may overflow where what it multiplies vanishes: erfcx is their product
        returning = 0.5 * erfcx(far / math.sqrt(2.0)) * np.exp(-0.5 * near * near)
    else:
        returning = np.exp(2.0 * drift / volatility * distance / volatility) * ndtr(-far)
    return min(float(ndtr(-near) + returning), 1.0)


def price_extremes(
    returns: Any, price: float, horizon: int, *, n_paths: int = 10_000, seed: int = 0, block_length: int | None = None
) -> PriceExtremes:
    """The lowest and the highest price of paths drawn from past returns in blocks.

    Parameters
    ----------
    returns : Series (n_dates,), simple returns per period of what is held on margin; less their mean, for no drift
    price : float > 0, today's
    horizon : int, periods
    n_paths : int, to draw
    seed : int
    block_length : int, mean length of the blocks in periods; None lets the returns and their squares choose

    Raises
    ------
    DataError
        If the returns are no simple returns of one series on at least 20 dates, or a number is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> index = hr.returns(hr.load("nasdaq_sp500"))["SP500"]
    >>> drawn = price_extremes(index, price=2_500.0, horizon=20)
    >>> drawn
    PriceExtremes(10000 paths of 20 periods in blocks of 137)
    >>> round(float(np.quantile(drawn.lowest, 0.01)))
    2072
    """
    check_between(price, "price", 0.0, math.inf)
    check_at_least(horizon, "horizon", 1)
    check_at_least(n_paths, "n_paths", 2)
    check_at_least(seed, "seed", 0)
    past = _log_returns(returns)
    if block_length is None:
        block_length = automatic_length(np.column_stack([past, past**2]))
    check_at_least(block_length, "block_length", 1)
    low, high = drawn_extremes(past, horizon, n_paths, block_length, seed)
    return PriceExtremes(float(price), price * np.exp(low), price * np.exp(high), horizon, block_length, past)


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
    returns, price, horizon, n_paths, seed, block_length : as in :func:`price_extremes`
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
    drawn = price_extremes(returns, price, horizon, n_paths=n_paths, seed=seed, block_length=block_length)
    side = _side(level, price, position)
    share = float(_touched(drawn.lowest if side == "long" else drawn.highest, level, side).mean())
    volatility, drift = float(drawn.log_returns.std(ddof=1)), float(drawn.log_returns.mean())
    return LiquidationProbability(
        probability=share,
        standard_error=math.sqrt(share * (1.0 - share) / n_paths),
        closed_form=barrier_probability(level, price, volatility, horizon, drift, steps=horizon, position=side),
        position=side,
        level=float(level),
        price=float(price),
        horizon=horizon,
        block_length=drawn.block_length,
        n_paths=n_paths,
    )


def drawn_extremes(log_returns: Array, horizon: int, n_paths: int, length: int, seed: int) -> tuple[Array, Array]:
    """Lowest and highest log price since the start, which is 0, of paths in blocks, each (n_paths,)."""
    rng = np.random.default_rng(seed)
    n_dates = len(log_returns)
    dates = rng.integers(n_dates, size=n_paths)
    total, low, high = np.zeros(n_paths), np.zeros(n_paths), np.zeros(n_paths)
    for _ in range(horizon):
        total += log_returns[dates]
        np.minimum(low, total, out=low)
        np.maximum(high, total, out=high)
        # the date after, the first following the last, unless a new block starts
        starts = rng.random(n_paths) < 1.0 / length
        dates = np.where(starts, rng.integers(n_dates, size=n_paths), (dates + 1) % n_dates)
    return low, high


def _side(level: float, price: float, position: Position | None) -> Position:
    """The position that the level liquidates."""
    if not np.isscalar(level) or level not in (0.0, math.inf):  # which no price gets to
        check_between(level, "level", 0.0, math.inf)
    if position is None:
        return "long" if level < price else "short"
    check_choice(position, "position", get_args(Position))
    return position


def _touched(price: float | Array, level: float, position: Position) -> Any:
    return price <= level if position == "long" else price >= level


def _log_returns(returns: Any) -> Array:
    """Log returns of one series of simple returns, (n_dates,)."""
    kind = getattr(returns, "attrs", {}).get("returns", "simple")
    if kind != "simple":
        raise DataError(f"returns must be simple returns; got {kind} returns. Give hr.returns(prices).")
    frame = check_returns(returns, minimum_rows=20)
    if frame.shape[1] != 1:
        raise DataError(f"returns must be one series; got the columns {list(frame.columns)}. Choose one of them.")
    values = frame.to_numpy()[:, 0]
    if values.min() <= -1.0:
        raise DataError(
            f"returns must exceed -1, a loss of all; got {values.min():g} on {day(frame.index[int(values.argmin())])}. "
            "Give fractions per period, not per cent."
        )
    return np.asarray(np.log1p(values))
