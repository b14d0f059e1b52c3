r"""A position to hedge: units of one asset, or a portfolio of several, long and short.

.. math:: r_t = \frac{\sum_i u_i \, (P_{i,t} - P_{i,t-1})}{\sum_i |u_i \, P_{i,t-1}|}

The units of a portfolio are those held today, on all dates: the portfolio is hedged as it is. Its
returns are on the gross value, which stays positive where longs and shorts cancel; those of a
single asset are the asset's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import preview
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Position:
    """Units held by name of the asset; negative is short.

    Parameters
    ----------
    units : mapping from asset
        Units held of each asset, which is a column of prices: coins, shares, barrels, currency.
    name : str
        Name of the position's returns; by default that of the asset, or "portfolio" for several.

    Raises
    ------
    DataError
        If nothing is held, or units are not finite.

    Examples
    --------
    >>> Position({"BTC": 25}).name
    'BTC'
    >>> Position({"AAPL": 1000, "MSFT": -400}).name
    'portfolio'
    """

    units: Mapping[str, float]
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.units, Mapping) or not self.units:
            raise DataError(
                "position must map assets to units held, such as {'BTC': 25}; "
                f"got {preview(self.units)}."
            )
        if not isinstance(self.name, str):
            raise DataError(f"name must be text; got {self.name!r}.")
        for asset, units in self.units.items():
            check_between(units, f"units of {asset!r}", -math.inf, math.inf)
            if units == 0:
                raise DataError(
                    f"units of {asset!r} must not be zero; leave it out of the position."
                )
        units_held = {asset: float(units) for asset, units in self.units.items()}
        default_name = "portfolio" if self.is_portfolio else self.assets[0]
        object.__setattr__(self, "units", FrozenMapping(units_held))
        object.__setattr__(self, "name", self.name or default_name)

    @property
    def assets(self) -> list[str]:
        """Names of the assets held."""
        return list(self.units)

    @property
    def is_portfolio(self) -> bool:
        """True where several assets are held."""
        return len(self.units) > 1

    def net_value(self, prices: Mapping[str, float]) -> float:
        """Return the signed value at prices by asset, in currency."""
        return sum(units * prices[asset] for asset, units in self.units.items())

    def scale(self, prices: Mapping[str, float], kind: str) -> float:
        """Return the value in currency of one unit of the position's returns.

        For simple returns, the value held, gross for a portfolio. For differences, the units held,
        or 1 for a portfolio, whose differences are in currency already.
        """
        if kind == "difference":
            return 1.0 if self.is_portfolio else next(iter(self.units.values()))
        if self.is_portfolio:
            return sum(abs(units * prices[asset]) for asset, units in self.units.items())
        return self.net_value(prices)

    def returns(self, prices: pd.DataFrame, kind: str) -> pd.Series[float]:
        """Return the returns of the position, (n_dates - 1,).

        Parameters
        ----------
        prices : DataFrame (n_dates, n_assets)
        kind : {"simple", "difference"}
        """
        found = self.returns_of(prices[self.assets].to_numpy(), kind)
        result = pd.Series(found, index=prices.index[1:], name=self.name)
        result.attrs = {**prices.attrs, "returns": kind}
        return result

    def returns_of(self, prices: Array, kind: str) -> Array:
        """Return the returns (n_dates - 1,) at prices (n_dates, n_assets), as arrays."""
        changes = np.diff(prices, axis=0)
        before = prices[:-1]
        if not self.is_portfolio:
            # the sign of a single holding is in its value, not in its returns
            return changes[:, 0] if kind == "difference" else changes[:, 0] / before[:, 0]
        units = np.array(list(self.units.values()))
        profits = changes @ units
        if kind == "difference":
            return np.asarray(profits)
        return np.asarray(profits / np.abs(before * units).sum(axis=1))

    def credited(self, paid: Mapping[str, float]) -> Position:
        """Return the position with units added that were paid, by asset."""
        if not paid:
            return self
        units = {asset: held + paid.get(asset, 0.0) for asset, held in self.units.items()}
        return replace(self, units=units)
