r"""Liquidation cascades: forced sales that move the price to further forced sales.

Open interest is given in buckets of side, entry price and leverage. A bucket is liquidated once the
price reaches, on isolated margin with a maintenance margin m at leverage L,

.. math:: P^{long} = P_0 \frac{1 - 1/L}{1 - m}, \qquad P^{short} = P_0 \frac{1 + 1/L}{1 + m}

where what is left of the collateral is the maintenance margin. What is liquidated is traded at the
market, and a volume V moves the price by 1% (V / depth)^exponent: exponent 1 is linear impact, as
in Kyle (1985), Econometrica 53, and 1/2 the square root that is found for large orders. It ends
where nothing further is reached. As in Cont and Wagalath (2013), Mathematical Finance 23, forced
sales amplify the shock that set them off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

COLUMNS = ("side", "notional", "entry", "leverage")
SIDES = {"long": 1.0, "short": -1.0}
PER_CENT = 0.01
"""Move of the price that ``depth`` is the volume of."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True, eq=False, repr=False)
class LiquidationCascade:
    """Path of the price through a cascade, and what it liquidates.

    Attributes
    ----------
    path : DataFrame (n_rounds,), the first round being the shock
        Columns price; buckets and notional liquidated in the round, notional in currency at entry.
    buckets : DataFrame, the table given with the columns liquidation_price, round (of liquidation,
        -1 for none) and shortfall, the loss beyond the collateral, in currency
    shock : float, relative move that sets it off
    start : float, price before it
    source, limits : where the parts are from, and what they do not show

    Examples
    --------
    >>> from hedgeresearch.risk import liquidation_cascade
    >>> import pandas as pd
    >>> buckets = pd.DataFrame(
    ...     {
    ...         "side": "long",
    ...         "notional": [40e6, 30e6, 30e6],
    ...         "entry": [100.0, 100.0, 98.0],
    ...         "leverage": [25.0, 10.0, 5.0],
    ...     }
    ... )
    >>> result = liquidation_cascade(buckets, 100.0, -0.05, depth=5e6)
    >>> round(result.move, 3), round(result.amplification, 2)
    (-0.176, 3.53)
    >>> round(result.share, 2), round(result.shortfall, 2)
    (0.7, 5578500.0)
    """

    path: pd.DataFrame
    buckets: pd.DataFrame
    shock: float
    start: float
    source: str = (
        "Liquidation on isolated margin; linear impact of Kyle (1985), Econometrica 53; feedback "
        "of forced sales as in Cont and Wagalath (2013), Mathematical Finance 23"
    )
    limits: str = (
        "Impact is permanent and the fall finds no buyers: the path is the worst case of the depth "
        "given. Cross margin, collateral added in time, partial liquidation and the price band of "
        "a venue are left out. Entry prices and leverage of others are estimates."
    )

    def __repr__(self) -> str:
        return (
            f"LiquidationCascade(shock {self.shock:.1%}, move {self.move:.1%}, "
            f"{self.share:.1%} of open interest in {len(self.path) - 1} rounds)"
        )

    @property
    def move(self) -> float:
        """Relative move of the price in total."""
        return float(self.path["price"].iloc[-1] / self.start - 1.0)

    @property
    def amplification(self) -> float:
        """Total move over the shock; one without liquidations."""
        return self.move / self.shock

    @property
    def share(self) -> float:
        """Share of the open interest that is liquidated."""
        return float(self.path["notional"].sum() / self.buckets["notional"].sum())

    @property
    def shortfall(self) -> float:
        """Losses beyond collateral, in currency: what an insurance fund or others would bear."""
        return float(self.buckets["shortfall"].sum())


