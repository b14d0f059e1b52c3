"""How low and how high a price goes on paths drawn from past returns.

They are drawn in blocks of random length, after Politis and Romano (1994), Journal of the American Statistical
Association 89, section 2, the mean length after Politis and White (2004). They keep the fat tails, the clusters of
volatility and the mean of the past, and know no single return worse than it, nor what happens between two dates, nor
whether today is calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.asset_and_hedges import returns_kind
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_at_least, check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.typing import Array

Position = Literal["long", "short"]


@exported_by("hedgeresearch.margin")
@dataclass(frozen=True, eq=False, repr=False)
class PriceRange:
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

    def probability(self, level: float, position: Position | None = None) -> float:
        """Share of the paths on which a position is liquidated at a level.

        Parameters
        ----------
        level : float > 0, units of the price; 0 and inf are those of positions that are never liquidated
        position : "long", liquidated at or below the level, or "short", at or above; None takes the side of the price
            on which the level lies
        """
        side = side_of(level, self.price, position)
        return float(np.mean(touched(self.lowest if side == "long" else self.highest, level, side)))

    def __repr__(self) -> str:
        return f"PriceRange({len(self.lowest)} paths of {self.horizon} periods in blocks of {self.block_length})"


@exported_by("hedgeresearch.margin")
def simulate_price_range(
    returns: Any,
    price: float,
    horizon: int,
    *,
    n_paths: int = 10_000,
    seed: int = 0,
    block_length: int | None = None,
) -> PriceRange:
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
    >>> drawn = simulate_price_range(index, price=2_500.0, horizon=20)
    >>> drawn
    PriceRange(10000 paths of 20 periods in blocks of 137)
    >>> round(float(np.quantile(drawn.lowest, 0.01)))
    2072
    """
    check_between(price, "price", 0.0, math.inf)
    check_at_least(horizon, "horizon", 1)
    check_at_least(n_paths, "n_paths", 2)
    check_at_least(seed, "seed", 0)
    past = _log_returns(returns)
    if block_length is None:
        block_length = optimal_block_length(np.column_stack([past, past**2]))
    check_at_least(block_length, "block_length", 1)
    low, high = drawn_extremes(past, horizon, n_paths, block_length, seed)
    return PriceRange(
        float(price), price * np.exp(low), price * np.exp(high), horizon, block_length, past
    )


def drawn_extremes(
    log_returns: Array, horizon: int, n_paths: int, length: int, seed: int
) -> tuple[Array, Array]:
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


def side_of(level: float, price: float, position: Position | None) -> Position:
    """The position that the level liquidates."""
    if not np.isscalar(level) or level not in (0.0, math.inf):  # which no price gets to
        check_between(level, "level", 0.0, math.inf)
    if position is None:
        return "long" if level < price else "short"
    check_choice(position, "position", get_args(Position))
    return position


def touched(price: float | Array, level: float, position: Position) -> Any:
    """Whether a price, or each of an array, is at the level or past it."""
    return price <= level if position == "long" else price >= level


def _log_returns(returns: Any) -> Array:
    """Log returns of one series of simple returns, (n_dates,)."""
    if (kind := returns_kind(returns, None)) not in (None, "simple"):
        raise DataError(
            f"returns must be simple returns; got {kind} returns. Give hr.returns(prices)."
        )
    series = check_returns(one_series(returns), minimum_rows=20).iloc[:, 0]
    if not (series > -1.0).all():
        raise DataError(
            f"returns must exceed -1, a loss of all; got {series.min():g} on {day(series.idxmin())}. Give fractions "
            "per period, not per cent."
        )
    return np.asarray(np.log1p(series.to_numpy()))
