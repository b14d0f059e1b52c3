r"""Fees that a liquidity position earns, from the volume of its pool.

A pool pays each provider the share that its liquidity has in that at the price. If the square root
of the price moves evenly over a period, the share of the volume that is traded inside a range is
the part of the way that lies in it:

.. math:: f_t = \phi \, v_t \, \sum_i \frac{L_i}{L_t} \,
          \frac{|c_i(\sqrt{P_t}) - c_i(\sqrt{P_{t-1}})|}{|\sqrt{P_t} - \sqrt{P_{t-1}}|}

with the fee of the pool, the volume, the liquidities of the ranges and of the pool, and c keeping a
price within a range. Without a move it is whether the price lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import one_series, refuse_other_dates
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.fees import FEE_UNIT, check_fee
from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False)
class PoolFees:
    """Fees that a pool pays to its liquidity providers.

    Parameters
    ----------
    fee : int, parts per million: 3,000 is .3%
    volume : Series (n_dates,), what traders paid over the period that ends at a date, quote tokens
    liquidity : float or Series (n_dates,), liquidity of the pool at the price, the position's own
        included; square root of the product of the reserves in whole tokens, as
        ``onchain.swap_table`` gives it

    Raises
    ------
    DataError
        If a number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2026-01-01", periods=3, freq="1h", tz="UTC")
    >>> position = hr.onchain.PoolPosition.of_value(1e5, 2_000.0, 1_500.0, 2_500.0, "WETH", "USDC")
    >>> fees = hr.evaluation.PoolFees(3_000, pd.Series([0.0, 2e6, 1e6], dates), liquidity=1e6)
    >>> fees.earned(position, pd.Series([2_000.0, 2_010.0, 1_990.0], dates)).round(2).tolist()
    [0.0, 56.01, 28.0]
    """

    fee: int
    volume: pd.Series[float]
    liquidity: float | pd.Series[float]

    def __post_init__(self) -> None:
        check_fee(self.fee)
        volume = one_series(self.volume, "volume")
        if (volume < 0.0).any():
            raise DataError(f"volume must not be negative; got {volume.min():g}.")
        object.__setattr__(self, "volume", volume)
        if isinstance(self.liquidity, pd.Series):
            object.__setattr__(self, "liquidity", one_series(self.liquidity, "liquidity"))
        if not np.all(np.asarray(self.liquidity, dtype=float) > 0.0):
            raise DataError(f"liquidity must be positive; got {np.min(self.liquidity):g}.")

    def earned(self, position: PoolPosition, prices: pd.Series[float]) -> pd.Series[float]:
        """Return the fees of a position over each period, quote tokens; zero at the first date.

        Parameters
        ----------
        position : PoolPosition
        prices : Series (n_dates,), of the base token in the quote token

        Raises
        ------
        DataError
            If the dates differ, or the position has more liquidity than the pool.
        """
        refuse_other_dates(prices.index, self.volume.index, "prices and volume")
        if isinstance(self.liquidity, pd.Series):
            refuse_other_dates(prices.index, self.liquidity.index, "prices and liquidity")
        whole = np.broadcast_to(np.asarray(self.liquidity, dtype=float), len(prices))
        shares = np.zeros(len(prices))
        for each in position.ranges:
            inside = share_inside(prices.to_numpy(), each.lower, each.upper)
            shares += each.liquidity / whole * inside
        most = float(shares.max())
        if most > 1.0 + 1e-9:
            raise DataError(
                f"The liquidity of the pool must include the position's own, whose share is "
                f"{most:.3g}. Both are square roots of products of whole tokens."
            )
        earned = self.fee / FEE_UNIT * self.volume.to_numpy() * shares
        earned[0] = 0.0
        return pd.Series(earned, prices.index, name="fees")


def share_inside(prices: Array, lower: float, upper: float) -> Array:
    """Return the part of the way of the root of the price from the date before in a range."""
    roots = np.sqrt(prices)
    before: Any = np.concatenate([roots[:1], roots[:-1]])
    way = np.abs(roots - before)
    low = np.sqrt(lower)
    high = np.sqrt(upper)
    kept = np.abs(np.clip(roots, low, high) - np.clip(before, low, high))
    is_inside = (roots >= low) & (roots < high)
    return np.asarray(np.where(way > 0.0, kept / np.where(way > 0.0, way, 1.0), is_inside))