@exported_by("hedgeresearch.risk")
def liquidation_cascade(
    buckets: pd.DataFrame,
    price: float,
    shock: float,
    depth: float,
    *,
    exponent: float = 1.0,
    maintenance_margin: float = 0.005,
) -> LiquidationCascade:
    """Return what a shock liquidates, round by round.

    Parameters
    ----------
    buckets : DataFrame (n_buckets,), columns side ("long" or "short"), notional (open interest at
        the entry price, in currency), entry (price) and leverage (above 1)
    price : float > 0, price now; buckets that it would liquidate already are refused
    shock : float in (-1, 1), not 0, relative move that sets the cascade off; longs are liquidated
        in a fall, shorts in a rise
    depth : float > 0, volume in currency that moves the price by 1%
    exponent : float in (0, 2], of the impact of volume: 1 linear, 0.5 the square root
    maintenance_margin : float in [0, 1), share of the value; below 1 / leverage of each bucket

    Returns
    -------
    LiquidationCascade

    Raises
    ------
    DataError
        If a column is missing or a number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> buckets = pd.DataFrame(
    ...     {
    ...         "side": "long",
    ...         "notional": [40e6, 30e6, 30e6],
    ...         "entry": [100.0, 100.0, 98.0],
    ...         "leverage": [25.0, 10.0, 5.0],
    ...     }
    ... )
    >>> liquidation_cascade(buckets, 100.0, -0.05, depth=5e6)
    LiquidationCascade(shock -5.0%, move -17.6%, 70.0% of open interest in 2 rounds)
    """
    table = _checked_buckets(buckets, maintenance_margin)
    check_between(price, "price", 0.0, math.inf)
    check_between(shock, "shock", -1.0, 1.0)
    check_between(depth, "depth", 0.0, math.inf)
    check_between(exponent, "exponent", 0.0, 2.0 + 1e-12)
    if shock == 0.0:
        raise DataError("shock must not be 0: nothing would set the cascade off.")
    _refuse_liquidated(table, price)
    side = 1.0 if shock < 0.0 else -1.0
    exposed = table["side"].map(SIDES).to_numpy() == side
    thresholds = table["liquidation_price"].to_numpy()
    notional = table["notional"].to_numpy(dtype=float)
    units = notional / table["entry"].to_numpy(dtype=float)
    rounds = np.full(len(table), -1)
    shocked = price * (1.0 + shock)
    rows = [(shocked, 0, 0.0)]
    while True:
        now = rows[-1][0]
        reached = exposed & (rounds < 0) & (side * (thresholds - now) >= 0.0)
        if not reached.any():
            break
        rounds[reached] = len(rows)
        # all that is liquidated so far is traded at about the shocked price
        volume = float(units[rounds > 0].sum()) * shocked
        # a fall ends at a price of zero, a rise has no end
        following = shocked * max(1.0 - side * PER_CENT * (volume / depth) ** exponent, 0.0)
        rows.append((following, int(reached.sum()), float(notional[reached].sum())))
    path = pd.DataFrame(rows, columns=["price", "buckets", "notional"]).rename_axis("round")
    table["round"] = rounds
    table["shortfall"] = _shortfalls(table, path["price"].to_numpy(), side)
    return LiquidationCascade(path, table, float(shock), float(price))


def _shortfalls(table: pd.DataFrame, prices: Array, side: float) -> Array:
    """Return the loss of each bucket beyond its collateral, at the price after its round."""
    rounds = table["round"].to_numpy()
    entry = table["entry"].to_numpy(dtype=float)
    notional = table["notional"].to_numpy(dtype=float)
    loss = notional * side * (1.0 - prices[np.maximum(rounds, 0)] / entry)
    collateral = notional / table["leverage"].to_numpy(dtype=float)
    return np.where(rounds > 0, np.maximum(loss - collateral, 0.0), 0.0)


def _checked_buckets(buckets: Any, maintenance_margin: float) -> pd.DataFrame:
    """Return the buckets with their liquidation prices."""
    if not isinstance(buckets, pd.DataFrame) or not set(COLUMNS) <= set(buckets.columns):
        raise DataError(
            "buckets must be a DataFrame with the columns side, notional, entry and leverage."
        )
    if len(buckets) == 0 or set(buckets["side"]) - set(SIDES):
        raise DataError("buckets must have rows, whose side is 'long' or 'short'.")
    for name in ("notional", "entry"):
        values = buckets[name].to_numpy(dtype=float)
        if not (np.isfinite(values) & (values > 0.0)).all():
            raise DataError(f"{name} of each bucket must be positive and finite.")
    leverage = buckets["leverage"].to_numpy(dtype=float)
    if not 0.0 <= maintenance_margin < 1.0:
        raise DataError(f"maintenance_margin must lie in [0, 1); got {maintenance_margin!r}.")
    if not ((leverage > 1.0) & (leverage * maintenance_margin < 1.0)).all():
        raise DataError(
            "leverage of each bucket must be above 1 and below 1 / maintenance_margin, "
            f"{1.0 / maintenance_margin if maintenance_margin else math.inf:g}."
        )
    side = buckets["side"].map(SIDES).to_numpy(dtype=float)
    table = buckets.copy()
    entry = table["entry"].to_numpy(dtype=float)
    table["liquidation_price"] = entry * (1.0 - side / leverage) / (1.0 - side * maintenance_margin)
    return table


def _refuse_liquidated(table: pd.DataFrame, price: float) -> None:
    """Refuse buckets that the price now would have liquidated."""
    side = table["side"].map(SIDES).to_numpy(dtype=float)
    gone = side * (table["liquidation_price"].to_numpy() - price) >= 0.0
    if gone.any():
        row = int(np.argmax(gone))
        raise DataError(
            f"buckets must be open at the price {price:g}; row {table.index[row]!r} is liquidated "
            f"at {table['liquidation_price'].iloc[row]:g}. Leave it out."
        )
