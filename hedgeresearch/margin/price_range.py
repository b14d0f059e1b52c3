"""Lowest and highest prices on paths drawn from past returns.

Paths are drawn in blocks of random length, after Politis and Romano (1994), Journal of the American
Statistical Association 89, section 2, with the mean length of Politis and White (2004). They keep
the fat tails and the volatility clusters of the past, but not its mean, unless that is wanted: a
rise or fall of the past is not known to go on, and the price expected is today's. They contain no
single return worse than the worst of the past, no moves between two observations, and no
information on whether today is calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.sampling.price_paths import path_extremes
from hedgeresearch._spacing import rows_in
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import (
    check_at_least,
    check_between,
    check_choice,
    check_flag,
)
from hedgeresearch.data.quality.simple_returns import check_simple_returns
from hedgeresearch.estimation.log_returns import drawn_log_returns
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.typing import Array

Side = Literal["long", "short"]
MAX_PERIODS = 1_000_000
"""Largest number of periods of a path."""
MIN_RETURNS = 20
"""Minimum number of past returns to draw from."""


@exported_by("hedgeresearch.margin")
@dataclass(frozen=True, eq=False, repr=False)
class PriceRange:
    """Lowest and highest price of each path, including today's price.

    Attributes
    ----------
    price : today's price
    lowest, highest : arrays (n_paths,), units of the price; at most, and at least, today's price
    horizon : periods
    block_length : mean length of the blocks, periods
    log_returns : array (n_dates,), past log returns that were drawn from, less their mean unless it
        was kept

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns["asset"]
    >>> paths = hr.margin.simulate_price_range(returns, 100.0, horizon=20, n_paths=1000)
    >>> paths
    PriceRange(1000 paths of 20 periods in blocks of 2)
    >>> paths.probability(90.0)
    0.114
    """

    price: float
    lowest: Array
    highest: Array
    horizon: int
    block_length: int
    log_returns: Array

    def probability(self, barrier: float, position: Side | None = None) -> float:
        """Return the share of the paths on which a position is liquidated at a barrier.

        Parameters
        ----------
        barrier : float > 0, liquidation price; 0 and inf are those of positions that are never
            liquidated
        position : "long", liquidated at or below the barrier, or "short", at or above it; None
            follows from the side of the price on which the barrier is
        """
        side = side_of_barrier(barrier, self.price, position)
        extreme = self.lowest if side == "long" else self.highest
        return float(np.mean(reaches(extreme, barrier, side)))

    def __repr__(self) -> str:
        return (
            f"PriceRange({len(self.lowest)} paths of {self.horizon} periods in blocks of "
            f"{self.block_length})"
        )


@exported_by("hedgeresearch.margin")
def simulate_price_range(
    returns: Any,
    price: float,
    horizon: Horizon,
    *,
    n_paths: int = 10_000,
    seed: int = 0,
    block_length: int | None = None,
    keep_mean: bool = False,
) -> PriceRange:
    """Draw paths from past returns in blocks, and return the lowest and highest price of each.

    Parameters
    ----------
    returns : Series (n_dates,), simple returns per period of what is held on margin
    price : float > 0, today's price
    horizon : int or time such as "10d", periods; a time is rounded up
    n_paths : int, number of paths
    seed : int
    block_length : int, mean length of the blocks in periods; None chooses it from the returns and
        their squares
    keep_mean : bool, whether paths go on to rise or fall as the past did; by default the price
        expected is today's, as the mean of a short past is not known well

    Returns
    -------
    PriceRange

    Raises
    ------
    DataError
        If the returns are not simple returns of one series with at least 20 observations, or a
        number is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> index = hr.returns(hr.load("nasdaq_sp500"))["SP500"]
    >>> paths = simulate_price_range(index, price=2_500.0, horizon=20)
    >>> paths
    PriceRange(10000 paths of 20 periods in blocks of 137)
    >>> round(float(np.quantile(paths.lowest, 0.01)))
    2043
    """
    check_between(price, "price", 0.0, math.inf)
    check_at_least(n_paths, "n_paths", 2)
    check_at_least(seed, "seed", 0)
    check_flag(keep_mean, "keep_mean")
    series = check_simple_returns(one_series(returns), MIN_RETURNS).iloc[:, 0]
    n_periods = rows_in(horizon, series.index, most=MAX_PERIODS, covered=True)
    past = drawn_log_returns(series, keep_mean=keep_mean)
    if block_length is None:
        block_length = optimal_block_length(np.column_stack([past, past**2]))
    check_at_least(block_length, "block_length", 1)
    generator = np.random.default_rng(seed)
    low, high = path_extremes(generator, past, n_periods, n_paths, block_length)
    return PriceRange(
        price=float(price),
        lowest=price * np.exp(low),
        highest=price * np.exp(high),
        horizon=n_periods,
        block_length=block_length,
        log_returns=past,
    )


def side_of_barrier(barrier: float, price: float, position: Side | None) -> Side:
    """Return the position that a barrier liquidates: as given, or by the side of the price."""
    # no price reaches 0 or inf, which stand for positions that are never liquidated
    if not np.isscalar(barrier) or barrier not in (0.0, math.inf):
        check_between(barrier, "barrier", 0.0, math.inf)
    if position is None:
        return "long" if barrier < price else "short"
    check_choice(position, "position", get_args(Side))
    return position


def reaches(price: float | Array, barrier: float, position: Side) -> Any:
    """Return whether a price, or each of an array, is at the barrier or past it."""
    return price <= barrier if position == "long" else price >= barrier
